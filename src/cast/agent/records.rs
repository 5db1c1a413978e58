//! Records as tools tell of them. Whatever is missing or of another type is empty: tool results are texts from outside.

use serde_json::{Map, Value};

/// Cents.
pub type Money = i64;

pub fn text(record: &Value, name: &str) -> String {
    match record.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

pub fn money(value: Option<&Value>) -> Option<Money> {
    let amount = value?.as_f64()? * 100.0;
    // Beyond this no float counts cents, and no shop needs to.
    (amount.abs() < 9e15).then_some(amount.round() as Money)
}

pub fn list<'a>(record: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    record.get(name).and_then(Value::as_array).into_iter().flatten()
}

pub fn entries<'a>(record: &'a Value, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    record.get(name).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

/// Dollars and cents.
pub fn dollars(money: Money) -> String {
    let sign = if money < 0 { "-" } else { "" };
    format!("{sign}${}.{:02}", money.unsigned_abs() / 100, money.unsigned_abs() % 100)
}
