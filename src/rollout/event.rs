//! What happens in a rollout from outside. Everything else follows from it, since the engine is deterministic.

use super::episode::{Episode, Seat};
use super::table::Occupant;
use crate::chat::{ChatError, ChatReply};

/// Something that happened in a rollout.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Somebody else took a seat: a person took it over, or handed it back.
    Seated { seat: Seat, by: Occupant },
    /// The call that was due has its reply.
    Replied { seat: Seat, reply: Box<ChatReply> },
    /// The call that was due has none and will get none.
    Failed { seat: Seat, error: ChatError },
    /// A person ended it.
    Stopped,
    /// It went on where it had been left; an end without a verdict is taken back.
    Resumed,
}

impl Event {
    /// Lets the event have its effect. In an episode where it has none, it does nothing.
    pub fn apply(self, episode: &mut Episode) {
        match self {
            Self::Seated { .. } => {}
            Self::Replied { reply, .. } => episode.supply(*reply),
            Self::Failed { error, .. } => episode.fail(error),
            Self::Stopped => episode.stop(),
            Self::Resumed => episode.reopen(),
        }
    }
}
