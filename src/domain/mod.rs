//! τ-style worlds: a database, the tools that read and change it, a policy, tasks.
//!
//! Tools are pure: database and arguments in, observation and database out. No model, no conversation and no file
//! format is known here. A second domain is a folder like [`retail`] with a [`Domain`] of its own.

pub mod airline;
mod common;
pub mod db;
pub(crate) mod record;
pub mod replay;
pub mod retail;
pub mod task;
pub mod toolkit;
pub mod world;

pub use airline::AIRLINE;
pub use db::{Database, RecordChange, Table};
pub use replay::{Reference, ReplayStep, replay_expected};
pub use retail::RETAIL;
pub use task::{Action, Task, TaskId};
pub use toolkit::{CallStatus, Domain, Param, ParamKind, RESPOND, ToolDef, ToolOutcome};
pub use world::World;

/// Every domain the engine knows.
pub static DOMAINS: &[&Domain] = &[&AIRLINE, &RETAIL];

/// The domain of that name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Domain> {
    DOMAINS.iter().copied().find(|domain| domain.name == name)
}
