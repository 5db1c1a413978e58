//! Tokens, as CPython's tokenizer makes them.

use crate::py::{Exception, PyError, PyResult};

/// How many brackets may be open at once.
const MAX_OPEN: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// Digits with at most one point.
    Number(&'a str),
    Ellipsis,
    Dot,
    Plus,
    Minus,
    Star,
    DoubleStar,
    Slash,
    DoubleSlash,
    Open,
    Close,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub kind: Kind<'a>,
    /// How many brackets are open after it.
    pub open: usize,
}

/// The error that CPython raises for a text it cannot parse.
pub(super) fn syntax_error(what: &str) -> PyError {
    PyError::new(Exception::SyntaxError, format!("{what} (<string>, line 1)"))
}

/// The tokens of a text of the calculator's characters.
///
/// # Errors
/// `SyntaxError` for the first thing that is wrong in itself. CPython reads a text to its end before it reports what
/// its parser found, so these come before all errors of [`super::parse`].
pub(super) fn tokens(text: &str) -> PyResult<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut open = 0;
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(' ');
        let Some((kind, length)) = token(rest)? else { return Ok(tokens) };
        match kind {
            Kind::Open if open == MAX_OPEN => return Err(syntax_error("too many nested parentheses")),
            Kind::Open => open += 1,
            Kind::Close if open == 0 => return Err(syntax_error("unmatched ')'")),
            Kind::Close => open -= 1,
            _ => {}
        }
        tokens.push(Token { kind, open });
        rest = &rest[length..];
    }
}

/// The token at the start of the text and its length; `None` at the end.
fn token(text: &str) -> PyResult<Option<(Kind<'_>, usize)>> {
    const SYMBOLS: [(&str, Kind<'static>); 10] = [
        ("**", Kind::DoubleStar),
        ("//", Kind::DoubleSlash),
        ("...", Kind::Ellipsis),
        (".", Kind::Dot),
        ("+", Kind::Plus),
        ("-", Kind::Minus),
        ("*", Kind::Star),
        ("/", Kind::Slash),
        ("(", Kind::Open),
        (")", Kind::Close),
    ];
    if let Some(number) = number(text) {
        let int = !number.contains('.');
        if int && number.starts_with('0') && number.contains(|digit| digit != '0') {
            return Err(syntax_error(
                "leading zeros in decimal integer literals are not permitted; \
                 use an 0o prefix for octal integers",
            ));
        }
        return Ok(Some((Kind::Number(number), number.len())));
    }
    Ok(SYMBOLS.iter().find(|(symbol, _)| text.starts_with(symbol)).map(|&(symbol, kind)| (kind, symbol.len())))
}

/// `12`, `12.`, `.5` or `12.5` at the start of the text.
fn number(text: &str) -> Option<&str> {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(0);
    let length = match text.as_bytes().get(whole) {
        Some(b'.') => whole + 1 + digits(whole + 1),
        _ => whole,
    };
    // A point alone is no number.
    (whole > 0 || length > 1).then(|| &text[..length])
}
