//! Certificates for flights that were called off or late.

use super::jobs::Job;
use super::pay::figure;
use super::{Mind, arguments};
use crate::cast::agent::Step;
use crate::cast::agent::airline::reading;
use crate::cast::agent::airline::records::{Money, TODAY, dollars};
use crate::cast::rules::Rule;

const FOR_CANCELLED: Money = 10_000;
const FOR_LATE: Money = 5_000;

impl Mind<'_> {
    pub fn compensate(&mut self, job: &Job) -> Option<Step> {
        let id = job.reservation.as_str();
        if !self.desk.follows(Rule::Compensation) {
            self.desk.tell(
                "I am very sorry for the trouble that you had; there is nothing more that I can offer.".to_owned(),
            );
            return None;
        }
        let reservation = match self.reservation(id) {
            Ok(reservation) => reservation,
            Err(step) => return step,
        };
        let profile = match self.owner(reservation) {
            Ok(profile) => profile,
            Err(step) => return Some(step),
        };
        if self.memory.talk.writes().any(|call| call.name == "send_certificate" && !call.failed()) {
            return None;
        }
        let entitled = matches!(profile.membership.as_str(), "silver" | "gold")
            || reservation.insured
            || reservation.cabin == "business";
        let lapse = reading::lapses(self.sentences.iter().map(|sentence| sentence.tokens.as_slice()));
        // Only coming days can be checked; of today the customer's word counts.
        let shown = reservation.segments.iter().all(|segment| segment.date.as_str() > TODAY);
        let off = if self.desk.follows(Rule::CheckStatus) && shown {
            match self.called_off(reservation) {
                Ok(off) => off,
                Err(step) => return Some(step),
            }
        } else {
            lapse.by_airline
        };
        let settled = ["cancel_reservation", "update_reservation_flights"];
        let settled = settled.iter().any(|tool| self.memory.made(tool, id).next().is_some());
        let each = match (entitled, off, lapse.late && settled) {
            (true, true, _) => FOR_CANCELLED,
            (true, false, true) => FOR_LATE,
            _ => {
                let words = format!("I am sorry, there is no compensation for reservation {id}.");
                let _ = self.refuses(job, &words);
                return None;
            }
        };
        let amount = each * reservation.heads();
        let description = format!(
            "I will send you a travel certificate of {} as compensation for reservation {id}.",
            dollars(amount)
        );
        let arguments = arguments([("user_id", profile.user_id.as_str().into()), ("amount", figure(amount))]);
        self.write("send_certificate", arguments, &description)
    }
}
