//! The starter worlds as they are committed, and what the tests ask of them.

use std::sync::Arc;

use serde_json::Value as Json;
use taupe::domain::{Action, Task, World};
use taupe::pack::{STARTERS, Starter, StarterFile};
use taupe::py::{Dict, Value};
use taupe::rollout::Reward;

pub const SPLITS: [(&str, usize); 3] = [("train", 12), ("dev", 6), ("test", 6)];

/// A starter world and what is particular to it.
pub struct Own {
    pub file: &'static StarterFile,
    pub content: &'static str,
    /// The tasks that are won by doing nothing.
    pub refusals: [&'static str; 5],
    /// Words in the policy, from and to.
    pub policy_words: [usize; 2],
}

pub static RETAIL: Own = Own {
    file: &STARTERS[0],
    content: include_str!("../../assets/worlds/retail.json"),
    refusals: ["train/9", "train/10", "dev/0", "test/0", "test/1"],
    policy_words: [500, 800],
};

pub static AIRLINE: Own = Own {
    file: &STARTERS[1],
    content: include_str!("../../assets/worlds/airline.json"),
    refusals: ["train/9", "train/10", "dev/0", "test/0", "test/1"],
    policy_words: [600, 900],
};

pub static ALL: [&Own; 2] = [&RETAIL, &AIRLINE];

impl Own {
    pub fn starter(&self) -> Starter {
        self.file.read(self.content.as_bytes()).expect("the committed world can be read")
    }

    pub fn world(&self) -> World {
        self.starter().world
    }

    /// The file as it stands, for what the loader passes over.
    pub fn json(&self) -> Json {
        serde_json::from_str(self.content).expect("the committed world is JSON")
    }
}

pub fn tasks(world: &World) -> Vec<Arc<Task>> {
    SPLITS.iter().flat_map(|(split, _)| world.tasks(split).expect("the split is there")).cloned().collect()
}

/// The task's own entry in the file.
pub fn entry<'a>(json: &'a Json, task: &Task) -> &'a Json {
    &json["splits"][&task.id.split][task.id.index]
}

pub fn teaches(json: &Json, task: &Task) -> Vec<String> {
    list(&entry(json, task)["teaches"]).iter().map(|rule| text(rule).to_owned()).collect()
}

/// The tasks that teach a rule.
pub fn taught(world: &World, json: &Json, rule: &str) -> Vec<Arc<Task>> {
    tasks(world).into_iter().filter(|task| teaches(json, task).iter().any(|own| own == rule)).collect()
}

/// The reward of ending with these calls made and every expected word said.
pub fn reward(world: &World, task: &Arc<Task>, calls: &[Action]) -> f64 {
    let mut db = world.database.clone();
    for call in calls {
        world.domain.call(&mut db, &call.name, &call.kwargs).expect("these steps do not raise");
    }
    let kwargs = Dict::from_iter([("content", Value::from(task.outputs.join("\n").as_str()))]);
    let said = Action { name: "respond".to_owned(), kwargs };
    Reward::of(world, task, &db, &[said]).expect("a log of plain texts is judged").reward
}

pub fn table(json: &Json, name: &str) -> Vec<(String, Json)> {
    let records = json["tables"][name].as_object().expect("a table is an object");
    records.iter().map(|(id, record)| (id.clone(), record.clone())).collect()
}

pub fn list(value: &Json) -> &[Json] {
    value.as_array().expect("a list")
}

pub fn text(value: &Json) -> &str {
    value.as_str().expect("a text")
}
