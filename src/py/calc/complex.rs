//! Complex numbers as CPython computes with them (`complexobject.c`).
//!
//! The calculator never prints one, but they decide which error is raised, and appear in the text of a few.

use std::ops::{Add, Mul, Neg, Sub};

use super::eval::Number;
use crate::py::number::big_to_float;
use crate::py::{Exception, PyError, PyResult, float};

#[derive(Clone, Copy)]
pub(super) struct Complex {
    pub re: f64,
    pub im: f64,
}

impl Complex {
    /// A number as a complex one; `()` and `...` do not reach this and count as 0.
    pub(super) fn of(number: &Number) -> PyResult<Self> {
        let re = match number {
            Number::Complex(complex) => return Ok(*complex),
            Number::Int(int) => big_to_float(int)?,
            Number::Float(float) => *float,
            Number::EmptyTuple | Number::Ellipsis => 0.0,
        };
        Ok(Self { re, im: 0.0 })
    }

    /// `None` for a zero divisor. Scales by the larger part, so that squares do not overflow.
    pub(super) fn divided_by(self, b: Self) -> Option<Self> {
        if b.re.abs() >= b.im.abs() {
            if b.re == 0.0 {
                return None;
            }
            let ratio = b.im / b.re;
            let scale = b.re + b.im * ratio;
            return Some(Self { re: (self.re + self.im * ratio) / scale, im: (self.im - self.re * ratio) / scale });
        }
        if b.im.abs() >= b.re.abs() {
            let ratio = b.re / b.im;
            let scale = b.re * ratio + b.im;
            return Some(Self { re: (self.re * ratio + self.im) / scale, im: (self.im * ratio - self.re) / scale });
        }
        Some(Self { re: f64::NAN, im: f64::NAN })
    }

    /// `self ** exponent`.
    ///
    /// # Errors
    /// `ZeroDivisionError` for 0 to a negative or complex power, `OverflowError`.
    pub(super) fn power(self, exponent: Self) -> PyResult<Self> {
        let small = exponent.im == 0.0 && exponent.re == exponent.re.floor() && exponent.re.abs() <= 100.0;
        let result = if small { self.int_power(exponent.re as i32) } else { self.general_power(exponent) };
        let Some(result) = result else {
            return Err(PyError::new(Exception::ZeroDivisionError, "0.0 to a negative or complex power"));
        };
        if result.re.is_infinite() || result.im.is_infinite() {
            return Err(PyError::new(Exception::OverflowError, "complex exponentiation"));
        }
        Ok(result)
    }

    fn int_power(self, exponent: i32) -> Option<Self> {
        let one = Self { re: 1.0, im: 0.0 };
        let mut result = one;
        let mut square = self;
        let mut bits = exponent.unsigned_abs();
        while bits > 0 {
            if bits % 2 == 1 {
                result = result * square;
            }
            bits /= 2;
            square = square * square;
        }
        if exponent > 0 { Some(result) } else { one.divided_by(result) }
    }

    /// Python uses the platform's library here, so the last digits of its result are not everywhere the same.
    fn general_power(self, exponent: Self) -> Option<Self> {
        if exponent.re == 0.0 && exponent.im == 0.0 {
            return Some(Self { re: 1.0, im: 0.0 });
        }
        if self.re == 0.0 && self.im == 0.0 {
            return (exponent.im == 0.0 && exponent.re >= 0.0).then_some(Self { re: 0.0, im: 0.0 });
        }
        let size = libm::hypot(self.re, self.im);
        let angle = libm::atan2(self.im, self.re);
        let mut length = libm::pow(size, exponent.re);
        let mut phase = angle * exponent.re;
        if exponent.im != 0.0 {
            length *= libm::exp(-angle * exponent.im);
            phase += exponent.im * libm::log(size);
        }
        Some(Self { re: length * libm::cos(phase), im: length * libm::sin(phase) })
    }

    /// `repr(self)`: `1j`, `(1+2j)`.
    pub(super) fn repr(self) -> String {
        let part = |x: f64| {
            let text = float::repr(x);
            text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
        };
        if self.re == 0.0 && self.re.is_sign_positive() {
            return format!("{}j", part(self.im));
        }
        let plus = if self.im.is_nan() || self.im.is_sign_positive() { "+" } else { "" };
        format!("({}{plus}{}j)", part(self.re), part(self.im))
    }
}

impl Add for Complex {
    type Output = Self;
    fn add(self, b: Self) -> Self {
        Self { re: self.re + b.re, im: self.im + b.im }
    }
}

impl Sub for Complex {
    type Output = Self;
    fn sub(self, b: Self) -> Self {
        Self { re: self.re - b.re, im: self.im - b.im }
    }
}

impl Mul for Complex {
    type Output = Self;
    fn mul(self, b: Self) -> Self {
        Self { re: self.re * b.re - self.im * b.im, im: self.re * b.im + self.im * b.re }
    }
}

impl Neg for Complex {
    type Output = Self;
    fn neg(self) -> Self {
        Self { re: -self.re, im: -self.im }
    }
}
