//! JSON as Python's `json` module reads and writes it.
//!
//! **Lone surrogates.** Python text may hold one (`"\ud800"` in JSON gives it), Rust text may not. It is carried as
//! the private code point U+10D800…U+10DFFF with the same last four digits, and written back as `\ud800` by [`dumps`]
//! and by `repr`. The limit of this: a text that really holds one of those 2048 private code points is taken for one
//! with lone surrogates when written, and a surrogate sorts after all other characters.

mod read;
mod write;

pub use read::{MAX_INT_DIGITS, loads};
pub use write::{dumps, dumps_indent};

#[cfg(test)]
mod tests;
