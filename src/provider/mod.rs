//! (layer provider)
