//! The canonical text of a value, as the benchmark hashes it.

use super::Value;

/// Whether both values have the same canonical text, found without writing it where they share memory.
#[must_use]
pub fn same_text(_a: &Value, _b: &Value) -> bool {
    false
}
