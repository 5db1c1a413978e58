//! Returning delivered items.

use serde_json::Value;

use super::jobs::Job;
use super::money::Payer;
use super::{Mind, arguments};
use crate::cast::agent::Step;
use crate::cast::agent::hearing::{Answer, answer};
use crate::cast::agent::retail::items::{self, Wish};
use crate::cast::agent::retail::reading::{self, Kind, Means, Sentence};
use crate::cast::agent::retail::records::{Item, Method, Order, dollars};
use crate::cast::agent::retail::speech;
use crate::cast::rules::Rule;

impl Mind<'_> {
    pub fn give_back(&mut self, job: &Job) -> Option<Step> {
        if self.is_anothers(&job.order)
            || self.was_done("return_delivered_order_items", &job.order) && self.desk.follows(Rule::CollectItems)
        {
            return None;
        }
        let order = match self.order(&job.order) {
            Ok(order) => order,
            Err(step) => return step,
        };
        if self.desk.follows(Rule::CheckStatus) && order.status != "delivered" && !order.status.contains("requested") {
            return self.not_returnable(job, order);
        }
        let methods = match self.methods_of(order) {
            Ok(methods) => methods,
            Err(step) => return step,
        };
        let mut wanted = self.returned_items(job, order);
        if wanted.is_empty() {
            if let [only] = order.items.as_slice() {
                wanted.push(only);
            } else {
                return self.desk.ask(&speech::ask_items(&order.id));
            }
        }
        if self.desk.follows(Rule::CollectItems) {
            let question = speech::ask_more(&order.id, false);
            if !self.memory.talk.said(&question) && wanted.len() < order.items.len() {
                return Some(self.desk.say(&question));
            }
        }
        let method = match self.refund_method(job, order, methods) {
            Ok(method) => method,
            Err(step) => return step,
        };
        if self.desk.follows(Rule::CollectItems) {
            return self.book_return(order, &wanted, method);
        }
        // Item by item, as one hears of them; after the first the order takes no more.
        for item in wanted {
            if let Some(step) = self.book_return(order, &[item], method) {
                return Some(step);
            }
        }
        None
    }

    fn book_return(&mut self, order: &Order, wanted: &[&Item], method: &Method) -> Option<Step> {
        let names: Vec<String> = wanted.iter().map(|item| speech::named(item)).collect();
        let sum: i64 = wanted.iter().map(|item| item.price).sum();
        let amount = if self.desk.follows(Rule::SayFigures) { dollars(sum) } else { "the money".to_owned() };
        let description = format!(
            "I will return from order {}: {}; {amount} will be refunded to your {}.",
            order.id,
            names.join("; "),
            method.spoken()
        );
        let ids: Vec<Value> = wanted.iter().map(|item| Value::from(item.item_id.as_str())).collect();
        let arguments = arguments([
            ("order_id", order.id.as_str().into()),
            ("item_ids", ids.into()),
            ("payment_method_id", method.id.as_str().into()),
        ]);
        self.desk.write("return_delivered_order_items", arguments, &description)
    }

    /// The order is not there yet: what fits is offered.
    fn not_returnable(&mut self, job: &Job, order: &Order) -> Option<Step> {
        if order.status != "pending" {
            self.desk.tell(format!(
                "I am sorry, order {} is {}, so nothing can be returned from it.",
                order.id, order.status
            ));
            return None;
        }
        if self.sentences.iter().any(|sentence| {
            sentence.kind == Some(Kind::Cancel)
                && (sentence.orders.contains(&order.id) || sentence.asked.contains(&order.id))
        }) {
            return None;
        }
        let offer = format!(
            "Order {} is still pending, so nothing can be returned from it. It can be cancelled instead. Do you want that?",
            order.id
        );
        let Some(reply) = self.memory.talk.answer_to(&offer) else {
            return Some(self.desk.say(&offer));
        };
        match answer(&reply) {
            Answer::Yes => self.cancel(&Job { kind: Kind::Cancel, ..job.clone() }),
            Answer::No | Answer::Neither => {
                self.desk.tell(speech::LEFT.to_owned());
                None
            }
        }
    }

    /// Sentences about items of an order, the request's own and later ones.
    pub fn talk_of<'b>(&'b self, job: &'b Job, order: &'b Order) -> impl Iterator<Item = &'b Sentence> {
        let first = job.sentences.first().map_or(0, |at| self.sentences[*at].event);
        self.sentences
            .iter()
            .enumerate()
            .filter(move |(at, sentence)| {
                let later = sentence.event >= first
                    && sentence.kind.is_none()
                    && (sentence.orders.is_empty() || sentence.orders.contains(&order.id))
                    && !self.mentions_in(sentence, order).is_empty();
                job.sentences.contains(at) || later
            })
            .map(|(_, sentence)| sentence)
    }

    /// The items that are to go back; those held several times as often as wanted.
    fn returned_items<'b>(&self, job: &Job, order: &'b Order) -> Vec<&'b Item> {
        let mut chosen: Vec<usize> = Vec::new();
        for sentence in self.talk_of(job, order) {
            if is_limit(sentence) {
                continue;
            }
            let mentions = self.mentions_in(sentence, order);
            let everything = ["everything", "all items", "all the items", "whole order", "entire order", "all of them"];
            if mentions.is_empty() && everything.iter().any(|words| sentence.has_phrase(words)) {
                chosen = (0..order.items.len()).collect();
            }
            for wish in items::wishes(&sentence.tokens, &mentions) {
                let fitting = held(order, &wish, &sentence.tokens);
                if wish.stays {
                    chosen.retain(|at| !fitting.contains(at));
                    continue;
                }
                if wish.only {
                    chosen.clear();
                }
                let count = if wish.count == 0 { fitting.len() } else { wish.count };
                let missing = count.saturating_sub(fitting.iter().filter(|at| chosen.contains(at)).count());
                let new: Vec<usize> = fitting.into_iter().filter(|at| !chosen.contains(at)).take(missing).collect();
                chosen.extend(new);
            }
        }
        chosen.iter().filter_map(|at| order.items.get(*at)).collect()
    }

    fn refund_method<'m>(
        &mut self,
        job: &Job,
        order: &Order,
        methods: &'m [Method],
    ) -> Result<&'m Method, Option<Step>> {
        let question = speech::ask_refund(&order.id);
        // Several returns often have one answer.
        let asked_before = self.sentences.iter().any(|sentence| sentence.asked.contains("should the refund go"));
        let mut wished = self.wished_pay(&question, &job.sentences, false);
        if wished.is_empty() {
            wished = self.told_refund(job);
        }
        if wished.is_empty() && self.desk.follows(Rule::RefundDestination) {
            let unanswered = self.memory.talk.said(&question) && asked_before;
            if !unanswered || self.memory.talk.answer_to(&question).is_none() {
                return Err(Some(self.desk.say(&question)));
            }
            if let Some(step) = self.desk.ask(&question) {
                return Err(Some(step));
            }
        }
        let original = Mind::original(methods, order);
        for pay in &wished {
            match Mind::payer(methods, pay, order) {
                Payer::Method(method) if method.is_gift_card() || method.id == order.paid_with => return Ok(method),
                _ => {}
            }
        }
        if !wished.is_empty() {
            self.desk.tell(format!(
                "The refund for order {} can only go to the original payment method or to a gift card of yours.",
                order.id
            ));
            if let Some(step) = self.desk.ask(&question).filter(|_| wished != [Means::Original]) {
                return Err(Some(step));
            }
        }
        original.ok_or(None)
    }

    /// Where the customer said, without being asked, that the money should go.
    fn told_refund(&self, job: &Job) -> Vec<Means> {
        let first = job.sentences.first().map_or(0, |at| self.sentences[*at].event);
        let told = self.sentences.iter().filter(|sentence| {
            sentence.event >= first
                && sentence.kind.is_none()
                && !sentence.asked.contains("payment method should")
                && (sentence.has(&["money", "refund", "refunded", "back"]) || sentence.asked.contains("refund"))
        });
        told.map(|sentence| reading::pays(&sentence.tokens)).rfind(|pays| !pays.is_empty()).unwrap_or_default()
    }
}

/// A sentence that sets a price above which something is not wanted.
pub fn is_limit(sentence: &Sentence) -> bool {
    sentence.has(&["if"]) && (sentence.has_phrase("more than") || sentence.has(&["exceeds", "above", "over"]))
}

/// The positions of the items that a wish names, best fitting first.
pub fn held(order: &Order, wish: &Wish, sentence: &[crate::cast::words::Token]) -> Vec<usize> {
    let own: Vec<(usize, &Item)> =
        order.items.iter().enumerate().filter(|(_, item)| item.name == wish.product).collect();
    let described = |item: &Item| {
        let product = super::swap::as_product(item);
        let near = items::options_named(&wish.held, &product, None).len();
        let anywhere = items::options_named(sentence, &product, None).len();
        (near, anywhere)
    };
    let mut scored: Vec<((usize, usize), usize)> = own.iter().map(|(at, item)| (described(item), *at)).collect();
    scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let Some(best) = scored.first().map(|(score, _)| *score) else { return Vec::new() };
    // Equal ones all fit; a worse one only where nothing tells them apart.
    scored.into_iter().filter(|(score, _)| *score == best).map(|(_, at)| at).collect()
}
