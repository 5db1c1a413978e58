//! Fronts: for each key the candidates that share its best score, and what is left of them without the replaceable.
//!
//! The order in which a front lists its members decides later draws, so members are [`IntSet`]s, and every copy that the
//! original makes is made here too (`gepa/core/state.py` and `gepa/gepa_utils.py` of 0.1.4).

use std::sync::Arc;

use super::config::Frontier;
use super::{CandidateId, ExampleId, Map};
use crate::py::{IntSet, Num, Str};

/// A set of candidates.
pub type Members = IntSet<CandidateId>;

/// The best score for one key, and who has it. Clones share the members until one changes: every event that shows the
/// fronts holds a clone.
#[derive(Clone, Debug)]
pub struct Front {
    pub best: Num,
    pub members: Arc<Members>,
}

impl Front {
    fn of(candidate: CandidateId, score: Num) -> Self {
        Self { best: score, members: Arc::new(std::iter::once(candidate).collect()) }
    }
}

/// What a front is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FrontKey {
    Example(ExampleId),
    Objective(Str),
    Cell(ExampleId, Str),
}

/// All fronts of a run, with their keys in the order in which they first came. Those by example and by objective are
/// kept whatever kind is in use.
#[derive(Clone, Debug, Default)]
pub struct Fronts {
    pub instance: Map<ExampleId, Front>,
    pub objective: Map<Str, Front>,
    /// Kept only for [`Frontier::Cartesian`].
    pub cartesian: Map<(ExampleId, Str), Front>,
}

/// Whether a score changed a front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Update {
    Better,
    AsGood,
    Worse,
}

/// Enters a score for a key. Exact comparison.
pub(super) fn enter<K: std::hash::Hash + Eq>(
    fronts: &mut Map<K, Front>,
    key: K,
    score: Num,
    candidate: CandidateId,
) -> Update {
    match fronts.get_mut(&key) {
        // Of a key that was never seen, −∞ is the best so far: a score as bad is no gain, but shares the front.
        None => {
            let update = if score == Num::Float(f64::NEG_INFINITY) { Update::AsGood } else { Update::Better };
            fronts.insert(key, Front::of(candidate, score));
            update
        }
        Some(front) if score > front.best => {
            *front = Front::of(candidate, score);
            Update::Better
        }
        Some(front) if score == front.best => {
            Arc::make_mut(&mut front.members).add(candidate);
            Update::AsGood
        }
        Some(_) => Update::Worse,
    }
}

impl Fronts {
    /// Copies of the sets of the kind in use, in key order: what selectors and merging look at.
    #[must_use]
    pub fn copies(&self, kind: Frontier) -> Vec<Members> {
        self.sets(kind).map(Members::copied).collect()
    }

    /// The members of any front of the kind in use, ascending.
    #[must_use]
    pub fn members(&self, kind: Frontier) -> Vec<CandidateId> {
        let mut members: Vec<CandidateId> = self.sets(kind).flat_map(Members::iter).collect();
        members.sort_unstable();
        members.dedup();
        members
    }

    /// The keys of the kind in use, in order.
    #[must_use]
    pub fn keys(&self, kind: Frontier) -> Vec<FrontKey> {
        let instance = self.instance.keys().map(|example| FrontKey::Example(*example));
        let objective = self.objective.keys().map(|objective| FrontKey::Objective(objective.clone()));
        let cells = self.cartesian.keys().map(|(example, objective)| FrontKey::Cell(*example, objective.clone()));
        match kind {
            Frontier::Instance => instance.collect(),
            Frontier::Objective => objective.collect(),
            Frontier::Hybrid => instance.chain(objective).collect(),
            Frontier::Cartesian => cells.collect(),
        }
    }

    /// As they are after they were saved and loaded: the sets are rebuilt member by member, which can change their order.
    #[must_use]
    pub fn reloaded(&self) -> Self {
        fn rebuilt<K: Clone + std::hash::Hash + Eq>(fronts: &Map<K, Front>) -> Map<K, Front> {
            let rebuild = |front: &Front| Front { best: front.best, members: Arc::new(front.members.iter().collect()) };
            fronts.iter().map(|(key, front)| (key.clone(), rebuild(front))).collect()
        }
        Self {
            instance: rebuilt(&self.instance),
            objective: rebuilt(&self.objective),
            cartesian: rebuilt(&self.cartesian),
        }
    }

    fn sets(&self, kind: Frontier) -> Box<dyn Iterator<Item = &Members> + '_> {
        let instance = self.instance.values().map(|front| &*front.members);
        let objective = self.objective.values().map(|front| &*front.members);
        match kind {
            Frontier::Instance => Box::new(instance),
            Frontier::Objective => Box::new(objective),
            Frontier::Hybrid => Box::new(instance.chain(objective)),
            Frontier::Cartesian => Box::new(self.cartesian.values().map(|front| &*front.members)),
        }
    }
}

/// The members of the fronts by first appearance, each with the number of fronts it is in.
#[must_use]
pub fn frequencies(fronts: &[Members]) -> Vec<(CandidateId, usize)> {
    let mut counts: Map<CandidateId, usize> = Map::default();
    for member in fronts.iter().flat_map(Members::iter) {
        *counts.entry(member).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// The fronts without the candidates that others can replace: from the worst aggregate up, a candidate goes if each of
/// its fronts keeps another member.
///
/// `aggregates` holds one number for each candidate of the pool; at least for each member.
#[must_use]
pub fn thin(fronts: &[Members], aggregates: &[f64]) -> Vec<Members> {
    let mut candidates: Vec<CandidateId> = frequencies(fronts).into_iter().map(|(candidate, _)| candidate).collect();
    let aggregate = |candidate: &CandidateId| aggregates.get(candidate.index()).copied().unwrap_or(f64::NEG_INFINITY);
    // Stable, and with -0.0 equal to 0.0: equal aggregates stay in the order of appearance.
    candidates.sort_by(|a, b| aggregate(a).partial_cmp(&aggregate(b)).unwrap_or(std::cmp::Ordering::Equal));

    // By candidate the fronts it is in, by front how many members are left. The original starts over from the worst
    // after each removal; as removals never make a candidate replaceable that was not, one round gives the same.
    let pool = candidates.iter().map(|candidate| candidate.index() + 1).max().unwrap_or(0);
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); pool];
    for (place, front) in fronts.iter().enumerate() {
        for member in front.iter() {
            places[member.index()].push(place);
        }
    }
    let mut left: Vec<usize> = fronts.iter().map(Members::len).collect();
    let mut removed = vec![false; pool];
    for candidate in candidates {
        let places = &places[candidate.index()];
        if places.iter().all(|place| left[*place] > 1) {
            places.iter().for_each(|place| left[*place] -= 1);
            removed[candidate.index()] = true;
        }
    }
    fronts.iter().map(|front| front.iter().filter(|member| !removed[member.index()]).collect()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn front(members: &[u32]) -> Members {
        members.iter().map(|member| CandidateId(*member)).collect()
    }

    fn listed(fronts: &[Members]) -> Vec<Vec<u32>> {
        fronts.iter().map(|front| front.iter().map(|member| member.0).collect()).collect()
    }

    #[test]
    fn the_worst_replaceable_candidate_goes_first() {
        let fronts = [front(&[0, 1]), front(&[1, 2]), front(&[0, 2])];
        assert_eq!(listed(&thin(&fronts, &[0.1, 0.2, 0.3])), [vec![1], vec![1, 2], vec![2]]);
        assert_eq!(listed(&thin(&fronts, &[0.3, 0.2, 0.1])), [vec![0, 1], vec![1], vec![0]]);
        // With equal aggregates the first to appear goes.
        assert_eq!(listed(&thin(&fronts, &[0.0, -0.0, 0.0])), [vec![1], vec![1, 2], vec![2]]);
    }

    #[test]
    fn a_better_score_takes_the_front_and_an_equal_one_joins_it() {
        let mut fronts = Map::default();
        assert_eq!(enter(&mut fronts, 0, Num::Int(1), CandidateId(0)), Update::Better);
        assert_eq!(enter(&mut fronts, 0, Num::Float(1.0), CandidateId(1)), Update::AsGood);
        assert_eq!(enter(&mut fronts, 0, Num::Float(0.5), CandidateId(2)), Update::Worse);
        assert_eq!(listed(&[(*fronts[&0].members).clone()]), [vec![0, 1]]);
        assert_eq!(enter(&mut fronts, 0, Num::Float(1.5), CandidateId(3)), Update::Better);
        assert_eq!(listed(&[(*fronts[&0].members).clone()]), [vec![3]]);
    }

    /// The original's procedure, word for word: from the head of the list after each removal.
    fn thin_slowly(fronts: &[Members], aggregates: &[f64]) -> Vec<Members> {
        let mut order: Vec<CandidateId> = frequencies(fronts).into_iter().map(|(candidate, _)| candidate).collect();
        order.sort_by(|a, b| aggregates[a.index()].partial_cmp(&aggregates[b.index()]).unwrap());
        let mut removed: Vec<CandidateId> = Vec::new();
        while let Some(next) = order.iter().copied().filter(|c| !removed.contains(c)).find(|c| {
            let mut own = fronts.iter().filter(|front| front.contains(*c));
            own.all(|front| front.iter().any(|other| other != *c && !removed.contains(&other)))
        }) {
            removed.push(next);
        }
        fronts.iter().map(|front| front.iter().filter(|member| !removed.contains(member)).collect()).collect()
    }

    proptest! {
        #[test]
        fn no_replaceable_candidate_stays_and_no_front_is_emptied(
            fronts in prop::collection::vec(prop::collection::vec(0_u32..40, 1..12), 1..20),
            aggregates in prop::collection::vec(0_u8..6, 40),
        ) {
            let fronts: Vec<Members> = fronts.iter().map(|members| front(members)).collect();
            let aggregates: Vec<f64> = aggregates.iter().map(|tenths| f64::from(*tenths) / 10.0).collect();
            let thinned = thin(&fronts, &aggregates);
            prop_assert!(thinned.iter().all(|front| !front.is_empty()));
            for (candidate, _) in frequencies(&thinned) {
                let alone = thinned.iter().any(|front| front.len() == 1 && front.contains(candidate));
                prop_assert!(alone, "{:?} is replaceable", candidate);
            }
            prop_assert_eq!(listed(&thinned), listed(&thin_slowly(&fronts, &aggregates)));
        }
    }
}
