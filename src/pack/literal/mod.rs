//! A strict reader for Python source that holds nothing but literals: how upstream writes its task files.
//!
//! A module is imports, docstrings and assignments `NAME = value` or `NAME: annotation = value`. A value is `None`,
//! `True`, `False`, a decimal number, a string, a list, a dict with text keys, a value in parentheses, or a call
//! `Name(argument=value, …)`, which is read as a record and never run. Everything else is refused with its place:
//! guessing at a task would change a benchmark.
//!
//! Texts are read as Python reads them: adjacent strings are joined, escapes are resolved, line ends are `\n`.
//! Refused although Python knows them: tuples, sets, bytes, f-strings, `\N{…}`, unknown escapes, lone surrogates,
//! numbers that are not decimal, operators, names as values, positional arguments.

mod read;
mod scan;

use std::borrow::Cow;

use crate::py::{Str, Value};

/// The longest source that is read, in bytes; thirty times upstream's longest task file.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How deep values may be nested; upstream's task files reach 7.
pub const MAX_DEPTH: usize = 64;

/// The assignments of a module, in order.
#[derive(Clone, Debug)]
pub struct Module {
    pub assignments: Vec<Assignment>,
}

/// `name = value`.
#[derive(Clone, Debug)]
pub struct Assignment {
    pub name: String,
    pub value: Literal,
}

/// A value and where it begins.
#[derive(Clone, Debug)]
pub struct Literal {
    /// The byte offset in the source; [`Position::of`] makes it readable.
    pub offset: usize,
    pub kind: LiteralKind,
}

#[derive(Clone, Debug)]
pub enum LiteralKind {
    /// `None`, a bool, a number or a text.
    Plain(Value),
    List(Vec<Literal>),
    /// Entries as written; a repeated key is kept here and the last one wins in [`Literal::into_value`].
    Dict(Vec<(Str, Literal)>),
    Call(Call),
}

/// `name(argument=value, …)`; no argument occurs twice.
#[derive(Clone, Debug)]
pub struct Call {
    /// The last part of a dotted name.
    pub name: String,
    pub arguments: Vec<(String, Literal)>,
}

/// A place in a source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// From 1; `\n`, `\r\n` and `\r` end a line.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// What kept a source from being read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {}, column {}: expected {expected}, met {met}", .at.line, .at.column)]
pub struct LiteralError {
    pub at: Position,
    pub expected: Cow<'static, str>,
    pub met: Cow<'static, str>,
}

/// Reads a module.
///
/// # Errors
/// The first place that is not literal data, see the module's documentation.
pub fn read_module(source: &str) -> Result<Module, LiteralError> {
    read::module(source)
}

impl Position {
    /// The place of byte `offset` of `source`.
    #[must_use]
    pub fn of(source: &str, offset: usize) -> Self {
        let before = source.get(..offset).unwrap_or(source);
        let before = before.strip_prefix(scan::BYTE_ORDER_MARK).unwrap_or(before);
        let bytes = before.as_bytes();
        let mut line = 1;
        let mut line_start = 0;
        for (at, byte) in bytes.iter().enumerate() {
            let ends_line = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends_line {
                line += 1;
                line_start = at + 1;
            }
        }
        Self { line, column: before[line_start..].chars().count() + 1 }
    }
}

impl Literal {
    /// The value of a literal that holds no call.
    ///
    /// # Errors
    /// The byte offset of the first call in it.
    pub fn into_value(self) -> Result<Value, usize> {
        match self.kind {
            LiteralKind::Plain(value) => Ok(value),
            LiteralKind::List(items) => {
                let items: Result<crate::py::List, usize> = items.into_iter().map(Self::into_value).collect();
                items.map(Value::List)
            }
            LiteralKind::Dict(entries) => {
                let mut dict = crate::py::Dict::new();
                for (key, value) in entries {
                    dict.set(key, value.into_value()?);
                }
                Ok(Value::Dict(dict))
            }
            LiteralKind::Call(_) => Err(self.offset),
        }
    }

    /// What the literal is, for a message.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            LiteralKind::Plain(value) => format!("a value of type {}", value.type_name()),
            LiteralKind::List(_) => "a list".to_owned(),
            LiteralKind::Dict(_) => "a dict".to_owned(),
            LiteralKind::Call(call) => format!("a call of `{}`", call.name),
        }
    }
}
