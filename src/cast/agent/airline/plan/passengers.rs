//! Other passengers in a reservation, or their names as they are spelled.

use serde_json::{Value, json};

use super::jobs::Job;
use super::{Mind, arguments};
use crate::cast::agent::Step;
use crate::cast::agent::airline::reading;
use crate::cast::agent::airline::records::{Passenger, Profile, Reservation};
use crate::cast::agent::airline::speech;
use crate::cast::rules::Rule;

impl Mind<'_> {
    pub fn change_passengers(&mut self, job: &Job) -> Option<Step> {
        let id = job.reservation.as_str();
        let reservation = match self.reservation(id) {
            Ok(reservation) => reservation,
            Err(step) => return step,
        };
        let profile = match self.owner(reservation) {
            Ok(profile) => profile,
            Err(step) => return Some(step),
        };
        if self.memory.made("update_reservation_passengers", id).next().is_some() {
            return None;
        }
        let fewer = job.sentences.iter().any(|at| {
            let sentence = &self.sentences[*at];
            sentence.has(&["remove", "drop", "add", "extra", "additional"]) && !sentence.has(&["place", "replace"])
        });
        if fewer && self.desk.follows(Rule::FixedParts) {
            let words = format!("I am sorry, the number of passengers in reservation {id} can't be changed.");
            let _ = self.refuses(job, &words);
            return None;
        }
        let mut passengers = reservation.passengers.clone();
        let mut unknown = Vec::new();
        for at in self.told(job) {
            let text = &self.sentences[at].text;
            for (place, mut new) in replaced(text, reservation, profile) {
                if new.dob.is_empty() {
                    new.dob = known_birth(&new, &passengers[place], profile);
                }
                if new.dob.is_empty() {
                    unknown.push(new.name());
                }
                passengers[place] = new;
            }
        }
        let births = self.told(job).into_iter().flat_map(|at| birth(&self.sentences[at].text)).next_back();
        for passenger in passengers.iter_mut().filter(|own| own.dob.is_empty()) {
            passenger.dob = births.clone().unwrap_or_default();
        }
        if passengers == reservation.passengers {
            return self.desk.ask(&speech::ask_new_passenger(id));
        }
        if passengers.iter().any(|own| own.dob.is_empty()) {
            let question =
                format!("What is the date of birth of {}, the new passenger of reservation {id}?", unknown.join(", "));
            return self.desk.ask(&question);
        }
        let description =
            format!("I will change the passengers of reservation {id} to {}.", speech::people(&passengers));
        let arguments = arguments([("reservation_id", id.into()), ("passengers", told(&passengers))]);
        self.write("update_reservation_passengers", arguments, &description)
    }
}

/// Passengers as tools take them.
pub fn told(passengers: &[Passenger]) -> Value {
    let all: Vec<Value> =
        passengers.iter().map(|own| json!({"first_name": own.first, "last_name": own.last, "dob": own.dob})).collect();
    Value::Array(all)
}

fn birth(text: &str) -> Option<String> {
    text.split(|letter: char| !(letter.is_ascii_digit() || letter == '-'))
        .find(|word| word.len() == 10 && word.matches('-').count() == 2)
        .map(str::to_owned)
}

/// The date of birth of somebody whose name the records hold: the same person under a corrected name, or one whom the
/// customer has flown with.
fn known_birth(new: &Passenger, old: &Passenger, profile: &Profile) -> String {
    if new.first == old.first || new.last == old.last && new.first.chars().next() == old.first.chars().next() {
        return old.dob.clone();
    }
    let mut people = std::iter::once(&profile.own).chain(&profile.saved);
    people.find(|own| own.name() == new.name()).map(|own| own.dob.clone()).unwrap_or_default()
}

/// Who takes whose place, by position.
fn replaced(text: &str, reservation: &Reservation, profile: &Profile) -> Vec<(usize, Passenger)> {
    let place = |who: &Passenger| {
        let mut people = reservation.passengers.iter();
        people.position(|own| own.first == who.first && own.last == who.last)
    };
    let lower = text.to_lowercase();
    let named = reading::names(text);
    let (leaving, mut coming): (Vec<&Passenger>, Vec<&Passenger>) =
        named.iter().partition(|who| place(who).is_some() && !stays(&lower, who));
    coming.retain(|who| place(who).is_none());
    let myself = ["to myself", "with myself", "to me", "by myself", "put me", "me instead"];
    if myself.iter().any(|words| lower.contains(words)) && coming.is_empty() && place(&profile.own).is_none() {
        let old = leaving.first().and_then(|who| place(who)).unwrap_or_default();
        return vec![(old, profile.own.clone())];
    }
    if let Some((old, last)) = respelled(text, reservation) {
        return vec![(old, Passenger { last, ..reservation.passengers[old].clone() })];
    }
    let places = leaving.iter().filter_map(|who| place(who));
    let mut found: Vec<(usize, Passenger)> = places.zip(coming.iter().map(|who| (*who).clone())).collect();
    if found.is_empty()
        && let ([new], [_]) = (coming.as_slice(), reservation.passengers.as_slice())
    {
        found.push((0, (*new).clone()));
    }
    found
}

fn stays(lower: &str, who: &Passenger) -> bool {
    lower.contains(&format!("{} stays", who.name().to_lowercase()))
}

/// “The last name of my wife Anita is spelled Chaudry and must be Chaudhry.”
fn respelled(text: &str, reservation: &Reservation) -> Option<(usize, String)> {
    let words: Vec<&str> =
        text.split_whitespace().map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric())).collect();
    let lower = text.to_lowercase();
    if !(lower.contains("last name")
        && (lower.contains("must be") || lower.contains("should be") || lower.contains(" to ")))
    {
        return None;
    }
    let old = reservation.passengers.iter().position(|own| words.contains(&own.first.as_str()))?;
    let mark = words.iter().rposition(|word| matches!(*word, "be" | "to"))?;
    let last = words.get(mark + 1)?;
    last.chars().next().is_some_and(char::is_uppercase).then(|| (old, (*last).to_owned()))
}
