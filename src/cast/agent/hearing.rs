//! Hearing customers in any domain: sentences, words and phrases, yes and no.

use crate::cast::words::{Token, tokens};

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

/// Words that deny what follows.
pub const NOT: &[&str] = &["not", "dont", "never", "no", "without", "cannot", "cant", "wont", "isnt", "didnt"];

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

pub fn has_any_phrase(tokens: &[Token], phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| has_phrase(tokens, phrase))
}

/// Whether one of the words is there and not denied.
pub fn wants(tokens: &[Token], words: &[&str]) -> bool {
    tokens.iter().enumerate().any(|(at, token)| {
        words.contains(&token.word.as_str())
            && !tokens[at.saturating_sub(3)..at].iter().any(|before| NOT.contains(&before.word.as_str()))
    })
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
