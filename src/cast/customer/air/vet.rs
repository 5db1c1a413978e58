//! Checking what an agent proposes about a trip against what the customer wants.

use super::speak::{cabin, leg, the_trip};
use super::{Traveller, TripWish};
use crate::cast::customer::agenda::{Goal, Kind};
use crate::cast::customer::hear::{Heard, Sentence};
use crate::cast::customer::lexicon as lex;
use crate::cast::customer::progress::Progress;
use crate::cast::customer::words::holds;
use crate::cast::travel::day;

/// Whether a sentence speaks of doing what the goal wants.
pub fn concerns(kind: Kind, sentence: &Sentence) -> bool {
    let has = |meanings| sentence.meanings & meanings != 0;
    match kind {
        Kind::Book => has(lex::BOOK),
        Kind::Change => {
            has(lex::CHANGE | lex::EXCHANGE) && !has(lex::PASSENGER | lex::BAG) || has(lex::CABIN) && !has(lex::BOOK)
        }
        Kind::Bags => has(lex::BAG) && !has(lex::BOOK),
        Kind::Passengers => has(lex::PASSENGER | lex::NAME) && has(lex::CHANGE | lex::EXCHANGE),
        Kind::Compensation => has(lex::CERTIFICATE),
        _ => false,
    }
}

/// What speaks against a proposal; each a clause that may follow "No, ".
pub fn objections(goal: &Goal, trip: &TripWish, progress: &Progress, heard: &Heard) -> Vec<String> {
    let mut found = Vec::new();
    let text = heard.text.as_str();
    let numbers = reservations(text);
    if !trip.reservation.is_empty() && !numbers.is_empty() && !numbers.contains(&trip.reservation.to_lowercase()) {
        found.push(format!("I mean {}.", the_trip(trip)));
        return found;
    }
    if !matches!(goal.kind, Kind::Book | Kind::Change | Kind::Bags) {
        return found;
    }
    let flights: Vec<&str> = words(text).filter(|word| is_flight(word)).collect();
    if !flights.is_empty() {
        for (at, own) in trip.legs.iter().enumerate().filter(|(at, _)| progress.shown & (1 << at) != 0) {
            let _ = at;
            let named = own.flights.iter().all(|number| flights.contains(&number.to_lowercase().as_str()));
            let dated = holds(text, &day(&own.date).to_lowercase()) || text.contains(&own.date);
            if !named || !dated {
                found.push(format!("I want to fly {}.", leg(own)));
            }
        }
    }
    if let Some(wanted) = cabin(trip, progress.shown, progress.dropped)
        && let Some(other) = cabins(text).into_iter().find(|named| *named != wanted)
        && !cabins(text).contains(&wanted)
    {
        found.push(format!("I want to sit in {wanted}, not in {other}."));
    }
    if let (Some(wanted), Some(named)) = (trip.bags, bags(text))
        && wanted != named
    {
        found.push(format!("it should be {wanted} checked bags in all."));
    }
    if goal.kind == Kind::Book {
        found.extend(of_booking(trip, text));
    }
    found
}

fn of_booking(trip: &TripWish, text: &str) -> Option<String> {
    let named = |who: &&Traveller| holds(text, &who.first.to_lowercase());
    if trip.passengers.iter().any(|who| named(&who))
        && let Some(missing) = trip.passengers.iter().find(|who| !named(who))
    {
        return Some(format!("{} flies too.", missing.name()));
    }
    let insured = text.contains("insurance");
    let without = text.contains("without travel insurance")
        || text.contains("no travel insurance")
        || text.contains("no insurance");
    match trip.insurance {
        Some(true) if without => Some("I want travel insurance.".to_owned()),
        Some(false) if insured && !without => Some("I want no insurance.".to_owned()),
        _ => None,
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

fn is_flight(word: &str) -> bool {
    let (letters, digits) = word.split_at_checked(3).unwrap_or_default();
    word.len() == 6
        && letters.bytes().all(|letter| letter.is_ascii_lowercase())
        && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// Numbers that stand after the word `reservation`, and all others of their shape.
pub fn reservations(text: &str) -> Vec<String> {
    let mut before = "";
    let mut found = Vec::new();
    for word in words(text) {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let shape = word.len() == 6 && !is_flight(word) && digits < 6 && (digits > 0 || before == "reservation");
        let ordinary = digits == 0 && matches!(word, "number" | "should" | "before");
        if shape && !ordinary {
            found.push(word.to_owned());
        }
        before = word;
    }
    found
}

fn cabins(text: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    let all: Vec<&str> = words(text).collect();
    for (at, word) in all.iter().enumerate() {
        match *word {
            "business" => found.push("business"),
            "economy" if at > 0 && all[at - 1] == "basic" => found.push("basic economy"),
            "economy" => found.push("economy"),
            _ => {}
        }
    }
    found
}

/// The number of checked bags that is named.
fn bags(text: &str) -> Option<i64> {
    let all: Vec<&str> = words(text).collect();
    let at = all.iter().position(|word| matches!(*word, "bag" | "bags"))?;
    all[at.saturating_sub(2)..at].iter().find_map(|word| word.parse().ok())
}
