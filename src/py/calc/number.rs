//! Division of ints and floats, and the bound on the size of ints.

use num_bigint::{BigInt, Sign};
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
pub(super) fn true_divide(a: &BigInt, b: &BigInt) -> PyResult<f64> {
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
    let magnitude = divide_magnitudes(a, b)
        .ok_or_else(|| PyError::new(Exception::OverflowError, "integer division result too large for a float"))?;
    Ok(if negative { -magnitude } else { magnitude })
}

/// |a| / |b| rounded once; `None` if too large.
fn divide_magnitudes(a: &BigInt, b: &BigInt) -> Option<f64> {
    const MANTISSA: i64 = 53;
    const SMALLEST_UNIT: i64 = -1074;
    /// Bits computed beyond the result's; at least two, to tell a tie.
    const SPARE: i64 = 2;
    // The quotient has this many bits or one less.
    let bits = i64::try_from(a.bits()).ok()? - i64::try_from(b.bits()).ok()? + 1;
    if a.is_zero() || bits < SMALLEST_UNIT {
        return Some(0.0);
    }
    if bits > 1025 {
        return None;
    }
    let unit = (bits - 1 - MANTISSA).max(SMALLEST_UNIT) - SPARE;
    let (mut numerator, mut denominator) = (a.magnitude().clone(), b.magnitude().clone());
    if unit < 0 {
        numerator <<= unit.unsigned_abs();
    } else {
        denominator <<= unit.unsigned_abs();
    }
    let quotient = &numerator / &denominator;
    let inexact = &quotient * &denominator != numerator;
    // At most 56 bits.
    let quotient = quotient.to_u64()?;
    let quotient_bits = 64 - i64::from(quotient.leading_zeros());
    let result_unit = (quotient_bits + unit - MANTISSA).max(SMALLEST_UNIT);
    let dropped = u32::try_from(result_unit - unit).ok()?;
    let (kept, rest, half) = (quotient >> dropped, quotient & ((1 << dropped) - 1), 1 << (dropped - 1));
    let up = rest > half || (rest == half && (inexact || kept % 2 == 1));
    // Exact: both factors and the product of the first two are floats without rounding.
    let result =
        (kept + u64::from(up)) as f64 * power_of_two(result_unit / 2) * power_of_two(result_unit - result_unit / 2);
    result.is_finite().then_some(result)
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
