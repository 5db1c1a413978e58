//! Days and flights in a customer's words: when to fly which way, and what the flight should be like.

use super::facts::{flight_numbers, route};
use crate::cast::agent::airline::records::TODAY;
use crate::cast::agent::hearing::{has, has_any_phrase};
use crate::cast::travel::{MONTHS, is_date};
use crate::cast::words::{fold, tokens};

/// Which part of a trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    There,
    Back,
}

/// What is wanted of one way of a trip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leg {
    pub direction: Option<Direction>,
    /// A single flight of the trip, by where it goes.
    pub route: Option<(&'static str, &'static str)>,
    pub date: Option<String>,
    /// Numbers of the flights, where they are named.
    pub numbers: Vec<String>,
    pub taste: Taste,
}

/// What a flight should be like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taste {
    /// The number that it has now.
    pub same: bool,
    pub direct: bool,
    pub cheapest: bool,
    /// From and to, hours of departure.
    pub leaves: Option<(u8, u8)>,
    /// The latest arrival, `HH:MM`.
    pub arrives_by: Option<String>,
}

/// Days of the year of the conversation, with their places in the text.
pub fn dates(text: &str) -> Vec<(usize, String)> {
    let words = tokens(text);
    let year = &TODAY[..4];
    let mut found = Vec::new();
    for (at, token) in words.iter().enumerate() {
        let day = |offset: isize| {
            let word = words.get(at.checked_add_signed(offset)?)?.word.as_str();
            let digits = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
            digits.parse::<u32>().ok().filter(|day| (1..=31).contains(day) && word.len() <= 4)
        };
        if let Some(month) = MONTHS.iter().position(|name| *name == token.word) {
            if let Some(day) = day(1).or_else(|| day(-1)) {
                found.push((token.at.start, format!("{year}-{:02}-{day:02}", month + 1)));
            }
        } else if matches!(token.word.as_str(), "tomorrow" | "today") {
            let day = if token.word == "today" { TODAY.to_owned() } else { next_day(TODAY) };
            found.push((token.at.start, day));
        }
    }
    for (at, _) in text.match_indices("20") {
        if let Some(word) = text.get(at..at + 10).filter(|word| is_date(word))
            && word.starts_with(year)
        {
            found.push((at, word.to_owned()));
        }
    }
    found.sort_unstable();
    found
}

/// The day after.
pub fn next_day(date: &str) -> String {
    let part = |from: usize, to: usize| date.get(from..to).and_then(|digits| digits.parse::<u32>().ok()).unwrap_or(1);
    let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
    let length = match month {
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let (month, day) = if day < length { (month, day + 1) } else { (month + 1, 1) };
    format!("{year}-{month:02}-{day:02}")
}

/// The ways that a sentence speaks of: `there on … and back on …`.
pub fn legs(text: &str) -> Vec<Leg> {
    let lower = fold(text);
    if lower.len() != text.len() {
        return leg(text).into_iter().collect();
    }
    let joints = [" and back", ", back", "; back", " and return", ", and back", " and the return", " and the way back"];
    let cut = joints.iter().filter_map(|joint| lower.find(joint)).min();
    let parts = match cut {
        Some(at) => vec![&text[..at], &text[at..]],
        None => vec![text],
    };
    let mut found: Vec<Leg> = parts.into_iter().filter_map(leg).collect();
    if let [there, back] = found.as_mut_slice() {
        there.direction.get_or_insert(Direction::There);
        back.direction.get_or_insert(Direction::Back);
    }
    found
}

fn leg(text: &str) -> Option<Leg> {
    let words = tokens(text);
    let lower = fold(text);
    let instead = ["instead of", "rather than"].iter().filter_map(|mark| lower.find(mark)).min();
    // Places in the folded text are those of the text but where folding changes lengths: then nothing is passed over.
    let after = |at: usize| {
        instead.is_none_or(|mark| at < mark || text.get(mark..at).is_none_or(|between| between.contains(',')))
    };
    let date = dates(text).into_iter().filter(|(at, _)| after(*at)).map(|(_, date)| date).next_back();
    let back = has(&words, &["back", "return", "returning", "home", "inbound"]);
    let there = has(&words, &["there", "outbound", "out", "departing"]);
    let mut leg = Leg { date, numbers: flight_numbers(text), taste: taste(text), ..Leg::default() };
    leg.direction = match (there, back) {
        (_, true) => Some(Direction::Back),
        (true, false) => Some(Direction::There),
        _ => None,
    };
    if let (Some(from), Some(to)) = route(text) {
        leg.route = Some((from, to));
    }
    let says = leg.date.is_some() || !leg.numbers.is_empty() || leg.taste != Taste::default();
    says.then_some(leg)
}

fn taste(text: &str) -> Taste {
    let words = tokens(text);
    let is = |own: &[&str]| has(&words, own);
    let phrase = |phrases: &[&str]| has_any_phrase(&words, phrases);
    let leaves = if is(&["morning"]) {
        Some(if is(&["early"]) { (0, 9) } else { (4, 12) })
    } else if is(&["afternoon"]) && !phrase(&["in the afternoon before"]) && !phrase(&["before three in the afternoon"])
    {
        Some(if is(&["late"]) { (15, 19) } else { (12, 18) })
    } else if is(&["evening", "night"]) {
        Some((17, 24))
    } else {
        None
    };
    Taste {
        same: phrase(&["same flight", "same flights", "same number", "same flight number"]),
        direct: is(&["direct", "nonstop"]) || phrase(&["non - stop", "non stop"]),
        cheapest: is(&["cheapest", "cheap"])
            || phrase(&["costs least", "cost least", "lowest price", "costs the least"]),
        leaves,
        arrives_by: arrival(text),
    }
}

/// “so that we arrive before three in the afternoon” → `15:00`.
fn arrival(text: &str) -> Option<String> {
    const HOURS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let words = tokens(text);
    let at = words.iter().position(|token| matches!(token.word.as_str(), "arrive" | "arrives" | "arriving" | "be"))?;
    let before = words[at..].iter().position(|token| matches!(token.word.as_str(), "before" | "by"))? + at;
    let word = words.get(before + 1)?;
    let named = HOURS.iter().position(|hour| *hour == word.word).map(|hour| hour as u32 + 1);
    let mut hour = named.or_else(|| word.word.trim_end_matches("pm").trim_end_matches("am").parse().ok())?;
    let late = has(&words[before..], &["afternoon", "pm", "evening"]) || word.word.ends_with("pm");
    if late && hour < 12 {
        hour += 12;
    }
    Some(format!("{hour:02}:00"))
}
