//! Answers to what is asked about the open goals.

use super::{Dialogue, air};
use crate::cast::customer::agenda::Goal;
use crate::cast::customer::hear::{Act, Heard};
use crate::cast::customer::progress::{Fact, Progress};
use crate::cast::customer::speak;
use crate::cast::customer::words::holds;

impl Dialogue<'_> {
    /// Answers what is asked about the open goals.
    pub(super) fn give_facts(&mut self, heard: &Heard, said: &mut Vec<String>) {
        let open = self.open_goals();
        let mut answer = |dialogue: &mut Self,
                          act: Act,
                          fact: Fact,
                          of: &dyn Fn(&Goal, &Progress) -> Option<String>,
                          otherwise: &str| {
            if !heard.does(act) {
                return;
            }
            let mut answers: Vec<String> = Vec::new();
            for at in &open {
                if let Some(words) = of(dialogue.goal(*at), &dialogue.progress[*at]) {
                    dialogue.progress[*at].tell(fact);
                    if !answers.contains(&words) {
                        answers.push(words);
                    }
                }
            }
            if answers.is_empty() && !otherwise.is_empty() {
                answers.push(otherwise.to_owned());
            }
            said.extend(answers);
        };
        let unknown = if heard.text.contains("reservation") {
            "I don't know the reservation number."
        } else {
            "I don't know the order number."
        };
        answer(self, Act::AskOrder, Fact::Order, &order_answer, unknown);
        answer(
            self,
            Act::AskReason,
            Fact::Reason,
            &|goal, _| goal.reason.as_ref().map(|reason| format!("{reason}.")),
            "I have no particular reason.",
        );
        answer(self, Act::AskRefund, Fact::Refund, &refund_answer, "Back to how I paid, please.");
        if !heard.does(Act::AskRefund) {
            answer(self, Act::AskPayment, Fact::Pay, &payment_answer, "I don't mind.");
        }
        self.give_trip_facts(heard, said);
        let mut said_address = Vec::new();
        if heard.does(Act::AskAddress) {
            let address = open.iter().find_map(|at| self.goal(*at).address.as_ref());
            said_address.push(match address {
                Some(address) if address.described.is_some() => {
                    format!("I don't have it in my head. It is {}.", speak::lines(address))
                }
                Some(address) => format!("It is {}.", speak::lines(address)),
                None => "I don't have the address at hand.".to_owned(),
            });
        }
        said.extend(said_address);
        if heard.does(Act::Question) {
            for at in &open {
                for answer in &self.goal(*at).answers {
                    let cued = answer.cues.iter().any(|cue| holds(&heard.text, cue));
                    if cued && !said.contains(&answer.say) && !heard.does(Act::Propose) {
                        said.push(answer.say.clone());
                    }
                }
            }
        }
    }
}

fn order_answer(goal: &Goal, _: &Progress) -> Option<String> {
    if let Some(trip) = &goal.trip {
        return air::number(trip);
    }
    let order = goal.order.as_ref()?;
    Some(if order.known {
        format!("It is order {}.", order.id)
    } else {
        format!("I don't know the order number. It is {}.", speak::the_order(order))
    })
}

fn refund_answer(goal: &Goal, _: &Progress) -> Option<String> {
    goal.refund.as_ref().map(speak::refund).or_else(|| (!goal.pay.is_empty()).then(|| speak::payment(&goal.pay)))
}

fn payment_answer(goal: &Goal, progress: &Progress) -> Option<String> {
    if let Some(words) = goal.trip.as_ref().and_then(|trip| trip.pays.clone()) {
        return Some(words);
    }
    match goal.pay.as_slice() {
        [] => goal.refund.as_ref().map(speak::refund),
        [first, second, ..] if first.gift_card && progress.told(Fact::Short) => {
            Some(format!("Then my {}, please.", second.say))
        }
        pay => Some(speak::payment(pay)),
    }
}
