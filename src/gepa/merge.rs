//! Merging: combining two candidates of the front that have a common ancestor (`gepa/proposer/merge.py` of 0.1.4).
//!
//! A component that only one of the two changed since the ancestor is taken from that one; where both changed it, from
//! the one with the better aggregate, by chance if they are level. Everything here is drawn from the shared stream, and
//! an attempt that finds nothing may have spent a hundred draws.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::chance::Chance;
use super::pareto::{Members, thin};
use super::{Candidate, CandidateId, ExampleId, Map, Texts};
use crate::py::{IntSet, Num, PyResult};

/// Tries at finding a merge, and at finding a pair in each of them.
const TRIES: usize = 10;
/// Validation examples a merged candidate is first scored on.
const SUBSAMPLE: usize = 5;
/// Of these, at most so many from each kind: where one parent is better, the other is, neither is.
const FROM_EACH: usize = 2;

/// What was merged before in this run.
#[derive(Clone, Debug, Default)]
pub struct MergeMemory {
    triplets: BTreeSet<(CandidateId, CandidateId, CandidateId)>,
    descriptions: BTreeSet<(CandidateId, CandidateId, Vec<CandidateId>)>,
}

impl MergeMemory {
    /// Remembers two candidates and their ancestor, so that they are not merged again.
    pub fn remember(&mut self, merged: &Merged) {
        let [first, second] = merged.pair;
        self.triplets.insert((first, second, merged.ancestor));
    }
}

/// The pool as merging sees it: one entry each for every candidate.
#[derive(Clone, Copy)]
pub struct Lineage<'a> {
    pub candidates: &'a [Candidate],
    pub parents: &'a [Vec<CandidateId>],
    pub aggregates: &'a [f64],
}

/// A combination of two candidates.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    pub candidate: Candidate,
    /// The lower id first.
    pub pair: [CandidateId; 2],
    pub ancestor: CandidateId,
    /// For each component the candidate that its text was taken from.
    pub description: Vec<CandidateId>,
}

/// The candidates that may be merged: the members of the thinned fronts, in the order of a set of them.
#[must_use]
pub fn merge_pool(fronts: &[Members], aggregates: &[f64]) -> Vec<CandidateId> {
    let pool: Members = thin(fronts, aggregates).iter().flat_map(Members::iter).collect();
    pool.iter().collect()
}

/// Looks for two candidates of the pool to merge. `overlap` says whether two were scored on enough common examples.
///
/// # Errors
/// `ValueError` if the aggregates of the possible ancestors do not add up to something positive.
pub fn weave(
    pool: &[CandidateId],
    lineage: Lineage<'_>,
    memory: &mut MergeMemory,
    overlap: impl Fn(CandidateId, CandidateId) -> bool,
    chance: &mut Chance<'_>,
) -> PyResult<Option<Merged>> {
    if pool.len() < 2 || lineage.candidates.len() < 3 {
        return Ok(None);
    }
    for _ in 0..TRIES {
        let Some((pair, ancestor)) = find_pair(pool, lineage, memory, chance)? else { continue };
        let merged = combine(pair, ancestor, lineage, chance)?;
        let description = (pair[0], pair[1], merged.description.clone());
        if memory.descriptions.contains(&description) || !overlap(pair[0], pair[1]) {
            continue;
        }
        memory.descriptions.insert(description);
        return Ok(Some(merged));
    }
    Ok(None)
}

fn find_pair(
    pool: &[CandidateId],
    lineage: Lineage<'_>,
    memory: &MergeMemory,
    chance: &mut Chance<'_>,
) -> PyResult<Option<([CandidateId; 2], CandidateId)>> {
    for _ in 0..TRIES {
        let mut pair = chance.sample(pool, 2)?;
        pair.sort_unstable();
        let (first, second) = (pair[0], pair[1]);
        let ancestors = [first, second].map(|candidate| ancestors(candidate, lineage.parents));
        if ancestors[0].contains(&second) || ancestors[1].contains(&first) {
            continue;
        }
        let [of_first, of_second] = ancestors.map(|found| found.into_iter().collect::<Members>());
        let fit: Vec<CandidateId> = of_first
            .intersection(&of_second)
            .iter()
            .filter(|ancestor| !memory.triplets.contains(&(first, second, *ancestor)))
            .filter(|ancestor| is_worth_it([first, second], *ancestor, lineage))
            .collect();
        if fit.is_empty() {
            continue;
        }
        let weights: Vec<f64> = fit.iter().map(|ancestor| lineage.aggregates[ancestor.index()]).collect();
        let drawn = chance.choices_weighted(&fit, &weights, 1)?;
        return Ok(drawn.first().map(|ancestor| ([first, second], *ancestor)));
    }
    Ok(None)
}

/// Every ancestor of a candidate, in the order of a set that was filled depth first.
fn ancestors(candidate: CandidateId, parents: &[Vec<CandidateId>]) -> Vec<CandidateId> {
    let mut found = Members::new();
    // By candidate on the way down, how many of its parents were looked at. Not recursive: lineages get long.
    let mut path = vec![(candidate, 0)];
    while let Some((current, looked_at)) = path.last_mut() {
        let next = parents.get(current.index()).and_then(|parents| parents.get(*looked_at));
        *looked_at += 1;
        match next {
            None => {
                path.pop();
            }
            Some(parent) if found.add(*parent) => path.push((*parent, 0)),
            Some(_) => {}
        }
    }
    found.iter().collect()
}

/// Whether both improved on the ancestor, and at least one component was changed by only one of them.
fn is_worth_it(pair: [CandidateId; 2], ancestor: CandidateId, lineage: Lineage<'_>) -> bool {
    let aggregate = |candidate: CandidateId| lineage.aggregates[candidate.index()];
    if pair.iter().any(|candidate| aggregate(ancestor) > aggregate(*candidate)) {
        return false;
    }
    let texts = |candidate: CandidateId| &lineage.candidates[candidate.index()];
    texts(ancestor).iter().any(|(name, old)| {
        let [first, second] = pair.map(|candidate| texts(candidate).get(name));
        first != second && (first == Some(old) || second == Some(old))
    })
}

fn combine(
    pair: [CandidateId; 2],
    ancestor: CandidateId,
    lineage: Lineage<'_>,
    chance: &mut Chance<'_>,
) -> PyResult<Merged> {
    let [first, second] = pair;
    let texts = |candidate: CandidateId| &lineage.candidates[candidate.index()];
    let mut description = Vec::new();
    let mut components = Texts::new();
    // The original goes through a set of names, whose order changes from process to process; here it is the declared one.
    for (name, old) in texts(ancestor).iter() {
        let [of_first, of_second] = pair.map(|candidate| texts(candidate).get(name));
        let from = match (of_first == Some(old), of_second == Some(old)) {
            (true, false) => second,
            (true, true) | (false, true) => first,
            (false, false) => {
                let aggregate = |candidate: CandidateId| lineage.aggregates[candidate.index()];
                match aggregate(first).partial_cmp(&aggregate(second)) {
                    Some(Ordering::Greater) => first,
                    Some(Ordering::Less) => second,
                    // Drawn even if both have the same text.
                    _ => chance.choice(&pair)?,
                }
            }
        };
        description.push(from);
        components.push((name.clone(), texts(from).get(name).unwrap_or(old).clone()));
    }
    Ok(Merged { candidate: Candidate::new(components), pair, ancestor, description })
}

/// The validation examples that a merged candidate is first scored on: some where one parent is better, where the other
/// is, and where they are level. An id may come twice if there are few in common.
///
/// # Errors
/// None occur: what is drawn is never more than there is.
pub fn pick_subsample(
    first: &Map<ExampleId, Num>,
    second: &Map<ExampleId, Num>,
    chance: &mut Chance<'_>,
) -> PyResult<Vec<ExampleId>> {
    let common = common_examples(first, second);
    let ordering = |id: &ExampleId| first.get(id).partial_cmp(&second.get(id));
    let better: Vec<ExampleId> = common.iter().copied().filter(|id| ordering(id) == Some(Ordering::Greater)).collect();
    let worse: Vec<ExampleId> = common.iter().copied().filter(|id| ordering(id) == Some(Ordering::Less)).collect();
    let level = common.iter().copied().filter(|id| !better.contains(id) && !worse.contains(id)).collect();
    let mut chosen: Vec<ExampleId> = Vec::with_capacity(SUBSAMPLE);
    for bucket in [better, worse, level] {
        let count = bucket.len().min(FROM_EACH).min(SUBSAMPLE - chosen.len());
        if count > 0 {
            chosen.extend(chance.sample(&bucket, count)?);
        }
    }
    let missing = SUBSAMPLE - chosen.len();
    if missing > 0 {
        let unused: Vec<ExampleId> = common.iter().copied().filter(|id| !chosen.contains(id)).collect();
        if unused.len() >= missing {
            chosen.extend(chance.sample(&unused, missing)?);
        } else if !common.is_empty() {
            chosen.extend(chance.choices(&common, missing)?);
        }
    }
    Ok(chosen)
}

/// The examples that both were scored on, in the order of the sets' intersection.
pub(super) fn common_examples(first: &Map<ExampleId, Num>, second: &Map<ExampleId, Num>) -> Vec<ExampleId> {
    let [first, second] = [first, second].map(|scores| scores.keys().copied().collect::<IntSet<ExampleId>>());
    first.intersection(&second).iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::chance::Log;
    use super::*;
    use crate::py::random::Random;

    fn ids(numbers: &[u32]) -> Vec<CandidateId> {
        numbers.iter().map(|number| CandidateId(*number)).collect()
    }

    fn merge(candidates: &[[&str; 2]], parents: &[&[u32]], aggregates: &[f64], pool: &[u32]) -> Option<Merged> {
        let candidates: Vec<Candidate> =
            candidates.iter().map(|[a, b]| Candidate::new([("a", *a), ("b", *b)])).collect();
        let parents: Vec<Vec<CandidateId>> = parents.iter().map(|parents| ids(parents)).collect();
        let (mut random, mut log) = (Random::new(0), Log::default());
        let mut chance = Chance { random: &mut random, log: &mut log };
        let lineage = Lineage { candidates: &candidates, parents: &parents, aggregates };
        weave(&ids(pool), lineage, &mut MergeMemory::default(), |_, _| true, &mut chance).unwrap()
    }

    #[test]
    fn each_change_since_the_ancestor_is_kept() {
        let candidates = [["s", "s"], ["t", "s"], ["s", "u"]];
        let merged = merge(&candidates, &[&[], &[0], &[0]], &[0.1, 0.2, 0.3], &[1, 2]).unwrap();
        assert_eq!(merged.candidate, Candidate::new([("a", "t"), ("b", "u")]));
        assert_eq!((merged.pair, merged.ancestor), ([CandidateId(1), CandidateId(2)], CandidateId(0)));
        assert_eq!(merged.description, ids(&[1, 2]));
    }

    #[test]
    fn where_both_changed_the_better_one_decides() {
        let candidates = [["s", "s"], ["t", "s"], ["v", "u"]];
        let merged = merge(&candidates, &[&[], &[0], &[0]], &[0.1, 0.3, 0.2], &[1, 2]).unwrap();
        assert_eq!(merged.candidate, Candidate::new([("a", "t"), ("b", "u")]));
    }

    #[test]
    fn nothing_to_merge() {
        let candidates = [["s", "s"], ["t", "s"], ["t", "u"]];
        // One descends from the other; both changed everything; the ancestor was better; a pool of one.
        assert_eq!(merge(&candidates, &[&[], &[0], &[1]], &[0.1, 0.2, 0.3], &[1, 2]), None);
        let apart = [["s", "s"], ["t", "t"], ["u", "u"]];
        assert_eq!(merge(&apart, &[&[], &[0], &[0]], &[0.1, 0.2, 0.3], &[1, 2]), None);
        let good = [["s", "s"], ["t", "s"], ["s", "u"]];
        assert_eq!(merge(&good, &[&[], &[0], &[0]], &[0.25, 0.2, 0.3], &[1, 2]), None);
        assert_eq!(merge(&good, &[&[], &[0], &[0]], &[0.1, 0.2, 0.3], &[1]), None);
    }

    #[test]
    fn few_common_examples_are_picked_more_than_once() {
        let scores: Map<ExampleId, Num> = [(ExampleId(3), Num::Int(1))].into_iter().collect();
        let (mut random, mut log) = (Random::new(0), Log::default());
        let mut chance = Chance { random: &mut random, log: &mut log };
        assert_eq!(pick_subsample(&scores, &scores, &mut chance), Ok(vec![ExampleId(3); 5]));
        assert_eq!(pick_subsample(&scores, &Map::default(), &mut chance), Ok(Vec::new()));
    }
}
