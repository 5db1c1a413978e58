//! Many rollouts: tasks × trials, some at a time, each tried again where it died of something outside.
//!
//! A [`Batch`] is a schedule without I/O and without a clock: it says which cells are due, and is told what became of
//! them. Whoever drives it runs the rollouts. One rollout's failure is no other's affair.

use serde::{Deserialize, Serialize};

use super::trajectory::Spent;
use crate::py::random::Random;
use crate::py::{PyResult, Value};

/// What a batch is to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchSettings {
    /// Positions of the tasks in their split; one that is listed twice runs twice.
    pub tasks: Vec<usize>,
    pub trials: u32,
    /// How many rollouts go on at the same time; at least 1.
    pub concurrency: usize,
    /// Shuffles the tasks anew for each trial, as the original does.
    pub shuffle: bool,
    pub seed: u64,
    /// How often a rollout is begun before it counts as unscored; at least 1.
    pub attempts: u32,
    /// The wait before the second attempt, in milliseconds; each later one is twice as long.
    pub first_delay_ms: f64,
    pub limits: Limits,
}

/// What a batch may use up. A limit that is reached lets the rollouts that go on come to their end and starts no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    pub calls: Option<u64>,
    /// Prompt and generated tokens together, as far as providers tell them.
    pub tokens: Option<u64>,
    pub cost_usd: Option<f64>,
}

impl Limits {
    /// The first of the limits that has been reached.
    #[must_use]
    pub fn reached(&self, spent: &Spent) -> Option<Limit> {
        let used = spent.usage.input().unwrap_or(0).saturating_add(spent.usage.output().unwrap_or(0));
        let reached = |limit: Option<u64>, used: u64| limit.is_some_and(|limit| used >= limit);
        if reached(self.calls, spent.calls as u64) {
            Some(Limit::Calls)
        } else if reached(self.tokens, used) {
            Some(Limit::Tokens)
        } else if self.cost_usd.is_some_and(|limit| spent.cost_usd.is_some_and(|cost| cost >= limit)) {
            Some(Limit::Cost)
        } else {
            None
        }
    }
}

/// Which limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Calls,
    Tokens,
    Cost,
}

/// One rollout of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cell {
    /// The position of the arm that it belongs to, where a batch compares several.
    #[serde(default)]
    pub arm: usize,
    /// The task's position in its split.
    pub task: usize,
    /// From 0.
    pub trial: u32,
}

/// How far a rollout is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CellState {
    /// Not begun.
    Waiting,
    Running {
        attempt: u32,
    },
    /// It died of something outside and is begun again at that time.
    Resting {
        attempt: u32,
        until_ms: f64,
    },
    /// It has its verdict.
    Scored {
        reward: f64,
        attempt: u32,
    },
    /// It has none and gets none.
    Unscored {
        attempt: u32,
    },
}

/// How one attempt at a rollout ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Attempt {
    Scored(f64),
    /// It died of something that may pass, or not: `may_pass`.
    Failed {
        may_pass: bool,
    },
    /// A person stopped it.
    Stopped,
}

/// A batch in progress.
#[derive(Clone, Debug)]
pub struct Batch {
    settings: BatchSettings,
    cells: Vec<(Cell, CellState)>,
    spent: Spent,
    held: bool,
    stopped: bool,
}

impl BatchSettings {
    /// The defaults for these tasks: one trial, one at a time, three attempts, 10 seconds before the second.
    #[must_use]
    pub fn of_tasks(tasks: Vec<usize>) -> Self {
        Self {
            tasks,
            trials: 1,
            concurrency: 1,
            shuffle: false,
            // The original's default.
            seed: 10,
            attempts: 3,
            first_delay_ms: 10_000.0,
            limits: Limits::default(),
        }
    }

    /// The cells in the order in which they are begun: trial by trial, each with all tasks.
    ///
    /// `split_size` is the number of tasks of the split: before anything else the original draws a task of it that it
    /// does not use (`run` of `tau_bench/run.py`).
    ///
    /// # Errors
    /// Python's own for numbers beyond its range, which no split has.
    pub fn order(&self, split_size: usize) -> PyResult<Vec<Cell>> {
        let mut random = Random::new(self.seed);
        random.randint(0, i64::try_from(split_size).unwrap_or(i64::MAX))?;
        let mut tasks = self.tasks.clone();
        let mut cells = Vec::new();
        for trial in 0..self.trials {
            if self.shuffle {
                // In place: the next trial shuffles what this one left.
                random.shuffle(&mut tasks);
            }
            cells.extend(tasks.iter().map(|task| Cell { arm: 0, task: *task, trial }));
        }
        Ok(cells)
    }
}

impl Batch {
    /// A batch about to begin.
    ///
    /// # Errors
    /// As [`BatchSettings::order`].
    pub fn new(settings: BatchSettings, split_size: usize) -> PyResult<Self> {
        let cells = settings.order(split_size)?;
        Ok(Self::of_cells(settings, cells))
    }

    /// A batch of these cells, in this order, about to begin.
    #[must_use]
    pub fn of_cells(settings: BatchSettings, cells: Vec<Cell>) -> Self {
        let cells = cells.into_iter().map(|cell| (cell, CellState::Waiting)).collect();
        Self { settings, cells, spent: Spent::default(), held: false, stopped: false }
    }

    /// All cells in the order in which they are begun.
    #[must_use]
    pub fn cells(&self) -> &[(Cell, CellState)] {
        &self.cells
    }

    /// What all attempts used up.
    #[must_use]
    pub const fn spent(&self) -> &Spent {
        &self.spent
    }

    /// The positions of the cells to be begun now.
    #[must_use]
    pub fn due(&self, now_ms: f64) -> Vec<usize> {
        if self.held || self.stopped || self.limit().is_some() {
            return Vec::new();
        }
        let running = self.cells.iter().filter(|(_, state)| matches!(state, CellState::Running { .. })).count();
        let free = self.settings.concurrency.max(1).saturating_sub(running);
        let is_due = |state: &CellState| match state {
            CellState::Waiting => true,
            CellState::Resting { until_ms, .. } => *until_ms <= now_ms,
            _ => false,
        };
        let due = self.cells.iter().enumerate().filter(|(_, (_, state))| is_due(state));
        due.map(|(at, _)| at).take(free).collect()
    }

    /// When the next cell is to be begun again, where one waits for that.
    #[must_use]
    pub fn next_at_ms(&self) -> Option<f64> {
        let times = self.cells.iter().filter_map(|(_, state)| match state {
            CellState::Resting { until_ms, .. } => Some(*until_ms),
            _ => None,
        });
        times.min_by(f64::total_cmp)
    }

    /// A cell was begun.
    pub fn begin(&mut self, at: usize) {
        if let Some((_, state)) = self.cells.get_mut(at) {
            let attempt = match *state {
                CellState::Resting { attempt, .. } => attempt + 1,
                _ => 1,
            };
            *state = CellState::Running { attempt };
        }
    }

    /// An attempt at a cell ended; `spent` is what it used up.
    pub fn end(&mut self, at: usize, ended: Attempt, spent: &Spent, now_ms: f64) {
        self.spent.merge(spent);
        let (attempts, first_delay_ms) = (self.settings.attempts.max(1), self.settings.first_delay_ms);
        let Some((_, state)) = self.cells.get_mut(at) else { return };
        let CellState::Running { attempt } = *state else { return };
        *state = match ended {
            Attempt::Scored(reward) => CellState::Scored { reward, attempt },
            Attempt::Failed { may_pass: true } if attempt < attempts && !self.stopped => {
                let doubled = 1_u64 << (attempt - 1).min(30);
                let until_ms = now_ms + first_delay_ms * doubled as f64;
                CellState::Resting { attempt, until_ms }
            }
            Attempt::Failed { .. } => CellState::Unscored { attempt },
            // It can be begun again when the batch is taken up.
            Attempt::Stopped => CellState::Waiting,
        };
    }

    /// Begins no more cells until [`Batch::go_on`]; those that run come to their end.
    pub const fn hold(&mut self) {
        self.held = true;
    }

    /// Goes on after a hold or a stop.
    pub const fn go_on(&mut self) {
        self.held = false;
        self.stopped = false;
    }

    /// Begins no more cells and tries none again. Whoever drives the batch stops those that run.
    pub const fn stop(&mut self) {
        self.stopped = true;
    }

    /// The limit that was reached, if one was.
    #[must_use]
    pub fn limit(&self) -> Option<Limit> {
        self.settings.limits.reached(&self.spent)
    }

    /// Whether every cell has come to an end.
    #[must_use]
    pub fn is_done(&self) -> bool {
        let ended = |state: &CellState| matches!(state, CellState::Scored { .. } | CellState::Unscored { .. });
        self.cells.iter().all(|(_, state)| ended(state))
    }

    /// Counts what a rollout that goes on has used up, so that a limit is noticed before its end.
    pub fn spend(&mut self, spent: &Spent) {
        self.spent.merge(spent);
    }

    /// Sets the cell at a place to what is recorded of it, when a batch is taken up again.
    pub fn restore_at(&mut self, at: usize, state: CellState, spent: &Spent) {
        self.spent.merge(spent);
        if let Some((_, own)) = self.cells.get_mut(at) {
            *own = state;
        }
    }
}

/// The task ids of a list or ranges: `0-9, 12`; both ends of a range count.
///
/// # Errors
/// The part that is no number and no range, or lies beyond the last task.
pub fn parse_tasks(text: &str, split_size: usize) -> Result<Vec<usize>, TaskListError> {
    let mut tasks = Vec::new();
    for part in text.split([',', ' ', ';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let number = |text: &str| text.trim().parse::<usize>().map_err(|_| TaskListError::NotANumber(part.to_owned()));
        let (first, last) = match part.split_once(['-', '–', '…']) {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(part)?, number(part)?),
        };
        if first > last {
            return Err(TaskListError::Backwards(part.to_owned()));
        }
        if last >= split_size {
            return Err(TaskListError::Beyond { task: last, split_size });
        }
        tasks.extend(first..=last);
    }
    Ok(tasks)
}

/// What is wrong with a list of tasks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskListError {
    #[error("“{0}” is neither a task's number nor a range such as 0-9.")]
    NotANumber(String),
    #[error("The range {0} runs backwards.")]
    Backwards(String),
    #[error("There is no task {task}: the split has {split_size}, numbered from 0.")]
    Beyond { task: usize, split_size: usize },
}

/// The original's form of a list of task ids, as it prints it.
#[must_use]
pub fn tasks_value(tasks: &[usize]) -> Value {
    Value::List(tasks.iter().map(|task| Value::int((*task).into())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(tasks: usize, change: impl FnOnce(&mut BatchSettings)) -> Batch {
        let mut settings = BatchSettings::of_tasks((0..tasks).collect());
        change(&mut settings);
        Batch::new(settings, tasks).unwrap()
    }

    fn one_call() -> Spent {
        Spent { calls: 1, ..Spent::default() }
    }

    #[test]
    fn so_many_at_a_time_and_each_once() {
        let mut batch = batch(3, |settings| {
            settings.trials = 2;
            settings.concurrency = 2;
        });
        let mut begun = 0;
        while !batch.is_done() {
            let due = batch.due(0.0);
            let running = batch.cells().iter().filter(|(_, state)| matches!(state, CellState::Running { .. })).count();
            assert!(due.len() + running <= 2);
            for at in &due {
                batch.begin(*at);
                begun += 1;
            }
            let first = batch.cells().iter().position(|(_, state)| matches!(state, CellState::Running { .. }));
            batch.end(first.unwrap(), Attempt::Scored(1.0), &one_call(), 0.0);
        }
        assert_eq!((begun, batch.spent().calls), (6, 6));
        let order: Vec<_> = batch.cells().iter().map(|(cell, _)| (cell.trial, cell.task)).collect();
        assert_eq!(order, [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]);
    }

    #[test]
    fn what_may_pass_is_tried_three_times_with_doubling_waits() {
        let mut batch = batch(1, |_| {});
        let failed = Attempt::Failed { may_pass: true };
        batch.begin(0);
        batch.end(0, failed, &one_call(), 5.0);
        assert_eq!(batch.due(5.0), Vec::<usize>::new());
        assert_eq!(batch.next_at_ms(), Some(10_005.0));
        assert_eq!(batch.due(10_005.0), [0]);
        batch.begin(0);
        batch.end(0, failed, &one_call(), 20_000.0);
        assert_eq!(batch.next_at_ms(), Some(40_000.0));
        batch.begin(0);
        batch.end(0, failed, &one_call(), 50_000.0);
        assert_eq!(batch.cells()[0].1, CellState::Unscored { attempt: 3 });
        assert!(batch.is_done());
    }

    #[test]
    fn what_will_not_pass_is_not_tried_again() {
        let mut batch = batch(1, |_| {});
        batch.begin(0);
        batch.end(0, Attempt::Failed { may_pass: false }, &one_call(), 0.0);
        assert_eq!(batch.cells()[0].1, CellState::Unscored { attempt: 1 });
    }

    #[test]
    fn a_limit_begins_no_more() {
        let mut batch = batch(3, |settings| settings.limits.calls = Some(2));
        for at in 0..2 {
            batch.begin(at);
            batch.end(at, Attempt::Scored(0.0), &one_call(), 0.0);
        }
        assert_eq!(batch.limit(), Some(Limit::Calls));
        assert!(batch.due(0.0).is_empty() && !batch.is_done());
    }

    #[test]
    fn holding_and_stopping_leave_the_rest_for_later() {
        let mut batch = batch(2, |settings| settings.concurrency = 2);
        batch.begin(0);
        batch.hold();
        assert!(batch.due(0.0).is_empty());
        batch.stop();
        batch.end(0, Attempt::Stopped, &one_call(), 0.0);
        batch.go_on();
        assert_eq!(batch.due(0.0), [0, 1]);
    }

    #[test]
    fn what_is_spent_on_the_way_counts_and_what_was_recorded_stands() {
        let mut batch = batch(2, |settings| settings.limits.calls = Some(3));
        batch.restore_at(0, CellState::Scored { reward: 1.0, attempt: 1 }, &one_call());
        assert_eq!(batch.due(0.0), [1]);
        batch.begin(1);
        batch.spend(&one_call());
        assert_eq!(batch.limit(), None);
        batch.spend(&one_call());
        assert_eq!(batch.limit(), Some(Limit::Calls));
        batch.end(1, Attempt::Scored(0.0), &Spent::default(), 0.0);
        assert!(batch.is_done() && batch.spent().calls == 3);
    }

    #[test]
    fn tasks_are_listed_by_number_and_range() {
        assert_eq!(parse_tasks("0-2, 5 7", 10), Ok(vec![0, 1, 2, 5, 7]));
        assert_eq!(parse_tasks("", 10), Ok(vec![]));
        assert_eq!(parse_tasks("x", 10), Err(TaskListError::NotANumber("x".into())));
        assert_eq!(parse_tasks("3-1", 10), Err(TaskListError::Backwards("3-1".into())));
        assert_eq!(parse_tasks("10", 10), Err(TaskListError::Beyond { task: 10, split_size: 10 }));
    }
}
