//! The browser behind the traits and plain functions that the layers above need. wasm32 only.

pub mod page;
