//! The run: pass after pass, what it needs and what it decides (`gepa/core/engine.py` of 0.1.4).
//!
//! ```text
//! seed ─→ leave ─→ merge? ─→ parents ─→ datasets ─→ proposals ─→ children ─→ validation ─→ leave ─→ …
//! ```
//!
//! Each arrow may wait for an answer ([`Optimizer::need`], [`Optimizer::supply`]) and may cut the pass short. The steps of
//! a merge are in `merging.rs`, of a reflective pass in `reflective.rs`, of a validation in `validation.rs`.

use super::answer::{Answer, Misfit};
use super::chance::Log;
use super::config::{CacheKeys, Config, ConfigError, Examples, OnFailure};
use super::error::{Failure, GepaError};
use super::evaluation::{Evaluation, EvaluationId, EvaluationRequest, Split};
use super::event::Event;
use super::merge::MergeMemory;
use super::merging::MergeTrial;
use super::minibatch::EpochSampler;
use super::need::{Need, Outside, Purpose};
use super::reflective::{Children, Datasets, Parents, Proposing};
use super::result::RunResult;
use super::state::{State, Validated};
use super::stop::{Watch, remaining, watch};
use super::validation::Validating;
use super::{Candidate, ExampleId};
use crate::py::random::Random;

/// With [`OnFailure::Guarded`], so many passes without a failure may go by for nothing, such as merges that the cache knew.
const MOST_IDLE_PASSES: u32 = 100;

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A stopper said so, or a person.
    Finished,
    /// An error that the settings do not tolerate.
    Raised(GepaError),
}

/// A run in progress or at its end. A clone is a snapshot from which the run can go on.
#[derive(Clone, Debug)]
pub struct Optimizer {
    pub(super) config: Config,
    pub(super) examples: Examples,
    pub(super) state: State,
    pub(super) random: Random,
    pub(super) sampler: EpochSampler,
    pub(super) merging: Merging,
    pub(super) log: Log,
    pub(super) stage: Stage,
    pub(super) need: Option<Need>,
    seed_candidate: Candidate,
    watch: Watch,
    outcome: Option<Outcome>,
    saved: Option<Box<State>>,
    /// Requests made so far.
    evaluations: u64,
    /// Between `IterationStarted` and `IterationEnded`.
    pub(super) in_pass: bool,
    /// Metric calls when the pass began.
    calls_before_pass: u64,
    idle_passes: u32,
}

/// When merges are tried; not saved by the original.
#[derive(Clone, Debug, Default)]
pub(super) struct Merging {
    pub memory: MergeMemory,
    pub due: u32,
    pub accepted: u32,
    /// The last pass accepted a reflective proposal.
    pub found_new: bool,
}

/// What is waited for, with what is needed once it comes.
#[derive(Clone, Debug)]
pub(super) enum Stage {
    Seed { saved: Option<Box<State>> },
    Between,
    Merge(MergeTrial),
    Parents(Parents),
    Datasets(Datasets),
    Proposing(Proposing),
    Children(Children),
    Validating(Validating),
    Ended,
}

impl Optimizer {
    /// A run about to begin; it needs the seed's scores first.
    ///
    /// # Errors
    /// Settings that no run can have.
    pub fn new(config: Config, examples: Examples, seed_candidate: Candidate) -> Result<Self, ConfigError> {
        Self::start(config, examples, seed_candidate, None)
    }

    /// A run that goes on from a saved state, as the original does in a run directory that has one: the seed is scored
    /// again to no effect, and what the original does not save starts afresh, the random stream among it.
    ///
    /// To go on as if nothing had happened, give a new run the answers of the old one instead.
    ///
    /// # Errors
    /// Settings that no run can have. That they do not fit the saved state shows once the seed was scored.
    pub fn resume(
        config: Config,
        examples: Examples,
        seed_candidate: Candidate,
        saved: &State,
    ) -> Result<Self, ConfigError> {
        Self::start(config, examples, seed_candidate, Some(Box::new(saved.clone())))
    }

    fn start(
        config: Config,
        examples: Examples,
        seed_candidate: Candidate,
        saved: Option<Box<State>>,
    ) -> Result<Self, ConfigError> {
        config.check(&seed_candidate)?;
        let mut log = Log::default();
        log.report_draws = config.report_draws;
        let mut optimizer = Self {
            examples,
            state: State::new(&seed_candidate, &config),
            random: Random::new(config.seed.clone()),
            sampler: EpochSampler::default(),
            merging: Merging::default(),
            log,
            stage: Stage::Seed { saved },
            need: None,
            watch: watch(&config.stoppers),
            outcome: None,
            saved: None,
            evaluations: 0,
            in_pass: false,
            calls_before_pass: 0,
            idle_passes: 0,
            seed_candidate: seed_candidate.clone(),
            config,
        };
        optimizer.log.push(Event::OptimizationStarted {
            seed_candidate: seed_candidate.clone(),
            train_size: examples.train,
            validation_size: examples.validation_size(),
            perfect_score: optimizer.config.perfect_score,
            seed: optimizer.config.seed.clone(),
            track_best_outputs: optimizer.config.track_best_outputs,
        });
        let all = ExampleId::all(examples.validation_size()).collect();
        let request = optimizer.request(&seed_candidate, Split::Validation, all, false);
        optimizer.need = Some(Need::Evaluate { purpose: Purpose::Seed, requests: vec![request] });
        Ok(optimizer)
    }

    /// What the run waits for; `None` once it ended.
    #[must_use]
    pub const fn need(&self) -> Option<&Need> {
        self.need.as_ref()
    }

    /// How the run ended; `None` as long as it needs something.
    #[must_use]
    pub const fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// What happened since the last call.
    pub fn take_events(&mut self) -> Vec<Event> {
        self.log.take()
    }

    /// The pool, the fronts and the budget as they are now. Empty until the seed was scored.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    #[must_use]
    pub const fn examples(&self) -> Examples {
        self.examples
    }

    /// What the original would have in its run directory: the state before the last pass that began, or at the end of a
    /// run that finished. `None` without a run directory.
    #[must_use]
    pub fn saved(&self) -> Option<&State> {
        self.saved.as_deref()
    }

    /// Merges that are due, and merges accepted.
    #[must_use]
    pub const fn merges(&self) -> (u32, u32) {
        (self.merging.due, self.merging.accepted)
    }

    /// The next word of the random stream, which stays there: two runs that agree in it drew equally often.
    #[must_use]
    pub fn next_u32(&self) -> u32 {
        self.random.peek_u32()
    }

    /// The result as it is now.
    #[must_use]
    pub fn result(&self) -> RunResult {
        RunResult::of(&self.state, &self.config)
    }

    /// The same run with other settings from here on: between two passes only. The random stream goes on unless the seed
    /// is another, the minibatches unless their size is; stoppers go on
    /// counting unless they are others.
    ///
    /// # Errors
    /// The run is in mid-pass, the settings are such as no run can have, or they want fronts that were not kept.
    pub fn fork(&self, config: Config) -> Result<Self, ConfigError> {
        if !matches!(self.stage, Stage::Between) {
            return Err(ConfigError::InMidPass);
        }
        config.check(&self.seed_candidate)?;
        let mut fork = self.clone();
        fork.state = self.state.adapted(&config)?;
        if config.seed != self.config.seed {
            fork.random = Random::new(config.seed.clone());
        }
        if config.minibatch() != self.config.minibatch() {
            fork.sampler = EpochSampler::default();
        }
        if config.stoppers != self.config.stoppers {
            fork.watch = watch(&config.stoppers);
        }
        if config.on_failure != self.config.on_failure {
            fork.idle_passes = 0;
        }
        fork.log.report_draws = config.report_draws;
        fork.config = config;
        Ok(fork)
    }

    /// Gives the run what it needs. It goes on until it needs something else, or ends.
    ///
    /// # Errors
    /// The answer is none to the need; the run is as it was.
    pub fn supply(&mut self, answer: Answer) -> Result<(), Misfit> {
        let stage = std::mem::replace(&mut self.stage, Stage::Ended);
        let need = self.need.take();
        let done = match (stage, answer) {
            (Stage::Seed { saved }, Answer::Evaluated(evaluations)) => {
                let planted = checked(need.as_ref(), &evaluations).and_then(|()| self.plant(&evaluations, saved));
                if let Err(error) = planted {
                    self.raise(error);
                }
                return Ok(());
            }
            (Stage::Seed { .. }, Answer::Failed(failure)) => {
                self.raise(failure.into());
                return Ok(());
            }
            (Stage::Between, Answer::Proceed(outside)) => {
                if self.stops(&outside) {
                    self.finish();
                    return Ok(());
                }
                self.begin_pass()
            }
            (Stage::Between, Answer::Introduce { candidate, parents }) if self.can_join(&candidate, &parents) => {
                self.introduce(candidate, parents)
            }
            (Stage::Merge(trial), Answer::Evaluated(evaluations)) => {
                checked(need.as_ref(), &evaluations).and_then(|()| self.merge_evaluated(trial, evaluations.first()))
            }
            (Stage::Parents(parents), Answer::Evaluated(evaluations)) => {
                checked(need.as_ref(), &evaluations).and_then(|()| self.parents_evaluated(parents, evaluations))
            }
            (Stage::Datasets(datasets), Answer::DatasetBuilt(dataset)) => self.dataset_built(datasets, dataset),
            (Stage::Datasets(datasets), Answer::Failed(_)) => self.dataset_failed(datasets),
            (Stage::Proposing(proposing), Answer::Proposed(replies)) if proposing.fits(&replies) => {
                self.proposed(proposing, replies)
            }
            (Stage::Proposing(proposing), Answer::Failed(_)) => self.proposing_failed(proposing),
            (Stage::Children(children), Answer::Evaluated(evaluations)) => {
                checked(need.as_ref(), &evaluations).and_then(|()| self.children_evaluated(children, evaluations))
            }
            (Stage::Validating(validating), Answer::Evaluated(evaluations)) => {
                checked(need.as_ref(), &evaluations).and_then(|()| self.validated(validating, evaluations))
            }
            (
                Stage::Merge(_) | Stage::Parents(_) | Stage::Children(_) | Stage::Validating(_),
                Answer::Failed(failure),
            ) => Err(failure.into()),
            (stage, _) => {
                self.stage = stage;
                self.need = need;
                return Err(Misfit);
            }
        };
        if let Err(error) = done {
            self.fail_pass(error);
        }
        Ok(())
    }

    /// The seed was scored: its state, or the saved one.
    fn plant(&mut self, evaluations: &[Evaluation], saved: Option<Box<State>>) -> Result<(), GepaError> {
        match saved {
            Some(saved) => self.state = saved.reloaded(&self.config)?,
            None => {
                let mut validated = Validated::default();
                if let Some(evaluation) = evaluations.first() {
                    let ids: Vec<ExampleId> = ExampleId::all(self.examples.validation_size()).collect();
                    validated.take(&ids, evaluation);
                }
                self.state.plant(self.seed_candidate.clone(), validated)?;
                self.remember_seed(evaluations.first());
            }
        }
        let scores = self.state.scores().first().map(|scores| scores.iter().map(|(id, score)| (*id, *score)).collect());
        self.log.push(Event::ValidationEvaluated {
            iteration: 0,
            id: super::CandidateId(0),
            candidate: self.seed_candidate.clone(),
            scores: scores.unwrap_or_default(),
            average: self.state.aggregates().first().copied().unwrap_or(f64::NEG_INFINITY),
            validation_size: self.examples.validation_size(),
            parents: Vec::new(),
            is_best: true,
            has_outputs: false,
        });
        self.ask_leave();
        Ok(())
    }

    /// Versions after 0.1.4 keep the seed's scores too.
    fn remember_seed(&mut self, evaluation: Option<&Evaluation>) {
        let ids: Vec<ExampleId> = ExampleId::all(self.examples.validation_size()).collect();
        if let (Some(cache), Some(evaluation)) = (&mut self.state.cache, evaluation)
            && cache.keys() == CacheKeys::BySplit
        {
            cache.store(&self.seed_candidate, Split::Validation, self.examples, &ids, evaluation);
        }
    }

    fn stops(&mut self, outside: &Outside) -> bool {
        outside.stop || self.watch.check(&self.state, outside)
    }

    fn save(&mut self) {
        if self.config.run_dir.is_some() {
            self.saved = Some(Box::new(self.state.clone()));
        }
    }

    fn finish(&mut self) {
        self.save();
        self.log.push(Event::OptimizationEnded {
            best: self.state.best(),
            total_iterations: i64::try_from(self.state.passes()).unwrap_or(i64::MAX) - 1,
            metric_calls: self.state.metric_calls(),
        });
        self.outcome = Some(Outcome::Finished);
    }

    fn raise(&mut self, error: GepaError) {
        self.stage = Stage::Ended;
        self.need = None;
        self.outcome = Some(Outcome::Raised(error));
    }

    fn begin_pass(&mut self) -> Result<(), GepaError> {
        self.save();
        self.log.push(Event::StateSaved { iteration: self.state.passes() });
        self.calls_before_pass = self.state.metric_calls();
        self.in_pass = true;
        self.state.begin_pass();
        self.log.push(Event::IterationStarted { iteration: self.iteration() });
        if self.config.merge.is_some() {
            if self.merging.due > 0 && self.merging.found_new {
                return self.try_merge();
            }
            self.merging.found_new = false;
        }
        self.reflect()
    }

    /// The pass is over; leave is asked for the next.
    pub(super) fn end_pass(&mut self, accepted: bool) -> Result<(), GepaError> {
        self.count_idle_pass();
        self.log.push(Event::IterationEnded { iteration: self.iteration(), accepted });
        self.ask_leave();
        let guarded = matches!(self.config.on_failure, OnFailure::Guarded { .. });
        if guarded && self.idle_passes >= MOST_IDLE_PASSES {
            self.raise(GepaError::NoProgress { passes: self.idle_passes });
        }
        Ok(())
    }

    /// The pass failed, or the validation of a person's candidate between two passes.
    fn fail_pass(&mut self, error: GepaError) {
        if !self.in_pass {
            self.log.push(Event::Failed { iteration: self.iteration(), error, will_continue: true });
            return self.ask_leave();
        }
        self.count_idle_pass();
        let will_continue = match self.config.on_failure {
            OnFailure::Raise => false,
            OnFailure::Continue => true,
            OnFailure::Guarded { idle_passes } => self.idle_passes < idle_passes,
        };
        self.log.push(Event::Failed { iteration: self.iteration(), error: error.clone(), will_continue });
        self.log.push(Event::IterationEnded { iteration: self.iteration(), accepted: false });
        self.ask_leave();
        if !will_continue {
            self.raise(error);
        }
    }

    fn count_idle_pass(&mut self) {
        let idle = self.state.metric_calls() == self.calls_before_pass;
        self.idle_passes = if idle { self.idle_passes + 1 } else { 0 };
    }

    pub(super) fn ask_leave(&mut self) {
        self.in_pass = false;
        self.stage = Stage::Between;
        self.need = Some(Need::Leave { iteration: self.state.passes() + 1 });
    }

    /// The number of the current pass, from 1; 0 before the first.
    pub(super) const fn iteration(&self) -> u64 {
        self.state.passes()
    }

    /// Counts metric calls. The seed's are counted elsewhere, and make no event.
    pub(super) fn charge(&mut self, metric_calls: u64) {
        self.state.charge(metric_calls);
        let used = self.state.metric_calls();
        self.log.push(Event::BudgetUpdated {
            iteration: self.iteration(),
            used,
            delta: metric_calls,
            remaining: remaining(&self.config.stoppers, used),
        });
    }

    pub(super) fn request(
        &mut self,
        candidate: &Candidate,
        split: Split,
        examples: Vec<ExampleId>,
        capture_traces: bool,
    ) -> EvaluationRequest {
        let id = EvaluationId(self.evaluations);
        self.evaluations += 1;
        EvaluationRequest { id, candidate: candidate.clone(), split, examples, capture_traces }
    }
}

/// Refuses evaluations that are not as many, or not as long, as was asked for.
fn checked(need: Option<&Need>, evaluations: &[Evaluation]) -> Result<(), GepaError> {
    let Some(Need::Evaluate { requests, .. }) = need else { return Ok(()) };
    if requests.len() != evaluations.len() {
        let (expected, found) = (requests.len(), evaluations.len());
        return Err(GepaError::WrongCount { what: "evaluations", expected, found });
    }
    requests.iter().zip(evaluations).try_for_each(|(request, evaluation)| evaluation.check(request.examples.len()))
}

impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        Self { kind: "Exception".into(), message: message.into() }
    }
}
