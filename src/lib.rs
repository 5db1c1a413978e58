//! Taupe's engine and page: τ-bench tasks, rollouts and GEPA in a browser.
//!
//! The folders are layers; a layer may use those listed above it here, never those below:
//!
//! `py` → `chat` → (`provider`, `domain`) → `pack` → `rollout` → `journal` → `workspace` → `present`
//! → (wasm32 only) `platform` → `app` → `ui`.
//!
//! Everything up to `present` is a pure library: it compiles natively, is deterministic, and knows no clock,
//! network, storage or page. `ARCHITECTURE.md` is the map; `tests/architecture.rs` enforces the rule.

pub mod chat;
pub mod domain;
pub mod pack;
pub mod present;
pub mod provider;
pub mod py;
pub mod rollout;

#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod platform;
#[cfg(target_arch = "wasm32")]
pub mod ui;
