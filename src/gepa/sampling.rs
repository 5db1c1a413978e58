//! The tasks of a pass: parents with minibatches (`gepa/strategies/proposal_sampling.py` of 0.1.4).

use super::chance::Chance;
use super::config::{Config, Sampling};
use super::minibatch::EpochSampler;
use super::select::select;
use super::state::State;
use super::{CandidateId, ExampleId};
use crate::py::PyResult;

/// A parent to be improved on a minibatch.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub parent: CandidateId,
    pub minibatch: Vec<ExampleId>,
}

/// Draws the tasks of this pass: each parent, then its minibatches.
pub(super) fn sample_tasks(
    config: &Config,
    state: &State,
    train_size: usize,
    sampler: &mut EpochSampler,
    chance: &mut Chance<'_>,
) -> PyResult<Vec<Task>> {
    let (parents, minibatches) = match config.sampling {
        Sampling::Single => (1, 1),
        Sampling::SameParent(count) => (1, count),
        Sampling::Independent(count) => (count, 1),
        Sampling::ParentsTimesMinibatches { parents, minibatches } => (parents, minibatches),
    };
    let pass = state.passes().saturating_sub(1);
    let mut tasks = Vec::new();
    for _ in 0..parents {
        let parent = select(config, state, chance)?;
        for _ in 0..minibatches {
            let minibatch = sampler.next(train_size, config.minibatch(), pass, chance)?;
            tasks.push(Task { parent, minibatch });
        }
    }
    Ok(tasks)
}
