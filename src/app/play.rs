//! The Play page's state: the rollout or replay on show, where its viewer stands in it, and the switch of a running one.
//!
//! It belongs to the whole page, not to the component, so a rollout goes on while another page is open.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::incoming::{Feed, Incoming};
use crate::chat::ChatModel;
use crate::domain::{Database, Task, TaskId, World};
use crate::present::route::PlayPlace;
use crate::present::transcript::{self, Row};
use crate::present::verdict::{Verdict, verdict};
use crate::py::PyResult;
use crate::rollout::{
    AgentSettings, DEFAULT_MAX_STEPS, Ending, Episode, Gate, Progress, Seat, Seats, Spent, Step, drive, reference_run,
};

/// The rewards of rollouts, oldest first, by pack and task. `None`: unscored or stopped.
pub type Results = HashMap<(String, TaskId), Vec<Option<f64>>>;

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
    /// What this visit's rollouts came to.
    pub results: RwSignal<Results>,
    /// The last rollout of each task that is not on show, running or ended.
    aside: RwSignal<Vec<Shown>>,
    gate: StoredValue<Option<Rc<Gate>>, LocalStorage>,
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

/// The rollout that runs.
#[derive(Clone)]
pub struct Running {
    id: u64,
    pub pack: String,
    pub world: Arc<World>,
    pub task: Arc<Task>,
}

impl PartialEq for Running {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// What the Play page shows: a rollout, running or ended, or a replay of expected actions.
#[derive(Clone)]
pub struct Shown {
    id: u64,
    pub pack: String,
    pub world: Arc<World>,
    pub task: Arc<Task>,
    pub source: Source,
    pub steps: Vec<Arc<Step>>,
    /// One row a step.
    pub rows: Vec<Arc<Row>>,
    pub verdict: Option<Arc<Verdict>>,
    /// The verdict's grounds, where an end state was judged.
    pub ending: Option<Ending>,
    pub spent: Spent,
}

/// Where the steps on show come from.
#[derive(Clone, PartialEq, Eq)]
pub enum Source {
    /// The task's own expected actions.
    ExpectedActions,
    /// A rollout with these models, and the text that the agent was given.
    Rollout { agent: String, user: String, instruction: Arc<str>, instruction_name: String },
}

/// What a rollout is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing runs.
    #[default]
    Idle,
    Asking(Seat),
    /// Between two calls, until the user lets it on.
    Paused,
    /// A pause was asked for while a call was out.
    Pausing(Seat),
}

impl Phase {
    #[must_use]
    pub const fn is_running(self) -> bool {
        !matches!(self, Self::Idle)
    }
}

/// What a rollout is started with.
pub struct Start {
    pub pack: String,
    pub world: Arc<World>,
    pub task: Arc<Task>,
    pub agent: Rc<dyn ChatModel>,
    pub user: Rc<dyn ChatModel>,
    pub instruction: String,
    /// What the instruction is called: `policy of the pack`, `edited`.
    pub instruction_name: String,
    /// Begin paused, with one call let through.
    pub stepwise: bool,
}

impl Shown {
    /// The database before the first step.
    #[must_use]
    pub fn initial(&self) -> &Database {
        &self.world.database
    }

    /// The database after the first `steps` steps.
    #[must_use]
    pub fn database_at(&self, steps: usize) -> &Database {
        steps.checked_sub(1).and_then(|last| self.steps.get(last)).map_or_else(|| self.initial(), |step| &step.database)
    }

    fn push(&mut self, step: &Step) {
        let before = self.database_at(self.steps.len());
        self.rows.push(Arc::new(transcript::row(before, step)));
        self.steps.push(Arc::new(step.clone()));
    }

    /// Takes over what is new in an episode.
    fn take_over(&mut self, episode: &Episode) {
        for step in episode.trajectory().iter().skip(self.steps.len()) {
            self.push(step);
        }
        self.spent = Spent::of(episode.trajectory());
        if let Some(ending) = episode.ending() {
            self.verdict = Some(Arc::new(verdict(ending)));
            self.ending = Some(ending.clone());
        }
    }
}

impl Play {
    /// Makes the state available to all components below.
    pub fn provide() -> Self {
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
            results: RwSignal::new(Results::new()),
            aside: RwSignal::new(Vec::new()),
            gate: StoredValue::new_local(None),
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
        };
        run.steps.iter().for_each(|step| shown.push(step));
        self.shown.set(Some(shown));
        self.playing.set(true);
        Ok(())
    }

    /// Starts a rollout and shows it. Does nothing while another one runs.
    pub fn start(self, start: Start) {
        if self.running.with_untracked(Option::is_some) {
            return;
        }
        self.set_aside();
        // A task keeps its last rollout.
        self.aside.update(|aside| aside.retain(|other| !Arc::ptr_eq(&other.task, &start.task)));
        let gate = Rc::new(if start.stepwise { Gate::closed() } else { Gate::default() });
        if start.stepwise {
            gate.step();
        }
        self.gate.set_value(Some(Rc::clone(&gate)));
        let id = self.next_id();
        self.running_phase.set(Phase::Asking(Seat::User));
        self.running.set(Some(Running {
            id,
            pack: start.pack.clone(),
            world: Arc::clone(&start.world),
            task: Arc::clone(&start.task),
        }));
        self.shown.set(Some(Shown {
            id,
            pack: start.pack.clone(),
            world: Arc::clone(&start.world),
            task: Arc::clone(&start.task),
            source: Source::Rollout {
                agent: start.agent.label(),
                user: start.user.label(),
                instruction: start.instruction.as_str().into(),
                instruction_name: start.instruction_name,
            },
            steps: Vec::new(),
            rows: Vec::new(),
            verdict: None,
            ending: None,
            spent: Spent::default(),
        }));
        let settings = AgentSettings { instruction: start.instruction, ..AgentSettings::default() };
        let mut episode = Episode::new(start.world, Arc::clone(&start.task), settings, DEFAULT_MAX_STEPS);
        let key = (start.pack, start.task.id.clone());
        let (agent, user) = (start.agent, start.user);
        spawn_local(async move {
            let feed = Feed::new(self.incoming);
            let mut watch = |episode: &Episode, progress: Progress| self.follow(id, episode, progress, &feed);
            drive(&mut episode, Seats { agent: &*agent, user: &*user }, &gate, &mut watch).await;
            if let Some(ending) = episode.ending() {
                self.results.update(|results| results.entry(key).or_default().push(ending.reward()));
            }
        });
    }

    /// Shows what there is of a task: its last rollout, if it has one. A rollout of another task goes on unseen.
    pub fn turn_to(self, task: Option<&Arc<Task>>) {
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
            self.aside.update(|aside| {
                aside.retain(|other| !Arc::ptr_eq(&other.task, &rollout.task));
                aside.push(rollout);
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

    fn follow(self, id: u64, episode: &Episode, progress: Progress, feed: &Feed) {
        match progress {
            Progress::Asking(seat) => {
                feed.begin(seat);
                self.running_phase.set(Phase::Asking(seat));
            }
            Progress::Delta(delta) => feed.take(delta),
            Progress::Paused => self.running_phase.set(Phase::Paused),
            Progress::Advanced => {
                feed.end();
                self.advance(id, episode);
            }
        }
    }

    /// Takes over the steps that are new.
    fn advance(self, id: u64, episode: &Episode) {
        let is_on_show = self.shown.with_untracked(|shown| shown.as_ref().is_some_and(|shown| shown.id == id));
        if is_on_show {
            let known = self.shown.with_untracked(|shown| shown.as_ref().map_or(0, |shown| shown.steps.len()));
            let was_at_end = self.cursor.get_untracked() >= known;
            self.shown.update(|shown| shown.iter_mut().for_each(|shown| shown.take_over(episode)));
            if was_at_end {
                self.cursor.set(episode.trajectory().len());
            }
        } else {
            self.aside.update(|aside| {
                aside.iter_mut().filter(|other| other.id == id).for_each(|other| other.take_over(episode));
            });
        }
        if episode.ending().is_some() {
            self.running_phase.set(Phase::Idle);
            self.running.set(None);
            self.gate.set_value(None);
        }
    }
}
