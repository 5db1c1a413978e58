//! The message that a fork begins with, as it is edited: what was said or called, and the reply that the edit makes.

use serde_json::Value;

use crate::chat::{AssistantMessage, ToolCall};
use crate::rollout::{Seat, Step, StepKind};

/// What a model or a person replied in a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken {
    pub seat: Seat,
    pub message: AssistantMessage,
}

/// What was replied in a step; `None` where nobody spoke.
#[must_use]
pub fn spoken(step: &Step) -> Option<Spoken> {
    let seat = match step.kind {
        StepKind::UserSaid { .. } => Seat::User,
        _ => Seat::Agent,
    };
    step.reply().map(|reply| Spoken { seat, message: reply.message.clone() })
}

/// The fields of the editor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// A tool call instead of words.
    pub is_call: bool,
    pub words: String,
    /// The tool's name.
    pub name: String,
    /// The arguments as JSON.
    pub arguments: String,
}

/// What is wrong with an edit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditFault {
    #[error("Write what is said.")]
    NoWords,
    #[error("Choose a tool.")]
    NoTool,
    #[error("The arguments are not JSON: {0}.")]
    NotJson(String),
    #[error("The arguments must be a JSON object, such as {{\"order_id\": \"#W1\"}}.")]
    NotAnObject,
}

impl Edit {
    /// The fields as they stand before anything is edited.
    #[must_use]
    pub fn of(said: Option<&Spoken>) -> Self {
        let Some(Spoken { message, .. }) = said else { return Self::default() };
        let call = message.tool_calls.first();
        Self {
            is_call: call.is_some(),
            words: message.content.clone().unwrap_or_default(),
            name: call.map(|call| call.name.clone()).unwrap_or_default(),
            arguments: call.map_or_else(|| "{}".to_owned(), |call| set_out(&call.arguments)),
        }
    }

    /// The reply that the fork is to have instead; `None` where it is as it was.
    ///
    /// # Errors
    /// There is nothing in the fields that could be a reply.
    pub fn reply(&self, said: Option<&Spoken>) -> Result<Option<AssistantMessage>, EditFault> {
        let Some(said) = said else { return Ok(None) };
        if *self == Self::of(Some(said)) {
            return Ok(None);
        }
        if !self.is_call {
            return match self.words.trim() {
                "" => Err(EditFault::NoWords),
                _ => Ok(Some(AssistantMessage::of_text(self.words.clone()))),
            };
        }
        if self.name.trim().is_empty() {
            return Err(EditFault::NoTool);
        }
        let arguments: Value =
            serde_json::from_str(&self.arguments).map_err(|error| EditFault::NotJson(error.to_string()))?;
        if !arguments.is_object() {
            return Err(EditFault::NotAnObject);
        }
        let id = said.message.tool_calls.first().map_or_else(|| "t1".to_owned(), |call| call.id.clone());
        let call = ToolCall { id, name: self.name.trim().to_owned(), arguments: arguments.to_string() };
        Ok(Some(AssistantMessage::of_calls(vec![call])))
    }
}

/// JSON with indents; anything else as it is.
fn set_out(text: &str) -> String {
    let value = serde_json::from_str::<Value>(text).ok();
    value.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: AssistantMessage) -> Spoken {
        Spoken { seat: Seat::Agent, message }
    }

    fn call(arguments: &str) -> Spoken {
        let call = ToolCall { id: "c7".into(), name: "cancel".into(), arguments: arguments.into() };
        said(AssistantMessage::of_calls(vec![call]))
    }

    #[test]
    fn what_is_not_edited_stays_as_it_was() {
        for said in [said(AssistantMessage::of_text("Hello.")), call(r#"{"id":1}"#), call("not JSON")] {
            assert_eq!(Edit::of(Some(&said)).reply(Some(&said)), Ok(None), "{said:?}");
        }
        assert_eq!(Edit { words: "x".into(), ..Edit::default() }.reply(None), Ok(None), "nobody spoke");
    }

    #[test]
    fn other_words_are_a_message_of_their_own() {
        let said = said(AssistantMessage::of_text("Hello."));
        let edit = Edit { words: "Good day.".into(), ..Edit::of(Some(&said)) };
        assert_eq!(edit.reply(Some(&said)), Ok(Some(AssistantMessage::of_text("Good day."))));
        let empty = Edit { words: " ".into(), ..Edit::of(Some(&said)) };
        assert_eq!(empty.reply(Some(&said)), Err(EditFault::NoWords));
    }

    #[test]
    fn an_edited_call_keeps_its_id() {
        let said = call(r#"{"id":1}"#);
        let edit = Edit { arguments: r#"{ "id": 2 }"#.into(), ..Edit::of(Some(&said)) };
        let reply = edit.reply(Some(&said)).expect("a reply").expect("an edit");
        let made = &reply.tool_calls[0];
        assert_eq!((made.id.as_str(), made.name.as_str(), made.arguments.as_str()), ("c7", "cancel", r#"{"id":2}"#));
    }

    #[test]
    fn words_can_become_a_call_and_a_call_words() {
        let said = said(AssistantMessage::of_text("Hello."));
        let edit = Edit { is_call: true, name: "find".into(), arguments: "{}".into(), ..Edit::of(Some(&said)) };
        let reply = edit.reply(Some(&said)).expect("a reply").expect("an edit");
        assert_eq!((reply.content, reply.tool_calls[0].name.as_str()), (None, "find"));
        let said = call("{}");
        let edit = Edit { is_call: false, words: "Wait.".into(), ..Edit::of(Some(&said)) };
        assert_eq!(edit.reply(Some(&said)), Ok(Some(AssistantMessage::of_text("Wait."))));
    }

    #[test]
    fn what_cannot_be_a_call_is_said() {
        let said = call("{}");
        let fault = |name: &str, arguments: &str| {
            let edit = Edit { name: name.into(), arguments: arguments.into(), ..Edit::of(Some(&said)) };
            edit.reply(Some(&said)).expect_err("a fault")
        };
        assert_eq!(fault(" ", "{}"), EditFault::NoTool);
        assert_eq!(fault("find", "[1]"), EditFault::NotAnObject);
        assert!(matches!(fault("find", "{"), EditFault::NotJson(_)));
    }
}
