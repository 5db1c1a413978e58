//! The official worlds, read once from the upstream folder.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use taupe::domain::{self, Action, Domain, World};
use taupe::pack::{PACKS, PackBuilder};
use taupe::py::Value;

use crate::vectors::{Problem, dict, text, upstream_text};

/// The world of a domain; `None` if the engine has no such domain or no pack of it.
pub fn world(name: &str) -> Result<Option<Arc<World>>, Problem> {
    static WORLDS: Mutex<Option<HashMap<String, Arc<World>>>> = Mutex::new(None);
    let Some(domain) = domain::by_name(name) else { return Ok(None) };
    let mut worlds = WORLDS.lock().unwrap_or_else(PoisonError::into_inner);
    let worlds = worlds.get_or_insert_default();
    if let Some(world) = worlds.get(name) {
        return Ok(Some(Arc::clone(world)));
    }
    let Some(world) = load(domain)?.map(Arc::new) else { return Ok(None) };
    worlds.insert(name.to_owned(), Arc::clone(&world));
    Ok(Some(world))
}

fn load(domain: &'static Domain) -> Result<Option<World>, Problem> {
    let Some(manifest) = PACKS.iter().find(|pack| pack.domain == domain.name) else { return Ok(None) };
    let malformed = |error: taupe::pack::PackError| Problem::malformed(error.to_string());
    let mut pack = PackBuilder::new(manifest);
    for (index, file) in manifest.files.iter().enumerate() {
        pack.add(index, upstream_text(file.mirror_path)?.as_bytes()).map_err(malformed)?;
    }
    Ok(Some(pack.finish().map_err(malformed)?.into_world(domain)))
}

pub fn read_action(action: &Value) -> Result<Action, Problem> {
    Ok(Action { name: text(action, "name")?.to_owned(), kwargs: dict(action, "kwargs")?.clone() })
}
