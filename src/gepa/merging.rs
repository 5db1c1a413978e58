//! The merge at the top of a pass: found, scored on a few examples, validated if it is as good as the better parent.

use super::cache::{Scored, scored};
use super::error::GepaError;
use super::evaluation::{Evaluation, ObjectiveScores, Split};
use super::event::{Event, Note};
use super::merge::{Lineage, Merged, common_examples, merge_pool, pick_subsample, weave};
use super::need::{Need, Purpose};
use super::optimizer::{Optimizer, Stage};
use super::trace::MergeScores;
use super::validation::After;
use super::{CandidateId, ExampleId, Map};
use crate::py::num::sum;
use crate::py::{Exception, Num, PyError};

/// A merged candidate that is being scored.
#[derive(Clone, Debug)]
pub(super) struct MergeTrial {
    merged: Merged,
    /// May hold an id more than once.
    examples: Vec<ExampleId>,
    hits: Vec<(ExampleId, Scored)>,
    misses: Vec<ExampleId>,
}

impl Optimizer {
    /// Looks for a merge. Without one the pass goes on with a reflective step.
    pub(super) fn try_merge(&mut self) -> Result<(), GepaError> {
        self.state.traced(|entry| entry.invoked_merge = true);
        // If this raises, the next pass looks for a merge again: the flag is cleared only behind it.
        let trial = self.find_merge()?;
        let Some(trial) = trial else {
            self.merging.found_new = false;
            return self.reflect();
        };
        self.log.push(Event::EvaluationStarted {
            iteration: self.iteration(),
            candidate: None,
            split: Split::Validation,
            examples: trial.examples.clone(),
            capture_traces: false,
            parents: trial.merged.pair.to_vec(),
        });
        if trial.misses.is_empty() {
            return self.merge_evaluated(trial, None);
        }
        let request = self.request(&trial.merged.candidate, Split::Validation, trial.misses.clone(), false);
        self.need = Some(Need::Evaluate { purpose: Purpose::Merge, requests: vec![request] });
        self.stage = Stage::Merge(trial);
        Ok(())
    }

    fn find_merge(&mut self) -> Result<Option<MergeTrial>, GepaError> {
        let fronts = self.state.fronts().copies(self.config.frontier);
        let pool = merge_pool(&fronts, self.state.aggregates());
        let floor = self.config.merge.map_or(0, |merge| merge.overlap_floor);
        let Self { state, random, log, merging, .. } = self;
        let mut chance = super::chance::Chance { random, log };
        let lineage =
            Lineage { candidates: state.candidates(), parents: state.parents(), aggregates: state.aggregates() };
        let scores_of = |candidate: CandidateId| &state.scores()[candidate.index()];
        let overlap = |first, second| common_examples(scores_of(first), scores_of(second)).len() >= floor;
        let Some(merged) = weave(&pool, lineage, &mut merging.memory, overlap, &mut chance)? else {
            chance.note(Note::MergeNone);
            return Ok(None);
        };
        merging.memory.remember(&merged);
        let [first, second] = merged.pair;
        let examples = pick_subsample(scores_of(first), scores_of(second), &mut chance)?;
        state.traced(|entry| entry.merged = Some([first, second, merged.ancestor]));
        if examples.is_empty() {
            self.log.push(Event::Note(Note::MergeLowOverlap));
            return Ok(None);
        }
        self.state.traced(|entry| entry.merge_examples = Some(examples.clone()));
        let (hits, misses) = match &self.state.cache {
            Some(cache) => cache.look_up(&merged.candidate, Split::Validation, self.examples, &examples),
            None => (Vec::new(), examples.clone()),
        };
        Ok(Some(MergeTrial { merged, examples, hits, misses }))
    }

    pub(super) fn merge_evaluated(
        &mut self,
        trial: MergeTrial,
        evaluation: Option<&Evaluation>,
    ) -> Result<(), GepaError> {
        let MergeTrial { merged, examples, hits, misses } = trial;
        let iteration = self.iteration();
        let mut known: Map<ExampleId, Scored> = hits.into_iter().collect();
        if let Some(evaluation) = evaluation {
            // Of an id that was scored twice the last score counts.
            let fresh = misses.iter().enumerate();
            known.extend(fresh.filter_map(|(position, id)| Some((*id, scored(evaluation, position)?))));
            if let Some(cache) = &mut self.state.cache {
                cache.store(&merged.candidate, Split::Validation, self.examples, &misses, evaluation);
            }
        }
        let scores: Vec<Num> = examples.iter().filter_map(|id| known.get(id).map(|scored| scored.score)).collect();
        let parents = merged.pair.to_vec();
        let objective_scores = objectives(&examples, &known)?;
        self.log.push(Event::EvaluationEnded {
            iteration,
            candidate: None,
            scores: scores.clone(),
            repeats: None,
            has_trajectories: false,
            parents: parents.clone(),
            objective_scores,
        });
        let of_parents = merged.pair.map(|parent| {
            let known = &self.state.scores()[parent.index()];
            examples.iter().filter_map(|id| known.get(id).copied()).collect::<Vec<Num>>()
        });
        let before = of_parents.clone().map(sum);
        let after = sum(scores.iter().copied());
        self.state.traced(|entry| entry.merge_scores = Some(MergeScores { parents: of_parents, merged: scores }));
        self.charge(misses.len() as u64);
        self.merging.found_new = false;
        let candidate = merged.candidate.clone();
        self.log.push(Event::MergeAttempted { iteration, parents: merged.pair, candidate });
        if before.iter().all(|before| after >= *before) {
            return self.validate(vec![(merged.candidate, parents)], After::Merge { pair: merged.pair, sum: after });
        }
        self.log.push(Event::MergeRejected { iteration, parents: merged.pair, before, after });
        self.end_pass(false)
    }
}

/// The objective scores of the examples; `None` if no example has any.
///
/// # Errors
/// `KeyError` if only some have, as in the original.
fn objectives(
    examples: &[ExampleId],
    known: &Map<ExampleId, Scored>,
) -> Result<Option<Vec<ObjectiveScores>>, GepaError> {
    let found: Vec<Option<&ObjectiveScores>> =
        examples.iter().map(|id| known.get(id).and_then(|scored| scored.objectives.as_ref())).collect();
    if found.iter().all(Option::is_none) {
        return Ok(None);
    }
    let missing = || PyError::new(Exception::KeyError, "an example without objective scores");
    let all: Option<Vec<ObjectiveScores>> = found.into_iter().map(Option::<&_>::cloned).collect();
    all.map(Some).ok_or_else(|| missing().into())
}
