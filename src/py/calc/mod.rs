//! The benchmark's calculator: Python's `eval` over digits, `+ - * / ( ) .` and blanks.
//!
//! So few characters still spell a good part of the language: `**` and `//`, calls, empty tuples, the ellipsis, complex
//! numbers by way of `(-8) ** .5`, and every way in which CPython's parser refuses a text. [`token`] and [`parse`]
//! follow its tokenizer and its two parser passes, [`eval`] its arithmetic. A result goes through
//! `str(round(float(result), 2))`.
//!
//! Where Python would work for minutes or run out of memory, this ends at once: see [`number::MAX_BITS`] and
//! [`parse::MAX_DEPTH`].

mod complex;
mod eval;
mod number;
mod parse;
mod power;
mod real;
mod token;

pub(super) use number::true_divide;

use super::ops::{contains, iterate};
use super::{PyError, PyResult, Value, float};

const CHARACTERS: &str = "0123456789+-*/(). ";

/// What the tool `calculate` answers to its argument, such as `4.0` or `0.33`.
///
/// # Errors
/// What the original raises, or catches and words as `Error: …`: a `ValueError` for an argument with other characters,
/// a `TypeError` for one that is no text, else whatever CPython's `eval`, `float` and `round` raise.
pub fn calculate(expression: &Value) -> PyResult<String> {
    let allowed = Value::from(CHARACTERS);
    for character in iterate(expression)? {
        if !contains(&allowed, &character)? {
            return Err(PyError::value_error("invalid characters in expression"));
        }
    }
    let Value::Str(text) = expression else {
        return Err(PyError::type_error("eval() arg 1 must be a string, bytes or code object"));
    };
    let tree = parse::parse(&token::tokens(text)?)?;
    let result = eval::evaluate(&tree)?.to_float()?;
    Ok(float::repr(float::round2(result)))
}

#[cfg(test)]
mod tests;
