//! Cancelling a reservation.

use super::reservations::{RESERVATION_ID, reservation, reservation_mut};
use crate::domain::Database;
use crate::domain::record::{entry_mut, extend, object};
use crate::domain::toolkit::{Args, ToolDef, ToolResult};
use crate::py::{Value, json, ops};

pub const CANCEL_RESERVATION: ToolDef = ToolDef {
    name: "cancel_reservation",
    description: "Cancels a whole reservation and notes the refund of all its payments. It does not check whether \
        that is allowed: do so first, and have the user say yes. Shows the reservation afterwards.",
    params: &[RESERVATION_ID],
    writes: true,
    run: cancel_reservation,
};

fn cancel_reservation(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let id = args.get("reservation_id");
    let found = reservation(db, id)?;
    let mut refunds = Vec::new();
    for payment in ops::iterate(ops::get_key(&found, "payment_history")?)? {
        refunds.push(object([
            ("payment_id", ops::get_key(&payment, "payment_id")?.clone()),
            ("amount", ops::neg(ops::get_key(&payment, "amount")?)?),
        ]));
    }
    let reservation = reservation_mut(db, id)?;
    extend(entry_mut(reservation, "payment_history")?, "extend", refunds)?;
    ops::set_key(reservation, "status", Value::from("cancelled"))?;
    Ok(json::dumps(reservation))
}
