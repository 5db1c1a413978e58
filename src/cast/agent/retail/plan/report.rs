//! Goods that arrived damaged, or not at all.

use super::jobs::Job;
use super::{Mind, arguments};
use crate::cast::agent::Step;
use crate::cast::agent::retail::reading::Kind;
use crate::cast::rules::Rule;

impl Mind<'_> {
    pub fn report(&mut self, job: &Job) -> Option<Step> {
        if self.is_anothers(&job.order) {
            return None;
        }
        if !self.desk.follows(Rule::Transfer) {
            return self.give_back(&Job { kind: Kind::Return, ..job.clone() });
        }
        let words: Vec<&str> = job.sentences.iter().map(|at| self.sentences[*at].text.as_str()).collect();
        let summary = format!("The customer reports about order {}: {}", job.order, words.join(" "));
        Some(Step::Call { name: "transfer_to_human_agents", arguments: arguments([("summary", summary.into())]) })
    }
}
