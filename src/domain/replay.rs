//! Running a task's expected actions: for show, and as the reference of the reward.

use std::sync::OnceLock;

use super::toolkit::{RESPOND, ToolOutcome};
use super::{Database, Task, World};
use crate::py::PyResult;

/// One expected action, run.
#[derive(Clone, Debug)]
pub struct ReplayStep {
    /// The action's position in [`Task::expected_actions`].
    pub action: usize,
    pub outcome: ToolOutcome,
    /// The database after the call.
    pub after: Database,
}

/// What the expected actions of a task lead to.
#[derive(Debug)]
pub struct Reference {
    /// Each expected tool call in order. Those that terminate are run for their answer, though the original leaves
    /// them out: they change nothing.
    pub steps: Vec<ReplayStep>,
    /// The end state that a rollout is measured by.
    pub database: Database,
    hash: OnceLock<String>,
}

impl Reference {
    /// Replays a task's expected actions.
    ///
    /// # Errors
    /// See [`replay_expected`].
    pub fn of(world: &World, task: &Task) -> PyResult<Self> {
        let steps = replay_expected(world, task)?;
        let database = steps.last().map_or_else(|| world.database.clone(), |step| step.after.clone());
        Ok(Self { steps, database, hash: OnceLock::new() })
    }

    /// The hash of the end state, worked out once (`gt_data_hash` of the original).
    pub fn hash(&self) -> &str {
        self.hash.get_or_init(|| self.database.hash())
    }
}

/// Runs a task's expected actions on a fresh database.
///
/// An expected reply to the user (no official task has one) is passed over: it needs a user and changes nothing.
///
/// # Errors
/// What a call raises out of the environment's step, see [`Domain::call`](super::Domain::call).
pub fn replay_expected(world: &World, task: &Task) -> PyResult<Vec<ReplayStep>> {
    let mut db = world.database.clone();
    let calls = task.expected_actions.iter().enumerate().filter(|(_, action)| action.name != RESPOND);
    calls
        .map(|(action, call)| {
            let outcome = world.domain.call(&mut db, &call.name, &call.kwargs)?;
            Ok(ReplayStep { action, outcome, after: db.clone() })
        })
        .collect()
}
