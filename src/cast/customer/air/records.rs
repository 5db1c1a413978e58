//! Reading an airline's records for an agenda.

use super::Traveller;
use crate::cast::customer::agenda::{Method, Who};
use crate::domain::{Task, World};
use crate::py::{Dict, Value};

/// The records around one customer.
#[derive(Clone, Copy)]
pub struct Airline<'a> {
    world: &'a World,
    user: Option<&'a Dict>,
    pub scenario: &'a str,
}

pub fn text<'a>(record: &'a Dict, key: &str) -> &'a str {
    record.get(key).and_then(Value::as_str).map_or("", |text| text)
}

pub fn int(record: &Dict, key: &str) -> Option<i64> {
    if let Some(Value::Int(value)) = record.get(key) { Some(*value) } else { None }
}

pub fn dicts<'a>(record: &'a Dict, key: &str) -> Vec<&'a Dict> {
    let list = record.get(key).and_then(Value::as_list);
    list.into_iter().flat_map(|list| list.iter()).filter_map(Value::as_dict).collect()
}

/// `economy`, `basic economy`.
pub fn cabin(name: &str) -> String {
    name.replace('_', " ")
}

impl<'a> Airline<'a> {
    /// `None` where the world is no airline's.
    pub fn new(world: &'a World, task: &'a Task) -> Option<Self> {
        if world.domain.name != "airline" {
            return None;
        }
        let user = world.database.get("users", &task.user_id).and_then(Value::as_dict);
        Some(Self { world, user, scenario: &task.user_scenario })
    }

    /// The customer's name, and the user id if `gives` it.
    pub fn who(&self, task: &Task, gives: bool) -> Who {
        let own = self.own();
        let user_id = gives.then(|| task.user_id.clone());
        Who { first_name: own.first, last_name: own.last, user_id, ..Who::default() }
    }

    /// The customer as a passenger.
    pub fn own(&self) -> Traveller {
        let name = self.user.and_then(|user| user.get("name")).and_then(Value::as_dict);
        let part = |key: &str| name.map_or("", |name| text(name, key)).to_owned();
        let dob = self.user.map_or("", |user| text(user, "dob")).to_owned();
        Traveller { first: part("first_name"), last: part("last_name"), dob, own: true }
    }

    pub fn traveller(&self, record: &Dict) -> Traveller {
        let own = self.own();
        let who = Traveller {
            first: text(record, "first_name").to_owned(),
            last: text(record, "last_name").to_owned(),
            dob: text(record, "dob").to_owned(),
            own: false,
        };
        if who.first == own.first && who.last == own.last { own } else { who }
    }

    pub fn reservation(&self, id: &str) -> Option<&'a Dict> {
        self.world.database.get("reservations", id)?.as_dict()
    }

    /// The customer's reservations, in the profile's order.
    pub fn reservations(&self) -> Vec<(&'a str, &'a Dict)> {
        let list = self.user.and_then(|user| user.get("reservations")).and_then(Value::as_list);
        let ids = list.into_iter().flat_map(|list| list.iter()).filter_map(Value::as_str);
        ids.filter_map(|id| Some((&**id, self.reservation(id)?))).collect()
    }

    /// A payment method of the profile by its id.
    pub fn method(&self, id: &str) -> Option<Method> {
        let methods = self.user?.get("payment_methods")?.as_dict()?;
        let own = methods.get(id)?.as_dict()?;
        let (source, brand) = (text(own, "source"), text(own, "brand"));
        let say = match source {
            "credit_card" if !brand.is_empty() => brand.to_owned(),
            _ => source.replace('_', " "),
        };
        let last_four = Some(text(own, "last_four")).filter(|digits| !digits.is_empty()).map(str::to_owned);
        Some(Method { id: id.to_owned(), say, last_four, gift_card: source == "gift_card" })
    }

    /// The methods of the profile that go by a name: `visa`, `gift card`, `both certificates`, `certificate 200`.
    pub fn methods_called(&self, name: &str) -> Vec<Method> {
        let Some(methods) = self.user.and_then(|user| user.get("payment_methods")).and_then(Value::as_dict) else {
            return Vec::new();
        };
        let worth = name.rsplit(' ').next().and_then(|word| word.parse::<i64>().ok());
        let kind = if name.contains("certificate") { "certificate" } else { name };
        let fits = |id: &&str| {
            let amount = methods.get(*id).and_then(Value::as_dict).and_then(|own| int(own, "amount"));
            worth.is_none_or(|worth| amount == Some(worth))
        };
        let ids = methods.keys().map(|id| &**id).filter(fits);
        ids.filter_map(|id| self.method(id)).filter(|method| method.say.eq_ignore_ascii_case(kind)).collect()
    }
}
