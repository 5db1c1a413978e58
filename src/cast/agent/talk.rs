//! What happened in a conversation so far: who said what, which calls were made and what they answered.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::chat::Message;

/// Something that happened, in order.
#[derive(Clone, Debug)]
pub enum Event {
    Customer(String),
    Agent(String),
    Call(Call),
}

/// A tool call and what came of it.
#[derive(Clone, Debug)]
pub struct Call {
    pub name: String,
    pub arguments: Map<String, Value>,
    pub result: String,
}

impl Call {
    pub fn failed(&self) -> bool {
        let result = self.result.trim_start();
        result.starts_with("Error") || result.starts_with("Unknown action")
    }

    pub fn argument(&self, name: &str) -> &str {
        self.arguments.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// The messages of a conversation, folded.
#[derive(Clone, Debug)]
pub struct Talk {
    pub events: Vec<Event>,
    /// The agent's last words.
    pub asked: String,
    /// Calls without a result yet, by their ids: name and arguments.
    open: BTreeMap<String, (String, String)>,
    /// The tools that change something.
    writes: &'static [&'static str],
}

impl Talk {
    pub const fn new(writes: &'static [&'static str]) -> Self {
        Self { events: Vec::new(), asked: String::new(), open: BTreeMap::new(), writes }
    }

    /// Takes in the next message; answers with what it added to the events last.
    pub fn fold(&mut self, message: &Message) -> Option<&Event> {
        match message {
            Message::System { .. } => return None,
            Message::User { content } => self.events.push(Event::Customer(content.clone())),
            Message::Assistant(message) => {
                for call in &message.tool_calls {
                    self.open.insert(call.id.clone(), (call.name.clone(), call.arguments.clone()));
                }
                let words = message.content.as_ref().filter(|words| !words.trim().is_empty())?;
                self.asked.clone_from(words);
                self.events.push(Event::Agent(words.clone()));
            }
            Message::Tool { call_id, name, content } => {
                let (name, arguments) = self.open.remove(call_id).unwrap_or_else(|| (name.clone(), "{}".to_owned()));
                let arguments = serde_json::from_str(&arguments).unwrap_or_default();
                self.events.push(Event::Call(Call { name, arguments, result: content.clone() }));
            }
        }
        self.events.last()
    }

    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.events.iter().filter_map(|event| match event {
            Event::Call(call) => Some(call),
            _ => None,
        })
    }

    /// The agent's words, in order.
    pub fn spoken(&self) -> impl Iterator<Item = &str> {
        self.events.iter().filter_map(|event| match event {
            Event::Agent(words) => Some(words.as_str()),
            _ => None,
        })
    }

    pub fn said(&self, words: &str) -> bool {
        self.spoken().any(|spoken| spoken.contains(words))
    }

    /// The result of such a call, if it was made.
    pub fn result_of(&self, name: &str, arguments: &Map<String, Value>) -> Option<&Call> {
        self.calls().filter(|call| call.name == name && call.arguments == *arguments).last()
    }

    pub fn is_write(&self, call: &Call) -> bool {
        self.writes.contains(&call.name.as_str())
    }

    /// Changes made, in order.
    pub fn writes(&self) -> impl Iterator<Item = &Call> {
        self.calls().filter(|call| self.is_write(call))
    }

    /// The customer's answer to the last message of the agent that holds these words: all that was said between it
    /// and the agent's next message.
    pub fn answer_to(&self, words: &str) -> Option<String> {
        let asked =
            self.events.iter().rposition(|event| matches!(event, Event::Agent(said) if said.contains(words)))?;
        let mut answer: Option<String> = None;
        for event in &self.events[asked + 1..] {
            match event {
                Event::Customer(words) => {
                    let answer = answer.get_or_insert_default();
                    answer.push_str(words);
                    answer.push('\n');
                }
                Event::Agent(_) => break,
                Event::Call(_) => {}
            }
        }
        answer
    }

    /// Changes since the agent last said something: they are not reported yet.
    pub fn unreported(&self) -> impl Iterator<Item = &Call> {
        let last = self.events.iter().rposition(|event| matches!(event, Event::Agent(_)));
        let since = last.map_or(0, |at| at + 1);
        self.events[since..].iter().filter_map(|event| match event {
            Event::Call(call) if self.is_write(call) => Some(call),
            _ => None,
        })
    }
}
