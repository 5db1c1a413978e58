//! An evolution into files.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;

use super::{Evolutions, Refusal};
use crate::app::batches::keep::Turns;
use crate::domain::TaskId;
use crate::journal::{EvolutionId, fold};
use crate::pack::results::RecordedResult;
use crate::platform::clock;
use crate::platform::files;
use crate::present::archive::{TextFile, zip};
use crate::present::evaluate::export::safe;
use crate::present::evaluate::original;
use crate::present::evolve::files::{HeldOut, Parts, files as files_of, of_result};
use crate::workspace::EvolutionRecord;

impl Evolutions {
    /// Hands one of an evolution's files to the user.
    ///
    /// # Errors
    /// It can't be opened.
    pub async fn save_file(self, id: &EvolutionId, name: &str) -> Result<(), Refusal> {
        let record = untrack(|| self.find(id)).ok_or(Refusal::Gone)?;
        let all = self.files(id, &record, false).await?;
        let (_, text) = all.into_iter().find(|(own, _)| own == name).ok_or(Refusal::Gone)?;
        files::save(&format!("{}-{name}", safe(&record.name)), &text);
        Ok(())
    }

    /// Hands all of an evolution's files to the user, with its rollouts, as one archive.
    ///
    /// # Errors
    /// It can't be opened, or storage fails.
    pub async fn save_archive(self, id: &EvolutionId) -> Result<(), Refusal> {
        let record = untrack(|| self.find(id)).ok_or(Refusal::Gone)?;
        let all = self.files(id, &record, true).await?;
        files::save_bytes(&format!("{}.zip", safe(&record.name)), &zip(&all), "application/zip");
        Ok(())
    }

    /// The files of an evolution, without keys; `whole`: with its rollouts.
    async fn files(self, id: &EvolutionId, record: &EvolutionRecord, whole: bool) -> Result<Vec<TextFile>, Refusal> {
        self.open(id).await?;
        let without_keys = |all: Vec<TextFile>| {
            all.into_iter().map(|(name, text)| (name, self.runs.without_keys(text))).collect::<Vec<_>>()
        };
        if let Some(result) = untrack(|| self.imported(id)) {
            return Ok(without_keys(of_result(&result)));
        }
        let (rollouts, held_out) = match whole {
            true => (self.recorded(id, record).await?, self.held_out_results(record).await),
            false => (BTreeMap::new(), Vec::new()),
        };
        let [_, month, day, hour, minute] = clock::local(record.created_ms as f64);
        let moment = format!("{month:02}{day:02}{hour:02}{minute:02}00");
        let made = untrack(|| {
            self.with(id, |course| {
                let (evolution, rollouts, held_out) = (&course.evolution, &rollouts, held_out.as_slice());
                files_of(Parts { record: &course.record, evolution, rollouts, held_out, moment: &moment })
            })
        });
        Ok(without_keys(made.ok_or(Refusal::Gone)?))
    }

    /// The rollouts by number, in the original's form. Those whose run or task is not here are left out.
    async fn recorded(
        self,
        id: &EvolutionId,
        record: &EvolutionRecord,
    ) -> Result<BTreeMap<usize, RecordedResult>, Refusal> {
        let jobs: Vec<(usize, TaskId)> = untrack(|| {
            self.with(id, |course| {
                course.evolution.made().iter().map(|made| (made.job.number, made.job.task.clone())).collect()
            })
        })
        .ok_or(Refusal::Gone)?;
        let pack = self.packs.wait_for(&record.pack).await.ok_or_else(|| Refusal::NoPack(record.pack.clone()))?;
        let mut turns = Turns::new();
        let mut recorded = BTreeMap::new();
        for (number, task) in jobs {
            let Some(task) = pack.world.task(&task.split, task.index) else { continue };
            // A run that was deleted since is missing in the files too.
            let Ok(run) = self.runs.load(&record.run(number)).await else { continue };
            turns.next().await;
            let folded = fold(Arc::clone(&pack.world), Arc::clone(task), &run.journal);
            recorded.insert(number, original::original_result(&run.journal.header, &folded));
        }
        Ok(recorded)
    }

    /// The held-out evaluations; none where the batch is not here any more.
    async fn held_out_results(self, record: &EvolutionRecord) -> Vec<HeldOut> {
        let batch = record.held_out.as_ref().and_then(|id| untrack(|| self.batches.find(id)));
        let Some(batch) = batch else { return Vec::new() };
        let mut all = Vec::new();
        for (at, arm) in batch.arms.iter().enumerate() {
            let Ok(results) = self.batches.original_results(&batch.id, at).await else { continue };
            let folder = if at == 0 { "evaluation-seed" } else { "evaluation" }.to_owned();
            all.push(HeldOut { folder, instruction: arm.instruction.text.clone(), results });
        }
        all
    }
}
