//! A Python value that came from JSON: None, bool, int, float, str, list, dict.
//!
//! Values are persistent: cloning shares, changing a shared list or dict copies only that level
//! (`make_mut`). So keeping a snapshot of a database after every tool call costs a few pointers.
//! Dicts keep insertion order, as Python's do; that order shows in every output.

use std::sync::Arc;

use foldhash::fast::FixedState;
use indexmap::IndexMap;
use num_bigint::BigInt;

/// Text of a `str`. Lone surrogates, which Python text may hold and Rust text may not, are carried as
/// documented in [`crate::py::json`].
pub type Str = Arc<str>;

/// A JSON value with Python's meaning.
#[derive(Clone, Debug)]
pub enum Value {
    None,
    Bool(bool),
    /// An int that fits 64 bits. Every int that fits is stored here, never as [`Value::Big`].
    Int(i64),
    /// An int beyond 64 bits.
    Big(Arc<BigInt>),
    Float(f64),
    Str(Str),
    List(List),
    Dict(Dict),
}

/// The entries of a [`Dict`]. Looking up keys is most of a tool's work, and keys are few and short: they are hashed
/// quickly rather than safely against whoever would choose colliding ones.
pub type Entries = IndexMap<Str, Value, FixedState>;

/// A list; clones share their elements until one is changed.
#[derive(Clone, Debug, Default)]
pub struct List(Arc<Vec<Value>>);

/// A dict with text keys in insertion order; clones share until one is changed.
#[derive(Clone, Debug, Default)]
pub struct Dict(Arc<Entries>);

impl Value {
    /// The name Python's messages use: `NoneType`, `bool`, `int`, `float`, `str`, `list`, `dict`.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::None => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::Big(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "str",
            Self::List(_) => "list",
            Self::Dict(_) => "dict",
        }
    }

    pub fn str(text: impl Into<Str>) -> Self {
        Self::Str(text.into())
    }

    #[must_use]
    pub const fn as_str(&self) -> Option<&Str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    #[must_use]
    pub const fn as_dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    #[must_use]
    pub const fn as_list(&self) -> Option<&List> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// An int of any size, in its canonical form.
    #[must_use]
    pub fn int(value: BigInt) -> Self {
        match i64::try_from(&value) {
            Ok(small) => Self::Int(small),
            Err(_) => Self::Big(Arc::new(value)),
        }
    }
}

impl List {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The elements for changing; copies them first if another value shares them.
    pub fn make_mut(&mut self) -> &mut Vec<Value> {
        Arc::make_mut(&mut self.0)
    }

    /// Whether both are the very same list in memory: then they are equal without looking.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl std::ops::Deref for List {
    type Target = Vec<Value>;
    fn deref(&self) -> &Vec<Value> {
        &self.0
    }
}

impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self(Arc::new(items.into_iter().collect()))
    }
}

impl Dict {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The entries for changing; copies them first if another value shares them.
    /// `IndexMap::insert` keeps an existing key's place, as Python's assignment does;
    /// to delete use `shift_remove`.
    pub fn make_mut(&mut self) -> &mut Entries {
        Arc::make_mut(&mut self.0)
    }

    /// `self[key] = value`.
    pub fn set(&mut self, key: impl Into<Str>, value: impl Into<Value>) {
        self.make_mut().insert(key.into(), value.into());
    }

    /// Whether both are the very same dict in memory: then they are equal without looking.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl std::ops::Deref for Dict {
    type Target = Entries;
    fn deref(&self) -> &Entries {
        &self.0
    }
}

impl From<Vec<Value>> for List {
    fn from(items: Vec<Value>) -> Self {
        Self(Arc::new(items))
    }
}

impl From<Entries> for Dict {
    fn from(entries: Entries) -> Self {
        Self(Arc::new(entries))
    }
}

impl<K: Into<Str>> FromIterator<(K, Value)> for Dict {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        Self(Arc::new(entries.into_iter().map(|(key, value)| (key.into(), value)).collect()))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}
impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}
impl From<Str> for Value {
    fn from(text: Str) -> Self {
        Self::Str(text)
    }
}
impl From<List> for Value {
    fn from(list: List) -> Self {
        Self::List(list)
    }
}
impl From<Dict> for Value {
    fn from(dict: Dict) -> Self {
        Self::Dict(dict)
    }
}
