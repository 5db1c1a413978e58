//! The grid of a batch: a row for each task, for each arm its trials side by side.

use std::collections::BTreeMap;

use super::board::{Board, Mark, Place};
use crate::domain::World;
use crate::present::task_line::task_line;

/// Which rows are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Narrow {
    #[default]
    All,
    /// With a rollout that has a verdict and not the best.
    Failures,
    /// Where arms, or the trials of the only arm, came to different rewards.
    Different,
    /// With a rollout that ended without a verdict.
    Unscored,
}

impl Narrow {
    pub const ALL: [Self; 4] = [Self::All, Self::Failures, Self::Different, Self::Unscored];

    /// What the filter calls it; also its value there.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Failures => "Failures",
            Self::Different => "Different",
            Self::Unscored => "Unscored",
        }
    }

    /// The one of a name; all for any other.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|own| own.name() == name).unwrap_or_default()
    }
}

/// What narrows the grid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GridFilter {
    pub narrow: Narrow,
    /// Words that must all stand in the task's number or title.
    pub text: String,
}

/// A rollout as the grid shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GridCell {
    /// Its place in the batch.
    pub at: usize,
    /// The class that colours it.
    pub class: &'static str,
    /// A sign or a number: `✓`, `✗`, `0.5`.
    pub sign: String,
    /// `Trial 2: reward 1`.
    pub words: String,
    pub can_open: bool,
}

/// The rollouts of an arm on a task.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GridGroup {
    pub cells: Vec<GridCell>,
    /// `3/4`: how many of those with a verdict were won; empty before there is one.
    pub won: String,
}

/// A task with its rollouts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GridRow {
    pub task: usize,
    pub title: String,
    /// One for each arm.
    pub groups: Vec<GridGroup>,
}

/// The grid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// What the arms are called.
    pub arms: Vec<String>,
    /// The most trials that a task has in one arm.
    pub trials: usize,
    pub rows: Vec<GridRow>,
    /// How many rows there are without the filter.
    pub all: usize,
}

impl Grid {
    /// The grid of a batch. `world` names the tasks, where it is at hand.
    #[must_use]
    pub fn of(board: &Board, world: Option<&World>, filter: &GridFilter) -> Self {
        let arms: Vec<String> = board.record.arms.iter().map(|arm| arm.name.clone()).collect();
        let mut tasks: BTreeMap<usize, Vec<Vec<(usize, &Place)>>> = BTreeMap::new();
        for (at, place) in board.places.iter().enumerate() {
            let groups = tasks.entry(place.cell.task).or_insert_with(|| vec![Vec::new(); arms.len()]);
            if let Some(group) = groups.get_mut(place.cell.arm) {
                group.push((at, place));
            }
        }
        let all = tasks.len();
        let trials = tasks.values().flatten().map(Vec::len).max().unwrap_or(0);
        let text = filter.text.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let split = &board.record.split;
        let mut rows = Vec::new();
        for (task, groups) in &tasks {
            if !is_wanted(groups, filter.narrow) {
                continue;
            }
            let found = world.and_then(|world| Some((world.domain, world.task(split, *task)?)));
            let title = found.map(|(domain, task)| task_line(domain, task).title).unwrap_or_default();
            let hay = format!("{task} {split}/{task} {}", title.to_lowercase());
            if !words.iter().all(|word| hay.contains(word)) {
                continue;
            }
            rows.push(GridRow { task: *task, title, groups: groups.iter().map(|group| grid_group(group)).collect() });
        }
        Self { arms, trials, rows, all }
    }
}

fn is_wanted(groups: &[Vec<(usize, &Place)>], narrow: Narrow) -> bool {
    let any = |of: fn(Mark) -> bool| groups.iter().flatten().any(|(_, place)| of(place.mark));
    match narrow {
        Narrow::All => true,
        Narrow::Failures => any(Mark::is_failed),
        Narrow::Unscored => any(|mark| mark == Mark::Unscored),
        Narrow::Different => {
            let means: Vec<f64> = match groups {
                [only] => only.iter().filter_map(|(_, place)| reward(place.mark)).collect(),
                several => several.iter().filter_map(|group| mean(group)).collect(),
            };
            means.iter().any(|other| means.first().is_some_and(|first| (first - other).abs() > 1e-9))
        }
    }
}

const fn reward(mark: Mark) -> Option<f64> {
    match mark {
        Mark::Scored(reward) => Some(reward),
        _ => None,
    }
}

fn mean(group: &[(usize, &Place)]) -> Option<f64> {
    let rewards: Vec<f64> = group.iter().filter_map(|(_, place)| reward(place.mark)).collect();
    (!rewards.is_empty()).then(|| rewards.iter().sum::<f64>() / rewards.len() as f64)
}

fn grid_group(group: &[(usize, &Place)]) -> GridGroup {
    let scored = group.iter().filter(|(_, place)| matches!(place.mark, Mark::Scored(_))).count();
    let won = group.iter().filter(|(_, place)| place.mark.is_won()).count();
    let cell = |(at, place): &(usize, &Place)| GridCell {
        at: *at,
        class: class(place.mark),
        sign: sign(place.mark),
        words: format!("Trial {}: {}", u64::from(place.cell.trial) + 1, place.mark.words()),
        can_open: place.has_run,
    };
    GridGroup {
        cells: group.iter().map(cell).collect(),
        won: if scored == 0 { String::new() } else { format!("{won}/{scored}") },
    }
}

fn class(mark: Mark) -> &'static str {
    match mark {
        Mark::Waiting => "waiting",
        Mark::Left => "left",
        Mark::Running => "running",
        Mark::Resting => "resting",
        Mark::Scored(_) if mark.is_won() => "won",
        Mark::Scored(_) => "lost",
        Mark::Unscored => "unscored",
    }
}

fn sign(mark: Mark) -> String {
    match mark {
        Mark::Waiting => "·".to_owned(),
        Mark::Left => "‖".to_owned(),
        Mark::Running => "…".to_owned(),
        Mark::Resting => "↻".to_owned(),
        Mark::Scored(_) if mark.is_won() => "✓".to_owned(),
        Mark::Scored(reward) if reward > 0.0 => format!("{reward:.1}"),
        Mark::Scored(_) => "✗".to_owned(),
        Mark::Unscored => "?".to_owned(),
    }
}
