//! Asking for an exchange of delivered items.

use super::items::{NEW_ITEM_IDS, SETTLING_METHOD_ID};
use super::orders::{ORDER_ID, falls_short, order_mut, order_with_status, payment_method, sorted_ids, swap};
use crate::domain::Database;
use crate::domain::toolkit::{Args, Param, ParamKind, ToolDef, ToolResult, refuse};
use crate::py::{json, ops};

pub const EXCHANGE_DELIVERED_ORDER_ITEMS: ToolDef = ToolDef {
    name: "exchange_delivered_order_items",
    description: "Asks for items of a delivered order to be exchanged for other variants of the same products. It \
        works once per order, and not after a return was asked for, so collect all items first. Tell the user what \
        will be exchanged and what the difference costs, and have them say yes first. Shows the order afterwards.",
    params: &[
        ORDER_ID,
        Param {
            name: "item_ids",
            kind: ParamKind::Texts,
            description: "Ids of the items to give back. An id the order holds twice may be named twice.",
        },
        NEW_ITEM_IDS,
        SETTLING_METHOD_ID,
    ],
    writes: true,
    run: exchange_delivered_order_items,
};

fn exchange_delivered_order_items(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let (order_id, method_id) = (args.get("order_id"), args.get("payment_method_id"));
    let (item_ids, new_item_ids) = (args.get("item_ids"), args.get("new_item_ids"));
    let order = order_with_status(db, order_id, "delivered", "Error: non-delivered order cannot be exchanged")?;
    let swap = swap(db, &order, item_ids, new_item_ids)?;
    let difference = ops::round2(&swap.difference)?;
    if falls_short(payment_method(db, &order, method_id)?, &difference)? {
        return refuse("Error: insufficient gift card balance to pay for the price difference");
    }
    // Only asked for: items, payments and balances stay as they are until somebody carries the exchange out.
    let order = order_mut(db, order_id)?;
    ops::set_key(order, "status", "exchange requested")?;
    ops::set_key(order, "exchange_items", sorted_ids(item_ids)?)?;
    ops::set_key(order, "exchange_new_items", sorted_ids(new_item_ids)?)?;
    ops::set_key(order, "exchange_payment_method_id", method_id.clone())?;
    ops::set_key(order, "exchange_price_difference", difference)?;
    Ok(json::dumps(order))
}
