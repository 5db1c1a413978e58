//! The characters of a source: blanks and comments, names, numbers, strings.

use std::borrow::Cow;

use num_bigint::BigInt;

use super::{LiteralError, Position};
use crate::py::Value;
use crate::py::json::MAX_INT_DIGITS;

pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

/// How much of a foreign name an error repeats, in characters.
const SHOWN: usize = 40;

/// A place in a source. `at` always lies on a character boundary.
pub(super) struct Scanner<'a> {
    pub source: &'a str,
    pub at: usize,
    /// Open brackets; inside them a line end is a blank.
    pub brackets: usize,
}

impl<'a> Scanner<'a> {
    pub fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Steps over `text` if it stands here.
    pub fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Steps over a line end if one stands here.
    pub fn eat_line_end(&mut self) -> bool {
        self.eat("\r\n") || self.eat("\n") || self.eat("\r")
    }

    /// Steps over blanks, comments, joined lines and, inside brackets, line ends.
    pub fn skip_blanks(&mut self) {
        loop {
            match self.rest().as_bytes() {
                [b' ' | b'\t' | b'\x0c', ..] => self.at += 1,
                [b'#', ..] => self.skip_comment(),
                [b'\\', b'\r', b'\n', ..] => self.at += 3,
                [b'\\', b'\n' | b'\r', ..] => self.at += 2,
                [b'\n' | b'\r', ..] if self.brackets > 0 => self.at += 1,
                _ => return,
            }
        }
    }

    fn skip_comment(&mut self) {
        let rest = self.rest();
        self.at += rest.find(['\n', '\r']).unwrap_or(rest.len());
    }

    /// The error for what stands here.
    pub fn error(&self, expected: impl Into<Cow<'static, str>>) -> LiteralError {
        self.error_at(self.at, expected, self.met())
    }

    pub fn error_at(
        &self,
        offset: usize,
        expected: impl Into<Cow<'static, str>>,
        met: impl Into<Cow<'static, str>>,
    ) -> LiteralError {
        LiteralError { at: Position::of(self.source, offset), expected: expected.into(), met: met.into() }
    }

    fn met(&self) -> Cow<'static, str> {
        let Some(next) = self.peek() else { return "the end of the file".into() };
        match next {
            '\n' | '\r' => "the end of the line".into(),
            '"' | '\'' => "a string".into(),
            '0'..='9' => "a number".into(),
            _ if is_name_start(next) => {
                let name = name_prefix(self.rest());
                let shown: String = name.chars().take(SHOWN).collect();
                let cut = if shown.len() < name.len() { "…" } else { "" };
                format!("`{shown}{cut}`").into()
            }
            _ if next.is_control() => format!("the character U+{:04X}", u32::from(next)).into(),
            _ => format!("`{next}`").into(),
        }
    }

    /// A name, or `None` where none begins.
    pub fn name(&mut self) -> Option<&'a str> {
        let name = name_prefix(self.rest());
        self.at += name.len();
        (!name.is_empty()).then_some(name)
    }

    /// A number without its sign.
    pub fn number(&mut self) -> Result<Value, LiteralError> {
        const EXPECTED: &str = "a decimal number";
        let start = self.at;
        let mut digits = String::new();
        self.digits(&mut digits)?;
        let int_digits = digits.len();
        let mut is_float = false;
        if self.eat(".") {
            is_float = true;
            digits.push('.');
            self.digits(&mut digits)?;
            if digits.len() == 1 {
                return Err(self.error_at(start, "a value", "`.`"));
            }
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            is_float = true;
            self.at += 1;
            digits.push('e');
            if self.eat("-") {
                digits.push('-');
            } else {
                self.eat("+");
            }
            let before = digits.len();
            self.digits(&mut digits)?;
            if digits.len() == before {
                return Err(self.error("the digits of an exponent"));
            }
        }
        if self.peek().is_some_and(|next| is_name_part(next) || next == '.') {
            return Err(self.error_at(start, EXPECTED, "another kind of number"));
        }
        if is_float {
            return digits.parse().map(Value::Float).map_err(|_| self.error_at(start, EXPECTED, "another number"));
        }
        if int_digits > 1 && digits.starts_with('0') {
            return Err(self.error_at(start, EXPECTED, "a number with a leading zero"));
        }
        if int_digits > MAX_INT_DIGITS {
            return Err(self.error_at(start, format!("at most {MAX_INT_DIGITS} digits"), format!("{int_digits}")));
        }
        digits
            .parse::<i64>()
            .map(Value::Int)
            .or_else(|_| digits.parse::<BigInt>().map(Value::int))
            .map_err(|_| self.error_at(start, EXPECTED, "another number"))
    }

    /// Digits with single underscores between them; none is fine.
    fn digits(&mut self, digits: &mut String) -> Result<(), LiteralError> {
        let mut after_digit = false;
        loop {
            match self.rest().as_bytes() {
                [digit @ b'0'..=b'9', ..] => {
                    digits.push(char::from(*digit));
                    after_digit = true;
                }
                [b'_', b'0'..=b'9', ..] if after_digit => after_digit = false,
                [b'_', ..] => return Err(self.error("a digit")),
                _ => return Ok(()),
            }
            self.at += 1;
        }
    }

    /// Whether a string begins here, with or without a prefix.
    pub fn at_string(&self) -> bool {
        let rest = self.rest();
        let prefix = name_prefix(rest);
        prefix.len() <= 2 && matches!(rest.as_bytes().get(prefix.len()), Some(b'"' | b'\''))
    }

    /// One string with its prefix and quotes, appended to `text`.
    pub fn string(&mut self, text: &mut String) -> Result<(), LiteralError> {
        let start = self.at;
        let prefix = self.name().unwrap_or_default();
        let raw = match prefix {
            "" | "u" | "U" => false,
            "r" | "R" => true,
            _ => return Err(self.error_at(start, "a plain string", format!("a string with the prefix `{prefix}`"))),
        };
        let quote = if self.eat("\"\"\"") {
            "\"\"\""
        } else if self.eat("'''") {
            "'''"
        } else if self.eat("\"") {
            "\""
        } else if self.eat("'") {
            "'"
        } else {
            return Err(self.error("a string"));
        };
        let mark = if quote.starts_with('"') { b'"' } else { b'\'' };
        let triple = quote.len() == 3;
        loop {
            let rest = self.rest();
            let is_special = |byte: u8| byte == mark || matches!(byte, b'\\' | b'\n' | b'\r' | b'\0');
            let plain = rest.bytes().position(is_special).unwrap_or(rest.len());
            text.push_str(&rest[..plain]);
            self.at += plain;
            match self.rest().as_bytes().first() {
                None => return Err(self.error_at(start, format!("a string that ends with {quote}"), self.met())),
                Some(b'\0') => return Err(self.error("text")),
                Some(b'\n' | b'\r') => {
                    if !triple {
                        return Err(self.error(format!("{quote} at the end of the string")));
                    }
                    self.eat_line_end();
                    text.push('\n');
                }
                Some(b'\\') if raw => {
                    // A raw string keeps the backslash, and a quote after it does not end the string.
                    self.at += 1;
                    text.push('\\');
                    let newline_follows = matches!(self.peek(), Some('\n' | '\r'));
                    if let (false, Some(next)) = (newline_follows, self.peek()) {
                        self.at += next.len_utf8();
                        text.push(next);
                    } else if self.eat_line_end() {
                        text.push('\n');
                    }
                }
                Some(b'\\') => self.escape(text)?,
                Some(_) => {
                    if self.eat(quote) {
                        return Ok(());
                    }
                    // One or two quotes inside a triple-quoted string.
                    self.at += 1;
                    text.push(char::from(mark));
                }
            }
        }
    }

    fn escape(&mut self, text: &mut String) -> Result<(), LiteralError> {
        const EXPECTED: &str = "an escape such as \\n, \\\", \\x41 or \\u0041";
        let start = self.at;
        self.at += 1;
        if self.eat_line_end() {
            return Ok(());
        }
        let Some(letter) = self.peek() else { return Err(self.error(EXPECTED)) };
        let code = match letter {
            '\\' | '\'' | '"' => u32::from(letter),
            'a' => 0x07,
            'b' => 0x08,
            'f' => 0x0c,
            'n' => 0x0a,
            'r' => 0x0d,
            't' => 0x09,
            'v' => 0x0b,
            '0'..='7' => return self.octal_escape(start, text),
            'x' => return self.hex_escape(start, 2, text),
            'u' => return self.hex_escape(start, 4, text),
            'U' => return self.hex_escape(start, 8, text),
            _ => return Err(self.error_at(start, EXPECTED, format!("`\\{letter}`"))),
        };
        self.at += 1;
        self.push_code(start, code, text)
    }

    /// One to three octal digits.
    fn octal_escape(&mut self, start: usize, text: &mut String) -> Result<(), LiteralError> {
        let mut code = 0;
        for _ in 0..3 {
            let Some(digit) = self.peek().and_then(|next| next.to_digit(8)) else { break };
            code = code * 8 + digit;
            self.at += 1;
        }
        self.push_code(start, code, text)
    }

    /// A letter and exactly `digits` hexadecimal digits.
    fn hex_escape(&mut self, start: usize, digits: usize, text: &mut String) -> Result<(), LiteralError> {
        self.at += 1;
        let mut code: u32 = 0;
        for _ in 0..digits {
            let Some(digit) = self.peek().and_then(|next| next.to_digit(16)) else {
                return Err(self.error(format!("{digits} hexadecimal digits")));
            };
            // Eight digits fit 32 bits exactly.
            code = code << 4 | digit;
            self.at += 1;
        }
        self.push_code(start, code, text)
    }

    fn push_code(&self, start: usize, code: u32, text: &mut String) -> Result<(), LiteralError> {
        let Some(character) = char::from_u32(code) else {
            return Err(self.error_at(start, "a Unicode character", format!("the code {code:X}")));
        };
        text.push(character);
        Ok(())
    }
}

fn is_name_start(character: char) -> bool {
    character == '_' || character.is_alphabetic()
}

fn is_name_part(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// The name that `text` begins with, or nothing.
fn name_prefix(text: &str) -> &str {
    if !text.starts_with(is_name_start) {
        return "";
    }
    &text[..text.find(|next| !is_name_part(next)).unwrap_or(text.len())]
}
