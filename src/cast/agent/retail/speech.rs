//! The agent's sentences.

use super::items::told;
use super::records::{Item, Money, Order, Variant, dollars};
pub use crate::cast::agent::speech::{ANYTHING_ELSE, BYE, GREETING, LEFT, NO_IDENTITY};

pub const ASK_IDENTITY: &str = "May I have your e-mail address, or your full name and zip code?";
pub const ASK_USER_ID: &str = "What is your user id?";
pub const ASK_IDENTITY_AGAIN: &str = "I could not find you with that. Could you give me another e-mail address, or your first and last name and the zip code?";
pub const ASK_ORDER: &str = "Which order number is it?";
pub const NOT_UNDERSTOOD: &str = "I am sorry, I did not understand what you need. I can cancel, change, return or exchange orders, change addresses and \
     payments, and look things up. What shall I do?";
pub const ASK_ADDRESS: &str = "What is the full address, with city, state and zip code?";

pub fn ask_reason(order: &str) -> String {
    format!("Why would you like to cancel order {order}: is it no longer needed, or was it ordered by mistake?")
}

pub fn ask_more(order: &str, pending: bool) -> String {
    if pending {
        format!("Is there anything else in order {order} that you want to change, address and payment included?")
    } else {
        format!("Is there anything else in order {order} that you want to send back or change?")
    }
}

pub fn ask_refund(order: &str) -> String {
    format!("For order {order}: should the refund go to your original payment method or to a gift card?")
}

pub fn ask_difference(order: &str) -> String {
    format!("Which payment method should be used for the difference on order {order}?")
}

pub fn ask_payment(order: &str) -> String {
    format!("Which payment method should order {order} be paid with?")
}

pub fn ask_items(order: &str) -> String {
    format!("Which items of order {order} do you mean?")
}

pub fn ask_variant(order: &str, item: &Item, choices: &[&Variant]) -> String {
    let choices: Vec<String> = choices.iter().map(|variant| format!("({})", told(&variant.options))).collect();
    let choices = if choices.is_empty() { String::new() } else { format!(" There is: {}.", choices.join(", ")) };
    format!("Which {} would you like instead in order {order}?{choices}", item.name)
}

pub fn not_available(item: &Item, wanted: &[(String, String)]) -> String {
    format!("I am sorry, the {} ({}) is not available.", item.name, told(wanted))
}

pub fn named(item: &Item) -> String {
    format!("{} ({})", item.name, told(&item.options))
}

pub fn held_items(order: &Order) -> String {
    let names: Vec<&str> = order.items.iter().map(|item| item.name.as_str()).collect();
    names.join(", ")
}

/// A price difference: what is paid or given back.
pub fn difference(money: Money, exact: bool, method: &str) -> String {
    let amount = amount(money.abs(), exact);
    match money {
        0 => format!("there is no price difference; settled with your {method}"),
        1.. => format!("the difference is {amount} extra, paid with your {method}"),
        _ => format!("the difference of {amount} goes back to your {method}"),
    }
}

/// An amount, or what is left of it in a head that rounds.
pub fn amount(money: Money, exact: bool) -> String {
    if exact { dollars(money) } else { format!("about ${}", (money + 50) / 100) }
}

/// An amount rounded as one does who can't be bothered.
pub fn roughly(money: Money) -> String {
    format!("roughly ${}", (money + 250) / 500 * 5)
}
