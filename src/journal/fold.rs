//! Events → rollout: the only way in which a rollout's state is rebuilt.

use std::sync::Arc;

use super::event::What;
use super::{Event, Journal, content_digest};
use crate::domain::{Task, World};
use crate::rollout::{self, Episode, SeatedBy};

/// A rollout as its journal tells it.
#[derive(Clone, Debug)]
pub struct Folded {
    /// Without an ending: it was interrupted, and can be driven on.
    pub episode: Episode,
    /// Who sat in the seats at the end of it.
    pub seated: SeatedBy,
    /// For each event that was folded, how many steps there were after it.
    pub steps_after: Vec<usize>,
    pub warnings: Vec<FoldWarning>,
}

/// What is not as it was when the journal was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FoldWarning {
    #[error(
        "The task or its world has changed since this run was made: what tools answer here, and the reward, may differ \
         from what they were."
    )]
    OtherContent,
    /// The event's position, from 0.
    #[error("Entry {} of this run can't be read by this version of the page; what came after it is not shown.", .0 + 1)]
    Unreadable(usize),
    #[error("Entry {} of this run does not follow from those before it; it and what came after it are not shown.", .0 + 1)]
    OutOfTurn(usize),
}

impl FoldWarning {
    /// Whether the journal goes on after what was folded, so that nothing may be appended to it.
    #[must_use]
    pub const fn is_break(&self) -> bool {
        matches!(self, Self::Unreadable(_) | Self::OutOfTurn(_))
    }
}

impl Folded {
    /// Whether every event was folded.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.warnings.iter().any(FoldWarning::is_break)
    }

    /// How many events lead to the first `steps` steps; all that were folded where there are not so many.
    #[must_use]
    pub fn events_of(&self, steps: usize) -> usize {
        if steps == 0 {
            return 0;
        }
        let first = self.steps_after.iter().position(|after| *after >= steps);
        first.map_or(self.steps_after.len(), |at| at + 1)
    }
}

/// Makes a recorded rollout again. The task must be the one of the header, of that world.
#[must_use]
pub fn fold(world: Arc<World>, task: Arc<Task>, journal: &Journal) -> Folded {
    fold_first(world, task, journal, journal.events.len())
}

/// The same with its first `events` events only: the rollout as it was then.
#[must_use]
pub fn fold_first(world: Arc<World>, task: Arc<Task>, journal: &Journal, events: usize) -> Folded {
    let header = &journal.header;
    let mut warnings = Vec::new();
    if !header.content.is_empty() && header.content != content_digest(&world, &task) {
        warnings.push(FoldWarning::OtherContent);
    }
    let mut folded = Folded {
        episode: Episode::new(world, task, header.settings(), header.max_steps).with_user(header.user_strategy),
        seated: header.seated_by(),
        steps_after: Vec::with_capacity(events.min(journal.events.len())),
        warnings,
    };
    for (at, event) in journal.events.iter().take(events).enumerate() {
        if let Err(warning) = folded.take(at, event) {
            folded.warnings.push(warning);
            break;
        }
        folded.steps_after.push(folded.episode.trajectory().len());
    }
    folded
}

impl Folded {
    fn take(&mut self, at: usize, event: &Event) -> Result<(), FoldWarning> {
        let What::Rollout(event) = &event.what else { return Err(FoldWarning::Unreadable(at)) };
        match event {
            rollout::Event::Replied { seat, .. } | rollout::Event::Failed { seat, .. }
                if self.episode.due() != Some(*seat) =>
            {
                return Err(FoldWarning::OutOfTurn(at));
            }
            rollout::Event::Seated { seat, by } => self.seated.set(*seat, by.clone()),
            _ => {}
        }
        event.clone().apply(&mut self.episode);
        Ok(())
    }
}
