//! Which payment method of the profile is meant, and what a gift card holds.

use super::Mind;
use crate::cast::agent::Step;
use crate::cast::agent::retail::reading::{self, Means};
use crate::cast::agent::retail::records::{Method, Money, Order};

/// What can be paid with.
pub enum Payer<'a> {
    Method(&'a Method),
    /// The customer named it, and the profile does not have it.
    NotTheirs,
}

impl<'a> Mind<'a> {
    /// Loads the profile of the order's owner.
    ///
    /// # Errors
    /// The call that is needed first; nothing where there is no such profile.
    pub fn methods_of(&mut self, order: &Order) -> Result<&'a [Method], Option<Step>> {
        if let Some(profile) = &self.memory.profile {
            return Ok(&profile.methods);
        }
        if let Some(step) = self.desk.look_up("get_user_details", &[("user_id", &order.user_id)]) {
            return Err(Some(step));
        }
        self.desk.tell("I am sorry, I can't see the payment methods.".to_owned());
        Err(None)
    }

    /// What the customer said to a question, else in these sentences, else anywhere else where payment came up.
    pub fn wished_pay(&self, question: &str, sentences: &[usize], elsewhere: bool) -> Vec<Means> {
        let said = |filter: &dyn Fn(usize, &reading::Sentence) -> bool| {
            let mut found: Vec<Means> = Vec::new();
            for (at, sentence) in self.sentences.iter().enumerate() {
                if filter(at, sentence) {
                    let pays = reading::pays(&sentence.tokens);
                    if !pays.is_empty() {
                        // “Then my PayPal, please.” takes the place of what was said; “otherwise” adds to it.
                        let adds = sentence.has(&["otherwise", "else"]) && pays.len() == 1;
                        if !adds {
                            found.clear();
                        }
                        found.extend(pays);
                    }
                }
            }
            found
        };
        let asked = said(&|_, sentence| sentence.asked.contains(question));
        if !asked.is_empty() {
            return asked;
        }
        let events: Vec<usize> = sentences.iter().map(|at| self.sentences[*at].event).collect();
        let own = said(&|at, sentence| {
            sentences.contains(&at)
                || sentence.kind.is_none()
                    && events.contains(&sentence.event)
                    && !sentence.asked.contains("payment method")
        });
        if !own.is_empty() || !elsewhere {
            return own;
        }
        said(&|_, sentence| {
            (sentence.kind.is_none() || sentence.kind == Some(reading::Kind::Swap))
                && !sentence.asked.contains("refund")
        })
    }

    /// The method of the profile that is meant.
    pub fn payer(methods: &'a [Method], pay: &Means, order: &Order) -> Payer<'a> {
        let found = match pay {
            Means::GiftCard => methods.iter().find(|method| method.is_gift_card()),
            Means::Paypal => methods.iter().find(|method| method.source == "paypal"),
            Means::Original => methods.iter().find(|method| method.id == order.paid_with),
            Means::Card(which) => {
                let cards = || methods.iter().filter(|method| method.source == "credit_card");
                cards()
                    .find(|card| !which.is_empty() && (card.brand == *which || card.last_four == *which))
                    .or_else(|| if which.is_empty() { cards().next() } else { None })
            }
        };
        found.map_or(Payer::NotTheirs, Payer::Method)
    }

    /// The method an order was paid with, or any.
    pub fn original(methods: &'a [Method], order: &Order) -> Option<&'a Method> {
        methods.iter().find(|method| method.id == order.paid_with).or_else(|| methods.first())
    }
}

/// Whether a method can pay so much.
pub fn covers(method: &Method, amount: Money) -> bool {
    !method.is_gift_card() || method.balance.is_none_or(|balance| balance >= amount)
}
