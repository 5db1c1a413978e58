//! The agenda that a starter task of an airline brings along.
//!
//! As for a shop (`customer::read`), with goals of these kinds: `cancel`, `change`, `bags`, `passengers`, `compensation`,
//! `book`, `question`. A goal names its trip by `reservation` (a number the customer knows) or by `with` (`to`: the
//! airport) and `say`; and what is wanted: `legs` (each with `date`, `flights`, `say`, of a change `at`, and `when`),
//! `cabin` with `cabin_when`, `passengers`, `replace` (`out`, `in`), `bags`, `insurance` with `insurance_when`, `pay`
//! with `pay_else_say`, `limit` (`dollars`, `drops`: `cabin` or `all`), `insists`.

use super::records::{Airline, cabin, dicts, int, text};
use super::{FareLimit, LegWish, TripWish, Way};
use crate::cast::customer::agenda::{Agenda, Answer, Goal, Kind, Raise, Refusal};
use crate::cast::customer::wish::reveal;
use crate::cast::travel::city;
use crate::domain::{Task, World};
use crate::py::{Dict, Value};

/// Reads the agenda; `None` if something in it is not as described or not in the records.
pub fn agenda(world: &World, task: &Task, own: &Value) -> Option<Agenda> {
    let own = own.as_dict()?;
    let airline = Airline::new(world, task)?;
    let gives = texts(own, "gives").iter().any(|given| given == "user_id");
    let goals = own.get("goals")?.as_list()?.iter().map(|record| goal(&airline, record.as_dict()?));
    Some(Agenda { who: airline.who(task, gives), goals: goals.collect::<Option<_>>()? })
}

fn goal(airline: &Airline<'_>, own: &Dict) -> Option<Goal> {
    let kind = kind(text(own, "do"))?;
    let mut goal = Goal {
        kind,
        raise: if text(own, "raise") == "together" { Raise::Together } else { Raise::Next },
        reason: given(own, "reason"),
        words: given(own, "words"),
        declines: given(own, "declines"),
        insists: given(own, "insists"),
        refusal: if text(own, "refused") == "accept" { Refusal::Accept } else { Refusal::Insist },
        ..Goal::default()
    };
    if kind != Kind::Question {
        goal.trip = Some(trip(airline, own, kind)?);
    }
    let names = texts(own, "pay");
    for name in &names {
        goal.pay.extend(airline.methods_called(name));
    }
    if goal.pay.is_empty() && !names.is_empty() {
        return None;
    }
    for answer in dicts(own, "answers") {
        goal.answers.push(Answer { cues: texts(answer, "cues"), say: text(answer, "say").to_owned() });
    }
    if let Some(instead) = own.get("instead") {
        goal.instead = Some(Box::new(self::goal(airline, instead.as_dict()?)?));
    }
    Some(goal)
}

fn trip(airline: &Airline<'_>, own: &Dict, kind: Kind) -> Option<TripWish> {
    let mut trip = TripWish { say: text(own, "say").to_owned(), ..TripWish::default() };
    let mut held = None;
    if kind == Kind::Book {
        trip.round_trip = text(own, "trip") == "round_trip";
        (trip.from, trip.to) = (city(text(own, "from")), city(text(own, "to")));
    } else {
        let (id, record) = reservation(airline, own)?;
        trip.reservation = id.to_owned();
        trip.known = own.get("reservation").is_some();
        trip.round_trip = text(record, "flight_type") == "round_trip";
        (trip.from, trip.to) = (city(text(record, "origin")), city(text(record, "destination")));
        held = Some(record);
    }
    for leg in dicts(own, "legs") {
        let at = trip.legs.len();
        trip.legs.push(LegWish {
            way: match (kind, held) {
                (Kind::Book, _) => way_of_booking(at, trip.round_trip),
                (_, Some(record)) => way_of_change(record, usize::try_from(int(leg, "at")?).ok()?)?,
                (_, None) => Way::Only,
            },
            date: text(leg, "date").to_owned(),
            flights: texts(leg, "flights"),
            say: given(leg, "say"),
            reveal: reveal(text(leg, "when")),
        });
    }
    trip.cabin = given(own, "cabin").map(|name| cabin(&name));
    trip.cabin_reveal = reveal(text(own, "cabin_when"));
    if kind == Kind::Book {
        let other = if trip.cabin.as_deref() == Some("business") { "economy" } else { "business" };
        trip.cabin_decoy = Some(other.to_owned()).filter(|_| own.get("limit").is_none());
        trip.passengers = dicts(own, "passengers").into_iter().map(|who| airline.traveller(who)).collect();
    }
    if let Some(replace) = dicts(own, "replace").first() {
        let who = |key: &str| replace.get(key).and_then(Value::as_dict).map(|who| airline.traveller(who));
        trip.leaves = Some(who("out")?);
        trip.passengers = vec![who("in")?];
    }
    trip.bags = int(own, "bags");
    if kind == Kind::Bags && given(own, "words").is_none() {
        trip.bags_decoy = trip.bags.map(|bags| bags + 1);
    }
    trip.insurance = given(own, "insurance").map(|word| word == "yes");
    trip.insurance_held_back = text(own, "insurance_when") == "asked";
    if kind == Kind::Book {
        trip.pays = Some(pays(&texts(own, "pay"), own));
    }
    if let Some(limit) = own.get("limit").and_then(Value::as_dict) {
        trip.limit = Some(FareLimit {
            cents: int(limit, "dollars")? * 100,
            cabin: given(limit, "cabin").map(|name| cabin(&name)),
            subject: text(limit, "subject").to_owned(),
        });
    }
    Some(trip)
}

/// How a booking is paid, in words.
fn pays(names: &[String], own: &Dict) -> String {
    let said: Vec<String> = names
        .iter()
        .map(
            |name| {
                if name == "both certificates" { "both of my certificates".to_owned() } else { format!("my {name}") }
            },
        )
        .collect();
    let all = match said.as_slice() {
        [] => return String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{}, and {last} for the rest", first.join(", ")),
    };
    let mut letters = all.chars();
    let all: String = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    match given(own, "pay_else_say") {
        Some(otherwise) => format!("{all}, please. {otherwise}"),
        None => format!("{all}, please."),
    }
}

/// The reservation that a goal is about, with its number.
fn reservation<'a>(airline: &Airline<'a>, own: &Dict) -> Option<(&'a str, &'a Dict)> {
    let number = text(own, "reservation");
    let to = own.get("with").and_then(Value::as_dict).map_or("", |with| text(with, "to"));
    airline
        .reservations()
        .into_iter()
        .find(|(id, record)| if number.is_empty() { text(record, "destination") == to } else { *id == number })
}

pub const fn way_of_booking(at: usize, round_trip: bool) -> Way {
    match (round_trip, at) {
        (false, _) => Way::Only,
        (true, 0) => Way::There,
        (true, _) => Way::Back,
    }
}

/// The way that a reservation's flight at that position belongs to.
pub fn way_of_change(record: &Dict, at: usize) -> Option<Way> {
    let flights = dicts(record, "flights");
    let flight = *flights.get(at)?;
    if flights.len() == 1 {
        return Some(Way::Only);
    }
    let destination = text(record, "destination");
    let turn = flights.iter().position(|flight| text(flight, "destination") == destination)? + 1;
    let round_trip = text(record, "flight_type") == "round_trip";
    let whole = if at < turn { turn == 1 } else { flights.len() - turn == 1 };
    Some(match (round_trip && whole, at < turn) {
        (true, true) => Way::There,
        (true, false) => Way::Back,
        (false, _) => Way::Between(city(text(flight, "origin")), city(text(flight, "destination"))),
    })
}

fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "cancel" => Kind::Cancel,
        "change" => Kind::Change,
        "bags" => Kind::Bags,
        "passengers" => Kind::Passengers,
        "compensation" => Kind::Compensation,
        "book" => Kind::Book,
        "question" => Kind::Question,
        _ => return None,
    })
}

fn given(own: &Dict, key: &str) -> Option<String> {
    own.get(key).and_then(Value::as_str).map(|value| value.to_string())
}

fn texts(own: &Dict, key: &str) -> Vec<String> {
    let list = own.get(key).and_then(Value::as_list).into_iter().flat_map(|list| list.iter());
    list.filter_map(Value::as_str).map(|value| value.to_string()).collect()
}
