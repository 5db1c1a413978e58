//! Agents and user simulators against scripted models: what they ask, what they keep, how it ends.

use std::sync::Arc;

use taupe::chat::{AssistantMessage, ChatReply, Message, ToolCall};
use taupe::domain::World;
use taupe::py::{Dict, List, Value, json};
use taupe::rollout::{AgentSettings, DEFAULT_MAX_STEPS, Ending, Episode, LlmUser, Seat, StepKind};

use crate::Check;
use crate::episodes::shown_info;
use crate::tally::{Differences, Tally};
use crate::vectors::{Problem, Vectors, as_int, field, in_line, int, list, optional, text, wrong};
use crate::worlds::world;

pub const KINDS: &[(&str, Check)] = &[("agents", agents), ("users", users)];

/// The wiki's stand-in in the vectors.
const WIKI: &str = "<WIKI>";
/// What the scripted user says once its script is over.
const GO_ON: &str = "go on";

fn agents(vectors: &Vectors) -> Result<Tally, Problem> {
    some_of(vectors, "agents", |record, differences| {
        if text(record, "strategy")? != "tool-calling" {
            return Ok(false);
        }
        let Some(world) = world(text(record, "domain")?)? else { return Ok(false) };
        agent(&world, record, differences)?;
        Ok(true)
    })
}

fn users(vectors: &Vectors) -> Result<Tally, Problem> {
    some_of(vectors, "users", |record, differences| {
        // Vectors without a script check how the original reads its command line.
        if text(record, "strategy")? != "llm" || optional(record, "model_script").is_none() {
            return Ok(false);
        }
        user(record, differences)?;
        Ok(true)
    })
}

/// Runs the vectors that `check` takes, and tells how many it does not.
fn some_of(
    vectors: &Vectors,
    kind: &str,
    mut check: impl FnMut(&Value, &mut Differences) -> Result<bool, Problem>,
) -> Result<Tally, Problem> {
    let mut tally = Tally::default();
    let mut left = 0;
    for (at, record) in vectors.records.iter().enumerate() {
        let mut differences = Differences::default();
        if check(record, &mut differences).map_err(|problem| in_line(at + 1, problem))? {
            let title = text(record, "title")?;
            tally.add(&format!("line {} ({title})", at + 1), differences);
        } else {
            left += 1;
        }
    }
    if left > 0 {
        println!("tau-bench/{kind}: {left} vectors are of strategies or domains that the engine does not have yet");
    }
    Ok(tally)
}

fn agent(world: &Arc<World>, record: &Value, differences: &mut Differences) -> Result<(), Problem> {
    let max_steps = match optional(record, "max_num_steps") {
        Some(limit) => as_int(limit)
            .and_then(|limit| usize::try_from(limit).ok())
            .ok_or_else(|| wrong("max_num_steps", "a count"))?,
        None => DEFAULT_MAX_STEPS,
    };
    let requests = list(record, "requests")?;
    let temperature = requests.first().and_then(|request| match request.as_dict()?.get("temperature")? {
        Value::Float(temperature) => Some(*temperature),
        _ => None,
    });
    let settings = AgentSettings { instruction: WIKI.to_owned(), temperature, ..AgentSettings::default() };
    let task = usize::try_from(int(record, "task_id")?).ok().and_then(|index| world.task("test", index));
    let task = task.ok_or_else(|| Problem::malformed("no such task"))?;
    let mut episode = Episode::new(Arc::clone(world), Arc::clone(task), settings, max_steps);
    let mut model = list(record, "model_script")?.iter();
    let mut customer = list(record, "user_script")?.iter();
    let mut asked = 0;
    while let (Some(seat), Some(request)) = (episode.due(), episode.request()) {
        let reply = match seat {
            Seat::User => scripted_user(customer.next())?,
            Seat::Agent => {
                compare_request(asked, requests.get(asked), &request, differences)?;
                asked += 1;
                scripted_model(model.next().ok_or_else(|| Problem::malformed("the model's script is too short"))?)?
            }
        };
        episode.supply(reply);
    }
    differences.same("number of requests", &requests.len().to_string(), &asked.to_string());
    let heard: List = episode.trajectory().iter().filter_map(heard).collect();
    differences.same("what the user heard", &json::dumps(field(record, "user_heard")?), &json::dumps(&heard.into()));
    match optional(record, "raises") {
        Some(_) => {
            let Some(Ending::AgentFault(error)) = episode.ending() else {
                differences.same("ending", text(record, "raises")?, "no exception");
                return Ok(());
            };
            differences.same("exception", text(record, "raises")?, error.kind.name());
            let message = text(record, "message")?;
            if message != "<pydantic text>" {
                differences.same("exception text", message, &error.message);
            }
            Ok(())
        }
        None => compare_result(field(record, "result")?, &episode, differences),
    }
}

fn compare_request(
    at: usize,
    expected: Option<&Value>,
    request: &taupe::chat::ChatRequest,
    differences: &mut Differences,
) -> Result<(), Problem> {
    let Some(expected) = expected else { return Ok(()) };
    differences.same(
        &format!("request {at}, messages"),
        &int(expected, "n_messages")?.to_string(),
        &request.messages.len().to_string(),
    );
    differences.same(&format!("request {at}, has tools"), "true", &(!request.tools.is_empty()).to_string());
    if optional(expected, "messages").is_some() {
        let expected: List = list(expected, "messages")?.iter().map(normal_message).collect();
        let actual: List = request.messages.iter().map(original_form).collect();
        differences.same(&format!("request {at}"), &json::dumps(&expected.into()), &json::dumps(&actual.into()));
    }
    Ok(())
}

fn compare_result(expected: &Value, episode: &Episode, differences: &mut Differences) -> Result<(), Problem> {
    let reward = episode.ending().and_then(Ending::reward).map_or(Value::None, Value::Float);
    differences.same("reward", &json::dumps(field(expected, "reward")?), &json::dumps(&reward));
    let messages: List = list(expected, "messages")?.iter().map(normal_message).collect();
    let kept: List = episode.agent_messages().iter().map(original_form).collect();
    differences.same("messages", &json::dumps(&messages.into()), &json::dumps(&kept.into()));
    let info = episode.last_info().map_or_else(|| "no info".to_owned(), |info| shown_info(&info.to_value()));
    differences.same("info", &json::dumps(field(expected, "info")?), &info);
    let of_agent = episode.trajectory().iter().filter(|step| !matches!(step.kind, StepKind::UserSaid { .. }));
    let cost: f64 = of_agent.filter_map(|step| step.reply()?.cost_usd).sum();
    // An empty float sum is -0.0 in Rust.
    differences.same(
        "total cost",
        &json::dumps(field(expected, "total_cost")?),
        &json::dumps(&Value::Float(cost + 0.0)),
    );
    Ok(())
}

/// What the agent said in a step, as the user got it.
fn heard(step: &taupe::rollout::Step) -> Option<Value> {
    match &step.kind {
        StepKind::AgentSaid { words, .. } => Some(words.as_deref().map_or(Value::None, Value::from)),
        _ => None,
    }
}

fn scripted_user(line: Option<&Value>) -> Result<ChatReply, Problem> {
    let words = match line {
        Some(line) => line.as_str().ok_or_else(|| wrong("user_script", "a list of texts"))?,
        None => GO_ON,
    };
    let message = AssistantMessage { content: Some(words.to_owned()), ..AssistantMessage::default() };
    Ok(ChatReply { cost_usd: Some(0.0), ..ChatReply::of_message(message) })
}

fn scripted_model(line: &Value) -> Result<ChatReply, Problem> {
    let content = optional(line, "content").and_then(Value::as_str).map(ToString::to_string);
    let tool_calls = calls(line).iter().map(tool_call).collect::<Result<_, _>>()?;
    let cost_usd = match line.as_dict().and_then(|line| line.get("__cost__")) {
        None => Some(0.0),
        Some(Value::Float(cost)) => Some(*cost),
        Some(_) => None,
    };
    let message = AssistantMessage { content, tool_calls, ..AssistantMessage::default() };
    Ok(ChatReply { cost_usd, ..ChatReply::of_message(message) })
}

fn tool_call(call: &Value) -> Result<ToolCall, Problem> {
    let function = field(call, "function")?;
    Ok(ToolCall {
        id: text(call, "id")?.to_owned(),
        name: text(function, "name")?.to_owned(),
        arguments: text(function, "arguments")?.to_owned(),
    })
}

/// A message's tool calls; none where the first is no call of a function, which the original takes for a reply.
fn calls(message: &Value) -> List {
    let calls = optional(message, "tool_calls").and_then(Value::as_list).cloned().unwrap_or_default();
    if calls.first().is_some_and(|call| optional(call, "function").is_some()) { calls } else { List::new() }
}

/// A recorded message with "no tool calls" said in one way: by leaving them out.
fn normal_message(message: &Value) -> Value {
    let Some(fields) = message.as_dict() else { return message.clone() };
    let mut normal: Dict = fields
        .iter()
        .filter(|(key, _)| &***key != "tool_calls")
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let calls = calls(message);
    if !calls.is_empty() {
        normal.set("tool_calls", calls);
    }
    Value::Dict(normal)
}

/// Our message in the form of the original's.
fn original_form(message: &Message) -> Value {
    let form: Dict = match message {
        Message::System { content } => {
            Dict::from_iter([("role", "system".into()), ("content", content.as_str().into())])
        }
        Message::User { content } => Dict::from_iter([("role", "user".into()), ("content", content.as_str().into())]),
        Message::Tool { call_id, name, content, .. } => Dict::from_iter([
            ("role", "tool".into()),
            ("tool_call_id", call_id.as_str().into()),
            ("name", name.as_str().into()),
            ("content", content.as_str().into()),
        ]),
        Message::Assistant(reply) => {
            let content = reply.content.as_deref().map_or(Value::None, Value::from);
            let mut form = Dict::from_iter([("content", content), ("role", "assistant".into())]);
            if !reply.tool_calls.is_empty() {
                let calls: List = reply.tool_calls.iter().map(original_call).collect();
                form.set("tool_calls", calls);
            }
            form
        }
    };
    Value::Dict(form)
}

fn original_call(call: &ToolCall) -> Value {
    let function =
        Dict::from_iter([("arguments", call.arguments.as_str().into()), ("name", call.name.as_str().into())]);
    Dict::from_iter([("function", function.into()), ("id", call.id.as_str().into()), ("type", "function".into())])
        .into()
}

fn user(record: &Value, differences: &mut Differences) -> Result<(), Problem> {
    // The original's constructor makes calls whose answers it throws away; ours makes none.
    let wasted =
        usize::try_from(int(record, "calls_in_constructor")?).map_err(|_| wrong("calls_in_constructor", "a count"))?;
    let requests = list(record, "requests")?;
    let script = list(record, "model_script")?;
    let mut script = script.iter().enumerate().skip(wasted);
    let mut user = LlmUser::new(text(record, "instruction")?);
    for (at, event) in list(record, "events")?.iter().enumerate() {
        if optional(event, "step").is_some() {
            user.hear(text(event, "step")?);
        }
        let (call, line) = script.next().ok_or_else(|| Problem::malformed("the model's script is too short"))?;
        compare_user_messages(
            &format!("request {call}"),
            requests.get(call),
            "messages",
            &user.request().messages,
            differences,
        )?;
        let content = line.as_str().map(ToString::to_string);
        let answer = content.as_deref().map_or(Value::None, Value::from);
        user.record(AssistantMessage { content, ..AssistantMessage::default() });
        let expected = event.as_dict().and_then(|event| event.get("answer").or_else(|| event.get("reset")));
        differences.same(&format!("event {at}"), &json::dumps(expected.unwrap_or(&Value::None)), &json::dumps(&answer));
        differences.same(&format!("calls by event {at}"), &int(event, "calls")?.to_string(), &(call + 1).to_string());
    }
    compare_user_messages("messages kept", Some(record), "messages_kept", user.messages(), differences)
}

/// Compares the user's conversation. Its prompt is ours in wording, so only its place is compared.
fn compare_user_messages(
    what: &str,
    holder: Option<&Value>,
    name: &str,
    actual: &[Message],
    differences: &mut Differences,
) -> Result<(), Problem> {
    let holder = holder.ok_or_else(|| Problem::malformed(format!("no {what} recorded")))?;
    let expected: List = list(holder, name)?.iter().map(normal_message).map(without_prompt).collect();
    let actual: List = actual.iter().map(original_form).map(without_prompt).collect();
    differences.same(what, &json::dumps(&expected.into()), &json::dumps(&actual.into()));
    Ok(())
}

fn without_prompt(mut message: Value) -> Value {
    if let Value::Dict(fields) = &mut message
        && fields.get("role").and_then(Value::as_str).is_some_and(|role| &**role == "system")
    {
        fields.set("content", "<prompt>");
    }
    message
}
