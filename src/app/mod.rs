//! Signals and actions: what the page is doing, and everything its user can do. wasm32 only.
//!
//! Components read signals from here and send actions; they do not reach into storage or the network themselves.

pub mod actions;
pub mod batches;
pub mod endpoints;
pub mod evolutions;
pub mod examples;
pub mod incoming;
pub mod judges;
pub mod moments;
pub mod pace;
pub mod packs;
pub mod person;
pub mod play;
pub mod recording;
mod rollouts;
pub mod runs;
pub mod seats;
pub mod starters;
pub mod state;
pub mod storage;
pub mod theme;
pub mod toasts;
pub mod versions;

pub use actions::{Action, Actions};
pub use batches::{Batches, use_batches};
pub use endpoints::{Endpoints, use_endpoints};
pub use evolutions::{Evolutions, use_evolutions};
pub use packs::{Packs, use_packs};
pub use runs::{Runs, use_runs};
pub use state::{App, Overlay, use_app};
pub use storage::{PageStore, use_store};
pub use theme::Theme;
pub use toasts::Toasts;
pub use versions::{InstructionVersions, use_versions};
