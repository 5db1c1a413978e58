//! From sentences to jobs: what is to be done, and to which order.

use super::Mind;
use crate::cast::agent::Step;
use crate::cast::agent::retail::items::{self, Mention};
use crate::cast::agent::retail::reading::{Kind, Sentence, order_ids};
use crate::cast::agent::retail::records::Order;
use crate::cast::agent::retail::speech;
use crate::cast::rules::Rule;

/// One thing to be done to one order, or to none.
#[derive(Clone, Debug)]
pub struct Job {
    pub kind: Kind,
    /// Empty where it is about no order.
    pub order: String,
    /// The sentences that ask for it, by position.
    pub sentences: Vec<usize>,
}

enum Found {
    Orders(Vec<String>),
    /// It could not be found out.
    Unknown,
    First(Step),
}

impl Mind<'_> {
    /// The jobs in the order in which they are to be done.
    ///
    /// # Errors
    /// The step that is needed to know them.
    pub fn jobs(&mut self) -> Result<Vec<Job>, Step> {
        let mut jobs: Vec<Job> = Vec::new();
        let only_first = !self.desk.follows(Rule::FinishAll);
        let first = self.sentences.iter().position(|sentence| sentence.kind.is_some());
        for at in 0..self.sentences.len() {
            let sentence = self.sentences[at].clone();
            let Some(kind) = sentence.kind else { continue };
            // What is said in answer to a question about the first request belongs to it.
            let answers = !sentence.asked.is_empty() && !sentence.asked.contains(speech::ANYTHING_ELSE);
            let first_event = first.map(|first| self.sentences[first].event);
            let again = jobs.iter().any(|job| job.kind == kind);
            if only_first && first != Some(at) && !again && !(answers && Some(sentence.event) != first_event) {
                continue;
            }
            let orders = match kind {
                Kind::Question | Kind::ProfileAddress => vec![String::new()],
                _ => match self.orders_of(&sentence, kind, &jobs) {
                    Found::Orders(orders) => orders,
                    Found::First(step) => return Err(step),
                    Found::Unknown => {
                        self.desk.tell("I am sorry, I can't do that without knowing which order it is.".to_owned());
                        continue;
                    }
                },
            };
            for order in orders {
                let known =
                    jobs.iter_mut().find(|job| job.kind == kind && job.order == order && kind != Kind::Question);
                match known {
                    Some(job) => job.sentences.push(at),
                    None => jobs.push(Job { kind, order, sentences: vec![at] }),
                }
            }
        }
        if self.desk.follows(Rule::ItemsLast) {
            let locks = |job: &Job| job.kind == Kind::Swap;
            let waits = |job: &Job| jobs.iter().any(|other| other.order == job.order && !locks(other));
            let last: Vec<bool> = jobs.iter().map(|job| locks(job) && waits(job)).collect();
            let mut marks = last.iter();
            let mut later: Vec<Job> = jobs.clone();
            later.retain(|_| *marks.next().unwrap_or(&false));
            let mut marks = last.iter();
            jobs.retain(|_| !*marks.next().unwrap_or(&false));
            // Questions come after what they may ask about.
            let place = jobs.iter().position(|job| job.kind == Kind::Question).unwrap_or(jobs.len());
            jobs.splice(place..place, later);
        }
        Ok(jobs)
    }

    /// The names of all products that are known.
    pub fn product_names(&self) -> Vec<&str> {
        let ordered = self.memory.orders.values().flat_map(|order| &order.items).map(|item| item.name.as_str());
        let carried = self.memory.catalogue.iter().map(|(name, _)| name.as_str());
        ordered.chain(carried).collect()
    }

    /// The products of an order that a sentence names.
    pub fn mentions_in(&self, sentence: &Sentence, order: &Order) -> Vec<Mention> {
        items::mentions(&sentence.tokens, order.items.iter().map(|item| item.name.as_str()))
    }

    fn orders_of(&mut self, sentence: &Sentence, kind: Kind, jobs: &[Job]) -> Found {
        let mut named = sentence.orders.clone();
        if kind == Kind::OrderAddress {
            let source = self.address_source(sentence);
            named.retain(|id| Some(id) != source.as_ref());
        }
        if !named.is_empty() {
            return Found::Orders(named);
        }
        let own: Vec<String> = jobs.iter().filter(|job| job.kind == kind).map(|job| job.order.clone()).collect();
        // An answer to a question about an order is about that order, unless it names another one's product.
        let asked: Vec<String> = order_ids(&sentence.asked);
        let names_another = |mind: &Self| {
            let anywhere = items::mentions(&sentence.tokens, mind.product_names());
            !anywhere.is_empty()
                && !asked
                    .iter()
                    .filter_map(|id| mind.memory.orders.get(id))
                    .any(|order| !mind.mentions_in(sentence, order).is_empty())
        };
        if !asked.is_empty() && !sentence.asked.contains(speech::ANYTHING_ELSE) && !names_another(self) {
            return Found::Orders(asked);
        }
        if self.desk.follows(Rule::FindOrder) {
            match self.search(sentence, kind) {
                Found::Unknown => {}
                found => return found,
            }
        }
        if let Some(given) = self.memory.talk.answer_to(speech::ASK_ORDER) {
            let given = order_ids(&given);
            if !given.is_empty() {
                return Found::Orders(given);
            }
        }
        if !own.is_empty() && !names_another(self) {
            return Found::Orders(own);
        }
        let last = self.last_named(sentence);
        if let Some(last) = last.filter(|_| !names_another(self)) {
            return Found::Orders(vec![last]);
        }
        if self.memory.talk.said(speech::ASK_ORDER) {
            return Found::Unknown;
        }
        let step = self.desk.say(speech::ASK_ORDER);
        Found::First(step)
    }

    /// The order that the customer named last before this sentence.
    fn last_named(&self, sentence: &Sentence) -> Option<String> {
        self.sentences
            .iter()
            .filter(|other| other.event <= sentence.event && other.kind != Some(Kind::Question))
            .filter_map(|other| other.orders.last())
            .next_back()
            .cloned()
    }

    /// Looks through the customer's orders.
    fn search(&mut self, sentence: &Sentence, kind: Kind) -> Found {
        let Some(profile) = &self.memory.profile else { return Found::Unknown };
        for id in &profile.orders {
            if !self.memory.orders.contains_key(id)
                && let Some(step) = self.desk.look_up("get_order_details", &[("order_id", id)])
            {
                return Found::First(step);
            }
        }
        let all: Vec<&Order> = profile.orders.iter().filter_map(|id| self.memory.orders.get(id)).collect();
        let names: Vec<&str> = all.iter().flat_map(|order| &order.items).map(|item| item.name.as_str()).collect();
        let wanted: Vec<String> =
            items::mentions(&sentence.tokens, names).into_iter().map(|mention| mention.product).collect();
        let holds = |order: &Order, product: &String| order.items.iter().any(|item| item.name == *product);
        let mut fitting: Vec<&Order> =
            all.iter().filter(|order| wanted.iter().all(|product| holds(order, product))).copied().collect();
        if fitting.is_empty() {
            fitting = all.iter().filter(|order| wanted.iter().any(|product| holds(order, product))).copied().collect();
        }
        let checks = self.desk.follows(Rule::CheckStatus);
        let hints: &[(&[&str], &str)] =
            &[(&["pending", "open", "unsent"], "pending"), (&["delivered", "received", "arrived", "got"], "delivered")];
        let narrow = |fitting: &mut Vec<&Order>, keep: &dyn Fn(&Order) -> bool| {
            if fitting.iter().any(|order| keep(order)) {
                fitting.retain(|order| keep(order));
            }
        };
        for (words, status) in hints {
            if sentence.has(words) {
                narrow(&mut fitting, &|order| order.status.starts_with(status));
            }
        }
        let several = sentence.has(&["both", "all", "each", "every", "orders"]);
        if checks {
            let suits = |order: &Order| match kind {
                Kind::Cancel | Kind::TakeOut | Kind::Payment | Kind::OrderAddress => order.is_pending(),
                Kind::Return | Kind::Report => order.status == "delivered",
                _ => order.is_pending() || order.status == "delivered",
            };
            narrow(&mut fitting, &suits);
        }
        if several && (!wanted.is_empty() || kind == Kind::OrderAddress) {
            return Found::Orders(fitting.iter().map(|order| order.id.clone()).collect());
        }
        match fitting.as_slice() {
            [] => Found::Unknown,
            [only] => Found::Orders(vec![only.id.clone()]),
            _ if wanted.is_empty() => {
                let last = self.last_named(sentence).or_else(|| last_told(sentence));
                last.map_or(Found::Unknown, |last| Found::Orders(vec![last]))
            }
            [first, ..] => Found::Orders(vec![first.id.clone()]),
        }
    }
}

/// The order that the agent named last before a sentence.
fn last_told(sentence: &Sentence) -> Option<String> {
    order_ids(&sentence.asked).pop()
}
