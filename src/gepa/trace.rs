//! The record of one pass, as the original's run log has it.

use super::{CandidateId, ExampleId};
use crate::py::{Dict, List, Num, Value};

/// One entry of the run log. What the pass did not come to is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TraceEntry {
    /// Counts passes from 0.
    pub pass: u64,
    /// A merge was looked for.
    pub invoked_merge: bool,
    /// The two candidates that were merged, and their ancestor.
    pub merged: Option<[CandidateId; 3]>,
    pub merge_examples: Option<Vec<ExampleId>>,
    pub merge_scores: Option<MergeScores>,
    /// Empty if the pass did not come to score parents.
    pub tasks: Vec<TracedTask>,
    /// The task whose scores the run log shows outside the list of tasks.
    pub first_proposed: Option<usize>,
    /// Candidates that joined the pool.
    pub new_candidates: Vec<CandidateId>,
    /// What the last of them was validated on, ascending.
    pub validated: Vec<ExampleId>,
}

/// The scores on a merge's examples.
#[derive(Clone, Debug, PartialEq)]
pub struct MergeScores {
    pub parents: [Vec<Num>; 2],
    pub merged: Vec<Num>,
}

/// A task of a pass.
#[derive(Clone, Debug, PartialEq)]
pub struct TracedTask {
    pub parent: CandidateId,
    pub minibatch: Vec<ExampleId>,
    /// The parent's scores and the child's, if there was a child.
    pub scores: Option<(Vec<Num>, Vec<Num>)>,
}

fn candidate(id: CandidateId) -> Value {
    Value::Int(i64::from(id.0))
}

fn examples(ids: &[ExampleId]) -> Value {
    Value::List(ids.iter().map(|id| Value::Int(i64::from(id.0))).collect())
}

fn scores(scores: &[Num]) -> Value {
    Value::List(scores.iter().map(|score| Value::from(*score)).collect())
}

impl TraceEntry {
    /// The entry as the original writes it to `run_log.json`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut entry = Dict::new();
        entry.set("i", i64::try_from(self.pass).unwrap_or(i64::MAX));
        if self.invoked_merge {
            entry.set("invoked_merge", true);
        }
        if let Some(merged) = &self.merged {
            entry.set("merged", true);
            entry.set("merged_entities", merged.iter().map(|id| candidate(*id)).collect::<List>());
        }
        if let Some(ids) = &self.merge_examples {
            entry.set("subsample_ids", examples(ids));
        }
        if let Some(merge) = &self.merge_scores {
            entry.set("id1_subsample_scores", scores(&merge.parents[0]));
            entry.set("id2_subsample_scores", scores(&merge.parents[1]));
            entry.set("new_program_subsample_scores", scores(&merge.merged));
        }
        if let Some(first) = self.tasks.first() {
            entry.set("selected_program_candidate", candidate(first.parent));
            entry.set("subsample_ids", examples(&first.minibatch));
            entry.set("n_tasks", i64::try_from(self.tasks.len()).unwrap_or(i64::MAX));
            entry.set("tasks", self.tasks.iter().map(TracedTask::to_value).collect::<List>());
        }
        if let Some((before, after)) =
            self.first_proposed.and_then(|first| self.tasks.get(first)).and_then(|task| task.scores.as_ref())
        {
            entry.set("subsample_scores", scores(before));
            entry.set("new_subsample_scores", scores(after));
        }
        if let Some(last) = self.new_candidates.last() {
            entry.set("new_program_idx", candidate(*last));
            entry.set("new_program_indices", self.new_candidates.iter().map(|id| candidate(*id)).collect::<List>());
            entry.set("evaluated_val_indices", examples(&self.validated));
        }
        Value::Dict(entry)
    }
}

impl TracedTask {
    fn to_value(&self) -> Value {
        let mut task = Dict::new();
        task.set("parent_idx", candidate(self.parent));
        task.set("subsample_ids", examples(&self.minibatch));
        if let Some((before, after)) = &self.scores {
            task.set("subsample_scores", scores(before));
            task.set("new_subsample_scores", scores(after));
        }
        Value::Dict(task)
    }
}
