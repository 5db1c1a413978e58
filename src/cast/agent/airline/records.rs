//! An airline's records as tools tell of them. Whatever is missing or of another type is empty: tool results are texts
//! from outside.

use serde_json::Value;

pub use crate::cast::agent::records::{Money, dollars};
use crate::cast::agent::records::{entries, list, money, text};

/// The day on which all conversations with the benchmark's airlines take place; nothing in them tells the time.
pub const TODAY: &str = "2024-05-15";
/// A day before the time of the conversation, 15:00 of [`TODAY`].
pub const A_DAY_AGO: &str = "2024-05-14T15:00:00";

#[derive(Clone, Debug, Default)]
pub struct Method {
    pub id: String,
    /// `gift_card`, `certificate`, `credit_card`.
    pub source: String,
    pub brand: String,
    pub last_four: String,
    /// What a gift card or a certificate is worth.
    pub amount: Option<Money>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passenger {
    pub first: String,
    pub last: String,
    /// Date of birth; empty where it was not told.
    pub dob: String,
}

#[derive(Clone, Debug, Default)]
pub struct Profile {
    pub user_id: String,
    pub own: Passenger,
    /// People whom the customer has flown with.
    pub saved: Vec<Passenger>,
    pub methods: Vec<Method>,
    pub membership: String,
    pub reservations: Vec<String>,
}

/// A flight of a reservation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    pub number: String,
    pub date: String,
    pub origin: String,
    pub destination: String,
    pub price: Money,
}

#[derive(Clone, Debug, Default)]
pub struct Reservation {
    pub id: String,
    pub user_id: String,
    pub origin: String,
    pub destination: String,
    pub round_trip: bool,
    pub cabin: String,
    pub segments: Vec<Segment>,
    pub passengers: Vec<Passenger>,
    /// Payment ids with what each has paid, and got back, so far.
    pub payments: Vec<(String, Money)>,
    pub created_at: String,
    pub bags: i64,
    pub paid_bags: i64,
    pub insured: bool,
    pub cancelled: bool,
}

/// A flight that a search has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    pub number: String,
    pub date: String,
    pub origin: String,
    pub destination: String,
    /// `HH:MM:SS`, of an arrival the next day with `+1`.
    pub departs: String,
    pub arrives: String,
    /// Cabin, seats, price.
    pub cabins: Vec<(String, i64, Money)>,
}

/// A count, kept to what counts of bags and seats can be.
fn number(record: &Value, name: &str) -> i64 {
    record.get(name).and_then(Value::as_i64).unwrap_or_default().clamp(-10_000, 10_000)
}

impl Passenger {
    pub fn of(record: &Value) -> Self {
        Self { first: text(record, "first_name"), last: text(record, "last_name"), dob: text(record, "dob") }
    }

    pub fn name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }
}

impl Method {
    pub fn is(&self, source: &str) -> bool {
        self.source == source
    }

    /// As it is called in conversation.
    pub fn spoken(&self) -> String {
        match (self.source.as_str(), self.amount) {
            ("certificate", Some(amount)) => format!("certificate of {}", dollars(amount)),
            ("certificate", None) => "certificate".to_owned(),
            ("gift_card", _) => "gift card".to_owned(),
            _ if self.brand.is_empty() => "credit card".to_owned(),
            _ => format!("{} ending in {}", self.brand, self.last_four),
        }
    }
}

impl Profile {
    pub fn of(user_id: &str, record: &Value) -> Option<Self> {
        record.get("payment_methods")?;
        let name = record.get("name").unwrap_or(&Value::Null);
        Some(Self {
            user_id: user_id.to_owned(),
            own: Passenger { dob: text(record, "dob"), ..Passenger::of(name) },
            saved: list(record, "saved_passengers").map(Passenger::of).collect(),
            methods: entries(record, "payment_methods")
                .map(|(id, method)| Method {
                    id: id.clone(),
                    source: text(method, "source"),
                    brand: text(method, "brand"),
                    last_four: text(method, "last_four"),
                    amount: money(method.get("amount")),
                })
                .collect(),
            membership: text(record, "membership"),
            reservations: list(record, "reservations").filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }

    pub fn method(&self, id: &str) -> Option<&Method> {
        self.methods.iter().find(|method| method.id == id)
    }
}

impl Reservation {
    pub fn of(record: &Value) -> Option<Self> {
        Some(Self {
            id: record.get("reservation_id")?.as_str()?.to_owned(),
            user_id: text(record, "user_id"),
            origin: text(record, "origin"),
            destination: text(record, "destination"),
            round_trip: text(record, "flight_type") == "round_trip",
            cabin: text(record, "cabin"),
            segments: list(record, "flights")
                .map(|flight| Segment {
                    number: text(flight, "flight_number"),
                    date: text(flight, "date"),
                    origin: text(flight, "origin"),
                    destination: text(flight, "destination"),
                    price: money(flight.get("price")).unwrap_or_default(),
                })
                .collect(),
            passengers: list(record, "passengers").map(Passenger::of).collect(),
            payments: list(record, "payment_history")
                .map(|paid| (text(paid, "payment_id"), money(paid.get("amount")).unwrap_or_default()))
                .collect(),
            created_at: text(record, "created_at"),
            bags: number(record, "total_baggages"),
            paid_bags: number(record, "nonfree_baggages"),
            insured: text(record, "insurance") == "yes",
            cancelled: text(record, "status") == "cancelled",
        })
    }

    /// How many fly.
    pub fn heads(&self) -> i64 {
        self.passengers.len() as i64
    }

    /// What was paid and not given back.
    pub fn paid(&self) -> Money {
        self.payments.iter().map(|(_, amount)| *amount).fold(0, Money::saturating_add)
    }

    /// What all flights cost one passenger.
    pub fn fare(&self) -> Money {
        self.segments.iter().map(|segment| segment.price).fold(0, Money::saturating_add)
    }

    /// Position of the first segment of the way back; the number of segments where there is none.
    pub fn turn(&self) -> usize {
        let arrived = self.segments.iter().position(|segment| segment.destination == self.destination);
        match arrived {
            Some(at) if self.round_trip => at + 1,
            _ => self.segments.len(),
        }
    }

    /// Whether none of its flights is of a day before today.
    pub fn is_ahead(&self) -> bool {
        !self.cancelled && self.segments.iter().all(|segment| segment.date.as_str() >= TODAY)
    }

    /// Whether some flight of an earlier day is in it.
    pub fn begun(&self) -> bool {
        self.segments.iter().any(|segment| segment.date.as_str() < TODAY)
    }

    /// Whether all its flights are of earlier days.
    pub fn is_over(&self) -> bool {
        self.segments.iter().all(|segment| segment.date.as_str() < TODAY)
    }
}

impl Offer {
    pub fn of(record: &Value, date: &str) -> Self {
        let own = text(record, "date");
        let seats = record.get("available_seats").unwrap_or(&Value::Null);
        Self {
            number: text(record, "flight_number"),
            date: if own.is_empty() { date.to_owned() } else { own },
            origin: text(record, "origin"),
            destination: text(record, "destination"),
            departs: text(record, "scheduled_departure_time_est"),
            arrives: text(record, "scheduled_arrival_time_est"),
            cabins: entries(record, "prices")
                .map(|(cabin, price)| (cabin.clone(), number(seats, cabin), money(Some(price)).unwrap_or_default()))
                .collect(),
        }
    }

    /// What a seat in the cabin costs, if there are so many.
    pub fn price(&self, cabin: &str, heads: i64) -> Option<Money> {
        let (.., price) = self.cabins.iter().find(|(own, seats, _)| own == cabin && *seats >= heads)?;
        Some(*price)
    }
}

/// The ways that a search's answer lists: single flights, or pairs that connect.
pub fn ways(answer: &Value, date: &str) -> Vec<Vec<Offer>> {
    let way = |found: &Value| match found {
        Value::Array(pair) => pair.iter().map(|offer| Offer::of(offer, date)).collect(),
        single => vec![Offer::of(single, date)],
    };
    answer.as_array().into_iter().flatten().map(way).collect()
}
