//! `+ - *`, signs, rounding, sums.

use num_bigint::BigInt;
use num_traits::Signed;

use super::iterate;
use crate::py::number::{Number, number};
use crate::py::{Exception, PyError, PyResult, Value, float};

/// The most elements, or bytes of text, that a repetition (`"ab" * n`) may make; beyond it is a `MemoryError`.
const MAX_REPEATED: usize = 1 << 26;

/// `a + b`.
///
/// # Errors
/// `TypeError` for a pair that cannot be added; `OverflowError` for a float and an int beyond a float's range.
pub fn add(a: &Value, b: &Value) -> PyResult<Value> {
    plus(a, b, "+")
}

/// `a += b` as a new value, with the error texts of `+=`. A list takes in any iterable.
///
/// # Errors
/// As [`add`]; `TypeError` if `a` is a list and `b` cannot be iterated.
pub fn iadd(a: &Value, b: &Value) -> PyResult<Value> {
    match a {
        Value::List(list) => {
            let mut longer = list.clone();
            longer.make_mut().extend(iterate(b)?);
            Ok(Value::List(longer))
        }
        _ => plus(a, b, "+="),
    }
}

fn plus(a: &Value, b: &Value, operator: &str) -> PyResult<Value> {
    if let (Some(x), Some(y)) = (number(a), number(b)) {
        return calculate(x, y, i64::checked_add, |x, y| x + y, |x, y| x + y);
    }
    match (a, b) {
        (Value::Str(x), Value::Str(y)) => Ok(Value::from(format!("{x}{y}"))),
        (Value::List(x), Value::List(y)) => Ok(Value::List(x.iter().chain(y.iter()).cloned().collect())),
        (Value::Str(_) | Value::List(_), other) => {
            let own = a.type_name();
            Err(PyError::type_error(format!("can only concatenate {own} (not \"{}\") to {own}", other.type_name())))
        }
        _ => Err(unsupported(operator, a, b)),
    }
}

/// `a - b`.
///
/// # Errors
/// As [`add`].
pub fn sub(a: &Value, b: &Value) -> PyResult<Value> {
    match (number(a), number(b)) {
        (Some(x), Some(y)) => calculate(x, y, i64::checked_sub, |x, y| x - y, |x, y| x - y),
        _ => Err(unsupported("-", a, b)),
    }
}

/// `a * b`; an int repeats a str or list.
///
/// # Errors
/// As [`add`]; `MemoryError` for a repetition of more than 64 Mi elements or bytes.
pub fn mul(a: &Value, b: &Value) -> PyResult<Value> {
    if let (Some(x), Some(y)) = (number(a), number(b)) {
        return calculate(x, y, i64::checked_mul, |x, y| x * y, |x, y| x * y);
    }
    match (a, b) {
        (Value::Str(_) | Value::List(_), times) | (times, Value::Str(_) | Value::List(_)) => {
            let sequence = if matches!(a, Value::Str(_) | Value::List(_)) { a } else { b };
            match number(times).and_then(Number::to_big) {
                Some(times) => repeat(sequence, &times),
                None => Err(PyError::type_error(format!(
                    "can't multiply sequence by non-int of type '{}'",
                    times.type_name()
                ))),
            }
        }
        _ => Err(unsupported("*", a, b)),
    }
}

fn repeat(sequence: &Value, times: &BigInt) -> PyResult<Value> {
    let size = match sequence {
        Value::Str(text) => text.len(),
        Value::List(list) => list.len(),
        _ => 0,
    };
    let times = i64::try_from(times)
        .map_err(|_| PyError::new(Exception::OverflowError, "cannot fit 'int' into an index-sized integer"))?;
    let times = if times < 0 { 0 } else { usize::try_from(times).unwrap_or(usize::MAX) };
    if size.checked_mul(times).is_none_or(|total| total > MAX_REPEATED) {
        return Err(PyError::new(Exception::MemoryError, ""));
    }
    Ok(match sequence {
        Value::Str(text) => Value::from(text.repeat(times)),
        Value::List(list) => {
            Value::List(std::iter::repeat_n(list, times).flat_map(|list| list.iter().cloned()).collect())
        }
        other => other.clone(),
    })
}

/// `a / b` of two ints: the float nearest to the exact quotient, ties to even.
///
/// # Errors
/// `ZeroDivisionError`; `OverflowError` where the quotient is too large for a float.
pub fn divide_ints(a: &BigInt, b: &BigInt) -> PyResult<f64> {
    crate::py::calc::true_divide(a, b)
}

/// `-x`.
///
/// # Errors
/// `TypeError` for anything but a number.
pub fn neg(x: &Value) -> PyResult<Value> {
    match number(x) {
        Some(Number::Int(int)) => Ok(int.checked_neg().map_or_else(|| Value::int(-BigInt::from(int)), Value::Int)),
        Some(Number::Big(int)) => Ok(Value::int(-int)),
        Some(Number::Float(float)) => Ok(Value::Float(-float)),
        None => Err(PyError::type_error(format!("bad operand type for unary -: '{}'", x.type_name()))),
    }
}

/// `abs(x)`.
///
/// # Errors
/// `TypeError` for anything but a number.
pub fn abs(x: &Value) -> PyResult<Value> {
    match number(x) {
        Some(Number::Int(int)) => Ok(int.checked_abs().map_or_else(|| Value::int(-BigInt::from(int)), Value::Int)),
        Some(Number::Big(int)) => Ok(Value::int(int.abs())),
        Some(Number::Float(float)) => Ok(Value::Float(float.abs())),
        None => Err(PyError::type_error(format!("bad operand type for abs(): '{}'", x.type_name()))),
    }
}

/// `round(x, 2)`: an int stays the int it is.
///
/// # Errors
/// `TypeError` for anything but a number.
pub fn round2(x: &Value) -> PyResult<Value> {
    match number(x) {
        Some(Number::Int(int)) => Ok(Value::Int(int)),
        Some(Number::Big(_)) => Ok(x.clone()),
        Some(Number::Float(float)) => Ok(Value::Float(float::round2(float))),
        None => Err(PyError::type_error(format!("type {} doesn't define __round__ method", x.type_name()))),
    }
}

/// `sum(items)`: from int 0, left to right, without the compensation that Python 3.12 brought.
///
/// # Errors
/// As [`add`].
pub fn sum(items: &[Value]) -> PyResult<Value> {
    items.iter().try_fold(Value::Int(0), |total, item| add(&total, item))
}

/// Ints stay ints of any size; with a float the other becomes one.
fn calculate(
    a: Number<'_>,
    b: Number<'_>,
    small: fn(i64, i64) -> Option<i64>,
    big: fn(BigInt, BigInt) -> BigInt,
    float: fn(f64, f64) -> f64,
) -> PyResult<Value> {
    if let (Number::Int(a), Number::Int(b)) = (a, b)
        && let Some(result) = small(a, b)
    {
        return Ok(Value::Int(result));
    }
    match (a.to_big(), b.to_big()) {
        (Some(a), Some(b)) => Ok(Value::int(big(a, b))),
        _ => Ok(Value::Float(float(a.to_float()?, b.to_float()?))),
    }
}

fn unsupported(operator: &str, a: &Value, b: &Value) -> PyError {
    PyError::type_error(format!(
        "unsupported operand type(s) for {operator}: '{}' and '{}'",
        a.type_name(),
        b.type_name()
    ))
}
