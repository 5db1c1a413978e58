//! The airline domain: flights, reservations and users (`tau_bench/envs/airline`).
//!
//! One file a group of tools; each tool is a [`ToolDef`](super::ToolDef) with its function beside it. The order of
//! checks inside a tool is the original's and decides which complaint a wrong call gets. Seats are checked but never
//! taken, and what a policy forbids the tools do all the same: keeping to the policy is the agent's affair.

mod book;
mod cancel;
mod certificates;
mod lookup;
mod reservations;
mod search;
mod update;

use super::common::{CALCULATE, THINK, TRANSFER_TO_HUMAN_AGENTS};
use super::toolkit::Domain;

pub static AIRLINE: Domain = Domain {
    name: "airline",
    tables: &["flights", "reservations", "users"],
    tools: &[
        book::BOOK_RESERVATION,
        CALCULATE,
        cancel::CANCEL_RESERVATION,
        lookup::GET_RESERVATION_DETAILS,
        lookup::GET_USER_DETAILS,
        lookup::LIST_ALL_AIRPORTS,
        search::SEARCH_DIRECT_FLIGHT,
        search::SEARCH_ONESTOP_FLIGHT,
        certificates::SEND_CERTIFICATE,
        THINK,
        TRANSFER_TO_HUMAN_AGENTS,
        update::UPDATE_RESERVATION_BAGGAGES,
        update::UPDATE_RESERVATION_FLIGHTS,
        update::UPDATE_RESERVATION_PASSENGERS,
    ],
    terminate_tools: &["transfer_to_human_agents"],
};
