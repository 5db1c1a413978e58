//! Chance out of a seed and a name: the same pair always gives the same draw, and draws of different names are
//! independent. No state, so that a model that is asked twice answers the same.

use crate::domain::TaskId;

/// The seed of one trial of a task. Runs that share `base` pair their trials: the cast draws alike in both.
#[must_use]
pub fn trial_seed(base: u64, task: &TaskId, trial: u32) -> u64 {
    seed_of(seed_of(seed_of(base, &task.split), "task") ^ task.index as u64, "trial").wrapping_add(u64::from(trial))
}

/// A seed for what `name` names.
#[must_use]
pub fn seed_of(seed: u64, name: &str) -> u64 {
    // FNV-1a over the name, then SplitMix64's finish, which spreads also small differences over all bits.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    finish(hash)
}

/// A number in `0.0..1.0` for what `name` names.
#[must_use]
pub fn chance(seed: u64, name: &str) -> f64 {
    // 53 bits are what a float holds exactly.
    (finish(seed_of(seed, name)) >> 11) as f64 / (1_u64 << 53) as f64
}

const fn finish(value: u64) -> u64 {
    let mut mixed = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_even_and_independent_of_one_another() {
        let draws: Vec<(f64, f64)> = (0..4000).map(|seed| (chance(seed, "a"), chance(seed, "b"))).collect();
        let mean = draws.iter().map(|(a, _)| a).sum::<f64>() / 4000.0;
        let both = draws.iter().filter(|(a, b)| *a < 0.5 && *b < 0.5).count();
        assert!((mean - 0.5).abs() < 0.03, "{mean}");
        assert!((900..1100).contains(&both), "{both}");
    }

    #[test]
    fn trials_and_tasks_have_their_own_seeds() {
        let mut seeds = std::collections::BTreeSet::new();
        for split in ["train", "test"] {
            for index in 0..50 {
                let task = TaskId { split: split.to_owned(), index };
                seeds.extend((0..8).map(|trial| trial_seed(1, &task, trial)));
            }
        }
        assert_eq!(seeds.len(), 800);
    }
}
