//! Pure view models: what the page shows and how it is worded, not how it is drawn.
//!
//! Everything here compiles natively and is tested there; components in `ui` only lay it out.

pub mod format;
pub mod keys;
pub mod matching;
pub mod record_diff;
pub mod route;
pub mod task_line;
pub mod tone;
pub mod transcript;
pub mod verdict;
