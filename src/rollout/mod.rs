//! (layer rollout)
