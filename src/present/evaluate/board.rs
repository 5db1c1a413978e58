//! A batch as it stands: each of its rollouts with what came of it so far.

use std::sync::Arc;

use crate::journal::{Judgements, RunState, Summary};
use crate::present::format::{count, counted, duration_ms};
use crate::rollout::batch::{Cell, CellState, Limit};
use crate::rollout::{Batch, Spent};
use crate::stats::Score;
use crate::workspace::BatchRecord;

/// How near to 1 a reward must be for a rollout to be won.
const TOLERANCE: f64 = 1e-6;

/// What came of a rollout so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mark {
    Waiting,
    /// It was left in the middle, and can go on.
    Left,
    Running,
    /// It waits to be begun again.
    Resting,
    /// It has its verdict: a reward from 0.0 to 1.0.
    Scored(f64),
    /// It has none: an infrastructure failure.
    Unscored,
}

impl Mark {
    /// What a recorded rollout says of itself.
    #[must_use]
    pub const fn of_summary(summary: &Summary) -> Self {
        match (summary.reward, summary.state) {
            (Some(reward), _) => Self::Scored(reward),
            (None, RunState::Unscored) => Self::Unscored,
            (None, _) => Self::Left,
        }
    }

    #[must_use]
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::Scored(_) | Self::Unscored)
    }

    #[must_use]
    pub fn is_won(self) -> bool {
        matches!(self, Self::Scored(reward) if reward >= 1.0 - TOLERANCE)
    }

    /// Whether it has a verdict, and not the best.
    #[must_use]
    pub fn is_failed(self) -> bool {
        matches!(self, Self::Scored(_)) && !self.is_won()
    }

    /// The same in words.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Waiting => "not begun".to_owned(),
            Self::Left => "left in the middle".to_owned(),
            Self::Running => "running".to_owned(),
            Self::Resting => "waits to be begun again".to_owned(),
            Self::Scored(reward) => format!("reward {reward}"),
            Self::Unscored => "unscored".to_owned(),
        }
    }
}

/// One rollout of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub cell: Cell,
    pub mark: Mark,
    pub steps: usize,
    pub spent: Spent,
    /// What a rater gave it, 0.0 or 1.0; `None` where it was not rated.
    pub rating: Option<f64>,
    /// Whether a run of it is recorded, so that it can be opened.
    pub has_run: bool,
}

/// A batch as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    pub record: Arc<BatchRecord>,
    /// In the order in which they are begun; the position is the place's name.
    pub places: Vec<Place>,
}

impl Board {
    /// A batch with what is recorded of its rollouts, and what is known of those under way.
    #[must_use]
    pub fn new<'a>(
        record: Arc<BatchRecord>,
        cells: &[Cell],
        recorded: impl Fn(usize) -> Option<&'a Summary>,
        live: Option<&Batch>,
    ) -> Self {
        let place = |(at, cell): (usize, &Cell)| {
            let summary = recorded(at);
            let told = match &record.imported {
                Some(imported) => imported.results.get(at).map_or(Mark::Waiting, |result| {
                    if result.error.is_some() { Mark::Unscored } else { Mark::Scored(result.reward) }
                }),
                None => summary.map_or(Mark::Waiting, Mark::of_summary),
            };
            let mark = match live.and_then(|batch| batch.cells().get(at)).map(|(_, state)| state) {
                Some(CellState::Running { .. }) => Mark::Running,
                Some(CellState::Resting { .. }) => Mark::Resting,
                Some(CellState::Scored { reward, .. }) => Mark::Scored(*reward),
                _ => told,
            };
            let (steps, spent) = summary.map_or_else(Default::default, |summary| (summary.steps, summary.spent));
            Place { cell: *cell, mark, steps, spent, rating: None, has_run: summary.is_some() }
        };
        Self { places: cells.iter().enumerate().map(place).collect(), record }
    }

    /// The same with what was found about its rollouts after their ends, and what that took.
    #[must_use]
    pub fn with_ratings<'a>(mut self, judged: impl Fn(usize) -> Option<&'a Judgements>) -> Self {
        for (at, place) in self.places.iter_mut().enumerate() {
            if let Some(rating) = judged(at).and_then(|judgements| judgements.rating.as_ref()) {
                place.rating = Some(rating.found.rating.score());
                place.spent.merge(&rating.spent);
            }
        }
        self
    }

    /// How many rollouts have come to an end, and how many there are.
    #[must_use]
    pub fn done(&self) -> (usize, usize) {
        (self.places.iter().filter(|place| place.mark.is_ended()).count(), self.places.len())
    }

    /// Whether there is anything left to do.
    #[must_use]
    pub fn is_done(&self) -> bool {
        let (done, all) = self.done();
        done == all
    }

    #[must_use]
    pub fn count(&self, of: impl Fn(Mark) -> bool) -> usize {
        self.places.iter().filter(|place| of(place.mark)).count()
    }

    /// What all rollouts used up so far.
    #[must_use]
    pub fn spent(&self) -> Spent {
        let mut spent = Spent::default();
        self.places.iter().for_each(|place| spent.merge(&place.spent));
        spent
    }

    /// The limit that keeps it from going on, if one does.
    #[must_use]
    pub fn limit(&self) -> Option<Limit> {
        let mut batch = Batch::of_cells(self.record.settings.clone(), Vec::new());
        batch.spend(&self.spent());
        batch.limit()
    }

    /// The rewards of an arm's rollouts that have one.
    #[must_use]
    pub fn scores(&self, arm: usize) -> Vec<Score> {
        self.scores_with(arm, |mark| match mark {
            Mark::Scored(reward) => Some(reward),
            _ => None,
        })
    }

    /// The same with 0 for rollouts that ended without a verdict, as the original counts them.
    #[must_use]
    pub fn scores_as_original(&self, arm: usize) -> Vec<Score> {
        self.scores_with(arm, |mark| match mark {
            Mark::Scored(reward) => Some(reward),
            Mark::Unscored => Some(0.0),
            _ => None,
        })
    }

    fn scores_with(&self, arm: usize, reward: impl Fn(Mark) -> Option<f64>) -> Vec<Score> {
        let of = |place: &Place| {
            let Cell { task, trial, .. } = place.cell;
            Some(Score { task: i64::try_from(task).ok()?, trial: i64::from(trial), reward: reward(place.mark)? })
        };
        self.places.iter().filter(|place| place.cell.arm == arm).filter_map(of).collect()
    }

    /// How many different tasks there are.
    #[must_use]
    pub fn tasks(&self) -> usize {
        let mut tasks: Vec<usize> = self.places.iter().map(|place| place.cell.task).collect();
        tasks.sort_unstable();
        tasks.dedup();
        tasks.len()
    }

    /// `12 of 24 rollouts · 3 unscored · 812 model calls · 1,204,000 tokens · $1.2030`.
    #[must_use]
    pub fn facts(&self) -> String {
        let (done, all) = self.done();
        let mut facts = vec![format!("{} of {}", count(done as u64), counted(all as u64, "rollout", "rollouts"))];
        let unscored = self.count(|mark| mark == Mark::Unscored);
        if unscored > 0 {
            facts.push(format!("{} unscored", count(unscored as u64)));
        }
        facts.extend(spent_facts(&self.spent()));
        facts.join(" · ")
    }
}

/// What was used up, part by part, as far as it is known: `812 model calls`, `12,040 tokens`, `$0.2030`.
#[must_use]
pub fn spent_facts(spent: &Spent) -> Vec<String> {
    let mut facts = Vec::new();
    if spent.calls > 0 {
        facts.push(counted(spent.calls as u64, "model call", "model calls"));
    }
    if let (Some(input), Some(output)) = (spent.usage.input(), spent.usage.output()) {
        facts.push(format!("{} tokens", count(input + output)));
    }
    facts.extend(spent.cost_usd.map(|cost| format!("${cost:.4}")));
    facts
}

/// How long the rest takes if it goes on as it went: `about 3 min 20 s left`. `None` while that can't be told.
#[must_use]
pub fn time_left(elapsed_ms: f64, done_since: usize, left: usize) -> Option<String> {
    if done_since == 0 || left == 0 || elapsed_ms <= 0.0 {
        return None;
    }
    Some(format!("about {} left", duration_ms(elapsed_ms / done_since as f64 * left as f64)))
}

/// Which limit was reached, in words.
#[must_use]
pub const fn limit_words(limit: Limit) -> &'static str {
    match limit {
        Limit::Calls => "The limit on model calls is reached.",
        Limit::Tokens => "The limit on tokens is reached.",
        Limit::Cost => "The limit on money is reached.",
    }
}
