//! The form that sets up an evolution: texts as they are typed → settings, or what is wrong with them.

use std::str::FromStr;

use super::entries::Entry;
use super::sets;
use crate::evolve::{DatasetChoice, DatasetChoices, DatasetError, Datasets, Feedback};
use crate::gepa::{
    CacheKeys, Config, Criterion, MergeSettings, OnFailure, ParentSelector, Sampling, Selection, Stopper,
};
use crate::journal::header::MAX_SEED;
use crate::present::format::count;
use crate::rollout::batch::{Limits, TaskListError, parse_tasks};

/// An instruction to begin with for packs that have no such line of their own.
pub const ONE_LINE: &str = "You help the customers of this company with whatever they come for.";

/// More metric calls than anybody pays for.
const MAX_BUDGET: u64 = 100_000;
const MAX_MINIBATCH: u64 = 100;
const MAX_CONCURRENCY: u64 = 64;
const MAX_REPEATS: u64 = 20;
const MAX_PROPOSALS: u64 = 16;

/// How the parent of a proposal is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parents {
    #[default]
    Pareto,
    Best,
    MostlyBest,
    TopPareto,
}

/// What a proposal must reach on its minibatch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accepts {
    #[default]
    Better,
    AsGood,
    Margin,
    /// By more than noise, over repeated rollouts.
    SignTest,
}

/// Which tasks a pass proposes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Passes {
    #[default]
    One,
    SameParent,
    OwnParents,
}

/// A choice of a list: its words, and what is said of it.
macro_rules! choices {
    ($name:ident { $($variant:ident: $words:literal),+ $(,)? }) => {
        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As the form says it.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$variant => $words),+
                }
            }
        }
    };
}

choices!(Parents {
    Pareto: "Pareto: whoever is best on some task, the more tasks the more often",
    Best: "Always the best so far",
    MostlyBest: "The best, now and then any",
    TopPareto: "Pareto among the best few",
});

choices!(Accepts {
    Better: "Better than its parent",
    AsGood: "As good or better",
    Margin: "Better by a margin",
    SignTest: "Better by more than noise"
});

choices!(Passes {
    One: "One proposal",
    SameParent: "Several from one parent",
    OwnParents: "Several, each from a parent of its own",
});

/// What the form's lists and boxes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    /// The splits of the three sets.
    pub splits: [String; 3],
    pub parents: Parents,
    pub accepts: Accepts,
    pub passes: Passes,
    /// Of several proposals only the one that gained most is taken.
    pub best_only: bool,
    pub merge: bool,
    pub cache: bool,
    pub skip_perfect: bool,
    pub feedback: Feedback,
    /// As the original in every decision: doubts decide nothing, nothing waits for a person.
    pub parity: bool,
    /// Each proposal waits for a person.
    pub review: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            splits: <[String; 3]>::default(),
            parents: Parents::default(),
            accepts: Accepts::default(),
            passes: Passes::default(),
            best_only: false,
            merge: false,
            // A rollout of the same candidate and task is not paid for twice.
            cache: true,
            skip_perfect: true,
            feedback: Feedback::default(),
            parity: false,
            review: false,
        }
    }
}

/// The form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The texts, each at its [`Entry::at`].
    texts: [String; Entry::ALL.len()],
    pub choices: Choices,
}

/// What the form asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Empty: to be named after what it evolves.
    pub name: String,
    pub choices: DatasetChoices,
    pub dataset_seed: u64,
    pub datasets: Datasets,
    pub config: Config,
    /// How often each task of a minibatch is rolled out.
    pub repeats: u32,
    pub budget: u64,
    /// Of programs' draws in rollouts.
    pub seed: u64,
    pub concurrency: usize,
    pub limits: Limits,
    pub temperature: Option<f64>,
}

/// What is wrong with the form; the texts say how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupFault {
    #[error("{}: {fault}", .entry.label())]
    Tasks { entry: Entry, fault: TaskListError },
    #[error(transparent)]
    Datasets(#[from] DatasetError),
    #[error("{}: a whole number from {least} to {}.", .entry.label(), count(*.most))]
    Whole { entry: Entry, least: u64, most: u64 },
    #[error("{}: a number from {least} to {most}{}.", .entry.label(), if *.optional { ", or empty" } else { "" })]
    Number { entry: Entry, least: u32, most: u32, optional: bool },
    #[error("{}: a number above 0, or empty for no limit.", .0.label())]
    Limit(Entry),
}

impl Default for Form {
    fn default() -> Self {
        Self { texts: Entry::ALL.map(|entry| entry.usual().to_owned()), choices: Choices::default() }
    }
}

impl Form {
    /// A form filled in to be started at once, for a pack with these splits.
    #[must_use]
    pub fn rehearsal(splits: &[(String, usize)]) -> Self {
        let mut form = Self::default();
        form.take_sets(splits);
        form
    }

    /// The settings of the published experiment: a budget of 500, every decision as the original makes it.
    #[must_use]
    pub fn published(splits: &[(String, usize)]) -> Self {
        let mut form = Self::rehearsal(splits);
        form.set(Entry::Budget, "500");
        form.set(Entry::Concurrency, "8");
        form.choices.cache = false;
        form.choices.parity = true;
        form
    }

    /// Takes the datasets that are usual for a pack.
    pub fn take_sets(&mut self, splits: &[(String, usize)]) {
        let [feedback, pareto, held_out] = sets::usual(splits);
        self.choices.splits = [feedback.split, pareto.split, held_out.split];
        self.set(Entry::FeedbackTasks, &feedback.tasks);
        self.set(Entry::ParetoTasks, &pareto.tasks);
        self.set(Entry::HeldOutTasks, &held_out.tasks);
        for entry in [Entry::FeedbackMost, Entry::ParetoMost, Entry::HeldOutMost] {
            self.set(entry, "");
        }
    }

    #[must_use]
    pub fn text(&self, entry: Entry) -> &str {
        self.texts.get(entry.at()).map_or("", String::as_str)
    }

    pub fn set(&mut self, entry: Entry, text: &str) {
        if let Some(own) = self.texts.get_mut(entry.at()) {
            text.clone_into(own);
        }
    }

    /// What the form asks for, of a pack whose splits have these sizes.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn plan(&self, size: impl Fn(&str) -> Option<usize>) -> Result<Plan, SetupFault> {
        let budget = self.budget()?;
        let seed = self.whole(Entry::Seed, 0, MAX_SEED)?;
        let choices = DatasetChoices {
            feedback: self.dataset(0, Entry::FeedbackTasks, Entry::FeedbackMost, &size)?,
            pareto: self.dataset(1, Entry::ParetoTasks, Entry::ParetoMost, &size)?,
            evaluation: self.dataset(2, Entry::HeldOutTasks, Entry::HeldOutMost, &size)?,
        };
        let dataset_seed = self.whole(Entry::DatasetSeed, 0, MAX_SEED)?;
        // MAX_SEED is far below the bound.
        let datasets = choices.draw(i64::try_from(dataset_seed).unwrap_or(i64::MAX), size)?;
        Ok(Plan {
            name: self.text(Entry::Name).trim().to_owned(),
            choices,
            dataset_seed,
            datasets,
            config: self.config(budget, seed)?,
            repeats: match self.choices.accepts {
                Accepts::SignTest => self.small(Entry::Repeats, MAX_REPEATS)?,
                _ => 1,
            },
            budget,
            seed,
            concurrency: self.small(Entry::Concurrency, MAX_CONCURRENCY)?,
            limits: Limits {
                calls: self.limit(Entry::Calls)?,
                tokens: self.limit(Entry::Tokens)?,
                cost_usd: self.limit(Entry::Cost)?,
            },
            temperature: self.number(Entry::Temperature, 2)?,
        })
    }

    /// The metric calls that may be spent.
    ///
    /// # Errors
    /// It is no such number.
    pub fn budget(&self) -> Result<u64, SetupFault> {
        self.whole(Entry::Budget, 1, MAX_BUDGET)
    }

    /// The optimiser's settings, apart from what can't change in an evolution: its seed and its sets.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn config(&self, budget: u64, seed: u64) -> Result<Config, SetupFault> {
        let own = &self.choices;
        let proposals = || self.small(Entry::Proposals, MAX_PROPOSALS);
        let mut stoppers = vec![Stopper::MetricCalls(budget)];
        stoppers.extend(self.number(Entry::StopAtScore, 1)?.map(Stopper::ScoreThreshold));
        if !self.is_empty(Entry::StopWithoutGain) {
            stoppers.push(Stopper::NoImprovement(self.whole(Entry::StopWithoutGain, 1, MAX_BUDGET)?));
        }
        Ok(Config {
            seed: seed.into(),
            parent_selector: match own.parents {
                Parents::Pareto => ParentSelector::Pareto,
                Parents::Best => ParentSelector::CurrentBest,
                Parents::MostlyBest => {
                    let fault = SetupFault::Number { entry: Entry::Epsilon, least: 0, most: 1, optional: false };
                    ParentSelector::EpsilonGreedy { epsilon: self.number(Entry::Epsilon, 1)?.ok_or(fault)? }
                }
                Parents::TopPareto => ParentSelector::TopKPareto { k: self.small(Entry::TopK, 1_000)? },
            },
            skip_perfect_score: own.skip_perfect,
            minibatch_size: self.small(Entry::Minibatch, MAX_MINIBATCH)?,
            merge: match own.merge {
                true => {
                    let max_invocations = self.small(Entry::Merges, 1_000)?;
                    Some(MergeSettings { max_invocations, ..MergeSettings::default() })
                }
                false => None,
            },
            cache: own.cache.then_some(CacheKeys::BySplit),
            stoppers,
            on_failure: if own.parity { OnFailure::Raise } else { OnFailure::Guarded { idle_passes: 1 } },
            criterion: match own.accepts {
                Accepts::Better => Criterion::StrictImprovement,
                Accepts::AsGood => Criterion::ImprovementOrEqual,
                Accepts::SignTest => Criterion::sign_test(),
                Accepts::Margin => {
                    let most = u32::try_from(MAX_MINIBATCH).unwrap_or(u32::MAX);
                    let fault = SetupFault::Number { entry: Entry::Margin, least: 0, most, optional: false };
                    Criterion::Margin(self.number(Entry::Margin, most)?.ok_or(fault)?)
                }
            },
            sampling: match own.passes {
                Passes::One => Sampling::Single,
                Passes::SameParent => Sampling::SameParent(proposals()?),
                Passes::OwnParents => Sampling::Independent(proposals()?),
            },
            selection: if own.best_only && own.passes != Passes::One { Selection::Best } else { Selection::All },
            ..Config::new(budget)
        })
    }

    fn dataset(
        &self,
        at: usize,
        tasks: Entry,
        most: Entry,
        size: &impl Fn(&str) -> Option<usize>,
    ) -> Result<DatasetChoice, SetupFault> {
        let split = self.choices.splits.get(at).cloned().unwrap_or_default();
        let indexes = match self.is_empty(tasks) {
            true => None,
            false => {
                let fault = |fault| SetupFault::Tasks { entry: tasks, fault };
                Some(parse_tasks(self.text(tasks), size(&split).unwrap_or(0)).map_err(fault)?)
            }
        };
        let max_size = if self.is_empty(most) { None } else { Some(self.small(most, MAX_BUDGET)?) };
        Ok(DatasetChoice { split, indexes, max_size })
    }

    fn is_empty(&self, entry: Entry) -> bool {
        self.text(entry).trim().is_empty()
    }

    fn whole(&self, entry: Entry, least: u64, most: u64) -> Result<u64, SetupFault> {
        let number: Option<u64> = read_whole(self.text(entry));
        number.filter(|n| (least..=most).contains(n)).ok_or(SetupFault::Whole { entry, least, most })
    }

    /// A whole number from 1 on that fits whatever holds it.
    fn small<T: TryFrom<u64>>(&self, entry: Entry, most: u64) -> Result<T, SetupFault> {
        let fault = SetupFault::Whole { entry, least: 1, most };
        T::try_from(self.whole(entry, 1, most)?).map_err(|_| fault)
    }

    /// A number from 0 on; `None` where the line is empty.
    fn number(&self, entry: Entry, most: u32) -> Result<Option<f64>, SetupFault> {
        if self.is_empty(entry) {
            return Ok(None);
        }
        let number = self.text(entry).trim().parse().ok().filter(|n| (0.0..=f64::from(most)).contains(n));
        number.map(Some).ok_or(SetupFault::Number { entry, least: 0, most, optional: true })
    }

    fn limit<T: FromStr + PartialOrd + Default>(&self, entry: Entry) -> Result<Option<T>, SetupFault> {
        if self.is_empty(entry) {
            return Ok(None);
        }
        read_whole(self.text(entry)).filter(|n| *n > T::default()).map(Some).ok_or(SetupFault::Limit(entry))
    }
}

/// A number as people type it: thousands may be set off.
fn read_whole<T: FromStr>(text: &str) -> Option<T> {
    text.trim().replace([',', ' ', '_'], "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn splits() -> Vec<(String, usize)> {
        [("test", 12), ("train", 9), ("dev", 6)].map(|(name, size)| (name.to_owned(), size)).to_vec()
    }

    fn size(split: &str) -> Option<usize> {
        splits().iter().find(|(name, _)| name == split).map(|(_, size)| *size)
    }

    #[track_caller]
    fn refuses(entry: Entry, text: &str, says: &str) {
        let mut form = Form::rehearsal(&splits());
        form.set(entry, text);
        let fault = form.plan(size).unwrap_err().to_string();
        assert!(fault.contains(says) && fault.starts_with(entry.label()), "{fault}");
    }

    #[test]
    fn an_untouched_form_can_be_started() {
        let plan = Form::rehearsal(&splits()).plan(size).unwrap();
        assert_eq!((plan.budget, plan.concurrency, plan.seed, plan.repeats), (150, 4, 0, 1));
        assert_eq!(plan.datasets.feedback.tasks.len(), 9);
        assert_eq!((plan.datasets.pareto.split.as_str(), plan.datasets.evaluation.tasks.len()), ("dev", 12));
        let expected = Config {
            cache: Some(CacheKeys::BySplit),
            on_failure: OnFailure::Guarded { idle_passes: 1 },
            ..Config::new(150)
        };
        assert_eq!(plan.config, expected);
        assert_eq!(plan.config.check(&crate::gepa::Candidate::new([("a", "b")])), Ok(()));
    }

    #[test]
    fn the_published_experiment_is_the_originals_defaults() {
        let plan = Form::published(&splits()).plan(size).unwrap();
        assert_eq!((plan.config, plan.concurrency), (Config::new(500), 8));
        assert_eq!(plan.datasets, Form::rehearsal(&splits()).plan(size).unwrap().datasets);
    }

    #[test]
    fn what_is_chosen_is_taken() {
        let mut form = Form::rehearsal(&splits());
        for (entry, text) in [
            (Entry::Budget, "1,000"),
            (Entry::FeedbackTasks, "0-2, 5"),
            (Entry::FeedbackMost, "3"),
            (Entry::StopAtScore, "0.9"),
            (Entry::StopWithoutGain, "7"),
            (Entry::Proposals, "2"),
            (Entry::Margin, "0.5"),
            (Entry::Tokens, "1 000 000"),
            (Entry::Cost, "2.50"),
            (Entry::Temperature, "0"),
        ] {
            form.set(entry, text);
        }
        form.choices = Choices {
            parents: Parents::MostlyBest,
            accepts: Accepts::Margin,
            passes: Passes::OwnParents,
            best_only: true,
            merge: true,
            skip_perfect: false,
            ..form.choices
        };
        let plan = form.plan(size).unwrap();
        let config = plan.config;
        assert_eq!(plan.choices.feedback.indexes, Some(vec![0, 1, 2, 5]));
        assert_eq!(plan.datasets.feedback.tasks.len(), 3);
        let stoppers = [Stopper::MetricCalls(1_000), Stopper::ScoreThreshold(0.9), Stopper::NoImprovement(7)];
        assert_eq!(config.stoppers, stoppers);
        assert_eq!(config.parent_selector, ParentSelector::EpsilonGreedy { epsilon: 0.1 });
        assert_eq!((config.criterion, config.sampling), (Criterion::Margin(0.5), Sampling::Independent(2)));
        assert_eq!((config.selection, config.merge), (Selection::Best, Some(MergeSettings::default())));
        assert!(!config.skip_perfect_score);
        assert_eq!(plan.limits, Limits { calls: None, tokens: Some(1_000_000), cost_usd: Some(2.5) });
        assert_eq!(plan.temperature, Some(0.0));
    }

    #[test]
    fn what_is_wrong_is_named() {
        refuses(Entry::Budget, "0", "from 1 to");
        refuses(Entry::Minibatch, "many", "from 1 to 100");
        refuses(Entry::Seed, "-1", "from 0 to");
        refuses(Entry::FeedbackTasks, "9", "numbered from 0");
        refuses(Entry::ParetoMost, "0", "from 1 to");
        refuses(Entry::StopAtScore, "2", "from 0 to 1, or empty");
        refuses(Entry::Cost, "free", "above 0");
        refuses(Entry::Temperature, "3", "from 0 to 2");
        let mut form = Form::rehearsal(&splits());
        form.choices.splits[1] = "gone".into();
        assert!(form.plan(size).unwrap_err().to_string().contains("“gone”"));
    }

    #[test]
    fn lines_that_do_not_count_are_not_read() {
        let mut form = Form::rehearsal(&splits());
        for entry in [Entry::Epsilon, Entry::TopK, Entry::Margin, Entry::Merges, Entry::Proposals] {
            form.set(entry, "nonsense");
        }
        assert!(form.plan(size).is_ok());
        assert_eq!(form.plan(size).unwrap().repeats, 1);
        form.choices.accepts = Accepts::SignTest;
        let noise_aware = form.plan(size).unwrap();
        assert_eq!((noise_aware.repeats, noise_aware.config.criterion), (3, Criterion::sign_test()));
        form.choices.parents = Parents::TopPareto;
        assert_eq!(form.plan(size).unwrap_err(), SetupFault::Whole { entry: Entry::TopK, least: 1, most: 1_000 });
    }
}
