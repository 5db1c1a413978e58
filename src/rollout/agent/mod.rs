//! The agent: the model under study, with its instruction and tools, as the benchmark's loop sees it.
//!
//! An agent is a conversation and a way to read a reply as one action (`tau_bench/agents`). It makes no calls:
//! [`Agent::request`] says what to ask, [`Agent::decide`] reads the reply, [`Agent::record`] keeps what came of it.

pub mod few_shot;
pub mod react;
mod tool_calling;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(super) use self::tool_calling::decide as decide_tool_calling;
use crate::chat::{AssistantMessage, ChatRequest, Message, ToolChoice, ToolSpec};
use crate::domain::{Action, RESPOND};
use crate::py::PyResult;

/// How the agent's model is asked, and how its reply becomes an action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgentStrategy {
    /// The tools go along with the call; the first tool call of a reply is the action, else its text is
    /// (`tool_calling_agent.py`).
    #[default]
    ToolCalling,
    /// The tools stand in the system text, and the model writes its action as JSON after `Action:`
    /// (`chat_react_agent.py` without reasoning).
    Act,
    /// The same with a thought before each action.
    React,
    /// Tool calling with examples of conversations in the system text (`few_shot_agent.py`).
    FewShot,
}

impl AgentStrategy {
    pub const ALL: [Self; 4] = [Self::ToolCalling, Self::Act, Self::React, Self::FewShot];

    /// The original's name for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ToolCalling => "tool-calling",
            Self::Act => "act",
            Self::React => "react",
            Self::FewShot => "few-shot",
        }
    }

    /// Whether the model is offered the tools with each call.
    #[must_use]
    pub const fn offers_tools(self) -> bool {
        matches!(self, Self::ToolCalling | Self::FewShot)
    }
}

/// What an agent is made of.
#[derive(Clone, Debug, Default)]
pub struct AgentSettings {
    pub strategy: AgentStrategy,
    /// The system text: the domain's policy or whatever the user made of it.
    pub instruction: String,
    /// The examples of a [`AgentStrategy::FewShot`] agent, already drawn; others show none.
    pub examples: Arc<[String]>,
    /// Sent only when set. The original sends 0.0, which many current models refuse.
    pub temperature: Option<f64>,
    /// Ends a rollout of an act, react or few-shot agent with an error when a reply's cost is not known, as the
    /// original's sum of costs does. Off, such a cost is simply not known.
    pub demands_costs: bool,
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
        let instruction = &settings.instruction;
        let content = match settings.strategy {
            AgentStrategy::ToolCalling => instruction.clone(),
            AgentStrategy::FewShot => few_shot::prompt(instruction, &settings.examples),
            AgentStrategy::Act => react::prompt(instruction, &tools, false),
            AgentStrategy::React => react::prompt(instruction, &tools, true),
        };
        let messages = vec![Message::System { content }, Message::User { content: first_message.to_owned() }];
        Self { settings, tools, messages }
    }

    /// The conversation from the agent's side, the instruction first.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    #[must_use]
    pub const fn settings(&self) -> &AgentSettings {
        &self.settings
    }

    /// The next model call.
    #[must_use]
    pub fn request(&self) -> ChatRequest {
        ChatRequest {
            messages: self.messages.clone(),
            tools: if self.settings.strategy.offers_tools() { self.tools.clone() } else { Vec::new() },
            tool_choice: ToolChoice::Auto,
            temperature: self.settings.temperature,
        }
    }

    /// Reads a reply as an action.
    ///
    /// # Errors
    /// A reply that is no action. The original's run ends there, with the exception's text as its error and a reward
    /// of 0; so does ours.
    pub fn decide(&self, reply: &AssistantMessage) -> PyResult<Action> {
        if self.settings.strategy.offers_tools() { tool_calling::decide(reply) } else { react::decide(reply) }
    }

    /// Keeps a reply and the observation that its action led to.
    ///
    /// Of several tool calls only the first is kept, as only that one was run; text beside it stays.
    pub fn record(&mut self, mut reply: AssistantMessage, action: &Action, observation: &str) {
        let said = |content: String| Message::User { content };
        let result = if !self.settings.strategy.offers_tools() {
            // Such an agent has no tool calls; one that a model made up would need an answer that it does not get.
            reply.tool_calls.clear();
            let prefix = if action.name == RESPOND { "" } else { react::OBSERVATION };
            said(format!("{prefix}{observation}"))
        } else {
            match reply.tool_calls.first() {
                Some(call) if action.name != RESPOND => {
                    Message::Tool { call_id: call.id.clone(), name: call.name.clone(), content: observation.to_owned() }
                }
                _ => said(observation.to_owned()),
            }
        };
        if action.name != RESPOND {
            reply.tool_calls.truncate(1);
        }
        self.messages.push(Message::Assistant(reply));
        self.messages.push(result);
    }
}
