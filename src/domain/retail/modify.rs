//! Changing addresses, and how a pending order is paid.

use super::orders::{
    ORDER_ID, PAYMENT_METHOD_ID, USERS, change_balance, falls_short, first_payment, is_gift_card, order_mut,
    order_with_status, payment_method,
};
use crate::domain::Database;
use crate::domain::record::{entry_mut, extend, is_text, known_mut, object};
use crate::domain::toolkit::{Args, Param, ParamKind, ToolDef, ToolResult, refuse};
use crate::py::{Value, json, ops};

pub const USER_ID: Param =
    Param { name: "user_id", kind: ParamKind::Text, description: "Id of the user, for instance \"maria_weber_1234\"." };

const ADDRESS1: Param = Param {
    name: "address1",
    kind: ParamKind::Text,
    description: "Street and number, for instance \"12 Elm Street\".",
};
const ADDRESS2: Param = Param {
    name: "address2",
    kind: ParamKind::Text,
    description: "Flat, suite or floor, for instance \"Suite 4\"; empty text if there is none.",
};
const CITY: Param = Param { name: "city", kind: ParamKind::Text, description: "City, for instance \"Boston\"." };
const STATE: Param = Param { name: "state", kind: ParamKind::Text, description: "State by two letters, as \"MA\"." };
const COUNTRY: Param = Param { name: "country", kind: ParamKind::Text, description: "Country, for instance \"USA\"." };
const ZIP: Param = Param { name: "zip", kind: ParamKind::Text, description: "Zip code as text, as \"02108\"." };

pub const MODIFY_PENDING_ORDER_ADDRESS: ToolDef = ToolDef {
    name: "modify_pending_order_address",
    description: "Sends a pending order to another address. The user's own address stays as it is. Tell the user \
        what will change and have them say yes first. Shows the order afterwards.",
    params: &[ORDER_ID, ADDRESS1, ADDRESS2, CITY, STATE, COUNTRY, ZIP],
    writes: true,
    run: modify_pending_order_address,
};

pub const MODIFY_PENDING_ORDER_PAYMENT: ToolDef = ToolDef {
    name: "modify_pending_order_payment",
    description: "Has a pending order paid with another payment method of the user and refunds the first one. A gift \
        card must hold the order's full amount. Tell the user what will change and have them say yes first. Shows \
        the order afterwards.",
    params: &[
        ORDER_ID,
        Param {
            description: "Id of the user's payment method that is to pay instead; it cannot be the present one.",
            ..PAYMENT_METHOD_ID
        },
    ],
    writes: true,
    run: modify_pending_order_payment,
};

pub const MODIFY_USER_ADDRESS: ToolDef = ToolDef {
    name: "modify_user_address",
    description: "Changes the address in a user's profile. Orders already made keep theirs. Tell the user what will \
        change and have them say yes first. Shows the profile afterwards.",
    params: &[USER_ID, ADDRESS1, ADDRESS2, CITY, STATE, COUNTRY, ZIP],
    writes: true,
    run: modify_user_address,
};

fn modify_pending_order_address(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let order_id = args.get("order_id");
    order_with_status(db, order_id, "pending", "Error: non-pending order cannot be modified")?;
    let order = order_mut(db, order_id)?;
    ops::set_key(order, "address", address(args))?;
    Ok(json::dumps(order))
}

fn modify_user_address(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let user_id = args.get("user_id");
    if db.find(USERS, user_id)?.is_none() {
        return refuse("Error: user not found");
    }
    let user = known_mut(db, USERS, user_id)?;
    ops::set_key(user, "address", address(args))?;
    Ok(json::dumps(user))
}

/// The new address, whose keys stand in another order than those of loaded ones: state before country.
fn address(args: &Args<'_>) -> Value {
    object(["address1", "address2", "city", "state", "country", "zip"].map(|part| (part, args.get(part).clone())))
}

fn modify_pending_order_payment(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let (order_id, method_id) = (args.get("order_id"), args.get("payment_method_id"));
    let order = order_with_status(db, order_id, "pending", "Error: non-pending order cannot be modified")?;
    let method = payment_method(db, &order, method_id)?;
    let more_than_one = ops::len(ops::get_key(&order, "payment_history")?)? > 1;
    let payment = first_payment(&order)?;
    if more_than_one || !is_text(ops::get_key(&payment, "transaction_type")?, "payment") {
        return refuse("Error: there should be exactly one payment for a pending order");
    }
    let old_method_id = ops::get_key(&payment, "payment_method_id")?;
    if ops::eq(old_method_id, method_id) {
        return refuse("Error: the new payment method should be different from the current one");
    }
    let amount = ops::get_key(&payment, "amount")?;
    if falls_short(method, amount)? {
        return refuse("Error: insufficient gift card balance to pay for the order");
    }
    let by_gift_card = is_gift_card(method)?;

    let entry = |kind: &str, method_id: &Value| {
        object([
            ("transaction_type", kind.into()),
            ("amount", amount.clone()),
            ("payment_method_id", method_id.clone()),
        ])
    };
    let entries = [entry("payment", method_id), entry("refund", old_method_id)];
    extend(entry_mut(order_mut(db, order_id)?, "payment_history")?, "extend", entries)?;
    if by_gift_card {
        change_balance(db, &order, method_id, |balance| ops::sub(balance, amount))?;
    }
    if ops::contains_substring(old_method_id, "gift_card")? {
        change_balance(db, &order, old_method_id, |balance| ops::add(balance, amount))?;
    }
    Ok(json::dumps(order_mut(db, order_id)?))
}
