//! Figures over many rollouts: averages, pass^k and pass@k, how sure they are, and whether two sides differ.
//!
//! A rollout without a verdict is no score and never enters here; whoever wants it to count as 0, as the original
//! counts it, has to say so by making it one.

pub mod compare;
pub mod interval;
pub mod pass_k;

pub use compare::{Comparison, compare};
pub use interval::{Interval, wilson, wilson_mean};
pub use pass_k::{Metrics, Score, pass_at_k, pass_hat_k};
