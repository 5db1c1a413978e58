//! The table of a rollout: who sits in which seat, which may change while it goes on.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};

use serde::{Deserialize, Serialize};

use super::drive::SeatedBy;
use super::episode::Seat;
use crate::chat::ChatModel;

/// Who fills a seat, as records say it. It holds no key and no address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Occupant {
    pub kind: OccupantKind,
    /// To show: `gpt-x at api.example.com`, `rehearsal agent`, `you`.
    pub label: String,
    /// The style of a cast member that has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// What was chosen in this browser, so that the same can be seated again: an endpoint's id, a cast member's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
}

/// What fills a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OccupantKind {
    /// A language model behind an endpoint.
    Endpoint,
    /// A program of the rehearsal cast.
    Cast,
    Person,
    /// Recorded or written replies.
    Script,
}

impl Occupant {
    /// An occupant of which no more is known than its kind and what it is called.
    pub fn new(kind: OccupantKind, label: impl Into<String>) -> Self {
        Self { kind, label: label.into(), style: None, choice: None }
    }

    #[must_use]
    pub fn with_style(self, style: impl Into<String>) -> Self {
        Self { style: Some(style.into()), ..self }
    }

    #[must_use]
    pub fn with_choice(self, choice: impl Into<String>) -> Self {
        Self { choice: Some(choice.into()), ..self }
    }
}

/// An occupant in its seat. Clones are the same one.
#[derive(Clone)]
pub struct Seated<'a> {
    pub model: Rc<dyn ChatModel + 'a>,
    pub by: Occupant,
}

/// Who sits in both seats. A seat may change hands at any time; the driver notices.
pub struct Table<'a> {
    agent: RefCell<Seated<'a>>,
    user: RefCell<Seated<'a>>,
    /// Counts the changes, for each seat the last one.
    changes: Cell<u64>,
    changed_agent: Cell<u64>,
    changed_user: Cell<u64>,
    waiting: RefCell<Vec<Waker>>,
}

impl<'a> Table<'a> {
    #[must_use]
    pub fn new(agent: Seated<'a>, user: Seated<'a>) -> Self {
        Self {
            agent: RefCell::new(agent),
            user: RefCell::new(user),
            changes: Cell::new(0),
            changed_agent: Cell::new(0),
            changed_user: Cell::new(0),
            waiting: RefCell::default(),
        }
    }

    /// A table for models of which nothing is recorded but their labels.
    #[must_use]
    pub fn of_models(agent: &'a dyn ChatModel, user: &'a dyn ChatModel) -> Self {
        let seated = |model: &'a dyn ChatModel| Seated {
            by: Occupant::new(OccupantKind::Script, model.label()),
            model: Rc::new(model),
        };
        Self::new(seated(agent), seated(user))
    }

    /// Who sits in a seat now.
    #[must_use]
    pub fn seated(&self, seat: Seat) -> Seated<'a> {
        self.place(seat).borrow().clone()
    }

    /// Who sits in both seats now, by their records.
    #[must_use]
    pub fn seated_by(&self) -> SeatedBy {
        SeatedBy { agent: self.agent.borrow().by.clone(), user: self.user.borrow().by.clone() }
    }

    /// Gives a seat to another. If its call is out, that call is dropped and the new occupant is asked.
    pub fn seat(&self, seat: Seat, seated: Seated<'a>) {
        // The one who leaves is dropped only when nothing is borrowed any more.
        let _before = self.place(seat).replace(seated);
        self.changes.set(self.changes.get() + 1);
        self.last_change(seat).set(self.changes.get());
        let waiting = self.waiting.take();
        waiting.into_iter().for_each(Waker::wake);
    }

    /// How many changes there were so far.
    pub(super) fn changes(&self) -> u64 {
        self.changes.get()
    }

    /// Waits until a seat has changed hands after the first `since` changes.
    pub(super) fn changed(&self, seat: Seat, since: u64) -> impl Future<Output = ()> + '_ {
        poll_fn(move |context| {
            if self.last_change(seat).get() > since {
                return Poll::Ready(());
            }
            let mut waiting = self.waiting.borrow_mut();
            if !waiting.iter().any(|other| other.will_wake(context.waker())) {
                waiting.push(context.waker().clone());
            }
            Poll::Pending
        })
    }

    const fn place(&self, seat: Seat) -> &RefCell<Seated<'a>> {
        match seat {
            Seat::Agent => &self.agent,
            Seat::User => &self.user,
        }
    }

    const fn last_change(&self, seat: Seat) -> &Cell<u64> {
        match seat {
            Seat::Agent => &self.changed_agent,
            Seat::User => &self.changed_user,
        }
    }
}
