//! The browser behind the traits and plain functions that the layers above need. wasm32 only.

pub mod clock;
pub mod compress;
pub mod fetch;
pub mod files;
pub mod idb;
pub mod pack_fetch;
pub mod page;
pub mod quota;
pub mod size;
pub mod tabs;
