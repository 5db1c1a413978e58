//! Changing a reservation: its bags, its flights, its passengers.

use super::reservations::{
    CABIN, FLIGHT_FIELDS, PASSENGERS, RESERVATION_ID, SETTLING_ID, bookable, charge_gift_card, check_settling,
    count_of, note_payment, of_cabin, reservation, reservation_mut, set_segment,
};
use crate::domain::Database;
use crate::domain::toolkit::{Args, Param, ParamKind, Stop, ToolDef, ToolResult, refuse};
use crate::py::{PyResult, Value, json, ops};

/// What a bag that is not free costs, in dollars.
const PAID_BAG: i64 = 50;

pub const UPDATE_RESERVATION_BAGGAGES: ToolDef = ToolDef {
    name: "update_reservation_baggages",
    description: "Sets the number of checked bags of a reservation; each paid bag that it did not have before costs \
        50 dollars. Shows the reservation afterwards.",
    params: &[
        RESERVATION_ID,
        Param {
            name: "total_baggages",
            kind: ParamKind::Integer,
            description: "Number of checked bags that the reservation shall have in all.",
        },
        Param {
            name: "nonfree_baggages",
            kind: ParamKind::Integer,
            description: "How many of them are to be paid for, those paid already included.",
        },
        SETTLING_ID,
    ],
    writes: true,
    run: update_reservation_baggages,
};

pub const UPDATE_RESERVATION_FLIGHTS: ToolDef = ToolDef {
    name: "update_reservation_flights",
    description: "Sets the flights and the cabin of a reservation and settles the difference in price. Flights that \
        stay keep their price and must be named too. Shows the reservation afterwards.",
    params: &[
        RESERVATION_ID,
        CABIN,
        Param {
            name: "flights",
            kind: ParamKind::Records(FLIGHT_FIELDS),
            description: "All flights that the reservation shall have, also those that stay, in the order in which \
                they are flown.",
        },
        SETTLING_ID,
    ],
    writes: true,
    run: update_reservation_flights,
};

pub const UPDATE_RESERVATION_PASSENGERS: ToolDef = ToolDef {
    name: "update_reservation_passengers",
    description: "Replaces the passengers of a reservation by as many others. Shows the reservation afterwards.",
    params: &[RESERVATION_ID, PASSENGERS],
    writes: true,
    run: update_reservation_passengers,
};

fn update_reservation_baggages(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let (id, payment_id) = (args.get("reservation_id"), args.get("payment_id"));
    let found = reservation(db, id)?;
    let more = ops::sub(args.get("nonfree_baggages"), ops::get_key(&found, "nonfree_baggages")?)?;
    // `max(0, more)`, which is the int 0 unless there are more.
    let more = if ops::lt(&Value::Int(0), &more)? { more } else { Value::Int(0) };
    let price = ops::mul(&Value::Int(PAID_BAG), &more)?;
    check_settling(db, &found, payment_id, &price)?;

    let reservation = reservation_mut(db, id)?;
    ops::set_key(reservation, "total_baggages", args.get("total_baggages").clone())?;
    ops::set_key(reservation, "nonfree_baggages", args.get("nonfree_baggages").clone())?;
    charge_gift_card(db, ops::get_key(&found, "user_id")?, payment_id, &price)?;
    let reservation = reservation_mut(db, id)?;
    note_payment(reservation, payment_id, &price)?;
    Ok(json::dumps(reservation))
}

fn update_reservation_flights(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let (id, payment_id) = (args.get("reservation_id"), args.get("payment_id"));
    let found = reservation(db, id)?;
    let (flights, total) = repriced(db, &found, args.get("cabin"), args.get("flights"))?;
    check_settling(db, &found, payment_id, &total)?;

    charge_gift_card(db, ops::get_key(&found, "user_id")?, payment_id, &total)?;
    // The cabin of the reservation stays what it was: so does the original's.
    let reservation = reservation_mut(db, id)?;
    ops::set_key(reservation, "flights", flights)?;
    note_payment(reservation, payment_id, &total)?;
    Ok(json::dumps(reservation))
}

/// The new flights with their prices, and what they cost more than those that the reservation has.
fn repriced(db: &Database, reservation: &Value, cabin: &Value, flights: &Value) -> Result<(Value, Value), Stop> {
    let mut total = Value::Int(0);
    let mut segments = Vec::new();
    for mut segment in ops::iterate(flights)? {
        let (price, place) = match kept(reservation, cabin, &segment)? {
            Some(own) => (ops::get_key(&own, "price")?.clone(), own),
            None => {
                let (flight, day) = bookable(db, &segment, cabin, ops::get_key(reservation, "passengers")?)?;
                (of_cabin(day, "prices", cabin)?.clone(), flight.clone())
            }
        };
        let count = count_of(ops::get_key(reservation, "passengers")?)?;
        total = ops::iadd(&total, &ops::mul(&price, &count)?)?;
        set_segment(&mut segment, &price, &place)?;
        segments.push(segment);
    }
    let own = ops::iterate(ops::get_key(reservation, "flights")?)?;
    let prices = own.iter().map(|own| ops::get_key(own, "price").cloned()).collect::<PyResult<Vec<_>>>()?;
    let before = ops::mul(&ops::sum(&prices)?, &count_of(ops::get_key(reservation, "passengers")?)?)?;
    let total = ops::sub(&total, &before)?;
    let segments = if matches!(flights, Value::List(_)) { Value::List(segments.into()) } else { flights.clone() };
    Ok((segments, total))
}

/// The reservation's segment that a wanted flight repeats: same number, day and cabin. All are compared before the
/// first one counts, as the original does.
fn kept(reservation: &Value, cabin: &Value, wanted: &Value) -> PyResult<Option<Value>> {
    let mut first = None;
    for own in ops::iterate(ops::get_key(reservation, "flights")?)? {
        let same = |field: &str| Ok(ops::eq(ops::get_key(&own, field)?, ops::get_key(wanted, field)?));
        if same("flight_number")? && same("date")? && ops::eq(cabin, ops::get_key(reservation, "cabin")?) {
            first.get_or_insert(own);
        }
    }
    Ok(first)
}

fn update_reservation_passengers(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let (id, passengers) = (args.get("reservation_id"), args.get("passengers"));
    let found = reservation(db, id)?;
    if ops::len(passengers)? != ops::len(ops::get_key(&found, "passengers")?)? {
        return refuse("Error: number of passengers does not match");
    }
    let reservation = reservation_mut(db, id)?;
    ops::set_key(reservation, "passengers", passengers.clone())?;
    Ok(json::dumps(reservation))
}
