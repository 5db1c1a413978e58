//! `json.dumps`.

use crate::py::unicode::surrogate_of;
use crate::py::{Value, float, text};

/// `json.dumps(value)`: one line, `", "` and `": "` between, everything beyond ASCII escaped.
///
/// Floats that JSON does not know are written `NaN`, `Infinity`, `-Infinity`.
#[must_use]
pub fn dumps(value: &Value) -> String {
    write(value, None)
}

/// `json.dumps(value, indent=indent)`: one element a line, indented by `indent` spaces a level; an empty list or dict
/// stays `[]` or `{}`.
#[must_use]
pub fn dumps_indent(value: &Value, indent: usize) -> String {
    write(value, Some(indent))
}

fn write(value: &Value, indent: Option<usize>) -> String {
    let mut writer = Writer { out: String::new(), indent, level: 0 };
    writer.value(value);
    writer.out
}

struct Writer {
    out: String,
    indent: Option<usize>,
    level: usize,
}

impl Writer {
    fn value(&mut self, value: &Value) {
        match value {
            Value::None => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Int(int) => text::write_int(&mut self.out, *int),
            Value::Big(int) => text::write_big(&mut self.out, int),
            Value::Float(float) if float.is_nan() => self.out.push_str("NaN"),
            Value::Float(f64::INFINITY) => self.out.push_str("Infinity"),
            Value::Float(f64::NEG_INFINITY) => self.out.push_str("-Infinity"),
            Value::Float(float) => float::write_repr(&mut self.out, *float),
            Value::Str(text) => self.string(text),
            Value::List(list) => self.container(['[', ']'], list.iter(), Self::value),
            Value::Dict(dict) => self.container(['{', '}'], dict.iter(), |writer, (key, item)| {
                writer.string(key);
                writer.out.push_str(": ");
                writer.value(item);
            }),
        }
    }

    fn container<T>(
        &mut self,
        [open, close]: [char; 2],
        items: impl ExactSizeIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.out.push(open);
        let empty = items.len() == 0;
        self.level += 1;
        for (position, item) in items.enumerate() {
            match self.indent {
                Some(_) if position > 0 => self.out.push(','),
                None if position > 0 => self.out.push_str(", "),
                _ => {}
            }
            self.line_break();
            write(self, item);
        }
        self.level -= 1;
        if !empty {
            self.line_break();
        }
        self.out.push(close);
    }

    fn line_break(&mut self) {
        if let Some(indent) = self.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', indent * self.level));
        }
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        let mut raw_from = 0;
        for (position, c) in text.char_indices() {
            if matches!(c, ' '..='~') && c != '"' && c != '\\' {
                continue;
            }
            self.out.push_str(&text[raw_from..position]);
            raw_from = position + c.len_utf8();
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                _ => match surrogate_of(c) {
                    Some(lone) => self.escape(lone),
                    None => c.encode_utf16(&mut [0; 2]).iter().for_each(|&unit| self.escape(unit)),
                },
            }
        }
        self.out.push_str(&text[raw_from..]);
        self.out.push('"');
    }

    fn escape(&mut self, unit: u16) {
        self.out.push_str(&format!("\\u{unit:04x}"));
    }
}
