//! Pure view models: what the page shows and how it is worded, not how it is drawn.
//!
//! Everything here compiles natively and is tested there; components in `ui` only lay it out.

pub mod alignment;
pub mod archive;
pub mod endpoint_form;
pub mod evaluate;
pub mod evolve;
pub mod findings;
pub mod fork;
pub mod format;
pub mod judging;
pub mod keys;
pub mod lessons;
pub mod matching;
pub mod packs;
pub mod presets;
pub mod record_diff;
pub mod route;
pub mod run_view;
pub mod runs;
pub mod saved_endpoints;
pub mod seating;
pub mod seen;
pub mod strategies;
pub mod task_line;
pub mod text_diff;
pub mod tone;
pub mod tool_form;
pub mod transcript;
pub mod verdict;
