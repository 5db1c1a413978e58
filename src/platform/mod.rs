//! (layer platform)
