//! Conversations that the original's authors recorded, done again on the present data.

use taupe::pack::RecordedRun;
use taupe::py::{Value, json};
use taupe::rollout::{Reexecution, Reward, changed_task_fields, reexecute};

use crate::Check;
use crate::tally::{Differences, Tally};
use crate::vectors::{Problem, Vectors, int, optional, recorded_conversations};
use crate::worlds::world;

pub const KINDS: &[(&str, Check)] = &[("historical-replay", replay)];

fn replay(vectors: &Vectors) -> Result<Tally, Problem> {
    let world = world("airline")?.ok_or_else(|| Problem::malformed("no domain `airline`"))?;
    let conversations = Value::List(recorded_conversations()?.into());
    let recorded = RecordedRun::read(&json::dumps(&conversations)).map_err(|e| Problem::malformed(e.to_string()))?;
    if let Some(warning) = recorded.warnings.first() {
        return Err(Problem::malformed(warning.clone()));
    }
    Tally::of_records(vectors, |record, differences| {
        let (task_id, trial) = (int(record, "task_id")?, int(record, "trial")?);
        let result = recorded.results.iter().find(|result| (result.task_id, result.trial) == (task_id, trial));
        let result = result.ok_or_else(|| Problem::NoUpstream("the conversation".into()))?;
        let task = usize::try_from(task_id).ok().and_then(|index| world.task("test", index));
        let task = task.ok_or_else(|| Problem::malformed("no such task"))?;
        let again = reexecute(&world, task, &result.trajectory).map_err(|e| Problem::malformed(e.to_string()))?;
        compare(record, result.reward, &again, differences);
        if let Some(Value::Dict(then)) = result.info.get("task") {
            let changed: taupe::py::List = changed_task_fields(task, then).into_iter().map(Value::from).collect();
            same(record, "task_fields_changed_since", &Value::List(changed), differences);
        }
        Ok(())
    })
}

fn compare(record: &Value, recorded: f64, again: &Reexecution, differences: &mut Differences) {
    let count = |count: usize| i64::try_from(count).map_or(Value::None, Value::Int);
    let reward = again.reward.as_ref().map_or(0.0, |reward| reward.reward);
    let at_last = again.ended_at.map_or(Value::None, |at| Value::Bool(at + 1 == again.steps));
    let mismatches: taupe::py::List = again
        .mismatches
        .iter()
        .map(|mismatch| {
            Value::Dict(taupe::py::Dict::from_iter([
                ("step", count(mismatch.step)),
                ("name", mismatch.name.as_str().into()),
                ("why", mismatch.why().into()),
            ]))
        })
        .collect();
    for (name, actual) in [
        ("recorded_reward", Value::Float(recorded)),
        ("replayed_reward", Value::Float(reward)),
        ("reward_same", Value::Bool(reward == recorded)),
        ("done", Value::Bool(again.ended_at.is_some())),
        ("ended_at_last_step", at_last),
        ("steps", count(again.steps)),
        ("tool_calls", count(again.tool_calls)),
        ("outputs_same", Value::Bool(again.mismatches.is_empty())),
        ("mismatches", Value::List(mismatches)),
    ] {
        same(record, name, &actual, differences);
    }
    let info = again.reward.as_deref().map(Reward::result).map(|result| result.to_value());
    let info = info.and_then(|value| optional(&value, "info").cloned()).unwrap_or(Value::None);
    same(record, "replayed_reward_info", &info, differences);
}

fn same(record: &Value, name: &str, actual: &Value, differences: &mut Differences) {
    // `field` takes a null for absent.
    let expected = optional(record, name).cloned().unwrap_or(Value::None);
    differences.same(name, &json::dumps(&expected), &json::dumps(actual));
}
