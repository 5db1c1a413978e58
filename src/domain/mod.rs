//! τ-style worlds: a database, the tools that read and change it, a policy, tasks.
//!
//! Tools are pure: database and arguments in, observation and database out. No model, no conversation and no file
//! format is known here.

pub mod db;
pub mod task;

pub use db::{Database, RecordChange, Table};
pub use task::{Action, Task, TaskId};
