use super::*;
use crate::py::json::loads;
use crate::py::{PyResult, Value, text};

fn json(text: &str) -> Value {
    loads(text).unwrap()
}

/// The repr of the result, or `Type: text` of the exception.
fn shown<T: Into<Value>>(result: PyResult<T>) -> String {
    match result {
        Ok(value) => text::repr(&value.into()),
        Err(error) => format!("{}: {error}", error.kind.name()),
    }
}

fn counted(result: PyResult<usize>) -> PyResult<Value> {
    result.map(|count| Value::Int(i64::try_from(count).unwrap()))
}

#[track_caller]
fn check(result: PyResult<impl Into<Value>>, expect: &str) {
    assert_eq!(shown(result), expect);
}

#[track_caller]
fn check_binary(operation: fn(&Value, &Value) -> PyResult<Value>, cases: &[(&str, &str, &str)]) {
    for (a, b, expect) in cases {
        assert_eq!(shown(operation(&json(a), &json(b))), *expect, "{a} and {b}");
    }
}

#[test]
fn subscripts() {
    check(get_key(&json(r#"{"a": 1}"#), "a").cloned(), "1");
    check(get_key(&json("{}"), "it's").cloned(), "KeyError: \"it's\"");
    check(get_key(&json("[]"), "a").cloned(), "TypeError: list indices must be integers or slices, not str");
    check(get_key(&json(r#""x""#), "a").cloned(), "TypeError: string indices must be integers, not 'str'");
    check(get_key(&json("null"), "a").cloned(), "TypeError: 'NoneType' object is not subscriptable");
    check(get_key(&json("1.5"), "a").cloned(), "TypeError: 'float' object is not subscriptable");
    check(get_index(&json("[5]"), 0), "5");
    check(get_index(&json("[]"), 0), "IndexError: list index out of range");
    check(get_index(&json(r#""é""#), 0), "'é'");
    check(get_index(&json(r#""""#), 0), "IndexError: string index out of range");
    check(get_index(&json("{}"), 0), "KeyError: 0");
    check(get_index(&json("true"), 0), "TypeError: 'bool' object is not subscriptable");
}

#[test]
fn assignments() {
    let set = |container: &str| {
        let mut container = json(container);
        set_key(&mut container, "k", 2).map(|()| container)
    };
    check(set(r#"{"k": 1, "l": 1}"#), "{'k': 2, 'l': 1}");
    check(set("[1]"), "TypeError: list indices must be integers or slices, not str");
    check(set(r#""x""#), "TypeError: 'str' object does not support item assignment");
    check(set("null"), "TypeError: 'NoneType' object does not support item assignment");
}

#[test]
fn keys_of_any_type() {
    let dict = json(r#"{"1": 5}"#);
    let look =
        |key: &str| lookup(dict.as_dict().unwrap(), &json(key)).map(|found| found.cloned().unwrap_or(Value::None));
    check(look(r#""1""#), "5");
    check(look("1"), "None");
    check(look("null"), "None");
    check(look("[]"), "TypeError: unhashable type: 'list'");
    check(look("{}"), "TypeError: unhashable type: 'dict'");
    assert_eq!(key_error(&json("-0.0")).to_string(), "-0.0");
    assert_eq!(key_error(&json(r#""x""#)).to_string(), "'x'");
}

#[test]
fn iteration_and_length() {
    let all = |x: &str| iterate(&json(x)).map(|items| Value::List(items.into()));
    check(all("[1, [2]]"), "[1, [2]]");
    check(all(r#""aé""#), "['a', 'é']");
    check(all(r#"{"b": 1, "a": 2}"#), "['b', 'a']");
    check(all("1"), "TypeError: 'int' object is not iterable");
    check(counted(len(&json(r#""aé🙂""#))), "3");
    check(counted(len(&json("[1, 2]"))), "2");
    check(counted(len(&json("false"))), "TypeError: object of type 'bool' has no len()");
}

#[test]
fn membership() {
    let inside = |container: &str, item: &str| contains(&json(container), &json(item));
    check(inside("[1, 2]", "2.0"), "True");
    check(inside(r#"{"a": 1}"#, r#""a""#), "True");
    check(inside(r#"{"a": 1}"#, "[]"), "TypeError: unhashable type: 'list'");
    check(inside(r#""abc""#, r#""bc""#), "True");
    check(inside(r#""abc""#, "1"), "TypeError: 'in <string>' requires string as left operand, not int");
    check(inside("null", "1"), "TypeError: argument of type 'NoneType' is not iterable");
    check(contains_substring(&json(r#""gift_card_1""#), "gift_card"), "True");
    check(contains_substring(&json(r#"["gift_card_1"]"#), "gift_card"), "False");
    check(contains_substring(&json("3"), "gift_card"), "TypeError: argument of type 'int' is not iterable");
}

#[test]
fn methods_of_texts_and_lists() {
    check(lower(&json(r#""ÀΣ ΑΣ İ""#)), "'àς ας i̇'");
    check(lower(&json("1")), "AttributeError: 'int' object has no attribute 'lower'");
    let occurrences = |x: &str, item: &str| counted(count(&json(x), &json(item)));
    check(occurrences("[1, 1.0, true, [1]]", "1"), "3");
    check(occurrences(r#""aaaa""#, r#""aa""#), "2");
    check(occurrences(r#""né""#, r#""""#), "3");
    check(occurrences(r#""a""#, "1"), "TypeError: must be str, not int");
    check(occurrences(r#""a""#, "null"), "TypeError: must be str, not NoneType");
    check(occurrences("{}", "1"), "AttributeError: 'dict' object has no attribute 'count'");
    check(occurrences("null", "1"), "AttributeError: 'NoneType' object has no attribute 'count'");
}

#[test]
fn equality_is_by_value() {
    let equal = |a: &str, b: &str| eq(&json(a), &json(b));
    assert!(equal("1", "1.0") && equal("true", "1") && equal("0.0", "-0.0"));
    assert!(equal("[1, {\"a\": 2, \"b\": 1}]", "[1.0, {\"b\": true, \"a\": 2}]"));
    assert!(!equal("1", "\"1\"") && !equal("[]", "{}") && !equal("null", "0") && !equal("{\"a\": 1}", "{\"b\": 1}"));
    assert!(!equal("9007199254740993", "9007199254740992.0"));
    assert!(equal("9223372036854775808", "9223372036854775808.0"));
}

#[test]
fn order() {
    let less = |a: &Value, b: &Value| lt(a, b).map(Value::from);
    check_binary(
        less,
        &[
            ("1", "1.5", "True"),
            ("9007199254740992.0", "9007199254740993", "True"),
            ("9007199254740993", "9007199254740992.0", "False"),
            ("-1e400", "-123456789012345678901", "True"),
            ("123456789012345678901", "123456789012345678902", "True"),
            ("\"B\"", "\"a\"", "True"),
            ("[1, 2]", "[1, 2, 0]", "True"),
            ("[1, \"a\"]", "[2, 1]", "True"),
            ("[1, \"a\"]", "[1, 1]", "TypeError: '<' not supported between instances of 'str' and 'int'"),
            ("1", "\"a\"", "TypeError: '<' not supported between instances of 'int' and 'str'"),
            ("{}", "{}", "TypeError: '<' not supported between instances of 'dict' and 'dict'"),
            ("null", "null", "TypeError: '<' not supported between instances of 'NoneType' and 'NoneType'"),
        ],
    );
}

#[test]
fn sorting() {
    let sort = |items: &str| sorted(iterate(&json(items)).unwrap()).map(|items| Value::List(items.into()));
    check(sort("[3, 1.5, true, 1, 2]"), "[True, 1, 1.5, 2, 3]");
    check(sort(r#"["b", "a", "é", "B"]"#), "['B', 'a', 'b', 'é']");
    check(sort("[[2], [1, 5], [1]]"), "[[1], [1, 5], [2]]");
    check(sort("[]"), "[]");
    check(sort(r#"[1, "a"]"#), "TypeError: '<' not supported between instances of 'str' and 'int'");
    check(sort("[{}, 1]"), "TypeError: '<' not supported between instances of 'int' and 'dict'");
    check(sort("[2, NaN, 1]"), "[2, nan, 1]");
}

#[test]
fn addition() {
    check_binary(
        add,
        &[
            ("1", "true", "2"),
            ("9223372036854775807", "1", "9223372036854775808"),
            ("1", "0.5", "1.5"),
            ("\"a\"", "\"b\"", "'ab'"),
            ("[1]", "[2]", "[1, 2]"),
            ("\"a\"", "1", "TypeError: can only concatenate str (not \"int\") to str"),
            ("[1]", "\"a\"", "TypeError: can only concatenate list (not \"str\") to list"),
            ("1", "\"a\"", "TypeError: unsupported operand type(s) for +: 'int' and 'str'"),
        ],
    );
    check_binary(
        iadd,
        &[
            ("[1]", "\"ab\"", "[1, 'a', 'b']"),
            ("[1]", "2", "TypeError: 'int' object is not iterable"),
            ("1", "[1]", "TypeError: unsupported operand type(s) for +=: 'int' and 'list'"),
            ("\"a\"", "1", "TypeError: can only concatenate str (not \"int\") to str"),
        ],
    );
    check(sum(&[Value::Float(0.1), Value::Float(0.2), Value::Int(1)]), "1.3");
    check(sum(&[]), "0");
    check(sum(&[Value::from("a")]), "TypeError: unsupported operand type(s) for +: 'int' and 'str'");
}

#[test]
fn subtraction_and_multiplication() {
    check_binary(
        sub,
        &[
            ("-9223372036854775808", "1", "-9223372036854775809"),
            ("9223372036854775808", "1", "9223372036854775807"),
            ("0.3", "0.1", "0.19999999999999998"),
            ("\"a\"", "1", "TypeError: unsupported operand type(s) for -: 'str' and 'int'"),
        ],
    );
    check_binary(
        mul,
        &[
            ("9223372036854775807", "2", "18446744073709551614"),
            ("3", "0.1", "0.30000000000000004"),
            ("\"ab\"", "2", "'abab'"),
            ("true", "[1]", "[1]"),
            ("[1]", "-5", "[]"),
            ("\"a\"", "1.0", "TypeError: can't multiply sequence by non-int of type 'float'"),
            ("null", "\"a\"", "TypeError: can't multiply sequence by non-int of type 'NoneType'"),
            ("{}", "2", "TypeError: unsupported operand type(s) for *: 'dict' and 'int'"),
            ("\"a\"", "1000000000000", "MemoryError: "),
            ("\"a\"", "10000000000000000000", "OverflowError: cannot fit 'int' into an index-sized integer"),
        ],
    );
}

#[test]
fn signs_and_rounding() {
    check(neg(&json("true")), "-1");
    check(neg(&json("-9223372036854775808")), "9223372036854775808");
    check(neg(&json("9223372036854775808")), "-9223372036854775808");
    check(neg(&json("0.0")), "-0.0");
    check(neg(&json("\"a\"")), "TypeError: bad operand type for unary -: 'str'");
    check(abs(&json("-2.5")), "2.5");
    check(abs(&json("-9223372036854775808")), "9223372036854775808");
    check(abs(&json("[]")), "TypeError: bad operand type for abs(): 'list'");
    check(round2(&json("2.675")), "2.67");
    check(round2(&json("3")), "3");
    check(round2(&json("true")), "1");
    check(round2(&json("null")), "TypeError: type NoneType doesn't define __round__ method");
    check(add(&json("1.0"), &json(&"9".repeat(400))), "OverflowError: int too large to convert to float");
}

#[test]
fn int_of_a_text_reads_digits_of_any_script() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = match int(&Value::from(text)) {
            Ok(value) => crate::py::text::str_of(&value),
            Err(error) => error.message.into_owned(),
        };
        assert_eq!(shown, expected, "{text:?}");
    }
    // Each answer is CPython 3.11's.
    for (text, expected) in [
        ("07", "7"),
        (" 5 ", "5"),
        ("+5", "5"),
        ("-5", "-5"),
        ("1_2", "12"),
        ("\u{966}\u{96b}", "5"),
        ("\u{2003}\u{661}", "1"),
        ("\u{a0}1", "1"),
        ("99999999999999999999", "99999999999999999999"),
    ] {
        check(text, expected);
    }
    for text in ["", "+", "--5", "+_5", "1_", "_1", "1__2", "+ 5", "2x", "1.0"] {
        check(text, &format!("invalid literal for int() with base 10: '{text}'"));
    }
    check("\u{1c}1", "invalid literal for int() with base 10: '\\x1c1'");
}

#[test]
fn the_last_of_a_text_or_list() {
    assert!(eq(&last(&"2024-05-1\u{e9}".into(), 2).unwrap(), &"1\u{e9}".into()));
    assert!(eq(&last(&"x".into(), 2).unwrap(), &"x".into()));
    assert_eq!(last(&Value::Int(7), 2).unwrap_err().message, "'int' object is not subscriptable");
    assert_eq!(last(&Value::Dict(crate::py::Dict::new()), 2).unwrap_err().message, "unhashable type: 'slice'");
}
