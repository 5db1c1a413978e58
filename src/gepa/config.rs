//! The settings of a run, as plain data. They are saved with a run: together with its answers they make it again.

use num_bigint::BigInt;
use serde::{Deserialize, Serialize};

use super::acceptance::{Criterion, Selection};
use super::candidate::Candidate;
use super::reflect::Templates;
use crate::py::Num;

/// How a minibatch is judged, what is drawn, when to stop. [`Config::new`] has the original's defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Seeds the one random stream. The sign does not matter.
    #[serde(with = "int_text")]
    pub seed: BigInt,
    pub parent_selector: ParentSelector,
    pub frontier: Frontier,
    /// Tasks whose parent already has perfect scores on the minibatch are skipped.
    pub skip_perfect_score: bool,
    /// The score that cannot be bettered. `None`: there is none, and nothing can be skipped for it.
    pub perfect_score: Option<Num>,
    /// Training examples a proposal is judged on. 0 means 3, as in the original.
    pub minibatch_size: usize,
    pub components: Components,
    pub proposer: Proposer,
    /// `None`: candidates are never merged.
    pub merge: Option<MergeSettings>,
    /// `None`: every evaluation is paid for.
    pub cache: Option<CacheKeys>,
    /// Asked in this order before each pass; the first that is true ends the run, and those behind it are not asked.
    pub stoppers: Vec<Stopper>,
    /// Whether the outputs that gave the best scores are kept.
    pub track_best_outputs: bool,
    pub on_failure: OnFailure,
    pub validation: ValidationPolicy,
    pub criterion: Criterion,
    pub sampling: Sampling,
    pub selection: Selection,
    /// Where the original would save its state, shown in the result. A run with one keeps what [`super::Optimizer::saved`]
    /// gives.
    pub run_dir: Option<String>,
    /// Whether every draw from the random stream is reported as an event.
    pub report_draws: bool,
}

impl Config {
    /// The defaults of the original, with a budget of so many metric calls.
    #[must_use]
    pub fn new(max_metric_calls: u64) -> Self {
        Self {
            seed: BigInt::ZERO,
            parent_selector: ParentSelector::Pareto,
            frontier: Frontier::Instance,
            skip_perfect_score: true,
            perfect_score: Some(Num::Float(1.0)),
            minibatch_size: 3,
            components: Components::RoundRobin,
            proposer: Proposer::ReflectionModel(Templates::default()),
            merge: None,
            cache: None,
            stoppers: vec![Stopper::MetricCalls(max_metric_calls)],
            track_best_outputs: true,
            on_failure: OnFailure::Raise,
            validation: ValidationPolicy::Full,
            criterion: Criterion::StrictImprovement,
            sampling: Sampling::Single,
            selection: Selection::All,
            run_dir: None,
            report_draws: false,
        }
    }

    /// Refuses what the original refuses before it begins.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self, seed_candidate: &Candidate) -> Result<(), ConfigError> {
        if seed_candidate.is_empty() {
            return Err(ConfigError::NoComponents);
        }
        if self.skip_perfect_score && self.perfect_score.is_none() {
            return Err(ConfigError::NoPerfectScore);
        }
        if self.stoppers.is_empty() {
            return Err(ConfigError::NoStopper);
        }
        if self.merge.is_some_and(|merge| merge.overlap_floor == 0) {
            return Err(ConfigError::NoOverlapFloor);
        }
        if let Criterion::SignTest { p } = self.criterion
            && !(0.0..=1.0).contains(&p)
        {
            return Err(ConfigError::NoChance);
        }
        Ok(())
    }

    pub(super) const fn minibatch(&self) -> usize {
        if self.minibatch_size == 0 { 3 } else { self.minibatch_size }
    }
}

/// Settings that were saved without a part take the original's default for it, and never stop by themselves.
impl Default for Config {
    fn default() -> Self {
        Self::new(u64::MAX)
    }
}

/// An int of any size as decimal text, which every reader of JSON keeps whole.
mod int_text {
    use std::borrow::Cow;

    use num_bigint::BigInt;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(int: &BigInt, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(int)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BigInt, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| D::Error::custom("the seed is not an int"))
    }
}

/// Settings that no run can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("The seed candidate needs at least one component.")]
    NoComponents,
    #[error("Perfect scores can be skipped only if there is a perfect score.")]
    NoPerfectScore,
    #[error("The run needs at least one condition that stops it.")]
    NoStopper,
    #[error("Merging needs at least one validation example that both candidates were scored on.")]
    NoOverlapFloor,
    #[error("The sign test needs a threshold from 0 to 1.")]
    NoChance,
    #[error("The saved run keeps other fronts than the ones asked for.")]
    OtherFrontier,
    #[error("The settings can change only between two passes.")]
    InMidPass,
}

impl ConfigError {
    /// The class of the exception that the original raises.
    #[must_use]
    pub const fn python_class(self) -> &'static str {
        match self {
            Self::NoComponents
            | Self::NoPerfectScore
            | Self::NoStopper
            | Self::NoOverlapFloor
            | Self::NoChance
            | Self::OtherFrontier => "ValueError",
            // Not possible there.
            Self::InMidPass => "RuntimeError",
        }
    }
}

/// How many examples there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Examples {
    pub train: usize,
    /// `None`: the training examples are used for validation too.
    pub validation: Option<usize>,
}

impl Examples {
    /// How many examples candidates are validated on.
    #[must_use]
    pub fn validation_size(self) -> usize {
        self.validation.unwrap_or(self.train)
    }
}

/// How the parent of a proposal is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParentSelector {
    /// A candidate on the thinned front, as often as it holds a key of it.
    Pareto,
    CurrentBest,
    /// Any candidate with this probability (the original's is 0.1), else the best.
    EpsilonGreedy {
        epsilon: f64,
    },
    /// As `Pareto`, among the best so many (the original's are 5).
    TopKPareto {
        k: usize,
    },
}

/// What a front is kept for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frontier {
    /// Each validation example.
    Instance,
    /// Each objective's mean.
    Objective,
    /// Both.
    Hybrid,
    /// Each example and objective.
    Cartesian,
}

/// Which components of the parent are rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Components {
    /// One, in turn; a child goes on where its parent stands.
    RoundRobin,
    All,
}

/// Who writes new texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposer {
    /// The reflection model: the optimiser renders a prompt for each component and reads the replies.
    ReflectionModel(Templates),
    /// The driver has its own way from the reflective dataset to texts.
    Own,
}

/// When two candidates with a common ancestor are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeSettings {
    /// Merges are scheduled until so many were accepted; those scheduled by then are still tried.
    pub max_invocations: u32,
    /// Validation examples that both parents must have been scored on, at least 1.
    pub overlap_floor: usize,
}

impl Default for MergeSettings {
    fn default() -> Self {
        Self { max_invocations: 5, overlap_floor: 5 }
    }
}

/// What the evaluation cache remembers scores by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheKeys {
    /// Candidate, example and its list; the lists share entries only where they are the same list. The seed's scores are
    /// kept too. As in the original's versions after 0.1.4.
    BySplit,
    /// Candidate and position alone: a training example's score is taken for the validation example at the same position.
    /// A fault of 0.1.4, for comparison with it.
    AsIn014,
}

/// What to do when a pass fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// The run ends with the error.
    Raise,
    /// The next pass begins. As in 0.1.4: a failure that repeats and costs nothing goes on for ever.
    Continue,
    /// The next pass begins, unless so many passes in a row spent no metric call; then the run ends with the error.
    /// 1 is what the original's versions after 0.1.4 do.
    Guarded { idle_passes: u32 },
}

/// Which validation examples a new candidate is scored on. The seed is always scored on all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValidationPolicy {
    Full,
    /// All but every `step`-th, at another place for each size of the pool. 0 or 1 leave nothing out or nothing over.
    Stepped {
        step: usize,
    },
}

/// How many (parent, minibatch) tasks a pass has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    Single,
    /// One parent, so many minibatches.
    SameParent(usize),
    /// So many times a parent and a minibatch.
    Independent(usize),
    ParentsTimesMinibatches {
        parents: usize,
        minibatches: usize,
    },
}

/// A condition that ends the run, asked before each pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stopper {
    /// So many metric calls were spent.
    MetricCalls(u64),
    /// The reflection model cost so much, by what the driver says.
    ReflectionCost { usd: f64 },
    /// So many passes began.
    Proposals(u64),
    /// So many candidates are in the pool.
    TrackedCandidates(usize),
    /// So many checks in a row saw no better best aggregate.
    NoImprovement(u64),
    /// The best aggregate reached this.
    ScoreThreshold(f64),
    /// More than so many seconds went by, by what the driver says.
    Elapsed { seconds: f64 },
    /// The driver saw a sign to stop: the original's stop file, or its signals.
    Signal,
    /// Any of these, asked until one is true.
    Any(Vec<Stopper>),
    /// All of these, asked until one is false.
    All(Vec<Stopper>),
}
