//! A task's expected actions as a trajectory: the reference solution, step by step, with its reward.

use std::sync::Arc;

use super::episode::Ending;
use super::reward::Reward;
use super::trajectory::{Step, StepKind};
use crate::domain::{Action, RESPOND, Task, World};
use crate::py::{Dict, PyResult};

/// What doing exactly the expected actions looks like.
#[derive(Clone, Debug)]
pub struct ReferenceRun {
    pub steps: Vec<Step>,
    pub ending: Ending,
}

/// Runs a task's expected actions and then says its required texts, where it has any, as they stand.
///
/// # Errors
/// What a call raises out of the environment's step, see [`Domain::call`](crate::domain::Domain::call).
pub fn reference_run(world: &World, task: &Arc<Task>) -> PyResult<ReferenceRun> {
    let reference = world.reference(task)?;
    let mut steps = Vec::with_capacity(reference.steps.len() + 1);
    let mut log = Vec::with_capacity(reference.steps.len() + 1);
    for run in &reference.steps {
        let Some(action) = task.expected_actions.get(run.action) else { continue };
        log.push(action.clone());
        let kind = StepKind::ToolCalled { action: action.clone(), outcome: run.outcome.clone(), reply: None };
        steps.push(Step { kind, database: run.after.clone() });
    }
    if !task.outputs.is_empty() {
        let words = task.outputs.join("\n");
        let kwargs = Dict::from_iter([("content", words.as_str().into())]);
        log.push(Action { name: RESPOND.to_owned(), kwargs });
        let kind = StepKind::AgentSaid { words: Some(words), reply: None };
        steps.push(Step { kind, database: reference.database.clone() });
    }
    let reward = Reward::of(world, task, &reference.database, &log)?;
    Ok(ReferenceRun { steps, ending: Ending::Judged(Arc::new(reward)) })
}
