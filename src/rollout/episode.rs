//! One rollout: an agent, a user simulator and an environment, taking turns until something ends it.
//!
//! An [`Episode`] is a state machine without I/O. It says which seat is due ([`Episode::due`]) and what to ask its model
//! ([`Episode::request`]); whoever drives it makes the call and feeds the reply back ([`Episode::supply`]) or reports
//! that there is none ([`Episode::fail`]). Driving can pause, step, stop, resume from recorded replies and run anywhere;
//! the same replies always lead to the same trajectory (`tau_bench/agents/tool_calling_agent.py` and `envs/base.py`).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::agent::{Agent, AgentSettings, AgentStrategy};
use super::environment::{EnvInfo, EnvResponse, Environment, UserReply, respond_content};
use super::reward::Reward;
use super::trajectory::{OtherCall, Step, StepKind};
use super::user::{Turn, UserSimulator, UserStrategy};
use crate::chat::{ChatError, ChatErrorKind, ChatReply, ChatRequest, Finish, Message};
use crate::domain::toolkit::ToolOutcome;
use crate::domain::{Action, RESPOND, Task, World};
use crate::py::{PyError, PyResult, Value, text};

/// The original's limit on the agent's model calls.
pub const DEFAULT_MAX_STEPS: usize = 30;

/// A place at the table, filled by a model, a program or a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Seat {
    Agent,
    User,
}

/// How a rollout ended.
#[derive(Clone, Debug)]
pub enum Ending {
    /// The user stopped or the agent transferred, and the environment judged the end state.
    Judged(Arc<Reward>),
    /// The agent used up its steps. The original gives 0.0 without looking at the state.
    StepLimit,
    /// What the agent did broke the environment's step. The original's run ends in an error, counted as 0.0.
    AgentFault(PyError),
    /// Something outside the conversation failed: there is no verdict, and no reward.
    Unscored { seat: Seat, error: ChatError },
    /// A person stopped it: no reward.
    Stopped,
}

impl Ending {
    /// The reward, 0.0 to 1.0; `None` where there is no verdict.
    #[must_use]
    pub fn reward(&self) -> Option<f64> {
        match self {
            Self::Judged(reward) => Some(reward.reward),
            Self::StepLimit | Self::AgentFault(_) => Some(0.0),
            Self::Unscored { .. } | Self::Stopped => None,
        }
    }
}

/// A rollout in progress or at its end. A clone is a snapshot and costs little.
#[derive(Clone, Debug)]
pub struct Episode {
    environment: Environment,
    settings: AgentSettings,
    user: UserSimulator,
    /// The model calls of the user's turn so far, each with whether it was for words.
    turn: Vec<(ChatReply, bool)>,
    /// `None` until the user has spoken first.
    agent: Option<Agent>,
    /// What the agent said, waiting for the user's answer.
    spoken: Option<(ChatReply, Action)>,
    max_steps: usize,
    steps_taken: usize,
    /// The last reply of the agent's model had no cost where the settings demand one.
    lacks_cost: bool,
    trajectory: Vec<Step>,
    /// What the original tells of the last step.
    last_info: Option<EnvInfo>,
    ending: Option<Ending>,
}

impl Episode {
    /// A rollout about to begin; the user is due first. `max_steps` limits the agent's model calls.
    #[must_use]
    pub fn new(world: Arc<World>, task: Arc<Task>, settings: AgentSettings, max_steps: usize) -> Self {
        let user = UserSimulator::new(UserStrategy::Llm, &task.user_scenario);
        Self {
            environment: Environment::new(world, task),
            settings,
            user,
            turn: Vec::new(),
            agent: None,
            spoken: None,
            max_steps,
            steps_taken: 0,
            lacks_cost: false,
            trajectory: Vec::new(),
            last_info: None,
            ending: None,
        }
    }

    /// The same rollout with the user's model asked in another way. Only before it begins.
    #[must_use]
    pub fn with_user(self, strategy: UserStrategy) -> Self {
        debug_assert!(self.trajectory.is_empty());
        let user = UserSimulator::new(strategy, &self.environment.task().user_scenario);
        Self { user, ..self }
    }

    /// Whose model is to be asked next; `None` once it ended.
    #[must_use]
    pub fn due(&self) -> Option<Seat> {
        match self.ending {
            Some(_) => None,
            None if self.agent.is_none() || self.spoken.is_some() => Some(Seat::User),
            None => Some(Seat::Agent),
        }
    }

    /// The call that is due; `None` once it ended.
    #[must_use]
    pub fn request(&self) -> Option<ChatRequest> {
        match (self.due()?, &self.agent) {
            (Seat::Agent, Some(agent)) => Some(agent.request()),
            _ => Some(self.user.request()),
        }
    }

    /// Feeds the reply to the call that was due. After the end it does nothing.
    pub fn supply(&mut self, reply: ChatReply) {
        match self.due() {
            Some(Seat::User) => self.supply_user(reply),
            Some(Seat::Agent) => self.supply_agent(reply),
            None => {}
        }
    }

    /// The call that was due has no reply and will get none: the rollout ends unscored.
    pub fn fail(&mut self, error: ChatError) {
        if let Some(seat) = self.due() {
            self.ending = Some(Ending::Unscored { seat, error });
        }
    }

    /// Ends the rollout by a person's decision.
    pub fn stop(&mut self) {
        self.ending.get_or_insert(Ending::Stopped);
    }

    /// Takes back an end without a verdict: the call that was due then is due again. A verdict stands.
    pub fn reopen(&mut self) {
        if matches!(self.ending, Some(Ending::Unscored { .. } | Ending::Stopped)) {
            self.ending = None;
        }
    }

    /// Everything that happened, in order. Each step keeps the database as it was after it.
    #[must_use]
    pub fn trajectory(&self) -> &[Step] {
        &self.trajectory
    }

    #[must_use]
    pub const fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    #[must_use]
    pub const fn environment(&self) -> &Environment {
        &self.environment
    }

    /// What the original tells of the last step; `None` before the user has spoken.
    #[must_use]
    pub const fn last_info(&self) -> Option<&EnvInfo> {
        self.last_info.as_ref()
    }

    /// The instruction that the agent was given.
    #[must_use]
    pub fn instruction(&self) -> &str {
        &self.settings.instruction
    }

    /// The agent's side of the conversation; empty until the user has spoken.
    #[must_use]
    pub fn agent_messages(&self) -> &[Message] {
        self.agent.as_ref().map_or(&[], Agent::messages)
    }

    fn supply_user(&mut self, reply: ChatReply) {
        if let Err(error) = usable(&reply) {
            return self.fail(error);
        }
        let before = self.user.clone();
        let for_words = self.user.is_speaking();
        let turn = self.user.supply(reply.message.clone());
        let words = match turn {
            Turn::More => return self.turn.push((reply, for_words)),
            Turn::Said(Some(words)) => words,
            Turn::Said(None) => return self.fail(no_text()),
            Turn::Fault(fault) => {
                // Should the rollout be taken up again, this call is the one to repeat.
                self.user = before;
                return self.fail(misshapen(&fault));
            }
        };
        self.turn.push((reply, for_words));
        let last = self.turn.iter().rposition(|(_, for_words)| *for_words);
        let spoken = last.map(|at| self.turn.remove(at).0);
        let others: Vec<OtherCall> =
            self.turn.drain(..).map(|(reply, for_words)| OtherCall { reply, for_words }).collect();
        let answer = UserReply { text: words.clone(), cost_usd: spoken.as_ref().and_then(|reply| reply.cost_usd) };
        let response = match self.spoken.take() {
            None => {
                let (opening, info) = self.environment.reset(answer);
                // The original's act and react agents forget what the reset told.
                self.last_info = self.settings.strategy.offers_tools().then_some(info);
                self.agent = Some(Agent::new(self.settings.clone(), self.environment.world().domain.specs(), &opening));
                None
            }
            Some((spoken, action)) => {
                if let Some(agent) = &mut self.agent {
                    agent.record(spoken.message, &action, &words);
                }
                Some(self.environment.step_respond(action, answer))
            }
        };
        self.push(StepKind::UserSaid { words, reply: spoken.map(Box::new), others });
        if let Some(response) = response {
            self.conclude(response);
        }
    }

    fn supply_agent(&mut self, reply: ChatReply) {
        let Some(agent) = &self.agent else { return };
        self.steps_taken += 1;
        self.lacks_cost = self.settings.demands_costs && reply.cost_usd.is_none();
        if self.lacks_cost && self.settings.strategy == AgentStrategy::FewShot {
            // There the original adds up costs before it looks at the reply.
            let error = no_cost();
            self.push(StepKind::Unreadable { reply: Box::new(reply), error: error.clone() });
            self.ending = Some(Ending::AgentFault(error));
            return;
        }
        let readable = whole(&reply).and_then(|()| agent.decide(&reply.message)).and_then(|action| {
            let speaks = action.name == RESPOND;
            let content = if speaks { respond_content(&action)?.clone() } else { Value::None };
            Ok((action, speaks.then_some(content)))
        });
        match readable {
            Err(error) => {
                self.push(StepKind::Unreadable { reply: Box::new(reply), error: error.clone() });
                self.ending = Some(Ending::AgentFault(error));
            }
            Ok((action, Some(content))) => self.speak(reply, action, &content),
            Ok((action, None)) => self.call_tool(reply, action),
        }
    }

    fn speak(&mut self, reply: ChatReply, action: Action, content: &Value) {
        let words = (!matches!(content, Value::None)).then(|| text::str_of(content));
        self.user.hear(words.as_deref().unwrap_or_default());
        self.push(StepKind::AgentSaid { words, reply: Some(Box::new(reply.clone())) });
        self.spoken = Some((reply, action));
    }

    fn call_tool(&mut self, reply: ChatReply, action: Action) {
        let response = self.environment.step_tool(action.clone());
        if let Ok(EnvResponse { observation, done, call: Some(status), .. }) = &response {
            let outcome = ToolOutcome { observation: observation.clone(), status: *status, terminates: *done };
            if let Some(agent) = &mut self.agent {
                agent.record(reply.message.clone(), &action, observation);
            }
            self.push(StepKind::ToolCalled { action, outcome, reply: Some(Box::new(reply)) });
        } else if let Err(error) = &response {
            self.push(StepKind::Unreadable { reply: Box::new(reply), error: error.clone() });
        }
        self.conclude(response);
    }

    /// Decides whether a finished step was the last.
    fn conclude(&mut self, response: PyResult<EnvResponse>) {
        match response {
            Err(error) => self.ending = Some(Ending::AgentFault(error)),
            Ok(_) if self.lacks_cost && self.settings.strategy != AgentStrategy::ToolCalling => {
                self.ending = Some(Ending::AgentFault(no_cost()));
            }
            Ok(response) => {
                if let Some(reward) = &response.info.reward {
                    self.ending = Some(Ending::Judged(Arc::clone(reward)));
                } else if self.steps_taken >= self.max_steps {
                    self.ending = Some(Ending::StepLimit);
                }
                self.last_info = Some(response.info);
            }
        }
    }

    fn push(&mut self, kind: StepKind) {
        self.trajectory.push(Step { kind, database: self.environment.database().clone() });
    }
}

/// Refuses a reply whose tool call was cut off: what is left of its arguments may even parse, but is not what the model
/// meant.
fn whole(reply: &ChatReply) -> PyResult<()> {
    if reply.finish == Finish::Length && !reply.message.tool_calls.is_empty() {
        return Err(PyError::value_error("the reply was cut at the token limit inside a tool call"));
    }
    Ok(())
}

/// Refuses a reply of the user's model that cannot be used. The user is an instrument: a reply that is none, or that
/// its provider withheld, is no fault of the agent's and must not cost a reward.
fn usable(reply: &ChatReply) -> Result<(), ChatError> {
    match (&reply.finish, &reply.message.content) {
        (Finish::ContentFilter | Finish::Refusal, _) => Err(instrument_fault(
            ChatErrorKind::Forbidden,
            "The user simulator's model refused to play the user, or was filtered.",
        )),
        (Finish::Empty | Finish::MalformedCall, _) | (_, None) => Err(no_text()),
        (_, Some(_)) => Ok(()),
    }
}

/// What the original raises when it adds up a cost that is not known.
fn no_cost() -> PyError {
    PyError::type_error("unsupported operand type(s) for +=: 'float' and 'NoneType'")
}

fn no_text() -> ChatError {
    instrument_fault(ChatErrorKind::Truncated, "The user simulator's model answered without any text.")
}

fn misshapen(fault: &PyError) -> ChatError {
    // The text may quote the reply, which has no place in an error.
    let what = match fault.message.split_once(':') {
        Some((what, _)) => what,
        None => &fault.message,
    };
    let what = format!("The user simulator's model did not keep to the form that it was asked for ({what}).");
    instrument_fault(ChatErrorKind::Truncated, &what)
}

fn instrument_fault(kind: ChatErrorKind, what: &str) -> ChatError {
    ChatError::new(kind, format!("{what} Run the task again, or choose another model for the user."))
}
