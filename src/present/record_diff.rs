//! What changed inside a record, field by field.

use crate::py::{Value, canon, json};

/// One field that differs between two versions of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Where the field stands: `status`, `payment_history[1]`, `items[0].options.colour`. Empty: the record itself.
    pub path: String,
    /// The old value as JSON text (a text without its quotes); `None`: the field is new.
    pub before: Option<String>,
    /// The new value, likewise; `None`: the field is gone.
    pub after: Option<String>,
}

/// The fields that differ, in the order of the newer record, removed ones last within their object.
///
/// Objects are compared key by key and lists place by place, so an appended entry is one change.
/// A side that is `None` is a record that is not there.
#[must_use]
pub fn field_changes(before: Option<&Value>, after: Option<&Value>) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    compare(String::new(), before, after, &mut changes);
    changes
}

/// A value as a person reads it in a table: JSON, but a text without its quotes.
#[must_use]
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| json::dumps(value), |text| text.to_string())
}

fn compare(path: String, before: Option<&Value>, after: Option<&Value>, changes: &mut Vec<FieldChange>) {
    match (before, after) {
        (Some(old), Some(new)) if canon::same_text(old, new) => {}
        (Some(Value::Dict(old)), Some(Value::Dict(new))) => {
            let dot = if path.is_empty() { "" } else { "." };
            for (key, value) in new.iter() {
                compare(format!("{path}{dot}{key}"), old.get(key), Some(value), changes);
            }
            for (key, value) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
                compare(format!("{path}{dot}{key}"), Some(value), None, changes);
            }
        }
        (Some(Value::List(old)), Some(Value::List(new))) => {
            for at in 0..old.len().max(new.len()) {
                compare(format!("{path}[{at}]"), old.get(at), new.get(at), changes);
            }
        }
        (None, None) => {}
        _ => changes.push(FieldChange { path, before: before.map(plain), after: after.map(plain) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, after: &str, expected: &[&str]) {
        let [before, after] = [before, after].map(|text| json::loads(text).expect("the test's JSON"));
        let lines: Vec<String> = field_changes(Some(&before), Some(&after))
            .into_iter()
            .map(|change| {
                let side = |text: Option<String>| text.unwrap_or_else(|| "∅".to_owned());
                format!("{}: {} → {}", change.path, side(change.before), side(change.after))
            })
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn only_what_differs_is_listed() {
        check(
            r#"{"status": "pending", "n": 1}"#,
            r#"{"n": 1, "status": "cancelled"}"#,
            &["status: pending → cancelled"],
        );
    }

    #[test]
    fn an_int_and_a_float_differ() {
        check(r#"{"balance": 59}"#, r#"{"balance": 59.0}"#, &["balance: 59 → 59.0"]);
    }

    #[test]
    fn appended_entries_and_new_fields_stand_alone() {
        check(
            r#"{"payment_history": [{"amount": 1.5}]}"#,
            r#"{"payment_history": [{"amount": 1.5}, {"amount": 2.0}], "cancel_reason": "no longer needed"}"#,
            &[r#"payment_history[1]: ∅ → {"amount": 2.0}"#, "cancel_reason: ∅ → no longer needed"],
        );
    }

    #[test]
    fn nested_fields_have_their_path() {
        check(
            r#"{"items": [{"options": {"colour": "red", "size": "S"}}]}"#,
            r#"{"items": [{"options": {"colour": "blue"}}]}"#,
            &["items[0].options.colour: red → blue", "items[0].options.size: S → ∅"],
        );
    }
}
