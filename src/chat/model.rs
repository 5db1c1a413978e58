//! The seat of a model: what it is asked, what it answers, how it fails.

use futures::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};

use super::{AssistantMessage, Message, ToolSpec, Usage};

/// One model call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChatRequest {
    pub messages: Vec<Message>,
    /// Empty: the call offers no tools.
    pub tools: Vec<ToolSpec>,
    pub tool_choice: ToolChoice,
    /// Overrides the endpoint's own setting. Sent only when set; many current models refuse a temperature.
    pub temperature: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ToolChoice {
    #[default]
    Auto,
    None,
    Required,
    Named(String),
}

/// A whole reply. It exists only when the provider's end of the reply was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChatReply {
    pub message: AssistantMessage,
    pub finish: Finish,
    /// All that the call spent on whole replies: also on an empty or cut one that was asked for again.
    pub usage: Usage,
    /// What the provider charged, in US dollars; `None` where it did not say.
    pub cost_usd: Option<f64>,
    /// The model that answered, by its provider's word.
    pub model_served: Option<String>,
    /// The company that ran the model, where a router names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_served: Option<String>,
    pub timing: Timing,
    /// What a reader should know of this call: parameters dropped, fallbacks used, oddities accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl ChatReply {
    /// A reply of a program: the message, its finish told by whether it holds calls, and nothing spent.
    #[must_use]
    pub fn of_message(message: AssistantMessage) -> Self {
        let finish = if message.tool_calls.is_empty() { Finish::Stop } else { Finish::ToolCalls };
        Self { message, finish, ..Self::default() }
    }
}

/// How long a call took, in milliseconds of the caller's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// From sending to the first byte of the reply that counted; `None` where it was not measured.
    pub first_byte_ms: Option<f64>,
    /// The whole call, with its failed attempts and its waits.
    pub total_ms: f64,
    /// Attempts made, the successful one included.
    pub attempts: u32,
}

/// Why a reply ended. `ToolCalls` whenever it holds whole tool calls, whatever the provider said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    #[default]
    Stop,
    ToolCalls,
    /// Cut at the token limit. If the message holds tool calls, the last one is incomplete: none of them may run.
    Length,
    ContentFilter,
    Refusal,
    /// The provider withheld a tool call that the model wrote wrongly; the text it wrote stands as content.
    MalformedCall,
    /// Neither text nor a call, also after repeated attempts.
    Empty,
    Unknown(String),
}

/// Progress of a call while it streams. Deltas are for showing only: the reply that counts is the returned one,
/// and a retry starts over (`Restarted`).
#[derive(Clone, Debug, PartialEq)]
pub enum ChatDelta {
    Text(String),
    Reasoning(String),
    /// A piece of a tool call: its position in the reply, its name once known, more argument text.
    ToolCall {
        index: usize,
        name: Option<String>,
        arguments: String,
    },
    /// What was streamed so far is void; a new attempt begins.
    Restarted,
    /// The call waits before its next attempt.
    Waiting {
        reason: String,
        wait_ms: f64,
        attempt: u32,
    },
}

/// Why a call gave no reply. The texts are complete sentences without keys or message contents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ChatError {
    pub kind: ChatErrorKind,
    /// What happened and what to do, for a person.
    pub message: String,
    /// HTTP status of the last answer, where one was readable.
    pub status: Option<u16>,
    /// Attempts made.
    pub attempts: u32,
    /// How long the provider asked to wait, where that was too long to wait for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<f64>,
}

impl ChatError {
    /// An error without an HTTP status, of a single attempt.
    pub fn new(kind: ChatErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), status: None, attempts: 1, retry_after_ms: None }
    }
}

/// The situations a caller can act on differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatErrorKind {
    /// No readable answer: CORS, wrong key at some hosts, server off, blocked, offline. A browser cannot tell.
    Unreachable,
    /// An https page may not call a plain http host.
    MixedContent,
    Offline,
    Auth,
    Billing,
    /// A quota of a day or longer is used up.
    Quota,
    Forbidden,
    ModelNotFound,
    ContextOverflow,
    /// The provider refused the request as malformed or unsupported.
    BadRequest,
    RateLimited,
    Overloaded,
    ServerError,
    Timeout,
    /// The reply ended before its end, or held none.
    Truncated,
    /// The answer is not of the API's form (a login page, a proxy).
    NotApi,
    /// Larger than any sane reply.
    Runaway,
    /// A person did not answer or left the seat.
    Abandoned,
    /// No script line, no model, a server set up wrongly: a fault of the set-up.
    Config,
}

impl ChatErrorKind {
    /// Whether the same call may succeed later with nothing changed by the user.
    #[must_use]
    pub fn may_pass(self) -> bool {
        match self {
            Self::Unreachable
            | Self::Offline
            | Self::Quota
            | Self::RateLimited
            | Self::Overloaded
            | Self::ServerError
            | Self::Timeout
            | Self::Truncated
            | Self::NotApi => true,
            Self::MixedContent
            | Self::Auth
            | Self::Billing
            | Self::Forbidden
            | Self::ModelNotFound
            | Self::ContextOverflow
            | Self::BadRequest
            | Self::Runaway
            | Self::Abandoned
            | Self::Config => false,
        }
    }
}

/// Fills a seat: an endpoint, a member of the rehearsal cast, a script, a person.
///
/// A call is cancelled by dropping its future. Futures are local: the page has one thread.
pub trait ChatModel {
    /// A short label for records: `gpt-x at api.example.com`, `rehearsal agent`.
    fn label(&self) -> String;

    /// Makes one call. `on_delta` is told of progress where the model streams; it must not be relied upon.
    fn complete<'a>(
        &'a self,
        request: &'a ChatRequest,
        on_delta: &'a mut dyn FnMut(ChatDelta),
    ) -> LocalBoxFuture<'a, Result<ChatReply, ChatError>>;
}

impl<T: ChatModel + ?Sized> ChatModel for &T {
    fn label(&self) -> String {
        (**self).label()
    }

    fn complete<'a>(
        &'a self,
        request: &'a ChatRequest,
        on_delta: &'a mut dyn FnMut(ChatDelta),
    ) -> LocalBoxFuture<'a, Result<ChatReply, ChatError>> {
        (**self).complete(request, on_delta)
    }
}
