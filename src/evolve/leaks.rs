//! Facts of tasks in an instruction: an instruction that names them has learnt the answers by heart.

use std::collections::BTreeSet;

use crate::domain::Task;
use crate::py::Value;

/// Texts that are told by no rule and only by a task: ids, addresses, numbers with letters. Shorter ones stand in any
/// instruction.
const SHORTEST: usize = 4;

/// The facts of tasks that no instruction should hold: who the customer is, and the values of the expected calls that
/// look like ids, mail addresses or numbers. Sorted, each once.
pub fn facts<'a>(tasks: impl IntoIterator<Item = &'a Task>) -> Vec<String> {
    let mut found = BTreeSet::new();
    for task in tasks {
        for action in &task.expected_actions {
            for (_, value) in action.kwargs.iter() {
                collect(value, &mut found);
            }
        }
        if is_fact(&task.user_id) {
            found.insert(task.user_id.to_string());
        }
    }
    found.into_iter().collect()
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Str(text) if is_fact(text) => _ = found.insert(text.to_string()),
        Value::List(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Dict(fields) => fields.iter().for_each(|(_, item)| collect(item, found)),
        _ => {}
    }
}

/// One word with a digit in it: an id, a mail address, a flight number; not a sentence, not an enum's word.
fn is_fact(text: &str) -> bool {
    text.chars().count() >= SHORTEST
        && text.chars().any(|letter| letter.is_ascii_digit())
        && !text.chars().any(char::is_whitespace)
}

/// The facts that stand in a text as whole words and did not stand in the one before it.
#[must_use]
pub fn leaked(text: &str, before: &str, facts: &[String]) -> Vec<String> {
    facts.iter().filter(|fact| names(text, fact) && !names(before, fact)).cloned().collect()
}

fn names(text: &str, fact: &str) -> bool {
    let ends = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    text.match_indices(fact)
        .any(|(at, found)| ends(text[..at].chars().next_back()) && ends(text[at + found.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_facts_and_words_are_not() {
        for fact in
            ["#W2378156", "yusuf_rossi_9620", "nora.whitlock38@example.com", "1151293680", "HAT045", "gift_card_12"]
        {
            assert!(is_fact(fact), "{fact}");
        }
        for word in ["no longer needed", "economy", "123", "USA", "8 Kingfisher Wharf"] {
            assert!(!is_fact(word), "{word}");
        }
    }

    #[test]
    fn only_whole_words_that_are_new_leak() {
        let facts = ["#W123".to_owned(), "ab12".to_owned()];
        assert_eq!(leaked("Refund #W123.", "", &facts), ["#W123"]);
        assert_eq!(leaked("Refund #W1234, cab12.", "", &facts), Vec::<String>::new());
        assert_eq!(leaked("Refund #W123.", "See #W123", &facts), Vec::<String>::new());
    }
}
