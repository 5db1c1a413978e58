//! The queue in front of an endpoint: how many calls may be in flight, and from when on.
//!
//! Calls wait here and not inside the browser, so that they can be shown, and so that their time-outs begin when
//! they are sent.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// So many successes in a row let one more call in.
const SUCCESSES_TO_GROW: u32 = 20;

/// Lets calls through in the order in which they came. Shared by all models that talk to one host.
#[derive(Debug)]
pub struct Gate {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// What the limit may grow to.
    most: u32,
    limit: u32,
    in_flight: u32,
    successes: u32,
    not_before_ms: f64,
    /// When the limit was last halved.
    halved_ms: f64,
    next_ticket: u64,
    queue: VecDeque<(u64, Waker)>,
}

/// How a gate stands, for showing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GateStatus {
    pub limit: u32,
    pub in_flight: u32,
    pub waiting: usize,
    /// No call goes out before this time of the clock; `None` if the gate was never closed.
    pub not_before_ms: Option<f64>,
}

impl Gate {
    /// A gate for at most this many calls at once, at least one.
    #[must_use]
    pub fn new(most: u32) -> Self {
        let most = most.max(1);
        let state = State {
            most,
            limit: most,
            in_flight: 0,
            successes: 0,
            not_before_ms: f64::NEG_INFINITY,
            halved_ms: f64::NEG_INFINITY,
            next_ticket: 0,
            queue: VecDeque::new(),
        };
        Self { state: Mutex::new(state) }
    }

    /// Waits for a place. The time named by [`Gate::not_before_ms`] is for the caller to wait for.
    pub fn enter(&self) -> Enter<'_> {
        Enter { gate: self, ticket: None }
    }

    /// The time before which no call may be sent.
    #[must_use]
    pub fn not_before_ms(&self) -> f64 {
        self.state().not_before_ms
    }

    #[must_use]
    pub fn status(&self) -> GateStatus {
        let state = self.state();
        GateStatus {
            limit: state.limit,
            in_flight: state.in_flight,
            waiting: state.queue.len(),
            not_before_ms: Some(state.not_before_ms).filter(|time| time.is_finite()),
        }
    }

    /// Counts a success; every so many let one more call in.
    pub fn succeeded(&self) {
        let mut state = self.state();
        state.successes += 1;
        if state.successes >= SUCCESSES_TO_GROW {
            state.successes = 0;
            state.limit = (state.limit + 1).min(state.most);
        }
        wake_first(state);
    }

    /// Closes the gate for a while and halves the limit, once for all calls that were in flight together.
    pub fn overloaded(&self, sent_ms: f64, now_ms: f64, wait_ms: f64) {
        let mut state = self.state();
        state.not_before_ms = state.not_before_ms.max(now_ms + wait_ms);
        state.successes = 0;
        if sent_ms >= state.halved_ms {
            state.halved_ms = now_ms;
            state.limit = (state.limit / 2).max(1);
        }
    }

    // The state is whole between any two statements, so a panic elsewhere cannot have spoilt it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the first in the queue to look again. The lock is given up first: a waker may run foreign code.
fn wake_first(state: MutexGuard<'_, State>) {
    let first = state.queue.front().map(|(_, waker)| waker.clone());
    drop(state);
    if let Some(waker) = first {
        waker.wake();
    }
}

/// A place among the calls in flight, given back when dropped.
#[derive(Debug)]
pub struct Place<'a> {
    gate: &'a Gate,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.state();
        state.in_flight -= 1;
        wake_first(state);
    }
}

/// Resolves to a place. Dropping it leaves the queue.
#[derive(Debug)]
pub struct Enter<'a> {
    gate: &'a Gate,
    ticket: Option<u64>,
}

impl<'a> Future for Enter<'a> {
    type Output = Place<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Place<'a>> {
        let gate = self.gate;
        let mut state = gate.state();
        let is_first = match self.ticket {
            Some(ticket) => state.queue.front().is_some_and(|&(first, _)| first == ticket),
            None => state.queue.is_empty(),
        };
        if is_first && state.in_flight < state.limit {
            state.in_flight += 1;
            if self.ticket.take().is_some() {
                state.queue.pop_front();
            }
            wake_first(state);
            return Poll::Ready(Place { gate });
        }
        let waker = context.waker().clone();
        match self.ticket {
            Some(ticket) => {
                if let Some(entry) = state.queue.iter_mut().find(|(queued, _)| *queued == ticket) {
                    entry.1 = waker;
                }
            }
            None => {
                let ticket = state.next_ticket;
                state.next_ticket += 1;
                state.queue.push_back((ticket, waker));
                self.ticket = Some(ticket);
            }
        }
        Poll::Pending
    }
}

impl Drop for Enter<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            let mut state = self.gate.state();
            state.queue.retain(|&(queued, _)| queued != ticket);
            wake_first(state);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn poll<'a>(enter: &mut Enter<'a>) -> Option<Place<'a>> {
        enter.now_or_never()
    }

    #[test]
    fn places_are_given_in_order_and_given_back() {
        let gate = Gate::new(1);
        let place = poll(&mut gate.enter()).expect("the gate is empty");
        let (mut first, mut second) = (gate.enter(), gate.enter());
        assert!(poll(&mut first).is_none() && poll(&mut second).is_none());
        assert_eq!(gate.status(), GateStatus { limit: 1, in_flight: 1, waiting: 2, not_before_ms: None });
        drop(place);
        assert!(poll(&mut second).is_none(), "the first in the queue comes first");
        assert!(poll(&mut gate.enter()).is_none(), "nobody jumps the queue");
        let place = poll(&mut first).expect("its turn");
        drop(place);
        assert!(poll(&mut second).is_some());
        assert_eq!((gate.status().in_flight, gate.status().waiting), (0, 0));
    }

    #[test]
    fn who_leaves_the_queue_holds_nobody_up() {
        let gate = Gate::new(1);
        let place = poll(&mut gate.enter()).expect("the gate is empty");
        let (mut first, mut second) = (gate.enter(), gate.enter());
        assert!(poll(&mut first).is_none() && poll(&mut second).is_none());
        drop(first);
        drop(place);
        assert!(poll(&mut second).is_some());
    }

    #[test]
    fn an_overload_halves_once_and_successes_grow_again() {
        let gate = Gate::new(8);
        gate.overloaded(0.0, 100.0, 1_000.0);
        gate.overloaded(50.0, 110.0, 500.0);
        assert_eq!((gate.status().limit, gate.not_before_ms()), (4, 1_100.0), "calls in flight together count once");
        gate.overloaded(1_100.0, 1_200.0, 1_000.0);
        gate.overloaded(1_300.0, 1_400.0, 1_000.0);
        gate.overloaded(1_500.0, 1_600.0, 1_000.0);
        assert_eq!(gate.status().limit, 1, "never below one");
        for _ in 0..SUCCESSES_TO_GROW {
            gate.succeeded();
        }
        assert_eq!(gate.status().limit, 2);
        for _ in 0..SUCCESSES_TO_GROW * 20 {
            gate.succeeded();
        }
        assert_eq!(gate.status().limit, 8, "never above the first limit");
    }
}
