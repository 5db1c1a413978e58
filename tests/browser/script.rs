//! Scripts for the model server: both seats of a task, made from the task's own expected actions.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::support::Outcome;

/// What the customer says first.
pub const GREETING: &str = "Hello, I need help with an order.";
/// What the agent says when it is through.
pub const FAREWELL: &str = "Everything is done as you wished.";

/// A task of the benchmark, as its own file has it.
pub struct BenchmarkTask {
    pub actions: Vec<Value>,
    pub outputs: Vec<String>,
}

/// Reads a task of retail's test split.
pub fn test_task(upstream: &Path, index: usize) -> Outcome<BenchmarkTask> {
    let text = fs::read_to_string(upstream.join("tau-bench/retail/tasks_test.json"))?;
    let tasks: Value = serde_json::from_str(&text)?;
    let list = |name: &str| tasks[index][name].as_array().cloned().unwrap_or_default();
    let outputs = list("outputs").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(BenchmarkTask { actions: list("actions"), outputs })
}

/// An agent that makes every expected call and reports, and a customer who greets and then ends the conversation.
/// The seats are told apart by their tools: only the agent has any.
pub fn solves(task: &BenchmarkTask) -> Value {
    let calls = task.actions.iter().map(|action| json!({"name": action["name"], "arguments": action["kwargs"]}));
    let mut rules: Vec<Value> = calls
        .enumerate()
        .map(|(turn, call)| json!({"match": {"has_tools": true, "turn": turn}, "reply": {"tool_calls": [call]}}))
        .collect();
    let report = format!("{FAREWELL} {}", task.outputs.join(" "));
    rules.push(json!({"match": {"has_tools": true, "turn_min": rules.len()}, "reply": {"text": report.trim()}}));
    rules.extend(customer());
    json!({"default": "echo", "cache_ratio": 0.5, "rules": rules})
}

/// An agent that does nothing but say goodbye: the conversation ends well and the reward is 0.
pub fn does_nothing() -> Value {
    let mut rules = vec![json!({"match": {"has_tools": true}, "reply": {"text": FAREWELL}})];
    rules.extend(customer());
    json!({"default": "echo", "rules": rules})
}

fn customer() -> [Value; 2] {
    [
        json!({"match": {"has_tools": false, "any_contains": FAREWELL}, "reply": {"text": "###STOP###"}}),
        json!({"match": {"has_tools": false, "turn": 0}, "reply": {"text": GREETING}}),
    ]
}
