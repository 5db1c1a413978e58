//! The grid of candidates × tasks, with the Pareto front marked and explained.

use super::pool::{Hold, Member, Pool, name, score_text, tasks_named};
use crate::gepa::CandidateId;

/// A score in the grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontCell {
    /// The classes that colour and frame it.
    pub class: &'static str,
    /// A sign or a number: `✓`, `0.5`, nothing for 0.
    pub sign: String,
    /// `Task 3: 1, best, alone`.
    pub words: String,
    /// The rollouts behind it, by number; a press opens the first.
    pub rollouts: Vec<usize>,
}

/// A candidate in the grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontRow {
    pub id: CandidateId,
    /// `Seed`, `4`.
    pub label: String,
    pub cells: Vec<FrontCell>,
    pub score: String,
    /// The chance that it is the next parent: `43 %`; empty where parents are not drawn from the front.
    pub chance: String,
    pub is_best: bool,
    pub is_on_front: bool,
}

/// A column's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontHead {
    pub label: String,
    /// `dev 3: Exchange order items`.
    pub title: String,
}

/// The grid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrontGrid {
    pub heads: Vec<FrontHead>,
    pub rows: Vec<FrontRow>,
    /// How many rows there are, those beyond the limit among them.
    pub all: usize,
    /// Whether the column of chances has something to say.
    pub draws: bool,
    /// What the front is, here.
    pub sentence: String,
}

impl FrontGrid {
    /// The grid of a pool with so many rows at most; `only_front` leaves out who is neither on the front nor the best.
    #[must_use]
    pub fn of(pool: &Pool, only_front: bool, limit: usize) -> Self {
        let tickets = pool.tickets();
        let wanted = |member: &&Member| !only_front || member.is_on_front() || pool.best == Some(member.id);
        let head = |task: &usize| {
            let task = &pool.tasks[*task];
            let title =
                if task.title.is_empty() { task.name.clone() } else { format!("{}: {}", task.name, task.title) };
            FrontHead { label: task.label.clone(), title }
        };
        Self {
            heads: pool.order.iter().map(head).collect(),
            rows: pool.members.iter().filter(wanted).take(limit).map(|member| row(pool, member, tickets)).collect(),
            all: pool.members.iter().filter(wanted).count(),
            draws: pool.draws,
            sentence: sentence(pool),
        }
    }
}

fn row(pool: &Pool, member: &Member, tickets: usize) -> FrontRow {
    FrontRow {
        id: member.id,
        label: if member.id.index() == 0 { "Seed".to_owned() } else { member.id.0.to_string() },
        cells: pool.order.iter().map(|task| cell(pool, member, *task)).collect(),
        score: member.score_text(),
        chance: match (pool.draws, member.tickets) {
            (false, _) => String::new(),
            (true, 0) => "–".to_owned(),
            (true, own) => share(own, tickets),
        },
        is_best: pool.best == Some(member.id),
        is_on_front: member.is_on_front(),
    }
}

fn cell(pool: &Pool, member: &Member, task: usize) -> FrontCell {
    let score = member.scores.get(task).copied().flatten();
    let hold = member.holds.get(task).copied().unwrap_or(Hold::Unscored);
    let solved = score.is_some_and(|score| score >= 1.0);
    let part = score.is_some_and(|score| score > 0.0);
    let marked = member.is_on_front() && member.holds(task);
    let class = match (hold, solved, part, marked) {
        (Hold::Unscored, ..) => "unscored",
        (_, true, _, true) => "won held",
        (_, true, ..) => "won",
        (_, _, true, true) => "part held",
        (_, _, true, _) => "part",
        _ => "lost",
    };
    let sign = match score {
        None => "·".to_owned(),
        Some(1.0) => "✓".to_owned(),
        Some(0.0) => String::new(),
        Some(score) => format!("{score:.1}"),
    };
    let said = match hold {
        Hold::Unscored => "not scored".to_owned(),
        Hold::Alone => format!("{}, it alone is best", score_or_dash(score)),
        Hold::Shared => format!("{}, as good as the best", score_or_dash(score)),
        Hold::Unsolved => format!("{}, as all others", score_or_dash(score)),
        Hold::Behind => score_or_dash(score),
    };
    FrontCell {
        class,
        sign,
        words: format!("{}, task {}: {said}", name(member.id), pool.tasks[task].label),
        rollouts: member.rollouts.get(task).cloned().unwrap_or_default(),
    }
}

fn score_or_dash(score: Option<f64>) -> String {
    score.map_or_else(|| "–".to_owned(), score_text)
}

/// `43 %`.
pub(super) fn share(part: usize, whole: usize) -> String {
    format!("{:.0} %", 100.0 * part as f64 / whole.max(1) as f64)
}

/// What the front of a pool is, in a sentence or two.
#[must_use]
pub fn sentence(pool: &Pool) -> String {
    let Some(first) = pool.members.first() else { return String::new() };
    let all = pool.members.len();
    let on_front = pool.members.iter().filter(|member| member.is_on_front()).count();
    let unsolved = pool.labels(first, Hold::Unsolved);
    let mut text = match (all, on_front) {
        (1, _) => "The seed is all there is; whoever does better on some task will stand beside it.".to_owned(),
        (_, 1) => format!("One of {all} candidates is the whole Pareto front: no other does better on any task."),
        _ => format!(
            "{on_front} of {all} candidates are the Pareto front: each is best on some task on which no other of them is. \
             Wherever another has the best score, one of these has it too."
        ),
    };
    if unsolved.len() == pool.tasks.len() {
        text = "No task is solved yet, so no candidate is ahead of another.".to_owned();
    } else if !unsolved.is_empty() {
        text.push_str(&format!(" Nobody has solved {} yet.", tasks_named(&unsolved)));
    }
    text
}

/// Why a candidate is on the front, or is not.
#[must_use]
pub fn reason(pool: &Pool, member: &Member) -> String {
    let (alone, shared) = (pool.labels(member, Hold::Alone), pool.labels(member, Hold::Shared));
    if !member.is_on_front() {
        return if shared.is_empty() {
            "Not on the front: on every task another does better.".to_owned()
        } else {
            format!(
                "Not on the front: it has the best score on {}, but others that are on the front have it there too.",
                tasks_named(&shared)
            )
        };
    }
    let sole = pool.sole(member);
    let mut text = if !alone.is_empty() {
        format!("On the front because it alone is best on {}.", tasks_named(&alone))
    } else if !sole.is_empty() {
        format!("On the front because no other there is as good on {}.", tasks_named(&sole))
    } else {
        "On the front because no task is solved yet and none is better on average.".to_owned()
    };
    if pool.draws {
        let all = pool.tickets();
        text.push_str(&match member.tickets {
            own if own == all => " No other is drawn as a parent.".to_owned(),
            own => format!(" It is the next parent with a chance of {own} in {all}."),
        });
    }
    text
}
