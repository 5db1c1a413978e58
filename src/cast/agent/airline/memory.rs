//! What the agent knows: all messages folded into records, calls and turns.

use std::collections::BTreeMap;

use serde_json::Value;

use super::reading::{Sentence, hear};
use super::records::{Offer, Profile, Reservation, ways};
use crate::cast::agent::talk::{Call, Event, Talk};
use crate::chat::Message;

/// Everything known.
#[derive(Clone, Debug)]
pub struct Memory {
    pub talk: Talk,
    /// All that the customer said.
    pub sentences: Vec<Sentence>,
    pub profile: Option<Profile>,
    /// As last seen.
    pub reservations: BTreeMap<String, Reservation>,
    /// As first seen, before anything was changed.
    pub before: BTreeMap<String, Reservation>,
}

/// Tools that change something.
const WRITES: &[&str] = &[
    "book_reservation",
    "cancel_reservation",
    "update_reservation_flights",
    "update_reservation_baggages",
    "update_reservation_passengers",
    "send_certificate",
];

impl Default for Memory {
    fn default() -> Self {
        Self {
            talk: Talk::new(WRITES),
            sentences: Vec::new(),
            profile: None,
            reservations: BTreeMap::new(),
            before: BTreeMap::new(),
        }
    }
}

impl Memory {
    /// Takes in the next message.
    pub fn fold(&mut self, message: &Message) {
        let asked = self.talk.asked.clone();
        match self.talk.fold(message) {
            Some(Event::Customer(words)) => {
                let words = words.clone();
                hear(&mut self.sentences, self.talk.events.len() - 1, &words, &asked);
            }
            Some(Event::Call(call)) => {
                let call = call.clone();
                self.learn(&call);
            }
            Some(Event::Agent(_)) | None => {}
        }
    }

    fn learn(&mut self, call: &Call) {
        if call.failed() {
            return;
        }
        let record: Value = serde_json::from_str(&call.result).unwrap_or_default();
        if call.name == "get_user_details" {
            self.profile = Profile::of(call.argument("user_id"), &record);
        } else if let Some(mut reservation) = Reservation::of(&record) {
            if call.name == "update_reservation_flights" {
                // The record keeps the cabin that was booked first.
                reservation.cabin = call.argument("cabin").to_owned();
            }
            self.before.entry(reservation.id.clone()).or_insert_with(|| reservation.clone());
            self.reservations.insert(reservation.id.clone(), reservation);
        }
    }

    /// What such a search has found; `None` where it was not made.
    pub fn found(&self, tool: &str, route: [&str; 2], date: &str) -> Option<Vec<Vec<Offer>>> {
        let call = self.talk.calls().find(|call| {
            call.name == tool
                && [call.argument("origin"), call.argument("destination")] == route
                && call.argument("date") == date
        })?;
        let answer: Value = serde_json::from_str(&call.result).unwrap_or_default();
        Some(ways(&answer, date))
    }

    /// Changes of a reservation that were made and not refused.
    pub fn made<'a>(&'a self, tool: &'a str, reservation: &'a str) -> impl Iterator<Item = &'a Call> {
        self.talk
            .writes()
            .filter(move |call| call.name == tool && call.argument("reservation_id") == reservation && !call.failed())
    }
}
