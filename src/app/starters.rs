//! The starter worlds in this page: fetched with it, always offered, never stored.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::packs::LoadedPack;
use crate::pack::{STARTERS, Starter, StarterFile};
use crate::platform::pack_fetch::page_file;
use crate::present::packs::{self, Trouble, starter_broken, starter_missing};

/// How a starter world is.
#[derive(Clone)]
pub enum StarterState {
    Loading,
    Ready { pack: LoadedPack, about: String },
    Failed(Trouble),
}

/// One starter world.
#[derive(Clone, Copy)]
pub struct StarterSlot {
    pub file: &'static StarterFile,
    pub state: RwSignal<StarterState>,
}

impl StarterSlot {
    /// All starter worlds, none of them loaded yet.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let slot = |file| Self { file, state: RwSignal::new(StarterState::Loading) };
        STARTERS.iter().map(slot).collect()
    }

    /// Fetches and reads the world, in the background.
    pub fn load(self) {
        self.state.set(StarterState::Loading);
        spawn_local(async move {
            let state = match page_file(self.file.path).await {
                Ok(content) => match self.file.read(&content) {
                    Ok(starter) => self.ready(starter),
                    Err(error) => StarterState::Failed(starter_broken(&error)),
                },
                Err(fault) => StarterState::Failed(starter_missing(&fault)),
            };
            self.state.set(state);
        });
    }

    /// The world, if it is in memory. Tracks.
    #[must_use]
    pub fn loaded(self) -> Option<LoadedPack> {
        self.state.with(|state| match state {
            StarterState::Ready { pack, .. } => Some(pack.clone()),
            StarterState::Loading | StarterState::Failed(_) => None,
        })
    }

    fn ready(self, starter: Starter) -> StarterState {
        let Starter { name, about, world, seed_instruction } = starter;
        let holds = Arc::new(packs::holds(&world));
        let id = self.file.id.to_owned();
        StarterState::Ready {
            pack: LoadedPack {
                pack: id,
                name,
                world: Arc::new(world),
                seed: Some(seed_instruction.into()),
                first_task: self.file.first_task,
                holds,
                installed: None,
            },
            about,
        }
    }
}
