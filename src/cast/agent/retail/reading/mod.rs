//! A customer's words as sentences with their intents, and the facts in them. Knows words, not records.

mod facts;
mod intents;

pub use facts::{Means, Named, Reason, address_in, email, order_ids, pays, reason};

use crate::cast::agent::hearing::{has, has_phrase, split};
use crate::cast::words::{Token, fold, tokens};

/// What a sentence asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Cancel,
    /// To have one item of an order taken out.
    TakeOut,
    Return,
    /// Other variants for items.
    Swap,
    Payment,
    OrderAddress,
    ProfileAddress,
    /// Goods that arrived damaged or not at all.
    Report,
    Question,
}

/// A sentence of the customer's, or a part of one with an intent of its own.
#[derive(Clone, Debug)]
pub struct Sentence {
    /// Position of the message among the events.
    pub event: usize,
    pub text: String,
    pub tokens: Vec<Token>,
    /// What the agent had said before it; empty at the beginning.
    pub asked: String,
    pub kind: Option<Kind>,
    /// Order numbers in it.
    pub orders: Vec<String>,
}

impl Sentence {
    pub fn has(&self, words: &[&str]) -> bool {
        has(&self.tokens, words)
    }

    pub fn has_phrase(&self, phrase: &str) -> bool {
        has_phrase(&self.tokens, phrase)
    }
}

/// Adds what a message of the customer's says.
pub fn hear(found: &mut Vec<Sentence>, event: usize, words: &str, asked: &str) {
    let start = found.len();
    for part in split(words) {
        push(found, event, part, asked);
    }
    settle(&mut found[start..]);
}

fn push(found: &mut Vec<Sentence>, event: usize, text: &str, asked: &str) {
    for part in clauses(text) {
        let tokens = tokens(part);
        let kind = intents::kind(&tokens, part, asked);
        let orders = order_ids(part);
        found.push(Sentence { event, text: part.to_owned(), tokens, asked: asked.to_owned(), kind, orders });
    }
}

/// Sentences of one message explain one another: what comes along with a complaint belongs to it, and so on.
fn settle(sentences: &mut [Sentence]) {
    let has = |sentences: &[Sentence], kind: Kind| sentences.iter().any(|sentence| sentence.kind == Some(kind));
    if has(sentences, Kind::Report) {
        let verb = |sentence: &Sentence| sentence.has(&["exchange", "return", "cancel", "replace"]);
        if sentences.iter().any(verb) {
            for sentence in sentences.iter_mut().filter(|sentence| sentence.kind == Some(Kind::Report)) {
                sentence.kind = None;
            }
        } else {
            for sentence in sentences.iter_mut() {
                sentence.kind = Some(Kind::Report);
            }
        }
    }
    if has(sentences, Kind::Question) {
        // “Orders that were cancelled do not count.”
        for sentence in sentences.iter_mut().filter(|sentence| sentence.has(&["count", "counts"])) {
            sentence.kind = None;
        }
    }
}

/// Cuts a sentence in which several things are asked for before each further verb.
fn clauses(text: &str) -> Vec<&str> {
    const JOINTS: [&str; 6] = [" and also ", " and then ", " and ", "; ", ", then ", ", but "];
    const VERBS: [&str; 9] =
        ["cancel", "return", "exchange", "swap", "replace", "send back", "change the payment", "modify", "change my"];
    const LEADS: [&str; 12] = [
        "",
        "i want to ",
        "i'd like to ",
        "i would like to ",
        "to ",
        "please ",
        "also ",
        "i also want to ",
        "you ",
        "then ",
        "can you ",
        "also please ",
    ];
    let lower = fold(text);
    if lower.len() != text.len() || !VERBS.iter().any(|verb| lower.contains(verb)) {
        return vec![text];
    }
    let mut cuts = Vec::new();
    for joint in JOINTS {
        for (at, _) in lower.match_indices(joint) {
            let rest = &lower[at + joint.len()..];
            let verb_follows = LEADS.iter().any(|lead| {
                rest.strip_prefix(lead).is_some_and(|rest| VERBS.iter().any(|verb| rest.starts_with(verb)))
            });
            if verb_follows && VERBS.iter().any(|verb| lower[..at].contains(verb)) {
                cuts.push(at);
            }
        }
    }
    cuts.sort_unstable();
    let mut found = Vec::new();
    let mut start = 0;
    for cut in cuts {
        if cut > start && text.is_char_boundary(cut) {
            found.push(text[start..cut].trim());
            start = cut;
        }
    }
    found.push(text[start..].trim());
    found
}
