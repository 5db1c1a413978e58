//! Choosing the parent of a proposal (`gepa/strategies/candidate_selector.py` of 0.1.4).

use super::chance::Chance;
use super::config::ParentSelector;
use super::pareto::{Members, frequencies, thin};
use super::state::State;
use super::{CandidateId, Config};
use crate::py::PyResult;

/// Chooses a parent from the pool.
pub(super) fn select(config: &Config, state: &State, chance: &mut Chance<'_>) -> PyResult<CandidateId> {
    let aggregates = state.aggregates();
    match config.parent_selector {
        ParentSelector::CurrentBest => Ok(first_best(aggregates)),
        ParentSelector::EpsilonGreedy { epsilon } => {
            if chance.random() < epsilon {
                let last = i64::try_from(aggregates.len()).unwrap_or(i64::MAX) - 1;
                let drawn = chance.randint(0, last)?;
                Ok(CandidateId::at(usize::try_from(drawn).unwrap_or(0)))
            } else {
                Ok(first_best(aggregates))
            }
        }
        ParentSelector::Pareto => from_front(&state.fronts().copies(config.frontier), aggregates, chance),
        ParentSelector::TopKPareto { k } => {
            let best: Members = top(aggregates, k).into_iter().collect();
            let fronts = state.fronts().copies(config.frontier);
            let fronts: Vec<Members> =
                fronts.iter().map(|front| front.intersection(&best)).filter(|front| !front.is_empty()).collect();
            if fronts.is_empty() { Ok(first_best(aggregates)) } else { from_front(&fronts, aggregates, chance) }
        }
    }
}

/// A member of the thinned fronts, drawn as often as it holds a front. Even a single one costs a draw.
///
/// # Errors
/// `IndexError` if the fronts have no members.
pub fn from_front(fronts: &[Members], aggregates: &[f64], chance: &mut Chance<'_>) -> PyResult<CandidateId> {
    let weights = frequencies(&thin(fronts, aggregates));
    let tickets: Vec<CandidateId> =
        weights.into_iter().flat_map(|(candidate, count)| std::iter::repeat_n(candidate, count)).collect();
    chance.choice(&tickets)
}

/// The best so many, best first, the earlier first among equals.
#[must_use]
pub fn top(aggregates: &[f64], k: usize) -> Vec<CandidateId> {
    let mut order: Vec<usize> = (0..aggregates.len()).collect();
    order.sort_by(|a, b| aggregates[*b].partial_cmp(&aggregates[*a]).unwrap_or(std::cmp::Ordering::Equal));
    order.into_iter().take(k).map(CandidateId::at).collect()
}

/// The lowest index among the maxima.
pub(super) fn first_best(aggregates: &[f64]) -> CandidateId {
    let mut best = 0;
    for (index, aggregate) in aggregates.iter().enumerate() {
        if *aggregate > aggregates[best] {
            best = index;
        }
    }
    CandidateId::at(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equals_is_best() {
        assert_eq!(first_best(&[0.1, 0.5, 0.5]), CandidateId(1));
        assert_eq!(top(&[0.1, 0.5, 0.2, 0.5], 3), [1, 3, 2].map(CandidateId));
        assert_eq!(top(&[0.1], 5), [CandidateId(0)]);
    }
}
