//! Questions for figures.

use serde_json::Value;

use super::jobs::Job;
use super::{Mind, arguments};
use crate::cast::agent::Step;
use crate::cast::agent::retail::items;
use crate::cast::agent::retail::reading::{Sentence, order_ids};
use crate::cast::agent::retail::records::{Money, Order, Product, dollars};
use crate::cast::agent::retail::speech;
use crate::cast::agent::talk::{Call, Event};
use crate::cast::rules::Rule;

/// An answer: its words before and after the figure.
struct Figure {
    before: String,
    terms: Vec<Money>,
    after: &'static str,
}

impl Mind<'_> {
    pub fn answer_question(&mut self, job: &Job) -> Option<Step> {
        let at = *job.sentences.last()?;
        let sentence = self.sentences[at].clone();
        if self.is_answered(at) {
            return None;
        }
        let figure = match self.figure(&sentence) {
            Ok(figure) => figure,
            Err(step) => return step,
        };
        let sum: Money = figure.terms.iter().sum();
        if !self.desk.follows(Rule::SayFigures) {
            self.desk.tell(format!("{} {}{}.", figure.before, speech::roughly(sum), figure.after));
            return None;
        }
        if figure.terms.len() > 1 {
            let expression = expression(&figure.terms);
            let arguments = arguments([("expression", Value::from(expression))]);
            if self.memory.talk.result_of("calculate", &arguments).is_none() {
                return Some(Step::Call { name: "calculate", arguments });
            }
        }
        self.desk.tell(format!("{} {}{}.", figure.before, dollars(sum), figure.after));
        None
    }

    /// Whether the agent has spoken of it since: all that is due is said in the message after the question.
    fn is_answered(&self, at: usize) -> bool {
        let sentence = &self.sentences[at];
        let marks = [
            "comes to",
            "come to",
            "The price",
            "is left on",
            "goes back",
            "is above",
            "in stock",
            "I can't answer",
            "tracking",
            "is now",
            "are available",
            "address is",
        ];
        self.memory.talk.events[sentence.event..].iter().any(|event| match event {
            Event::Agent(words) => marks.iter().any(|mark| words.contains(mark)) && self.answers(words, sentence),
            _ => false,
        })
    }

    /// Whether words are the answer to this question rather than to another one.
    fn answers(&self, words: &str, sentence: &Sentence) -> bool {
        let about = topic(sentence);
        match about {
            Topic::Spent => words.contains("comes to"),
            Topic::Price | Topic::Gap => words.contains("The price"),
            Topic::Back => words.contains("goes back"),
            Topic::Balance => words.contains("is left on"),
            Topic::Count => words.contains("are available"),
            Topic::Tracking => words.contains("tracking"),
            Topic::Other => words.contains("I can't answer"),
        }
    }

    fn figure(&mut self, sentence: &Sentence) -> Result<Figure, Option<Step>> {
        match topic(sentence) {
            Topic::Back => self.money_back(),
            Topic::Balance => self.balance(),
            Topic::Price | Topic::Gap => self.price(sentence),
            Topic::Spent => self.spent(sentence),
            Topic::Count => self.count(sentence),
            Topic::Tracking => self.tracking(sentence),
            Topic::Other => self.no_answer(),
        }
    }

    fn no_answer<T>(&mut self) -> Result<T, Option<Step>> {
        self.desk.tell("I am sorry, I can't answer that question.".to_owned());
        Err(None)
    }

    /// What the changes of this conversation gave back.
    fn money_back(&mut self) -> Result<Figure, Option<Step>> {
        let terms: Vec<Money> =
            self.memory.talk.writes().filter(|call| !call.failed()).filter_map(|call| self.refunded(call)).collect();
        if terms.is_empty() {
            return self.no_answer();
        }
        Ok(Figure { before: "In all".to_owned(), terms, after: " goes back to you" })
    }

    fn refunded(&self, call: &Call) -> Option<Money> {
        let order = self.memory.orders.get(call.argument("order_id"))?;
        match call.name.as_str() {
            "cancel_pending_order" => Some(order.total()),
            "return_delivered_order_items" => {
                let ids = call.arguments.get("item_ids")?.as_array()?;
                let price = |id: &Value| {
                    order.items.iter().find(|item| Some(item.item_id.as_str()) == id.as_str()).map(|item| item.price)
                };
                Some(ids.iter().filter_map(price).sum())
            }
            _ => None,
        }
    }

    /// What is on the gift card, looked up again after every change.
    fn balance(&mut self) -> Result<Figure, Option<Step>> {
        if let Some(step) = self.known_customer() {
            return Err(Some(step));
        }
        let events = &self.memory.talk.events;
        let last_write = events
            .iter()
            .rposition(|event| matches!(event, Event::Call(call) if self.memory.talk.is_write(call) && !call.failed()));
        let last_look =
            events.iter().rposition(|event| matches!(event, Event::Call(call) if call.name == "get_user_details"));
        let user_id = self.memory.profile.as_ref().map(|profile| profile.user_id.clone()).unwrap_or_default();
        if last_write > last_look {
            let arguments = arguments([("user_id", user_id.into())]);
            return Err(Some(Step::Call { name: "get_user_details", arguments }));
        }
        let profile = self.memory.profile.as_ref();
        let card = profile.and_then(|profile| profile.methods.iter().find(|method| method.is_gift_card()));
        match card.and_then(|card| card.balance) {
            Some(balance) => Ok(Figure {
                before: "After all this".to_owned(),
                terms: vec![balance],
                after: " is left on your gift card",
            }),
            None => self.no_answer(),
        }
    }

    /// Loads the customer's profile, also where no rule asks for it.
    fn known_customer(&mut self) -> Option<Step> {
        if self.memory.profile.is_some() {
            return None;
        }
        let owner = self.memory.orders.values().next().map(|order| order.user_id.clone());
        match owner {
            Some(owner) => self.desk.look_up("get_user_details", &[("user_id", &owner)]),
            None => self.identify(true),
        }
    }

    /// The cheapest or dearest variant of a product, or how far they are apart.
    fn price(&mut self, sentence: &Sentence) -> Result<Figure, Option<Step>> {
        let product = self.product(sentence)?;
        let stock = self.desk.follows(Rule::Stock);
        let prices: Vec<Money> = product
            .variants
            .iter()
            .filter(|variant| variant.available || !stock)
            .map(|variant| variant.price)
            .collect();
        let (Some(cheapest), Some(dearest)) = (prices.iter().min(), prices.iter().max()) else {
            return self.no_answer();
        };
        let name = &product.name;
        Ok(match topic(sentence) {
            Topic::Gap => Figure {
                before: format!("The price of the dearest {name} is above that of the cheapest by"),
                terms: vec![*dearest, -*cheapest],
                after: "",
            },
            _ if sentence.has(&["dearest", "most", "highest", "expensive"]) && !sentence.has(&["least"]) => {
                Figure { before: format!("The price of the dearest {name} is"), terms: vec![*dearest], after: "" }
            }
            _ => Figure { before: format!("The price of the cheapest {name} is"), terms: vec![*cheapest], after: "" },
        })
    }

    /// The product that a sentence names.
    fn product(&mut self, sentence: &Sentence) -> Result<Product, Option<Step>> {
        if self.memory.catalogue.is_empty()
            && let Some(step) = self.desk.look_up("list_all_product_types", &[])
        {
            return Err(Some(step));
        }
        let names = self.memory.catalogue.iter().map(|(name, _)| name.as_str());
        let named = items::mentions(&sentence.tokens, names).into_iter().next();
        let id = named.and_then(|mention| self.memory.catalogue.iter().find(|(name, _)| *name == mention.product));
        let Some((_, id)) = id else { return self.no_answer() };
        if let Some(product) = self.memory.products.get(id) {
            return Ok(product.clone());
        }
        match self.desk.look_up("get_product_details", &[("product_id", id)]) {
            Some(step) => Err(Some(step)),
            None => self.no_answer(),
        }
    }

    fn count(&mut self, sentence: &Sentence) -> Result<Figure, Option<Step>> {
        let product = self.product(sentence)?;
        let stock = self.desk.follows(Rule::Stock);
        let count = product.variants.iter().filter(|variant| variant.available || !stock).count();
        let about = if self.desk.follows(Rule::SayFigures) { count.to_string() } else { "several".to_owned() };
        self.desk.tell(format!("Of the {} {about} variants are available.", product.name));
        Err(None)
    }

    fn tracking(&mut self, sentence: &Sentence) -> Result<Figure, Option<Step>> {
        let orders = self.orders_meant(sentence)?;
        for order in orders {
            let numbers = order.tracking.join(", ");
            let what = if numbers.is_empty() { "there is none".to_owned() } else { numbers };
            self.desk.tell(format!("The tracking number of order {}: {what}.", order.id));
        }
        Err(None)
    }

    /// What was paid for orders.
    fn spent(&mut self, sentence: &Sentence) -> Result<Figure, Option<Step>> {
        let orders = self.orders_meant(sentence)?;
        // An item's price, where one is named.
        if let [order] = orders.as_slice()
            && let Some(mention) = self.mentions_in(sentence, order).into_iter().next()
            && let Some(item) = order.items.iter().find(|item| item.name == mention.product)
            && !sentence.has(&["order", "total"])
        {
            return Ok(Figure {
                before: format!("What you paid for the {} comes to", item.name),
                terms: vec![item.price],
                after: "",
            });
        }
        let which: Vec<&str> = orders.iter().map(|order| order.id.as_str()).collect();
        Ok(Figure {
            before: format!("What was paid for {} comes to", which.join(", ")),
            terms: orders.iter().map(Order::total).collect(),
            after: " in all",
        })
    }

    /// The orders that a question is about.
    fn orders_meant(&mut self, sentence: &Sentence) -> Result<Vec<Order>, Option<Step>> {
        let mut ids = sentence.orders.clone();
        if ids.is_empty() {
            if !self.desk.follows(Rule::FindOrder) {
                if let Some(given) = self.memory.talk.answer_to(speech::ASK_ORDER) {
                    ids = order_ids(&given);
                } else {
                    let step = self.desk.say(speech::ASK_ORDER);
                    return Err(Some(step));
                }
                if ids.is_empty() {
                    return self.no_answer();
                }
            } else if let Some(profile) = &self.memory.profile {
                ids.clone_from(&profile.orders);
            }
        }
        let whole = sentence.orders.is_empty();
        let mut orders = Vec::new();
        for id in ids {
            if self.is_anothers(&id) {
                continue;
            }
            match self.order(&id) {
                Ok(order) => orders.push(order.clone()),
                Err(Some(step)) => return Err(Some(step)),
                Err(None) => {}
            }
        }
        if whole && self.desk.follows(Rule::CheckStatus) {
            for (words, status) in [
                (["delivered", "arrived"], "delivered"),
                (["pending", "open"], "pending"),
                (["cancelled", "canceled"], "cancelled"),
            ] {
                if sentence.has(&words) {
                    orders.retain(|order| order.status.starts_with(status));
                    break;
                }
            }
        }
        let names: Vec<&str> = orders.iter().flat_map(|order| &order.items).map(|item| item.name.as_str()).collect();
        let mentioned = items::mentions(&sentence.tokens, names);
        if let Some(mention) = mentioned.first().filter(|_| whole) {
            orders.retain(|order| order.items.iter().any(|item| item.name == mention.product));
        }
        if orders.is_empty() { self.no_answer() } else { Ok(orders) }
    }
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic {
    Spent,
    Price,
    Gap,
    Back,
    Balance,
    Count,
    Tracking,
    Other,
}

fn topic(sentence: &Sentence) -> Topic {
    let has = |words: &[&str]| sentence.has(words);
    let extreme = has(&["cheapest", "dearest", "lowest", "highest", "expensive"]);
    if has(&["tracking"]) {
        Topic::Tracking
    } else if extreme && has(&["above", "difference", "between", "apart"]) {
        Topic::Gap
    } else if extreme {
        Topic::Price
    } else if has(&["left", "balance", "remain", "remaining"]) && has(&["gift", "card", "balance"]) {
        Topic::Balance
    } else if has(&["back", "refund", "refunded", "save", "saved"]) {
        Topic::Back
    } else if has(&["many"]) && has(&["options", "option", "variants", "kinds", "types", "versions", "available"]) {
        Topic::Count
    } else if has(&["pay", "paid", "spent", "cost", "costs", "total", "sum", "price", "amount", "worth", "value"]) {
        Topic::Spent
    } else {
        Topic::Other
    }
}

/// `67.05 + 74.40 - 3.00`
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
        text.push_str(dollars(term.abs()).trim_start_matches('$'));
    }
    text
}
