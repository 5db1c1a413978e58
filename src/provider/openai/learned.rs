//! What the refusals of one endpoint and model taught. Kept for the session, and worth keeping longer.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::dialect::LimitField;

/// Deviations from the usual request that an endpoint needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Learned {
    /// Body fields that it refuses.
    pub dropped: BTreeSet<String>,
    /// The name it wants for the token limit.
    pub limit_field: Option<LimitField>,
    /// Its streams came without content where whole replies work.
    pub no_streaming: bool,
    /// It offers tools only with reasoning turned off.
    pub no_reasoning: bool,
    /// It wants tool-call ids of exactly nine letters and digits.
    pub short_call_ids: bool,
    /// It wants its reasoning text back with every assistant message.
    pub send_reasoning: bool,
}

/// One thing to do differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lesson {
    Drop(String),
    LimitField(LimitField),
    NoStreaming,
    NoReasoning,
    ShortCallIds,
    SendReasoning,
}

impl Learned {
    /// Takes a lesson to heart. Returns whether it was new: a known one cannot help again.
    pub fn learn(&mut self, lesson: &Lesson) -> bool {
        match lesson {
            Lesson::Drop(field) => self.dropped.insert(field.clone()),
            Lesson::LimitField(field) => self.limit_field.replace(*field).is_none(),
            Lesson::NoStreaming => !std::mem::replace(&mut self.no_streaming, true),
            Lesson::NoReasoning => !std::mem::replace(&mut self.no_reasoning, true),
            Lesson::ShortCallIds => !std::mem::replace(&mut self.short_call_ids, true),
            Lesson::SendReasoning => !std::mem::replace(&mut self.send_reasoning, true),
        }
    }
}
