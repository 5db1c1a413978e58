//! The agent: the model under study, with its instruction and tools, as the benchmark's loop sees it.
//!
//! An agent is a conversation and a way to read a reply as one action (`tau_bench/agents`). It makes no calls:
//! [`Agent::request`] says what to ask, [`Agent::decide`] reads the reply, [`Agent::record`] keeps what came of it.

use crate::chat::{AssistantMessage, ChatRequest, Message, ToolChoice, ToolSpec};
use crate::domain::{Action, RESPOND};
use crate::py::{self, Dict, Exception, PyError, PyResult, Value};

/// How the agent's model is asked, and how its reply becomes an action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AgentStrategy {
    /// The tools go along with the call; the first tool call of a reply is the action, else its text is
    /// (`tool_calling_agent.py`).
    #[default]
    ToolCalling,
}

/// What an agent is made of.
#[derive(Clone, Debug, Default)]
pub struct AgentSettings {
    pub strategy: AgentStrategy,
    /// The system text: the domain's policy or whatever the user made of it.
    pub instruction: String,
    /// Sent only when set. The original sends 0.0, which many current models refuse.
    pub temperature: Option<f64>,
}

/// An agent within one rollout.
#[derive(Clone, Debug)]
pub struct Agent {
    settings: AgentSettings,
    tools: Vec<ToolSpec>,
    messages: Vec<Message>,
}

impl Agent {
    /// An agent that has read its instruction and the user's first message.
    #[must_use]
    pub fn new(settings: AgentSettings, tools: Vec<ToolSpec>, first_message: &str) -> Self {
        let messages = vec![
            Message::System { content: settings.instruction.clone() },
            Message::User { content: first_message.to_owned() },
        ];
        Self { settings, tools, messages }
    }

    /// The conversation from the agent's side, the instruction first.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The next model call.
    #[must_use]
    pub fn request(&self) -> ChatRequest {
        let AgentStrategy::ToolCalling = self.settings.strategy;
        ChatRequest {
            messages: self.messages.clone(),
            tools: self.tools.clone(),
            tool_choice: ToolChoice::Auto,
            temperature: self.settings.temperature,
        }
    }

    /// Reads a reply as an action: the first tool call, else the text (which may be `None`) as `respond`.
    ///
    /// # Errors
    /// Arguments that are not JSON, or JSON but not an object. The original's run ends there, with the exception's
    /// text as its error and a reward of 0; so does ours.
    pub fn decide(&self, reply: &AssistantMessage) -> PyResult<Action> {
        let AgentStrategy::ToolCalling = self.settings.strategy;
        decide_tool_calling(reply)
    }

    /// Keeps a reply and the observation that its action led to.
    ///
    /// Of several tool calls only the first is kept, as only that one was run; text beside it stays.
    pub fn record(&mut self, mut reply: AssistantMessage, action: &Action, observation: &str) {
        let result = match reply.tool_calls.first() {
            Some(call) if action.name != RESPOND => {
                Message::Tool { call_id: call.id.clone(), name: call.name.clone(), content: observation.to_owned() }
            }
            _ => Message::User { content: observation.to_owned() },
        };
        if action.name != RESPOND {
            reply.tool_calls.truncate(1);
        }
        self.messages.push(Message::Assistant(reply));
        self.messages.push(result);
    }
}

/// Reads a reply of a tool-calling agent, see [`Agent::decide`].
pub(super) fn decide_tool_calling(reply: &AssistantMessage) -> PyResult<Action> {
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

const fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::None => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::Big(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Dict(_) => "object",
    }
}
