//! The entries of a journal.

use serde_json::{Value, json};

use crate::rollout;

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When it was written, in milliseconds since 1970.
    pub at_ms: u64,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Rollout(rollout::Event),
    /// An entry that this version can't read, kept as it is. What comes after it can't be told.
    Unreadable(Value),
}

impl Event {
    #[must_use]
    pub const fn new(at_ms: u64, event: rollout::Event) -> Self {
        Self { at_ms, what: What::Rollout(event) }
    }

    /// What happened, if this version can read it.
    #[must_use]
    pub const fn rollout(&self) -> Option<&rollout::Event> {
        match &self.what {
            What::Rollout(event) => Some(event),
            What::Unreadable(_) => None,
        }
    }

    /// The shape that is saved and exported; see `docs/formats.md`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let event = match &self.what {
            What::Unreadable(value) => return value.clone(),
            What::Rollout(event) => event,
        };
        let at_ms = self.at_ms;
        match event {
            rollout::Event::Seated { seat, by } => json!({"at_ms": at_ms, "event": "seated", "seat": seat, "by": by}),
            rollout::Event::Replied { seat, reply } => {
                json!({"at_ms": at_ms, "event": "replied", "seat": seat, "reply": reply})
            }
            rollout::Event::Failed { seat, error } => {
                json!({"at_ms": at_ms, "event": "failed", "seat": seat, "error": error})
            }
            rollout::Event::Stopped => json!({"at_ms": at_ms, "event": "stopped"}),
            rollout::Event::Resumed => json!({"at_ms": at_ms, "event": "resumed"}),
        }
    }
}
