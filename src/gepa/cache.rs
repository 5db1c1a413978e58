//! The evaluation cache: scores by candidate and example (`gepa/core/state.py` of 0.1.4).

use std::collections::BTreeMap;

use super::config::{CacheKeys, Examples};
use super::evaluation::{Evaluation, ObjectiveScores, Split};
use super::{Candidate, ExampleId, Texts};
use crate::py::{Num, Value};

/// One example's part of an evaluation.
#[derive(Clone, Debug)]
pub(super) struct Scored {
    pub score: Num,
    pub output: Value,
    pub objectives: Option<ObjectiveScores>,
}

/// The part of an evaluation that belongs to the example at a position; the evaluation was checked.
pub(super) fn scored(evaluation: &Evaluation, position: usize) -> Option<Scored> {
    Some(Scored {
        score: *evaluation.scores.get(position)?,
        output: evaluation.outputs.get(position)?.clone(),
        objectives: evaluation.objectives().and_then(|objectives| objectives.get(position).cloned()),
    })
}

/// What was evaluated so far. Only validations and merges read it.
#[derive(Clone, Debug)]
pub(super) struct Cache {
    keys: CacheKeys,
    entries: BTreeMap<Texts, BTreeMap<(Split, ExampleId), Scored>>,
}

impl Cache {
    pub const fn new(keys: CacheKeys) -> Self {
        Self { keys, entries: BTreeMap::new() }
    }

    pub const fn keys(&self) -> CacheKeys {
        self.keys
    }

    /// Both lists count as one if they are one, or if the keys do not tell them apart.
    const fn split(&self, split: Split, examples: Examples) -> Split {
        match (self.keys, examples.validation) {
            (CacheKeys::AsIn014, _) | (_, None) => Split::Train,
            _ => split,
        }
    }

    pub fn store(
        &mut self,
        candidate: &Candidate,
        split: Split,
        examples: Examples,
        ids: &[ExampleId],
        evaluation: &Evaluation,
    ) {
        let split = self.split(split, examples);
        let entries = self.entries.entry(candidate.key()).or_default();
        for (position, id) in ids.iter().enumerate() {
            if let Some(scored) = scored(evaluation, position) {
                entries.insert((split, *id), scored);
            }
        }
    }

    /// What is known, each id once in order, and the ids that are not, as often as they come.
    pub fn look_up(
        &self,
        candidate: &Candidate,
        split: Split,
        examples: Examples,
        ids: &[ExampleId],
    ) -> (Vec<(ExampleId, Scored)>, Vec<ExampleId>) {
        let split = self.split(split, examples);
        let entries = self.entries.get(&candidate.key());
        let mut hits: Vec<(ExampleId, Scored)> = Vec::new();
        let mut misses = Vec::new();
        for id in ids {
            match entries.and_then(|entries| entries.get(&(split, *id))) {
                Some(scored) if hits.iter().all(|(known, _)| known != id) => hits.push((*id, scored.clone())),
                Some(_) => {}
                None => misses.push(*id),
            }
        }
        (hits, misses)
    }
}
