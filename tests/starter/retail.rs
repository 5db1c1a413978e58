//! "retail" in particular: its records agree, and the usual shortcuts lose.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use taupe::domain::Action;
use taupe::py::Value;

use crate::support::object;
use crate::worlds::{RETAIL, list, reward, table, tasks, taught, text};

fn cents(value: &Json) -> i64 {
    (value.as_f64().expect("a number") * 100.0).round() as i64
}

#[test]
fn carrying_out_a_request_that_must_be_refused_loses() {
    let world = RETAIL.world();
    for (split, index) in [("train", 9), ("dev", 0), ("test", 0)] {
        let task = world.task(split, index).unwrap();
        let order = task.user_scenario.split([' ', '.', ',']).find(|word| word.starts_with('#')).unwrap();
        let kwargs = object(&format!(r#"{{"order_id": "{order}", "reason": "no longer needed"}}"#));
        let cancel = Action { name: "cancel_pending_order".to_owned(), kwargs };
        assert!(reward(&world, task, &[cancel]) < 1.0, "{}", task.id);
    }
}

#[test]
fn changing_items_before_the_rest_loses_the_tasks_that_teach_it() {
    let (world, json) = (RETAIL.world(), RETAIL.json());
    let taught = taught(&world, &json, "items-last");
    assert!(taught.len() >= 2);
    for task in taught {
        let mut calls = task.expected_actions.clone();
        calls.reverse();
        assert!(reward(&world, &task, &calls) < 1.0, "{}", task.id);
    }
}

#[test]
fn one_call_for_each_item_loses_the_tasks_that_teach_to_collect_them() {
    let (world, json) = (RETAIL.world(), RETAIL.json());
    let taught = taught(&world, &json, "collect-items");
    assert!(taught.len() >= 4);
    for task in taught {
        let calls: Vec<Action> = task.expected_actions.iter().flat_map(one_for_each_item).collect();
        assert!(calls.len() > task.expected_actions.len(), "{}", task.id);
        assert!(reward(&world, &task, &calls) < 1.0, "{}", task.id);
    }
}

/// The call, once for each of its items.
fn one_for_each_item(call: &Action) -> Vec<Action> {
    let count = call.kwargs.get("item_ids").and_then(Value::as_list).map_or(0, |items| items.len());
    let one = |index: usize| {
        let mut kwargs = call.kwargs.clone();
        for name in ["item_ids", "new_item_ids"] {
            if let Some(items) = call.kwargs.get(name).and_then(Value::as_list) {
                kwargs.set(name, Value::List(items.iter().skip(index).take(1).cloned().collect()));
            }
        }
        Action { name: call.name.clone(), kwargs }
    };
    (0..count).map(one).collect()
}

#[test]
fn refunding_to_the_card_loses_the_tasks_that_teach_to_ask_for_the_destination() {
    let (world, json) = (RETAIL.world(), RETAIL.json());
    let taught = taught(&world, &json, "refund-destination");
    assert!(taught.len() >= 2);
    for task in taught {
        let mut calls = task.expected_actions.clone();
        let back = calls.iter_mut().find(|call| call.name == "return_delivered_order_items").unwrap();
        let order = back.kwargs.get("order_id").and_then(Value::as_str).unwrap().to_string();
        let paid_with = &json["tables"]["orders"][&order]["payment_history"][0]["payment_method_id"];
        back.kwargs.set("payment_method_id", Value::from(text(paid_with)));
        assert!(reward(&world, &task, &calls) < 1.0, "{}", task.id);
    }
}

#[test]
fn products_have_distinct_ids_and_variants() {
    let json = RETAIL.json();
    let products = table(&json, "products");
    assert_eq!(products.len(), 20);
    let (mut names, mut item_ids) = (BTreeSet::new(), BTreeSet::new());
    for (id, product) in &products {
        assert_eq!(text(&product["product_id"]), id);
        assert!(names.insert(text(&product["name"])), "{id}");
        let variants = product["variants"].as_object().unwrap();
        assert!((2..=6).contains(&variants.len()), "{id}");
        let mut options = BTreeSet::new();
        for (item_id, variant) in variants {
            assert_eq!(text(&variant["item_id"]), item_id);
            assert!(item_ids.insert(item_id.clone()), "{item_id} twice");
            assert!(options.insert(variant["options"].to_string()), "{item_id}");
            assert!(variant["available"].is_boolean() && variant["price"].is_f64(), "{item_id}");
        }
    }
    assert!(products.iter().all(|(id, _)| !item_ids.contains(id)));
}

#[test]
fn users_can_be_told_apart() {
    let json = RETAIL.json();
    let users = table(&json, "users");
    assert_eq!(users.len(), 30);
    let (mut emails, mut names, mut methods) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (id, user) in &users {
        let email = text(&user["email"]).to_lowercase();
        let domain = email.split('@').nth(1).unwrap_or_default();
        assert!(["example.com", "example.net", "example.org"].contains(&domain), "{email}");
        assert!(emails.insert(email.clone()), "{email} twice");
        let name = format!("{} {}", user["name"], user["address"]["zip"]).to_lowercase();
        assert!(names.insert(name.clone()), "{name} twice");
        for (method_id, method) in user["payment_methods"].as_object().unwrap() {
            assert_eq!(text(&method["id"]), method_id);
            assert!(method_id.starts_with(&format!("{}_", text(&method["source"]))), "{method_id}");
            assert!(methods.insert(method_id.clone()), "{method_id} twice");
            assert_eq!(text(&method["source"]) == "gift_card", method["balance"].is_u64(), "{method_id}");
        }
        assert!(id.starts_with(&text(&user["name"]["first_name"]).to_lowercase()), "{id}");
    }
    let several = users.iter().filter(|(_, user)| user["payment_methods"].as_object().unwrap().len() > 1).count();
    assert!(several >= 10, "{several} users with several payment methods");
}

#[test]
fn orders_agree_with_their_users_and_products() {
    let json = RETAIL.json();
    let (orders, users, products) = (table(&json, "orders"), &json["tables"]["users"], &json["tables"]["products"]);
    assert_eq!(orders.len(), 60);
    let mut listed: Vec<String> = table(&json, "users")
        .iter()
        .flat_map(|(_, user)| list(&user["orders"]).to_vec())
        .map(|id| text(&id).to_owned())
        .collect();
    listed.sort();
    let mut all: Vec<String> = orders.iter().map(|(id, _)| id.clone()).collect();
    all.sort();
    assert_eq!(listed, all, "each order is listed by one user, once");

    let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
    let mut twice = 0;
    for (id, order) in &orders {
        assert_eq!(text(&order["order_id"]), id);
        let user = &users[text(&order["user_id"])];
        assert!(list(&user["orders"]).iter().any(|own| text(own) == id), "{id} is not its user's");
        let mut item_ids = Vec::new();
        for item in list(&order["items"]) {
            let product = &products[text(&item["product_id"])];
            let variant = &product["variants"][text(&item["item_id"])];
            assert_eq!(
                (&item["name"], &item["price"], &item["options"]),
                (&product["name"], &variant["price"], &variant["options"]),
                "{id}"
            );
            item_ids.push(&item["item_id"]);
        }
        assert!(!item_ids.is_empty(), "{id}");
        twice += usize::from(item_ids.iter().map(|id| text(id)).collect::<BTreeSet<_>>().len() < item_ids.len());

        let sum: i64 = list(&order["items"]).iter().map(|item| cents(&item["price"])).sum();
        let status = text(&order["status"]);
        *statuses.entry(status).or_default() += 1;
        let kinds: Vec<&str> =
            list(&order["payment_history"]).iter().map(|entry| text(&entry["transaction_type"])).collect();
        assert_eq!(kinds, if status == "cancelled" { vec!["payment", "refund"] } else { vec!["payment"] }, "{id}");
        for entry in list(&order["payment_history"]) {
            assert_eq!(cents(&entry["amount"]), sum, "{id}");
            assert!(!user["payment_methods"][text(&entry["payment_method_id"])].is_null(), "{id}");
        }
        let sent: Vec<&Json> = list(&order["fulfillments"]).iter().flat_map(|sent| list(&sent["item_ids"])).collect();
        let is_sent = matches!(status, "processed" | "delivered");
        assert_eq!(sent, if is_sent { item_ids } else { Vec::new() }, "{id}");
    }
    assert_eq!(statuses.keys().copied().collect::<Vec<_>>(), ["cancelled", "delivered", "pending", "processed"]);
    assert!(statuses.values().all(|count| *count >= 5), "{statuses:?}");
    assert!(twice >= 2, "{twice} orders hold an item twice");
}

#[test]
fn tasks_speak_of_records_that_there_are() {
    let (world, json) = (RETAIL.world(), RETAIL.json());
    for task in tasks(&world) {
        let user = &json["tables"]["users"][&task.user_id];
        let name = format!("{} {}", text(&user["name"]["first_name"]), text(&user["name"]["last_name"]));
        assert!(task.user_scenario.contains(&name), "{}", task.id);
        // Who gives neither an e-mail address nor a zip code could not be found.
        let scenario = &task.user_scenario;
        let known = scenario.contains(text(&user["email"])) || scenario.contains(text(&user["address"]["zip"]));
        assert!(known, "{}", task.id);
        for word in scenario.split(|c: char| c != '#' && !c.is_alphanumeric()).filter(|word| word.starts_with('#')) {
            assert!(!json["tables"]["orders"][word].is_null(), "{}: {word}", task.id);
        }
        for action in &task.expected_actions {
            if let Some(order) = action.kwargs.get("order_id").and_then(Value::as_str) {
                let order = &json["tables"]["orders"][order.as_ref()];
                assert_eq!(text(&order["user_id"]), task.user_id, "{}", task.id);
            }
        }
    }
}
