//! A batch under way in this tab: its schedule, and the switch between it and a person.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::LocalBoxFuture;

use crate::domain::World;
use crate::platform::clock::BrowserClock;
use crate::platform::tabs;
use crate::provider::http::Clock;
use crate::rollout::{self, Batch, Gate, Occupant, OccupantKind, Pace, Seat};
use crate::workspace::BatchRecord;

/// How long programs may talk before the page gets a turn, in milliseconds.
const SLICE_MS: f64 = 8.0;

/// A batch under way.
pub(super) struct Live {
    pub record: Arc<BatchRecord>,
    pub world: Arc<World>,
    pub cells: Arc<[rollout::Cell]>,
    pub batch: RefCell<Batch>,
    pub gate: Gate,
    pub begun_ms: f64,
    pub done_before: usize,
    /// How many rollouts in a row died of something that the user has to mend.
    pub broken: Cell<u32>,
    pub stopped: Cell<bool>,
    held: Cell<bool>,
    wake: RefCell<Option<oneshot::Sender<()>>>,
    /// When the page last had a turn.
    turn_ms: Cell<f64>,
    /// Keeps other tabs from driving the batch.
    _lock: Option<tabs::Held>,
}

impl Live {
    pub(super) fn new(
        record: Arc<BatchRecord>,
        world: Arc<World>,
        cells: Arc<[rollout::Cell]>,
        batch: Batch,
        lock: Option<tabs::Held>,
    ) -> Rc<Self> {
        let ended = |state: &rollout::CellState| {
            matches!(state, rollout::CellState::Scored { .. } | rollout::CellState::Unscored { .. })
        };
        let done_before = batch.cells().iter().filter(|(_, state)| ended(state)).count();
        Rc::new(Self {
            record,
            world,
            cells,
            batch: RefCell::new(batch),
            gate: Gate::default(),
            begun_ms: BrowserClock.now_ms(),
            done_before,
            broken: Cell::new(0),
            stopped: Cell::new(false),
            held: Cell::new(false),
            wake: RefCell::new(None),
            turn_ms: Cell::new(0.0),
            _lock: lock,
        })
    }

    pub(super) fn pause(&self) {
        self.held.set(true);
        self.batch.borrow_mut().hold();
        self.gate.pause();
    }

    pub(super) fn go_on(&self) {
        if !self.stopped.get() {
            self.held.set(false);
            self.broken.set(0);
            self.batch.borrow_mut().go_on();
            self.gate.open();
            self.wake();
        }
    }

    pub(super) fn stop(&self) {
        self.stopped.set(true);
        self.batch.borrow_mut().stop();
        self.gate.stop();
        self.wake();
    }

    /// Whether nothing is left to begin, for good or until it is taken up again.
    pub(super) fn is_over(&self) -> bool {
        let batch = self.batch.borrow();
        self.stopped.get() || batch.limit().is_some() || batch.is_done()
    }

    fn wake(&self) {
        let waiting = self.wake.take();
        // Whoever waited may be gone.
        waiting.map(|waiting| waiting.send(()));
    }

    /// Waits until a person does something, or until a rollout that rests is due.
    pub(super) async fn rest(&self) {
        let (wake, woken) = oneshot::channel();
        self.wake.replace(Some(wake));
        let next = self.batch.borrow().next_at_ms().filter(|_| !self.held.get());
        let due = async {
            match next {
                Some(at_ms) => BrowserClock.sleep(at_ms - BrowserClock.now_ms()).await,
                None => std::future::pending().await,
            }
        };
        futures::pin_mut!(due);
        futures::future::select(woken, due).await;
    }
}

impl Pace for Live {
    fn rest<'a>(&'a self, _: Seat, occupant: &'a Occupant) -> LocalBoxFuture<'a, ()> {
        match occupant.kind {
            OccupantKind::Cast if BrowserClock.now_ms() - self.turn_ms.get() > SLICE_MS => async {
                BrowserClock.sleep(0.0).await;
                self.turn_ms.set(BrowserClock.now_ms());
            }
            .boxed_local(),
            _ => std::future::ready(()).boxed_local(),
        }
    }
}
