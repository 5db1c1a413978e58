//! The user simulator: the model or program that plays the user, as the benchmark's environment sees it.
//!
//! It keeps the conversation from the user's side, where the agent's words are the other party's. Like the agent it
//! makes no calls itself.

use super::environment::STOP;
use crate::chat::{AssistantMessage, ChatRequest, Message, ToolChoice};

/// What the user hears before its first words (`tau_bench/envs/user.py`); never shown to the agent.
const GREETING: &str = "Hi! How can I help you today?";

/// The `llm` user simulator: a model that was told whom to play.
#[derive(Clone, Debug)]
pub struct LlmUser {
    messages: Vec<Message>,
}

impl LlmUser {
    /// A user that knows its scenario and has been greeted.
    ///
    /// The original first makes one call without a scenario and throws its answer away; this one does not.
    #[must_use]
    pub fn new(user_scenario: &str) -> Self {
        Self {
            messages: vec![
                Message::System { content: prompt(user_scenario) },
                Message::User { content: GREETING.to_owned() },
            ],
        }
    }

    /// The conversation from the user's side, its prompt first.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The next model call: the conversation alone, no tools, no temperature.
    #[must_use]
    pub fn request(&self) -> ChatRequest {
        ChatRequest {
            messages: self.messages.clone(),
            tools: Vec::new(),
            tool_choice: ToolChoice::Auto,
            temperature: None,
        }
    }

    /// Keeps the model's reply, which is what the user says next.
    pub fn record(&mut self, reply: AssistantMessage) {
        self.messages.push(Message::Assistant(reply));
    }

    /// Hears the agent. A message without content is heard as an empty one: chat APIs refuse a `null` here.
    pub fn hear(&mut self, content: &str) {
        self.messages.push(Message::User { content: content.to_owned() });
    }
}

/// The user's prompt. The wording is Taupe's own; the rules are the original's.
fn prompt(user_scenario: &str) -> String {
    format!(
        "You play a customer who is talking to a customer service agent.\n\nInstruction: {user_scenario}\n\n\
         How to play:\n\
         - Write one line at a time, as the customer's next message to the agent.\n\
         - Don't say everything at once. Tell the agent only what the present step calls for.\n\
         - Never make up facts that your instruction does not hold. If the agent asks for something that it does not \
         tell (an order id, say), answer that you don't remember it or don't have it.\n\
         - When everything that your instruction asks for has been dealt with, write {STOP} as a message of its own, \
         with nothing else, to end the conversation.\n\
         - Don't repeat the instruction word for word; say its content in your own words.\n\
         - Sound like a real person, and keep to the personality that the instruction describes."
    )
}
