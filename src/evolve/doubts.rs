//! What may be wrong with a reflection reply, told to a person before its text is evaluated.
//!
//! The optimiser takes every reply as the original does, even an empty one. These are flags beside it; in parity with
//! the original they decide nothing.

use crate::gepa::reflect::new_text;

/// The longest instruction that is no cause for doubt, in words. The rehearsal agent obeys longer ones less.
pub const MOST_WORDS: usize = 1_200;

/// A reason to look at a proposal before it is paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A block was opened and never closed: the reply may have been cut off.
    UnclosedBlock,
    /// A thinking tag was opened and never closed.
    UnclosedThinking,
    /// There is no block: the whole reply is taken for the instruction.
    NoBlock,
    /// The instruction is empty.
    Empty,
    /// It is longer than [`MOST_WORDS`].
    TooLong { words: usize },
    /// It says nothing new.
    Unchanged,
    /// The same text was turned down before as a child of the same parent.
    AlreadyRejected,
    /// The model declined.
    Refusal,
    /// It names facts of tasks that it was shown.
    Leaks { facts: Vec<String> },
}

/// How refusals begin.
const REFUSALS: &[&str] = &["i'm sorry", "i am sorry", "i can't", "i cannot", "i'm unable", "i am unable", "as an ai"];

/// How far into a reply a refusal is looked for, in characters.
const REFUSAL_WITHIN: usize = 60;

/// The doubts about a reply, given the instruction it is to replace, the texts that were rejected as children of the
/// same parent, and the facts of the feedback tasks ([`super::leaks::facts`]).
#[must_use]
pub fn doubts(reply: &str, current: &str, rejected: &[&str], facts: &[String]) -> Vec<Doubt> {
    let text = new_text(reply);
    let mut found = Vec::new();
    let fences = reply.lines().filter(|line| line.trim_start().starts_with("```")).count();
    let lower = reply.to_lowercase();
    if lower.matches("<think").count() > lower.matches("</think").count() {
        found.push(Doubt::UnclosedThinking);
    }
    match fences {
        0 if !text.is_empty() => found.push(Doubt::NoBlock),
        count if count % 2 == 1 => found.push(Doubt::UnclosedBlock),
        _ => {}
    }
    let start: String = lower.trim_start().chars().take(REFUSAL_WITHIN).collect::<String>().replace('’', "'");
    if fences == 0 && REFUSALS.iter().any(|words| start.contains(words)) {
        found.push(Doubt::Refusal);
    }
    let words = text.split_whitespace().count();
    if words == 0 {
        found.push(Doubt::Empty);
    } else if words > MOST_WORDS {
        found.push(Doubt::TooLong { words });
    }
    if text == current {
        found.push(Doubt::Unchanged);
    } else if rejected.contains(&text) {
        found.push(Doubt::AlreadyRejected);
    }
    let leaked = super::leaks::leaked(text, current, facts);
    if !leaked.is_empty() {
        found.push(Doubt::Leaks { facts: leaked });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &str = "You help customers.";

    fn of(reply: &str) -> Vec<Doubt> {
        doubts(reply, SEED, &["Old and turned down."], &["#W123".to_owned()])
    }

    #[test]
    fn a_sound_reply_raises_none() {
        assert_eq!(of("I add a rule.\n\n```\nYou help customers. Ask first.\n```"), []);
        assert_eq!(of("<think>hm</think>\n```\nAsk first.\n```\n"), []);
    }

    #[test]
    fn each_fault_has_its_doubt() {
        assert_eq!(of("```\nYou help customers. And then"), [Doubt::UnclosedBlock]);
        assert_eq!(of("<think>I wonder\n```\na\n```"), [Doubt::UnclosedThinking]);
        assert_eq!(of("Ask first."), [Doubt::NoBlock]);
        assert_eq!(of("I’m sorry, but I can't help with that."), [Doubt::NoBlock, Doubt::Refusal]);
        assert_eq!(of("```\n```"), [Doubt::Empty]);
        assert_eq!(of(""), [Doubt::Empty]);
        assert_eq!(of("```\nYou help customers.\n```"), [Doubt::Unchanged]);
        assert_eq!(of("```\nOld and turned down.\n```"), [Doubt::AlreadyRejected]);
        assert_eq!(of("```\nCancel #W123.\n```"), [Doubt::Leaks { facts: vec!["#W123".into()] }]);
        let long = format!("```\n{}\n```", "word ".repeat(MOST_WORDS + 1));
        assert_eq!(of(&long), [Doubt::TooLong { words: MOST_WORDS + 1 }]);
    }
}
