//! Python's ints and floats as one small number, and `sum()` as CPython 3.12 and later compute it.
//!
//! The optimiser's scores are numbers of either kind: an int stays an int in what is written, and `sum()` treats the
//! two differently. [`crate::py::Value`] holds the same numbers; this type is the one to calculate with.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::number::Number;
use super::{Value, float};

/// An int of at most 64 bits, or a float. Compared by value: `Num::Int(1) == Num::Float(1.0)`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Num {
    Int(i64),
    Float(f64),
}

impl Num {
    /// The nearest float.
    #[must_use]
    pub const fn to_f64(self) -> f64 {
        match self {
            // The nearest float, ties to even: what `as` does.
            Self::Int(int) => int as f64,
            Self::Float(float) => float,
        }
    }

    /// The number in `value`; `None` for anything that is not an int of 64 bits or a float. A bool is none.
    #[must_use]
    pub const fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Int(int) => Some(Self::Int(*int)),
            Value::Float(float) => Some(Self::Float(*float)),
            _ => None,
        }
    }

    /// `self - other`. Ints beyond 64 bits stay at the bound, where Python would go on.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Self::Int(a.saturating_sub(b)),
            (a, b) => Self::Float(a.to_f64() - b.to_f64()),
        }
    }

    /// `self + other`, with the same bound.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Self::Int(a.saturating_add(b)),
            (a, b) => Self::Float(a.to_f64() + b.to_f64()),
        }
    }

    fn number(&self) -> Number<'static> {
        match *self {
            Self::Int(int) => Number::Int(int),
            Self::Float(float) => Number::Float(float),
        }
    }
}

impl PartialEq for Num {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Num {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.number().compare(other.number())
    }
}

impl From<i64> for Num {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<f64> for Num {
    fn from(float: f64) -> Self {
        Self::Float(float)
    }
}

impl From<Num> for Value {
    fn from(num: Num) -> Self {
        match num {
            Num::Int(int) => Self::Int(int),
            Num::Float(float) => Self::Float(float),
        }
    }
}

/// `str(num)`.
impl std::fmt::Display for Num {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(int) => write!(f, "{int}"),
            Self::Float(float) => f.write_str(&float::repr(*float)),
        }
    }
}

/// `sum(items)` of CPython 3.12 and later: ints exactly until the first float, from then on with the rounding errors of
/// the floats collected apart (Neumaier's sum). Nothing sums to the int 0. Ints beyond 64 bits stay at the bound.
#[must_use]
pub fn sum(items: impl IntoIterator<Item = Num>) -> Num {
    let mut items = items.into_iter();
    let mut whole: i128 = 0;
    let first = loop {
        match items.next() {
            None => return Num::Int(i64::try_from(whole).unwrap_or(if whole < 0 { i64::MIN } else { i64::MAX })),
            Some(Num::Int(int)) => whole = whole.saturating_add(i128::from(int)),
            Some(Num::Float(float)) => break float,
        }
    };
    let mut total = whole as f64 + first;
    let mut lost = 0.0;
    for item in items {
        match item {
            Num::Int(int) => total += int as f64,
            Num::Float(x) => {
                let next = total + x;
                lost += if total.abs() >= x.abs() { (total - next) + x } else { (x - next) + total };
                total = next;
            }
        }
    }
    // An infinity makes what was lost a NaN, which must not spread.
    Num::Float(if lost != 0.0 && lost.is_finite() { total + lost } else { total })
}

/// `sum(items) / len(items)`; `None` for no items.
#[must_use]
pub fn mean(items: impl ExactSizeIterator<Item = Num>) -> Option<f64> {
    let count = items.len();
    (count > 0).then(|| match sum(items) {
        Num::Int(int) => quotient(int, count as u64),
        Num::Float(float) => float / count as f64,
    })
}

/// `int / count`, rounded once: the int may have more digits than a float.
fn quotient(int: i64, count: u64) -> f64 {
    if int.unsigned_abs() <= 1 << 53 {
        return int as f64 / count as f64;
    }
    // With 64 bits behind the point there is more than a float keeps; whether anything follows decides a tie.
    let dividend = u128::from(int.unsigned_abs()) << 64;
    let (divisor, scale) = (u128::from(count), 18_446_744_073_709_551_616.0);
    let size = ((dividend / divisor) | u128::from(dividend % divisor != 0)) as f64 / scale;
    if int < 0 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats(items: &[f64]) -> Num {
        sum(items.iter().map(|item| Num::Float(*item)))
    }

    #[test]
    fn adding_up_tenths_loses_nothing() {
        assert_eq!(floats(&[0.1; 10]), Num::Float(1.0));
        assert_eq!(floats(&[1e16, 1.0, -1e16]), Num::Float(1.0));
        assert_eq!(floats(&[f64::INFINITY, 1.0]), Num::Float(f64::INFINITY));
    }

    #[test]
    fn ints_stay_ints_until_a_float_comes() {
        assert!(matches!(sum([Num::Int(1), Num::Int(2)]), Num::Int(3)));
        assert!(matches!(sum([]), Num::Int(0)));
        assert!(matches!(sum([Num::Int(1), Num::Float(0.5), Num::Int(2)]), Num::Float(3.5)));
        assert!(matches!(sum([Num::Int(i64::MAX), Num::Int(1)]), Num::Int(i64::MAX)));
    }

    #[test]
    fn an_int_and_a_float_compare_by_value() {
        assert_eq!(Num::Int(1), Num::Float(1.0));
        assert!(Num::Int((1 << 53) + 1) > Num::Float(9_007_199_254_740_992.0));
        assert_eq!(Num::Float(f64::NAN).partial_cmp(&Num::Int(0)), None);
        assert_eq!(Num::Float(1.0).to_string(), "1.0");
        assert_eq!(Num::Int(1).to_string(), "1");
        assert_eq!(mean([Num::Int(1), Num::Int(2)].into_iter()), Some(1.5));
        assert_eq!(mean([Num::Int(1 << 53), Num::Int(1), Num::Int(1)].into_iter()), Some(3_002_399_751_580_331.5));
        assert_eq!(mean([Num::Int(-(1 << 60)), Num::Int(-1)].into_iter()), Some(-576_460_752_303_423_488.0));
        assert_eq!(mean(std::iter::empty::<Num>().collect::<Vec<_>>().into_iter()), None);
    }
}
