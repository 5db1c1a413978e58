//! Methods that the benchmarks call on whatever a model sent.

use super::eq;
use crate::py::{Exception, PyError, PyResult, Value, unicode};

/// What `x.name` raises when the type of `x` has no such attribute.
#[must_use]
pub fn attribute_error(x: &Value, name: &str) -> PyError {
    PyError::new(Exception::AttributeError, format!("'{}' object has no attribute '{name}'", x.type_name()))
}

/// `x.lower()`, with the full case mapping of Unicode 14.
///
/// # Errors
/// `AttributeError` for anything but a str.
pub fn lower(x: &Value) -> PyResult<String> {
    match x {
        Value::Str(text) => Ok(unicode::lower(text)),
        other => Err(attribute_error(other, "lower")),
    }
}

/// `x.count(item)`: equal elements of a list, or occurrences of a substring that do not overlap.
///
/// # Errors
/// `TypeError` if `x` is a str and `item` is not; `AttributeError` if `x` is neither a list nor a str.
pub fn count(x: &Value, item: &Value) -> PyResult<usize> {
    match (x, item) {
        (Value::List(list), _) => Ok(list.iter().filter(|own| eq(own, item)).count()),
        // The empty text is found before, between and after the characters, in std as in Python.
        (Value::Str(text), Value::Str(part)) => Ok(text.matches(&**part).count()),
        (Value::Str(_), other) => Err(PyError::type_error(format!("must be str, not {}", other.type_name()))),
        (other, _) => Err(attribute_error(other, "count")),
    }
}
