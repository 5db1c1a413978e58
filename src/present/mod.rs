//! (layer present)
