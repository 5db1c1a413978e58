//! Two arms compared on the tasks that both have: which were fixed and broken, and whether that is more than noise.

use super::board::{Board, Mark};
use crate::journal::RunId;
use crate::present::format::counted;
use crate::present::seating;
use crate::stats::compare::{SIGNIFICANCE, fixes_needed, sign_test};
use crate::stats::{Comparison, Interval, Score, compare};

/// What the bootstrap draws from: always the same, so that a comparison says the same each time.
const SEED: u64 = 1;

/// One side of a comparison: an arm of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    pub name: String,
    pub scores: Vec<Score>,
    pub unscored: usize,
    /// What must be alike for the sides to differ by their arms alone.
    pub conditions: Vec<(&'static str, String)>,
    /// Pack and split: tasks of others are others.
    pub place: (String, String),
}

/// What came of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    pub before: String,
    pub after: String,
    pub comparison: Comparison,
    /// `Fixed 3, broke 1, p = 0.31: not enough to tell; about 5 fixed and none broken would do.`
    pub sentence: String,
    /// `24 tasks of both · average 0.500 → 0.625 · difference 0.125 (95 %: −0.042 to 0.292)`.
    pub facts: String,
    /// What else differs between the sides, a sentence each.
    pub caveats: Vec<String>,
}

impl Side {
    /// An arm of a batch.
    #[must_use]
    pub fn of(board: &Board, arm: usize) -> Option<Self> {
        let record = &board.record;
        let own = record.arms.get(arm)?;
        let unscored = |place: &&super::Place| place.cell.arm == arm && place.mark == Mark::Unscored;
        Some(Self {
            name: own.name.clone(),
            scores: board.scores(arm),
            unscored: board.places.iter().filter(unscored).count(),
            conditions: vec![
                ("the seed", record.settings.seed.to_string()),
                ("the number of trials", record.settings.trials.to_string()),
                ("the customer", format!("{}, {}", seating::name(&record.user), record.user_strategy.name())),
            ],
            place: (record.pack.clone(), record.split.clone()),
        })
    }
}

impl Compared {
    /// Compares two sides; `None` where they have no scored task in common.
    #[must_use]
    pub fn of(before: &Side, after: &Side) -> Option<Self> {
        if before.place != after.place {
            return None;
        }
        let comparison = compare(&before.scores, &after.scores, SEED)?;
        let mut caveats: Vec<String> = before
            .conditions
            .iter()
            .zip(&after.conditions)
            .filter(|(one, other)| one != other)
            .map(|((what, one), (_, other))| format!("Not alike: {what} ({one} and {other})."))
            .collect();
        let unscored = before.unscored + after.unscored;
        if unscored > 0 {
            let rollouts = counted(unscored as u64, "rollout has", "rollouts have");
            caveats.push(format!("{rollouts} no verdict and count on neither side."));
        }
        Some(Self {
            before: before.name.clone(),
            after: after.name.clone(),
            sentence: sentence(&comparison),
            facts: facts(&comparison),
            comparison,
            caveats,
        })
    }
}

/// What a comparison shows, in a plain sentence.
#[must_use]
pub fn sentence(comparison: &Comparison) -> String {
    let (fixed, broken) = (comparison.fixed.len(), comparison.broken.len());
    if fixed + broken == 0 {
        return "No task came out differently: there is nothing to tell apart.".to_owned();
    }
    let counts = format!("Fixed {fixed}, broke {broken}, {}", chance(comparison.p_value));
    let for_worse = sign_test(broken, fixed);
    let enough = fixes_needed(0);
    if comparison.is_significant() {
        format!("{counts}: better by more than noise.")
    } else if for_worse < SIGNIFICANCE {
        format!("{counts}; the other way round {}: worse by more than noise.", chance(for_worse))
    } else if comparison.tasks < enough {
        format!("{counts}: not enough to tell; with fewer than {enough} tasks nothing could be.")
    } else {
        format!("{counts}: not enough to tell; about {enough} fixed and none broken would do.")
    }
}

fn facts(comparison: &Comparison) -> String {
    let Comparison { tasks, before, after, difference: Interval { low, high }, .. } = comparison;
    format!(
        "{} of both · average {before:.3} → {after:.3} · difference {} (95 %: {} to {})",
        counted(*tasks as u64, "task", "tasks"),
        signed(after - before),
        signed(*low),
        signed(*high)
    )
}

/// A chance with as many digits as tell something.
pub(in crate::present) fn chance(p: f64) -> String {
    if p < 0.001 {
        "p < 0.001".to_owned()
    } else if p < 0.1 {
        format!("p = {p:.3}")
    } else {
        format!("p = {p:.2}")
    }
}

/// A difference with its sign: `+0.125`, `−0.042`, `0.000`.
pub(in crate::present) fn signed(value: f64) -> String {
    let text = format!("{:.3}", value.abs());
    match text.as_str() {
        "0.000" => text,
        _ if value > 0.0 => format!("+{text}"),
        _ => format!("−{text}"),
    }
}

/// The runs to put side by side for a task: of the first trial in which the two arms came to different rewards, else of
/// the first that both ran.
#[must_use]
pub fn runs_to_compare(before: (&Board, usize), after: (&Board, usize), task: i64) -> Option<(RunId, RunId)> {
    let own = |(board, arm): (&Board, usize)| -> Vec<(u32, Mark, RunId)> {
        let is_of =
            |place: &super::Place| place.has_run && place.cell.arm == arm && i64::try_from(place.cell.task) == Ok(task);
        let places = board.places.iter().enumerate().filter(|(_, place)| is_of(place));
        places.map(|(at, place)| (place.cell.trial, place.mark, board.record.run(at))).collect()
    };
    let (before, after) = (own(before), own(after));
    let pairs = before.iter().flat_map(|one| after.iter().map(move |other| (one, other)));
    let mut pairs: Vec<_> = pairs.filter(|(one, other)| one.0 == other.0).collect();
    pairs.sort_by_key(|(one, other)| (one.1 == other.1, one.0));
    pairs.first().map(|(one, other)| (one.2.clone(), other.2.clone()))
}
