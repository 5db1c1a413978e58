//! A database as a persistent value: cloning is a snapshot, and two snapshots show what changed between them.

use imbl::{OrdMap, Vector};

use crate::py::canon::{CanonHasher, same_text};
use crate::py::{PyResult, Str, Value, ops};

/// A domain's tables in the order they were loaded.
#[derive(Clone, Debug, Default)]
pub struct Database {
    tables: Vec<(Str, Table)>,
}

/// Records by id. Keeps insertion order, which shows where a tool takes the first match.
///
/// Rows stand in a persistent vector and an index maps ids to positions, so a changed record costs a few nodes,
/// and a snapshot costs nothing.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: Vector<(Str, Value)>,
    index: OrdMap<Str, usize>,
}

/// A record that differs between two snapshots.
#[derive(Clone, Debug)]
pub struct RecordChange {
    pub table: Str,
    pub id: Str,
    /// `None`: the record was added.
    pub before: Option<Value>,
    /// `None`: the record was removed.
    pub after: Option<Value>,
}

impl Database {
    #[must_use]
    pub fn new(tables: impl IntoIterator<Item = (Str, Table)>) -> Self {
        Self { tables: tables.into_iter().collect() }
    }

    /// `data[table].get(key)` with a key of any type. A table that the world lacks has no records.
    ///
    /// # Errors
    /// `TypeError` if the key is a list or dict.
    pub fn find(&self, table: &str, key: &Value) -> PyResult<Option<&Value>> {
        Ok(ops::table_key(key)?.and_then(|id| self.get(table, id)))
    }

    /// The records of a table in insertion order; none for a table that the world lacks.
    pub fn records(&self, table: &str) -> impl Iterator<Item = (&Str, &Value)> {
        self.table(table).into_iter().flat_map(Table::iter)
    }

    /// SHA-256 of the canonical text of all tables, in lower-case hex (`get_data_hash` of the original).
    ///
    /// It writes out the whole database, which takes milliseconds: to compare two states use [`Database::changes`].
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hasher = CanonHasher::new();
        hasher.mapping(self.tables().map(|(name, table)| (&**name, table)), |hasher, table| {
            hasher.mapping(table.iter().map(|(id, record)| (&**id, record)), |hasher, record| hasher.value(record));
        });
        hasher.finish()
    }

    pub fn tables(&self) -> impl Iterator<Item = (&Str, &Table)> {
        self.tables.iter().map(|(name, table)| (name, table))
    }

    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|(own, _)| &**own == name).map(|(_, table)| table)
    }

    pub fn table_mut(&mut self, name: &str) -> Option<&mut Table> {
        self.tables.iter_mut().find(|(own, _)| &**own == name).map(|(_, table)| table)
    }

    /// The record `id` of table `table`.
    #[must_use]
    pub fn get(&self, table: &str, id: &str) -> Option<&Value> {
        self.table(table)?.get(id)
    }

    /// Records that differ, in table order, then in `after`'s record order, removed ones last.
    ///
    /// "Differs" is a difference of the canonical text (see [`crate::py::canon`]): `59` and `59.0` differ,
    /// the order of keys does not. Shared records are skipped without looking inside.
    #[must_use]
    pub fn changes(before: &Self, after: &Self) -> Vec<RecordChange> {
        let empty = Table::default();
        let mut changes = Vec::new();
        for (name, table) in after.tables() {
            Table::changes(name, before.table(name).unwrap_or(&empty), table, &mut changes);
        }
        for (name, table) in before.tables() {
            if after.table(name).is_none() {
                Table::changes(name, table, &empty, &mut changes);
            }
        }
        changes
    }
}

impl Table {
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Value> {
        self.rows.get(*self.index.get(id)?).map(|(_, record)| record)
    }

    /// The record for changing. What it shares with snapshots is copied as it is changed.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut Value> {
        let position = *self.index.get(id)?;
        self.rows.get_mut(position).map(|(_, record)| record)
    }

    /// Puts a record; an existing id keeps its place.
    pub fn insert(&mut self, id: impl Into<Str>, record: Value) {
        let id = id.into();
        if let Some(existing) = self.get_mut(&id) {
            *existing = record;
            return;
        }
        self.index.insert(id.clone(), self.rows.len());
        self.rows.push_back((id, record));
    }

    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.index.contains_key(id)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Records in insertion order.
    pub fn iter(&self) -> impl Iterator<Item = (&Str, &Value)> {
        self.rows.iter().map(|(id, record)| (id, record))
    }

    fn changes(name: &Str, before: &Self, after: &Self, changes: &mut Vec<RecordChange>) {
        if before.rows.ptr_eq(&after.rows) {
            return;
        }
        let mut change = |id: &Str, old: Option<&Value>, new: Option<&Value>| {
            changes.push(RecordChange {
                table: name.clone(),
                id: id.clone(),
                before: old.cloned(),
                after: new.cloned(),
            });
        };
        // Snapshots of one database have their records at the same places, and share those that nobody changed.
        let mut aligned = 0;
        let mut old_rows = before.rows.iter();
        for (id, record) in after.iter() {
            let old = match old_rows.next() {
                Some((same, old)) if same == id => {
                    aligned += 1;
                    Some(old)
                }
                _ => before.get(id),
            };
            if !old.is_some_and(|old| same_text(old, record)) {
                change(id, old, Some(record));
            }
        }
        if aligned < before.len() {
            for (id, record) in before.iter().filter(|(id, _)| !after.contains(id)) {
                change(id, Some(record), None);
            }
        }
    }
}

impl FromIterator<(Str, Value)> for Table {
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(records: I) -> Self {
        let mut table = Self::default();
        for (id, record) in records {
            table.insert(id, record);
        }
        table
    }
}
