//! What went wrong in a rollout that failed, found by rules: no model is asked.
//!
//! The expected calls that change something are set against those that the agent made. An equal pair is no matter; of
//! the rest, a call of the same tool is the expected one with wrong arguments, a call of another tool on the same
//! record is the wrong tool, and what then remains is missing or too much. Beside that stand the texts that were never
//! said, and what the customer did: naming things that its task does not hold, or leaving before the work was done.
//!
//! A finding is a hint where to look, not a verdict: the reward judges the end state alone, and many ways lead there.

use super::environment::STOP;
use super::episode::{Ending, Seat};
use super::trajectory::{Step, StepKind};
use crate::domain::{Action, CallStatus, Task, World};
use crate::py::{Dict, Value, json, ops, text};

/// Something that a rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub what: What,
    /// The step that shows it, from 0; of something missing, the last step.
    pub step: usize,
    /// Whose doing it is.
    pub by: Seat,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// This tool was called where another one was expected on the same record.
    WrongTool { called: String, expected: String },
    /// The tool was the expected one; an argument was not.
    WrongArgument { tool: String, argument: String, given: String, expected: String },
    /// An expected change was never made.
    MissingWrite { tool: String, arguments: String },
    /// A change was made that nobody expected.
    ExtraWrite { tool: String, arguments: String },
    /// A change was tried, and its tool refused it.
    RefusedWrite { tool: String, answer: String },
    /// A text that had to be said was not.
    OutputNotSaid { text: String },
    /// The customer spoke of something that neither its task, its records nor the agent had brought up.
    OutsideTask { said: String },
    /// The customer ended the conversation while expected changes had not been made.
    StoppedEarly { missing: usize },
    /// The agent handed over to a person where no task expects that.
    NeedlessTransfer,
    /// The agent used up its steps.
    StepLimit,
}

/// A tool call of the agent's that changes something.
struct Write<'a> {
    step: usize,
    action: &'a Action,
    status: CallStatus,
    answer: &'a str,
}

/// What the rules find in a rollout; nothing for one that was won or has no verdict.
#[must_use]
pub fn findings(world: &World, task: &Task, steps: &[Step], ending: &Ending) -> Vec<Finding> {
    if ending.reward().is_none_or(|reward| reward >= 1.0) {
        return Vec::new();
    }
    let last = steps.len().saturating_sub(1);
    let mut found = Vec::new();
    let missing = compare_writes(world, task, steps, last, &mut found);
    if let Ending::Judged(reward) = ending {
        for output in reward.outputs.iter().filter(|output| output.said_in.is_none()) {
            let what = What::OutputNotSaid { text: output.text.clone() };
            found.push(Finding { what, step: last, by: Seat::Agent });
        }
    }
    if matches!(ending, Ending::StepLimit) {
        found.push(Finding { what: What::StepLimit, step: last, by: Seat::Agent });
    }
    customer(world, task, steps, missing, &mut found);
    found.sort_by_key(|finding| finding.step);
    found
}

/// Sets the expected changes against those made; gives the number of expected ones that were not made at all.
fn compare_writes(world: &World, task: &Task, steps: &[Step], last: usize, found: &mut Vec<Finding>) -> usize {
    let writes = |name: &str| world.domain.tool(name).is_some_and(|tool| tool.writes);
    let mut made: Vec<Write<'_>> = steps.iter().enumerate().filter_map(|(at, step)| write_of(at, step)).collect();
    let transfers = |action: &&Action| world.domain.terminates(&action.name);
    let transfer_expected = task.expected_actions.iter().any(|action| transfers(&action));
    if let Some(call) = made.iter().find(|call| transfers(&call.action))
        && !transfer_expected
    {
        found.push(Finding { what: What::NeedlessTransfer, step: call.step, by: Seat::Agent });
    }
    made.retain(|call| writes(&call.action.name));
    let mut expected: Vec<&Action> = task.expected_actions.iter().filter(|action| writes(&action.name)).collect();

    // Equal calls cancel each other out, however they went: the original's expected calls may be refused too.
    made.retain(|call| match expected.iter().position(|own| same_call(own, call.action)) {
        Some(at) => {
            expected.remove(at);
            false
        }
        None => true,
    });
    let by_agent = |what, step| Finding { what, step, by: Seat::Agent };
    expected.retain(|own| {
        let same_tool = |call: &Write<'_>| call.action.name == own.name && shares_record(own, call.action);
        let other_tool = |call: &Write<'_>| call.action.name != own.name && shares_record(own, call.action);
        let any_of_tool = |call: &Write<'_>| call.action.name == own.name;
        let at = made
            .iter()
            .position(same_tool)
            .or_else(|| made.iter().position(other_tool))
            .or_else(|| made.iter().position(any_of_tool));
        let Some(at) = at else { return true };
        let call = made.remove(at);
        if call.action.name == own.name {
            found.extend(wrong_arguments(own, call.action).into_iter().map(|what| by_agent(what, call.step)));
        } else {
            let what = What::WrongTool { called: call.action.name.clone(), expected: own.name.clone() };
            found.push(by_agent(what, call.step));
        }
        false
    });
    for call in made {
        let tool = call.action.name.clone();
        let what = if call.status.is_error() {
            What::RefusedWrite { tool, answer: call.answer.to_owned() }
        } else {
            What::ExtraWrite { tool, arguments: arguments(call.action) }
        };
        found.push(by_agent(what, call.step));
    }
    for own in &expected {
        let what = What::MissingWrite { tool: own.name.clone(), arguments: arguments(own) };
        found.push(by_agent(what, last));
    }
    expected.len()
}

fn write_of(at: usize, step: &Step) -> Option<Write<'_>> {
    match &step.kind {
        StepKind::ToolCalled { action, outcome, .. } => {
            Some(Write { step: at, action, status: outcome.status, answer: &outcome.observation })
        }
        _ => None,
    }
}

fn same_call(a: &Action, b: &Action) -> bool {
    a.name == b.name && ops::eq(&Value::Dict(a.kwargs.clone()), &Value::Dict(b.kwargs.clone()))
}

/// Whether both calls are about the same record: an argument whose name says that it is an id is equal.
fn shares_record(a: &Action, b: &Action) -> bool {
    let ids = a.kwargs.iter().filter(|(name, _)| ["order_id", "reservation_id", "user_id"].contains(&&***name));
    ids.into_iter().any(|(name, value)| b.kwargs.get(name).is_some_and(|other| ops::eq(value, other)))
}

fn wrong_arguments(expected: &Action, given: &Action) -> Vec<What> {
    let shown = |kwargs: &Dict, name: &str| kwargs.get(name).map_or_else(|| "nothing".to_owned(), text::str_of);
    let names = expected.kwargs.keys().chain(given.kwargs.keys().filter(|name| !expected.kwargs.contains_key(*name)));
    let differs = |name: &&crate::py::Str| match (expected.kwargs.get(*name), given.kwargs.get(*name)) {
        (Some(a), Some(b)) => !ops::eq(a, b),
        _ => true,
    };
    names
        .filter(differs)
        .map(|name| What::WrongArgument {
            tool: expected.name.clone(),
            argument: name.to_string(),
            given: shown(&given.kwargs, name),
            expected: shown(&expected.kwargs, name),
        })
        .collect()
}

fn arguments(action: &Action) -> String {
    json::dumps(&Value::Dict(action.kwargs.clone()))
}

/// What the customer did that it should not have.
fn customer(world: &World, task: &Task, steps: &[Step], missing: usize, found: &mut Vec<Finding>) {
    let record = world.database.tables().find_map(|(_, table)| table.get(&task.user_id)).map(json::dumps);
    // What the customer may speak of: its scenario, its own record, and whatever was said or looked up before.
    let mut known = format!("{}\n{}\n{}", task.user_scenario, task.user_id, record.unwrap_or_default()).to_lowercase();
    for (at, step) in steps.iter().enumerate() {
        match &step.kind {
            StepKind::UserSaid { words, .. } => {
                let foreign = words
                    .split_whitespace()
                    .map(trimmed)
                    .find(|word| is_fact(word) && !known.contains(&word.to_lowercase()));
                if let Some(said) = foreign {
                    let what = What::OutsideTask { said: said.to_owned() };
                    found.push(Finding { what, step: at, by: Seat::User });
                }
                if words.contains(STOP) && missing > 0 {
                    found.push(Finding { what: What::StoppedEarly { missing }, step: at, by: Seat::User });
                }
                known.push_str(&words.to_lowercase());
            }
            StepKind::AgentSaid { words: Some(words), .. } => known.push_str(&words.to_lowercase()),
            StepKind::ToolCalled { outcome, .. } => known.push_str(&outcome.observation.to_lowercase()),
            StepKind::AgentSaid { words: None, .. } | StepKind::Unreadable { .. } => {}
        }
    }
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric() && c != '#' && c != '@')
}

/// Whether a word is a fact that nobody makes up in passing: an e-mail address, an order number, a long number, an id.
fn is_fact(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    (word.contains('@') && word.contains('.'))
        || digits >= 5
        || (word.starts_with('#') && digits > 0)
        || (word.contains('_') && digits > 0)
}
