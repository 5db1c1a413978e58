//! The switch between a person and a running rollout.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::task::{Poll, Waker};

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
    pub(super) fn pass(&self) -> impl Future<Output = bool> + '_ {
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
    pub fn stopped(&self) -> impl Future<Output = ()> + '_ {
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
