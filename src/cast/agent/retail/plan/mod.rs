//! What to do next. Everything the customer has asked for becomes a list of jobs; the first one that is not settled
//! says what it needs. All of it is decided anew each time, from the memory alone.

mod address;
mod cancel;
mod jobs;
mod money;
mod payment;
mod question;
mod report;
mod returns;
mod swap;

use super::memory::Memory;
use super::reading::{self, Kind, Named, Sentence};
use super::records::Order;
use super::speech;
use crate::cast::agent::Step;
use crate::cast::agent::desk::{Desk, arguments};
use crate::cast::agent::hearing::split;
use crate::cast::agent::talk::{Call, Event};
use crate::cast::rules::{Obedience, Rule};
use jobs::Job;

/// The agent at work on its next step.
pub struct Mind<'a> {
    memory: &'a Memory,
    desk: Desk<'a>,
    sentences: &'a [Sentence],
}

/// The next step.
pub fn next(memory: &Memory, obedience: &Obedience) -> Step {
    let desk = Desk::new(&memory.talk, obedience, report_of);
    let mut mind = Mind { memory, desk, sentences: &memory.sentences };
    let step = mind.decide();
    mind.desk.guarded(step)
}

impl<'a> Mind<'a> {
    fn decide(&mut self) -> Step {
        if !self.memory.talk.events.iter().any(|event| matches!(event, Event::Customer(_))) {
            return Step::Say(speech::GREETING.to_owned());
        }
        let knows_first = [Rule::Authenticate, Rule::FindOrder, Rule::OwnOrders];
        if knows_first.iter().any(|rule| self.desk.follows(*rule))
            && let Some(step) = self.identify(self.desk.follows(Rule::Authenticate))
        {
            return step;
        }
        if !self.sentences.iter().any(|sentence| sentence.kind.is_some()) {
            return self.desk.without_a_request(speech::NOT_UNDERSTOOD);
        }
        let jobs = match self.jobs() {
            Ok(jobs) => jobs,
            Err(step) => return step,
        };
        for job in &jobs {
            if let Some(step) = self.work_on(job, &jobs) {
                return step;
            }
        }
        self.desk.close()
    }

    fn work_on(&mut self, job: &Job, jobs: &[Job]) -> Option<Step> {
        match job.kind {
            Kind::Cancel => self.cancel(job),
            Kind::TakeOut => self.take_out(job),
            Kind::Return => self.give_back(job),
            Kind::Swap => self.swap(job, jobs),
            Kind::Payment => self.change_payment(job, jobs),
            Kind::OrderAddress => self.order_address(job),
            Kind::ProfileAddress => self.profile_address(job),
            Kind::Report => self.report(job),
            Kind::Question => self.answer_question(job),
        }
    }

    // What all jobs need.

    /// Finds out who the customer is; `None` once that is known, or where it was not told and is not to be asked.
    fn identify(&mut self, asks: bool) -> Option<Step> {
        if self.memory.profile.is_some() && (self.memory.user_id.is_some() || !self.desk.follows(Rule::Authenticate)) {
            return None;
        }
        if let Some(user_id) = &self.memory.user_id {
            return self.desk.look_up("get_user_details", &[("user_id", user_id)]);
        }
        let mut named = Named::default();
        let mut emails = Vec::new();
        for event in &self.memory.talk.events {
            if let Event::Customer(words) = event {
                for sentence in split(words) {
                    named.hear(sentence, self.memory.talk.said(speech::ASK_IDENTITY));
                    emails.extend(reading::email(sentence));
                }
            }
        }
        for email in emails {
            if let Some(step) = self.desk.look_up("find_user_id_by_email", &[("email", &email)]) {
                return Some(step);
            }
        }
        if let Named { first: Some(first), last: Some(last), zip: Some(zip) } = &named {
            let arguments = [("first_name", first.as_str()), ("last_name", last), ("zip", zip)];
            if let Some(step) = self.desk.look_up("find_user_id_by_name_zip", &arguments) {
                return Some(step);
            }
        }
        if !asks {
            return None;
        }
        if !self.desk.follows(Rule::Authenticate) {
            return self.identify_by_id();
        }
        if !self.memory.talk.said(speech::ASK_IDENTITY) {
            return Some(self.desk.say(speech::ASK_IDENTITY));
        }
        if !self.memory.talk.said(speech::ASK_IDENTITY_AGAIN) {
            return Some(self.desk.say(speech::ASK_IDENTITY_AGAIN));
        }
        Some(self.desk.say(&format!("{} {}", speech::NO_IDENTITY, speech::BYE)))
    }

    /// Who does not know how customers are found asks them for what customers do not know.
    fn identify_by_id(&mut self) -> Option<Step> {
        let Some(answer) = self.memory.talk.answer_to(speech::ASK_USER_ID) else {
            return Some(self.desk.say(speech::ASK_USER_ID));
        };
        let id =
            answer.split_whitespace().map(|word| word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric()));
        let id = id.into_iter().find(|word| word.matches('_').count() >= 2)?;
        self.desk.look_up("get_user_details", &[("user_id", id)])
    }

    /// The order's record.
    ///
    /// # Errors
    /// The call that is needed first; or nothing, once it is told that there is no such order.
    fn order(&mut self, id: &str) -> Result<&'a Order, Option<Step>> {
        if let Some(order) = self.memory.orders.get(id) {
            return Ok(order);
        }
        if let Some(step) = self.desk.look_up("get_order_details", &[("order_id", id)]) {
            return Err(Some(step));
        }
        self.desk.tell(format!("I am sorry, I can't find an order {id}."));
        Err(None)
    }

    /// Whether the order may not be touched because it is somebody else's; tells so.
    fn is_anothers(&mut self, order: &str) -> bool {
        let listed = |profile: &super::records::Profile| profile.orders.iter().any(|own| own == order);
        if !self.desk.follows(Rule::OwnOrders) || self.memory.profile.as_ref().is_none_or(listed) {
            return false;
        }
        self.desk
            .tell(format!("I am sorry, order {order} does not belong to your account, so I can't show or change it."));
        true
    }
}

/// What is told of a change that was made, or that failed.
fn report_of(call: &Call) -> String {
    let order = call.argument("order_id");
    if call.failed() {
        let cause = call.result.trim().trim_start_matches("Error:").trim();
        return format!(
            "I am sorry, that did not work for {}: {cause}.",
            if order.is_empty() { "your profile" } else { order }
        );
    }
    match call.name.as_str() {
        "cancel_pending_order" => format!("Done: order {order} is cancelled."),
        "return_delivered_order_items" => {
            format!("Done: the return of order {order} is booked; you will get an e-mail about sending the items back.")
        }
        "exchange_delivered_order_items" => format!("Done: the exchange in order {order} is booked."),
        "modify_pending_order_items" => format!("Done: the items of order {order} have been changed."),
        "modify_pending_order_payment" => format!("Done: the payment of order {order} has been changed."),
        "modify_pending_order_address" => format!("Done: the address of order {order} has been changed."),
        _ => "Done: the address in your profile has been changed.".to_owned(),
    }
}
