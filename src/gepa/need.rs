//! What a run waits for.

use super::evaluation::{EvaluationId, EvaluationRequest};
use super::reflect::ReflectiveDataset;
use super::{Candidate, CandidateId, Texts};
use crate::py::Str;

/// What the optimiser needs to go on. Each has its [`super::Answer`].
#[derive(Clone, Debug)]
pub enum Need {
    /// Leave to begin a pass. Here a run can be paused, stopped, given other settings, or shown another candidate.
    Leave {
        /// The number of the pass, from 1.
        iteration: u64,
    },
    /// Scores. All requests belong together: if one fails, all do. They may be carried out side by side.
    Evaluate { purpose: Purpose, requests: Vec<EvaluationRequest> },
    /// The reflective dataset of one task, from the trajectories of an evaluation.
    BuildDataset {
        /// The parent.
        candidate: Candidate,
        /// Whose trajectories: an evaluation that was asked for in this pass.
        evaluation: EvaluationId,
        /// The components that will be rewritten.
        components: Vec<Str>,
    },
    /// New texts, for each job. They may be asked for side by side.
    Propose { jobs: Vec<ProposalJob> },
}

/// What an evaluation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The seed on all validation examples.
    Seed,
    /// Parents on their minibatches, with trajectories.
    Parents,
    /// Children on the minibatches of their parents.
    Children,
    /// A merged candidate on a few validation examples.
    Merge,
    /// Candidates that will join the pool, on the validation examples.
    Validation,
}

/// One task's request for new texts.
#[derive(Clone, Debug)]
pub struct ProposalJob {
    pub parent: CandidateId,
    pub candidate: Candidate,
    pub components: Vec<Str>,
    pub dataset: ReflectiveDataset,
    /// Prompts for the reflection model by component, in order; components without records have none. Empty if the
    /// driver has its own way to new texts.
    pub prompts: Texts,
}

/// What came of one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobReply {
    /// New texts by component, for a driver with its own way. None at all drops the task; so a person can refuse what
    /// the reflection model replied.
    Texts(Texts),
    /// The reflection model's replies, one for each prompt and in their order.
    Replies(Vec<Reply>),
}

/// A reply of the reflection model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// As the model gave it.
    pub raw: Str,
    /// The text a person put in place of the one in the reply. `None`: as it is.
    pub edited: Option<Str>,
}

impl From<&str> for Reply {
    fn from(raw: &str) -> Self {
        Self { raw: raw.into(), edited: None }
    }
}

/// What the optimiser can't know by itself, told before each pass.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outside {
    /// A person asked the run to stop.
    pub stop: bool,
    /// For [`super::Stopper::Signal`].
    pub signal: bool,
    /// Since the run began, for [`super::Stopper::Elapsed`].
    pub elapsed_seconds: f64,
    /// What the reflection model cost so far, for [`super::Stopper::ReflectionCost`].
    pub reflection_cost_usd: f64,
}
