//! A file that is no starter world is refused, with the place of what is wrong.

use expect_test::{Expect, expect};

use crate::worlds::RETAIL;

#[track_caller]
fn check_refused(content: &[u8], expected: Expect) {
    expected.assert_eq(&RETAIL.file.read(content).expect_err("this is no world").to_string());
}

#[test]
fn a_file_of_another_shape_is_refused_with_its_place() {
    check_refused(b"\xff", expect!["worlds/retail.json is not text: its byte 0 is not UTF-8."]);
    check_refused(
        b"<!doctype html>",
        expect!["worlds/retail.json is not JSON: Expecting value: line 1 column 1 (char 0)."],
    );
    check_refused(b"[]", expect!["worlds/retail.json, the file: expected an object, met list."]);
    check_refused(b"{}", expect!["worlds/retail.json, `domain`: expected a text, met nothing."]);
    check_refused(
        br#"{"domain": "moon"}"#,
        expect!["worlds/retail.json is for the domain “moon”, which this page does not have."],
    );
    check_refused(
        br#"{"domain": "retail", "tables": {"orders": []}}"#,
        expect!["worlds/retail.json, table `orders`: expected an object, met list."],
    );
    check_refused(
        br#"{"domain": "retail", "tables": {}, "splits": {"dev": {}}}"#,
        expect!["worlds/retail.json, split `dev`: expected a list, met dict."],
    );
    check_refused(
        br#"{"domain": "retail", "tables": {}, "splits": {"dev": [{"actions": []}]}}"#,
        expect!["worlds/retail.json, task 0: expected a list as `outputs`, met nothing."],
    );
    check_refused(
        br#"{"domain": "retail", "tables": {}, "splits": {}, "policy": 1}"#,
        expect!["worlds/retail.json, `policy`: expected a text, met int."],
    );
}
