//! The runs in storage: a record with header and summary under each run's id, and each entry of its journal under a
//! key of its own, so that an entry is written once and never again.
//!
//! An entry and the record that counts it are written together or not at all. So whatever stops the page, at whatever
//! moment, what was written before is a whole journal.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::FORMAT;
use super::restore::{self, Restored};
use crate::journal::{Header, Journal, Judgements, RunId, Summary};
use crate::pack::storage::{Change, Storage, StorageFault, Store};

/// The runs in a storage.
#[derive(Clone, Debug)]
pub struct RunStore<S> {
    storage: S,
}

/// A run as lists have it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    pub header: Header,
    pub summary: Summary,
}

/// A deleted run, to be put back.
#[derive(Clone, Debug)]
pub struct Deleted {
    entries: Vec<(Store, String, Vec<u8>)>,
}

/// What came of an import.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// The runs that are new here.
    pub added: Vec<RunRecord>,
    /// How many were here already.
    pub known: usize,
    /// Why the rest was not stored.
    pub fault: Option<StorageFault>,
}

impl<S: Storage> RunStore<S> {
    pub const fn new(storage: S) -> Self {
        Self { storage }
    }

    /// Why what is kept here will be gone when the page closes; `None` if it will not.
    pub fn session_only(&self) -> Option<StorageFault> {
        self.storage.session_only()
    }

    /// All runs, the last changed first, and how many records can't be read.
    ///
    /// # Errors
    /// Storage fails.
    pub async fn list(&self) -> Result<(Vec<RunRecord>, usize), StorageFault> {
        let entries = self.storage.entries(Store::Runs, "").await?;
        let count = entries.len();
        let mut runs: Vec<RunRecord> =
            entries.into_iter().filter_map(|(id, record)| read_record(&RunId::parse(&id)?, &record)).collect();
        let unreadable = count - runs.len();
        runs.sort_by(|a, b| b.summary.changed_ms.cmp(&a.summary.changed_ms).then(a.header.id.cmp(&b.header.id)));
        Ok((runs, unreadable))
    }

    /// A whole run; `None` if there is none of that id, or its record can't be read.
    ///
    /// # Errors
    /// Storage fails.
    pub async fn load(&self, id: &RunId) -> Result<Option<Restored>, StorageFault> {
        let Some(record) = self.storage.get(Store::Runs, id.as_str()).await? else { return Ok(None) };
        let entries = self.storage.entries(Store::Events, &prefix(id)).await?;
        let Ok(Value::Object(mut run)) = serde_json::from_slice::<Value>(&record) else { return Ok(None) };
        run.insert("events".to_owned(), Value::Array(in_order(id, entries)));
        let restored = restore::run(Value::Object(run), &mut || id.clone());
        Ok(restored.map(|mut restored| {
            // The key is the id, whatever a damaged record says.
            restored.journal.header.id = id.clone();
            restored
        }))
    }

    /// Writes the entries of a journal from position `from` on, and its record.
    ///
    /// # Errors
    /// Storage fails; then nothing was written, and the same can be tried again.
    pub async fn append(&self, journal: &Journal, from: usize, summary: &Summary) -> Result<(), StorageFault> {
        let id = &journal.header.id;
        let written: Vec<(String, Vec<u8>)> = journal
            .events
            .iter()
            .enumerate()
            .skip(from)
            .map(|(at, event)| (key(id, at), event.to_value().to_string().into_bytes()))
            .collect();
        let record = record_text(&journal.header, summary);
        let mut changes: Vec<Change<'_>> = written
            .iter()
            .map(|(key, content)| Change::Put { store: Store::Events, key: key.clone(), content })
            .collect();
        changes.push(Change::Put { store: Store::Runs, key: id.to_string(), content: &record });
        self.storage.write(&changes).await
    }

    /// Writes a run's record alone: another title or note, an exact summary.
    ///
    /// # Errors
    /// Storage fails; then the record is as it was.
    pub async fn keep_record(&self, record: &RunRecord) -> Result<(), StorageFault> {
        let content = record_text(&record.header, &record.summary);
        let key = record.header.id.to_string();
        self.storage.write(&[Change::Put { store: Store::Runs, key, content: &content }]).await
    }

    /// Deletes a run, and hands out what it was.
    ///
    /// # Errors
    /// Storage fails; then it is all still there.
    pub async fn delete(&self, id: &RunId) -> Result<Deleted, StorageFault> {
        let record = self.storage.get(Store::Runs, id.as_str()).await?;
        let events = self.storage.entries(Store::Events, &prefix(id)).await?;
        let record = record.map(|record| (Store::Runs, id.to_string(), record));
        let events = events.into_iter().map(|(key, event)| (Store::Events, key, event));
        let entries: Vec<_> = record.into_iter().chain(events).collect();
        let changes: Vec<Change<'_>> =
            entries.iter().map(|(store, key, _)| Change::Delete { store: *store, key: key.clone() }).collect();
        self.storage.write(&changes).await?;
        Ok(Deleted { entries })
    }

    /// Undoes a deletion.
    ///
    /// # Errors
    /// Storage fails; then it is still deleted.
    pub async fn put_back(&self, deleted: &Deleted) -> Result<(), StorageFault> {
        let changes: Vec<Change<'_>> = deleted
            .entries
            .iter()
            .map(|(store, key, content)| Change::Put { store: *store, key: key.clone(), content })
            .collect();
        self.storage.write(&changes).await
    }

    /// Takes in runs from elsewhere, each for itself. One that is here already is passed over; one whose id is taken by
    /// another run gets a new one, and those that refer to it follow.
    pub async fn import(&self, runs: Vec<Restored>, fresh: &mut dyn FnMut() -> RunId) -> Imported {
        let mut imported = Imported::default();
        let mut renamed: BTreeMap<RunId, RunId> = BTreeMap::new();
        for Restored { mut journal, summary, .. } in runs {
            // Its batch does not come along.
            journal.header.batch = None;
            let own = journal.header.id.clone();
            match self.load(&own).await {
                Err(fault) => {
                    imported.fault = Some(fault);
                    break;
                }
                Ok(Some(here)) if is_known(&here.journal, &journal) => {
                    imported.known += 1;
                    continue;
                }
                Ok(Some(_)) => {
                    journal.header.id = fresh();
                    renamed.insert(own, journal.header.id.clone());
                }
                Ok(None) => {}
            }
            let header = &mut journal.header;
            let referring = header.forked_from.as_mut().map(|from| &mut from.run).into_iter().chain(&mut header.beside);
            for other in referring {
                if let Some(now) = renamed.get(other) {
                    *other = now.clone();
                }
            }
            match self.append(&journal, 0, &summary).await {
                Ok(()) => imported.added.push(RunRecord { header: journal.header, summary }),
                Err(fault) => {
                    imported.fault = Some(fault);
                    break;
                }
            }
        }
        imported
    }
}

/// Whether a run tells nothing that the one here does not; what a person calls it and notes to it, what was
/// found about it afterwards, and the batch that it is of, do not count.
fn is_known(here: &Journal, other: &Journal) -> bool {
    let bare = |header: &Header| Header {
        title: String::new(),
        note: String::new(),
        batch: None,
        judgements: Judgements::default(),
        ..header.clone()
    };
    bare(&here.header) == bare(&other.header) && here.events.starts_with(&other.events)
}

fn prefix(id: &RunId) -> String {
    format!("{id}/")
}

fn key(id: &RunId, at: usize) -> String {
    format!("{id}/{at:08}")
}

/// The entries by their positions; where one is missing, `null` stands and is unreadable.
fn in_order(id: &RunId, entries: Vec<(String, Vec<u8>)>) -> Vec<Value> {
    let mut events: Vec<Value> = Vec::with_capacity(entries.len());
    for (key, content) in entries {
        let Some(at) = key.strip_prefix(&prefix(id)).and_then(|at| at.parse::<usize>().ok()) else { continue };
        // A wild position must not become a wild allocation: what is missing is marked by one hole.
        if at > events.len() {
            events.push(Value::Null);
        }
        events.push(serde_json::from_slice(&content).unwrap_or(Value::Null));
    }
    events
}

fn record_text(header: &Header, summary: &Summary) -> Vec<u8> {
    json!({"format": FORMAT, "header": header, "summary": summary}).to_string().into_bytes()
}

fn read_record(id: &RunId, record: &[u8]) -> Option<RunRecord> {
    let value: Value = serde_json::from_slice(record).ok()?;
    let summary = value.get("summary").map(restore::brief).unwrap_or_default();
    let journal = restore::run(value, &mut || id.clone())?.journal;
    Some(RunRecord { header: Header { id: id.clone(), ..journal.header }, summary })
}
