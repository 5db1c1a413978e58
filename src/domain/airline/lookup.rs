//! Tools that only show records: users, reservations, airports.

use super::reservations::{RESERVATION_ID, RESERVATIONS, USER_ID, USERS};
use crate::domain::Database;
use crate::domain::toolkit::{Args, ToolDef, ToolResult, refuse};
use crate::py::{Value, json};

pub const GET_RESERVATION_DETAILS: ToolDef = ToolDef {
    name: "get_reservation_details",
    description: "Shows a reservation: its flights with prices, cabin, passengers, baggage, insurance and payments.",
    params: &[RESERVATION_ID],
    writes: false,
    run: get_reservation_details,
};

pub const GET_USER_DETAILS: ToolDef = ToolDef {
    name: "get_user_details",
    description: "Shows a user's profile: name, address, date of birth, membership, saved passengers, payment \
        methods and the ids of their reservations.",
    params: &[USER_ID],
    writes: false,
    run: get_user_details,
};

pub const LIST_ALL_AIRPORTS: ToolDef = ToolDef {
    name: "list_all_airports",
    description: "Lists the airports that are served: the three-letter code of each, with its city.",
    params: &[],
    writes: false,
    run: list_all_airports,
};

/// Codes and cities in the original's order.
const AIRPORTS: [(&str, &str); 20] = [
    ("SFO", "San Francisco"),
    ("JFK", "New York"),
    ("LAX", "Los Angeles"),
    ("ORD", "Chicago"),
    ("DFW", "Dallas"),
    ("DEN", "Denver"),
    ("SEA", "Seattle"),
    ("ATL", "Atlanta"),
    ("MIA", "Miami"),
    ("BOS", "Boston"),
    ("PHX", "Phoenix"),
    ("IAH", "Houston"),
    ("LAS", "Las Vegas"),
    ("MCO", "Orlando"),
    ("EWR", "Newark"),
    ("CLT", "Charlotte"),
    ("MSP", "Minneapolis"),
    ("DTW", "Detroit"),
    ("PHL", "Philadelphia"),
    ("LGA", "LaGuardia"),
];

fn get_reservation_details(db: &mut Database, args: &Args<'_>) -> ToolResult {
    // The original speaks of a user here too.
    details(db, RESERVATIONS, args.get("reservation_id"))
}

fn get_user_details(db: &mut Database, args: &Args<'_>) -> ToolResult {
    details(db, USERS, args.get("user_id"))
}

fn details(db: &Database, table: &str, id: &Value) -> ToolResult {
    match db.find(table, id)? {
        Some(record) => Ok(json::dumps(record)),
        None => refuse("Error: user not found"),
    }
}

fn list_all_airports(_: &mut Database, _: &Args<'_>) -> ToolResult {
    let airports = AIRPORTS.iter().map(|(code, city)| (*code, Value::from(*city)));
    Ok(json::dumps(&Value::Dict(airports.collect())))
}
