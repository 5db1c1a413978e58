//! The Evaluate page: batches set up, watched, summed up, compared and handed on.

pub mod board;
pub mod comparison;
pub mod estimate;
pub mod export;
pub mod fault;
pub mod figures;
pub mod grid;
pub mod original;
pub mod ratings;
pub mod report;
pub mod setup;

pub use board::{Board, Mark, Place};
pub use comparison::{Compared, Side};
pub use estimate::{Estimate, Plan};
pub use fault::FaultLine;
pub use figures::Figures;
pub use grid::{Grid, GridFilter, Narrow};
pub use ratings::Ratings;
pub use setup::{Setup, SetupFault};
