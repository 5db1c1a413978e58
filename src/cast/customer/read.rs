//! The agenda that a starter task brings along.
//!
//! A JSON object: `gives` (which of `email`, `zip`, `user_id` the customer tells; names are always told) and `goals`.
//! A goal has `do` (a kind's name) and, as far as they apply: `order` (a number the customer knows) or `with` and
//! `status` (which of the customer's orders it is), `items` (each a `product`, and `to` with the options wanted, `say`
//! for these words, `else` and `else_say` for a second choice, `count`, `as` for what the customer calls it, `when`:
//! `asked` or `confirming`), `pay` (names
//! in the order of preference), `refund` (`original` or a name) with `refund_held_back`, `reason`, `address` or
//! `address_of` (an order) with `address_say`, `words`, `limit` (`cents`, `drops`, `subject`), `answers` (`cues`,
//! `say`), `declines`, `refused` (`accept`), `raise` (`together`), `instead` (a goal).
//!
//! Products and options are looked up in the customer's records, so the agenda can't say what they don't hold.

use super::agenda::{Agenda, Answer, Goal, Kind, Limit, Method, Raise, Refund, Refusal};
use super::shop::{self, Held, Shop, text};
use super::wish;
use crate::domain::{Task, World};
use crate::py::{Dict, Value};

/// Reads the agenda; `None` if something in it is not as described or not in the records.
pub fn agenda(world: &World, task: &Task, own: &Value) -> Option<Agenda> {
    let own = own.as_dict()?;
    let shop = Shop::new(world, task);
    let gives = texts(own, "gives");
    let goals = own.get("goals")?.as_list()?.iter().map(|record| goal(&shop, record.as_dict()?));
    Some(Agenda {
        who: shop.who(task, |fact| gives.iter().any(|given| given == fact)),
        goals: goals.collect::<Option<_>>()?,
    })
}

fn goal(shop: &Shop<'_>, own: &Dict) -> Option<Goal> {
    let order_id = order_id(shop, own)?;
    let order = order_id.and_then(|id| shop.order(id));
    let held: Vec<Held<'_>> = order.map(|order| shop.items(order).collect()).unwrap_or_default();
    let mut goal = Goal {
        kind: kind(text(own, "do"))?,
        raise: if text(own, "raise") == "together" { Raise::Together } else { Raise::Next },
        reason: given(own, "reason"),
        words: given(own, "words"),
        declines: given(own, "declines"),
        refusal: if text(own, "refused") == "accept" { Refusal::Accept } else { Refusal::Insist },
        ..Goal::default()
    };
    for record in records(own, "items") {
        goal.items.push(item(shop, record, &held)?);
    }
    if let Some(id) = order_id {
        let products: Vec<&str> = match given(own, "with") {
            Some(_) => vec![text(own, "with")],
            None => goal.items.iter().map(|item| item.product.as_str()).collect(),
        };
        let wish = shop.order_wish(id, &products);
        let wanted = |product: &String| goal.items.iter().any(|item| item.product == *product);
        if matches!(goal.kind, Kind::Return | Kind::Swap) {
            goal.keeps = wish.products.iter().filter(|product| !wanted(product)).cloned().collect();
        }
        goal.order = Some(wish);
    }
    for name in texts(own, "pay") {
        goal.pay.push(shop.method_called(&name)?);
    }
    if let Some(name) = given(own, "refund") {
        let original = name == "original";
        let paid_with = order_id.and_then(|id| shop.paid_with(id)).and_then(|id| shop.method(id));
        let to: Method = if original { paid_with? } else { shop.method_called(&name)? };
        let held_back = matches!(own.get("refund_held_back"), Some(Value::Bool(true)));
        goal.refund = Some(Refund { to, original, held_back });
    }
    if let Some(lines) = own.get("address") {
        goal.address = Some(shop::address(lines.as_dict()?));
    } else if let Some(other) = given(own, "address_of") {
        let mut address = shop::address(shop.order(&other)?.get("address")?.as_dict()?);
        address.described = given(own, "address_say");
        goal.address = Some(address);
    }
    if let Some(limit) = own.get("limit").and_then(Value::as_dict) {
        let drops = limit.get("drops")?.as_list()?.iter();
        let drops =
            drops.filter_map(|position| if let Value::Int(at) = position { usize::try_from(*at).ok() } else { None });
        let Some(Value::Int(cents)) = limit.get("cents") else { return None };
        goal.limit = Some(Limit { cents: *cents, drops: drops.collect(), subject: text(limit, "subject").to_owned() });
    }
    for answer in records(own, "answers") {
        goal.answers.push(Answer { cues: texts(answer, "cues"), say: text(answer, "say").to_owned() });
    }
    if let Some(instead) = own.get("instead") {
        goal.instead = Some(Box::new(self::goal(shop, instead.as_dict()?)?));
    }
    Some(goal)
}

/// The order that a goal is about: `None` if none can be found, `Some(None)` if it names none.
fn order_id<'a>(shop: &Shop<'a>, own: &'a Dict) -> Option<Option<&'a str>> {
    if own.get("order").is_some() {
        return Some(Some(text(own, "order")));
    }
    let with = text(own, "with");
    if with.is_empty() {
        return Some(None);
    }
    let status = text(own, "status");
    let mut orders = shop.orders();
    let fits = |order: &'a Dict| {
        (status.is_empty() || text(order, "status") == status) && shop.items(order).any(|item| item.name == with)
    };
    orders.find(|(_, order)| fits(order)).map(|(id, _)| Some(id))
}

fn item(shop: &Shop<'_>, own: &Dict, order: &[Held<'_>]) -> Option<super::agenda::ItemWish> {
    let held = *order.iter().find(|item| item.name == text(own, "product"))?;
    let count = match own.get("count") {
        Some(Value::Int(count)) => usize::try_from(*count).ok()?,
        _ => 1,
    };
    let mut wish = wish::item(held, order, count);
    wish.reveal = wish::reveal(text(own, "when"));
    if let Some(say) = given(own, "as") {
        wish.say = say;
    }
    if let Some(to) = own.get("to").and_then(Value::as_dict) {
        wish::wants(shop, &mut wish, held, wish::find(shop, held, to)?, given(own, "say").as_deref());
    }
    if let Some(other) = own.get("else").and_then(Value::as_dict) {
        let offered = wish::find(shop, held, other)?;
        let fallback = wish::variant(held, offered, given(own, "else_say").as_deref());
        wish.others.retain(|value| !fallback.values.contains(value));
        wish.strays.retain(|value| !fallback.values.contains(value));
        if wish.decoy.as_ref().is_some_and(|decoy| decoy.item_id == fallback.item_id) {
            let taken = [held.item_id, &fallback.item_id, wish.to.as_ref().map_or("", |to| &to.item_id)];
            let mut variants = shop.variants(held.product_id);
            let other = variants.find(|offered| offered.available && !taken.contains(&offered.item_id));
            wish.decoy = other.map(|offered| wish::variant(held, offered, None));
        }
        wish.fallback = Some(fallback);
    }
    Some(wish)
}

fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "cancel" => Kind::Cancel,
        "return" => Kind::Return,
        "swap" => Kind::Swap,
        "payment" => Kind::Payment,
        "order_address" => Kind::OrderAddress,
        "profile_address" => Kind::ProfileAddress,
        "question" => Kind::Question,
        "report" => Kind::Report,
        _ => return None,
    })
}

fn given(own: &Dict, key: &str) -> Option<String> {
    own.get(key).and_then(Value::as_str).map(|value| value.to_string())
}

fn texts(own: &Dict, key: &str) -> Vec<String> {
    let list = own.get(key).and_then(Value::as_list).into_iter().flat_map(|list| list.iter());
    list.filter_map(Value::as_str).map(|value| value.to_string()).collect()
}

fn records<'a>(own: &'a Dict, key: &str) -> impl Iterator<Item = &'a Dict> {
    own.get(key).and_then(Value::as_list).into_iter().flat_map(|list| list.iter()).filter_map(Value::as_dict)
}
