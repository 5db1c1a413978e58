//! What a run reports, in order of occurrence.
//!
//! Each event of the original's callbacks has its counterpart here, with the same content; `iteration` is 1 for the first
//! pass and 0 before it.

use num_bigint::BigInt;

use super::error::GepaError;
use super::evaluation::{ObjectiveScores, Split};
use super::pareto::Fronts;
use super::reflect::ReflectiveDataset;
use super::{Candidate, CandidateId, ExampleId, Texts};
use crate::py::{Num, Str};

/// Something that happened, or was decided.
#[derive(Clone, Debug)]
pub enum Event {
    OptimizationStarted {
        seed_candidate: Candidate,
        train_size: usize,
        validation_size: usize,
        perfect_score: Option<Num>,
        seed: BigInt,
        track_best_outputs: bool,
    },
    OptimizationEnded {
        best: CandidateId,
        /// The number of the last pass less one: −1 if there was none, as the original counts.
        total_iterations: i64,
        metric_calls: u64,
    },
    /// The original saves its state here, with a run directory; the event comes with or without.
    StateSaved {
        /// Passes finished so far.
        iteration: u64,
    },
    IterationStarted {
        iteration: u64,
    },
    IterationEnded {
        iteration: u64,
        accepted: bool,
    },
    /// A parent was chosen for a task of this pass.
    CandidateSelected {
        iteration: u64,
        candidate: CandidateId,
        /// Its aggregate on the validation examples.
        score: f64,
    },
    MinibatchSampled {
        iteration: u64,
        examples: Vec<ExampleId>,
        train_size: usize,
    },
    /// A minibatch or a merge's examples are scored; validations have no such event.
    EvaluationStarted {
        iteration: u64,
        /// `None` for a candidate that is not in the pool.
        candidate: Option<CandidateId>,
        split: Split,
        examples: Vec<ExampleId>,
        capture_traces: bool,
        parents: Vec<CandidateId>,
    },
    EvaluationEnded {
        iteration: u64,
        candidate: Option<CandidateId>,
        scores: Vec<Num>,
        /// The scores of each example's rollouts, where there were several ([`super::Evaluation::repeats`]).
        repeats: Option<Vec<Vec<Num>>>,
        has_trajectories: bool,
        parents: Vec<CandidateId>,
        objective_scores: Option<Vec<ObjectiveScores>>,
    },
    /// Nothing is proposed for a task.
    EvaluationSkipped {
        iteration: u64,
        candidate: CandidateId,
        reason: SkipReason,
        scores: Vec<Num>,
    },
    DatasetBuilt {
        iteration: u64,
        candidate: CandidateId,
        components: Vec<Str>,
        dataset: ReflectiveDataset,
    },
    ProposalStarted {
        iteration: u64,
        components: Vec<Str>,
        parent: Candidate,
    },
    ProposalEnded {
        iteration: u64,
        texts: Texts,
        /// What the reflection model was asked and said, by component; empty if the driver has its own way.
        prompts: Texts,
        replies: Texts,
    },
    CandidateAccepted {
        iteration: u64,
        candidate: CandidateId,
        /// The sum over the minibatch, or over the merge's examples.
        score: Num,
        parents: Vec<CandidateId>,
    },
    CandidateRejected {
        iteration: u64,
        candidate: Candidate,
        parent: CandidateId,
        /// Sums over the minibatch.
        before: Num,
        after: Num,
        reason: Rejection,
    },
    MergeAttempted {
        iteration: u64,
        parents: [CandidateId; 2],
        candidate: Candidate,
    },
    MergeAccepted {
        iteration: u64,
        candidate: CandidateId,
        parents: [CandidateId; 2],
    },
    /// The merged candidate scored below the better of its parents.
    MergeRejected {
        iteration: u64,
        parents: [CandidateId; 2],
        before: [Num; 2],
        after: Num,
    },
    /// A candidate joined the pool.
    FrontUpdated {
        iteration: u64,
        /// Ascending: those on any front of the kind in use, before thinning.
        front: Vec<CandidateId>,
        /// Ascending: those that were and are no more.
        displaced: Vec<CandidateId>,
        fronts: Box<Fronts>,
    },
    ValidationEvaluated {
        iteration: u64,
        id: CandidateId,
        candidate: Candidate,
        scores: Vec<(ExampleId, Num)>,
        /// −∞ without scores.
        average: f64,
        validation_size: usize,
        parents: Vec<CandidateId>,
        is_best: bool,
        has_outputs: bool,
    },
    BudgetUpdated {
        iteration: u64,
        used: u64,
        delta: u64,
        /// `None` without a limit on metric calls.
        remaining: Option<u64>,
    },
    /// The pass failed.
    Failed {
        iteration: u64,
        error: GepaError,
        will_continue: bool,
    },
    Note(Note),
    Draw(Draw),
}

/// Why nothing is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipReason {
    NoTrajectories,
    AllScoresPerfect,
}

impl SkipReason {
    /// The original's word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoTrajectories => "no_trajectories",
            Self::AllScoresPerfect => "all_scores_perfect",
        }
    }
}

/// Why a proposal does not enter the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// Not better on the minibatch, by one of the original's criteria.
    NotBetter,
    /// Another criterion refused it.
    Criterion,
    /// Better, but not by more than noise: [`super::Criterion::SignTest`] refused it.
    WithinNoise,
    /// It passed, but another was preferred.
    DroppedBySelection,
    /// Another proposal of this pass has the same texts.
    Duplicate,
}

impl Rejection {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotBetter => "not_better",
            Self::Criterion => "criterion",
            Self::WithinNoise => "within_noise",
            Self::DroppedBySelection => "dropped_by_selection",
            Self::Duplicate => "duplicate",
        }
    }
}

/// What the original only writes to its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// No two candidates could be merged.
    MergeNone,
    /// The two to be merged have no validation example in common.
    MergeLowOverlap,
    /// The proposer failed; it is asked again, task by task.
    ReflectRetry,
    /// It failed again: the task is dropped.
    ReflectFailed,
    /// The reflective dataset could not be built: the task is dropped.
    DatasetFailed,
    /// The proposer had no text: the task is dropped.
    NoText,
    /// The dataset has no records for a component.
    ComponentWithoutData,
    /// The pass ends without a proposal.
    NoProposal,
}

impl Note {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MergeNone => "merge_none",
            Self::MergeLowOverlap => "merge_low_overlap",
            Self::ReflectRetry => "reflect_retry",
            Self::ReflectFailed => "reflect_failed",
            Self::DatasetFailed => "dataset_failed",
            Self::NoText => "no_text",
            Self::ComponentWithoutData => "component_without_data",
            Self::NoProposal => "no_proposal",
        }
    }
}

/// One call of the random generator, with the candidates' or examples' numbers it chose from.
#[derive(Clone, Debug, PartialEq)]
pub enum Draw {
    Random {
        result: f64,
    },
    Int {
        low: i64,
        high: i64,
        result: i64,
    },
    Choice {
        of: Vec<u64>,
        result: u64,
    },
    /// `result` is `None` where the weights were refused.
    Choices {
        of: Vec<u64>,
        weights: Option<Vec<f64>>,
        count: usize,
        result: Option<Vec<u64>>,
    },
    Sample {
        of: Vec<u64>,
        count: usize,
        result: Vec<u64>,
    },
    Shuffle {
        of: Vec<u64>,
        result: Vec<u64>,
    },
}
