//! The course of a rollout: begun or taken up again, driven, recorded, shown.

use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Phase, Play, Running, Shown, ShownRun};
use crate::app::incoming::Feed;
use crate::app::recording::Recording;
use crate::app::runs::{RunRefusal, SEED, new_id, now_ms};
use crate::domain::{Task, World};
use crate::journal::{Examples, Header, Instruction, Journal, Judgements, content_digest, fold};
use crate::platform::tabs;
use crate::present::strategies::Strategies;
use crate::present::task_line::task_line;
use crate::rollout::{DEFAULT_MAX_STEPS, Drive, Episode, Event, Gate, Progress, Recorder, Seat, Seated, Table};

/// What a rollout is started with.
pub struct Start {
    pub pack: String,
    pub world: Arc<World>,
    pub task: Arc<Task>,
    pub agent: Seated<'static>,
    pub user: Seated<'static>,
    pub instruction: Instruction,
    /// How the models are asked; it suits those in the seats.
    pub strategies: Strategies,
    /// What a few-shot agent is shown.
    pub examples: Examples,
    /// [`Runs::next_trial`](crate::app::runs::Runs::next_trial): what the cast was made for.
    pub trial: u32,
    /// Begin paused, with one call let through.
    pub stepwise: bool,
}

/// A rollout about to be driven, from its beginning or on from where its journal ends.
pub(super) struct Course {
    pub journal: Journal,
    /// How many of its entries are stored.
    pub stored: usize,
    pub world: Arc<World>,
    pub task: Arc<Task>,
    pub agent: Seated<'static>,
    pub user: Seated<'static>,
    pub stepwise: bool,
    /// It was left, or had ended without a verdict.
    pub resumes: bool,
    /// Taken already where the run is not new.
    pub lock: Option<tabs::Held>,
}

impl Play {
    /// Starts a rollout and shows it. Does nothing while another one runs.
    pub fn start(self, start: Start) {
        let Start { pack, world, task, agent, user, instruction, strategies, examples, trial, stepwise } = start;
        let title = task_line(world.domain, &task).title;
        let header = Header {
            id: new_id(),
            created_ms: now_ms(),
            title,
            note: String::new(),
            pack,
            domain: world.domain.name.to_owned(),
            task: task.id.clone(),
            task_title: task.title.clone().unwrap_or_default(),
            content: content_digest(&world, &task),
            agent: agent.by.clone(),
            user: user.by.clone(),
            instruction,
            strategy: strategies.agent,
            examples,
            user_strategy: strategies.user,
            temperature: None,
            max_steps: DEFAULT_MAX_STEPS,
            seed: SEED,
            trial,
            forked_from: None,
            beside: None,
            batch: None,
            judgements: Judgements::default(),
        };
        let journal = Journal::new(header);
        self.drive(Course { journal, stored: 0, world, task, agent, user, stepwise, resumes: false, lock: None });
    }

    /// Shows a rollout and drives it on. Does nothing while another one runs.
    pub(super) fn drive(self, course: Course) {
        if self.running.with_untracked(Option::is_some) {
            return;
        }
        let Course { journal, stored, world, task, agent, user, stepwise, resumes, lock } = course;
        let folded = fold(Arc::clone(&world), Arc::clone(&task), &journal);
        let header = Arc::new(journal.header.clone());
        self.set_aside();
        // A task keeps its last rollout.
        self.aside.update(|aside| aside.retain(|other| !Arc::ptr_eq(&other.task, &task)));
        let gate = Rc::new(if stepwise { Gate::closed() } else { Gate::default() });
        if stepwise {
            gate.step();
        }
        let table = Rc::new(Table::new(agent, user));
        self.seated.set(Some(table.seated_by()));
        self.table.set_value(Some(Rc::clone(&table)));
        self.gate.set_value(Some(Rc::clone(&gate)));

        let mut episode = folded.episode.clone();
        if resumes {
            episode.reopen();
        }
        let id = self.next_id();
        self.running_phase.set(Phase::Asking(episode.due().unwrap_or(Seat::User)));
        self.running.set(Some(Running {
            id,
            run: header.id.clone(),
            pack: header.pack.clone(),
            world: Arc::clone(&world),
            task: Arc::clone(&task),
            trial_seed: Running::trial_seed(&header),
            strategies: Strategies::of_run(&header),
        }));
        let run = ShownRun { header, state: episode.ending().into(), warnings: folded.warnings.clone(), kept: true };
        let mut shown = Shown::of_run(id, &world, &task, run, &folded);
        if resumes {
            (shown.verdict, shown.ending) = (None, None);
        }
        self.cursor.set(shown.steps.len());
        self.shown.set(Some(shown));

        spawn_local(async move {
            let lock = match lock {
                Some(lock) => Some(lock),
                // A new run is nobody else's.
                None => self.runs.lock(&journal.header.id).await.ok().flatten(),
            };
            let mut recording = Recording::new(self.runs, journal, stored, self.unsaved, lock);
            self.recordings.update_value(|recordings| recordings.push(recording.clone()));
            if resumes {
                recording.keep(Event::Resumed, &episode).await;
            } else {
                recording.begin(&episode).await;
            }
            let feed = Feed::new(self.incoming);
            let mut watch = |episode: &Episode, progress: Progress| self.follow(id, episode, progress, &feed);
            let drive = Drive {
                table: &table,
                gate: &gate,
                recorded: folded.seated,
                recorder: Some(&mut recording),
                pace: Some(&self.seats.pace),
            };
            drive.run(&mut episode, &mut watch).await;
            // One that had ended before, such as a fork at the last step, was not driven at all.
            self.end();
            // What could not be stored stays at hand.
            self.recordings.update_value(|recordings| recordings.retain(|own| !own.is_stored()));
        });
    }

    fn end(self) {
        self.running_phase.set(Phase::Idle);
        self.running.set(None);
        self.seated.set(None);
        self.gate.set_value(None);
        self.table.set_value(None);
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
            self.end();
        }
    }

    /// Gives a seat of the running rollout to another. If its call is out, that call is dropped.
    pub fn reseat(self, seat: Seat, seated: Seated<'static>) {
        // Taken out first: the table wakes the rollout, which may come straight back here.
        let table = self.table.with_value(Clone::clone);
        if let Some(table) = table {
            table.seat(seat, seated);
            self.seated.set(Some(table.seated_by()));
        }
    }

    /// Tries to store again what could not be stored.
    pub fn try_saving_again(self) {
        self.each_recording(Recording::try_again);
    }

    /// Lets the rollout go on without being stored for as long as storage refuses.
    pub fn go_on_unsaved(self) {
        self.each_recording(Recording::go_on_unkept);
    }

    /// The text of a file with the runs of this visit that could not be stored.
    #[must_use]
    pub fn unsaved_file(self) -> String {
        let recordings = self.recordings.get_value();
        let unsaved: Vec<_> = recordings.iter().filter(|own| !own.is_stored()).map(Recording::content).collect();
        self.runs.file_of(unsaved.iter().map(|(journal, summary)| (&**journal, summary)))
    }

    fn each_recording(self, act: impl Fn(&Recording)) {
        // Taken out first: what was waited for may come straight back here.
        let recordings = self.recordings.get_value();
        recordings.iter().for_each(act);
    }

    /// A refusal where a rollout runs already.
    pub(super) fn check_free(self) -> Result<(), RunRefusal> {
        if self.running.with_untracked(Option::is_some) { Err(RunRefusal::Busy) } else { Ok(()) }
    }
}
