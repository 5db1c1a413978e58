//! What a list says of a run, kept beside its header so that no list has to fold.

use serde::{Deserialize, Serialize};

use super::Journal;
use crate::rollout::{Ending, Episode, Event, STOP, Spent, StepKind};

/// A run in brief.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// How many entries its journal has.
    pub events: usize,
    pub steps: usize,
    pub state: RunState,
    /// 0.0 to 1.0; `None` where there is no verdict.
    pub reward: Option<f64>,
    /// All replies of the journal together, those that a fork began with included.
    pub spent: Spent,
    /// Whether a seat changed hands.
    pub reseated: bool,
    /// The last words that were said, cut to a line or two.
    pub last_text: String,
    /// When the last entry was written, in milliseconds since 1970.
    pub changed_ms: u64,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It runs, or was interrupted.
    #[default]
    Open,
    Judged,
    StepLimit,
    AgentFault,
    Unscored,
    Stopped,
}

impl RunState {
    /// Whether it can go on: there is no verdict yet.
    #[must_use]
    pub const fn can_resume(self) -> bool {
        matches!(self, Self::Open | Self::Unscored | Self::Stopped)
    }
}

impl From<Option<&Ending>> for RunState {
    fn from(ending: Option<&Ending>) -> Self {
        match ending {
            None => Self::Open,
            Some(Ending::Judged(_)) => Self::Judged,
            Some(Ending::StepLimit) => Self::StepLimit,
            Some(Ending::AgentFault(_)) => Self::AgentFault,
            Some(Ending::Unscored { .. }) => Self::Unscored,
            Some(Ending::Stopped) => Self::Stopped,
        }
    }
}

/// How much of the last words is kept, in characters.
const TEXT_CHARS: usize = 160;

impl Summary {
    /// The summary of a journal that tells of this episode.
    #[must_use]
    pub fn of(journal: &Journal, episode: &Episode) -> Self {
        let said = episode.trajectory().iter().rev().find_map(|step| match &step.kind {
            // The sign that ends a conversation says nothing of it.
            StepKind::UserSaid { words, .. } => Some(words.as_str()).filter(|words| words.trim() != STOP),
            StepKind::AgentSaid { words, .. } => words.as_deref(),
            StepKind::ToolCalled { .. } | StepKind::Unreadable { .. } => None,
        });
        Self {
            steps: episode.trajectory().len(),
            state: episode.ending().into(),
            reward: episode.ending().and_then(Ending::reward),
            last_text: said.unwrap_or_default().chars().take(TEXT_CHARS).collect(),
            ..Self::of_events(journal)
        }
    }

    /// What the events alone tell, where the task's world is not at hand: not whether it ended, nor how.
    #[must_use]
    pub fn of_events(journal: &Journal) -> Self {
        let mut spent = Spent::default();
        let mut reseated = false;
        for event in journal.events.iter().filter_map(super::Event::rollout) {
            match event {
                Event::Replied { reply, .. } => spent.add(reply),
                Event::Seated { .. } => reseated = true,
                _ => {}
            }
        }
        Self {
            events: journal.events.len(),
            spent,
            reseated,
            changed_ms: journal.events.last().map_or(journal.header.created_ms, |event| event.at_ms),
            ..Self::default()
        }
    }
}
