//! Browser tests (feature `browser-tests`).
