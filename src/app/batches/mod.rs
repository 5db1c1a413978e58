//! The batches of this browser: set up, driven, taken up again, deleted.
//!
//! What is stored of a batch is its record; its rollouts are runs like any other. A batch under way belongs to the
//! whole page, so it goes on while another page is open.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use self::live::Live;
pub use self::wish::BatchWish;
use super::examples::ExampleSets;
use super::judges::Judges;
use super::packs::Packs;
use super::recording::Unsaved;
use super::rollouts::Bench;
use super::runs::{Keyless, Reading, RunRefusal, Runs};
use super::seats::SeatChoices;
use crate::domain::TaskId;
use crate::journal::{BatchId, RunId};
use crate::pack::StorageFault;
use crate::platform::clock::BrowserClock;
use crate::platform::page;
use crate::present::evaluate::Board;
use crate::provider::http::Clock;
use crate::rollout::agent::few_shot::FewShotError;
use crate::rollout::{Cell, Seat};
use crate::workspace::{BatchRecord, BatchStore};

mod course;
pub mod keep;
mod live;
mod take_up;
mod wish;

/// How long what changes is gathered before it is shown, in milliseconds.
const SHOW_MS: f64 = 150.0;

/// The batches. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Batches {
    list: RwSignal<Vec<Arc<BatchRecord>>>,
    reading: RwSignal<Reading>,
    /// What had to be mended or left out when the list was read.
    pub warnings: RwSignal<Vec<String>>,
    /// What the batches under way in this tab are doing.
    phases: RwSignal<BTreeMap<BatchId, BatchPhase>>,
    /// Why a batch does not go on.
    troubles: RwSignal<BTreeMap<BatchId, String>>,
    /// Counts what changed in the batches under way, some times a second.
    tick: RwSignal<u64>,
    /// Whether a change waits to be shown.
    stirred: StoredValue<bool>,
    live: StoredValue<Vec<Rc<Live>>, LocalStorage>,
    bench: Bench,
    /// What of the batches' rollouts could not be stored.
    pub unsaved: RwSignal<Vec<Unsaved>>,
    /// What the form is to be filled in with.
    wish: StoredValue<Option<BatchWish>>,
    pub runs: Runs,
    packs: Packs,
    seats: SeatChoices,
    examples: ExampleSets,
}

/// What a batch under way is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchPhase {
    Running,
    /// No call is made until it goes on.
    Paused,
    /// What runs is being brought to an end.
    Stopping,
}

/// How a batch under way gets on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pulse {
    /// Since it was begun or taken up.
    pub elapsed_ms: f64,
    /// How many rollouts had come to an end before that.
    pub done_before: usize,
}

/// Why a batch can't be begun, gone on with or deleted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchRefusal {
    #[error("This batch is not here any more; it was deleted, or its record is damaged.")]
    Gone,
    #[error("This batch is being run in another tab. Watch it there, or close that tab and try again.")]
    Elsewhere,
    #[error("This batch is under way. Stop it first.")]
    UnderWay,
    #[error("This batch was run elsewhere and read from a file; there is nothing to go on with.")]
    Imported,
    #[error("This batch is of the pack “{0}”, which is not loaded. Load it on the Data page and go on then.")]
    NoPack(String),
    #[error("The pack “{pack}” has no task {task}; it may have been changed since the batch was made.")]
    NoTask { pack: String, task: TaskId },
    #[error("“{0}” is not here any more, so it can't be asked. Set up a new batch with what is there.")]
    NoSeat(String),
    #[error("The set of examples of “{0}” is not here any more. Set up a new batch with one that is.")]
    NoSet(String),
    #[error("The examples can't be drawn: {0}.")]
    Examples(#[from] FewShotError),
    #[error("A person can't fill a seat of a batch. Choose a model or a program.")]
    Person,
    #[error("{fault} {}", .fault.next_step())]
    Storage { fault: StorageFault },
}

impl From<StorageFault> for BatchRefusal {
    fn from(fault: StorageFault) -> Self {
        Self::Storage { fault }
    }
}

impl From<RunRefusal> for BatchRefusal {
    fn from(refusal: RunRefusal) -> Self {
        match refusal {
            RunRefusal::Storage { fault } => Self::Storage { fault },
            RunRefusal::Elsewhere => Self::Elsewhere,
            _ => Self::Gone,
        }
    }
}

impl Batches {
    /// Makes the state available to all components below.
    pub fn provide(runs: Runs, packs: Packs, seats: SeatChoices, examples: ExampleSets, judges: Judges) -> Self {
        let bench = Bench::new(runs, judges);
        let batches = Self {
            list: RwSignal::new(Vec::new()),
            reading: RwSignal::new(Reading::Looking),
            warnings: RwSignal::new(Vec::new()),
            phases: RwSignal::new(BTreeMap::new()),
            troubles: RwSignal::new(BTreeMap::new()),
            tick: RwSignal::new(0),
            stirred: StoredValue::new(false),
            live: StoredValue::new_local(Vec::new()),
            bench,
            unsaved: bench.unsaved,
            wish: StoredValue::new(None),
            runs,
            packs,
            seats,
            examples,
        };
        provide_context(batches);
        batches
    }

    /// Reads the list from storage.
    pub async fn refresh(self) {
        match self.store().await.list().await {
            Ok((stored, warnings)) => {
                self.list.update(|list| {
                    // What was made meanwhile and is not stored yet stays.
                    list.retain(|own| !stored.iter().any(|other| other.id == own.id));
                    list.extend(stored.into_iter().map(Arc::new));
                    sort(list);
                });
                self.warnings.set(warnings);
                self.reading.set(Reading::Done { unreadable: 0 });
            }
            Err(fault) => self.reading.set(Reading::Failed(fault)),
        }
    }

    /// All batches, the newest first. Tracks.
    #[must_use]
    pub fn list(self) -> Vec<Arc<BatchRecord>> {
        self.list.get()
    }

    /// How far the list is. Tracks.
    #[must_use]
    pub fn reading(self) -> Reading {
        self.reading.get()
    }

    /// Tracks.
    #[must_use]
    pub fn find(self, id: &BatchId) -> Option<Arc<BatchRecord>> {
        self.list.with(|list| list.iter().find(|batch| batch.id == *id).cloned())
    }

    /// What a batch is doing in this tab; `None` where it is not under way here. Tracks.
    #[must_use]
    pub fn phase(self, id: &BatchId) -> Option<BatchPhase> {
        self.phases.with(|phases| phases.get(id).copied())
    }

    /// Why a batch does not go on, if something keeps it. Tracks.
    #[must_use]
    pub fn trouble(self, id: &BatchId) -> Option<String> {
        self.troubles.with(|troubles| troubles.get(id).cloned())
    }

    /// A batch as it stands. Tracks; one that is under way only some times a second.
    #[must_use]
    pub fn board(self, id: &BatchId) -> Option<Board> {
        self.tick.track();
        let record = self.find(id)?;
        let live = self.live_of(id);
        let recorded = match &live {
            Some(_) => untrack(|| self.runs.in_batch(id)),
            None => self.runs.in_batch(id),
        };
        let cells: Arc<[Cell]> = match &live {
            Some(live) => Arc::clone(&live.cells),
            None => record.cells().into(),
        };
        let batch = live.as_ref().map(|live| live.batch.borrow());
        let summary = |at: usize| recorded.get(&at).map(|run| &run.summary);
        let judged = |at: usize| recorded.get(&at).map(|run| &run.header.judgements);
        Some(Board::new(record, &cells, summary, batch.as_deref()).with_ratings(judged))
    }

    /// How a batch under way gets on. Tracks.
    #[must_use]
    pub fn pulse(self, id: &BatchId) -> Option<Pulse> {
        self.tick.track();
        let live = self.live_of(id)?;
        Some(Pulse { elapsed_ms: BrowserClock.now_ms() - live.begun_ms, done_before: live.done_before })
    }

    /// Keeps the record of a batch, and begins it.
    ///
    /// # Errors
    /// It can't be stored, or not be begun.
    pub async fn start(self, record: BatchRecord) -> Result<(), BatchRefusal> {
        for seat in [Seat::Agent, Seat::User] {
            let seated = (0..record.arms.len()).filter_map(|arm| record.seated_by(arm));
            if seated.into_iter().any(|by| by.of(seat).kind == crate::rollout::OccupantKind::Person) {
                return Err(BatchRefusal::Person);
            }
        }
        let id = record.id.clone();
        self.keep(record).await?;
        self.go_on(&id, false).await
    }

    /// Keeps the record of a batch, new or changed.
    ///
    /// # Errors
    /// Storage fails.
    pub async fn keep(self, record: BatchRecord) -> Result<(), BatchRefusal> {
        self.store().await.keep(&record).await?;
        self.list.update(|list| {
            list.retain(|own| own.id != record.id);
            list.push(Arc::new(record));
            sort(list);
        });
        Ok(())
    }

    /// Goes on with a batch: one that is paused here, or one that was left. `again`: rollouts without a verdict are
    /// begun again too.
    ///
    /// # Errors
    /// It can't go on, and why.
    pub async fn go_on(self, id: &BatchId, again: bool) -> Result<(), BatchRefusal> {
        self.troubles.update(|troubles| _ = troubles.remove(id));
        if let Some(live) = self.live_of(id) {
            live.go_on();
            self.set_phase(id, Some(BatchPhase::Running));
            return Ok(());
        }
        let outcome = self.take_up(id, again).await;
        if let Err(refusal) = &outcome {
            self.set_trouble(id, refusal.to_string());
        }
        outcome
    }

    /// Lets a batch make no call after those that are out.
    pub fn pause(self, id: &BatchId) {
        if let Some(live) = self.live_of(id) {
            live.pause();
            self.set_phase(id, Some(BatchPhase::Paused));
        }
    }

    /// Ends a batch for now: calls that are out are dropped, and nothing is begun.
    pub fn stop(self, id: &BatchId) {
        if let Some(live) = self.live_of(id) {
            self.set_phase(id, Some(BatchPhase::Stopping));
            live.stop();
        }
    }

    /// Deletes a batch that is not under way, with its runs.
    ///
    /// # Errors
    /// It is under way, here or in another tab; or storage fails, and then all is still there.
    pub async fn delete(self, id: &BatchId) -> Result<(), BatchRefusal> {
        if self.live_of(id).is_some() {
            return Err(BatchRefusal::UnderWay);
        }
        let _lock = take_up::lock(id).await?;
        let runs: Vec<RunId> = untrack(|| self.runs.in_batch(id)).values().map(|run| run.header.id.clone()).collect();
        self.store().await.delete(id, &runs).await?;
        self.list.update(|list| list.retain(|own| own.id != *id));
        self.runs.forget(&runs);
        Ok(())
    }

    /// Tries to store again what could not be stored.
    pub fn try_saving_again(self) {
        self.bench.try_saving_again();
    }

    /// Lets rollouts go on without being stored for as long as storage refuses.
    pub fn go_on_unsaved(self) {
        self.bench.go_on_unsaved();
    }

    fn live_of(self, id: &BatchId) -> Option<Rc<Live>> {
        self.live.with_value(|live| live.iter().find(|live| live.record.id == *id).cloned())
    }

    fn set_phase(self, id: &BatchId, phase: Option<BatchPhase>) {
        self.phases.update(|phases| match phase {
            Some(phase) => _ = phases.insert(id.clone(), phase),
            None => _ = phases.remove(id),
        });
    }

    fn set_trouble(self, id: &BatchId, why: String) {
        self.troubles.update(|troubles| _ = troubles.insert(id.clone(), why));
    }

    /// Shows soon that something changed.
    fn stir(self) {
        if !self.stirred.try_update_value(|stirred| std::mem::replace(stirred, true)).unwrap_or(true) {
            spawn_local(async move {
                BrowserClock.sleep(SHOW_MS).await;
                self.stirred.set_value(false);
                self.tick.update(|tick| *tick += 1);
            });
        }
    }

    async fn store(self) -> BatchStore<Keyless> {
        BatchStore::new(self.runs.keyless().await)
    }
}

fn sort(list: &mut [Arc<BatchRecord>]) {
    list.sort_by(|a, b| b.created_ms.cmp(&a.created_ms).then_with(|| a.id.cmp(&b.id)));
}

/// An id for a new batch.
#[must_use]
pub fn new_batch_id() -> BatchId {
    let text = page::random_id();
    let bytes = text.bytes().filter(u8::is_ascii_alphanumeric).take(20);
    let id: String = std::iter::once('b').chain(bytes.map(|byte| char::from(byte.to_ascii_lowercase()))).collect();
    BatchId::parse(&id).unwrap_or_else(|| BatchId::of_bytes(id.as_bytes()))
}

/// The batches.
///
/// # Panics
/// Outside the mounted page, which provides them before anything is built.
#[must_use]
pub fn use_batches() -> Batches {
    expect_context()
}
