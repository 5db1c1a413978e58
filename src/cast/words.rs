//! Words of free English text: tokens, folding, stems. Shared by all of the cast.
//!
//! Stems are cut by rule, not by a dictionary: good enough to let `changing`, `changed` and `changes` meet, and the
//! same for whatever is compared with them. They are not meant to be shown.

use std::ops::Range;

/// A word or a punctuation mark of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Lower case, typographic apostrophes and possessive endings gone; the mark itself for punctuation.
    pub word: String,
    /// [`stem`] of the word; the mark itself for punctuation.
    pub stem: String,
    /// Where it stands, in bytes.
    pub at: Range<usize>,
}

impl Token {
    #[must_use]
    pub fn is_mark(&self) -> bool {
        self.word.chars().next().is_none_or(|letter| !letter.is_alphanumeric())
    }
}

/// The words and marks of a text in order. A hyphen parts two words, but for `e-mail`, which is one.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((start, letter)) = letters.next() {
        if letter.is_alphanumeric() {
            let mut end = start + letter.len_utf8();
            while let Some(&(at, next)) = letters.peek() {
                let inside = is_apostrophe(next) && text[at + next.len_utf8()..].starts_with(char::is_alphabetic)
                    || (next == '.' && decimal(text, at));
                if !next.is_alphanumeric() && !inside {
                    break;
                }
                end = at + next.len_utf8();
                letters.next();
            }
            push_word(&mut found, &text[start..end], start..end);
        } else if matches!(letter, '.' | ',' | ';' | ':' | '!' | '?' | '(' | ')' | '-' | '\u{2013}' | '\u{2014}') {
            let word = if matches!(letter, '\u{2013}' | '\u{2014}') { "-".to_owned() } else { letter.to_string() };
            found.push(Token { stem: word.clone(), word, at: start..start + letter.len_utf8() });
        }
    }
    found
}

/// Whether the full stop at that place stands between two digits.
fn decimal(text: &str, at: usize) -> bool {
    text[..at].ends_with(|letter: char| letter.is_ascii_digit())
        && text[at + 1..].starts_with(|letter: char| letter.is_ascii_digit())
}

fn push_word(found: &mut Vec<Token>, raw: &str, at: Range<usize>) {
    let mut word = fold(raw);
    for ending in ["'s", "s'"] {
        if let Some(rest) = word.strip_suffix(ending) {
            word = rest.to_owned();
        }
    }
    word.retain(|letter| letter != '\'');
    // `e-mail` came as three tokens.
    if word.starts_with("mail")
        && let [.., e, hyphen] = found.as_slice()
        && e.word == "e"
        && hyphen.word == "-"
    {
        let start = e.at.start;
        found.truncate(found.len() - 2);
        let word = format!("e{word}");
        found.push(Token { stem: stem(&word), word, at: start..at.end });
        return;
    }
    found.push(Token { stem: stem(&word), word, at });
}

const fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '\u{2019}' | '\u{2018}')
}

/// Lower case with plain apostrophes and quotation marks.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{201c}' | '\u{201d}' => '"',
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// The stem of a folded word.
#[must_use]
pub fn stem(word: &str) -> String {
    let mut stem = word.to_owned();
    if !word.is_ascii() || word.len() < 4 || word.bytes().any(|byte| byte.is_ascii_digit()) {
        return stem;
    }
    let plural_es = ["sses", "xes", "zes", "ches", "shes"].iter().any(|ending| stem.ends_with(ending));
    if plural_es || stem.ends_with("ies") && stem.len() > 4 {
        cut(&mut stem, 2);
    } else if stem.ends_with('s') && !["ss", "us", "is"].iter().any(|ending| stem.ends_with(ending)) {
        cut(&mut stem, 1);
    }
    // The least length of words from which the ending is taken, so that `red` and `king` stay what they are.
    let endings = [("ing", 6, 3), ("ied", 5, 2), ("ed", 5, 2), ("ly", 7, 2)];
    if let Some((.., length)) = endings.iter().find(|(ending, least, _)| stem.ends_with(ending) && stem.len() >= *least)
    {
        cut(&mut stem, *length);
    }
    if stem.ends_with('e') && stem.len() > 3 {
        stem.truncate(stem.len() - 1);
    }
    if stem.ends_with('y') && stem.len() > 3 {
        stem.truncate(stem.len() - 1);
        stem.push('i');
    }
    let bytes = stem.as_bytes();
    if let [.., a, b] = bytes
        && a == b
        && !matches!(a, b'e' | b'o')
        && bytes.len() > 3
    {
        stem.truncate(stem.len() - 1);
    }
    stem
}

fn cut(text: &mut String, bytes: usize) {
    text.truncate(text.len().saturating_sub(bytes));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for forms in [
            &["change", "changes", "changed", "changing"][..],
            &["cancel", "cancels", "cancelled", "canceling", "cancelling"],
            &["modify", "modifies", "modified", "modifying"],
            &["address", "addresses"],
            &["verify", "verified", "verifies"],
            &["call", "calls", "called", "calling"],
            &["candle", "candles"],
            &["exact", "exactly"],
        ] {
            let stems: Vec<String> = forms.iter().map(|form| stem(form)).collect();
            assert!(stems.iter().all(|other| *other == stems[0]), "{stems:?}");
        }
        assert_ne!(stem("order"), stem("other"));
    }

    #[test]
    fn tokens_know_apostrophes_numbers_and_e_mail() {
        let words: Vec<String> = tokens("Don\u{2019}t use the customer's E-mail, 12.50 dollars: #W12-b!")
            .into_iter()
            .map(|t| t.word)
            .collect();
        assert_eq!(
            words,
            ["dont", "use", "the", "customer", "email", ",", "12.50", "dollars", ":", "w12", "-", "b", "!"]
        );
    }

    #[test]
    fn tokens_know_where_they_stand() {
        let text = "Ünder the e-mail.";
        let at: Vec<&str> = tokens(text).iter().map(|token| &text[token.at.clone()]).collect();
        assert_eq!(at, ["Ünder", "the", "e-mail", "."]);
    }
}
