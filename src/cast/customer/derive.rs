//! An agenda for a task that brings none: from its expected actions, its outputs, its text and the records.
//!
//! Each expected call that changes something becomes a goal. The customer names items by product and by the options
//! that are to differ, says an order's number only where the task's text does, and gives of e-mail, zip code and user
//! id what the text holds. Where outputs are expected, the sentences of the text that want to know something are asked
//! in the first person. A task without such calls is told as it stands, and whatever comes of it is accepted.

use super::agenda::{Address, Agenda, Goal, Kind, Method, Refund, Refusal};
use super::shop::{self, Held, Shop, text};
use super::voice;
use super::wish;
use crate::domain::{Action, Task, World, replay_expected};
use crate::py::{Dict, Value};

/// The agenda of any retail task; of a task of another domain the text as its only request.
pub fn agenda(world: &World, task: &Task) -> Agenda {
    let shop = Shop::new(world, task);
    let scenario = task.user_scenario.to_lowercase();
    let holds = |fact: &str| !fact.is_empty() && scenario.contains(&fact.to_lowercase());
    let all = shop.who(task, |_| true);
    let mut who = all.clone();
    who.email = who.email.filter(|email| holds(email));
    who.zip = who.zip.filter(|zip| holds(zip));
    who.user_id = who.user_id.filter(|id| holds(id));
    if who.email.is_none() && who.zip.is_none() {
        who.zip = all.zip;
    }

    let steps = replay_expected(world, task).unwrap_or_default();
    let effective = steps.iter().filter(|step| !step.outcome.status.is_error());
    let calls = effective.filter_map(|step| task.expected_actions.get(step.action));
    let mut goals: Vec<Goal> = calls.filter_map(|call| goal(&shop, task, call)).collect();
    let answers = if task.outputs.is_empty() { Vec::new() } else { voice::questions(&task.user_scenario) };
    for words in answers {
        goals.push(Goal { kind: Kind::Question, words: Some(words), ..Goal::default() });
    }
    if goals.is_empty() {
        let words = Some(voice::requests(&task.user_scenario));
        goals.push(Goal { kind: Kind::Report, words, refusal: Refusal::Accept, ..Goal::default() });
    }
    Agenda { who, goals }
}

fn goal(shop: &Shop<'_>, task: &Task, call: &Action) -> Option<Goal> {
    let args = &call.kwargs;
    let order_id = text(args, "order_id");
    let held: Vec<Held<'_>> = shop.order(order_id).map(|order| shop.items(order).collect()).unwrap_or_default();
    let mut goal = Goal::default();
    match call.name.as_str() {
        "cancel_pending_order" => {
            goal.kind = Kind::Cancel;
            let mistake = text(args, "reason").contains("mistake");
            let reason = if mistake { "I ordered it by mistake" } else { "I no longer need it" };
            goal.reason = Some(reason.to_owned());
        }
        "return_delivered_order_items" => {
            goal.kind = Kind::Return;
            for (item_id, count) in counted(&ids(args, "item_ids")) {
                goal.items.push(wish::item(*held.iter().find(|item| item.item_id == item_id)?, &held, count));
            }
            let to = method(shop, args)?;
            let original = shop.paid_with(order_id) == Some(&to.id);
            goal.refund = Some(Refund { to, original, held_back: false });
        }
        "exchange_delivered_order_items" | "modify_pending_order_items" => {
            goal.kind = Kind::Swap;
            for (item_id, new_id) in ids(args, "item_ids").iter().zip(ids(args, "new_item_ids")) {
                let own = *held.iter().find(|item| item.item_id == *item_id)?;
                let mut wish = wish::item(own, &held, 1);
                wish::wants(shop, &mut wish, own, shop.variant(own.product_id, new_id)?, None);
                goal.items.push(wish);
            }
            goal.pay.push(method(shop, args)?);
        }
        "modify_pending_order_payment" => {
            goal.kind = Kind::Payment;
            goal.pay.push(method(shop, args)?);
        }
        "modify_pending_order_address" | "modify_user_address" => {
            let of_order = call.name == "modify_pending_order_address";
            goal.kind = if of_order { Kind::OrderAddress } else { Kind::ProfileAddress };
            goal.address = Some(address(shop, task, order_id, args));
        }
        _ => return None,
    }
    if !order_id.is_empty() {
        let products: Vec<&str> = goal.items.iter().map(|item| item.product.as_str()).collect();
        let wish = shop.order_wish(order_id, &products);
        if matches!(goal.kind, Kind::Return | Kind::Swap) {
            goal.keeps = wish.products.iter().filter(|name| !products.contains(&name.as_str())).cloned().collect();
        }
        goal.order = Some(wish);
    }
    Some(goal)
}

/// The address of a call: told where the text tells it, else described by where it can be found.
fn address(shop: &Shop<'_>, task: &Task, order_id: &str, args: &Dict) -> Address {
    let mut address = shop::address(args);
    if task.user_scenario.contains(&address.address1) {
        return address;
    }
    let lives_there = |record: &Dict| {
        record.get("address").and_then(Value::as_dict).is_some_and(|own| text(own, "address1") == address.address1)
    };
    let other = shop.orders().find(|(id, order)| *id != order_id && lives_there(order));
    address.described = if shop.user().is_some_and(lives_there) {
        let before = order_id.is_empty();
        Some(if before { "the address that was in it before" } else { "the address in my profile" }.to_owned())
    } else {
        other.map(|(id, _)| {
            let order = shop.order_wish(id, &[]);
            if order.known {
                format!("the address of my order {id}")
            } else {
                format!("the address of my order with {}", order.with)
            }
        })
    };
    address
}

fn method(shop: &Shop<'_>, args: &Dict) -> Option<Method> {
    let mut method = shop.method(text(args, "payment_method_id"))?;
    if shop.is_ambiguous(&method)
        && let Some(digits) = &method.last_four
    {
        method.say = format!("{} ending in {digits}", method.say);
    }
    Some(method)
}

fn ids<'a>(args: &'a Dict, key: &str) -> Vec<&'a str> {
    let list = args.get(key).and_then(Value::as_list).into_iter().flat_map(|list| list.iter());
    list.filter_map(Value::as_str).map(|id| &**id).collect()
}

/// Each id once, in order, with how often it stands there.
fn counted<'a>(ids: &[&'a str]) -> Vec<(&'a str, usize)> {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for id in ids {
        match counted.iter_mut().find(|(known, _)| known == id) {
            Some((_, count)) => *count += 1,
            None => counted.push((id, 1)),
        }
    }
    counted
}
