//! Changing the address of an order or of the profile.

use serde_json::Value;

use super::jobs::Job;
use super::{Mind, arguments};
use crate::cast::agent::Step;
use crate::cast::agent::retail::reading::{self, Sentence};
use crate::cast::agent::retail::records::Address;
use crate::cast::agent::retail::speech;
use crate::cast::rules::Rule;

impl Mind<'_> {
    pub fn order_address(&mut self, job: &Job) -> Option<Step> {
        if self.is_anothers(&job.order) {
            return None;
        }
        if self.desk.follows(Rule::CheckStatus) {
            let order = match self.order(&job.order) {
                Ok(order) => order,
                Err(step) => return step,
            };
            if !order.is_pending()
                || order.status != "pending" && !self.was_done("modify_pending_order_address", &order.id)
            {
                self.desk.tell(format!(
                    "I am sorry, order {} is {}, so its address can't be changed.",
                    order.id, order.status
                ));
                return None;
            }
        }
        let address = match self.wanted_address(job) {
            Ok(address) => address,
            Err(step) => return step,
        };
        let description = format!("I will send order {} to another address: {}.", job.order, address.line());
        let mut order_arguments = arguments([("order_id", job.order.as_str().into())]);
        order_arguments.extend(fields(&address));
        if let Some(step) = self.desk.write("modify_pending_order_address", order_arguments, &description) {
            return Some(step);
        }
        if self.desk.follows(Rule::BothAddresses) || !self.was_done("modify_pending_order_address", &job.order) {
            return None;
        }
        // An address is an address: without the rule the profile goes along.
        self.put_in_profile(&address)
    }

    pub fn profile_address(&mut self, job: &Job) -> Option<Step> {
        if let Some(step) = self.identify(true) {
            return Some(step);
        }
        if self.memory.profile.is_none() {
            self.desk.tell("I am sorry, I can't change a profile without knowing the user id.".to_owned());
            return None;
        }
        let address = match self.wanted_address(job) {
            Ok(address) => address,
            Err(step) => return step,
        };
        self.put_in_profile(&address)
    }

    fn put_in_profile(&mut self, address: &Address) -> Option<Step> {
        let user_id = match (&self.memory.user_id, &self.memory.profile) {
            (Some(id), _) => id.clone(),
            (None, Some(profile)) => profile.user_id.clone(),
            (None, None) => self.memory.orders.values().next()?.user_id.clone(),
        };
        let description = format!("I will change the address in your profile to {}.", address.line());
        let mut arguments = arguments([("user_id", user_id.into())]);
        arguments.extend(fields(address));
        self.desk.write("modify_user_address", arguments, &description)
    }

    /// The address that the customer wants.
    ///
    /// # Errors
    /// The step that is needed to know it; nothing once it is clear that it can't be known.
    fn wanted_address(&mut self, job: &Job) -> Result<Address, Option<Step>> {
        // In the request itself, else the last one that was said.
        let own = job.sentences.iter().rev().find_map(|at| reading::address_in(&self.sentences[*at].text));
        let source = job.sentences.iter().rev().find_map(|at| self.address_source(&self.sentences[*at]));
        if own.is_none()
            && let Some(source) = source
            && self.desk.follows(Rule::FindOrder)
        {
            return self.order(&source).map(|order| order.address.clone());
        }
        let said = || self.sentences.iter().rev().find_map(|sentence| reading::address_in(&sentence.text));
        if let Some(address) = own.or_else(said) {
            return Ok(address);
        }
        let home = job.sentences.iter().any(|at| {
            let sentence = &self.sentences[*at];
            sentence.has(&["home", "profile", "default", "account"]) && !sentence.has(&["office"])
        });
        if home && let Some(profile) = self.memory.profile.as_ref().filter(|_| job.order != String::new()) {
            return Ok(profile.address.clone());
        }
        let step = self.desk.ask(speech::ASK_ADDRESS);
        if step.is_none() {
            self.desk.tell("I am sorry, I can't change it without the full address.".to_owned());
        }
        Err(step)
    }

    /// The order whose address is meant: “the address that order #W1 went to”.
    pub fn address_source(&self, sentence: &Sentence) -> Option<String> {
        let from = sentence.has(&["went"])
            || sentence.has_phrase("same address as")
            || sentence.has_phrase("address of")
            || sentence.has_phrase("address on")
            || sentence.has_phrase("address in");
        if !from || reading::address_in(&sentence.text).is_some() {
            return None;
        }
        sentence.orders.last().cloned()
    }
}

fn fields(address: &Address) -> Vec<(String, Value)> {
    [
        ("address1", &address.address1),
        ("address2", &address.address2),
        ("city", &address.city),
        ("state", &address.state),
        ("country", &address.country),
        ("zip", &address.zip),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), Value::from(value.as_str())))
    .collect()
}
