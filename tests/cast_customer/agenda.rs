//! Agendas of the starter tasks say what their texts say, and the expected actions follow from them.

use std::collections::BTreeSet;

use taupe::cast::Agenda;
use taupe::cast::customer::agenda::{Goal, Kind};
use taupe::domain::{Action, Task};
use taupe::py::{Dict, Value};

use crate::worlds::{starter, task, tasks};

fn text(kwargs: &Dict, key: &str) -> String {
    kwargs.get(key).and_then(Value::as_str).map(ToString::to_string).unwrap_or_default()
}

fn ids(kwargs: &Dict, key: &str) -> BTreeSet<String> {
    let list = kwargs.get(key).and_then(Value::as_list);
    list.into_iter().flat_map(|list| list.iter()).filter_map(Value::as_str).map(ToString::to_string).collect()
}

/// Goals with what may come in their place.
fn all_goals(agenda: &Agenda) -> Vec<&Goal> {
    agenda.goals.iter().flat_map(|goal| [Some(goal), goal.instead.as_deref()]).flatten().collect()
}

#[test]
fn every_starter_task_brings_an_agenda_that_can_be_read() {
    for task in tasks(starter()) {
        assert!(task.agenda.is_some(), "{}", task.id);
        let own = Agenda::of_task(starter(), &task);
        let derived = Agenda::of_task(starter(), &Task { agenda: None, ..Task::clone(&task) });
        assert_ne!(own, derived, "{}: the task's own agenda could not be read", task.id);
        assert!(!own.goals.is_empty(), "{}", task.id);
    }
}

#[test]
fn what_an_agenda_gives_away_stands_in_the_text() {
    for task in tasks(starter()) {
        let agenda = Agenda::of_task(starter(), &task);
        let scenario = &task.user_scenario;
        let who = &agenda.who;
        for fact in [&who.email, &who.zip, &who.user_id].into_iter().flatten() {
            assert!(scenario.contains(fact), "{}: {fact}", task.id);
        }
        assert!(scenario.contains(&format!("{} {}", who.first_name, who.last_name)), "{}", task.id);
        assert!(who.email.is_some() || who.zip.is_some(), "{}: nobody could be found", task.id);
        for goal in all_goals(&agenda) {
            if let Some(order) = goal.order.as_ref().filter(|order| order.known) {
                assert!(scenario.contains(&order.id), "{}: {}", task.id, order.id);
            }
            for item in &goal.items {
                let noun = item.product.rsplit(' ').next().unwrap();
                let noun = if noun == "set" { "mug set" } else { noun };
                assert!(scenario.to_lowercase().contains(noun), "{}: {}", task.id, item.product);
            }
            if let Some(address) = goal.address.as_ref().filter(|address| address.described.is_none()) {
                for line in [&address.address1, &address.address2, &address.city, &address.state, &address.zip] {
                    assert!(scenario.contains(line.as_str()), "{}: {line}", task.id);
                }
            }
            for method in
                goal.pay.iter().chain(goal.refund.iter().filter(|refund| !refund.original).map(|refund| &refund.to))
            {
                assert!(scenario.contains(&method.say), "{}: {}", task.id, method.say);
            }
            let own_words =
                goal.words.iter().chain(goal.declines.iter()).chain(goal.answers.iter().map(|answer| &answer.say));
            for word in
                own_words.flat_map(|words| words.split(|letter: char| !letter.is_alphanumeric() && letter != '#'))
            {
                let figure = word.bytes().any(|letter| letter.is_ascii_digit());
                assert!(!figure || scenario.contains(word), "{}: {word}", task.id);
            }
        }
    }
}

/// Whether a goal leads to this call, as far as the call is told by goals.
fn leads_to(goal: &Goal, call: &Action, paid: &mut Vec<String>) -> bool {
    let order = goal.order.as_ref().is_some_and(|order| order.id == text(&call.kwargs, "order_id"));
    let reason = || {
        goal.reason.as_ref().is_some_and(|reason| {
            reason.contains(if text(&call.kwargs, "reason").contains("mistake") { "mistake" } else { "need" })
        })
    };
    let address = || {
        goal.address.as_ref().is_some_and(|address| {
            address.address1 == text(&call.kwargs, "address1")
                && address.address2 == text(&call.kwargs, "address2")
                && address.city == text(&call.kwargs, "city")
                && address.state == text(&call.kwargs, "state")
                && address.zip == text(&call.kwargs, "zip")
                && address.country == text(&call.kwargs, "country")
        })
    };
    let dropped: &[usize] = goal.limit.as_ref().map_or(&[], |limit| &limit.drops);
    let items = || -> Vec<_> {
        goal.items.iter().enumerate().filter(|(at, _)| !dropped.contains(at)).map(|(_, item)| item).collect()
    };
    let pays = |paid: &mut Vec<String>| {
        paid.push(text(&call.kwargs, "payment_method_id"));
        goal.pay.iter().any(|method| method.id == text(&call.kwargs, "payment_method_id"))
    };
    match (goal.kind, call.name.as_str()) {
        (Kind::Cancel, "cancel_pending_order") => order && reason(),
        (Kind::Return, "return_delivered_order_items") => {
            let counted: usize = items().iter().map(|item| item.count).sum();
            let wanted: BTreeSet<String> = items().iter().map(|item| item.item_id.clone()).collect();
            let expected = call.kwargs.get("item_ids").and_then(Value::as_list).unwrap().len();
            let to = goal.refund.as_ref().is_some_and(|refund| refund.to.id == text(&call.kwargs, "payment_method_id"));
            order && to && wanted == ids(&call.kwargs, "item_ids") && counted == expected
        }
        (Kind::Swap, "modify_pending_order_items" | "exchange_delivered_order_items") => {
            let held: BTreeSet<String> = items().iter().map(|item| item.item_id.clone()).collect();
            let expected = ids(&call.kwargs, "new_item_ids");
            let reached = items()
                .iter()
                .all(|item| item.to.iter().chain(&item.fallback).any(|variant| expected.contains(&variant.item_id)));
            order && held == ids(&call.kwargs, "item_ids") && reached && pays(paid)
        }
        (Kind::Payment, "modify_pending_order_payment") => order && pays(paid),
        (Kind::OrderAddress, "modify_pending_order_address") => order && address(),
        (Kind::ProfileAddress, "modify_user_address") => address(),
        (Kind::Report, "transfer_to_human_agents") => true,
        _ => false,
    }
}

#[test]
fn expected_actions_follow_from_the_agendas() {
    for task in tasks(starter()) {
        let agenda = Agenda::of_task(starter(), &task);
        let goals = all_goals(&agenda);
        for call in &task.expected_actions {
            assert!(
                goals.iter().any(|goal| leads_to(goal, call, &mut Vec::new())),
                "{}: nothing leads to {}",
                task.id,
                call.name
            );
        }
        let questions = goals.iter().filter(|goal| goal.kind == Kind::Question).count();
        assert_eq!(questions, task.outputs.len(), "{}", task.id);
        // What is expected of no goal must be refused or handed over.
        for goal in &agenda.goals {
            let met = task.expected_actions.iter().any(|call| {
                leads_to(goal, call, &mut Vec::new())
                    || goal.instead.as_ref().is_some_and(|instead| leads_to(instead, call, &mut Vec::new()))
            });
            let refused =
                goal.refusal == taupe::cast::customer::agenda::Refusal::Accept && task.expected_actions.is_empty();
            assert!(met || refused || goal.kind == Kind::Question, "{}: {:?}", task.id, goal.kind);
        }
    }
}

#[test]
fn an_agenda_survives_being_saved() {
    let agenda = Agenda::of_task(starter(), task("train", 2));
    let saved = serde_json::to_string(&agenda).unwrap();
    assert_eq!(serde_json::from_str::<Agenda>(&saved).unwrap(), agenda);
}

#[test]
fn an_unreadable_agenda_gives_way_to_a_derived_one() {
    let own = Task::clone(task("train", 0));
    let derived = Agenda::of_task(starter(), &Task { agenda: None, ..own.clone() });
    for broken in [Value::None, Value::from("cancel"), Value::Dict(Dict::new())] {
        assert_eq!(Agenda::of_task(starter(), &Task { agenda: Some(broken), ..own.clone() }), derived);
    }
}
