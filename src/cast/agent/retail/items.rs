//! Items in a customer's words: which products a sentence names, and which options it wants.

use std::collections::BTreeSet;

use super::records::{Item, Product, Variant};
use crate::cast::words::{Token, stem, tokens};

/// A product named in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub product: String,
    /// Tokens of the sentence.
    pub start: usize,
    pub end: usize,
}

/// The products that are named, in order. A product is named by its whole name, or by the last word of it where no
/// other name covers that word.
pub fn mentions<'a>(sentence: &[Token], names: impl IntoIterator<Item = &'a str>) -> Vec<Mention> {
    let names: BTreeSet<&str> = names.into_iter().collect();
    let mut names: Vec<(&str, Vec<String>)> =
        names.into_iter().map(|name| (name, name_stems(name))).filter(|(_, stems)| !stems.is_empty()).collect();
    names.sort_by_key(|(_, stems)| std::cmp::Reverse(stems.len()));
    let mut found: Vec<Mention> = Vec::new();
    let cover = |found: &mut Vec<Mention>, name: &str, stems: &[String]| {
        for start in 0..sentence.len() {
            let Some(end) = sequence(sentence, start, stems) else { continue };
            if found.iter().all(|other| end <= other.start || start >= other.end) {
                found.push(Mention { product: name.to_owned(), start, end });
            }
        }
    };
    for (name, stems) in &names {
        cover(&mut found, name, stems);
    }
    for (name, stems) in &names {
        let head = &stems[stems.len() - 1..];
        let shared = names.iter().filter(|(_, other)| other.last() == stems.last()).count() > 1;
        if stems.len() > 1 && !shared && head[0] != "set" {
            cover(&mut found, name, head);
        } else if head[0] == "set" && stems.len() > 2 {
            cover(&mut found, name, &stems[stems.len() - 2..stems.len() - 1]);
        }
    }
    found.sort_by_key(|mention| mention.start);
    found
}

fn name_stems(name: &str) -> Vec<String> {
    tokens(name).into_iter().filter(|token| !token.is_mark()).map(|token| token.stem).collect()
}

/// Where the stems, from this token on, end; hyphens between them do not count.
fn sequence(sentence: &[Token], start: usize, stems: &[String]) -> Option<usize> {
    let mut at = start;
    for (position, wanted) in stems.iter().enumerate() {
        while position > 0 && sentence.get(at).is_some_and(|token| token.word == "-") {
            at += 1;
        }
        if sentence.get(at)?.stem != *wanted {
            return None;
        }
        at += 1;
    }
    Some(at)
}

/// What a sentence wants of a product.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    pub product: String,
    /// Words that tell the item held: before it, and in brackets after it.
    pub held: Vec<Token>,
    /// Words that tell what is wanted instead.
    pub target: Vec<Token>,
    /// It is to stay.
    pub stays: bool,
    /// Nothing but it is to be changed.
    pub only: bool,
    /// How many of equal ones; 0: all of them.
    pub count: usize,
}

/// The wishes of a sentence, one for each product it names.
pub fn wishes(sentence: &[Token], mentions: &[Mention]) -> Vec<Wish> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < mentions.len() {
        let own = &mentions[at];
        let before_start = if at == 0 { 0 } else { mentions[at - 1].end };
        // “the 500 ml bottle for the 1000 ml bottle” names one product twice.
        let mut last = at;
        while mentions.get(last + 1).is_some_and(|next| next.product == own.product) {
            last += 1;
        }
        let after_end = mentions.get(last + 1).map_or(sentence.len(), |next| next.start);
        let before = &sentence[before_start..own.start];
        let after = &sentence[own.end..after_end];
        found.push(wish(own, before, after));
        at = last + 1;
    }
    found
}

fn position(tokens: &[Token], words: &[&str]) -> Option<usize> {
    tokens.iter().position(|token| words.contains(&token.word.as_str()))
}

fn wish(own: &Mention, before: &[Token], after: &[Token]) -> Wish {
    let mut wish = Wish { product: own.product.clone(), count: 1, ..Wish::default() };
    // In brackets right after the name: what is held.
    let mut after = after;
    if after.first().is_some_and(|token| token.word == "(") {
        let end = position(after, &[")"]).unwrap_or(after.len() - 1);
        wish.held.extend(after[1..end].iter().cloned());
        after = &after[end + 1..];
    }
    let instead = before.windows(2).rposition(|pair| {
        matches!(pair[0].word.as_str(), "instead" | "place") && pair[1].word == "of"
            || pair[0].word == "rather" && pair[1].word == "than"
    });
    let near_before = |words: &[&str]| before.iter().rev().take(5).any(|token| words.contains(&token.word.as_str()));
    let stays_after =
        after.iter().take(4).any(|token| matches!(token.word.as_str(), "keep" | "stay" | "stays" | "remain" | "come"));
    let replaces = position(after, &["for", "to", "with", "into", ":", "in", "as", "and"]).is_some();
    wish.stays = near_before(&["keep", "keeping", "except", "not", "but", "dont"])
        && instead.is_none()
        && !near_before(&["only"])
        || stays_after && !replaces
        || after.iter().take(3).any(|token| token.word == "keep");
    wish.only = near_before(&["only", "just"]);
    if near_before(&["both", "all", "two"]) && !near_before(&["of"]) {
        wish.count = 0;
    }
    match instead {
        // “the one in 30 cm instead of the iron skillet”; what is wanted may also follow (“instead of the X I want Y”).
        Some(at) => {
            let wanted = position(after, &["want", "like", "prefer"]).filter(|at| *at < 4);
            match wanted {
                Some(verb) => wish.target.extend(after[verb..].iter().cloned()),
                None => wish.target.extend(before[..at].iter().cloned()),
            }
        }
        None => {
            wish.held.extend(before.iter().rev().take(6).rev().cloned());
            // “rubber soles instead of leather” wants no leather.
            let end = after
                .windows(2)
                .position(|pair| pair[0].word == "instead" && pair[1].word == "of")
                .unwrap_or(after.len());
            wish.target.extend(after[..end].iter().cloned());
        }
    }
    wish
}

/// The part of a sentence that holds good if something is not to be had, and the sentence without it.
pub fn fallback(sentence: &[Token]) -> (Vec<Token>, Vec<Token>) {
    let start = (0..sentence.len()).find(|at| {
        sentence[*at].word == "if"
            && sentence[*at..]
                .iter()
                .take(9)
                .any(|token| matches!(token.word.as_str(), "not" | "isnt" | "unavailable" | "out"))
            && sentence[*at..]
                .iter()
                .take(9)
                .any(|token| matches!(token.word.as_str(), "stock" | "available" | "unavailable" | "have" | "possible"))
    });
    let Some(start) = start else { return (sentence.to_vec(), Vec::new()) };
    let comma = sentence[start..].iter().position(|token| matches!(token.word.as_str(), "," | "then" | ")"));
    let Some(comma) = comma.map(|at| start + at + 1) else { return (sentence.to_vec(), Vec::new()) };
    (sentence[..start].to_vec(), sentence[comma..].to_vec())
}

/// The options of a product that some words name: name and value, one value a name.
pub fn options_named(words: &[Token], product: &Product, held: Option<&Item>) -> Vec<(String, String)> {
    let pieces: Vec<String> = words
        .iter()
        .filter(|token| !matches!(token.word.as_str(), "-" | ","))
        .flat_map(|token| pieces(&token.word))
        .collect();
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in product.variants.iter().flat_map(|variant| &variant.options) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut found = Vec::new();
    for name in names {
        let mut values: Vec<&String> = Vec::new();
        for variant in &product.variants {
            for (other, value) in &variant.options {
                if other == name && !values.contains(&value) {
                    values.push(value);
                }
            }
        }
        let own = held.and_then(|held| held.options.iter().find(|(other, _)| other == name)).map(|(_, value)| value);
        let best = values
            .into_iter()
            .filter_map(|value| Some((place_of(&pieces, name, value)?, value)))
            // A value that is not the one held; then the longer one; then the earlier one.
            .max_by_key(|((at, length), value)| (Some(*value) != own, *length, std::cmp::Reverse(*at)));
        if let Some((_, value)) = best {
            found.push((name.clone(), value.clone()));
        }
    }
    found
}

/// Letters and digits apart: `30cm` is `30`, `cm`.
fn pieces(word: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut was_digit = None;
    for letter in word.chars() {
        let digit = letter.is_ascii_digit() || letter == '.';
        match found.last_mut() {
            Some(last) if was_digit == Some(digit) => last.push(letter),
            _ => found.push(letter.to_string()),
        }
        was_digit = Some(digit);
    }
    found.iter().map(|piece| stem(piece)).collect()
}

/// Where a value is named, and how many pieces it has. A bare number counts only next to its option's name.
fn place_of(words: &[String], name: &str, value: &str) -> Option<(usize, usize)> {
    let value: Vec<String> =
        tokens(value).into_iter().filter(|token| !token.is_mark()).flat_map(|token| pieces(&token.word)).collect();
    let name: Vec<String> = tokens(name).into_iter().flat_map(|token| pieces(&token.word)).collect();
    let length = value.len();
    if length == 0 {
        return None;
    }
    (0..words.len())
        .find(|at| {
            if words.get(*at..at + length) != Some(value.as_slice()) {
                return false;
            }
            let bare = length == 1 && value[0].bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            let near = &words[at.saturating_sub(3)..(at + 3).min(words.len())];
            !bare || near.iter().any(|word| name.contains(word))
        })
        .map(|at| (at, length))
}

/// The variants that have these options.
pub fn with_options<'a>(product: &'a Product, wanted: &[(String, String)]) -> impl Iterator<Item = &'a Variant> {
    product.variants.iter().filter(move |variant| wanted.iter().all(|option| variant.options.contains(option)))
}

/// The options of an item with some of them changed.
pub fn changed(item: &Item, wanted: &[(String, String)]) -> Vec<(String, String)> {
    item.options
        .iter()
        .map(|(name, value)| {
            let new = wanted.iter().find(|(other, _)| other == name).map(|(_, value)| value);
            (name.clone(), new.unwrap_or(value).clone())
        })
        .collect()
}

/// Options as they are told: `double, striped`.
pub fn told(options: &[(String, String)]) -> String {
    let values: Vec<String> =
        options
            .iter()
            .map(|(name, value)| {
                if value.bytes().all(|byte| byte.is_ascii_digit()) { format!("{name} {value}") } else { value.clone() }
            })
            .collect();
    values.join(", ")
}
