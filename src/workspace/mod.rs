//! What the user owns and saves: runs in the browser's storage, in files and in links; versions of the instruction.
//!
//! Whatever is read, from storage of an older version, from a file of somebody else's or from a link, passes through
//! [`restore`], which mends what it can and says what it mended: one bad run or entry never costs the others.
//! `docs/formats.md` describes the shapes. What is written here holds no key.

pub mod batches;
pub mod evolutions;
pub mod examples;
pub mod export;
pub mod link;
pub mod restore;
pub mod runs;
pub mod versions;

pub use batches::{Again, Arm, BatchRater, BatchRecord, BatchStore, ImportedResult, OtherAnswer};
pub use evolutions::{EvolutionRecord, EvolutionStore, EvolutionSummary, ForkPoint, Kept, KeptReply, Origin};
pub use export::{ImportError, export, import};
pub use link::{BadLink, LinkTooLong};
pub use restore::{Restored, Warning};
pub use runs::{Deleted, Imported, RunRecord, RunStore};

/// The shape of runs that this version writes.
pub const FORMAT: u32 = 1;
