//! The reader of Python-literal modules.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use proptest::prelude::*;
use taupe::pack::literal::{Literal, LiteralKind, MAX_BYTES, MAX_DEPTH, Position, read_module};
use taupe::py::{Value, json};

/// A module as lines `name = value`, calls shown as they are written; or the error.
fn show(source: &str) -> String {
    match read_module(source) {
        Ok(module) => {
            let line = |text: String, own: &taupe::pack::literal::Assignment| {
                let Position { line, column } = Position::of(source, own.value.offset);
                format!("{text}{} = {}  @{line}:{column}\n", own.name, show_literal(&own.value))
            };
            module.assignments.iter().fold(String::new(), line)
        }
        Err(error) => error.to_string(),
    }
}

fn show_literal(literal: &Literal) -> String {
    match &literal.kind {
        LiteralKind::Plain(Value::Float(value)) => format!("{value:?}"),
        LiteralKind::Plain(value) => json::dumps(value),
        LiteralKind::List(items) => format!("[{}]", items.iter().map(show_literal).collect::<Vec<_>>().join(", ")),
        LiteralKind::Dict(entries) => {
            let entry = |(key, value): &(_, _)| format!("{key}: {}", show_literal(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        LiteralKind::Call(call) => {
            let mut text = format!("{}(", call.name);
            for (name, value) in &call.arguments {
                write!(text, "{name}={}, ", show_literal(value)).unwrap();
            }
            text + ")"
        }
    }
}

#[track_caller]
fn check(source: &str, expected: Expect) {
    expected.assert_eq(&show(source));
}

/// Reads `source` as a value.
#[track_caller]
fn check_value(source: &str, expected: Expect) {
    let text = show(&format!("A = {source}"));
    let value = text.strip_prefix("A = ").and_then(|rest| rest.strip_suffix("  @1:5\n"));
    expected.assert_eq(value.unwrap_or(&text));
}

#[test]
fn a_task_file_is_read() {
    check(
        r#"from tau_bench.types import Task, Action

# The tasks.
TASKS_TEST = [
    Task(
        annotator="0",
        instruction="You're 'Ann'.",  # either quote
        actions=[
            Action(
                name="look",
                kwargs={"ids": ["1", "2"], "n": -3, 'f': 2.50, "on": True, "off": False, "no": None},
            )
        ],
        outputs=[],
    ),
]
"#,
        expect![[r#"
            TASKS_TEST = [Task(annotator="0", instruction="You're 'Ann'.", actions=[Action(name="look", kwargs={ids: ["1", "2"], n: -3, f: 2.5, on: true, off: false, no: null}, )], outputs=[], )]  @4:14
        "#]],
    );
}

#[test]
fn statements_around_the_data_are_stepped_over() {
    check(
        concat!(
            "\u{feff}'''A module.\n'''\r\n",
            "import os, tau_bench.types as types  # comment\r",
            "from . import a\n",
            "from ..x import *\n",
            "from x.y import (a as b,\n    c,  # comment\n)\n\n",
            "A: List[Task] = []\n",
            "B: \"list[Task]\" | dict[str, types.Task,] = types.Task()\n",
            "C = \\\n  1"
        ),
        expect![[r#"
            A = []  @10:17
            B = Task()  @11:44
            C = 1  @13:3
        "#]],
    );
    check("", expect![""]);
    check("\n # only a comment", expect![""]);
}

#[test]
fn other_statements_are_refused() {
    check("def f():", expect!["line 1, column 1: expected an import or an assignment `NAME = value`, met `def`"]);
    check(
        "A = 1\n  B = 2",
        expect!["line 2, column 1: expected a statement at the start of its line, met indentation"],
    );
    check("A = 1; B = 2", expect!["line 1, column 6: expected the end of the statement, met `;`"]);
    check("A += 1", expect!["line 1, column 3: expected `=` or `: annotation =`, met `+`"]);
    check("A: int\n", expect!["line 1, column 7: expected `=`, met the end of the line"]);
    check("[1]", expect!["line 1, column 1: expected an import or an assignment `NAME = value`, met `[`"]);
    check("print(1)", expect!["line 1, column 6: expected `=` or `: annotation =`, met `(`"]);
    check("from x imports y", expect!["line 1, column 8: expected `import`, met `imports`"]);
    check("from x import (a b)", expect!["line 1, column 18: expected `,` or `)`, met `b`"]);
    check("import", expect!["line 1, column 7: expected a name, met the end of the file"]);
    check("A = B = 1", expect!["line 1, column 5: expected a value, met `B`"]);
    check("A = \n1", expect!["line 1, column 5: expected a value, met the end of the line"]);
}

#[test]
fn strings_are_those_of_python() {
    check_value(r#""a'b" 'c"d'"#, expect![[r#""a'bc\"d""#]]);
    check_value("(\"a\"\n  'b'  # comment\n  \"\"\"c\"\"\")", expect![[r#""abc""#]]);
    check_value(r#""\\ \' \" \n \t \r \a \b \f \v""#, expect![[r#""\\ ' \" \n \t \r \u0007 \b \f \u000b""#]]);
    check_value(r#""\x41 \u00e9 \U0001F600 \101\60\0""#, expect![[r#""A \u00e9 \ud83d\ude00 A0\u0000""#]]);
    check_value("\"a\\\nb\\\r\nc\"", expect![[r#""abc""#]]);
    check_value("\"\"\"a \"quoted\"\r\nb\rc\"\"\"", expect![[r#""a \"quoted\"\nb\nc""#]]);
    check_value("''", expect![[r#""""#]]);
    check_value("\"\"\"\"\"\"", expect![[r#""""#]]);
    check_value(r#"r"a\n\"b" u'c'"#, expect![[r#""a\\n\\\"bc""#]]);
    check_value("\"é # no comment\"", expect![[r#""\u00e9 # no comment""#]]);
}

#[test]
fn strings_that_python_or_we_refuse() {
    check_value(
        "\"abc\nd\"",
        expect![[r#"line 1, column 9: expected " at the end of the string, met the end of the line"#]],
    );
    check_value("'abc", expect!["line 1, column 5: expected a string that ends with ', met the end of the file"]);
    check_value("'''abc'", expect!["line 1, column 5: expected a string that ends with ''', met the end of the file"]);
    check_value(r"'\q'", expect![[r#"line 1, column 6: expected an escape such as \n, \", \x41 or \u0041, met `\q`"#]]);
    check_value(
        r"'\N{BULLET}'",
        expect![[r#"line 1, column 6: expected an escape such as \n, \", \x41 or \u0041, met `\N`"#]],
    );
    check_value(r"'\x4'", expect!["line 1, column 9: expected 2 hexadecimal digits, met a string"]);
    check_value(r"'\ud83d'", expect!["line 1, column 6: expected a Unicode character, met the code D83D"]);
    check_value(r"'\UFFFFFFFF'", expect!["line 1, column 6: expected a Unicode character, met the code FFFFFFFF"]);
    check_value("f'{a}'", expect!["line 1, column 5: expected a plain string, met a string with the prefix `f`"]);
    check_value("b'a'", expect!["line 1, column 5: expected a plain string, met a string with the prefix `b`"]);
    check_value("'a\0'", expect!["line 1, column 7: expected text, met the character U+0000"]);
    check_value(
        r"'\",
        expect![[r#"line 1, column 7: expected an escape such as \n, \", \x41 or \u0041, met the end of the file"#]],
    );
    check_value(r"r'\", expect!["line 1, column 5: expected a string that ends with ', met the end of the file"]);
}

#[test]
fn numbers_are_those_of_python() {
    check_value("[0, 7, -7, +7, - 7, 1_000]", expect!["[0, 7, -7, 7, -7, 1000]"]);
    check_value(
        "[1., .5, 1e3, 1E-2, -0.0, 1_0.0_1, 54.04, 1e400]",
        expect!["[1.0, 0.5, 1000.0, 0.01, -0.0, 10.01, 54.04, inf]"],
    );
    check_value(
        "[9223372036854775807, 9223372036854775808, -9223372036854775808]",
        expect!["[9223372036854775807, 9223372036854775808, -9223372036854775808]"],
    );
    // The smallest 64-bit int must be the small form, or equal values would not be equal.
    let module = read_module("A = -9223372036854775808").unwrap();
    assert!(matches!(module.assignments[0].value.kind, LiteralKind::Plain(Value::Int(i64::MIN))));
}

#[test]
fn numbers_that_python_or_we_refuse() {
    check_value("007", expect!["line 1, column 5: expected a decimal number, met a number with a leading zero"]);
    check_value("0x1f", expect!["line 1, column 5: expected a decimal number, met another kind of number"]);
    check_value("2j", expect!["line 1, column 5: expected a decimal number, met another kind of number"]);
    check_value("1.2.3", expect!["line 1, column 5: expected a decimal number, met another kind of number"]);
    check_value("1__0", expect!["line 1, column 6: expected a digit, met `__0`"]);
    check_value("1_", expect!["line 1, column 6: expected a digit, met `_`"]);
    check_value("1e", expect!["line 1, column 7: expected the digits of an exponent, met the end of the file"]);
    check_value(".", expect!["line 1, column 5: expected a value, met `.`"]);
    check_value("--1", expect!["line 1, column 6: expected a number, met `-`"]);
    check_value("-True", expect!["line 1, column 6: expected a number, met `True`"]);
    check_value(&"1".repeat(4301), expect!["line 1, column 5: expected at most 4300 digits, met 4301"]);
}

#[test]
fn collections_take_trailing_commas_and_comments_anywhere() {
    check_value("[  # one\n 1 ,# two\n\n 2\n , ]", expect!["[1, 2]"]);
    check_value("{'a': {}, \"b\" 'c' :\n[[],],}", expect!["{a: {}, bc: [[]]}"]);
    check_value("((\n(1)\n))", expect!["1"]);
    check_value("T(a=1,\n b=T())", expect!["T(a=1, b=T(), )"]);
}

#[test]
fn collections_that_are_not_plain_data_are_refused() {
    check_value("()", expect!["line 1, column 5: expected a value, met an empty tuple"]);
    check_value("(1, 2)", expect!["line 1, column 5: expected a value, met a tuple"]);
    check_value("1, 2", expect!["line 1, column 6: expected the end of the statement, met `,`"]);
    check_value("{1, 2}", expect!["line 1, column 6: expected a text as key, met another value"]);
    check_value("{'a', 'b'}", expect!["line 1, column 9: expected `:`, met `,`"]);
    check_value("[1 2]", expect!["line 1, column 8: expected `,` or `]`, met a number"]);
    check_value("[,]", expect!["line 1, column 6: expected a value, met `,`"]);
    check_value("[1,,]", expect!["line 1, column 8: expected a value, met `,`"]);
    check_value("[*a]", expect!["line 1, column 6: expected a value, met `*`"]);
    check_value("[a for a in b]", expect!["line 1, column 6: expected a value, met `a`"]);
    check_value("'a' + 'b'", expect!["line 1, column 9: expected the end of the statement, met `+`"]);
    check_value("T('a')", expect!["line 1, column 7: expected an argument `name=value`, met a string"]);
    check_value("T(a=1, a=2)", expect!["line 1, column 12: expected each argument once, met `a` again"]);
    check_value("T(**a)", expect!["line 1, column 7: expected an argument `name=value`, met `*`"]);
    check_value("T(a=1)(b=2)", expect!["line 1, column 11: expected the end of the statement, met `(`"]);
    check_value("[1", expect!["line 1, column 7: expected `,` or `]`, met the end of the file"]);
    check_value("[1}", expect!["line 1, column 7: expected `,` or `]`, met `}`"]);
    check_value("1]", expect!["line 1, column 6: expected the end of the statement, met `]`"]);
    check_value("\u{202e}1", expect!["line 1, column 5: expected a value, met `\u{202e}`"]);
}

#[test]
fn a_repeated_key_takes_the_last_value_at_the_first_place_as_in_python() {
    let module = read_module("A = {'a': 1, 'b': 2, 'a': 3}").unwrap();
    let value = module.assignments.into_iter().next().unwrap().value.into_value().unwrap();
    assert_eq!(json::dumps(&value), r#"{"a": 3, "b": 2}"#);
}

#[test]
fn a_call_is_not_a_plain_value() {
    let module = read_module("A = [1, {'a': T()}]").unwrap();
    assert_eq!(module.assignments.into_iter().next().unwrap().value.into_value().err(), Some(14));
}

#[test]
fn lines_are_counted_for_every_kind_of_line_end() {
    check("# é\r\n#\r#\n\nA = ['é', ?]", expect!["line 5, column 11: expected a value, met `?`"]);
    check("A = '''\n\r\n''' ?", expect!["line 3, column 5: expected the end of the statement, met `?`"]);
}

#[test]
fn a_task_file_cut_short_is_an_error_unless_the_cut_is_between_statements() {
    let header = "from t import T";
    let source = format!("{header}\n\nTASKS = [\n  T(a='x', b=[1, 2.5], c={{'k': None}}),\n]\n");
    for cut in 0..=source.len() {
        let between = cut == 0 || (header.len()..=header.len() + 2).contains(&cut) || cut >= source.len() - 1;
        assert_eq!(read_module(&source[..cut]).is_ok(), between, "{:?}", &source[..cut]);
    }
}

#[test]
fn depth_and_length_are_bounded() {
    let nested = |depth: usize| format!("A = {}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read_module(&nested(MAX_DEPTH)).is_ok());
    check(
        &nested(MAX_DEPTH + 1),
        expect!["line 1, column 69: expected at most 64 levels of nesting, met a deeper one"],
    );
    check(
        &"{'':".repeat(100_000),
        expect!["line 1, column 1: expected an import or an assignment `NAME = value`, met `{`"],
    );
    check(
        &format!("A = {}", "(".repeat(100_000)),
        expect!["line 1, column 69: expected at most 64 levels of nesting, met a deeper one"],
    );
    check(
        &format!("A: {}", "a[".repeat(100_000)),
        expect!["line 1, column 134: expected at most 64 levels of nesting, met a deeper one"],
    );
    check(&"#".repeat(MAX_BYTES + 1), expect!["line 1, column 1: expected at most 16777216 bytes, met 16777217"]);
}

/// Python source of a value, and its JSON text; every way to write it is drawn.
fn literal() -> impl Strategy<Value = (String, serde_json::Value)> {
    let text = any::<String>().prop_map(|text| text.replace(['\0', '\r'], " "));
    let text = (text, 0..4usize).prop_map(|(text, quote)| {
        let quote = ["\"", "'", "\"\"\"", "'''"][quote];
        let escaped = text.replace('\\', "\\\\").replace(['"', '\''], "\\x27").replace('\n', "\\n");
        (format!("{quote}{escaped}{quote}"), serde_json::Value::String(text.replace('"', "'")))
    });
    let leaf = prop_oneof![
        any::<i64>().prop_map(|n| (n.to_string(), n.into())),
        (-1e15..1e15f64).prop_map(|n| (format!("{n:?}"), n.into())),
        Just(("None".to_owned(), serde_json::Value::Null)),
        any::<bool>().prop_map(|b| (if b { "True" } else { "False" }.to_owned(), b.into())),
        text.clone(),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let blank = prop_oneof![Just(""), Just(" "), Just("\n"), Just(" # ]}\n\t"), Just("\\\n")];
        let entries = prop::collection::vec((text.clone(), inner.clone()), 0..5);
        let list = (prop::collection::vec(inner.clone(), 0..6), blank.clone(), any::<bool>());
        prop_oneof![
            list.prop_map(|(items, blank, comma)| {
                let source: Vec<&str> = items.iter().map(|(source, _)| source.as_str()).collect();
                let end = if comma && !items.is_empty() { "," } else { "" };
                let source = format!("[{blank}{}{blank}{end}]", source.join(&format!("{blank},")));
                (source, items.into_iter().map(|(_, value)| value).collect())
            }),
            (entries, blank).prop_map(|(entries, blank)| {
                let source: Vec<String> =
                    entries.iter().map(|((key, _), (value, _))| format!("{key}{blank}:{blank}{value}")).collect();
                let source = format!("{{{blank}{}{blank}}}", source.join(","));
                let entry = |((_, key), (_, value)): ((_, serde_json::Value), (_, serde_json::Value))| {
                    (key.as_str().unwrap().to_owned(), value)
                };
                (source, serde_json::Value::Object(entries.into_iter().map(entry).collect()))
            }),
            inner.prop_map(|(source, value)| (format!("({source})"), value)),
        ]
    })
}

proptest! {
    #[test]
    fn what_was_written_is_read((source, value) in literal()) {
        let module = read_module(&format!("A = {source}\n")).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let read = module.assignments.into_iter().next().unwrap().value.into_value().unwrap();
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&json::dumps(&read)).unwrap(), value);
    }

    #[test]
    fn no_text_makes_the_reader_panic(source in ".*") {
        _ = read_module(&source);
    }

    #[test]
    fn no_shuffle_of_python_makes_the_reader_panic(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "A", " = ", "[", "]", "{", "}", "(", ")", ",", ":", "'", "\"", "'''", "\\", "\n", "\r", "#", "-", ".",
                "1", "1e", "_", "r'", "\\x", "é", "\u{feff}", "import ", "from ", " as ", "None", "'a'", "A = [", "|",
            ]),
            0..40,
        ),
    ) {
        let source = parts.concat();
        match read_module(&source) {
            Ok(_) => {}
            Err(error) => {
                let lines = source.split(['\n', '\r']).count();
                prop_assert!(error.at.line <= lines && error.at.column <= source.chars().count() + 1);
            }
        }
    }
}
