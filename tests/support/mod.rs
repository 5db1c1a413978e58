//! Builders for tests: a small shop of our own in the retail domain's shape.

#![allow(dead_code, reason = "each test crate uses a part")]

pub mod journal;

use std::sync::Arc;

use taupe::domain::{Action, Database, RETAIL, Task, TaskId, ToolOutcome, World};
use taupe::py::{Dict, Value, json};

const ORDERS: &str = r##"{
  "#W1": {"order_id": "#W1", "user_id": "ada_park_11",
    "address": {"address1": "1 Quay", "address2": "", "city": "Bergen", "country": "USA", "state": "NJ", "zip": "07621"},
    "items": [
      {"name": "Mug", "product_id": "100", "item_id": "1001", "price": 8.5, "options": {"color": "red"}},
      {"name": "Mug", "product_id": "100", "item_id": "1001", "price": 8.5, "options": {"color": "red"}},
      {"name": "Lamp", "product_id": "200", "item_id": "2001", "price": 20.1, "options": {"size": "small"}}],
    "fulfillments": [], "status": "pending",
    "payment_history": [{"transaction_type": "payment", "amount": 37.1, "payment_method_id": "credit_card_1"}]},
  "#W2": {"order_id": "#W2", "user_id": "ada_park_11",
    "items": [
      {"name": "Mug", "product_id": "100", "item_id": "1002", "price": 9.25, "options": {"color": "blue"}},
      {"name": "Lamp", "product_id": "200", "item_id": "2001", "price": 20.1, "options": {"size": "small"}}],
    "status": "delivered",
    "payment_history": [{"transaction_type": "payment", "amount": 29.35, "payment_method_id": "credit_card_1"}]},
  "#W3": {"order_id": "#W3", "user_id": "ada_park_11", "items": [], "status": "pending",
    "payment_history": [
      {"transaction_type": "payment", "amount": 2.5, "payment_method_id": "gift_card_1"},
      {"transaction_type": "payment", "amount": 4.0, "payment_method_id": "gift_card_404"}]},
  "#W4": {"order_id": "#W4", "user_id": "bo_li_22", "items": [], "status": "processed", "payment_history": []}
}"##;

const PRODUCTS: &str = r#"{
  "200": {"name": "Lamp", "product_id": "200", "variants": {
    "2001": {"item_id": "2001", "options": {"size": "small"}, "available": true, "price": 20.1},
    "2002": {"item_id": "2002", "options": {"size": "tall"}, "available": true, "price": 35.7}}},
  "100": {"name": "Mug", "product_id": "100", "variants": {
    "1001": {"item_id": "1001", "options": {"color": "red"}, "available": true, "price": 8.5},
    "1002": {"item_id": "1002", "options": {"color": "blue"}, "available": true, "price": 9.25},
    "1003": {"item_id": "1003", "options": {"color": "gold"}, "available": false, "price": 99.0}}}
}"#;

const USERS: &str = r##"{
  "ada_park_11": {"name": {"first_name": "Ada", "last_name": "Park"},
    "address": {"address1": "1 Quay", "address2": "", "city": "Bergen", "country": "USA", "state": "NJ", "zip": "07621"},
    "email": "Ada.Park@shop.test",
    "payment_methods": {
      "gift_card_1": {"source": "gift_card", "balance": 10, "id": "gift_card_1"},
      "credit_card_1": {"source": "credit_card", "brand": "visa", "last_four": "0001", "id": "credit_card_1"},
      "paypal_1": {"source": "paypal", "id": "paypal_1"}},
    "orders": ["#W1", "#W2", "#W3"]},
  "bo_li_22": {"name": {"first_name": "Bo", "last_name": "Li"}, "address": {"zip": "07621"},
    "email": "bo@shop.test", "payment_methods": {}, "orders": ["#W4"]}
}"##;

/// The shop as loaded: four orders, two products, two users.
pub fn shop() -> Database {
    let tables = [("orders", ORDERS), ("products", PRODUCTS), ("users", USERS)];
    Database::new(tables.map(|(name, records)| {
        let records = object(records);
        (name.into(), records.iter().map(|(id, record)| (id.clone(), record.clone())).collect())
    }))
}

/// The shop with these tasks as its split `test`; their ids are set.
pub fn shop_world(tasks: Vec<Task>) -> Arc<World> {
    let numbered = tasks.into_iter().enumerate();
    let tasks = numbered.map(|(index, task)| Task { id: TaskId { split: "test".into(), index }, ..task }).collect();
    Arc::new(World::new(&RETAIL, shop(), "Be kind.".into(), [("test".to_owned(), tasks)]))
}

/// A task with these expected actions and outputs.
pub fn task(expected_actions: Vec<Action>, outputs: &[&str]) -> Task {
    Task {
        id: TaskId { split: "test".into(), index: 0 },
        title: None,
        user_id: "ada_park_11".into(),
        user_scenario: "You are Ada.".into(),
        expected_actions,
        outputs: outputs.iter().map(ToString::to_string).collect(),
        agenda: None,
    }
}

/// An action with its arguments as JSON text.
pub fn action(name: &str, kwargs: &str) -> Action {
    Action { name: name.into(), kwargs: object(kwargs) }
}

/// Runs a retail tool whose step does not raise.
#[track_caller]
pub fn call(db: &mut Database, name: &str, kwargs: &str) -> ToolOutcome {
    RETAIL.call(db, name, &object(kwargs)).expect("retail steps do not raise")
}

/// A record's JSON text.
#[track_caller]
pub fn record(db: &Database, table: &str, id: &str) -> String {
    json::dumps(db.get(table, id).expect("the record is there"))
}

/// A JSON object.
#[track_caller]
pub fn object(text: &str) -> Dict {
    match json::loads(text).expect("valid JSON") {
        Value::Dict(dict) => dict,
        other => panic!("expected an object, not a {}", other.type_name()),
    }
}
