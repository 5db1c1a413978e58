//! How an open evolution stands: what it is doing, how far it is, how it ended.

use super::list;
use crate::evolve::{Due, Evolution};
use crate::gepa::{CandidateId, Outcome, Purpose};
use crate::present::format::{count, counted};

/// How an evolution stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Passes begun.
    pub iterations: u64,
    pub metric_calls: u64,
    pub budget: Option<u64>,
    pub candidates: usize,
    /// Mean validation scores; `None` before they are known.
    pub seed: Option<f64>,
    pub best: Option<(CandidateId, f64)>,
    /// `Runs the parent on its minibatch: 1 of 3 rollouts`.
    pub doing: String,
    /// Leave to begin a pass is due: it can be forked and introduced to here.
    pub at_leave: bool,
    pub ended: Option<Finish>,
}

/// How an evolution ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finish {
    pub words: String,
    /// By an error.
    pub is_failure: bool,
}

impl Standing {
    #[must_use]
    pub fn of(evolution: &Evolution) -> Self {
        let optimizer = evolution.optimizer();
        let state = optimizer.state();
        let aggregates = state.aggregates();
        let budget = list::budget(optimizer.config());
        let best = state.best();
        let mut standing = Self {
            iterations: state.passes(),
            metric_calls: state.metric_calls(),
            budget,
            candidates: state.candidates().len(),
            seed: aggregates.first().copied(),
            best: aggregates.get(best.index()).map(|score| (best, *score)),
            doing: String::new(),
            at_leave: false,
            ended: None,
        };
        standing.doing = match evolution.due() {
            Due::Leave { iteration } => {
                standing.at_leave = true;
                format!("About to begin iteration {iteration}")
            }
            Due::Rollouts(jobs) => {
                let done = jobs.iter().filter(|job| evolution.has(job.number)).count();
                let purpose = jobs.first().map_or(Purpose::Validation, |job| job.purpose);
                let all = counted(jobs.len() as u64, "rollout", "rollouts");
                format!("{}: {} of {all}", of_purpose(purpose), count(done as u64))
            }
            Due::Reflections(calls) => match calls.len() {
                1 => "The reflection model writes a new instruction".to_owned(),
                many => format!("The reflection model writes {many} new instructions"),
            },
            Due::Ended(outcome) => {
                let finish = Finish::of(outcome, standing.metric_calls, budget);
                let words = finish.words.clone();
                standing.ended = Some(finish);
                words
            }
        };
        standing
    }

    /// `96 of 150 metric calls · iteration 9 · 5 candidates`.
    #[must_use]
    pub fn facts(&self) -> String {
        [
            list::calls(self.metric_calls, self.budget),
            format!("iteration {}", count(self.iterations)),
            counted(self.candidates as u64, "candidate", "candidates"),
        ]
        .join(" · ")
    }

    /// The share of the budget that is used up; `None` without a budget.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        self.budget.map(|budget| self.metric_calls as f64 / budget.max(1) as f64)
    }
}

impl Finish {
    fn of(outcome: &Outcome, used: u64, budget: Option<u64>) -> Self {
        match outcome {
            Outcome::Finished => {
                let words = match budget {
                    Some(budget) if used >= budget => format!("The budget of {} is used up.", count(budget)),
                    _ => "It came to a condition that ends it.".to_owned(),
                };
                Self { words, is_failure: false }
            }
            Outcome::Raised(error) => Self { words: format!("It ended with an error: {error}"), is_failure: true },
        }
    }
}

const fn of_purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Seed => "Scores the seed on the Pareto set",
        Purpose::Parents => "Runs the parent on a minibatch",
        Purpose::Children => "Runs the child on the same tasks",
        Purpose::Merge => "Tries a merge on some Pareto tasks",
        Purpose::Validation => "Accepted: scores it on the Pareto set",
    }
}
