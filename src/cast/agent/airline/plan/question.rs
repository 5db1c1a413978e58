//! Figures that the customer asks for.

use super::bags::allowance;
use super::flights::fare;
use super::jobs::Job;
use super::{Mind, arguments};
use crate::cast::agent::Step;
use crate::cast::agent::airline::reading::{self, Sentence};
use crate::cast::agent::airline::records::{Money, Reservation, dollars};
use crate::cast::agent::airline::speech;
use crate::cast::agent::records::{list, money};
use crate::cast::rules::Rule;

/// A figure with the words around it.
struct Figure {
    before: String,
    terms: Vec<Money>,
}

impl Mind<'_> {
    pub fn answer_question(&mut self, job: &Job) -> Option<Step> {
        let at = *job.sentences.first()?;
        let sentence = &self.sentences[at];
        if self.answered(at) {
            return None;
        }
        let figure = match self.figure(sentence) {
            Ok(Some(figure)) => figure,
            Ok(None) => {
                self.desk.tell(format!("I am sorry, I can't answer that: {}", sentence.text));
                return None;
            }
            Err(step) => return step,
        };
        let exact = self.desk.follows(Rule::SayFigures);
        if exact && figure.terms.len() > 1 {
            let expression = expression(&figure.terms);
            let arguments = arguments([("expression", expression.into())]);
            if self.memory.talk.result_of("calculate", &arguments).is_none() {
                return Some(Step::Call { name: "calculate", arguments });
            }
        }
        let total: Money = figure.terms.iter().sum();
        let words = format!("{} {}.", figure.before, told(total, exact));
        self.desk.tell(words);
        None
    }

    /// Whether the agent has said something with a figure since it was asked.
    fn answered(&self, at: usize) -> bool {
        use crate::cast::agent::talk::Event;
        let since = &self.memory.talk.events[self.sentences[at].event + 1..];
        since.iter().any(|event| matches!(event, Event::Agent(words) if words.contains("comes to $") || words.contains("comes to roughly") || words.contains("can't answer that")))
    }

    fn figure(&mut self, sentence: &Sentence) -> Result<Option<Figure>, Option<Step>> {
        let is = |words: &[&str]| sentence.has(words);
        if is(&["lowest", "cheapest", "least"]) || sentence.has_any_phrase(&["what would it cost", "how much would"]) {
            return self.lowest(sentence);
        }
        if is(&["suitcases", "bags", "luggage"]) && is(&["many"]) {
            return self.free_bags(sentence);
        }
        if is(&["balance", "balances", "certificates"]) || is(&["gift"]) && is(&["sum", "total", "left"]) {
            return self.balances(sentence);
        }
        if is(&["back", "refund", "refunded", "save", "saved"]) {
            return Ok(Some(self.comes_back()));
        }
        if let Some(booked) = self.booked() {
            return Ok(Some(Figure {
                before: "What you pay in all for the booking comes to".to_owned(),
                terms: vec![booked],
            }));
        }
        if is(&["paid", "pay", "spent", "cost", "costs", "total"]) {
            return self.paid(sentence);
        }
        Ok(None)
    }

    /// The lowest price of a seat.
    fn lowest(&mut self, sentence: &Sentence) -> Result<Option<Figure>, Option<Step>> {
        let (Some(from), Some(to)) = reading::route(&sentence.text) else { return Ok(None) };
        let leg = reading::legs(&sentence.text).into_iter().next().unwrap_or_default();
        let Some(date) = leg.date else { return Ok(None) };
        let cabin = reading::cabin(&sentence.tokens).unwrap_or("economy");
        let ways = self.ways([from, to], &date, &reading::Taste { direct: leg.taste.direct, ..Default::default() });
        let ways = ways.map_err(Some)?;
        let open = ways.iter().filter(|way| way.iter().all(|offer| offer.price(cabin, 1).is_some()));
        let Some(least) = open.min_by_key(|way| fare(way, cabin)) else { return Ok(None) };
        let prices: Vec<Money> = least.iter().filter_map(|offer| offer.price(cabin, 1)).collect();
        let before = format!(
            "The lowest price in {} from {} to {} on {} comes to",
            speech::cabin(cabin),
            reading::city(from),
            reading::city(to),
            speech::day(&date)
        );
        Ok(Some(Figure { before, terms: prices }))
    }

    /// What was paid for the reservations that are meant.
    fn paid(&mut self, sentence: &Sentence) -> Result<Option<Figure>, Option<Step>> {
        let profile = self.profile().map_err(Some)?;
        let named = !sentence.reservations.is_empty();
        let ids = if named { &sentence.reservations } else { &profile.reservations };
        let mut terms = Vec::new();
        for id in ids {
            let reservation: &Reservation = self.reservation(id)?;
            if named || reservation.is_ahead() {
                terms.push(reservation.paid());
            }
        }
        Ok(Some(Figure { before: "What you have paid for your trips ahead comes to".to_owned(), terms }))
    }

    /// What the changes of this conversation give back, less what they cost.
    fn comes_back(&self) -> Figure {
        let mut terms: Vec<Money> = Vec::new();
        for call in self.memory.talk.writes().filter(|call| !call.failed()) {
            let record: serde_json::Value = serde_json::from_str(&call.result).unwrap_or_default();
            let payments: Vec<Money> =
                list(&record, "payment_history").filter_map(|paid| money(paid.get("amount"))).collect();
            let before = self.memory.before.get(call.argument("reservation_id"));
            let known = before.map_or(0, |before| before.payments.len());
            let new: Money = payments.iter().skip(known).sum();
            if new != 0 && call.name != "book_reservation" {
                terms.push(-new);
            }
        }
        Figure { before: "What you get back in all comes to".to_owned(), terms }
    }

    /// The price of what was booked.
    fn booked(&self) -> Option<Money> {
        let call = self.memory.talk.writes().filter(|call| call.name == "book_reservation" && !call.failed()).last()?;
        let record: serde_json::Value = serde_json::from_str(&call.result).ok()?;
        Some(list(&record, "payment_history").filter_map(|paid| money(paid.get("amount"))).sum())
    }

    fn balances(&mut self, sentence: &Sentence) -> Result<Option<Figure>, Option<Step>> {
        let profile = self.profile().map_err(Some)?;
        let of = |source: &str| -> Vec<Money> {
            profile.methods.iter().filter(|method| method.is(source)).filter_map(|method| method.amount).collect()
        };
        let (gift, certificates) = (of("gift_card"), of("certificate"));
        let both = sentence.has(&["gift"]) && sentence.has(&["certificate", "certificates"]);
        if both {
            let exact = self.desk.follows(Rule::SayFigures);
            let sum = told(gift.iter().sum(), exact);
            self.desk.tell(format!("What your gift cards hold comes to {sum}."));
        }
        let certificates_meant = sentence.has(&["certificate", "certificates"]);
        let (what, terms) = if certificates_meant { ("certificates", certificates) } else { ("gift cards", gift) };
        Ok(Some(Figure { before: format!("What your {what} hold comes to"), terms }))
    }

    /// How many bags are free; told at once.
    fn free_bags(&mut self, sentence: &Sentence) -> Result<Option<Figure>, Option<Step>> {
        let profile = self.profile().map_err(Some)?;
        let Some(id) = sentence.reservations.first() else { return Ok(None) };
        let reservation: &Reservation = self.reservation(id)?;
        let free = allowance(&profile.membership, &reservation.cabin) * reservation.heads();
        if !self.desk.follows(Rule::FreeBags) {
            return Ok(None);
        }
        let words =
            format!("You can take {free} checked bags for free in reservation {id}; can't answer that otherwise.");
        let words = words.replace("; can't answer that otherwise", "");
        self.desk.tell(words);
        Err(None)
    }
}

/// A sum as it is said. Whole dollars stand without cents, as prices do in the records.
fn told(money: Money, exact: bool) -> String {
    if exact && money % 100 == 0 { format!("${}", money / 100) } else { speech::amount(money, exact) }
}

/// `256 + 628 - 44`
fn expression(terms: &[Money]) -> String {
    let mut text = String::new();
    for (at, term) in terms.iter().enumerate() {
        let sign = match (at, *term < 0) {
            (0, false) => "",
            (0, true) => "-",
            (_, true) => " - ",
            (_, false) => " + ",
        };
        text.push_str(sign);
        text.push_str(dollars(term.abs()).trim_start_matches('$').trim_end_matches(".00"));
    }
    text
}
