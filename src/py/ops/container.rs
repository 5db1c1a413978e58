//! Subscripts, membership, iteration, length.

use super::eq;
use crate::py::{Dict, Exception, PyError, PyResult, Str, Value, text};

/// `container[key]` with a str literal as the key.
///
/// # Errors
/// `KeyError` if a dict lacks the key; `TypeError` for anything but a dict.
pub fn get_key<'a>(container: &'a Value, key: &str) -> PyResult<&'a Value> {
    match container {
        Value::Dict(dict) => dict.get(key).ok_or_else(|| PyError::new(Exception::KeyError, text::repr_str(key))),
        Value::List(_) => Err(PyError::type_error("list indices must be integers or slices, not str")),
        Value::Str(_) => Err(PyError::type_error("string indices must be integers, not 'str'")),
        other => Err(PyError::type_error(format!("'{}' object is not subscriptable", other.type_name()))),
    }
}

/// `container[key] = value` with a str literal as the key.
///
/// # Errors
/// `TypeError` for anything but a dict.
pub fn set_key(container: &mut Value, key: &str, value: impl Into<Value>) -> PyResult<()> {
    match container {
        Value::Dict(dict) => {
            dict.set(key, value);
            Ok(())
        }
        Value::List(_) => Err(PyError::type_error("list indices must be integers or slices, not str")),
        other => Err(PyError::type_error(format!("'{}' object does not support item assignment", other.type_name()))),
    }
}

/// `container[index]` with a literal index from 0; a character of a str is a str.
///
/// # Errors
/// `IndexError` past the end; `KeyError` for a dict, whose keys are all str; else `TypeError`.
pub fn get_index(container: &Value, index: usize) -> PyResult<Value> {
    let past_end = |what: &str| PyError::new(Exception::IndexError, format!("{what} index out of range"));
    match container {
        Value::List(list) => list.get(index).cloned().ok_or_else(|| past_end("list")),
        Value::Str(text) => text.chars().nth(index).map(one_character).ok_or_else(|| past_end("string")),
        Value::Dict(_) => Err(PyError::new(Exception::KeyError, index.to_string())),
        other => Err(PyError::type_error(format!("'{}' object is not subscriptable", other.type_name()))),
    }
}

/// `dict.get(key)` or `key in dict` with a key of any type.
///
/// # Errors
/// `TypeError` if the key is a list or dict.
pub fn lookup<'a>(dict: &'a Dict, key: &Value) -> PyResult<Option<&'a Value>> {
    Ok(table_key(key)?.and_then(|text| dict.get(text)))
}

/// The key as it can occur in a dict with text keys: `None` for a number, bool or None, which is never found.
///
/// # Errors
/// `TypeError` if the key is a list or dict.
pub fn table_key(key: &Value) -> PyResult<Option<&Str>> {
    match key {
        Value::Str(text) => Ok(Some(text)),
        Value::List(_) | Value::Dict(_) => Err(PyError::type_error(format!("unhashable type: '{}'", key.type_name()))),
        _ => Ok(None),
    }
}

/// The `KeyError` of an absent key, whose text is the key's repr.
#[must_use]
pub fn key_error(key: &Value) -> PyError {
    PyError::new(Exception::KeyError, text::repr(key))
}

/// `for item in x`: the elements of a list, the characters of a str, the keys of a dict.
///
/// # Errors
/// `TypeError` for anything else.
pub fn iterate(x: &Value) -> PyResult<Vec<Value>> {
    match x {
        Value::List(list) => Ok(list.to_vec()),
        Value::Str(text) => Ok(text.chars().map(one_character).collect()),
        Value::Dict(dict) => Ok(dict.keys().cloned().map(Value::Str).collect()),
        other => Err(PyError::type_error(format!("'{}' object is not iterable", other.type_name()))),
    }
}

/// `len(x)`; of a str in code points.
///
/// # Errors
/// `TypeError` for anything but a list, str or dict.
pub fn len(x: &Value) -> PyResult<usize> {
    match x {
        Value::List(list) => Ok(list.len()),
        Value::Str(text) => Ok(text.chars().count()),
        Value::Dict(dict) => Ok(dict.len()),
        other => Err(PyError::type_error(format!("object of type '{}' has no len()", other.type_name()))),
    }
}

/// `item in container`.
///
/// # Errors
/// `TypeError` if the container is not a list, str or dict, if a str is asked for something else than a str, or a
/// dict for a list or dict.
pub fn contains(container: &Value, item: &Value) -> PyResult<bool> {
    match (container, item) {
        (Value::Str(_), Value::Str(needle)) => contains_substring(container, needle),
        (Value::Str(_), other) => Err(PyError::type_error(format!(
            "'in <string>' requires string as left operand, not {}",
            other.type_name()
        ))),
        (Value::List(list), _) => Ok(list.iter().any(|own| eq(own, item))),
        (Value::Dict(dict), _) => Ok(lookup(dict, item)?.is_some()),
        (other, _) => Err(not_a_container(other)),
    }
}

/// `"needle" in container` with a str literal: a substring of a str, an element of a list, a key of a dict.
///
/// # Errors
/// `TypeError` for any other container.
pub fn contains_substring(container: &Value, needle: &str) -> PyResult<bool> {
    match container {
        Value::Str(text) => Ok(text.contains(needle)),
        Value::List(list) => Ok(list.iter().any(|own| matches!(own, Value::Str(text) if &**text == needle))),
        Value::Dict(dict) => Ok(dict.contains_key(needle)),
        other => Err(not_a_container(other)),
    }
}

fn not_a_container(x: &Value) -> PyError {
    PyError::type_error(format!("argument of type '{}' is not iterable", x.type_name()))
}

fn one_character(c: char) -> Value {
    Value::from(&*c.encode_utf8(&mut [0; 4]))
}
