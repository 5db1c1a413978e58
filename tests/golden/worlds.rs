//! The official worlds, read once from the upstream folder.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use taupe::domain::{self, Action, Database, Task, TaskId, World};
use taupe::py::{Value, json};

use crate::vectors::{Problem, dict, list, text, upstream_text, wrong};

/// The splits that each domain has upstream.
fn splits(domain: &str) -> &'static [&'static str] {
    if domain == "retail" { &["test", "dev", "train"] } else { &["test"] }
}

/// The world of a domain; `None` if the engine has no such domain.
pub fn world(domain: &str) -> Result<Option<Arc<World>>, Problem> {
    static WORLDS: Mutex<Option<HashMap<String, Arc<World>>>> = Mutex::new(None);
    let Some(known) = domain::by_name(domain) else { return Ok(None) };
    let mut worlds = WORLDS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let worlds = worlds.get_or_insert_default();
    if let Some(world) = worlds.get(domain) {
        return Ok(Some(Arc::clone(world)));
    }
    let world = Arc::new(load(known)?);
    worlds.insert(domain.to_owned(), Arc::clone(&world));
    Ok(Some(world))
}

fn load(domain: &'static domain::Domain) -> Result<World, Problem> {
    let folder = format!("tau-bench/{}", domain.name);
    let parsed = |file: String| {
        let text = upstream_text(&format!("{folder}/{file}"))?;
        json::loads(&text).map_err(|error| Problem::malformed(format!("{file}: {error}")))
    };
    let tables = domain.tables.iter().map(|table| Ok((*table, parsed(format!("{table}.json"))?)));
    let tables: Vec<_> = tables.collect::<Result<_, Problem>>()?;
    let database = Database::load(tables).map_err(|error| Problem::malformed(error.to_string()))?;
    let splits = splits(domain.name).iter().map(|split| {
        let file = parsed(format!("tasks_{split}.json"))?;
        let tasks = file.as_list().ok_or_else(|| wrong("tasks", "a list"))?;
        let tasks = tasks.iter().enumerate().map(|(index, task)| read_task(split, index, task));
        Ok(((*split).to_owned(), tasks.collect::<Result<_, Problem>>()?))
    });
    let splits: Vec<_> = splits.collect::<Result<_, Problem>>()?;
    Ok(World::new(domain, database, upstream_text(&format!("{folder}/wiki.md"))?, splits))
}

fn read_task(split: &str, index: usize, task: &Value) -> Result<Task, Problem> {
    let outputs = list(task, "outputs")?.iter();
    Ok(Task {
        id: TaskId { split: split.to_owned(), index },
        user_id: text(task, "user_id")?.to_owned(),
        user_scenario: text(task, "instruction")?.to_owned(),
        expected_actions: list(task, "actions")?.iter().map(read_action).collect::<Result<_, _>>()?,
        outputs: outputs
            .map(|output| output.as_str().map(ToString::to_string).ok_or_else(|| wrong("outputs", "a list of texts")))
            .collect::<Result<_, _>>()?,
    })
}

pub fn read_action(action: &Value) -> Result<Action, Problem> {
    Ok(Action { name: text(action, "name")?.to_owned(), kwargs: dict(action, "kwargs")?.clone() })
}
