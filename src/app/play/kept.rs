//! Runs that were kept: shown again, taken up again, forked, begun again with another instruction.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::course::Course;
use super::{Play, Running, Shown, ShownRun};
use crate::app::App;
use crate::app::packs::LoadedPack;
use crate::app::recording::Recording;
use crate::app::runs::{RunRefusal, new_id, now_ms};
use crate::app::seats::Sitting;
use crate::chat::Message;
use crate::domain::{Task, World};
use crate::journal::{self, ForkChange, Header, Instruction, Journal, RunId, RunState, Summary, fold};
use crate::present::route::{PlayPlace, Route};
use crate::present::run_view::RunView;
use crate::present::strategies::{Strategies, refusal};
use crate::rollout::trajectory::conversation;
use crate::rollout::{OccupantKind, Seat, Seated, SeatedBy};
use crate::workspace::{BadLink, RunRecord};

/// Who goes on in a run that is forked or begun again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Who {
    /// Those who sat there, as far as this browser has them.
    #[default]
    AsRecorded,
    /// Those who are chosen now.
    AsChosen,
}

/// A run that is at hand with its world.
struct AtHand {
    journal: Arc<Journal>,
    /// How many entries of it are stored.
    stored: usize,
    world: Arc<World>,
    task: Arc<Task>,
}

impl Play {
    /// Does something with a run in the background; [`Play::refused`] says why, where it is not possible.
    pub fn attempt<E: std::fmt::Display>(self, deed: impl Future<Output = Result<(), E>> + 'static) {
        self.refused.set(None);
        spawn_local(async move {
            if let Err(refusal) = deed.await {
                self.refused.try_set(Some(refusal.to_string()));
            }
        });
    }

    /// Shows a run as far as it goes, and goes to its task.
    ///
    /// # Errors
    /// It is not there, or its pack is not loaded.
    pub async fn open_run(self, app: App, id: &RunId) -> Result<(), RunRefusal> {
        // One that runs is not read from storage, which may be behind it.
        let on_hand = self.running.with_untracked(|running| running.as_ref().filter(|own| own.run == *id).cloned());
        if let Some(running) = on_hand {
            self.bring_back(&running.task);
            app.go(&place_of(&running.pack, &running.task));
            return Ok(());
        }
        let at_hand = self.at_hand(id).await?;
        app.go(&place_of(&at_hand.journal.header.pack, &at_hand.task));
        self.show_run(&at_hand, true);
        Ok(())
    }

    /// Shows the run of a link, which is not kept.
    ///
    /// # Errors
    /// There is none in it, or its pack is not loaded.
    pub async fn open_link(self, app: App, payload: &str) -> Result<(), LinkRefusal> {
        let restored = self.runs.read_link(payload).await?;
        let at_hand = self.with_world(Arc::new(restored.journal.clone()), 0).await?;
        self.from_link.set_value(Some(restored));
        app.go(&place_of(&at_hand.journal.header.pack, &at_hand.task));
        self.show_run(&at_hand, false);
        Ok(())
    }

    /// Keeps the run of a link that is on show. Why it could not be stored, if it could not.
    pub async fn keep_shown(self) -> Result<(), RunRefusal> {
        let Some(restored) = self.from_link.try_update_value(Option::take).flatten() else { return Ok(()) };
        let report = self.runs.take_in(vec![restored.clone()], Vec::new()).await;
        if let Some(fault) = report.fault {
            self.from_link.set_value(Some(restored));
            return Err(fault.into());
        }
        let own = report.new.first().cloned().unwrap_or(restored.journal.header.id);
        self.open_as(&own).await
    }

    /// Goes on with a run that was interrupted, or that ended without a verdict. Nothing that was paid for is asked
    /// again.
    ///
    /// # Errors
    /// It can't go on, and why.
    pub async fn resume_run(self, id: &RunId) -> Result<(), RunRefusal> {
        self.check_free()?;
        // What this visit could not store is still locked by its recording.
        let own = self.recordings.with_value(|all| all.iter().find(|own| own.journal().header.id == *id).cloned());
        let lock = match own.as_ref().and_then(Recording::take_lock) {
            Some(lock) => Some(lock),
            None => self.runs.lock(id).await?,
        };
        // Read under the lock: until then another tab may have written it.
        let AtHand { journal, stored, world, task } = self.at_hand(id).await?;
        let folded = fold(Arc::clone(&world), Arc::clone(&task), &journal);
        if !folded.is_whole() {
            return Err(RunRefusal::Broken);
        }
        if !RunState::from(folded.episode.ending()).can_resume() {
            return Err(RunRefusal::Ended);
        }
        self.check_free()?;
        let (agent, user) = self.seats_of(&folded.seated, (&journal.header, &world, &task), Who::AsRecorded)?;
        self.recordings.update_value(|all| all.retain(|own| own.journal().header.id != *id));
        let journal = Arc::unwrap_or_clone(journal);
        self.drive(Course { journal, stored, world, task, agent, user, stepwise: false, resumes: true, lock });
        Ok(())
    }

    /// Starts a new run with the first `steps` steps of another one, and shows it. Gives the new run's id.
    ///
    /// # Errors
    /// The run is not there, its pack is not loaded, or another rollout runs.
    pub async fn fork_run(self, id: &RunId, steps: usize, change: ForkChange, who: Who) -> Result<RunId, RunRefusal> {
        self.check_free()?;
        let AtHand { journal, world, task, .. } = self.at_hand(id).await?;
        self.check_free()?;
        let folded = fold(Arc::clone(&world), Arc::clone(&task), &journal);
        let (agent, user) = self.seats_of(&folded.seated, (&journal.header, &world, &task), who)?;
        let seated = SeatedBy { agent: agent.by.clone(), user: user.by.clone() };
        let forked = journal::fork(&journal, &folded, steps, change, &seated, new_id(), now_ms());
        Ok(self.begin(forked, world, task, agent, user))
    }

    /// Starts a run of the same task under the same seed and trial with another instruction, and shows it. Gives its
    /// id; its header names the one to compare it with.
    ///
    /// # Errors
    /// As [`Play::fork_run`].
    pub async fn run_again(self, id: &RunId, instruction: Instruction, who: Who) -> Result<RunId, RunRefusal> {
        self.check_free()?;
        let AtHand { journal, world, task, .. } = self.at_hand(id).await?;
        self.check_free()?;
        let (agent, user) = self.seats_of(&journal.header.seated_by(), (&journal.header, &world, &task), who)?;
        let seated = SeatedBy { agent: agent.by.clone(), user: user.by.clone() };
        let header = journal::again(&journal.header, instruction, seated, new_id(), now_ms());
        Ok(self.begin(Journal::new(header), world, task, agent, user))
    }

    fn begin(
        self,
        journal: Journal,
        world: Arc<World>,
        task: Arc<Task>,
        agent: Seated<'static>,
        user: Seated<'static>,
    ) -> RunId {
        let id = journal.header.id.clone();
        self.drive(Course {
            journal,
            stored: 0,
            world,
            task,
            agent,
            user,
            stepwise: false,
            resumes: false,
            lock: None,
        });
        id
    }

    /// Shows, in the background, the last run of a task, if nothing else is on show by then.
    pub fn recall(self, pack: &LoadedPack, task: &Arc<Task>) {
        let (pack, task) = (pack.clone(), Arc::clone(task));
        spawn_local(async move {
            self.runs.read().await;
            let Some(last) = untrack(|| self.runs.last_of(&pack.pack, &task.id)) else { return };
            let is_free = || {
                self.shown.try_with_untracked(Option::is_none) == Some(true)
                    && self
                        .running
                        .with_untracked(|running| running.as_ref().is_none_or(|own| own.run != last.header.id))
                    && self.at.with_value(|at| at.as_ref().is_some_and(|at| Arc::ptr_eq(at, &task)))
            };
            if !is_free() {
                return;
            }
            // What can't be read is in the list of runs, which says so.
            let Ok(restored) = self.runs.load(&last.header.id).await else { return };
            if is_free() {
                let journal = Arc::new(restored.journal);
                self.show_run(&AtHand { stored: journal.events.len(), journal, world: pack.world, task }, true);
            }
        });
    }

    /// A run to look at, as far as it is recorded now.
    ///
    /// # Errors
    /// It is not there, or its pack is not loaded.
    pub async fn run_view(self, id: &RunId) -> Result<RunView, RunRefusal> {
        let AtHand { journal, world, task, .. } = self.at_hand(id).await?;
        let folded = fold(world, task, &journal);
        Ok(RunView::new(journal.header.clone(), &folded))
    }

    /// A run's conversation, however its models were asked.
    ///
    /// # Errors
    /// It is not there, or its pack is not loaded.
    pub async fn conversation(self, id: &RunId) -> Result<Vec<Message>, RunRefusal> {
        let AtHand { journal, world, task, .. } = self.at_hand(id).await?;
        Ok(conversation(fold(world, task, &journal).episode.trajectory()))
    }

    /// A run with its world, from memory if it runs or could not be stored, else from storage.
    async fn at_hand(self, id: &RunId) -> Result<AtHand, RunRefusal> {
        if let Some((journal, stored)) = self.recorded(id) {
            return self.with_world(journal, stored).await;
        }
        let journal = self.runs.load(id).await?.journal;
        let stored = journal.events.len();
        self.with_world(Arc::new(journal), stored).await
    }

    /// What this visit recorded of a run and still holds.
    fn recorded(self, id: &RunId) -> Option<(Arc<Journal>, usize)> {
        let recordings = self.recordings.get_value();
        let own = recordings.iter().find(|own| own.journal().header.id == *id)?;
        Some((own.journal(), own.stored()))
    }

    async fn with_world(self, journal: Arc<Journal>, stored: usize) -> Result<AtHand, RunRefusal> {
        let header = &journal.header;
        let pack = self.packs.wait_for(&header.pack).await.ok_or_else(|| RunRefusal::NoPack(header.pack.clone()))?;
        let task = pack.world.task(&header.task.split, header.task.index).cloned();
        let no_task = || RunRefusal::NoTask { pack: header.pack.clone(), task: header.task.clone() };
        Ok(AtHand { task: task.ok_or_else(no_task)?, world: pack.world, stored, journal })
    }

    fn show_run(self, at_hand: &AtHand, kept: bool) {
        let AtHand { journal, world, task, .. } = at_hand;
        let folded = fold(Arc::clone(world), Arc::clone(task), journal);
        let summary = Summary::of(journal, &folded.episode);
        if kept && untrack(|| self.runs.find(&journal.header.id)).is_some_and(|known| known.summary != summary) {
            // An import's summary was only told, or made by an older version.
            self.runs.put(RunRecord { header: journal.header.clone(), summary });
        }
        let header = Arc::new(journal.header.clone());
        let run = ShownRun { header, state: folded.episode.ending().into(), warnings: folded.warnings.clone(), kept };
        self.set_aside();
        // A task keeps its last rollout, and one that runs.
        let runs = self.running.with_untracked(|running| running.as_ref().map(|running| running.id));
        self.aside.update(|aside| aside.retain(|other| !Arc::ptr_eq(&other.task, task) || Some(other.id) == runs));
        let shown = Shown::of_run(self.next_id(), world, task, run, &folded);
        self.cursor.set(shown.steps.len());
        self.shown.set(Some(shown));
    }

    /// Shows a run of this browser in place of what is on show, without going anywhere.
    async fn open_as(self, id: &RunId) -> Result<(), RunRefusal> {
        let at_hand = self.at_hand(id).await?;
        self.show_run(&at_hand, true);
        Ok(())
    }

    fn seats_of(
        self,
        by: &SeatedBy,
        at_hand: (&Header, &World, &Task),
        who: Who,
    ) -> Result<(Seated<'static>, Seated<'static>), RunRefusal> {
        let (header, world, task) = at_hand;
        let strategies = Strategies::of_run(header);
        let sitting = Sitting { world, task, trial_seed: Running::trial_seed(header), strategies };
        let seated = |seat: Seat| {
            let again = match who {
                Who::AsRecorded => self.seats.again(seat, by.of(seat), &sitting),
                Who::AsChosen => None,
            };
            again.unwrap_or_else(|| self.seats.seated(seat, &sitting))
        };
        let (agent, user) = (seated(Seat::Agent), seated(Seat::User));
        for (seat, by) in [(Seat::Agent, &agent.by), (Seat::User, &user.by)] {
            // People find their way in any rollout; programs do not.
            if let Some(why) = refusal(strategies.of(seat), by.kind).filter(|_| by.kind == OccupantKind::Cast) {
                return Err(RunRefusal::Asked(why));
            }
        }
        Ok((agent, user))
    }
}

/// Why a link opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkRefusal {
    #[error(transparent)]
    Bad(#[from] BadLink),
    #[error(transparent)]
    Run(#[from] RunRefusal),
}

fn place_of(pack: &str, task: &Task) -> Route {
    Route::Play(PlayPlace::Task { pack: pack.to_owned(), task: task.id.clone() })
}
