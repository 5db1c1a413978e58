//! The course of a batch: what is due is begun, each rollout is driven and recorded for itself.

use std::rc::Rc;
use std::sync::Arc;

use futures::future::{Either, LocalBoxFuture, select};
use futures::stream::{FuturesUnordered, StreamExt};
use leptos::prelude::*;

use super::live::Live;
use super::{BatchPhase, Batches};
use crate::app::judges;
use crate::app::recording::Recording;
use crate::app::runs::{RunRefusal, now_ms};
use crate::app::seats::Sitting;
use crate::cast::trial_seed;
use crate::chat::{ChatError, ChatErrorKind};
use crate::journal::{Event as Entry, Journal, RunId, fold};
use crate::platform::clock::BrowserClock;
use crate::present::strategies::Strategies;
use crate::provider::http::Clock;
use crate::rollout::batch::Attempt;
use crate::rollout::trajectory::conversation;
use crate::rollout::{Drive, Ending, Episode, Event, OccupantKind, Recorder, Seat, Seated, SeatedBy, Spent, Table};

/// So many rollouts in a row that die of something that the user has to mend pause the batch.
const BROKEN: u32 = 3;

impl Batches {
    /// Drives a batch until nothing is left to begin.
    pub(super) async fn drive(self, live: Rc<Live>) {
        let mut going = FuturesUnordered::new();
        loop {
            let due = live.batch.borrow().due(BrowserClock.now_ms());
            for at in due {
                live.batch.borrow_mut().begin(at);
                going.push(self.place(Rc::clone(&live), at));
            }
            self.stir();
            if going.is_empty() {
                if live.is_over() {
                    break;
                }
                live.rest().await;
            } else {
                let rest = live.rest();
                futures::pin_mut!(rest);
                // Whichever it is, what is due is looked at anew.
                match select(going.next(), rest).await {
                    Either::Left(_) | Either::Right(_) => {}
                }
            }
        }
        let id = &live.record.id;
        self.live.update_value(|all| all.retain(|own| !Rc::ptr_eq(own, &live)));
        self.set_phase(id, None);
        self.stir();
    }

    /// Makes the rollout of a place, and tells the schedule what came of it.
    async fn place(self, live: Rc<Live>, at: usize) {
        let ended = match self.rollout(&live, at).await {
            Ok(ended) => ended,
            Err(refusal) => {
                self.set_trouble(&live.record.id, refusal.to_string());
                Ended::failed(matches!(refusal, RunRefusal::Storage { .. } | RunRefusal::Elsewhere))
            }
        };
        live.batch.borrow_mut().end(at, ended.attempt, &Spent::default(), BrowserClock.now_ms());
        match ended.error {
            Some(error) if must_be_mended(error.kind) => {
                live.broken.set(live.broken.get() + 1);
                if live.broken.get() >= BROKEN && !live.stopped.get() {
                    live.pause();
                    self.set_phase(&live.record.id, Some(BatchPhase::Paused));
                    self.set_trouble(&live.record.id, format!("Paused, since several rollouts failed alike: {error}"));
                }
            }
            Some(_) => {}
            None => live.broken.set(0),
        }
        self.stir();
    }

    async fn rollout(self, live: &Rc<Live>, at: usize) -> Result<Ended, RunRefusal> {
        let (record, world) = (&live.record, &live.world);
        // Checked when the batch was taken up.
        let Some(cell) = live.cells.get(at) else { return Ok(Ended::failed(false)) };
        let Some(task) = world.task(&record.split, cell.task).cloned() else { return Ok(Ended::failed(false)) };
        let Some(mut header) = record.header(at, cell, (world, &task), now_ms()) else {
            return Ok(Ended::failed(false));
        };
        match self.examples_of(record, cell) {
            Ok(examples) => header.examples = examples,
            // The set was deleted while the batch ran.
            Err(why) => return Ok(Ended::of_set_up(why.to_string())),
        }
        let id = header.id.clone();
        let sitting = Sitting {
            world,
            task: &task,
            trial_seed: trial_seed(record.settings.seed, &task.id, cell.trial),
            strategies: Strategies::of_run(&header),
        };
        let seat = |seat: Seat, by: &SeatedBy| self.seats.again(seat, by.of(seat), &sitting);
        let by = header.seated_by();
        let (Some(agent), Some(user)) = (seat(Seat::Agent, &by), seat(Seat::User, &by)) else {
            // The endpoint was removed while the batch ran.
            return Ok(Ended::of_set_up("A model of this batch is not here any more.".to_owned()));
        };
        let is_program = |seated: &Seated<'_>| seated.by.kind == OccupantKind::Cast;
        let costs_nothing = is_program(&agent) && is_program(&user);

        // Where something is recorded of it, it goes on from there: nothing is asked for twice.
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
        let folded = fold(Arc::clone(world), Arc::clone(&task), &journal);
        if !folded.is_whole() {
            return Err(RunRefusal::Broken);
        }
        let mut episode = folded.episode;
        episode.reopen();
        let table = Table::new(agent, user);
        let recording = Recording::new(self.runs, journal, stored, self.unsaved, lock);
        self.recordings.update_value(|all| all.push(recording.clone()));
        let mut recorder = Counted { recording: recording.clone(), live, at_once: !costs_nothing };
        if stored > 0 && episode.due().is_some() {
            recorder.keep(Event::Resumed, &episode).await;
        } else if !costs_nothing {
            recording.begin(&episode).await;
        }
        let drive = Drive {
            table: &table,
            gate: &live.gate,
            recorded: folded.seated,
            recorder: Some(&mut recorder),
            pace: Some(&**live),
        };
        drive.run(&mut episode, &mut |_, _| {}).await;
        if costs_nothing && !recording.is_stored() {
            recording.finish(&episode).await;
        }
        self.recordings.update_value(|all| all.retain(|own| !own.is_stored()));
        if episode.ending().and_then(Ending::reward).is_some() {
            self.rate(live, &id, &episode).await;
        }
        Ok(Ended::of(&episode))
    }

    /// Has a rollout with a verdict rated where the batch has a rater. One that could not be rated is rated when the
    /// batch goes on.
    async fn rate(self, live: &Live, run: &RunId, episode: &Episode) {
        let Some(rater) = &live.record.rater else { return };
        if untrack(|| self.runs.find(run)).is_some_and(|run| run.header.judgements.rating.is_some()) {
            return;
        }
        let Some(judge) = self.judges.seated(&rater.by) else {
            return self
                .set_trouble(&live.record.id, format!("“{}”, which rates, is not here any more.", rater.by.label));
        };
        let tools = live.world.domain.specs();
        let said = conversation(episode.trajectory());
        let asked = Box::pin(judges::rate(&judge, rater.rubric.clone(), &tools, &said));
        match select(asked, Box::pin(live.gate.stopped())).await {
            Either::Left((Ok(rated), _)) => {
                live.batch.borrow_mut().spend(&rated.spent);
                self.runs.judge(run, |judgements| judgements.rating = Some(rated));
            }
            Either::Left((Err(fault), _)) => {
                self.set_trouble(&live.record.id, format!("A rollout could not be rated. {fault}"));
            }
            Either::Right(_) => {}
        }
    }
}

/// How an attempt at a rollout ended.
struct Ended {
    attempt: Attempt,
    /// What it died of.
    error: Option<ChatError>,
}

impl Ended {
    const fn failed(may_pass: bool) -> Self {
        Self { attempt: Attempt::Failed { may_pass }, error: None }
    }

    /// What it was to be made with is not there.
    fn of_set_up(why: String) -> Self {
        let error = Some(ChatError::new(ChatErrorKind::Config, why));
        Self { attempt: Attempt::Failed { may_pass: false }, error }
    }

    fn of(episode: &Episode) -> Self {
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
const fn must_be_mended(kind: ChatErrorKind) -> bool {
    matches!(
        kind,
        ChatErrorKind::Auth
            | ChatErrorKind::Billing
            | ChatErrorKind::ModelNotFound
            | ChatErrorKind::MixedContent
            | ChatErrorKind::Config
    )
}

/// Keeps a rollout's events, and counts what it uses up against the batch's limits.
struct Counted<'a> {
    recording: Recording,
    live: &'a Live,
    /// Each event is stored before it has its effect. What programs say was not paid for: it is stored at the end.
    at_once: bool,
}

impl Recorder for Counted<'_> {
    fn keep<'a>(&'a mut self, event: Event, after: &'a Episode) -> LocalBoxFuture<'a, ()> {
        if let Event::Replied { reply, .. } = &event {
            let mut spent = Spent::default();
            spent.add(reply);
            self.live.batch.borrow_mut().spend(&spent);
        }
        if self.at_once {
            return self.recording.keep(event, after);
        }
        self.recording.note_event(Entry::new(now_ms(), event));
        Box::pin(std::future::ready(()))
    }
}
