//! The form that sets up a batch: texts as they are typed → settings, or what is wrong with them.

use crate::journal::header::MAX_SEED;
use crate::rollout::BatchSettings;
use crate::rollout::batch::{Limits, TaskListError, parse_tasks};

/// More trials of a task than anybody makes.
const MAX_TRIALS: u32 = 100;
const MAX_CONCURRENCY: usize = 64;
const MAX_ATTEMPTS: u32 = 10;
/// More rollouts than a grid can show at a useful speed.
const MAX_ROLLOUTS: usize = 20_000;

/// The form's texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    pub name: String,
    /// Numbers and ranges; empty for all.
    pub tasks: String,
    pub trials: String,
    pub concurrency: String,
    pub seed: String,
    pub shuffle: bool,
    pub attempts: String,
    /// Empty for no limit.
    pub calls: String,
    pub tokens: String,
    pub cost: String,
    /// Empty sends none.
    pub temperature: String,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            name: String::new(),
            tasks: String::new(),
            trials: "1".into(),
            concurrency: "4".into(),
            seed: "10".into(),
            shuffle: false,
            attempts: "3".into(),
            calls: String::new(),
            tokens: String::new(),
            cost: String::new(),
            temperature: String::new(),
        }
    }
}

/// What is wrong with the form; the texts say how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupFault {
    #[error(transparent)]
    Tasks(#[from] TaskListError),
    #[error("The split has no tasks.")]
    NoTasks,
    #[error("Trials: a whole number from 1 to {MAX_TRIALS}.")]
    Trials,
    #[error("At the same time: a whole number from 1 to {MAX_CONCURRENCY}.")]
    Concurrency,
    #[error("Attempts: a whole number from 1 to {MAX_ATTEMPTS}.")]
    Attempts,
    #[error("Seed: a whole number from 0 to 9007199254740991.")]
    Seed,
    #[error("{0}: a number above 0, or empty for no limit.")]
    Limit(&'static str),
    #[error("Temperature: a number from 0 to 2, or empty to send none.")]
    Temperature,
    #[error("These are {0} rollouts; a batch has {MAX_ROLLOUTS} at most. Choose fewer tasks, trials or arms.")]
    TooMany(usize),
}

impl Setup {
    /// The settings that the form asks for.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn settings(&self, split_size: usize, arms: usize) -> Result<BatchSettings, SetupFault> {
        let tasks = match self.tasks.trim() {
            "" => (0..split_size).collect(),
            text => parse_tasks(text, split_size)?,
        };
        if tasks.is_empty() {
            return Err(SetupFault::NoTasks);
        }
        let trials = whole(&self.trials).filter(|n| (1..=MAX_TRIALS).contains(n)).ok_or(SetupFault::Trials)?;
        let rollouts = tasks.len() * trials as usize * arms.max(1);
        if rollouts > MAX_ROLLOUTS {
            return Err(SetupFault::TooMany(rollouts));
        }
        let usual = BatchSettings::of_tasks(tasks);
        Ok(BatchSettings {
            trials,
            concurrency: whole(&self.concurrency)
                .filter(|n| (1..=MAX_CONCURRENCY).contains(n))
                .ok_or(SetupFault::Concurrency)?,
            shuffle: self.shuffle,
            seed: whole(&self.seed).filter(|seed| *seed <= MAX_SEED).ok_or(SetupFault::Seed)?,
            attempts: whole(&self.attempts).filter(|n| (1..=MAX_ATTEMPTS).contains(n)).ok_or(SetupFault::Attempts)?,
            limits: Limits {
                calls: limit(&self.calls, "Model calls", whole::<u64>)?,
                tokens: limit(&self.tokens, "Tokens", whole::<u64>)?,
                cost_usd: limit(&self.cost, "US dollars", number)?,
            },
            ..usual
        })
    }

    /// The temperature that the form asks for.
    ///
    /// # Errors
    /// It is none.
    pub fn temperature(&self) -> Result<Option<f64>, SetupFault> {
        match self.temperature.trim() {
            "" => Ok(None),
            text => number(text).filter(|t| (0.0..=2.0).contains(t)).map(Some).ok_or(SetupFault::Temperature),
        }
    }
}

/// A number as people type it: thousands may be set off.
fn whole<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.trim().replace([',', ' ', '_'], "").parse().ok()
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

fn limit<T: PartialOrd + Default>(
    text: &str,
    name: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, SetupFault> {
    match text.trim() {
        "" => Ok(None),
        text => read(text).filter(|limit| *limit > T::default()).map(Some).ok_or(SetupFault::Limit(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(change: impl FnOnce(&mut Setup), fault: &SetupFault) {
        let mut setup = Setup::default();
        change(&mut setup);
        assert_eq!(setup.settings(10, 2).as_ref(), Err(fault));
    }

    #[test]
    fn an_untouched_form_runs_every_task_once() {
        let settings = Setup::default().settings(3, 1).unwrap();
        let expected = BatchSettings { concurrency: 4, ..BatchSettings::of_tasks(vec![0, 1, 2]) };
        assert_eq!(settings, expected);
        assert_eq!(Setup::default().temperature(), Ok(None));
    }

    #[test]
    fn what_is_typed_is_taken() {
        let setup = Setup {
            tasks: "0-1, 7".into(),
            trials: "4".into(),
            tokens: "1,000,000".into(),
            cost: "2.50".into(),
            temperature: "0".into(),
            ..Setup::default()
        };
        let settings = setup.settings(10, 2).unwrap();
        assert_eq!((settings.tasks, settings.trials), (vec![0, 1, 7], 4));
        assert_eq!(settings.limits, Limits { calls: None, tokens: Some(1_000_000), cost_usd: Some(2.5) });
        assert_eq!(setup.temperature(), Ok(Some(0.0)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        refuses(|setup| setup.tasks = "11".into(), &TaskListError::Beyond { task: 11, split_size: 10 }.into());
        refuses(|setup| setup.trials = "0".into(), &SetupFault::Trials);
        refuses(|setup| setup.concurrency = "many".into(), &SetupFault::Concurrency);
        refuses(|setup| setup.seed = "-1".into(), &SetupFault::Seed);
        refuses(|setup| setup.attempts = "99".into(), &SetupFault::Attempts);
        refuses(|setup| setup.calls = "0".into(), &SetupFault::Limit("Model calls"));
        refuses(|setup| setup.cost = "free".into(), &SetupFault::Limit("US dollars"));
        let hot = Setup { temperature: "3".into(), ..Setup::default() };
        assert_eq!(hot.temperature(), Err(SetupFault::Temperature));
        assert_eq!(Setup::default().settings(0, 1), Err(SetupFault::NoTasks));
        let many = Setup { trials: "100".into(), ..Setup::default() };
        assert_eq!(many.settings(500, 1), Err(SetupFault::TooMany(50_000)));
    }
}
