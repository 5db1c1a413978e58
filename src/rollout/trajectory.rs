//! The steps of a rollout, each with the database as it was after it.

use serde::{Deserialize, Serialize};

use crate::chat::{AssistantMessage, ChatReply, Message, ToolCall, Usage};
use crate::domain::{Action, Database, toolkit::ToolOutcome};
use crate::py::{PyError, Value, json};

/// One step of a trajectory.
#[derive(Clone, Debug)]
pub struct Step {
    pub kind: StepKind,
    /// The database after the step; unchanged parts are shared with the step before.
    pub database: Database,
}

#[derive(Clone, Debug)]
pub enum StepKind {
    UserSaid {
        words: String,
        /// The model call behind it; `None` where no model spoke.
        reply: Option<Box<ChatReply>>,
        /// The other calls of the turn, in their order.
        others: Vec<OtherCall>,
    },
    AgentSaid {
        /// `None`: the model's reply had neither text nor tool call.
        words: Option<String>,
        reply: Option<Box<ChatReply>>,
    },
    ToolCalled {
        action: Action,
        outcome: ToolOutcome,
        /// `None` in a replay of expected actions.
        reply: Option<Box<ChatReply>>,
    },
    /// The agent's reply could not be taken as an action; the rollout ends with it.
    Unreadable { reply: Box<ChatReply>, error: PyError },
}

/// A model call of a user's turn that was not for the words that were said last.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherCall {
    pub reply: ChatReply,
    /// Words that were turned down; else a judgement of words, or advice.
    pub for_words: bool,
}

impl Step {
    /// The model call behind the step, where there was one.
    #[must_use]
    pub fn reply(&self) -> Option<&ChatReply> {
        match &self.kind {
            StepKind::UserSaid { reply, .. }
            | StepKind::AgentSaid { reply, .. }
            | StepKind::ToolCalled { reply, .. } => reply.as_deref(),
            StepKind::Unreadable { reply, .. } => Some(reply),
        }
    }

    /// All model calls of the step, the one behind it first.
    pub fn replies(&self) -> impl Iterator<Item = &ChatReply> {
        let others = match &self.kind {
            StepKind::UserSaid { others, .. } => others.as_slice(),
            _ => &[],
        };
        self.reply().into_iter().chain(others.iter().map(|other| &other.reply))
    }
}

/// The conversation that steps make, as an agent that is offered tools has it, however it was asked. No instruction
/// stands at its beginning.
#[must_use]
pub fn conversation<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Vec<Message> {
    let mut messages = Vec::new();
    for (at, step) in steps.into_iter().enumerate() {
        match &step.kind {
            StepKind::UserSaid { words, .. } => messages.push(Message::User { content: words.clone() }),
            StepKind::AgentSaid { words, .. } => {
                messages.push(Message::Assistant(AssistantMessage { content: words.clone(), ..Default::default() }));
            }
            StepKind::ToolCalled { action, outcome, reply } => {
                // Text beside a call is no part of an action that was written as text.
                let beside = reply.as_ref().filter(|reply| !reply.message.tool_calls.is_empty());
                let call = ToolCall {
                    id: format!("t{at}"),
                    name: action.name.clone(),
                    arguments: json::dumps(&Value::Dict(action.kwargs.clone())),
                };
                let (call_id, name) = (call.id.clone(), call.name.clone());
                messages.push(Message::Assistant(AssistantMessage {
                    content: beside.and_then(|reply| reply.message.content.clone()),
                    tool_calls: vec![call],
                    ..Default::default()
                }));
                messages.push(Message::Tool { call_id, name, content: outcome.observation.clone() });
            }
            StepKind::Unreadable { reply, .. } => messages.push(Message::Assistant(reply.message.clone())),
        }
    }
    messages
}

/// What the model calls of a trajectory used up together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    pub calls: usize,
    pub usage: Usage,
    /// The sum of what providers said they charged, in US dollars; `None` where none said.
    pub cost_usd: Option<f64>,
    /// The time of all calls, in milliseconds.
    pub model_ms: f64,
}

impl Spent {
    /// Adds up the calls of `steps`.
    #[must_use]
    pub fn of<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Self {
        let mut spent = Self::default();
        steps.into_iter().flat_map(Step::replies).for_each(|reply| spent.add(reply));
        spent
    }

    /// Adds what something else used up.
    pub fn merge(&mut self, other: &Self) {
        self.calls += other.calls;
        self.usage.add(&other.usage);
        self.model_ms += other.model_ms;
        if let Some(cost) = other.cost_usd {
            self.cost_usd = Some(self.cost_usd.unwrap_or(0.0) + cost);
        }
    }

    /// Adds one more call.
    pub fn add(&mut self, reply: &ChatReply) {
        self.calls += 1;
        self.usage.add(&reply.usage);
        self.model_ms += reply.timing.total_ms;
        if let Some(cost) = reply.cost_usd {
            self.cost_usd = Some(self.cost_usd.unwrap_or(0.0) + cost);
        }
    }
}
