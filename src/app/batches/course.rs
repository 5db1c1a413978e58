//! The course of a batch: what is due is begun, each rollout is driven and recorded for itself.

use std::rc::Rc;

use futures::future::{Either, select};
use futures::stream::{FuturesUnordered, StreamExt};
use leptos::prelude::*;

use super::live::Live;
use super::{BatchPhase, Batches};
use crate::app::rollouts::{Ended, Errand, must_be_mended};
use crate::app::runs::{RunRefusal, now_ms};
use crate::app::seats::Sitting;
use crate::cast::trial_seed;
use crate::platform::clock::BrowserClock;
use crate::present::strategies::Strategies;
use crate::provider::http::Clock;
use crate::rollout::{Ending, Seat, Spent};

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
        let by = header.seated_by();
        let seat = |seat: Seat| self.seats.again(seat, by.of(seat), &sitting);
        let (Some(agent), Some(user)) = (seat(Seat::Agent), seat(Seat::User)) else {
            // The endpoint was removed while the batch ran.
            return Ok(Ended::of_set_up("A model of this batch is not here any more.".to_owned()));
        };
        let spend = |spent: &Spent| live.batch.borrow_mut().spend(spent);
        let errand = Errand { header, world, task: &task, agent, user, gate: &live.gate, pace: &**live, spend: &spend };
        let episode = self.bench.carry_out(errand).await?;
        if let (Some(rater), Some(_)) = (&record.rater, episode.ending().and_then(Ending::reward)) {
            // One that could not be rated is rated when the batch goes on.
            let rating = self.bench.rating(rater, &id, (world, &episode), &live.gate, &spend).await;
            if let Some(Err(why)) = rating {
                self.set_trouble(&record.id, why);
            }
        }
        Ok(Ended::of(&episode))
    }
}
