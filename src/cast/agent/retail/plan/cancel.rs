//! Cancelling orders, and taking items out of them.

use super::jobs::Job;
use super::{Mind, arguments};
use crate::cast::agent::Step;
use crate::cast::agent::retail::reading::{self, Kind, Reason};
use crate::cast::agent::retail::records::dollars;
use crate::cast::agent::retail::speech;
use crate::cast::rules::Rule;

impl Mind<'_> {
    pub fn cancel(&mut self, job: &Job) -> Option<Step> {
        if self.is_anothers(&job.order) {
            return None;
        }
        let anothers = |at: &usize| {
            self.sentences[*at].has(&[
                "neighbour",
                "neighbor",
                "friend",
                "her",
                "his",
                "wife",
                "husband",
                "colleague",
                "someone",
                "somebody",
            ])
        };
        if self.desk.follows(Rule::Refuse) && job.sentences.iter().any(anothers) {
            self.desk.tell(format!(
                "I am sorry, I can't change order {} for somebody else, so I leave it as it is.",
                job.order
            ));
            return None;
        }
        if self.desk.follows(Rule::CheckStatus) {
            let order = match self.order(&job.order) {
                Ok(order) => order,
                Err(step) => return step,
            };
            if order.status != "pending" && !self.was_done("cancel_pending_order", &order.id) {
                self.desk
                    .tell(format!("I am sorry, order {} is {}, so it can't be cancelled.", order.id, order.status));
                return None;
            }
        }
        let reason = if self.desk.follows(Rule::CancelReason) {
            match self.cancel_reason(job) {
                Some(Reason::NoLongerNeeded) => "no longer needed",
                Some(Reason::ByMistake) => "ordered by mistake",
                Some(Reason::Other) => return self.refuse_reason(job),
                None => {
                    let step = self.desk.ask(&speech::ask_reason(&job.order));
                    return step.or_else(|| self.refuse_reason(job));
                }
            }
        } else {
            "no longer needed"
        };
        self.cancel_for(job, reason)
    }

    fn cancel_for(&mut self, job: &Job, reason: &str) -> Option<Step> {
        let mut description = format!("I will cancel order {} (reason: {reason}).", job.order);
        if let Some(order) = self.memory.orders.get(&job.order) {
            let back = self.desk.follows(Rule::SayFigures).then(|| dollars(order.total()));
            description = format!(
                "I will cancel order {} with {} (reason: {reason}); {} will be refunded to the original payment method.",
                order.id,
                speech::held_items(order),
                back.as_deref().unwrap_or("the money"),
            );
        }
        let arguments = arguments([("order_id", job.order.as_str().into()), ("reason", reason.into())]);
        self.desk.write("cancel_pending_order", arguments, &description)
    }

    fn refuse_reason(&mut self, job: &Job) -> Option<Step> {
        self.desk.tell(format!(
            "I am sorry, I can't cancel order {} for that reason, only if it is no longer needed or was ordered by mistake; \
             I leave it as it is.",
            job.order
        ));
        None
    }

    /// The reason as the customer gave it for this order, the latest one.
    fn cancel_reason(&self, job: &Job) -> Option<Reason> {
        let asked = speech::ask_reason(&job.order);
        let first = job.sentences.first().map_or(0, |at| self.sentences[*at].event);
        self.sentences
            .iter()
            .filter(|sentence| {
                let answers = sentence.asked.contains(&asked);
                let told =
                    sentence.event >= first && sentence.asked.contains("Why ") && !sentence.asked.contains("Why would");
                let own = sentence.event == first
                    && !matches!(sentence.kind, Some(Kind::Return | Kind::Swap | Kind::Question));
                answers
                    || told
                    || own
                    || job
                        .sentences
                        .iter()
                        .any(|at| self.sentences[*at].event == sentence.event && sentence.kind.is_none())
            })
            .filter_map(|sentence| {
                let plain = reading::reason(&sentence.tokens);
                // Any other answer to the question is some other reason.
                let other = sentence.asked.contains(&asked)
                    && !sentence.has(&["know", "sure", "what", "particular", "yes", "no"])
                    && sentence.kind.is_none();
                plain.or(other.then_some(Reason::Other))
            })
            .next_back()
            .or_else(|| {
                // What was said of the same wish before it was called a cancellation (“I no longer need it”).
                let before = self
                    .sentences
                    .iter()
                    .filter(|sentence| sentence.event < first && sentence.kind != Some(Kind::Question));
                before
                    .filter(|sentence| !sentence.asked.contains("Why"))
                    .filter_map(|sentence| reading::reason(&sentence.tokens))
                    .next_back()
                    .filter(|reason| *reason != Reason::Other)
            })
    }

    pub fn was_done(&self, name: &str, order: &str) -> bool {
        self.memory.talk.writes().any(|call| call.name == name && call.argument("order_id") == order && !call.failed())
    }

    /// One item of an order is not wanted.
    pub fn take_out(&mut self, job: &Job) -> Option<Step> {
        if self.is_anothers(&job.order) {
            return None;
        }
        if self.desk.follows(Rule::WholeOrder) || self.desk.follows(Rule::Refuse) {
            self.desk.tell(format!(
                "I am sorry, single items can't be taken out of order {}: it can only be cancelled as a whole, so I leave it \
                 as it is.",
                job.order
            ));
            return None;
        }
        self.cancel(&Job { kind: Kind::Cancel, ..job.clone() })
    }
}
