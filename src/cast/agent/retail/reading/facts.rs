//! Facts in a customer's words.

use crate::cast::agent::hearing::{NOT, has, has_any_phrase, has_phrase};
use crate::cast::agent::retail::records::Address;
use crate::cast::words::Token;

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
pub enum Means {
    GiftCard,
    Paypal,
    /// A card by brand or last digits, whichever was said.
    Card(String),
    /// What the order was paid with.
    Original,
}

/// The payment methods of a sentence in order, without those that are not wanted (“instead of my visa”).
pub fn pays(tokens: &[Token]) -> Vec<Means> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = &tokens[at.saturating_sub(5)..at];
        let word = |offset: usize| tokens.get(at + offset).map_or("", |token| token.word.as_str());
        let pay = match token.word.as_str() {
            "gift" | "giftcard" | "voucher" => Means::GiftCard,
            "paypal" => Means::Paypal,
            brand @ ("visa" | "mastercard" | "amex") => Means::Card(brand.to_owned()),
            "ending" if word(1) == "in" => Means::Card(word(2).to_owned()),
            "credit" if word(1) == "card" && !matches!(word(2), "ending") => Means::Card(String::new()),
            "original" | "originally" => Means::Original,
            "paid" if has(before, &["how", "what", "method", "card"]) && !has(before, &["not", "much"]) => {
                Means::Original
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
