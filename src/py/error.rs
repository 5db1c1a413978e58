//! Exceptions of Python as values.

use std::borrow::Cow;

/// The exception types that the benchmarks' code can raise and that show in recorded vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exception {
    AssertionError,
    AttributeError,
    IndexError,
    JsonDecodeError,
    KeyError,
    MemoryError,
    OverflowError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
    ZeroDivisionError,
    /// pydantic's, raised by the original's records; its text is a library's and is not reproduced.
    ValidationError,
}

impl Exception {
    /// The name of the type as Python prints it (`type(e).__name__`).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AssertionError => "AssertionError",
            Self::AttributeError => "AttributeError",
            Self::IndexError => "IndexError",
            Self::JsonDecodeError => "JSONDecodeError",
            Self::KeyError => "KeyError",
            Self::MemoryError => "MemoryError",
            Self::OverflowError => "OverflowError",
            Self::RecursionError => "RecursionError",
            Self::SyntaxError => "SyntaxError",
            Self::TypeError => "TypeError",
            Self::ValueError => "ValueError",
            Self::ZeroDivisionError => "ZeroDivisionError",
            Self::ValidationError => "ValidationError",
        }
    }
}

/// A raised Python exception: its type and `str(e)`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PyError {
    pub kind: Exception,
    /// `str(e)`; for a `KeyError` that is the repr of the key.
    pub message: Cow<'static, str>,
}

pub type PyResult<T> = Result<T, PyError>;

impl PyError {
    pub fn new(kind: Exception, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, message: message.into() }
    }

    pub fn type_error(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Exception::TypeError, message)
    }

    pub fn value_error(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Exception::ValueError, message)
    }
}
