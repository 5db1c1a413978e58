//! The sentences of an airline's customer.

use super::{CABIN, LegWish, Traveller, TripWish, Way};
use crate::cast::customer::agenda::{Goal, Kind, Reveal};
use crate::cast::customer::speak::{self, Voice};
use crate::cast::travel::day;

/// The trip as the customer knows it.
pub fn the_trip(trip: &TripWish) -> String {
    match (trip.known, trip.say.is_empty()) {
        (true, true) => format!("reservation {}", trip.reservation),
        (true, false) => format!("{}, reservation {}", trip.say, trip.reservation),
        (false, true) => format!("my flight to {}", trip.to),
        (false, false) => trip.say.clone(),
    }
}

/// The request of a goal; `shown` are the bits of the parts that are told.
pub fn request(voice: Voice, goal: &Goal, trip: &TripWish, shown: u32, hesitates: bool) -> String {
    if let Some(words) = &goal.words {
        return words.clone();
    }
    let start = voice.choose("want", &["I'd like to", "I want to", "I would like to"]);
    match goal.kind {
        Kind::Book => {
            let what = if trip.round_trip { "a round trip" } else { "a one-way flight" };
            let legs: Vec<String> = trip.legs.iter().map(leg).collect();
            format!("{start} book {what} from {} to {} {}.", trip.from, trip.to, legs.join(" and "))
        }
        Kind::Change => {
            let legs: Vec<String> = shown_legs(trip, shown).map(|own| format!("{} instead", leg(own))).collect();
            let cabin = cabin(trip, shown, 0);
            match (legs.is_empty(), cabin) {
                (false, Some(cabin)) => {
                    format!("On {}, {start} fly {}, and sit in {cabin}.", the_trip(trip), legs.join(" and "))
                }
                (false, None) => format!("On {}, {start} fly {}.", the_trip(trip), legs.join(" and ")),
                (true, Some(cabin)) => format!("{start} sit in {cabin} on {}.", the_trip(trip)),
                (true, None) => format!("{start} change {}.", the_trip(trip)),
            }
        }
        Kind::Bags => {
            let bags = trip.bags_decoy.filter(|_| hesitates).or(trip.bags).unwrap_or_default();
            format!("{start} have {bags} checked bags in all on {}.", the_trip(trip))
        }
        Kind::Passengers => format!("On {}, please put {}.", the_trip(trip), replacement(trip)),
        Kind::Compensation => format!("I want compensation for {}.", the_trip(trip)),
        _ => format!("{start} cancel {}.", the_trip(trip)),
    }
}

fn replacement(trip: &TripWish) -> String {
    let new = trip.passengers.first().map(person).unwrap_or_default();
    match &trip.leaves {
        Some(leaves) => format!("{new} in place of {}", leaves.name()),
        None => new,
    }
}

fn shown_legs(trip: &TripWish, shown: u32) -> impl Iterator<Item = &LegWish> {
    trip.legs.iter().enumerate().filter(move |(at, _)| shown & (1 << at) != 0).map(|(_, leg)| leg)
}

/// The cabin that was told of.
pub fn cabin(trip: &TripWish, shown: u32, dropped: u32) -> Option<&str> {
    trip.cabin(dropped).filter(|_| shown & (1 << CABIN) != 0)
}

/// `there on May 17 with the direct flight in the afternoon`
pub fn leg(leg: &LegWish) -> String {
    let way = match &leg.way {
        Way::Only => String::new(),
        Way::There => "there ".to_owned(),
        Way::Back => "back ".to_owned(),
        Way::Between(from, to) => format!("from {from} to {to} "),
    };
    let say = match leg.say.as_deref() {
        None | Some("") => String::new(),
        Some(say) if say.starts_with("so that") || say.starts_with("with") => format!(" {say}"),
        Some(say) => format!(" with {say}"),
    };
    format!("{way}on {}{say}", day(&leg.date))
}

fn person(who: &Traveller) -> String {
    match (who.own, who.dob.is_empty()) {
        (true, _) => "myself".to_owned(),
        (false, true) => who.name(),
        (false, false) => format!("{}, born {}", who.name(), who.dob),
    }
}

/// Parts that were held back up to this degree: which bits are new, and the words for them.
pub fn held_back(trip: &TripWish, shown: u32, degree: Reveal) -> (u32, String) {
    let due =
        |reveal: Reveal| reveal == Reveal::WhenConfirming || reveal == Reveal::WhenAsked && degree == Reveal::WhenAsked;
    let mut new = 0;
    let mut said = Vec::new();
    for (at, own) in trip.legs.iter().enumerate() {
        if due(own.reveal) && shown & (1 << at) == 0 {
            new |= 1 << at;
            said.push(format!("to fly {} instead", leg(own)));
        }
    }
    if let Some(cabin) = trip.cabin.as_ref().filter(|_| due(trip.cabin_reveal) && shown & (1 << CABIN) == 0) {
        new |= 1 << CABIN;
        said.push(format!("{cabin} class on the whole trip").replace("economy class", "to sit in economy"));
    }
    (new, said.join(" and "))
}

/// The bits of the parts that are told at once.
pub fn at_once(trip: &TripWish) -> u32 {
    let legs = trip.legs.iter().enumerate().filter(|(_, own)| own.reveal == Reveal::AtOnce);
    let bits = legs.fold(0, |all, (at, _)| all | 1 << at);
    if trip.cabin.is_some() && trip.cabin_reveal == Reveal::AtOnce { bits | 1 << CABIN } else { bits }
}

/// Who flies: `It is for me and Wren Harrowgate, born 2011-06-25.`
pub fn passengers(goal: &Goal, trip: &TripWish) -> Option<String> {
    if goal.kind == Kind::Passengers {
        return Some(format!("Please put {}.", replacement(trip)));
    }
    let all: Vec<String> =
        trip.passengers.iter().map(|who| if who.own { "me".to_owned() } else { person(who) }).collect();
    match all.as_slice() {
        [] => None,
        [only] if only == "me" => Some("It is for me alone.".to_owned()),
        [only] => Some(format!("It is for {only}.")),
        [all @ .., last] => Some(format!("It is for {} and {last}.", all.join(", "))),
    }
}

/// How many bags.
pub fn bags(trip: &TripWish) -> Option<String> {
    trip.bags.map(|bags| match bags {
        0 => "No checked bags.".to_owned(),
        1 => "1 checked bag in all.".to_owned(),
        more => format!("{more} checked bags in all."),
    })
}

/// Whether insurance is taken.
pub fn insurance(trip: &TripWish) -> &'static str {
    if trip.insurance == Some(true) { "Yes, with travel insurance, please." } else { "No insurance, thank you." }
}

/// Where to, when, and whether back.
pub fn journey(goal: &Goal, trip: &TripWish) -> Option<String> {
    if goal.kind != Kind::Book {
        return None;
    }
    let legs: Vec<String> = trip.legs.iter().map(leg).collect();
    let kind = if trip.round_trip { "A round trip" } else { "One way" };
    Some(format!("{kind} from {} to {}, {}.", trip.from, trip.to, legs.join(" and ")))
}

/// Which of the flights that the agent has listed it shall be, or what is wanted of them.
pub fn flights(trip: &TripWish, heard: &str, shown: u32) -> Option<String> {
    let listed = |own: &&LegWish| {
        !own.flights.is_empty() && own.flights.iter().all(|number| heard.contains(&number.to_lowercase()))
    };
    let chosen: Vec<String> =
        trip.legs.iter().filter(listed).map(|own| format!("{}, please.", own.flights.join(" with "))).collect();
    if !chosen.is_empty() {
        return Some(chosen.join(" "));
    }
    let legs: Vec<String> = shown_legs(trip, shown).map(leg).collect();
    (!legs.is_empty()).then(|| format!("I want to fly {}.", legs.join(" and ")))
}

/// How it is paid.
pub fn payment(goal: &Goal, trip: &TripWish) -> Option<String> {
    match &trip.pays {
        Some(words) => Some(words.clone()),
        None => (!goal.pay.is_empty()).then(|| speak::payment(&goal.pay)),
    }
}
