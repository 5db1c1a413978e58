//! Evaluation of a syntax tree.

use num_bigint::BigInt;

use super::complex::Complex;
use super::number;
use super::parse::{Argument, Binary, Node, NodeId, Sign, Tree};
use super::power::power;
use crate::py::json::MAX_INT_DIGITS;
use crate::py::number::big_to_float;
use crate::py::{Exception, PyError, PyResult, float};

/// What an expression of the calculator can be.
#[derive(Clone)]
pub(super) enum Number {
    Int(BigInt),
    Float(f64),
    Complex(Complex),
    /// `()`; no other tuple can be written without a comma.
    EmptyTuple,
    Ellipsis,
}

impl Number {
    pub(super) const fn type_name(&self) -> &'static str {
        match self {
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Complex(_) => "complex",
            Self::EmptyTuple => "tuple",
            Self::Ellipsis => "ellipsis",
        }
    }

    /// `float(self)`.
    pub(super) fn to_float(&self) -> PyResult<f64> {
        match self {
            Self::Int(int) => big_to_float(int),
            Self::Float(float) => Ok(*float),
            other => Err(PyError::type_error(format!(
                "float() argument must be a string or a real number, not '{}'",
                other.type_name()
            ))),
        }
    }

    /// `str(self)`.
    fn text(&self) -> PyResult<String> {
        match self {
            Self::Int(int) => {
                let text = int.to_string();
                if text.trim_start_matches('-').len() > MAX_INT_DIGITS {
                    return Err(PyError::value_error(format!(
                        "Exceeds the limit ({MAX_INT_DIGITS} digits) for integer string conversion; \
                         use sys.set_int_max_str_digits() to increase the limit"
                    )));
                }
                Ok(text)
            }
            Self::Float(float) => Ok(float::repr(*float)),
            Self::Complex(complex) => Ok(complex.repr()),
            Self::EmptyTuple => Ok("()".to_owned()),
            Self::Ellipsis => Ok("Ellipsis".to_owned()),
        }
    }
}

/// The value of the whole tree. Recursion is as deep as brackets nest.
pub(super) fn evaluate(tree: &Tree<'_>) -> PyResult<Number> {
    value(tree, tree.root)
}

fn value(tree: &Tree<'_>, id: NodeId) -> PyResult<Number> {
    match tree.node(id) {
        Node::Number(digits) => literal(digits),
        Node::Ellipsis => Ok(Number::Ellipsis),
        Node::EmptyTuple => Ok(Number::EmptyTuple),
        Node::Chain { first, rest } => {
            let mut result = value(tree, *first)?;
            for &(operator, operand) in rest {
                result = binary(operator, &result, &value(tree, operand)?)?;
            }
            Ok(result)
        }
        Node::Power(parts) => {
            let bases = parts.iter().map(|(_, base)| value(tree, *base)).collect::<PyResult<Vec<_>>>()?;
            let mut result = None;
            for ((signs, _), base) in parts.iter().zip(bases).rev() {
                let powered = match result {
                    Some(exponent) => power(&base, &exponent)?,
                    None => base,
                };
                result = Some(signs.iter().rev().try_fold(powered, |x, &sign| signed(sign, x))?);
            }
            // A power has at least one part.
            Ok(result.unwrap_or(Number::EmptyTuple))
        }
        Node::Call { function, argument } => Err(call(tree, *function, *argument)),
    }
}

fn literal(digits: &str) -> PyResult<Number> {
    let unreadable = || PyError::value_error(format!("could not convert string to float: '{digits}'"));
    if digits.contains('.') {
        return digits.parse().map(Number::Float).map_err(|_| unreadable());
    }
    digits.parse().map(Number::Int).map_err(|_| unreadable())
}

/// The error of a call: nothing here can be called.
fn call(tree: &Tree<'_>, function: NodeId, argument: Argument) -> PyError {
    // Of `f()()` the first call fails, so the others need not be looked at. They may be thousands.
    let (mut function, mut argument) = (function, argument);
    while let Node::Call { function: inner, argument: own } = tree.node(function) {
        (function, argument) = (*inner, *own);
    }
    let called = || {
        let function = value(tree, function)?;
        let (stars, wanted, given) = match argument {
            Argument::Nothing => return Ok(function),
            Argument::Plain(given) => return value(tree, given).map(|_| function),
            Argument::Iterable(given) => ("*", "an iterable", value(tree, given)?),
            Argument::Mapping(given) => ("**", "a mapping", value(tree, given)?),
        };
        if stars == "*" && matches!(given, Number::EmptyTuple) {
            return Ok(function);
        }
        Err(PyError::type_error(format!(
            "{} argument after {stars} must be {wanted}, not {}",
            function.text()?,
            given.type_name()
        )))
    };
    match called() {
        Ok(function) => PyError::type_error(format!("'{}' object is not callable", function.type_name())),
        Err(error) => error,
    }
}

fn signed(sign: Sign, x: Number) -> PyResult<Number> {
    match (sign, x) {
        (Sign::Plus, x @ (Number::Int(_) | Number::Float(_) | Number::Complex(_))) => Ok(x),
        (Sign::Minus, Number::Int(int)) => Ok(Number::Int(-int)),
        (Sign::Minus, Number::Float(float)) => Ok(Number::Float(-float)),
        (Sign::Minus, Number::Complex(complex)) => Ok(Number::Complex(-complex)),
        (sign, other) => {
            let sign = if sign == Sign::Plus { '+' } else { '-' };
            Err(PyError::type_error(format!("bad operand type for unary {sign}: '{}'", other.type_name())))
        }
    }
}

fn binary(operator: Binary, a: &Number, b: &Number) -> PyResult<Number> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => ints(operator, a, b),
        (Number::Int(_) | Number::Float(_), Number::Int(_) | Number::Float(_)) => {
            floats(operator, a.to_float()?, b.to_float()?).map(Number::Float)
        }
        (
            Number::Int(_) | Number::Float(_) | Number::Complex(_),
            Number::Int(_) | Number::Float(_) | Number::Complex(_),
        ) if operator != Binary::FloorDiv => complexes(operator, Complex::of(a)?, Complex::of(b)?).map(Number::Complex),
        (Number::EmptyTuple, other) | (other, Number::EmptyTuple) if operator == Binary::Mul => repeated(other),
        (Number::EmptyTuple, Number::EmptyTuple) if operator == Binary::Add => Ok(Number::EmptyTuple),
        (Number::EmptyTuple, other) if operator == Binary::Add => {
            Err(PyError::type_error(format!("can only concatenate tuple (not \"{}\") to tuple", other.type_name())))
        }
        _ => Err(unsupported(operator.text(), a, b)),
    }
}

pub(super) fn unsupported(operator: &str, a: &Number, b: &Number) -> PyError {
    PyError::type_error(format!(
        "unsupported operand type(s) for {operator}: '{}' and '{}'",
        a.type_name(),
        b.type_name()
    ))
}

impl Binary {
    const fn text(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::FloorDiv => "//",
        }
    }
}

/// The empty tuple as often as `times` says.
fn repeated(times: &Number) -> PyResult<Number> {
    match times {
        Number::Int(times) if i64::try_from(times).is_ok() => Ok(Number::EmptyTuple),
        Number::Int(_) => Err(PyError::new(Exception::OverflowError, "cannot fit 'int' into an index-sized integer")),
        other => {
            Err(PyError::type_error(format!("can't multiply sequence by non-int of type '{}'", other.type_name())))
        }
    }
}

fn ints(operator: Binary, a: &BigInt, b: &BigInt) -> PyResult<Number> {
    let result = match operator {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => {
            number::check_bits(a.bits().saturating_add(b.bits()))?;
            a * b
        }
        Binary::Div => return number::true_divide(a, b).map(Number::Float),
        Binary::FloorDiv => return number::floor_divide(a, b).map(Number::Int),
    };
    Ok(Number::Int(result))
}

fn floats(operator: Binary, a: f64, b: f64) -> PyResult<f64> {
    let zero = |text: &'static str| PyError::new(Exception::ZeroDivisionError, text);
    match operator {
        Binary::Add => Ok(a + b),
        Binary::Sub => Ok(a - b),
        Binary::Mul => Ok(a * b),
        Binary::Div if b == 0.0 => Err(zero("float division by zero")),
        Binary::Div => Ok(a / b),
        Binary::FloorDiv if b == 0.0 => Err(zero("float floor division by zero")),
        Binary::FloorDiv => Ok(number::floor_divide_floats(a, b)),
    }
}

fn complexes(operator: Binary, a: Complex, b: Complex) -> PyResult<Complex> {
    match operator {
        Binary::Add => Ok(a + b),
        Binary::Sub => Ok(a - b),
        Binary::Mul => Ok(a * b),
        Binary::Div | Binary::FloorDiv => {
            a.divided_by(b).ok_or_else(|| PyError::new(Exception::ZeroDivisionError, "complex division by zero"))
        }
    }
}
