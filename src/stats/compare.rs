//! Two ways to do the same tasks, compared task by task: is the difference more than noise?
//!
//! The tasks are the same on both sides, so what counts is in how many of them one side did better. The exact sign
//! test asks how likely so many would be if better and worse were a coin toss; the bootstrap draws tasks anew to see
//! how far the mean difference wanders. Trials of one task are no independent evidence and are averaged first.

use std::collections::BTreeMap;

use num_bigint::BigInt;

use super::pass_k::combinations;
use super::{Interval, Score};
use crate::py::ops;
use crate::py::random::Random;

/// Below this chance a difference is taken for more than noise.
pub const SIGNIFICANCE: f64 = 0.05;

/// How often the tasks are drawn anew.
const DRAWS: usize = 2_000;

/// What came of comparing `after` with `before`.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The tasks that both sides have scores of.
    pub tasks: usize,
    /// Means over those tasks of the mean reward of each.
    pub before: f64,
    pub after: f64,
    /// Tasks with a higher mean reward after, and with a lower one, ascending.
    pub fixed: Vec<i64>,
    pub broken: Vec<i64>,
    /// The chance of at least so many fixed ones among the tasks that changed if nothing were better (exact one-sided
    /// sign test); 1 where none changed.
    pub p_value: f64,
    /// Where the difference of the means lies, with 95 % confidence by a percentile bootstrap over tasks.
    pub difference: Interval,
}

/// Compares the scores of two sides; `None` where they share no task. `seed` decides what the bootstrap draws.
#[must_use]
pub fn compare(before: &[Score], after: &[Score], seed: u64) -> Option<Comparison> {
    let (before, after) = (means(before), means(after));
    let pairs: Vec<(i64, f64, f64)> =
        before.iter().filter_map(|(task, one)| Some((*task, *one, *after.get(task)?))).collect();
    if pairs.is_empty() {
        return None;
    }
    let of = |pick: fn(&(i64, f64, f64)) -> bool| pairs.iter().filter(|pair| pick(pair)).map(|pair| pair.0).collect();
    let fixed: Vec<i64> = of(|(_, before, after)| after > before);
    let broken: Vec<i64> = of(|(_, before, after)| after < before);
    let mean = |value: fn(&(i64, f64, f64)) -> f64| pairs.iter().map(value).sum::<f64>() / pairs.len() as f64;
    let differences: Vec<f64> = pairs.iter().map(|(_, before, after)| after - before).collect();
    Some(Comparison {
        tasks: pairs.len(),
        before: mean(|pair| pair.1),
        after: mean(|pair| pair.2),
        p_value: sign_test(fixed.len(), broken.len()),
        fixed,
        broken,
        difference: bootstrap(&differences, seed),
    })
}

impl Comparison {
    /// Whether `after` is better by more than noise.
    #[must_use]
    pub fn is_significant(&self) -> bool {
        self.p_value < SIGNIFICANCE
    }
}

/// The mean reward of each task.
fn means(scores: &[Score]) -> BTreeMap<i64, f64> {
    let mut sums: BTreeMap<i64, (f64, usize)> = BTreeMap::new();
    for score in scores {
        let (sum, count) = sums.entry(score.task).or_default();
        *sum += score.reward;
        *count += 1;
    }
    sums.into_iter().map(|(task, (sum, count))| (task, sum / count as f64)).collect()
}

/// The chance of at least `better` heads in `better + worse` tosses of a fair coin.
#[must_use]
pub fn sign_test(better: usize, worse: usize) -> f64 {
    let tosses = better + worse;
    let at_least: BigInt = (better..=tosses).map(|heads| combinations(tosses, heads)).sum();
    // The divisor is not 0, and the quotient at most 1.
    ops::divide_ints(&at_least, &(BigInt::from(1) << tosses)).unwrap_or(1.0)
}

/// How many tasks must be fixed, with so many broken, to tell a difference from noise.
#[must_use]
pub fn fixes_needed(broken: usize) -> usize {
    (broken + 1..).find(|fixed| sign_test(*fixed, broken) < SIGNIFICANCE).unwrap_or(usize::MAX)
}

/// The smallest difference in mean reward that a comparison of so many tasks could tell from noise at all: as few
/// tasks as the sign test needs, each better in one of its trials, and none worse. `None` where there are too few.
#[must_use]
pub fn smallest_difference(tasks: usize, trials: usize) -> Option<f64> {
    let needed = fixes_needed(0);
    (tasks >= needed && trials > 0).then(|| needed as f64 / (tasks * trials) as f64)
}

/// The difference in mean reward that a comparison would find in four of five repetitions, where rewards are 0 or 1
/// and either side wins about the share `share` of its rollouts: by the normal approximation, with trials of a task
/// that differ by chance alone.
#[must_use]
pub fn likely_difference(tasks: usize, trials: usize, share: f64) -> Option<f64> {
    /// The 95 % and 80 % points of the normal distribution.
    const POINTS: f64 = 1.644_853_626_951_472 + 0.841_621_233_572_914;
    let rollouts = (tasks * trials) as f64;
    let share = share.clamp(0.05, 0.95);
    (rollouts > 0.0).then(|| f64::min(POINTS * libm::sqrt(2.0 * share * (1.0 - share) / rollouts), 1.0))
}

fn bootstrap(differences: &[f64], seed: u64) -> Interval {
    let mut random = Random::new(seed);
    let count = differences.len();
    let mut draw = || {
        let sum: f64 = (0..count).map(|_| differences[at(random.random(), count)]).sum();
        sum / count as f64
    };
    let mut means: Vec<f64> = (0..DRAWS).map(|_| draw()).collect();
    means.sort_by(f64::total_cmp);
    Interval { low: means[DRAWS / 40], high: means[DRAWS - 1 - DRAWS / 40] }
}

/// A position below `count` for a number from 0 up to 1.
fn at(random: f64, count: usize) -> usize {
    // Not negative, and at most `count`.
    ((random * count as f64) as usize).min(count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(rewards: &[&[f64]]) -> Vec<Score> {
        let of = |(task, trials): (usize, &&[f64])| {
            let task = i64::try_from(task).unwrap();
            trials.iter().zip(0..).map(|(reward, trial)| Score { task, trial, reward: *reward }).collect::<Vec<_>>()
        };
        rewards.iter().enumerate().flat_map(of).collect()
    }

    #[test]
    fn the_sign_test_is_exact() {
        assert_eq!(sign_test(3, 1), 5.0 / 16.0);
        assert_eq!(sign_test(5, 0), 1.0 / 32.0);
        assert_eq!(sign_test(0, 0), 1.0);
        assert_eq!(sign_test(0, 4), 1.0);
        assert!((sign_test(600, 500) - 0.001_409_772_495_718_214).abs() < 1e-15);
    }

    #[test]
    fn how_many_fixes_would_do() {
        assert_eq!([0, 1, 2, 3].map(fixes_needed), [5, 7, 9, 10]);
        assert_eq!(smallest_difference(4, 4), None);
        assert_eq!(smallest_difference(20, 1), Some(0.25));
    }

    #[test]
    fn tasks_are_compared_not_trials() {
        let before = scores(&[&[0.0, 1.0], &[1.0, 1.0], &[0.0, 0.0], &[0.0]]);
        let after = scores(&[&[1.0, 1.0], &[0.0, 1.0], &[0.0, 0.0]]);
        let comparison = compare(&before, &after, 1).unwrap();
        assert_eq!((comparison.fixed.as_slice(), comparison.broken.as_slice()), (&[0][..], &[1][..]));
        assert_eq!((comparison.tasks, comparison.p_value), (3, 0.75));
        assert_eq!((comparison.before, comparison.after), (0.5, 0.5));
        assert!(!comparison.is_significant());
        assert!(comparison.difference.low <= 0.0 && comparison.difference.high >= 0.0);
    }

    #[test]
    fn nothing_in_common_cannot_be_compared() {
        assert_eq!(compare(&scores(&[&[1.0]]), &[], 1), None);
    }

    #[test]
    fn more_trials_show_less() {
        let [few, many] = [4, 16].map(|trials| likely_difference(20, trials, 0.5).unwrap());
        assert!((few / many - 2.0).abs() < 1e-9);
    }
}
