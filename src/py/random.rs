//! Python's `random`: the Mersenne Twister seeded by an int, and the choices drawn from it, as in CPython 3.11.
//!
//! Shuffles and samples of the originals decide which tasks are run in which order, so equal seeds must give equal
//! sequences. Every method draws exactly as many numbers as Python's does.

use std::collections::HashSet;

use num_bigint::BigInt;
use rand_mt::Mt;

use super::{Exception, PyError, PyResult};

/// A generator, like `random.Random(seed)`. A clone goes on with the same numbers.
#[derive(Clone, Debug)]
pub struct Random {
    generator: Mt,
}

impl Random {
    /// `random.seed(seed)` with an int of any size. Python drops the sign.
    #[must_use]
    pub fn new(seed: impl Into<BigInt>) -> Self {
        // In 32-bit words from the lowest, without leading zeros but at least one.
        let mut words = seed.into().magnitude().to_u32_digits();
        if words.is_empty() {
            words.push(0);
        }
        Self { generator: Mt::new_with_key(words) }
    }

    /// `getrandbits(bits)`, for at most 128 bits. Each 32 bits begun take one number; no bits take none.
    pub fn getrandbits(&mut self, bits: u32) -> u128 {
        debug_assert!(bits <= 128, "more bits than the result holds");
        let mut result = 0;
        let mut filled = 0;
        while filled < bits.min(128) {
            let wanted = (bits - filled).min(32);
            result |= u128::from(self.generator.next_u32() >> (32 - wanted)) << filled;
            filled += wanted;
        }
        result
    }

    /// `random()`: a float from 0 up to but not including 1, in steps of 2⁻⁵³.
    pub fn random(&mut self) -> f64 {
        let high = self.generator.next_u32() >> 5;
        let low = self.generator.next_u32() >> 6;
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }

    /// `randrange(start, stop)`: an int from `start` up to but not including `stop`.
    ///
    /// # Errors
    /// `ValueError` for an empty range.
    pub fn randrange(&mut self, start: i64, stop: i64) -> PyResult<i64> {
        self.in_range(i128::from(start), i128::from(stop))
    }

    /// `randint(low, high)`: an int from `low` to `high`, both included.
    ///
    /// # Errors
    /// `ValueError` for an empty range.
    pub fn randint(&mut self, low: i64, high: i64) -> PyResult<i64> {
        self.in_range(i128::from(low), i128::from(high) + 1)
    }

    fn in_range(&mut self, start: i128, stop: i128) -> PyResult<i64> {
        let width = stop - start;
        if width <= 0 {
            return Err(PyError::value_error(format!("empty range for randrange() ({start}, {stop}, {width})")));
        }
        let chosen = start + self.below(width.unsigned_abs()).cast_signed();
        // Below `stop`, which is at most one beyond an i64.
        Ok(i64::try_from(chosen).unwrap_or(i64::MAX))
    }

    /// `choice(items)`.
    ///
    /// # Errors
    /// `IndexError` for no items.
    pub fn choice<'a, T>(&mut self, items: &'a [T]) -> PyResult<&'a T> {
        if items.is_empty() {
            return Err(PyError::new(Exception::IndexError, "Cannot choose from an empty sequence"));
        }
        Ok(&items[self.index_below(items.len())])
    }

    /// `shuffle(items)`, in place.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let chosen = self.index_below(last + 1);
            items.swap(last, chosen);
        }
    }

    /// `sample(items, count)`: different elements in the order in which they were drawn.
    ///
    /// # Errors
    /// `ValueError` if there are fewer items than that.
    pub fn sample<T: Clone>(&mut self, items: &[T], count: usize) -> PyResult<Vec<T>> {
        if count > items.len() {
            return Err(PyError::value_error("Sample larger than population or is negative"));
        }
        // Python weighs the memory of a set against that of a list; the choice decides what is drawn.
        let set_size = if count > 5 { 21 + power_of_four_from(count * 3) } else { 21 };
        if items.len() <= set_size {
            let mut pool = items.to_vec();
            return Ok((0..count)
                .map(|_| {
                    let chosen = self.index_below(pool.len());
                    pool.swap_remove(chosen)
                })
                .collect());
        }
        let mut taken = HashSet::with_capacity(count);
        let mut sample = Vec::with_capacity(count);
        while sample.len() < count {
            let chosen = self.index_below(items.len());
            if taken.insert(chosen) {
                sample.push(items[chosen].clone());
            }
        }
        Ok(sample)
    }

    /// `choices(items, k=count)`: elements drawn one by one, each from all of them.
    ///
    /// # Errors
    /// `IndexError` for no items, if any are wanted.
    pub fn choices<T: Clone>(&mut self, items: &[T], count: usize) -> PyResult<Vec<T>> {
        if items.is_empty() && count > 0 {
            return Err(PyError::new(Exception::IndexError, "list index out of range"));
        }
        let size = items.len() as f64;
        // `random()` is below 1, so the product rounds to less than the size.
        Ok((0..count).map(|_| items[(self.random() * size) as usize].clone()).collect())
    }

    /// `choices(items, weights, k=count)`: each element as often as its weight says.
    ///
    /// # Errors
    /// `ValueError`, before anything is drawn, if there is not one weight for each item, or if the weights do not add up
    /// to a positive finite number.
    pub fn choices_weighted<T: Clone>(&mut self, items: &[T], weights: &[f64], count: usize) -> PyResult<Vec<T>> {
        if weights.len() != items.len() {
            return Err(PyError::value_error("The number of weights does not match the population"));
        }
        let running: Vec<f64> = weights
            .iter()
            .scan(0.0, |total, weight| {
                *total += weight;
                Some(*total)
            })
            .collect();
        let total = running.last().copied().unwrap_or(0.0);
        if total <= 0.0 {
            return Err(PyError::value_error("Total of weights must be greater than zero"));
        }
        if !total.is_finite() {
            return Err(PyError::value_error("Total of weights must be finite"));
        }
        let last = items.len() - 1;
        Ok((0..count)
            .map(|_| {
                let point = self.random() * total;
                items[bisect_right(&running[..last], point)].clone()
            })
            .collect())
    }

    /// The next 32 bits, without taking them.
    #[must_use]
    pub fn peek_u32(&self) -> u32 {
        self.generator.clone().next_u32()
    }

    /// A position below `count`, which is at least 1.
    fn index_below(&mut self, count: usize) -> usize {
        // Smaller than `count`.
        self.below(count as u128) as usize
    }

    /// An int below `count`, which is at least 1: draws as many bits as `count` has until they are below it.
    fn below(&mut self, count: u128) -> u128 {
        let bits = u128::BITS - count.leading_zeros();
        loop {
            let chosen = self.getrandbits(bits);
            if chosen < count {
                return chosen;
            }
        }
    }
}

/// `bisect.bisect_right(numbers, x)`, step by step: numbers that are not sorted give what Python gives for them.
fn bisect_right(numbers: &[f64], x: f64) -> usize {
    let (mut low, mut high) = (0, numbers.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if x < numbers[middle] {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// The smallest power of four that is not below `count`.
fn power_of_four_from(count: usize) -> usize {
    let mut power = 1;
    while power < count {
        power *= 4;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_what_python_draws() {
        let mut random = Random::new(42);
        assert_eq!(random.random(), 0.639_426_798_457_883_7);
        assert_eq!(random.getrandbits(32), 107_420_369);
        assert_eq!(random.getrandbits(5), 23);
        assert_eq!(random.getrandbits(80), 269_843_489_767_615_392_928_343);
        assert_eq!(random.getrandbits(0), 0);
        assert_eq!(random.randint(-3, 3), Ok(-2));
        assert_eq!(random.randrange(10, 1 << 40), Ok(114_832_269_491));
        assert_eq!(random.choice(&['a', 'b', 'c', 'd', 'e', 'f', 'g']), Ok(&'f'));
        assert_eq!(random.sample(&(0..30).collect::<Vec<_>>(), 6), Ok(vec![23, 28, 17, 2, 18, 13]));
        assert_eq!(random.sample(&(0..1000).collect::<Vec<_>>(), 6), Ok(vec![32, 30, 95, 223, 238, 517]));
        let mut items: Vec<_> = (0..8).collect();
        random.shuffle(&mut items);
        assert_eq!(items, [2, 5, 7, 3, 6, 1, 4, 0]);
    }

    #[test]
    fn seeds_of_any_size_and_sign() {
        assert_eq!(Random::new(0).getrandbits(64), 7_106_521_602_475_165_645);
        assert_eq!(Random::new(-5).getrandbits(64), 4_712_128_852_136_459_333);
        assert_eq!(Random::new((1_i64 << 40) + 7).getrandbits(64), 13_785_699_202_830_676_186);
        assert_eq!(Random::new(BigInt::from(10).pow(30)).getrandbits(32), 4_012_147_334);
        assert!(Random::new(i64::MIN).randint(i64::MIN, i64::MAX).is_ok());
    }

    #[test]
    fn choices_follow_the_weights() {
        let mut random = Random::new(42);
        assert_eq!(random.choices(&[10, 20, 30], 4), Ok(vec![20, 10, 10, 10]));
        assert_eq!(random.choices_weighted(&["a", "b", "c"], &[1.0, 0.0, 3.0], 5), Ok(vec!["c", "c", "c", "a", "c"]));
        assert_eq!(random.choices_weighted(&["only"], &[0.5], 1), Ok(vec!["only"]));
        let next = random.peek_u32();
        for weights in [[0.0, 0.0], [-1.0, 0.5], [f64::INFINITY, 1.0], [f64::NAN, 1.0]] {
            assert!(random.choices_weighted(&[1, 2], &weights, 1).is_err());
        }
        assert_eq!(random.getrandbits(32), u128::from(next));
    }

    #[test]
    fn refuses_to_choose_from_nothing() {
        let mut random = Random::new(1);
        let refusal = |error: PyError| error.to_string();
        assert_eq!(random.randint(3, 1).map_err(refusal), Err("empty range for randrange() (3, 2, -1)".to_owned()));
        assert_eq!(random.randrange(5, 5).map_err(refusal), Err("empty range for randrange() (5, 5, 0)".to_owned()));
        assert_eq!(random.choice::<i64>(&[]).map_err(refusal), Err("Cannot choose from an empty sequence".to_owned()));
        assert_eq!(
            random.sample(&[1], 2).map_err(refusal),
            Err("Sample larger than population or is negative".to_owned())
        );
    }
}
