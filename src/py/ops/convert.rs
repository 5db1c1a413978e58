//! Slices from the end, and `int()` of a text.

use num_bigint::BigInt;

use crate::py::{List, PyError, PyResult, Value, text, unicode};

/// `x[-count:]`: the last characters of a str, the last elements of a list, all of them if there are fewer.
///
/// # Errors
/// `TypeError` for anything else.
pub fn last(x: &Value, count: usize) -> PyResult<Value> {
    match x {
        Value::Str(text) => {
            let start = text.char_indices().rev().take(count).last().map_or(text.len(), |(start, _)| start);
            Ok(Value::from(&text[start..]))
        }
        Value::List(list) => Ok(Value::List(List::from(list[list.len().saturating_sub(count)..].to_vec()))),
        // A slice is looked up as a key, and slices cannot be hashed.
        Value::Dict(_) => Err(PyError::type_error("unhashable type: 'slice'")),
        other => Err(PyError::type_error(format!("'{}' object is not subscriptable", other.type_name()))),
    }
}

/// `int(x)` of a str in base 10: digits of any script, single underscores between them, a sign and blanks around.
///
/// # Errors
/// `ValueError` for another text; `TypeError` for anything but a str, of which the benchmarks take no `int()`.
pub fn int(x: &Value) -> PyResult<Value> {
    let Value::Str(own) = x else {
        return Err(PyError::type_error(format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            x.type_name()
        )));
    };
    let trimmed = own.trim();
    let (negative, digits) = match trimmed.strip_prefix(['+', '-']) {
        Some(digits) => (trimmed.starts_with('-'), digits),
        None => (false, trimmed),
    };
    let value = read_digits(digits).ok_or_else(|| {
        PyError::value_error(format!("invalid literal for int() with base 10: {}", text::repr_str(own)))
    })?;
    Ok(Value::int(if negative { -value } else { value }))
}

fn read_digits(digits: &str) -> Option<BigInt> {
    let mut plain = String::with_capacity(digits.len());
    let mut after_digit = false;
    for c in digits.chars() {
        if c == '_' && after_digit {
            after_digit = false;
            continue;
        }
        plain.push(char::from_digit(unicode::decimal_digit(c)?, 10)?);
        after_digit = true;
    }
    if after_digit { plain.parse().ok() } else { None }
}
