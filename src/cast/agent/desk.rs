//! How the agent goes about its work, whatever it is: asking, telling, looking up, changing after a yes, closing.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::hearing::{Answer, answer};
use super::talk::{Call, Talk};
use super::{Step, speech};
use crate::cast::rules::{Obedience, Rule};

/// So many messages are enough for any conversation.
const MOST_MESSAGES: usize = 40;

/// The agent's hands and tongue.
pub struct Desk<'a> {
    talk: &'a Talk,
    obedience: &'a Obedience,
    /// What is told of a change that was made, or that failed.
    report: fn(&Call) -> String,
    /// What is to be told with the next words: refusals and the like.
    preface: Vec<String>,
}

impl<'a> Desk<'a> {
    pub const fn new(talk: &'a Talk, obedience: &'a Obedience, report: fn(&Call) -> String) -> Self {
        Self { talk, obedience, report, preface: Vec::new() }
    }

    pub fn follows(&self, rule: Rule) -> bool {
        self.obedience.follows(rule)
    }

    /// A reading call, unless it was made already.
    pub fn look_up(&self, name: &'static str, arguments: &[(&str, &str)]) -> Option<Step> {
        let arguments: Map<String, Value> =
            arguments.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        if self.talk.result_of(name, &arguments).is_some() {
            return None;
        }
        Some(Step::Call { name, arguments })
    }

    /// Adds to the next words what was not told before.
    pub fn tell(&mut self, words: String) {
        if !self.talk.said(&words) && !self.preface.contains(&words) {
            self.preface.push(words);
        }
    }

    /// Adds to the next words, whether it was told before or not.
    pub fn tell_again(&mut self, words: String) {
        self.preface.push(words);
    }

    /// Words to the customer: what was done since the last ones, what there is to tell, and the question.
    pub fn say(&mut self, body: &str) -> Step {
        let mut parts: Vec<String> = self.talk.unreported().map(self.report).collect();
        parts.append(&mut self.preface);
        parts.push(body.to_owned());
        Step::Say(parts.join(" "))
    }

    /// Asks for a fact once and once more in other words; `None` where that led nowhere.
    pub fn ask(&mut self, question: &str) -> Option<Step> {
        let again = format!("Sorry, I still need to know this. {question}");
        if !self.talk.said(question) {
            Some(self.say(question))
        } else if !self.talk.said(&again) {
            Some(self.say(&again))
        } else {
            None
        }
    }

    /// Makes a change: after a yes, where that is a rule. `None` once it is made, was refused by the tool, or by the
    /// customer.
    pub fn write(&mut self, name: &'static str, arguments: Map<String, Value>, description: &str) -> Option<Step> {
        if self.talk.result_of(name, &arguments).is_some() {
            return None;
        }
        if !self.follows(Rule::Confirm) {
            return Some(Step::Call { name, arguments });
        }
        let question = format!("{description} {}", speech::GO_AHEAD);
        let Some(reply) = self.talk.answer_to(description) else {
            return Some(self.say(&question));
        };
        match answer(&reply) {
            Answer::Yes => Some(Step::Call { name, arguments }),
            Answer::No => {
                self.tell(speech::LEFT.to_owned());
                None
            }
            Answer::Neither => {
                let again = format!("Please tell me yes or no. {description} {}", speech::GO_AHEAD);
                if self.talk.said(&again) { None } else { Some(self.say(&again)) }
            }
        }
    }

    /// All is settled.
    pub fn close(&mut self) -> Step {
        if !self.follows(Rule::FinishAll) {
            return self.say(speech::BYE);
        }
        let last_asked = self.talk.spoken().last().is_some_and(|last| last.contains(speech::ANYTHING_ELSE));
        let something_new = !self.preface.is_empty() || self.talk.unreported().next().is_some();
        if last_asked && !something_new { self.say(speech::BYE) } else { self.say(speech::ANYTHING_ELSE) }
    }

    /// Nothing was asked for yet. `help` says what can be done.
    pub fn without_a_request(&mut self, help: &str) -> Step {
        let spoken = self.talk.spoken().last();
        let body = match spoken {
            None => speech::GREETING,
            Some(last) if last.contains(help) || last.contains(speech::ANYTHING_ELSE) => speech::BYE,
            Some(last) if last.contains(speech::GREETING) => help,
            Some(_) => speech::GREETING,
        };
        self.say(body)
    }

    /// Keeps the conversation from turning in circles.
    pub fn guarded(&self, step: Step) -> Step {
        let messages = self.talk.spoken().count();
        match step {
            Step::Say(_) if messages >= MOST_MESSAGES => Step::Say(speech::BYE.to_owned()),
            Step::Say(words) => {
                let last: Vec<&str> = self.talk.spoken().collect();
                let repeats = last.iter().rev().take_while(|said| said.ends_with(&words)).count();
                match repeats {
                    0 => Step::Say(words),
                    1 if !words.ends_with(speech::BYE) => Step::Say(format!("I am not sure that I got that. {words}")),
                    _ => Step::Say(format!("{} {}", speech::STUCK, speech::BYE)),
                }
            }
            Step::Call { name, arguments } => {
                let same: BTreeSet<usize> = self
                    .talk
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

/// An argument object.
pub fn arguments<const N: usize>(entries: [(&str, Value); N]) -> Map<String, Value> {
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
