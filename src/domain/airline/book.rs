//! Booking a new reservation.

use super::reservations::{
    CABIN, FLIGHT_FIELDS, PASSENGERS, RESERVATIONS, USER_ID, USERS, bookable, count_of, is_one_of, of_cabin,
    set_segment,
};
use super::search::{DESTINATION, ORIGIN};
use crate::domain::Database;
use crate::domain::record::{dict_of, entry_mut, entry_mut_by, extend, is_text, known, known_entry, known_mut, object};
use crate::domain::toolkit::{Args, Param, ParamKind, Stop, ToolDef, ToolResult, refuse};
use crate::py::{PyResult, Value, json, ops, text};

/// The ids of new reservations, in the order in which they are taken; the last one is taken again and again.
const NEW_IDS: [&str; 3] = ["HATHAT", "HATHAU", "HATHAV"];

/// The only moment at which a reservation is ever made.
const CREATED_AT: &str = "2024-05-15T15:00:00";

/// Prices in dollars, for each passenger and for each paid bag.
const INSURANCE: i64 = 30;
const PAID_BAG: i64 = 50;

pub const BOOK_RESERVATION: ToolDef = ToolDef {
    name: "book_reservation",
    description: "Books flights for passengers. The payments must add up to the whole price: the flights for \
        everyone, 30 dollars of travel insurance a passenger if it is taken, and 50 dollars for each bag that is not \
        free. Tell the user what will be booked and what it costs, and have them say yes first. Shows the reservation.",
    params: &[
        USER_ID,
        ORIGIN,
        DESTINATION,
        Param { name: "flight_type", kind: ParamKind::Choice(&["one_way", "round_trip"]), description: "" },
        CABIN,
        Param {
            name: "flights",
            kind: ParamKind::Records(FLIGHT_FIELDS),
            description: "All flights of the journey, there and back, in the order in which they are flown.",
        },
        PASSENGERS,
        Param {
            name: "payment_methods",
            kind: ParamKind::Records(&[
                Param {
                    name: "payment_id",
                    kind: ParamKind::Text,
                    description: "Id of one of the user's payment methods, as listed in their profile.",
                },
                Param { name: "amount", kind: ParamKind::Number, description: "What it pays, in dollars." },
            ]),
            description: "What each payment method pays. A certificate is used up whole.",
        },
        Param {
            name: "total_baggages",
            kind: ParamKind::Integer,
            description: "Number of checked bags in the reservation.",
        },
        Param {
            name: "nonfree_baggages",
            kind: ParamKind::Integer,
            description: "How many of the bags are to be paid for.",
        },
        Param { name: "insurance", kind: ParamKind::Choice(&["yes", "no"]), description: "" },
    ],
    writes: true,
    run: book_reservation,
};

fn book_reservation(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let user_id = args.get("user_id");
    if db.find(USERS, user_id)?.is_none() {
        return refuse("Error: user not found");
    }
    let id = new_id(db)?;
    let (segments, total) = priced(db, args)?;
    let payments = args.get("payment_methods");
    check_payments(db, user_id, payments, &total)?;
    pay(db, user_id, payments)?;

    let reservation = object([
        ("reservation_id", id.clone()),
        ("user_id", user_id.clone()),
        ("origin", args.get("origin").clone()),
        ("destination", args.get("destination").clone()),
        ("flight_type", args.get("flight_type").clone()),
        ("cabin", args.get("cabin").clone()),
        ("flights", segments),
        ("passengers", args.get("passengers").clone()),
        ("payment_history", payments.clone()),
        ("created_at", CREATED_AT.into()),
        ("total_baggages", args.get("total_baggages").clone()),
        ("nonfree_baggages", args.get("nonfree_baggages").clone()),
        ("insurance", args.get("insurance").clone()),
    ]);
    let answer = json::dumps(&reservation);
    if let (Some(table), Value::Str(id)) = (db.table_mut(RESERVATIONS), &id) {
        table.insert(id.clone(), reservation);
    }
    extend(entry_mut(known_mut(db, USERS, user_id)?, "reservations")?, "append", [id])?;
    Ok(answer)
}

fn new_id(db: &Database) -> PyResult<Value> {
    let mut id = Value::None;
    for candidate in NEW_IDS {
        id = candidate.into();
        if db.find(RESERVATIONS, &id)?.is_none() {
            break;
        }
    }
    Ok(id)
}

/// The flights with their prices, and the price of everything.
fn priced(db: &Database, args: &Args<'_>) -> Result<(Value, Value), Stop> {
    let (flights, passengers, cabin) = (args.get("flights"), args.get("passengers"), args.get("cabin"));
    let mut total = Value::Int(0);
    let mut segments = Vec::new();
    for mut segment in ops::iterate(flights)? {
        let (flight, day) = bookable(db, &segment, cabin, passengers)?;
        let price = of_cabin(day, "prices", cabin)?;
        set_segment(&mut segment, price, flight)?;
        total = ops::iadd(&total, &ops::mul(price, &count_of(passengers)?)?)?;
        segments.push(segment);
    }
    if is_text(args.get("insurance"), "yes") {
        total = ops::iadd(&total, &ops::mul(&Value::Int(INSURANCE), &count_of(passengers)?)?)?;
    }
    total = ops::iadd(&total, &ops::mul(&Value::Int(PAID_BAG), args.get("nonfree_baggages"))?)?;
    // Whatever cannot hold a flight passed only because it is empty, and is booked as it is.
    let segments = if matches!(flights, Value::List(_)) { Value::List(segments.into()) } else { flights.clone() };
    Ok((segments, total))
}

/// Checks that every payment method is the user's and holds its amount, and that the amounts add up.
fn check_payments(db: &Database, user_id: &Value, payments: &Value, total: &Value) -> Result<(), Stop> {
    let own = dict_of(ops::get_key(known(db, USERS, user_id)?, "payment_methods")?)?;
    let mut amounts = Vec::new();
    for payment in ops::iterate(payments)? {
        let (id, amount) = (ops::get_key(&payment, "payment_id")?, ops::get_key(&payment, "amount")?);
        let Some(method) = ops::lookup(own, id)? else {
            return refuse(format!("Error: payment method {} not found", text::str_of(id)));
        };
        if is_one_of(ops::get_key(method, "source")?, &["gift_card", "certificate"])
            && ops::lt(ops::get_key(method, "amount")?, amount)?
        {
            return refuse(format!("Error: not enough balance in payment method {}", text::str_of(id)));
        }
        amounts.push(amount.clone());
    }
    let paid = ops::sum(&amounts)?;
    if !ops::eq(&paid, total) {
        return refuse(format!(
            "Error: payment amount does not add up, total price is {}, but paid {}",
            text::str_of(total),
            text::str_of(&paid)
        ));
    }
    Ok(())
}

/// Charges gift cards and uses up certificates. A certificate that is listed twice is gone at its second turn: the
/// original breaks off there, and keeps what it has taken.
fn pay(db: &mut Database, user_id: &Value, payments: &Value) -> PyResult<()> {
    for payment in ops::iterate(payments)? {
        let (id, amount) = (ops::get_key(&payment, "payment_id")?, ops::get_key(&payment, "amount")?);
        let own = dict_of(ops::get_key(known(db, USERS, user_id)?, "payment_methods")?)?;
        let method = known_entry(own, id)?;
        let source = ops::get_key(method, "source")?;
        if is_text(source, "gift_card") {
            let left = ops::sub(ops::get_key(method, "amount")?, amount)?;
            let methods = entry_mut(known_mut(db, USERS, user_id)?, "payment_methods")?;
            ops::set_key(entry_mut_by(methods, id)?, "amount", left)?;
        } else if is_text(source, "certificate")
            && let (Value::Dict(methods), Value::Str(id)) =
                (entry_mut(known_mut(db, USERS, user_id)?, "payment_methods")?, id)
        {
            methods.make_mut().shift_remove(&**id);
        }
    }
    Ok(())
}
