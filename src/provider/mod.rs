//! Models behind wire formats: what goes out, what comes back, what to do when it does not.
//!
//! Encoding, decoding and the decisions about retries are pure. The clients reach the network and the time only
//! through the traits of [`http`], so that they run natively in tests and over `fetch` in the page. Nothing here
//! knows a domain, a rollout or the page.

pub mod scripted;

pub use scripted::ScriptedModel;
