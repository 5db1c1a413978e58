//! Tokens spent on a model call.

use serde::{Deserialize, Serialize};

/// Token counts of one call. The parts are disjoint; `None` means the provider did not say, never 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Prompt tokens that were not read from a cache.
    pub input_uncached: Option<u64>,
    pub cache_read: Option<u64>,
    pub cache_write: Option<u64>,
    /// Generated tokens without reasoning.
    pub output_visible: Option<u64>,
    pub reasoning: Option<u64>,
}

impl Usage {
    /// All prompt tokens, or `None` when nothing about the prompt is known.
    #[must_use]
    pub fn input(&self) -> Option<u64> {
        sum([self.input_uncached, self.cache_read, self.cache_write])
    }

    /// All generated tokens, or `None` when nothing about them is known.
    #[must_use]
    pub fn output(&self) -> Option<u64> {
        sum([self.output_visible, self.reasoning])
    }

    /// Adds another call's counts; a count known on one side only is kept as it is.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.input_uncached, other.input_uncached),
            (&mut self.cache_read, other.cache_read),
            (&mut self.cache_write, other.cache_write),
            (&mut self.output_visible, other.output_visible),
            (&mut self.reasoning, other.reasoning),
        ] {
            *mine = sum([*mine, theirs]);
        }
    }
}

fn sum<const N: usize>(parts: [Option<u64>; N]) -> Option<u64> {
    parts.into_iter().flatten().reduce(u64::saturating_add)
}
