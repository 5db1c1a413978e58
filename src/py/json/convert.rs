//! To and from `serde_json`, for the layers that speak wire formats.

use num_traits::ToPrimitive;
use serde_json::Number;

use crate::py::Value;

/// The same value in Python's model; key order is kept.
#[must_use]
pub fn from_serde(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::None,
        serde_json::Value::Bool(bool) => Value::Bool(*bool),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(int), _) => Value::Int(int),
            (None, Some(int)) => Value::int(int.into()),
            (None, None) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(from_serde).collect()),
        serde_json::Value::Object(entries) => {
            Value::Dict(entries.iter().map(|(key, item)| (key.as_str(), from_serde(item))).collect())
        }
    }
}

/// The same value for a wire format; key order is kept.
///
/// What JSON cannot say becomes the nearest it can: NaN and infinities are null, an int beyond 64 bits is a float.
/// Lone surrogates stay private code points.
#[must_use]
pub fn to_serde(value: &Value) -> serde_json::Value {
    let float = |float: f64| Number::from_f64(float).map_or(serde_json::Value::Null, serde_json::Value::Number);
    match value {
        Value::None => serde_json::Value::Null,
        Value::Bool(bool) => serde_json::Value::Bool(*bool),
        Value::Int(int) => serde_json::Value::from(*int),
        Value::Big(int) => match int.to_u64() {
            Some(int) => serde_json::Value::from(int),
            None => float(int.to_f64().unwrap_or(f64::NAN)),
        },
        Value::Float(x) => float(*x),
        Value::Str(text) => serde_json::Value::from(&**text),
        Value::List(items) => items.iter().map(to_serde).collect(),
        Value::Dict(entries) => entries.iter().map(|(key, item)| (key.to_string(), to_serde(item))).collect(),
    }
}
