//! (layer app)
