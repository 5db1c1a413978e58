//! The state of a run: the pool with its scores, the fronts, what was spent (`gepa/core/state.py` of 0.1.4).

use super::cache::Cache;
use super::config::{Config, ConfigError, Frontier};
use super::error::GepaError;
use super::evaluation::ObjectiveScores;
use super::pareto::{Fronts, Update, enter};
use super::trace::TraceEntry;
use super::{Candidate, CandidateId, ExampleId, Map};
use crate::py::{Num, Str, Value, num};

/// Everything that outlives a pass, and that the original saves. What it does not save and starts afresh on resuming
/// (random stream, sampler, merge memory, stoppers) is the optimiser's.
#[derive(Clone, Debug)]
pub struct State {
    components: Vec<Str>,
    candidates: Vec<Candidate>,
    parents: Vec<Vec<CandidateId>>,
    scores: Vec<Map<ExampleId, Num>>,
    aggregates: Vec<f64>,
    objective_means: Vec<Map<Str, f64>>,
    next_component: Vec<usize>,
    discovered_at: Vec<u64>,
    fronts: Fronts,
    frontier: Frontier,
    best_outputs: Option<Map<ExampleId, Vec<(CandidateId, Value)>>>,
    passes: u64,
    metric_calls: u64,
    full_evaluations: u64,
    trace: Vec<TraceEntry>,
    pub(super) cache: Option<Cache>,
}

/// A candidate's validation: score maps in the order in which the examples were scored.
#[derive(Clone, Debug, Default)]
pub(super) struct Validated {
    pub scores: Map<ExampleId, Num>,
    pub outputs: Map<ExampleId, Value>,
    /// Empty if the evaluator has no objectives.
    pub objectives: Map<ExampleId, ObjectiveScores>,
}

/// A candidate that joins the pool.
pub(super) struct Newcomer {
    pub candidate: Candidate,
    /// Empty for the seed.
    pub parents: Vec<CandidateId>,
    pub validated: Validated,
    /// What was spent before its own validation.
    pub discovered_at: u64,
}

impl State {
    /// Before the seed was evaluated.
    pub(super) fn new(seed_candidate: &Candidate, config: &Config) -> Self {
        Self {
            components: seed_candidate.names().cloned().collect(),
            candidates: Vec::new(),
            parents: Vec::new(),
            scores: Vec::new(),
            aggregates: Vec::new(),
            objective_means: Vec::new(),
            next_component: Vec::new(),
            discovered_at: Vec::new(),
            fronts: Fronts::default(),
            frontier: config.frontier,
            best_outputs: config.track_best_outputs.then(Map::default),
            passes: 0,
            metric_calls: 0,
            full_evaluations: 0,
            trace: Vec::new(),
            cache: config.cache.map(Cache::new),
        }
    }

    /// Adds the seed, whose evaluation is the first that is counted.
    ///
    /// # Errors
    /// Objective scores are missing where the fronts need them.
    pub(super) fn plant(&mut self, candidate: Candidate, validated: Validated) -> Result<(), GepaError> {
        if let Some(best) = &mut self.best_outputs {
            *best =
                validated.outputs.iter().map(|(id, output)| (*id, vec![(CandidateId(0), output.clone())])).collect();
        }
        self.full_evaluations = 1;
        self.metric_calls = validated.scores.len() as u64;
        // The outputs are recorded above: of the seed even those that are null.
        let validated = Validated { outputs: Map::default(), ..validated };
        self.add(Newcomer { candidate, parents: Vec::new(), validated, discovered_at: 0 })?;
        Ok(())
    }

    /// Adds a candidate and updates the fronts.
    ///
    /// # Errors
    /// Objective scores are missing where the fronts need them. The candidate is in the pool all the same.
    pub(super) fn add(&mut self, newcomer: Newcomer) -> Result<CandidateId, GepaError> {
        let Newcomer { candidate, parents, validated, discovered_at } = newcomer;
        let id = CandidateId::at(self.candidates.len());
        let next = parents.iter().filter_map(|parent| self.next_component.get(parent.index())).max();
        self.next_component.push(next.copied().unwrap_or(0));
        self.candidates.push(candidate);
        self.parents.push(parents);
        self.discovered_at.push(discovered_at);
        self.aggregates.push(num::mean(validated.scores.values().copied()).unwrap_or(f64::NEG_INFINITY));
        self.scores.push(validated.scores.clone());
        let means = objective_means(&validated.objectives);
        self.objective_means.push(means.clone());
        for (example, score) in &validated.scores {
            let update = enter(&mut self.fronts.instance, *example, *score, id);
            let output = validated.outputs.get(example).filter(|output| !matches!(output, Value::None));
            if let (Some(best), Some(output)) = (&mut self.best_outputs, output) {
                let kept = best.entry(*example).or_default();
                match update {
                    Update::Better => *kept = vec![(id, output.clone())],
                    Update::AsGood => kept.push((id, output.clone())),
                    Update::Worse => {}
                }
            }
        }
        for (objective, mean) in means {
            enter(&mut self.fronts.objective, objective, Num::Float(mean), id);
        }
        if self.frontier != Frontier::Instance && validated.objectives.is_empty() {
            return Err(GepaError::NoObjectiveScores);
        }
        if self.frontier == Frontier::Cartesian {
            for (example, scores) in validated.objectives {
                for (objective, score) in scores {
                    enter(&mut self.fronts.cartesian, (example, objective), score, id);
                }
            }
        }
        Ok(id)
    }

    /// As the original has it after loading what it saved, for a run with these settings: sets may list their members in
    /// another order.
    ///
    /// # Errors
    /// The settings want another kind of front.
    pub(super) fn reloaded(&self, config: &Config) -> Result<Self, ConfigError> {
        let mut state = self.adapted(config)?;
        state.fronts = self.fronts.reloaded();
        Ok(state)
    }

    /// For a run with these settings: the cache is dropped, kept or begun.
    ///
    /// # Errors
    /// The settings want another kind of front.
    pub(super) fn adapted(&self, config: &Config) -> Result<Self, ConfigError> {
        if self.frontier != config.frontier {
            return Err(ConfigError::OtherFrontier);
        }
        let mut state = self.clone();
        let kept = state.cache.take();
        state.cache = config.cache.map(|keys| match kept {
            Some(kept) if kept.keys() == keys => kept,
            _ => Cache::new(keys),
        });
        Ok(state)
    }

    /// Counts a pass and opens its entry in the trace.
    pub(super) fn begin_pass(&mut self) {
        self.trace.push(TraceEntry { pass: self.passes, ..TraceEntry::default() });
        self.passes += 1;
    }

    /// The trace of the current pass.
    pub(super) fn traced(&mut self, change: impl FnOnce(&mut TraceEntry)) {
        if let Some(entry) = self.trace.last_mut() {
            change(entry);
        }
    }

    pub(super) fn charge(&mut self, metric_calls: u64) {
        self.metric_calls += metric_calls;
    }

    pub(super) fn count_full_evaluation(&mut self) {
        self.full_evaluations += 1;
    }

    /// The component of a candidate whose turn it is; the turn goes on to the next.
    pub(super) fn take_turn(&mut self, candidate: CandidateId) -> Option<Str> {
        let turn = self.next_component.get_mut(candidate.index())?;
        let component = self.components.get(*turn)?;
        *turn = (*turn + 1) % self.components.len();
        Some(component.clone())
    }

    /// The pool; [`CandidateId`]s are positions in it.
    #[must_use]
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// By candidate, its parents: none for the seed, two for a merge.
    #[must_use]
    pub fn parents(&self) -> &[Vec<CandidateId>] {
        &self.parents
    }

    /// By candidate, its scores on the validation examples.
    #[must_use]
    pub fn scores(&self) -> &[Map<ExampleId, Num>] {
        &self.scores
    }

    /// By candidate, the mean of its scores; −∞ without any.
    #[must_use]
    pub fn aggregates(&self) -> &[f64] {
        &self.aggregates
    }

    /// By candidate, the mean of each objective over the examples that reported it.
    #[must_use]
    pub fn objective_means(&self) -> &[Map<Str, f64>] {
        &self.objective_means
    }

    /// By candidate, the position of the component whose turn is next.
    #[must_use]
    pub fn next_component(&self) -> &[usize] {
        &self.next_component
    }

    /// By candidate, what had been spent when it was found, without its own validation.
    #[must_use]
    pub fn discovered_at(&self) -> &[u64] {
        &self.discovered_at
    }

    #[must_use]
    pub const fn fronts(&self) -> &Fronts {
        &self.fronts
    }

    #[must_use]
    pub const fn frontier(&self) -> Frontier {
        self.frontier
    }

    /// By validation example, the outputs of the candidates on its front; `None` if they are not kept.
    #[must_use]
    pub const fn best_outputs(&self) -> Option<&Map<ExampleId, Vec<(CandidateId, Value)>>> {
        self.best_outputs.as_ref()
    }

    /// Passes that began.
    #[must_use]
    pub const fn passes(&self) -> u64 {
        self.passes
    }

    /// Metric calls spent.
    #[must_use]
    pub const fn metric_calls(&self) -> u64 {
        self.metric_calls
    }

    /// The seed and every candidate added.
    #[must_use]
    pub const fn full_evaluations(&self) -> u64 {
        self.full_evaluations
    }

    /// One entry for each pass.
    #[must_use]
    pub fn trace(&self) -> &[TraceEntry] {
        &self.trace
    }

    /// The best candidate: the highest aggregate, of equals the one scored on most examples, of those the first.
    #[must_use]
    pub fn best(&self) -> CandidateId {
        let mut best = 0;
        for index in 1..self.candidates.len() {
            let (new, old) = (self.aggregates[index], self.aggregates[best]);
            if new > old || new == old && self.scores[index].len() > self.scores[best].len() {
                best = index;
            }
        }
        CandidateId::at(best)
    }
}

/// Plain means, added from the left.
fn objective_means(objectives: &Map<ExampleId, ObjectiveScores>) -> Map<Str, f64> {
    let mut totals: Map<Str, (f64, u32)> = Map::default();
    for (objective, score) in objectives.values().flatten() {
        let (total, count) = totals.entry(objective.clone()).or_default();
        *total += score.to_f64();
        *count += 1;
    }
    totals.into_iter().map(|(objective, (total, count))| (objective, total / f64::from(count))).collect()
}
