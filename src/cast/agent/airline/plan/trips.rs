//! Which reservation is meant, and how its flights stand.

use super::Mind;
use super::jobs::Job;
use crate::cast::agent::Step;
use crate::cast::agent::airline::reading::{self, Kind, Sentence};
use crate::cast::agent::airline::records::{Reservation, TODAY};
use crate::cast::agent::airline::speech;
use crate::cast::agent::hearing::{Answer, answer};
use crate::cast::rules::Rule;

/// What a sentence is about.
pub enum Found {
    These(Vec<String>),
    /// It could not be found out.
    Unknown,
    First(Step),
}

/// How far a trip has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flown {
    Nothing,
    Partly,
    All,
}

impl<'a> Mind<'a> {
    /// The reservations that a sentence is about.
    pub fn reservations_of(&mut self, sentence: &Sentence, kind: Kind, jobs: &[Job]) -> Found {
        if !sentence.reservations.is_empty() {
            return Found::These(sentence.reservations.clone());
        }
        let (from, to) = reading::route(&sentence.text);
        let placed = from.is_some() || to.is_some();
        let all = kind == Kind::Cancel
            && sentence.has(&["all", "every", "each", "both"])
            && sentence.has(&["trips", "flights", "reservations", "bookings", "trip", "reservation", "flight"]);
        if !placed && !all {
            // “Please take one of the bags off”, after something else in the same reservation.
            let named = reading::reservation_ids(&sentence.asked);
            let last = jobs.iter().rev().find(|job| !job.reservation.is_empty());
            let of_kind = jobs.iter().rev().find(|job| job.kind == kind && named.contains(&job.reservation));
            if let Some(job) = of_kind.or(last) {
                return Found::These(vec![job.reservation.clone()]);
            }
        }
        if !self.desk.follows(Rule::FindOrder) {
            return self.ask_number();
        }
        let Some(profile) = &self.memory.profile else { return self.ask_number() };
        let mut own: Vec<&Reservation> = Vec::new();
        for id in &profile.reservations {
            match self.reservation(id) {
                Ok(reservation) => own.push(reservation),
                Err(Some(step)) => return Found::First(step),
                Err(None) => {}
            }
        }
        if all {
            own.retain(|reservation| !reservation.cancelled && !reservation.begun());
            return Found::These(own.iter().map(|reservation| reservation.id.clone()).collect());
        }
        self.chosen(own, sentence, (from, to))
    }

    /// The one of the customer's reservations that a sentence describes.
    fn chosen(
        &mut self,
        mut own: Vec<&'a Reservation>,
        sentence: &Sentence,
        (from, to): (Option<&str>, Option<&str>),
    ) -> Found {
        let narrow = |own: &mut Vec<&'a Reservation>, fits: &dyn Fn(&Reservation) -> bool| {
            let fitting: Vec<&Reservation> = own.iter().copied().filter(|reservation| fits(reservation)).collect();
            let some = !fitting.is_empty();
            if some {
                *own = fitting;
            }
            some
        };
        let is = |place: Option<&str>, code: &str| place.is_none_or(|place| place == code);
        let whole = |own: &Reservation| is(from, &own.origin) && is(to, &own.destination);
        let back = |own: &Reservation| is(from, &own.destination) && is(to, &own.origin);
        let part = |own: &Reservation| {
            own.segments.iter().any(|segment| is(from, &segment.origin) && is(to, &segment.destination))
        };
        let placed = from.is_some() || to.is_some();
        // What was cancelled in this conversation may still be spoken of.
        narrow(&mut own, &|own| !own.cancelled || self.memory.made("cancel_reservation", &own.id).next().is_some());
        let found = !placed
            || narrow(&mut own, &whole)
            || narrow(&mut own, &back)
            || narrow(&mut own, &part)
            || narrow(&mut own, &|own| [from, to].contains(&Some(own.origin.as_str())));
        if !found {
            return self.ask_number();
        }
        narrow(&mut own, &|own| !own.is_over());
        if let Some(cabin) = reading::cabin(&sentence.tokens) {
            narrow(&mut own, &|own| own.cabin == cabin);
        }
        let days = reading::legs(&sentence.text);
        narrow(&mut own, &|own| {
            let on = |segment: &super::super::records::Segment| {
                days.iter().any(|leg| leg.date.as_deref() == Some(segment.date.as_str()))
            };
            own.segments.iter().any(on)
        });
        if let [only] = own.as_slice() {
            return Found::These(vec![only.id.clone()]);
        }
        let listed: Vec<String> = own.iter().map(|own| speech::named(own)).collect();
        let question = format!("Which reservation do you mean: {}?", listed.join(", "));
        self.number_from(&question)
    }

    fn ask_number(&mut self) -> Found {
        self.number_from(speech::ASK_RESERVATION)
    }

    fn number_from(&mut self, question: &str) -> Found {
        let Some(given) = self.memory.talk.answer_to(question) else {
            return Found::First(self.desk.say(question));
        };
        let ids = reading::reservation_ids(&given);
        if ids.is_empty() { Found::Unknown } else { Found::These(ids) }
    }

    /// What of a trip is flown, as far as the agent looks.
    ///
    /// # Errors
    /// The question that is needed to know it.
    pub fn flown(&mut self, reservation: &Reservation) -> Result<Flown, Step> {
        if !self.desk.follows(Rule::CheckStatus) {
            return Ok(Flown::Nothing);
        }
        if reservation.is_over() {
            return Ok(Flown::All);
        }
        if reservation.begun() {
            return Ok(Flown::Partly);
        }
        if reservation.segments.iter().all(|segment| segment.date != TODAY) {
            return Ok(Flown::Nothing);
        }
        let said = self.sentences.iter().filter_map(|sentence| reading::is_flown(&sentence.tokens)).next_back();
        let question = speech::ask_flown(&reservation.id);
        let flown = match (said, self.memory.talk.answer_to(&question)) {
            (Some(said), _) => said,
            (None, Some(reply)) => answer(&reply) == Answer::Yes,
            (None, None) => return Err(self.desk.say(&question)),
        };
        Ok(if flown { Flown::Partly } else { Flown::Nothing })
    }

    /// Deals with a job on a trip that has begun: hands it over, refuses it, or sees nothing in the way. Answers
    /// whether the job is done with by that.
    ///
    /// # Errors
    /// The question that is needed to know how the trip stands.
    pub fn has_begun(&mut self, job: &Job, reservation: &Reservation) -> Result<bool, Step> {
        let id = &reservation.id;
        match self.flown(reservation)? {
            Flown::Nothing => Ok(false),
            Flown::Partly if self.desk.follows(Rule::Transfer) => {
                let words: Vec<&str> = job.sentences.iter().map(|at| self.sentences[*at].text.as_str()).collect();
                self.handover =
                    Some(format!("The customer has flown part of reservation {id} and asks: {}", words.join(" ")));
                self.desk.tell(format!(
                    "Part of reservation {id} has been flown, so it is not mine to change: I will hand it over to a \
                     colleague at the end."
                ));
                Ok(true)
            }
            // Who has not learnt to hand it over sees to the rest of the trip.
            Flown::Partly => Ok(false),
            Flown::All => Ok(self.desk.follows(Rule::Refuse)
                && self.refuses(
                    job,
                    &format!("I am sorry, I can't do that: reservation {id} has been flown already, at least in part."),
                )),
        }
    }

    /// Whether the airline has called off one of a trip's coming flights: searches no longer list it.
    ///
    /// # Errors
    /// The search that is needed to know it.
    pub fn called_off(&mut self, reservation: &Reservation) -> Result<bool, Step> {
        let mut off = false;
        for segment in reservation.segments.iter().filter(|segment| segment.date.as_str() > TODAY) {
            let route = [segment.origin.as_str(), segment.destination.as_str()];
            let ways = self.search("search_direct_flight", route, &segment.date)?;
            off |= ways.iter().flatten().all(|offer| offer.number != segment.number);
        }
        Ok(off)
    }
}
