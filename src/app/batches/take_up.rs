//! Beginning a batch, or taking up one that was left: what is recorded stands, the rest is due.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::live::Live;
use super::{BatchPhase, BatchRefusal, Batches};
use crate::app::seats::Sitting;
use crate::journal::{BatchId, Examples, RunState};
use crate::platform::clock::BrowserClock;
use crate::platform::tabs;
use crate::present::strategies::Strategies;
use crate::provider::http::Clock;
use crate::rollout::{AgentStrategy, Batch, Cell, CellState, Event, Seat};
use crate::workspace::BatchRecord;

/// Keeps other tabs from driving a batch for as long as it is held; `None` where the browser has no locks.
pub(super) async fn lock(id: &BatchId) -> Result<Option<tabs::Held>, BatchRefusal> {
    match tabs::lock(&format!("taupe-batch-{id}")).await {
        tabs::Lock::Held(held) => Ok(Some(held)),
        tabs::Lock::Unknown => Ok(None),
        tabs::Lock::Elsewhere => Err(BatchRefusal::Elsewhere),
    }
}

impl Batches {
    pub(super) async fn take_up(self, id: &BatchId, again: bool) -> Result<(), BatchRefusal> {
        let record = untrack(|| self.find(id)).ok_or(BatchRefusal::Gone)?;
        if record.imported.is_some() {
            return Err(BatchRefusal::Imported);
        }
        let lock = lock(id).await?;
        // Under the lock: until then another tab may have gone on with it.
        self.runs.read().await;
        self.runs.refresh().await;
        let pack = self.packs.wait_for(&record.pack).await.ok_or_else(|| BatchRefusal::NoPack(record.pack.clone()))?;
        let world = pack.world;
        let cells: Arc<[Cell]> = record.cells().into();
        let missing = cells.iter().find(|cell| world.task(&record.split, cell.task).is_none());
        if let Some(cell) = missing {
            return Err(BatchRefusal::NoTask { pack: record.pack.clone(), task: record.task_id(cell) });
        }
        self.check_seats(&record, &world, &cells)?;
        for cell in cells.iter() {
            self.examples_of(&record, cell)?;
        }
        let batch = self.restored(&record, &cells, again).await?;
        if self.live_of(id).is_some() {
            return Ok(());
        }
        let live = Live::new(record, world, cells, batch, lock);
        self.live.update_value(|all| all.push(live.clone()));
        self.set_phase(id, Some(BatchPhase::Running));
        spawn_local(self.drive(live));
        Ok(())
    }

    /// Whether whoever is to be asked is here.
    fn check_seats(
        self,
        record: &BatchRecord,
        world: &crate::domain::World,
        cells: &[Cell],
    ) -> Result<(), BatchRefusal> {
        let Some(task) = cells.first().and_then(|cell| world.task(&record.split, cell.task)) else { return Ok(()) };
        let sitting = Sitting { world, task, trial_seed: 0, strategies: Strategies::default() };
        let agents = record.arms.iter().map(|arm| (Seat::Agent, &arm.agent));
        for (seat, by) in agents.chain([(Seat::User, &record.user)]) {
            if self.seats.again(seat, by, &sitting).is_none() {
                return Err(BatchRefusal::NoSeat(by.label.clone()));
            }
        }
        Ok(())
    }

    /// What a few-shot agent is shown in a rollout; nothing for other agents.
    pub(super) fn examples_of(self, record: &BatchRecord, cell: &Cell) -> Result<Examples, BatchRefusal> {
        let arm = record.arms.get(cell.arm).filter(|arm| arm.strategy == AgentStrategy::FewShot);
        let Some(arm) = arm else { return Ok(Examples::default()) };
        // Another set in its place would be another arm.
        if !untrack(|| self.examples.list()).iter().any(|set| set.id == arm.examples) {
            return Err(BatchRefusal::NoSet(arm.name.clone()));
        }
        Ok(self.examples.draw(&arm.examples, record.settings.seed, cell.task, cell.trial)?)
    }

    /// The schedule with what is recorded of it.
    async fn restored(self, record: &BatchRecord, cells: &[Cell], again: bool) -> Result<Batch, BatchRefusal> {
        let mut batch = Batch::of_cells(record.settings.clone(), cells.to_vec());
        for (at, run) in untrack(|| self.runs.in_batch(&record.id)) {
            let summary = &run.summary;
            let state = match (summary.reward, summary.state) {
                // What is left of it is its rating.
                (Some(_), _) if record.rater.is_some() && run.header.judgements.rating.is_none() => CellState::Waiting,
                (Some(reward), _) => CellState::Scored { reward, attempt: 1 },
                (None, RunState::Unscored) if !again => self.unscored(record, at).await?,
                (None, _) => CellState::Waiting,
            };
            let mut spent = summary.spent;
            if let Some(rating) = &run.header.judgements.rating {
                spent.merge(&rating.spent);
            }
            batch.restore_at(at, state, &spent);
        }
        Ok(batch)
    }

    /// A rollout without a verdict: has it attempts left?
    async fn unscored(self, record: &BatchRecord, at: usize) -> Result<CellState, BatchRefusal> {
        let journal = self.runs.load(&record.run(at)).await?.journal;
        let mut failures = journal.events.iter().filter_map(|event| match event.rollout() {
            Some(Event::Failed { error, .. }) => Some(error),
            _ => None,
        });
        let attempt = u32::try_from(failures.clone().count()).unwrap_or(u32::MAX).max(1);
        let may_pass = failures.next_back().is_some_and(|error| error.kind.may_pass());
        if may_pass && attempt < record.settings.attempts {
            return Ok(CellState::Resting { attempt, until_ms: BrowserClock.now_ms() });
        }
        Ok(CellState::Unscored { attempt })
    }
}
