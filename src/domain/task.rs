//! Tasks: what a user wants, and how success is judged.

use serde::{Deserialize, Serialize};

use super::record::object;
use crate::py::{Dict, List, Value};

/// A task's place in its pack: the split (`test`, `dev`, `train`) and the position in it, from 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TaskId {
    pub split: String,
    pub index: usize,
}

impl std::fmt::Display for TaskId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.split, self.index)
    }
}

/// A tool call with parsed arguments, or `respond` with `content`.
#[derive(Clone, Debug)]
pub struct Action {
    pub name: String,
    pub kwargs: Dict,
}

/// One task (`Task` of `tau_bench/types.py`; fields that no program reads are dropped).
#[derive(Clone, Debug)]
pub struct Task {
    pub id: TaskId,
    /// What the task is called in lists. Official tasks have none; no program but the page reads it.
    pub title: Option<String>,
    /// The customer whose task it is; the original only shows it.
    pub user_id: String,
    /// The user scenario: the text that the user simulator is given.
    pub user_scenario: String,
    /// The calls whose end state is the reference.
    pub expected_actions: Vec<Action>,
    /// Texts that the agent must have said, each a bare substring test.
    pub outputs: Vec<String>,
    /// What a program that plays the customer goes by, as the task's file has it; opaque here. Official tasks have
    /// none.
    pub agenda: Option<Value>,
}

impl Action {
    /// The original's JSON form (`model_dump` of its `Action`).
    #[must_use]
    pub fn to_value(&self) -> Value {
        object([("name", self.name.as_str().into()), ("kwargs", self.kwargs.clone().into())])
    }
}

impl Task {
    /// The original's JSON form (`model_dump` of its `Task`).
    #[must_use]
    pub fn to_value(&self) -> Value {
        let actions: List = self.expected_actions.iter().map(Action::to_value).collect();
        let outputs: List = self.outputs.iter().map(|output| output.as_str().into()).collect();
        object([
            ("user_id", self.user_id.as_str().into()),
            ("actions", actions.into()),
            ("instruction", self.user_scenario.as_str().into()),
            ("outputs", outputs.into()),
        ])
    }
}
