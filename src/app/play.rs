//! The Play page's state: the rollout or replay on show, where its viewer stands in it, and the switch of a running one.
//!
//! It belongs to the whole page, not to the component, so a rollout goes on while another page is open.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::chat::{ChatDelta, ChatModel};
use crate::domain::{Database, Task, TaskId, World};
use crate::platform::page;
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
    /// The instruction as its user edits it.
    pub instruction: RwSignal<String>,
    /// The rollout or replay on show.
    pub shown: RwSignal<Option<Shown>>,
    /// How many of its steps are shown, from the first on.
    pub cursor: RwSignal<usize>,
    /// Whether a replay is playing by itself.
    pub playing: RwSignal<bool>,
    pub phase: RwSignal<Phase>,
    /// The reply that is coming in.
    pub incoming: RwSignal<Option<Incoming>>,
    /// What this visit's rollouts came to.
    pub results: RwSignal<Results>,
    gate: StoredValue<Option<Rc<Gate>>, LocalStorage>,
    /// Tells a rollout's late events from those of the one on show.
    generation: StoredValue<u64>,
}

/// What the Play page shows: a rollout, running or ended, or a replay of expected actions.
#[derive(Clone)]
pub struct Shown {
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

/// A reply as far as it has come in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Incoming {
    pub seat: Option<Seat>,
    pub text: String,
    pub reasoning: String,
    /// The tool calls: name and argument text so far.
    pub calls: Vec<(String, String)>,
    /// Why it waits, if it waits for another attempt.
    pub waiting: Option<String>,
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
}

impl Play {
    /// Makes the state available to all components below.
    pub fn provide() -> Self {
        let play = Self {
            instruction: RwSignal::new(String::new()),
            shown: RwSignal::new(None),
            cursor: RwSignal::new(0),
            playing: RwSignal::new(false),
            phase: RwSignal::new(Phase::Idle),
            incoming: RwSignal::new(None),
            results: RwSignal::new(Results::new()),
            gate: StoredValue::new_local(None),
            generation: StoredValue::new(0),
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
        self.leave();
        let mut shown = Shown {
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
        self.cursor.set(0);
        self.shown.set(Some(shown));
        self.playing.set(true);
        Ok(())
    }

    /// Starts a rollout and shows it.
    pub fn start(self, start: Start) {
        self.leave();
        let gate = Rc::new(if start.stepwise { Gate::closed() } else { Gate::default() });
        if start.stepwise {
            gate.step();
        }
        self.gate.set_value(Some(Rc::clone(&gate)));
        self.cursor.set(0);
        self.phase.set(Phase::Asking(Seat::User));
        self.shown.set(Some(Shown {
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
        let generation = self.generation.get_value();
        let settings = AgentSettings { instruction: start.instruction, ..AgentSettings::default() };
        let mut episode = Episode::new(start.world, Arc::clone(&start.task), settings, DEFAULT_MAX_STEPS);
        let key = (start.pack, start.task.id.clone());
        let (agent, user) = (start.agent, start.user);
        spawn_local(async move {
            let feed = Feed::new(self);
            let mut watch = |episode: &Episode, progress: Progress| {
                if self.generation.try_get_value() == Some(generation) {
                    self.follow(episode, progress, &feed);
                }
            };
            drive(&mut episode, Seats { agent: &*agent, user: &*user }, &gate, &mut watch).await;
            if let Some(ending) = episode.ending() {
                self.results.update(|results| results.entry(key).or_default().push(ending.reward()));
            }
        });
    }

    /// Lets the running rollout make no call after the one that is out.
    pub fn pause(self) {
        self.with_gate(Gate::pause);
        self.phase.update(|phase| {
            if let Phase::Asking(seat) = *phase {
                *phase = Phase::Pausing(seat);
            }
        });
    }

    /// Lets the paused rollout go on.
    pub fn resume(self) {
        self.with_gate(Gate::open);
        self.phase.update(|phase| {
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

    /// Takes what is on show off, and ends it if it runs.
    pub fn leave(self) {
        self.stop();
        self.generation.update_value(|generation| *generation += 1);
        self.gate.set_value(None);
        self.playing.set(false);
        self.phase.set(Phase::Idle);
        self.incoming.set(None);
        self.shown.set(None);
        self.cursor.set(0);
    }

    /// Moves to after the first `steps` steps, and stops playing.
    pub fn seek(self, steps: usize) {
        let last = self.shown.with_untracked(|shown| shown.as_ref().map_or(0, |shown| shown.steps.len()));
        self.playing.set(false);
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

    fn follow(self, episode: &Episode, progress: Progress, feed: &Feed) {
        match progress {
            Progress::Asking(seat) => {
                feed.begin(seat);
                self.phase.set(Phase::Asking(seat));
            }
            Progress::Delta(delta) => feed.take(delta),
            Progress::Paused => self.phase.set(Phase::Paused),
            Progress::Advanced => {
                feed.end();
                self.advance(episode);
            }
        }
    }

    /// Takes over the steps that are new.
    fn advance(self, episode: &Episode) {
        let mut follows = false;
        let mut now = 0;
        self.shown.update(|shown| {
            let Some(shown) = shown else { return };
            follows = self.cursor.get_untracked() >= shown.steps.len();
            let known = shown.steps.len();
            for step in episode.trajectory().iter().skip(known) {
                shown.push(step);
            }
            now = shown.steps.len();
            shown.spent = Spent::of(episode.trajectory());
            if let Some(ending) = episode.ending() {
                shown.verdict = Some(Arc::new(verdict(ending)));
                shown.ending = Some(ending.clone());
            }
        });
        if follows {
            self.cursor.set(now);
        }
        if episode.ending().is_some() {
            self.phase.set(Phase::Idle);
            self.gate.set_value(None);
        }
    }
}

/// Collects what streams in and shows it at most once a frame.
#[derive(Clone)]
struct Feed {
    play: Play,
    collected: Rc<RefCell<Collected>>,
}

#[derive(Default)]
struct Collected {
    incoming: Incoming,
    due: bool,
    /// Counts the replies, so that a frame that was asked for an earlier one shows nothing.
    reply: u64,
}

impl Feed {
    fn new(play: Play) -> Self {
        Self { play, collected: Rc::default() }
    }

    fn begin(&self, seat: Seat) {
        let mut collected = self.collected.borrow_mut();
        collected.reply += 1;
        collected.incoming = Incoming { seat: Some(seat), ..Incoming::default() };
        let incoming = collected.incoming.clone();
        drop(collected);
        self.play.incoming.set(Some(incoming));
    }

    fn take(&self, delta: ChatDelta) {
        let mut collected = self.collected.borrow_mut();
        let incoming = &mut collected.incoming;
        match delta {
            ChatDelta::Text(text) => incoming.text.push_str(&text),
            ChatDelta::Reasoning(text) => incoming.reasoning.push_str(&text),
            ChatDelta::ToolCall { index, name, arguments } => {
                // A model numbers its calls itself; a wild number must not become a wild allocation.
                if index < 64 {
                    if incoming.calls.len() <= index {
                        incoming.calls.resize_with(index + 1, Default::default);
                    }
                    let call = &mut incoming.calls[index];
                    if let Some(name) = name {
                        call.0 = name;
                    }
                    call.1.push_str(&arguments);
                }
            }
            ChatDelta::Restarted => *incoming = Incoming { seat: incoming.seat, ..Incoming::default() },
            ChatDelta::Waiting { reason, .. } => incoming.waiting = Some(reason),
        }
        if !collected.due {
            collected.due = true;
            let (feed, reply) = (self.clone(), collected.reply);
            drop(collected);
            page::on_next_frame(move || feed.show(reply));
        }
    }

    fn end(&self) {
        self.collected.borrow_mut().reply += 1;
        self.play.incoming.set(None);
    }

    fn show(&self, reply: u64) {
        let mut collected = self.collected.borrow_mut();
        collected.due = false;
        if collected.reply != reply {
            return;
        }
        let incoming = collected.incoming.clone();
        drop(collected);
        // The page may have been left meanwhile.
        self.play.incoming.try_set(Some(incoming));
    }
}
