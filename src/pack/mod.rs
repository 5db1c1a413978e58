//! (layer pack)
