//! What a budget buys, before anything is spent.

use serde::{Deserialize, Serialize};

/// What is known before an evolution begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// Metric calls, each a rollout.
    pub budget: u64,
    pub minibatch: usize,
    pub feedback: usize,
    pub pareto: usize,
    /// Rollouts of each task of a minibatch ([`super::Setup::repeats`]); 0 means 1.
    #[serde(default)]
    pub repeats: u32,
    /// How many feedback tasks can show a difference: those that the seed does not always win. `None`: not known.
    pub undecided: Option<usize>,
}

/// What that comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preflight {
    /// Rollouts before the first proposal: the seed's validation.
    pub for_seed: u64,
    /// Rollouts of a proposal that is rejected, and of one that is accepted.
    pub rejected: u64,
    pub accepted: u64,
    /// How many proposals the budget buys if all are accepted, and if all are rejected.
    pub fewest: u64,
    pub most: u64,
    /// The chance that a minibatch holds a task that can show a difference; `None` where that is not known.
    pub telling: Option<f64>,
}

impl Preflight {
    #[must_use]
    pub fn of(known: &Known) -> Self {
        let (minibatch, pareto) = (known.minibatch.max(1) as u64, known.pareto as u64);
        // The parent and its child on the same tasks.
        let rejected = 2 * minibatch * u64::from(known.repeats.max(1));
        let accepted = rejected + pareto;
        let left = known.budget.saturating_sub(pareto);
        // A pass that has begun is finished, so the last one may go over the budget.
        Self {
            for_seed: pareto,
            rejected,
            accepted,
            fewest: left.div_ceil(accepted),
            most: left.div_ceil(rejected),
            telling: known.undecided.map(|undecided| telling(known.feedback, undecided, known.minibatch.max(1))),
        }
    }

    /// Whether the budget does not even buy one proposal.
    #[must_use]
    pub const fn buys_nothing(&self) -> bool {
        self.most == 0
    }
}

/// The chance that of `size` tasks drawn from `all` at least one is among the `undecided`.
fn telling(all: usize, undecided: usize, size: usize) -> f64 {
    let settled = all.saturating_sub(undecided);
    // None of them: one settled task after the other.
    let mut none = 1.0;
    for drawn in 0..size.min(all) {
        none *= settled.saturating_sub(drawn) as f64 / (all - drawn) as f64;
    }
    if all == 0 { 0.0 } else { 1.0 - none }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_budget_buys() {
        let known = Known { budget: 150, minibatch: 3, feedback: 12, pareto: 6, repeats: 0, undecided: Some(2) };
        let preflight = Preflight::of(&known);
        assert_eq!((preflight.for_seed, preflight.rejected, preflight.accepted), (6, 6, 12));
        assert_eq!((preflight.fewest, preflight.most), (12, 24));
        // 1 − C(10, 3) / C(12, 3)
        assert!((preflight.telling.unwrap() - (1.0 - 120.0 / 220.0)).abs() < 1e-12);
        let repeated = Preflight::of(&Known { repeats: 3, ..known });
        assert_eq!((repeated.rejected, repeated.accepted, repeated.most), (18, 24, 8));
        assert!(Preflight::of(&Known { budget: 6, ..known }).buys_nothing());
        assert!(Preflight::of(&Known { budget: 3, ..known }).buys_nothing());
    }

    #[test]
    fn chances_at_the_edges() {
        assert_eq!(telling(5, 0, 3), 0.0);
        assert_eq!(telling(5, 5, 3), 1.0);
        assert_eq!(telling(2, 1, 8), 1.0);
        assert_eq!(telling(0, 0, 3), 0.0);
    }
}
