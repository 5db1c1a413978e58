//! The result file of a run of the original: a JSON list of `{task_id, reward, info, traj, trial}`
//! (`EnvRunResult` of `tau_bench/types.py`, written by `tau_bench/run.py` with an indent of 2).
//!
//! Reading keeps what it can: a result that is none is left out and named in the warnings. Unknown keys, which other
//! versions of the model library add, are ignored in messages and kept in `info`.

use crate::chat::{AssistantMessage, Message, ToolCall};
use crate::py::{Dict, List, PyError, Value, float, json, text};

/// One rollout as the original records it.
#[derive(Clone, Debug)]
pub struct RecordedResult {
    /// The task's position in its split.
    pub task_id: i64,
    /// Which repetition of the task it is, from 0.
    pub trial: i64,
    pub reward: f64,
    /// What the last step told; `error` and `traceback` where the rollout died of an exception.
    pub info: Dict,
    /// The agent's side of the conversation; empty where the rollout died of an exception.
    pub trajectory: Vec<Message>,
}

/// What a result file held.
#[derive(Clone, Debug, Default)]
pub struct RecordedRun {
    pub results: Vec<RecordedResult>,
    /// What was left out or read with a guess, a sentence each.
    pub warnings: Vec<String>,
}

/// Why a file is not a result file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResultsError {
    #[error("The file is not JSON: {0}.")]
    Json(PyError),
    #[error("The file is not a list of results but a JSON {0}.")]
    NotAList(&'static str),
}

impl RecordedRun {
    /// Reads the text of a result file.
    ///
    /// # Errors
    /// The text is no JSON, or no list.
    pub fn read(source: &str) -> Result<Self, ResultsError> {
        let value = json::loads(source).map_err(ResultsError::Json)?;
        let list = value.as_list().ok_or_else(|| ResultsError::NotAList(value.type_name()))?;
        let mut run = Self::default();
        for (at, item) in list.iter().enumerate() {
            let mut notes = Vec::new();
            match read_result(item, &mut notes) {
                Ok(result) => run.results.push(result),
                Err(why) => notes.push(format!("left out, {why}")),
            }
            run.warnings.extend(notes.into_iter().map(|note| format!("Result {}: {note}.", at + 1)));
        }
        Ok(run)
    }

    /// The text of a result file, as the original writes it.
    #[must_use]
    pub fn write(&self) -> String {
        let results: List = self.results.iter().map(RecordedResult::to_value).collect();
        json::dumps_indent(&Value::List(results), 2)
    }
}

impl RecordedResult {
    /// The original's JSON form.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let trajectory: List = self.trajectory.iter().map(message_to_value).collect();
        Value::Dict(Dict::from_iter([
            ("task_id", Value::Int(self.task_id)),
            ("reward", Value::Float(self.reward)),
            ("info", Value::Dict(self.info.clone())),
            ("traj", Value::List(trajectory)),
            ("trial", Value::Int(self.trial)),
        ]))
    }

    /// Why the rollout has no verdict, where it died of an exception: then its reward of 0 says nothing.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        self.info.get("error").map(text::str_of)
    }
}

/// The settings of an original run that its file name tells (`RunConfig` of `tau_bench/types.py`).
#[derive(Clone, Debug, PartialEq)]
pub struct RunName<'a> {
    /// The folder.
    pub log_dir: &'a str,
    pub agent_strategy: &'a str,
    /// Of a model named with a path, such as `vendor/model`, the last part counts.
    pub model: &'a str,
    pub temperature: f64,
    /// The range of tasks as it was asked for: an end of −1 stands for all.
    pub start_index: i64,
    pub end_index: i64,
    pub user_model: &'a str,
    pub user_strategy: &'a str,
    /// Month, day, hour, minute and second, two digits each.
    pub moment: &'a str,
}

impl RunName<'_> {
    /// The path of the run's result file.
    #[must_use]
    pub fn path(&self) -> String {
        format!(
            "{}/{}-{}-{}_range_{}-{}_user-{}-{}_{}.json",
            self.log_dir,
            self.agent_strategy,
            self.model.rsplit('/').next().unwrap_or(self.model),
            float::repr(self.temperature),
            self.start_index,
            self.end_index,
            self.user_model,
            self.user_strategy,
            self.moment
        )
    }
}

fn read_result(item: &Value, notes: &mut Vec<String>) -> Result<RecordedResult, String> {
    let fields = item.as_dict().ok_or_else(|| format!("it is a JSON {}", item.type_name()))?;
    let whole = |name: &str| match fields.get(name) {
        Some(Value::Int(int)) => Ok(*int),
        other => Err(format!("its `{name}` is {}", met(other))),
    };
    let reward = match fields.get("reward") {
        Some(Value::Float(reward)) if reward.is_finite() => *reward,
        Some(Value::Int(reward)) => *reward as f64,
        other => return Err(format!("its `reward` is {}", met(other))),
    };
    let info = match fields.get("info") {
        Some(Value::Dict(info)) => info.clone(),
        other => {
            notes.push(format!("its `info` is {} and was left out", met(other)));
            Dict::new()
        }
    };
    let mut trajectory = Vec::new();
    match fields.get("traj") {
        Some(Value::List(messages)) => {
            for (at, message) in messages.iter().enumerate() {
                trajectory.push(message_of_value(message).map_err(|why| format!("message {} {why}", at + 1))?);
            }
        }
        other => return Err(format!("its `traj` is {}", met(other))),
    }
    let trial = whole("trial").or_else(|why| match fields.get("trial") {
        None => {
            notes.push("it names no trial and was taken for trial 0".to_owned());
            Ok(0)
        }
        Some(_) => Err(why),
    })?;
    Ok(RecordedResult { task_id: whole("task_id")?, trial, reward, info, trajectory })
}

fn met(value: Option<&Value>) -> String {
    value.map_or_else(|| "missing".to_owned(), |value| format!("a JSON {}", value.type_name()))
}

/// A message in the original's form, that of the chat API. Reasoning is no part of it.
#[must_use]
pub fn message_to_value(message: &Message) -> Value {
    let said = |role: &str, content: &str| {
        Value::Dict(Dict::from_iter([("role", Value::from(role)), ("content", Value::from(content))]))
    };
    match message {
        Message::System { content } => said("system", content),
        Message::User { content } => said("user", content),
        Message::Tool { call_id, name, content } => Value::Dict(Dict::from_iter([
            ("role", Value::from("tool")),
            ("tool_call_id", call_id.as_str().into()),
            ("name", name.as_str().into()),
            ("content", content.as_str().into()),
        ])),
        Message::Assistant(reply) => {
            let content = reply.content.as_deref().map_or(Value::None, Value::from);
            let mut form = Dict::from_iter([("content", content), ("role", "assistant".into())]);
            if !reply.tool_calls.is_empty() {
                let calls: List = reply.tool_calls.iter().map(call_to_value).collect();
                form.set("tool_calls", calls);
            }
            Value::Dict(form)
        }
    }
}

fn call_to_value(call: &ToolCall) -> Value {
    let function =
        Dict::from_iter([("arguments", Value::from(call.arguments.as_str())), ("name", call.name.as_str().into())]);
    Value::Dict(Dict::from_iter([
        ("function", Value::Dict(function)),
        ("id", call.id.as_str().into()),
        ("type", "function".into()),
    ]))
}

/// A message of the original's form.
///
/// # Errors
/// What it lacks, as the end of a sentence that begins with its place.
pub fn message_of_value(message: &Value) -> Result<Message, String> {
    let fields = message.as_dict().ok_or_else(|| format!("is a JSON {}", message.type_name()))?;
    let written = |name: &str| match fields.get(name) {
        Some(Value::Str(text)) => Ok(text.to_string()),
        other => Err(format!("has a `{name}` that is {}", met(other))),
    };
    match &*written("role")? {
        "system" => Ok(Message::System { content: written("content")? }),
        "user" => Ok(Message::User { content: written("content")? }),
        "tool" => Ok(Message::Tool {
            call_id: written("tool_call_id").unwrap_or_default(),
            name: written("name").unwrap_or_default(),
            content: written("content")?,
        }),
        "assistant" => {
            let content = match fields.get("content") {
                None | Some(Value::None) => None,
                Some(Value::Str(text)) => Some(text.to_string()),
                other => return Err(format!("has a `content` that is {}", met(other))),
            };
            let tool_calls = match fields.get("tool_calls") {
                Some(Value::List(calls)) => calls.iter().map(call_of_value).collect::<Result<_, _>>()?,
                _ => Vec::new(),
            };
            Ok(Message::Assistant(AssistantMessage { content, tool_calls, ..AssistantMessage::default() }))
        }
        other => Err(format!("has the role `{other}`")),
    }
}

fn call_of_value(call: &Value) -> Result<ToolCall, String> {
    let part = |holder: &Value, name: &str| holder.as_dict().and_then(|holder| holder.get(name)).cloned();
    let written = |holder: &Value, name: &str| match part(holder, name) {
        Some(Value::Str(text)) => Ok(text.to_string()),
        other => Err(format!("has a tool call whose `{name}` is {}", met(other.as_ref()))),
    };
    let function = part(call, "function").unwrap_or(Value::None);
    Ok(ToolCall {
        id: written(call, "id").unwrap_or_default(),
        name: written(&function, "name")?,
        arguments: written(&function, "arguments")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r##"[
  {"task_id": 3, "reward": 1, "info": {"source": "user"}, "trial": 1, "traj": [
    {"role": "system", "content": "s"},
    {"role": "user", "content": "hi"},
    {"content": null, "role": "assistant", "tool_calls": [
      {"function": {"arguments": "{}", "name": "think"}, "id": "c1", "type": "function", "index": 0}],
     "function_call": null},
    {"role": "tool", "tool_call_id": "c1", "name": "think", "content": ""},
    {"content": "ok", "role": "assistant", "tool_calls": null},
    {"role": "user", "content": "bye"}]},
  {"task_id": 4, "reward": 0.0, "info": {"error": "boom", "traceback": "…"}, "traj": [], "trial": 0},
  {"task_id": "5", "reward": 0.0, "info": {}, "traj": [], "trial": 0},
  7
]"##;

    #[test]
    fn one_bad_result_does_not_cost_the_others() {
        let run = RecordedRun::read(FILE).unwrap();
        assert_eq!(run.results.iter().map(|result| result.task_id).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(run.results[1].error().as_deref(), Some("boom"));
        assert_eq!(
            run.warnings,
            ["Result 3: left out, its `task_id` is a JSON str.", "Result 4: left out, it is a JSON int.",]
        );
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let run = RecordedRun::read(FILE).unwrap();
        let written = run.write();
        assert!(written.starts_with("[\n  {\n    \"task_id\": 3,\n    \"reward\": 1.0,"), "{written}");
        let again = RecordedRun::read(&written).unwrap();
        assert_eq!(again.warnings, Vec::<String>::new());
        assert_eq!(again.write(), written);
        assert_eq!(again.results[0].trajectory, run.results[0].trajectory);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        assert_eq!(RecordedRun::read("{}").unwrap_err(), ResultsError::NotAList("dict"));
        assert!(matches!(RecordedRun::read("[").unwrap_err(), ResultsError::Json(_)));
    }
}
