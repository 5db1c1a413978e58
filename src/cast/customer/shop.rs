//! Reading a retail world's records for an agenda: what the customer holds, and what the shop offers instead.

use super::agenda::{Address, Method, OrderWish, Who};
use crate::domain::{Task, World};
use crate::py::{Dict, List, Value};

/// The records around one customer.
#[derive(Clone, Copy)]
pub struct Shop<'a> {
    world: &'a World,
    user: Option<&'a Dict>,
    scenario: &'a str,
}

/// An item of an order.
#[derive(Clone, Copy)]
pub struct Held<'a> {
    pub name: &'a str,
    pub item_id: &'a str,
    pub product_id: &'a str,
    pub options: &'a Dict,
}

/// A variant on offer.
#[derive(Clone, Copy)]
pub struct Offered<'a> {
    pub item_id: &'a str,
    pub options: &'a Dict,
    pub available: bool,
}

pub fn text<'a>(record: &'a Dict, key: &str) -> &'a str {
    record.get(key).and_then(Value::as_str).map_or("", |text| text)
}

fn dict<'a>(record: &'a Dict, key: &str) -> Option<&'a Dict> {
    record.get(key).and_then(Value::as_dict)
}

fn list<'a>(record: &'a Dict, key: &str) -> impl Iterator<Item = &'a Value> {
    record.get(key).and_then(Value::as_list).into_iter().flat_map(|list: &List| list.iter())
}

impl<'a> Shop<'a> {
    pub fn new(world: &'a World, task: &'a Task) -> Self {
        let user = world.database.get("users", &task.user_id).and_then(Value::as_dict);
        Self { world, user, scenario: &task.user_scenario }
    }

    /// The customer's name, and of the rest what the record holds and `gives` lets through.
    pub fn who(&self, task: &Task, gives: impl Fn(&str) -> bool) -> Who {
        let name = self.user.and_then(|user| dict(user, "name"));
        let of_user = |key: &str| self.user.map(|user| text(user, key)).filter(|own| !own.is_empty() && gives(key));
        let zip = self.user.and_then(|user| dict(user, "address")).map(|address| text(address, "zip"));
        Who {
            first_name: name.map_or("", |name| text(name, "first_name")).to_owned(),
            last_name: name.map_or("", |name| text(name, "last_name")).to_owned(),
            email: of_user("email").map(str::to_owned),
            zip: zip.filter(|zip| !zip.is_empty() && gives("zip")).map(str::to_owned),
            user_id: gives("user_id").then(|| task.user_id.clone()),
        }
    }

    pub const fn user(&self) -> Option<&'a Dict> {
        self.user
    }

    pub fn order(&self, id: &str) -> Option<&'a Dict> {
        self.world.database.get("orders", id)?.as_dict()
    }

    /// The customer's orders, in the profile's order.
    pub fn orders(&self) -> impl Iterator<Item = (&'a str, &'a Dict)> + '_ {
        let ids = self.user.into_iter().flat_map(|user| list(user, "orders"));
        ids.filter_map(Value::as_str).filter_map(|id| Some((&**id, self.order(id)?)))
    }

    pub fn items(&self, order: &'a Dict) -> impl Iterator<Item = Held<'a>> {
        list(order, "items").filter_map(Value::as_dict).filter_map(|item| {
            Some(Held {
                name: text(item, "name"),
                item_id: text(item, "item_id"),
                product_id: text(item, "product_id"),
                options: dict(item, "options")?,
            })
        })
    }

    pub fn variants(&self, product_id: &str) -> impl Iterator<Item = Offered<'a>> {
        let product = self.world.database.get("products", product_id).and_then(Value::as_dict);
        let variants = product.and_then(|product| dict(product, "variants"));
        variants.into_iter().flat_map(|variants| variants.values()).filter_map(Value::as_dict).filter_map(|variant| {
            Some(Offered {
                item_id: text(variant, "item_id"),
                options: dict(variant, "options")?,
                available: matches!(variant.get("available"), Some(Value::Bool(true))),
            })
        })
    }

    pub fn variant(&self, product_id: &str, item_id: &str) -> Option<Offered<'a>> {
        self.variants(product_id).find(|variant| variant.item_id == item_id)
    }

    /// The order as the customer knows it: by its number where the scenario names it, else by what is in it. `first`
    /// are the products that matter to the goal.
    pub fn order_wish(&self, id: &str, first: &[&str]) -> OrderWish {
        let products: Vec<String> = match self.order(id) {
            Some(order) => self.items(order).map(|item| item.name.to_lowercase()).collect(),
            None => Vec::new(),
        };
        let mut named: Vec<String> = first.iter().map(|name| name.to_lowercase()).collect();
        if named.is_empty() {
            named = products.iter().take(2).cloned().collect();
        }
        named.dedup();
        let with = named.iter().map(|name| format!("the {name}")).collect::<Vec<_>>().join(" and ");
        let status = self.order(id).map_or("", |order| text(order, "status"));
        let called =
            (matches!(status, "pending" | "delivered") && self.scenario.contains(status)).then(|| status.to_owned());
        OrderWish { known: self.scenario.contains(id), id: id.to_owned(), with, called, products }
    }

    /// A payment method of the profile by its id.
    pub fn method(&self, id: &str) -> Option<Method> {
        let methods = dict(self.user?, "payment_methods")?;
        let own = methods.get(id)?.as_dict()?;
        let brand = text(own, "brand");
        let source = text(own, "source");
        let say = match source {
            "paypal" => "PayPal".to_owned(),
            "credit_card" if !brand.is_empty() => brand.to_owned(),
            _ => source.replace('_', " "),
        };
        let last_four = Some(text(own, "last_four")).filter(|digits| !digits.is_empty()).map(str::to_owned);
        Some(Method { id: id.to_owned(), say, last_four, gift_card: source == "gift_card" })
    }

    /// The method of the profile that goes by this name (`gift card`, `visa`).
    pub fn method_called(&self, name: &str) -> Option<Method> {
        let ids = dict(self.user?, "payment_methods")?.keys();
        ids.filter_map(|id| self.method(id)).find(|method| method.say.eq_ignore_ascii_case(name))
    }

    /// Whether another method of the profile goes by the same name, so that the digits are needed to tell them apart.
    pub fn is_ambiguous(&self, method: &Method) -> bool {
        let ids = self.user.and_then(|user| dict(user, "payment_methods")).into_iter().flat_map(|own| own.keys());
        ids.filter_map(|id| self.method(id)).filter(|other| other.say == method.say).count() > 1
    }

    /// The id of what an order was paid with.
    pub fn paid_with(&self, order_id: &str) -> Option<&'a str> {
        list(self.order(order_id)?, "payment_history").next()?.as_dict().map(|first| text(first, "payment_method_id"))
    }
}

/// An address from a record or a call's arguments.
pub fn address(record: &Dict) -> Address {
    let own = |key: &str| text(record, key).to_owned();
    Address {
        address1: own("address1"),
        address2: own("address2"),
        city: own("city"),
        state: own("state"),
        zip: own("zip"),
        country: own("country"),
        described: None,
    }
}

/// The values of a variant's options that differ from those of the item held, with their options.
pub fn differing<'a>(held: &Dict, wanted: &'a Dict) -> Vec<(&'a str, &'a str)> {
    let values = wanted.iter().filter_map(|(option, value)| Some((&**option, &**value.as_str()?)));
    values.filter(|(option, value)| text(held, option) != *value).collect()
}

/// A value as said: with its option where it means nothing by itself.
pub fn said(option: &str, value: &str) -> String {
    let bare = !value.bytes().any(|letter| letter.is_ascii_alphabetic()) || matches!(value, "yes" | "no" | "none");
    if bare { format!("{option} {value}") } else { value.to_owned() }
}
