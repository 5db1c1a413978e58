//! Cancelling a reservation.

use super::jobs::Job;
use super::{Mind, arguments};
use crate::cast::agent::Step;
use crate::cast::agent::airline::reading;
use crate::cast::agent::airline::records::{A_DAY_AGO, Reservation, dollars};
use crate::cast::agent::airline::speech;
use crate::cast::rules::Rule;

impl Mind<'_> {
    pub fn cancel(&mut self, job: &Job) -> Option<Step> {
        let id = job.reservation.as_str();
        let reservation = match self.reservation(id) {
            Ok(reservation) => reservation,
            Err(step) => return step,
        };
        if reservation.cancelled {
            return None;
        }
        match self.has_begun(job, reservation) {
            Ok(false) => {}
            Ok(true) => return None,
            Err(step) => return Some(step),
        }
        if self.desk.follows(Rule::CancelAllowed) {
            match self.may_cancel(reservation) {
                Ok(true) => {}
                Ok(false) => {
                    let words = format!(
                        "I am sorry, I can't cancel reservation {}: none of the conditions for a cancellation holds.",
                        speech::named(reservation)
                    );
                    if self.refuses(job, &words) {
                        return None;
                    }
                }
                Err(step) => return Some(step),
            }
        }
        let description = format!(
            "I will cancel reservation {}: {} goes back to what it was paid with.",
            speech::named(reservation),
            dollars(reservation.paid())
        );
        self.write("cancel_reservation", arguments([("reservation_id", id.into())]), &description)
    }

    /// Whether one of the conditions holds.
    fn may_cancel(&mut self, reservation: &Reservation) -> Result<bool, Step> {
        if reservation.created_at.as_str() >= A_DAY_AGO || reservation.cabin == "business" {
            return Ok(true);
        }
        let looks = self.desk.follows(Rule::CheckStatus);
        if looks && self.called_off(reservation)? {
            return Ok(true);
        }
        let lapse = reading::lapses(self.sentences.iter().map(|sentence| sentence.tokens.as_slice()));
        let question = speech::ask_reason(&reservation.id);
        let hangs_on_it = reservation.insured || !looks;
        if hangs_on_it && !lapse.any && !self.memory.talk.said(&question) {
            return Err(self.desk.say(&question));
        }
        Ok(reservation.insured && lapse.insured || !looks && lapse.by_airline)
    }
}
