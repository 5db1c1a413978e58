//! What the agent knows: all messages folded into records, calls and turns.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::reading::{Sentence, hear};
use super::records::{Order, Product, Profile};
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

/// Everything known.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    pub events: Vec<Event>,
    /// All that the customer said.
    pub sentences: Vec<Sentence>,
    /// Calls without a result yet, by their ids: name and arguments.
    open: BTreeMap<String, (String, String)>,
    /// The agent's last words.
    asked: String,
    pub user_id: Option<String>,
    pub profile: Option<Profile>,
    /// As last seen.
    pub orders: BTreeMap<String, Order>,
    pub products: BTreeMap<String, Product>,
    /// Name and product id of everything the shop carries.
    pub catalogue: Vec<(String, String)>,
}

/// Tools that change something.
pub const WRITES: &[&str] = &[
    "cancel_pending_order",
    "return_delivered_order_items",
    "exchange_delivered_order_items",
    "modify_pending_order_items",
    "modify_pending_order_payment",
    "modify_pending_order_address",
    "modify_user_address",
];

impl Memory {
    /// Takes in the next message.
    pub fn fold(&mut self, message: &Message) {
        match message {
            Message::System { .. } => {}
            Message::User { content } => {
                hear(&mut self.sentences, self.events.len(), content, &self.asked);
                self.events.push(Event::Customer(content.clone()));
            }
            Message::Assistant(message) => {
                for call in &message.tool_calls {
                    self.open.insert(call.id.clone(), (call.name.clone(), call.arguments.clone()));
                }
                if let Some(words) = message.content.as_ref().filter(|words| !words.trim().is_empty()) {
                    self.asked.clone_from(words);
                    self.events.push(Event::Agent(words.clone()));
                }
            }
            Message::Tool { call_id, name, content } => {
                let (name, arguments) = self.open.remove(call_id).unwrap_or_else(|| (name.clone(), "{}".to_owned()));
                let arguments = serde_json::from_str(&arguments).unwrap_or_default();
                self.learn(Call { name, arguments, result: content.clone() });
            }
        }
    }

    fn learn(&mut self, call: Call) {
        let record: Value = serde_json::from_str(&call.result).unwrap_or_default();
        if !call.failed() {
            match call.name.as_str() {
                "find_user_id_by_email" | "find_user_id_by_name_zip" if !call.result.trim().is_empty() => {
                    self.user_id = Some(call.result.trim().to_owned());
                }
                "get_user_details" => self.profile = Profile::of(call.argument("user_id"), &record),
                "modify_user_address" => self.profile = Profile::of(call.argument("user_id"), &record),
                "list_all_product_types" => {
                    let entries = record.as_object().into_iter().flat_map(Map::iter);
                    self.catalogue =
                        entries.filter_map(|(name, id)| Some((name.clone(), id.as_str()?.to_owned()))).collect();
                }
                _ => {}
            }
            if let Some(order) = Order::of(&record) {
                self.orders.insert(order.id.clone(), order);
            }
            if let Some(product) = Product::of(&record) {
                self.products.insert(product.id.clone(), product);
            }
        }
        self.events.push(Event::Call(call));
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

    /// Changes made, in order.
    pub fn writes(&self) -> impl Iterator<Item = &Call> {
        self.calls().filter(|call| WRITES.contains(&call.name.as_str()))
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

    /// Position of the last event of the agent saying something; calls after it are not reported yet.
    pub fn unreported(&self) -> impl Iterator<Item = &Call> {
        let last = self.events.iter().rposition(|event| matches!(event, Event::Agent(_)));
        let since = last.map_or(0, |at| at + 1);
        self.events[since..].iter().filter_map(|event| match event {
            Event::Call(call) if WRITES.contains(&call.name.as_str()) => Some(call),
            _ => None,
        })
    }
}
