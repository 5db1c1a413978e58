//! The figures of an arm by its rater, beside those by the environment's reward.

use std::collections::BTreeMap;

use super::board::{Board, Mark};
use crate::stats::{Interval, pass_hat_k, wilson};

/// The ratings of one arm. Only rollouts with a verdict are rated; one that is not rated yet enters no figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratings {
    pub arm: String,
    pub rated: usize,
    /// Rollouts that have a verdict and no rating.
    pub unrated: usize,
    /// Rated 1: the rubric holds.
    pub holds: usize,
    /// `None` while nothing is rated.
    pub average: Option<f64>,
    /// Where the share of rollouts rated 1 lies with 95 % confidence.
    pub interval: Option<Interval>,
    /// For k = 1, 2, …: over the tasks with at least k rated trials; `None` where there is none.
    pub pass_hat: Vec<Option<f64>>,
    /// How many ratings say what the reward says.
    pub agree: usize,
}

impl Ratings {
    /// The ratings of an arm as it stands.
    #[must_use]
    pub fn of(board: &Board, arm: usize) -> Self {
        let own = || board.places.iter().filter(|place| place.cell.arm == arm);
        let scored = own().filter(|place| matches!(place.mark, Mark::Scored(_)));
        let ratings: Vec<(usize, f64, bool)> =
            scored.clone().filter_map(|place| Some((place.cell.task, place.rating?, place.mark.is_won()))).collect();
        let holds = |rating: f64| rating >= 1.0;
        let mut tasks: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for (task, rating, _) in &ratings {
            let (yes, of) = tasks.entry(*task).or_default();
            *yes += usize::from(holds(*rating));
            *of += 1;
        }
        let trials = tasks.values().map(|(_, of)| *of).max().unwrap_or(0);
        let pass = |k: usize| {
            let values: Vec<f64> =
                tasks.values().filter(|(_, of)| *of >= k).map(|(yes, of)| pass_hat_k(*yes, *of, k)).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        let count = ratings.len();
        let yes = ratings.iter().filter(|(_, rating, _)| holds(*rating)).count();
        let total: f64 = ratings.iter().map(|(_, rating, _)| rating).sum();
        Self {
            arm: board.record.arms.get(arm).map(|arm| arm.name.clone()).unwrap_or_default(),
            rated: count,
            unrated: scored.count() - count,
            holds: yes,
            average: (count > 0).then(|| total / count as f64),
            interval: wilson(yes, count),
            pass_hat: (1..=trials).map(pass).collect(),
            agree: ratings.iter().filter(|(_, rating, won)| holds(*rating) == *won).count(),
        }
    }
}
