//! The optimiser with its rollouts: what is due, and what came of it.

use std::collections::BTreeMap;

use super::datasets::{Dataset, Datasets};
use super::due::{Due, Reflection, Unasked};
use super::rollouts::{Batch, RolloutJob};
use super::setup::{Changed, Setup, SetupError};
use super::{COMPONENT, Lesson};
use crate::domain::TaskId;
use crate::gepa::reflect::ReflectiveDataset;
use crate::gepa::{
    Answer, Candidate, CandidateId, Config, Evaluation, EvaluationId, EvaluationRequest, Event, Examples, Failure,
    JobReply, Need, Optimizer, Outcome, Outside, Purpose, Reply, Split,
};
use crate::py::{Dict, List, Num, Str, Value, num};

/// An event with when it happened: how many answers had been given. Of a dataset it has the components alone; the
/// records are in the prompt.
#[derive(Clone, Debug)]
pub struct Step {
    pub answers: usize,
    pub event: Event,
}

/// A rollout that was made, with what it came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    pub job: RolloutJob,
    /// How many answers had been given with the one that it is part of, as in [`Step::answers`].
    pub answers: usize,
    pub score: f64,
}

/// Leave that was asked for: a place from which an evolution can be forked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leave {
    /// The pass that it is asked for, from 1.
    pub iteration: u64,
    /// How many answers had been given.
    pub answers: usize,
}

/// An evolution in progress or at its end. A clone is a snapshot from which it can go on.
#[derive(Clone, Debug)]
pub struct Evolution {
    optimizer: Optimizer,
    feedback: Dataset,
    pareto: Dataset,
    /// Those that were not taken yet, and how many were.
    answers: Vec<Answer>,
    taken: usize,
    steps: Vec<Step>,
    leaves: Vec<Leave>,
    made: Vec<Made>,
    /// The settings that it went by, each with the first pass of theirs; the ones that it began with first.
    settings: Vec<(u64, Config)>,
    /// Settings still to come, the next one last.
    later: Vec<Changed>,
    repeats: u32,
    /// How many rollouts were asked for before those that are due.
    asked: usize,
    pending: Pending,
    /// The records of this pass's evaluations that reflection may look at.
    records: BTreeMap<EvaluationId, Vec<Dict>>,
    /// Answers come from the record: none is made here.
    replaying: bool,
}

#[derive(Clone, Debug)]
enum Pending {
    Nothing,
    Rollouts { jobs: Vec<RolloutJob>, lessons: Vec<Option<Lesson>> },
    Reflections { calls: Vec<Reflection>, replies: Vec<Option<Reply>> },
}

impl Evolution {
    /// An evolution about to begin; the seed's validation is due first.
    ///
    /// # Errors
    /// Settings that none can have.
    pub fn new(setup: &Setup) -> Result<Self, SetupError> {
        setup.check()?;
        let Datasets { feedback, pareto, .. } = &setup.datasets;
        let examples = Examples { train: feedback.tasks.len(), validation: Some(pareto.tasks.len()) };
        let seed = Candidate::new([(COMPONENT, setup.seed_instruction.as_str())]);
        let mut own = Self {
            optimizer: Optimizer::new(setup.config.clone(), examples, seed)?,
            feedback: feedback.clone(),
            pareto: pareto.clone(),
            answers: Vec::new(),
            taken: 0,
            steps: Vec::new(),
            leaves: Vec::new(),
            made: Vec::new(),
            settings: vec![(0, setup.config.clone())],
            later: setup.later.iter().rev().cloned().collect(),
            repeats: setup.repeats.max(1),
            asked: 0,
            pending: Pending::Nothing,
            records: BTreeMap::new(),
            replaying: false,
        };
        own.look();
        Ok(own)
    }

    /// The evolution that these answers led to. One that does not fit ends the replay before it; how many fitted tells
    /// [`Evolution::answered`].
    ///
    /// # Errors
    /// Settings that none can have.
    pub fn replay(setup: &Setup, answers: impl IntoIterator<Item = Answer>) -> Result<Self, SetupError> {
        let mut own = Self::new(setup)?;
        own.replaying = true;
        for answer in answers {
            if own.supply(answer).is_err() {
                break;
            }
        }
        own.replaying = false;
        own.look();
        Ok(own)
    }

    /// What is due now.
    #[must_use]
    pub fn due(&self) -> Due<'_> {
        match &self.pending {
            Pending::Rollouts { jobs, .. } => Due::Rollouts(jobs),
            Pending::Reflections { calls, .. } => Due::Reflections(calls),
            Pending::Nothing => match (self.optimizer.need(), self.optimizer.outcome()) {
                (Some(Need::Leave { iteration }), _) => Due::Leave { iteration: *iteration },
                (_, Some(outcome)) => Due::Ended(outcome),
                // Every other need has its pending part.
                (_, None) => Due::Ended(&Outcome::Finished),
            },
        }
    }

    /// Whether the lesson of a due rollout, or the reply to a due call, was given already.
    #[must_use]
    pub fn has(&self, number: usize) -> bool {
        match &self.pending {
            Pending::Rollouts { jobs, lessons } => {
                jobs.iter().zip(lessons).any(|(job, lesson)| job.number == number && lesson.is_some())
            }
            Pending::Reflections { replies, .. } => replies.get(number).is_some_and(Option::is_some),
            Pending::Nothing => false,
        }
    }

    /// The answers so far, in order, without those that were taken.
    #[must_use]
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }

    /// The answers since they were taken the last time; they hold whole conversations, and whoever saves them need not
    /// have them kept here.
    pub fn take_answers(&mut self) -> Vec<Answer> {
        self.taken += self.answers.len();
        std::mem::take(&mut self.answers)
    }

    /// How many answers were given, taken or not.
    #[must_use]
    pub const fn answered(&self) -> usize {
        self.taken + self.answers.len()
    }

    /// What happened so far, in order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Every leave that was asked for, in order; of a pass there are several where a person brought candidates before it.
    #[must_use]
    pub fn fork_points(&self) -> &[Leave] {
        &self.leaves
    }

    /// Every rollout whose score was given, in the order of their numbers.
    #[must_use]
    pub fn made(&self) -> &[Made] {
        &self.made
    }

    #[must_use]
    pub const fn optimizer(&self) -> &Optimizer {
        &self.optimizer
    }

    /// The settings of a pass, from 1; 0 is before the first.
    #[must_use]
    pub fn config_in(&self, iteration: u64) -> &Config {
        let own = self.settings.iter().rev().find(|(first, _)| *first <= iteration);
        own.map_or_else(|| self.optimizer.config(), |(_, config)| config)
    }

    /// The tasks that a split's examples are, by their position.
    #[must_use]
    pub const fn dataset(&self, split: Split) -> &Dataset {
        match split {
            Split::Train => &self.feedback,
            Split::Validation => &self.pareto,
        }
    }

    /// Gives leave to begin a pass, or stops the evolution.
    ///
    /// # Errors
    /// It waits for something else.
    pub fn proceed(&mut self, outside: Outside) -> Result<(), Unasked> {
        self.supply(Answer::Proceed(outside))
    }

    /// Lets a person's own instruction join the pool; its validation is due next.
    ///
    /// # Errors
    /// It waits for something else than leave, or there is no such parent.
    pub fn introduce(&mut self, instruction: &str, parents: Vec<CandidateId>) -> Result<(), Unasked> {
        self.supply(Answer::Introduce { candidate: Candidate::new([(COMPONENT, instruction)]), parents })
    }

    /// Gives what a due rollout came to.
    ///
    /// # Errors
    /// No such rollout is due.
    pub fn learn(&mut self, number: usize, lesson: Lesson) -> Result<(), Unasked> {
        let Pending::Rollouts { jobs, lessons } = &mut self.pending else { return Err(Unasked) };
        let at = jobs.iter().position(|job| job.number == number).ok_or(Unasked)?;
        *lessons.get_mut(at).ok_or(Unasked)? = Some(lesson);
        if lessons.iter().any(Option::is_none) {
            return Ok(());
        }
        let lessons: Vec<Lesson> = lessons.drain(..).flatten().collect();
        let tasks: Vec<TaskId> = jobs.iter().map(|job| job.task.clone()).collect();
        let answer = self.evaluated(&tasks, lessons);
        self.supply(answer)
    }

    /// Gives the reply to a due call of the reflection model.
    ///
    /// # Errors
    /// No such call is due.
    pub fn reply(&mut self, number: usize, reply: Reply) -> Result<(), Unasked> {
        let Pending::Reflections { replies, .. } = &mut self.pending else { return Err(Unasked) };
        *replies.get_mut(number).ok_or(Unasked)? = Some(reply);
        if replies.iter().any(Option::is_none) {
            return Ok(());
        }
        let mut replies: std::vec::IntoIter<Reply> = replies.drain(..).flatten().collect::<Vec<_>>().into_iter();
        let Some(Need::Propose { jobs }) = self.optimizer.need() else { return Err(Unasked) };
        let of_job =
            |job: &crate::gepa::ProposalJob| JobReply::Replies(replies.by_ref().take(job.prompts.len()).collect());
        let answer = Answer::Proposed(jobs.iter().map(of_job).collect());
        self.supply(answer)
    }

    /// Refuses every proposal that is due: the pass goes on without one.
    ///
    /// # Errors
    /// None is due.
    pub fn refuse(&mut self) -> Result<(), Unasked> {
        let Some(Need::Propose { jobs }) = self.optimizer.need() else { return Err(Unasked) };
        let answer = Answer::Proposed(jobs.iter().map(|_| JobReply::Texts(Vec::new())).collect());
        self.supply(answer)
    }

    /// Gives up what is due: the pass fails, or the whole evolution where that is its beginning.
    ///
    /// # Errors
    /// Only leave is waited for.
    pub fn give_up(&mut self, failure: Failure) -> Result<(), Unasked> {
        self.supply(Answer::Failed(failure))
    }

    fn supply(&mut self, answer: Answer) -> Result<(), Unasked> {
        self.optimizer.supply(answer.clone())?;
        if let Pending::Rollouts { jobs, .. } = std::mem::replace(&mut self.pending, Pending::Nothing) {
            self.asked += jobs.len();
            if let Answer::Evaluated(evaluations) = &answer {
                self.note(jobs, evaluations);
            }
        }
        self.answers.push(answer);
        self.look();
        Ok(())
    }

    fn note(&mut self, jobs: Vec<RolloutJob>, evaluations: &[Evaluation]) {
        let answers = self.answered() + 1;
        let scores = evaluations.iter().flat_map(|evaluation| match &evaluation.repeats {
            Some(repeats) => repeats.iter().flatten().copied().collect(),
            None => evaluation.scores.clone(),
        });
        let made = jobs.into_iter().zip(scores).map(|(job, score)| Made { job, answers, score: score.to_f64() });
        self.made.extend(made);
    }

    /// Takes in what happened, and sees what is due.
    fn look(&mut self) {
        let answers = self.answered();
        let events = self.optimizer.take_events().into_iter().map(light);
        self.steps.extend(events.map(|event| Step { answers, event }));
        self.pending = match self.optimizer.need() {
            Some(Need::Evaluate { purpose, requests }) => {
                let (purpose, requests) = (*purpose, requests.clone());
                let jobs = self.ask(purpose, requests);
                let lessons = vec![None; jobs.len()];
                Pending::Rollouts { jobs, lessons }
            }
            Some(Need::BuildDataset { .. }) if self.replaying => Pending::Nothing,
            Some(Need::BuildDataset { evaluation, components, .. }) => {
                let answer = self.built(*evaluation, components);
                // A dataset is an answer to nothing else, so this does not fail.
                return self.supply(answer).unwrap_or(());
            }
            Some(Need::Propose { jobs }) => {
                let prompt = |(job, (_, prompt)): (&crate::gepa::ProposalJob, &(Str, Str))| {
                    let current = job.candidate.get(COMPONENT).cloned().unwrap_or_else(|| "".into());
                    (job.parent, current, prompt.clone())
                };
                let all = jobs.iter().flat_map(|job| job.prompts.iter().map(move |own| (job, own)));
                let calls: Vec<Reflection> = all
                    .map(prompt)
                    .enumerate()
                    .map(|(number, (parent, current, prompt))| Reflection { number, parent, current, prompt })
                    .collect();
                let replies = vec![None; calls.len()];
                Pending::Reflections { calls, replies }
            }
            Some(Need::Leave { iteration }) => {
                let iteration = *iteration;
                self.records.clear();
                self.leaves.push(Leave { iteration, answers });
                self.change_settings(iteration);
                Pending::Nothing
            }
            None => Pending::Nothing,
        };
    }

    /// Goes on with the settings that are due by now.
    fn change_settings(&mut self, iteration: u64) {
        let answers = self.answered();
        while let Some(Changed { config, .. }) = self.later.pop_if(|next| next.answers <= answers) {
            // They were checked in the beginning, and leave is due: this does not fail.
            if let Ok(fork) = self.optimizer.fork(config) {
                self.settings.push((iteration, fork.config().clone()));
                self.optimizer = fork;
            }
        }
    }

    fn ask(&mut self, purpose: Purpose, requests: Vec<EvaluationRequest>) -> Vec<RolloutJob> {
        let pass = self.optimizer.state().passes();
        let mut jobs: Vec<RolloutJob> = Vec::new();
        for EvaluationRequest { candidate, split, examples, .. } in requests {
            let batch = Batch {
                pass,
                purpose,
                instruction: candidate.get(COMPONENT).cloned().unwrap_or_else(|| "".into()),
                split,
                examples,
                repeats: self.repeats_on(split),
                first: self.asked + jobs.len(),
            };
            jobs.extend(batch.jobs(self.dataset(split)));
        }
        jobs
    }

    const fn repeats_on(&self, split: Split) -> u32 {
        match split {
            Split::Train => self.repeats,
            Split::Validation => 1,
        }
    }

    /// The scores of all requests, whose records are kept for reflection.
    fn evaluated(&mut self, tasks: &[TaskId], lessons: Vec<Lesson>) -> Answer {
        let Some(Need::Evaluate { requests, .. }) = self.optimizer.need() else {
            return Answer::Evaluated(Vec::new());
        };
        let mut lessons = tasks.iter().zip(lessons);
        let mut evaluations = Vec::with_capacity(requests.len());
        let mut records = Vec::new();
        for request in requests {
            let repeats = self.repeats_on(request.split) as usize;
            let examples: Vec<Repeats> = (0..request.examples.len())
                .filter_map(|_| Repeats::of(lessons.by_ref().take(repeats).collect()))
                .collect();
            let mut evaluation =
                Evaluation::of_scores(examples.iter().map(|example| example.mean).collect(), request.capture_traces);
            evaluation.outputs = examples.iter().map(|example| example.output.clone()).collect();
            if repeats > 1 {
                evaluation.metric_calls = Some((repeats * request.examples.len()) as u64);
                evaluation.repeats = Some(examples.iter().map(|example| example.scores.clone()).collect());
            }
            evaluations.push(evaluation);
            if request.capture_traces {
                records.push((request.id, examples.into_iter().map(|example| example.record).collect()));
            }
        }
        self.records.extend(records);
        Answer::Evaluated(evaluations)
    }

    fn built(&self, evaluation: EvaluationId, components: &[Str]) -> Answer {
        let Some(records) = self.records.get(&evaluation) else {
            let message = "The conversations of this pass are not at hand any more.".into();
            return Answer::Failed(Failure { kind: "LookupError".into(), message });
        };
        let list: List = records.iter().cloned().map(Value::Dict).collect();
        let records = components.iter().map(|component| (component.clone(), list.clone())).collect();
        Answer::DatasetBuilt(ReflectiveDataset { records })
    }
}

/// An event as it is kept: without the conversations of a dataset, which stand in the prompts too and are an answer.
fn light(event: Event) -> Event {
    match event {
        Event::DatasetBuilt { iteration, candidate, components, dataset: _ } => {
            Event::DatasetBuilt { iteration, candidate, components, dataset: ReflectiveDataset::default() }
        }
        other => other,
    }
}

/// The rollouts of one example.
struct Repeats {
    scores: Vec<Num>,
    mean: Num,
    /// Of the rollout with the lowest score, the first of equals: it is the one to learn from.
    record: Dict,
    output: Value,
}

impl Repeats {
    /// `None` without rollouts.
    fn of(rollouts: Vec<(&TaskId, Lesson)>) -> Option<Self> {
        let scores: Vec<Num> = rollouts.iter().map(|(_, lesson)| Num::Float(lesson.score)).collect();
        let mean = num::mean(scores.iter().copied())?;
        let lowest = |one: &(&TaskId, Lesson), other: &(&TaskId, Lesson)| one.1.score.total_cmp(&other.1.score);
        let (task, lesson) = rollouts.into_iter().min_by(lowest)?;
        Some(Self { scores, mean: Num::Float(mean), output: output(task, &lesson), record: lesson.record })
    }
}

/// What is kept of a rollout that a candidate did best.
fn output(task: &TaskId, lesson: &Lesson) -> Value {
    let metrics = Dict::from_iter([
        ("rating", lesson.rating.map_or(Value::None, Value::Float)),
        ("reward", Value::Float(lesson.reward)),
    ]);
    Value::Dict(Dict::from_iter([
        ("task_split", Value::from(task.split.as_str())),
        ("task_id", Value::Int(i64::try_from(task.index).unwrap_or(i64::MAX))),
        ("reward", Value::Float(lesson.score)),
        ("task_info", Value::Dict(Dict::from_iter([("metrics", Value::Dict(metrics))]))),
    ]))
}
