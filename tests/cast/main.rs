//! The rehearsal cast: what the agent reads out of an instruction, and how it fares.

mod phrasings;
mod rehearsal;
mod calibration;
mod starter;
