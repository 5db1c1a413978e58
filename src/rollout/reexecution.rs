//! Doing a recorded conversation's actions again: do the tools answer as they did, is the reward the same?
//!
//! No model is asked. The recorded replies of agent and user are taken as they stand; tools and reward are computed
//! anew on the present data. What differs is told with its place and, where it can be seen, its reason.

use std::sync::Arc;

use super::agent::decide_tool_calling;
use super::environment::{Environment, UserReply};
use super::reward::Reward;
use crate::chat::Message;
use crate::domain::{RESPOND, Task, World};
use crate::py::{Dict, PyResult, Value, json, ops, text};

/// What came of doing a conversation's actions again.
#[derive(Clone, Debug)]
pub struct Reexecution {
    /// Actions that were done: tool calls and replies to the user.
    pub steps: usize,
    pub tool_calls: usize,
    /// The tool calls whose answer is not the recorded one.
    pub mismatches: Vec<Mismatch>,
    /// The reward of the end; `None`: the conversation breaks off before one.
    pub reward: Option<Arc<Reward>>,
    /// The step at which it ended, from 0. Recorded messages may follow it.
    pub ended_at: Option<usize>,
}

/// A tool call with another answer than the recorded one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The step's position, from 0.
    pub step: usize,
    /// The tool.
    pub name: String,
    pub recorded: String,
    pub recomputed: String,
}

/// Does the actions of a recorded conversation (the agent's side: instruction, user, agent, tool results) again.
///
/// # Errors
/// What the original raises for a reply that it cannot read as an action or carry out; its run ended there.
pub fn reexecute(world: &Arc<World>, task: &Arc<Task>, conversation: &[Message]) -> PyResult<Reexecution> {
    let mut environment = Environment::new(Arc::clone(world), Arc::clone(task));
    let mut done = Reexecution { steps: 0, tool_calls: 0, mismatches: Vec::new(), reward: None, ended_at: None };
    let mut messages = conversation.iter().skip_while(|message| !matches!(message, Message::User { .. }));
    environment.reset(heard(messages.next()));
    while let Some(message) = messages.next() {
        let Message::Assistant(reply) = message else { continue };
        if done.ended_at.is_some() {
            break;
        }
        let action = decide_tool_calling(reply)?;
        let answer = messages.next();
        let response = if action.name == RESPOND {
            environment.step_respond(action, heard(answer))?
        } else {
            let name = action.name.clone();
            let response = environment.step_tool(action)?;
            let recorded = answer.and_then(Message::text).unwrap_or_default();
            if recorded != response.observation {
                done.mismatches.push(Mismatch {
                    step: done.steps,
                    name,
                    recorded: recorded.to_owned(),
                    recomputed: response.observation.clone(),
                });
            }
            done.tool_calls += 1;
            response
        };
        if response.done {
            done.ended_at = Some(done.steps);
            done.reward = response.info.reward;
        }
        done.steps += 1;
    }
    Ok(done)
}

fn heard(message: Option<&Message>) -> UserReply {
    UserReply { text: message.and_then(Message::text).unwrap_or_default().to_owned(), cost_usd: None }
}

impl Mismatch {
    /// The first thing that differs, in words.
    #[must_use]
    pub fn why(&self) -> String {
        let subject = self.name.strip_prefix("get_").and_then(|name| name.strip_suffix("_details"));
        match (json::loads(&self.recorded), json::loads(&self.recomputed)) {
            (Ok(recorded), Ok(recomputed)) => {
                let mut path: Vec<String> = subject.map(str::to_owned).into_iter().collect();
                first_difference(&recorded, &recomputed, &mut path)
                    .unwrap_or_else(|| "the same values, written in another way".to_owned())
            }
            _ => "another text".to_owned(),
        }
    }
}

/// Says where two values differ first; `None` where they are equal, their order of keys aside.
fn first_difference(recorded: &Value, now: &Value, path: &mut Vec<String>) -> Option<String> {
    match (recorded, now) {
        (Value::Dict(recorded), Value::Dict(now)) => difference_of_dicts(recorded, now, path),
        (Value::List(recorded), Value::List(now)) if recorded.len() == now.len() => {
            recorded.iter().zip(now.iter()).enumerate().find_map(|(at, (recorded, now))| {
                path.push(at.to_string());
                let found = first_difference(recorded, now, path);
                path.pop();
                found
            })
        }
        (Value::List(recorded), Value::List(now)) => {
            Some(format!("{}: {} entries now, {} in the recording", path.join(" "), now.len(), recorded.len()))
        }
        _ if ops::eq(recorded, now) => None,
        _ => Some(format!("{}: {} now, {} in the recording", path.join(" "), text::repr(now), text::repr(recorded))),
    }
}

fn difference_of_dicts(recorded: &Dict, now: &Dict, path: &mut Vec<String>) -> Option<String> {
    let mut gone = recorded.iter().filter(|(key, _)| !now.contains_key(*key));
    let mut new = now.iter().filter(|(key, _)| !recorded.contains_key(*key));
    match (gone.next(), new.next()) {
        (Some((old_key, old)), Some((new_key, value))) if ops::eq(old, value) => {
            Some(format!("{} key: '{new_key}' now, '{old_key}' in the recording", path.join(" ")))
        }
        (Some((key, _)), _) => Some(format!("{}: no '{key}' any more", path.join(" "))),
        (None, Some((key, _))) => Some(format!("{}: '{key}' is new", path.join(" "))),
        (None, None) => recorded.iter().find_map(|(key, recorded)| {
            path.push(key.to_string());
            let found = now.get(key).and_then(|now| first_difference(recorded, now, path));
            path.pop();
            found
        }),
    }
}

/// The names of the task's fields that were recorded otherwise than they are now, as the original names them.
#[must_use]
pub fn changed_task_fields(task: &Task, recorded: &Dict) -> Vec<String> {
    let Value::Dict(now) = task.to_value() else { return Vec::new() };
    let differs = |(key, value): &(&crate::py::Str, &Value)| {
        recorded.get(*key).is_some_and(|recorded| json::dumps(recorded) != json::dumps(value))
    };
    now.iter().filter(differs).map(|(key, _)| key.to_string()).collect()
}
