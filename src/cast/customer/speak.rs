//! The customer's sentences: facts of the agenda in a few wordings each, chosen by the seed.

use crate::cast::chance::seed_of;

use super::agenda::{Address, Goal, ItemWish, Kind, Method, OrderWish, Refund, Who};

/// Chooses wordings. The same seed and place always choose the same.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    pub seed: u64,
    /// How often the customer has spoken.
    pub turn: usize,
}

impl Voice {
    /// One of several wordings; `act` tells places in one turn apart.
    pub fn choose<'a>(self, act: &str, wordings: &[&'a str]) -> &'a str {
        let hash = seed_of(self.seed.wrapping_add(self.turn as u64), act);
        let count = wordings.len().max(1) as u64;
        wordings.get(usize::try_from(hash % count).unwrap_or(0)).copied().unwrap_or_default()
    }

    pub fn greeting(self) -> &'static str {
        self.choose("greeting", &["Hi, ", "Hello, ", "Good day, ", "Hi there, "])
    }

    pub fn yes(self) -> &'static str {
        self.choose(
            "yes",
            &[
                "Yes, please go ahead.",
                "Yes, go ahead, please.",
                "Yes, that is right, please go ahead.",
                "Yes, please do.",
            ],
        )
    }

    pub fn that_is_all(self) -> &'static str {
        self.choose(
            "all",
            &["No, that's all. Thank you!", "No, that is all, thank you.", "No, nothing else. Thank you!"],
        )
    }

    pub fn no_more_here(self) -> &'static str {
        self.choose(
            "here",
            &[
                "No, that's all I want to change there.",
                "No, nothing else there.",
                "No, that is everything for this one.",
            ],
        )
    }

    pub fn name(self, who: &Who) -> String {
        let name = [who.first_name.as_str(), who.last_name.as_str()].join(" ");
        match &who.zip {
            Some(zip) => match self.choose("name", &["a", "b"]) {
                "a" => format!("I'm {name}, zip code {zip}."),
                _ => format!("My name is {name} and my zip code is {zip}."),
            },
            None => format!("My name is {name}."),
        }
    }

    pub fn email(self, email: &str) -> String {
        match self.choose("email", &["a", "b", "c"]) {
            "a" => format!("My e-mail is {email}."),
            "b" => format!("It is {email}."),
            _ => format!("My e-mail address is {email}."),
        }
    }

    /// The request of a goal, with these of its items.
    pub fn request(self, goal: &Goal, items: &[Item<'_>]) -> String {
        if let Some(words) = &goal.words {
            return words.clone();
        }
        let order = goal.order.as_ref();
        let start = self.choose("want", &["I'd like to", "I want to", "I would like to"]);
        match goal.kind {
            Kind::Cancel => match order {
                Some(order) => format!("{start} cancel {}.", the_order(order)),
                None => format!("{start} cancel my order."),
            },
            Kind::Return => match order {
                Some(order) if order.known => {
                    format!("{start} return {} from {}.", listed(items, own), the_order(order))
                }
                Some(order) if order.called.is_some() => {
                    format!("{start} return {} from an order that was {}.", listed(items, own), called(order))
                }
                _ => format!("{start} return {}.", listed(items, own)),
            },
            Kind::Swap => swap(goal, items, start),
            Kind::Payment => {
                let order = order.map_or_else(|| "my order".to_owned(), the_order);
                match goal.pay.as_slice() {
                    [] => format!("Please change the payment of {order}."),
                    [only] => format!("Please change the payment of {order} to my {}{}.", only.say, if_enough(only)),
                    [first, second, ..] => format!(
                        "Please change the payment of {order} to my {}{}; otherwise to my {}.",
                        first.say,
                        if_enough(first),
                        second.say
                    ),
                }
            }
            Kind::OrderAddress => {
                let order = order.map_or_else(|| "my order".to_owned(), the_order);
                let address = goal.address.as_ref().map(lines).unwrap_or_default();
                format!("Please send {order} to {address}.")
            }
            Kind::ProfileAddress => {
                let address = goal.address.as_ref();
                match address.and_then(|address| address.described.as_ref()) {
                    Some(described) => format!("Please put another address into my profile: {described}."),
                    None => format!(
                        "I have moved to {}. Please put the new address in my profile.",
                        address.map(lines).unwrap_or_default()
                    ),
                }
            }
            // Told by their words, or as trips.
            Kind::Question
            | Kind::Report
            | Kind::Book
            | Kind::Change
            | Kind::Bags
            | Kind::Passengers
            | Kind::Compensation => String::new(),
        }
    }
}

/// An item with what is said to be wanted instead.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    pub wish: &'a ItemWish,
    /// `None`: nothing instead.
    pub to: Option<&'a str>,
    pub fallback: Option<&'a str>,
}

fn swap(goal: &Goal, items: &[Item<'_>], start: &str) -> String {
    let pending = goal.order.as_ref().is_some_and(|order| order.called.as_deref() == Some("pending"));
    let known = goal.order.as_ref().filter(|order| order.known || order.called.is_some());
    // Last, so that the second choice stands beside it.
    let mut items = items.to_vec();
    items.sort_by_key(|item| item.fallback.is_some());
    let wishes = if pending { listed(&items, instead) } else { listed(&items, exchanged) };
    let mut said = match known {
        Some(order) if pending && order.known => format!("In {} I'd like {wishes}", the_order(order)),
        Some(_) if pending => format!("In my pending order I'd like {wishes}"),
        Some(order) if order.known => format!("From {} {start} exchange {wishes}", the_order(order)),
        _ => format!("{start} exchange {wishes}"),
    };
    for item in &items {
        if let Some(fallback) = item.fallback {
            said.push_str("; if that is not in stock, ");
            said.push_str(fallback);
        }
    }
    said.push('.');
    let mut letters = said.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn own(item: &Item<'_>) -> String {
    item.wish.say.clone()
}

fn instead(item: &Item<'_>) -> String {
    format!("{} instead of {}", item.to.unwrap_or_default(), item.wish.say)
}

fn exchanged(item: &Item<'_>) -> String {
    format!("{} for {}", item.wish.say, item.to.unwrap_or_default())
}

fn listed(items: &[Item<'_>], say: fn(&Item<'_>) -> String) -> String {
    let said: Vec<String> = items.iter().map(say).collect();
    match said.as_slice() {
        [] => "it".to_owned(),
        [only] => only.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// `the linen apron, a long one in slate`: an item that is mentioned later.
pub fn also(items: &[Item<'_>]) -> String {
    listed(items, |item| match item.to {
        Some(to) => format!("{}: {to}", item.wish.say),
        None => item.wish.say.clone(),
    })
}

/// The names of items: `the linen apron and the iron skillet`.
pub fn named(items: &[Item<'_>]) -> String {
    listed(items, own)
}

/// The order as the customer knows it.
pub fn the_order(order: &OrderWish) -> String {
    let called = called(order);
    match (order.known, called.is_empty()) {
        (true, true) => format!("order {}", order.id),
        (true, false) => format!("my {called} order {}", order.id),
        (false, true) => format!("the order with {}", order.with),
        (false, false) => format!("my {called} order with {}", order.with),
    }
}

fn called(order: &OrderWish) -> &str {
    order.called.as_deref().unwrap_or_default()
}

fn if_enough(method: &Method) -> &'static str {
    if method.gift_card { ", if it holds enough" } else { "" }
}

/// The answer to what pays.
pub fn payment(pay: &[Method]) -> String {
    match pay {
        [] => String::new(),
        [only] => format!("My {}, please.", only.say),
        [first, second, ..] if first.gift_card => {
            format!("My {}, please, if there is enough on it for all; otherwise my {}.", first.say, second.say)
        }
        [first, second, ..] => format!("My {}, please, or else my {}.", first.say, second.say),
    }
}

/// The answer to where a refund goes.
pub fn refund(refund: &Refund) -> String {
    if refund.original { "Back to how I paid, please.".to_owned() } else { format!("To my {}, please.", refund.to.say) }
}

/// An address in one line, or how it is described.
pub fn lines(address: &Address) -> String {
    if let Some(described) = &address.described {
        return described.clone();
    }
    let mut said = address.address1.clone();
    if !address.address2.is_empty() {
        said.push_str(", ");
        said.push_str(&address.address2);
    }
    format!("{said}, {}, {} {}, {}", address.city, address.state, address.zip, address.country)
}

/// Cents as said: `10 dollars`, `10.50 dollars`.
pub fn dollars(cents: i64) -> String {
    if cents % 100 == 0 {
        format!("{} dollars", cents / 100)
    } else {
        format!("{}.{:02} dollars", cents / 100, cents % 100)
    }
}
