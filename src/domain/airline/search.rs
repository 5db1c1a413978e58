//! Finding flights between two airports on a day, direct or with one stop.

use super::reservations::FLIGHTS;
use crate::domain::Database;
use crate::domain::record::{dict_of, is_text};
use crate::domain::toolkit::{Args, Param, ParamKind, ToolDef, ToolResult};
use crate::py::{PyResult, Value, json, ops, text};

pub const ORIGIN: Param =
    Param { name: "origin", kind: ParamKind::Text, description: "Airport code of the departure, such as \"ATL\"." };

pub const DESTINATION: Param =
    Param { name: "destination", kind: ParamKind::Text, description: "Airport code of the arrival, such as \"DEN\"." };

const DATE: Param = Param { name: "date", kind: ParamKind::Text, description: "Day of departure as YYYY-MM-DD." };

pub const SEARCH_DIRECT_FLIGHT: ToolDef = ToolDef {
    name: "search_direct_flight",
    description: "Finds direct flights between two airports that can be booked for a day, with seats and prices of \
        each cabin.",
    params: &[ORIGIN, DESTINATION, DATE],
    writes: false,
    run: search_direct_flight,
};

pub const SEARCH_ONESTOP_FLIGHT: ToolDef = ToolDef {
    name: "search_onestop_flight",
    description: "Finds pairs of flights that connect two airports with one stop and can be booked for a day, with \
        seats and prices of each cabin.",
    params: &[ORIGIN, DESTINATION, DATE],
    writes: false,
    run: search_onestop_flight,
};

fn search_direct_flight(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let (origin, destination, date) = (args.get("origin"), args.get("destination"), args.get("date"));
    let mut found = Vec::new();
    for (_, flight) in db.records(FLIGHTS) {
        if leaves(flight, origin)? && ops::eq(ops::get_key(flight, "destination")?, destination) {
            found.extend(open_day(flight, date)?.map(|day| offer(flight, day)).transpose()?);
        }
    }
    Ok(json::dumps(&Value::List(found.into())))
}

fn search_onestop_flight(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let (origin, destination, date) = (args.get("origin"), args.get("destination"), args.get("date"));
    let mut found = Vec::new();
    for (_, first) in db.records(FLIGHTS) {
        if !leaves(first, origin)? {
            continue;
        }
        for (_, second) in db.records(FLIGHTS) {
            if ops::eq(ops::get_key(second, "destination")?, destination)
                && leaves(second, ops::get_key(first, "destination")?)?
            {
                found.extend(connection(first, second, date)?);
            }
        }
    }
    Ok(json::dumps(&Value::List(found.into())))
}

/// Two flights as an offer, if the second can be caught and both can be booked.
fn connection(first: &Value, second: &Value, date: &Value) -> PyResult<Option<Value>> {
    let arrival = ops::get_key(first, "scheduled_arrival_time_est")?;
    let second_date = if ops::contains_substring(arrival, "+1")? {
        // The day after in the only month that there is; "07" becomes "8", which no flight has.
        let day = ops::add(&ops::int(&ops::last(date, 2)?)?, &Value::Int(1))?;
        Value::from(format!("2024-05-{}", text::str_of(&day)))
    } else {
        date.clone()
    };
    // Times are compared as texts.
    if ops::lt(ops::get_key(second, "scheduled_departure_time_est")?, arrival)? {
        return Ok(None);
    }
    let Some(first_day) = day(first, date)? else { return Ok(None) };
    let Some(second_day) = day(second, &second_date)? else { return Ok(None) };
    if !is_open(first_day)? || !is_open(second_day)? {
        return Ok(None);
    }
    // The original shows the second flight as it is on the first day, whatever day it is booked for.
    let shown_day = ops::get_key(second, "dates").and_then(dict_of)?;
    let shown_day = crate::domain::record::known_entry(shown_day, date)?;
    let (mut one, mut two) = (offer(first, first_day)?, offer(second, shown_day)?);
    ops::set_key(&mut one, "date", date.clone())?;
    ops::set_key(&mut two, "date", second_date)?;
    Ok(Some(Value::List(vec![one, two].into())))
}

fn leaves(flight: &Value, origin: &Value) -> PyResult<bool> {
    Ok(ops::eq(ops::get_key(flight, "origin")?, origin))
}

/// `flight["dates"].get(date)`
fn day<'a>(flight: &'a Value, date: &Value) -> PyResult<Option<&'a Value>> {
    ops::lookup(dict_of(ops::get_key(flight, "dates")?)?, date)
}

fn is_open(day: &Value) -> PyResult<bool> {
    Ok(is_text(ops::get_key(day, "status")?, "available"))
}

/// The flight's day, if it can be booked.
fn open_day<'a>(flight: &'a Value, date: &Value) -> PyResult<Option<&'a Value>> {
    let day = day(flight, date)?;
    Ok(match day {
        Some(day) if is_open(day)? => Some(day),
        _ => None,
    })
}

/// The flight without its calendar, and the facts of one day.
fn offer(flight: &Value, day: &Value) -> PyResult<Value> {
    let mut offer: crate::py::Dict = dict_of(flight)?
        .iter()
        .filter(|(key, _)| &***key != "dates")
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    for (key, value) in dict_of(day)?.iter() {
        offer.set(key.clone(), value.clone());
    }
    Ok(Value::Dict(offer))
}
