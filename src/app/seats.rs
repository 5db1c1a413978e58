//! Who plays which seat of a rollout.

use std::rc::Rc;

use leptos::prelude::*;

use super::Endpoints;
use crate::chat::ChatModel;
use crate::domain::{Task, World};
use crate::present::endpoint_form;
use crate::provider::{Endpoint, Obstacle};
use crate::rollout::{Occupant, OccupantKind, Seat, Seated};

/// The choice for both seats. A small copyable handle.
#[derive(Clone, Copy)]
pub struct SeatChoices {
    endpoints: Endpoints,
    agent: RwSignal<Option<String>>,
    user: RwSignal<Option<String>>,
}

/// A model that may fill a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatChoice {
    /// The endpoint's id.
    pub id: String,
    pub label: String,
}

/// The rollout that a seat is filled for.
pub struct Sitting<'a> {
    pub world: &'a World,
    pub task: &'a Task,
    /// What the cast draws from.
    pub trial_seed: u64,
}

impl SeatChoices {
    #[must_use]
    pub fn new(endpoints: Endpoints) -> Self {
        Self { endpoints, agent: RwSignal::new(None), user: RwSignal::new(None) }
    }

    /// What may be chosen. Tracks.
    #[must_use]
    pub fn choices(self) -> Vec<SeatChoice> {
        self.endpoints.list().iter().map(choice).collect()
    }

    /// Who plays a seat: what was chosen, else the first endpoint. Tracks.
    #[must_use]
    pub fn chosen(self, seat: Seat) -> Option<SeatChoice> {
        let chosen = self.signal(seat).get();
        let list = self.endpoints.list();
        list.iter().find(|endpoint| Some(&endpoint.id) == chosen.as_ref()).or_else(|| list.first()).map(choice)
    }

    /// Gives a seat to the model of an endpoint.
    pub fn choose(self, seat: Seat, id: &str) {
        self.signal(seat).set(Some(id.to_owned()));
    }

    /// Seats whoever was chosen; `None` where there is no endpoint. Does not track.
    #[must_use]
    pub fn seated(self, seat: Seat, _sitting: &Sitting<'_>) -> Option<Seated<'static>> {
        let choice = untrack(|| self.chosen(seat))?;
        self.seat(&choice.id)
    }

    /// Seats the one of a record again; `None` where that one is not here any more. Does not track.
    #[must_use]
    pub fn again(self, _seat: Seat, by: &Occupant, _sitting: &Sitting<'_>) -> Option<Seated<'static>> {
        self.seat(by.choice.as_deref()?)
    }

    fn seat(self, id: &str) -> Option<Seated<'static>> {
        let model: Rc<dyn ChatModel> = self.endpoints.model(id)?;
        Some(Seated { by: Occupant::new(OccupantKind::Endpoint, model.label()).with_choice(id), model })
    }

    /// What stands between this page and the model in a seat, as far as it can be known beforehand.
    pub async fn obstacle(self, seat: Seat) -> Option<Obstacle> {
        let choice = untrack(|| self.chosen(seat))?;
        self.endpoints.obstacle(&choice.id).await
    }

    const fn signal(self, seat: Seat) -> RwSignal<Option<String>> {
        match seat {
            Seat::Agent => self.agent,
            Seat::User => self.user,
        }
    }
}

fn choice(endpoint: &Endpoint) -> SeatChoice {
    SeatChoice { id: endpoint.id.clone(), label: endpoint_form::title(endpoint) }
}

/// The choice of seats.
///
/// # Panics
/// Outside the mounted page, which provides it before anything is built.
#[must_use]
pub fn use_seats() -> SeatChoices {
    expect_context()
}
