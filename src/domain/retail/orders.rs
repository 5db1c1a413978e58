//! What the tools on orders share: finding one in the right status, its owner's payment methods, its items.

use crate::domain::Database;
use crate::domain::record::{dict_of, entry_mut, entry_mut_by, is_text, known, known_entry, known_mut, truthy};
use crate::domain::toolkit::{Param, ParamKind, Stop, refuse};
use crate::py::{Dict, Exception, PyError, PyResult, Value, ops, text};

pub const ORDERS: &str = "orders";
pub const PRODUCTS: &str = "products";
pub const USERS: &str = "users";

pub const ORDER_ID: Param = Param {
    name: "order_id",
    kind: ParamKind::Text,
    description: "Id of the order with its leading \"#\", for instance \"#W1234567\".",
};

pub const PAYMENT_METHOD_ID: Param = Param {
    name: "payment_method_id",
    kind: ParamKind::Text,
    description: "Id of one of the customer's payment methods, as listed in their profile, for instance \
        \"paypal_1234567\".",
};

/// A copy of the order, if there is one of that id in that status. Copies share their parts with the database.
pub fn order_with_status(
    db: &Database,
    order_id: &Value,
    status: &str,
    otherwise: &'static str,
) -> Result<Value, Stop> {
    let Some(order) = db.find(ORDERS, order_id)? else {
        return refuse("Error: order not found");
    };
    if !is_text(ops::get_key(order, "status")?, status) {
        return refuse(otherwise);
    }
    Ok(order.clone())
}

/// The order for changing, once it was found.
pub fn order_mut<'a>(db: &'a mut Database, order_id: &Value) -> PyResult<&'a mut Value> {
    known_mut(db, ORDERS, order_id)
}

/// The payment methods of the order's owner, by id.
pub fn payment_methods<'a>(db: &'a Database, order: &Value) -> PyResult<&'a Dict> {
    let owner = known(db, USERS, ops::get_key(order, "user_id")?)?;
    dict_of(ops::get_key(owner, "payment_methods")?)
}

/// One payment method of the order's owner, or the refusal that every tool has for an unknown one.
pub fn payment_method<'a>(db: &'a Database, order: &Value, id: &Value) -> Result<&'a Value, Stop> {
    match ops::lookup(payment_methods(db, order)?, id)? {
        Some(method) => Ok(method),
        None => refuse("Error: payment method not found"),
    }
}

pub fn is_gift_card(method: &Value) -> PyResult<bool> {
    Ok(is_text(ops::get_key(method, "source")?, "gift_card"))
}

/// Whether the method is a gift card with less on it than the amount.
pub fn falls_short(method: &Value, amount: &Value) -> PyResult<bool> {
    Ok(is_gift_card(method)? && ops::lt(ops::get_key(method, "balance")?, amount)?)
}

/// Sets the balance of a payment method of the order's owner to `change(balance)`, rounded to cents. Rounding leaves
/// an int an int.
pub fn change_balance(
    db: &mut Database,
    order: &Value,
    method_id: &Value,
    change: impl FnOnce(&Value) -> PyResult<Value>,
) -> PyResult<()> {
    // Looked up before changing, so that what is missing is complained of without copying anything.
    known_entry(payment_methods(db, order)?, method_id)?;
    let owner = known_mut(db, USERS, ops::get_key(order, "user_id")?)?;
    let method = entry_mut_by(entry_mut(owner, "payment_methods")?, method_id)?;
    let balance = change(ops::get_key(method, "balance")?)?;
    ops::set_key(method, "balance", ops::round2(&balance)?)
}

/// The first entry of the order's payment history.
pub fn first_payment(order: &Value) -> PyResult<Value> {
    ops::get_index(ops::get_key(order, "payment_history")?, 0)
}

/// The order's item ids, one for every item.
fn all_item_ids(order: &Value) -> PyResult<Vec<Value>> {
    let items = ops::iterate(ops::get_key(order, "items")?)?;
    items.iter().map(|item| ops::get_key(item, "item_id").cloned()).collect()
}

/// The first of the wanted item ids that is wanted more often than the order has it.
pub fn unmet_item_id(order: &Value, item_ids: &Value) -> PyResult<Option<Value>> {
    let own = all_item_ids(order)?;
    for item_id in ops::iterate(item_ids)? {
        let wanted = ops::count(item_ids, &item_id)?;
        if wanted > own.iter().filter(|own| ops::eq(own, &item_id)).count() {
            return Ok(Some(item_id));
        }
    }
    Ok(None)
}

/// The position of the order's first item with that id.
pub fn item_position(order: &Value, item_id: &Value) -> PyResult<usize> {
    for (position, item) in ops::iterate(ops::get_key(order, "items")?)?.iter().enumerate() {
        if ops::eq(ops::get_key(item, "item_id")?, item_id) {
            return Ok(position);
        }
    }
    Err(out_of_range())
}

/// The variants of a product, by item id.
pub fn variants<'a>(db: &'a Database, product_id: &Value) -> PyResult<&'a Dict> {
    dict_of(ops::get_key(known(db, PRODUCTS, product_id)?, "variants")?)
}

/// The pairs of old and new item ids, and what the new ones cost more in sum. The sum starts as the int 0, which
/// stays one when there are no pairs.
pub struct Swap {
    pub pairs: Vec<(Value, Value)>,
    pub difference: Value,
}

/// The checks that modifying and exchanging items share.
pub fn swap(db: &Database, order: &Value, item_ids: &Value, new_item_ids: &Value) -> Result<Swap, Stop> {
    if let Some(item_id) = unmet_item_id(order, item_ids)? {
        return refuse(format!("Error: {} not found", text::str_of(&item_id)));
    }
    if ops::len(item_ids)? != ops::len(new_item_ids)? {
        return refuse("Error: the number of items to be exchanged should match");
    }
    let pairs: Vec<_> = ops::iterate(item_ids)?.into_iter().zip(ops::iterate(new_item_ids)?).collect();
    let items = ops::iterate(ops::get_key(order, "items")?)?;
    let mut difference = Value::Int(0);
    for (item_id, new_item_id) in &pairs {
        let item = items.get(item_position(order, item_id)?).ok_or_else(out_of_range)?;
        let variants = variants(db, ops::get_key(item, "product_id")?)?;
        let variant = match ops::lookup(variants, new_item_id)? {
            Some(variant) if truthy(ops::get_key(variant, "available")?) => variant,
            _ => return refuse(format!("Error: new item {} not found or available", text::str_of(new_item_id))),
        };
        let dearer = ops::sub(ops::get_key(variant, "price")?, ops::get_key(item, "price")?)?;
        difference = ops::iadd(&difference, &dearer)?;
    }
    Ok(Swap { pairs, difference })
}

/// `sorted(item_ids)`
pub fn sorted_ids(item_ids: &Value) -> PyResult<Value> {
    Ok(Value::List(ops::sorted(ops::iterate(item_ids)?)?.into_iter().collect()))
}

pub fn out_of_range() -> PyError {
    PyError::new(Exception::IndexError, "list index out of range")
}
