//! One evolution as its page has it: how it stands, and what can be done with it.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::batches::BatchWish;
use crate::app::evolutions::{Evolutions, Held, Phase, Refusal, use_evolutions};
use crate::app::{Action, App, Batches, InstructionVersions, use_app, use_batches, use_versions};
use crate::gepa::CandidateId;
use crate::journal::EvolutionId;
use crate::present::evolve::Standing;
use crate::present::evolve::list::State;
use crate::present::keys::Shortcut;
use crate::present::route::{Page, PlayPlace, Route};
use crate::present::tone::Tone;
use crate::rollout::Spent;
use crate::workspace::EvolutionRecord;

/// Trials of each task when a candidate is compared with the seed.
const TRIALS: u32 = 4;

/// How an open evolution stands, and what holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pulse {
    pub standing: Standing,
    pub held: Option<Held>,
    /// How many replies wait for a person.
    pub waiting: usize,
    pub spent: Spent,
}

/// What lies over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Naming,
    Deleting,
    Forking,
    Introducing,
}

/// What the parts of the page share. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Site {
    pub app: App,
    pub id: StoredValue<EvolutionId>,
    pub evolutions: Evolutions,
    batches: Batches,
    versions: InstructionVersions,
    pub record: Memo<Option<Arc<EvolutionRecord>>>,
    pub phase: Memo<Option<Phase>>,
    /// `None` while it is not open, or is one from a file.
    pub pulse: Memo<Option<Pulse>>,
    /// The candidate that the views show.
    pub selected: RwSignal<Option<CandidateId>>,
    pub over: RwSignal<Option<Over>>,
    /// Why the last deed was not done, until the next one.
    pub refused: RwSignal<Option<String>>,
    /// Whether it was opened, or why it could not be.
    pub opened: RwSignal<Option<Result<(), String>>>,
}

impl Site {
    pub fn new(id: EvolutionId) -> Self {
        let evolutions = use_evolutions();
        let id = StoredValue::new(id);
        let pulse = Memo::new(move |_| {
            id.with_value(|id| {
                evolutions.with(id, |course| Pulse {
                    standing: Standing::of(&course.evolution),
                    held: course.held,
                    waiting: course.waiting.len(),
                    spent: course.spent(),
                })
            })
        });
        let record = Memo::new(move |_| id.with_value(|id| evolutions.find(id)));
        Self {
            app: use_app(),
            id,
            evolutions,
            batches: use_batches(),
            versions: use_versions(),
            record,
            phase: Memo::new(move |_| id.with_value(|id| evolutions.phase(id))),
            pulse,
            selected: RwSignal::new(None),
            over: RwSignal::new(None),
            refused: RwSignal::new(None),
            opened: RwSignal::new(None),
        }
    }

    /// Reads what is kept of it, once its record is there.
    pub fn open(self) {
        let is_there = Memo::new(move |_| self.record.with(Option::is_some));
        Effect::new(move |_| {
            if is_there.get() {
                let id = self.id.get_value();
                spawn_local(async move {
                    let outcome = self.evolutions.open(&id).await;
                    self.opened.try_set(Some(outcome.map_err(|why| why.to_string())));
                });
            }
        });
    }

    /// In a word. Tracks.
    pub fn state(self) -> Option<State> {
        let record = self.record.get()?;
        Some(match self.phase.get() {
            Some(Phase::Stopping) => State::Stopping,
            Some(_) if self.waits() => State::Waiting,
            Some(Phase::Running) => State::Running,
            Some(Phase::Paused) => State::Paused,
            None => State::at_rest(&record),
        })
    }

    /// Whether a reply waits for a person. Tracks.
    fn waits(self) -> bool {
        self.pulse.with(|pulse| pulse.as_ref().is_some_and(|pulse| pulse.held == Some(Held::Review)))
    }

    /// Whether anything of it is left to do. Tracks.
    pub fn is_open_ended(self) -> bool {
        let by_record = self
            .record
            .with(|record| record.as_ref().is_some_and(|record| record.file.is_none() && !record.summary.ended));
        self.pulse.with(|pulse| pulse.as_ref().map_or(by_record, |pulse| pulse.standing.ended.is_none()))
    }

    /// Tracks.
    pub fn can_go_on(self) -> bool {
        match self.phase.get() {
            // A reply that waits is decided about, and then it goes on.
            Some(Phase::Paused) => !self.waits(),
            None => self.is_open_ended(),
            Some(_) => false,
        }
    }

    /// Tracks.
    pub fn can_step(self) -> bool {
        self.phase.get() != Some(Phase::Stopping) && !self.waits() && self.is_open_ended()
    }

    pub fn go_on(self) {
        let id = self.id.get_value();
        // Why it does not go on is said by the evolution itself.
        spawn_local(async move { _ = self.evolutions.go_on(&id).await });
    }

    pub fn step(self) {
        let id = self.id.get_value();
        spawn_local(async move { _ = self.evolutions.step(&id).await });
    }

    pub fn pause(self) {
        self.id.with_value(|id| self.evolutions.pause(id));
    }

    pub fn stop(self) {
        self.id.with_value(|id| self.evolutions.stop(id));
    }

    pub fn delete(self) {
        let id = self.id.get_value();
        self.attempt(async move {
            self.evolutions.delete(&id).await?;
            self.over.try_set(None);
            self.app.go(&Page::Evolve.route());
            Ok(())
        });
    }

    /// Hands one of its files to the user; `None`: all of them, as an archive.
    pub fn save(self, name: Option<&'static str>) {
        let id = self.id.get_value();
        self.attempt(async move {
            match name {
                Some(name) => self.evolutions.save_file(&id, name).await,
                None => self.evolutions.save_archive(&id).await,
            }
        });
    }

    /// Makes a candidate a version of the instruction, and offers to work with it.
    pub fn adopt(self, candidate: CandidateId) {
        let Some(version) = self.id.with_value(|id| self.evolutions.adopt(id, candidate)) else { return };
        let (app, versions) = (self.app, self.versions);
        app.toasts.offer(format!("It is now {}", version.label()), "Use it in Play", move || {
            versions.take(&version);
            app.go(&Route::Play(PlayPlace::Start));
        });
    }

    /// Has the seed and a candidate set up side by side in Evaluate, on the tasks that candidates are chosen by.
    pub fn compare(self, candidate: CandidateId) {
        let Some(record) = self.record.get_untracked() else { return };
        let both = [CandidateId(0), candidate];
        let versions = both.map(|own| self.id.with_value(|id| self.evolutions.adopt(id, own)));
        let pareto = &record.setup.datasets.pareto;
        let mut tasks = pareto.tasks.clone();
        tasks.sort_unstable();
        self.batches.wish_for(BatchWish {
            pack: record.pack.clone(),
            split: pareto.split.clone(),
            tasks,
            trials: TRIALS,
            instructions: versions.into_iter().flatten().map(|version| version.id).collect(),
            agent: record.agent.choice.clone(),
            user: record.user.choice.clone(),
        });
        self.app.go(&Page::Evaluate.route());
    }

    /// The best candidate; `None` before anything is scored. Tracks.
    pub fn best(self) -> Option<CandidateId> {
        let live = self.pulse.with(|pulse| pulse.as_ref().and_then(|pulse| pulse.standing.best)).map(|(best, _)| best);
        live.or_else(|| self.id.with_value(|id| self.evolutions.imported(id)?.best()))
    }

    /// Does what may fail, and shows why it did.
    pub fn attempt(self, deed: impl Future<Output = Result<(), Refusal>> + 'static) {
        self.refused.set(None);
        spawn_local(async move {
            if let Err(why) = deed.await {
                self.refused.try_set(Some(why.to_string()));
            }
        });
    }

    /// Says that something was done.
    pub fn tell(self, text: impl Into<String>) {
        self.app.toasts.show(Tone::Good, text);
    }

    /// The keys, while it is shown.
    pub fn register(self) {
        let is_running = Signal::derive(move || self.phase.get() == Some(Phase::Running));
        let is_live = Signal::derive(move || self.phase.get().is_some());
        let can_go_on = Signal::derive(move || self.can_go_on());
        let can_step = Signal::derive(move || self.can_step());
        self.app.actions.register([
            Action::new("evolve.pause", "Evolve", "pause", "Pause the evolution", move || self.pause())
                .with_shortcut(Shortcut::key("p"))
                .enabled_when(is_running),
            Action::new("evolve.go-on", "Evolve", "play", "Go on with the evolution", move || self.go_on())
                .with_shortcut(Shortcut::key("g"))
                .enabled_when(can_go_on),
            Action::new("evolve.step", "Evolve", "step", "One decision on", move || self.step())
                .with_shortcut(Shortcut::key("s"))
                .enabled_when(can_step),
            Action::new("evolve.stop", "Evolve", "stop", "Stop the evolution", move || self.stop())
                .enabled_when(is_live),
        ]);
    }
}
