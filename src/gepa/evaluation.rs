//! Evaluations: what is to be scored, and what came back.

use super::error::GepaError;
use super::{Candidate, ExampleId};
use crate::py::{Num, Str, Value};

/// Which list of examples an id belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Split {
    /// The feedback set, which minibatches are drawn from.
    Train,
    /// The Pareto set.
    Validation,
}

/// Numbers the evaluations of a run from 0, so that a driver finds the trajectories it kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EvaluationId(pub u64);

/// One candidate to be scored on some examples.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluationRequest {
    pub id: EvaluationId,
    pub candidate: Candidate,
    pub split: Split,
    /// Examples in order. An id may occur twice: then it is scored, and counted, twice.
    pub examples: Vec<ExampleId>,
    /// Whether the original asks for trajectories here. Of these only the parents' are used: the driver keeps them under
    /// [`EvaluationRequest::id`] until the pass is over.
    pub capture_traces: bool,
}

/// Scores of one example by objective, in the order reported.
pub type ObjectiveScores = Vec<(Str, Num)>;

/// The scores of one request. Lists are as long as its examples and in their order.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Higher is better. A rollout that could not be judged must still have a score here, or the whole evaluation fails.
    pub scores: Vec<Num>,
    /// Where each example had several rollouts: the score of each, in an order that is the same for all candidates.
    /// Then `scores` has their means. `None`: one rollout an example.
    pub repeats: Option<Vec<Vec<Num>>>,
    /// What was produced, for the record of best outputs; null for nothing.
    pub outputs: Vec<Value>,
    /// `None` or empty: no objectives.
    pub objective_scores: Option<Vec<ObjectiveScores>>,
    /// Whether the driver kept trajectories. Without them nothing can be learnt from the evaluation.
    pub has_trajectories: bool,
    /// What the evaluation cost, if not one metric call an example. Counted for minibatches only.
    pub metric_calls: Option<u64>,
}

impl Evaluation {
    /// Scores alone.
    #[must_use]
    pub fn of_scores(scores: Vec<Num>, has_trajectories: bool) -> Self {
        let outputs = vec![Value::None; scores.len()];
        Self { scores, repeats: None, outputs, objective_scores: None, has_trajectories, metric_calls: None }
    }

    /// The objective scores of each example, unless there are none.
    pub(super) fn objectives(&self) -> Option<&[ObjectiveScores]> {
        self.objective_scores.as_deref().filter(|scores| !scores.is_empty())
    }

    /// By example, the scores of its rollouts.
    pub fn rollouts(&self) -> impl Iterator<Item = &[Num]> {
        rollouts(&self.scores, self.repeats.as_deref())
    }

    /// Refuses lists that are not as long as the request.
    pub(super) fn check(&self, expected: usize) -> Result<(), GepaError> {
        let lists = [
            ("scores", self.scores.len()),
            ("repeats", self.repeats.as_ref().map_or(expected, Vec::len)),
            ("outputs", self.outputs.len()),
            ("objective scores", self.objectives().map_or(expected, <[_]>::len)),
        ];
        match lists.into_iter().find(|(_, found)| *found != expected) {
            Some((what, found)) => Err(GepaError::WrongCount { what, expected, found }),
            None => Ok(()),
        }
    }
}

/// By example, the scores of its rollouts: of several where there were, else of the one.
pub fn rollouts<'a>(scores: &'a [Num], repeats: Option<&'a [Vec<Num>]>) -> impl Iterator<Item = &'a [Num]> {
    let of = move |(at, score): (usize, &'a Num)| {
        repeats.and_then(|all| all.get(at)).map_or(std::slice::from_ref(score), Vec::as_slice)
    };
    scores.iter().enumerate().map(of)
}
