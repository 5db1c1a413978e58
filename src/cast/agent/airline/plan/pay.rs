//! Which payment method is meant, and what it can pay.

use serde_json::Value;

use super::Mind;
use super::jobs::Job;
use crate::cast::agent::Step;
use crate::cast::agent::airline::reading::{self, Means};
use crate::cast::agent::airline::records::{Method, Money, Profile, Reservation, dollars};
use crate::cast::agent::airline::speech;
use crate::cast::rules::Rule;

impl<'a> Mind<'a> {
    /// Who settles a difference.
    ///
    /// # Errors
    /// The question that is needed to know it; nothing once it can't be known.
    pub fn settler(&mut self, job: &Job, reservation: &Reservation, amount: Money) -> Result<&'a Method, Option<Step>> {
        let profile = self.owner(reservation).map_err(Some)?;
        let original = || {
            let id = reservation.payments.first().map(|(id, _)| id.as_str()).unwrap_or_default();
            let own = profile.method(id).filter(|method| !method.is("certificate"));
            own.or_else(|| profile.methods.iter().find(|method| !method.is("certificate")))
        };
        let mut wished: Vec<&Method> = Vec::new();
        for at in self.told(job) {
            let sentence = &self.sentences[at];
            let means = reading::pays(&sentence.text);
            // “Then my visa, please.” takes the place of what was said; “otherwise” adds to it.
            let adds = sentence.has(&["otherwise", "else"]) && means.len() == 1;
            if !means.is_empty() && !adds {
                wished.clear();
            }
            for means in means {
                let found = if means == Means::Original { original() } else { method(profile, &means, &wished) };
                wished.extend(found.filter(|method| !method.is("certificate")));
            }
        }
        if self.desk.follows(Rule::GiftCardBalance) {
            let short = wished.iter().find(|method| method.amount.is_some_and(|holds| holds < amount)).copied();
            wished.retain(|method| method.amount.is_none_or(|holds| holds >= amount));
            if let Some(short) = short {
                let holds = dollars(short.amount.unwrap_or_default());
                self.desk
                    .tell(format!("Your gift card holds only {holds}, which is not enough for {}.", dollars(amount)));
            }
        }
        if let Some(method) = wished.first() {
            return Ok(method);
        }
        if self.desk.follows(Rule::PaymentMethod) && amount != 0 {
            let question = speech::ask_settling(&reservation.id);
            if let Some(step) = self.desk.ask(&question) {
                return Err(Some(step));
            }
        }
        original().ok_or(None)
    }

    /// What each payment method pays of a booking.
    ///
    /// # Errors
    /// The question that is needed to know it; nothing once it can't be paid.
    pub fn split(
        &mut self,
        profile: &'a Profile,
        texts: &[&str],
        total: Money,
    ) -> Result<Vec<(&'a Method, Money)>, Option<Step>> {
        let mut wished: Vec<&Method> = Vec::new();
        let mut certificates: Vec<&Method> = Vec::new();
        for means in texts.iter().flat_map(|text| reading::pays(text)) {
            if let Means::Certificate { worth, .. } = means {
                let own = profile.methods.iter().filter(|method| method.is("certificate"));
                let named = own.clone().find(|method| worth.is_some_and(|worth| method.amount == Some(worth * 100)));
                match named {
                    Some(named) => certificates = vec![named],
                    None if certificates.len() != 1 || worth.is_none() => certificates = own.collect(),
                    None => {}
                }
            } else if let Some(found) = method(profile, &means, &wished) {
                wished.push(found);
            }
        }
        let asks = self.desk.follows(Rule::PaymentMethod) || self.desk.follows(Rule::SplitPayment);
        if wished.is_empty()
            && certificates.is_empty()
            && asks
            && let Some(step) = self.desk.ask(speech::ASK_PAYMENT)
        {
            return Err(Some(step));
        }
        let card = || profile.methods.iter().find(|method| method.is("credit_card"));
        if !self.desk.follows(Rule::SplitPayment) {
            // Everything on one card.
            let named = wished.iter().copied().rfind(|method| method.is("credit_card"));
            let one = named.or_else(card).or_else(|| profile.methods.first());
            return one.map(|one| vec![(one, total)]).ok_or(None);
        }
        let mut parts = Vec::new();
        let mut rest = total;
        // At most one certificate, the one that is worth more.
        let certificate = certificates.into_iter().max_by_key(|method| method.amount);
        let mut gift_cards: Vec<&Method> = wished.iter().copied().filter(|method| method.is("gift_card")).collect();
        gift_cards.truncate(3);
        for method in certificate.into_iter().chain(gift_cards) {
            let part = method.amount.unwrap_or(rest).min(rest);
            if part > 0 {
                parts.push((method, part));
                rest -= part;
            }
        }
        if rest > 0 {
            let named = wished.iter().copied().find(|method| method.is("credit_card"));
            parts.push((named.or_else(card).ok_or(None)?, rest));
        }
        Ok(parts)
    }
}

/// The method of the profile that is meant and not yet taken.
fn method<'p>(profile: &'p Profile, means: &Means, taken: &[&Method]) -> Option<&'p Method> {
    let free = |method: &&Method| taken.iter().all(|own| own.id != method.id);
    let mut methods = profile.methods.iter().filter(free);
    match means {
        Means::GiftCard => methods.find(|method| method.is("gift_card")),
        Means::Certificate { .. } => methods.find(|method| method.is("certificate")),
        Means::Card(which) if which.is_empty() => {
            if taken.iter().any(|own| own.is("credit_card")) {
                return None;
            }
            methods.find(|method| method.is("credit_card"))
        }
        Means::Card(which) => methods.find(|method| method.brand == *which || method.last_four == *which),
        Means::Original => None,
    }
}

/// An amount as tools take it: whole dollars where it is whole.
pub fn figure(money: Money) -> Value {
    if money % 100 == 0 { Value::from(money / 100) } else { Value::from(money as f64 / 100.0) }
}
