//! What a sentence asks for.

use super::Kind;
use super::facts::address_in;
use crate::cast::agent::hearing::{NOT, has, has_any_phrase, has_phrase, wants};
use crate::cast::words::{Token, fold};

const METHODS: &[&str] = &["paypal", "visa", "mastercard", "card", "gift", "credit", "giftcard"];

/// The intent of a sentence, given what the agent had said before it; `None` where it tells or answers something.
pub fn kind(tokens: &[Token], text: &str, asked: &str) -> Option<Kind> {
    let is = |words: &[&str]| has(tokens, words);
    let asked = fold(asked);
    let asked_payment = asked.contains("payment method") || asked.contains("refund go") || asked.contains("pay the");
    let first = tokens.iter().find(|token| !token.is_mark()).map_or("", |token| token.word.as_str());

    if is_report(tokens) {
        return Some(Kind::Report);
    }
    let out = is(&["take", "taken", "leave"]) && is(&["out"])
        || wants(tokens, &["remove", "drop"]) && is(&["order", "item", "items"]);
    let partial = wants(tokens, &["cancel"])
        && (has_any_phrase(
            tokens,
            &["cancel just", "cancel only", "only cancel", "just cancel", "one item", "single item", "an item"],
        ) || has_any_phrase(tokens, &["from the order", "from my order", "from order", "in my order", "out of"]));
    if out || partial {
        return Some(Kind::TakeOut);
    }
    let verb = wants(tokens, &["cancel", "return", "exchange", "swap", "replace", "modify", "switch"]);
    if !verb && is_question(tokens, text, first) {
        return Some(Kind::Question);
    }
    if wants(tokens, &["cancel", "cancelling", "canceling", "cancellation"])
        || has_any_phrase(tokens, &["rid of", "call off"])
    {
        return Some(Kind::Cancel);
    }
    if wants(tokens, &["return", "returning"])
        || has_any_phrase(
            tokens,
            &["send back", "give back", "sending back", "bring back", "send it back", "send them back"],
        )
    {
        return Some(Kind::Return);
    }
    if let Some(kind) = address_kind(tokens, text) {
        return Some(kind);
    }
    let pays = is(&["payment", "pay", "paid", "charge", "charged"]) && is(METHODS) || is(&["payment"]);
    let moves =
        is(&["change", "switch", "instead", "move", "changed", "switched", "put", "modify", "update", "want", "like"]);
    let about_difference = is(&["difference", "extra", "refund", "money", "left"]);
    if pays && moves && !about_difference && (!asked_payment || is(&["change", "switch"])) {
        return Some(Kind::Payment);
    }
    let swaps =
        wants(tokens, &["exchange", "exchanging", "swap", "replace", "modify", "upgrade", "downgrade", "switch"])
            || wants(tokens, &["change"]) && !is(&["address", "payment", "mind"])
            || is(&["instead"]) && !is(METHODS) && !is(&["refund", "cancelled"])
            || (has_any_phrase(tokens, &["id like", "i want", "i would like", "want the", "like the"])
                && is(&["in", "with", "for"])
                && !is(METHODS)
                && !is(&["know", "help", "money", "order"]));
    if swaps && !asked_payment {
        return Some(Kind::Swap);
    }
    let wants_money = is(&["refund"]) && wants(tokens, &["want", "like", "get", "need"]);
    if wants_money && !asked_payment {
        return Some(Kind::Return);
    }
    None
}

fn is_report(tokens: &[Token]) -> bool {
    let damaged = ["crack", "broke", "damag", "defect", "shatter", "smash", "torn", "faulty"];
    let word = tokens.iter().enumerate().any(|(at, token)| {
        damaged.iter().any(|stem| token.word.starts_with(stem))
            && !tokens[at.saturating_sub(3)..at].iter().any(|before| NOT.contains(&before.word.as_str()))
    });
    word || has_any_phrase(
        tokens,
        &[
            "never came",
            "never arrived",
            "never come",
            "never got",
            "never received",
            "never reached",
            "has ever come",
            "ever came",
            "did not arrive",
            "didnt arrive",
            "hasnt arrived",
            "has not arrived",
            "not received",
            "no parcel",
            "no package",
            "went missing",
            "lost in",
            "never showed",
        ],
    )
}

fn is_question(tokens: &[Token], text: &str, first: &str) -> bool {
    let about_the_proposal =
        has_any_phrase(tokens, &["how much is that", "how much is it", "how much would that", "what is that"]);
    let asks = matches!(first, "how" | "what" | "whats" | "which" | "when" | "by" | "where")
        || has_any_phrase(
            tokens,
            &[
                "how much",
                "how many",
                "want to know",
                "like to know",
                "tell me how",
                "tell me what",
                "what is the",
                "tell me the",
                "give me the",
                "tracking number",
                "wonder",
            ],
        );
    let sure = has_phrase(tokens, "what you");
    asks && !sure
        && !about_the_proposal
        && (text.ends_with('?') || has(tokens, &["know", "tell", "give", "much", "many", "wonder", "tracking"]))
}

fn address_kind(tokens: &[Token], text: &str) -> Option<Kind> {
    let is = |words: &[&str]| has(tokens, words);
    let profile = is(&["profile", "account", "default"]);
    if is(&["keep", "keeps", "stay", "stays", "remain"]) && profile {
        return None;
    }
    let moved = has_any_phrase(tokens, &["moved to", "have moved", "ive moved", "moving to", "just moved"]);
    let address = is(&["address", "addresses"]) && !is(&["email"]);
    let full = address_in(text).is_some();
    let sends = wants(
        tokens,
        &["send", "ship", "redirect", "redirected", "deliver", "shipped", "sent", "delivered", "go", "forward"],
    );
    if !(moved || address || full && sends) {
        return None;
    }
    if profile || moved && !sends {
        return Some(Kind::ProfileAddress);
    }
    if sends || is(&["order", "orders", "parcel", "package", "shipping", "delivery"]) {
        return Some(Kind::OrderAddress);
    }
    (address && wants(tokens, &["change", "update", "new", "modify"])).then_some(Kind::ProfileAddress)
}
