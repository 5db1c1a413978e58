//! `**`.

use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::complex::Complex;
use super::eval::{Number, unsupported};
use super::number::check_bits;
use super::real::pow;
use crate::py::{Exception, PyError, PyResult};

/// `base ** exponent`.
pub(super) fn power(base: &Number, exponent: &Number) -> PyResult<Number> {
    match (base, exponent) {
        (Number::Int(base), Number::Int(exponent)) if !exponent.is_negative() => {
            int_power(base, exponent).map(Number::Int)
        }
        (Number::Int(_) | Number::Float(_), Number::Int(_) | Number::Float(_)) => {
            float_power(base.to_float()?, exponent.to_float()?)
        }
        (
            Number::Int(_) | Number::Float(_) | Number::Complex(_),
            Number::Int(_) | Number::Float(_) | Number::Complex(_),
        ) => Complex::of(base)?.power(Complex::of(exponent)?).map(Number::Complex),
        _ => Err(unsupported("** or pow()", base, exponent)),
    }
}

/// For an exponent that is not negative.
fn int_power(base: &BigInt, exponent: &BigInt) -> PyResult<BigInt> {
    if base.magnitude().is_one() || base.is_zero() {
        // However large the exponent: it only matters whether it is 0, and whether it is odd.
        let negative = base.is_negative() && exponent.bit(0);
        return Ok(match () {
            () if exponent.is_zero() => BigInt::one(),
            () if negative => -BigInt::one(),
            () => base.abs(),
        });
    }
    // The result has more bits than this.
    let Some(exponent) = exponent.to_u32() else { return check_bits(u64::MAX).map(|()| BigInt::zero()) };
    check_bits((base.bits() - 1).saturating_mul(u64::from(exponent)))?;
    Ok(base.pow(exponent))
}

/// As `float_pow` in CPython's `floatobject.c`, which settles the special cases of C's `pow` itself.
fn float_power(base: f64, exponent: f64) -> PyResult<Number> {
    let odd = exponent % 2.0 != 0.0 && exponent.floor() == exponent;
    if exponent == 0.0 || base == 1.0 {
        return Ok(Number::Float(1.0));
    }
    if base.is_nan() || exponent.is_nan() || base.is_infinite() || exponent.is_infinite() {
        return Ok(Number::Float(limit_power(base, exponent, odd)));
    }
    if base == 0.0 {
        if exponent < 0.0 {
            let text = "0.0 cannot be raised to a negative power";
            return Err(PyError::new(Exception::ZeroDivisionError, text));
        }
        return Ok(Number::Float(if odd { base } else { 0.0 }));
    }
    if base < 0.0 && exponent.floor() != exponent {
        let real = |re| Complex { re, im: 0.0 };
        return real(base).power(real(exponent)).map(Number::Complex);
    }
    let magnitude = pow(base.abs(), exponent);
    if magnitude.is_infinite() {
        return Err(PyError::new(Exception::OverflowError, "(34, 'Numerical result out of range')"));
    }
    Ok(Number::Float(if base < 0.0 && odd { -magnitude } else { magnitude }))
}

/// A power with a NaN or an infinity in it.
fn limit_power(base: f64, exponent: f64, odd: bool) -> f64 {
    if base.is_nan() || exponent.is_nan() {
        return f64::NAN;
    }
    if exponent.is_infinite() {
        let size = base.abs();
        return match () {
            () if size == 1.0 => 1.0,
            () if (exponent > 0.0) == (size > 1.0) => f64::INFINITY,
            () => 0.0,
        };
    }
    let size = if exponent > 0.0 { f64::INFINITY } else { 0.0 };
    if odd { size.copysign(base) } else { size }
}
