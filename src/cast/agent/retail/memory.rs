//! What the agent knows: all messages folded into records, calls and turns.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::reading::{Sentence, hear};
use super::records::{Order, Product, Profile};
use crate::cast::agent::talk::{Call, Event, Talk};
use crate::chat::Message;

/// Everything known.
#[derive(Clone, Debug)]
pub struct Memory {
    pub talk: Talk,
    /// All that the customer said.
    pub sentences: Vec<Sentence>,
    pub user_id: Option<String>,
    pub profile: Option<Profile>,
    /// As last seen.
    pub orders: BTreeMap<String, Order>,
    pub products: BTreeMap<String, Product>,
    /// Name and product id of everything the shop carries.
    pub catalogue: Vec<(String, String)>,
}

/// Tools that change something.
const WRITES: &[&str] = &[
    "cancel_pending_order",
    "return_delivered_order_items",
    "exchange_delivered_order_items",
    "modify_pending_order_items",
    "modify_pending_order_payment",
    "modify_pending_order_address",
    "modify_user_address",
];

impl Default for Memory {
    fn default() -> Self {
        Self {
            talk: Talk::new(WRITES),
            sentences: Vec::new(),
            user_id: None,
            profile: None,
            orders: BTreeMap::new(),
            products: BTreeMap::new(),
            catalogue: Vec::new(),
        }
    }
}

impl Memory {
    /// Takes in the next message.
    pub fn fold(&mut self, message: &Message) {
        let asked = self.talk.asked.clone();
        match self.talk.fold(message) {
            Some(Event::Customer(words)) => {
                let words = words.clone();
                hear(&mut self.sentences, self.talk.events.len() - 1, &words, &asked);
            }
            Some(Event::Call(call)) => {
                let call = call.clone();
                self.learn(&call);
            }
            Some(Event::Agent(_)) | None => {}
        }
    }

    fn learn(&mut self, call: &Call) {
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
    }
}
