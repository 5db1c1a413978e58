//! Reading the reply of an agent that was offered tools (`tool_calling_agent.py`, `few_shot_agent.py`).

use crate::chat::AssistantMessage;
use crate::domain::{Action, RESPOND};
use crate::py::{self, Dict, Exception, PyError, PyResult, Value};

/// The first tool call, else the text (which may be `None`) as `respond`.
///
/// # Errors
/// Arguments that are not JSON, or JSON but not an object. The original's run ends there, with the exception's text as
/// its error and a reward of 0; so does ours.
pub fn decide(reply: &AssistantMessage) -> PyResult<Action> {
    let Some(call) = reply.tool_calls.first() else {
        let content = reply.content.as_deref().map_or(Value::None, Value::from);
        return Ok(Action { name: RESPOND.to_owned(), kwargs: Dict::from_iter([("content", content)]) });
    };
    match py::json::loads(&call.arguments)? {
        Value::Dict(kwargs) => Ok(Action { name: call.name.clone(), kwargs }),
        other => Err(PyError::new(
            Exception::ValidationError,
            format!("the arguments of {} are a JSON {}, not an object", call.name, json_kind(&other)),
        )),
    }
}

pub(super) const fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::None => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::Big(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Dict(_) => "object",
    }
}
