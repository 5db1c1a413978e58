//! What a pass did, told line by line.

use super::noise::judged;
use super::passes::{Attempt, Child, MergeTry, Pass, PassKind, Passes, Tried, Verdict};
use super::pool::{Pick, Pool, name, score_text, sum_text, tasks_named};
use super::steps::{Part, StepLine, TaskRow, out_of, short, task_score};
use crate::evolve::{Due, Evolution};
use crate::gepa::pareto::{Members, frequencies, thin};
use crate::gepa::select::top;
use crate::gepa::{
    CandidateId, Config, Criterion, Event, ExampleId, Note, Pairs, ParentSelector, Purpose, Rejection, SkipReason,
    Split,
};
use crate::present::format::counted;
use crate::present::tone::Tone;
use crate::py::Num;

/// Tells of one entry of the course.
pub(super) struct Teller<'a> {
    pub evolution: &'a Evolution,
    pub passes: &'a Passes,
    pub pool: &'a Pool,
    pub pass: &'a Pass,
    pub entry: usize,
}

impl Teller<'_> {
    fn is_last(&self) -> bool {
        self.entry + 1 == self.passes.list.len() && !self.pass.has_ended
    }

    /// How far the rollouts that are due are, where they are for this.
    fn going(&self, purpose: Purpose) -> Option<String> {
        if !self.is_last() {
            return None;
        }
        match self.evolution.due() {
            Due::Rollouts(jobs) if jobs.first()?.purpose == purpose => {
                let done = jobs.iter().filter(|job| self.evolution.has(job.number)).count();
                Some(format!("{done} of {} done …", counted(jobs.len() as u64, "rollout", "rollouts")))
            }
            _ => None,
        }
    }

    pub(super) fn seed(&self) -> Part {
        let tasks = counted(self.evolution.dataset(Split::Validation).tasks.len() as u64, "task", "tasks");
        let mut line = StepLine { before: "The ".to_owned(), who: Some(who(CandidateId(0))), ..StepLine::default() };
        match (self.pool.members.first(), self.going(Purpose::Seed)) {
            (Some(seed), _) => {
                line.after = format!(" on the {tasks} of the Pareto set: {}.", seed.score_text());
            }
            (None, Some(going)) => {
                line.after = format!(" on the {tasks} of the Pareto set: {going}");
                line.is_open = true;
            }
            (None, None) => line.after = format!(" is to be scored on the {tasks} of the Pareto set."),
        }
        Part { lines: vec![line], ..Part::default() }
    }

    pub(super) fn hand(&self) -> Part {
        let line = |id: &CandidateId| StepLine {
            who: Some(who(*id)),
            after: " was written by a person and scored on the Pareto set.".to_owned(),
            ..StepLine::default()
        };
        let mut lines: Vec<StepLine> = self.pass.joined.iter().map(line).collect();
        lines.extend(self.pass.joined.iter().map(|id| self.joined(*id)));
        Part { lines, ..Part::default() }
    }

    pub(super) fn attempt(&self, attempt: &Attempt) -> Part {
        let mut lines = vec![self.parent(attempt.parent)];
        let labels: Vec<String> = attempt.before.iter().map(|tried| self.label(Split::Train, tried.example)).collect();
        let scored = attempt.before.iter().all(|tried| tried.score.is_some());
        let mut minibatch = StepLine { before: format!("Minibatch: {}", tasks_named(&labels)), ..StepLine::default() };
        match self.going(Purpose::Parents) {
            _ if scored => minibatch.before.push_str(&format!(" → {} solved.", out_of(&attempt.before))),
            Some(going) => {
                minibatch.before.push_str(&format!(": {going}"));
                minibatch.is_open = true;
            }
            None => minibatch.before.push('.'),
        }
        lines.push(minibatch);
        if let Some(reason) = attempt.skipped {
            lines.push(StepLine::said(match reason {
                SkipReason::NoTrajectories => "Nothing is kept of these rollouts to learn from: skipped.",
                SkipReason::AllScoresPerfect => "Nothing to learn where all is solved: skipped.",
            }));
        }
        if let Some(line) = self.reflection(attempt) {
            lines.push(line);
        }
        let mut luck = None;
        if let Some(child) = &attempt.child {
            lines.push(self.child(child, Purpose::Children));
            lines.extend(self.after(child));
            luck = self.luck(attempt, child);
        }
        let after = attempt.child.as_ref().map_or(&[][..], |child| &child.after);
        Part {
            lines,
            rows: self.rows(Split::Train, &attempt.before, after),
            before: name(attempt.parent),
            after: attempt.child.as_ref().map(child_name).unwrap_or_default(),
            luck,
        }
    }

    /// How far luck alone explains what came out on the minibatch; nothing where no better was seen, unless that was
    /// what it was judged by.
    fn luck(&self, attempt: &Attempt, child: &Child) -> Option<String> {
        let scores = |tried: &Tried| -> Vec<Num> {
            let made = tried.rollouts.iter().filter_map(|number| {
                let all = self.evolution.made();
                all.binary_search_by_key(number, |made| made.job.number).ok().map(|at| Num::Float(all[at].score))
            });
            let made: Vec<Num> = made.collect();
            // A score that was known without a rollout stands for one.
            if made.is_empty() { tried.score.map(Num::Float).into_iter().collect() } else { made }
        };
        let before: Vec<Vec<Num>> = attempt.before.iter().map(scores).collect();
        let after: Vec<Vec<Num>> = child.after.iter().map(scores).collect();
        let pairs = Pairs::of(before.iter().map(Vec::as_slice), after.iter().map(Vec::as_slice));
        if child.after.iter().any(|tried| tried.score.is_none()) {
            return None;
        }
        if let Criterion::SignTest { p } = self.config().criterion {
            return Some(judged(pairs, after.iter().map(Vec::len).sum(), p));
        }
        let Pairs { better, worse } = pairs;
        let worse_text = if worse == 0 { "none".to_owned() } else { worse.to_string() };
        let turned = counted(better as u64, "rollout came out better", "rollouts came out better");
        let one_in = (1.0 / pairs.p_value()).round();
        (better > worse).then(|| {
            format!("{turned}, {worse_text} worse: if nothing had changed, luck alone would do that about 1 time in {one_in}.")
        })
    }

    fn parent(&self, parent: CandidateId) -> StepLine {
        let selector = self.config().parent_selector;
        let after = match selector {
            _ if self.pass.pool <= 1 => ", the only candidate so far.".to_owned(),
            ParentSelector::CurrentBest => ", the best so far.".to_owned(),
            ParentSelector::EpsilonGreedy { epsilon } => {
                format!(", the best so far or, with a chance of {:.0} %, any.", epsilon * 100.0)
            }
            ParentSelector::Pareto => self.drawn(parent, None),
            ParentSelector::TopKPareto { k } => self.drawn(parent, Some(k)),
        };
        StepLine { before: "Parent: ".to_owned(), who: Some(who(parent)), after, ..StepLine::default() }
    }

    /// Its share of the front as the front stood then.
    fn drawn(&self, parent: CandidateId, among: Option<usize>) -> String {
        let steps = self.evolution.steps();
        let Some(Event::FrontUpdated { fronts, .. }) = self.pass.fronts.and_then(|at| Some(&steps.get(at)?.event))
        else {
            return ", the only candidate so far.".to_owned();
        };
        let state = self.evolution.optimizer().state();
        let kind = self.config().frontier;
        let aggregates = state.aggregates().get(..self.pass.pool).unwrap_or_default();
        let mut sets = fronts.copies(kind);
        if let Some(k) = among {
            let best: Members = top(aggregates, k).into_iter().collect();
            sets = sets.iter().map(|set| set.intersection(&best)).filter(|set| !set.is_empty()).collect();
        }
        let thinned = thin(&sets, aggregates);
        let shares = frequencies(&thinned);
        let all: usize = shares.iter().map(|(_, share)| share).sum();
        let own = shares.iter().find(|(id, _)| *id == parent).map_or(0, |(_, share)| *share);
        let holds = |of: fn(usize) -> bool| -> Vec<String> {
            let fronts = fronts.instance.iter().filter(|(_, front)| front.best.to_f64() > 0.0);
            let own = fronts.filter(|(_, front)| front.members.contains(parent) && of(front.members.len()));
            let mut examples: Vec<(usize, String)> =
                own.map(|(example, _)| (self.shown_at(*example), self.label(Split::Validation, *example))).collect();
            examples.sort();
            examples.into_iter().map(|(_, label)| label).collect()
        };
        let alone = holds(|members| members == 1);
        let shared = holds(|members| members > 1);
        let why = if !alone.is_empty() {
            format!(": it alone is best on {}", tasks_named(&alone))
        } else if !shared.is_empty() {
            format!(": it is among the best on {}", tasks_named(&shared))
        } else {
            String::new()
        };
        if shares.len() == 1 {
            format!(", the only one left on the front{why}.")
        } else {
            format!(", drawn from the front with a chance of {own} in {all}{why}.")
        }
    }

    fn shown_at(&self, example: ExampleId) -> usize {
        self.pool.order.iter().position(|task| *task == example.index()).unwrap_or(usize::MAX)
    }

    fn reflection(&self, attempt: &Attempt) -> Option<StepLine> {
        let read = counted(attempt.before.len() as u64, "conversation", "conversations");
        if let Some(child) = &attempt.child {
            let words: usize = child.written.iter().map(|own| own.text.split_whitespace().count()).sum();
            let wrote = counted(words as u64, "word", "words");
            return Some(StepLine::said(&format!(
                "The reflection model read {read} with their feedback and wrote a new instruction of {wrote}."
            )));
        }
        let open = self.is_last() && matches!(self.evolution.due(), Due::Reflections(_)) && attempt.asked;
        open.then(|| StepLine {
            is_open: true,
            ..StepLine::said(&format!("The reflection model reads {read} with their feedback …"))
        })
    }

    fn child(&self, child: &Child, purpose: Purpose) -> StepLine {
        let scored = child.after.iter().all(|tried| tried.score.is_some());
        let before = if purpose == Purpose::Merge { "The merge" } else { "The child on the same tasks" };
        if !scored {
            let going = self.going(purpose);
            let is_open = going.is_some();
            let after = going.map_or_else(|| ": not scored.".to_owned(), |going| format!(": {going}"));
            return StepLine { before: before.to_owned(), after, is_open, ..StepLine::default() };
        }
        let verdict = match child.verdict {
            Verdict::Open => (Tone::Good, "Taken.".to_owned()),
            Verdict::Joined(_) => (Tone::Good, self.taken().to_owned()),
            Verdict::Refused(reason) => (Tone::Bad, self.refusal(reason).to_owned()),
            Verdict::MergeRefused => (Tone::Bad, "Worse than the better parent: rejected.".to_owned()),
        };
        StepLine {
            before: format!("{before} → {}. ", out_of(&child.after)),
            verdict: Some(verdict),
            ..StepLine::default()
        }
    }

    /// The settings that this pass went by: a fork may have had others before.
    fn config(&self) -> &Config {
        self.evolution.config_in(self.pass.iteration)
    }

    fn taken(&self) -> &'static str {
        match self.config().criterion {
            Criterion::ImprovementOrEqual => "Not worse: accepted.",
            _ if matches!(self.pass.kind, PassKind::Merge(_)) => "As good as both parents: accepted.",
            _ => "Better: accepted.",
        }
    }

    fn refusal(&self, reason: Rejection) -> &'static str {
        match reason {
            Rejection::NotBetter => match self.config().criterion {
                Criterion::ImprovementOrEqual => "Worse: rejected.",
                _ => "Not better: rejected.",
            },
            Rejection::WithinNoise => "Better, but not by more than noise: rejected.",
            Rejection::Criterion => "Not better by enough: rejected.",
            Rejection::DroppedBySelection => "Better, but another proposal of this pass was preferred: rejected.",
            Rejection::Duplicate => "The same text as another proposal of this pass: rejected.",
        }
    }

    /// What came behind the verdict.
    fn after(&self, child: &Child) -> Option<StepLine> {
        match child.verdict {
            Verdict::Joined(id) => Some(self.joined(id)),
            Verdict::Open if child.has_passed() => {
                let tasks = counted(self.pool.tasks.len() as u64, "task", "tasks");
                let going = self.going(Purpose::Validation);
                Some(StepLine {
                    is_open: going.is_some(),
                    before: format!("Now on all {tasks} of the Pareto set: {}", going.unwrap_or_default()),
                    ..StepLine::default()
                })
            }
            _ => None,
        }
    }

    /// A candidate in the pool: how it did there then.
    fn joined(&self, id: CandidateId) -> StepLine {
        let Some(member) = self.pool.member(id) else { return StepLine::default() };
        let before = self.pool.members.get(..id.index()).unwrap_or_default();
        let best = before.iter().filter_map(|member| member.score).fold(f64::NEG_INFINITY, f64::max);
        let tasks = counted(member.rests_on() as u64, "task", "tasks");
        let verdict = match member.score {
            Some(score) if score > best => (Tone::Good, "the best so far.".to_owned()),
            Some(score) if score < best => (Tone::Plain, format!("the best stays at {}.", score_text(best))),
            _ => (Tone::Plain, "as good as the best.".to_owned()),
        };
        StepLine {
            before: "In the pool as ".to_owned(),
            who: Some(who(id)),
            after: format!(", {} on the {tasks} of the Pareto set: ", member.score_text()),
            verdict: Some(verdict),
            is_open: false,
        }
    }

    pub(super) fn merge(&self, merge: &MergeTry) -> Part {
        let [first, second] = merge.parents;
        let ancestor = merge.ancestor.map(|id| format!(", who both come from {}", short(id))).unwrap_or_default();
        let mut lines = vec![StepLine {
            before: format!("Merge of {} and ", name(first).to_lowercase()),
            who: Some(who(second)),
            after: format!("{ancestor}: of each component the text that changed."),
            ..StepLine::default()
        }];
        match &merge.child {
            Some(child) => {
                if let Some([one, other]) = merge.before {
                    lines.push(StepLine::said(&format!(
                        "The parents on these tasks: {} and {}.",
                        sum_text(one),
                        sum_text(other)
                    )));
                }
                lines.push(self.child(child, Purpose::Merge));
                lines.extend(self.after(child));
            }
            None => {
                if let Some(going) = self.going(Purpose::Merge) {
                    let before = format!("Both ways are tried on the Pareto set: {going}");
                    lines.push(StepLine { before, is_open: true, ..StepLine::default() });
                }
            }
        }
        let after = merge.child.as_ref().map_or(&[][..], |child| &child.after);
        let of_parent: Vec<Tried> = after.iter().map(|tried| self.of_parent(second, tried.example)).collect();
        Part {
            lines,
            rows: self.rows(Split::Validation, &of_parent, after),
            before: name(second),
            after: "Merge".to_owned(),
            luck: None,
        }
    }

    fn of_parent(&self, parent: CandidateId, example: ExampleId) -> Tried {
        let member = self.pool.member(parent);
        Tried {
            example,
            score: member.and_then(|member| member.scores.get(example.index()).copied().flatten()),
            rollouts: member.and_then(|member| member.rollouts.get(example.index()).cloned()).unwrap_or_default(),
        }
    }

    /// What is said at the end of a pass.
    pub(super) fn closing(&self) -> Vec<StepLine> {
        let mut lines = Vec::new();
        if self.pass.no_merge {
            lines.push(StepLine::said("A merge was due, but no two candidates could be merged."));
        }
        let was_skipped = self.passes.attempts(self.entry).iter().any(|attempt| attempt.skipped.is_some());
        for note in &self.pass.notes {
            let text = match note {
                Note::ReflectRetry => "The reflection model failed and was asked again.",
                Note::ReflectFailed => "The reflection model failed again.",
                Note::DatasetFailed => "The record of the conversations could not be made.",
                Note::NoText => "There was no text: the proposal was refused or empty.",
                Note::ComponentWithoutData => "There was nothing to show for the instruction.",
                // That has been said of the attempt.
                Note::NoProposal if was_skipped => continue,
                Note::NoProposal => "The pass ended without a proposal.",
                Note::MergeNone | Note::MergeLowOverlap => continue,
            };
            lines.push(StepLine::said(text));
        }
        if let Some((why, goes_on)) = &self.pass.failed {
            let then = if *goes_on { "The next pass begins." } else { "The evolution ends here." };
            lines.push(StepLine {
                verdict: Some((Tone::Bad, format!("The pass failed: {why}"))),
                after: format!(" {then}"),
                ..StepLine::default()
            });
        }
        lines
    }

    fn label(&self, split: Split, example: ExampleId) -> String {
        let tasks = &self.evolution.dataset(split).tasks;
        tasks.get(example.index()).map_or_else(|| "?".to_owned(), usize::to_string)
    }

    fn rows(&self, split: Split, before: &[Tried], after: &[Tried]) -> Vec<TaskRow> {
        let dataset = self.evolution.dataset(split);
        before
            .iter()
            .enumerate()
            .map(|(at, one)| {
                let other = after.get(at);
                let change = match (one.score, other.and_then(|other| other.score)) {
                    (Some(one), Some(other)) if other > one => "better",
                    (Some(one), Some(other)) if other < one => "worse",
                    _ => "",
                };
                TaskRow {
                    task: format!("{} {}", dataset.split, self.label(split, one.example)),
                    before: task_score(Some(one)),
                    after: task_score(other),
                    change,
                }
            })
            .collect()
    }
}

fn who(id: CandidateId) -> (Pick, String) {
    (Pick::Candidate(id), name(id).to_lowercase())
}

fn child_name(child: &Child) -> String {
    match child.verdict {
        Verdict::Joined(id) => name(id),
        _ => "Child".to_owned(),
    }
}
