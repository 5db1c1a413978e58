//! Everything that was kept of rollouts: the list of runs, and what can be done with one that does not run.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::{LocalBoxFuture, Shared};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::endpoints::Endpoints;
use super::storage::PageStore;
use crate::domain::TaskId;
use crate::journal::{BatchId, Header, Journal, Judgements, RunId, Summary};
use crate::pack::storage::{Change, Store};
use crate::pack::{Storage, StorageFault};
use crate::platform::clock::BrowserClock;
use crate::platform::compress::{CompressFault, deflate, inflate};
use crate::platform::idb::PageStorage;
use crate::platform::{page, tabs};
use crate::present::route::Route;
use crate::provider::http::Clock;
use crate::workspace::{
    self, BadLink, Deleted, ImportError, LinkTooLong, Restored, RunRecord, RunStore, Warning, link,
};

/// What the trials of every task draw from. Always the same, so that a class sees what its teacher saw.
pub const SEED: u64 = 1;

/// The runs. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Runs {
    list: RwSignal<Vec<Arc<RunRecord>>>,
    reading: RwSignal<Reading>,
    /// Whether this browser can keep two tabs from writing one run; `None` until that was tried.
    guarded: RwSignal<Option<bool>>,
    endpoints: Endpoints,
    storage: PageStore,
    first: StoredValue<Shared<LocalBoxFuture<'static, ()>>, LocalStorage>,
}

/// How far the list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    Looking,
    /// It is there, but for so many records that can't be read.
    Done {
        unreadable: usize,
    },
    Failed(StorageFault),
}

/// Why a run can't be had, changed or gone on with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunRefusal {
    #[error("Another rollout is running. Let it come to its end, or stop it, and try again then.")]
    Busy,
    #[error("This run is not here any more; it was deleted, or its record is damaged.")]
    Gone,
    #[error("This run is of the pack “{0}”, which is not loaded. Load it on the Data page, and open the run again.")]
    NoPack(String),
    #[error("The pack “{pack}” has no task {task}; it may have been changed since this run was made.")]
    NoTask { pack: String, task: TaskId },
    #[error("This run is being written in another tab. Go on there, or close that tab and try again.")]
    Elsewhere,
    #[error("This run has its verdict; it can be forked, but there is nothing to go on with.")]
    Ended,
    #[error("{0}")]
    Asked(String),
    #[error("A part of this run can't be read, so it can't go on. It can be forked from any step that is shown.")]
    Broken,
    #[error("{fault} {}", .fault.next_step())]
    Storage { fault: StorageFault },
}

impl From<StorageFault> for RunRefusal {
    fn from(fault: StorageFault) -> Self {
        Self::Storage { fault }
    }
}

/// Why there is no link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoLink {
    #[error(transparent)]
    Refused(#[from] RunRefusal),
    #[error(transparent)]
    TooLong(#[from] LinkTooLong),
    #[error(transparent)]
    Compress(#[from] CompressFault),
}

/// What an import came to.
#[derive(Clone, Debug)]
pub struct ImportReport {
    /// The runs that are new here.
    pub new: Vec<RunId>,
    /// How many were here already.
    pub known: usize,
    pub warnings: Vec<Warning>,
    /// Why the rest was not stored.
    pub fault: Option<StorageFault>,
}

impl Runs {
    #[must_use]
    pub fn new(storage: PageStore, endpoints: Endpoints) -> Self {
        // Reads when it is first waited for, which is after this handle is made.
        let first = StoredValue::new_local(async {}.boxed_local().shared());
        let runs = Self {
            first,
            list: RwSignal::new(Vec::new()),
            reading: RwSignal::new(Reading::Looking),
            guarded: RwSignal::new(None),
            endpoints,
            storage,
        };
        first.set_value(runs.refresh().boxed_local().shared());
        runs
    }

    /// Waits until the list was read for the first time.
    pub async fn read(self) {
        self.first.get_value().await;
    }

    /// Reads the list from storage, also what other tabs wrote since.
    pub async fn refresh(self) {
        match self.store().await.list().await {
            Ok((stored, unreadable)) => {
                self.list.update(|list| {
                    for run in stored {
                        match list.iter_mut().find(|own| own.header.id == run.header.id) {
                            Some(own) if own.summary.changed_ms >= run.summary.changed_ms => {}
                            Some(own) => *own = Arc::new(run),
                            None => list.push(Arc::new(run)),
                        }
                    }
                    sort(list);
                });
                self.reading.set(Reading::Done { unreadable });
            }
            Err(fault) => self.reading.set(Reading::Failed(fault)),
        }
    }

    /// All runs, the last changed first. Tracks.
    #[must_use]
    pub fn list(self) -> Vec<Arc<RunRecord>> {
        self.list.get()
    }

    /// How far the list is. Tracks.
    #[must_use]
    pub fn reading(self) -> Reading {
        self.reading.get()
    }

    /// Whether two tabs are kept from writing one run; `None` until that was tried. Tracks.
    #[must_use]
    pub fn guarded(self) -> Option<bool> {
        self.guarded.get()
    }

    /// A run as the list has it. Tracks.
    #[must_use]
    pub fn find(self, id: &RunId) -> Option<Arc<RunRecord>> {
        self.list.with(|list| list.iter().find(|run| run.header.id == *id).cloned())
    }

    /// The last changed run of a task that is not of a batch. Tracks.
    #[must_use]
    pub fn last_of(self, pack: &str, task: &TaskId) -> Option<Arc<RunRecord>> {
        let is_of =
            |run: &&Arc<RunRecord>| run.header.pack == pack && run.header.task == *task && run.header.batch.is_none();
        self.list.with(|list| list.iter().find(is_of).cloned())
    }

    /// The runs of a batch by their places in it. Tracks.
    #[must_use]
    pub fn in_batch(self, id: &BatchId) -> BTreeMap<usize, Arc<RunRecord>> {
        let place = |run: &Arc<RunRecord>| {
            let own = run.header.batch.as_ref().filter(|own| own.batch == *id)?;
            Some((own.at, Arc::clone(run)))
        };
        self.list.with(|list| list.iter().filter_map(place).collect())
    }

    /// Takes runs off the list that were deleted together with their batch.
    pub(super) fn forget(self, ids: &[RunId]) {
        let ids: std::collections::BTreeSet<&RunId> = ids.iter().collect();
        self.list.update(|list| list.retain(|run| !ids.contains(&run.header.id)));
    }

    /// The trial of a rollout about to start: how many of that task there were with that instruction, so that another
    /// instruction meets the same chances.
    #[must_use]
    pub fn next_trial(self, pack: &str, task: &TaskId, instruction: &str) -> u32 {
        let counts = |header: &Header| {
            header.pack == pack
                && header.task == *task
                && header.seed == SEED
                && header.forked_from.is_none()
                && header.batch.is_none()
                && header.instruction.text == instruction
        };
        self.list.with_untracked(|list| {
            let trials = list.iter().map(|run| &run.header).filter(|header| counts(header));
            trials.map(|header| header.trial.saturating_add(1)).max().unwrap_or(0)
        })
    }

    /// A whole run.
    ///
    /// # Errors
    /// It is not there, or storage fails.
    pub async fn load(self, id: &RunId) -> Result<Restored, RunRefusal> {
        self.store().await.load(id).await?.ok_or(RunRefusal::Gone)
    }

    /// Calls a run something else, and keeps that in the background.
    pub fn rename(self, id: &RunId, title: String) {
        self.change(id, |header| header.title = title);
    }

    /// Changes the note to a run, and keeps that in the background.
    pub fn annotate(self, id: &RunId, note: String) {
        self.change(id, |header| header.note = note);
    }

    /// Keeps what was found about a run, in the background.
    pub(super) fn judge(self, id: &RunId, change: impl FnOnce(&mut Judgements)) {
        self.change(id, |header| change(&mut header.judgements));
    }

    fn change(self, id: &RunId, change: impl FnOnce(&mut Header)) {
        let Some(mut record) = untrack(|| self.find(id)).map(|record| (*record).clone()) else { return };
        change(&mut record.header);
        self.put(record.clone());
        spawn_local(async move {
            // A run that is being written carries its new name along with its next entry.
            if let Err(fault) = self.store().await.keep_record(&record).await {
                self.reading.set(Reading::Failed(fault));
            }
        });
    }

    /// Deletes a run that does not run, and hands out what it was.
    ///
    /// # Errors
    /// It is being written, here or in another tab; or storage fails, and then it is still there.
    pub async fn delete(self, id: &RunId) -> Result<Deleted, RunRefusal> {
        // Held until the run is gone, so that no tab begins to write it meanwhile.
        let _lock = self.lock(id).await?;
        let deleted = self.store().await.delete(id).await?;
        self.list.update(|list| list.retain(|run| run.header.id != *id));
        Ok(deleted)
    }

    /// Undoes a deletion.
    ///
    /// # Errors
    /// Storage fails; then it stays deleted.
    pub async fn put_back(self, deleted: &Deleted) -> Result<(), RunRefusal> {
        self.store().await.put_back(deleted).await?;
        self.refresh().await;
        Ok(())
    }

    /// The text of a file with these runs, in this order. Those that are not there any more are left out.
    ///
    /// # Errors
    /// Storage fails.
    pub async fn export(self, ids: &[RunId]) -> Result<String, RunRefusal> {
        let store = self.store().await;
        let mut runs: Vec<Restored> = Vec::new();
        for id in ids {
            runs.extend(store.load(id).await?);
        }
        Ok(self.file_of(runs.iter().map(|run| (&run.journal, &run.summary))))
    }

    /// The text of a file with runs that are at hand, kept or not.
    pub fn file_of<'a>(self, runs: impl IntoIterator<Item = (&'a Journal, &'a Summary)>) -> String {
        self.endpoints.without_keys(workspace::export(runs, now_ms()))
    }

    /// Takes in the runs of a file.
    ///
    /// # Errors
    /// There are none in it.
    pub async fn import(self, text: &[u8]) -> Result<ImportReport, ImportError> {
        let (runs, warnings) = workspace::import(text, &mut new_id)?;
        Ok(self.take_in(runs, warnings).await)
    }

    /// Takes in runs that are at hand.
    pub async fn take_in(self, runs: Vec<Restored>, warnings: Vec<Warning>) -> ImportReport {
        let imported = self.store().await.import(runs, &mut new_id).await;
        let new = imported.added.iter().map(|run| run.header.id.clone()).collect();
        self.list.update(|list| {
            list.extend(imported.added.into_iter().map(Arc::new));
            sort(list);
        });
        ImportReport { new, known: imported.known, warnings, fault: imported.fault }
    }

    /// Stores runs that are new here, as they are.
    ///
    /// # Errors
    /// Storage fails; those before are stored.
    pub(super) async fn take_in_all(self, runs: Vec<Restored>) -> Result<(), StorageFault> {
        let store = self.store().await;
        let mut records = Vec::new();
        let mut outcome = Ok(());
        for Restored { journal, summary, .. } in runs {
            outcome = store.append(&journal, 0, &summary).await;
            if outcome.is_err() {
                break;
            }
            records.push(Arc::new(RunRecord { header: journal.header, summary }));
        }
        self.list.update(|list| {
            list.extend(records);
            sort(list);
        });
        outcome
    }

    /// A text that is about to be handed out, with dots in place of every key that is held.
    pub(super) fn without_keys(self, text: String) -> String {
        self.endpoints.without_keys(text)
    }

    /// The address that holds the whole of a run.
    ///
    /// # Errors
    /// It is too long for a link, it is not there, or the browser can't compress.
    pub async fn link(self, id: &RunId) -> Result<String, NoLink> {
        let run = self.load(id).await?;
        let content = String::from_utf8_lossy(&link::content(&run.journal)).into_owned();
        let payload = link::payload(&deflate(self.endpoints.without_keys(content).as_bytes()).await?)?;
        Ok(page::address_of(&Route::Open(payload).to_string()))
    }

    /// The run that a link holds.
    ///
    /// # Errors
    /// It holds none, or is damaged.
    pub async fn read_link(self, payload: &str) -> Result<Restored, BadLink> {
        let deflated = link::deflated(payload)?;
        let content = inflate(&deflated, link::MAX_INFLATED).await.map_err(|fault| match fault {
            CompressFault::TooLarge => BadLink::TooLarge,
            CompressFault::Missing | CompressFault::Damaged => BadLink::Damaged,
        })?;
        link::read(&content, &mut new_id)
    }

    /// Puts a run into the list, in place of what stood there under its id.
    pub(super) fn put(self, record: RunRecord) {
        self.list.update(|list| {
            list.retain(|run| run.header.id != record.header.id);
            list.push(Arc::new(record));
            sort(list);
        });
    }

    /// Keeps other tabs from writing a run for as long as the lock is held; `None` where the browser has no locks.
    ///
    /// # Errors
    /// Another tab writes it, or this one does.
    pub(super) async fn lock(self, id: &RunId) -> Result<Option<tabs::Held>, RunRefusal> {
        let lock = tabs::lock(&format!("taupe-run-{id}")).await;
        self.guarded.set(Some(!matches!(lock, tabs::Lock::Unknown)));
        match lock {
            tabs::Lock::Held(held) => Ok(Some(held)),
            tabs::Lock::Unknown => Ok(None),
            tabs::Lock::Elsewhere => Err(RunRefusal::Elsewhere),
        }
    }

    /// The runs in storage, into which no key goes.
    pub(super) async fn store(self) -> RunStore<Keyless> {
        RunStore::new(self.keyless().await)
    }

    /// Storage into which no key goes.
    pub(super) async fn keyless(self) -> Keyless {
        let storage = (*self.storage.get().await).clone();
        Keyless { storage, endpoints: self.endpoints }
    }
}

fn sort(list: &mut [Arc<RunRecord>]) {
    list.sort_by(|a, b| b.summary.changed_ms.cmp(&a.summary.changed_ms).then_with(|| a.header.id.cmp(&b.header.id)));
}

/// An id for a new run.
#[must_use]
pub fn new_id() -> RunId {
    let text = page::random_id();
    RunId::parse(&text).unwrap_or_else(|| RunId::of_bytes(text.as_bytes()))
}

/// The time, in milliseconds since 1970.
#[must_use]
pub(super) fn now_ms() -> u64 {
    BrowserClock.now_ms().max(0.0) as u64
}

/// The browser's storage, where keys that are in use become dots before anything is written: whatever a user pastes
/// into an instruction, or a server sends back.
#[derive(Clone)]
pub(super) struct Keyless {
    storage: PageStorage,
    endpoints: Endpoints,
}

impl Storage for Keyless {
    fn session_only(&self) -> Option<StorageFault> {
        self.storage.session_only()
    }

    async fn get(&self, store: Store, key: &str) -> Result<Option<Vec<u8>>, StorageFault> {
        self.storage.get(store, key).await
    }

    async fn keys(&self, store: Store) -> Result<Vec<String>, StorageFault> {
        self.storage.keys(store).await
    }

    async fn entries(&self, store: Store, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StorageFault> {
        self.storage.entries(store, prefix).await
    }

    async fn write(&self, changes: &[Change<'_>]) -> Result<(), StorageFault> {
        let clean = |change: &Change<'_>| match change {
            Change::Put { content, .. } => {
                self.endpoints.without_keys(String::from_utf8_lossy(content).into_owned()).into_bytes()
            }
            Change::Delete { .. } => Vec::new(),
        };
        let contents: Vec<Vec<u8>> = changes.iter().map(clean).collect();
        let changes: Vec<Change<'_>> = changes
            .iter()
            .zip(&contents)
            .map(|(change, content)| match change {
                Change::Put { store, key, .. } => Change::Put { store: *store, key: key.clone(), content },
                Change::Delete { store, key } => Change::Delete { store: *store, key: key.clone() },
            })
            .collect();
        self.storage.write(&changes).await
    }
}

/// The runs.
///
/// # Panics
/// Outside the mounted page, which provides them before anything is built.
#[must_use]
pub fn use_runs() -> Runs {
    expect_context()
}
