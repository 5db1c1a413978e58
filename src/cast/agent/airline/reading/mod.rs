//! A customer's words as sentences with their intents, and the facts in them. Knows words and places, not records.

mod facts;
mod intents;
mod journeys;

pub use facts::{Means, bags, cabin, is_flown, lapses, names, pays, reservation_ids, route, takes_insurance, user_id};
pub use journeys::{Direction, Leg, Taste, legs};

use crate::cast::agent::hearing::{has, has_any_phrase, split};
pub use crate::cast::travel::city;
use crate::cast::words::{Token, tokens};

/// What a sentence asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Book,
    Cancel,
    /// Other flights, another cabin, or both.
    Change,
    Bags,
    Passengers,
    /// Insurance for a reservation that is booked already.
    Insure,
    Compensation,
    Question,
}

/// A sentence of the customer's.
#[derive(Clone, Debug)]
pub struct Sentence {
    /// Position of the message among the events.
    pub event: usize,
    pub text: String,
    pub tokens: Vec<Token>,
    /// What the agent had said before it; empty at the beginning.
    pub asked: String,
    pub kind: Option<Kind>,
    /// Reservation numbers in it.
    pub reservations: Vec<String>,
}

impl Sentence {
    pub fn has(&self, words: &[&str]) -> bool {
        has(&self.tokens, words)
    }

    pub fn has_any_phrase(&self, phrases: &[&str]) -> bool {
        has_any_phrase(&self.tokens, phrases)
    }
}

/// Adds what a message of the customer's says.
pub fn hear(found: &mut Vec<Sentence>, event: usize, words: &str, asked: &str) {
    let books = found.iter().any(|sentence| sentence.kind == Some(Kind::Book));
    let start = found.len();
    for part in split(words) {
        let tokens = tokens(part);
        let kind = intents::kind(&tokens, part, asked, books || found.iter().any(|own| own.kind == Some(Kind::Book)));
        let reservations = reservation_ids(part);
        found.push(Sentence { event, text: part.to_owned(), tokens, asked: asked.to_owned(), kind, reservations });
    }
    // “Yes, I still want this: …” and “What cannot be cancelled stays as it is.”
    let several = found[start..].iter().filter(|sentence| sentence.kind.is_some()).count() > 1;
    for sentence in &mut found[start..] {
        if several && sentence.has(&["stays", "stay", "keep", "count"]) && sentence.kind != Some(Kind::Change) {
            sentence.kind = None;
        }
    }
}
