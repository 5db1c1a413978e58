//! Which proposals of a pass enter the pool (`gepa/strategies/acceptance.py`, `proposal_selection.py` and
//! `gepa/core/engine.py` of 0.1.4).

use serde::{Deserialize, Serialize};

use super::event::Rejection;
use super::{Candidate, CandidateId};
use crate::py::Num;
use crate::stats::compare::sign_test;

/// What a proposal must reach on its minibatch, by the sums of scores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    StrictImprovement,
    ImprovementOrEqual,
    /// At least so much more than the parent.
    Margin(f64),
    /// More than the parent, and by more than noise: if it were a coin toss which of the two scores higher on a rollout,
    /// the chance of so many tosses for the child would be at most `p` (exact one-sided sign test over
    /// [`Pairs`]). Not in the original.
    SignTest {
        p: f64,
    },
}

/// What a proposal is accepted by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Sums over the minibatch.
    pub before: Num,
    pub after: Num,
    pub pairs: Pairs,
}

/// Rollouts of parent and child that belong together, the same example in the same repeat, by which of them scored
/// higher. Ties tell nothing and are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    pub better: usize,
    pub worse: usize,
}

impl Pairs {
    /// Compares the rollouts of each example, in order.
    #[must_use]
    pub fn of<'a>(before: impl IntoIterator<Item = &'a [Num]>, after: impl IntoIterator<Item = &'a [Num]>) -> Self {
        let mut pairs = Self::default();
        for (before, after) in before.into_iter().zip(after) {
            for (before, after) in before.iter().zip(after) {
                pairs.better += usize::from(after > before);
                pairs.worse += usize::from(after < before);
            }
        }
        pairs
    }

    /// The chance of at least so many better ones if better and worse were a coin toss; 1 without any.
    #[must_use]
    pub fn p_value(self) -> f64 {
        sign_test(self.better, self.worse)
    }
}

impl Criterion {
    /// The threshold of the sign test unless another is asked for.
    ///
    /// Three better and none worse pass, five to one and six to two; two to none and four to one do not. So a child that
    /// is no better is taken at most about once in seven times, where strict improvement takes it whenever luck is on
    /// its side, up to every second time. A stricter threshold would do harm here: 0.05 asks for five to none, and the
    /// nine pairs of a usual minibatch in three repeats seldom show so much even of a child that is well better. The
    /// two mistakes don't cost the same: one that was taken wrongly costs its validation, which then tells, while one
    /// that was refused wrongly is lost with all that was paid for it.
    pub const SIGN_TEST_P: f64 = 0.15;

    /// The sign test with that threshold.
    #[must_use]
    pub const fn sign_test() -> Self {
        Self::SignTest { p: Self::SIGN_TEST_P }
    }

    /// Whether a proposal passes.
    ///
    /// # Errors
    /// Why it does not.
    pub fn judge(self, evidence: &Evidence) -> Result<(), Rejection> {
        let Evidence { before, after, pairs } = *evidence;
        let (passes, otherwise) = match self {
            Self::StrictImprovement => (after > before, Rejection::NotBetter),
            Self::ImprovementOrEqual => (after >= before, Rejection::NotBetter),
            Self::Margin(margin) => (after >= before.plus(Num::Float(margin)), Rejection::Criterion),
            Self::SignTest { .. } if after <= before => (false, Rejection::NotBetter),
            Self::SignTest { p } => (pairs.p_value() <= p, Rejection::WithinNoise),
        };
        if passes { Ok(()) } else { Err(otherwise) }
    }
}

/// Which of the proposals that pass are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    All,
    /// The one with the largest gain, the first among equals.
    Best,
    /// So many with the largest gains, in that order.
    TopK(usize),
}

/// A child that was scored on its task's minibatch.
#[derive(Clone, Debug)]
pub(super) struct Proposal {
    pub candidate: Candidate,
    pub parent: CandidateId,
    pub evidence: Evidence,
}

/// Positions among the proposals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdicts {
    /// In the order in which they enter the pool.
    pub taken: Vec<usize>,
    /// In the order of the proposals.
    pub rejected: Vec<(usize, Rejection)>,
}

/// Judges the proposals of a pass.
pub(super) fn judge(proposals: &[Proposal], criterion: Criterion, selection: Selection) -> Verdicts {
    let judged: Vec<Result<(), Rejection>> =
        proposals.iter().map(|proposal| criterion.judge(&proposal.evidence)).collect();
    let passing: Vec<usize> = (0..proposals.len()).filter(|position| judged[*position].is_ok()).collect();
    let mut taken: Vec<usize> = Vec::new();
    let mut duplicates = Vec::new();
    for position in choose(proposals, passing, selection) {
        if taken.iter().any(|other| proposals[*other].candidate == proposals[position].candidate) {
            duplicates.push(position);
        } else {
            taken.push(position);
        }
    }
    let rejected = (0..proposals.len())
        .filter(|position| !taken.contains(position))
        .map(|position| {
            let reason = if duplicates.contains(&position) {
                Rejection::Duplicate
            } else {
                judged[position].err().unwrap_or(Rejection::DroppedBySelection)
            };
            (position, reason)
        })
        .collect();
    Verdicts { taken, rejected }
}

fn choose(proposals: &[Proposal], mut passing: Vec<usize>, selection: Selection) -> Vec<usize> {
    let gain = |position: &usize| {
        let Evidence { before, after, .. } = proposals[*position].evidence;
        after.minus(before)
    };
    match selection {
        Selection::All => passing,
        Selection::Best => {
            let mut best: Option<(usize, Num)> = None;
            for position in passing {
                let gain = gain(&position);
                if best.is_none_or(|(_, most)| gain > most) {
                    best = Some((position, gain));
                }
            }
            best.into_iter().map(|(position, _)| position).collect()
        }
        Selection::TopK(k) => {
            passing.sort_by(|a, b| gain(b).partial_cmp(&gain(a)).unwrap_or(std::cmp::Ordering::Equal));
            passing.truncate(k);
            passing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposal(text: &str, before: i64, after: i64) -> Proposal {
        let candidate = Candidate::new([("a", text)]);
        let evidence = Evidence { before: Num::Int(before), after: Num::Int(after), pairs: Pairs::default() };
        Proposal { candidate, parent: CandidateId(0), evidence }
    }

    /// Rollouts in three repeats of each example, before and after, judged by the sign test.
    fn by_sign_test(before: &[[i64; 3]], after: &[[i64; 3]]) -> Result<(), Rejection> {
        let of = |scores: &[[i64; 3]]| scores.iter().map(|scores| scores.map(Num::Int)).collect::<Vec<_>>();
        let total = |scores: &[[i64; 3]]| Num::Int(scores.iter().flatten().sum());
        let (all_before, all_after) = (of(before), of(after));
        let pairs = Pairs::of(all_before.iter().map(<[Num; 3]>::as_slice), all_after.iter().map(<[Num; 3]>::as_slice));
        Criterion::sign_test().judge(&Evidence { before: total(before), after: total(after), pairs })
    }

    #[test]
    fn luck_is_refused_and_a_gain_is_not() {
        let before = [[0, 1, 0], [1, 1, 0], [0, 0, 0]];
        assert_eq!(
            by_sign_test(&before, &[[1, 1, 0], [1, 1, 0], [0, 0, 1]]),
            Err(Rejection::WithinNoise),
            "two to none"
        );
        assert_eq!(
            by_sign_test(&before, &[[1, 0, 1], [0, 1, 1], [1, 0, 0]]),
            Err(Rejection::WithinNoise),
            "four to two"
        );
        assert_eq!(by_sign_test(&before, &[[1, 0, 0], [1, 1, 0], [0, 0, 0]]), Err(Rejection::NotBetter));
        assert_eq!(by_sign_test(&before, &[[1, 1, 0], [1, 1, 1], [0, 1, 0]]), Ok(()), "three to none");
    }

    #[track_caller]
    fn check(criterion: Criterion, selection: Selection, taken: &[usize], rejected: &[(usize, Rejection)]) {
        let proposals =
            [proposal("x", 1, 1), proposal("y", 1, 2), proposal("y", 0, 2), proposal("z", 0, 1), proposal("w", 3, 2)];
        let expected = Verdicts { taken: taken.to_vec(), rejected: rejected.to_vec() };
        assert_eq!(judge(&proposals, criterion, selection), expected);
    }

    #[test]
    fn each_strategy_takes_its_own_and_says_why_not_the_others() {
        use Rejection::{Criterion as Refused, DroppedBySelection as Dropped, Duplicate, NotBetter};
        let strict = Criterion::StrictImprovement;
        check(strict, Selection::All, &[1, 3], &[(0, NotBetter), (2, Duplicate), (4, NotBetter)]);
        check(strict, Selection::Best, &[2], &[(0, NotBetter), (1, Dropped), (3, Dropped), (4, NotBetter)]);
        check(strict, Selection::TopK(2), &[2], &[(0, NotBetter), (1, Duplicate), (3, Dropped), (4, NotBetter)]);
        check(Criterion::ImprovementOrEqual, Selection::All, &[0, 1, 3], &[(2, Duplicate), (4, NotBetter)]);
        check(Criterion::Margin(1.5), Selection::All, &[2], &[(0, Refused), (1, Refused), (3, Refused), (4, Refused)]);
    }
}
