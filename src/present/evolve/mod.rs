//! The Evolve page: optimisations set up, watched, judged and taken away.

pub mod entries;
pub mod estimate;
pub mod import;
pub mod list;
pub mod preflight;
pub mod sets;
pub mod setup;
pub mod standing;

pub use entries::Entry;
pub use preflight::{Past, Warning};
pub use setup::{Form, Plan, SetupFault};
pub use standing::Standing;
