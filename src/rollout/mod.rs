//! One agent, one user, one task: from the opening line to the reward.

pub mod agent;
pub mod attribution;
pub mod batch;
pub mod drive;
pub mod environment;
pub mod episode;
pub mod event;
pub mod findings;
pub mod gate;
pub mod judging;
pub mod rating;
pub mod reexecution;
pub mod reference_run;
pub mod reward;
pub mod table;
pub mod trajectory;
pub mod user;

pub use agent::{Agent, AgentSettings, AgentStrategy};
pub use attribution::{Attribution, AttributionError, Author, FaultType, Inquired, Inquiry};
pub use batch::{Batch, BatchSettings, Cell, CellState};
pub use drive::{Drive, Pace, Progress, Recorder, SeatedBy, Seats, drive};
pub use environment::{EnvInfo, EnvResponse, Environment, STOP, UserReply, respond_content};
pub use episode::{DEFAULT_MAX_STEPS, Ending, Episode, Seat};
pub use event::Event;
pub use findings::{Finding, findings};
pub use gate::Gate;
pub use judging::JudgeFault;
pub use rating::{NoRating, Rating, RatingVerdict};
pub use reexecution::{Mismatch, Reexecution, changed_task_fields, reexecute};
pub use reference_run::{ReferenceRun, reference_run};
pub use reward::{OutputCheck, Reward, RewardInfo, RewardResult};
pub use table::{Occupant, OccupantKind, Seated, Table};
pub use trajectory::{OtherCall, Spent, Step, StepKind};
pub use user::{Turn, UserSetupError, UserSimulator, UserStrategy};
