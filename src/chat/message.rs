//! Messages of a conversation.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One message. The roles are those of the chat APIs; which seat (agent or user) sent it follows from whose
/// conversation it stands in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "lowercase")]
pub enum Message {
    System {
        content: String,
    },
    User {
        content: String,
    },
    Assistant(AssistantMessage),
    /// A tool result, answering the call with the same id.
    Tool {
        call_id: String,
        name: String,
        content: String,
    },
}

impl Message {
    /// The text of the message; `None` for an assistant message without one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::System { content } | Self::User { content } | Self::Tool { content, .. } => Some(content),
            Self::Assistant(message) => message.content.as_deref(),
        }
    }
}

/// What a model replied.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AssistantMessage {
    /// The text; `None` where the model sent none (`null`), which the benchmark tells apart from an empty text.
    /// A streamed reply without a character has none.
    pub content: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// The reasoning text, where the provider shows it. Never part of the dialogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// The text of a refusal, where the provider marks it as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// What its provider wants to see again when this message is sent back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carry: Option<Carry>,
}

impl AssistantMessage {
    /// A message of text alone.
    #[must_use]
    pub fn of_text(text: impl Into<String>) -> Self {
        Self { content: Some(text.into()), ..Self::default() }
    }

    /// A message of tool calls alone.
    #[must_use]
    pub fn of_calls(tool_calls: Vec<ToolCall>) -> Self {
        Self { tool_calls, ..Self::default() }
    }

    /// Whether there is neither text, nor a call, nor a refusal. Reasoning alone is not an answer.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let blank = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
        self.tool_calls.is_empty() && blank(&self.content) && blank(&self.refusal)
    }
}

/// A model's request to run a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Pairs the call with its result; unique in its conversation. Made up (`t1`, `t2`, …) where the provider sent
    /// none or repeated one.
    pub id: String,
    pub name: String,
    /// The argument object as JSON text, exactly as received; it may be anything but JSON.
    pub arguments: String,
}

/// Opaque parts of a reply (signatures, structured reasoning) that must go back unchanged in later calls, and only
/// to the model that made them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Carry {
    /// Wire format, host and model that the parts belong to; a call to another one leaves them out.
    pub source: String,
    /// Fields of the message itself.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub message: Map<String, Value>,
    /// Fields of the tool calls, by position; shorter than the calls where the last ones have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<Map<String, Value>>,
}
