//! The record of a rollout: what it was started with, and everything that happened in it from outside.
//!
//! Nothing else is saved. Tools, turns and rewards follow from the replies, so [`fold`] makes the whole rollout again,
//! at any of its steps, at no cost: resuming, looking back, forking, exporting and sharing are all reads of the journal.
//!
//! Events are only ever appended. No storage, no files and no clock here: ids and times are given.

pub mod digest;
pub mod event;
pub mod fold;
pub mod fork;
pub mod header;
pub mod judgements;
pub mod summary;

pub use digest::content_digest;
pub use event::{Event, What};
pub use fold::{FoldWarning, Folded, fold, fold_first};
pub use fork::{ForkChange, again, fork};
pub use header::{BatchId, EvolutionId, Examples, ForkedFrom, Header, InBatch, Instruction, RunId};
pub use judgements::{Judged, Judgements, Rated};
pub use summary::{RunState, Summary};

/// A rollout's record.
#[derive(Clone, Debug, PartialEq)]
pub struct Journal {
    pub header: Header,
    /// In the order in which they happened.
    pub events: Vec<Event>,
}

impl Journal {
    /// The record of a rollout that is about to begin.
    #[must_use]
    pub const fn new(header: Header) -> Self {
        Self { header, events: Vec::new() }
    }
}
