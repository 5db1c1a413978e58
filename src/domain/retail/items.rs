//! Changing the items of a pending order.

use super::orders::{
    ORDER_ID, PAYMENT_METHOD_ID, change_balance, falls_short, is_gift_card, item_position, order_mut,
    order_with_status, out_of_range, payment_method, swap, variants,
};
use crate::domain::Database;
use crate::domain::record::{entry_mut, extend, known_entry, object};
use crate::domain::toolkit::{Args, Param, ParamKind, ToolDef, ToolResult, refuse};
use crate::py::{PyResult, Value, json, ops};

pub const NEW_ITEM_IDS: Param = Param {
    name: "new_item_ids",
    kind: ParamKind::Texts,
    description: "Ids of the variants wanted instead, in the same order and number: each must be an available variant \
        of the product whose item stands at that place in item_ids.",
};

pub const SETTLING_METHOD_ID: Param = Param {
    description: "Id of the user's payment method that pays the price difference or gets it back. A gift card must \
        hold enough.",
    ..PAYMENT_METHOD_ID
};

pub const MODIFY_PENDING_ORDER_ITEMS: ToolDef = ToolDef {
    name: "modify_pending_order_items",
    description: "Replaces items of a pending order by other variants of the same products and settles the price \
        difference. It works once per order, and afterwards the order can be neither modified nor cancelled, so \
        collect all changes first. Tell the user the changes and the difference, and have them say yes first. Shows \
        the order afterwards.",
    params: &[
        ORDER_ID,
        Param {
            name: "item_ids",
            kind: ParamKind::Texts,
            description: "Ids of the items to replace. An id the order holds twice may be named twice.",
        },
        NEW_ITEM_IDS,
        SETTLING_METHOD_ID,
    ],
    writes: true,
    run: modify_pending_order_items,
};

fn modify_pending_order_items(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let (order_id, method_id) = (args.get("order_id"), args.get("payment_method_id"));
    let order = order_with_status(db, order_id, "pending", "Error: non-pending order cannot be modified")?;
    let swap = swap(db, &order, args.get("item_ids"), args.get("new_item_ids"))?;
    let difference = &swap.difference;
    let method = payment_method(db, &order, method_id)?;
    if falls_short(method, difference)? {
        return refuse("Error: insufficient gift card balance to pay for the new item");
    }
    let by_gift_card = is_gift_card(method)?;

    // The difference is booked as it came out, unrounded; nothing to pay counts as a refund.
    let kind = if ops::lt(&Value::Int(0), difference)? { "payment" } else { "refund" };
    let entry = object([
        ("transaction_type", kind.into()),
        ("amount", ops::abs(difference)?),
        ("payment_method_id", method_id.clone()),
    ]);
    extend(entry_mut(order_mut(db, order_id)?, "payment_history")?, "append", [entry])?;
    if by_gift_card {
        change_balance(db, &order, method_id, |balance| ops::sub(balance, difference))?;
    }
    for (item_id, new_item_id) in &swap.pairs {
        replace_item(db, order_id, item_id, new_item_id)?;
    }
    let order = order_mut(db, order_id)?;
    ops::set_key(order, "status", "pending (item modified)")?;
    Ok(json::dumps(order))
}

/// Turns the first item that has the id now into the variant: it may be one that an earlier pair turned into this id.
fn replace_item(db: &mut Database, order_id: &Value, item_id: &Value, new_item_id: &Value) -> PyResult<()> {
    let order = order_mut(db, order_id)?;
    let position = item_position(order, item_id)?;
    let item = item_mut(order, position)?;
    ops::set_key(item, "item_id", new_item_id.clone())?;
    let product_id = ops::get_key(item, "product_id")?.clone();

    let variant = known_entry(variants(db, &product_id)?, new_item_id)?;
    let (price, options) = (ops::get_key(variant, "price")?.clone(), ops::get_key(variant, "options")?.clone());
    let item = item_mut(order_mut(db, order_id)?, position)?;
    ops::set_key(item, "price", price)?;
    ops::set_key(item, "options", options)
}

fn item_mut(order: &mut Value, position: usize) -> PyResult<&mut Value> {
    match entry_mut(order, "items")? {
        Value::List(items) => items.make_mut().get_mut(position),
        _ => None,
    }
    .ok_or_else(out_of_range)
}
