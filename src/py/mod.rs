//! CPython-compatible values: the data model, texts, arithmetic and random sequence of Python 3.11, and of later versions
//! what the optimiser's original depends on ([`num::sum`], [`int_set`]).
//!
//! The benchmarks are Python programs, and their behaviour leaks into everything that is compared: tool outputs,
//! error texts, database hashes, shuffles. This layer reproduces the part of Python that shows. It knows nothing of
//! agents, tools or tasks.

pub mod calc;
pub mod canon;
pub mod error;
pub mod float;
pub mod int_set;
pub mod json;
pub mod num;
mod number;
pub mod ops;
pub mod random;
pub mod text;
mod unicode;
pub mod value;

pub use error::{Exception, PyError, PyResult};
pub use int_set::IntSet;
pub use num::Num;
pub use value::{Dict, List, Str, Value};
