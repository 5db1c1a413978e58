//! A conversation as the coach and the rater look at it: who said what, which calls were made and what they answered.

use serde_json::Value;

use super::prompt::{Example, Turn};
use crate::cast::customer::hear::{Act, Heard};

/// A tool call with its place and its answer.
#[derive(Debug)]
pub struct Call<'a> {
    /// Position among the turns.
    pub at: usize,
    pub name: &'a str,
    pub arguments: &'a Value,
    /// Empty where there is none.
    pub answer: &'a str,
}

/// A conversation, looked through once.
#[derive(Debug)]
pub struct Story<'a> {
    pub calls: Vec<Call<'a>>,
    /// All the customer said, lower case.
    pub customer: String,
    /// The agent's texts, each with its place, understood.
    pub agent: Vec<(usize, Heard)>,
    /// Lower case.
    pub feedback: String,
}

impl Call<'_> {
    pub fn failed(&self) -> bool {
        self.answer.trim_start().trim_start_matches('"').starts_with("Error")
    }

    pub fn writes(&self) -> bool {
        let verbs = ["cancel_", "return_", "exchange_", "modify_", "update_", "book_", "send_"];
        verbs.iter().any(|verb| self.name.starts_with(verb))
    }

    pub fn argument(&self, name: &str) -> &str {
        self.arguments[name].as_str().unwrap_or_default()
    }

    /// The answer's field, where the answer is JSON.
    pub fn answered(&self, name: &str) -> Option<String> {
        let answer: Value = serde_json::from_str(self.answer).ok()?;
        answer[name].as_str().map(str::to_owned)
    }

    /// Whether it changes items of an order.
    pub fn of_items(&self) -> bool {
        self.name.ends_with("_order_items")
    }
}

impl<'a> Story<'a> {
    pub fn of(example: &'a Example) -> Self {
        Self::new(&example.turns, &example.feedback)
    }

    pub fn new(turns: &'a [Turn], feedback: &str) -> Self {
        let mut story =
            Self { calls: Vec::new(), customer: String::new(), agent: Vec::new(), feedback: feedback.to_lowercase() };
        for (at, turn) in turns.iter().enumerate() {
            match turn {
                Turn::Customer(text) => {
                    story.customer.push_str(&text.to_lowercase());
                    story.customer.push('\n');
                }
                Turn::Agent(text) => story.agent.push((at, Heard::of(text))),
                Turn::Call { name, arguments } => {
                    let answer = match turns.get(at + 1) {
                        Some(Turn::Result(answer)) => answer.as_str(),
                        _ => "",
                    };
                    story.calls.push(Call { at, name, arguments, answer });
                }
                Turn::Result(_) => {}
            }
        }
        story
    }

    /// Whether the feedback says that all went well.
    pub fn went_well(&self) -> bool {
        let bad = [
            "not ",
            "n't",
            "fail",
            "\"no\"",
            "missing",
            "wrong",
            "extra",
            "unexpected",
            "incorrect",
            "lost",
            "verdict\": \"no",
            "reward: 0",
            "reward 0",
            "without a verdict",
        ];
        let good = ["success", "resolved", "\"yes\"", "reward: 1", "reward 1", "as expected", "correct", "all is well"];
        good.iter().any(|word| self.feedback.contains(word)) && !bad.iter().any(|word| self.feedback.contains(word))
    }

    pub fn called(&self, name: &str) -> bool {
        self.calls.iter().any(|call| call.name.starts_with(name))
    }

    /// Whether it is about flights: by its calls, or by what was said where none was made.
    pub fn is_of_airline(&self) -> bool {
        let call = |call: &Call<'_>| {
            call.name.contains("reservation") || call.name.contains("_flight") || call.name == "send_certificate"
        };
        let said = ["reservation", "flight", "fly "];
        self.calls.iter().any(call) || said.iter().any(|word| self.customer.contains(word))
    }

    /// Calls that changed something.
    pub fn writes(&self) -> impl Iterator<Item = &Call<'a>> {
        self.calls.iter().filter(|call| call.writes() && !call.failed())
    }

    pub fn agent_did(&self, act: Act) -> bool {
        self.agent.iter().any(|(_, heard)| heard.does(act))
    }

    /// What the agent last said before a place.
    pub fn agent_before(&self, at: usize) -> Option<&Heard> {
        self.agent.iter().rev().find(|(place, _)| *place < at).map(|(_, heard)| heard)
    }

    pub fn answers_contain(&self, words: &str) -> bool {
        self.calls.iter().any(|call| call.answer.contains(words))
    }

    pub fn customer_says_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.customer.contains(word))
    }

    pub fn feedback_says_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.feedback.contains(word))
    }
}
