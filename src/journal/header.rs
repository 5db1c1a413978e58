//! What a rollout was started with.

use std::fmt;

use serde::Serialize;

use super::judgements::Judgements;
use crate::domain::{TaskId, World};
use crate::rollout::{AgentSettings, AgentStrategy, Occupant, SeatedBy, UserStrategy};

/// A run's name for programs: unique, and the same wherever the run goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// An id of random bytes, 31 at most; 10 of them are never drawn twice.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut text = String::from("r");
        bytes.iter().take(31).for_each(|byte| text.push_str(&format!("{byte:02x}")));
        Self(text)
    }

    /// Reads an id: 1 to 64 lower-case letters, digits and hyphens.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_id(text).then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(fits)
}

/// A batch's name for programs, of the same form as a [`RunId`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct BatchId(String);

/// The longest id of a batch: the ids of its runs are longer.
const BATCH_ID_BYTES: usize = 48;

impl BatchId {
    /// An id of random bytes, 23 at most; 10 of them are never drawn twice.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut text = String::from("b");
        bytes.iter().take(23).for_each(|byte| text.push_str(&format!("{byte:02x}")));
        Self(text)
    }

    /// Reads an id: 1 to 48 lower-case letters, digits and hyphens.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (is_id(text) && text.len() <= BATCH_ID_BYTES).then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of the run that is the rollout at a place of the batch. The same place always has the same run.
    #[must_use]
    pub fn run(&self, at: usize) -> RunId {
        RunId(format!("{}-{at}", self.0))
    }
}

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An evolution's name for programs, of the same form as a [`BatchId`]: its rollouts are runs of a batch of that name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct EvolutionId(BatchId);

impl EvolutionId {
    /// Reads an id: 1 to 48 lower-case letters, digits and hyphens.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        BatchId::parse(text).map(Self)
    }

    /// An id of random bytes, 23 at most; 10 of them are never drawn twice.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(BatchId::of_bytes(bytes))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The name under which its rollouts are kept together.
    #[must_use]
    pub const fn as_batch(&self) -> &BatchId {
        &self.0
    }

    /// The id of the run that is the rollout of this number.
    #[must_use]
    pub fn run(&self, number: usize) -> RunId {
        self.0.run(number)
    }
}

impl fmt::Display for EvolutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The place of a run in a batch, or in an evolution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InBatch {
    pub batch: BatchId,
    /// The position of its arm.
    pub arm: usize,
    /// Its position among all rollouts of the batch.
    pub at: usize,
}

/// What a rollout was started with. It holds no key, and of an endpoint only its model's and its host's name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Header {
    pub id: RunId,
    /// Milliseconds since 1970.
    pub created_ms: u64,
    /// What the user calls it; at first the task's name.
    pub title: String,
    /// What the user wrote to it.
    pub note: String,
    /// The id of the pack that the task is from.
    pub pack: String,
    pub domain: String,
    pub task: TaskId,
    /// What the task was called; empty where it has no name.
    pub task_title: String,
    /// [`content_digest`](super::content_digest) of the task as it was; empty where it is not known.
    pub content: String,
    /// Who sat in the seats at the start.
    pub agent: Occupant,
    pub user: Occupant,
    pub instruction: Instruction,
    /// How the agent's model was asked.
    #[serde(skip_serializing_if = "is_default")]
    pub strategy: AgentStrategy,
    /// The examples that a few-shot agent was shown, as they were drawn; others have none.
    #[serde(skip_serializing_if = "is_default")]
    pub examples: Examples,
    /// How the user's model was asked.
    #[serde(skip_serializing_if = "is_default")]
    pub user_strategy: UserStrategy,
    /// What the agent was asked with, if anything; the endpoint's own setting is not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// The limit on the agent's model calls.
    pub max_steps: usize,
    /// What the cast draws from, together with the task and the trial. Below 2^53, so that every reader of JSON
    /// gets it right.
    pub seed: u64,
    /// How many rollouts of the task with this seed there were before, where nothing else was wanted.
    pub trial: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forked_from: Option<ForkedFrom>,
    /// The run that this one repeats with another instruction, to be shown beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<RunId>,
    /// The batch that it is a rollout of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<InBatch>,
    /// What was found about the rollout after its end. Like the title and the note it is no part of what happened.
    #[serde(skip_serializing_if = "is_default")]
    pub judgements: Judgements,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Conversations that an agent was shown as examples.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Examples {
    /// The name of the set that they were drawn from.
    pub from: String,
    pub displays: Vec<String>,
}

/// The agent's instruction, as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Instruction {
    pub text: String,
    /// What it was called: `the pack's policy`, `edited`.
    pub name: String,
    /// The id of the version that was saved with this text, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// Where a fork left the run that it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForkedFrom {
    pub run: RunId,
    /// How many of its events the fork begins with.
    pub events: usize,
    /// How many steps those are.
    pub steps: usize,
    /// Whether the last of them says something else than it did there.
    pub edited: bool,
}

/// The largest seed: what every reader of JSON numbers gets right.
pub const MAX_SEED: u64 = (1 << 53) - 1;

impl Header {
    /// What the agent was made of.
    #[must_use]
    pub fn settings(&self) -> AgentSettings {
        AgentSettings {
            strategy: self.strategy,
            instruction: self.instruction.text.clone(),
            temperature: self.temperature,
            examples: self.examples.displays.as_slice().into(),
            ..AgentSettings::default()
        }
    }

    #[must_use]
    pub fn seated_by(&self) -> SeatedBy {
        SeatedBy { agent: self.agent.clone(), user: self.user.clone() }
    }

    /// Whether the run is of this pack's world and of a task that it has.
    #[must_use]
    pub fn fits(&self, pack: &str, world: &World) -> bool {
        self.pack == pack && world.task(&self.task.split, self.task.index).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_can_be_read_again_and_stand_in_keys() {
        for bytes in [&[][..], &[0], &[255; 10], &[7; 80]] {
            let id = RunId::of_bytes(bytes);
            assert_eq!(RunId::parse(id.as_str()), Some(id));
        }
        for bytes in [&[][..], &[255; 10], &[7; 80]] {
            let id = BatchId::of_bytes(bytes);
            assert_eq!(BatchId::parse(id.as_str()), Some(id));
        }
        let batch = BatchId::parse(&"b".repeat(48)).unwrap();
        assert!(RunId::parse(batch.run(usize::MAX >> 16).as_str()).is_some());
        assert_eq!(BatchId::parse(&"b".repeat(49)), None);
        for wrong in ["", "A", "a/b", "a b", "ä", &"a".repeat(65)] {
            assert_eq!(RunId::parse(wrong), None, "{wrong}");
        }
    }
}
