//! Other variants for items: a change of a pending order, or an exchange in a delivered one.

use serde_json::Value;

use super::jobs::Job;
use super::money::{Payer, covers};
use super::returns::{held, is_limit};
use super::{Mind, arguments};
use crate::cast::agent::Step;
use crate::cast::agent::retail::items::{self, Wish};
use crate::cast::agent::retail::reading::{Kind, Means, Sentence};
use crate::cast::agent::retail::records::{Item, Method, Money, Order, Product, Variant, dollars};
use crate::cast::agent::retail::speech;
use crate::cast::rules::Rule;
use crate::cast::words::Token;

/// A wish of the customer's for one item.
#[derive(Clone, Debug)]
struct Change {
    /// Position in the order.
    item: usize,
    /// Words for what is wanted, and for what else if that can't be had.
    target: Vec<Token>,
    otherwise: Vec<Token>,
}

/// An item with its new variant.
struct Pair<'a> {
    item: &'a Item,
    variant: &'a Variant,
}

enum Choice<'a> {
    Variant(&'a Variant),
    /// The customer has to say more, or is to be told why not.
    Step(Option<Step>),
}

impl Mind<'_> {
    pub fn swap(&mut self, job: &Job, jobs: &[Job]) -> Option<Step> {
        if self.is_anothers(&job.order) {
            return None;
        }
        let order = match self.order(&job.order) {
            Ok(order) => order,
            Err(step) => return step,
        };
        let done = self.was_done("modify_pending_order_items", &order.id)
            || self.was_done("exchange_delivered_order_items", &order.id);
        if done && self.desk.follows(Rule::CollectItems) {
            return None;
        }
        let tool = if self.desk.follows(Rule::CheckStatus) {
            match order.status.as_str() {
                "pending" => "modify_pending_order_items",
                "delivered" => "exchange_delivered_order_items",
                _ if done => return None,
                status => {
                    self.desk
                        .tell(format!("I am sorry, order {} is {status}, so its items can't be changed.", order.id));
                    return None;
                }
            }
        } else if job.sentences.iter().any(|at| self.sentences[*at].has(&["pending", "change", "modify"])) {
            "modify_pending_order_items"
        } else {
            "exchange_delivered_order_items"
        };
        let methods = match self.methods_of(order) {
            Ok(methods) => methods,
            Err(step) => return step,
        };
        let changes = self.changes(job, order);
        if changes.is_empty() {
            return self.desk.ask(&speech::ask_items(&order.id));
        }
        let mut pairs: Vec<Pair<'_>> = Vec::new();
        for change in &changes {
            let item = &order.items[change.item];
            if self.was_swapped(order, item) {
                continue;
            }
            if !self.memory.products.contains_key(&item.product_id)
                && let Some(step) = self.desk.look_up("get_product_details", &[("product_id", &item.product_id)])
            {
                return Some(step);
            }
            let Some(product) = self.memory.products.get(&item.product_id) else { continue };
            match self.choose(order, item, product, change) {
                Choice::Variant(variant) => pairs.push(Pair { item, variant }),
                Choice::Step(Some(step)) => return Some(step),
                Choice::Step(None) => {}
            }
        }
        if pairs.is_empty() {
            return None;
        }
        if let Some(step) = self.ask_for_more(order, tool) {
            return Some(step);
        }
        if self.desk.follows(Rule::CollectItems) {
            return self.pay_and_book(job, jobs, order, tool, &pairs, methods);
        }
        for pair in pairs {
            if let Some(step) = self.pay_and_book(job, jobs, order, tool, &[pair], methods) {
                return Some(step);
            }
        }
        None
    }

    /// Whether an item was given in exchange, or came by a change, before.
    fn was_swapped(&self, order: &Order, item: &Item) -> bool {
        let mut made = self.memory.talk.writes().filter(|call| call.argument("order_id") == order.id && !call.failed());
        made.any(|call| {
            let name = match call.name.as_str() {
                "modify_pending_order_items" => "new_item_ids",
                "exchange_delivered_order_items" => "item_ids",
                _ => return false,
            };
            let ids = call.arguments.get(name).and_then(Value::as_array);
            ids.is_some_and(|ids| ids.iter().any(|id| id.as_str() == Some(&item.item_id)))
        })
    }

    /// What the new items of a job cost more than the old ones, as far as that is known.
    pub fn swap_difference(&self, job: &Job) -> Money {
        let Some(order) = self.memory.orders.get(&job.order) else { return 0 };
        self.changes(job, order)
            .iter()
            .filter_map(|change| {
                let item = order.items.get(change.item)?;
                let product = self.memory.products.get(&item.product_id)?;
                Some(self.variant_for(item, product, &change.target)?.price - item.price)
            })
            .sum()
    }

    /// Asks whether anything else in the order is to be changed, where a rule says so.
    fn ask_for_more(&mut self, order: &Order, tool: &str) -> Option<Step> {
        let pending = tool == "modify_pending_order_items";
        let asks = self.desk.follows(Rule::CollectItems) || pending && self.desk.follows(Rule::ItemsLast);
        if !asks {
            return None;
        }
        let question = speech::ask_more(&order.id, pending);
        if self.memory.talk.said(&question) { None } else { Some(self.desk.say(&question)) }
    }

    /// What is wanted for which item, the latest word on each.
    fn changes(&self, job: &Job, order: &Order) -> Vec<Change> {
        let mut found: Vec<Change> = Vec::new();
        for sentence in self.talk_of(job, order) {
            if is_limit(sentence) {
                self.mind_the_limit(sentence, order, &mut found);
                continue;
            }
            let (tokens, otherwise) = items::fallback(&sentence.tokens);
            let own = Sentence { tokens, ..sentence.clone() };
            let mentions = self.mentions_in(&own, order);
            for wish in items::wishes(&own.tokens, &mentions) {
                self.take(order, &wish, &own, &otherwise, &mut found);
            }
            if mentions.is_empty() && !own.asked.is_empty() {
                // “Then the double checked one, please.”
                for change in &mut found {
                    let asked_of = own.asked.contains(&order.items[change.item].name);
                    let known = self.memory.products.get(&order.items[change.item].product_id);
                    if asked_of
                        && known.is_some_and(|product| !items::options_named(&own.tokens, product, None).is_empty())
                    {
                        change.target.clone_from(&own.tokens);
                    }
                }
            }
        }
        // Answers to “which would you like?” name no product.
        for sentence in
            self.sentences.iter().filter(|sentence| sentence.asked.contains(&format!("instead in order {}", order.id)))
        {
            for change in &mut found {
                let item = &order.items[change.item];
                let Some(product) = self.memory.products.get(&item.product_id) else { continue };
                let asked = sentence.asked.contains(&format!("Which {} would", item.name));
                if asked && !items::options_named(&sentence.tokens, product, None).is_empty() {
                    change.target.clone_from(&sentence.tokens);
                }
            }
        }
        found
    }

    fn take(&self, order: &Order, wish: &Wish, sentence: &Sentence, otherwise: &[Token], found: &mut Vec<Change>) {
        let fitting = held(order, wish, &[]);
        if wish.stays {
            found.retain(|change| !fitting.contains(&change.item));
            return;
        }
        if wish.only {
            found.retain(|change| fitting.contains(&change.item));
        }
        let all = wish.count == 0 && sentence.tokens.iter().any(|token| token.word == "both" || token.word == "all");
        let count = if all && fitting.len() > 1 { fitting.len() } else { 1 };
        for item in fitting.into_iter().take(count) {
            let product = self.memory.products.get(&order.items[item].product_id);
            let named = |words: &[Token]| {
                product.is_none_or(|product| !items::options_named(words, product, Some(&order.items[item])).is_empty())
            };
            // What stands before the name may tell it too: “the long slate apron instead”.
            let target = if named(&wish.target) { wish.target.clone() } else { sentence.tokens.clone() };
            let names_something = named(&target);
            match found.iter_mut().find(|change| change.item == item) {
                Some(known) if names_something && product.is_some() => known.target = target,
                Some(_) => {}
                None => found.push(Change { item, target, otherwise: Vec::new() }),
            }
        }
        for change in found.iter_mut().filter(|_| !otherwise.is_empty()) {
            let product = self.memory.products.get(&order.items[change.item].product_id);
            if product.is_some_and(|product| !items::options_named(otherwise, product, None).is_empty()) {
                change.otherwise = otherwise.to_vec();
            }
        }
    }

    /// “If both together cost more than 10 dollars extra, I want to exchange only the apron.”
    fn mind_the_limit(&self, sentence: &Sentence, order: &Order, found: &mut Vec<Change>) {
        let mut amounts = sentence.tokens.iter().filter_map(|token| token.word.parse::<f64>().ok());
        let Some(limit) = amounts.rfind(|amount| *amount < 1e9) else { return };
        let extra = |change: &Change| {
            let item = &order.items[change.item];
            let product = self.memory.products.get(&item.product_id);
            product
                .and_then(|product| self.variant_for(item, product, &change.target))
                .map_or(0, |variant| variant.price - item.price)
        };
        let mentions = self.mentions_in(sentence, order);
        let wishes = items::wishes(&sentence.tokens, &mentions);
        // Of the products before the limit the extra counts, of all where none is named.
        let limit_at = sentence.tokens.iter().position(|token| token.word == "more").unwrap_or(0);
        let subject: Vec<&str> =
            mentions.iter().filter(|mention| mention.end <= limit_at).map(|mention| mention.product.as_str()).collect();
        let counts = |change: &&Change| subject.is_empty() || subject.contains(&order.items[change.item].name.as_str());
        let sum: Money = found.iter().filter(counts).map(extra).sum();
        if sum as f64 <= limit * 100.0 {
            return;
        }
        for wish in wishes {
            let fitting = held(order, &wish, &[]);
            if wish.only {
                found.retain(|change| fitting.contains(&change.item));
            } else if wish.stays {
                found.retain(|change| !fitting.contains(&change.item));
            }
        }
    }

    /// The variant that some words ask for.
    fn variant_for<'p>(&self, item: &Item, product: &'p Product, words: &[Token]) -> Option<&'p Variant> {
        let wanted = items::options_named(words, product, Some(item));
        if wanted.is_empty() {
            return None;
        }
        let free = |variant: &&Variant| {
            variant.item_id != item.item_id && (variant.available || !self.desk.follows(Rule::Stock))
        };
        if self.desk.follows(Rule::KeepOptions) {
            let exact = items::changed(item, &wanted);
            return items::with_options(product, &exact).find(free);
        }
        // Any variant that has what was named: the dearest, as shops like it.
        items::with_options(product, &wanted).filter(free).max_by_key(|variant| variant.price)
    }

    fn choose<'p>(&mut self, order: &Order, item: &Item, product: &'p Product, change: &Change) -> Choice<'p> {
        if let Some(variant) = self.variant_for(item, product, &change.target) {
            return Choice::Variant(variant);
        }
        let wanted = items::options_named(&change.target, product, Some(item));
        if !wanted.is_empty() {
            if !change.otherwise.is_empty()
                && let Some(variant) = self.variant_for(item, product, &change.otherwise)
            {
                self.desk.tell(speech::not_available(item, &wanted));
                return Choice::Variant(variant);
            }
            if items::changed(item, &wanted) == item.options {
                self.desk.tell(format!("The {} in order {} already is the one you want.", item.name, order.id));
                return Choice::Step(None);
            }
            self.desk.tell(speech::not_available(item, &wanted));
        }
        let choices: Vec<&Variant> =
            product.variants.iter().filter(|variant| variant.available && variant.item_id != item.item_id).collect();
        Choice::Step(self.desk.ask(&speech::ask_variant(&order.id, item, &choices)))
    }

    fn pay_and_book(
        &mut self,
        job: &Job,
        jobs: &[Job],
        order: &Order,
        tool: &'static str,
        pairs: &[Pair<'_>],
        methods: &[Method],
    ) -> Option<Step> {
        let extra: Money = pairs.iter().map(|pair| pair.variant.price - pair.item.price).sum();
        let method = match self.settling(job, jobs, order, extra, methods) {
            Ok(method) => method,
            Err(step) => return step,
        };
        let verb =
            if tool == "modify_pending_order_items" { "change items of the pending" } else { "exchange items of" };
        let exact = self.desk.follows(Rule::SayFigures);
        let changes: Vec<String> = pairs
            .iter()
            .map(|Pair { item, variant }| {
                format!("{} will be exchanged for ({})", speech::named(item), items::told(&variant.options))
            })
            .collect();
        let description = format!(
            "I will {verb} order {}: {}; {}.",
            order.id,
            changes.join("; "),
            speech::difference(extra, exact, &method.spoken())
        );
        let ids = |id: &dyn Fn(&Pair<'_>) -> String| Value::from(pairs.iter().map(id).collect::<Vec<String>>());
        let arguments = arguments([
            ("order_id", order.id.as_str().into()),
            ("item_ids", ids(&|pair| pair.item.item_id.clone())),
            ("new_item_ids", ids(&|pair| pair.variant.item_id.clone())),
            ("payment_method_id", method.id.as_str().into()),
        ]);
        self.desk.write(tool, arguments, &description)
    }

    /// What settles the difference.
    fn settling<'m>(
        &mut self,
        job: &Job,
        jobs: &[Job],
        order: &Order,
        extra: Money,
        methods: &'m [Method],
    ) -> Result<&'m Method, Option<Step>> {
        let question = speech::ask_difference(&order.id);
        let mut wished = self.wished_pay(&question, &job.sentences, true);
        if wished.is_empty() && self.desk.follows(Rule::PaymentMethod) {
            if let [only] = methods {
                return Ok(only);
            }
            if let Some(step) = self.desk.ask(&question) {
                return Err(Some(step));
            }
        }
        if wished.is_empty() {
            wished.push(Means::Original);
        }
        let checks = self.desk.follows(Rule::GiftCardBalance);
        // What else the gift card is to pay for this order.
        let moved = jobs.iter().any(|other| other.kind == Kind::Payment && other.order == job.order);
        let moved_already = self.was_done("modify_pending_order_payment", &order.id);
        let due = extra.max(0) + if moved && !moved_already { order.total() } else { 0 };
        for pay in &wished {
            let Payer::Method(method) = Mind::payer(methods, pay, order) else { continue };
            if checks && !covers(method, due) {
                let balance = dollars(method.balance.unwrap_or_default());
                self.desk.tell(format!(
                    "Your gift card holds {balance}, which is not enough for the {} on order {}.",
                    dollars(due),
                    order.id
                ));
                continue;
            }
            return Ok(method);
        }
        if checks && wished.contains(&Means::GiftCard) {
            let other = format!("Which other payment method should be used for the difference on order {}?", order.id);
            let named = self
                .memory
                .talk
                .answer_to(&other)
                .map(|answer| super::super::reading::pays(&crate::cast::words::tokens(&answer)));
            for pay in named.iter().flatten() {
                if let Payer::Method(method) = Mind::payer(methods, pay, order)
                    && covers(method, due)
                {
                    return Ok(method);
                }
            }
            return Err(self.desk.ask(&other));
        }
        Mind::original(methods, order).ok_or(None)
    }
}

/// An item as the only variant of its product, for telling it by its options.
pub fn as_product(item: &Item) -> Product {
    let variant =
        Variant { item_id: item.item_id.clone(), price: item.price, available: true, options: item.options.clone() };
    Product { id: item.product_id.clone(), name: item.name.clone(), variants: vec![variant] }
}
