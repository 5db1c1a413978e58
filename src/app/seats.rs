//! Who plays which seat of a rollout: an endpoint's model, a member of the rehearsal cast, or a person.

use std::rc::Rc;

use leptos::prelude::*;

use super::Endpoints;
use super::pace::SeatPace;
use super::person::{Desk, Person};
use super::storage::{PageStore, Setting};
use crate::cast::{Agenda, RehearsalAgent, RehearsalCustomer, Style};
use crate::chat::ChatModel;
use crate::domain::{Task, World};
use crate::present::endpoint_form;
use crate::present::seating::{SavedSeats, Sitter, occupant};
use crate::present::strategies::{SavedStrategies, Strategies};
use crate::provider::Obstacle;
use crate::rollout::{Occupant, Seat, Seated};

/// The choice for both seats. A small copyable handle.
#[derive(Clone, Copy)]
pub struct SeatChoices {
    endpoints: Endpoints,
    storage: PageStore,
    pub desk: Desk,
    pub pace: SeatPace,
    chosen: RwSignal<SavedSeats>,
    asked: RwSignal<SavedStrategies>,
}

/// Somebody who may fill a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatChoice {
    pub sitter: Sitter,
    /// As menus and records call them.
    pub by: Occupant,
}

/// The rollout that a seat is filled for.
pub struct Sitting<'a> {
    pub world: &'a World,
    pub task: &'a Task,
    /// What the cast draws from.
    pub trial_seed: u64,
    /// How the models are asked.
    pub strategies: Strategies,
}

impl SeatChoices {
    #[must_use]
    pub fn new(endpoints: Endpoints, storage: PageStore) -> Self {
        Self {
            endpoints,
            storage,
            desk: Desk::new(),
            pace: SeatPace::kept(),
            chosen: RwSignal::new(SavedSeats::default()),
            asked: RwSignal::new(SavedStrategies::default()),
        }
    }

    /// Reads the kept choice.
    pub async fn restore(self) {
        if let Ok(Some(text)) = self.storage.setting(Setting::Seats).await {
            self.chosen.update(|chosen| {
                let kept = SavedSeats::from_text(&text);
                // Whoever was chosen while storage was being asked stays.
                chosen.agent = chosen.agent.take().or(kept.agent);
                chosen.user = chosen.user.take().or(kept.user);
            });
        }
        let before = self.asked.get_untracked();
        if let Ok(Some(text)) = self.storage.setting(Setting::Strategies).await
            && self.asked.with_untracked(|asked| *asked == before)
        {
            self.asked.set(SavedStrategies::from_text(&text));
        }
    }

    /// How models are to be asked, and with which examples. Tracks.
    #[must_use]
    pub fn asked(self) -> SavedStrategies {
        self.asked.get()
    }

    /// How whoever is chosen will be asked in the next rollout. Tracks.
    #[must_use]
    pub fn strategies(self) -> Strategies {
        let kind = |seat| self.chosen(seat).by.kind;
        self.asked.with(|asked| asked.strategies).fitted(kind(Seat::Agent), kind(Seat::User))
    }

    /// Changes how models are asked, from the next rollout on, and keeps that.
    pub fn ask(self, change: impl FnOnce(&mut SavedStrategies)) {
        self.asked.update(change);
        self.storage.keep(Setting::Strategies, self.asked.with_untracked(SavedStrategies::to_text).into_bytes());
    }

    /// Who may be chosen for a seat: the cast, the person, the endpoints. Tracks.
    #[must_use]
    pub fn choices(self, seat: Seat) -> Vec<SeatChoice> {
        let own = Sitter::built_in(seat).into_iter().map(|sitter| choice(seat, sitter, String::new()));
        let list = self.endpoints.list();
        let endpoints = list
            .iter()
            .map(|endpoint| choice(seat, Sitter::Endpoint(endpoint.id.clone()), endpoint_form::title(endpoint)));
        own.chain(endpoints).collect()
    }

    /// Who plays a seat: who was chosen, else the first endpoint, else the cast. Tracks.
    #[must_use]
    pub fn chosen(self, seat: Seat) -> SeatChoice {
        let wanted = self.chosen.with(|chosen| chosen.of(seat).cloned());
        self.find(seat, wanted.as_ref())
    }

    /// The choice of a sitter, as far as they are there; else the first endpoint, else the cast. Tracks.
    #[must_use]
    pub fn find(self, seat: Seat, wanted: Option<&Sitter>) -> SeatChoice {
        let choices = self.choices(seat);
        let is_wanted = |choice: &&SeatChoice| Some(&choice.sitter) == wanted;
        let is_endpoint = |choice: &&SeatChoice| matches!(choice.sitter, Sitter::Endpoint(_));
        let found = choices.iter().find(is_wanted).or_else(|| choices.iter().find(is_endpoint));
        found.cloned().unwrap_or_else(|| choice(seat, Sitter::cast(seat), String::new()))
    }

    /// Gives a seat to somebody, from the next rollout on, and keeps that.
    pub fn choose(self, seat: Seat, sitter: Sitter) {
        self.chosen.update(|chosen| chosen.set(seat, sitter));
        self.storage.keep(Setting::Seats, self.chosen.with_untracked(SavedSeats::to_text).into_bytes());
    }

    /// Seats whoever was chosen for a rollout. Does not track.
    #[must_use]
    pub fn seated(self, seat: Seat, sitting: &Sitting<'_>) -> Seated<'static> {
        self.seat(seat, &untrack(|| self.chosen(seat)), sitting)
    }

    /// Seats somebody for a rollout; the cast in place of an endpoint that is gone. Does not track.
    #[must_use]
    pub fn seat(self, seat: Seat, seated: &SeatChoice, sitting: &Sitting<'_>) -> Seated<'static> {
        let cast = |style: Option<Style>| -> Rc<dyn ChatModel> {
            match seat {
                Seat::Agent => Rc::new(RehearsalAgent::new(sitting.trial_seed)),
                Seat::User => {
                    let agenda = Agenda::of_task(sitting.world, sitting.task);
                    Rc::new(RehearsalCustomer::new(agenda, style.unwrap_or_default(), sitting.trial_seed))
                }
            }
        };
        let model: Option<Rc<dyn ChatModel>> = match &seated.sitter {
            Sitter::Endpoint(id) => self.endpoints.model(id).map(|model| model as Rc<dyn ChatModel>),
            Sitter::Cast(style) => Some(cast(*style)),
            Sitter::Person => Some(Rc::new(Person {
                desk: self.desk,
                seat,
                tools: sitting.world.domain.specs(),
                user: sitting.strategies.user,
            })),
        };
        match model {
            Some(model) => {
                // An endpoint's record says its model and host, whatever the user calls it.
                let label = match &seated.sitter {
                    Sitter::Endpoint(_) => model.label(),
                    Sitter::Cast(_) | Sitter::Person => seated.by.label.clone(),
                };
                Seated { model, by: Occupant { label, ..seated.by.clone() } }
            }
            None => Seated { model: cast(None), by: occupant(seat, &Sitter::cast(seat), String::new()) },
        }
    }

    /// Seats the one of a record again; `None` where that one is not here any more. Does not track.
    #[must_use]
    pub fn again(self, seat: Seat, by: &Occupant, sitting: &Sitting<'_>) -> Option<Seated<'static>> {
        let sitter = Sitter::of_key(by.choice.as_deref()?)?;
        let found = untrack(|| self.choices(seat)).into_iter().find(|choice| choice.sitter == sitter)?;
        Some(self.seat(seat, &found, sitting))
    }

    /// What stands between this page and who was chosen, as far as it can be known beforehand.
    pub async fn obstacle(self, choice: &SeatChoice) -> Option<Obstacle> {
        match &choice.sitter {
            Sitter::Endpoint(id) => self.endpoints.obstacle(id).await,
            Sitter::Cast(_) | Sitter::Person => None,
        }
    }
}

fn choice(seat: Seat, sitter: Sitter, label: String) -> SeatChoice {
    SeatChoice { by: occupant(seat, &sitter, label), sitter }
}

/// The choice of seats.
///
/// # Panics
/// Outside the mounted page, which provides it before anything is built.
#[must_use]
pub fn use_seats() -> SeatChoices {
    expect_context()
}
