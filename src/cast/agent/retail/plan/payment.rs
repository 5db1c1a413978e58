//! Having an order paid another way.

use super::jobs::Job;
use super::money::{Payer, covers};
use super::{Mind, arguments};
use crate::cast::agent::Step;
use crate::cast::agent::retail::reading::Kind;
use crate::cast::agent::retail::records::{Method, dollars};
use crate::cast::agent::retail::speech;
use crate::cast::rules::Rule;

impl Mind<'_> {
    pub fn change_payment(&mut self, job: &Job, jobs: &[Job]) -> Option<Step> {
        if self.is_anothers(&job.order) || self.was_done("modify_pending_order_payment", &job.order) {
            return None;
        }
        let order = match self.order(&job.order) {
            Ok(order) => order,
            Err(step) => return step,
        };
        if self.desk.follows(Rule::CheckStatus) && order.status != "pending" {
            self.desk
                .tell(format!("I am sorry, order {} is {}, so its payment can't be changed.", order.id, order.status));
            return None;
        }
        let methods = match self.methods_of(order) {
            Ok(methods) => methods,
            Err(step) => return step,
        };
        let question = speech::ask_payment(&order.id);
        let wished = self.wished_pay(&question, &job.sentences, false);
        if wished.is_empty() {
            return self.desk.ask(&question);
        }
        let extra = if self.desk.follows(Rule::GiftCardBalance) {
            jobs.iter()
                .find(|other| other.kind == Kind::Swap && other.order == job.order)
                .map_or(0, |swap| self.swap_difference(swap).max(0))
        } else {
            0
        };
        let due = order.total() + extra;
        let mut chosen: Option<&Method> = None;
        for pay in &wished {
            match Self::payer(methods, pay, order) {
                Payer::NotTheirs => {
                    self.desk.tell("I am sorry, I can't find that payment method in your profile.".to_owned())
                }
                Payer::Method(method) if self.desk.follows(Rule::GiftCardBalance) && !covers(method, due) => {
                    self.desk.tell(format!(
                        "Your gift card holds {}, which is not enough for the {} of order {}.",
                        dollars(method.balance.unwrap_or_default()),
                        dollars(due),
                        order.id
                    ));
                }
                Payer::Method(method) => {
                    chosen = Some(method);
                    break;
                }
            }
        }
        let Some(method) = chosen else {
            self.desk.tell(format!("So I can't change the payment of order {} and leave it as it is.", order.id));
            return None;
        };
        if method.id == order.paid_with {
            self.desk.tell(format!("Order {} is already paid with your {}.", order.id, method.spoken()));
            return None;
        }
        let exact = self.desk.follows(Rule::SayFigures);
        let description = format!(
            "I will change the payment of order {}: {} will be paid with your {}.",
            order.id,
            speech::amount(order.total(), exact),
            method.spoken()
        );
        let arguments =
            arguments([("order_id", order.id.as_str().into()), ("payment_method_id", method.id.as_str().into())]);
        self.desk.write("modify_pending_order_payment", arguments, &description)
    }
}
