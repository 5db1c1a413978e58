//! Tools that only read: finding a user, and showing records.

use std::borrow::Cow;

use super::orders::{ORDER_ID, ORDERS, PRODUCTS, USERS};
use crate::domain::Database;
use crate::domain::toolkit::{Args, Param, ParamKind, ToolDef, ToolResult, refuse};
use crate::py::{PyError, PyResult, Str, Value, json, ops};

pub const FIND_USER_ID_BY_EMAIL: ToolDef = ToolDef {
    name: "find_user_id_by_email",
    description: "Looks up which user an e-mail address belongs to and gives their user id. Upper and lower case do \
        not matter. Answers with an error if no user has the address.",
    params: &[Param {
        name: "email",
        kind: ParamKind::Text,
        description: "The e-mail address the user gave, for instance \"name@example.com\".",
    }],
    writes: false,
    run: find_user_id_by_email,
};

pub const FIND_USER_ID_BY_NAME_ZIP: ToolDef = ToolDef {
    name: "find_user_id_by_name_zip",
    description: "Looks up a user by full name and zip code and gives their user id. Prefer the look-up by e-mail; \
        use this one when the user does not know their address or it led nowhere. Answers with an error if nobody \
        fits all three.",
    params: &[
        Param { name: "first_name", kind: ParamKind::Text, description: "First name, for instance \"Maria\"." },
        Param { name: "last_name", kind: ParamKind::Text, description: "Last name, for instance \"Weber\"." },
        Param { name: "zip", kind: ParamKind::Text, description: "Zip code as text, for instance \"90210\"." },
    ],
    writes: false,
    run: find_user_id_by_name_zip,
};

pub const GET_ORDER_DETAILS: ToolDef = ToolDef {
    name: "get_order_details",
    description: "Shows an order: its status, items, address, deliveries and payments.",
    params: &[ORDER_ID],
    writes: false,
    run: get_order_details,
};

pub const GET_PRODUCT_DETAILS: ToolDef = ToolDef {
    name: "get_product_details",
    description: "Shows a product with all its variants: item id, options, price, and whether it is available.",
    params: &[Param {
        name: "product_id",
        kind: ParamKind::Text,
        description: "Id of the product, for instance \"1234567890\". An item id will not do: that names one variant.",
    }],
    writes: false,
    run: get_product_details,
};

pub const GET_USER_DETAILS: ToolDef = ToolDef {
    name: "get_user_details",
    description: "Shows a user's profile: name, address, e-mail, payment methods and the ids of their orders.",
    params: &[super::modify::USER_ID],
    writes: false,
    run: get_user_details,
};

pub const LIST_ALL_PRODUCT_TYPES: ToolDef = ToolDef {
    name: "list_all_product_types",
    description: "Lists every product the shop carries, by name, with its product id. What variants a product comes \
        in is told by get_product_details.",
    params: &[],
    writes: false,
    run: list_all_product_types,
};

fn find_user_id_by_email(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let mut wanted = Lowered::new(args.get("email"));
    for (user_id, profile) in db.records(USERS) {
        if wanted.equals(ops::get_key(profile, "email")?)? {
            return Ok(user_id.to_string());
        }
    }
    refuse("Error: user not found")
}

fn find_user_id_by_name_zip(db: &mut Database, args: &Args<'_>) -> ToolResult {
    let mut first_name = Lowered::new(args.get("first_name"));
    let mut last_name = Lowered::new(args.get("last_name"));
    let zip = args.get("zip");
    for (user_id, profile) in db.records(USERS) {
        let name = ops::get_key(profile, "name")?;
        if first_name.equals(ops::get_key(name, "first_name")?)?
            && last_name.equals(ops::get_key(name, "last_name")?)?
            && ops::eq(ops::get_key(ops::get_key(profile, "address")?, "zip")?, zip)
        {
            return Ok(user_id.to_string());
        }
    }
    refuse("Error: user not found")
}

/// An argument that is compared without regard to case. It is lowered when the first record is compared, not before:
/// only then does the original complain of a wrong type.
struct Lowered<'a> {
    argument: &'a Value,
    lowered: Option<String>,
}

impl<'a> Lowered<'a> {
    const fn new(argument: &'a Value) -> Self {
        Self { argument, lowered: None }
    }

    /// `own.lower() == argument.lower()`
    fn equals(&mut self, own: &Value) -> PyResult<bool> {
        // ASCII is lowered letter by letter, so the comparison needs no copy; the data is ASCII.
        let own = match own {
            Value::Str(text) if text.is_ascii() => Cow::Borrowed(&**text),
            other => Cow::Owned(ops::lower(other)?),
        };
        let lowered = match &mut self.lowered {
            Some(lowered) => lowered,
            none => none.insert(ops::lower(self.argument)?),
        };
        Ok(match own {
            Cow::Borrowed(ascii) => {
                ascii.len() == lowered.len()
                    && ascii.bytes().zip(lowered.bytes()).all(|(own, wanted)| own.to_ascii_lowercase() == wanted)
            }
            Cow::Owned(own) => own == *lowered,
        })
    }
}

fn get_order_details(db: &mut Database, args: &Args<'_>) -> ToolResult {
    details(db, ORDERS, args.get("order_id"), "Error: order not found")
}

fn get_product_details(db: &mut Database, args: &Args<'_>) -> ToolResult {
    details(db, PRODUCTS, args.get("product_id"), "Error: product not found")
}

fn get_user_details(db: &mut Database, args: &Args<'_>) -> ToolResult {
    details(db, USERS, args.get("user_id"), "Error: user not found")
}

fn details(db: &Database, table: &str, id: &Value, otherwise: &'static str) -> ToolResult {
    match db.find(table, id)? {
        Some(record) => Ok(json::dumps(record)),
        None => refuse(otherwise),
    }
}

fn list_all_product_types(db: &mut Database, _: &Args<'_>) -> ToolResult {
    let mut products = Vec::new();
    for (_, product) in db.records(PRODUCTS) {
        let name = ops::get_key(product, "name")?;
        let Value::Str(name) = name else {
            return Err(PyError::type_error(format!("a product's name is a '{}'", name.type_name())).into());
        };
        products.push((name.clone(), ops::get_key(product, "product_id")?.clone()));
    }
    // Of two products with one name the later one counts; a stable sort keeps it later.
    products.sort_by(|(one, _): &(Str, _), (two, _)| one.cmp(two));
    Ok(json::dumps(&Value::Dict(products.into_iter().collect())))
}
