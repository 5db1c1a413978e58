//! Rollouts that no person takes part in, as batches and evolutions make them: taken up where a record of them stands,
//! and recorded as they go.

use std::sync::Arc;

use futures::future::{Either, LocalBoxFuture, select};
use leptos::prelude::*;

use super::judges::{self, Judges};
use super::recording::{Recording, Unsaved};
use super::runs::{RunRefusal, Runs, now_ms};
use crate::chat::{ChatError, ChatErrorKind};
use crate::domain::{Task, World};
use crate::journal::{Event as Entry, Header, Journal, RunId, fold};
use crate::rollout::batch::Attempt;
use crate::rollout::trajectory::conversation;
use crate::rollout::{Drive, Ending, Episode, Event, Gate, OccupantKind, Pace, Rating, Recorder, Seated, Spent, Table};
use crate::workspace::BatchRater;

/// What a rollout is made with.
pub(super) struct Errand<'a> {
    pub header: Header,
    pub world: &'a Arc<World>,
    pub task: &'a Arc<Task>,
    pub agent: Seated<'static>,
    pub user: Seated<'static>,
    pub gate: &'a Gate,
    pub pace: &'a dyn Pace,
    /// Told what each call used up, as it is made.
    pub spend: &'a dyn Fn(&Spent),
}

/// Where rollouts are kept. A small copyable handle.
#[derive(Clone, Copy)]
pub(super) struct Bench {
    pub runs: Runs,
    pub judges: Judges,
    /// The rollouts that run, and those that could not be stored.
    pub recordings: StoredValue<Vec<Recording>, LocalStorage>,
    /// What could not be stored.
    pub unsaved: RwSignal<Vec<Unsaved>>,
}

impl Bench {
    pub(super) fn new(runs: Runs, judges: Judges) -> Self {
        let (recordings, unsaved) = (StoredValue::new_local(Vec::new()), RwSignal::new(Vec::new()));
        Self { runs, judges, recordings, unsaved }
    }

    /// Makes a rollout, or goes on with it where something is recorded of it: nothing is asked for twice.
    ///
    /// # Errors
    /// Its record can't be had, or can't be written here.
    pub(super) async fn carry_out(self, errand: Errand<'_>) -> Result<Episode, RunRefusal> {
        let Errand { header, world, task, agent, user, gate, pace, spend } = errand;
        let id = header.id.clone();
        let is_program = |seated: &Seated<'_>| seated.by.kind == OccupantKind::Cast;
        let costs_nothing = is_program(&agent) && is_program(&user);
        let is_known = untrack(|| self.runs.find(&id)).is_some();
        let lock = if costs_nothing && !is_known { None } else { self.runs.lock(&id).await? };
        let journal = match is_known {
            true => match self.runs.load(&id).await {
                Ok(restored) => restored.journal,
                Err(RunRefusal::Gone) => Journal::new(header),
                Err(refusal) => return Err(refusal),
            },
            false => Journal::new(header),
        };
        let stored = journal.events.len();
        let folded = fold(Arc::clone(world), Arc::clone(task), &journal);
        if !folded.is_whole() {
            return Err(RunRefusal::Broken);
        }
        let mut episode = folded.episode;
        episode.reopen();
        let table = Table::new(agent, user);
        let recording = Recording::new(self.runs, journal, stored, self.unsaved, lock);
        self.recordings.update_value(|all| all.push(recording.clone()));
        let mut recorder = Counted { recording: recording.clone(), spend, at_once: !costs_nothing };
        if stored > 0 && episode.due().is_some() {
            recorder.keep(Event::Resumed, &episode).await;
        } else if !costs_nothing {
            recording.begin(&episode).await;
        }
        let drive =
            Drive { table: &table, gate, recorded: folded.seated, recorder: Some(&mut recorder), pace: Some(pace) };
        drive.run(&mut episode, &mut |_, _| {}).await;
        if costs_nothing && !recording.is_stored() {
            recording.finish(&episode).await;
        }
        self.recordings.update_value(|all| all.retain(|own| !own.is_stored()));
        Ok(episode)
    }

    /// The rating of a rollout with a verdict: the one that is kept with it, else a new one, which is then kept.
    /// `None` once stopped.
    ///
    /// # Errors
    /// Why there is none, as a sentence.
    pub(super) async fn rating(
        self,
        rater: &BatchRater,
        run: &RunId,
        at_hand: (&World, &Episode),
        gate: &Gate,
        spend: &dyn Fn(&Spent),
    ) -> Option<Result<Rating, String>> {
        if let Some(rated) = untrack(|| self.runs.find(run)).and_then(|run| run.header.judgements.rating.clone()) {
            return Some(Ok(rated.found.rating));
        }
        let Some(judge) = self.judges.seated(&rater.by) else {
            return Some(Err(format!("“{}”, which rates, is not here any more.", rater.by.label)));
        };
        let (world, episode) = at_hand;
        let tools = world.domain.specs();
        let said = conversation(episode.trajectory());
        let asked = Box::pin(judges::rate(&judge, rater.rubric.clone(), &tools, &said));
        match select(asked, Box::pin(gate.stopped())).await {
            Either::Left((Ok(rated), _)) => {
                spend(&rated.spent);
                let rating = rated.found.rating.clone();
                self.runs.judge(run, |judgements| judgements.rating = Some(rated));
                Some(Ok(rating))
            }
            Either::Left((Err(fault), _)) => Some(Err(format!("A rollout could not be rated. {fault}"))),
            Either::Right(_) => None,
        }
    }

    /// Tries to store again what could not be stored.
    pub(super) fn try_saving_again(self) {
        self.each_recording(Recording::try_again);
    }

    /// Lets rollouts go on without being stored for as long as storage refuses.
    pub(super) fn go_on_unsaved(self) {
        self.each_recording(Recording::go_on_unkept);
    }

    fn each_recording(self, act: impl Fn(&Recording)) {
        // Taken out first: what was waited for may come straight back here.
        let recordings = self.recordings.get_value();
        recordings.iter().for_each(act);
    }
}

/// How an attempt at a rollout ended.
pub(super) struct Ended {
    pub attempt: Attempt,
    /// What it died of.
    pub error: Option<ChatError>,
}

impl Ended {
    pub(super) const fn failed(may_pass: bool) -> Self {
        Self { attempt: Attempt::Failed { may_pass }, error: None }
    }

    /// What it was to be made with is not there.
    pub(super) fn of_set_up(why: String) -> Self {
        let error = Some(ChatError::new(ChatErrorKind::Config, why));
        Self { attempt: Attempt::Failed { may_pass: false }, error }
    }

    pub(super) fn of(episode: &Episode) -> Self {
        let ending = episode.ending();
        match (ending.and_then(Ending::reward), ending) {
            (Some(reward), _) => Self { attempt: Attempt::Scored(reward), error: None },
            (None, Some(Ending::Unscored { error, .. })) => {
                Self { attempt: Attempt::Failed { may_pass: error.kind.may_pass() }, error: Some(error.clone()) }
            }
            _ => Self { attempt: Attempt::Stopped, error: None },
        }
    }
}

/// Whether the next rollout will die of the same until its user does something.
pub(super) const fn must_be_mended(kind: ChatErrorKind) -> bool {
    matches!(
        kind,
        ChatErrorKind::Auth
            | ChatErrorKind::Billing
            | ChatErrorKind::ModelNotFound
            | ChatErrorKind::MixedContent
            | ChatErrorKind::Config
    )
}

/// Keeps a rollout's events, and tells what it uses up.
struct Counted<'a> {
    recording: Recording,
    spend: &'a dyn Fn(&Spent),
    /// Each event is stored before it has its effect. What programs say was not paid for: it is stored at the end.
    at_once: bool,
}

impl Recorder for Counted<'_> {
    fn keep<'a>(&'a mut self, event: Event, after: &'a Episode) -> LocalBoxFuture<'a, ()> {
        if let Event::Replied { reply, .. } = &event {
            let mut spent = Spent::default();
            spent.add(reply);
            (self.spend)(&spent);
        }
        if self.at_once {
            return self.recording.keep(event, after);
        }
        self.recording.note_event(Entry::new(now_ms(), event));
        Box::pin(std::future::ready(()))
    }
}
