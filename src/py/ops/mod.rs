//! What Python does with values: subscripts, iteration, arithmetic, comparison, and the texts of what it refuses.
//!
//! Error texts are CPython 3.11's, because a tool's exception text is what the model reads.

mod arithmetic;
mod compare;
mod container;
mod convert;
mod methods;

pub use arithmetic::{abs, add, divide_ints, iadd, mul, neg, round2, sub, sum};
pub use compare::{eq, lt, sorted};
pub use container::{
    contains, contains_substring, get_index, get_key, iterate, key_error, len, lookup, set_key, table_key,
};
pub use convert::{int, last};
pub use methods::{attribute_error, count, lower};

#[cfg(test)]
mod tests;
