//! Compensating a user with a certificate.

use super::reservations::{USER_ID, USERS};
use crate::domain::Database;
use crate::domain::record::{dict_of, entry_mut, known_mut, object};
use crate::domain::toolkit::{Args, Param, ParamKind, ToolDef, ToolResult, refuse};
use crate::py::{Exception, PyError, Value, ops, text};

/// The ids that certificates are given, in this order; there is no fourth.
const IDS: [&str; 3] = ["certificate_3221322", "certificate_3221323", "certificate_3221324"];

pub const SEND_CERTIFICATE: ToolDef = ToolDef {
    name: "send_certificate",
    description: "Gives a user a travel certificate as compensation. Use it only where the rules provide for one.",
    params: &[
        USER_ID,
        Param { name: "amount", kind: ParamKind::Number, description: "What the certificate is worth, in dollars." },
    ],
    writes: true,
    run: send_certificate,
};

fn send_certificate(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let (user_id, amount) = (args.get("user_id"), args.get("amount"));
    let Some(user) = db.find(USERS, user_id)? else {
        return refuse("Error: user not found");
    };
    let methods = dict_of(ops::get_key(user, "payment_methods")?)?;
    let Some(id) = IDS.into_iter().find(|id| !methods.contains_key(*id)) else {
        // The original's tool returns nothing then, which its record of the step refuses.
        return Err(PyError::new(Exception::ValidationError, "the tool returned no text").into());
    };
    let certificate = object([("source", "certificate".into()), ("amount", amount.clone()), ("id", Value::from(id))]);
    ops::set_key(entry_mut(known_mut(db, USERS, user_id)?, "payment_methods")?, id, certificate)?;
    Ok(format!("Certificate {id} added to user {} with amount {}.", text::str_of(user_id), text::str_of(amount)))
}
