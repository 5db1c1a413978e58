//! A Python `set` of small ints, listed in the order in which CPython lists it.
//!
//! The order is that of the slots of an open hash table, and so depends on the members, on the order in which they came,
//! and on how the set was made: a copy of a set may list its members differently from the original (`Objects/setobject.c`
//! of CPython 3.10 to 3.13). The optimiser's originals iterate over such sets and draw from what they list.

use std::fmt;

/// How many neighbours of a slot are looked at before the search jumps on.
const NEIGHBOURS: usize = 9;
/// How far the hash is shifted at each jump.
const PERTURB_SHIFT: u32 = 5;
const FEWEST_SLOTS: usize = 8;

/// Different non-negative ints below 2⁶¹, which hash to themselves.
#[derive(Clone)]
pub struct IntSet<T> {
    /// As many as a power of two; always some are free.
    slots: Vec<Option<T>>,
    used: usize,
}

impl<T: Copy + Eq + Into<u64>> IntSet<T> {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self { slots: vec![None; FEWEST_SLOTS], used: 0 }
    }

    #[must_use]
    pub const fn len(&self) -> usize {
        self.used
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// The members in CPython's order.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.slots.iter().copied().flatten()
    }

    #[must_use]
    pub fn contains(&self, member: T) -> bool {
        matches!(self.find(member), Slot::Taken)
    }

    /// `set.add(member)`. Says whether it is new.
    pub fn add(&mut self, member: T) -> bool {
        let Slot::Free(slot) = self.find(member) else { return false };
        self.slots[slot] = Some(member);
        self.used += 1;
        if self.used * 5 >= self.mask() * 3 {
            self.resize(if self.used > 50_000 { self.used * 2 } else { self.used * 4 });
        }
        true
    }

    /// `set(self)` or `self.copy()`: the table of a copy is as small as the members allow, not as large as the original.
    #[must_use]
    pub fn copied(&self) -> Self {
        let mut copy = Self::new();
        if self.used * 5 >= copy.mask() * 3 {
            copy.resize(self.used * 2);
        }
        if copy.slots.len() == self.slots.len() {
            return self.clone();
        }
        for member in self.iter() {
            copy.place(member);
        }
        copy
    }

    /// `self & other`: the members of the smaller set, the right one if both are as large, that the other has too.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let (walked, asked) = if other.used > self.used { (self, other) } else { (other, self) };
        walked.iter().filter(|member| asked.contains(*member)).collect()
    }

    fn mask(&self) -> usize {
        self.slots.len() - 1
    }

    /// The slot that holds `member`, or the free one where it belongs.
    fn find(&self, member: T) -> Slot {
        let mask = self.mask();
        let mut perturb: u64 = member.into();
        // The mask is below 2^64 wherever a table of so many slots fits.
        let mut at = (perturb & mask as u64) as usize;
        loop {
            let last = if at + NEIGHBOURS <= mask { at + NEIGHBOURS } else { at };
            for (offset, slot) in self.slots[at..=last].iter().enumerate() {
                match slot {
                    None => return Slot::Free(at + offset),
                    Some(held) if *held == member => return Slot::Taken,
                    Some(_) => {}
                }
            }
            perturb >>= PERTURB_SHIFT;
            at = at.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb as usize) & mask;
        }
    }

    /// Puts a member into a table that has room for it.
    fn place(&mut self, member: T) {
        if let Slot::Free(slot) = self.find(member) {
            self.slots[slot] = Some(member);
            self.used += 1;
        }
    }

    /// A new table with more than `at_least` slots, filled in the order of the old one.
    fn resize(&mut self, at_least: usize) {
        let slots = (at_least + 1).next_power_of_two().max(FEWEST_SLOTS);
        let old = std::mem::replace(&mut self.slots, vec![None; slots]);
        self.used = 0;
        for member in old.into_iter().flatten() {
            self.place(member);
        }
    }
}

enum Slot {
    Free(usize),
    Taken,
}

impl<T: Copy + Eq + Into<u64>> Default for IntSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// `set(items)` of a list, or a set comprehension: the members are added one by one.
impl<T: Copy + Eq + Into<u64>> FromIterator<T> for IntSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut set = Self::new();
        for item in items {
            set.add(item);
        }
        set
    }
}

impl<T: Copy + Eq + Into<u64> + fmt::Debug> fmt::Debug for IntSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn listed(set: &IntSet<u32>) -> Vec<u32> {
        set.iter().collect()
    }

    #[test]
    fn few_small_members_are_listed_ascending() {
        let set: IntSet<u32> = [3, 0, 7, 1].into_iter().collect();
        assert_eq!(listed(&set), [0, 1, 3, 7]);
    }

    #[test]
    fn a_member_beyond_the_table_takes_the_slot_of_its_remainder() {
        // 8 belongs to slot 0 of eight: it comes first if it came first, else it is pushed on.
        assert_eq!(listed(&[8, 1].into_iter().collect()), [8, 1]);
        assert_eq!(listed(&[9, 1].into_iter().collect()), [9, 1]);
        assert_eq!(listed(&[1, 9].into_iter().collect()), [1, 9]);
    }

    #[test]
    fn a_copy_has_a_smaller_table_and_another_order() {
        // Five members: the original has 32 slots, the copy 16, where 16 and 0 collide.
        let set: IntSet<u32> = [16, 20, 5, 6, 7].into_iter().collect();
        assert_eq!(listed(&set), [5, 6, 7, 16, 20]);
        assert_eq!(listed(&set.copied()), [16, 20, 5, 6, 7]);
    }

    proptest! {
        #[test]
        fn holds_what_was_added(items in prop::collection::vec(0_u32..500, 0..200), others in prop::collection::vec(0_u32..500, 0..200)) {
            let set: IntSet<u32> = items.iter().copied().collect();
            let other: IntSet<u32> = others.iter().copied().collect();
            let sorted = |set: &IntSet<u32>| { let mut members = listed(set); members.sort_unstable(); members };
            let mut expected = items.clone();
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(sorted(&set), expected.clone());
            prop_assert_eq!(sorted(&set.copied()), expected.clone());
            prop_assert_eq!(set.len(), expected.len());
            expected.retain(|item| others.contains(item));
            prop_assert_eq!(sorted(&set.intersection(&other)), expected);
        }
    }
}
