//! What can go wrong in a run.

use super::config::ConfigError;
use crate::py::{PyError, Str};

/// Something outside failed: a rollout's endpoint, the reflection model, the code that builds the feedback.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What kind of failure, in one word; the original reports the name of the exception's class here.
    pub kind: Str,
    /// What happened, for a person.
    pub message: Str,
}

/// Why a pass, or the whole run, could not go on.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GepaError {
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The original's own code would raise here: an empty training list, weights that add up to nothing.
    #[error(transparent)]
    Python(#[from] PyError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Objective fronts are wanted, but an evaluation brought no objective scores.
    #[error(
        "The fronts need objective scores, but the evaluation brought none. Use fronts by example, or an evaluator with objectives."
    )]
    NoObjectiveScores,
    /// A proposal is for a component that the candidates do not have.
    #[error("The proposal has a text for the component {0:?}, which the candidates do not have.")]
    UnknownComponent(Str),
    /// An evaluation does not match what was asked for.
    #[error("The evaluation brought {found} {what} for {expected} examples.")]
    WrongCount { what: &'static str, expected: usize, found: usize },
    /// Passes go by without spending a metric call, so the budget would never end the run.
    #[error("{passes} passes in a row spent no metric call; the run would never end.")]
    NoProgress { passes: u32 },
}

impl GepaError {
    /// The class of the exception that the original raises here.
    #[must_use]
    pub fn python_class(&self) -> &str {
        match self {
            Self::Failure(failure) => &failure.kind,
            Self::Python(error) => error.kind.name(),
            Self::Config(error) => error.python_class(),
            Self::NoObjectiveScores => "ValueError",
            Self::UnknownComponent(_) => "AssertionError",
            Self::WrongCount { .. } => "IndexError",
            // A guard of our own; the original goes on for ever.
            Self::NoProgress { .. } => "RuntimeError",
        }
    }
}
