//! A customer's words as sentences with their intents, and the facts in them. Knows words, not records.

use super::records::Address;
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
        let kind = kind(&tokens, part, asked);
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

/// Cuts a message at the ends of sentences and lines.
pub fn split(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, mark) in text.char_indices() {
        let end = at + mark.len_utf8();
        let ends = matches!(mark, '.' | '!' | '?') && text[end..].chars().next().is_none_or(char::is_whitespace);
        if ends || mark == '\n' {
            found.push(text[start..end].trim());
            start = end;
        }
    }
    found.push(text[start..].trim());
    found.retain(|part| part.chars().any(char::is_alphanumeric));
    found
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

const NOT: &[&str] = &["not", "dont", "never", "no", "without", "cannot", "cant", "wont", "isnt", "didnt"];

pub fn has(tokens: &[Token], words: &[&str]) -> bool {
    tokens.iter().any(|token| words.contains(&token.word.as_str()))
}

/// Whether these words follow one another, marks aside.
pub fn has_phrase(tokens: &[Token], phrase: &str) -> bool {
    find_phrase(tokens, phrase).is_some()
}

/// Where a phrase begins.
pub fn find_phrase(tokens: &[Token], phrase: &str) -> Option<usize> {
    let wanted: Vec<&str> = phrase.split(' ').collect();
    (0..tokens.len()).find(|start| {
        wanted.iter().enumerate().all(|(at, word)| tokens.get(start + at).is_some_and(|token| token.word == *word))
    })
}

fn has_any_phrase(tokens: &[Token], phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| has_phrase(tokens, phrase))
}

/// Whether one of the words is there and not denied.
fn wants(tokens: &[Token], words: &[&str]) -> bool {
    tokens.iter().enumerate().any(|(at, token)| {
        words.contains(&token.word.as_str())
            && !tokens[at.saturating_sub(3)..at].iter().any(|before| NOT.contains(&before.word.as_str()))
    })
}

const METHODS: &[&str] = &["paypal", "visa", "mastercard", "card", "gift", "credit", "giftcard"];

fn kind(tokens: &[Token], text: &str, asked: &str) -> Option<Kind> {
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
    if pays && moves && !about_difference && !(asked_payment && !is(&["change", "switch"])) {
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

/// Order numbers, with their `#`.
pub fn order_ids(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '#')) {
        let bare = word.trim_start_matches('#');
        let digits = bare.get(1..).unwrap_or_default();
        if bare.starts_with(['W', 'w']) && digits.len() >= 5 && digits.bytes().all(|digit| digit.is_ascii_digit()) {
            let id = format!("#W{digits}");
            if !found.contains(&id) {
                found.push(id);
            }
        }
    }
    found
}

/// An e-mail address.
pub fn email(text: &str) -> Option<String> {
    text.split(|letter: char| letter.is_whitespace() || matches!(letter, '<' | '>' | '(' | ')' | ',' | ';' | '"'))
        .map(|word| word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric()))
        .find(|word| {
            word.split_once('@')
                .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
        })
        .map(str::to_owned)
}

/// First name, last name and zip code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    pub first: Option<String>,
    pub last: Option<String>,
    pub zip: Option<String>,
}

impl Named {
    /// Takes over what a text tells. Names follow “I'm”, “name is” and the like, or stand alone in an answer.
    pub fn hear(&mut self, text: &str, asked_for_name: bool) {
        const LEADS: [&str; 8] = ["i'm ", "i am ", "name is ", "this is ", "it's ", "name: ", "my name's ", "it is "];
        let plain = text.replace('\u{2019}', "'");
        let lower = plain.to_ascii_lowercase();
        let mut found = None;
        for lead in LEADS {
            for (at, _) in lower.match_indices(lead) {
                let starts = at == 0 || !lower.as_bytes()[at - 1].is_ascii_alphanumeric();
                if starts && found.is_none() {
                    found = name_at(&plain[at + lead.len()..]);
                }
            }
        }
        if found.is_none() && asked_for_name {
            found = name_at(plain.trim_start_matches(|letter: char| !letter.is_alphabetic()));
        }
        if let Some((first, last)) = found {
            (self.first, self.last) = (Some(first), Some(last));
        }
        let zip = plain
            .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '#')
            .rfind(|word| word.len() == 5 && word.bytes().all(|digit| digit.is_ascii_digit()));
        if let Some(zip) = zip
            && (lower.contains("zip") || lower.contains("post") || asked_for_name)
        {
            self.zip = Some(zip.to_owned());
        }
    }
}

/// Two capitalised words at the beginning.
fn name_at(text: &str) -> Option<(String, String)> {
    let mut words = text.split_whitespace();
    let mut next = || {
        let word = words.next()?.trim_matches(|letter: char| !letter.is_alphanumeric());
        let capital = word.chars().next().is_some_and(char::is_uppercase);
        (capital && word.chars().all(|letter| letter.is_alphabetic() || matches!(letter, '\'' | '-')))
            .then(|| word.to_owned())
    };
    let (first, last) = (next()?, next()?);
    (!matches!(first.as_str(), "My" | "I" | "Yes" | "No" | "Sure" | "The")).then_some((first, last))
}

/// An address in one line: street, perhaps a flat, city, state and zip code, country.
pub fn address_in(text: &str) -> Option<Address> {
    let parts: Vec<&str> = text.split([',', '\n']).map(str::trim).collect();
    // The part that holds the state and the zip code.
    let place = parts.iter().position(|part| state_zip(part).is_some())?;
    let (state, zip) = state_zip(parts[place])?;
    let before_state: &str = parts[place].split(state).next().unwrap_or_default().trim();
    let mut rest: Vec<&str> = parts[..place].to_vec();
    if !before_state.is_empty() {
        rest.push(before_state);
    }
    // Back from the city to the street, which begins with the number.
    let city = rest.pop()?;
    let street_at = rest.iter().rposition(|part| starts_at_number(part).is_some())?;
    let street = starts_at_number(rest[street_at])?;
    let (street_at, street) = match street_at.checked_sub(1).and_then(|at| Some((at, starts_at_number(rest[at])?))) {
        // “12 Elm Street, Suite 4”: the flat also has a number, the street before it begins with one.
        Some(found) if !street.starts_with(|letter: char| letter.is_ascii_digit()) => found,
        _ => (street_at, street),
    };
    let address2 = rest.get(street_at + 1).copied().unwrap_or_default();
    let country = parts.get(place + 1).map(|part| part.trim_end_matches(['.', '!', '?']).trim());
    let country = country
        .and_then(|country| country.split_whitespace().next())
        .filter(|word| word.chars().all(|letter| letter.is_ascii_uppercase() || letter == '.') && word.len() >= 2);
    Some(Address {
        address1: street.to_owned(),
        address2: address2.to_owned(),
        city: city.trim_start_matches("in ").to_owned(),
        state: state.to_owned(),
        zip: zip.to_owned(),
        country: country.unwrap_or("USA").to_owned(),
    })
}

fn state_zip(part: &str) -> Option<(&str, &str)> {
    let words: Vec<&str> =
        part.split_whitespace().map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric())).collect();
    words.windows(2).find_map(|pair| match pair {
        [state, zip]
            if state.len() == 2
                && state.bytes().all(|letter| letter.is_ascii_uppercase())
                && zip.len() == 5
                && zip.bytes().all(|digit| digit.is_ascii_digit()) =>
        {
            Some((*state, *zip))
        }
        _ => None,
    })
}

/// The part from its last number that is followed by a capitalised word: “to 8 Kingfisher Wharf” → “8 Kingfisher Wharf”.
fn starts_at_number(part: &str) -> Option<&str> {
    let mut found = None;
    for (at, _) in part.match_indices(|letter: char| letter.is_ascii_digit()) {
        let starts = at == 0 || part.as_bytes()[at - 1] == b' ';
        let rest = part[at..].trim_start_matches(|letter: char| letter.is_ascii_digit());
        if starts && rest.starts_with(' ') && rest.trim_start().starts_with(char::is_uppercase) && found.is_none() {
            found = Some(&part[at..]);
        }
    }
    found
}

/// Why an order is to be cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    NoLongerNeeded,
    ByMistake,
    Other,
}

/// The reason in a sentence; `None` where there is none.
pub fn reason(tokens: &[Token]) -> Option<Reason> {
    let mistake = tokens
        .iter()
        .position(|token| matches!(token.word.as_str(), "mistake" | "accident" | "accidentally" | "mistakenly"));
    let denied = |at: usize| tokens[at.saturating_sub(5)..at].iter().any(|token| NOT.contains(&token.word.as_str()));
    if let Some(at) = mistake {
        return Some(if denied(at) { Reason::Other } else { Reason::ByMistake });
    }
    let need = tokens.iter().position(|token| token.word.starts_with("need"));
    if let Some(at) = need {
        let gone = has_any_phrase(tokens, &["no longer", "any more", "anymore", "dont need", "not need", "not needed"]);
        if gone {
            return Some(Reason::NoLongerNeeded);
        }
        if has(&tokens[..at], &["still"]) {
            return Some(Reason::Other);
        }
    }
    let other =
        has(tokens, &["cheaper", "because", "since", "reason", "price", "late", "slow", "found", "changed", "better"]);
    (other && !has(tokens, &["number"])).then_some(Reason::Other)
}

/// A payment method as a customer names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pay {
    GiftCard,
    PayPal,
    /// A card by brand or last digits, whichever was said.
    Card(String),
    /// What the order was paid with.
    Original,
}

/// The payment methods of a sentence in order, without those that are not wanted (“instead of my visa”).
pub fn pays(tokens: &[Token]) -> Vec<Pay> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = &tokens[at.saturating_sub(5)..at];
        let word = |offset: usize| tokens.get(at + offset).map_or("", |token| token.word.as_str());
        let pay = match token.word.as_str() {
            "gift" | "giftcard" | "voucher" => Pay::GiftCard,
            "paypal" => Pay::PayPal,
            brand @ ("visa" | "mastercard" | "amex") => Pay::Card(brand.to_owned()),
            "ending" if word(1) == "in" => Pay::Card(word(2).to_owned()),
            "credit" if word(1) == "card" && !matches!(word(2), "ending") => Pay::Card(String::new()),
            "original" | "originally" => Pay::Original,
            "paid" if has(before, &["how", "what", "method", "card"]) && !has(before, &["not", "much"]) => {
                Pay::Original
            }
            _ => continue,
        };
        let unwanted = has_phrase(before, "instead of")
            || has_phrase(before, "rather than")
            || has_phrase(before, "not to")
            || has_phrase(before, "not my")
            || has_phrase(before, "not with")
            || has_phrase(before, "not the");
        if !unwanted && !found.contains(&pay) {
            found.push(pay);
        }
    }
    found
}

/// A customer's answer to a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    Neither,
}

pub fn answer(text: &str) -> Answer {
    let tokens: Vec<Token> = tokens(text).into_iter().filter(|token| !token.is_mark()).collect();
    let first = |words: &[&str]| tokens.first().is_some_and(|token| words.contains(&token.word.as_str()));
    if first(&["no", "nope", "nah", "wait", "stop", "dont", "not"])
        || has_any_phrase(&tokens, &["please dont", "do not", "rather not", "leave it"])
    {
        return Answer::No;
    }
    let yes = first(&[
        "yes",
        "yeah",
        "yep",
        "sure",
        "ok",
        "okay",
        "correct",
        "right",
        "absolutely",
        "fine",
        "confirmed",
        "perfect",
        "agreed",
        "great",
        "sounds",
        "please",
        "alright",
        "exactly",
        "definitely",
    ]) || has_any_phrase(
        &tokens,
        &[
            "go ahead",
            "please do",
            "please proceed",
            "that is right",
            "thats right",
            "sounds good",
            "i confirm",
            "i agree",
        ],
    );
    if yes { Answer::Yes } else { Answer::Neither }
}
