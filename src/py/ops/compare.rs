//! Equality, order, sorting.

use std::cmp::Ordering;

use crate::py::number::{Number, number};
use crate::py::{PyError, PyResult, Value};

/// `a == b`: numbers by value whatever their type, containers deeply, dicts in any order.
#[must_use]
pub fn eq(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::None, Value::None) => true,
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.same(b) || (a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| eq(a, b)))
        }
        (Value::Dict(a), Value::Dict(b)) => {
            let same_in_b = |(key, own): (&_, &Value)| b.get(key).is_some_and(|other| eq(own, other));
            a.same(b) || (a.len() == b.len() && a.iter().all(same_in_b))
        }
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => a.compare(b) == Some(Ordering::Equal),
            _ => false,
        },
    }
}

/// `a < b`: numbers by value, texts by code point, lists by the first elements that differ.
///
/// # Errors
/// `TypeError` for any other pair.
pub fn lt(a: &Value, b: &Value) -> PyResult<bool> {
    match (a, b) {
        // UTF-8 orders as code points do.
        (Value::Str(a), Value::Str(b)) => Ok(a < b),
        (Value::List(a), Value::List(b)) => match a.iter().zip(b.iter()).find(|(a, b)| !eq(a, b)) {
            Some((a, b)) => lt(a, b),
            None => Ok(a.len() < b.len()),
        },
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => Ok(a.compare(b) == Some(Ordering::Less)),
            _ => Err(PyError::type_error(format!(
                "'<' not supported between instances of '{}' and '{}'",
                a.type_name(),
                b.type_name()
            ))),
        },
    }
}

/// `sorted(items)`: stable.
///
/// Among values that have no order (mixed types, NaN) the outcome depends on which pairs are compared. That follows
/// CPython's algorithm for fewer than 64 items; beyond, only the types that an error names may differ.
///
/// # Errors
/// `TypeError` of the first pair that cannot be compared.
pub fn sorted(mut items: Vec<Value>) -> PyResult<Vec<Value>> {
    let numbers = items.iter().all(|item| match number(item) {
        Some(Number::Float(float)) => !float.is_nan(),
        other => other.is_some(),
    });
    if numbers || items.iter().all(|item| item.as_str().is_some()) {
        items.sort_by(|a, b| match (a, b) {
            (Value::Str(a), Value::Str(b)) => a.cmp(b),
            (a, b) => number(a).zip(number(b)).and_then(|(a, b)| a.compare(b)).unwrap_or(Ordering::Equal),
        });
        return Ok(items);
    }
    // As `list.sort` does with a short list: find the run at the start, then insert the others by bisection.
    let run = initial_run(&mut items)?;
    for next in run..items.len() {
        let (mut low, mut high) = (0, next);
        while low < high {
            let middle = usize::midpoint(low, high);
            if lt(&items[next], &items[middle])? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        items[low..=next].rotate_right(1);
    }
    Ok(items)
}

/// Length of the ordered run at the start; a strictly descending one is turned round.
fn initial_run(items: &mut [Value]) -> PyResult<usize> {
    if items.len() < 2 {
        return Ok(items.len());
    }
    let descending = lt(&items[1], &items[0])?;
    let mut run = 2;
    while run < items.len() && lt(&items[run], &items[run - 1])? == descending {
        run += 1;
    }
    if descending {
        items[..run].reverse();
    }
    Ok(run)
}
