//! Sets of examples for few-shot agents, in storage: whole conversations as text, from a file or from the user's own
//! runs.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::FORMAT;
use super::restore::{cut, from, milliseconds, text};
use crate::pack::storage::{Change, Storage, StorageFault, Store};

/// What the keys of sets begin with, among the settings.
const PREFIX: &str = "examples/";

/// A set of examples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleSet {
    /// Unique in this browser.
    pub id: String,
    /// What the user calls it.
    pub name: String,
    pub from: ExampleSource,
    /// Milliseconds since 1970.
    pub created_ms: u64,
    /// One conversation each.
    pub displays: Vec<String>,
}

/// Where a set comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExampleSource {
    /// A file of that name.
    File(String),
    /// The user's own runs.
    Runs,
}

/// The sets in a storage.
#[derive(Clone, Debug)]
pub struct ExampleStore<S> {
    storage: S,
}

impl<S: Storage> ExampleStore<S> {
    pub const fn new(storage: S) -> Self {
        Self { storage }
    }

    /// All sets, the oldest first, and how many can't be read.
    ///
    /// # Errors
    /// Storage fails.
    pub async fn list(&self) -> Result<(Vec<ExampleSet>, usize), StorageFault> {
        let entries = self.storage.entries(Store::Settings, PREFIX).await?;
        let count = entries.len();
        let mut sets: Vec<ExampleSet> =
            entries.into_iter().filter_map(|(key, content)| read(key.strip_prefix(PREFIX)?, &content)).collect();
        sets.sort_by(|a, b| a.created_ms.cmp(&b.created_ms).then_with(|| a.id.cmp(&b.id)));
        let unreadable = count - sets.len();
        Ok((sets, unreadable))
    }

    /// Writes a set, new or changed.
    ///
    /// # Errors
    /// Storage fails; then what was there is as it was.
    pub async fn keep(&self, set: &ExampleSet) -> Result<(), StorageFault> {
        let content = json!({
            "format": FORMAT,
            "name": set.name,
            "from": set.from,
            "created_ms": set.created_ms,
            "displays": set.displays,
        })
        .to_string()
        .into_bytes();
        self.storage.write(&[Change::Put { store: Store::Settings, key: key(&set.id), content: &content }]).await
    }

    /// Deletes a set. Runs that drew from it keep what they drew.
    ///
    /// # Errors
    /// Storage fails; then it is still there.
    pub async fn delete(&self, id: &str) -> Result<(), StorageFault> {
        self.storage.write(&[Change::Delete { store: Store::Settings, key: key(id) }]).await
    }
}

fn key(id: &str) -> String {
    format!("{PREFIX}{id}")
}

/// Reads a set, of whatever version; `None` if there is no example in it.
fn read(id: &str, content: &[u8]) -> Option<ExampleSet> {
    let value: Value = serde_json::from_slice(content).ok()?;
    let displays: Vec<String> = from(value.get("displays"))?;
    let name = text(value.get("name")).map(|name| cut(&name)).filter(|name| !name.trim().is_empty());
    (!displays.is_empty()).then(|| ExampleSet {
        id: id.to_owned(),
        name: name.unwrap_or_else(|| "Untitled examples".to_owned()),
        from: from(value.get("from")).unwrap_or(ExampleSource::Runs),
        created_ms: value.get("created_ms").and_then(milliseconds).unwrap_or(0),
        displays,
    })
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;
    use crate::pack::MemoryStorage;

    fn now<T>(future: impl Future<Output = T>) -> T {
        future.now_or_never().expect("memory answers at once")
    }

    fn set(id: &str, from: ExampleSource, created_ms: u64) -> ExampleSet {
        ExampleSet { id: id.into(), name: format!("Set {id}"), from, created_ms, displays: vec!["user: hi".into()] }
    }

    #[test]
    fn sets_come_back_as_they_were_kept_until_they_are_deleted() {
        let store = ExampleStore::new(MemoryStorage::new(StorageFault::Unavailable));
        let (old, new) = (set("b", ExampleSource::File("a.jsonl".into()), 1), set("a", ExampleSource::Runs, 2));
        now(store.keep(&new)).unwrap();
        now(store.keep(&old)).unwrap();
        assert_eq!(now(store.list()), Ok((vec![old.clone(), new.clone()], 0)));
        now(store.delete("b")).unwrap();
        assert_eq!(now(store.list()), Ok((vec![new], 0)));
    }

    #[test]
    fn a_broken_set_costs_no_other_one() {
        let store = ExampleStore::new(MemoryStorage::new(StorageFault::Unavailable));
        let good = set("a", ExampleSource::Runs, 1);
        now(store.keep(&good)).unwrap();
        let put = |key: &str, content: &'static [u8]| Change::Put { store: Store::Settings, key: key.into(), content };
        let broken = [put("examples/b", b"{"), put("examples/c", b"{\"displays\": []}"), put("seats", b"{}")];
        now(store.storage.write(&broken)).unwrap();
        assert_eq!(now(store.list()), Ok((vec![good], 2)));
    }
}
