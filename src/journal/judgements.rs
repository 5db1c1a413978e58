//! What was found about a rollout after its end, by a model or a program: a rating, and who is at fault.
//!
//! They are notes beside the record: no event tells of them, and replaying the rollout does not need them.

use serde::{Deserialize, Serialize};

use crate::rollout::{Attribution, Occupant, Rating, Spent};

/// All that was found about a rollout; of each kind the last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Judgements {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<Judged<Rated>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribution: Option<Judged<Attribution>>,
}

/// Something that was found, by whom, and what it took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged<T> {
    pub found: T,
    /// Who was asked.
    pub by: Occupant,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    #[serde(default)]
    pub spent: Spent,
}

/// A rating with what was judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rated {
    /// The rubric as it was given.
    pub rubric: String,
    #[serde(flatten)]
    pub rating: Rating,
}
