//! Validation: candidates that were accepted are scored on the validation examples and join the pool.

use super::cache::{Scored, scored};
use super::config::ValidationPolicy;
use super::error::GepaError;
use super::evaluation::{Evaluation, Split};
use super::event::Event;
use super::need::{Need, Purpose};
use super::optimizer::{Optimizer, Stage};
use super::state::{Newcomer, Validated};
use super::{Candidate, CandidateId, ExampleId};
use crate::py::Num;

/// Candidates that are being validated.
#[derive(Clone, Debug)]
pub(super) struct Validating {
    plans: Vec<Plan>,
    after: After,
}

/// One of them.
#[derive(Clone, Debug)]
struct Plan {
    candidate: Candidate,
    parents: Vec<CandidateId>,
    /// What the cache knows, and what it does not.
    hits: Vec<(ExampleId, Scored)>,
    misses: Vec<ExampleId>,
}

/// How the candidates came here, with the sums they were accepted for.
#[derive(Clone, Debug)]
pub(super) enum After {
    Merge {
        pair: [CandidateId; 2],
        sum: Num,
    },
    Proposals {
        sums: Vec<Num>,
    },
    /// A person brought the candidate, between two passes.
    Introduced,
}

impl Validated {
    /// Adds an evaluation of these examples.
    pub(super) fn take(&mut self, examples: &[ExampleId], evaluation: &Evaluation) {
        for (position, example) in examples.iter().enumerate() {
            if let Some(scored) = scored(evaluation, position) {
                self.take_one(*example, scored);
            }
        }
    }

    fn take_one(&mut self, example: ExampleId, scored: Scored) {
        self.scores.insert(example, scored.score);
        self.outputs.insert(example, scored.output);
        if let Some(objectives) = scored.objectives {
            self.objectives.insert(example, objectives);
        }
    }
}

impl Optimizer {
    /// Scores candidates on the validation examples, all before the first joins the pool.
    pub(super) fn validate(
        &mut self,
        candidates: Vec<(Candidate, Vec<CandidateId>)>,
        after: After,
    ) -> Result<(), GepaError> {
        let examples = self.validation_examples();
        let plans: Vec<Plan> = candidates
            .into_iter()
            .map(|(candidate, parents)| {
                let (hits, misses) = match &self.state.cache {
                    Some(cache) => cache.look_up(&candidate, Split::Validation, self.examples, &examples),
                    None => (Vec::new(), examples.clone()),
                };
                Plan { candidate, parents, hits, misses }
            })
            .collect();
        let requests: Vec<_> = plans
            .iter()
            .filter(|plan| !plan.misses.is_empty())
            .map(|plan| self.request(&plan.candidate, Split::Validation, plan.misses.clone(), true))
            .collect();
        let validating = Validating { plans, after };
        if requests.is_empty() {
            return self.validated(validating, Vec::new());
        }
        self.need = Some(Need::Evaluate { purpose: Purpose::Validation, requests });
        self.stage = Stage::Validating(validating);
        Ok(())
    }

    fn validation_examples(&self) -> Vec<ExampleId> {
        let all = ExampleId::all(self.examples.validation_size());
        match self.config.validation {
            ValidationPolicy::Full => all.collect(),
            ValidationPolicy::Stepped { step } => {
                let pool = self.state.candidates().len();
                all.filter(|id| step == 0 || !(id.index() + pool).is_multiple_of(step)).collect()
            }
        }
    }

    pub(super) fn validated(&mut self, validating: Validating, evaluations: Vec<Evaluation>) -> Result<(), GepaError> {
        let Validating { plans, after } = validating;
        let mut fresh = evaluations.into_iter();
        let scored: Vec<(Plan, Option<Evaluation>)> = plans
            .into_iter()
            .map(|plan| {
                let evaluation = if plan.misses.is_empty() { None } else { fresh.next() };
                (plan, evaluation)
            })
            .collect();
        if let Some(cache) = &mut self.state.cache {
            for (plan, evaluation) in &scored {
                if let Some(evaluation) = evaluation {
                    cache.store(&plan.candidate, Split::Validation, self.examples, &plan.misses, evaluation);
                }
            }
        }
        for (position, (plan, evaluation)) in scored.into_iter().enumerate() {
            let parents = plan.parents.clone();
            let id = self.join(plan, evaluation)?;
            let iteration = self.iteration();
            match &after {
                After::Merge { pair, sum } => {
                    self.merging.due = self.merging.due.saturating_sub(1);
                    self.merging.accepted += 1;
                    self.log.push(Event::MergeAccepted { iteration, candidate: id, parents: *pair });
                    self.log.push(Event::CandidateAccepted { iteration, candidate: id, score: *sum, parents });
                }
                After::Proposals { sums } => {
                    let score = sums.get(position).copied().unwrap_or(Num::Int(0));
                    self.log.push(Event::CandidateAccepted { iteration, candidate: id, score, parents });
                    self.schedule_merge();
                }
                After::Introduced => {}
            }
        }
        if self.in_pass {
            return self.end_pass(true);
        }
        self.ask_leave();
        Ok(())
    }

    fn schedule_merge(&mut self) {
        if let Some(merge) = self.config.merge {
            self.merging.found_new = true;
            if self.merging.accepted < merge.max_invocations {
                self.merging.due += 1;
            }
        }
    }

    /// Adds a validated candidate to the pool.
    fn join(&mut self, plan: Plan, evaluation: Option<Evaluation>) -> Result<CandidateId, GepaError> {
        let Plan { candidate, parents, hits, misses } = plan;
        let mut validated = Validated::default();
        for (example, scored) in hits {
            validated.take_one(example, scored);
        }
        if let Some(evaluation) = evaluation {
            validated.take(&misses, &evaluation);
        }
        let discovered_at = self.state.metric_calls();
        self.charge(misses.len() as u64);
        self.state.count_full_evaluation();
        let before = self.state.fronts().members(self.config.frontier);
        let scores: Vec<(ExampleId, Num)> = validated.scores.iter().map(|(id, score)| (*id, *score)).collect();
        let has_outputs = !validated.outputs.is_empty();
        let newcomer = Newcomer { candidate: candidate.clone(), parents: parents.clone(), validated, discovered_at };
        let id = self.state.add(newcomer)?;
        let front = self.state.fronts().members(self.config.frontier);
        let displaced = before.into_iter().filter(|member| !front.contains(member)).collect();
        let iteration = self.iteration();
        let fronts = Box::new(self.state.fronts().clone());
        self.log.push(Event::FrontUpdated { iteration, front, displaced, fronts });
        if self.in_pass {
            let mut validated: Vec<ExampleId> = scores.iter().map(|(example, _)| *example).collect();
            validated.sort_unstable();
            self.state.traced(|entry| {
                entry.new_candidates.push(id);
                entry.validated = validated;
            });
        }
        self.log.push(Event::ValidationEvaluated {
            iteration,
            id,
            candidate,
            scores,
            average: self.state.aggregates().last().copied().unwrap_or(f64::NEG_INFINITY),
            validation_size: self.examples.validation_size(),
            parents,
            is_best: id == self.state.best(),
            has_outputs,
        });
        Ok(id)
    }

    /// Whether a person's candidate has the components of the others, and parents of the pool.
    pub(super) fn can_join(&self, candidate: &Candidate, parents: &[CandidateId]) -> bool {
        let pool = self.state.candidates();
        pool.first()
            .is_some_and(|seed| seed.len() == candidate.len() && seed.names().all(|name| candidate.get(name).is_some()))
            && parents.iter().all(|parent| parent.index() < pool.len())
    }

    pub(super) fn introduce(&mut self, candidate: Candidate, parents: Vec<CandidateId>) -> Result<(), GepaError> {
        self.validate(vec![(candidate, parents)], After::Introduced)
    }
}
