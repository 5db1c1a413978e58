//! Which proposals of a pass enter the pool (`gepa/strategies/acceptance.py`, `proposal_selection.py` and
//! `gepa/core/engine.py` of 0.1.4).

use serde::{Deserialize, Serialize};

use super::event::Rejection;
use super::{Candidate, CandidateId};
use crate::py::Num;

/// What a proposal must reach on its minibatch, by the sums of scores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    StrictImprovement,
    ImprovementOrEqual,
    /// At least so much more than the parent.
    Margin(f64),
}

impl Criterion {
    /// Whether a proposal passes.
    #[must_use]
    pub fn accepts(self, before: Num, after: Num) -> bool {
        match self {
            Self::StrictImprovement => after > before,
            Self::ImprovementOrEqual => after >= before,
            Self::Margin(margin) => after >= before.plus(Num::Float(margin)),
        }
    }

    const fn rejection(self) -> Rejection {
        match self {
            Self::StrictImprovement | Self::ImprovementOrEqual => Rejection::NotBetter,
            Self::Margin(_) => Rejection::Criterion,
        }
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
    /// Sums over the minibatch.
    pub before: Num,
    pub after: Num,
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
    let passed: Vec<bool> =
        proposals.iter().map(|proposal| criterion.accepts(proposal.before, proposal.after)).collect();
    let passing: Vec<usize> = (0..proposals.len()).filter(|position| passed[*position]).collect();
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
            } else if passed[position] {
                Rejection::DroppedBySelection
            } else {
                criterion.rejection()
            };
            (position, reason)
        })
        .collect();
    Verdicts { taken, rejected }
}

fn choose(proposals: &[Proposal], mut passing: Vec<usize>, selection: Selection) -> Vec<usize> {
    let gain = |position: &usize| proposals[*position].after.minus(proposals[*position].before);
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
        Proposal { candidate, parent: CandidateId(0), before: Num::Int(before), after: Num::Int(after) }
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
