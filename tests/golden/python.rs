//! The Python layer: texts, JSON, hashes, the calculator.

use taupe::py::{Value, calc, canon, float, json, ops, text};

use crate::Check;
use crate::random::random;
use crate::tally::{Differences, Tally};
use crate::vectors::{self, Problem, Vectors, field, list, wrong};

pub const KINDS: &[(&str, Check)] = &[
    ("calculate", calculate),
    ("primitives", primitives),
    ("random", random),
    ("unicode_nonprintable", unicode_nonprintable),
];

fn calculate(vectors: &Vectors) -> Result<Tally, Problem> {
    Tally::of_records(vectors, |record, differences| {
        let expression = field(record, "expression")?;
        let answer = calc::calculate(expression).unwrap_or_else(|error| format!("Error: {error}"));
        differences.same(&text::repr(expression), vectors::text(record, "output")?, &answer);
        Ok(())
    })
}

fn primitives(vectors: &Vectors) -> Result<Tally, Problem> {
    Tally::of_records(vectors, |record, differences| match vectors::text(record, "kind")? {
        "float" => float_text(record, differences),
        "str" => str_text(record, differences),
        "value" => value_text(record, differences),
        kind => Err(Problem::malformed(format!("unknown kind of primitive `{kind}`"))),
    })
}

fn float_text(record: &Value, differences: &mut Differences) -> Result<(), Problem> {
    let bits = u64::from_str_radix(vectors::text(record, "bits")?, 16).map_err(|_| wrong("bits", "a hex number"))?;
    let x = f64::from_bits(bits);
    let rounded = float::round2(x);
    differences.same("repr", vectors::text(record, "repr")?, &float::repr(x));
    differences.same("json", vectors::text(record, "json")?, &json::dumps(&Value::Float(x)));
    differences.same("round2", vectors::text(record, "round2")?, &float::repr(rounded));
    differences.same("round2_bits", vectors::text(record, "round2_bits")?, &format!("{:016x}", rounded.to_bits()));
    Ok(())
}

fn str_text(record: &Value, differences: &mut Differences) -> Result<(), Problem> {
    let value = field(record, "value")?;
    let lower = ops::lower(value).map_err(|error| Problem::malformed(error.to_string()))?;
    differences.same("repr", vectors::text(record, "repr")?, &text::repr(value));
    differences.same("json", vectors::text(record, "json")?, &json::dumps(value));
    differences.same("lower", vectors::text(record, "lower")?, &lower);
    Ok(())
}

fn value_text(record: &Value, differences: &mut Differences) -> Result<(), Problem> {
    let source = vectors::text(record, "value_json")?;
    let value = json::loads(source).map_err(|error| Problem::malformed(error.to_string()))?;
    differences.same("value_json", source, &json::dumps(&value));
    differences.same("json_indent_2", vectors::text(record, "json_indent_2")?, &json::dumps_indent(&value, 2));
    differences.same("str_of_hashable", vectors::text(record, "str_of_hashable")?, &canon::canonical_text(&value));
    differences.same("sha256", vectors::text(record, "sha256")?, &canon::sha256(&value));
    differences.same("str", vectors::text(record, "str")?, &text::str_of(&value));
    Ok(())
}

/// Each range of code points that `repr` escapes is a vector.
fn unicode_nonprintable(vectors: &Vectors) -> Result<Tally, Problem> {
    let expected = list(vectors.only()?, "ranges")?;
    let actual = escaped_ranges()?;
    let mut tally = Tally::default();
    for position in 0..expected.len().max(actual.len()) {
        let shown = |range: Option<String>| range.unwrap_or_else(|| "none".to_owned());
        tally.vector(&format!("range {position}"), |differences| {
            let expected = expected.get(position).map(text::repr);
            let actual = actual.get(position).map(|(first, last)| format!("[{first}, {last}]"));
            differences.same("first and last", &shown(expected), &shown(actual));
            Ok(())
        })?;
    }
    Ok(tally)
}

fn escaped_ranges() -> Result<Vec<(u32, u32)>, Problem> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for code in 0..=u32::from(char::MAX) {
        let escaped = match char::from_u32(code) {
            // These are what an escape always is needed for, whether they print or not.
            Some('\\' | '\'') => false,
            Some(c) => text::repr_str(c.encode_utf8(&mut [0; 4])).starts_with("'\\"),
            None => {
                let lone = json::loads(&format!("\"\\u{code:04x}\""));
                text::repr(&lone.map_err(|error| Problem::malformed(error.to_string()))?).starts_with("'\\")
            }
        };
        match ranges.last_mut() {
            _ if !escaped => {}
            Some((_, last)) if *last + 1 == code => *last = code,
            _ => ranges.push((code, code)),
        }
    }
    Ok(ranges)
}
