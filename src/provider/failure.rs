//! One failed attempt at a call.

use crate::chat::{ChatError, ChatErrorKind};

/// What went wrong with an attempt, and how a repetition is to be judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub kind: ChatErrorKind,
    pub trouble: Trouble,
    /// What happened and what to do: whole sentences without keys or message contents.
    pub message: String,
    /// HTTP status, or the one an error inside a stream named.
    pub status: Option<u16>,
    /// How long the server asked to wait.
    pub wait_ms: Option<f64>,
}

/// The kinds of trouble that are repeated differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Trouble {
    /// Repeating the same call cannot help.
    Refused,
    /// No readable answer at all.
    Unreachable,
    /// The connection broke within the answer.
    Broken,
    RateLimited,
    /// 503 and 529.
    Overloaded,
    /// 408, 409, 425, 502, 504 and their like.
    Passing,
    /// 500: passing, or the server's way of refusing a bad body.
    ServerError,
    /// Nothing came for too long.
    Silence,
    /// The answer is not of the API's form.
    NotApi,
    /// The reply ended before its end.
    Truncated,
    /// A stream ended without a single data event.
    EmptyStream,
    /// The reply holds neither text nor a call.
    EmptyReply,
    /// The server refused a tool call that the model wrote wrongly.
    MalformedCall,
}

impl Trouble {
    /// Whether the server said that it has too much to do.
    #[must_use]
    pub fn is_overload(self) -> bool {
        matches!(self, Self::RateLimited | Self::Overloaded)
    }
}

impl Failure {
    /// A failure without a status or a wait.
    pub fn new(kind: ChatErrorKind, trouble: Trouble, message: impl Into<String>) -> Self {
        Self { kind, trouble, message: message.into(), status: None, wait_ms: None }
    }

    /// A failure that no repetition can mend.
    pub fn refused(kind: ChatErrorKind, message: impl Into<String>) -> Self {
        Self::new(kind, Trouble::Refused, message)
    }

    /// The error that a call ends with after so many attempts.
    #[must_use]
    pub fn into_error(self, attempts: u32) -> ChatError {
        ChatError { kind: self.kind, message: self.message, status: self.status, attempts, retry_after_ms: None }
    }
}
