//! Why something can't be done with an evolution.

use crate::app::batches::BatchRefusal;
use crate::app::runs::RunRefusal;
use crate::domain::TaskId;
use crate::evolve::{ForkError, SetupError};
use crate::gepa::result::ResultError;
use crate::pack::StorageFault;

/// Why something can't be done with an evolution.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error("This evolution is not here any more; it was deleted, or its record is damaged.")]
    Gone,
    #[error("This evolution is being run in another tab. Watch it there, or close that tab and try again.")]
    Elsewhere,
    #[error("This evolution is under way. Stop it first.")]
    UnderWay,
    #[error("This evolution is not under way here. Go on with it first.")]
    NotUnderWay,
    #[error("This evolution ran elsewhere and was read from a file; there is nothing to go on with.")]
    Imported,
    #[error("This evolution has come to its end. Fork it to go on from one of its steps with a larger budget.")]
    Ended,
    #[error("This evolution is of the pack “{0}”, which is not loaded. Load it on the Data page and go on then.")]
    NoPack(String),
    #[error("The pack “{pack}” has no task {task}; it may have been changed since the evolution was set up.")]
    NoTask { pack: String, task: TaskId },
    #[error("“{0}” is not here any more, so it can't be asked. Set up a new evolution with what is there.")]
    NoSeat(String),
    #[error("A person can't fill a seat of an evolution. Choose a model or a program.")]
    Person,
    #[error("There is no iteration {0} to fork from; the last ones may not be stored yet.")]
    NoIteration(u64),
    #[error(transparent)]
    Fork(#[from] ForkError),
    #[error("An instruction without any text can't join the pool.")]
    EmptyText,
    #[error(transparent)]
    Setup(#[from] SetupError),
    #[error("{0}")]
    File(String),
    #[error(transparent)]
    Batch(#[from] BatchRefusal),
    #[error("{fault} {}", .fault.next_step())]
    Storage { fault: StorageFault },
}

impl From<StorageFault> for Refusal {
    fn from(fault: StorageFault) -> Self {
        Self::Storage { fault }
    }
}

impl From<ResultError> for Refusal {
    fn from(error: ResultError) -> Self {
        Self::File(error.to_string())
    }
}

impl From<RunRefusal> for Refusal {
    fn from(refusal: RunRefusal) -> Self {
        match refusal {
            RunRefusal::Storage { fault } => Self::Storage { fault },
            RunRefusal::Elsewhere => Self::Elsewhere,
            _ => Self::Gone,
        }
    }
}
