//! What a customer of an airline wants: trips to book, to change, to cancel.
//!
//! Who speaks, how goals are raised, refused and settled is the same as for a shop (`dialogue`); here is what is
//! particular to trips: how they are read from a task (`read`, `derive`), said (`speak`) and checked (`vet`).

pub mod derive;
pub mod read;
pub mod records;
pub mod speak;
pub mod vet;

use serde::{Deserialize, Serialize};

use super::agenda::Reveal;

/// A trip as the customer knows or wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TripWish {
    /// The reservation's number, for checking; said only if `known`. Empty for a booking.
    pub reservation: String,
    pub known: bool,
    /// `the flight to Miami`
    pub say: String,
    pub round_trip: bool,
    /// Cities, as they are said.
    pub from: String,
    pub to: String,
    pub legs: Vec<LegWish>,
    /// As it is said: `basic economy`.
    pub cabin: Option<String>,
    pub cabin_reveal: Reveal,
    /// The cabin that a customer who changes their mind says first.
    pub cabin_decoy: Option<String>,
    /// Who flies; of a change, who comes and who goes.
    pub passengers: Vec<Traveller>,
    pub leaves: Option<Traveller>,
    /// How many checked bags there shall be in all.
    pub bags: Option<i64>,
    pub bags_decoy: Option<i64>,
    pub insurance: Option<bool>,
    /// Insurance is spoken of only when the agent does.
    pub insurance_held_back: bool,
    /// How a booking is paid, in the customer's words.
    pub pays: Option<String>,
    pub limit: Option<FareLimit>,
}

/// One way of a trip.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegWish {
    pub way: Way,
    /// `2024-05-18`
    pub date: String,
    /// Numbers of the flights that are meant, for checking.
    pub flights: Vec<String>,
    /// `the direct flight in the morning`
    pub say: Option<String>,
    pub reveal: Reveal,
}

/// Which way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The only one.
    #[default]
    Only,
    There,
    Back,
    /// A single flight of a longer way: its two cities.
    Between(String, String),
}

/// Somebody who flies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traveller {
    pub first: String,
    pub last: String,
    /// Date of birth; empty where the customer does not give it.
    pub dob: String,
    /// The customer.
    pub own: bool,
}

/// A price above which something cheaper is taken, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FareLimit {
    pub cents: i64,
    /// The cabin that is taken instead; `None`: nothing is.
    pub cabin: Option<String>,
    /// `everything together costs`
    pub subject: String,
}

/// The bit of the cabin among those of the parts that were told.
pub const CABIN: usize = 16;

impl TripWish {
    /// The cabin that is wanted: the cheaper one, once the first is given up.
    pub fn cabin(&self, dropped: u32) -> Option<&str> {
        let limit = self.limit.as_ref().and_then(|limit| limit.cabin.as_deref());
        if dropped & (1 << CABIN) != 0 { limit } else { self.cabin.as_deref() }
    }
}

impl Traveller {
    pub fn name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }
}
