//! Keyed storage that may fail, as this layer needs it: named stores of bytes, and changes that happen together or
//! not at all.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// A store's name; keys are unique within one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Store {
    /// Contents of packs' files by blob id.
    Files,
    /// Records of installed packs by pack id.
    Packs,
    /// Small values of the user's by name.
    Settings,
    /// Headers and summaries of runs by run id.
    Runs,
    /// The entries of runs' journals by `<run id>/<position>`, the position in eight digits.
    Events,
    /// The user's saved instructions by version id.
    Versions,
    /// Records of batches by batch id.
    Batches,
    /// Records of evolutions by evolution id.
    Evolutions,
    /// What evolutions were answered by `<evolution id>/<position>`, and what else is kept of them.
    Answers,
}

/// One change of a transaction.
#[derive(Clone, Debug)]
pub enum Change<'a> {
    Put { store: Store, key: String, content: &'a [u8] },
    Delete { store: Store, key: String },
}

/// Why storage did not do what it was asked; what was stored before is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageFault {
    #[error("This browser offers no storage to the page, as in some private windows or when site data is blocked.")]
    Unavailable,
    #[error("The browser's storage for this page is full.")]
    QuotaFull,
    #[error("Another tab with an older version of this page keeps the storage from opening.")]
    Blocked,
    #[error("The storage was made by a newer version of this page.")]
    Newer,
    #[error("The browser's storage failed: {0}.")]
    Failed(String),
}

impl StorageFault {
    /// What the user can do about it.
    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::Unavailable => {
                "What you load stays until the tab is closed. Allow site data for this page, or use a normal window, \
                 to keep it."
            }
            Self::QuotaFull => {
                "Remove packs or runs that you no longer need, or free space on the device, then load it again."
            }
            Self::Blocked => "Close the page's other tabs and reload.",
            Self::Newer => "Reload the page to get its newest version.",
            Self::Failed(_) => "Reload the page. If that does not help, clear the site data of this page.",
        }
    }
}

/// Storage of bytes by key. Clones of a handle see the same content.
#[expect(async_fn_in_trait, reason = "engine futures are local and need not be Send")]
pub trait Storage {
    /// Why what is put here will be gone when the page closes; `None` if it will not.
    fn session_only(&self) -> Option<StorageFault>;

    /// The content under `key`.
    async fn get(&self, store: Store, key: &str) -> Result<Option<Vec<u8>>, StorageFault>;

    /// All keys of a store, ascending.
    async fn keys(&self, store: Store) -> Result<Vec<String>, StorageFault>;

    /// The keys that begin with `prefix`, ascending, with what lies under them, as of one moment.
    async fn entries(&self, store: Store, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StorageFault>;

    /// Makes all changes, in order, or none; they are made when this returns. Dropping the future does not undo them.
    async fn write(&self, changes: &[Change<'_>]) -> Result<(), StorageFault>;
}

/// Storage that lasts as long as the page: where the browser's is missing, and in tests.
#[derive(Debug)]
pub struct MemoryStorage {
    why: StorageFault,
    content: RefCell<BTreeMap<(Store, String), Vec<u8>>>,
}

impl MemoryStorage {
    /// `why` there is no better storage.
    #[must_use]
    pub const fn new(why: StorageFault) -> Self {
        Self { why, content: RefCell::new(BTreeMap::new()) }
    }
}

impl Storage for MemoryStorage {
    fn session_only(&self) -> Option<StorageFault> {
        Some(self.why.clone())
    }

    async fn get(&self, store: Store, key: &str) -> Result<Option<Vec<u8>>, StorageFault> {
        Ok(self.content.borrow().get(&(store, key.to_owned())).cloned())
    }

    async fn keys(&self, store: Store) -> Result<Vec<String>, StorageFault> {
        Ok(self.content.borrow().keys().filter(|(own, _)| *own == store).map(|(_, key)| key.clone()).collect())
    }

    async fn entries(&self, store: Store, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StorageFault> {
        let content = self.content.borrow();
        let own = content
            .range((store, prefix.to_owned())..)
            .take_while(|((own, key), _)| *own == store && key.starts_with(prefix));
        Ok(own.map(|((_, key), content)| (key.clone(), content.clone())).collect())
    }

    async fn write(&self, changes: &[Change<'_>]) -> Result<(), StorageFault> {
        let mut all = self.content.borrow_mut();
        for change in changes {
            match change {
                Change::Put { store, key, content } => all.insert((*store, key.clone()), content.to_vec()),
                Change::Delete { store, key } => all.remove(&(*store, key.clone())),
            };
        }
        Ok(())
    }
}
