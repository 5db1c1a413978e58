//! What a sentence asks for.

use super::Kind;
use super::facts::{cabin, flight_numbers};
use super::journeys::dates;
use crate::cast::agent::hearing::{has, has_any_phrase, wants};
use crate::cast::travel::airports;
use crate::cast::words::{Token, fold};

const BAGS: &[&str] = &["bag", "bags", "baggage", "luggage", "suitcase", "suitcases"];
const PEOPLE: &[&str] = &["passenger", "passengers", "traveller", "traveler"];

/// The intent of a sentence, given what the agent had said before it; `None` where it tells or answers something.
/// `books`: a booking was asked for before.
pub fn kind(tokens: &[Token], text: &str, asked: &str, books: bool) -> Option<Kind> {
    let is = |words: &[&str]| has(tokens, words);
    let asked = fold(asked);
    let first = tokens.iter().find(|token| !token.is_mark()).map_or("", |token| token.word.as_str());
    if is(&["neither"]) || has_any_phrase(tokens, &["cannot be", "cant be", "not be cancelled"]) {
        return None;
    }
    if is(&["compensation", "compensate", "compensated", "goodwill"]) {
        return Some(Kind::Compensation);
    }
    if is_question(tokens, text, first) {
        return Some(Kind::Question);
    }
    if is(PEOPLE) && wants(tokens, &["change", "replace", "remove", "swap", "add"]) && !books
        || has_any_phrase(tokens, &["last name", "first name"])
            && is(&["spelled", "misspelled", "change", "must", "wrong"])
        || is(&["place"])
            && !books
            && is(&["put", "in", "takes", "flies"])
            && has_any_phrase(tokens, &["place of", "his place", "her place"])
    {
        return Some(Kind::Passengers);
    }
    if wants(tokens, &["cancel", "cancelling", "canceling"]) || has_any_phrase(tokens, &["call off my", "rid of my"]) {
        return Some(Kind::Cancel);
    }
    let answers = |about: &[&str]| about.iter().any(|word| asked.contains(word));
    if is(BAGS) && !books && !answers(&["how many checked bags"]) {
        let acts = is(&["add", "take", "remove", "need", "want", "like", "have", "more", "extra", "another", "off"]);
        if acts {
            return Some(Kind::Bags);
        }
    }
    if is(&["insurance"])
        && !books
        && wants(tokens, &["add", "buy", "purchase", "include", "have", "get"])
        && !answers(&["insurance"])
    {
        return is(&["want", "like", "please", "can", "could", "need"]).then_some(Kind::Insure);
    }
    let route = airports(text);
    let instead = is(&["instead", "change", "move", "reschedule", "moved", "earlier", "later", "push"]);
    let of_trip = is(&["trip", "reservation"]) || has_any_phrase(tokens, &["my flight", "the flight", "my flights"]);
    let flies = is(&["fly", "book", "booking", "travel"]) || is(&["flight", "trip"]) && is(&["need", "new"]);
    if wants(tokens, &["book"]) || flies && route.len() >= 2 && !instead && !of_trip {
        return Some(Kind::Book);
    }
    if books && !of_trip && !instead {
        return None;
    }
    let asks = is(&["want", "like", "please", "need", "can", "could", "should", "would", "instead", "wish", "prefer"]);
    let moves = wants(tokens, &["change", "move", "modify", "reschedule", "upgrade", "downgrade", "push", "switch"])
        || is(&["fly", "flight", "flights", "take"])
            && (!dates(text).is_empty() || is(&["tomorrow"]))
            && (instead || asks)
        || !flight_numbers(text).is_empty() && asks;
    let sits = cabin(tokens).is_some() && asks && !answers(&["in which cabin", "which cabin"]);
    (asks && (moves || sits) || moves && instead).then_some(Kind::Change)
}

fn is_question(tokens: &[Token], text: &str, first: &str) -> bool {
    let about_the_proposal =
        has_any_phrase(tokens, &["how much is that", "how much is it", "how much would that", "what is that"]);
    let asks = matches!(first, "how" | "what" | "whats" | "which" | "when")
        || has_any_phrase(
            tokens,
            &["how much", "how many", "want to know", "like to know", "tell me the", "what is the", "the sum of"],
        );
    let figures = has(
        tokens,
        &["much", "many", "dollars", "price", "total", "sum", "cost", "costs", "know", "balance", "balances"],
    );
    asks && figures && !about_the_proposal && (text.ends_with('?') || has(tokens, &["know", "tell", "much", "many"]))
}
