//! The agent's sentences.

use super::records::{Money, Offer, Passenger, Reservation, Segment, dollars};

pub use crate::cast::agent::speech::{BYE, GREETING, NO_IDENTITY};
use crate::cast::travel::city;
pub use crate::cast::travel::day;

pub const ASK_IDENTITY: &str = "May I have your user id?";
pub const ASK_IDENTITY_AGAIN: &str = "I could not find you with that. Could you give me your user id once more?";
pub const ASK_RESERVATION: &str = "Which reservation number is it?";
pub const HELP: &str = "I am sorry, I did not understand what you need. I can book, change and cancel flights, change passengers, add bags, \
     and look things up. What shall I do?";
pub const ASK_TRIP: &str = "Where do you want to fly from and to, on which days, and is it one way or a round trip?";
pub const ASK_CABIN: &str = "In which cabin do you want to fly: basic economy, economy or business?";
pub const ASK_PASSENGERS: &str = "Who are the passengers? I need the names and dates of birth.";
pub const ASK_BAGS: &str = "How many checked bags will there be?";
pub const ASK_INSURANCE: &str = "Would you like travel insurance, at 30 dollars a passenger?";
pub const ASK_PAYMENT: &str = "Which payment methods of your profile should be used for the booking?";

pub fn ask_reason(reservation: &str) -> String {
    format!("Why would you like to cancel reservation {reservation}?")
}

pub fn ask_flown(reservation: &str) -> String {
    format!("Have you already flown any flight of reservation {reservation}?")
}

pub fn ask_more(reservation: &str) -> String {
    format!("Is there anything else that you want to change in reservation {reservation}, flights or cabin?")
}

pub fn ask_settling(reservation: &str) -> String {
    format!("Which payment method should be used for reservation {reservation}: a card or the gift card?")
}

pub fn ask_new_flights(reservation: &str) -> String {
    format!("Which flights or which cabin would you like instead in reservation {reservation}?")
}

pub fn ask_total_bags(reservation: &str) -> String {
    format!("How many checked bags shall reservation {reservation} have in all?")
}

pub fn ask_new_passenger(reservation: &str) -> String {
    format!("Which passenger of reservation {reservation} should be changed, and to what name and date of birth?")
}

/// `economy`, `basic economy`, `business`.
pub fn cabin(cabin: &str) -> String {
    cabin.replace('_', " ")
}

/// `B8VU62 (Boston to Miami on May 19)`
pub fn named(reservation: &Reservation) -> String {
    let date = reservation.segments.first().map(|segment| day(&segment.date)).unwrap_or_default();
    format!("{} ({} to {} on {date})", reservation.id, city(&reservation.origin), city(&reservation.destination))
}

/// `TDA101 on May 18 and TDA125 on May 18`
pub fn flights(segments: &[Segment]) -> String {
    let all: Vec<String> =
        segments.iter().map(|segment| format!("{} on {}", segment.number, day(&segment.date))).collect();
    all.join(", ")
}

/// A way as it is offered: `TDA101 (07:10 to 09:55, $166.00)`.
pub fn offered(way: &[Offer], cabin: &str) -> String {
    let hour = |time: &str| time.get(..5).unwrap_or(time).to_owned();
    let numbers: Vec<&str> = way.iter().map(|offer| offer.number.as_str()).collect();
    let price: Money = way.iter().filter_map(|offer| offer.price(cabin, 1)).sum();
    let leaves = way.first().map(|offer| hour(&offer.departs)).unwrap_or_default();
    let arrives = way.last().map(|offer| hour(&offer.arrives)).unwrap_or_default();
    format!("{} ({leaves} to {arrives}, {})", numbers.join(" with "), dollars(price))
}

pub fn people(passengers: &[Passenger]) -> String {
    let names: Vec<String> = passengers.iter().map(Passenger::name).collect();
    names.join(", ")
}

/// A price difference: what is paid or given back.
pub fn difference(money: Money, method: &str) -> String {
    let amount = dollars(money.abs());
    match money {
        0 => format!("there is no price difference; settled with your {method}"),
        1.. => format!("the difference is {amount} extra, paid with your {method}"),
        _ => format!("the difference of {amount} goes back to your {method}"),
    }
}

/// An amount, or what is left of it in a head that rounds.
pub fn amount(money: Money, exact: bool) -> String {
    if exact { dollars(money) } else { format!("roughly ${}", (money + 1250) / 2500 * 25) }
}
