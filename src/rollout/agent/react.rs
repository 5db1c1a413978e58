//! Agents that write their action as text: `react` with a thought before it, `act` without
//! (`chat_react_agent.py`).

use super::tool_calling::json_kind;
use crate::chat::{AssistantMessage, Message, ToolSpec};
use crate::domain::{Action, RESPOND};
use crate::py::{self, Dict, Exception, PyError, PyResult, Value, json, ops, text};

/// What stands before the action in a reply; the last one counts.
const MARKER: &str = "Action:";

/// What a tool's answer begins with.
pub const OBSERVATION: &str = "API output: ";

/// The system text: the instruction, the tools, and how to write an action. The wording of the last part is Taupe's
/// own; its place and the format that it asks for are the original's.
#[must_use]
pub fn prompt(instruction: &str, tools: &[ToolSpec], with_thought: bool) -> String {
    let tools = serde_json::to_string(&tools.iter().map(offered).collect::<Vec<_>>()).unwrap_or_default();
    // As Python writes it.
    let tools = json::loads(&tools).map_or(tools, |tools| json::dumps(&tools));
    let (thought, shape, look_up, answer) = if with_thought {
        (
            "Begin each message with the line `Thought:` and, below it, one line in which you weigh what to do. ",
            "Thought:\n<one line of reasoning>\nAction:\n",
            "Thought:\nThe city is in the USA, so degrees Fahrenheit are what the user expects.\n",
            "Thought:\nNow I know the weather and can answer.\n",
        )
    } else {
        ("", "Action:\n", "", "")
    };
    format!(
        "{instruction}\n#Available tools\n{tools}\n# Instruction\n\
         You are the agent: serve the user with the tools above and keep to the policy above.\n\n\
         {thought}Write one action in each message, as JSON after the line `Action:`, and nothing behind it:\n\
         {shape}{{\"name\": <name of the action>, \"arguments\": <its arguments as a JSON object>}}\n\n\
         Only valid JSON without a code fence is understood. Never invent arguments. To speak to the user, take the \
         action `{RESPOND}` with the one argument `content`.\n\n\
         Say the user asks how warm it is in San Francisco, and there is a tool `get_current_weather` with the \
         arguments `location` and `format`. Then write:\n\
         {look_up}Action:\n\
         {{\"name\": \"get_current_weather\", \"arguments\": {{\"location\": \"San Francisco, CA\", \"format\": \
         \"fahrenheit\"}}}}\n\n\
         If it answers \"70F\", write:\n\
         {answer}Action:\n\
         {{\"name\": \"{RESPOND}\", \"arguments\": {{\"content\": \"It is 70 degrees Fahrenheit in San Francisco.\"}}}}\n"
    )
}

/// What stands before the action in a written reply: the thought of a react agent, without its heading. `None` where the
/// reply has no action, or nothing before it.
#[must_use]
pub fn thought(content: &str) -> Option<&str> {
    let (before, _) = content.rsplit_once(MARKER)?;
    let before = before.trim();
    let thought = before.strip_prefix("Thought:").unwrap_or(before).trim();
    (!thought.is_empty()).then_some(thought)
}

/// Whether a reply is of the form that was asked for: it names an action.
#[must_use]
pub fn is_written(content: &str) -> bool {
    content.contains(MARKER)
}

/// An answer given as words or as a tool call, in the form that such an agent writes.
#[must_use]
pub fn write(answer: &AssistantMessage) -> AssistantMessage {
    let said = || serde_json::json!({"content": answer.content.clone().unwrap_or_default()}).to_string();
    let (name, arguments) = match answer.tool_calls.first() {
        Some(call) => (call.name.as_str(), call.arguments.clone()),
        None => (RESPOND, said()),
    };
    let name = serde_json::Value::from(name);
    // In JSON it can only stand inside a text, where it would be taken for the marker.
    let arguments = arguments.replace(MARKER, "Action\\u003a");
    AssistantMessage::of_text(format!("{MARKER}\n{{\"name\": {name}, \"arguments\": {arguments}}}"))
}

/// A conversation of such an agent as one that is offered tools has it: what tools answered is told as such.
#[must_use]
pub fn with_tool_results(conversation: &[Message]) -> Vec<Message> {
    let mut called: Option<String> = None;
    let read = |message: &Message| match message {
        Message::Assistant(reply) => {
            called = decide(reply).ok().map(|action| action.name).filter(|name| name != RESPOND);
            message.clone()
        }
        Message::User { content } => match (called.take(), content.strip_prefix(OBSERVATION)) {
            (Some(name), Some(content)) => Message::Tool { call_id: String::new(), name, content: content.to_owned() },
            _ => message.clone(),
        },
        _ => message.clone(),
    };
    conversation.iter().map(read).collect()
}

fn offered(tool: &ToolSpec) -> serde_json::Value {
    serde_json::json!({"type": "function", "function": tool})
}

/// The action after the last marker; a text that is no JSON there is a reply to the user.
///
/// # Errors
/// No text at all, or JSON that is no action. The original's run ends there.
pub fn decide(reply: &AssistantMessage) -> PyResult<Action> {
    let Some(content) = &reply.content else {
        return Err(ops::attribute_error(&Value::None, "split"));
    };
    let written = text::strip(content.rsplit(MARKER).next().unwrap_or_default());
    let action = match py::json::loads(written) {
        Ok(action) => action,
        Err(error) if error.kind == Exception::JsonDecodeError => {
            let kwargs = Dict::from_iter([("content", Value::from(written))]);
            return Ok(Action { name: RESPOND.to_owned(), kwargs });
        }
        Err(error) => return Err(error),
    };
    for part in ["name", "arguments"] {
        if !ops::contains_substring(&action, part)? {
            return Err(PyError::new(Exception::AssertionError, ""));
        }
    }
    match (ops::get_key(&action, "name")?, ops::get_key(&action, "arguments")?) {
        (Value::Str(name), Value::Dict(kwargs)) => Ok(Action { name: name.to_string(), kwargs: kwargs.clone() }),
        (name, arguments) => Err(PyError::new(
            Exception::ValidationError,
            format!("an action's name is a JSON {}, its arguments a JSON {}", json_kind(name), json_kind(arguments)),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::ToolCall;

    #[test]
    fn a_thought_is_what_stands_before_the_last_action() {
        assert_eq!(thought("Thought:\nWho is it?\nAction:\n{}"), Some("Who is it?"));
        assert_eq!(thought("Action:\n{}"), None);
        assert_eq!(thought("Thought: hm"), None);
        assert!(is_written("Action: x") && !is_written("Hello"));
    }

    #[test]
    fn a_persons_answer_is_read_as_they_meant_it() {
        let call = ToolCall { id: "1".into(), name: "look".into(), arguments: r#"{"at": "a \"b\""}"#.into() };
        let action = decide(&write(&AssistantMessage::of_calls(vec![call]))).unwrap();
        assert_eq!(
            (action.name.as_str(), json::dumps(&Value::Dict(action.kwargs))),
            ("look", r#"{"at": "a \"b\""}"#.into())
        );
        let action = decide(&write(&AssistantMessage::of_text("Say \"hi\"\nAction: none"))).unwrap();
        assert_eq!(action.name, RESPOND);
        assert_eq!(action.kwargs.get("content").map(text::str_of).as_deref(), Some("Say \"hi\"\nAction: none"));
    }

    #[test]
    fn only_what_tools_answered_becomes_a_tool_result() {
        let said = |content: &str| Message::User { content: content.to_owned() };
        let wrote = |name: &str| {
            let text = format!("Action:\n{{\"name\": \"{name}\", \"arguments\": {{\"content\": \"x\"}}}}");
            Message::Assistant(AssistantMessage::of_text(text))
        };
        let told = format!("{OBSERVATION}42");
        let conversation = [said(&told), wrote("look"), said(&told), wrote(RESPOND), said(&told)];
        let read = with_tool_results(&conversation);
        let result = Message::Tool { call_id: String::new(), name: "look".into(), content: "42".into() };
        assert_eq!(read, [said(&told), wrote("look"), result, wrote(RESPOND), said(&told)]);
    }
}
