//! Examples in the agent's system text (`few_shot_agent.py`).

use crate::chat::Message;
use crate::py::{PyResult, random::Random};

/// How many examples the original shows.
pub const SHOTS: usize = 5;

/// Why a set of displays does not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FewShotError {
    #[error("Few shot displays path is required for few-shot agent strategy")]
    Missing,
    #[error("Few shot displays are empty")]
    Empty,
    #[error("Few shot displays are less than num_few_shots requested: {found} < {wanted}")]
    TooFew { found: usize, wanted: usize },
}

/// Checks that there are displays enough to draw `wanted` of them.
///
/// # Errors
/// With the original's texts.
pub const fn check(displays: &[String], wanted: usize) -> Result<(), FewShotError> {
    match displays.len() {
        0 => Err(FewShotError::Empty),
        found if found < wanted => Err(FewShotError::TooFew { found, wanted }),
        _ => Ok(()),
    }
}

/// A past conversation as text: one block a message, the instruction left out, tool calls not shown.
#[must_use]
pub fn display(conversation: &[Message]) -> String {
    let block = |message: &Message| {
        let role = match message {
            Message::System { .. } => return None,
            Message::User { .. } => "user",
            Message::Assistant(_) => "assistant",
            Message::Tool { .. } => "tool",
        };
        let content = message.text().filter(|text| !text.is_empty()).unwrap_or("None");
        Some(format!("{role}: {content}"))
    };
    conversation.iter().filter_map(block).collect::<Vec<_>>().join("\n")
}

/// What in a file of displays can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DisplayFileError {
    #[error("Line {0} is not JSON. Each line is an object like {{\"messages_display\": \"user: …\"}}.")]
    NotJson(usize),
    #[error("Line {0} has no text under “messages_display”.")]
    NoDisplay(usize),
    #[error(transparent)]
    Unfit(#[from] FewShotError),
}

/// Reads a file of displays, one JSON object a line; only its `messages_display` is used.
///
/// # Errors
/// A line that is none, by its number from 1, or no line at all.
pub fn read_file(text: &str) -> Result<Vec<String>, DisplayFileError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let display = |(at, line): (usize, &str)| {
        let value: serde_json::Value = serde_json::from_str(line).map_err(|_| DisplayFileError::NotJson(at + 1))?;
        let display = value.get("messages_display").and_then(serde_json::Value::as_str);
        display.map(str::to_owned).ok_or(DisplayFileError::NoDisplay(at + 1))
    };
    let displays = lines.map(display).collect::<Result<Vec<String>, _>>()?;
    check(&displays, 1)?;
    Ok(displays)
}

/// The text of a file of displays, as [`read_file`] reads it.
#[must_use]
pub fn write_file(displays: &[String]) -> String {
    let line = |display: &String| serde_json::json!({"messages_display": display}).to_string() + "\n";
    displays.iter().map(line).collect()
}

/// Draws the examples of the rollout of a task and trial under a seed: the same for the same three.
///
/// # Errors
/// There are not enough, in the original's words.
pub fn draw_for(displays: &[String], seed: u64, task: usize, trial: u32) -> Result<Vec<String>, FewShotError> {
    check(displays, SHOTS)?;
    // Any mixing does that keeps neighbours apart.
    let mixed = seed ^ (task as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (u64::from(trial) << 40);
    let mut random = Random::new(mixed);
    draw(displays, SHOTS, &mut random).map_err(|_| FewShotError::TooFew { found: displays.len(), wanted: SHOTS })
}

/// Draws the examples of one rollout, each at most once.
///
/// # Errors
/// Python's `ValueError` where there are fewer than wanted.
pub fn draw(displays: &[String], wanted: usize, random: &mut Random) -> PyResult<Vec<String>> {
    random.sample(displays, wanted)
}

/// The system text: the instruction, then the examples, numbered.
#[must_use]
pub fn prompt(instruction: &str, examples: &[String]) -> String {
    let numbered: Vec<String> =
        examples.iter().enumerate().map(|(at, display)| format!("Example {}:\n{display}", at + 1)).collect();
    format!("{instruction}\n\n{}", numbered.join("\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{AssistantMessage, ToolCall};

    fn displays(count: usize) -> Vec<String> {
        (0..count).map(|at| format!("user: {at}")).collect()
    }

    #[test]
    fn a_conversation_becomes_a_display_as_in_the_originals_files() {
        let call = ToolCall { id: "1".into(), name: "look".into(), arguments: "{}".into() };
        let conversation = [
            Message::System { content: "secret".into() },
            Message::User { content: "Hi".into() },
            Message::Assistant(AssistantMessage::of_calls(vec![call])),
            Message::Tool { call_id: "1".into(), name: "look".into(), content: "[1]".into() },
            Message::Assistant(AssistantMessage::of_text("One.")),
        ];
        assert_eq!(display(&conversation), "user: Hi\nassistant: None\ntool: [1]\nassistant: One.");
    }

    #[test]
    fn a_file_comes_back_as_it_was_written() {
        let own = vec!["user: \u{201c}Hi\u{201d}\nassistant: None".to_owned(), "user: x".to_owned()];
        assert_eq!(read_file(&write_file(&own)), Ok(own));
        let with_more = "{\"messages_display\": \"user: a\", \"id\": 7}\n\n";
        assert_eq!(read_file(with_more), Ok(vec!["user: a".to_owned()]));
    }

    #[test]
    fn what_a_file_lacks_is_named_by_its_line() {
        assert_eq!(read_file("{\"messages_display\": \"a\"}\n[1"), Err(DisplayFileError::NotJson(2)));
        assert_eq!(read_file("{\"messages\": \"a\"}"), Err(DisplayFileError::NoDisplay(1)));
        assert_eq!(read_file(" \n").unwrap_err().to_string(), "Few shot displays are empty");
    }

    #[test]
    fn the_same_rollout_draws_the_same_examples_and_another_one_others() {
        let all = displays(69);
        let first = draw_for(&all, 10, 3, 0).unwrap();
        assert_eq!(first.len(), SHOTS);
        assert_eq!(draw_for(&all, 10, 3, 0).unwrap(), first);
        for (seed, task, trial) in [(11, 3, 0), (10, 4, 0), (10, 3, 1)] {
            assert_ne!(draw_for(&all, seed, task, trial).unwrap(), first);
        }
        let few = draw_for(&displays(4), 1, 0, 0).unwrap_err().to_string();
        assert_eq!(few, "Few shot displays are less than num_few_shots requested: 4 < 5");
    }
}
