//! What an evolution waits for.

use super::rollouts::RolloutJob;
use crate::gepa::{CandidateId, Misfit, Outcome};
use crate::py::Str;

/// A call of the reflection model that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Reflection {
    /// Counts the calls of this step, from 0.
    pub number: usize,
    pub parent: CandidateId,
    /// What the parent's instruction is.
    pub current: Str,
    /// The whole of what the model is asked.
    pub prompt: Str,
}

/// What an evolution waits for.
#[derive(Clone, Copy, Debug)]
pub enum Due<'a> {
    /// Leave to begin a pass.
    Leave { iteration: u64 },
    /// Rollouts, in any order and side by side.
    Rollouts(&'a [RolloutJob]),
    /// Replies, in any order and side by side.
    Reflections(&'a [Reflection]),
    /// Nothing: it has ended.
    Ended(&'a Outcome),
}

/// Something was given that is not due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not what the evolution waits for.")]
pub struct Unasked;

impl From<Misfit> for Unasked {
    fn from(_: Misfit) -> Self {
        Self
    }
}
