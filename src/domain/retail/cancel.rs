//! Cancelling an order.

use super::orders::{ORDER_ID, change_balance, order_mut, order_with_status};
use crate::domain::Database;
use crate::domain::record::{entry_mut, extend, is_text, object};
use crate::domain::toolkit::{Args, Param, ParamKind, ToolDef, ToolResult, refuse};
use crate::py::{json, ops};

const REASONS: &[&str] = &["no longer needed", "ordered by mistake"];

pub const CANCEL_PENDING_ORDER: ToolDef = ToolDef {
    name: "cancel_pending_order",
    description: "Cancels an order that is still pending and refunds what was paid: to a gift card at once, to other \
        payment methods within 5 to 7 business days. Orders that were processed or delivered cannot be cancelled. \
        Tell the user what will happen and have them say yes first. Shows the order afterwards.",
    params: &[
        ORDER_ID,
        Param {
            name: "reason",
            kind: ParamKind::Choice(REASONS),
            description: "Why the user cancels; one of the two accepted reasons.",
        },
    ],
    writes: true,
    run: cancel_pending_order,
};

fn cancel_pending_order(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let (order_id, reason) = (args.get("order_id"), args.get("reason"));
    let order = order_with_status(db, order_id, "pending", "Error: non-pending order cannot be cancelled")?;
    if !REASONS.iter().any(|accepted| is_text(reason, accepted)) {
        return refuse("Error: invalid reason");
    }
    let mut refunds = Vec::new();
    // Every entry is refunded, also earlier refunds: an order whose payment was moved pays out more than once.
    for payment in ops::iterate(ops::get_key(&order, "payment_history")?)? {
        let method_id = ops::get_key(&payment, "payment_method_id")?;
        let amount = ops::get_key(&payment, "amount")?;
        refunds.push(object([
            ("transaction_type", "refund".into()),
            ("amount", amount.clone()),
            ("payment_method_id", method_id.clone()),
        ]));
        if ops::contains_substring(method_id, "gift_card")? {
            change_balance(db, &order, method_id, |balance| ops::iadd(balance, amount))?;
        }
    }
    let order = order_mut(db, order_id)?;
    ops::set_key(order, "status", "cancelled")?;
    ops::set_key(order, "cancel_reason", reason.clone())?;
    extend(entry_mut(order, "payment_history")?, "extend", refunds)?;
    Ok(json::dumps(order))
}
