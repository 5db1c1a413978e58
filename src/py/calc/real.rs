//! Powers of floats, correctly rounded.
//!
//! C's `pow`, which Python calls, is right in all but one of a thousand cases and differs between platforms in those;
//! so the nearest float is both the same everywhere and the best guess at Python's.

use num_bigint::{BigInt, BigUint};
use num_traits::{One, ToPrimitive, Zero};

use super::number::{nearest, nearest_quotient};

/// Fixed-point numbers here have this many bits after the point. The exponent can cost 62 of them; what remains tells
/// floats apart.
const BITS: u32 = 256;

/// Powers that take at most this many bits are computed exactly.
const EXACT_BITS: u64 = 1 << 16;

/// `base ** exponent` for finite numbers, base > 0. Too large is infinite, too small is 0.
pub(super) fn pow(base: f64, exponent: f64) -> f64 {
    let (mantissa, scale) = parts(base);
    if let Some(times) = whole(exponent)
        && (mantissa.is_one() || mantissa.bits().saturating_mul(times.unsigned_abs()) <= EXACT_BITS)
    {
        return exact(&mantissa, scale, times);
    }
    let log = log(&mantissa, scale);
    let (factor, factor_scale) = parts(exponent.abs());
    let signed = if exponent < 0.0 { -BigInt::from(factor) } else { BigInt::from(factor) };
    exp(&shift(log * signed, factor_scale))
}

/// `x = mantissa * 2 ** scale` with an odd mantissa, for a positive finite `x`.
fn parts(x: f64) -> (BigUint, i64) {
    let bits = x.to_bits();
    let stored = bits & ((1 << 52) - 1);
    let (mantissa, scale) = match (bits >> 52) as i64 {
        0 => (stored, -1074),
        biased => (stored | 1 << 52, biased - 1075),
    };
    let zeros = mantissa.trailing_zeros();
    (BigUint::from(mantissa >> zeros), scale + i64::from(zeros))
}

/// The exponent as an int, if it is one of a size that a power of two can have or an exact power is computed for.
fn whole(x: f64) -> Option<i64> {
    (x == x.floor() && x.abs() <= 65_536.0).then_some(x as i64)
}

fn exact(mantissa: &BigUint, scale: i64, times: i64) -> f64 {
    let power = u32::try_from(times.unsigned_abs()).map_or_else(|_| BigUint::one(), |times| mantissa.pow(times));
    if times >= 0 {
        nearest(&power, scale * times, false)
    } else {
        nearest_quotient(&BigUint::one(), &power, scale * times)
    }
    .unwrap_or(f64::INFINITY)
}

/// The natural logarithm of `mantissa * 2 ** scale`.
fn log(mantissa: &BigUint, scale: i64) -> BigInt {
    // As m * 2 ** e with m from 1 to 2: ln m = 2 artanh((m - 1) / (m + 1)), of which the argument is at most 1/3.
    let bits = mantissa.bits() - 1;
    let one = BigInt::one() << bits;
    let m = BigInt::from(mantissa.clone());
    let exponent = scale + bits.cast_signed();
    artanh(&(&m - &one), &(m + one)) * 2 + ln_2() * exponent
}

fn ln_2() -> BigInt {
    artanh(&BigInt::one(), &BigInt::from(3)) * 2
}

/// artanh(numerator / denominator), for a quotient from 0 to 1/3.
fn artanh(numerator: &BigInt, denominator: &BigInt) -> BigInt {
    let z = (numerator << BITS) / denominator;
    let square = (&z * &z) >> BITS;
    let (mut power, mut sum, mut odd) = (z.clone(), z, 1);
    while !power.is_zero() {
        power = (power * &square) >> BITS;
        odd += 2;
        sum += &power / odd;
    }
    sum
}

/// e to the power `x`, rounded to a float.
fn exp(x: &BigInt) -> f64 {
    let ln_2 = ln_2();
    // Rounds down, so the rest is from 0 to ln 2.
    let twos = (x - (x % &ln_2 + &ln_2) % &ln_2) / &ln_2;
    let rest = x - &twos * ln_2;
    let Some(twos) = twos.to_i64().filter(|twos| *twos < 2000) else {
        return if x.sign() == num_bigint::Sign::Minus { 0.0 } else { f64::INFINITY };
    };
    let mut term = BigInt::one() << BITS;
    let mut sum = term.clone();
    let mut n = 0;
    while !term.is_zero() {
        n += 1;
        term = ((term * &rest) >> BITS) / n;
        sum += &term;
    }
    // A power that is not exact is never a float nor halfway between two.
    nearest(sum.magnitude(), twos.max(-4000) - i64::from(BITS), true).unwrap_or(f64::INFINITY)
}

fn shift(x: BigInt, by: i64) -> BigInt {
    if by < 0 { x >> by.unsigned_abs() } else { x << by.unsigned_abs() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(base: f64, exponent: f64, expect: f64) {
        assert_eq!(pow(base, exponent).to_bits(), expect.to_bits(), "{base} ** {exponent}");
    }

    #[test]
    fn roots_and_fractions() {
        check(9.0, 0.5, 3.0);
        check(2.0, 0.5, std::f64::consts::SQRT_2);
        check(2.0, -0.5, std::f64::consts::FRAC_1_SQRT_2);
        check(0.1, 0.1, 0.794_328_234_724_281_5);
        check(1253.86, 2.7, 231_884_878.934_164_52);
        check(1.0, 1e300, 1.0);
    }

    #[test]
    fn whole_powers_are_exact_where_they_can_be() {
        check(1.5, 3.0, 3.375);
        check(10.0, -2.0, 0.01);
        check(3.0, 40.0, 1.215_766_545_905_692_9e19);
        // Halfway between two floats: to the even one.
        check(134_217_729.0, 2.0, 1.801_439_877_791_744e16);
    }

    #[test]
    fn ends_of_the_range() {
        check(2.0, 1023.0, f64::from_bits(2046 << 52));
        check(2.0, 1024.0, f64::INFINITY);
        check(10.0, 308.9, f64::INFINITY);
        check(0.5, 1074.0, f64::from_bits(1));
        check(0.5, 1075.0, 0.0);
        check(0.3, 1e300, 0.0);
        check(1.0 + f64::EPSILON, 1e17, 4_398_196_873.945_744_5);
    }
}
