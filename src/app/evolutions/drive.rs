//! The course of an evolution: what is due is done, each answer is stored before the next is asked for.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use futures::future::{Either, select};
use futures::stream::{FuturesUnordered, StreamExt};
use leptos::prelude::*;

use super::live::Live;
use super::{Evolutions, Held, Phase, Refusal};
use crate::app::rollouts::{Ended, Errand, must_be_mended};
use crate::app::runs::{RunRefusal, now_ms};
use crate::app::seats::Sitting;
use crate::cast::trial_seed;
use crate::chat::{ChatError, ChatErrorKind};
use crate::evolve::{Due, Evolution, Lesson, Reflection, RolloutJob};
use crate::gepa::{Failure, Outside};
use crate::pack::StorageFault;
use crate::platform::clock::BrowserClock;
use crate::present::strategies::Strategies;
use crate::provider::http::Clock;
use crate::rollout::batch::{Attempt, Limit};
use crate::rollout::{Batch, BatchSettings, Cell, CellState, Ending, Seat, Spent};
use crate::workspace::EvolutionRecord;

/// So many rollouts in a row that die of something that the user has to mend hold the evolution.
const BROKEN: u32 = 3;

/// What is due, apart from the evolution that it is due to.
enum Todo {
    Leave,
    Rollouts(Vec<RolloutJob>),
    Reflections(Vec<Reflection>),
    Nothing,
}

impl Todo {
    fn of(evolution: &Evolution) -> Self {
        match evolution.due() {
            Due::Leave { .. } => Self::Leave,
            Due::Rollouts(jobs) => Self::Rollouts(jobs.to_vec()),
            Due::Reflections(calls) => Self::Reflections(calls.to_vec()),
            Due::Ended(_) => Self::Nothing,
        }
    }
}

impl Evolutions {
    /// Drives an evolution to its end, or until it is stopped.
    pub(super) async fn drive(self, live: Rc<Live>) {
        while !live.stopped.get() {
            let todo = Todo::of(&live.course.borrow().evolution);
            match todo {
                Todo::Nothing => break,
                Todo::Leave => {
                    if self.let_on(&live).await {
                        self.leave(&live);
                    }
                }
                Todo::Rollouts(jobs) => {
                    if self.let_on(&live).await && !self.gave_up(&live) {
                        self.rollouts(&live, jobs).await;
                    }
                }
                Todo::Reflections(calls) => self.reflect(&live, calls).await,
            }
            self.keep_answers(&live).await;
            live.arrive();
            self.stir();
            live.breathe().await;
        }
        live.course.borrow_mut().held = None;
        self.put_course(&live.course);
        self.put(Arc::clone(&live.course.borrow().record));
        self.live.update_value(|all| all.retain(|own| !Rc::ptr_eq(own, &live)));
        self.set_phase(&live.id, None);
        self.stir();
    }

    /// Waits until a person lets the evolution come to its next decision; `false` once stopped.
    pub(super) async fn let_on(self, live: &Live) -> bool {
        loop {
            if live.take_leave() {
                live.course.borrow_mut().held = None;
                self.set_phase(&live.id, Some(Phase::Running));
                return true;
            }
            if live.stopped.get() {
                return false;
            }
            live.course.borrow_mut().held.get_or_insert(Held::Paused);
            self.set_phase(&live.id, Some(Phase::Paused));
            self.stir();
            live.rest(None).await;
        }
    }

    /// Holds the evolution until a person has mended something.
    pub(super) fn hold(self, live: &Live, why: String) {
        live.pause();
        live.course.borrow_mut().held = Some(Held::Trouble);
        self.set_phase(&live.id, Some(Phase::Paused));
        self.set_trouble(&live.id, why);
        self.stir();
    }

    /// Gives up what is due, where a person asked for that.
    pub(super) fn gave_up(self, live: &Live) -> bool {
        if !live.give_up.replace(false) {
            return false;
        }
        let failure = Failure { kind: "GivenUp".into(), message: "A person gave this step up.".into() };
        let mut course = live.course.borrow_mut();
        course.waiting.clear();
        // It waits for rollouts or replies, so it takes the failure.
        course.evolution.give_up(failure).is_ok()
    }

    /// Begins a pass, or lets a person's own instruction in.
    fn leave(self, live: &Live) {
        let mut course = live.course.borrow_mut();
        let (limits, spent) = (course.record.limits, course.spent());
        if let Some(limit) = limits.reached(&spent) {
            drop(course);
            return self.hold(live, reached(limit));
        }
        while let Some((text, parents)) = live.introductions.borrow_mut().pop_front() {
            if course.evolution.introduce(&text, parents).is_ok() {
                return;
            }
        }
        let outside = Outside {
            elapsed_seconds: live.elapsed_seconds(),
            reflection_cost_usd: course.reflection_spent.cost_usd.unwrap_or(0.0),
            ..Outside::default()
        };
        // Leave is what it waits for.
        _ = course.evolution.proceed(outside);
    }

    /// Makes the rollouts that are due and not made yet.
    async fn rollouts(self, live: &Rc<Live>, jobs: Vec<RolloutJob>) {
        let (record, jobs, spent) = {
            let course = live.course.borrow();
            let due = jobs.into_iter().filter(|job| !course.evolution.has(job.number)).collect::<Vec<_>>();
            (Arc::clone(&course.record), due, course.spent())
        };
        let cells = (0..jobs.len()).map(|at| Cell { arm: 0, task: at, trial: 0 }).collect();
        let settings = BatchSettings {
            concurrency: record.concurrency,
            limits: record.limits,
            ..BatchSettings::of_tasks(Vec::new())
        };
        let batch = RefCell::new(Batch::of_cells(settings, cells));
        batch.borrow_mut().spend(&spent);
        let last = RefCell::new(None);
        let place = Place { live, record: &record, batch: &batch, last: &last };
        let mut going = FuturesUnordered::new();
        loop {
            let due = batch.borrow().due(BrowserClock.now_ms());
            for at in due {
                let Some(job) = jobs.get(at) else { continue };
                batch.borrow_mut().begin(at);
                live.course.borrow_mut().going.push(job.number);
                going.push(self.place(place, job, at));
            }
            self.stir();
            let next = batch.borrow().next_at_ms();
            if going.is_empty() {
                let over = { live.stopped.get() || batch.borrow().limit().is_some() || batch.borrow().is_done() };
                if over || live.broken.get() >= BROKEN {
                    break;
                }
                live.rest(next).await;
            } else {
                let rest = live.rest(next);
                futures::pin_mut!(rest);
                // Whichever it is, what is due is looked at anew.
                match select(going.next(), rest).await {
                    Either::Left(_) | Either::Right(_) => {}
                }
            }
            if live.stopped.get() || live.broken.get() >= BROKEN {
                batch.borrow_mut().stop();
            }
        }
        drop(going);
        live.course.borrow_mut().going.clear();
        if live.stopped.get() {
            return;
        }
        let batch = batch.into_inner();
        let died = batch.cells().iter().filter(|(_, state)| !matches!(state, CellState::Scored { .. })).count();
        if let Some(limit) = batch.limit().filter(|_| died > 0) {
            self.hold(live, reached(limit));
        } else if died > 0 {
            let why = last.into_inner().unwrap_or_default();
            let rollouts = if died == 1 { "A rollout" } else { "Some rollouts" };
            self.hold(
                live,
                format!("{rollouts} of this step came to no verdict, so nothing is decided. {why} Go on to try again."),
            );
        }
    }

    /// Makes one rollout, and hands in what it came to.
    async fn place(self, place: Place<'_>, job: &RolloutJob, at: usize) {
        let Place { live, batch, last, .. } = place;
        let ended = match self.rollout(place, job).await {
            Ok(ended) => ended,
            Err(refusal) => {
                last.replace(Some(refusal.to_string()));
                Ended::failed(matches!(refusal, RunRefusal::Storage { .. } | RunRefusal::Elsewhere))
            }
        };
        batch.borrow_mut().end(at, ended.attempt, &Spent::default(), BrowserClock.now_ms());
        live.course.borrow_mut().going.retain(|number| *number != job.number);
        match ended.error {
            Some(error) => {
                live.broken.set(if must_be_mended(error.kind) { live.broken.get() + 1 } else { 0 });
                last.replace(Some(error.to_string()));
            }
            None => live.broken.set(0),
        }
        self.stir();
    }

    async fn rollout(self, place: Place<'_>, job: &RolloutJob) -> Result<Ended, RunRefusal> {
        let Place { live, record, batch, .. } = place;
        let world = &live.world;
        // Checked when the evolution was taken up.
        let Some(task) = world.task(&job.task.split, job.task.index).cloned() else { return Ok(Ended::failed(false)) };
        let header = record.header(job, (world, &task), now_ms());
        let run = header.id.clone();
        let sitting = Sitting {
            world,
            task: &task,
            trial_seed: trial_seed(record.seed, &task.id, job.trial),
            strategies: Strategies::of_run(&header),
        };
        let seat = |seat: Seat| self.seats.again(seat, record.seated_by().of(seat), &sitting);
        let (Some(agent), Some(user)) = (seat(Seat::Agent), seat(Seat::User)) else {
            return Ok(Ended::of_set_up("A model of this evolution is not here any more.".to_owned()));
        };
        let spend = |spent: &Spent| {
            live.spend(spent);
            batch.borrow_mut().spend(spent);
        };
        let errand = Errand { header, world, task: &task, agent, user, gate: &live.gate, pace: &**live, spend: &spend };
        let episode = self.bench.carry_out(errand).await?;
        if episode.ending().and_then(Ending::reward).is_none() {
            return Ok(Ended::of(&episode));
        }
        let rating = match &record.rater {
            None => None,
            Some(rater) => match self.bench.rating(rater, &run, (world, &episode), &live.gate, &spend).await {
                Some(Ok(rating)) => Some(rating),
                Some(Err(why)) => {
                    let error = Some(ChatError::new(ChatErrorKind::Truncated, why));
                    return Ok(Ended { attempt: Attempt::Failed { may_pass: true }, error });
                }
                None => return Ok(Ended { attempt: Attempt::Stopped, error: None }),
            },
        };
        if let Some(lesson) = Lesson::of(&episode, world, record.feedback, rating.as_ref()) {
            // Another rollout's end may have moved it on only where this one was not due any more.
            _ = live.course.borrow_mut().evolution.learn(job.number, lesson);
        }
        Ok(Ended::of(&episode))
    }

    /// Stores the answers that are not stored, with the record. Where storage refuses, it waits for a person.
    pub(super) async fn keep_answers(self, live: &Live) {
        loop {
            let (record, answers, from) = {
                let mut course = live.course.borrow_mut();
                let mut answers = live.unstored.take();
                answers.extend(course.evolution.take_answers());
                if answers.is_empty() {
                    return;
                }
                course.sum_up(now_ms());
                let from = course.evolution.answered() - answers.len();
                (Arc::clone(&course.record), answers, from)
            };
            match self.store().await.keep(&record, from, &answers).await {
                Ok(()) => return,
                Err(fault) => {
                    live.unstored.replace(answers);
                    if !self.wait_for_storage(live, fault).await {
                        return;
                    }
                }
            }
        }
    }

    /// Waits for what a person does about a storage that refuses; `false`: it is not to be tried again now.
    pub(super) async fn wait_for_storage(self, live: &Live, fault: StorageFault) -> bool {
        if live.unkept.get() || live.stopped.get() {
            return false;
        }
        let why = Refusal::from(fault);
        self.hold(live, format!("What came of this step could not be stored, so nothing more is asked for. {why}"));
        while live.is_held() && !live.stopped.get() && !live.unkept.get() {
            live.rest(None).await;
        }
        if live.unkept.get() {
            live.go_on();
        }
        self.clear_trouble(&live.id);
        !live.unkept.get()
    }
}

/// What the rollouts of a step have in common.
#[derive(Clone, Copy)]
struct Place<'a> {
    live: &'a Rc<Live>,
    record: &'a EvolutionRecord,
    batch: &'a RefCell<Batch>,
    /// Why the last rollout without a verdict has none.
    last: &'a RefCell<Option<String>>,
}

fn reached(limit: Limit) -> String {
    let what = match limit {
        Limit::Calls => "model calls",
        Limit::Tokens => "tokens",
        Limit::Cost => "money",
    };
    format!("The limit on {what} is reached. Raise it and go on, or stop here: what was found stays.")
}
