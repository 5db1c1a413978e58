//! The rehearsal cast: programs that fill the seats of language models, so that everything works without a key.
//!
//! Each member is a [`ChatModel`](crate::chat::ChatModel) and a pure function of the request and of what it was made
//! with: it reads the messages from the beginning each time it is asked, and draws chance from a seed and a name
//! ([`chance`]). So a run that is resumed, forked or taken over in mid-conversation needs nothing from the cast.
//!
//! The cast knows the vocabulary of conversations and of tasks. It does not know how a rollout is driven or judged.

pub mod agent;
pub mod chance;
pub mod coach;
pub mod customer;
pub mod rater;
pub mod rules;
mod travel;
pub mod words;

pub use agent::RehearsalAgent;
pub use chance::trial_seed;
pub use coach::RehearsalCoach;
pub use customer::{Agenda, RehearsalCustomer, Style};
pub use rater::RehearsalRater;
