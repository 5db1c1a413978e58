//! GEPA: evolving the texts of an agent by reflection, decision for decision as Python's `gepa` 0.1.4 does.
//!
//! [`Optimizer`] is a state machine without I/O, on [`crate::py`] and the figures of [`crate::stats`] alone: it says what it needs next
//! ([`Need`]), is given an [`Answer`], and tells what it decided ([`Event`]). Whoever drives it runs the rollouts, asks the
//! reflection model and keeps the answers; the same settings and answers always give the same decisions, so a journal
//! of answers is all that a run has to save.
//!
//! The words are the field's (candidate, component, minibatch, front, metric call); where a doc comment says "the
//! original" it means that package. This layer knows nothing of chats, rollouts, tasks or pages.

pub mod acceptance;
pub mod answer;
mod cache;
pub mod candidate;
pub mod chance;
pub mod config;
pub mod error;
pub mod evaluation;
pub mod event;
pub mod merge;
mod merging;
pub mod minibatch;
pub mod need;
pub mod optimizer;
pub mod pareto;
pub mod reflect;
mod reflective;
pub mod result;
mod sampling;
pub mod saved;
pub mod select;
pub mod state;
mod stop;
pub mod trace;
mod validation;

pub use acceptance::{Criterion, Evidence, Pairs, Selection};
pub use answer::{Answer, Misfit};
pub use candidate::{Candidate, CandidateId, ExampleId, Texts};
pub use config::{
    CacheKeys, Components, Config, ConfigError, Examples, Frontier, MergeSettings, OnFailure, ParentSelector, Proposer,
    Sampling, Stopper, ValidationPolicy,
};
pub use error::{Failure, GepaError};
pub use evaluation::{Evaluation, EvaluationId, EvaluationRequest, ObjectiveScores, Split};
pub use event::{Draw, Event, Note, Rejection, SkipReason};
pub use need::{JobReply, Need, Outside, ProposalJob, Purpose, Reply};
pub use optimizer::{Optimizer, Outcome};
pub use pareto::{Front, FrontKey, Fronts};
pub use result::RunResult;
pub use state::State;

/// A map that keeps the order in which keys were first inserted, as Python's dicts do; that order decides.
pub type Map<K, V> = indexmap::IndexMap<K, V, foldhash::fast::FixedState>;
