use super::calculate;
use crate::py::Value;
use crate::py::json::loads;

#[track_caller]
fn check(expression: &str, expect: &str) {
    check_value(&Value::from(expression), expect);
}

#[track_caller]
fn check_value(expression: &Value, expect: &str) {
    let answer = calculate(expression).unwrap_or_else(|error| format!("Error: {error}"));
    assert_eq!(answer, expect);
}

#[track_caller]
fn check_syntax(expression: &str, expect: &str) {
    check(expression, &format!("Error: {expect} (<string>, line 1)"));
}

#[test]
fn arithmetic() {
    check("1 + 2 * 3", "7.0");
    check(" (1 + 2) * 3 - -4", "13.0");
    check("1 / 3", "0.33");
    check("-7 // 2", "-4.0");
    check("-7.5 // 2", "-4.0");
    check("2 ** 3 ** 2", "512.0");
    check("-2 ** 2", "-4.0");
    check("2 ** -1", "0.5");
    check("10 ** 16", "1e+16");
    check("9 ** .5", "3.0");
    check("007.5 + 00", "7.5");
    check("1.005 * 100", "100.5");
    check("-0.001", "-0.0");
    check("9007199254740993 / 1", "9007199254740992.0");
    check("10 ** 400 / 10 ** 398", "100.0");
    check("1 / 10 ** 400", "0.0");
    check("3 ** 999999 // 3 ** 999998 if 0", "Error: invalid characters in expression");
    check(&format!("{}.0", "9".repeat(400)), "inf");
}

#[test]
fn what_is_no_expression() {
    check("", "Error: invalid syntax (<string>, line 0)");
    check("   ", "Error: invalid syntax (<string>, line 0)");
    check("1e5", "Error: invalid characters in expression");
    check("1\n", "Error: invalid characters in expression");
    check_syntax("1 +", "invalid syntax");
    check_syntax("1 2", "invalid syntax");
    check_syntax("1..2.", "invalid syntax");
    check_syntax("(1 2)", "invalid syntax. Perhaps you forgot a comma?");
    check_syntax("1(2 3)", "invalid syntax. Perhaps you forgot a comma?");
    check_syntax("(1 2", "'(' was never closed");
    check_syntax("(1 2)) 3", "unmatched ')'");
    check_syntax("(* 1)", "cannot use starred expression here");
    check_syntax("(** 1)", "cannot use double starred expression here");
    check_syntax(") 012", "unmatched ')'");
    check_syntax(
        "1 2 012 )",
        "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
    );
    check_syntax(&"(".repeat(201), "too many nested parentheses");
    check_syntax(&"(".repeat(200), "'(' was never closed");
    check_syntax(
        &format!("1 {}", "9".repeat(4301)),
        "Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits; use \
         sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals to avoid \
         decimal conversion limits.",
    );
}

#[test]
fn what_cannot_be_computed() {
    check("1 / 0", "Error: division by zero");
    check("1 / 0.", "Error: float division by zero");
    check("1 // 0", "Error: integer division or modulo by zero");
    check("1. // 0", "Error: float floor division by zero");
    check("0 ** -1", "Error: 0.0 cannot be raised to a negative power");
    check("2. ** 9999", "Error: (34, 'Numerical result out of range')");
    check("10 ** 400", "Error: int too large to convert to float");
    check("10 ** 400 / 3", "Error: integer division result too large for a float");
    check("(-1) ** .5", "Error: float() argument must be a string or a real number, not 'complex'");
    check("(-1) ** .5 // 1", "Error: unsupported operand type(s) for //: 'complex' and 'int'");
    check("(-1) ** .5 / 0", "Error: complex division by zero");
    check("()", "Error: float() argument must be a string or a real number, not 'tuple'");
    check("...", "Error: float() argument must be a string or a real number, not 'ellipsis'");
    check("() + 1", "Error: can only concatenate tuple (not \"int\") to tuple");
    check("1 + ()", "Error: unsupported operand type(s) for +: 'int' and 'tuple'");
    check("() ** 2", "Error: unsupported operand type(s) for ** or pow(): 'tuple' and 'int'");
    check("() * 1.5", "Error: can't multiply sequence by non-int of type 'float'");
    check("-...", "Error: bad operand type for unary -: 'ellipsis'");
    check("2(3)(4)", "Error: 'int' object is not callable");
    check("1.5(1 / 0)", "Error: division by zero");
    check("2(*3)", "Error: 2 argument after * must be an iterable, not int");
    check("()(*())", "Error: 'tuple' object is not callable");
    check("...(**())", "Error: Ellipsis argument after ** must be a mapping, not tuple");
}

#[test]
fn arguments_that_are_no_text() {
    let check = |json: &str, expect: &str| check_value(&loads(json).unwrap(), expect);
    check("1", "Error: 'int' object is not iterable");
    check("null", "Error: 'NoneType' object is not iterable");
    check("[]", "Error: eval() arg 1 must be a string, bytes or code object");
    check(r#"["1", "+", "", "23"]"#, "Error: eval() arg 1 must be a string, bytes or code object");
    check(r#"{"1": 2}"#, "Error: eval() arg 1 must be a string, bytes or code object");
    check(r#"["21"]"#, "Error: invalid characters in expression");
    check("[1]", "Error: 'in <string>' requires string as left operand, not int");
}

#[test]
fn nothing_runs_away() {
    let depth = "Error: maximum recursion depth exceeded during compilation";
    check("9 ** 9 ** 9", "Error: int too large to convert to float");
    check("1 ** 9 ** 9 ** 9", "Error: int too large to convert to float");
    check("(-1) ** (9 ** 99 + 2)", "-1.0");
    check(&format!("1{}", "+1".repeat(2990)), "2991.0");
    check(&format!("1{}", "+1".repeat(2991)), depth);
    check(&format!("{}1", "-".repeat(2990)), "1.0");
    check(&format!("{}1", "-".repeat(2991)), depth);
    check(&format!("1{}", "()".repeat(2990)), "Error: 'int' object is not callable");
    check(&format!("1{}", "()".repeat(100_000)), depth);
    check(&format!("{}1{}", "(".repeat(200), ")".repeat(200)), "1.0");
    check_syntax(&format!("{}1 1{}", "(".repeat(200), ")".repeat(200)), "invalid syntax. Perhaps you forgot a comma?");
    check_syntax(&format!("{}1 {}", "(".repeat(200), "+".repeat(100_000)), "'(' was never closed");
}
