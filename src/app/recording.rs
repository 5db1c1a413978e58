//! The rollout that runs, as it is kept: every event is stored before it has its effect, or held in memory until a
//! person says what to do about a storage that refuses it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use futures::channel::oneshot;
use futures::future::LocalBoxFuture;
use leptos::prelude::*;

use super::runs::{Runs, now_ms};
use crate::journal::{Event as Entry, Header, Journal, RunId, Summary};
use crate::pack::StorageFault;
use crate::platform::tabs;
use crate::rollout::{Episode, Event, Recorder};
use crate::workspace::RunRecord;

/// What of a rollout could not be stored; it is in memory only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaved {
    pub run: RunId,
    pub fault: StorageFault,
    /// How many entries are not stored.
    pub entries: usize,
    /// Whether the rollout waits for a decision.
    pub holds: bool,
}

/// A rollout's journal with what is stored of it. Clones are the same one.
#[derive(Clone)]
pub(super) struct Recording(Rc<Inner>);

struct Inner {
    runs: Runs,
    journal: RefCell<Arc<Journal>>,
    summary: RefCell<Summary>,
    /// How many entries are stored; `None` before its record is.
    stored: Cell<Option<usize>>,
    /// A person chose to go on without storage.
    unkept: Cell<bool>,
    unsaved: RwSignal<Vec<Unsaved>>,
    /// Ends the wait for a decision: try again.
    decision: RefCell<Option<oneshot::Sender<()>>>,
    /// Keeps other tabs out for as long as the rollout runs.
    lock: Cell<Option<tabs::Held>>,
}

impl Recording {
    /// The recording of a journal of which the first `stored` entries are stored; with none, neither is its record.
    pub(super) fn new(
        runs: Runs,
        journal: Journal,
        stored: usize,
        unsaved: RwSignal<Vec<Unsaved>>,
        lock: Option<tabs::Held>,
    ) -> Self {
        Self(Rc::new(Inner {
            runs,
            summary: RefCell::new(Summary::of_events(&journal)),
            journal: RefCell::new(Arc::new(journal)),
            stored: Cell::new((stored > 0).then_some(stored)),
            unkept: Cell::new(false),
            unsaved,
            decision: RefCell::new(None),
            lock: Cell::new(lock),
        }))
    }

    /// The journal as it is now.
    pub(super) fn journal(&self) -> Arc<Journal> {
        Arc::clone(&self.0.journal.borrow())
    }

    /// How many entries are stored.
    pub(super) fn stored(&self) -> usize {
        self.0.stored.get().unwrap_or(0)
    }

    /// Hands on what keeps other tabs out.
    pub(super) fn take_lock(&self) -> Option<tabs::Held> {
        self.0.lock.take()
    }

    /// Whether all of it is stored.
    pub(super) fn is_stored(&self) -> bool {
        self.0.stored.get() == Some(self.0.journal.borrow().events.len())
    }

    /// The journal with its summary, stored or not.
    pub(super) fn content(&self) -> (Arc<Journal>, Summary) {
        (self.journal(), self.0.summary.borrow().clone())
    }

    /// Stores the record of a rollout that is about to begin, or of a fork with its first entries.
    pub(super) async fn begin(&self, episode: &Episode) {
        self.note(episode);
        // Nothing was paid for yet: what can't be stored is told, and held back when the first reply comes.
        self.store_all(true).await;
    }

    /// Takes an entry without storing it: what programs say was not paid for. [`Recording::finish`] stores it.
    pub(super) fn note_event(&self, entry: Entry) {
        Arc::make_mut(&mut self.0.journal.borrow_mut()).events.push(entry);
    }

    /// Stores all of a rollout that has come to its end.
    pub(super) async fn finish(&self, episode: &Episode) {
        self.note(episode);
        self.store_all(false).await;
    }

    /// Tries to store again what could not be stored, and lets the rollout go on if it waits for that.
    pub(super) fn try_again(&self) {
        let decision = self.0.decision.take();
        // A wait that was ended by a stop hears nothing.
        if decision.is_none_or(|decision| decision.send(()).is_err()) {
            let own = self.clone();
            leptos::task::spawn_local(async move { own.store_all(true).await });
        }
    }

    /// Lets the rollout go on without being stored. Each later entry tries to take the earlier ones along.
    pub(super) fn go_on_unkept(&self) {
        self.0.unkept.set(true);
        self.try_again();
    }

    /// Brings the summary and the page's list up to an episode.
    fn note(&self, episode: &Episode) {
        let mut journal = self.journal();
        // What it was renamed to meanwhile.
        if let Some(known) = untrack(|| self.0.runs.find(&journal.header.id)) {
            let of = |header: &Header| (header.title.clone(), header.note.clone(), header.judgements.clone());
            let now = of(&known.header);
            if now != of(&journal.header) {
                let own = &mut Arc::make_mut(&mut journal).header;
                (own.title, own.note, own.judgements) = now;
                *self.0.journal.borrow_mut() = Arc::clone(&journal);
            }
        }
        let summary = Summary::of(&journal, episode);
        *self.0.summary.borrow_mut() = summary.clone();
        self.0.runs.put(RunRecord { header: journal.header.clone(), summary });
    }

    /// Tells the page what of this run is not stored.
    fn tell(&self, own: Option<Unsaved>) {
        let id = self.journal().header.id.clone();
        if own.is_some() || self.0.unsaved.with_untracked(|all| all.iter().any(|other| other.run == id)) {
            self.0.unsaved.update(|all| {
                all.retain(|other| other.run != id);
                all.extend(own);
            });
        }
    }

    /// Stores what is not stored. Without `once` it waits for a decision where storage refuses.
    async fn store_all(&self, once: bool) {
        loop {
            let (journal, summary) = (self.journal(), self.0.summary.borrow().clone());
            let from = self.0.stored.get().unwrap_or(0);
            match self.0.runs.store().await.append(&journal, from, &summary).await {
                Ok(()) => {
                    self.0.stored.set(Some(journal.events.len()));
                    self.tell(None);
                    return;
                }
                Err(fault) => {
                    let holds = !once && !self.0.unkept.get();
                    let (run, entries) = (journal.header.id.clone(), journal.events.len() - from);
                    self.tell(Some(Unsaved { run, fault, entries, holds }));
                    if !holds {
                        return;
                    }
                }
            }
            let (decide, decided) = oneshot::channel();
            self.0.decision.replace(Some(decide));
            if decided.await.is_err() {
                return;
            }
        }
    }
}

impl Recorder for Recording {
    fn keep<'a>(&'a mut self, event: Event, after: &'a Episode) -> LocalBoxFuture<'a, ()> {
        // A stop waits for nobody; and before it goes on, nothing was paid for.
        let once = matches!(event, Event::Stopped | Event::Resumed);
        Arc::make_mut(&mut self.0.journal.borrow_mut()).events.push(Entry::new(now_ms(), event));
        self.note(after);
        Box::pin(self.store_all(once))
    }
}
