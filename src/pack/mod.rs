//! Where tasks come from: which files make a pack, how they are checked, and how upstream's schemas become tasks.
//!
//! A pack is a row of [`manifest::PACKS`]: files of a public repository at a pinned commit, each with its git blob id.
//! [`source`] says where to ask for them and [`given`] finds them among files that a user gave; [`install`] judges
//! what arrives and [`setup`] takes a pack through arrival, storage and switch-over; [`tau_bench`] turns bytes into a
//! database, tasks and a policy, reading upstream's Python literals with [`literal`].
//!
//! [`starter`] reads the worlds of our own that come with the page.
//!
//! No network and no storage here: both are traits ([`setup::Supply`], [`storage::Storage`]) that the platform and
//! the tests fill.

pub mod blob;
pub mod given;
pub mod install;
pub mod literal;
pub mod manifest;
pub mod record;
pub mod results;
pub mod setup;
pub mod source;
pub mod starter;
pub mod storage;
pub mod tau_bench;

pub use blob::BlobId;
pub use install::{FileFault, FileState, Install, Progress};
pub use manifest::{FileRole, Manifest, PACKS, PackFile};
pub use record::{FileRecord, PackRecord};
pub use results::{RecordedResult, RecordedRun, ResultsError, RunName};
pub use setup::{InstallError, Installed, Kept, install, load_installed, remove};
pub use source::{BaseAddress, Check, Source};
pub use starter::{STARTERS, Starter, StarterError, StarterFile};
pub use storage::{MemoryStorage, Storage, StorageFault};
pub use tau_bench::{Pack, PackBuilder, PackError, Split};
