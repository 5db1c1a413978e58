//! An agenda for an airline's task that brings none: from its expected actions, its outputs, its text and the records.
//!
//! Each expected call that changes something becomes a goal. The customer names flights by their numbers, since the
//! text leaves to the agent which they are; says a reservation's number only where the text does; and gives the user id
//! if the text holds it. A task without such calls is told as it stands, and whatever comes of it is accepted.

use super::records::{Airline, cabin, dicts, int, text};
use super::{LegWish, Traveller, TripWish, Way};
use crate::cast::customer::agenda::{Agenda, Goal, Kind, Refusal};
use crate::cast::customer::voice;
use crate::cast::travel::city;
use crate::domain::{Action, Task, World};
use crate::py::Dict;

/// The agenda of an airline's task; `None` for other domains.
pub fn agenda(world: &World, task: &Task) -> Option<Agenda> {
    let airline = Airline::new(world, task)?;
    let mut goals: Vec<Goal> = task.expected_actions.iter().filter_map(|call| goal(&airline, call)).collect();
    if !task.outputs.is_empty() {
        for words in voice::questions(&task.user_scenario) {
            goals.push(Goal { kind: Kind::Question, words: Some(words), ..Goal::default() });
        }
    }
    if goals.is_empty() {
        let words = Some(voice::requests(&task.user_scenario));
        goals.push(Goal { kind: Kind::Report, words, refusal: Refusal::Accept, ..Goal::default() });
    }
    Some(Agenda { who: airline.who(task, task.user_scenario.contains(&task.user_id)), goals })
}

fn goal(airline: &Airline<'_>, call: &Action) -> Option<Goal> {
    let args = &call.kwargs;
    let mut goal = Goal::default();
    let mut trip = held(airline, text(args, "reservation_id"));
    let record = airline.reservation(text(args, "reservation_id"));
    goal.pay.extend(airline.method(text(args, "payment_id")));
    match call.name.as_str() {
        "cancel_reservation" => {
            goal.kind = Kind::Cancel;
            goal.reason = Some(reason(airline.scenario).to_owned());
        }
        "update_reservation_flights" => {
            goal.kind = Kind::Change;
            let record = record?;
            trip.legs = changed(record, &dicts(args, "flights"));
            trip.cabin = Some(text(args, "cabin")).filter(|own| *own != text(record, "cabin")).map(cabin);
        }
        "update_reservation_baggages" => {
            goal.kind = Kind::Bags;
            trip.bags = int(args, "total_baggages");
        }
        "update_reservation_passengers" => {
            goal.kind = Kind::Passengers;
            let (old, new) = (people(airline, record?), people(airline, args));
            let (leaves, comes) = old.into_iter().zip(new).find(|(old, new)| old != new)?;
            trip.leaves = Some(leaves);
            trip.passengers = vec![comes];
        }
        "book_reservation" => {
            goal.kind = Kind::Book;
            trip = booking(airline, args);
            let paid = dicts(args, "payment_methods");
            goal.pay = paid.iter().filter_map(|paid| airline.method(text(paid, "payment_id"))).collect();
            let names: Vec<String> = goal.pay.iter().map(|method| format!("my {}", method.say)).collect();
            trip.pays = Some(format!("With {}, please.", names.join(", then ")));
        }
        "send_certificate" => {
            goal.kind = Kind::Compensation;
            trip = complained_of(airline);
            let late = airline.scenario.contains("delay");
            let what = if late { "was delayed" } else { "was cancelled" };
            goal.words =
                Some(format!("The flight of {} {what}, and I want compensation.", super::speak::the_trip(&trip)));
        }
        "transfer_to_human_agents" => {
            goal.kind = Kind::Report;
            goal.words = Some(voice::requests(airline.scenario));
            goal.refusal = Refusal::Accept;
            return Some(goal);
        }
        _ => return None,
    }
    goal.trip = Some(trip);
    Some(goal)
}

/// A reservation as the customer knows it.
fn held(airline: &Airline<'_>, id: &str) -> TripWish {
    let Some(record) = airline.reservation(id) else { return TripWish::default() };
    let (from, to) = (city(text(record, "origin")), city(text(record, "destination")));
    TripWish {
        reservation: id.to_owned(),
        known: airline.scenario.contains(id),
        say: format!("my trip from {from} to {to}"),
        round_trip: text(record, "flight_type") == "round_trip",
        from,
        to,
        ..TripWish::default()
    }
}

/// The reservation that a complaint is about: one whose flight the text names, else the customer's last.
fn complained_of(airline: &Airline<'_>) -> TripWish {
    let named = |record: &Dict| {
        dicts(record, "flights").iter().any(|flight| airline.scenario.contains(text(flight, "flight_number")))
    };
    let own = airline.reservations();
    let found = own.iter().find(|(_, record)| named(record)).or_else(|| own.last());
    found.map(|(id, _)| held(airline, id)).unwrap_or_default()
}

fn reason(scenario: &str) -> &'static str {
    let ill = ["unwell", "sick", "ill ", "health"].iter().any(|word| scenario.contains(word));
    if ill { "I feel unwell" } else { "My plans have changed" }
}

fn people(airline: &Airline<'_>, record: &Dict) -> Vec<Traveller> {
    dicts(record, "passengers").into_iter().map(|who| airline.traveller(who)).collect()
}

/// The ways on which other flights are wanted.
fn changed(record: &Dict, wanted: &[&Dict]) -> Vec<LegWish> {
    let held = dicts(record, "flights");
    let destination = text(record, "destination");
    let turn =
        held.iter().position(|flight| text(flight, "destination") == destination).map_or(held.len(), |at| at + 1);
    let round_trip = text(record, "flight_type") == "round_trip";
    let number = |flight: &&Dict| (text(flight, "flight_number").to_owned(), text(flight, "date").to_owned());
    let (own, new): (Vec<_>, Vec<_>) = (held.iter().map(number).collect(), wanted.iter().map(number).collect());
    // The ways keep their flights where these are the same from the front, or from the back.
    let back_from = new.len().saturating_sub(own.len() - turn);
    let mut legs = Vec::new();
    let there = if round_trip { new.get(..first_back(&own, &new, turn, back_from)) } else { new.get(..) };
    let there = there.unwrap_or_default();
    if there != &own[..turn] {
        legs.push(leg(if round_trip { Way::There } else { Way::Only }, there));
    }
    let back = new.get(there.len()..).unwrap_or_default();
    if round_trip && back != &own[turn..] {
        legs.push(leg(Way::Back, back));
    }
    legs
}

/// Where the way back begins among the wanted flights.
fn first_back(own: &[(String, String)], new: &[(String, String)], turn: usize, from_the_end: usize) -> usize {
    let same_there = new.len() >= turn && new[..turn] == own[..turn];
    let same_back = new.len() >= own.len() - turn && new[from_the_end..] == own[turn..];
    if same_there {
        turn
    } else if same_back {
        from_the_end
    } else {
        // The day changes at the turn; half of them where it does not.
        let first = new.first().map_or("", |(_, date)| date.as_str());
        new.iter().position(|(_, date)| date != first).unwrap_or(new.len().div_ceil(2))
    }
}

fn leg(way: Way, flights: &[(String, String)]) -> LegWish {
    let numbers: Vec<String> = flights.iter().map(|(number, _)| number.clone()).collect();
    let word = if numbers.len() > 1 { "flights" } else { "flight" };
    LegWish {
        way,
        date: flights.first().map(|(_, date)| date.clone()).unwrap_or_default(),
        say: Some(format!("with {word} {}", numbers.join(" and "))),
        flights: numbers,
        ..LegWish::default()
    }
}

fn booking(airline: &Airline<'_>, args: &Dict) -> TripWish {
    let round_trip = text(args, "flight_type") == "round_trip";
    let flights: Vec<(String, String)> = dicts(args, "flights")
        .iter()
        .map(|flight| (text(flight, "flight_number").to_owned(), text(flight, "date").to_owned()))
        .collect();
    let first = flights.first().map_or("", |(_, date)| date.as_str());
    let turn = if round_trip {
        flights.iter().position(|(_, date)| date != first).unwrap_or(flights.len().div_ceil(2))
    } else {
        flights.len()
    };
    let mut legs = vec![leg(if round_trip { Way::There } else { Way::Only }, &flights[..turn])];
    if round_trip {
        legs.push(leg(Way::Back, &flights[turn..]));
    }
    TripWish {
        round_trip,
        from: city(text(args, "origin")),
        to: city(text(args, "destination")),
        legs,
        cabin: Some(cabin(text(args, "cabin"))),
        passengers: people(airline, args),
        bags: int(args, "total_baggages"),
        insurance: Some(text(args, "insurance") == "yes"),
        ..TripWish::default()
    }
}
