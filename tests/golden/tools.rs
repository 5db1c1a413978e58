//! Tools and rewards of the domains: expected actions, random sequences, corners, wrong types.

use std::sync::Arc;

use taupe::domain::{Action, Database, Task, World, replay_expected};
use taupe::py::{Value, json};
use taupe::rollout::Reward;

use crate::Check;
use crate::tally::{Differences, Tally};
use crate::vectors::{Problem, Vectors, field, int, list, optional, text};
use crate::worlds::{read_action, world};

pub const KINDS: &[(&str, Check)] = &[
    ("tasks-retail-test", tasks),
    ("tasks-retail-dev", tasks),
    ("tasks-retail-train", tasks),
    ("fuzz-retail", sequences),
    ("special-retail", sequences),
    ("types-retail", single_calls),
    ("tasks-airline-test", tasks),
    ("fuzz-airline", sequences),
    ("special-airline", sequences),
    ("types-airline", single_calls),
];

/// The world that the records are about: they are all of one domain.
fn world_of(vectors: &Vectors) -> Result<Arc<World>, Problem> {
    let first = vectors.records.first().ok_or_else(|| Problem::malformed("no vectors"))?;
    let domain = text(first, "domain")?;
    world(domain)?.ok_or_else(|| Problem::malformed(format!("no domain `{domain}`")))
}

/// Each task's expected actions with every answer, the hashes, and two rewards.
fn tasks(vectors: &Vectors) -> Result<Tally, Problem> {
    let world = world_of(vectors)?;
    let initial_hash = world.database.hash();
    Tally::of_records(vectors, |record, differences| {
        differences.same("initial hash", text(record, "initial_hash")?, &initial_hash);
        let task = task_of(&world, record)?;
        let steps = list(record, "steps")?;
        let replay = replay_expected(&world, task).map_err(|error| Problem::malformed(error.to_string()))?;
        differences.same("number of steps", &steps.len().to_string(), &replay.len().to_string());
        let mut db = world.database.clone();
        let mut log = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            let action = read_action(step)?;
            call(&world, &mut db, &action, step, &format!("step {at}"), differences)?;
            if let Some(replayed) = replay.get(at) {
                differences.same(&format!("step {at} replayed"), text(step, "output")?, &replayed.outcome.observation);
                let skipped = matches!(field(step, "skipped_in_replay")?, Value::Bool(true));
                let terminates = replayed.outcome.terminates;
                differences.same(&format!("step {at} skipped"), &skipped.to_string(), &terminates.to_string());
            }
            log.push(action);
        }
        differences.same("final hash", text(record, "final_hash")?, &db.hash());
        let mut judged = |what: &str, end: &Database, log: &[Action]| {
            let actual = match Reward::of(&world, task, end, log) {
                Ok(reward) => shown_reward(&reward.result().to_value()),
                Err(error) => format!("raises {error}"),
            };
            differences.same(what, &json::dumps(field(record, what)?), &actual);
            Ok::<_, Problem>(())
        };
        judged("reward_gt_calls_only", &db, &log)?;
        judged("reward_no_calls", &world.database, &[])
    })
}

pub fn task_of<'a>(world: &'a World, record: &Value) -> Result<&'a Arc<Task>, Problem> {
    let (split, index) = (text(record, "split")?, int(record, "task_id")?);
    let task = usize::try_from(index).ok().and_then(|index| world.task(split, index));
    task.ok_or_else(|| Problem::malformed(format!("no task {index} in split `{split}`")))
}

/// A reward's JSON form without the list of expected actions, which the vectors leave out.
pub fn shown_reward(reward: &Value) -> String {
    let mut reward = reward.clone();
    if let Value::Dict(fields) = &mut reward {
        fields.make_mut().shift_remove("actions");
    }
    json::dumps(&reward)
}

/// Sequences of calls, each from a fresh database on.
fn sequences(vectors: &Vectors) -> Result<Tally, Problem> {
    let world = world_of(vectors)?;
    Tally::of_records(vectors, |record, differences| {
        let mut db = world.database.clone();
        for (at, vector) in list(record, "calls")?.iter().enumerate() {
            call(&world, &mut db, &read_action(vector)?, vector, &format!("call {at}"), differences)?;
        }
        differences.same("final hash", text(record, "final_hash")?, &db.hash());
        Ok(())
    })
}

/// One call each on a fresh database.
fn single_calls(vectors: &Vectors) -> Result<Tally, Problem> {
    let world = world_of(vectors)?;
    Tally::of_records(vectors, |record, differences| {
        let mut db = world.database.clone();
        call(&world, &mut db, &read_action(record)?, record, "call", differences)?;
        differences.same("final hash", text(record, "final_hash")?, &db.hash());
        Ok(())
    })
}

/// Runs a call and compares its answer, or the exception that leaves the step.
fn call(
    world: &World,
    db: &mut Database,
    action: &Action,
    vector: &Value,
    place: &str,
    differences: &mut Differences,
) -> Result<(), Problem> {
    let expected = match optional(vector, "step_raises") {
        Some(_) => format!("raises {}", text(vector, "step_raises")?),
        None => text(vector, "output")?.to_owned(),
    };
    let actual = match world.domain.call(db, &action.name, &action.kwargs) {
        Ok(outcome) => outcome.observation,
        Err(error) => format!("raises {}", error.kind.name()),
    };
    let kwargs = json::dumps(&Value::Dict(action.kwargs.clone()));
    differences.same(&format!("{place} {}({kwargs})", action.name), &expected, &actual);
    Ok(())
}
