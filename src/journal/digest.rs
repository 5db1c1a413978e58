//! A fingerprint of what a rollout was about, so that one replayed on other content says so.

use crate::domain::{Task, World};
use crate::py::canon::CanonHasher;

/// How much of the hash is kept, in hex digits: it is to notice changes, not to withstand forgers.
const DIGITS: usize = 16;

/// A fingerprint of a task and of those facts of its world that it most rests on: the tools, the size of the tables
/// and the customer's own record. Cheap, unlike the hash of the whole database.
#[must_use]
pub fn content_digest(world: &World, task: &Task) -> String {
    let mut hasher = CanonHasher::new();
    hasher.value(&task.to_value());
    hasher.value(&world.domain.name.into());
    for tool in world.domain.tools {
        hasher.value(&tool.name.into());
    }
    for (name, table) in world.database.tables() {
        hasher.value(&(&**name).into());
        hasher.value(&crate::py::Value::int(table.len().into()));
        if let Some(record) = table.get(&task.user_id) {
            hasher.value(record);
        }
    }
    let mut digest = hasher.finish();
    digest.truncate(DIGITS);
    digest
}
