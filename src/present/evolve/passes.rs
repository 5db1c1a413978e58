//! The course of an evolution as a list of passes: what each tried and what came of it, in figures and ids.
//!
//! Read from the evolution's steps, which name events one by one; `steps` puts a pass into words.

use crate::evolve::{COMPONENT, Evolution, Made, Step};
use crate::gepa::{Candidate, CandidateId, Event, ExampleId, Note, Rejection, SkipReason, Split};
use crate::py::{Num, Str};

/// An example with its score in one evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    pub example: ExampleId,
    /// `None` while its rollouts go on. The mean, where there were several.
    pub score: Option<f64>,
    /// The numbers of its rollouts; none where the score was known without.
    pub rollouts: Vec<usize>,
}

/// What became of a text that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its rollouts go on; once it has scores, its validation ([`Child::has_passed`]).
    Open,
    Refused(Rejection),
    /// A merge that scored below the better of its parents.
    MergeRefused,
    Joined(CandidateId),
}

/// What a reflection model was asked for a component, and said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub component: Str,
    /// Empty where no model was asked.
    pub prompt: Str,
    pub reply: Str,
    pub text: Str,
}

/// A new text with its scores.
#[derive(Clone, Debug)]
pub struct Child {
    pub candidate: Candidate,
    pub written: Vec<Written>,
    /// On the minibatch of its parent, or on the examples of a merge.
    pub after: Vec<Tried>,
    pub verdict: Verdict,
    /// Metric calls when its verdict fell.
    pub judged_at: u64,
}

/// A parent with its minibatch, and what was made of them.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub parent: CandidateId,
    /// The parent on its minibatch.
    pub before: Vec<Tried>,
    pub skipped: Option<SkipReason>,
    /// The reflection model was asked.
    pub asked: bool,
    pub child: Option<Child>,
}

/// A merge that was tried.
#[derive(Clone, Debug)]
pub struct MergeTry {
    pub parents: [CandidateId; 2],
    pub ancestor: Option<CandidateId>,
    /// Sums of the parents over the examples.
    pub before: Option<[f64; 2]>,
    pub examples: Vec<ExampleId>,
    /// `None` while it is being scored.
    pub child: Option<Child>,
}

/// What an entry of the course is.
#[derive(Clone, Debug)]
pub enum PassKind {
    /// The seed's validation.
    Seed,
    Reflection(Vec<Attempt>),
    Merge(MergeTry),
    /// A person brought a candidate.
    Hand,
}

/// An entry of the course.
#[derive(Clone, Debug)]
pub struct Pass {
    /// 0 for the seed. A person's candidate bears the number of the pass before it.
    pub iteration: u64,
    pub kind: PassKind,
    /// Metric calls before it, and until its end or now.
    pub began_at: u64,
    pub calls: u64,
    /// The pool's size when it began.
    pub pool: usize,
    /// Where among the steps the fronts stand that it drew from; `None`: only the seed was there.
    pub fronts: Option<usize>,
    /// A merge was looked for and none was found.
    pub no_merge: bool,
    /// Candidates that joined the pool.
    pub joined: Vec<CandidateId>,
    /// Why it failed, and whether the evolution goes on.
    pub failed: Option<(String, bool)>,
    pub notes: Vec<Note>,
    pub has_ended: bool,
}

/// How a candidate of the pool came about.
#[derive(Clone, Debug)]
pub struct Found {
    /// The entry of the course.
    pub entry: usize,
    /// By validation example, what it rests on.
    pub tried: Vec<Tried>,
}

/// The course of an evolution so far.
#[derive(Clone, Debug, Default)]
pub struct Passes {
    pub list: Vec<Pass>,
    /// By candidate.
    pub found: Vec<Found>,
    /// Metric calls so far.
    pub calls: u64,
}

impl Passes {
    #[must_use]
    pub fn of(evolution: &Evolution) -> Self {
        let mut fold = Fold { evolution, own: Self::default(), fronts: None };
        for (at, step) in evolution.steps().iter().enumerate() {
            fold.take(at, step);
        }
        let mut own = fold.own;
        let trace = evolution.optimizer().state().trace();
        for pass in &mut own.list {
            if let PassKind::Merge(merge) = &mut pass.kind {
                // The trace counts passes from 0.
                let at = usize::try_from(pass.iteration.saturating_sub(1)).unwrap_or(usize::MAX);
                merge.ancestor = trace.get(at).and_then(|entry| Some(entry.merged?[2]));
            }
        }
        own
    }

    /// The attempts of an entry; none for those without reflection.
    #[must_use]
    pub fn attempts(&self, entry: usize) -> &[Attempt] {
        match self.list.get(entry).map(|pass| &pass.kind) {
            Some(PassKind::Reflection(attempts)) => attempts,
            _ => &[],
        }
    }

    /// The attempt or the merge that brought a candidate.
    #[must_use]
    pub fn child_of(&self, id: CandidateId) -> Option<(&Pass, Option<&Attempt>, &Child)> {
        let pass = self.list.get(self.found.get(id.index())?.entry)?;
        match &pass.kind {
            PassKind::Reflection(attempts) => attempts.iter().find_map(|attempt| {
                let child = attempt.child.as_ref()?;
                (child.verdict == Verdict::Joined(id)).then_some((pass, Some(attempt), child))
            }),
            PassKind::Merge(merge) => Some((pass, None, merge.child.as_ref()?)),
            PassKind::Seed | PassKind::Hand => None,
        }
    }
}

struct Fold<'a> {
    evolution: &'a Evolution,
    own: Passes,
    /// Where the last fronts stand.
    fronts: Option<usize>,
}

impl Fold<'_> {
    fn take(&mut self, at: usize, step: &Step) {
        match &step.event {
            Event::OptimizationStarted { .. } => self.begin(0, PassKind::Seed),
            Event::IterationStarted { iteration } => self.begin(*iteration, PassKind::Reflection(Vec::new())),
            Event::IterationEnded { .. } => self.pass(|pass| pass.has_ended = true),
            Event::CandidateSelected { candidate, .. } => {
                let parent = *candidate;
                let attempt = Attempt { parent, before: Vec::new(), skipped: None, asked: false, child: None };
                self.attempts(|attempts| attempts.push(attempt));
            }
            Event::MinibatchSampled { examples, .. } => self.attempts(|attempts| {
                if let Some(last) = attempts.last_mut() {
                    last.before = examples.iter().map(|example| untried(*example)).collect();
                }
            }),
            Event::EvaluationStarted { candidate: None, split: Split::Validation, examples, parents, .. } => {
                if let [first, second] = parents[..] {
                    let (parents, examples) = ([first, second], examples.clone());
                    let merge = MergeTry { parents, ancestor: None, before: None, examples, child: None };
                    self.pass(|pass| pass.kind = PassKind::Merge(merge));
                }
            }
            Event::EvaluationEnded { candidate, scores, repeats, parents, .. } => {
                let made = made_with(self.evolution, step.answers);
                let repeats = repeats.as_ref().and_then(|all| all.first()).map_or(1, Vec::len);
                self.scored(&Scores { evolution: self.evolution, scores, made, repeats }, *candidate, parents);
            }
            Event::EvaluationSkipped { candidate, reason, .. } => self.attempts(|attempts| {
                let open = |attempt: &&mut Attempt| attempt.parent == *candidate && attempt.is_open();
                if let Some(own) = attempts.iter_mut().find(open) {
                    own.skipped = Some(*reason);
                }
            }),
            Event::ProposalStarted { .. } => self.attempts(|attempts| {
                if let Some(own) = attempts.iter_mut().find(|attempt| attempt.is_open()) {
                    own.asked = true;
                }
            }),
            Event::ProposalEnded { texts, prompts, replies, .. } => self.written(texts, prompts, replies),
            Event::CandidateRejected { candidate, parent, reason, .. } => {
                let (calls, reason) = (self.own.calls, *reason);
                self.judge(|attempt, child| {
                    let own = attempt.parent == *parent && child.candidate == *candidate;
                    own.then_some((Verdict::Refused(reason), calls))
                });
            }
            Event::MergeAttempted { candidate, .. } => self.merge(|merge, calls| {
                let child = merge.child.get_or_insert_with(|| Child::new(candidate.clone(), calls));
                child.candidate = candidate.clone();
            }),
            Event::MergeRejected { before, .. } => self.merge(|merge, calls| {
                merge.before = Some(before.map(Num::to_f64));
                if let Some(child) = &mut merge.child {
                    (child.verdict, child.judged_at) = (Verdict::MergeRefused, calls);
                }
            }),
            Event::FrontUpdated { .. } => self.fronts = Some(at),
            Event::ValidationEvaluated { iteration, id, candidate, scores, .. } => {
                self.validated(step.answers, *iteration, *id, candidate, scores);
            }
            Event::BudgetUpdated { used, .. } => {
                self.own.calls = *used;
                self.pass(|pass| {
                    if !pass.has_ended {
                        pass.calls = used.saturating_sub(pass.began_at);
                    }
                });
            }
            Event::Failed { error, will_continue, .. } => {
                let failed = (error.to_string(), *will_continue);
                if self.own.list.last().is_none_or(|pass| pass.has_ended) {
                    self.begin(self.own.list.last().map_or(0, |pass| pass.iteration), PassKind::Hand);
                }
                self.pass(|pass| {
                    pass.failed = Some(failed);
                    pass.has_ended = true;
                });
            }
            Event::Note(Note::MergeNone | Note::MergeLowOverlap) => self.pass(|pass| pass.no_merge = true),
            Event::Note(note) => self.pass(|pass| pass.notes.push(*note)),
            Event::OptimizationEnded { .. }
            | Event::StateSaved { .. }
            | Event::EvaluationStarted { .. }
            | Event::DatasetBuilt { .. }
            | Event::CandidateAccepted { .. }
            | Event::MergeAccepted { .. }
            | Event::Draw(_) => {}
        }
    }

    fn begin(&mut self, iteration: u64, kind: PassKind) {
        self.own.list.push(Pass {
            iteration,
            kind,
            began_at: self.own.calls,
            calls: 0,
            pool: self.own.found.len(),
            fronts: self.fronts,
            no_merge: false,
            joined: Vec::new(),
            failed: None,
            notes: Vec::new(),
            has_ended: false,
        });
    }

    fn pass(&mut self, change: impl FnOnce(&mut Pass)) {
        if let Some(last) = self.own.list.last_mut() {
            change(last);
        }
    }

    fn attempts(&mut self, change: impl FnOnce(&mut Vec<Attempt>)) {
        self.pass(|pass| {
            if let PassKind::Reflection(attempts) = &mut pass.kind {
                change(attempts);
            }
        });
    }

    fn merge(&mut self, change: impl FnOnce(&mut MergeTry, u64)) {
        let calls = self.own.calls;
        self.pass(|pass| {
            if let PassKind::Merge(merge) = &mut pass.kind {
                change(merge, calls);
            }
        });
    }

    fn scored(&mut self, scores: &Scores<'_>, candidate: Option<CandidateId>, parents: &[CandidateId]) {
        let texts = self.evolution.optimizer().state().candidates();
        self.pass(|pass| match (&mut pass.kind, candidate) {
            (PassKind::Reflection(attempts), Some(parent)) => {
                let unscored =
                    |own: &&mut Attempt| own.parent == parent && own.before.iter().all(|tried| tried.score.is_none());
                if let Some(own) = attempts.iter_mut().find(unscored) {
                    scores.fill(Split::Train, &mut own.before, texts.get(parent.index()));
                }
            }
            (PassKind::Reflection(attempts), None) => {
                let of = |own: &&mut Attempt| {
                    let unscored = |child: &Child| child.after.iter().all(|tried| tried.score.is_none());
                    parents == [own.parent] && own.child.as_ref().is_some_and(unscored)
                };
                if let Some(child) = attempts.iter_mut().find(of).and_then(|own| own.child.as_mut()) {
                    scores.fill(Split::Train, &mut child.after, Some(&child.candidate));
                }
            }
            (PassKind::Merge(merge), None) => {
                // Its text is told by the event behind this one.
                let mut child = Child::new(Candidate::new::<Str, Str>([]), 0);
                child.after = merge.examples.iter().map(|example| untried(*example)).collect();
                scores.fill(Split::Validation, &mut child.after, None);
                merge.child = Some(child);
            }
            _ => {}
        });
    }

    /// The text of the next attempt that waits for one.
    fn written(&mut self, texts: &[(Str, Str)], prompts: &[(Str, Str)], replies: &[(Str, Str)]) {
        let pool = self.evolution.optimizer().state().candidates();
        let calls = self.own.calls;
        let find = |list: &[(Str, Str)], name: &Str| {
            list.iter().find(|(own, _)| own == name).map_or_else(|| "".into(), |(_, text)| text.clone())
        };
        self.attempts(|attempts| {
            let Some(own) = attempts.iter_mut().find(|own| own.asked && own.child.is_none()) else { return };
            let Some(Ok(candidate)) = pool.get(own.parent.index()).map(|parent| parent.with(texts)) else { return };
            let mut child = Child::new(candidate, calls);
            child.after = own.before.iter().map(|tried| untried(tried.example)).collect();
            child.written = texts
                .iter()
                .map(|(name, text)| Written {
                    component: name.clone(),
                    prompt: find(prompts, name),
                    reply: find(replies, name),
                    text: text.clone(),
                })
                .collect();
            own.child = Some(child);
        });
    }

    /// Gives the first open child that `of` knows its verdict.
    fn judge(&mut self, of: impl Fn(&Attempt, &Child) -> Option<(Verdict, u64)>) {
        self.attempts(|attempts| {
            for own in attempts {
                let Some(child) = &own.child else { continue };
                if child.verdict == Verdict::Open
                    && let Some(verdict) = of(own, child)
                    && let Some(child) = &mut own.child
                {
                    (child.verdict, child.judged_at) = verdict;
                    return;
                }
            }
        });
    }

    fn validated(
        &mut self,
        answers: usize,
        iteration: u64,
        id: CandidateId,
        candidate: &Candidate,
        scores: &[(ExampleId, Num)],
    ) {
        if id.index() == 0 {
            // The seed's metric calls make no event.
            self.own.calls = scores.len() as u64;
            let calls = self.own.calls;
            self.pass(|pass| {
                pass.calls = calls;
                pass.has_ended = true;
            });
        } else if self.own.list.last().is_none_or(|pass| pass.has_ended) {
            // Its metric calls were counted before this event told of it.
            let (spent, fronts) = (self.fresh(answers, candidate), self.fronts);
            self.begin(iteration, PassKind::Hand);
            self.pass(|pass| {
                pass.began_at = pass.began_at.saturating_sub(spent);
                (pass.calls, pass.fronts, pass.has_ended) = (spent, fronts, true);
            });
        }
        let mut tried: Vec<Tried> = scores.iter().map(|(example, _)| untried(*example)).collect();
        let values: Vec<Num> = scores.iter().map(|(_, score)| *score).collect();
        let made = made_with(self.evolution, answers);
        let scores = Scores { evolution: self.evolution, scores: &values, made, repeats: 1 };
        scores.fill(Split::Validation, &mut tried, Some(candidate));
        tried.sort_by_key(|tried| tried.example);
        let calls = self.own.calls;
        let verdict = (Verdict::Joined(id), calls);
        self.judge(|_, child| (child.candidate == *candidate).then_some(verdict));
        self.merge(|merge, _| {
            if let Some(child) = &mut merge.child {
                (child.verdict, child.judged_at) = verdict;
            }
        });
        self.pass(|pass| pass.joined.push(id));
        self.own.found.push(Found { entry: self.own.list.len().saturating_sub(1), tried });
    }

    /// How many rollouts the validation of a candidate took.
    fn fresh(&self, answers: usize, candidate: &Candidate) -> u64 {
        let made = made_with(self.evolution, answers).iter();
        made.filter(|made| candidate.get(COMPONENT) == Some(&made.job.instruction)).count() as u64
    }
}

impl Attempt {
    /// Nothing was made of it yet, and it was not skipped.
    fn is_open(&self) -> bool {
        self.skipped.is_none() && !self.asked && self.child.is_none()
    }
}

impl Child {
    /// Whether it was taken and only its validation is left.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        self.verdict == Verdict::Open && self.after.iter().all(|tried| tried.score.is_some())
    }

    const fn new(candidate: Candidate, judged_at: u64) -> Self {
        Self { candidate, written: Vec::new(), after: Vec::new(), verdict: Verdict::Open, judged_at }
    }
}

const fn untried(example: ExampleId) -> Tried {
    Tried { example, score: None, rollouts: Vec::new() }
}

/// The rollouts whose scores were the last of so many answers.
fn made_with(evolution: &Evolution, answers: usize) -> &[Made] {
    let all = evolution.made();
    let from = all.partition_point(|made| made.answers < answers);
    let to = all.partition_point(|made| made.answers <= answers);
    all.get(from..to).unwrap_or_default()
}

/// The scores of an evaluation, with the rollouts that were answered with them.
struct Scores<'a> {
    evolution: &'a Evolution,
    scores: &'a [Num],
    made: &'a [Made],
    repeats: usize,
}

impl Scores<'_> {
    /// Puts in scores, and the numbers of the rollouts that they are of; without a text, of all rollouts.
    fn fill(&self, split: Split, tried: &mut [Tried], candidate: Option<&Candidate>) {
        for (tried, score) in tried.iter_mut().zip(self.scores) {
            tried.score = Some(score.to_f64());
        }
        let text = candidate.and_then(|candidate| candidate.get(COMPONENT));
        let dataset = self.evolution.dataset(split);
        let is_own = |made: &&Made| {
            made.job.task.split == dataset.split && text.is_none_or(|text| *text == made.job.instruction)
        };
        // Both lists have nearly the same order: the next is looked for where the last one was.
        let mut from = 0;
        for made in self.made.iter().filter(is_own) {
            // A task may stand twice in a minibatch: each time has rollouts of its own.
            let is_wanted = |tried: &Tried| {
                tried.rollouts.len() < self.repeats
                    && dataset.tasks.get(tried.example.index()) == Some(&made.job.task.index)
            };
            if let Some(at) = (from..tried.len()).chain(0..from).find(|at| is_wanted(&tried[*at])) {
                tried[at].rollouts.push(made.job.number);
                from = at;
            }
        }
    }
}
