//! Minibatches: the training examples in shuffled order, chunk by chunk, shuffled anew each epoch
//! (`gepa/strategies/batch_sampler.py` of 0.1.4).

use super::ExampleId;
use super::chance::Chance;
use crate::py::{PyError, PyResult};

/// The original's epoch-shuffled sampler.
#[derive(Clone, Debug, Default)]
pub struct EpochSampler {
    /// One epoch's examples, filled up to whole minibatches.
    shuffled: Vec<ExampleId>,
    /// `None` before the first call.
    epoch: Option<u64>,
    train_size: usize,
    /// The pass of the last call, and how many calls it had before.
    pass: Option<u64>,
    calls: u64,
}

impl EpochSampler {
    /// The next minibatch.
    ///
    /// `pass` counts passes from 0: it decides which chunk is next, so a pass that takes no minibatch skips its chunk.
    /// Further calls in the same pass take the chunks that follow, without a new epoch.
    ///
    /// # Errors
    /// `ValueError` if there are no examples.
    pub fn next(
        &mut self,
        train_size: usize,
        minibatch: usize,
        pass: u64,
        chance: &mut Chance<'_>,
    ) -> PyResult<Vec<ExampleId>> {
        if train_size == 0 || minibatch == 0 {
            return Err(PyError::value_error("Cannot sample a minibatch from an empty loader."));
        }
        if self.pass == Some(pass) {
            self.calls += 1;
        } else {
            self.pass = Some(pass);
            self.calls = 0;
        }
        let size = minibatch as u64;
        let start = pass * size;
        // Whatever the pass, the first epoch has the number 0.
        let epoch = if self.epoch.is_none() { 0 } else { start / (self.shuffled.len() as u64).max(1) };
        let stale = self.shuffled.is_empty() || train_size != self.train_size;
        if stale || self.epoch.is_none_or(|current| epoch > current) {
            self.epoch = Some(epoch);
            self.train_size = train_size;
            self.shuffle(minibatch, chance);
        }
        // Below the length of a list.
        let start = ((start + self.calls * size) % self.shuffled.len() as u64) as usize;
        let end = (start + minibatch).min(self.shuffled.len());
        Ok(self.shuffled[start..end].to_vec())
    }

    fn shuffle(&mut self, minibatch: usize, chance: &mut Chance<'_>) {
        let mut ids: Vec<ExampleId> = ExampleId::all(self.train_size).collect();
        chance.shuffle(&mut ids);
        // Filled up with the examples that were used least, of those the one that came last.
        let missing = ids.len().next_multiple_of(minibatch) - ids.len();
        let padding: Vec<ExampleId> = ids.iter().rev().copied().cycle().take(missing).collect();
        ids.extend(padding);
        self.shuffled = ids;
    }
}

#[cfg(test)]
mod tests {
    use super::super::chance::Log;
    use super::*;
    use crate::py::random::Random;

    fn batches(train_size: usize, minibatch: usize, passes: &[u64]) -> Vec<Vec<u32>> {
        let (mut random, mut log) = (Random::new(0), Log::default());
        let mut chance = Chance { random: &mut random, log: &mut log };
        let mut sampler = EpochSampler::default();
        let mut next = |pass: &u64| sampler.next(train_size, minibatch, *pass, &mut chance).unwrap();
        passes.iter().map(|pass| next(pass).iter().map(|id| id.0).collect()).collect()
    }

    #[test]
    fn an_epoch_holds_every_example_and_is_filled_up_from_its_end() {
        let epoch = batches(4, 3, &[0, 1]);
        let mut first: Vec<u32> = epoch.concat()[..4].to_vec();
        assert_eq!(epoch[1][1..], [first[3], first[2]]);
        first.sort_unstable();
        assert_eq!(first, [0, 1, 2, 3]);
        assert_eq!(batches(1, 3, &[0]), [[0, 0, 0]]);
    }

    #[test]
    fn calls_in_one_pass_take_chunk_after_chunk() {
        let epoch = batches(6, 2, &[0, 0, 0, 0]);
        assert_eq!(epoch[0], epoch[3]);
        let mut all = epoch[..3].concat();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn no_examples_is_an_error() {
        let (mut random, mut log) = (Random::new(0), Log::default());
        let mut chance = Chance { random: &mut random, log: &mut log };
        assert!(EpochSampler::default().next(0, 3, 0, &mut chance).is_err());
    }
}
