//! Taupe's engine and page: τ-bench tasks and rollouts in a browser.
//!
//! The folders are layers, listed from the lowest up; a layer may use those listed before it, never those after:
//!
//! `py`, `chat` → `stats`, `provider`, `domain` → `gepa`, `pack`, `rollout`, `cast` → `evolve`, `journal` →
//! `workspace` → `present` → (wasm32 only) `platform` → `app` → `ui`.
//!
//! Everything up to `present` is a pure library: it compiles natively, is deterministic, and knows no clock,
//! network, storage or page. `ARCHITECTURE.md` is the map; `tests/architecture.rs` enforces the rule.

pub mod cast;
pub mod chat;
pub mod domain;
pub mod evolve;
pub mod gepa;
pub mod journal;
pub mod pack;
pub mod present;
pub mod provider;
pub mod py;
pub mod rollout;
pub mod stats;
pub mod workspace;

#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod platform;
#[cfg(target_arch = "wasm32")]
pub mod ui;
