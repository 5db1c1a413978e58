//! The canonical text of a value, as the benchmark hashes it.
//!
//! A dict becomes the tuple of its `(key, value)` pairs in the order of the keys, a list the tuple of its elements, and
//! the text is Python's `str` of that: `(('a', (1, 2.0)), ('b', ()))`. So `59` and `59.0` differ, `[]` and `{}` do
//! not, nor does the order of keys. The hash is the SHA-256 of the UTF-8 text in lower-case hex.
//! (`to_hashable` and `consistent_hash` of `tau_bench/envs/base.py`.)

use sha2::{Digest, Sha256};

use super::text::{Sink, str_of, write_repr_scalar, write_repr_str};
use super::{Dict, Value};

/// The canonical text. A str alone is itself, without quotes.
#[must_use]
pub fn canonical_text(value: &Value) -> String {
    match value {
        Value::List(_) | Value::Dict(_) => inner_text(value),
        scalar => str_of(scalar),
    }
}

/// SHA-256 of the canonical text, in lower-case hex.
#[must_use]
pub fn sha256(value: &Value) -> String {
    let mut hasher = CanonHasher::new();
    match value {
        Value::Str(text) => hasher.put(text),
        other => hasher.value(other),
    }
    hasher.finish()
}

/// Whether both values have the same canonical text as parts of a larger value, where a str has its quotes.
///
/// The text is not written, and what both share in memory is not looked at.
#[must_use]
pub fn same_text(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::None, Value::None) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Big(a), Value::Big(b)) => a == b,
        // Zeros have signs; every NaN is `nan`.
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.same(b) || (a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same_text(a, b)))
        }
        (Value::Dict(a), Value::Dict(b)) => a.same(b) || (a.len() == b.len() && same_entries(a, b)),
        // `{"k": 1}` is written like `[["k", 1]]`.
        (Value::List(_), Value::Dict(_)) | (Value::Dict(_), Value::List(_)) => inner_text(a) == inner_text(b),
        _ => false,
    }
}

/// For dicts of the same length.
fn same_entries(a: &Dict, b: &Dict) -> bool {
    a.iter().enumerate().all(|(position, (key, own))| {
        // Two states of one record nearly always have their keys in the same order.
        let other = match b.get_index(position) {
            Some((same, other)) if same == key => Some(other),
            _ => b.get(key),
        };
        other.is_some_and(|other| same_text(own, other))
    })
}

/// Builds the hash of a canonical text piece by piece, so that no text of a whole database is made.
///
/// A database that is not one [`Value`] is hashed as the nested mapping it stands for:
///
/// ```
/// use taupe::py::{Value, canon::{CanonHasher, sha256}, json::loads};
///
/// let tables = [("users", vec![("u1", Value::Int(1))]), ("orders", vec![])];
/// let mut hasher = CanonHasher::new();
/// hasher.mapping(tables, |hasher, rows| {
///     hasher.mapping(rows.iter().map(|(id, record)| (*id, record)), |hasher, record| hasher.value(record));
/// });
/// let whole = loads(r#"{"users": {"u1": 1}, "orders": {}}"#)?;
/// assert_eq!(hasher.finish(), sha256(&whole));
/// # Ok::<(), taupe::py::PyError>(())
/// ```
///
/// A clone goes on from the text so far, which saves writing and hashing an unchanged beginning again.
#[derive(Clone, Default)]
pub struct CanonHasher {
    hash: Sha256,
    /// Text not hashed yet: the hash is faster on large pieces.
    pending: String,
}

/// How much text is gathered before it is hashed, in bytes.
const PIECE: usize = 4096;

impl CanonHasher {
    #[must_use]
    pub fn new() -> Self {
        Self { hash: Sha256::new(), pending: String::with_capacity(PIECE + 256) }
    }

    /// Adds a value as a part of a larger one: a str has its quotes.
    pub fn value(&mut self, value: &Value) {
        write_canonical(self, value);
    }

    /// Adds a dict given as entries in any order, with distinct keys; `write` adds the value of one entry.
    pub fn mapping<'a, T>(
        &mut self,
        entries: impl IntoIterator<Item = (&'a str, T)>,
        write: impl FnMut(&mut Self, &T),
    ) {
        write_mapping(self, entries, write);
    }

    /// The hash in lower-case hex.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.hash.update(self.pending.as_bytes());
        self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Sink for CanonHasher {
    fn put(&mut self, piece: &str) {
        self.pending.push_str(piece);
        if self.pending.len() >= PIECE {
            self.hash.update(self.pending.as_bytes());
            self.pending.clear();
        }
    }
}

fn inner_text(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(&mut text, value);
    text
}

fn write_canonical(out: &mut impl Sink, value: &Value) {
    match value {
        Value::List(list) => {
            out.put("(");
            for (position, item) in list.iter().enumerate() {
                if position > 0 {
                    out.put(", ");
                }
                write_canonical(out, item);
            }
            out.put(if list.len() == 1 { ",)" } else { ")" });
        }
        Value::Dict(dict) => {
            write_mapping(out, dict.iter().map(|(key, item)| (&**key, item)), |out, item| write_canonical(out, item));
        }
        scalar => write_repr_scalar(out, scalar),
    }
}

fn write_mapping<'a, S: Sink, T>(
    out: &mut S,
    entries: impl IntoIterator<Item = (&'a str, T)>,
    mut write: impl FnMut(&mut S, &T),
) {
    let mut entries: Vec<(&str, T)> = entries.into_iter().collect();
    // UTF-8 orders as code points do, and so as Python's `sorted`.
    entries.sort_unstable_by_key(|&(key, _)| key);
    out.put("(");
    for (position, (key, item)) in entries.iter().enumerate() {
        out.put(if position > 0 { ", (" } else { "(" });
        write_repr_str(out, key);
        out.put(", ");
        write(out, item);
        out.put(")");
    }
    out.put(if entries.len() == 1 { ",)" } else { ")" });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::py::json::loads;

    #[track_caller]
    fn check(json: &str, text: &str) {
        assert_eq!(canonical_text(&loads(json).unwrap()), text);
    }

    #[test]
    fn tuples_stand_for_lists_and_sorted_dicts() {
        check(
            r#"{"é":["x"],"a":[true,null,1.0,"it's",[]],"b":[{"k":1e16},-0.0]}"#,
            r#"(('a', (True, None, 1.0, "it's", ())), ('b', ((('k', 1e+16),), -0.0)), ('é', ('x',)))"#,
        );
        check("{}", "()");
        check(r#"{"b": 1, "a": 2}"#, "(('a', 2), ('b', 1))");
        check(r#""it's""#, "it's");
        check("12", "12");
    }

    #[test]
    fn hash_is_that_of_the_text() {
        let value = loads(r#"{"é":["x"],"a":[true,null,1.0,"it's",[]],"b":[{"k":1e16},-0.0]}"#).unwrap();
        assert_eq!(sha256(&value), "a428ce83e80570dcf74546792b9078eb85bced6c46e73573fa85fbee219013b9");
        let long = Value::List((0..5000).map(Value::Int).collect());
        let text: String = (0..5000).map(|int| format!("{int}, ")).collect();
        let text = Value::from(format!("({})", text.trim_end_matches(", ")));
        assert_eq!(sha256(&long), sha256(&text));
    }

    #[test]
    fn same_text_agrees_with_the_texts() {
        let values = [
            "null",
            "0",
            "1",
            "1.0",
            "true",
            "0.0",
            "-0.0",
            "NaN",
            r#""""#,
            r#""1""#,
            "[]",
            "{}",
            "[[]]",
            "[{}]",
            r#"{"k": 1}"#,
            r#"[["k", 1]]"#,
            r#"{"a": 1, "b": {}}"#,
            r#"{"b": [], "a": 1}"#,
            r#"[["a", 1], ["b", []]]"#,
            "123456789012345678901",
            "[1, 2]",
            "[1, 2.0]",
        ];
        for a in values.map(|json| loads(json).unwrap()) {
            for b in values.map(|json| loads(json).unwrap()) {
                assert_eq!(same_text(&a, &b), inner_text(&a) == inner_text(&b), "{a:?} {b:?}");
            }
        }
    }
}
