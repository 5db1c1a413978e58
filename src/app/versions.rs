//! The versions of the instruction in this page, and the draft that the next one is made from.
//!
//! A text becomes a version when a rollout is started with it. The draft itself is kept as well, so that closing the
//! page in the middle of an edit loses nothing.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::endpoints::Endpoints;
use super::moments::now_ms;
use super::play::InstructionDraft;
use super::storage::{PageStore, Setting};
use super::toasts::Toasts;
use crate::pack::storage::{Change, Store};
use crate::pack::{Storage, StorageFault};
use crate::platform::clock::BrowserClock;
use crate::present::format::counted;
use crate::present::tone::Tone;
use crate::provider::http::Clock;
use crate::workspace::versions::{Origin, Version, VersionFault, VersionId, Versions, to_bytes};

/// How long the draft rests before it is kept, in milliseconds.
const REST_MS: f64 = 700.0;

/// The versions. A small copyable handle.
#[derive(Clone, Copy)]
pub struct InstructionVersions {
    list: RwSignal<Versions>,
    /// The version that the draft was made from, as far as it is known.
    base: RwSignal<Option<VersionId>>,
    draft: InstructionDraft,
    endpoints: Endpoints,
    storage: PageStore,
    toasts: Toasts,
    /// Whether the kept draft was read, so that nothing is written over it.
    read: RwSignal<bool>,
}

impl InstructionVersions {
    #[must_use]
    pub fn new(draft: InstructionDraft, endpoints: Endpoints, storage: PageStore, toasts: Toasts) -> Self {
        let read = RwSignal::new(false);
        Self { list: RwSignal::default(), base: RwSignal::new(None), draft, endpoints, storage, toasts, read }
    }

    /// Reads what is kept, in the background, and keeps the draft from then on. Call once, at the start.
    pub fn restore(self) {
        self.keep_draft();
        spawn_local(async move {
            if let Err(fault) = self.read_versions().await {
                self.warn(format!("The versions of the instruction could not be read. {fault} {}", fault.next_step()));
            }
            self.read_draft().await;
            self.read.set(true);
        });
    }

    /// All versions, the oldest first. Tracks.
    #[must_use]
    pub fn list(self) -> Vec<Version> {
        self.list.with(|versions| versions.list().to_vec())
    }

    /// Tracks.
    #[must_use]
    pub fn find(self, id: &VersionId) -> Option<Version> {
        self.list.with(|versions| versions.find(id).cloned())
    }

    /// The version of a text, if it is one. Tracks.
    #[must_use]
    pub fn of_text(self, text: &str) -> Option<Version> {
        self.list.with(|versions| versions.of_text(text).cloned())
    }

    /// The version that the draft is, or was made from. Tracks.
    #[must_use]
    pub fn base(self) -> Option<Version> {
        self.base.get().and_then(|id| self.find(&id))
    }

    /// Makes a text a version, unless it is one; the draft goes on from it if it is its text. `name`: what a new one
    /// is called, where that is known.
    pub fn record(self, text: &str, name: Option<&str>) -> Version {
        let base = self.base.get_untracked();
        let origin = Origin { name, parent: base.as_ref(), now_ms: now_ms() };
        let recorded = self.list.try_update(|versions| {
            let (id, made) = versions.record(text, origin);
            (versions.find(&id).cloned(), id, made)
        });
        match recorded {
            Some((Some(version), id, made)) => {
                if made {
                    self.save(&version);
                }
                if self.draft.text.with_untracked(|draft| draft == text) {
                    self.base.set(Some(id));
                }
                version
            }
            // The page is gone; what is told of the text is still right.
            _ => Version {
                id: VersionId::of(text),
                number: 0,
                name: name.unwrap_or_default().to_owned(),
                note: String::new(),
                text: text.into(),
                created_ms: origin.now_ms,
                parent: None,
            },
        }
    }

    /// Puts a version's text into the draft; that can be undone there.
    pub fn take(self, version: &Version) {
        self.draft.undo.set(Some(self.draft.text.get_untracked()));
        self.draft.text.set(version.text.to_string());
        self.base.set(Some(version.id.clone()));
    }

    pub fn rename(self, id: &VersionId, name: &str) {
        self.changed(self.list.try_update(|versions| versions.rename(id, name)).flatten());
    }

    pub fn annotate(self, id: &VersionId, note: &str) {
        self.changed(self.list.try_update(|versions| versions.annotate(id, note)).flatten());
    }

    /// Deletes a version, with an offer to undo it. Rollouts that were made with it keep its text.
    pub fn delete(self, id: &VersionId) {
        let Some(version) = self.list.try_update(|versions| versions.remove(id)).flatten() else { return };
        self.write(Change::Delete { store: Store::Versions, key: version.id.to_string() });
        self.toasts.offer(format!("Deleted {}", version.label()), "Undo", move || {
            self.list.update(|versions| versions.put(version.clone()));
            self.save(&version);
        });
    }

    fn changed(self, version: Option<Version>) {
        if let Some(version) = version {
            self.save(&version);
        }
    }

    fn save(self, version: &Version) {
        // A key that was pasted into the text becomes dots before it is stored.
        let text = self.endpoints.without_keys(version.text.to_string());
        let content = to_bytes(&Version { text: text.into(), ..version.clone() });
        self.write(Change::Put { store: Store::Versions, key: version.id.to_string(), content: &content });
    }

    /// Writes in the background; says so where it fails.
    fn write(self, change: Change<'_>) {
        let (store, key, content) = match change {
            Change::Put { store, key, content } => (store, key, Some(content.to_vec())),
            Change::Delete { store, key } => (store, key, None),
        };
        spawn_local(async move {
            let change = match &content {
                Some(content) => Change::Put { store, key, content },
                None => Change::Delete { store, key },
            };
            if let Err(fault) = self.storage.get().await.write(&[change]).await {
                self.warn(format!("A version of the instruction could not be saved. {fault} {}", fault.next_step()));
            }
        });
    }

    async fn read_versions(self) -> Result<(), StorageFault> {
        let storage = self.storage.get().await;
        let mut records = Vec::new();
        for key in storage.keys(Store::Versions).await? {
            records.extend(storage.get(Store::Versions, &key).await?);
        }
        let (read, faults) = Versions::restore(records);
        self.list.update(|versions| {
            // Whatever was recorded while storage was being asked comes after what was there.
            let new = std::mem::replace(versions, read);
            for version in new.list() {
                versions.record(&version.text, Origin { name: Some(&version.name), parent: None, now_ms: now_ms() });
            }
        });
        for (fault, count) in faults {
            let what = counted(count as u64, "saved version", "saved versions");
            self.warn(match fault {
                VersionFault::Unreadable => format!("{what} of the instruction could not be read."),
                VersionFault::Newer => format!("{what} of the instruction came from a newer version of this page."),
            });
        }
        Ok(())
    }

    async fn read_draft(self) {
        let Ok(Some(kept)) = self.storage.setting(Setting::InstructionDraft).await else { return };
        let Ok(KeptDraft { text, followed, base }) = serde_json::from_slice(&kept) else { return };
        // Not over what was typed meanwhile.
        if self.draft.text.get_untracked() == self.draft.followed.get_untracked() {
            self.base.set(base.map(|base| VersionId::named(&base)));
            self.draft.followed.set(followed);
            self.draft.text.set(text);
        }
    }

    /// Keeps the draft whenever it rests.
    fn keep_draft(self) {
        Effect::new(move |before: Option<Option<KeptDraft>>| {
            if !self.read.get() {
                return None;
            }
            let base = self.base.get().map(|base| base.to_string());
            let now = KeptDraft { text: self.draft.text.get(), followed: self.draft.followed.get(), base };
            if before.flatten().is_some_and(|before| before != now) {
                let kept = now.clone();
                spawn_local(async move {
                    BrowserClock.sleep(REST_MS).await;
                    // Typed on meanwhile: a later timer keeps it.
                    if self.draft.text.try_get_untracked().as_ref() == Some(&kept.text) {
                        // Texts always have a JSON form.
                        let kept = serde_json::to_string(&kept).unwrap_or_default();
                        self.storage.keep(Setting::InstructionDraft, self.endpoints.without_keys(kept).into_bytes());
                    }
                });
            }
            Some(now)
        });
    }

    fn warn(self, text: String) {
        self.toasts.show(Tone::Warn, text);
    }
}

/// The draft as it is kept.
#[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct KeptDraft {
    text: String,
    /// The text of the pack that it follows while it is equal to it.
    followed: String,
    base: Option<String>,
}

/// The versions of the instruction.
///
/// # Panics
/// Outside the mounted page, which provides them before anything is built.
#[must_use]
pub fn use_versions() -> InstructionVersions {
    expect_context()
}
