//! Figures over many rollouts: averages, pass^k and pass@k.
//!
//! A rollout without a verdict is no score and never enters here; whoever wants it to count as 0, as the original
//! counts it, has to say so by making it one.

pub mod pass_k;

pub use pass_k::{Metrics, Score, pass_at_k, pass_hat_k};
