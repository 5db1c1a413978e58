//! What the tools on reservations share: finding one, its owner's payment methods, prices of flights.

use crate::domain::Database;
use crate::domain::record::{dict_of, entry_mut, entry_mut_by, extend, is_text, known, known_mut, object};
use crate::domain::toolkit::{Param, ParamKind, Stop, refuse};
use crate::py::{PyResult, Value, ops, text};

pub const FLIGHTS: &str = "flights";
pub const RESERVATIONS: &str = "reservations";
pub const USERS: &str = "users";

pub const USER_ID: Param =
    Param { name: "user_id", kind: ParamKind::Text, description: "Id of the user, for instance \"jane_doe_1234\"." };

pub const RESERVATION_ID: Param = Param {
    name: "reservation_id",
    kind: ParamKind::Text,
    description: "Id of the reservation: six letters and digits, for instance \"AB12CD\".",
};

pub const CABIN: Param =
    Param { name: "cabin", kind: ParamKind::Choice(&["basic_economy", "economy", "business"]), description: "" };

pub const SETTLING_ID: Param = Param {
    name: "payment_id",
    kind: ParamKind::Text,
    description: "Id of the user's payment method that pays the difference or gets it back, as listed in their \
        profile, for instance \"credit_card_1234567\" or \"gift_card_1234567\". Certificates are refused.",
};

pub const FLIGHT_FIELDS: &[Param] = &[
    Param {
        name: "flight_number",
        kind: ParamKind::Text,
        description: "Number of the flight, for instance \"HAT123\".",
    },
    Param { name: "date", kind: ParamKind::Text, description: "Day of departure as YYYY-MM-DD." },
];

pub const PASSENGERS: Param = Param {
    name: "passengers",
    kind: ParamKind::Records(&[
        Param { name: "first_name", kind: ParamKind::Text, description: "First name, for instance \"Maria\"." },
        Param { name: "last_name", kind: ParamKind::Text, description: "Last name, for instance \"Weber\"." },
        Param { name: "dob", kind: ParamKind::Text, description: "Date of birth as YYYY-MM-DD." },
    ]),
    description: "All passengers of the reservation.",
};

/// A copy of the reservation, if there is one of that id. Copies share their parts with the database.
pub fn reservation(db: &Database, id: &Value) -> Result<Value, Stop> {
    match db.find(RESERVATIONS, id)? {
        Some(reservation) => Ok(reservation.clone()),
        None => refuse("Error: reservation not found"),
    }
}

/// The reservation for changing, once it was found.
pub fn reservation_mut<'a>(db: &'a mut Database, id: &Value) -> PyResult<&'a mut Value> {
    known_mut(db, RESERVATIONS, id)
}

/// Whether a value is a text and one of these.
pub fn is_one_of(value: &Value, texts: &[&str]) -> bool {
    texts.iter().any(|text| is_text(value, text))
}

/// The flight's day, once it was checked that it can be booked for so many passengers; with the flight itself.
///
/// The checks and their order are those that booking and changing flights share.
pub fn bookable<'a>(
    db: &'a Database,
    flight: &Value,
    cabin: &Value,
    passengers: &Value,
) -> Result<(&'a Value, &'a Value), Stop> {
    let number = ops::get_key(flight, "flight_number")?;
    let Some(own) = db.find(FLIGHTS, number)? else {
        return refuse(format!("Error: flight {} not found", text::str_of(number)));
    };
    let date = ops::get_key(flight, "date")?;
    let Some(day) = ops::lookup(dict_of(ops::get_key(own, "dates")?)?, date)? else {
        return refuse(format!("Error: flight {} not found on date {}", text::str_of(number), text::str_of(date)));
    };
    if !is_text(ops::get_key(day, "status")?, "available") {
        return refuse(format!("Error: flight {} not available on date {}", text::str_of(number), text::str_of(date)));
    }
    if ops::lt(of_cabin(day, "available_seats", cabin)?, &count_of(passengers)?)? {
        return refuse(format!("Error: not enough seats on flight {}", text::str_of(number)));
    }
    Ok((own, day))
}

/// `day[what][cabin]`: seats or prices.
pub fn of_cabin<'a>(day: &'a Value, what: &str, cabin: &Value) -> PyResult<&'a Value> {
    crate::domain::record::known_entry(dict_of(ops::get_key(day, what)?)?, cabin)
}

/// `len(x)` as an int to compute with.
pub fn count_of(x: &Value) -> PyResult<Value> {
    Ok(Value::int(ops::len(x)?.into()))
}

/// Books the flight's own facts into a segment: new keys go last, those that it has keep their place.
pub fn set_segment(segment: &mut Value, price: &Value, flight: &Value) -> PyResult<()> {
    let (origin, destination) = (ops::get_key(flight, "origin")?, ops::get_key(flight, "destination")?);
    ops::set_key(segment, "price", price.clone())?;
    ops::set_key(segment, "origin", origin.clone())?;
    ops::set_key(segment, "destination", destination.clone())
}

/// Checks that a payment method of the reservation's owner can settle `amount`.
pub fn check_settling(db: &Database, reservation: &Value, payment_id: &Value, amount: &Value) -> Result<(), Stop> {
    let owner = known(db, USERS, ops::get_key(reservation, "user_id")?)?;
    let Some(method) = ops::lookup(dict_of(ops::get_key(owner, "payment_methods")?)?, payment_id)? else {
        return refuse("Error: payment method not found");
    };
    let source = ops::get_key(method, "source")?;
    if is_text(source, "certificate") {
        return refuse("Error: certificate cannot be used to update reservation");
    }
    if is_text(source, "gift_card") && ops::lt(ops::get_key(method, "amount")?, amount)? {
        return refuse("Error: gift card balance is not enough");
    }
    Ok(())
}

/// Takes the amount off if the method is a gift card; a negative amount is credited. Nothing is rounded.
pub fn charge_gift_card(db: &mut Database, user_id: &Value, payment_id: &Value, amount: &Value) -> PyResult<()> {
    let owner = known_mut(db, USERS, user_id)?;
    let method = entry_mut_by(entry_mut(owner, "payment_methods")?, payment_id)?;
    if is_text(ops::get_key(method, "source")?, "gift_card") {
        let left = ops::sub(ops::get_key(method, "amount")?, amount)?;
        ops::set_key(method, "amount", left)?;
    }
    Ok(())
}

/// Notes a payment in the reservation's history, unless it is of nothing.
pub fn note_payment(reservation: &mut Value, payment_id: &Value, amount: &Value) -> PyResult<()> {
    if ops::eq(amount, &Value::Int(0)) {
        return Ok(());
    }
    let entry = object([("payment_id", payment_id.clone()), ("amount", amount.clone())]);
    extend(entry_mut(reservation, "payment_history")?, "append", [entry])
}
