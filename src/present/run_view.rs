//! A recorded run as it is shown: its rows, the databases between them, its verdict, and what is doubtful about it.

use std::sync::Arc;

use super::strategies::Strategies;
use super::transcript::{Row, row};
use super::verdict::{Verdict, verdict};
use crate::domain::Database;
use crate::journal::{Folded, Header};
use crate::rollout::{Spent, Step};

/// A run to show. A clone costs a few pointers.
#[derive(Clone, Debug)]
pub struct RunView {
    pub header: Arc<Header>,
    /// The database before the first step.
    pub initial: Database,
    pub steps: Arc<[Step]>,
    /// One row a step.
    pub rows: Arc<[Arc<Row>]>,
    /// `None` while it has no end.
    pub verdict: Option<Arc<Verdict>>,
    pub spent: Spent,
    /// What a reader should know, a sentence each.
    pub warnings: Vec<String>,
}

impl RunView {
    /// A run as far as its journal tells it.
    #[must_use]
    pub fn new(header: Header, folded: &Folded) -> Self {
        let episode = &folded.episode;
        let initial = episode.environment().world().database.clone();
        let steps: Arc<[Step]> = episode.trajectory().into();
        let asked = Strategies::of_run(&header);
        let mut before = &initial;
        let mut rows = Vec::with_capacity(steps.len());
        for step in steps.iter() {
            rows.push(Arc::new(row(asked, before, step)));
            before = &step.database;
        }
        Self {
            header: Arc::new(header),
            rows: rows.into(),
            verdict: episode.ending().map(|ending| Arc::new(verdict(ending))),
            spent: Spent::of(steps.iter()),
            warnings: folded.warnings.iter().map(ToString::to_string).collect(),
            initial,
            steps,
        }
    }

    /// The database after the first `steps` steps.
    #[must_use]
    pub fn database_at(&self, steps: usize) -> &Database {
        let last = steps.min(self.steps.len()).checked_sub(1);
        last.and_then(|last| self.steps.get(last)).map_or(&self.initial, |step| &step.database)
    }
}
