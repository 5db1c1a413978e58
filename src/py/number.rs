//! Python's numbers: ints without bounds, floats, and where the two meet.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

use super::{Exception, PyError, PyResult, Value};

/// A value seen as a number; a bool is the int 0 or 1.
#[derive(Clone, Copy)]
pub(super) enum Number<'a> {
    Int(i64),
    Big(&'a BigInt),
    Float(f64),
}

/// `None` for anything that is not a bool, int or float.
pub(super) fn number(value: &Value) -> Option<Number<'_>> {
    match value {
        Value::Bool(bool) => Some(Number::Int(i64::from(*bool))),
        Value::Int(int) => Some(Number::Int(*int)),
        Value::Big(int) => Some(Number::Big(int)),
        Value::Float(float) => Some(Number::Float(*float)),
        _ => None,
    }
}

impl Number<'_> {
    /// `float(self)`; an int too large for a float is an `OverflowError`.
    pub(super) fn to_float(self) -> PyResult<f64> {
        match self {
            // The nearest float, ties to even: what `as` does.
            Self::Int(int) => Ok(int as f64),
            Self::Big(int) => big_to_float(int),
            Self::Float(float) => Ok(float),
        }
    }

    /// The int, or `None` for a float.
    pub(super) fn to_big(self) -> Option<BigInt> {
        match self {
            Self::Int(int) => Some(BigInt::from(int)),
            Self::Big(int) => Some(int.clone()),
            Self::Float(_) => None,
        }
    }

    /// Compares the exact values; `None` if one is NaN.
    pub(super) fn compare(self, other: Number<'_>) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
            (Self::Float(a), Number::Float(b)) => a.partial_cmp(&b),
            (Self::Float(a), b) => compare_int_float(b, a).map(Ordering::reverse),
            (a, Number::Float(b)) => compare_int_float(a, b),
            (Self::Int(a), Number::Big(b)) => Some(BigInt::from(a).cmp(b)),
            (Self::Big(a), Number::Int(b)) => Some(a.cmp(&BigInt::from(b))),
            (Self::Big(a), Number::Big(b)) => Some(a.cmp(b)),
        }
    }
}

/// The nearest float, ties to even. An `OverflowError` if that is infinite.
pub(super) fn big_to_float(int: &BigInt) -> PyResult<f64> {
    match int.to_f64() {
        Some(float) if float.is_finite() => Ok(float),
        _ => Err(PyError::new(Exception::OverflowError, "int too large to convert to float")),
    }
}

fn compare_int_float(int: Number<'_>, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    if float.is_infinite() {
        return Some(if float > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    // An int below 2^53 is a float exactly.
    if let Number::Int(int) = int
        && int.unsigned_abs() < 1 << 53
    {
        return (int as f64).partial_cmp(&float);
    }
    let whole = BigInt::from_f64(float.trunc())?;
    let fraction = float - float.trunc();
    let by_whole = int.to_big()?.cmp(&whole);
    Some(by_whole.then(0.0_f64.partial_cmp(&fraction)?))
}
