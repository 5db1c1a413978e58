//! The environment of a rollout: one live database, its tools, and the log of what was done.
//!
//! This is `Env` of `tau_bench/envs/base.py` without its user: the original's environment calls the user simulator
//! from inside a step, here the caller asks the simulator and hands the reply in. So nothing in this file waits.
//!
//! ```text
//! reset(opening line) ─► step_tool(action)                      ─┐
//!                     ─► step_respond(action, the user's reply) ─┴► EnvResponse, done with a reward or go on
//! ```

use std::sync::Arc;

use super::reward::Reward;
use crate::domain::record::object;
use crate::domain::{Action, CallStatus, Database, RESPOND, Task, World};
use crate::py::{PyResult, Value, ops};

/// What a user says, somewhere in a message, to end the rollout.
pub const STOP: &str = "###STOP###";

/// What a user answered.
#[derive(Clone, Debug, PartialEq)]
pub struct UserReply {
    pub text: String,
    /// What this one reply cost in US dollars, as the original's simulator would report it.
    pub cost_usd: Option<f64>,
}

/// A task's world as the agent finds and changes it.
///
/// A clone is a snapshot and costs little.
#[derive(Clone, Debug)]
pub struct Environment {
    world: Arc<World>,
    task: Arc<Task>,
    database: Database,
    log: Vec<Action>,
    user_cost_usd: Option<f64>,
}

/// What a step came to (`EnvResponse` of the original).
#[derive(Clone, Debug)]
pub struct EnvResponse {
    /// What the agent reads next: a tool's answer or the user's reply.
    pub observation: String,
    /// 0 until the environment is done.
    pub reward: f64,
    pub done: bool,
    pub info: EnvInfo,
    /// How a tool call went; `None` after a reply to the user.
    pub call: Option<CallStatus>,
}

/// What the original tells of a step besides its observation (`EnvInfo`).
#[derive(Clone, Debug)]
pub struct EnvInfo {
    pub task: Arc<Task>,
    /// Where the observation came from: `user`, or the name that was called.
    pub source: String,
    /// Only once done: the cost of the user's last reply.
    pub user_cost_usd: Option<f64>,
    /// Only once done.
    pub reward: Option<Arc<Reward>>,
}

/// What a reply to the user says; the value may be of any type.
///
/// # Errors
/// `KeyError` where the action has no `content`.
pub fn respond_content(action: &Action) -> PyResult<&Value> {
    action.kwargs.get("content").ok_or_else(|| ops::key_error(&"content".into()))
}

impl Environment {
    /// The environment of a task, which need not be one of the world's own.
    #[must_use]
    pub fn new(world: Arc<World>, task: Arc<Task>) -> Self {
        Self { database: world.database.clone(), world, task, log: Vec::new(), user_cost_usd: None }
    }

    /// Starts over: fresh database, empty log. The observation is the user's opening line.
    pub fn reset(&mut self, opening: UserReply) -> (String, EnvInfo) {
        self.database = self.world.database.clone();
        self.log.clear();
        self.user_cost_usd = opening.cost_usd;
        (opening.text, self.info("user"))
    }

    /// Runs a tool call. Calling a tool that ends the rollout does so even if the call fails.
    ///
    /// # Errors
    /// What the original raises out of its step, which ends the rollout without a verdict: a tool's answer that its
    /// records refuse, or what [`Reward::of`] raises.
    pub fn step_tool(&mut self, action: Action) -> PyResult<EnvResponse> {
        let outcome = self.world.domain.call(&mut self.database, &action.name, &action.kwargs);
        let info = self.info(&action.name);
        self.log.push(action);
        let outcome = outcome?;
        let response = EnvResponse {
            observation: outcome.observation,
            reward: 0.0,
            done: outcome.terminates,
            info,
            call: Some(outcome.status),
        };
        self.finish(response)
    }

    /// Takes a reply of the agent together with the user's answer to it.
    ///
    /// # Errors
    /// `KeyError` where the action has no `content`, which [`respond_content`] tells before the user is asked; and
    /// what [`Reward::of`] raises.
    pub fn step_respond(&mut self, action: Action, answer: UserReply) -> PyResult<EnvResponse> {
        debug_assert_eq!(action.name, RESPOND);
        respond_content(&action)?;
        self.log.push(action);
        self.user_cost_usd = answer.cost_usd;
        let response = EnvResponse {
            done: answer.text.contains(STOP),
            observation: answer.text,
            reward: 0.0,
            info: self.info("user"),
            call: None,
        };
        self.finish(response)
    }

    /// Adds the reward to the last response.
    fn finish(&self, mut response: EnvResponse) -> PyResult<EnvResponse> {
        if response.done {
            let reward = Reward::of(&self.world, &self.task, &self.database, &self.log)?;
            response.reward = reward.reward;
            response.info.user_cost_usd = self.user_cost_usd;
            response.info.reward = Some(Arc::new(reward));
        }
        Ok(response)
    }

    fn info(&self, source: &str) -> EnvInfo {
        EnvInfo { task: Arc::clone(&self.task), source: source.to_owned(), user_cost_usd: None, reward: None }
    }

    #[must_use]
    pub const fn world(&self) -> &Arc<World> {
        &self.world
    }

    #[must_use]
    pub const fn task(&self) -> &Arc<Task> {
        &self.task
    }

    /// The database as the rollout left it so far; a clone is a snapshot. Unlike the original's, it stays the agent's
    /// own after the reward.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Every action taken, in order.
    #[must_use]
    pub fn log(&self) -> &[Action] {
        &self.log
    }
}

impl EnvInfo {
    /// The original's JSON form. It needs the hash of the expected end state, see
    /// [`Reward::result`].
    #[must_use]
    pub fn to_value(&self) -> Value {
        object([
            ("task", self.task.to_value()),
            ("source", self.source.as_str().into()),
            ("user_cost", self.user_cost_usd.map_or(Value::None, Value::Float)),
            ("reward_info", self.reward.as_ref().map_or(Value::None, |reward| reward.result().to_value())),
        ])
    }
}
