//! A world: one domain with its fresh database, its policy and its tasks.

use std::sync::{Arc, OnceLock};

use super::replay::Reference;
use super::{Database, Domain, Task};
use crate::py::PyResult;

/// Everything a rollout starts from. Shared and never changed; environments clone the database.
#[derive(Debug)]
pub struct World {
    pub domain: &'static Domain,
    /// As loaded. A clone of it is a fresh database and costs a few pointers.
    pub database: Database,
    /// The rules that the agent must follow, as Markdown.
    pub policy: String,
    splits: Vec<Split>,
}

#[derive(Debug)]
struct Split {
    name: String,
    tasks: Vec<Arc<Task>>,
    /// The reference of each task, made when first asked for.
    references: Vec<OnceLock<Arc<Reference>>>,
}

impl World {
    /// A world with its splits in the given order. A task's id should name its split and its position there.
    #[must_use]
    pub fn new(
        domain: &'static Domain,
        database: Database,
        policy: String,
        splits: impl IntoIterator<Item = (String, Vec<Task>)>,
    ) -> Self {
        let splits = splits
            .into_iter()
            .map(|(name, tasks)| Split {
                name,
                references: tasks.iter().map(|_| OnceLock::new()).collect(),
                tasks: tasks.into_iter().map(Arc::new).collect(),
            })
            .collect();
        Self { domain, database, policy, splits }
    }

    /// Names of the splits, in order.
    pub fn splits(&self) -> impl Iterator<Item = &str> {
        self.splits.iter().map(|split| split.name.as_str())
    }

    /// The tasks of a split by position; `None` for a split that the world does not have.
    #[must_use]
    pub fn tasks(&self, split: &str) -> Option<&[Arc<Task>]> {
        self.split(split).map(|split| split.tasks.as_slice())
    }

    #[must_use]
    pub fn task(&self, split: &str, index: usize) -> Option<&Arc<Task>> {
        self.tasks(split)?.get(index)
    }

    fn split(&self, name: &str) -> Option<&Split> {
        self.splits.iter().find(|split| split.name == name)
    }

    /// What the expected actions of a task lead to. For this world's own tasks it is made once and kept.
    ///
    /// # Errors
    /// What [`Reference::of`] raises.
    pub fn reference(&self, task: &Arc<Task>) -> PyResult<Arc<Reference>> {
        let Some(kept) = self.kept_reference(task) else {
            return Reference::of(self, task).map(Arc::new);
        };
        if let Some(reference) = kept.get() {
            return Ok(Arc::clone(reference));
        }
        let reference = Reference::of(self, task).map(Arc::new)?;
        Ok(Arc::clone(kept.get_or_init(|| reference)))
    }

    /// The place for a task's reference; an edited copy of a task has none, though its id may be the same.
    fn kept_reference(&self, task: &Arc<Task>) -> Option<&OnceLock<Arc<Reference>>> {
        let split = self.split(&task.id.split)?;
        let own = split.tasks.get(task.id.index)?;
        if Arc::ptr_eq(own, task) { split.references.get(task.id.index) } else { None }
    }
}
