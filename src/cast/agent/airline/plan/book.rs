//! Booking flights.

use serde_json::{Value, json};

use super::bags::PAID_BAG;
use super::flights::{Quest, fare};
use super::jobs::Job;
use super::passengers::told;
use super::pay::figure;
use super::{Mind, arguments};
use crate::cast::agent::Step;
use crate::cast::agent::airline::reading::{self, Direction, Kind, Leg, Sentence};
use crate::cast::agent::airline::records::{Money, Offer, Passenger, Profile, dollars};
use crate::cast::agent::airline::speech;
use crate::cast::rules::Rule;

/// What insurance costs each passenger.
const INSURANCE: Money = 3_000;

/// What was said of a trip to be booked.
#[derive(Default)]
struct Order {
    from: Option<&'static str>,
    to: Option<&'static str>,
    round_trip: bool,
    there: Option<Leg>,
    back: Option<Leg>,
    cabin: Option<&'static str>,
    insurance: Option<bool>,
    bags: Option<i64>,
}

impl<'a> Mind<'a> {
    pub fn book(&mut self, job: &Job) -> Option<Step> {
        let profile = match self.profile() {
            Ok(profile) => profile,
            Err(step) => return Some(step),
        };
        if self.memory.talk.writes().any(|call| call.name == "book_reservation" && !call.failed()) {
            return None;
        }
        let spoken = self.spoken_of(job);
        let order = heard(&spoken);
        let (Some(from), Some(to), Some(there)) = (order.from, order.to, order.there.as_ref()) else {
            return self.desk.ask(speech::ASK_TRIP);
        };
        let days = [Some(there), order.back.as_ref().filter(|_| order.round_trip)];
        let dates: Vec<&str> = days.iter().flatten().filter_map(|leg| leg.date.as_deref()).collect();
        if dates.len() < 1 + usize::from(order.round_trip) {
            return self.desk.ask(speech::ASK_TRIP);
        }
        let Some(cabin) = order.cabin else { return self.desk.ask(speech::ASK_CABIN) };
        let passengers = passengers(&spoken, profile);
        if passengers.is_empty() {
            return self.desk.ask(speech::ASK_PASSENGERS);
        }
        let heads = passengers.len() as i64;
        let mut flights: Vec<Offer> = Vec::new();
        for (leg, route) in days.into_iter().flatten().zip([[from, to], [to, from]]) {
            let date = leg.date.as_deref().unwrap_or_default();
            let quest = Quest { route, date, cabin, heads, leg, now: Vec::new() };
            match self.pick(&quest) {
                Ok(way) => flights.extend(way),
                Err(step) => return step,
            }
        }
        let Some(bags) = order.bags else { return self.desk.ask(speech::ASK_BAGS) };
        if order.insurance.is_none()
            && self.desk.follows(Rule::Insurance)
            && !self.memory.talk.said(speech::ASK_INSURANCE)
        {
            return Some(self.desk.say(speech::ASK_INSURANCE));
        }
        let insured = order.insurance == Some(true);
        let paid_bags = self.paid_bags(profile, cabin, heads, bags, 0);
        let mut total = fare(&flights, cabin) * heads + paid_bags * PAID_BAG;
        if insured {
            total += INSURANCE * heads;
        }
        let texts: Vec<&str> = spoken.iter().map(|sentence| sentence.text.as_str()).collect();
        let parts = match self.split(profile, &texts, total) {
            Ok(parts) => parts,
            Err(step) => return step,
        };
        let flown: Vec<String> =
            flights.iter().map(|offer| format!("{} on {}", offer.number, speech::day(&offer.date))).collect();
        let payments: Vec<String> =
            parts.iter().map(|(method, part)| format!("{} from your {}", dollars(*part), method.spoken())).collect();
        let description = format!(
            "I will book {} in {} for {}, with {bags} checked bags{}; it costs {} in all: {}.",
            flown.join(", "),
            speech::cabin(cabin),
            speech::people(&passengers),
            if insured { " and travel insurance" } else { "" },
            dollars(total),
            payments.join(", ")
        );
        let segments: Vec<Value> =
            flights.iter().map(|offer| json!({"flight_number": offer.number, "date": offer.date})).collect();
        let payments: Vec<Value> =
            parts.iter().map(|(method, part)| json!({"payment_id": method.id, "amount": figure(*part)})).collect();
        let arguments = arguments([
            ("user_id", profile.user_id.as_str().into()),
            ("origin", from.into()),
            ("destination", to.into()),
            ("flight_type", if order.round_trip { "round_trip" } else { "one_way" }.into()),
            ("cabin", cabin.into()),
            ("flights", segments.into()),
            ("passengers", told(&passengers)),
            ("payment_methods", payments.into()),
            ("total_baggages", bags.into()),
            ("nonfree_baggages", paid_bags.into()),
            ("insurance", if insured { "yes" } else { "no" }.into()),
        ]);
        self.write("book_reservation", arguments, &description)
    }

    /// What was said since the booking was asked for, but for other requests.
    fn spoken_of(&self, job: &Job) -> Vec<&'a Sentence> {
        let start = job.sentences.first().map_or(0, |at| self.sentences[*at].event);
        let own = |sentence: &&Sentence| sentence.event >= start && matches!(sentence.kind, None | Some(Kind::Book));
        self.sentences.iter().filter(own).collect()
    }
}

/// The order out of what was said, the later before the earlier.
fn heard(spoken: &[&Sentence]) -> Order {
    let mut order = Order::default();
    for sentence in spoken {
        let text = sentence.text.as_str();
        let (from, to) = reading::route(text);
        if order.from.is_none() || sentence.kind == Some(Kind::Book) {
            order.from = from.or(order.from);
            order.to = to.or(order.to);
        }
        order.round_trip |= sentence.has_any_phrase(&["round trip", "return trip", "return flight", "there and back"]);
        if sentence.has_any_phrase(&["one way"]) {
            order.round_trip = false;
        }
        if let Some(cabin) = reading::cabin(&sentence.tokens) {
            order.cabin = Some(cabin);
        }
        if let Some(insurance) = reading::takes_insurance(&sentence.tokens) {
            order.insurance = Some(insurance);
        } else if sentence.asked.contains(speech::ASK_INSURANCE) {
            let first = sentence.tokens.iter().find(|token| !token.is_mark()).map_or("", |token| token.word.as_str());
            match first {
                "yes" | "sure" | "please" => order.insurance = Some(true),
                "no" => order.insurance = Some(false),
                _ => {}
            }
        }
        if let Some((bags, _)) = reading::bags(&sentence.tokens) {
            order.bags = Some(bags.max(0));
        } else if sentence.asked.contains(speech::ASK_BAGS) && sentence.has(&["none", "no"]) {
            order.bags = Some(0);
        }
        let chooses = sentence.asked.contains("Which flight would you like");
        for leg in reading::legs(text).into_iter().filter(|_| !chooses) {
            let slot = if leg.direction == Some(Direction::Back) { &mut order.back } else { &mut order.there };
            match slot {
                Some(known) => known.hear(leg),
                None => *slot = Some(leg),
            }
        }
    }
    order
}

/// Who flies, in the customer's order.
fn passengers(spoken: &[&Sentence], profile: &Profile) -> Vec<Passenger> {
    let mut found: Vec<Passenger> = Vec::new();
    for sentence in spoken {
        let asked = sentence.asked.contains(speech::ASK_PASSENGERS);
        let about = sentence.kind == Some(Kind::Book)
            || asked
            || sentence.has(&["passenger", "passengers", "born", "alone", "myself", "travel", "travels", "fly"]);
        if !about {
            continue;
        }
        let me = sentence.has(&["me", "myself", "alone"])
            && !sentence.has_any_phrase(&["tell me", "give me", "help me", "get me"]);
        if me && found.iter().all(|own| *own != profile.own) {
            found.push(profile.own.clone());
        }
        for mut named in reading::names(&sentence.text) {
            let mut known = std::iter::once(&profile.own).chain(&profile.saved);
            if let Some(own) = known.find(|own| own.first == named.first && own.last == named.last) {
                named.dob.clone_from(&own.dob);
            }
            let new = found.iter().all(|own| own.first != named.first || own.last != named.last);
            if new && !named.dob.is_empty() {
                found.push(named);
            }
        }
    }
    found
}
