//! The evolutions of this browser: begun, driven, taken up again, forked, judged on held-out tasks, deleted.
//!
//! What is stored of one is its record and what it was answered; its rollouts are runs like any other. One that is
//! under way belongs to the whole page, so it goes on while another page is open.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

pub use self::course::{Course, Decision, Held, Received};
use self::live::Live;
pub use self::refusal::Refusal;
use super::Endpoints;
use super::batches::Batches;
use super::judges::Judges;
use super::packs::Packs;
use super::recording::Unsaved;
use super::rollouts::Bench;
use super::runs::{Keyless, Reading, Runs, now_ms};
use super::seats::SeatChoices;
use super::versions::InstructionVersions;
use crate::gepa::CandidateId;
use crate::gepa::result::RunResult;
use crate::journal::{EvolutionId, RunId};
use crate::platform::clock::BrowserClock;
use crate::platform::{page, tabs};
use crate::provider::http::Clock;
use crate::rollout::OccupantKind;
use crate::rollout::batch::Limits;
use crate::workspace::{EvolutionRecord, EvolutionStore};

mod course;
mod drive;
mod keep;
mod live;
mod outcomes;
mod reflect;
mod refusal;
mod seat;
mod take_up;

/// How long what changes is gathered before it is shown, in milliseconds.
const SHOW_MS: f64 = 150.0;

/// So many evolutions that are not under way stay open, so that going back to one is quick.
const OPEN: usize = 3;

/// The evolutions. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Evolutions {
    list: RwSignal<Vec<Arc<EvolutionRecord>>>,
    reading: RwSignal<Reading>,
    /// What had to be mended or left out when the list was read.
    pub warnings: RwSignal<Vec<String>>,
    /// What the evolutions under way in this tab are doing.
    phases: RwSignal<BTreeMap<EvolutionId, Phase>>,
    /// Why an evolution does not go on.
    troubles: RwSignal<BTreeMap<EvolutionId, String>>,
    /// Counts what changed in the evolutions that are shown, some times a second.
    tick: RwSignal<u64>,
    /// Whether a change waits to be shown.
    stirred: StoredValue<bool>,
    live: StoredValue<Vec<Rc<Live>>, LocalStorage>,
    /// Those that are shown, whether they are under way or not; the last opened is the last.
    open: StoredValue<Vec<Rc<RefCell<Course>>>, LocalStorage>,
    /// Results that were read from files, where they were opened.
    results: StoredValue<BTreeMap<EvolutionId, Arc<RunResult>>, LocalStorage>,
    bench: Bench,
    /// What of the rollouts could not be stored.
    pub unsaved: RwSignal<Vec<Unsaved>>,
    runs: Runs,
    packs: Packs,
    seats: SeatChoices,
    endpoints: Endpoints,
    batches: Batches,
    versions: InstructionVersions,
}

/// What an evolution under way is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Running,
    /// No call is made until it goes on, or until a person has decided.
    Paused,
    /// What runs is being brought to an end.
    Stopping,
}

/// What evolutions are made with.
#[derive(Clone, Copy)]
pub struct Needs {
    pub runs: Runs,
    pub packs: Packs,
    pub seats: SeatChoices,
    pub endpoints: Endpoints,
    pub judges: Judges,
    pub batches: Batches,
    pub versions: InstructionVersions,
}

impl Evolutions {
    /// Makes the state available to all components below.
    pub fn provide(needs: Needs) -> Self {
        let Needs { runs, packs, seats, endpoints, judges, batches, versions } = needs;
        let bench = Bench::new(runs, judges);
        let evolutions = Self {
            list: RwSignal::new(Vec::new()),
            reading: RwSignal::new(Reading::Looking),
            warnings: RwSignal::new(Vec::new()),
            phases: RwSignal::new(BTreeMap::new()),
            troubles: RwSignal::new(BTreeMap::new()),
            tick: RwSignal::new(0),
            stirred: StoredValue::new(false),
            live: StoredValue::new_local(Vec::new()),
            open: StoredValue::new_local(Vec::new()),
            results: StoredValue::new_local(BTreeMap::new()),
            bench,
            unsaved: bench.unsaved,
            runs,
            packs,
            seats,
            endpoints,
            batches,
            versions,
        };
        provide_context(evolutions);
        evolutions
    }

    /// Reads the list from storage.
    pub async fn refresh(self) {
        match self.store().await.list().await {
            Ok((stored, warnings)) => {
                self.list.update(|list| {
                    // What is under way here is newer than what is stored of it.
                    let is_own = |id: &EvolutionId| self.live_of(id).is_some();
                    list.retain(|own| is_own(&own.id) || !stored.iter().any(|other| other.id == own.id));
                    list.extend(stored.into_iter().filter(|other| !is_own(&other.id)).map(Arc::new));
                    sort(list);
                });
                self.warnings.set(warnings);
                self.reading.set(Reading::Done { unreadable: 0 });
            }
            Err(fault) => self.reading.set(Reading::Failed(fault)),
        }
    }

    /// All evolutions, the newest first. Tracks.
    #[must_use]
    pub fn list(self) -> Vec<Arc<EvolutionRecord>> {
        self.list.get()
    }

    /// How far the list is. Tracks.
    #[must_use]
    pub fn reading(self) -> Reading {
        self.reading.get()
    }

    /// Tracks.
    #[must_use]
    pub fn find(self, id: &EvolutionId) -> Option<Arc<EvolutionRecord>> {
        self.list.with(|list| list.iter().find(|own| own.id == *id).cloned())
    }

    /// What an evolution is doing in this tab; `None` where it is not under way here. Tracks.
    #[must_use]
    pub fn phase(self, id: &EvolutionId) -> Option<Phase> {
        self.phases.with(|phases| phases.get(id).copied())
    }

    /// Why an evolution does not go on, if something keeps it. Tracks.
    #[must_use]
    pub fn trouble(self, id: &EvolutionId) -> Option<String> {
        self.troubles.with(|troubles| troubles.get(id).cloned())
    }

    /// Looks at an evolution that is open, as it stands; `None` where it is not. Tracks; one that is under way only some
    /// times a second. Nothing of it may be changed meanwhile.
    pub fn with<T>(self, id: &EvolutionId, look: impl FnOnce(&Course) -> T) -> Option<T> {
        self.tick.track();
        let course = self.course_of(id)?;
        let course = course.try_borrow().ok()?;
        Some(look(&course))
    }

    /// A result that was read from a file, where it is open. Tracks.
    #[must_use]
    pub fn imported(self, id: &EvolutionId) -> Option<Arc<RunResult>> {
        self.tick.track();
        self.results.with_value(|results| results.get(id).cloned())
    }

    /// Keeps the record of a new evolution, and begins it.
    ///
    /// # Errors
    /// It can't be stored, or not be begun.
    pub async fn start(self, record: EvolutionRecord) -> Result<(), Refusal> {
        let seats = [&record.agent, &record.user, &record.reflection];
        if seats.into_iter().any(|by| by.kind == OccupantKind::Person) {
            return Err(Refusal::Person);
        }
        // Settings that none can have are told before anything is kept.
        crate::evolve::Evolution::new(&record.setup)?;
        let id = record.id.clone();
        self.keep(record).await?;
        self.go_on(&id).await
    }

    /// Goes on with an evolution: one that is paused here, or one that was left.
    ///
    /// # Errors
    /// It can't go on, and why.
    pub async fn go_on(self, id: &EvolutionId) -> Result<(), Refusal> {
        self.clear_trouble(id);
        if let Some(live) = self.live_of(id) {
            live.go_on();
            self.set_phase(id, Some(Phase::Running));
            self.stir();
            return Ok(());
        }
        let outcome = self.take_up(id, false).await;
        if let Err(refusal) = &outcome {
            self.set_trouble(id, refusal.to_string());
        }
        outcome
    }

    /// Lets an evolution make no call after those that are out.
    pub fn pause(self, id: &EvolutionId) {
        if let Some(live) = self.live_of(id) {
            live.pause();
            self.set_phase(id, Some(Phase::Paused));
            self.stir();
        }
    }

    /// Lets an evolution come to its next decision, and no further. One that was left is taken up first.
    ///
    /// # Errors
    /// It can't go on, and why.
    pub async fn step(self, id: &EvolutionId) -> Result<(), Refusal> {
        self.clear_trouble(id);
        if self.live_of(id).is_none() {
            let outcome = self.take_up(id, true).await;
            if let Err(refusal) = &outcome {
                self.set_trouble(id, refusal.to_string());
            }
            outcome?;
        }
        if let Some(live) = self.live_of(id) {
            live.step();
        }
        Ok(())
    }

    /// Ends an evolution for now: calls that are out are dropped, and nothing is begun.
    pub fn stop(self, id: &EvolutionId) {
        if let Some(live) = self.live_of(id) {
            self.set_phase(id, Some(Phase::Stopping));
            live.stop();
        }
    }

    /// Gives up what does not get on: the pass fails, and the evolution goes on with the next one, where its settings
    /// allow that.
    pub fn give_up(self, id: &EvolutionId) {
        if let Some(live) = self.live_of(id) {
            self.clear_trouble(id);
            live.give_up.set(true);
            live.go_on();
            self.set_phase(id, Some(Phase::Running));
        }
    }

    /// Decides about a reply that waits for a person.
    pub fn decide(self, id: &EvolutionId, number: usize, decision: Decision) {
        if let Some(live) = self.live_of(id) {
            live.decide(number, decision);
        }
    }

    /// Lets a person's own instruction join the pool, before the next pass.
    ///
    /// # Errors
    /// It has no text, or the evolution is not under way.
    pub fn introduce(self, id: &EvolutionId, text: String, parents: Vec<CandidateId>) -> Result<(), Refusal> {
        if text.trim().is_empty() {
            return Err(Refusal::EmptyText);
        }
        let live = self.live_of(id).ok_or(Refusal::NotUnderWay)?;
        live.introductions.borrow_mut().push_back((text, parents));
        live.wake();
        Ok(())
    }

    /// Whether every proposal waits for a person, from now on.
    pub fn set_review(self, id: &EvolutionId, review: bool) {
        self.change(id, |record| record.review = review);
        if let Some(live) = self.live_of(id) {
            live.wake();
        }
    }

    /// What the evolution may use up, from now on.
    pub fn set_limits(self, id: &EvolutionId, limits: Limits) {
        self.change(id, |record| record.limits = limits);
    }

    /// Calls an evolution something else, and keeps that in the background.
    pub fn rename(self, id: &EvolutionId, name: String) {
        self.change(id, |record| record.name = name);
    }

    /// Changes the note to an evolution, and keeps that in the background.
    pub fn annotate(self, id: &EvolutionId, note: String) {
        self.change(id, |record| record.note = note);
    }

    /// Deletes an evolution that is not under way, with its runs.
    ///
    /// # Errors
    /// It is under way, here or in another tab; or storage fails, and then all is still there.
    pub async fn delete(self, id: &EvolutionId) -> Result<(), Refusal> {
        if self.live_of(id).is_some() {
            return Err(Refusal::UnderWay);
        }
        let _lock = lock(id).await?;
        let runs: Vec<RunId> =
            untrack(|| self.runs.in_batch(id.as_batch())).values().map(|run| run.header.id.clone()).collect();
        self.store().await.delete(id, &runs).await?;
        self.list.update(|list| list.retain(|own| own.id != *id));
        self.open.update_value(|open| open.retain(|course| course.borrow().record.id != *id));
        self.runs.forget(&runs);
        Ok(())
    }

    /// Tries to store again what could not be stored.
    pub fn try_saving_again(self) {
        self.bench.try_saving_again();
        for live in self.live.get_value() {
            live.wake();
        }
    }

    /// Lets evolutions go on without being stored for as long as storage refuses.
    pub fn go_on_unsaved(self) {
        self.bench.go_on_unsaved();
        for live in self.live.get_value() {
            live.unkept.set(true);
            live.wake();
        }
    }

    /// Keeps a record, new or changed.
    async fn keep(self, record: EvolutionRecord) -> Result<(), Refusal> {
        self.store().await.keep(&record, 0, &[]).await?;
        self.put(Arc::new(record));
        Ok(())
    }

    fn change(self, id: &EvolutionId, change: impl FnOnce(&mut EvolutionRecord)) {
        let course = self.course_of(id);
        let current = course.as_ref().map(|course| Arc::clone(&course.borrow().record));
        let Some(record) = current.or_else(|| untrack(|| self.find(id))) else { return };
        let mut record = (*record).clone();
        change(&mut record);
        let record = Arc::new(record);
        if let Some(course) = course {
            course.borrow_mut().record = Arc::clone(&record);
        }
        self.put(Arc::clone(&record));
        self.stir();
        spawn_local(async move {
            if let Err(fault) = self.store().await.keep(&record, 0, &[]).await {
                self.set_trouble(&record.id, Refusal::from(fault).to_string());
            }
        });
    }

    /// Puts a record into the list, in place of what stood there under its id.
    fn put(self, record: Arc<EvolutionRecord>) {
        self.list.update(|list| {
            list.retain(|own| own.id != record.id);
            list.push(record);
            sort(list);
        });
    }

    fn live_of(self, id: &EvolutionId) -> Option<Rc<Live>> {
        self.live.with_value(|live| live.iter().find(|live| live.id == *id).cloned())
    }

    fn course_of(self, id: &EvolutionId) -> Option<Rc<RefCell<Course>>> {
        let of = |course: &&Rc<RefCell<Course>>| course.try_borrow().is_ok_and(|course| course.record.id == *id);
        self.live_of(id)
            .map(|live| Rc::clone(&live.course))
            .or_else(|| self.open.with_value(|open| open.iter().find(of).cloned()))
    }

    /// Opens a course, and closes the one that was opened longest ago.
    fn put_course(self, course: &Rc<RefCell<Course>>) {
        let id = course.borrow().record.id.clone();
        self.open.update_value(|open| {
            open.retain(|other| other.borrow().record.id != id);
            open.push(Rc::clone(course));
            let extra = open.len().saturating_sub(OPEN);
            open.drain(..extra);
        });
        self.stir();
    }

    fn set_phase(self, id: &EvolutionId, phase: Option<Phase>) {
        if self.phases.with_untracked(|phases| phases.get(id).copied()) == phase {
            return;
        }
        self.phases.update(|phases| match phase {
            Some(phase) => _ = phases.insert(id.clone(), phase),
            None => _ = phases.remove(id),
        });
    }

    fn set_trouble(self, id: &EvolutionId, why: String) {
        self.troubles.update(|troubles| _ = troubles.insert(id.clone(), why));
    }

    fn clear_trouble(self, id: &EvolutionId) {
        if self.troubles.with_untracked(|troubles| troubles.contains_key(id)) {
            self.troubles.update(|troubles| _ = troubles.remove(id));
        }
    }

    /// Shows soon that something changed.
    fn stir(self) {
        if !self.stirred.try_update_value(|stirred| std::mem::replace(stirred, true)).unwrap_or(true) {
            spawn_local(async move {
                BrowserClock.sleep(SHOW_MS).await;
                self.stirred.set_value(false);
                for live in self.live.get_value() {
                    let record = live.course.try_borrow().ok().map(|course| Arc::clone(&course.record));
                    let known = untrack(|| self.find(&live.id));
                    if let Some(record) = record.filter(|record| known.as_ref() != Some(record)) {
                        self.put(record);
                    }
                }
                self.tick.update(|tick| *tick += 1);
            });
        }
    }

    async fn store(self) -> EvolutionStore<Keyless> {
        EvolutionStore::new(self.runs.keyless().await)
    }
}

fn sort(list: &mut [Arc<EvolutionRecord>]) {
    list.sort_by(|a, b| b.created_ms.cmp(&a.created_ms).then_with(|| a.id.cmp(&b.id)));
}

/// Keeps other tabs from driving an evolution for as long as it is held; `None` where the browser has no locks.
async fn lock(id: &EvolutionId) -> Result<Option<tabs::Held>, Refusal> {
    match tabs::lock(&format!("taupe-evolution-{id}")).await {
        tabs::Lock::Held(held) => Ok(Some(held)),
        tabs::Lock::Unknown => Ok(None),
        tabs::Lock::Elsewhere => Err(Refusal::Elsewhere),
    }
}

/// An id for a new evolution.
#[must_use]
pub fn new_evolution_id() -> EvolutionId {
    let text = page::random_id();
    let bytes = text.bytes().filter(u8::is_ascii_alphanumeric).take(20);
    let id: String = std::iter::once('e').chain(bytes.map(|byte| char::from(byte.to_ascii_lowercase()))).collect();
    EvolutionId::parse(&id).unwrap_or_else(|| EvolutionId::of_bytes(id.as_bytes()))
}

/// The time at which a new evolution is made, in milliseconds since 1970.
#[must_use]
pub fn created_now_ms() -> u64 {
    now_ms()
}

/// The evolutions.
///
/// # Panics
/// Outside the mounted page, which provides them before anything is built.
#[must_use]
pub fn use_evolutions() -> Evolutions {
    expect_context()
}
