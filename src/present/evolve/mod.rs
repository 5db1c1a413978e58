//! The Evolve page: optimisations set up, watched, judged and taken away.
//!
//! What is shown of one that is under way, or of a result that Python made, begins with [`Passes`], which reads what
//! happened, and [`Pool`], which is what stands; the other views are made from these two.

pub mod chart;
pub mod entries;
pub mod estimate;
pub mod files;
pub mod fork;
pub mod front;
pub mod import;
pub mod lineage;
pub mod list;
pub mod noise;
pub mod passes;
pub mod pool;
pub mod preflight;
pub mod proposal;
pub mod sets;
pub mod setup;
pub mod standing;
pub mod steps;
mod telling;

pub use chart::Chart;
pub use entries::Entry;
pub use front::FrontGrid;
pub use lineage::Lineage;
pub use passes::Passes;
pub use pool::{Pick, Pool};
pub use preflight::{Past, Warning};
pub use proposal::ProposalView;
pub use setup::{Form, Plan, SetupFault};
pub use standing::Standing;
pub use steps::StepView;
