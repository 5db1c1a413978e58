//! Messages of a conversation.

use serde::{Deserialize, Serialize};

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

/// What a model replied.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AssistantMessage {
    /// The text; `None` where the model sent none (`null`), which the benchmark tells apart from an empty text.
    pub content: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// The reasoning text, where the provider shows it. Never part of the dialogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// The text of a refusal, where the provider marks it as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// A model's request to run a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Pairs the call with its result; made up (`t1`, `t2`, …) where the provider sent none.
    pub id: String,
    pub name: String,
    /// The argument object as JSON text, exactly as received; it may be anything but JSON.
    pub arguments: String,
}
