//! Reading and changing records as the original's Python does, with its complaints where a value has another shape.
//!
//! Official data always has the expected shape. Values stored by a wrongly typed tool call, and worlds that people
//! write themselves, may not.

use super::Database;
use crate::py::{Dict, PyError, PyResult, Str, Value, ops};

/// The record of `data[table]` under a key that the data itself holds: absent is a `KeyError`.
pub fn known<'a>(db: &'a Database, table: &str, key: &Value) -> PyResult<&'a Value> {
    db.find(table, key)?.ok_or_else(|| ops::key_error(key))
}

/// The same, for changing.
pub fn known_mut<'a>(db: &'a mut Database, table: &str, key: &Value) -> PyResult<&'a mut Value> {
    match ops::table_key(key)? {
        Some(id) => db.table_mut(table).and_then(|table| table.get_mut(id)),
        None => None,
    }
    .ok_or_else(|| ops::key_error(key))
}

/// The container `value` for a membership test such as `key in value`.
pub fn dict_of(value: &Value) -> PyResult<&Dict> {
    value
        .as_dict()
        .ok_or_else(|| PyError::type_error(format!("argument of type '{}' is not iterable", value.type_name())))
}

/// `container[key]` under a key that the data itself holds.
pub fn known_entry<'a>(container: &'a Dict, key: &Value) -> PyResult<&'a Value> {
    ops::lookup(container, key)?.ok_or_else(|| ops::key_error(key))
}

/// `value["key"]`, for changing what is there.
pub fn entry_mut<'a>(value: &'a mut Value, key: &str) -> PyResult<&'a mut Value> {
    // Asked first because the complaint needs the value once more, which a found entry would keep borrowed.
    ops::get_key(value, key)?;
    match value {
        Value::Dict(dict) => dict.make_mut().get_mut(key),
        _ => None,
    }
    .ok_or_else(|| ops::key_error(&key.into()))
}

/// `value[key]` for a key that is a value itself, for changing what is there.
pub fn entry_mut_by<'a>(value: &'a mut Value, key: &Value) -> PyResult<&'a mut Value> {
    match key {
        Value::Str(key) => entry_mut(value, key),
        _ => Err(ops::key_error(key)),
    }
}

/// `value.extend(items)`, or `value.append(item)` said with one item.
pub fn extend(value: &mut Value, method: &str, items: impl IntoIterator<Item = Value>) -> PyResult<()> {
    match value {
        Value::List(list) => {
            list.make_mut().extend(items);
            Ok(())
        }
        other => Err(ops::attribute_error(other, method)),
    }
}

/// Whether a value is this text.
#[must_use]
pub fn is_text(value: &Value, text: &str) -> bool {
    value.as_str().is_some_and(|own| **own == *text)
}

/// `bool(value)`.
#[must_use]
pub fn truthy(value: &Value) -> bool {
    match value {
        Value::None => false,
        Value::Bool(truth) => *truth,
        Value::Int(int) => *int != 0,
        Value::Big(_) => true,
        Value::Float(float) => *float != 0.0,
        Value::Str(text) => !text.is_empty(),
        Value::List(list) => !list.is_empty(),
        Value::Dict(dict) => !dict.is_empty(),
    }
}

/// An object with these entries in this order.
pub fn object<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    Value::Dict(entries.into_iter().map(|(key, value)| (Str::from(key), value)).collect())
}
