//! Quoting a server's words without what they must not carry: keys, and the conversation itself.

use super::secret::{Secret, scrub};
use crate::chat::{ChatReply, Message};

/// Longest quotation, in characters.
const QUOTE_CHARS: usize = 300;
/// A run of this many characters that also stands in the conversation is taken for an echo of it.
const ECHO_CHARS: usize = 16;
/// A shorter message is recognised only where it stands whole and in quotes.
const SHORTEST_QUOTED: usize = 3;

/// A server's text on one line, shortened, without keys and without anything it echoed from the conversation.
#[must_use]
pub fn quote(text: &str, messages: &[Message], keys: &[&Secret]) -> String {
    let scrubbed = scrub(text, keys);
    let line = scrubbed.split_whitespace().collect::<Vec<_>>().join(" ");
    // Cut twice: first generously, so that an echo at the border is still recognised whole.
    let mut quoted = without_echoes(&line.chars().take(4 * QUOTE_CHARS).collect::<String>(), messages);
    if quoted.chars().count() > QUOTE_CHARS {
        quoted = quoted.chars().take(QUOTE_CHARS).collect::<String>() + "…";
    }
    quoted
}

/// A reply without the key that it was asked with: a server may send back what it was sent, and replies are kept.
#[must_use]
pub fn without_key(reply: ChatReply, key: &Secret) -> ChatReply {
    let Ok(text) = serde_json::to_string(&reply) else { return reply };
    let clean = key.taken_out_of(text.clone());
    if clean == text {
        return reply;
    }
    // A key that hides in a part that must have its form, a number say, is no key that anybody was given.
    serde_json::from_str(&clean).unwrap_or(reply)
}

fn without_echoes(text: &str, messages: &[Message]) -> String {
    let said: Vec<String> = messages.iter().flat_map(texts_of).map(|text| one_line(&text)).collect();
    let mut text = text.to_owned();
    for short in said.iter().filter(|said| (SHORTEST_QUOTED..ECHO_CHARS).contains(&said.chars().count())) {
        for quote in ['"', '\'', '`'] {
            text = text.replace(&format!("{quote}{short}{quote}"), "…");
        }
    }
    let chars: Vec<char> = text.chars().collect();
    let echoes = |piece: &[char]| {
        let piece: String = piece.iter().collect();
        said.iter().any(|said| said.contains(&piece))
    };
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let mut end = at + ECHO_CHARS;
        if end > chars.len() || !echoes(&chars[at..end]) {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        while end < chars.len() && echoes(&chars[at..=end]) {
            end += 1;
        }
        out.push('…');
        at = end;
    }
    out
}

fn texts_of(message: &Message) -> Vec<String> {
    let mut texts: Vec<String> = message.text().map(str::to_owned).into_iter().collect();
    if let Message::Assistant(assistant) = message {
        texts.extend(assistant.reasoning.clone());
        texts.extend(assistant.tool_calls.iter().map(|call| call.arguments.clone()));
    }
    texts
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(content: &str) -> Message {
        Message::User { content: content.to_owned() }
    }

    #[test]
    fn an_echoed_message_is_left_out() {
        let said = [user("My order number is W1234567 and\nmy zip code is 19122."), user("hello")];
        assert_eq!(
            quote("bad value: 'order number is W1234567 and my zip' at 3, input 'hello'", &said, &[]),
            "bad value: '…' at 3, input …"
        );
    }

    #[test]
    fn the_servers_own_words_stay_and_are_cut() {
        assert_eq!(quote("  maximum\n context length  ", &[user("hi")], &[]), "maximum context length");
        let long = quote(&"ab ".repeat(500), &[], &[]);
        assert_eq!(long.chars().count(), QUOTE_CHARS + 1);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn what_looks_like_a_key_is_left_out() {
        assert_eq!(quote("wrong key sk-abcdefgh12345", &[], &[]), "wrong key ••••");
    }
}
