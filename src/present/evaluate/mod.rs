//! The Evaluate page: batches set up, watched, summed up, compared and handed on.

pub mod board;
pub mod estimate;
pub mod figures;
pub mod grid;
pub mod setup;

pub use board::{Board, Mark, Place};
pub use estimate::{Estimate, Plan};
pub use figures::Figures;
pub use grid::{Grid, GridFilter, Narrow};
pub use setup::{Setup, SetupFault};
