//! Evolving the agent's instruction with the rehearsal cast on the starter worlds.

mod bad_luck;
mod climb;
mod course;
mod files;
mod fork;
mod host;
mod noise;
mod told;
mod views;
