//! Driving an episode: asks whoever sits in the seats until it ends, keeps what happens before it has an effect, and
//! heeds a person who pauses, steps, stops or changes a seat.

use futures::future::{Either, LocalBoxFuture, select};

use super::episode::{Episode, Seat};
use super::event::Event;
use super::gate::Gate;
use super::table::{Occupant, Seated, Table};
use crate::chat::{ChatDelta, ChatError, ChatModel, ChatReply};

/// What whoever watches a rollout is told, as it happens.
#[derive(Debug)]
pub enum Progress {
    /// A seat's model is being asked.
    Asking(Seat),
    /// Its reply is coming in. For showing only.
    Delta(ChatDelta),
    /// The reply was taken, or there is none: the episode has moved on.
    Advanced,
    /// The rollout waits to be let on.
    Paused,
}

/// The models in both seats.
#[derive(Clone, Copy)]
pub struct Seats<'a> {
    pub agent: &'a dyn ChatModel,
    pub user: &'a dyn ChatModel,
}

/// Keeps the events of a rollout.
pub trait Recorder {
    /// Keeps an event that is about to have its effect; `after` is the episode as it will then be.
    ///
    /// The rollout goes on when this returns: when the event lies safely, or when a person let it go on without. What
    /// must not be lost is to be held from the call on, not from the first poll: a stop drops the future. At
    /// [`Event::Stopped`] it must not wait for anybody.
    fn keep<'a>(&'a mut self, event: Event, after: &'a Episode) -> LocalBoxFuture<'a, ()>;
}

/// How fast a rollout goes, and where it lets the page breathe: programs answer at once.
pub trait Pace {
    /// Waits before the occupant of a seat is asked.
    fn rest<'a>(&'a self, seat: Seat, occupant: &'a Occupant) -> LocalBoxFuture<'a, ()>;
}

/// What a rollout is driven with.
pub struct Drive<'a, 'm> {
    pub table: &'a Table<'m>,
    pub gate: &'a Gate,
    /// Who sits where by the record so far. Whoever else is found there is recorded before the seat is asked.
    pub recorded: SeatedBy,
    pub recorder: Option<&'a mut dyn Recorder>,
    pub pace: Option<&'a dyn Pace>,
}

/// Who sits in both seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatedBy {
    pub agent: Occupant,
    pub user: Occupant,
}

impl SeatedBy {
    #[must_use]
    pub const fn of(&self, seat: Seat) -> &Occupant {
        match seat {
            Seat::Agent => &self.agent,
            Seat::User => &self.user,
        }
    }

    /// Gives a seat to another occupant.
    pub fn set(&mut self, seat: Seat, by: Occupant) {
        match seat {
            Seat::Agent => self.agent = by,
            Seat::User => self.user = by,
        }
    }
}

/// Runs an episode to its end, or until it is stopped, recorded nowhere and as fast as it goes.
///
/// See [`Drive::run`].
pub async fn drive(episode: &mut Episode, seats: Seats<'_>, gate: &Gate, watch: &mut dyn FnMut(&Episode, Progress)) {
    let table = Table::of_models(seats.agent, seats.user);
    let recorded = table.seated_by();
    Drive { table: &table, gate, recorded, recorder: None, pace: None }.run(episode, watch).await;
}

impl Drive<'_, '_> {
    /// Runs an episode to its end, or until it is stopped.
    ///
    /// A pause lets the call that is out come home and holds the next one back; a stop drops it, and so does a change
    /// of the seat that is being asked: its new occupant is then asked instead. Dropping the future leaves the episode
    /// as it is, ready to be driven again.
    pub async fn run(mut self, episode: &mut Episode, watch: &mut dyn FnMut(&Episode, Progress)) {
        while let Some(seat) = episode.due() {
            if self.gate.holds() {
                watch(episode, Progress::Paused);
            }
            if !self.gate.pass().await {
                self.take(episode, Event::Stopped).await;
                watch(episode, Progress::Advanced);
                return;
            }
            let event = match self.ask(seat, episode, watch).await {
                Some(Ok(reply)) => Event::Replied { seat, reply: Box::new(reply) },
                Some(Err(error)) => Event::Failed { seat, error },
                None => Event::Stopped,
            };
            self.take(episode, event).await;
            watch(episode, Progress::Advanced);
        }
    }

    /// Asks whoever sits in a seat, and whoever takes that place meanwhile; `None` once stopped.
    async fn ask(
        &mut self,
        seat: Seat,
        episode: &mut Episode,
        watch: &mut dyn FnMut(&Episode, Progress),
    ) -> Option<Result<ChatReply, ChatError>> {
        let request = episode.request()?;
        loop {
            let since = self.table.changes();
            let Seated { model, by } = self.table.seated(seat);
            if *self.recorded.of(seat) != by {
                self.take(episode, Event::Seated { seat, by: by.clone() }).await;
                self.recorded.set(seat, by.clone());
            }
            watch(episode, Progress::Asking(seat));
            let shown = &*episode;
            let mut on_delta = |delta| watch(shown, Progress::Delta(delta));
            let pace = self.pace;
            let call = Box::pin(async {
                if let Some(pace) = pace {
                    pace.rest(seat, &by).await;
                }
                model.complete(&request, &mut on_delta).await
            });
            let broken_off = select(Box::pin(self.gate.stopped()), Box::pin(self.table.changed(seat, since)));
            // A reply that is there counts, also when it was stopped at that very moment: it was paid for.
            match select(call, broken_off).await {
                Either::Left((outcome, _)) => return Some(outcome),
                Either::Right((Either::Left(_), _)) => return None,
                Either::Right((Either::Right(_), _)) => {}
            }
        }
    }

    /// Records an event, then lets it have its effect.
    async fn take(&mut self, episode: &mut Episode, event: Event) {
        let Some(recorder) = &mut self.recorder else { return event.apply(episode) };
        let mut after = episode.clone();
        event.clone().apply(&mut after);
        if event == Event::Stopped {
            recorder.keep(event, &after).await;
        } else {
            // Stopped while it can't be kept: what came is taken all the same, and the stop is recorded next.
            let keeping = recorder.keep(event, &after);
            select(keeping, Box::pin(self.gate.stopped())).await;
        }
        *episode = after;
    }
}
