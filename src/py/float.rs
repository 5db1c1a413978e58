//! The text of a float, and rounding to cents.

use super::text::Sink;

/// `repr(x)`: the shortest digits that read back as `x`, laid out as Python does.
///
/// Fixed notation with a fraction for 1e-4 ≤ |x| < 1e16 and zero (`3.0`, `-0.0`), else `1e+16`, `1.5e-05`.
/// Not finite: `inf`, `-inf`, `nan`.
#[must_use]
pub fn repr(x: f64) -> String {
    let mut text = String::new();
    write_repr(&mut text, x);
    text
}

pub(super) fn write_repr(out: &mut impl Sink, x: f64) {
    if x.is_nan() {
        return out.put("nan");
    }
    if x.is_sign_negative() {
        out.put("-");
    }
    if x.is_infinite() {
        return out.put("inf");
    }
    let scientific = shortest(x.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let (first, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    match exponent {
        0..16 => {
            let whole = usize::try_from(exponent).unwrap_or(0);
            out.put(first);
            if rest.len() > whole {
                out.put(&rest[..whole]);
                out.put(".");
                out.put(&rest[whole..]);
            } else {
                out.put(rest);
                out.put(&ZEROS[..whole - rest.len()]);
                out.put(".0");
            }
        }
        -4..0 => {
            out.put("0.");
            out.put(&ZEROS[..usize::try_from(-exponent - 1).unwrap_or(0)]);
            out.put(first);
            out.put(rest);
        }
        _ => {
            out.put(mantissa);
            out.put(&format!("e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()));
        }
    }
}

/// The shortest digits that read back as `x`, as `d.ddde-7`, for a positive finite `x`.
fn shortest(x: f64) -> String {
    let text = format!("{x:e}");
    // If `x` lies halfway between the two nearest such numbers, std takes the upper and Python the even one. Halfway
    // are only numbers with one digit more; as floats tell apart all numbers of 15 digits, that is the 16th or 17th.
    let digits = text.find('e').map_or(0, |end| text[..end].len() - usize::from(text.contains('.')));
    if digits >= 15 {
        let even = format!("{x:.*e}", digits - 1);
        if even != text && even.parse() == Ok(x) {
            return even;
        }
    }
    text
}

const ZEROS: &str = "0000000000000000";

/// `round(x, 2)`: the exact binary value rounded to two decimals, ties to even, as a float again.
#[must_use]
pub fn round2(x: f64) -> f64 {
    if !x.is_finite() {
        return x;
    }
    // Both directions are correctly rounded in std, as they are in CPython's dtoa.
    format!("{x:.2}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(x: f64, expect: &str) {
        assert_eq!(repr(x), expect);
        assert_eq!(repr(-x), format!("-{expect}"));
    }

    #[test]
    fn notation_changes_where_python_changes_it() {
        check(0.0, "0.0");
        check(3.0, "3.0");
        check(0.1, "0.1");
        check(12.5, "12.5");
        check(100.0, "100.0");
        check(0.0001, "0.0001");
        check(0.000_123, "0.000123");
        check(0.00001, "1e-05");
        check(1.5e-5, "1.5e-05");
        check(1e15, "1000000000000000.0");
        check(9_007_199_254_740_993.0, "9007199254740992.0");
        check(1e16, "1e+16");
        check(1.25e22, "1.25e+22");
        check(5e-324, "5e-324");
        check(f64::MAX, "1.7976931348623157e+308");
        check(f64::INFINITY, "inf");
        check(3_147_439_796_258_601.0 / 4.0, "786859949064650.2");
        check(3_147_439_796_258_603.0 / 4.0, "786859949064650.8");
        check(5e-324 * 3.0, "1.5e-323");
        assert_eq!(repr(f64::NAN), "nan");
        assert_eq!(repr(-f64::NAN), "nan");
    }

    #[test]
    fn rounds_the_binary_value_half_to_even() {
        assert_eq!(round2(2.675), 2.67);
        assert_eq!(round2(0.125), 0.12);
        assert_eq!(round2(0.375), 0.38);
        assert_eq!(round2(1e300), 1e300);
        assert_eq!(repr(round2(-0.001)), "-0.0");
        assert!(round2(f64::NAN).is_nan());
        assert_eq!(round2(f64::INFINITY), f64::INFINITY);
    }
}
