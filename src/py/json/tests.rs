use proptest::prelude::*;

use super::*;
use crate::py::{Value, canon, text};

#[track_caller]
fn check_read(json: &str, expect: &str) {
    let shown = match loads(json) {
        Ok(value) => text::repr(&value),
        Err(error) => format!("{}: {error}", error.kind.name()),
    };
    assert_eq!(shown, expect, "{json}");
}

#[test]
fn reads_values() {
    check_read(" [null, true, false, 1, -1, 1.0, 1e2, -0, -0.0] ", "[None, True, False, 1, -1, 1.0, 100.0, 0, -0.0]");
    check_read("[NaN, Infinity, -Infinity, 1E400, 1e-400]", "[nan, inf, -inf, inf, 0.0]");
    check_read("[9223372036854775807, 9223372036854775808]", "[9223372036854775807, 9223372036854775808]");
    check_read(r#"{"a": 1, "b": {}, "a": 2}"#, "{'a': 2, 'b': {}}");
    check_read(r#""\"\\\/\b\f\n\r\t\u00e9é""#, r#"'"\\/\x08\x0c\n\r\téé'"#);
}

#[test]
fn surrogates_pair_up_or_are_carried_alone() {
    check_read(r#""\ud83d\ude42""#, "'🙂'");
    check_read(r#""\ud83d""#, r"'\ud83d'");
    check_read(r#""\ude42\ud83d""#, r"'\ude42\ud83d'");
    check_read(r#""\ud83d\u0041""#, r"'\ud83dA'");
    check_read(r#""\ud83dx\ude42""#, r"'\ud83dx\ude42'");
    assert_eq!(dumps(&loads(r#""\ud83dx\ude42\ud83d\ude42""#).unwrap()), r#""\ud83dx\ude42\ud83d\ude42""#);
}

#[test]
fn refuses_with_the_place_in_code_points() {
    let decode = |json: &str, expect: &str| check_read(json, &format!("JSONDecodeError: {expect}"));
    decode("", "Expecting value: line 1 column 1 (char 0)");
    decode("  ", "Expecting value: line 1 column 3 (char 2)");
    decode("nul", "Expecting value: line 1 column 1 (char 0)");
    decode("-", "Expecting value: line 1 column 1 (char 0)");
    decode("é", "Expecting value: line 1 column 1 (char 0)");
    decode("[\"é\",\n x]", "Expecting value: line 2 column 2 (char 7)");
    decode("1 2", "Extra data: line 1 column 3 (char 2)");
    decode("01", "Extra data: line 1 column 2 (char 1)");
    decode("1.", "Extra data: line 1 column 2 (char 1)");
    decode("1e+", "Extra data: line 1 column 2 (char 1)");
    decode("[1", "Expecting ',' delimiter: line 1 column 3 (char 2)");
    decode("[1,]", "Expecting value: line 1 column 4 (char 3)");
    decode("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)");
    decode("{\"a\":1,}", "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)");
    decode("{\"a\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)");
    decode("{\"a\":", "Expecting value: line 1 column 6 (char 5)");
    decode("{\"a\":1 \"b\"}", "Expecting ',' delimiter: line 1 column 8 (char 7)");
    decode("\"abc", "Unterminated string starting at: line 1 column 1 (char 0)");
    decode("[\"é\\", "Unterminated string starting at: line 1 column 2 (char 1)");
    decode("\"a\nb\"", "Invalid control character at: line 1 column 3 (char 2)");
    decode("\"\\x\"", "Invalid \\escape: line 1 column 2 (char 1)");
    decode("\"\\u12é4\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)");
    decode("\"\\u1234", "Invalid \\uXXXX escape: line 1 column 3 (char 2)");
    decode("\"\\ud83d\\u12x4\"", "Invalid \\uXXXX escape: line 1 column 9 (char 8)");
    decode("\"\\ud83d\\u1234", "Invalid \\uXXXX escape: line 1 column 9 (char 8)");
    decode("\"\\ud83d\\u12345", "Unterminated string starting at: line 1 column 1 (char 0)");
    decode("\u{feff}1", "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)");
}

#[test]
fn has_limits_instead_of_crashing() {
    let nested = |open: &str, close: &str, depth: usize| format!("{}0{}", open.repeat(depth), close.repeat(depth));
    assert!(loads(&nested("[", "]", 994)).is_ok());
    let message = |json: String| loads(&json).map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        message(nested("[", "]", 100_000)),
        "maximum recursion depth exceeded while decoding a JSON array from a unicode string"
    );
    assert_eq!(
        message(nested("{\"a\":", "}", 995)),
        "maximum recursion depth exceeded while decoding a JSON object from a unicode string"
    );
    assert!(loads(&"9".repeat(4300)).is_ok());
    assert_eq!(
        message(format!("-{}", "9".repeat(4301))),
        "Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits; \
         use sys.set_int_max_str_digits() to increase the limit"
    );
}

#[test]
fn writes_on_one_line() {
    let check = |json: &str| assert_eq!(dumps(&loads(json).unwrap()), json);
    check(r#"{"b": [null, true, false, 1, 1.0, -0.0, 1e+16, 1e-05], "a": {}, "c": []}"#);
    check(r#"[NaN, Infinity, -Infinity, 123456789012345678901]"#);
    check(r#""\"\\/\n\r\t\b\f\u0000\u001f\u007f\u00e9\u6f22\ud83d\ude42""#);
}

#[test]
fn writes_indented() {
    let value = loads(r#"{"a": [1, {"b": []}], "c": {}}"#).unwrap();
    let expect = "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}";
    assert_eq!(dumps_indent(&value, 2), expect);
    assert_eq!(dumps_indent(&Value::from("x"), 2), "\"x\"");
    assert_eq!(dumps_indent(&loads("[1]").unwrap(), 0), "[\n1\n]");
}

/// Values of every type, nested a little.
fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<i128>().prop_map(|int| Value::int(int.into())),
        any::<f64>().prop_map(Value::Float),
        any::<String>().prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(|items| Value::List(items.into())),
            proptest::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|entries| Value::Dict(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(value in any_value(), indent in 0_usize..4) {
        for json in [dumps(&value), dumps_indent(&value, indent)] {
            let read = loads(&json).unwrap();
            prop_assert_eq!(text::repr(&read), text::repr(&value));
            prop_assert!(canon::same_text(&read, &value));
            prop_assert_eq!(canon::sha256(&read), canon::sha256(&value));
        }
    }

    #[test]
    fn any_text_reads_or_is_refused(json in r#"[\[\]{},:"\\u0-9a-f.eE+\- \nNIté]{0,30}"#) {
        if let Ok(value) = loads(&json) {
            prop_assert!(canon::same_text(&loads(&dumps(&value)).unwrap(), &value));
        }
    }
}
