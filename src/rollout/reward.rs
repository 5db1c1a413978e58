//! The reward of a finished rollout, and why it is what it is.
//!
//! A rollout is right if it left the database as the task's expected actions would have, and if every output of the
//! task was said to the user (`calculate_reward` of `tau_bench/envs/base.py`). The way there does not count.
//!
//! [`Reward`] tells people more than the original's record does; [`RewardResult`] is that record.

use std::sync::Arc;

use super::environment::respond_content;
use crate::domain::record::object;
use crate::domain::{Action, CallStatus, Database, RESPOND, RecordChange, Reference, Task, World};
use crate::py::{Dict, List, PyResult, Value, ops};

/// A verdict with its grounds.
#[derive(Clone, Debug)]
pub struct Reward {
    /// 1 or 0.
    pub reward: f64,
    /// How the rollout's end state differs from the expected one: `before` is expected, `after` is what was found.
    /// Empty: the data is right.
    pub differences: Vec<RecordChange>,
    /// Each output of the task, in order. One that is listed twice stands here twice.
    pub outputs: Vec<OutputCheck>,
    pub task: Arc<Task>,
    /// The expected actions as they ran, and the end state they led to.
    pub reference: Arc<Reference>,
}

/// Whether an output was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputCheck {
    pub text: String,
    /// The first reply that has it, as a position in the log of actions; `None`: it was never said.
    pub said_in: Option<usize>,
}

/// The original's record of a reward.
#[derive(Clone, Debug)]
pub struct RewardResult {
    pub reward: f64,
    pub info: RewardInfo,
    /// The expected actions that are tool calls.
    pub actions: Vec<Action>,
}

/// One check of two: where a task has outputs, the original tells of them alone, even if the data was at fault.
#[derive(Clone, Debug, PartialEq)]
pub enum RewardInfo {
    Actions {
        r_actions: f64,
        /// The hash of the expected end state.
        gt_data_hash: String,
    },
    Outputs {
        r_outputs: f64,
        /// Whether each output was said; one that is listed twice stands here once.
        outputs: Vec<(String, bool)>,
    },
}

impl Reward {
    /// Judges an end state and the log of actions that led to it.
    ///
    /// # Errors
    /// What the original raises instead of a reward: `AttributeError` when an output is looked for in a reply whose
    /// content is not text, or whatever an expected action raises out of its step.
    pub fn of(world: &World, task: &Arc<Task>, end: &Database, log: &[Action]) -> PyResult<Self> {
        let reference = world.reference(task)?;
        let differences = Database::changes(&reference.database, end);
        let outputs = task.outputs.iter().map(|output| check_output(output, log)).collect::<PyResult<Vec<_>>>()?;
        let right = differences.is_empty() && outputs.iter().all(|output| output.said_in.is_some());
        let reward = if right { 1.0 } else { 0.0 };
        Ok(Self { reward, differences, outputs, task: Arc::clone(task), reference })
    }

    /// Whether the end state is the expected one.
    #[must_use]
    pub fn data_is_right(&self) -> bool {
        self.differences.is_empty()
    }

    /// The expected tool calls with how each one ran; some official ones are refused by their tool.
    pub fn expected(&self) -> impl Iterator<Item = (&Action, CallStatus)> {
        let run = |step: &crate::domain::ReplayStep| {
            self.task.expected_actions.get(step.action).map(|action| (action, step.outcome.status))
        };
        self.reference.steps.iter().filter_map(run)
    }

    /// The original's record. For a task without outputs this hashes the expected end state, once a task.
    #[must_use]
    pub fn result(&self) -> RewardResult {
        let info = if self.outputs.is_empty() {
            RewardInfo::Actions {
                r_actions: if self.data_is_right() { 1.0 } else { 0.0 },
                gt_data_hash: self.reference.hash().to_owned(),
            }
        } else {
            let said: Vec<_> = self.outputs.iter().map(|check| (check.text.clone(), check.said_in.is_some())).collect();
            let r_outputs = if said.iter().all(|(_, said)| *said) { 1.0 } else { 0.0 };
            let mut outputs: Vec<(String, bool)> = Vec::with_capacity(said.len());
            for (text, said) in said {
                if outputs.iter().all(|(own, _)| *own != text) {
                    outputs.push((text, said));
                }
            }
            RewardInfo::Outputs { r_outputs, outputs }
        };
        let actions = self.task.expected_actions.iter().filter(|action| action.name != RESPOND).cloned().collect();
        RewardResult { reward: self.reward, info, actions }
    }
}

/// `output.lower() in content.lower().replace(",", "")` for each reply until one has it. The output keeps its commas.
fn check_output(output: &str, log: &[Action]) -> PyResult<OutputCheck> {
    let wanted = ops::lower(&output.into())?;
    for (position, action) in log.iter().enumerate() {
        if action.name == RESPOND && ops::lower(respond_content(action)?)?.replace(',', "").contains(&wanted) {
            return Ok(OutputCheck { text: output.to_owned(), said_in: Some(position) });
        }
    }
    Ok(OutputCheck { text: output.to_owned(), said_in: None })
}

impl RewardResult {
    /// The original's JSON form.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let info = match &self.info {
            RewardInfo::Actions { r_actions, gt_data_hash } => {
                object([("r_actions", (*r_actions).into()), ("gt_data_hash", gt_data_hash.as_str().into())])
            }
            RewardInfo::Outputs { r_outputs, outputs } => {
                let outputs: Dict = outputs.iter().map(|(text, said)| (text.as_str(), Value::Bool(*said))).collect();
                object([("r_outputs", (*r_outputs).into()), ("outputs", outputs.into())])
            }
        };
        let actions: List = self.actions.iter().map(Action::to_value).collect();
        object([("reward", self.reward.into()), ("info", info), ("actions", actions.into())])
    }
}
