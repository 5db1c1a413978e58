//! A line of the list of evolutions.

use crate::gepa::{Config, Stopper};
use crate::present::format::{count, counted};
use crate::present::tone::Tone;
use crate::workspace::EvolutionRecord;

/// How an evolution stands, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Running,
    Paused,
    /// A reply waits for a person.
    Waiting,
    Stopping,
    /// Not under way, and not at its end.
    Left,
    Ended,
    FromFile,
}

impl State {
    /// That of one which is not under way in this tab.
    #[must_use]
    pub const fn at_rest(record: &EvolutionRecord) -> Self {
        if record.file.is_some() {
            Self::FromFile
        } else if record.summary.ended {
            Self::Ended
        } else {
            Self::Left
        }
    }

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Waiting => "waits for you",
            Self::Stopping => "stopping",
            Self::Left => "not finished",
            Self::Ended => "ended",
            Self::FromFile => "from a file",
        }
    }

    #[must_use]
    pub const fn tone(self) -> Tone {
        match self {
            Self::Running => Tone::Accent,
            Self::Paused | Self::Waiting | Self::Stopping | Self::Left => Tone::Warn,
            Self::Ended => Tone::Good,
            Self::FromFile => Tone::Plain,
        }
    }
}

/// The limit on metric calls; `None` where there is none.
#[must_use]
pub fn budget(config: &Config) -> Option<u64> {
    config.stoppers.iter().find_map(|stopper| match stopper {
        Stopper::MetricCalls(limit) if *limit < u64::MAX => Some(*limit),
        _ => None,
    })
}

/// `96 of 150 metric calls`.
#[must_use]
pub fn calls(used: u64, budget: Option<u64>) -> String {
    match budget {
        Some(budget) => format!("{} of {}", count(used), counted(budget, "metric call", "metric calls")),
        None => counted(used, "metric call", "metric calls"),
    }
}

/// How far an evolution is: `7 candidates · 96 of 150 metric calls · best 0.833 · seed 0.250`.
#[must_use]
pub fn facts(record: &EvolutionRecord) -> String {
    let summary = &record.summary;
    let mut parts = vec![counted(summary.candidates as u64, "candidate", "candidates")];
    if record.file.is_none() || summary.metric_calls > 0 {
        parts.push(calls(summary.metric_calls, budget(&record.setup.config)));
    }
    parts.extend(summary.best_score.map(|score| format!("best {score:.3}")));
    parts.extend(summary.seed_score.map(|score| format!("seed {score:.3}")));
    parts.join(" · ")
}

/// What an evolution is of: `starter-retail · learns from 8 tasks of train, chosen by 6 of dev, held out 10 of test`.
#[must_use]
pub fn sets(record: &EvolutionRecord) -> String {
    let sets = &record.setup.datasets;
    let of = |set: &crate::evolve::Dataset| format!("{} of {}", set.tasks.len(), set.split);
    let parts = [("learns from", &sets.feedback), ("is chosen by", &sets.pareto), ("holds out", &sets.evaluation)];
    let parts = parts.into_iter().filter(|(_, set)| !set.tasks.is_empty());
    parts.map(|(what, set)| format!("{what} {}", of(set))).collect::<Vec<_>>().join(", ")
}
