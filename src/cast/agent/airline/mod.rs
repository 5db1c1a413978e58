//! The rehearsal agent's knowledge of an airline with reservations, flights and certificates.

mod memory;
mod plan;
mod reading;
mod records;
mod speech;

pub use memory::Memory;

use super::Step;
use crate::cast::rules::Obedience;
use crate::chat::ToolSpec;

/// Whether these are an airline's tools.
pub fn offered(tools: &[ToolSpec]) -> bool {
    ["get_reservation_details", "get_user_details"].iter().all(|name| tools.iter().any(|tool| tool.name == *name))
}

/// The next step.
pub fn next(memory: &Memory, obedience: &Obedience) -> Step {
    plan::next(memory, obedience)
}
