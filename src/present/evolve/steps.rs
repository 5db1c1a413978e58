//! A pass put into words: which parent and why, its minibatch before and after, what came of it and what it cost.

use super::passes::{Attempt, Pass, PassKind, Passes, Tried, Verdict};
use super::pool::{Pick, Pool, sum_text};
use super::telling::Teller;
use crate::evolve::Evolution;
use crate::gepa::CandidateId;
use crate::present::format::counted;
use crate::present::tone::Tone;

/// One thing that happened: `Parent [Candidate 4], drawn from the front …`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepLine {
    pub before: String,
    /// Who is spoken of, to be looked at.
    pub who: Option<(Pick, String)>,
    pub after: String,
    /// The word that matters, and how good it is.
    pub verdict: Option<(Tone, String)>,
    /// It goes on right now.
    pub is_open: bool,
}

/// A task of a minibatch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// `train 7`.
    pub task: String,
    pub before: TaskScore,
    pub after: TaskScore,
    /// `better`, `worse`, or nothing.
    pub change: &'static str,
}

/// A score with the rollouts behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskScore {
    /// `✓`, `✗`, `0.5`, `…`; empty where there is none.
    pub sign: String,
    pub words: String,
    pub class: &'static str,
    pub rollouts: Vec<usize>,
}

/// A parent with its child, or a merge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub lines: Vec<StepLine>,
    /// The minibatch; the columns' heads are `before` and `after`.
    pub rows: Vec<TaskRow>,
    pub before: String,
    pub after: String,
    /// How far luck alone would explain it.
    pub luck: Option<String>,
}

const UNDER_WAY: (Tone, &str) = (Tone::Accent, "under way");

/// A pass in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepView {
    /// The entry of the course.
    pub entry: usize,
    /// `Iteration 9`.
    pub title: String,
    /// `accepted`, `rejected`, `skipped`, `failed`, `under way`.
    pub state: (Tone, &'static str),
    pub parts: Vec<Part>,
    /// `6 metric calls and 1 call of the reflection model`.
    pub cost: String,
}

/// A pass in the list of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassLine {
    pub entry: usize,
    pub title: String,
    pub state: (Tone, &'static str),
    /// `Candidate 4 → 5 · 1 → 3 of 3`.
    pub summary: String,
    /// Metric calls.
    pub calls: u64,
}

impl StepView {
    /// Whether it goes on.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == UNDER_WAY
    }

    /// An entry of the course in words; `None` where there is none.
    #[must_use]
    pub fn of(evolution: &Evolution, passes: &Passes, pool: &Pool, entry: usize) -> Option<Self> {
        let pass = passes.list.get(entry)?;
        let teller = Teller { evolution, passes, pool, pass, entry };
        let mut parts = match &pass.kind {
            PassKind::Seed => vec![teller.seed()],
            PassKind::Hand => vec![teller.hand()],
            PassKind::Merge(merge) => vec![teller.merge(merge)],
            PassKind::Reflection(attempts) => attempts.iter().map(|attempt| teller.attempt(attempt)).collect(),
        };
        let closing = teller.closing();
        if !closing.is_empty() {
            if parts.is_empty() {
                parts.push(Part::default());
            }
            if let Some(last) = parts.last_mut() {
                last.lines.extend(closing);
            }
        }
        Some(Self { entry, title: title(pass), state: state(pass), parts, cost: cost(pass) })
    }
}

/// All entries of the course, the latest first.
#[must_use]
pub fn pass_lines(passes: &Passes) -> Vec<PassLine> {
    let line = |(entry, pass): (usize, &Pass)| PassLine {
        entry,
        title: title(pass),
        state: state(pass),
        summary: summary(pass),
        calls: pass.calls,
    };
    passes.list.iter().enumerate().rev().map(line).collect()
}

fn title(pass: &Pass) -> String {
    match pass.kind {
        PassKind::Seed => "The seed".to_owned(),
        PassKind::Hand => "By hand".to_owned(),
        PassKind::Reflection(_) | PassKind::Merge(_) => format!("Iteration {}", pass.iteration),
    }
}

fn state(pass: &Pass) -> (Tone, &'static str) {
    let attempts = match &pass.kind {
        PassKind::Reflection(attempts) => attempts.as_slice(),
        _ => &[],
    };
    if pass.failed.is_some() {
        (Tone::Bad, "failed")
    } else if !pass.joined.is_empty() {
        match pass.kind {
            PassKind::Seed => (Tone::Plain, "scored"),
            PassKind::Merge(_) => (Tone::Good, "merged"),
            PassKind::Hand => (Tone::Accent, "added"),
            PassKind::Reflection(_) => (Tone::Good, "accepted"),
        }
    } else if !pass.has_ended {
        UNDER_WAY
    } else if attempts.iter().all(|attempt| attempt.skipped.is_some()) && !attempts.is_empty() {
        (Tone::Plain, "skipped")
    } else if attempts.iter().any(|attempt| attempt.child.is_some()) || matches!(pass.kind, PassKind::Merge(_)) {
        (Tone::Plain, "rejected")
    } else {
        (Tone::Warn, "no proposal")
    }
}

fn summary(pass: &Pass) -> String {
    let of_children = |attempts: &[Attempt]| {
        let one = |attempt: &Attempt| {
            let parent = short(attempt.parent);
            match (&attempt.child, attempt.skipped) {
                (Some(child), _) => {
                    let to = match child.verdict {
                        Verdict::Joined(id) => format!(" → {}", short(id)),
                        _ => String::new(),
                    };
                    format!("{parent}{to} · {} → {}", sum_of(&attempt.before), out_of(&child.after))
                }
                (None, Some(_)) => format!("{parent} · {}", out_of(&attempt.before)),
                (None, None) => parent,
            }
        };
        attempts.iter().map(one).collect::<Vec<_>>().join(" · ")
    };
    match &pass.kind {
        PassKind::Seed => String::new(),
        PassKind::Hand => pass.joined.iter().map(|id| short(*id)).collect(),
        PassKind::Reflection(attempts) => of_children(attempts),
        PassKind::Merge(merge) => {
            let joined: String = pass.joined.iter().map(|id| format!(" → {}", short(*id))).collect();
            format!("{} + {}{joined}", short(merge.parents[0]), short(merge.parents[1]))
        }
    }
}

pub(super) fn short(id: CandidateId) -> String {
    if id.index() == 0 { "seed".to_owned() } else { id.0.to_string() }
}

fn cost(pass: &Pass) -> String {
    let calls = counted(pass.calls, "metric call", "metric calls");
    let asked = match &pass.kind {
        PassKind::Reflection(attempts) => attempts
            .iter()
            .filter_map(|attempt| attempt.child.as_ref())
            .flat_map(|child| &child.written)
            .filter(|written| !written.prompt.is_empty())
            .count(),
        _ => 0,
    };
    if asked == 0 {
        calls
    } else {
        format!(
            "{calls} and {}",
            counted(asked as u64, "call of the reflection model", "calls of the reflection model")
        )
    }
}

/// `1 of 3`.
pub(super) fn out_of(tried: &[Tried]) -> String {
    format!("{} of {}", sum_of(tried), tried.len())
}

fn sum_of(tried: &[Tried]) -> String {
    sum_text(tried.iter().filter_map(|tried| tried.score).sum())
}

impl StepLine {
    pub(super) fn said(text: &str) -> Self {
        Self { before: text.to_owned(), ..Self::default() }
    }
}

pub(super) fn task_score(tried: Option<&Tried>) -> TaskScore {
    let Some(tried) = tried else { return TaskScore::default() };
    let (sign, words, class) = match tried.score {
        None => ("…".to_owned(), "not scored yet".to_owned(), "waiting"),
        Some(score) if score >= 1.0 => ("✓".to_owned(), "solved".to_owned(), "won"),
        Some(score) if score > 0.0 => (sum_text(score), format!("score {}", sum_text(score)), "part"),
        Some(_) => ("✗".to_owned(), "not solved".to_owned(), "lost"),
    };
    TaskScore { sign, words, class, rollouts: tried.rollouts.clone() }
}
