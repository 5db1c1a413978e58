//! The Play page's state: the rollout or replay on show, where its viewer stands in it, and the switch of a running one.
//!
//! It belongs to the whole page, not to the component, so a rollout goes on while another page is open.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;

use super::incoming::Incoming;
use super::packs::Packs;
use super::recording::{Recording, Unsaved};
use super::runs::Runs;
use super::seats::SeatChoices;
use crate::domain::{Task, World};
use crate::journal::RunState;
use crate::present::route::PlayPlace;
use crate::present::verdict::verdict;
use crate::py::PyResult;
use crate::rollout::{Gate, SeatedBy, Spent, Table, reference_run};
use crate::workspace::Restored;

pub use self::course::Start;
pub use self::kept::{LinkRefusal, Who};
pub use self::shown::{Phase, Results, Running, Shown, ShownRun, Source};

mod course;
mod kept;
mod shown;

/// The state of the Play page. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Play {
    pub instruction: InstructionDraft,
    /// The place that was open last, for an address that names none.
    pub last_place: RwSignal<PlayPlace>,
    /// The rollout or replay on show.
    pub shown: RwSignal<Option<Shown>>,
    /// How many of its steps are shown, from the first on.
    pub cursor: RwSignal<usize>,
    /// Whether a replay is playing by itself.
    pub playing: RwSignal<bool>,
    /// Whether the newest step is kept in view: until the reader scrolls up.
    pub follows: RwSignal<bool>,
    /// The rollout that runs, on show or not. There is one at a time.
    pub running: RwSignal<Option<Running>>,
    /// What the rollout on show is doing; idle while another one runs.
    pub phase: Memo<Phase>,
    /// What the running rollout is doing.
    pub running_phase: RwSignal<Phase>,
    /// The reply that is coming in.
    pub incoming: RwSignal<Option<Incoming>>,
    /// What the rollouts of this browser came to.
    pub results: Memo<Results>,
    /// Who sits at the table of the running rollout.
    pub seated: RwSignal<Option<SeatedBy>>,
    /// Why the last thing that was asked of a run was not done.
    pub refused: RwSignal<Option<String>>,
    /// What of this visit's rollouts could not be stored.
    pub unsaved: RwSignal<Vec<Unsaved>>,
    pub runs: Runs,
    packs: Packs,
    seats: SeatChoices,
    /// The last rollout of each task that is not on show, running or ended.
    aside: RwSignal<Vec<Shown>>,
    gate: StoredValue<Option<Rc<Gate>>, LocalStorage>,
    table: StoredValue<Option<Rc<Table<'static>>>, LocalStorage>,
    /// The rollout that runs, and those that could not be stored.
    recordings: StoredValue<Vec<Recording>, LocalStorage>,
    /// The run of a link, which is not kept.
    from_link: StoredValue<Option<Restored>>,
    /// The task that the page is at.
    at: StoredValue<Option<Arc<Task>>>,
    /// Counts what was shown, to tell one from another.
    count: StoredValue<u64>,
}

/// The instruction as its user edits it.
#[derive(Clone, Copy)]
pub struct InstructionDraft {
    pub text: RwSignal<String>,
    /// The text of a pack that was put here last: while the text is equal, another pack's takes its place.
    pub followed: RwSignal<String>,
    /// The text before the last one that was put in its place as a whole.
    pub undo: RwSignal<Option<String>>,
}

impl Play {
    /// Makes the state available to all components below.
    pub fn provide(runs: Runs, packs: Packs, seats: SeatChoices) -> Self {
        let shown = RwSignal::new(None::<Shown>);
        let running = RwSignal::new(None::<Running>);
        let running_phase = RwSignal::new(Phase::Idle);
        let phase = Memo::new(move |_| {
            let runs = running.with(|running| running.as_ref().map(|running| running.id));
            let on_show = shown.with(|shown| shown.as_ref().map(|shown| shown.id));
            if runs.is_some() && runs == on_show { running_phase.get() } else { Phase::Idle }
        });
        let play = Self {
            instruction: InstructionDraft {
                text: RwSignal::new(String::new()),
                followed: RwSignal::new(String::new()),
                undo: RwSignal::new(None),
            },
            last_place: RwSignal::new(PlayPlace::Start),
            shown,
            cursor: RwSignal::new(0),
            playing: RwSignal::new(false),
            follows: RwSignal::new(true),
            running,
            phase,
            running_phase,
            incoming: RwSignal::new(None),
            results: Memo::new(move |_| results_of(runs)),
            seated: RwSignal::new(None),
            refused: RwSignal::new(None),
            unsaved: RwSignal::new(Vec::new()),
            runs,
            packs,
            seats,
            aside: RwSignal::new(Vec::new()),
            gate: StoredValue::new_local(None),
            table: StoredValue::new_local(None),
            recordings: StoredValue::new_local(Vec::new()),
            from_link: StoredValue::new(None),
            at: StoredValue::new(None),
            count: StoredValue::new(0),
        };
        provide_context(play);
        play
    }

    /// Shows a task's expected actions, none done yet, and lets them play.
    ///
    /// # Errors
    /// An expected action that breaks the environment's step: a fault of the task.
    pub fn replay(self, pack: &str, world: &Arc<World>, task: &Arc<Task>) -> PyResult<()> {
        let run = reference_run(world, task)?;
        self.set_aside();
        let mut shown = Shown {
            id: self.next_id(),
            pack: pack.to_owned(),
            world: Arc::clone(world),
            task: Arc::clone(task),
            source: Source::ExpectedActions,
            steps: Vec::new(),
            rows: Vec::new(),
            verdict: Some(Arc::new(verdict(&run.ending))),
            ending: Some(run.ending),
            spent: Spent::default(),
            findings: Arc::default(),
            run: None,
        };
        run.steps.iter().for_each(|step| shown.push(step));
        self.shown.set(Some(shown));
        self.playing.set(true);
        Ok(())
    }

    /// Shows what there is of a task: its last rollout, if it has one. A rollout of another task goes on unseen.
    pub fn turn_to(self, task: Option<&Arc<Task>>) {
        self.at.set_value(task.cloned());
        let same = self.shown.with_untracked(|shown| match (shown, task) {
            (Some(shown), Some(task)) => Arc::ptr_eq(&shown.task, task),
            (None, None) => true,
            _ => false,
        });
        if same {
            return;
        }
        self.set_aside();
        if let Some(task) = task {
            self.bring_back(task);
        }
    }

    /// Shows a task's last rollout again, if it has one that is not on show.
    pub fn bring_back(self, task: &Arc<Task>) {
        let found = self.aside.try_update(|aside| {
            let at = aside.iter().position(|other| Arc::ptr_eq(&other.task, task))?;
            Some(aside.remove(at))
        });
        if let Some(found) = found.flatten() {
            self.set_aside();
            self.cursor.set(found.steps.len());
            self.shown.set(Some(found));
        }
    }

    /// Whether a task has a rollout that is not on show. Tracks.
    #[must_use]
    pub fn has_aside(self, task: &Arc<Task>) -> bool {
        self.aside.with(|aside| aside.iter().any(|other| Arc::ptr_eq(&other.task, task)))
    }

    /// Takes what is on show off. A rollout is kept, and goes on if it runs; a replay can be had again.
    fn set_aside(self) {
        let shown = self.shown.try_update(Option::take).flatten();
        if let Some(rollout) = shown.filter(|shown| shown.source != Source::ExpectedActions) {
            let runs = self.running.with_untracked(|running| running.as_ref().map(|running| running.id));
            self.aside.update(|aside| {
                // The one that runs is what its task comes back to.
                let same = |other: &Shown| Arc::ptr_eq(&other.task, &rollout.task);
                if !aside.iter().any(|other| same(other) && Some(other.id) == runs) {
                    aside.retain(|other| !same(other));
                    aside.push(rollout);
                }
            });
        }
        self.playing.set(false);
        self.follows.set(true);
        self.cursor.set(0);
    }

    fn next_id(self) -> u64 {
        self.count.update_value(|count| *count += 1);
        self.count.get_value()
    }

    /// Lets the running rollout make no call after the one that is out.
    pub fn pause(self) {
        self.with_gate(Gate::pause);
        self.running_phase.update(|phase| {
            if let Phase::Asking(seat) = *phase {
                *phase = Phase::Pausing(seat);
            }
        });
    }

    /// Lets the paused rollout go on.
    pub fn resume(self) {
        self.with_gate(Gate::open);
        self.running_phase.update(|phase| {
            if let Phase::Pausing(seat) = *phase {
                *phase = Phase::Asking(seat);
            }
        });
    }

    /// Lets the paused rollout make one call.
    pub fn step(self) {
        self.with_gate(Gate::step);
    }

    /// Ends the running rollout.
    pub fn stop(self) {
        self.with_gate(Gate::stop);
    }

    /// Moves to after the first `steps` steps, and stops playing.
    pub fn seek(self, steps: usize) {
        let last = self.shown.with_untracked(|shown| shown.as_ref().map_or(0, |shown| shown.steps.len()));
        self.playing.set(false);
        self.follows.set(true);
        self.cursor.set(steps.min(last));
    }

    /// Moves by so many steps, and stops playing.
    pub fn seek_by(self, steps: isize) {
        self.seek(self.cursor.get_untracked().saturating_add_signed(steps));
    }

    fn with_gate(self, act: impl FnOnce(&Gate)) {
        // Taken out first: the gate wakes the rollout, which may come straight back here.
        let gate = self.gate.with_value(Clone::clone);
        if let Some(gate) = gate {
            act(&gate);
        }
    }
}

/// The rewards that the list of runs tells of, the earliest first. Runs without an end have none, and those of a batch
/// are told of by their batch.
fn results_of(runs: Runs) -> Results {
    let mut results = Results::new();
    for run in runs.list().iter().rev().filter(|run| run.summary.state != RunState::Open && run.header.batch.is_none())
    {
        let key = (run.header.pack.clone(), run.header.task.clone());
        results.entry(key).or_default().push(run.summary.reward);
    }
    results
}
