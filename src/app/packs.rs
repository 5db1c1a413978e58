//! The packs in this page: official ones looked up, loaded, opened, removed; starter worlds beside them.
//!
//! Loading goes on while other pages are open, and what fails leaves a pack as it was before.

use std::cell::Cell;
use std::sync::Arc;

use futures::future::{AbortHandle, Abortable, Aborted};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::starters::{StarterSlot, StarterState};
use super::storage::{PageStore, Setting};
use crate::{
    domain::{self, World},
    pack::{
        Check, Install, InstallError, Installed, Kept, Manifest, PACKS, PackRecord, Progress, Source, Storage,
        given::{Given, GivenFile},
        install, load_installed, remove,
        setup::{Remote, Supply},
        storage::Store,
    },
    platform::{clock::BrowserClock, pack_fetch::Fetch},
    present::packs::{self, Trouble, storage_trouble, trouble},
    provider::http::Clock,
};

/// How often a pack that is being read is looked after, in milliseconds.
const PACK_TICK_MS: f64 = 50.0;

/// How a pack is.
#[derive(Clone)]
pub enum PackState {
    /// Storage is being asked.
    Looking,
    Absent,
    /// In the browser's storage, not read into memory yet.
    Stored(Arc<PackRecord>),
    /// Being read from storage.
    Opening,
    /// Being fetched and checked.
    Loading(Progress),
    /// In memory: its tasks can be played.
    Ready(LoadedPack),
}

/// A pack in memory. Cloning it is cheap.
#[derive(Clone)]
pub struct LoadedPack {
    /// Its id.
    pub pack: String,
    /// What the page calls it.
    pub name: String,
    pub world: Arc<World>,
    /// An instruction that only says what the agent is for, where the pack has one: where teaching begins.
    pub seed: Option<Arc<str>>,
    /// The task of its first split that a visit begins with.
    pub first_task: usize,
    /// What it holds: `115 test · 20 dev · 500 train tasks`, `1,000 orders`, …
    pub holds: Arc<Vec<String>>,
    /// `None` for a world that comes with the page.
    pub installed: Option<Arc<Installation>>,
}

/// Where an official pack came from, and how long it stays.
pub struct Installation {
    pub record: PackRecord,
    pub kept: Kept,
}

impl PartialEq for LoadedPack {
    /// The same loading of the same pack.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.world, &other.world)
    }
}

impl LoadedPack {
    /// `None` if the page knows no domain of the pack's name, which its own packs do not do.
    fn new(manifest: &'static Manifest, installed: Installed) -> Option<Self> {
        let Installed { pack, record, kept } = installed;
        let domain = domain::by_name(manifest.domain)?;
        let world = Arc::new(pack.into_world(domain));
        Some(Self {
            pack: manifest.id.to_owned(),
            name: manifest.name.to_owned(),
            holds: Arc::new(packs::holds(&world)),
            world,
            seed: None,
            first_task: 0,
            installed: Some(Arc::new(Installation { record, kept })),
        })
    }
}

/// One pack.
#[derive(Clone, Copy)]
pub struct Slot {
    pub manifest: &'static Manifest,
    pub state: RwSignal<PackState>,
    /// What went wrong the last time; gone when something else is tried.
    pub trouble: RwSignal<Option<Trouble>>,
}

/// All packs. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Packs {
    slots: StoredValue<Vec<Slot>>,
    starters: StoredValue<Vec<StarterSlot>>,
    /// Where packs are loaded from.
    pub source: RwSignal<Source>,
    /// The pack that was asked for last, as an earlier visit kept it; outer `None` until storage has told.
    last: RwSignal<Option<Option<String>>>,
    storage: PageStore,
    /// The switches of the installations under way, by pack.
    running: StoredValue<Vec<(&'static str, AbortHandle)>>,
}

impl Packs {
    #[must_use]
    pub fn new(storage: PageStore) -> Self {
        let slot = |manifest| Slot { manifest, state: RwSignal::new(PackState::Looking), trouble: RwSignal::new(None) };
        Self {
            slots: StoredValue::new(PACKS.iter().map(slot).collect()),
            starters: StoredValue::new(StarterSlot::all()),
            source: RwSignal::new(Source::Public),
            last: RwSignal::new(None),
            storage,
            running: StoredValue::new(Vec::new()),
        }
    }

    /// Loads what comes with the page, looks up what is stored, and opens it. Call once, at the start.
    pub async fn restore(self) {
        self.starters().into_iter().for_each(StarterSlot::load);
        let last = self.storage.setting(Setting::LastPack).await.ok().flatten();
        let last = last.and_then(|text| String::from_utf8(text).ok());
        self.last.update(|own| {
            own.get_or_insert(last);
        });
        if let Ok(Some(text)) = self.storage.setting(Setting::PackSource).await
            && let Ok(source) = serde_json::from_slice(&text)
        {
            self.source.set(source);
        }
        self.look_up().await;
    }

    async fn look_up(self) {
        let storage = self.storage.get().await;
        for slot in self.slots() {
            match storage.get(Store::Packs, slot.manifest.id).await {
                Ok(Some(text)) => match PackRecord::from_text(&text) {
                    Ok(record) => {
                        slot.state.set(PackState::Stored(Arc::new(record)));
                        self.open(slot.manifest.id);
                    }
                    Err(error) => slot.fail(PackState::Absent, trouble(&InstallError::Record(error), true)),
                },
                Ok(None) => slot.state.set(PackState::Absent),
                Err(fault) => slot.fail(PackState::Absent, storage_trouble(&fault)),
            }
        }
    }

    /// The starter worlds, in the order in which they are offered.
    #[must_use]
    pub fn starters(self) -> Vec<StarterSlot> {
        self.starters.get_value()
    }

    /// Everything that is in memory: official packs, then starter worlds. Tracks.
    #[must_use]
    pub fn ready(self) -> Vec<LoadedPack> {
        let official = self.slots().into_iter().filter_map(Slot::loaded);
        official.chain(self.starters().into_iter().filter_map(StarterSlot::loaded)).collect()
    }

    /// Whether a pack, the one of the id if there is one, is being looked for or read. Tracks.
    #[must_use]
    pub fn is_opening(self, id: Option<&str>) -> bool {
        let asked = |own: &str| id.is_none_or(|id| id == own);
        let official = |slot: &Slot| {
            let opening = slot.state.with(|state| matches!(state, PackState::Looking | PackState::Opening));
            asked(slot.manifest.id) && opening
        };
        let starter =
            |slot: &StarterSlot| asked(slot.file.id) && slot.state.with(|state| matches!(state, StarterState::Loading));
        let unknown = id.is_none() && self.last.with(Option::is_none);
        unknown || self.slots().iter().any(official) || self.starters().iter().any(starter)
    }

    /// All official packs, in the order in which they are offered.
    #[must_use]
    pub fn slots(self) -> Vec<Slot> {
        self.slots.get_value()
    }

    /// The official pack of an id.
    #[must_use]
    pub fn slot(self, id: &str) -> Option<Slot> {
        self.slots().into_iter().find(|slot| slot.manifest.id == id)
    }

    /// The pack of an id, or without one the first that there is, if it is in memory. Tracks.
    #[must_use]
    pub fn loaded(self, id: Option<&str>) -> Option<LoadedPack> {
        self.ready().into_iter().find(|pack| id.is_none_or(|id| pack.pack == id))
    }

    /// A pack, once it is read; `None` if it is not among those that are.
    pub async fn wait_for(self, id: &str) -> Option<LoadedPack> {
        loop {
            if let Some(pack) = untrack(|| self.loaded(Some(id))) {
                return Some(pack);
            }
            if !untrack(|| self.is_opening(Some(id))) {
                return None;
            }
            BrowserClock.sleep(PACK_TICK_MS).await;
        }
    }

    /// The pack that was asked for last, on this visit or an earlier one; outer `None` until storage has told. Tracks.
    #[must_use]
    pub fn last(self) -> Option<Option<String>> {
        self.last.get()
    }

    /// Keeps that a pack was asked for.
    pub fn note_asked(self, id: &str) {
        if self.last.with_untracked(|last| last.as_ref().and_then(Option::as_deref) != Some(id)) {
            self.storage.keep(Setting::LastPack, id.as_bytes().to_vec());
            self.last.set(Some(Some(id.to_owned())));
        }
    }

    /// Reads a stored pack into memory, in the background. Does nothing for a pack that is not [`PackState::Stored`].
    pub fn open(self, id: &str) {
        let Some(slot) = self.slot(id) else { return };
        let PackState::Stored(record) = slot.state.get_untracked() else { return };
        slot.begin(PackState::Opening);
        spawn_local(async move {
            let storage = self.storage.get().await;
            match load_installed(slot.manifest, &*storage).await {
                Ok(Some(installed)) => slot.ready(installed),
                Ok(None) => slot.state.set(PackState::Absent),
                Err(error) => slot.fail(PackState::Stored(record), trouble(&error, true)),
            }
        });
    }

    /// Loads a pack from the source that is set, in the background.
    pub fn load(self, id: &str) {
        if let Some(slot) = self.slot(id) {
            self.install(slot, Remote { source: self.source.get_untracked(), download: Fetch });
        }
    }

    /// Takes packs from files that the user gave, in the background: every pack of which there is a file among them.
    /// False if there is none.
    pub fn give<F: GivenFile + Clone + 'static>(self, files: Vec<F>, check: Check) -> bool {
        let paths: Vec<&str> = files.iter().map(GivenFile::path).collect();
        let is_wanted = |slot: &Slot| {
            let found = |file| crate::pack::given::find(slot.manifest, file, &paths);
            slot.manifest.files.iter().any(|file| !matches!(found(file), Err(crate::pack::FileFault::NotGiven)))
        };
        let wanted: Vec<Slot> = self.slots().into_iter().filter(is_wanted).collect();
        for slot in &wanted {
            self.install(*slot, Given { files: files.clone(), check });
        }
        !wanted.is_empty()
    }

    /// Stops loading a pack. Files that arrived whole stay.
    pub fn stop(self, id: &str) {
        self.running.with_value(|running| {
            if let Some((_, handle)) = running.iter().find(|(own, _)| *own == id) {
                handle.abort();
            }
        });
    }

    /// Removes a pack from the browser's storage and from memory, in the background.
    pub fn remove(self, id: &str) {
        let Some(slot) = self.slot(id) else { return };
        self.stop(id);
        spawn_local(async move {
            let storage = self.storage.get().await;
            match remove(slot.manifest.id, &*storage).await {
                Ok(()) => slot.begin(PackState::Absent),
                Err(fault) => slot.trouble.set(Some(storage_trouble(&fault))),
            }
        });
    }

    /// Changes where packs are loaded from, and keeps it.
    pub fn set_source(self, source: Source) {
        // A source is two texts; it always has a JSON form.
        if let Ok(text) = serde_json::to_vec(&source) {
            self.storage.keep(Setting::PackSource, text);
        }
        self.source.set(source);
    }

    fn install(self, slot: Slot, supply: impl Supply + 'static) {
        let before = slot.state.get_untracked();
        if matches!(before, PackState::Loading(_) | PackState::Opening) {
            return;
        }
        let had = matches!(before, PackState::Stored(_) | PackState::Ready(_));
        slot.begin(PackState::Loading(Install::new(slot.manifest, supply.check()).progress()));
        let (handle, registration) = AbortHandle::new_pair();
        let id = slot.manifest.id;
        self.running.update_value(|running| running.push((id, handle)));
        spawn_local(async move {
            let storage = self.storage.get().await;
            let report = at_most_each_percent(move |progress| slot.state.set(PackState::Loading(progress)));
            let work = install(slot.manifest, &*storage, &supply, report);
            match Abortable::new(work, registration).await {
                Ok(Ok(installed)) => slot.ready(installed),
                Ok(Err(error)) => slot.fail(before, trouble(&error, had)),
                Err(Aborted) => slot.state.set(before),
            }
            self.running.update_value(|running| running.retain(|(own, _)| *own != id));
        });
    }
}

impl Slot {
    /// The pack, if it is in memory. Tracks.
    #[must_use]
    pub fn loaded(self) -> Option<LoadedPack> {
        self.state.with(|state| match state {
            PackState::Ready(pack) => Some(pack.clone()),
            _ => None,
        })
    }

    fn ready(self, installed: Installed) {
        let loaded = LoadedPack::new(self.manifest, installed);
        self.state.set(loaded.map_or(PackState::Absent, PackState::Ready));
    }

    fn begin(self, state: PackState) {
        self.trouble.set(None);
        self.state.set(state);
    }

    fn fail(self, state: PackState, trouble: Trouble) {
        self.state.set(state);
        self.trouble.set(Some(trouble));
    }
}

/// Installing reports thousands of times; the page need not be told more often than a bar can show.
fn at_most_each_percent(show: impl Fn(Progress)) -> impl Fn(&Install) {
    let shown = Cell::new(None);
    move |plan| {
        let progress = plan.progress();
        let percent = progress.bytes.saturating_mul(100) / progress.bytes_total.max(1);
        if shown.replace(Some((percent, progress.files))) != Some((percent, progress.files)) {
            show(progress);
        }
    }
}

/// The packs.
///
/// # Panics
/// Outside the mounted page, which provides them before anything is built.
#[must_use]
pub fn use_packs() -> Packs {
    expect_context()
}
