//! Batches into files and out of them, and what went wrong in their lost rollouts.

use std::sync::Arc;

use leptos::prelude::*;

use super::{BatchRefusal, Batches, new_batch_id};
use crate::app::moments::{now_ms, when};
use crate::app::packs::LoadedPack;
use crate::journal::{BatchId, fold};
use crate::pack::results::{RecordedResult, RecordedRun, ResultsError};
use crate::platform::clock::{self, BrowserClock};
use crate::platform::files;
use crate::present::evaluate::original::{self, Target};
use crate::present::evaluate::{Board, Compared, FaultLine, Figures, Side, export, fault, report};
use crate::provider::http::Clock;
use crate::workspace::Restored;

/// How long files are worked on before the page gets a turn, in milliseconds.
const SLICE_MS: f64 = 12.0;

/// Why a file gives no batch.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ImportRefusal {
    #[error(transparent)]
    Results(#[from] ResultsError),
    #[error("The file holds no results of this benchmark.")]
    Empty,
    #[error(
        "None of the packs that are loaded has these tasks. Load the benchmark's pack on the Data page and drop the file again."
    )]
    NoPack,
    #[error(transparent)]
    Batch(#[from] BatchRefusal),
}

/// A lost rollout, and what rules found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    /// Its place in the batch.
    pub at: usize,
    pub lines: Vec<FaultLine>,
}

/// A file that a batch is handed on as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Csv,
    Markdown,
    Html,
}

/// Gives the page a turn from time to time.
pub(in crate::app) struct Turns {
    since_ms: f64,
}

impl Turns {
    pub(in crate::app) fn new() -> Self {
        Self { since_ms: BrowserClock.now_ms() }
    }

    pub(in crate::app) async fn next(&mut self) {
        if BrowserClock.now_ms() - self.since_ms > SLICE_MS {
            BrowserClock.sleep(0.0).await;
            self.since_ms = BrowserClock.now_ms();
        }
    }
}

impl Batches {
    /// Takes in a result file of the original: a batch whose rollouts are done again here.
    ///
    /// # Errors
    /// It is none, it is of tasks that no loaded pack has, or storage fails.
    pub async fn import(self, name: &str, content: &str) -> Result<BatchId, ImportRefusal> {
        let run = RecordedRun::read(content)?;
        if run.results.is_empty() {
            return Err(ImportRefusal::Empty);
        }
        let packs = untrack(|| self.packs.ready());
        let places = packs.iter().flat_map(|pack| pack.world.splits().map(move |split| (pack, split)));
        let rated = places.map(|(pack, split)| (original::fits(&pack.world, split, &run), pack, split));
        let best = rated.filter(|(fits, ..)| *fits > 0).max_by_key(|(fits, ..)| *fits);
        let (_, pack, split) = best.ok_or(ImportRefusal::NoPack)?;
        let target = Target { pack: &pack.pack, world: &pack.world, split };
        let mut record = original::record(&run, target, name, new_batch_id(), now_ms());
        let cells = record.cells();
        let mut turns = Turns::new();
        let mut runs = Vec::new();
        let with_task = run.results.iter().filter_map(|result| {
            let task = pack.world.task(split, usize::try_from(result.task_id).ok()?)?;
            // As the record has them.
            (result.trial >= 0 && u32::try_from(result.trial).is_ok()).then_some((result, task))
        });
        for (at, ((result, task), cell)) in with_task.zip(&cells).enumerate() {
            turns.next().await;
            let again = original::again(&pack.world, task, result);
            if let Some(own) = record.imported.as_mut().and_then(|imported| imported.results.get_mut(at)) {
                own.again = again;
            }
            let header = record.header(at, cell, (&pack.world, task), now_ms());
            if let Some(header) = header.filter(|_| !result.trajectory.is_empty()) {
                let (journal, summary) = original::journal(header, (&pack.world, task), result);
                runs.push(Restored { journal, summary, warnings: Vec::new() });
            }
        }
        let id = record.id.clone();
        self.keep(record).await?;
        self.runs.take_in_all(runs).await.map_err(BatchRefusal::from)?;
        Ok(id)
    }

    /// The text of an arm's result file in the original's form.
    ///
    /// # Errors
    /// The batch is not there, its pack is not loaded, or storage fails.
    pub async fn original_file(self, id: &BatchId, arm: usize) -> Result<(String, String), BatchRefusal> {
        let record = untrack(|| self.find(id)).ok_or(BatchRefusal::Gone)?;
        let run = RecordedRun { results: self.original_results(id, arm).await?, ..RecordedRun::default() };
        let [_, month, day, hour, minute] = clock::local(record.created_ms as f64);
        let moment = format!("{month:02}{day:02}{hour:02}{minute:02}00");
        Ok((export::original_name(&record, arm, &moment), self.runs.without_keys(run.write())))
    }

    /// The rollouts of an arm in the original's form, as far as they are recorded.
    ///
    /// # Errors
    /// The batch is not there, its pack is not loaded, or storage fails.
    pub async fn original_results(self, id: &BatchId, arm: usize) -> Result<Vec<RecordedResult>, BatchRefusal> {
        let record = untrack(|| self.find(id)).ok_or(BatchRefusal::Gone)?;
        let pack = self.pack_of(&record.pack).await?;
        let recorded = untrack(|| self.runs.in_batch(id));
        let mut turns = Turns::new();
        let mut results = Vec::new();
        for (at, cell) in record.cells().iter().enumerate().filter(|(_, cell)| cell.arm == arm) {
            let (Some(_), Some(task)) = (recorded.get(&at), pack.world.task(&record.split, cell.task)) else {
                continue;
            };
            let journal = self.runs.load(&record.run(at)).await?.journal;
            turns.next().await;
            let folded = fold(Arc::clone(&pack.world), Arc::clone(task), &journal);
            results.push(original::original_result(&journal.header, &folded));
        }
        Ok(results)
    }

    /// Hands a batch to the user as a file.
    pub fn save(self, board: &Board, others: &[Compared], kind: FileKind) {
        let figures: Vec<Figures> = (0..board.record.arms.len()).map(|arm| Figures::of(board, arm)).collect();
        let pack = untrack(|| self.packs.loaded(Some(&board.record.pack)));
        let world = pack.as_ref().map(|pack| &*pack.world);
        let title = |task: usize| {
            let found = world.and_then(|world| world.task(&board.record.split, task));
            found.and_then(|task| task.title.clone()).unwrap_or_default()
        };
        let mut compared = arms_compared(board);
        compared.extend(others.iter().cloned());
        let (ending, text) = match kind {
            FileKind::Csv => ("csv", export::csv(board, title)),
            FileKind::Markdown => ("md", export::markdown(board, &figures, &compared)),
            FileKind::Html => {
                let made = format!("made {}", when(now_ms()));
                ("html", report::html(board, &figures, &compared, world, &made))
            }
        };
        files::save(&format!("{}.{ending}", export::safe(&board.record.name)), &self.runs.without_keys(text));
    }

    /// What rules find in the lost rollouts of a batch, in their order. `tell` is called with each.
    ///
    /// # Errors
    /// The batch is not there, its pack is not loaded, or storage fails.
    pub async fn lost(self, board: &Board, tell: impl Fn(Lost)) -> Result<(), BatchRefusal> {
        let record = &board.record;
        let pack = self.pack_of(&record.pack).await?;
        let mut turns = Turns::new();
        for (at, place) in board.places.iter().enumerate() {
            let Some(task) = pack.world.task(&record.split, place.cell.task) else { continue };
            if !place.mark.is_failed() || !place.has_run {
                continue;
            }
            let journal = self.runs.load(&record.run(at)).await?.journal;
            turns.next().await;
            let folded = fold(Arc::clone(&pack.world), Arc::clone(task), &journal);
            tell(Lost { at, lines: fault::faults(&folded.episode) });
        }
        Ok(())
    }

    async fn pack_of(self, id: &str) -> Result<LoadedPack, BatchRefusal> {
        self.packs.wait_for(id).await.ok_or_else(|| BatchRefusal::NoPack(id.to_owned()))
    }
}

/// Every later arm of a batch against its first.
#[must_use]
pub fn arms_compared(board: &Board) -> Vec<Compared> {
    let first = Side::of(board, 0);
    let later = (1..board.record.arms.len()).filter_map(|arm| Side::of(board, arm));
    later.filter_map(|side| Compared::of(first.as_ref()?, &side)).collect()
}
