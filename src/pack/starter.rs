//! Starter worlds: small worlds of our own that come with the page, each one JSON file.
//!
//! Tables and tasks are in the benchmark's shapes, so the benchmark's tools run on them unchanged. Beside them stand
//! the policy, a one-sentence instruction without any of its rules, and for each task a title and an agenda for the
//! rehearsal customer. What the file says of `rules` and of what a task `teaches` is for those who change the file, and
//! is not read here.

use super::PackError;
use super::tau_bench::{parse_json, table_of, tasks_of_list, text};
use crate::domain::{self, Database, Table, Task, World};
use crate::py::{Dict, Str, Value};

/// A starter world that the page brings along.
#[derive(Debug)]
pub struct StarterFile {
    /// The world's key in links.
    pub id: &'static str,
    /// Where the file lies, from the page's own address.
    pub path: &'static str,
    /// The task of its first split that a visit begins with: lost with the one-line instruction, and won with one
    /// sentence more.
    pub first_task: usize,
}

/// The starter worlds, in the order in which they are offered.
pub const STARTERS: &[StarterFile] = &[
    StarterFile { id: "starter-retail", path: "worlds/retail.json", first_task: 0 },
    StarterFile { id: "starter-airline", path: "worlds/airline.json", first_task: 9 },
];

/// A starter world's content.
#[derive(Debug)]
pub struct Starter {
    /// The shop's or the airline's name.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
    /// An instruction that only says what the agent is for: where teaching begins.
    pub seed_instruction: String,
    pub world: World,
}

/// Why a file is not a starter world.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StarterError {
    #[error(transparent)]
    Content(#[from] PackError),
    #[error("{file} is for the domain “{name}”, which this page does not have.")]
    UnknownDomain { file: &'static str, name: String },
}

impl StarterFile {
    /// Reads the file's content.
    ///
    /// # Errors
    /// The first thing in it that is not as a starter world has it.
    pub fn read(&self, content: &[u8]) -> Result<Starter, StarterError> {
        let value = parse_json(self.path, text(self.path, content)?)?;
        let world = self.object("the file", Some(&value))?;
        let domain_name = self.text(world, "domain")?;
        let domain = domain::by_name(&domain_name)
            .ok_or_else(|| StarterError::UnknownDomain { file: self.path, name: domain_name.clone() })?;

        let mut tables: Vec<(Str, Table)> = Vec::new();
        for (name, records) in self.object("`tables`", world.get("tables"))?.iter() {
            tables.push((name.clone(), table_of(self.path, name, records)?));
        }
        let mut splits: Vec<(String, Vec<Task>)> = Vec::new();
        for (name, tasks) in self.object("`splits`", world.get("splits"))?.iter() {
            let tasks = tasks.as_list().ok_or_else(|| self.shape(format!("split `{name}`"), "a list", Some(tasks)))?;
            splits.push((name.to_string(), tasks_of_list(self.path, name, tasks.as_slice())?));
        }
        let policy = self.text(world, "policy")?;
        Ok(Starter {
            name: self.text(world, "name")?,
            about: self.text(world, "about")?,
            seed_instruction: self.text(world, "seed_instruction")?,
            world: World::new(domain, Database::new(tables), policy, splits),
        })
    }

    fn object<'a>(&self, place: &str, value: Option<&'a Value>) -> Result<&'a Dict, PackError> {
        value.and_then(Value::as_dict).ok_or_else(|| self.shape(place.to_owned(), "an object", value))
    }

    fn text(&self, world: &Dict, name: &str) -> Result<String, PackError> {
        let value = world.get(name);
        let text = value.and_then(Value::as_str).map(ToString::to_string);
        text.ok_or_else(|| self.shape(format!("`{name}`"), "a text", value))
    }

    fn shape(&self, place: String, expected: &'static str, met: Option<&Value>) -> PackError {
        let met = met.map_or("nothing", Value::type_name).to_owned();
        PackError::Shape { file: self.path, place, expected: expected.into(), met }
    }
}
