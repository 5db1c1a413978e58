//! The figures of an arm: averages, pass^k and pass@k, how sure they are, and how many rollouts they rest on.

use std::collections::BTreeMap;

use super::board::{Board, Mark};
use crate::present::format::counted;
use crate::stats::{Interval, Metrics, Score, pass_at_k, pass_hat_k, wilson};

/// The figures of one arm. A rollout without a verdict enters none of them but those that say so.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    pub arm: String,
    /// Different tasks, and trials of each.
    pub tasks: usize,
    pub trials: usize,
    pub scored: usize,
    pub unscored: usize,
    /// Rollouts that have not come to an end.
    pub left: usize,
    pub won: usize,
    /// `None` while nothing is scored.
    pub average: Option<f64>,
    /// For k = 1, 2, …: over the tasks with at least k scored trials; `None` where there is none.
    pub pass_hat: Vec<Option<f64>>,
    pub pass_at: Vec<Option<f64>>,
    /// Where the share of won rollouts lies with 95 % confidence.
    pub interval: Option<Interval>,
    /// The original's figures: what is unscored counts as 0.
    pub as_original: Option<Metrics>,
    pub interval_as_original: Option<Interval>,
}

impl Figures {
    /// The figures of an arm as it stands.
    #[must_use]
    pub fn of(board: &Board, arm: usize) -> Self {
        let scores = board.scores(arm);
        let own = || board.places.iter().filter(|place| place.cell.arm == arm);
        let mut all: BTreeMap<usize, usize> = BTreeMap::new();
        own().for_each(|place| *all.entry(place.cell.task).or_default() += 1);
        let trials = all.values().copied().max().unwrap_or(0);
        let mut tasks: BTreeMap<i64, (usize, usize)> = BTreeMap::new();
        for score in &scores {
            let (won, of) = tasks.entry(score.task).or_default();
            *won += usize::from(score.is_success());
            *of += 1;
        }
        let mean = |k: usize, chance: fn(usize, usize, usize) -> f64| {
            let values: Vec<f64> =
                tasks.values().filter(|(_, of)| *of >= k).map(|(won, of)| chance(*won, *of, k)).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        let unscored = own().filter(|place| place.mark == Mark::Unscored).count();
        let won = scores.iter().filter(|score| Score::is_success(score)).count();
        let total: f64 = scores.iter().map(|score| score.reward).sum();
        Self {
            arm: board.record.arms.get(arm).map(|arm| arm.name.clone()).unwrap_or_default(),
            tasks: all.len(),
            trials,
            scored: scores.len(),
            unscored,
            left: own().filter(|place| !place.mark.is_ended()).count(),
            won,
            average: (!scores.is_empty()).then(|| total / scores.len() as f64),
            pass_hat: (1..=trials).map(|k| mean(k, pass_hat_k)).collect(),
            pass_at: (1..=trials).map(|k| mean(k, pass_at_k)).collect(),
            interval: wilson(won, scores.len()),
            interval_as_original: wilson(won, scores.len() + unscored),
            as_original: Metrics::of(&board.scores_as_original(arm)),
        }
    }

    /// What the figures rest on: `6 tasks × 2 trials · 11 scored · 1 unscored`.
    #[must_use]
    pub fn basis(&self) -> String {
        let mut parts = vec![
            format!(
                "{} × {}",
                counted(self.tasks as u64, "task", "tasks"),
                counted(self.trials as u64, "trial", "trials")
            ),
            format!("{} scored", self.scored),
            format!("{} unscored", self.unscored),
        ];
        if self.left > 0 {
            parts.push(format!("{} to come", self.left));
        }
        parts.join(" · ")
    }
}

/// A share or a reward: `0.583`; `–` where there is none.
#[must_use]
pub fn share(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"))
}

/// An interval: `0.32 – 0.81`.
#[must_use]
pub fn range(interval: Option<Interval>) -> String {
    interval.map_or_else(|| "–".to_owned(), |Interval { low, high }| format!("{low:.2} – {high:.2}"))
}
