//! The rehearsal agent: does literally what its instruction teaches, and takes a weak model's shortcuts otherwise.
//!
//! It sees what a model would see: the messages and the tools' schemas. Each time it is asked it reads the whole
//! conversation again, so it can take a seat over at any point. What it knows of a domain is in a module of its own,
//! chosen by the tools that are offered; in every such module
//!
//! - `reading` turns a customer's words into requests and facts,
//! - `memory` folds the messages and tool results into what is known,
//! - `plan` decides the next step, one file for each kind of request,
//! - `speech` says it.

mod retail;

use std::sync::{Mutex, PoisonError};

use futures::future::LocalBoxFuture;
use serde_json::{Map, Value};

use crate::cast::rules::{Lessons, Obedience};
use crate::chat::{AssistantMessage, ChatDelta, ChatError, ChatModel, ChatReply, ChatRequest, Message, ToolCall};

/// What the agent is called in records.
pub const LABEL: &str = "rehearsal agent";

/// What to do next: one tool call, or words to the customer.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Call { name: &'static str, arguments: Map<String, Value> },
    Say(String),
}

/// A program in the agent's seat. One is made for each trial, with the trial's seed.
pub struct RehearsalAgent {
    trial_seed: u64,
    read: Mutex<Option<Read>>,
}

/// What was read last. A conversation that goes on from it is read on from there: reading all of it again would give
/// the same, slower.
struct Read {
    messages: Vec<Message>,
    instruction: String,
    obedience: Obedience,
    memory: retail::Memory,
}

impl RehearsalAgent {
    /// An agent whose obedience is drawn from `trial_seed` ([`crate::cast::trial_seed`]).
    #[must_use]
    pub fn new(trial_seed: u64) -> Self {
        Self { trial_seed, read: Mutex::new(None) }
    }

    /// The reply to a request.
    #[must_use]
    pub fn reply(&self, request: &ChatRequest) -> ChatReply {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let read = self.read_on(&mut read, &request.messages);
        let step = if retail::offered(&request.tools) {
            retail::next(&read.memory, &read.obedience)
        } else {
            Step::Say(no_such_domain(request))
        };
        let message = match step {
            Step::Say(words) => AssistantMessage::of_text(words),
            Step::Call { name, arguments } => {
                let made = request.messages.iter().filter(|message| matches!(message, Message::Tool { .. })).count();
                AssistantMessage::of_calls(vec![ToolCall {
                    id: format!("t{}", made + 1),
                    name: name.to_owned(),
                    arguments: Value::Object(arguments).to_string(),
                }])
            }
        };
        let mut reply = ChatReply::of_message(message);
        reply.model_served = Some(LABEL.to_owned());
        // What holds for the whole trial is told once, with its first reply.
        if !request.messages.iter().any(|message| matches!(message, Message::Assistant(_))) {
            reply.notes.clone_from(&read.obedience.notes);
        }
        reply
    }

    fn read_on<'a>(&self, read: &'a mut Option<Read>, messages: &[Message]) -> &'a Read {
        let known = read.take().filter(|known| messages.starts_with(&known.messages));
        let mut known = known.unwrap_or_else(|| Read {
            messages: Vec::new(),
            instruction: String::new(),
            obedience: Obedience::draw(&Lessons::of(""), self.trial_seed),
            memory: retail::Memory::default(),
        });
        let new = &messages[known.messages.len()..];
        let mut instructed = false;
        for message in new {
            if let Message::System { content } = message {
                known.instruction.push_str(content);
                known.instruction.push_str("\n\n");
                instructed = true;
            }
            known.memory.fold(message);
        }
        if instructed {
            known.obedience = Obedience::draw(&Lessons::known(&known.instruction), self.trial_seed);
        }
        known.messages.extend_from_slice(new);
        read.insert(known)
    }
}

/// What is said where none of the tools are known: once in full, then a farewell.
fn no_such_domain(request: &ChatRequest) -> String {
    let spoken = request.messages.iter().any(|message| matches!(message, Message::Assistant(_)));
    if spoken {
        return "I am sorry, there is nothing that I can do here. Goodbye.".to_owned();
    }
    "I am sorry, I am a program that has only learnt to work in a shop: I know the tools for orders, returns, exchanges \
     and addresses, and I have not been given them here. I can't help you with this."
        .to_owned()
}

impl ChatModel for RehearsalAgent {
    fn label(&self) -> String {
        LABEL.to_owned()
    }

    fn complete<'a>(
        &'a self,
        request: &'a ChatRequest,
        _: &'a mut dyn FnMut(ChatDelta),
    ) -> LocalBoxFuture<'a, Result<ChatReply, ChatError>> {
        Box::pin(std::future::ready(Ok(self.reply(request))))
    }
}
