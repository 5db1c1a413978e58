//! What a run is told. A run is fully described by its settings and its answers in order; `saved.rs` writes and reads
//! them.

use super::evaluation::Evaluation;
use super::need::{JobReply, Outside};
use super::reflect::ReflectiveDataset;
use super::{Candidate, CandidateId, Failure};

/// The answer to a [`super::Need`].
#[derive(Clone, Debug)]
pub enum Answer {
    /// To `Leave`: go on, unless it is time to stop.
    Proceed(Outside),
    /// To `Leave`: a person's own candidate is validated and joins the pool; then leave is asked for again.
    Introduce { candidate: Candidate, parents: Vec<CandidateId> },
    /// To `Evaluate`: one for each request, in order.
    Evaluated(Vec<Evaluation>),
    /// To `BuildDataset`.
    DatasetBuilt(ReflectiveDataset),
    /// To `Propose`: one for each job, in order.
    Proposed(Vec<JobReply>),
    /// To all but `Leave`: it failed, and will not be tried again by whoever was asked.
    Failed(Failure),
}

/// An answer to something else than what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is no answer to what the run needs.")]
pub struct Misfit;
