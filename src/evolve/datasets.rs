//! Which tasks an evolution learns from, is selected by, and is judged on in the end.

use num_bigint::BigInt;
use serde::{Deserialize, Serialize};

use crate::py::random::Random;

/// How a dataset is taken from a split.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetChoice {
    pub split: String,
    /// Positions in the split; `None`: all of them.
    #[serde(default)]
    pub indexes: Option<Vec<usize>>,
    /// Only so many, the first ones.
    #[serde(default)]
    pub max_size: Option<usize>,
}

/// The choice of all three.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetChoices {
    /// Minibatches are drawn from these tasks, and their conversations are what the reflection model sees.
    pub feedback: DatasetChoice,
    /// Candidates are selected by these tasks.
    pub pareto: DatasetChoice,
    /// Held out: the last word on the result.
    pub evaluation: DatasetChoice,
}

/// Tasks of a split, in the order in which they are used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dataset {
    pub split: String,
    /// Positions in the split.
    pub tasks: Vec<usize>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Datasets {
    pub feedback: Dataset,
    pub pareto: Dataset,
    pub evaluation: Dataset,
}

/// Why there are no datasets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatasetError {
    #[error("The {0} set has no tasks. Choose at least one.")]
    Empty(&'static str),
    #[error("The {set} set is to be taken from “{split}”, which this pack does not have.")]
    NoSplit { set: &'static str, split: String },
    #[error("The {set} set names task {task}, but “{split}” has tasks 0 to {}.", .size.saturating_sub(1))]
    NoTask { set: &'static str, split: String, task: usize, size: usize },
}

impl DatasetChoices {
    /// Draws the datasets as the experiment does: each is listed, cut, then shuffled, in the order feedback, Pareto,
    /// evaluation, by one generator with this seed.
    ///
    /// The experiment counts the retail tasks whatever the domain; here each split has its own `size`.
    ///
    /// # Errors
    /// A set without tasks, or of tasks that are not there.
    pub fn draw(&self, seed: i64, size: impl Fn(&str) -> Option<usize>) -> Result<Datasets, DatasetError> {
        let mut random = Random::new(BigInt::from(seed));
        let mut take = |set, choice: &DatasetChoice| choice.take(set, &mut random, &size);
        Ok(Datasets {
            feedback: take("feedback", &self.feedback)?,
            pareto: take("Pareto", &self.pareto)?,
            evaluation: take("held-out", &self.evaluation)?,
        })
    }
}

impl DatasetChoice {
    fn take(
        &self,
        set: &'static str,
        random: &mut Random,
        size: &impl Fn(&str) -> Option<usize>,
    ) -> Result<Dataset, DatasetError> {
        let split = self.split.clone();
        let Some(size) = size(&split) else { return Err(DatasetError::NoSplit { set, split }) };
        let mut tasks = self.indexes.clone().unwrap_or_else(|| (0..size).collect());
        if let Some(task) = tasks.iter().copied().find(|task| *task >= size) {
            return Err(DatasetError::NoTask { set, split, task, size });
        }
        tasks.truncate(self.max_size.unwrap_or(usize::MAX));
        if tasks.is_empty() {
            return Err(DatasetError::Empty(set));
        }
        random.shuffle(&mut tasks);
        Ok(Dataset { split, tasks })
    }
}

impl Dataset {
    /// How many tasks the two have in common.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> usize {
        if self.split != other.split {
            return 0;
        }
        self.tasks.iter().filter(|task| other.tasks.contains(task)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(split: &str, indexes: Option<Vec<usize>>, max_size: Option<usize>) -> DatasetChoice {
        DatasetChoice { split: split.into(), indexes, max_size }
    }

    fn sizes(split: &str) -> Option<usize> {
        match split {
            "train" => Some(12),
            "dev" => Some(6),
            _ => None,
        }
    }

    #[test]
    fn drawn_as_pythons_random_does() {
        // random.seed(42); shuffle(list(range(12))[:10]); shuffle([0, 1, 2, 3, 4, 5]); shuffle([5, 3, 1])
        let choices = DatasetChoices {
            feedback: choice("train", None, Some(10)),
            pareto: choice("dev", None, None),
            evaluation: choice("train", Some(vec![5, 3, 1]), None),
        };
        let drawn = choices.draw(42, sizes).unwrap();
        assert_eq!(drawn.feedback.tasks, [7, 3, 2, 8, 5, 6, 9, 4, 0, 1]);
        assert_eq!(drawn.pareto.tasks, [1, 2, 5, 0, 3, 4]);
        assert_eq!(drawn.evaluation.tasks, [3, 1, 5]);
        assert_eq!((drawn.feedback.overlap(&drawn.evaluation), drawn.feedback.overlap(&drawn.pareto)), (3, 0));
    }

    #[test]
    fn what_is_not_there_is_named() {
        let with = |evaluation| DatasetChoices {
            feedback: choice("train", None, None),
            pareto: choice("dev", None, None),
            evaluation,
        };
        let error = |evaluation| with(evaluation).draw(0, sizes).unwrap_err().to_string();
        assert!(error(choice("test", None, None)).contains("“test”"));
        assert!(error(choice("dev", Some(vec![6]), None)).contains("tasks 0 to 5"));
        assert!(error(choice("dev", Some(Vec::new()), None)).contains("held-out set has no tasks"));
        assert!(error(choice("dev", None, Some(0))).contains("has no tasks"));
    }
}
