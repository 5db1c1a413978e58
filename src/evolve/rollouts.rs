//! The rollouts that an evolution asks for: which they are, and what each draws from.

use super::datasets::Dataset;
use crate::domain::TaskId;
use crate::gepa::{ExampleId, Purpose, Split};
use crate::py::Str;

/// A rollout that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutJob {
    /// Counts all rollouts that the evolution ever asked for, from 0; the same number is always the same rollout.
    pub number: usize,
    pub task: TaskId,
    pub instruction: Str,
    /// What programs draw from, with the task: 0 for validations, so that all candidates meet the same chances; for
    /// minibatches another for each pass and repeat, so that parent and child do.
    pub trial: u32,
    pub purpose: Purpose,
}

/// Rollouts of one candidate that are asked for together. Their numbers follow each other: example by example, of each
/// its repeats.
pub(super) struct Batch {
    /// The pass, from 1; 0 before the first, for the seed and what a person brought by then.
    pub pass: u64,
    pub purpose: Purpose,
    pub instruction: Str,
    pub split: Split,
    pub examples: Vec<ExampleId>,
    /// Rollouts of each example.
    pub repeats: u32,
    /// The number of the first rollout.
    pub first: usize,
}

/// How far apart the trials of a task are that a minibatch holds more than once: more than most evolutions have passes.
const AGAIN: u32 = 1_000;

impl Batch {
    const fn number(&self, at: usize, repeat: u32) -> usize {
        self.first + at * self.repeats as usize + repeat as usize
    }

    /// Its rollouts, given the tasks that its examples are.
    pub fn jobs(&self, dataset: &Dataset) -> Vec<RolloutJob> {
        let pass = u32::try_from(self.pass).unwrap_or(u32::MAX);
        let mut jobs = Vec::new();
        for (at, example) in self.examples.iter().enumerate() {
            // A minibatch that was filled up may hold a task twice.
            let before = self.examples[..at].iter().filter(|earlier| *earlier == example).count();
            let again = u32::try_from(before).unwrap_or(u32::MAX).saturating_mul(AGAIN);
            let index = dataset.tasks.get(example.index()).copied().unwrap_or_default();
            jobs.extend((0..self.repeats).map(|repeat| RolloutJob {
                number: self.number(at, repeat),
                task: TaskId { split: dataset.split.clone(), index },
                instruction: self.instruction.clone(),
                trial: match self.split {
                    Split::Train => pass.saturating_mul(self.repeats).saturating_add(repeat).saturating_add(again),
                    Split::Validation => 0,
                },
                purpose: self.purpose,
            }));
        }
        jobs
    }
}
