//! τ-bench's own files as a database, tasks and a policy.
//!
//! Upstream keeps tables as JSON objects of records and tasks as Python source (`tasks_test.py` of
//! `tau_bench/envs/retail`): a list of `Task(annotator=…, user_id=…, instruction=…, actions=[Action(name=…,
//! kwargs={…})], outputs=[…])`. The same list as JSON objects is read as well. Which form a file has is seen from
//! its first character, not from its name. Fields beyond those of `tau_bench/types.py` are ignored, as there.

use std::borrow::Cow;

use super::literal::{Assignment, Call, Literal, LiteralError, LiteralKind, Module, Position, read_module};
use super::{FileRole, Manifest, PackFile};
use crate::domain::{Action, Database, Domain, Table, Task, TaskId, World};
use crate::py::{Dict, PyError, Str, Value, json};

/// What the names of task lists begin with (`TASKS_TEST`, `TASKS_DEV`, `TASKS`).
const TASK_LIST: &str = "TASKS";

/// A pack's content.
#[derive(Clone, Debug)]
pub struct Pack {
    /// As each rollout finds it.
    pub database: Database,
    /// The benchmark's own policy text, unchanged.
    pub policy: String,
    /// In the manifest's order.
    pub splits: Vec<Split>,
}

/// A named list of tasks.
#[derive(Clone, Debug)]
pub struct Split {
    pub name: &'static str,
    /// A task's position here is its id's index.
    pub tasks: Vec<Task>,
}

/// Why files are not a pack. `file` is a path in the benchmark's repository, or in this page for a starter world.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    #[error("{file} is missing.")]
    Missing { file: &'static str },
    #[error("{file} is not text: its byte {offset} is not UTF-8.")]
    NotText { file: &'static str, offset: usize },
    #[error("{file} is not JSON: {source}.")]
    Json { file: &'static str, source: PyError },
    #[error("{file} is not a task file as the benchmark writes it: {source}.")]
    Literal { file: &'static str, source: LiteralError },
    #[error("{file}, {place}: expected {expected}, met {met}.")]
    Shape { file: &'static str, place: String, expected: Cow<'static, str>, met: String },
}

impl PackError {
    /// What the user can do about it.
    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "Load the pack again, or drop the missing file onto the page.",
            Self::NotText { .. } | Self::Json { .. } => {
                "Load the pack from the benchmark's public repository, or replace this file in your copy."
            }
            Self::Literal { .. } | Self::Shape { .. } => {
                "Mend this place in your copy and load it again, or load the pack from the public repository."
            }
        }
    }
}

impl Pack {
    #[must_use]
    pub fn split(&self, name: &str) -> Option<&Split> {
        self.splits.iter().find(|split| split.name == name)
    }

    #[must_use]
    pub fn task(&self, id: &TaskId) -> Option<&Task> {
        self.split(&id.split)?.tasks.get(id.index)
    }

    /// The world that rollouts start from, with the tools of this domain (the manifest names it).
    #[must_use]
    pub fn into_world(self, domain: &'static Domain) -> World {
        let splits = self.splits.into_iter().map(|split| (split.name.to_owned(), split.tasks));
        World::new(domain, self.database, self.policy, splits)
    }
}

/// Collects the content of a pack file by file, so that a caller can pause in between.
#[derive(Debug)]
pub struct PackBuilder {
    manifest: &'static Manifest,
    tables: Vec<Option<Table>>,
    tasks: Vec<Option<Vec<Task>>>,
    policy: Option<String>,
}

impl PackBuilder {
    #[must_use]
    pub fn new(manifest: &'static Manifest) -> Self {
        let none_of_each = manifest.files.len();
        Self { manifest, tables: vec![None; none_of_each], tasks: vec![None; none_of_each], policy: None }
    }

    /// Reads the content of the manifest's file at `index`.
    ///
    /// # Errors
    /// What is wrong with the content; the builder is as before.
    pub fn add(&mut self, index: usize, content: &[u8]) -> Result<(), PackError> {
        let Some(file) = self.manifest.files.get(index) else { return Ok(()) };
        match file.role {
            FileRole::Table(name) => self.tables[index] = Some(read_table(file, name, content)?),
            FileRole::Tasks(split) => self.tasks[index] = Some(read_tasks(file, split, content)?),
            FileRole::Policy => self.policy = Some(text(file.path, content)?.to_owned()),
        }
        Ok(())
    }

    /// The pack.
    ///
    /// # Errors
    /// [`PackError::Missing`] for the first file that was not added.
    pub fn finish(self) -> Result<Pack, PackError> {
        let mut pack = Pack { database: Database::default(), policy: String::new(), splits: Vec::new() };
        let mut tables: Vec<(Str, Table)> = Vec::new();
        let mut policy = self.policy;
        for ((file, table), tasks) in self.manifest.files.iter().zip(self.tables).zip(self.tasks) {
            let missing = || PackError::Missing { file: file.path };
            match file.role {
                FileRole::Table(name) => tables.push((name.into(), table.ok_or_else(missing)?)),
                FileRole::Tasks(name) => pack.splits.push(Split { name, tasks: tasks.ok_or_else(missing)? }),
                FileRole::Policy => pack.policy = policy.take().ok_or_else(missing)?,
            }
        }
        pack.database = Database::new(tables);
        Ok(pack)
    }
}

/// A table from a JSON object of records.
fn read_table(file: &'static PackFile, name: &str, content: &[u8]) -> Result<Table, PackError> {
    table_of(file.path, name, &parse_json(file.path, text(file.path, content)?)?)
}

/// A table from its JSON value; `file` is named in errors.
pub(super) fn table_of(file: &'static str, name: &str, records: &Value) -> Result<Table, PackError> {
    let shape = |place: String, met: &Value| PackError::Shape {
        file,
        place,
        expected: "an object".into(),
        met: met.type_name().to_owned(),
    };
    let records = records.as_dict().ok_or_else(|| shape(format!("table `{name}`"), records))?;
    if let Some((id, record)) = records.iter().find(|(_, record)| record.as_dict().is_none()) {
        return Err(shape(format!("record `{id}`"), record));
    }
    Ok(records.iter().map(|(id, record)| (id.clone(), record.clone())).collect())
}

/// The tasks of a split from Python source or JSON.
///
/// # Errors
/// The first thing in the file that is not as the benchmark writes it.
pub fn read_tasks(file: &'static PackFile, split: &str, content: &[u8]) -> Result<Vec<Task>, PackError> {
    let file = file.path;
    let source = text(file, content)?;
    if source.trim_start().starts_with('[') {
        let value = parse_json(file, source)?;
        return tasks_of_list(file, split, value.as_list().map(|list| list.as_slice()).unwrap_or_default());
    }
    let module = read_module(source).map_err(|source| PackError::Literal { file, source })?;
    tasks_of_module(file, split, source, module)
}

/// The tasks of a split from JSON values; `file` is named in errors.
pub(super) fn tasks_of_list(file: &'static str, split: &str, items: &[Value]) -> Result<Vec<Task>, PackError> {
    let read = |(index, item): (usize, &Value)| {
        let place = Place { file, python: None, task: Some(index) };
        let fields = item.as_dict().ok_or_else(|| place.error("an object", item.type_name()))?;
        place.task(split, index, fields)
    };
    items.iter().enumerate().map(read).collect()
}

fn tasks_of_module(file: &'static str, split: &str, source: &str, module: Module) -> Result<Vec<Task>, PackError> {
    let place = |offset: usize, task| Place { file, python: Some((source, offset)), task };
    let mut lists = module.assignments.into_iter().filter(|own| own.name.starts_with(TASK_LIST));
    let (Some(Assignment { value, .. }), None) = (lists.next(), lists.next()) else {
        return Err(place(0, None).error("one list named TASKS…", "none or several"));
    };
    let met = value.describe();
    let LiteralKind::List(items) = value.kind else {
        return Err(place(value.offset, None).error("a list of tasks", met));
    };
    let read = |(index, item): (usize, Literal)| {
        let place = place(item.offset, Some(index));
        place.task(split, index, &place.record(item, "Task")?)
    };
    items.into_iter().enumerate().map(read).collect()
}

/// Where in a file something stands, for errors.
#[derive(Clone, Copy)]
struct Place<'a> {
    file: &'static str,
    /// The source and the byte offset in it, if it is Python.
    python: Option<(&'a str, usize)>,
    /// The task's position in the list.
    task: Option<usize>,
}

impl Place<'_> {
    fn error(&self, expected: impl Into<Cow<'static, str>>, met: impl Into<String>) -> PackError {
        let line = self.python.map(|(source, offset)| Position::of(source, offset));
        let line = line.map(|Position { line, column }| format!("line {line}, column {column}"));
        let task = self.task.map(|index| format!("task {index}"));
        let place = line.into_iter().chain(task).collect::<Vec<_>>().join(", ");
        PackError::Shape { file: self.file, place, expected: expected.into(), met: met.into() }
    }

    fn at(&self, offset: usize) -> Self {
        Self { python: self.python.map(|(source, _)| (source, offset)), ..*self }
    }

    /// The arguments of a call of `name`; the calls in a task's `actions` become records too.
    fn record(&self, literal: Literal, name: &'static str) -> Result<Dict, PackError> {
        let place = self.at(literal.offset);
        let met = literal.describe();
        let arguments = match literal.kind {
            LiteralKind::Call(Call { name: own, arguments }) if own == name => arguments,
            _ => return Err(place.error(format!("`{name}(…)`"), met)),
        };
        let mut fields = Dict::new();
        for (argument, literal) in arguments {
            let value = match literal.kind {
                LiteralKind::List(items) if name == "Task" && argument == "actions" => {
                    let action = |item| self.record(item, "Action").map(Value::Dict);
                    Value::List(items.into_iter().map(action).collect::<Result<_, _>>()?)
                }
                _ => literal
                    .into_value()
                    .map_err(|call| self.at(call).error("plain data", "a call where the benchmark has none"))?,
            };
            fields.set(argument, value);
        }
        Ok(fields)
    }

    fn task(&self, split: &str, index: usize, fields: &Dict) -> Result<Task, PackError> {
        let actions = self.field(fields, "actions", "a list", Value::as_list)?;
        let outputs = self.field(fields, "outputs", "a list", Value::as_list)?;
        let output = |output: &Value| {
            let text = output.as_str().ok_or_else(|| self.error("texts in `outputs`", output.type_name()))?;
            Ok(text.as_ref().to_owned())
        };
        let title = match fields.get("title") {
            None | Some(Value::None) => None,
            Some(_) => Some(self.text(fields, "title")?),
        };
        Ok(Task {
            id: TaskId { split: split.to_owned(), index },
            title,
            user_id: self.text(fields, "user_id")?,
            user_scenario: self.text(fields, "instruction")?,
            expected_actions: actions.iter().map(|action| self.action(action)).collect::<Result<_, _>>()?,
            outputs: outputs.iter().map(output).collect::<Result<_, _>>()?,
            agenda: fields.get("agenda").cloned(),
        })
    }

    fn action(&self, action: &Value) -> Result<Action, PackError> {
        let fields = action.as_dict().ok_or_else(|| self.error("objects in `actions`", action.type_name()))?;
        let kwargs = self.field(fields, "kwargs", "a dict", Value::as_dict)?.clone();
        Ok(Action { name: self.text(fields, "name")?, kwargs })
    }

    fn text(&self, fields: &Dict, name: &'static str) -> Result<String, PackError> {
        self.field(fields, name, "a text", Value::as_str).map(|text| text.as_ref().to_owned())
    }

    fn field<'a, T>(
        &self,
        fields: &'a Dict,
        name: &'static str,
        kind: &'static str,
        read: impl Fn(&'a Value) -> Option<&'a T>,
    ) -> Result<&'a T, PackError> {
        let value = fields.get(name);
        value.and_then(read).ok_or_else(|| {
            let met = value.map_or("nothing", Value::type_name);
            self.error(format!("{kind} as `{name}`"), met)
        })
    }
}

pub(super) fn parse_json(file: &'static str, source: &str) -> Result<Value, PackError> {
    json::loads(source).map_err(|source| PackError::Json { file, source })
}

pub(super) fn text<'a>(file: &'static str, content: &'a [u8]) -> Result<&'a str, PackError> {
    let text =
        std::str::from_utf8(content).map_err(|error| PackError::NotText { file, offset: error.valid_up_to() })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}
