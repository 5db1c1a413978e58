//! Tools on a small world: answers, complaints, and what stays in the database.

mod support;

use std::path::{Path, PathBuf};

use support::{call, object, record, shop};
use taupe::domain::toolkit::{Args, Stop, ToolResult};
use taupe::domain::{CallStatus, Database, Domain, Param, ParamKind, RETAIL, ToolDef};
use taupe::py::{Exception, PyError, ops};

#[track_caller]
fn check(name: &str, kwargs: &str, expected: &str) {
    assert_eq!(call(&mut shop(), name, kwargs).observation, expected, "{name}({kwargs})");
}

/// A call that leaves the database as it was.
#[track_caller]
fn check_refused(name: &str, kwargs: &str, expected: &str) {
    let (before, mut db) = (shop(), shop());
    let outcome = call(&mut db, name, kwargs);
    assert_eq!(outcome.observation, expected, "{name}({kwargs})");
    assert!(outcome.status.is_error(), "{name}({kwargs})");
    assert!(Database::changes(&before, &db).is_empty(), "{name}({kwargs}) changed the database");
}

#[test]
fn arguments_are_bound_with_pythons_complaints() {
    let order = "get_order_details";
    check_refused(order, "{}", "Error: GetOrderDetails.invoke() missing 1 required positional argument: 'order_id'");
    check_refused(
        "cancel_pending_order",
        "{}",
        "Error: CancelPendingOrder.invoke() missing 2 required positional arguments: 'order_id' and 'reason'",
    );
    check_refused(
        "find_user_id_by_name_zip",
        "{}",
        "Error: FindUserIdByNameZip.invoke() missing 3 required positional arguments: 'first_name', 'last_name', \
         and 'zip'",
    );
    check_refused(
        order,
        r##"{"b": 1, "a": 2, "order_id": "#W1"}"##,
        "Error: GetOrderDetails.invoke() got an unexpected keyword argument 'b'",
    );
    check_refused(
        order,
        r#"{"b": 1, "data": {}}"#,
        "Error: tau_bench.envs.retail.tools.get_order_details.GetOrderDetails.invoke() got multiple values for \
         keyword argument 'data'",
    );
}

#[test]
fn statuses_tell_how_a_call_went() {
    let status = |name, kwargs| call(&mut shop(), name, kwargs).status;
    assert_eq!(status("get_order_details", r##"{"order_id": "#W1"}"##), CallStatus::Answered);
    assert_eq!(status("get_order_details", r#"{"order_id": "W1"}"#), CallStatus::Refused);
    assert_eq!(status("get_order_details", r#"{"order_id": []}"#), CallStatus::Raised(Exception::TypeError));
    assert_eq!(status("get_weather", "{}"), CallStatus::UnknownTool);
    check_refused("get_weather", "{}", "Unknown action get_weather");
    check_refused("", "{}", "Unknown action ");
    check("think", r#"{"thought": null}"#, "");
}

#[test]
fn a_failing_transfer_still_terminates() {
    let mut db = shop();
    assert!(call(&mut db, "transfer_to_human_agents", r#"{"summary": "x"}"#).terminates);
    assert!(call(&mut db, "transfer_to_human_agents", "{}").terminates);
    assert!(!call(&mut db, "think", "{}").terminates);
}

#[test]
fn users_are_found_whatever_the_case() {
    check("find_user_id_by_email", r#"{"email": "ADA.park@SHOP.test"}"#, "ada_park_11");
    // Python lowers the Kelvin sign to a plain k.
    check("find_user_id_by_email", "{\"email\": \"ada.par\u{212a}@shop.test\"}", "ada_park_11");
    check_refused("find_user_id_by_email", r#"{"email": "ada.park@shop.tes"}"#, "Error: user not found");
    check_refused("find_user_id_by_email", r#"{"email": 7}"#, "Error: 'int' object has no attribute 'lower'");
    let by_name = "find_user_id_by_name_zip";
    check(by_name, r#"{"first_name": "aDA", "last_name": "PARK", "zip": "07621"}"#, "ada_park_11");
    check_refused(by_name, r#"{"first_name": "ada", "last_name": "park", "zip": 7621}"#, "Error: user not found");
    // A last name is only looked at once a first name fits.
    check_refused(by_name, r#"{"first_name": "eve", "last_name": 1, "zip": ""}"#, "Error: user not found");
    let complaint = "Error: 'int' object has no attribute 'lower'";
    check_refused(by_name, r#"{"first_name": "ada", "last_name": 1, "zip": ""}"#, complaint);
}

#[test]
fn products_are_listed_by_name() {
    check("list_all_product_types", "{}", r#"{"Lamp": "200", "Mug": "100"}"#);
}

#[test]
fn cancelling_refunds_what_was_paid() {
    let mut db = shop();
    let outcome = call(&mut db, "cancel_pending_order", r##"{"order_id": "#W1", "reason": "no longer needed"}"##);
    assert_eq!(outcome.observation, record(&db, "orders", "#W1"));
    assert!(outcome.observation.ends_with(
        r#""status": "cancelled", "payment_history": [{"transaction_type": "payment", "amount": 37.1, "payment_method_id": "credit_card_1"}, {"transaction_type": "refund", "amount": 37.1, "payment_method_id": "credit_card_1"}], "cancel_reason": "no longer needed"}"#
    ));
    check_refused("cancel_pending_order", r##"{"order_id": "#W1", "reason": "bored"}"##, "Error: invalid reason");
    let processed = r##"{"order_id": "#W4", "reason": "bored"}"##;
    check_refused("cancel_pending_order", processed, "Error: non-pending order cannot be cancelled");
}

#[test]
fn what_a_call_changed_before_it_failed_stays() {
    let mut db = shop();
    // The first payment was by a gift card that exists, the second by one that does not.
    let outcome = call(&mut db, "cancel_pending_order", r##"{"order_id": "#W3", "reason": "no longer needed"}"##);
    assert_eq!(outcome.observation, "Error: 'gift_card_404'");
    assert_eq!(outcome.status, CallStatus::Raised(Exception::KeyError));
    let changes = Database::changes(&shop(), &db);
    assert_eq!(changes.iter().map(|change| &*change.id).collect::<Vec<_>>(), ["ada_park_11"]);
    assert!(record(&db, "users", "ada_park_11").contains(r#""balance": 12.5"#));
}

#[test]
fn addresses_are_stored_as_given() {
    let mut db = shop();
    let address = r#""address1": null, "address2": [1.0], "city": "Ålesund", "state": 1, "country": {}, "zip": "x""#;
    let order = call(&mut db, "modify_pending_order_address", &format!(r##"{{"order_id": "#W1", {address}}}"##));
    let stored = r#""address": {"address1": null, "address2": [1.0], "city": "\u00c5lesund", "state": 1, "country": {}, "zip": "x"}"#;
    assert!(order.observation.contains(stored), "{}", order.observation);
    let user = call(&mut db, "modify_user_address", &format!(r#"{{"user_id": "ada_park_11", {address}}}"#));
    assert!(user.observation.contains(stored), "{}", user.observation);
}

#[test]
fn a_payment_moves_between_methods_of_the_user() {
    let moved = "modify_pending_order_payment";
    let to = |method: &str| format!(r##"{{"order_id": "#W1", "payment_method_id": {method}}}"##);
    check_refused(moved, &to("\"paypal_2\""), "Error: payment method not found");
    check_refused(moved, &to("null"), "Error: payment method not found");
    check_refused(moved, &to("{}"), "Error: unhashable type: 'dict'");
    let same = "Error: the new payment method should be different from the current one";
    check_refused(moved, &to("\"credit_card_1\""), same);
    let short = "Error: insufficient gift card balance to pay for the order";
    check_refused(moved, &to("\"gift_card_1\""), short);
    let twice = r##"{"order_id": "#W3", "payment_method_id": "paypal_1"}"##;
    check_refused(moved, twice, "Error: there should be exactly one payment for a pending order");

    let mut db = shop();
    call(&mut db, moved, &to("\"paypal_1\""));
    assert!(record(&db, "orders", "#W1").ends_with(
        r#"{"transaction_type": "payment", "amount": 37.1, "payment_method_id": "paypal_1"}, {"transaction_type": "refund", "amount": 37.1, "payment_method_id": "credit_card_1"}]}"#
    ));
}

fn items(order: &str, old: &str, new: &str, method: &str) -> String {
    format!(r#"{{"order_id": "{order}", "item_ids": {old}, "new_item_ids": {new}, "payment_method_id": "{method}"}}"#)
}

#[test]
fn items_are_checked_before_prices_and_payment() {
    let modify = "modify_pending_order_items";
    let check = |old, new, expected: &str| check_refused(modify, &items("#W1", old, new, "nobody's"), expected);
    check(r#"["1001", "1001", "1001"]"#, "[]", "Error: 1001 not found");
    check(r#"["1001", [null, "x"]]"#, "[]", "Error: [None, 'x'] not found");
    check("\"1\"", "[]", "Error: 1 not found");
    check("7", "[]", "Error: 'int' object is not iterable");
    check(r#"{"1001": 1}"#, "[]", "Error: 'dict' object has no attribute 'count'");
    check("{}", "null", "Error: object of type 'NoneType' has no len()");
    check(r#"["1001"]"#, "[]", "Error: the number of items to be exchanged should match");
    check(r#"["1001"]"#, r#"["1003"]"#, "Error: new item 1003 not found or available");
    check(r#"["1001"]"#, r#"["2002"]"#, "Error: new item 2002 not found or available");
    check(r#"["1001"]"#, "[[]]", "Error: unhashable type: 'list'");
    check(r#"["1001"]"#, r#"["1002"]"#, "Error: payment method not found");
    let short = "Error: insufficient gift card balance to pay for the new item";
    check_refused(modify, &items("#W1", r#"["2001"]"#, r#"["2002"]"#, "gift_card_1"), short);
}

#[test]
fn modifying_items_books_the_unrounded_difference() {
    let mut db = shop();
    let swap = items("#W1", r#"["2001", "1001"]"#, r#"["2002", "1001"]"#, "paypal_1");
    let order = call(&mut db, "modify_pending_order_items", &swap).observation;
    // 35.7 - 20.1 in binary.
    assert!(
        order.contains(
            r#"{"transaction_type": "payment", "amount": 15.600000000000001, "payment_method_id": "paypal_1"}"#
        )
    );
    assert!(order.contains(r#""item_id": "2002", "price": 35.7, "options": {"size": "tall"}"#));
    assert!(order.contains(r#""status": "pending (item modified)""#));
}

#[test]
fn modifying_nothing_books_an_int_and_still_changes_the_status() {
    let mut db = shop();
    let order = call(&mut db, "modify_pending_order_items", &items("#W1", "[]", "\"\"", "gift_card_1")).observation;
    assert!(order.contains(r#"{"transaction_type": "refund", "amount": 0, "payment_method_id": "gift_card_1"}"#));
    assert!(order.contains(r#""status": "pending (item modified)""#));
    assert!(record(&db, "users", "ada_park_11").contains(r#""balance": 10,"#));
}

#[test]
fn a_cheaper_item_is_credited_to_a_gift_card() {
    let mut db = shop();
    call(&mut db, "modify_pending_order_items", &items("#W1", r#"["1001"]"#, r#"["1002"]"#, "gift_card_1"));
    assert!(record(&db, "users", "ada_park_11").contains(r#""balance": 9.25,"#));
}

#[test]
fn an_exchange_is_only_asked_for() {
    let mut db = shop();
    let swap = items("#W2", r#"["2001", "1002"]"#, r#"["2002", "1001"]"#, "paypal_1");
    let order = call(&mut db, "exchange_delivered_order_items", &swap).observation;
    assert!(order.contains(r#""status": "exchange requested""#));
    assert!(order.ends_with(
        r#""exchange_items": ["1002", "2001"], "exchange_new_items": ["1001", "2002"], "exchange_payment_method_id": "paypal_1", "exchange_price_difference": 14.85}"#
    ));
    assert!(order.contains(r#""item_id": "2001", "price": 20.1"#));
    check_refused(
        "exchange_delivered_order_items",
        &items("#W2", r#"["2001"]"#, r#"["2002"]"#, "gift_card_1"),
        "Error: insufficient gift card balance to pay for the price difference",
    );
    let pending = items("#W1", "[]", "[]", "paypal_1");
    check_refused("exchange_delivered_order_items", &pending, "Error: non-delivered order cannot be exchanged");
}

#[test]
fn a_return_goes_to_the_first_method_or_a_gift_card() {
    let back = "return_delivered_order_items";
    let to = |ids: &str, method: &str| {
        format!(r##"{{"order_id": "#W2", "item_ids": {ids}, "payment_method_id": "{method}"}}"##)
    };
    let wrong = "Error: payment method should be either the original payment method or a gift card";
    check_refused(back, &to("7", "paypal_1"), wrong);
    check_refused(back, &to("7", "gift_card_2"), "Error: payment method not found");
    check_refused(back, &to(r#"["1002", "1002"]"#, "credit_card_1"), "Error: some item not found");
    let mut db = shop();
    let order = call(&mut db, back, &to(r#"["2001", "1002"]"#, "gift_card_1")).observation;
    assert!(order.contains(r#""status": "return requested""#));
    assert!(order.ends_with(r#""return_items": ["1002", "2001"], "return_payment_method_id": "gift_card_1"}"#));
}

#[test]
fn only_tools_marked_so_change_the_database() {
    let (before, mut db) = (shop(), shop());
    let arguments = [
        r##"{"order_id": "#W1"}"##,
        r#"{"product_id": "100"}"#,
        r#"{"user_id": "ada_park_11"}"#,
        r#"{"email": "bo@shop.test"}"#,
        r#"{"first_name": "Bo", "last_name": "Li", "zip": "07621"}"#,
        r#"{"thought": "x"}"#,
        r#"{"summary": "x"}"#,
        r#"{"expression": "1"}"#,
        "{}",
    ];
    for tool in RETAIL.tools.iter().filter(|tool| !tool.writes) {
        let answered = arguments.iter().any(|kwargs| call(&mut db, tool.name, kwargs).status == CallStatus::Answered);
        assert!(answered, "no arguments here fit {}", tool.name);
        assert!(Database::changes(&before, &db).is_empty(), "{}", tool.name);
    }
}

/// A domain whose one tool raises what the original's records raise, after it changed something.
static FRAGILE: Domain = Domain {
    name: "fragile",
    tables: &["users"],
    tools: &[ToolDef {
        name: "answer_nothing",
        description: "",
        params: &[Param { name: "user_id", kind: ParamKind::Text, description: "" }],
        writes: true,
        run: answer_nothing,
    }],
    terminate_tools: &[],
};

fn answer_nothing(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let id = ops::table_key(args.get("user_id"))?.cloned();
    let users = db.table_mut("users").zip(id);
    if let Some(user) = users.and_then(|(users, id)| users.get_mut(&id)) {
        ops::set_key(user, "email", "changed")?;
    }
    Err(Stop::Raised(PyError::new(Exception::ValidationError, "")))
}

#[test]
fn an_answer_that_the_originals_records_refuse_is_raised_out_of_the_step() {
    let mut db = shop();
    let raised = FRAGILE.call(&mut db, "answer_nothing", &object(r#"{"user_id": "bo_li_22"}"#));
    assert_eq!(raised.map_err(|error| error.kind), Err(Exception::ValidationError));
    assert!(record(&db, "users", "bo_li_22").contains("changed"));
}

#[test]
fn the_hash_is_of_the_canonical_text() {
    use taupe::py::{Value, canon};
    let db = shop();
    let whole = db.tables().map(|(name, table)| {
        let records = table.iter().map(|(id, record)| (id.clone(), record.clone())).collect();
        (name.clone(), Value::Dict(records))
    });
    assert_eq!(db.hash(), canon::sha256(&Value::Dict(whole.collect())));
}

/// Names, types, enums and required fields are the original's; the wording is ours.
#[test]
fn retail_specs_fit_upstream() {
    let Some(path) = upstream("tau-bench/retail/tools_info.json") else { return };
    let text = std::fs::read_to_string(&path).expect("a readable file");
    let upstream: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list of tools");
    let specs = RETAIL.specs();
    assert_eq!(upstream.len(), specs.len());
    for (theirs, ours) in upstream.iter().zip(&specs) {
        let theirs = &theirs["function"];
        assert_eq!(theirs["name"], ours.name.as_str());
        let (mut their_words, mut our_words) = (Vec::new(), vec![ours.description.clone()]);
        let mut their_schema = theirs["parameters"].clone();
        let mut our_schema = ours.parameters.clone();
        take_descriptions(&mut their_schema, &mut their_words);
        take_descriptions(&mut our_schema, &mut our_words);
        // As text: the order of keys shows in what a model reads.
        assert_eq!(keys_sorted(&their_schema), keys_sorted(&our_schema), "{}", ours.name);
        assert_eq!(their_words.len() + 1, our_words.len(), "each parameter of {} is described", ours.name);
        their_words.push(theirs["description"].as_str().unwrap_or_default().to_owned());
        assert!(our_words.iter().all(|text| !text.is_empty() && !their_words.contains(text)), "{}", ours.name);
    }
}

/// A schema as text with the properties in their order and the keywords of each sorted.
fn keys_sorted(schema: &serde_json::Value) -> String {
    let mut properties = String::new();
    for (name, property) in schema["properties"].as_object().expect("an object schema") {
        let mut keywords: Vec<_> = property.as_object().expect("a schema").iter().collect();
        keywords.sort_by_key(|(keyword, _)| keyword.as_str());
        properties += &format!("{name}: {keywords:?}\n");
    }
    format!("{} {properties} {}", schema["type"], schema["required"])
}

fn take_descriptions(schema: &mut serde_json::Value, found: &mut Vec<String>) {
    if let Some(object) = schema.as_object_mut() {
        if let Some(serde_json::Value::String(text)) = object.get("description") {
            found.push(text.clone());
            object.shift_remove("description");
        }
        object.values_mut().for_each(|value| take_descriptions(value, found));
    }
}

/// A file of the upstream folder; without it there is nothing to compare, which CI does not accept.
fn upstream(relative: &str) -> Option<PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/upstream");
    let path = std::env::var_os("TAUPE_UPSTREAM").map_or_else(default, PathBuf::from).join(relative);
    if path.exists() {
        return Some(path);
    }
    let in_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!in_ci, "{} is absent", path.display());
    println!("*** SKIPPED *** {} is absent", path.display());
    None
}
