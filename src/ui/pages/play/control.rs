//! What can be done on the Play page, as one value: buttons, keys and the command palette all use it.

use leptos::prelude::*;

use super::fork::instruction_of;
use super::instruction::Draft;
use super::place::PlaySite;
use super::scrubber;
use super::tasks::SEARCH_ID;
use crate::app::examples::{ExampleSets, use_examples};
use crate::app::pace::PaceChoice;
use crate::app::play::{Phase, Play, Running, Start, Who};
use crate::app::runs::{RunRefusal, SEED};
use crate::app::seats::{SeatChoice, SeatChoices, Sitting, use_seats};
use crate::app::{Action, App, InstructionVersions, use_app, use_versions};
use crate::cast::rules::Trade;
use crate::cast::trial_seed;
use crate::journal::{Examples, Instruction};
use crate::platform::clock::BrowserClock;
use crate::platform::page;
use crate::present::keys::Shortcut;
use crate::present::route::Route;
use crate::present::seating::Sitter;
use crate::present::strategies;
use crate::provider::Obstacle;
use crate::provider::http::Clock;
use crate::rollout::{AgentStrategy, Occupant, OccupantKind, Seat};
use crate::workspace::versions::Version;

/// The page's deeds. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Control {
    site: PlaySite,
    draft: Draft,
    app: App,
    play: Play,
    seats: SeatChoices,
    examples: ExampleSets,
    versions: InstructionVersions,
    /// Why the last deed was not possible, until the next one.
    pub refusal: RwSignal<Option<Refusal>>,
    /// How many steps a fork is to keep, while its dialog is open.
    pub forking: RwSignal<Option<usize>>,
    /// Whether a rollout is about to start.
    starting: StoredValue<bool>,
    /// When the last rollout was started here, on the browser's clock.
    started_ms: StoredValue<f64>,
}

/// How long after a start the buttons that take the place of “Run” stay deaf, in milliseconds: so that a double
/// click starts a rollout and does not stop it.
const DOUBLE_CLICK_MS: f64 = 500.0;

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The model of a seat cannot be called from this page.
    Obstacle { seat: Seat, what: String, advice: &'static str },
    /// A rollout of another task runs.
    Busy,
    /// Whoever is to take a seat can't be asked as the rollout asks.
    Asked(String),
    /// A few-shot agent has nothing to be shown, in the original's words.
    NoExamples(String),
    /// The task's own expected actions cannot be run.
    BrokenTask(String),
}

impl Control {
    /// What the agent works in, in the pack that is shown. Tracks.
    #[must_use]
    pub fn trade(self) -> Trade {
        let domain = self.site.world.with(|pack| pack.as_ref().map(|pack| pack.world.domain.name));
        domain.and_then(Trade::of_domain).unwrap_or_default()
    }

    #[must_use]
    pub fn new(site: PlaySite, draft: Draft) -> Self {
        Self {
            site,
            draft,
            app: use_app(),
            play: expect_context(),
            seats: use_seats(),
            examples: use_examples(),
            versions: use_versions(),
            refusal: RwSignal::new(None),
            forking: RwSignal::new(None),
            starting: StoredValue::new(false),
            started_ms: StoredValue::new(f64::NEG_INFINITY),
        }
    }

    /// Shows the expected actions.
    pub fn replay(self) {
        self.refusal.set(None);
        let (Some(world), Some(task)) = (self.site.world.get_untracked(), self.site.task.get_untracked()) else {
            return;
        };
        if let Err(error) = self.play.replay(&world.pack, &world.world, &task) {
            self.refusal.set(Some(Refusal::BrokenTask(error.message.to_string())));
        }
    }

    /// Starts a rollout with the instruction as it is edited; `stepwise` lets only its first call through.
    pub fn run(self, stepwise: bool) {
        self.run_with(self.draft.text.get_untracked(), stepwise);
    }

    /// Starts a rollout with an instruction.
    pub fn run_with(self, instruction: String, stepwise: bool) {
        if self.starting.get_value() || self.play.phase.get_untracked().is_running() {
            return;
        }
        self.refusal.set(None);
        if self.play.running.with_untracked(Option::is_some) {
            self.refusal.set(Some(Refusal::Busy));
            return;
        }
        let (Some(world), Some(task)) = (self.site.world.get_untracked(), self.site.task.get_untracked()) else {
            return;
        };
        let trial = self.play.runs.next_trial(&world.pack, &task.id, &instruction);
        let strategies = untrack(|| self.seats.strategies());
        let sitting =
            Sitting { world: &world.world, task: &task, trial_seed: trial_seed(SEED, &task.id, trial), strategies };
        let examples = match strategies.agent {
            AgentStrategy::FewShot => {
                let set = untrack(|| self.seats.asked()).examples;
                self.examples.draw(&set, SEED, task.id.index, trial)
            }
            _ => Ok(Examples::default()),
        };
        let examples = match examples {
            Ok(examples) => examples,
            Err(why) => return self.refusal.set(Some(Refusal::NoExamples(why.to_string()))),
        };
        let (agent, user) = (self.seats.seated(Seat::Agent, &sitting), self.seats.seated(Seat::User, &sitting));
        let start = Start {
            trial,
            pack: world.pack,
            world: world.world,
            task: task.0,
            agent,
            user,
            instruction: Instruction { text: instruction, ..Instruction::default() },
            strategies,
            examples,
            stepwise,
        };
        self.starting.set_value(true);
        leptos::task::spawn_local(async move {
            let refusal = self.obstacle().await;
            // The page may have been left meanwhile; then nothing is to start behind the user's back.
            if self.starting.try_set_value(false).is_some() {
                return;
            }
            if let Some(refusal) = refusal {
                self.refusal.set(Some(refusal));
            } else {
                self.started_ms.set_value(BrowserClock.now_ms());
                // What a rollout was made with is a version from now on.
                let name = self.draft.name_in_pack(&start.instruction.text);
                let version = self.versions.record(&start.instruction.text, name);
                let (name, version) = (version.label(), Some(version.id.to_string()));
                self.play.start(Start { instruction: Instruction { name, version, ..start.instruction }, ..start });
            }
        });
    }

    /// What stands between the page and the models, if that can be known before a call.
    async fn obstacle(self) -> Option<Refusal> {
        for seat in [Seat::Agent, Seat::User] {
            let refusal = self.obstacle_to(seat, &untrack(|| self.seats.chosen(seat))).await;
            if refusal.is_some() {
                return refusal;
            }
        }
        None
    }

    async fn obstacle_to(self, seat: Seat, choice: &SeatChoice) -> Option<Refusal> {
        let Obstacle { text, advice, .. } = self.seats.obstacle(choice).await?;
        Some(Refusal::Obstacle { seat, what: text, advice })
    }

    /// Gives a seat to somebody: of the rollout on show while it runs, and of those to come.
    pub fn choose(self, seat: Seat, choice: SeatChoice) {
        self.seats.choose(seat, choice.sitter.clone());
        if self.play.phase.get_untracked().is_running() {
            self.reseat(seat, choice);
        }
    }

    /// Takes a seat of the rollout on show.
    pub fn take_over(self, seat: Seat) {
        self.reseat(seat, untrack(|| self.seats.find(seat, Some(&Sitter::Person))));
    }

    /// Gives a seat that the person took to whoever is chosen for it, or else to the cast.
    pub fn hand_back(self, seat: Seat) {
        let chosen = untrack(|| self.seats.chosen(seat));
        let to_cast = || untrack(|| self.seats.find(seat, Some(&Sitter::cast(seat))));
        self.reseat(seat, if chosen.sitter == Sitter::Person { to_cast() } else { chosen });
    }

    /// Who sits in a seat of the rollout on show while it runs, else who is chosen for it. Tracks.
    #[must_use]
    pub fn occupant(self, seat: Seat) -> Occupant {
        let seated = self.play.phase.get().is_running().then(|| self.play.seated.get()).flatten();
        seated.map_or_else(|| self.seats.chosen(seat).by, |seated| seated.of(seat).clone())
    }

    fn reseat(self, seat: Seat, choice: SeatChoice) {
        self.refusal.set(None);
        let Some(Running { world, task, trial_seed, strategies, .. }) = self.play.running.get_untracked() else {
            return;
        };
        // A person's words and calls are brought into any form.
        let misfit = strategies::refusal(strategies.of(seat), choice.by.kind);
        if let Some(why) = misfit.filter(|_| choice.by.kind == OccupantKind::Cast) {
            self.refusal.set(Some(Refusal::Asked(why)));
            return;
        }
        leptos::task::spawn_local(async move {
            let refusal = self.obstacle_to(seat, &choice).await;
            if refusal.is_some() {
                self.refusal.try_set(refusal);
                return;
            }
            let sitting = Sitting { world: &world, task: &task, trial_seed, strategies };
            self.play.reseat(seat, self.seats.seat(seat, &choice, &sitting));
        });
    }

    /// Opens the dialog for a fork that keeps the first `steps` steps of the run on show.
    pub fn fork(self, steps: usize) {
        if self.play.shown.with_untracked(|shown| shown.as_ref().is_some_and(|shown| shown.run.is_some())) {
            self.forking.set(Some(steps));
        }
    }

    /// Runs the task of the run on show again with a version, under the same seed and trial, and puts the two side by
    /// side. Without a run on show it is an ordinary rollout.
    pub fn run_beside(self, version: &Version) {
        let run = self.play.shown.with_untracked(|shown| shown.as_ref().and_then(|shown| shown.run_id().cloned()));
        let Some(run) = run else { return self.run_with(version.text.to_string(), false) };
        let (play, app, instruction) = (self.play, self.app, instruction_of(version));
        play.attempt(async move {
            let own = play.run_again(&run, instruction, Who::AsRecorded).await?;
            app.go(&Route::Compare(run, own));
            Ok::<_, RunRefusal>(())
        });
    }

    /// Stops the rollout on show, by a button that stands where “Run” was.
    pub fn press_stop(self) {
        if !self.is_double_click() {
            self.play.stop();
        }
    }

    /// Pauses the rollout on show, by a button that stands where “Run” was.
    pub fn press_pause(self) {
        if !self.is_double_click() {
            self.play.pause();
        }
    }

    fn is_double_click(self) -> bool {
        BrowserClock.now_ms() - self.started_ms.get_value() < DOUBLE_CLICK_MS
    }

    /// Registers the page's keys and palette entries while the page is open.
    pub fn register(self) {
        let app: App = use_app();
        let (play, site) = (self.play, self.site);
        let time = scrubber::time(play);
        let ready = Signal::derive(move || site.task.with(Option::is_some) && !play.phase.get().is_running());
        let running = Signal::derive(move || play.phase.get().is_running());
        let steps = Signal::derive(move || {
            play.shown.with(|shown| shown.as_ref().is_some_and(|shown| !shown.steps.is_empty()))
        });
        let is_run =
            Signal::derive(move || play.shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.run.is_some())));
        let step = move || {
            if play.phase.get_untracked().is_running() {
                play.step();
            } else {
                self.run(true);
            }
        };
        let pause = move || match play.phase.get_untracked() {
            Phase::Paused | Phase::Pausing(_) => play.resume(),
            _ => play.pause(),
        };
        let held = move |seat: Seat, by_person: bool| {
            let is_person = move || self.occupant(seat).kind == OccupantKind::Person;
            Signal::derive(move || play.phase.get().is_running() && is_person() == by_person)
        };
        let take = move |id, name: &'static str, seat| {
            Action::new(id, "Seats", "user", name, move || self.take_over(seat)).enabled_when(held(seat, false))
        };
        let back = move |id, name: &'static str, seat| {
            Action::new(id, "Seats", "undo", name, move || self.hand_back(seat)).enabled_when(held(seat, true))
        };
        app.actions.register([
            take("play.take-agent", "Take over the agent's seat", Seat::Agent),
            take("play.take-customer", "Take over the customer's seat", Seat::User),
            back("play.hand-agent", "Hand back the agent's seat", Seat::Agent),
            back("play.hand-customer", "Hand back the customer's seat", Seat::User),
        ]);
        let seats = self.seats;
        app.actions.register(PaceChoice::ALL.map(|pace| {
            let (id, name) = match pace {
                PaceChoice::Slow => ("play.pace-slow", "Pace of programs: slow"),
                PaceChoice::Normal => ("play.pace-normal", "Pace of programs: normal"),
                PaceChoice::Instant => ("play.pace-instant", "Pace of programs: instant"),
            };
            Action::new(id, "Seats", "clock", name, move || seats.pace.choose(pace))
        }));
        app.actions.register([
            Action::new("play.run", "Play", "play", "Run this task", move || self.run(false))
                .with_shortcut(Shortcut::key("r"))
                .enabled_when(ready),
            Action::new("play.step", "Play", "step", "One model call", step)
                .with_shortcut(Shortcut::key("s"))
                .enabled_when(Signal::derive(move || site.task.with(Option::is_some))),
            Action::new("play.pause", "Play", "pause", "Pause or go on", pause)
                .with_shortcut(Shortcut::key("p"))
                .enabled_when(running),
            Action::new("play.stop", "Play", "stop", "Stop this rollout", move || play.stop())
                .with_shortcut(Shortcut::key("Escape"))
                .enabled_when(running),
            Action::new("play.replay", "Play", "replay", "Replay expected actions", move || self.replay())
                .with_shortcut(Shortcut::key("e"))
                .enabled_when(ready),
            Action::new("play.back", "Steps", "step-back", "One step back", move || play.seek_by(-1))
                .with_shortcut(Shortcut::key("ArrowLeft"))
                .enabled_when(steps),
            Action::new("play.on", "Steps", "step", "One step on", move || play.seek_by(1))
                .with_shortcut(Shortcut::key("ArrowRight"))
                .enabled_when(steps),
            Action::new("play.first", "Steps", "step-back", "To the start", move || play.seek(0))
                .with_shortcut(Shortcut::key("Home"))
                .enabled_when(steps),
            Action::new("play.last", "Steps", "step", "To the last step", move || play.seek(usize::MAX))
                .with_shortcut(Shortcut::key("End"))
                .enabled_when(steps),
            Action::new("play.toggle", "Steps", "play", "Play or rest the steps", move || scrubber::toggle(play, time))
                .with_shortcut(Shortcut::key(" "))
                .enabled_when(steps),
            Action::new("play.fork", "Steps", "fork", "Fork from this step…", move || {
                self.fork(play.cursor.get_untracked());
            })
            .with_shortcut(Shortcut::key("f"))
            .enabled_when(is_run),
            Action::new("play.search", "Tasks", "search", "Search tasks", || page::focus(&format!("#{SEARCH_ID}")))
                .with_shortcut(Shortcut::key("/")),
            Action::new("play.next", "Tasks", "arrow-right", "Next task", move || site.go_by(app, 1))
                .with_shortcut(Shortcut::key("n")),
            Action::new("play.previous", "Tasks", "arrow-right", "Previous task", move || site.go_by(app, -1))
                .with_shortcut(Shortcut::key("b")),
        ]);
    }
}
