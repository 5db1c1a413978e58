//! Checking what an agent proposes against what the customer wants.

use super::agenda::{Goal, ItemWish, Kind, Method};
use super::hear::{Heard, Sentence};
use super::lexicon as lex;
use super::progress::{Fact, Progress};
use super::speak;
use super::words::{holds, names, noun};

/// What the customer says to a proposal.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Why not; each a clause that may follow "No, ". Empty: yes.
    pub objections: Vec<String>,
    /// What is said along with a yes.
    pub additions: Vec<String>,
    /// Facts that the customer told by this.
    pub told: Vec<Fact>,
}

/// Whether the message speaks of doing what the goal wants. Sentences that refuse something do not count.
pub fn concerns(goal: &Goal, heard: &Heard, counts: impl Fn(&Sentence) -> bool) -> bool {
    heard.sentences.iter().filter(|sentence| counts(sentence)).any(|sentence| {
        let has = |meanings| sentence.meanings & meanings != 0;
        let text = &heard.text[sentence.start..sentence.end];
        let names_item = || goal.items.iter().any(|item| names(text, &item.product));
        match goal.kind {
            Kind::Cancel => has(lex::CANCEL),
            Kind::Return => has(lex::RETURN),
            Kind::Swap => has(lex::EXCHANGE) || has(lex::CHANGE) && (has(lex::ITEM) || names_item()),
            Kind::Payment => {
                has(lex::PAY) && !has(lex::DIFFERENCE) && (has(lex::CHANGE | lex::DID | lex::GIFT | lex::ORDER))
            }
            Kind::OrderAddress => has(lex::ADDRESS | lex::SEND) && !has(lex::PROFILE | lex::EMAIL),
            Kind::ProfileAddress => has(lex::ADDRESS) && has(lex::PROFILE),
            Kind::Book | Kind::Change | Kind::Bags | Kind::Passengers | Kind::Compensation => {
                super::air::vet::concerns(goal.kind, sentence)
            }
            Kind::Question => false,
            Kind::Report => has(lex::CANCEL | lex::RETURN | lex::EXCHANGE | lex::REFUND | lex::TRANSFER),
        }
    })
}

/// Whether what is proposed suits the goal. `wanted` are the goal's items that the customer has asked for.
pub fn vet(goal: &Goal, progress: &Progress, wanted: &[&ItemWish], heard: &Heard) -> Verdict {
    let mut verdict = Verdict::default();
    if let Some(trip) = &goal.trip {
        verdict.objections = super::air::vet::objections(goal, trip, progress, heard);
        right_money(goal, progress, heard, &mut verdict);
        return verdict;
    }
    right_order(goal, heard, &mut verdict);
    right_items(goal, wanted, heard, &mut verdict);
    right_money(goal, progress, heard, &mut verdict);
    if goal.kind == Kind::Cancel {
        right_reason(goal, heard, &mut verdict);
    }
    right_address(goal, heard, &mut verdict);
    verdict
}

fn right_order(goal: &Goal, heard: &Heard, verdict: &mut Verdict) {
    let Some(order) = &goal.order else { return };
    let right = order.id.to_lowercase();
    let other = heard.sentences.iter().any(|sentence| sentence.has_order_id);
    if !other || right.is_empty() || heard.text.contains(&right) {
        return;
    }
    if order.known {
        verdict.objections.push(format!("I mean {}.", speak::the_order(order)));
    } else {
        verdict.objections.push(format!("I mean {}. Is that the one?", speak::the_order(order)));
    }
}

fn right_items(goal: &Goal, wanted: &[&ItemWish], heard: &Heard, verdict: &mut Verdict) {
    if !matches!(goal.kind, Kind::Return | Kind::Swap) {
        return;
    }
    let text = &heard.text;
    let named: Vec<&&ItemWish> = wanted.iter().filter(|item| names(text, &item.product)).collect();
    if !named.is_empty() {
        let missing: Vec<_> = wanted.iter().filter(|item| !names(text, &item.product)).collect();
        if !missing.is_empty() {
            let missing: Vec<speak::Item<'_>> = missing.iter().map(|item| plain(item)).collect();
            verdict.objections.push(format!("I also want {}.", speak::also(&missing)));
        }
    }
    let goal_products: Vec<&str> =
        goal.order.iter().flat_map(|order| order.products.iter().map(String::as_str)).collect();
    for item in wanted {
        let Some(to) = &item.to else { continue };
        let says = |values: &[String]| values.iter().all(|value| holds(text, value));
        let right = says(&to.values) || item.fallback.as_ref().is_some_and(|fallback| says(&fallback.values));
        let strays = |value: &String| spoken_of(text, &item.product, &goal_products).any(|part| holds(part, value));
        if !right && item.others.iter().any(|value| holds(text, value)) || item.strays.iter().any(strays) {
            verdict.objections.push(format!("instead of {} I want {}.", item.say, to.say));
        }
    }
    let kept = goal.keeps.iter().find(|product| {
        heard.sentences.iter().any(|sentence| {
            names(&text[sentence.start..sentence.end], product) && sentence.meanings & (lex::STAY | lex::NOT) == 0
        })
    });
    if let Some(product) = kept.filter(|_| !named.is_empty() || goal.kind == Kind::Return) {
        let only: Vec<speak::Item<'_>> = wanted.iter().map(|item| plain(item)).collect();
        verdict.objections.push(format!("I keep the {product}; I mean only {}.", speak::named(&only)));
    }
}

/// The parts of a text that speak of a product: from each place that names it to the next product or the end of the
/// sentence.
fn spoken_of<'a>(text: &'a str, product: &'a str, products: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    text.split([';', '\n', '?', '!']).filter(move |sentence| names(sentence, product)).filter_map(move |sentence| {
        let part = &sentence[sentence.find(noun(product))?..];
        let others = products.iter().filter(|other| noun(other) != noun(product));
        let end = others.filter_map(|other| part.find(noun(other))).min().unwrap_or(part.len());
        Some(&part[..end])
    })
}

fn plain(item: &ItemWish) -> speak::Item<'_> {
    speak::Item { wish: item, to: item.to.as_ref().map(|to| to.say.as_str()), fallback: None }
}

fn right_money(goal: &Goal, progress: &Progress, heard: &Heard, verdict: &mut Verdict) {
    let text = &heard.text;
    if let Some(refund) = &goal.refund {
        let right = is_named(&refund.to, text) || refund.original && heard.all & lex::ORIGINAL != 0;
        if !right && any_method(heard) {
            verdict.objections.push(money_goes(refund.original, &refund.to));
            verdict.told.push(Fact::Refund);
        } else if !right && !refund.original && !progress.told(Fact::Refund) {
            verdict.additions.push(capital(money_goes(false, &refund.to)));
            verdict.told.push(Fact::Refund);
        }
        return;
    }
    let Some(first) = goal.pay.first() else { return };
    let fallback = goal.pay.iter().skip(1).any(|method| is_named(method, text));
    let split = goal.kind == super::agenda::Kind::Book;
    let short = split || progress.told(Fact::Short) || heard.all & lex::SHORT != 0;
    if is_named(first, text) || fallback && short {
        return;
    }
    if any_method(heard) {
        verdict.objections.push(format!("please use {}.", uses(&goal.pay)));
        verdict.told.push(Fact::Pay);
    } else if !progress.told(Fact::Pay) && goal.kind == Kind::Swap {
        let (addition, told) = match goal.pay.as_slice() {
            [only] => (format!("My {} pays the difference.", only.say), Fact::Pay),
            all => (speak::payment(all), Fact::Pay),
        };
        verdict.additions.push(addition);
        verdict.told.push(told);
    }
}

fn uses(pay: &[Method]) -> String {
    match pay {
        [first, second, ..] if first.gift_card => {
            format!("my {}, if there is enough on it; otherwise my {}", first.say, second.say)
        }
        [first, ..] => format!("my {}", first.say),
        [] => String::new(),
    }
}

fn money_goes(original: bool, to: &Method) -> String {
    if original {
        "the money should go back to how I paid.".to_owned()
    } else {
        format!("the money should go to my {}.", to.say)
    }
}

fn capital(clause: String) -> String {
    let mut letters = clause.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Whether a method is named. A card is also known by its last digits, or as "credit card" where its brand is not told.
fn is_named(method: &Method, text: &str) -> bool {
    let brand = method.say.split(' ').next().unwrap_or_default().to_lowercase();
    let by_name = if method.gift_card { holds(text, "gift card") } else { holds(text, &brand) };
    let digits = method.last_four.as_ref().is_some_and(|digits| holds(text, digits));
    let card =
        method.last_four.is_some() && holds(text, "credit card") && !holds(text, "visa") && !holds(text, "mastercard");
    by_name || digits || card
}

fn any_method(heard: &Heard) -> bool {
    let named = ["gift card", "paypal", "visa", "mastercard", "credit card", "original payment"];
    named.iter().any(|name| holds(&heard.text, name))
}

fn right_reason(goal: &Goal, heard: &Heard, verdict: &mut Verdict) {
    let Some(reason) = &goal.reason else { return };
    let (mistake, needed) = (reason.contains("mistake"), reason.contains("need"));
    let says_mistake = heard.all & lex::MISTAKE != 0;
    let says_needed = heard.all & lex::NEEDED != 0 || heard.text.contains("longer need");
    let wrong = says_mistake && !mistake || says_needed && !needed;
    if wrong && !(says_mistake && says_needed) || wrong && !mistake && !needed {
        verdict.objections.push(format!("that is not my reason. {reason}."));
        verdict.told.push(Fact::Reason);
    }
}

fn right_address(goal: &Goal, heard: &Heard, verdict: &mut Verdict) {
    let Some(address) = &goal.address else { return };
    let right = heard.text.contains(&address.address1.to_lowercase()) || holds(&heard.text, &address.zip);
    let names_one = heard.text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '#').any(is_zip);
    if !right && names_one {
        verdict.objections.push(format!("it should be {}.", speak::lines(address)));
    }
    if goal.kind == Kind::OrderAddress {
        let touches = |sentence: &Sentence| {
            sentence.meanings & lex::PROFILE != 0
                && sentence.meanings & lex::ADDRESS != 0
                && sentence.meanings & (lex::STAY | lex::NOT) == 0
                && !heard.text[sentence.start..sentence.end].contains("new address")
        };
        // Only where nothing but the profile is spoken of: "the address in your profile" may be where it comes from.
        if heard.sentences.iter().any(touches) && heard.all & lex::ORDER == 0 {
            verdict.objections.push("my profile should keep its address; only the order goes there.".to_owned());
        }
    }
}

fn is_zip(word: &str) -> bool {
    word.len() == 5 && word.bytes().all(|letter| letter.is_ascii_digit())
}
