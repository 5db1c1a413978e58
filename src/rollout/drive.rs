//! Driving an episode: asks the seats' models until it ends, and heeds a person who pauses, steps or stops.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::task::{Poll, Waker};

use futures::future::{Either, select};

use super::episode::{Episode, Seat};
use crate::chat::{ChatDelta, ChatModel};

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

/// Runs an episode to its end, or until it is stopped.
///
/// A pause lets the call that is out come home and holds the next one back; a stop drops it.
/// Dropping the future leaves the episode as it is, ready to be driven again.
pub async fn drive(episode: &mut Episode, seats: Seats<'_>, gate: &Gate, watch: &mut dyn FnMut(&Episode, Progress)) {
    while let (Some(seat), Some(request)) = (episode.due(), episode.request()) {
        if gate.holds() {
            watch(episode, Progress::Paused);
        }
        if !gate.pass().await {
            episode.stop();
            watch(episode, Progress::Advanced);
            return;
        }
        watch(episode, Progress::Asking(seat));
        let model = match seat {
            Seat::Agent => seats.agent,
            Seat::User => seats.user,
        };
        let outcome = {
            let shown = &*episode;
            let mut on_delta = |delta| watch(shown, Progress::Delta(delta));
            match select(model.complete(&request, &mut on_delta), Box::pin(gate.stopped())).await {
                Either::Left((outcome, _)) => Some(outcome),
                Either::Right(_) => None,
            }
        };
        match outcome {
            Some(Ok(reply)) => episode.supply(reply),
            Some(Err(error)) => episode.fail(error),
            None => episode.stop(),
        }
        watch(episode, Progress::Advanced);
    }
}

/// The switch between a person and a running rollout: go, pause, one step, stop.
///
/// A step is one model call together with the tool that it leads to.
#[derive(Debug, Default)]
pub struct Gate {
    mode: Cell<Mode>,
    waiting: RefCell<Vec<Waker>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Open,
    /// Closed, with this many calls still let through.
    Closed(u32),
    Stopped,
}

impl Gate {
    /// A gate that is closed from the start, so that a rollout can be stepped from its first call.
    #[must_use]
    pub fn closed() -> Self {
        Self { mode: Cell::new(Mode::Closed(0)), ..Self::default() }
    }

    /// Lets all calls through.
    pub fn open(&self) {
        self.turn(|_| Mode::Open);
    }

    /// Holds back every call after the one that is out.
    pub fn pause(&self) {
        self.turn(|_| Mode::Closed(0));
    }

    /// Lets one more call through.
    pub fn step(&self) {
        self.turn(|mode| match mode {
            Mode::Closed(calls) => Mode::Closed(calls.saturating_add(1)),
            _ => Mode::Closed(1),
        });
    }

    /// Ends it for good.
    pub fn stop(&self) {
        self.turn(|_| Mode::Stopped);
    }

    /// Whether the next call would have to wait.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.mode.get() == Mode::Closed(0)
    }

    /// Waits until a call is let through; `false` once stopped.
    fn pass(&self) -> impl Future<Output = bool> + '_ {
        poll_fn(|context| match self.mode.get() {
            Mode::Open => Poll::Ready(true),
            Mode::Stopped => Poll::Ready(false),
            Mode::Closed(0) => self.wait(context.waker()),
            Mode::Closed(calls) => {
                self.mode.set(Mode::Closed(calls - 1));
                Poll::Ready(true)
            }
        })
    }

    /// Waits until stopped.
    fn stopped(&self) -> impl Future<Output = ()> + '_ {
        poll_fn(|context| match self.mode.get() {
            Mode::Stopped => Poll::Ready(()),
            _ => self.wait(context.waker()),
        })
    }

    fn wait<T>(&self, waker: &Waker) -> Poll<T> {
        let mut waiting = self.waiting.borrow_mut();
        if !waiting.iter().any(|other| other.will_wake(waker)) {
            waiting.push(waker.clone());
        }
        Poll::Pending
    }

    fn turn(&self, change: impl FnOnce(Mode) -> Mode) {
        if self.mode.get() == Mode::Stopped {
            return;
        }
        self.mode.set(change(self.mode.get()));
        // Taken out first: a waker may come straight back here.
        let waiting = self.waiting.take();
        waiting.into_iter().for_each(Waker::wake);
    }
}
