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

mod airline;
mod desk;
mod hearing;
mod records;
mod retail;
mod speech;
mod talk;

use std::sync::{Mutex, PoisonError};

use futures::future::LocalBoxFuture;
use serde_json::{Map, Value};

use crate::cast::rules::{Lessons, Obedience, Trade};
use crate::chat::{
    AssistantMessage, ChatDelta, ChatError, ChatModel, ChatReply, ChatRequest, Message, ToolCall, ToolSpec,
};

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
    memory: Memory,
}

/// What is known, by the trade that the tools show; nothing where they show none.
enum Memory {
    Shop(retail::Memory),
    Airline(airline::Memory),
    Nothing,
}

impl Memory {
    fn new(trade: Option<Trade>) -> Self {
        match trade {
            Some(Trade::Shop) => Self::Shop(retail::Memory::default()),
            Some(Trade::Airline) => Self::Airline(airline::Memory::default()),
            None => Self::Nothing,
        }
    }

    const fn trade(&self) -> Option<Trade> {
        match self {
            Self::Shop(_) => Some(Trade::Shop),
            Self::Airline(_) => Some(Trade::Airline),
            Self::Nothing => None,
        }
    }

    fn fold(&mut self, message: &Message) {
        match self {
            Self::Shop(memory) => memory.fold(message),
            Self::Airline(memory) => memory.fold(message),
            Self::Nothing => {}
        }
    }
}

/// The trade that these tools are of.
fn trade_of(tools: &[ToolSpec]) -> Option<Trade> {
    if retail::offered(tools) {
        Some(Trade::Shop)
    } else if airline::offered(tools) {
        Some(Trade::Airline)
    } else {
        None
    }
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
        let read = self.read_on(&mut read, request);
        let step = match &read.memory {
            Memory::Shop(memory) => retail::next(memory, &read.obedience),
            Memory::Airline(memory) => airline::next(memory, &read.obedience),
            Memory::Nothing => Step::Say(no_such_domain(request)),
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

    fn read_on<'a>(&self, read: &'a mut Option<Read>, request: &ChatRequest) -> &'a Read {
        let (messages, trade) = (&request.messages, trade_of(&request.tools));
        let known = read.take().filter(|known| known.memory.trade() == trade && messages.starts_with(&known.messages));
        let mut known = known.unwrap_or_else(|| Read {
            messages: Vec::new(),
            instruction: String::new(),
            obedience: Obedience::draw(&Lessons::of(""), self.trial_seed),
            memory: Memory::new(trade),
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
            known.obedience =
                Obedience::draw(&Lessons::known(trade.unwrap_or_default(), &known.instruction), self.trial_seed);
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
    "I am sorry, I am a program that has only learnt to work in a shop and for an airline: I know the tools for \
     orders and returns, and those for flights and reservations, and I have been given neither here. I can't help you \
     with this."
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
