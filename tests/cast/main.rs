//! The rehearsal cast: what the agent reads out of an instruction, and how it fares.

mod airline;
mod airline_calibration;
mod airline_coach;
mod airline_phrasings;
mod airline_robust;
mod calibration;
mod phrasings;
mod rehearsal;
mod robust;
mod starter;
