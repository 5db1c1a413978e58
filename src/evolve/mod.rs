//! Evolving the agent's instruction on tasks: what joins GEPA to rollouts, as the published experiment on these tasks does.
//!
//! [`Evolution`] is a state machine around [`crate::gepa::Optimizer`]: it says which rollouts and which replies of the
//! reflection model are due, and is given what came of them. It makes no calls and knows no clock. Its answers, in
//! order, are all that has to be kept of it.
//!
//! Beside it stand what a run is set up with ([`datasets`]), what a rollout gives to learn from ([`lesson`]), and what
//! helps a person to judge it: [`preflight`] before, [`doubts`] about a reply, [`leaks`] of task facts into an
//! instruction.

pub mod datasets;
pub mod doubts;
mod due;
mod evolution;
pub mod leaks;
pub mod lesson;
pub mod preflight;
mod rollouts;
mod setup;

pub use datasets::{Dataset, DatasetChoice, DatasetChoices, DatasetError, Datasets};
pub use due::{Due, Reflection, Unasked};
pub use evolution::{Evolution, Leave, Made, Step};
pub use lesson::{Feedback, Lesson};
pub use rollouts::RolloutJob;
pub use setup::{Changed, Fork, ForkError, Setup, SetupError};

/// The one component that is evolved: the agent's instruction.
pub const COMPONENT: &str = "system_instruction";
