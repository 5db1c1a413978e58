//! Asking for a return of delivered items.

use super::orders::{
    ORDER_ID, PAYMENT_METHOD_ID, first_payment, order_mut, order_with_status, payment_method, sorted_ids, unmet_item_id,
};
use crate::domain::Database;
use crate::domain::toolkit::{Args, Param, ParamKind, ToolDef, ToolResult, refuse};
use crate::py::{json, ops};

pub const RETURN_DELIVERED_ORDER_ITEMS: ToolDef = ToolDef {
    name: "return_delivered_order_items",
    description: "Asks for items of a delivered order to be returned. The refund goes to the payment method the order \
        was paid with or to a gift card of the user. It works once per order, and not after an exchange was asked \
        for. Tell the user what will be returned and where the money goes, and have them say yes first; how to send \
        the items back reaches them by e-mail. Shows the order afterwards.",
    params: &[
        ORDER_ID,
        Param {
            name: "item_ids",
            kind: ParamKind::Texts,
            description: "Ids of the items to return. An id the order holds twice may be named twice.",
        },
        Param {
            description: "Id of the payment method that gets the refund: the order's own, or a gift card of the user.",
            ..PAYMENT_METHOD_ID
        },
    ],
    writes: true,
    run: return_delivered_order_items,
};

fn return_delivered_order_items(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let (order_id, method_id) = (args.get("order_id"), args.get("payment_method_id"));
    let item_ids = args.get("item_ids");
    let order = order_with_status(db, order_id, "delivered", "Error: non-delivered order cannot be returned")?;
    payment_method(db, &order, method_id)?;
    if !ops::contains_substring(method_id, "gift_card")?
        && !ops::eq(method_id, ops::get_key(&first_payment(&order)?, "payment_method_id")?)
    {
        return refuse("Error: payment method should be either the original payment method or a gift card");
    }
    if unmet_item_id(&order, item_ids)?.is_some() {
        return refuse("Error: some item not found");
    }
    let order = order_mut(db, order_id)?;
    ops::set_key(order, "status", "return requested")?;
    ops::set_key(order, "return_items", sorted_ids(item_ids)?)?;
    ops::set_key(order, "return_payment_method_id", method_id.clone())?;
    Ok(json::dumps(order))
}
