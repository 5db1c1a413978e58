//! Counting what agrees and what does not.

use taupe::py::Value;

use crate::vectors::{Problem, Vectors, in_line};

/// The outcome of one file.
#[derive(Default)]
pub struct Tally {
    pub vectors: usize,
    pub differ: usize,
    /// The first difference in full.
    pub first: Option<String>,
}

/// The differences within one vector; only the first is kept.
#[derive(Default)]
pub struct Differences {
    first: Option<String>,
}

impl Tally {
    /// Runs `check` on every record as one vector each.
    pub fn of_records(
        vectors: &Vectors,
        mut check: impl FnMut(&Value, &mut Differences) -> Result<(), Problem>,
    ) -> Result<Self, Problem> {
        let mut tally = Self::default();
        for (at, record) in vectors.records.iter().enumerate() {
            let place = format!("line {}", at + 1);
            tally
                .vector(&place, |differences| check(record, differences))
                .map_err(|problem| in_line(at + 1, problem))?;
        }
        Ok(tally)
    }

    /// Counts one vector; `place` says which.
    pub fn vector(
        &mut self,
        place: &str,
        check: impl FnOnce(&mut Differences) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let mut differences = Differences::default();
        check(&mut differences)?;
        self.add(place, differences);
        Ok(())
    }

    /// Counts one vector that was checked already.
    pub fn add(&mut self, place: &str, differences: Differences) {
        self.vectors += 1;
        if let Some(difference) = differences.first {
            self.differ += 1;
            self.first.get_or_insert_with(|| format!("  first difference, {place}, {difference}"));
        }
    }
}

impl Differences {
    /// Compares texts exactly; `what` names the compared part, such as `call 3 output`.
    pub fn same(&mut self, what: &str, expected: &str, actual: &str) {
        if expected != actual && self.first.is_none() {
            let alike = expected.chars().zip(actual.chars()).take_while(|(a, b)| a == b).count();
            self.first = Some(format!(
                "{what} (alike for {alike} characters):\n    expected {expected:?}\n    actual   {actual:?}"
            ));
        }
    }
}
