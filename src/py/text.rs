//! `str()` and `repr()` of values.

use num_bigint::BigInt;

use super::unicode::{is_printable, surrogate_of};
use super::{Value, float};

/// Where text goes: a `String`, or a hash that never holds the whole text.
pub(super) trait Sink {
    fn put(&mut self, piece: &str);
}

impl Sink for String {
    fn put(&mut self, piece: &str) {
        self.push_str(piece);
    }
}

/// `str(value)`, which is also what an f-string inserts: a str is itself, anything else its `repr`.
#[must_use]
pub fn str_of(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        other => repr(other),
    }
}

/// `text.strip()`: without the blanks around it, among which Python counts the four separators U+001C to U+001F.
#[must_use]
pub fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// `repr(value)`.
///
/// Ints of any size are written out; Python's limit of 4300 digits shows only where ints are read
/// ([`crate::py::json::loads`], [`crate::py::calc`]).
#[must_use]
pub fn repr(value: &Value) -> String {
    let mut text = String::new();
    write_repr(&mut text, value);
    text
}

/// `repr` of a str: the quotes are `'`, unless the text holds `'` and no `"`.
#[must_use]
pub fn repr_str(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_repr_str(&mut out, text);
    out
}

/// `c.isspace()`, which is also what `\s` of a regular expression matches: Unicode's white space and U+001C to U+001F.
#[must_use]
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

fn write_repr(out: &mut impl Sink, value: &Value) {
    match value {
        Value::List(list) => {
            out.put("[");
            for (position, item) in list.iter().enumerate() {
                if position > 0 {
                    out.put(", ");
                }
                write_repr(out, item);
            }
            out.put("]");
        }
        Value::Dict(dict) => {
            out.put("{");
            for (position, (key, item)) in dict.iter().enumerate() {
                if position > 0 {
                    out.put(", ");
                }
                write_repr_str(out, key);
                out.put(": ");
                write_repr(out, item);
            }
            out.put("}");
        }
        scalar => write_repr_scalar(out, scalar),
    }
}

/// `repr` of everything but a list or dict, for which it writes nothing.
pub(super) fn write_repr_scalar(out: &mut impl Sink, value: &Value) {
    match value {
        Value::None => out.put("None"),
        Value::Bool(true) => out.put("True"),
        Value::Bool(false) => out.put("False"),
        Value::Int(int) => write_int(out, *int),
        Value::Big(int) => write_big(out, int),
        Value::Float(float) => float::write_repr(out, *float),
        Value::Str(text) => write_repr_str(out, text),
        Value::List(_) | Value::Dict(_) => {}
    }
}

pub(super) fn write_int(out: &mut impl Sink, int: i64) {
    out.put(&int.to_string());
}

pub(super) fn write_big(out: &mut impl Sink, int: &BigInt) {
    out.put(&int.to_string());
}

pub(super) fn write_repr_str(out: &mut impl Sink, text: &str) {
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'\'' && byte != b'\\');
    if plain {
        out.put("'");
        out.put(text);
        return out.put("'");
    }
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut buffer = [0; 4];
    out.put(quote.encode_utf8(&mut buffer));
    let mut raw_from = 0;
    for (position, c) in text.char_indices() {
        let raw = match c {
            '\'' | '"' => c != quote,
            '\\' => false,
            ' '..='~' => true,
            _ => is_printable(c),
        };
        if raw {
            continue;
        }
        out.put(&text[raw_from..position]);
        raw_from = position + c.len_utf8();
        match c {
            '\n' => out.put("\\n"),
            '\r' => out.put("\\r"),
            '\t' => out.put("\\t"),
            '\\' | '\'' | '"' => {
                out.put("\\");
                out.put(c.encode_utf8(&mut buffer));
            }
            _ => match surrogate_of(c).map_or(c as u32, u32::from) {
                code @ ..0x100 => out.put(&format!("\\x{code:02x}")),
                code @ ..0x1_0000 => out.put(&format!("\\u{code:04x}")),
                code => out.put(&format!("\\U{code:08x}")),
            },
        }
    }
    out.put(&text[raw_from..]);
    out.put(quote.encode_utf8(&mut buffer));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::py::json::loads;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(repr_str(text), expect);
    }

    #[test]
    fn quotes_follow_the_content() {
        check("plain", "'plain'");
        check("it's", "\"it's\"");
        check("say \"x\"", "'say \"x\"'");
        check("it's \"x\"", r#"'it\'s "x"'"#);
        check("back\\slash", r"'back\\slash'");
    }

    #[test]
    fn only_what_does_not_print_is_escaped() {
        check("a\nb\rc\td", r"'a\nb\rc\td'");
        check("\0\x1b\x7f\u{a0}\u{ad}", r"'\x00\x1b\x7f\xa0\xad'");
        check("é漢🙂", "'é漢🙂'");
        check("\u{378}\u{2028}\u{e000}\u{ffff}", r"'\u0378\u2028\ue000\uffff'");
        check("\u{e0001}\u{10ffff}", r"'\U000e0001\U0010ffff'");
        check("\u{10d800}", r"'\ud800'");
    }

    #[test]
    fn strips_what_python_calls_space() {
        assert_eq!(strip("\u{1c}\u{a0} a b\u{3000}\n\u{85}"), "a b");
        assert_eq!(strip("\u{200b}a\u{feff}"), "\u{200b}a\u{feff}");
    }

    #[test]
    fn containers_show_their_elements_by_repr() {
        let value = loads(r#"{"a": [null, true, 1, 1.0, "x", {}], "b'": []}"#).unwrap();
        assert_eq!(repr(&value), r#"{'a': [None, True, 1, 1.0, 'x', {}], "b'": []}"#);
        assert_eq!(str_of(&Value::from("x")), "x");
        assert_eq!(str_of(&loads("123456789012345678901").unwrap()), "123456789012345678901");
    }
}
