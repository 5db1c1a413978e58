//! The page's one connection to the browser's storage, opened when first needed, and the small settings in it.

use std::rc::Rc;

use futures::FutureExt;
use futures::future::{LocalBoxFuture, Shared};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Theme;
use crate::{
    pack::{
        Storage, StorageFault,
        storage::{Change, Store},
    },
    platform::idb::PageStorage,
};

/// A value that the page keeps. Their names are part of what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The configured endpoints, without keys.
    Endpoints,
    /// The instruction as it is being edited.
    InstructionDraft,
    /// Where packs are loaded from.
    PackSource,
    /// The id of the pack that was asked for last.
    LastPack,
    /// Who fills the seats.
    Seats,
    /// How the models in the seats are asked.
    Strategies,
    /// Who judges rollouts, and by what.
    Judges,
}

impl Setting {
    const fn key(self) -> &'static str {
        match self {
            Self::Endpoints => "endpoints",
            Self::InstructionDraft => "instruction-draft",
            Self::PackSource => "pack-source",
            Self::LastPack => "last-pack",
            Self::Seats => "seats",
            Self::Strategies => "strategies",
            Self::Judges => "judges",
        }
    }
}

/// The connection. A small copyable handle.
#[derive(Clone, Copy)]
pub struct PageStore {
    opening: StoredValue<Shared<LocalBoxFuture<'static, Rc<PageStorage>>>, LocalStorage>,
    /// Why the last written setting will not last; nothing else tells of it.
    fault: RwSignal<Option<StorageFault>>,
}

impl PageStore {
    #[must_use]
    pub fn new() -> Self {
        let opening = async { Rc::new(PageStorage::open().await) };
        Self { opening: StoredValue::new_local(opening.boxed_local().shared()), fault: RwSignal::new(None) }
    }

    /// The storage, opened once.
    pub async fn get(self) -> Rc<PageStorage> {
        self.opening.get_value().await
    }

    /// Reads a setting.
    ///
    /// # Errors
    /// Storage fails.
    pub async fn setting(self, setting: Setting) -> Result<Option<Vec<u8>>, StorageFault> {
        self.get().await.get(Store::Settings, setting.key()).await
    }

    /// Keeps a setting, in the background. Settings are written in the order of these calls.
    pub fn keep(self, setting: Setting, value: Vec<u8>) {
        spawn_local(async move {
            let change = Change::Put { store: Store::Settings, key: setting.key().to_owned(), content: &value };
            let storage = self.get().await;
            let written = storage.write(&[change]).await;
            // Also where the write went well, but into storage that ends with the page.
            self.fault.set(written.err().or_else(|| storage.session_only()));
        });
    }

    /// Deletes all that the page keeps in the browser.
    ///
    /// # Errors
    /// Storage fails; then nothing was deleted.
    pub async fn delete_everything(self) -> Result<(), StorageFault> {
        let storage = self.get().await;
        let mut changes = Vec::new();
        for store in [
            Store::Packs,
            Store::Files,
            Store::Settings,
            Store::Runs,
            Store::Events,
            Store::Versions,
            Store::Batches,
            Store::Evolutions,
            Store::Answers,
        ] {
            let keys = storage.keys(store).await?;
            changes.extend(keys.into_iter().map(|key| Change::Delete { store, key }));
        }
        storage.write(&changes).await?;
        Theme::System.apply();
        Ok(())
    }

    /// Why the settings will be gone when the page closes, as of the last time that they changed. Tracks.
    #[must_use]
    pub fn fault(self) -> Option<StorageFault> {
        self.fault.get()
    }
}

impl Default for PageStore {
    fn default() -> Self {
        Self::new()
    }
}

/// The connection to storage.
///
/// # Panics
/// Outside the mounted page, which provides it before anything is built.
#[must_use]
pub fn use_store() -> PageStore {
    expect_context()
}
