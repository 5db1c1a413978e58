//! The sets of examples for few-shot agents.

use std::sync::Arc;

use leptos::prelude::*;

use super::moments::now_ms;
use super::play::Play;
use super::runs::{Keyless, RunRefusal, Runs};
use crate::journal::{Examples, RunId};
use crate::pack::StorageFault;
use crate::platform::page;
use crate::rollout::agent::few_shot::{self, DisplayFileError, FewShotError};
use crate::workspace::examples::{ExampleSet, ExampleSource, ExampleStore};

/// The sets. A small copyable handle.
#[derive(Clone, Copy)]
pub struct ExampleSets {
    list: RwSignal<Vec<Arc<ExampleSet>>>,
    /// What could not be read or stored, a sentence.
    pub trouble: RwSignal<Option<String>>,
    runs: Runs,
}

/// Why there is no new set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoExamples {
    #[error(transparent)]
    File(#[from] DisplayFileError),
    #[error(transparent)]
    Run(#[from] RunRefusal),
    #[error("{fault} {}", .fault.next_step())]
    Storage { fault: StorageFault },
}

impl ExampleSets {
    /// Makes the sets available to all components below.
    pub fn provide(runs: Runs) -> Self {
        let sets = Self { list: RwSignal::new(Vec::new()), trouble: RwSignal::new(None), runs };
        provide_context(sets);
        sets
    }

    /// Reads the kept sets.
    pub async fn restore(self) {
        match self.store().await.list().await {
            Ok((sets, unreadable)) => {
                self.list.update(|list| {
                    let added = std::mem::take(list);
                    list.extend(sets.into_iter().map(Arc::new));
                    list.extend(added);
                });
                if unreadable > 0 {
                    self.trouble.set(Some(format!("{unreadable} of the kept sets can't be read and are not shown.")));
                }
            }
            Err(fault) => self.trouble.set(Some(format!("The kept sets could not be read. {fault}"))),
        }
    }

    /// All sets, the oldest first. Tracks.
    #[must_use]
    pub fn list(self) -> Vec<Arc<ExampleSet>> {
        self.list.get()
    }

    /// The set of an id, else the first one. Tracks.
    #[must_use]
    pub fn find(self, id: &str) -> Option<Arc<ExampleSet>> {
        self.list.with(|list| list.iter().find(|set| set.id == id).or_else(|| list.first()).cloned())
    }

    /// What the agent of a rollout is shown of a set: the same for the same seed, task and trial. Does not track.
    ///
    /// # Errors
    /// There is no set, or it is too small.
    pub fn draw(self, id: &str, seed: u64, task: usize, trial: u32) -> Result<Examples, FewShotError> {
        let set = untrack(|| self.find(id)).ok_or(FewShotError::Missing)?;
        let displays = few_shot::draw_for(&set.displays, seed, task, trial)?;
        Ok(Examples { from: set.name.clone(), displays })
    }

    /// Takes in a file of displays.
    ///
    /// # Errors
    /// It is none, or can't be stored.
    pub async fn add_file(self, file: &str, content: &[u8]) -> Result<Arc<ExampleSet>, NoExamples> {
        let displays = few_shot::read_file(&String::from_utf8_lossy(content))?;
        let name = file.rsplit_once('.').map_or(file, |(name, _)| name).to_owned();
        self.add(name, ExampleSource::File(file.to_owned()), displays).await
    }

    /// Makes a set of runs.
    ///
    /// # Errors
    /// A run is not there, its pack is not loaded, or the set can't be stored.
    pub async fn add_runs(self, play: Play, name: String, runs: &[RunId]) -> Result<Arc<ExampleSet>, NoExamples> {
        let mut displays = Vec::new();
        for run in runs {
            displays.push(few_shot::display(&play.conversation(run).await?));
        }
        few_shot::check(&displays, 1).map_err(DisplayFileError::from)?;
        self.add(name, ExampleSource::Runs, displays).await
    }

    async fn add(
        self,
        name: String,
        from: ExampleSource,
        displays: Vec<String>,
    ) -> Result<Arc<ExampleSet>, NoExamples> {
        let set = Arc::new(ExampleSet { id: page::random_id(), name, from, created_ms: now_ms(), displays });
        self.store().await.keep(&set).await.map_err(|fault| NoExamples::Storage { fault })?;
        self.list.update(|list| list.push(Arc::clone(&set)));
        Ok(set)
    }

    /// Deletes a set.
    ///
    /// # Errors
    /// Storage fails; then it is still there.
    pub async fn delete(self, id: &str) -> Result<(), NoExamples> {
        self.store().await.delete(id).await.map_err(|fault| NoExamples::Storage { fault })?;
        self.list.update(|list| list.retain(|set| set.id != id));
        Ok(())
    }

    /// Puts a deleted set back.
    ///
    /// # Errors
    /// Storage fails; then it stays deleted.
    pub async fn put_back(self, set: Arc<ExampleSet>) -> Result<(), NoExamples> {
        self.store().await.keep(&set).await.map_err(|fault| NoExamples::Storage { fault })?;
        self.list.update(|list| list.push(set));
        Ok(())
    }

    async fn store(self) -> ExampleStore<Keyless> {
        ExampleStore::new(self.runs.keyless().await)
    }
}

/// The sets.
///
/// # Panics
/// Outside the mounted page, which provides them before anything is built.
#[must_use]
pub fn use_examples() -> ExampleSets {
    expect_context()
}
