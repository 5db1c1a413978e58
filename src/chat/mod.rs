//! The vocabulary of conversations, free of any provider: messages, tools, usage, and the seat a model fills.
//!
//! No wire format, no network and no domain is known here.

pub mod message;
pub mod model;
pub mod tool;
pub mod usage;

pub use message::{AssistantMessage, Carry, Message, ToolCall};
pub use model::{ChatDelta, ChatError, ChatErrorKind, ChatModel, ChatReply, ChatRequest, Finish, Timing, ToolChoice};
pub use tool::ToolSpec;
pub use usage::Usage;
