//! Facts in a customer's words: numbers of reservations, places, people, cabins, bags, ways to pay.

use crate::cast::agent::airline::records::Passenger;
use crate::cast::agent::hearing::{NOT, has, has_any_phrase, has_phrase};
use crate::cast::travel::{airports, city, is_date};
use crate::cast::words::{Token, fold, tokens};

/// Where from and where to; `None` for what is not told. A single place is where to, unless `from` stands before it.
pub fn route(text: &str) -> (Option<&'static str>, Option<&'static str>) {
    let places = airports(text);
    match places.as_slice() {
        [] => (None, None),
        [only] => {
            let lower = fold(text);
            let city = fold(&city(only));
            let from = lower.contains(&format!("from {city}")) || lower.contains(&format!("from {}", fold(only)));
            if from { (Some(only), None) } else { (None, Some(only)) }
        }
        [first, second, ..] => {
            let lower = fold(text);
            let at = |code: &str| {
                let city = lower.find(&fold(&city(code)));
                city.or_else(|| lower.find(&fold(code))).unwrap_or_default()
            };
            let turned = lower[..at(first)].trim_end().ends_with(" to") && lower.contains(" from ");
            if turned { (Some(second), Some(first)) } else { (Some(first), Some(second)) }
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

fn is_flight(word: &str) -> bool {
    let (letters, digits) = word.split_at_checked(3).unwrap_or_default();
    word.len() == 6
        && letters.bytes().all(|letter| letter.is_ascii_uppercase())
        && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// Numbers of flights: three letters, three digits.
pub fn flight_numbers(text: &str) -> Vec<String> {
    words(text).filter(|word| is_flight(word)).map(str::to_owned).collect()
}

/// Numbers of reservations: six capital letters and digits.
pub fn reservation_ids(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let speaks_of_one = ["reservation", "confirmation", "booking"].iter().any(|word| fold(text).contains(word));
    for word in words(text) {
        let shape = word.len() == 6
            && word.bytes().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
            && word.bytes().any(|letter| letter.is_ascii_uppercase());
        let digit = word.bytes().any(|letter| letter.is_ascii_digit());
        if shape && !is_flight(word) && (digit || speaks_of_one) && found.iter().all(|own| own != word) {
            found.push(word.to_owned());
        }
    }
    found
}

/// A user id: words and a number with underscores between them.
pub fn user_id(text: &str) -> Option<String> {
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
        .find(|word| word.matches('_').count() >= 2 && word.ends_with(|letter: char| letter.is_ascii_digit()))
        .map(str::to_owned)
}

/// The cabin that is wanted, as tools call it.
pub fn cabin(tokens: &[Token]) -> Option<&'static str> {
    let mut found = None;
    for (at, token) in tokens.iter().enumerate() {
        let before = |offset: usize| at.checked_sub(offset).map_or("", |at| tokens[at].word.as_str());
        let cabin = match token.word.as_str() {
            "business" => "business",
            "economy" if before(1) == "basic" => "basic_economy",
            "economy" => "economy",
            _ => continue,
        };
        let near = &tokens[at.saturating_sub(3)..at];
        let unwanted = has_phrase(near, "instead of")
            || has_phrase(near, "rather than")
            || near
                .iter()
                .any(|token| NOT.contains(&token.word.as_str()) || matches!(token.word.as_str(), "from" | "my"));
        if !unwanted {
            found = Some(cabin);
        }
    }
    found
}

/// How many bags there shall be in all; negative for so many less, with `true` for so many more.
pub fn bags(tokens: &[Token]) -> Option<(i64, bool)> {
    let at = tokens.iter().position(|token| {
        matches!(token.word.as_str(), "bag" | "bags" | "baggage" | "baggages" | "suitcase" | "suitcases" | "luggage")
    })?;
    let is = |words: &[&str]| has(tokens, words);
    let near = &tokens[at.saturating_sub(5)..at];
    let count = near.iter().rev().find_map(|token| small(&token.word)).or_else(|| {
        let one = tokens.iter().find_map(|token| small(&token.word));
        one.filter(|_| is(&["off", "remove"]))
    });
    if is(&["off", "remove", "fewer", "less"]) {
        let one = tokens.iter().find_map(|token| small(&token.word)).unwrap_or(1);
        return Some((-one, true));
    }
    if near.iter().any(|token| matches!(token.word.as_str(), "no" | "without" | "any")) && count.is_none() {
        return Some((0, false));
    }
    let more =
        is(&["add", "more", "extra", "additional", "another", "further"]) && !is(&["all", "total", "altogether"]);
    count.map(|count| (count, more))
}

/// A small number in digits or in words.
fn small(word: &str) -> Option<i64> {
    const NAMES: [&str; 11] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let digits = word.parse().ok().filter(|count| (0..100).contains(count));
    digits.or_else(|| NAMES.iter().skip(1).position(|name| *name == word).map(|at| at as i64 + 1))
}

/// People with names in capitals, each with the date of birth that follows.
pub fn names(text: &str) -> Vec<Passenger> {
    const OTHERS: &[&str] = &[
        "I", "My", "The", "On", "In", "Yes", "No", "Please", "For", "It", "May", "June", "Las", "Los", "San", "New",
        "And", "From", "To", "Then", "One", "Both", "Just", "There", "Back", "With", "Instead",
    ];
    let mut found: Vec<Passenger> = Vec::new();
    let parts: Vec<&str> = text.split_whitespace().collect();
    let name = |part: &str| {
        let word = part.trim_matches(|letter: char| !letter.is_alphanumeric());
        let fits = word.chars().next().is_some_and(char::is_uppercase)
            && word.chars().skip(1).any(char::is_lowercase)
            && word.chars().all(|letter| letter.is_alphabetic() || matches!(letter, '\'' | '-'))
            && !OTHERS.contains(&word);
        fits.then(|| word.to_owned())
    };
    let mut at = 0;
    while at < parts.len() {
        let whole = !parts[at].ends_with([',', '.', ';', ':']);
        if let Some(first) = name(parts[at]).filter(|_| whole)
            && let Some(last) = parts.get(at + 1).and_then(|part| name(part))
        {
            found.push(Passenger { first, last, dob: String::new() });
            at += 2;
            continue;
        }
        let date = parts[at].trim_matches(|letter: char| !letter.is_ascii_digit());
        if is_date(date)
            && let Some(own) = found.last_mut().filter(|own| own.dob.is_empty())
        {
            own.dob = date.to_owned();
        }
        at += 1;
    }
    found.retain(|own| airports(&own.name()).is_empty());
    found
}

/// Whether the customer takes insurance, where they speak of it.
pub fn takes_insurance(tokens: &[Token]) -> Option<bool> {
    let at = tokens.iter().position(|token| matches!(token.word.as_str(), "insurance" | "insured"))?;
    let denied = tokens[at.saturating_sub(5)..at].iter().any(|token| NOT.contains(&token.word.as_str()));
    let first = tokens.iter().find(|token| !token.is_mark()).is_some_and(|token| token.word == "no");
    Some(!denied && !first)
}

/// A payment method as a customer names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Means {
    GiftCard,
    /// All certificates, or one of that worth in dollars.
    Certificate {
        all: bool,
        worth: Option<i64>,
    },
    /// A card by brand or last digits, whichever was said; empty for any.
    Card(String),
    /// What the reservation was paid with.
    Original,
}

/// The payment methods of a text in order, without those that are not wanted (“not to my visa”).
pub fn pays(text: &str) -> Vec<Means> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = &tokens[at.saturating_sub(5)..at];
        let word = |offset: usize| tokens.get(at + offset).map_or("", |token| token.word.as_str());
        let pay = match token.word.as_str() {
            "gift" | "giftcard" => Means::GiftCard,
            "certificate" | "certificates" => {
                let near = &tokens[at..tokens.len().min(at + 4)];
                let worth = near.iter().find_map(|token| token.word.parse::<f64>().ok()).map(|worth| worth as i64);
                Means::Certificate { all: has(before, &["both", "all", "two"]), worth }
            }
            brand @ ("visa" | "mastercard" | "amex") => Means::Card(brand.to_owned()),
            "master" if word(1) == "card" => Means::Card("mastercard".to_owned()),
            "ending" if matches!(word(1), "in" | "with") => Means::Card(word(2).to_owned()),
            "credit" if word(1) == "card" && !matches!(word(2), "ending") => Means::Card(String::new()),
            "original" | "originally" => Means::Original,
            _ => continue,
        };
        let unwanted = ["instead of", "rather than", "not to", "not my", "not with", "not the"]
            .iter()
            .any(|phrase| has_phrase(before, phrase));
        if !unwanted && !found.contains(&pay) {
            found.push(pay);
        }
    }
    found
}

/// Whether somebody says that they have flown already: `Some(false)` where it is denied.
pub fn is_flown(tokens: &[Token]) -> Option<bool> {
    let flew = has(tokens, &["flew"]) || has_any_phrase(tokens, &["have flown", "has flown", "already flown"]);
    flew.then(|| !has(tokens, NOT))
}

/// What has become of a trip or its passenger, as far as a cancellation may hang on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lapse {
    /// Somebody is ill, or the weather keeps them.
    pub insured: bool,
    /// The airline has called a flight off.
    pub by_airline: bool,
    /// A flight is late.
    pub late: bool,
    /// Some reason was given.
    pub any: bool,
}

/// What sentences tell of that.
pub fn lapses<'a>(sentences: impl Iterator<Item = &'a [Token]>) -> Lapse {
    let mut lapse = Lapse::default();
    for tokens in sentences {
        let is = |words: &[&str]| has(tokens, words);
        let at = |words: &[&str]| tokens.iter().position(|token| words.contains(&token.word.as_str()));
        let denied_at = |at: Option<usize>| {
            at.is_none_or(|at| tokens[at.saturating_sub(3)..at].iter().any(|token| NOT.contains(&token.word.as_str())))
        };
        let denied = is(&["well", "fine"]);
        let health = ["ill", "sick", "illness", "health", "hospital", "unwell", "injured", "weather", "storm", "flu"];
        lapse.insured |= !denied_at(at(&health)) && !denied;
        let off = has_any_phrase(
            tokens,
            &[
                "called off",
                "called my",
                "called the",
                "was cancelled",
                "been cancelled",
                "has cancelled",
                "got cancelled",
                "were cancelled",
                "is cancelled",
            ],
        );
        lapse.by_airline |= off && is(&["flight", "airline", "flights", "you"]) && !denied;
        lapse.late |= is(&["late", "delay", "delayed", "delays"]) && !denied;
        lapse.any |= is(&["because", "since", "plans", "plan", "meeting", "changed", "friend", "conference", "reason"])
            || lapse.insured
            || lapse.by_airline;
    }
    lapse
}
