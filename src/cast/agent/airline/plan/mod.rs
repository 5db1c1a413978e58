//! What to do next. Everything the customer has asked for becomes a list of jobs; the first one that is not settled
//! says what it needs. All of it is decided anew each time, from the memory alone.

mod bags;
mod book;
mod cancel;
mod change;
mod compensation;
mod flights;
mod jobs;
mod passengers;
mod pay;
mod question;
mod trips;

use super::memory::Memory;
use super::reading::{self, Kind, Sentence};
use super::records::{Profile, Reservation};
use super::speech;
use crate::cast::agent::Step;
use crate::cast::agent::desk::{Desk, arguments};
use crate::cast::agent::talk::{Call, Event};
use crate::cast::rules::{Obedience, Rule};
use jobs::Job;

/// The agent at work on its next step.
pub struct Mind<'a> {
    memory: &'a Memory,
    desk: Desk<'a>,
    sentences: &'a [Sentence],
    /// What a colleague is to be told at the end.
    handover: Option<String>,
}

/// The next step.
pub fn next(memory: &Memory, obedience: &Obedience) -> Step {
    let desk = Desk::new(&memory.talk, obedience, report_of);
    let mut mind = Mind { memory, desk, sentences: &memory.sentences, handover: None };
    let step = mind.decide();
    mind.desk.guarded(step)
}

impl<'a> Mind<'a> {
    fn decide(&mut self) -> Step {
        if !self.memory.talk.events.iter().any(|event| matches!(event, Event::Customer(_))) {
            return Step::Say(speech::GREETING.to_owned());
        }
        let knows_first = self.desk.follows(Rule::Authenticate) || self.desk.follows(Rule::FindOrder);
        if knows_first && let Some(step) = self.identify(self.desk.follows(Rule::Authenticate)) {
            return step;
        }
        if !self.sentences.iter().any(|sentence| sentence.kind.is_some()) {
            return self.desk.without_a_request(speech::HELP);
        }
        let jobs = match self.jobs() {
            Ok(jobs) => jobs,
            Err(step) => return step,
        };
        for job in &jobs {
            if let Some(step) = self.work_on(job) {
                return step;
            }
        }
        self.close()
    }

    fn work_on(&mut self, job: &Job) -> Option<Step> {
        match job.kind {
            Kind::Book => self.book(job),
            Kind::Cancel => self.cancel(job),
            Kind::Change => self.change(job),
            Kind::Bags => self.change_bags(job),
            Kind::Passengers => self.change_passengers(job),
            Kind::Insure => self.insure(job),
            Kind::Compensation => self.compensate(job),
            Kind::Question => self.answer_question(job),
        }
    }

    /// All is settled, but for what a colleague is to do.
    fn close(&mut self) -> Step {
        let Some(summary) = self.handover.take() else { return self.desk.close() };
        let asked = self.memory.talk.answer_to(crate::cast::agent::speech::ANYTHING_ELSE).is_some();
        if self.desk.follows(Rule::FinishAll) && !asked {
            return self.desk.close();
        }
        Step::Call { name: "transfer_to_human_agents", arguments: arguments([("summary", summary.into())]) }
    }

    /// Finds out who the customer is; `None` once that is known, or where it was not told and is not to be asked.
    fn identify(&mut self, asks: bool) -> Option<Step> {
        if self.memory.profile.is_some() {
            return None;
        }
        let told = |event: &Event| match event {
            Event::Customer(words) => reading::user_id(words),
            _ => None,
        };
        let ids: Vec<String> = self.memory.talk.events.iter().filter_map(told).collect();
        for id in &ids {
            if let Some(step) = self.desk.look_up("get_user_details", &[("user_id", id)]) {
                return Some(step);
            }
        }
        if !asks {
            return None;
        }
        for question in [speech::ASK_IDENTITY, speech::ASK_IDENTITY_AGAIN] {
            if !self.memory.talk.said(question) {
                return Some(self.desk.say(question));
            }
        }
        Some(self.desk.say(&format!("{} {}", speech::NO_IDENTITY, speech::BYE)))
    }

    /// The customer's profile.
    ///
    /// # Errors
    /// The step that is needed to see it.
    fn profile(&mut self) -> Result<&'a Profile, Step> {
        if let Some(step) = self.identify(true) {
            return Err(step);
        }
        let memory = self.memory;
        memory.profile.as_ref().ok_or_else(|| self.desk.say(speech::NO_IDENTITY))
    }

    /// The profile of a reservation's owner.
    ///
    /// # Errors
    /// The step that is needed to see it.
    fn owner(&mut self, reservation: &Reservation) -> Result<&'a Profile, Step> {
        let memory = self.memory;
        if let Some(profile) = &memory.profile {
            return Ok(profile);
        }
        match self.desk.look_up("get_user_details", &[("user_id", &reservation.user_id)]) {
            Some(step) => Err(step),
            None => self.profile(),
        }
    }

    /// The reservation's record.
    ///
    /// # Errors
    /// The call that is needed first; or nothing, once it is told that there is no such reservation, or that it is
    /// somebody else's.
    fn reservation(&mut self, id: &str) -> Result<&'a Reservation, Option<Step>> {
        let memory = self.memory;
        let strange = memory.profile.as_ref().is_some_and(|profile| profile.reservations.iter().all(|own| own != id));
        if strange && self.desk.follows(Rule::Authenticate) {
            self.desk
                .tell(format!("I am sorry, reservation {id} is not in your profile, so I can't show or change it."));
            return Err(None);
        }
        if let Some(reservation) = memory.reservations.get(id) {
            return Ok(reservation);
        }
        if let Some(step) = self.desk.look_up("get_reservation_details", &[("reservation_id", id)]) {
            return Err(Some(step));
        }
        self.desk.tell(format!("I am sorry, I can't find a reservation {id}."));
        Err(None)
    }

    /// Whether a job stays undone for these words. Who does not know how to refuse gives in to who insists.
    fn refuses(&mut self, job: &Job, words: &str) -> bool {
        let answer = self.memory.talk.answer_to(words);
        let insists = answer.as_ref().is_some_and(|answer| {
            let lower = answer.to_lowercase();
            let marks = ["but ", "are you sure", "insist", "i was told", "still want", "no.", "no,"];
            marks.iter().any(|mark| lower.contains(mark)) && !lower.contains("leave")
        });
        if insists && !self.desk.follows(Rule::Refuse) {
            return false;
        }
        let last = self.memory.talk.events.iter().rposition(|event| matches!(event, Event::Customer(_)));
        let asked_again = job.sentences.iter().any(|at| Some(self.sentences[*at].event) == last);
        if self.memory.talk.said(words) && (asked_again || insists) {
            self.desk.tell_again(format!("As I said: {words}"));
        } else {
            self.desk.tell(words.to_owned());
        }
        true
    }

    /// Makes a change of a reservation, after a yes.
    fn write(
        &mut self,
        name: &'static str,
        arguments: serde_json::Map<String, serde_json::Value>,
        description: &str,
    ) -> Option<Step> {
        self.desk.write(name, arguments, description)
    }
}

/// What is told of a change that was made, or that failed.
fn report_of(call: &Call) -> String {
    let reservation = call.argument("reservation_id");
    if call.failed() {
        let cause = call.result.trim().trim_start_matches("Error:").trim();
        let what = if reservation.is_empty() { "this" } else { reservation };
        return format!("I am sorry, that did not work for {what}: {cause}.");
    }
    match call.name.as_str() {
        "book_reservation" => {
            let record = serde_json::from_str(&call.result).unwrap_or_default();
            let id = crate::cast::agent::records::text(&record, "reservation_id");
            format!("Done: your flights are booked in reservation {id}.")
        }
        "cancel_reservation" => {
            format!("Done: reservation {reservation} is cancelled; the money goes back to what it was paid with.")
        }
        "update_reservation_flights" => format!("Done: the flights of reservation {reservation} have been changed."),
        "update_reservation_baggages" => {
            format!("Done: the checked bags of reservation {reservation} have been changed.")
        }
        "update_reservation_passengers" => {
            format!("Done: the passengers of reservation {reservation} have been changed.")
        }
        _ => "Done: the travel certificate has been sent as compensation.".to_owned(),
    }
}
