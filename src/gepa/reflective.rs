//! The reflective step of a pass: parents are scored on minibatches, what happened becomes a dataset, the proposer writes
//! new texts, and the children are scored on the same minibatches
//! (`gepa/proposer/reflective_mutation/reflective_mutation.py` of 0.1.4).

use super::acceptance::{Evidence, Pairs, Proposal, judge};
use super::chance::Chance;
use super::config::{Components, Proposer};
use super::error::GepaError;
use super::evaluation::{Evaluation, EvaluationId, EvaluationRequest, Split, rollouts};
use super::event::{Event, Note, SkipReason};
use super::need::{JobReply, Need, ProposalJob, Purpose};
use super::optimizer::{Optimizer, Stage};
use super::reflect::{ReflectiveDataset, new_text, records_text};
use super::sampling::{Task, sample_tasks};
use super::trace::TracedTask;
use super::validation::After;
use super::{Candidate, CandidateId, Texts};
use crate::py::num::sum;
use crate::py::{Num, Str};

/// Tasks whose parents are being scored.
#[derive(Clone, Debug)]
pub(super) struct Parents {
    tasks: Vec<Task>,
    /// By task, the position of its request: tasks with the same parent and minibatch share one.
    requests: Vec<usize>,
    ids: Vec<EvaluationId>,
}

/// Tasks with scored parents, whose datasets are being built one after the other.
#[derive(Clone, Debug)]
pub(super) struct Datasets {
    scored: Vec<ScoredTask>,
    /// The task whose dataset is waited for, and the components it is for.
    current: usize,
    components: Vec<Str>,
    prepared: Vec<Prepared>,
}

#[derive(Clone, Debug)]
struct ScoredTask {
    task: Task,
    evaluation: EvaluationId,
    scores: Vec<Num>,
    repeats: Option<Vec<Vec<Num>>>,
    has_trajectories: bool,
}

/// A task with everything the proposer needs.
#[derive(Clone, Debug)]
struct Prepared {
    /// The task's position in the pass.
    position: usize,
    components: Vec<Str>,
    dataset: ReflectiveDataset,
}

/// Tasks that wait for new texts.
#[derive(Clone, Debug)]
pub(super) struct Proposing {
    scored: Vec<ScoredTask>,
    prepared: Vec<Prepared>,
    /// By prepared task, what came of it. After a failure they are asked for one by one, and this is as far as it got.
    found: Vec<Option<Written>>,
    /// The jobs that are waited for.
    jobs: Vec<ProposalJob>,
    one_by_one: bool,
}

/// What the proposer wrote for a task.
#[derive(Clone, Debug, Default)]
struct Written {
    texts: Texts,
    prompts: Texts,
    replies: Texts,
}

/// Children that are being scored.
#[derive(Clone, Debug)]
pub(super) struct Children {
    scored: Vec<ScoredTask>,
    /// With the positions of their tasks.
    children: Vec<(usize, Candidate)>,
}

impl Proposing {
    /// Whether there is a reply for each job, and one for each prompt.
    pub(super) fn fits(&self, replies: &[JobReply]) -> bool {
        replies.len() == self.jobs.len()
            && replies.iter().zip(&self.jobs).all(|(reply, job)| match reply {
                // Without a text a task is dropped, whoever was asked: a person may refuse a reply.
                JobReply::Texts(texts) => texts.is_empty() || job.prompts.is_empty(),
                JobReply::Replies(replies) => replies.len() == job.prompts.len(),
            })
    }
}

impl Optimizer {
    /// Samples the tasks of this pass and asks for the scores of their parents.
    pub(super) fn reflect(&mut self) -> Result<(), GepaError> {
        let Self { config, state, examples, sampler, random, log, .. } = self;
        let tasks = sample_tasks(config, state, examples.train, sampler, &mut Chance { random, log })?;
        if tasks.is_empty() {
            return self.without_proposal();
        }
        let iteration = self.iteration();
        for Task { parent, minibatch } in &tasks {
            let score = self.state.aggregates().get(parent.index()).copied().unwrap_or(f64::NEG_INFINITY);
            self.log.push(Event::CandidateSelected { iteration, candidate: *parent, score });
            let train_size = self.examples.train;
            self.log.push(Event::MinibatchSampled { iteration, examples: minibatch.clone(), train_size });
        }
        for task in &tasks {
            self.evaluation_started(
                Some(task.parent),
                &task.minibatch,
                self.state.parents()[task.parent.index()].clone(),
            );
        }
        let mut requests: Vec<EvaluationRequest> = Vec::new();
        let mut request_of = Vec::new();
        for Task { parent, minibatch } in &tasks {
            let candidate = self.state.candidates()[parent.index()].clone();
            let same = |request: &EvaluationRequest| request.candidate == candidate && request.examples == *minibatch;
            let known = requests.iter().position(same);
            request_of.push(known.unwrap_or(requests.len()));
            if known.is_none() {
                requests.push(self.request(&candidate, Split::Train, minibatch.clone(), true));
            }
        }
        let ids = requests.iter().map(|request| request.id).collect();
        self.need = Some(Need::Evaluate { purpose: Purpose::Parents, requests });
        self.stage = Stage::Parents(Parents { tasks, requests: request_of, ids });
        Ok(())
    }

    pub(super) fn parents_evaluated(
        &mut self,
        parents: Parents,
        evaluations: Vec<Evaluation>,
    ) -> Result<(), GepaError> {
        let Parents { tasks, requests, ids } = parents;
        for (task, request) in tasks.iter().zip(&requests) {
            let parents = self.state.parents()[task.parent.index()].clone();
            self.evaluation_ended(Some(task.parent), &evaluations[*request], parents);
        }
        self.charge(cost(&evaluations));
        for (task, request) in tasks.iter().zip(&requests) {
            let candidate = self.state.candidates()[task.parent.index()].clone();
            self.remember(&candidate, task, &evaluations[*request]);
        }
        let traced = |task: &Task| TracedTask { parent: task.parent, minibatch: task.minibatch.clone(), scores: None };
        self.state.traced(|entry| entry.tasks = tasks.iter().map(traced).collect());
        let scored = tasks
            .into_iter()
            .zip(requests)
            .map(|(task, request)| ScoredTask {
                task,
                evaluation: ids[request],
                scores: evaluations[request].scores.clone(),
                repeats: evaluations[request].repeats.clone(),
                has_trajectories: evaluations[request].has_trajectories,
            })
            .collect();
        self.next_dataset(Datasets { scored, current: 0, components: Vec::new(), prepared: Vec::new() })
    }

    /// Asks for the dataset of the next task that is not skipped; behind the last one, for new texts.
    fn next_dataset(&mut self, mut datasets: Datasets) -> Result<(), GepaError> {
        while let Some(scored) = datasets.scored.get(datasets.current) {
            let parent = scored.task.parent;
            if let Some(reason) = self.skips(scored) {
                let (iteration, scores) = (self.iteration(), scored.scores.clone());
                self.log.push(Event::EvaluationSkipped { iteration, candidate: parent, reason, scores });
                datasets.current += 1;
                continue;
            }
            let candidate = self.state.candidates()[parent.index()].clone();
            datasets.components = match self.config.components {
                Components::All => candidate.names().cloned().collect(),
                Components::RoundRobin => self.state.take_turn(parent).into_iter().collect(),
            };
            let (evaluation, components) = (scored.evaluation, datasets.components.clone());
            self.need = Some(Need::BuildDataset { candidate, evaluation, components });
            self.stage = Stage::Datasets(datasets);
            return Ok(());
        }
        self.propose(datasets.scored, datasets.prepared)
    }

    fn skips(&self, scored: &ScoredTask) -> Option<SkipReason> {
        let perfect = self.config.perfect_score.filter(|_| self.config.skip_perfect_score);
        if !scored.has_trajectories {
            Some(SkipReason::NoTrajectories)
        } else if perfect.is_some_and(|perfect| scored.scores.iter().all(|score| *score >= perfect)) {
            Some(SkipReason::AllScoresPerfect)
        } else {
            None
        }
    }

    pub(super) fn dataset_built(
        &mut self,
        mut datasets: Datasets,
        dataset: ReflectiveDataset,
    ) -> Result<(), GepaError> {
        let iteration = self.iteration();
        let position = datasets.current;
        let parent = datasets.scored[position].task.parent;
        let components = std::mem::take(&mut datasets.components);
        self.log.push(Event::DatasetBuilt {
            iteration,
            candidate: parent,
            components: components.clone(),
            dataset: dataset.clone(),
        });
        let parent = self.state.candidates()[parent.index()].clone();
        self.log.push(Event::ProposalStarted { iteration, components: components.clone(), parent });
        datasets.prepared.push(Prepared { position, components, dataset });
        datasets.current += 1;
        self.next_dataset(datasets)
    }

    pub(super) fn dataset_failed(&mut self, mut datasets: Datasets) -> Result<(), GepaError> {
        self.log.push(Event::Note(Note::DatasetFailed));
        datasets.current += 1;
        self.next_dataset(datasets)
    }

    /// Asks for new texts for all prepared tasks together.
    fn propose(&mut self, scored: Vec<ScoredTask>, prepared: Vec<Prepared>) -> Result<(), GepaError> {
        let jobs = prepared.iter().map(|prepared| self.job(&scored, prepared)).collect();
        self.ask_for_texts(Proposing { scored, prepared, found: Vec::new(), jobs, one_by_one: false })
    }

    fn job(&mut self, scored: &[ScoredTask], prepared: &Prepared) -> ProposalJob {
        let parent = scored[prepared.position].task.parent;
        let candidate = self.state.candidates()[parent.index()].clone();
        let mut prompts = Texts::new();
        if let Proposer::ReflectionModel(templates) = &self.config.proposer {
            for component in &prepared.components {
                let (Some(current), Some(records)) = (candidate.get(component), prepared.dataset.get(component)) else {
                    self.log.push(Event::Note(Note::ComponentWithoutData));
                    continue;
                };
                let prompt = templates.of(component).fill(current, &records_text(records));
                prompts.push((component.clone(), prompt.into()));
            }
        }
        let (components, dataset) = (prepared.components.clone(), prepared.dataset.clone());
        ProposalJob { parent, candidate, components, dataset, prompts }
    }

    /// Asks for the texts of the current jobs, unless there is nothing to ask.
    fn ask_for_texts(&mut self, proposing: Proposing) -> Result<(), GepaError> {
        let by_model = matches!(self.config.proposer, Proposer::ReflectionModel(_));
        let silent = by_model && proposing.jobs.iter().all(|job| job.prompts.is_empty());
        if proposing.jobs.is_empty() || silent {
            let nothing = vec![JobReply::Texts(Texts::new()); proposing.jobs.len()];
            return self.proposed(proposing, nothing);
        }
        self.need = Some(Need::Propose { jobs: proposing.jobs.clone() });
        self.stage = Stage::Proposing(proposing);
        Ok(())
    }

    pub(super) fn proposed(&mut self, mut proposing: Proposing, replies: Vec<JobReply>) -> Result<(), GepaError> {
        for (reply, job) in replies.into_iter().zip(std::mem::take(&mut proposing.jobs)) {
            proposing.found.push(Some(written(reply, job.prompts)));
        }
        self.next_proposal(proposing)
    }

    /// The first failure makes the proposer be asked again, task by task, even for texts it had already; a task that fails
    /// once more is dropped.
    pub(super) fn proposing_failed(&mut self, mut proposing: Proposing) -> Result<(), GepaError> {
        if proposing.one_by_one {
            self.log.push(Event::Note(Note::ReflectFailed));
            proposing.found.push(None);
        } else {
            self.log.push(Event::Note(Note::ReflectRetry));
            proposing.one_by_one = true;
        }
        self.next_proposal(proposing)
    }

    fn next_proposal(&mut self, mut proposing: Proposing) -> Result<(), GepaError> {
        match proposing.prepared.get(proposing.found.len()) {
            Some(next) => {
                proposing.jobs = vec![self.job(&proposing.scored, next)];
                self.ask_for_texts(proposing)
            }
            None => self.children(proposing),
        }
    }

    /// Makes the children and asks for their scores.
    fn children(&mut self, proposing: Proposing) -> Result<(), GepaError> {
        let Proposing { scored, prepared, found, .. } = proposing;
        let iteration = self.iteration();
        let mut children = Vec::new();
        for (prepared, written) in prepared.iter().zip(found) {
            let Some(Written { texts, prompts, replies }) = written else { continue };
            if texts.is_empty() {
                self.log.push(Event::Note(Note::NoText));
                continue;
            }
            self.log.push(Event::ProposalEnded { iteration, texts: texts.clone(), prompts, replies });
            let parent = &self.state.candidates()[scored[prepared.position].task.parent.index()];
            children.push((prepared.position, parent.with(&texts).map_err(GepaError::UnknownComponent)?));
        }
        if children.is_empty() {
            return self.without_proposal();
        }
        for (position, _) in &children {
            let task = &scored[*position].task;
            self.evaluation_started(None, &task.minibatch.clone(), vec![task.parent]);
        }
        let requests = children
            .iter()
            .map(|(position, child)| self.request(child, Split::Train, scored[*position].task.minibatch.clone(), true))
            .collect();
        self.need = Some(Need::Evaluate { purpose: Purpose::Children, requests });
        self.stage = Stage::Children(Children { scored, children });
        Ok(())
    }

    pub(super) fn children_evaluated(
        &mut self,
        children: Children,
        evaluations: Vec<Evaluation>,
    ) -> Result<(), GepaError> {
        let Children { scored, children } = children;
        for ((position, _), evaluation) in children.iter().zip(&evaluations) {
            self.evaluation_ended(None, evaluation, vec![scored[*position].task.parent]);
        }
        self.charge(cost(&evaluations));
        let mut proposals = Vec::new();
        for ((position, candidate), evaluation) in children.iter().zip(&evaluations) {
            let ScoredTask { task, scores, repeats, .. } = &scored[*position];
            self.remember(candidate, task, evaluation);
            self.state.traced(|entry| {
                entry.first_proposed.get_or_insert(*position);
                if let Some(traced) = entry.tasks.get_mut(*position) {
                    traced.scores = Some((scores.clone(), evaluation.scores.clone()));
                }
            });
            let evidence = Evidence {
                before: sum(scores.iter().copied()),
                after: sum(evaluation.scores.iter().copied()),
                pairs: Pairs::of(rollouts(scores, repeats.as_deref()), evaluation.rollouts()),
            };
            proposals.push(Proposal { candidate: candidate.clone(), parent: task.parent, evidence });
        }
        self.select(proposals)
    }

    /// Judges the proposals; those that are taken are validated.
    fn select(&mut self, proposals: Vec<Proposal>) -> Result<(), GepaError> {
        let verdicts = judge(&proposals, self.config.criterion, self.config.selection);
        let iteration = self.iteration();
        for (position, reason) in verdicts.rejected {
            let Proposal { candidate, parent, evidence } = proposals[position].clone();
            let Evidence { before, after, .. } = evidence;
            self.log.push(Event::CandidateRejected { iteration, candidate, parent, before, after, reason });
        }
        if verdicts.taken.is_empty() {
            return self.end_pass(false);
        }
        let taken = verdicts.taken.iter().map(|position| &proposals[*position]);
        let sums = taken.clone().map(|proposal| proposal.evidence.after).collect();
        let candidates = taken.map(|proposal| (proposal.candidate.clone(), vec![proposal.parent])).collect();
        self.validate(candidates, After::Proposals { sums })
    }

    fn without_proposal(&mut self) -> Result<(), GepaError> {
        self.log.push(Event::Note(Note::NoProposal));
        self.end_pass(false)
    }

    fn evaluation_started(
        &mut self,
        candidate: Option<CandidateId>,
        examples: &[super::ExampleId],
        parents: Vec<CandidateId>,
    ) {
        self.log.push(Event::EvaluationStarted {
            iteration: self.state.passes(),
            candidate,
            split: Split::Train,
            examples: examples.to_vec(),
            capture_traces: true,
            parents,
        });
    }

    fn evaluation_ended(&mut self, candidate: Option<CandidateId>, evaluation: &Evaluation, parents: Vec<CandidateId>) {
        self.log.push(Event::EvaluationEnded {
            iteration: self.state.passes(),
            candidate,
            scores: evaluation.scores.clone(),
            repeats: evaluation.repeats.clone(),
            has_trajectories: evaluation.has_trajectories,
            parents,
            objective_scores: evaluation.objective_scores.clone(),
        });
    }

    fn remember(&mut self, candidate: &Candidate, task: &Task, evaluation: &Evaluation) {
        if let Some(cache) = &mut self.state.cache {
            cache.store(candidate, Split::Train, self.examples, &task.minibatch, evaluation);
        }
    }
}

/// What evaluations cost: what they report, or one metric call an example.
fn cost(evaluations: &[Evaluation]) -> u64 {
    evaluations.iter().map(|evaluation| evaluation.metric_calls.unwrap_or(evaluation.scores.len() as u64)).sum()
}

fn written(reply: JobReply, prompts: Texts) -> Written {
    match reply {
        JobReply::Texts(texts) => Written { texts, ..Written::default() },
        JobReply::Replies(replies) => {
            let named = prompts.iter().map(|(component, _)| component.clone()).zip(replies);
            let (texts, replies) = named
                .map(|(component, reply)| {
                    let text = reply.edited.unwrap_or_else(|| new_text(&reply.raw).into());
                    ((component.clone(), text), (component, reply.raw))
                })
                .unzip();
            Written { texts, prompts, replies }
        }
    }
}
