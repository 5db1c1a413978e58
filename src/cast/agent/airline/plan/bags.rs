//! Checked bags, and insurance for what is booked already.

use super::jobs::Job;
use super::{Mind, arguments};
use crate::cast::agent::Step;
use crate::cast::agent::airline::reading;
use crate::cast::agent::airline::records::{Money, Profile, dollars};
use crate::cast::agent::airline::speech;
use crate::cast::rules::Rule;

/// What a bag that is not free costs.
pub const PAID_BAG: Money = 5_000;

impl Mind<'_> {
    pub fn change_bags(&mut self, job: &Job) -> Option<Step> {
        let id = job.reservation.as_str();
        let reservation = match self.reservation(id) {
            Ok(reservation) => reservation,
            Err(step) => return step,
        };
        let profile = match self.owner(reservation) {
            Ok(profile) => profile,
            Err(step) => return Some(step),
        };
        let said = self.told(job).into_iter().rev().find_map(|at| reading::bags(&self.sentences[at].tokens));
        let Some((count, more)) = said else {
            return self.desk.ask(&speech::ask_total_bags(id));
        };
        let before = self.memory.before.get(id).unwrap_or(reservation);
        let total = if more { before.bags + count } else { count };
        if total < before.bags && self.desk.follows(Rule::FixedParts) {
            let words = format!(
                "I am sorry, checked bags can't be taken off reservation {id}, and nothing is paid back for them."
            );
            if self.refuses(job, &words) {
                return None;
            }
        }
        if total == before.bags || self.memory.made("update_reservation_baggages", id).next().is_some() {
            return None;
        }
        let paid = self.paid_bags(profile, &reservation.cabin, reservation.heads(), total, before.paid_bags);
        let amount = (paid - before.paid_bags).max(0) * PAID_BAG;
        let method = match self.settler(job, reservation, amount) {
            Ok(method) => method,
            Err(step) => return step,
        };
        let costs = match amount {
            0 => "nothing is to be paid for them".to_owned(),
            _ => format!("that costs {} extra, paid with your {}", dollars(amount), method.spoken()),
        };
        let description = format!("I will set reservation {id} to {total} checked bags in all; {costs}.");
        let arguments = arguments([
            ("reservation_id", id.into()),
            ("total_baggages", total.into()),
            ("nonfree_baggages", paid.into()),
            ("payment_id", method.id.as_str().into()),
        ]);
        self.write("update_reservation_baggages", arguments, &description)
    }

    /// How many of the bags are to be paid. Who has not learnt to count takes all new ones for free.
    pub fn paid_bags(&self, profile: &Profile, cabin: &str, heads: i64, total: i64, before: i64) -> i64 {
        if !self.desk.follows(Rule::FreeBags) {
            return before.min(total);
        }
        (total - allowance(&profile.membership, cabin) * heads).max(before.min(total)).max(0)
    }

    /// Insurance can only be bought with a booking.
    pub fn insure(&mut self, job: &Job) -> Option<Step> {
        let words = format!("I am sorry, insurance can't be added to reservation {} any more.", job.reservation);
        let _ = self.refuses(job, &words);
        None
    }
}

/// Free bags for each passenger.
pub fn allowance(membership: &str, cabin: &str) -> i64 {
    match (membership, cabin) {
        ("gold", "basic_economy") => 2,
        ("gold", _) => 3,
        ("silver", "basic_economy") => 1,
        ("silver", "economy") => 2,
        ("silver", _) => 3,
        (_, "basic_economy") => 0,
        (_, "economy") => 1,
        _ => 2,
    }
}
