//! Division of ints and floats, and the bound on the size of ints.

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{Signed, ToPrimitive, Zero};

use crate::py::{Exception, PyError, PyResult};

/// Ints of more bits (some 315,000 digits) are not computed: `9**9**9` would stop the page for minutes.
///
/// The error is the one in which Python's calculation nearly always ends, as an int beyond 1024 bits has no float;
/// only where a division or difference makes it small again does Python have an answer that this has not.
pub(super) const MAX_BITS: u64 = 1 << 20;

pub(super) fn check_bits(bits: u64) -> PyResult<()> {
    if bits <= MAX_BITS {
        return Ok(());
    }
    Err(PyError::new(Exception::OverflowError, "int too large to convert to float"))
}

/// `a // b`: rounds down.
pub(super) fn floor_divide(a: &BigInt, b: &BigInt) -> PyResult<BigInt> {
    if b.is_zero() {
        return Err(PyError::new(Exception::ZeroDivisionError, "integer division or modulo by zero"));
    }
    let quotient = a / b;
    let rest = a - &quotient * b;
    let rounded_up = !rest.is_zero() && rest.is_negative() != b.is_negative();
    Ok(if rounded_up { quotient - 1 } else { quotient })
}

/// `a / b`: the float nearest to the exact quotient, ties to even.
pub fn true_divide(a: &BigInt, b: &BigInt) -> PyResult<f64> {
    const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;
    if b.is_zero() {
        return Err(PyError::new(Exception::ZeroDivisionError, "division by zero"));
    }
    if let (Some(a), Some(b)) = (a.to_i64(), b.to_i64())
        && a.unsigned_abs() <= EXACT
        && b.unsigned_abs() <= EXACT
    {
        return Ok(a as f64 / b as f64);
    }
    let negative = (a.sign() == Sign::Minus) != (b.sign() == Sign::Minus);
    let magnitude = nearest_quotient(a.magnitude(), b.magnitude(), 0)
        .ok_or_else(|| PyError::new(Exception::OverflowError, "integer division result too large for a float"))?;
    Ok(if negative { -magnitude } else { magnitude })
}

/// `a / b * 2 ** scale` as the nearest float, ties to even; `None` if that is too large. b is not 0.
pub(super) fn nearest_quotient(a: &BigUint, b: &BigUint, scale: i64) -> Option<f64> {
    /// Bits of the quotient: more than a float's.
    const WANTED: i64 = 60;
    let bits = a.bits().cast_signed() - b.bits().cast_signed();
    let unit = bits - WANTED;
    let quotient_of = |a: &BigUint, b: &BigUint| {
        let quotient = a / b;
        let inexact = &quotient * b != *a;
        nearest(&quotient, unit + scale, inexact)
    };
    if unit < 0 { quotient_of(&(a << unit.unsigned_abs()), b) } else { quotient_of(a, &(b << unit.unsigned_abs())) }
}

/// `int * 2 ** unit` as the nearest float, ties to even; `None` if that is too large.
///
/// `more`: the exact value is larger than that by less than a unit. Then `int` should have at least 55 bits.
pub(super) fn nearest(int: &BigUint, unit: i64, more: bool) -> Option<f64> {
    const MANTISSA: i64 = 53;
    const SMALLEST_UNIT: i64 = -1074;
    let bits = int.bits().cast_signed();
    if bits == 0 || bits + unit < SMALLEST_UNIT {
        return Some(0.0);
    }
    if bits + unit > 1024 {
        return None;
    }
    let result_unit = (bits + unit - MANTISSA).max(SMALLEST_UNIT);
    let Ok(dropped @ 1..) = u64::try_from(result_unit - unit) else {
        // At most 53 bits, which a float holds.
        return Some(scaled(int.to_u64()?, unit));
    };
    let kept = (int >> dropped).to_u64()?;
    let half = int.bit(dropped - 1);
    let beyond_half = more || int.trailing_zeros().is_some_and(|zeros| zeros < dropped - 1);
    let up = half && (beyond_half || kept % 2 == 1);
    Some(scaled(kept + u64::from(up), result_unit)).filter(|result| result.is_finite())
}

/// `mantissa * 2 ** unit`, where that is a float (or too large): then no factor on the way is rounded.
fn scaled(mantissa: u64, unit: i64) -> f64 {
    let half = unit / 2;
    mantissa as f64 * power_of_two(half) * power_of_two(unit - half)
}

/// 2 to a power from -1022 to 1023.
fn power_of_two(exponent: i64) -> f64 {
    f64::from_bits(((exponent + 1023).clamp(1, 2046) as u64) << 52)
}

/// `a // b` for b ≠ 0, as `float_floor_div` in CPython's `floatobject.c`.
pub(super) fn floor_divide_floats(a: f64, b: f64) -> f64 {
    let rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest != 0.0 && (b < 0.0) != (rest < 0.0) {
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return 0.0_f64.copysign(a / b);
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}
