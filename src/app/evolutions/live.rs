//! An evolution under way in this tab: the switch between it and a person.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::LocalBoxFuture;

use super::course::{Course, Decision};
use crate::domain::World;
use crate::gepa::{Answer, CandidateId};
use crate::journal::EvolutionId;
use crate::platform::clock::BrowserClock;
use crate::platform::tabs;
use crate::provider::http::Clock;
use crate::rollout::{Gate, Occupant, OccupantKind, Pace, Seat, Spent};
use crate::workspace::KeptReply;

/// How long programs may talk before the page gets a turn, in milliseconds.
const SLICE_MS: f64 = 8.0;

/// An evolution under way.
pub(super) struct Live {
    pub id: EvolutionId,
    pub course: Rc<RefCell<Course>>,
    pub world: Arc<World>,
    /// Holds back the calls of all seats.
    pub gate: Gate,
    /// The answers that are not stored yet.
    pub unstored: RefCell<Vec<Answer>>,
    /// How many rollouts in a row died of something that the user has to mend.
    pub broken: Cell<u32>,
    pub stopped: Cell<bool>,
    /// A person gives up what does not get on.
    pub give_up: Cell<bool>,
    /// A person chose to go on without storage.
    pub unkept: Cell<bool>,
    pub introductions: RefCell<VecDeque<(String, Vec<CandidateId>)>>,
    decisions: RefCell<BTreeMap<usize, Decision>>,
    /// How often each call was asked: by the answers before it, and its number.
    attempts: RefCell<BTreeMap<(usize, usize), usize>>,
    /// It goes no further than a person lets it.
    held: Cell<bool>,
    /// A person lets it come to its next decision.
    step: Cell<bool>,
    /// It is on the way to a decision.
    on_the_way: Cell<bool>,
    wake: RefCell<Option<oneshot::Sender<()>>>,
    /// When the page last had a turn.
    turn_ms: Cell<f64>,
    begun_ms: f64,
    /// The seconds that it was under way before.
    before_seconds: f64,
    /// Keeps other tabs from driving it.
    _lock: Option<tabs::Held>,
}

/// What is left over from before.
pub(super) struct Left {
    pub unstored: Vec<Answer>,
    /// The seconds that it was under way.
    pub before_seconds: f64,
}

/// What an evolution is taken up with.
pub(super) struct TakenUp {
    pub course: Rc<RefCell<Course>>,
    pub world: Arc<World>,
    pub left: Left,
    /// It waits for a person from the start.
    pub held: bool,
    pub lock: Option<tabs::Held>,
}

impl Live {
    pub(super) fn new(taken_up: TakenUp) -> Rc<Self> {
        let TakenUp { course, world, left, held, lock } = taken_up;
        let id = course.borrow().record.id.clone();
        Rc::new(Self {
            id,
            course,
            world,
            gate: if held { Gate::closed() } else { Gate::default() },
            unstored: RefCell::new(left.unstored),
            broken: Cell::new(0),
            stopped: Cell::new(false),
            give_up: Cell::new(false),
            unkept: Cell::new(false),
            introductions: RefCell::default(),
            decisions: RefCell::default(),
            attempts: RefCell::default(),
            held: Cell::new(held),
            step: Cell::new(false),
            on_the_way: Cell::new(false),
            wake: RefCell::new(None),
            turn_ms: Cell::new(0.0),
            begun_ms: BrowserClock.now_ms(),
            before_seconds: left.before_seconds,
            _lock: lock,
        })
    }

    pub(super) fn pause(&self) {
        self.held.set(true);
        self.step.set(false);
        self.gate.pause();
        self.wake();
    }

    pub(super) fn go_on(&self) {
        if !self.stopped.get() {
            self.held.set(false);
            self.broken.set(0);
            self.gate.open();
            self.wake();
        }
    }

    /// Lets it come to its next decision: the one on the way to which it was paused, else one more.
    pub(super) fn step(&self) {
        if !self.stopped.get() {
            self.held.set(true);
            self.step.set(!(self.on_the_way.get() && self.gate.holds()));
            self.broken.set(0);
            self.gate.open();
            self.wake();
        }
    }

    pub(super) fn stop(&self) {
        self.stopped.set(true);
        self.gate.stop();
        self.wake();
    }

    pub(super) fn decide(&self, number: usize, decision: Decision) {
        self.decisions.borrow_mut().insert(number, decision);
        self.wake();
    }

    pub(super) fn decision(&self, number: usize) -> Option<Decision> {
        self.decisions.borrow_mut().remove(&number)
    }

    /// How often a call was asked.
    pub(super) fn attempts(&self, answers: usize, number: usize) -> usize {
        self.attempts.borrow().get(&(answers, number)).copied().unwrap_or(0)
    }

    /// Counts a reply.
    pub(super) fn asked(&self, reply: &KeptReply) {
        let mut attempts = self.attempts.borrow_mut();
        let own = attempts.entry((reply.answers, reply.number)).or_default();
        *own = (*own).max(reply.attempt + 1);
    }

    /// Takes one decision's leave, where there is one: whoever has it goes on to the next decision.
    pub(super) fn take_leave(&self) -> bool {
        let may = !self.stopped.get() && (!self.held.get() || self.step.replace(false));
        if may {
            self.on_the_way.set(true);
            self.gate.open();
        }
        may
    }

    /// It has come to a decision.
    pub(super) fn arrive(&self) {
        self.on_the_way.set(false);
        if self.held.get() && !self.step.get() {
            self.gate.pause();
        }
    }

    pub(super) fn is_held(&self) -> bool {
        self.held.get()
    }

    /// The seconds that it was under way, all in all.
    pub(super) fn elapsed_seconds(&self) -> f64 {
        self.before_seconds + (BrowserClock.now_ms() - self.begun_ms).max(0.0) / 1_000.0
    }

    pub(super) fn spend(&self, spent: &Spent) {
        self.course.borrow_mut().rollouts_spent.merge(spent);
    }

    pub(super) fn wake(&self) {
        let waiting = self.wake.take();
        // Whoever waited may be gone.
        waiting.map(|waiting| waiting.send(()));
    }

    /// Waits until a person does something, or until that time.
    pub(super) async fn rest(&self, until_ms: Option<f64>) {
        let (wake, woken) = oneshot::channel();
        self.wake.replace(Some(wake));
        let due = async {
            match until_ms {
                Some(at_ms) => BrowserClock.sleep((at_ms - BrowserClock.now_ms()).max(0.0)).await,
                None => std::future::pending().await,
            }
        };
        futures::pin_mut!(due);
        futures::future::select(woken, due).await;
    }

    /// Lets the page have a turn, where it had none for a while.
    pub(super) async fn breathe(&self) {
        if BrowserClock.now_ms() - self.turn_ms.get() > SLICE_MS {
            BrowserClock.sleep(0.0).await;
            self.turn_ms.set(BrowserClock.now_ms());
        }
    }
}

impl Pace for Live {
    fn rest<'a>(&'a self, _: Seat, occupant: &'a Occupant) -> LocalBoxFuture<'a, ()> {
        match occupant.kind {
            OccupantKind::Cast => self.breathe().boxed_local(),
            _ => std::future::ready(()).boxed_local(),
        }
    }
}
