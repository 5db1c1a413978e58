//! Models behind wire formats: what goes out, what comes back, what to do when it does not.
//!
//! Encoding, decoding and the decisions about retries are pure. The clients reach the network and the time only
//! through the traits of [`http`], so that they run natively in tests and over `fetch` in the page. Nothing here
//! knows a domain, a rollout or the page.

pub mod base_url;
pub mod client;
pub mod diagnose;
pub mod endpoint;
pub mod exchange;
pub mod failure;
pub mod gate;
pub mod host;
pub mod http;
pub mod models;
pub mod openai;
pub mod redact;
pub mod retry;
pub mod scripted;
pub mod secret;

pub use base_url::{BaseUrl, Origin, Reach};
pub use client::OpenAiModel;
pub use diagnose::{Check, EndpointReport, Finding, LocalAccess, Obstacle, Outcome, PageContext, obstacle};
pub use endpoint::{Endpoint, EndpointError, KeyHeader, Sampling, Streaming, Timeouts};
pub use gate::{Gate, GateStatus};
pub use host::Host;
pub use models::ModelInfo;
pub use scripted::ScriptedModel;
pub use secret::{Secret, scrub};
