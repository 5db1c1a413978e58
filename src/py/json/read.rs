//! `json.loads`.

use std::borrow::Cow;
use std::collections::HashSet;

use num_bigint::BigInt;

use crate::py::unicode::carry_surrogate;
use crate::py::value::Entries;
use crate::py::{Dict, Exception, List, PyError, PyResult, Str, Value};

/// How deep arrays and objects may nest: what CPython's recursion limit of 1000 leaves in a small program.
const MAX_DEPTH: usize = 994;

/// CPython's limit on the digits of an int that is read from or written as decimal text.
pub const MAX_INT_DIGITS: usize = 4300;

/// `json.loads(text)`.
///
/// Beyond the JSON standard it takes `NaN`, `Infinity` and `-Infinity`; a float out of range is an infinity; ints have
/// any size up to 4300 digits. Of a repeated key the last value counts, at the first one's place.
///
/// # Errors
/// `JSONDecodeError` with CPython's text (which counts in code points); `ValueError` for an int with too many digits;
/// `RecursionError` for nesting deeper than 994.
pub fn loads(text: &str) -> PyResult<Value> {
    let mut reader = Reader { text, bytes: text.as_bytes(), keys: HashSet::new() };
    if text.starts_with('\u{feff}') {
        return Err(reader.error("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0));
    }
    let start = reader.skip_blanks(0);
    let (value, end) = reader.value(start)?;
    let end = reader.skip_blanks(end);
    if end < text.len() { Err(reader.error("Extra data", end)) } else { Ok(value) }
}

/// Positions are byte offsets; they become code points only when an error is written.
struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// Equal keys share their text, as in CPython.
    keys: HashSet<Str>,
}

/// An array or object whose end is not reached.
enum Container {
    Array(Vec<Value>),
    /// With the key of the value that is being read.
    Object(Entries, Str),
}

fn check_depth(open: &[Container], what: &str) -> PyResult<()> {
    if open.len() < MAX_DEPTH {
        return Ok(());
    }
    Err(PyError::new(
        Exception::RecursionError,
        format!("maximum recursion depth exceeded while decoding a JSON {what} from a unicode string"),
    ))
}

impl<'a> Reader<'a> {
    fn error(&self, what: &str, at: usize) -> PyError {
        let before = &self.text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        let position = before.chars().count();
        PyError::new(Exception::JsonDecodeError, format!("{what}: line {line} column {column} (char {position})"))
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn skip_blanks(&self, mut at: usize) -> usize {
        while matches!(self.byte(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            at += 1;
        }
        at
    }

    /// The value that starts at `at`, and where it ends.
    ///
    /// Containers that are open wait in a list and not on the call stack, of which a page has little.
    fn value(&mut self, mut at: usize) -> PyResult<(Value, usize)> {
        let mut open: Vec<Container> = Vec::new();
        loop {
            let (mut value, mut end) = match self.byte(at) {
                Some(b'[') => {
                    check_depth(&open, "array")?;
                    at = self.skip_blanks(at + 1);
                    if self.byte(at) != Some(b']') {
                        open.push(Container::Array(Vec::new()));
                        continue;
                    }
                    (Value::List(List::new()), at + 1)
                }
                Some(b'{') => {
                    check_depth(&open, "object")?;
                    at = self.skip_blanks(at + 1);
                    if self.byte(at) != Some(b'}') {
                        let (key, after) = self.key(at)?;
                        open.push(Container::Object(Entries::default(), key));
                        at = after;
                        continue;
                    }
                    (Value::Dict(Dict::new()), at + 1)
                }
                _ => self.scalar(at)?,
            };
            // A value that is complete may complete the containers around it.
            loop {
                let Some(container) = open.last_mut() else { return Ok((value, end)) };
                at = self.skip_blanks(end);
                let next = self.byte(at);
                match container {
                    Container::Array(items) => {
                        items.push(value);
                        match next {
                            Some(b']') => value = Value::List(std::mem::take(items).into()),
                            Some(b',') => {
                                at = self.skip_blanks(at + 1);
                                break;
                            }
                            _ => return Err(self.error("Expecting ',' delimiter", at)),
                        }
                    }
                    Container::Object(entries, key) => {
                        entries.insert(key.clone(), value);
                        match next {
                            Some(b'}') => value = Value::Dict(std::mem::take(entries).into()),
                            Some(b',') => {
                                let start = self.skip_blanks(at + 1);
                                (*key, at) = self.key(start)?;
                                break;
                            }
                            _ => return Err(self.error("Expecting ',' delimiter", at)),
                        }
                    }
                }
                open.pop();
                end = at + 1;
            }
        }
    }

    /// The key at `at`, and where its value starts.
    fn key(&mut self, at: usize) -> PyResult<(Str, usize)> {
        if self.byte(at) != Some(b'"') {
            return Err(self.error("Expecting property name enclosed in double quotes", at));
        }
        let (key, end) = self.string(at + 1)?;
        let key = self.shared_key(&key);
        let colon = self.skip_blanks(end);
        if self.byte(colon) != Some(b':') {
            return Err(self.error("Expecting ':' delimiter", colon));
        }
        Ok((key, self.skip_blanks(colon + 1)))
    }

    fn scalar(&self, at: usize) -> PyResult<(Value, usize)> {
        let rest = &self.text[at..];
        match self.byte(at) {
            Some(b'"') => self.string(at + 1).map(|(text, end)| (Value::from(&*text), end)),
            Some(b'n') if rest.starts_with("null") => Ok((Value::None, at + 4)),
            Some(b't') if rest.starts_with("true") => Ok((Value::Bool(true), at + 4)),
            Some(b'f') if rest.starts_with("false") => Ok((Value::Bool(false), at + 5)),
            Some(b'N') if rest.starts_with("NaN") => Ok((Value::Float(f64::NAN), at + 3)),
            Some(b'I') if rest.starts_with("Infinity") => Ok((Value::Float(f64::INFINITY), at + 8)),
            Some(b'-') if rest.starts_with("-Infinity") => Ok((Value::Float(f64::NEG_INFINITY), at + 9)),
            _ => self.number(at),
        }
    }

    fn shared_key(&mut self, key: &str) -> Str {
        if let Some(known) = self.keys.get(key) {
            return known.clone();
        }
        let new = Str::from(key);
        self.keys.insert(new.clone());
        new
    }

    /// The string whose text starts at `start`, one past its quote.
    fn string(&self, start: usize) -> PyResult<(Cow<'a, str>, usize)> {
        let unterminated = || self.error("Unterminated string starting at", start - 1);
        let mut text = Cow::Borrowed("");
        let mut at = start;
        loop {
            let chunk = &self.bytes[at..];
            let Some(length) = chunk.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < b' ') else {
                return Err(unterminated());
            };
            let raw = &self.text[at..at + length];
            if text.is_empty() {
                text = Cow::Borrowed(raw);
            } else {
                text.to_mut().push_str(raw);
            }
            at += length;
            match self.bytes[at] {
                b'"' => return Ok((text, at + 1)),
                b'\\' => {
                    let Some(escaped) = self.byte(at + 1) else { return Err(unterminated()) };
                    let (c, end) = match escaped {
                        b'"' | b'\\' | b'/' => (char::from(escaped), at + 2),
                        b'b' => ('\u{8}', at + 2),
                        b'f' => ('\u{c}', at + 2),
                        b'n' => ('\n', at + 2),
                        b'r' => ('\r', at + 2),
                        b't' => ('\t', at + 2),
                        b'u' => self.unicode_escape(at + 2)?,
                        _ => return Err(self.error("Invalid \\escape", at)),
                    };
                    text.to_mut().push(c);
                    at = end;
                }
                _ => return Err(self.error("Invalid control character at", at)),
            }
        }
    }

    /// The character of the digits at `at`, together with those of a low surrogate that follows a high one.
    fn unicode_escape(&self, at: usize) -> PyResult<(char, usize)> {
        let first = self.four_digits(at)?;
        let next = at + 4;
        // A string needs its closing quote after the second escape: without one, this is not looked at.
        let is_high = (0xD800..0xDC00).contains(&first);
        if is_high && self.text[next..].starts_with("\\u") && self.text[next..].chars().nth(6).is_some() {
            let second = self.four_digits(next + 2)?;
            if (0xDC00..0xE000).contains(&second) {
                let pair = char::decode_utf16([first, second]).next().and_then(Result::ok);
                return Ok((pair.unwrap_or(char::REPLACEMENT_CHARACTER), next + 6));
            }
        }
        Ok((char::from_u32(u32::from(first)).unwrap_or_else(|| carry_surrogate(first)), next))
    }

    fn four_digits(&self, at: usize) -> PyResult<u16> {
        let invalid = || self.error("Invalid \\uXXXX escape", at - 1);
        // The text must go on behind the digits; a text that ends with them is refused here and not for its end.
        self.text[at..].chars().nth(4).ok_or_else(invalid)?;
        let digits = self.text.get(at..at + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()).ok_or_else(invalid)
    }

    fn digits_from(&self, at: usize) -> usize {
        self.bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    fn number(&self, start: usize) -> PyResult<(Value, usize)> {
        let negative = self.byte(start) == Some(b'-');
        let first = start + usize::from(negative);
        let whole = match self.byte(first) {
            Some(b'0') => 1,
            Some(b'1'..=b'9') => self.digits_from(first),
            _ => return Err(self.error("Expecting value", start)),
        };
        let int_end = first + whole;
        let mut end = int_end;
        if self.byte(end) == Some(b'.') && self.digits_from(end + 1) > 0 {
            end += 1 + self.digits_from(end + 1);
        }
        if matches!(self.byte(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.byte(end + 1), Some(b'+' | b'-')));
            let digits = self.digits_from(end + 1 + sign);
            if digits > 0 {
                end += 1 + sign + digits;
            }
        }
        let text = &self.text[start..end];
        if end > int_end {
            // Rust reads the same grammar, rounds correctly and gives an infinity beyond the range.
            return Ok((Value::Float(text.parse().unwrap_or(f64::NAN)), end));
        }
        if whole > MAX_INT_DIGITS {
            return Err(PyError::value_error(format!(
                "Exceeds the limit ({MAX_INT_DIGITS} digits) for integer string conversion: value has {whole} digits; \
                 use sys.set_int_max_str_digits() to increase the limit"
            )));
        }
        let small = text.parse().map(Value::Int).ok();
        let value = small.or_else(|| text.parse::<BigInt>().map(Value::int).ok());
        value.map(|value| (value, end)).ok_or_else(|| self.error("Expecting value", start))
    }
}
