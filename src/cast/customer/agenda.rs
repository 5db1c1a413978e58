//! What a customer wants, knows and puts up with: plain data, made from a task and the world's records.
//!
//! An agenda is a list of goals in the order in which they are raised, each with the facts that belong to it and the
//! rules for giving them away. The customer knows nothing beyond it. Ids of orders and variants are in it for checking
//! what an agent proposes and for tests; the customer says only what is marked as known.
//!
//! Errands of other domains come as further [`Kind`]s: who speaks, how goals are raised, refused and settled is the
//! same for all of them.

use serde::{Deserialize, Serialize};

use super::air::{self, TripWish};
use super::{derive, read};
use crate::domain::{Task, World};

/// A customer's task as a program can play it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agenda {
    pub who: Who,
    /// In the order in which they are raised.
    pub goals: Vec<Goal>,
}

/// Who the customer is. `None`: does not know it, or does not give it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    pub first_name: String,
    pub last_name: String,
    pub email: Option<String>,
    pub zip: Option<String>,
    pub user_id: Option<String>,
}

/// One thing that the customer wants to have done or to know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    pub kind: Kind,
    pub raise: Raise,
    pub order: Option<OrderWish>,
    pub items: Vec<ItemWish>,
    /// What pays (the first that can), in the order of preference.
    pub pay: Vec<Method>,
    pub refund: Option<Refund>,
    /// Why an order is cancelled, in the customer's words.
    pub reason: Option<String>,
    pub address: Option<Address>,
    /// The request in the customer's own words; made from the other facts where there are none.
    pub words: Option<String>,
    pub limit: Option<Limit>,
    pub answers: Vec<Answer>,
    /// What is said to every proposal that this goal meets, and nothing is agreed to.
    pub declines: Option<String>,
    pub refusal: Refusal,
    /// What the customer takes instead where the goal itself can't be had.
    pub instead: Option<Box<Goal>>,
    /// Names of the order's other products, which must stay as they are.
    pub keeps: Vec<String>,
    /// What it is about, where that is a trip.
    pub trip: Option<TripWish>,
    /// What is said against a first refusal.
    pub insists: Option<String>,
}

/// What a goal is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Cancel,
    Return,
    /// Other variants for items: a change of a pending order, an exchange in a delivered one.
    Swap,
    Payment,
    OrderAddress,
    ProfileAddress,
    /// Flights that are not booked yet.
    Book,
    /// Other flights, or another cabin.
    Change,
    /// Checked bags of a reservation.
    Bags,
    /// Who flies, or how their names are spelled.
    Passengers,
    Compensation,
    /// A figure or another answer.
    Question,
    /// Something told with a wish that no tool fulfils: a lost parcel, broken goods, a part of an order to be left out.
    #[default]
    Report,
}

/// When a goal is raised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Raise {
    /// When the one before is settled, or when asked for more.
    #[default]
    Next,
    /// In one breath with the one before.
    Together,
}

/// An order as the customer knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderWish {
    /// The number, for checking; said only if `known`.
    pub id: String,
    pub known: bool,
    /// What tells it apart: `the paper lantern`.
    pub with: String,
    /// `pending` or `delivered`, where the customer knows that of it.
    pub called: Option<String>,
    /// Names of all products in it, lower case.
    pub products: Vec<String>,
}

/// An item to be returned or swapped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemWish {
    /// The product's name, lower case.
    pub product: String,
    /// The variant held, for checking.
    pub item_id: String,
    /// How the customer calls it: `the paper lantern`, `one of the two paper lanterns`.
    pub say: String,
    /// How many of the same; 1 for most.
    pub count: usize,
    /// What is wanted instead; `None` for returns.
    pub to: Option<Variant>,
    /// What is wanted where `to` is not in stock.
    pub fallback: Option<Variant>,
    /// What a customer who changes their mind says first.
    pub decoy: Option<Variant>,
    /// Values of the changed options that are neither held nor wanted, lower case.
    pub others: Vec<String>,
    /// Values of the options that are to stay, other than those held, lower case.
    pub strays: Vec<String>,
    pub reveal: Reveal,
}

/// A variant of a product as the customer describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    pub item_id: String,
    /// `the double striped one`.
    pub say: String,
    /// The option values that differ from the item held, lower case.
    pub values: Vec<String>,
}

/// When an item is mentioned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reveal {
    /// With the goal.
    #[default]
    AtOnce,
    /// Only when asked whether there is more.
    WhenAsked,
    /// When asked whether there is more, or for a yes.
    WhenConfirming,
}

/// A way of paying.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// The id in the profile, for checking; never said.
    pub id: String,
    /// `gift card`, `PayPal`, `visa`.
    pub say: String,
    /// The card's last digits.
    pub last_four: Option<String>,
    /// The gift card of the profile.
    pub gift_card: bool,
}

/// Where a refund goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    pub to: Method,
    /// It is what the order was paid with.
    pub original: bool,
    /// Said only when asked or when told otherwise, in every style.
    pub held_back: bool,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub address1: String,
    pub address2: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    pub country: String,
    /// `my office, the address that order #W1 went to`: said instead of the lines, which the customer does not know.
    pub described: Option<String>,
}

/// A price above which part of a goal is dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// The most that may be paid extra, in cents.
    pub cents: i64,
    /// Positions of the items that are dropped then.
    pub drops: Vec<usize>,
    /// What must stay within the limit: `the clay teapot costs`, `both together cost`.
    pub subject: String,
}

/// An answer to a question that only this customer is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Any of these words in a question brings it out; lower case.
    pub cues: Vec<String>,
    pub say: String,
}

/// How a refusal is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Asked again once, then given up.
    #[default]
    Insist,
    Accept,
}

/// How the customer goes about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    AllAtOnce,
    #[default]
    OneAtATime,
    ChangesMind,
}

impl Style {
    pub const ALL: [Self; 3] = [Self::OneAtATime, Self::AllAtOnce, Self::ChangesMind];

    /// For menus.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllAtOnce => "Says all at once",
            Self::OneAtATime => "One thing at a time",
            Self::ChangesMind => "Changes their mind",
        }
    }

    /// What it means, in a sentence.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::AllAtOnce => "Opens with who they are, every request and every wish about payment.",
            Self::OneAtATime => "Begins with the first request and tells the rest when asked, or when it is settled.",
            Self::ChangesMind => {
                "Asks for something else first and corrects it when asked to confirm; the end is the same."
            }
        }
    }
}

impl Agenda {
    /// The agenda of a task: the one that the task brings along, or else one made from its expected actions, its
    /// outputs, its text and the customer's records.
    ///
    /// It always is one: of a task about which nothing can be found out it holds the text as the only request.
    #[must_use]
    pub fn of_task(world: &World, task: &Task) -> Self {
        let own = task.agenda.as_ref().and_then(|agenda| {
            if world.domain.name == "airline" {
                air::read::agenda(world, task, agenda)
            } else {
                read::agenda(world, task, agenda)
            }
        });
        own.or_else(|| air::derive::agenda(world, task)).unwrap_or_else(|| derive::agenda(world, task))
    }
}

impl Kind {
    /// Whether it changes something in an order, so that it belongs to "anything else in this order?".
    #[must_use]
    pub const fn changes_order(self) -> bool {
        matches!(self, Self::Cancel | Self::Return | Self::Swap | Self::Payment | Self::OrderAddress)
    }
}
