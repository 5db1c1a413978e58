//! Other flights or another cabin for a reservation.

use serde_json::{Value, json};

use super::flights::Quest;
use super::jobs::Job;
use super::{Mind, arguments};
use crate::cast::agent::Step;
use crate::cast::agent::airline::reading::{self, Direction, Leg};
use crate::cast::agent::airline::records::{Money, Reservation, Segment};
use crate::cast::agent::airline::speech;
use crate::cast::rules::Rule;

/// What is wanted of a reservation.
#[derive(Default)]
struct Wish {
    /// Each with the range of segments that it is about.
    legs: Vec<(std::ops::Range<usize>, Leg)>,
    cabin: Option<&'static str>,
}

impl Mind<'_> {
    pub fn change(&mut self, job: &Job) -> Option<Step> {
        let id = job.reservation.as_str();
        let reservation = match self.reservation(id) {
            Ok(reservation) => reservation,
            Err(step) => return step,
        };
        match self.has_begun(job, reservation) {
            Ok(false) => {}
            Ok(true) => return None,
            Err(step) => return Some(step),
        }
        let mut wish = self.wish(job, reservation);
        // What it was when the conversation began: a change of the cabin does not open the way to others.
        let booked = self.memory.before.get(id).map_or(&reservation.cabin, |before| &before.cabin);
        if booked == "basic_economy" && !wish.legs.is_empty() && self.desk.follows(Rule::BasicEconomy) {
            let words = format!(
                "I am sorry, reservation {id} is in basic economy, so its flights can't be changed; only its cabin can."
            );
            if self.refuses(job, &words) {
                wish.legs.clear();
                wish.cabin?;
            }
        }
        if !wish.legs.is_empty() && !self.desk.follows(Rule::CollectItems) {
            // One thing after the other.
            wish.cabin = None;
        }
        if wish.legs.is_empty() && wish.cabin.is_none() {
            return self.desk.ask(&speech::ask_new_flights(id));
        }
        if self.desk.follows(Rule::CollectItems) && self.memory.made("update_reservation_flights", id).next().is_none()
        {
            let question = speech::ask_more(id);
            if !self.memory.talk.said(&question) {
                return Some(self.desk.say(&question));
            }
        }
        match self.new_flights(reservation, &wish) {
            Ok((segments, changed)) => self.make_change(job, reservation, &wish, segments, &changed),
            Err(step) => step,
        }
    }

    /// All that was said of it, the later before the earlier.
    fn wish(&self, job: &Job, reservation: &Reservation) -> Wish {
        let mut wish = Wish::default();
        for at in self.told(job) {
            let sentence = &self.sentences[at];
            let asks_payment = sentence.asked.contains("payment method") && sentence.kind.is_none();
            if let Some(cabin) = reading::cabin(&sentence.tokens) {
                let keeps = sentence.has(&["keep", "stay", "same"]) || sentence.has_any_phrase(&["no longer"]);
                wish.cabin = if keeps && cabin == reservation.cabin { None } else { Some(cabin) };
            }
            if asks_payment || sentence.asked.contains("Have you already flown") {
                continue;
            }
            for leg in reading::legs(&sentence.text) {
                let Some(range) = range_of(&leg, reservation) else { continue };
                match wish.legs.iter_mut().find(|(own, _)| *own == range) {
                    Some((_, known)) => known.hear(leg),
                    None => wish.legs.push((range, leg)),
                }
            }
        }
        if wish.cabin == Some(reservation.cabin.as_str()) {
            wish.cabin = None;
        }
        // “the same flight in May” wants no other flight.
        wish.legs.retain(|(range, leg)| {
            let moves = leg
                .date
                .as_ref()
                .is_some_and(|date| reservation.segments[range.clone()].iter().any(|own| own.date != *date));
            moves
                || !leg.numbers.is_empty()
                || leg.taste != reading::Taste { same: leg.taste.same, ..Default::default() }
        });
        wish
    }

    /// The flights as they shall be, and which of them are others than before.
    fn new_flights(
        &mut self,
        reservation: &Reservation,
        wish: &Wish,
    ) -> Result<(Vec<Segment>, Vec<bool>), Option<Step>> {
        let cabin = wish.cabin.unwrap_or(&reservation.cabin);
        let heads = reservation.heads();
        let mut segments: Vec<Segment> = Vec::new();
        let mut changed = Vec::new();
        let mut at = 0;
        while at < reservation.segments.len() {
            let wished = wish.legs.iter().find(|(range, _)| range.start == at);
            let Some((range, leg)) = wished else {
                let own = &reservation.segments[at];
                let price = self.price_of(own, cabin, reservation)?;
                segments.push(Segment { price, ..own.clone() });
                changed.push(false);
                at += 1;
                continue;
            };
            let old = &reservation.segments[range.clone()];
            let (Some(first), Some(last)) = (old.first(), old.last()) else { return Err(None) };
            let quest = Quest {
                route: [&first.origin, &last.destination],
                date: leg.date.as_deref().unwrap_or(&first.date),
                cabin,
                heads,
                leg,
                now: old.iter().map(|own| own.number.as_str()).collect(),
            };
            for offer in self.pick(&quest)? {
                let price = offer.price(cabin, heads).unwrap_or_default();
                let new = Segment {
                    number: offer.number,
                    date: offer.date,
                    origin: offer.origin,
                    destination: offer.destination,
                    price,
                };
                let kept =
                    old.iter().find(|own| own.number == new.number && own.date == new.date && wish.cabin.is_none());
                changed.push(kept.is_none());
                segments.push(kept.cloned().unwrap_or(new));
            }
            at = range.end.max(at + 1);
        }
        Ok((segments, changed))
    }

    /// What a flight that stays costs in the cabin.
    fn price_of(&mut self, own: &Segment, cabin: &str, reservation: &Reservation) -> Result<Money, Option<Step>> {
        if cabin == reservation.cabin {
            return Ok(own.price);
        }
        let route = [own.origin.as_str(), own.destination.as_str()];
        let ways = self.search("search_direct_flight", route, &own.date).map_err(Some)?;
        let offer = ways.iter().flatten().find(|offer| offer.number == own.number);
        let price = offer.and_then(|offer| offer.price(cabin, reservation.heads()));
        price.ok_or_else(|| {
            self.desk.tell(format!(
                "I am sorry, there is no seat for everyone in {} on flight {}.",
                speech::cabin(cabin),
                own.number
            ));
            None
        })
    }

    fn make_change(
        &mut self,
        job: &Job,
        reservation: &Reservation,
        wish: &Wish,
        segments: Vec<Segment>,
        changed: &[bool],
    ) -> Option<Step> {
        let id = job.reservation.as_str();
        let cabin = wish.cabin.unwrap_or(&reservation.cabin);
        if segments == reservation.segments && wish.cabin.is_none() {
            return None;
        }
        let fare: Money = segments.iter().map(|segment| segment.price).sum();
        let amount = (fare - reservation.fare()) * reservation.heads();
        let method = match self.settler(job, reservation, amount) {
            Ok(method) => method,
            Err(step) => return step,
        };
        // Who has not learnt to name all flights names those that change.
        let whole = self.desk.follows(Rule::CollectItems) || wish.cabin.is_some() || !changed.contains(&true);
        let named = segments.iter().zip(changed).filter(|(_, changed)| whole || **changed);
        let flights: Vec<Value> =
            named.map(|(segment, _)| json!({"flight_number": segment.number, "date": segment.date})).collect();
        let description = format!(
            "I will change reservation {id} to {} in {} for {}; {}.",
            speech::flights(&segments),
            speech::cabin(cabin),
            speech::people(&reservation.passengers),
            speech::difference(amount, &method.spoken())
        );
        let arguments = arguments([
            ("reservation_id", id.into()),
            ("cabin", cabin.into()),
            ("flights", flights.into()),
            ("payment_id", method.id.as_str().into()),
        ]);
        self.write("update_reservation_flights", arguments, &description)
    }
}

impl Leg {
    /// Takes over what was said later.
    pub fn hear(&mut self, later: Self) {
        if later.date.is_some() {
            self.date = later.date;
        }
        if !later.numbers.is_empty() {
            self.numbers = later.numbers;
        }
        if later.taste != reading::Taste::default() {
            self.taste = later.taste;
        }
    }
}

/// The segments that a wish is about.
fn range_of(leg: &Leg, reservation: &Reservation) -> Option<std::ops::Range<usize>> {
    let (turn, end) = (reservation.turn(), reservation.segments.len());
    let by_route = leg.route.and_then(|(from, to)| {
        if (from, to) == (&reservation.origin, &reservation.destination) {
            return Some(0..turn);
        }
        if reservation.round_trip && (from, to) == (&reservation.destination, &reservation.origin) {
            return Some(turn..end);
        }
        let at = reservation.segments.iter().position(|own| own.origin == from && own.destination == to)?;
        Some(at..at + 1)
    });
    let range = by_route.unwrap_or(match leg.direction {
        Some(Direction::Back) if turn < end => turn..end,
        _ => 0..turn,
    });
    (!range.is_empty()).then_some(range)
}
