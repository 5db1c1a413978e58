//! A shop's records as tools tell of them. Whatever is missing or of another type is empty: tool results are texts
//! from outside.

use serde_json::Value;

pub use crate::cast::agent::records::{Money, dollars};
use crate::cast::agent::records::{entries, list, money, text};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    pub address1: String,
    pub address2: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    pub country: String,
}

#[derive(Clone, Debug, Default)]
pub struct Method {
    pub id: String,
    /// `gift_card`, `paypal`, `credit_card`.
    pub source: String,
    pub brand: String,
    pub last_four: String,
    pub balance: Option<Money>,
}

#[derive(Clone, Debug, Default)]
pub struct Profile {
    pub user_id: String,
    pub address: Address,
    pub methods: Vec<Method>,
    pub orders: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Item {
    pub name: String,
    pub product_id: String,
    pub item_id: String,
    pub price: Money,
    pub options: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default)]
pub struct Order {
    pub id: String,
    pub user_id: String,
    pub status: String,
    pub address: Address,
    pub items: Vec<Item>,
    /// What it was first paid with.
    pub paid_with: String,
    pub tracking: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Variant {
    pub item_id: String,
    pub price: Money,
    pub available: bool,
    pub options: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default)]
pub struct Product {
    pub id: String,
    pub name: String,
    pub variants: Vec<Variant>,
}

fn options(record: &Value) -> Vec<(String, String)> {
    entries(record, "options")
        .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect()
}

impl Address {
    pub fn of(record: &Value) -> Self {
        Self {
            address1: text(record, "address1"),
            address2: text(record, "address2"),
            city: text(record, "city"),
            state: text(record, "state"),
            zip: text(record, "zip"),
            country: text(record, "country"),
        }
    }

    /// In one line.
    pub fn line(&self) -> String {
        let street = if self.address2.is_empty() {
            self.address1.clone()
        } else {
            format!("{}, {}", self.address1, self.address2)
        };
        format!("{street}, {}, {} {}, {}", self.city, self.state, self.zip, self.country)
    }
}

impl Method {
    pub fn is_gift_card(&self) -> bool {
        self.source == "gift_card" || self.id.contains("gift_card")
    }

    /// As it is called in conversation.
    pub fn spoken(&self) -> String {
        if self.is_gift_card() {
            "gift card".to_owned()
        } else if self.source == "paypal" {
            "PayPal".to_owned()
        } else if self.brand.is_empty() {
            "card".to_owned()
        } else {
            format!("{} ending in {}", self.brand, self.last_four)
        }
    }
}

impl Profile {
    pub fn of(user_id: &str, record: &Value) -> Option<Self> {
        record.get("payment_methods")?;
        Some(Self {
            user_id: user_id.to_owned(),
            address: record.get("address").map(Address::of).unwrap_or_default(),
            methods: entries(record, "payment_methods")
                .map(|(id, method)| Method {
                    id: id.clone(),
                    source: text(method, "source"),
                    brand: text(method, "brand"),
                    last_four: text(method, "last_four"),
                    balance: money(method.get("balance")),
                })
                .collect(),
            orders: list(record, "orders").filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }
}

impl Order {
    pub fn of(record: &Value) -> Option<Self> {
        let id = record.get("order_id")?.as_str()?.to_owned();
        let payments: Vec<&Value> = list(record, "payment_history").collect();
        Some(Self {
            id,
            user_id: text(record, "user_id"),
            status: text(record, "status"),
            address: record.get("address").map(Address::of).unwrap_or_default(),
            items: list(record, "items")
                .map(|item| Item {
                    name: text(item, "name"),
                    product_id: text(item, "product_id"),
                    item_id: text(item, "item_id"),
                    price: money(item.get("price")).unwrap_or_default(),
                    options: options(item),
                })
                .collect(),
            paid_with: payments.first().map(|payment| text(payment, "payment_method_id")).unwrap_or_default(),
            tracking: list(record, "fulfillments")
                .flat_map(|sent| list(sent, "tracking_id"))
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        })
    }

    pub fn is_pending(&self) -> bool {
        self.status.starts_with("pending")
    }

    pub fn total(&self) -> Money {
        self.items.iter().map(|item| item.price).fold(0, Money::saturating_add)
    }
}

impl Product {
    pub fn of(record: &Value) -> Option<Self> {
        record.get("variants")?.as_object()?;
        Some(Self {
            id: text(record, "product_id"),
            name: text(record, "name"),
            variants: entries(record, "variants")
                .map(|(id, variant)| Variant {
                    item_id: id.clone(),
                    price: money(variant.get("price")).unwrap_or_default(),
                    available: variant.get("available").and_then(Value::as_bool).unwrap_or(false),
                    options: options(variant),
                })
                .collect(),
        })
    }
}
