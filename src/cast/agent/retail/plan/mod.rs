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

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::memory::{Call, Event, Memory};
use super::reading::{self, Answer, Kind, Named, Sentence};
use super::records::Order;
use super::speech;
use crate::cast::agent::Step;
use crate::cast::rules::{Obedience, Rule};
use jobs::Job;

/// So many messages are enough for any conversation.
const MOST_MESSAGES: usize = 40;

/// The agent at work on its next step.
pub struct Mind<'a> {
    memory: &'a Memory,
    obedience: &'a Obedience,
    sentences: &'a [Sentence],
    /// What is to be told with the next words: refusals and the like.
    preface: Vec<String>,
}

/// The next step.
pub fn next(memory: &Memory, obedience: &Obedience) -> Step {
    let mut mind = Mind { memory, obedience, sentences: &memory.sentences, preface: Vec::new() };
    let step = mind.decide();
    mind.guarded(step)
}

impl<'a> Mind<'a> {
    fn follows(&self, rule: Rule) -> bool {
        self.obedience.follows(rule)
    }

    fn decide(&mut self) -> Step {
        if !self.memory.events.iter().any(|event| matches!(event, Event::Customer(_))) {
            return Step::Say(speech::GREETING.to_owned());
        }
        let knows_first = [Rule::Authenticate, Rule::FindOrder, Rule::OwnOrders];
        if knows_first.iter().any(|rule| self.follows(*rule))
            && let Some(step) = self.identify(self.follows(Rule::Authenticate))
        {
            return step;
        }
        if !self.sentences.iter().any(|sentence| sentence.kind.is_some()) {
            return self.without_a_request();
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
        self.close()
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

    /// Nothing was asked for yet.
    fn without_a_request(&mut self) -> Step {
        let spoken = self.memory.spoken().last();
        let body = match spoken {
            None => speech::GREETING,
            Some(last) if last.contains(speech::NOT_UNDERSTOOD) || last.contains(speech::ANYTHING_ELSE) => speech::BYE,
            Some(last) if last.contains(speech::GREETING) => speech::NOT_UNDERSTOOD,
            Some(_) => speech::GREETING,
        };
        self.say(body)
    }

    /// All is settled.
    fn close(&mut self) -> Step {
        if !self.follows(Rule::FinishAll) {
            return self.say(speech::BYE);
        }
        let last_asked = self.memory.spoken().last().is_some_and(|last| last.contains(speech::ANYTHING_ELSE));
        let something_new = !self.preface.is_empty() || self.memory.unreported().next().is_some();
        if last_asked && !something_new { self.say(speech::BYE) } else { self.say(speech::ANYTHING_ELSE) }
    }

    // What all jobs need.

    /// Finds out who the customer is; `None` once that is known, or where it was not told and is not to be asked.
    fn identify(&mut self, asks: bool) -> Option<Step> {
        if self.memory.profile.is_some() && (self.memory.user_id.is_some() || !self.follows(Rule::Authenticate)) {
            return None;
        }
        if let Some(user_id) = &self.memory.user_id {
            return self.look_up("get_user_details", &[("user_id", user_id)]);
        }
        let mut named = Named::default();
        let mut emails = Vec::new();
        for event in &self.memory.events {
            if let Event::Customer(words) = event {
                for sentence in reading::split(words) {
                    named.hear(sentence, self.memory.said(speech::ASK_IDENTITY));
                    emails.extend(reading::email(sentence));
                }
            }
        }
        for email in emails {
            if let Some(step) = self.look_up("find_user_id_by_email", &[("email", &email)]) {
                return Some(step);
            }
        }
        if let Named { first: Some(first), last: Some(last), zip: Some(zip) } = &named {
            let arguments = [("first_name", first.as_str()), ("last_name", last), ("zip", zip)];
            if let Some(step) = self.look_up("find_user_id_by_name_zip", &arguments) {
                return Some(step);
            }
        }
        if !asks {
            return None;
        }
        if !self.follows(Rule::Authenticate) {
            return self.identify_by_id();
        }
        if !self.memory.said(speech::ASK_IDENTITY) {
            return Some(self.say(speech::ASK_IDENTITY));
        }
        if !self.memory.said(speech::ASK_IDENTITY_AGAIN) {
            return Some(self.say(speech::ASK_IDENTITY_AGAIN));
        }
        Some(self.say(&format!("{} {}", speech::NO_IDENTITY, speech::BYE)))
    }

    /// Who does not know how customers are found asks them for what customers do not know.
    fn identify_by_id(&mut self) -> Option<Step> {
        let Some(answer) = self.memory.answer_to(speech::ASK_USER_ID) else {
            return Some(self.say(speech::ASK_USER_ID));
        };
        let id =
            answer.split_whitespace().map(|word| word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric()));
        let id = id.into_iter().find(|word| word.matches('_').count() >= 2)?;
        self.look_up("get_user_details", &[("user_id", id)])
    }

    /// A reading call, unless it was made already.
    fn look_up(&self, name: &'static str, arguments: &[(&str, &str)]) -> Option<Step> {
        let arguments: Map<String, Value> =
            arguments.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        if self.memory.result_of(name, &arguments).is_some() {
            return None;
        }
        Some(Step::Call { name, arguments })
    }

    /// The order's record.
    ///
    /// # Errors
    /// The call that is needed first; or nothing, once it is told that there is no such order.
    fn order(&mut self, id: &str) -> Result<&'a Order, Option<Step>> {
        if let Some(order) = self.memory.orders.get(id) {
            return Ok(order);
        }
        if let Some(step) = self.look_up("get_order_details", &[("order_id", id)]) {
            return Err(Some(step));
        }
        self.tell(format!("I am sorry, I can't find an order {id}."));
        Err(None)
    }

    /// Whether the order may not be touched because it is somebody else's; tells so.
    fn is_anothers(&mut self, order: &str) -> bool {
        let listed = |profile: &super::records::Profile| profile.orders.iter().any(|own| own == order);
        if !self.follows(Rule::OwnOrders) || self.memory.profile.as_ref().is_none_or(listed) {
            return false;
        }
        self.tell(format!("I am sorry, order {order} does not belong to your account, so I can't show or change it."));
        true
    }

    /// Adds to the next words what was not told before.
    fn tell(&mut self, words: String) {
        if !self.memory.said(&words) && !self.preface.contains(&words) {
            self.preface.push(words);
        }
    }

    /// Words to the customer: what was done since the last ones, what there is to tell, and the question.
    fn say(&mut self, body: &str) -> Step {
        let mut parts: Vec<String> = self.memory.unreported().map(report_of).collect();
        parts.append(&mut self.preface);
        parts.push(body.to_owned());
        Step::Say(parts.join(" "))
    }

    /// Asks for a fact once and once more in other words; `None` where that led nowhere.
    fn ask(&mut self, question: &str) -> Option<Step> {
        let again = format!("Sorry, I still need to know this. {question}");
        if !self.memory.said(question) {
            Some(self.say(question))
        } else if !self.memory.said(&again) {
            Some(self.say(&again))
        } else {
            None
        }
    }

    /// Makes a change: after a yes, where that is a rule. `None` once it is made, was refused by the tool, or by the
    /// customer.
    fn write(&mut self, name: &'static str, arguments: Map<String, Value>, description: &str) -> Option<Step> {
        if self.memory.result_of(name, &arguments).is_some() {
            return None;
        }
        if !self.follows(Rule::Confirm) {
            return Some(Step::Call { name, arguments });
        }
        let question = format!("{description} {}", speech::GO_AHEAD);
        let Some(reply) = self.memory.answer_to(description) else {
            return Some(self.say(&question));
        };
        match reading::answer(&reply) {
            Answer::Yes => Some(Step::Call { name, arguments }),
            Answer::No => {
                self.tell(speech::LEFT.to_owned());
                None
            }
            Answer::Neither => {
                let again = format!("Please tell me yes or no. {description} {}", speech::GO_AHEAD);
                if self.memory.said(&again) { None } else { Some(self.say(&again)) }
            }
        }
    }

    /// Keeps the conversation from turning in circles.
    fn guarded(&mut self, step: Step) -> Step {
        let messages = self.memory.spoken().count();
        match step {
            Step::Say(_) if messages >= MOST_MESSAGES => Step::Say(speech::BYE.to_owned()),
            Step::Say(words) => {
                let last: Vec<&str> = self.memory.spoken().collect();
                let repeats = last.iter().rev().take_while(|said| said.ends_with(&words)).count();
                match repeats {
                    0 => Step::Say(words),
                    1 if !words.ends_with(speech::BYE) => Step::Say(format!("I am not sure that I got that. {words}")),
                    _ => Step::Say(format!("{} {}", speech::STUCK, speech::BYE)),
                }
            }
            Step::Call { name, arguments } => {
                let same: BTreeSet<usize> = self
                    .memory
                    .calls()
                    .enumerate()
                    .filter(|(_, call)| call.name == name && call.arguments == arguments)
                    .map(|(at, _)| at)
                    .collect();
                if same.len() < 3 {
                    Step::Call { name, arguments }
                } else {
                    Step::Say(format!("{} {}", speech::STUCK, speech::BYE))
                }
            }
        }
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

/// An argument object.
pub fn arguments<const N: usize>(entries: [(&str, Value); N]) -> Map<String, Value> {
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
