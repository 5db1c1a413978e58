//! The benchmark's own figures: the average reward and pass^k (Yao et al. 2024, arXiv 2406.12045, section 3), and
//! pass@k beside it.

use std::fmt;

use num_bigint::BigInt;

use crate::py::{float, ops};

/// How near to 1 a reward must be to count as a success.
const TOLERANCE: f64 = 1e-6;

/// The reward of one rollout of a task.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The task's position in its split.
    pub task: i64,
    /// Which repetition of the task it is.
    pub trial: i64,
    /// 0.0 to 1.0.
    pub reward: f64,
}

/// What the original prints at the end of a run (`display_metrics` of `tau_bench/run.py`).
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics {
    pub average_reward: f64,
    /// pass^k for k = 1, 2, … up to the number of trials.
    pub pass_hat: Vec<f64>,
}

impl Score {
    /// Whether the rollout did what it should.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (1.0 - TOLERANCE..=1.0 + TOLERANCE).contains(&self.reward)
    }
}

impl Metrics {
    /// The figures of all scores together; `None` where there are none.
    ///
    /// The number of trials is how many trials occur at all, also for a task that lacks some of them, as in the
    /// original: a missing rollout then counts as a failure. Sums run in the order of the scores.
    #[must_use]
    pub fn of(scores: &[Score]) -> Option<Self> {
        if scores.is_empty() {
            return None;
        }
        let average_reward = scores.iter().fold(0.0, |sum, score| sum + score.reward) / scores.len() as f64;
        let mut trials: Vec<i64> = scores.iter().map(|score| score.trial).collect();
        trials.sort_unstable();
        trials.dedup();
        let mut successes: indexmap::IndexMap<i64, usize> = indexmap::IndexMap::new();
        for score in scores {
            *successes.entry(score.task).or_default() += usize::from(score.is_success());
        }
        let tasks = successes.len() as f64;
        let pass_hat = (1..=trials.len())
            .map(|k| successes.values().fold(0.0, |sum, won| sum + pass_hat_k(*won, trials.len(), k)) / tasks)
            .collect();
        Some(Self { average_reward, pass_hat })
    }
}

/// As the original prints it.
impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "🏆 Average reward: {}", float::repr(self.average_reward))?;
        writeln!(f, "📈 Pass^k")?;
        for (at, value) in self.pass_hat.iter().enumerate() {
            writeln!(f, "  k={}: {}", at + 1, float::repr(*value))?;
        }
        Ok(())
    }
}

/// The chance that k trials drawn from `trials`, of which `won` succeeded, all succeed: C(won, k) / C(trials, k).
///
/// `0 < k ≤ trials`, else it is 0.
#[must_use]
pub fn pass_hat_k(won: usize, trials: usize, k: usize) -> f64 {
    // The divisor is 0 only where k is larger than the number of trials.
    ops::divide_ints(&combinations(won, k), &combinations(trials, k)).unwrap_or(0.0)
}

/// The chance that of k trials drawn from `trials`, of which `won` succeeded, any succeeds:
/// 1 − C(trials − won, k) / C(trials, k) (Chen et al. 2021, arXiv 2107.03374, equation 1).
///
/// `0 < k ≤ trials`, else it is 0.
#[must_use]
pub fn pass_at_k(won: usize, trials: usize, k: usize) -> f64 {
    let all = combinations(trials, k);
    let any = &all - combinations(trials.saturating_sub(won), k);
    ops::divide_ints(&any, &all).unwrap_or(0.0)
}

/// How many ways there are to take k of n.
pub(super) fn combinations(n: usize, k: usize) -> BigInt {
    if k > n {
        return BigInt::ZERO;
    }
    (0..k.min(n - k)).fold(BigInt::from(1), |product, at| product * (n - at) / (at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_k_and_any_of_k() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} and {b}");
        close(pass_hat_k(2, 4, 1), 0.5);
        close(pass_at_k(2, 4, 1), 0.5);
        close(pass_hat_k(2, 4, 2), 1.0 / 6.0);
        close(pass_at_k(2, 4, 2), 5.0 / 6.0);
        close(pass_hat_k(4, 4, 4), 1.0);
        close(pass_at_k(0, 4, 4), 0.0);
        close(pass_hat_k(1, 4, 5), 0.0);
    }

    #[test]
    fn counts_beyond_64_bits_are_exact() {
        // C(99, 50) / C(100, 50) is 1/2.
        assert_eq!(pass_hat_k(99, 100, 50), 0.5);
    }

    #[test]
    fn nothing_scored_has_no_figures() {
        assert_eq!(Metrics::of(&[]), None);
    }
}
