//! What an evolution begins with, and how one is forked.

use serde::{Deserialize, Serialize};

use super::datasets::Datasets;
use super::{COMPONENT, Evolution};
use crate::gepa::{Candidate, Config, ConfigError};

/// What an evolution begins with. Together with the answers it decides everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    pub datasets: Datasets,
    /// The seed candidate's text.
    pub seed_instruction: String,
    pub config: Config,
    /// Other settings from some place on, in the order in which they come.
    #[serde(default)]
    pub later: Vec<Changed>,
    /// How many rollouts each task of a minibatch has, at least 1. Parent and child have the same ones; each is a metric
    /// call. The task's score is their mean, and [`crate::gepa::Criterion::SignTest`] compares them one by one.
    #[serde(default = "once")]
    pub repeats: u32,
}

/// Settings that replace those before them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// From the first leave that is asked for after so many answers.
    pub answers: usize,
    pub config: Config,
}

const fn once() -> u32 {
    1
}

/// Why an evolution can't begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("The {0} set has no tasks. Choose at least one.")]
    Empty(&'static str),
}

/// A fork about to begin: its answers are the first ones of the evolution that it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Fork {
    pub setup: Setup,
    /// How many answers the two share.
    pub answers: usize,
}

/// Why there is no fork.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForkError {
    #[error("There is no iteration {0} to go on from.")]
    NoIteration(u64),
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl Setup {
    /// Refuses what no evolution can begin with.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self) -> Result<(), SetupError> {
        let Datasets { feedback, pareto, .. } = &self.datasets;
        for (set, tasks) in [("feedback", &feedback.tasks), ("Pareto", &pareto.tasks)] {
            if tasks.is_empty() {
                return Err(SetupError::Empty(set));
            }
        }
        self.check_config(&self.config)?;
        self.later.iter().try_for_each(|changed| self.check_config(&changed.config))?;
        Ok(())
    }

    fn check_config(&self, config: &Config) -> Result<(), ConfigError> {
        config.check(&Candidate::new([(COMPONENT, self.seed_instruction.as_str())]))?;
        // Fronts of another kind were not kept.
        if config.frontier == self.config.frontier { Ok(()) } else { Err(ConfigError::OtherFrontier) }
    }

    /// This set-up with other settings from the beginning of a pass on, as `evolution`, which it led to, stood there: with
    /// the candidates that a person had brought by then. With unchanged settings the fork comes to the same end.
    ///
    /// # Errors
    /// The pass was never reached, or the settings are such as none can have from there on.
    pub fn fork(&self, evolution: &Evolution, iteration: u64, config: Config) -> Result<Fork, ForkError> {
        self.check_config(&config)?;
        let leave = evolution.fork_points().iter().rev().find(|leave| leave.iteration == iteration);
        let answers = leave.ok_or(ForkError::NoIteration(iteration))?.answers;
        let mut setup = self.clone();
        setup.later.retain(|changed| changed.answers < answers);
        setup.later.push(Changed { answers, config });
        Ok(Fork { setup, answers })
    }
}
