//! What the Play page shows, and what the rollout that runs is doing.

use std::collections::HashMap;
use std::sync::Arc;

use crate::cast::trial_seed;
use crate::domain::{Database, Task, TaskId, World};
use crate::journal::{FoldWarning, Folded, Header, RunId, RunState};
use crate::present::evaluate::FaultLine;
use crate::present::evaluate::fault::faults;
use crate::present::strategies::{self, Strategies};
use crate::present::transcript::{self, Row};
use crate::present::verdict::{Verdict, verdict};
use crate::rollout::{Ending, Episode, Occupant, Seat, Spent, Step};

/// The rewards of rollouts, oldest first, by pack and task. `None`: unscored or stopped.
pub type Results = HashMap<(String, TaskId), Vec<Option<f64>>>;

/// The rollout that runs.
#[derive(Clone)]
pub struct Running {
    pub(super) id: u64,
    pub run: RunId,
    pub pack: String,
    pub world: Arc<World>,
    pub task: Arc<Task>,
    /// What the cast draws from.
    pub trial_seed: u64,
    /// How the models are asked; that stays the same to the end.
    pub strategies: Strategies,
}

impl PartialEq for Running {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// What the Play page shows: a rollout, running or ended, or a replay of expected actions.
#[derive(Clone)]
pub struct Shown {
    pub(super) id: u64,
    pub pack: String,
    pub world: Arc<World>,
    pub task: Arc<Task>,
    pub source: Source,
    pub steps: Vec<Arc<Step>>,
    /// One row a step.
    pub rows: Vec<Arc<Row>>,
    pub verdict: Option<Arc<Verdict>>,
    /// The verdict's grounds, where an end state was judged.
    pub ending: Option<Ending>,
    pub spent: Spent,
    /// What rules found in a lost rollout.
    pub findings: Arc<[FaultLine]>,
    /// The run that this is; `None` for a replay of expected actions.
    pub run: Option<ShownRun>,
}

/// What is told of the run on show besides its steps.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownRun {
    /// What it was started with.
    pub header: Arc<Header>,
    pub state: RunState,
    /// What is not as it was when it was recorded.
    pub warnings: Vec<FoldWarning>,
    /// Whether it is among the runs of this browser; one that a link opened is not.
    pub kept: bool,
}

impl ShownRun {
    /// Whether it can go on, once nothing runs.
    #[must_use]
    pub fn can_resume(&self) -> bool {
        self.kept && self.state.can_resume() && !self.warnings.iter().any(FoldWarning::is_break)
    }
}

/// Where the steps on show come from.
#[derive(Clone, PartialEq, Eq)]
pub enum Source {
    /// The task's own expected actions.
    ExpectedActions,
    /// A rollout with these in the seats at its start, and the text that the agent was given.
    Rollout {
        agent: Occupant,
        user: Occupant,
        instruction: Arc<str>,
        instruction_name: String,
        /// How the models were asked, where that was not the usual way.
        asked: Option<String>,
    },
}

/// What a rollout is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing runs.
    #[default]
    Idle,
    Asking(Seat),
    /// Between two calls, until the user lets it on.
    Paused,
    /// A pause was asked for while a call was out.
    Pausing(Seat),
}

impl Phase {
    #[must_use]
    pub const fn is_running(self) -> bool {
        !matches!(self, Self::Idle)
    }
}

impl Running {
    /// What the cast draws from in the rollout of a header.
    #[must_use]
    pub fn trial_seed(header: &Header) -> u64 {
        trial_seed(header.seed, &header.task, header.trial)
    }
}

impl Shown {
    /// A recorded rollout as far as it goes.
    pub(super) fn of_run(id: u64, world: &Arc<World>, task: &Arc<Task>, run: ShownRun, folded: &Folded) -> Self {
        let header = &run.header;
        let mut shown = Self {
            id,
            pack: header.pack.clone(),
            world: Arc::clone(world),
            task: Arc::clone(task),
            source: Source::Rollout {
                agent: header.agent.clone(),
                user: header.user.clone(),
                instruction: header.instruction.text.as_str().into(),
                instruction_name: header.instruction.name.clone(),
                asked: strategies::unusual(header),
            },
            steps: Vec::new(),
            rows: Vec::new(),
            verdict: None,
            ending: None,
            spent: Spent::default(),
            findings: Arc::default(),
            run: Some(run),
        };
        shown.take_over(&folded.episode);
        shown
    }

    /// The run's id, where it is one.
    #[must_use]
    pub fn run_id(&self) -> Option<&RunId> {
        self.run.as_ref().map(|run| &run.header.id)
    }

    /// The database before the first step.
    #[must_use]
    pub fn initial(&self) -> &Database {
        &self.world.database
    }

    /// The database after the first `steps` steps.
    #[must_use]
    pub fn database_at(&self, steps: usize) -> &Database {
        steps.checked_sub(1).and_then(|last| self.steps.get(last)).map_or_else(|| self.initial(), |step| &step.database)
    }

    pub(super) fn push(&mut self, step: &Step) {
        let asked = self.run.as_ref().map(|run| Strategies::of_run(&run.header)).unwrap_or_default();
        let before = self.database_at(self.steps.len());
        self.rows.push(Arc::new(transcript::row(asked, before, step)));
        self.steps.push(Arc::new(step.clone()));
    }

    /// Takes over what is new in an episode.
    pub(super) fn take_over(&mut self, episode: &Episode) {
        for step in episode.trajectory().iter().skip(self.steps.len()) {
            self.push(step);
        }
        self.spent = Spent::of(episode.trajectory());
        if let Some(run) = &mut self.run {
            run.state = episode.ending().into();
        }
        if let Some(ending) = episode.ending() {
            self.verdict = Some(Arc::new(verdict(ending)));
            self.ending = Some(ending.clone());
            self.findings = faults(episode).into();
        }
    }
}
