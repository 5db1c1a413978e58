//! Agents and user simulators against scripted models: what they ask, what they keep, how it ends.

use std::sync::Arc;

use taupe::chat::{AssistantMessage, ChatReply, Message, ToolCall};
use taupe::domain::{Action, RESPOND, World};
use taupe::py::random::Random;
use taupe::py::{Dict, List, Value, json, text as py_text};
use taupe::rollout::agent::few_shot;
use taupe::rollout::{
    AgentSettings, AgentStrategy, DEFAULT_MAX_STEPS, Ending, Episode, Seat, StepKind, Turn, UserSimulator, UserStrategy,
};

use crate::Check;
use crate::episodes::shown_info;
use crate::tally::{Differences, Tally};
use crate::vectors::{Problem, Vectors, as_int, field, in_line, int, list, optional, text, upstream_text, wrong};
use crate::worlds::world;

pub const KINDS: &[(&str, Check)] = &[("agents", agents), ("users", users)];

/// The wiki's stand-in in the vectors.
const WIKI: &str = "<WIKI>";
/// What the scripted user says once its script is over.
const GO_ON: &str = "go on";

fn agents(vectors: &Vectors) -> Result<Tally, Problem> {
    titled(vectors, |record, differences| {
        if optional(record, "domain").is_none() {
            return few_shot_setup(record, differences);
        }
        let domain = text(record, "domain")?;
        let world = world(domain)?.ok_or_else(|| Problem::malformed(format!("no domain `{domain}`")))?;
        agent(&world, record, differences)
    })
}

fn users(vectors: &Vectors) -> Result<Tally, Problem> {
    titled(vectors, |record, differences| {
        if optional(record, "model_script").is_none() {
            user_setup(record, differences)
        } else {
            user(record, differences)
        }
    })
}

/// Runs every vector under its title.
fn titled(
    vectors: &Vectors,
    mut check: impl FnMut(&Value, &mut Differences) -> Result<(), Problem>,
) -> Result<Tally, Problem> {
    let mut tally = Tally::default();
    for (at, record) in vectors.records.iter().enumerate() {
        let mut differences = Differences::default();
        check(record, &mut differences).map_err(|problem| in_line(at + 1, problem))?;
        tally.add(&format!("line {} ({})", at + 1, text(record, "title")?), differences);
    }
    Ok(tally)
}

/// A set of examples that does not do; its title tells how many there are and how many are wanted.
fn few_shot_setup(record: &Value, differences: &mut Differences) -> Result<(), Problem> {
    let title = text(record, "title")?;
    let counts: Vec<usize> = title.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [found, wanted] = counts[..] else { return Err(wrong("title", "two counts")) };
    let displays = vec![String::new(); found];
    let error = few_shot::check(&displays, wanted).err().map_or_else(String::new, |error| error.to_string());
    differences.same("exception text", text(record, "message")?, &error);
    Ok(())
}

/// How the original reads a strategy's name and whether a model is given; the arguments stand in the title.
fn user_setup(record: &Value, differences: &mut Differences) -> Result<(), Problem> {
    let title = text(record, "title")?;
    let arguments = title.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(inner, _)| inner);
    let arguments: Vec<&str> = arguments.unwrap_or_default().split(", ").collect();
    let [name, model, provider] = arguments[..] else { return Err(wrong("title", "a call with three arguments")) };
    let outcome = UserStrategy::set_up(name.trim_matches('\''), model != "None", provider != "None");
    let error = outcome.err().map_or_else(String::new, |error| error.to_string());
    differences.same("exception text", text(record, "message")?, &error);
    Ok(())
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
    let strategy = strategy(record)?;
    let mut settings = AgentSettings {
        strategy,
        instruction: WIKI.to_owned(),
        temperature,
        demands_costs: true,
        ..Default::default()
    };
    if strategy == AgentStrategy::FewShot {
        settings.instruction = world.policy.clone();
        settings.examples = examples(record)?.into();
    }
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
                compare_request(asked, requests.get(asked), &request, strategy, differences)?;
                asked += 1;
                scripted_model(model.next().ok_or_else(|| Problem::malformed("the model's script is too short"))?)?
            }
        };
        episode.supply(reply);
    }
    differences.same("number of requests", &requests.len().to_string(), &asked.to_string());
    let offers_tools = strategy.offers_tools();
    let heard: List = episode.environment().log().iter().filter_map(heard).collect();
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
        None => compare_result(field(record, "result")?, &episode, offers_tools, differences),
    }
}

fn compare_request(
    at: usize,
    expected: Option<&Value>,
    request: &taupe::chat::ChatRequest,
    strategy: AgentStrategy,
    differences: &mut Differences,
) -> Result<(), Problem> {
    let Some(expected) = expected else { return Ok(()) };
    differences.same(
        &format!("request {at}, messages"),
        &int(expected, "n_messages")?.to_string(),
        &request.messages.len().to_string(),
    );
    let has_tools = |has: bool| has.to_string();
    differences.same(
        &format!("request {at}, has tools"),
        &has_tools(optional(expected, "tools").is_some()),
        &has_tools(!request.tools.is_empty()),
    );
    if optional(expected, "messages").is_some() {
        let expected: List =
            list(expected, "messages")?.iter().map(|m| shown_system(normal_message(m), strategy)).collect();
        let actual: List = request.messages.iter().map(|m| shown_system(original_form(m), strategy)).collect();
        differences.same(&format!("request {at}"), &json::dumps(&expected.into()), &json::dumps(&actual.into()));
    }
    Ok(())
}

fn compare_result(
    expected: &Value,
    episode: &Episode,
    offers_tools: bool,
    differences: &mut Differences,
) -> Result<(), Problem> {
    let strategy = if offers_tools { AgentStrategy::FewShot } else { AgentStrategy::Act };
    let reward = episode.ending().and_then(Ending::reward).map_or(Value::None, Value::Float);
    differences.same("reward", &json::dumps(field(expected, "reward")?), &json::dumps(&reward));
    let messages: List =
        list(expected, "messages")?.iter().map(|message| shown_system(normal_message(message), strategy)).collect();
    let kept: List =
        episode.agent_messages().iter().map(|message| shown_system(original_form(message), strategy)).collect();
    differences.same("messages", &json::dumps(&messages.into()), &json::dumps(&kept.into()));
    let info = episode.last_info().map_or_else(|| "no info".to_owned(), |info| shown_info(&info.to_value()));
    differences.same("info", &json::dumps(field(expected, "info")?), &info);
    let of_agent = episode.trajectory().iter().filter(|step| !matches!(step.kind, StepKind::UserSaid { .. }));
    let cost: f64 = of_agent.filter_map(|step| step.reply()?.cost_usd).sum();
    // An empty float sum is -0.0 in Rust. The original's act and react agents do not tell their cost.
    let cost = if offers_tools { Value::Float(cost + 0.0) } else { Value::None };
    let expected = optional(expected, "total_cost").cloned().unwrap_or(Value::None);
    differences.same("total cost", &json::dumps(&expected), &json::dumps(&cost));
    Ok(())
}

fn strategy(record: &Value) -> Result<AgentStrategy, Problem> {
    let name = text(record, "strategy")?;
    let known = AgentStrategy::ALL.into_iter().find(|strategy| strategy.name() == name);
    known.ok_or_else(|| Problem::malformed(format!("unknown strategy `{name}`")))
}

/// The examples that the original drew: from its own displays, after seeding.
fn examples(record: &Value) -> Result<Vec<String>, Problem> {
    let domain = match text(record, "domain")? {
        "airline" => "Airline",
        _ => "Retail",
    };
    let lines = upstream_text(&format!("tau-bench/few_shot/Mock{domain}DomainEnv-few_shot.jsonl"))?;
    let displays = lines
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let line = json::loads(line).map_err(|error| Problem::malformed(error.to_string()))?;
            Ok(text(&line, "messages_display")?.to_owned())
        })
        .collect::<Result<Vec<_>, Problem>>()?;
    let mut random = Random::new(int(record, "random_seed_before_solve")?);
    few_shot::draw(&displays, few_shot::SHOTS, &mut random).map_err(|error| Problem::malformed(error.to_string()))
}

/// A message with its system text in a form that can be compared: that of a few-shot agent by its hash, that of an act
/// or react agent by its beginning alone, as the rest of it is of our own wording.
fn shown_system(mut message: Value, strategy: AgentStrategy) -> Value {
    let Value::Dict(fields) = &mut message else { return message };
    if fields.get("role").and_then(Value::as_str).is_none_or(|role| &**role != "system") {
        return message;
    }
    let content = fields.get("content").cloned().unwrap_or(Value::None);
    let shown = match (&content, strategy) {
        (Value::Str(own), AgentStrategy::FewShot) if !own.starts_with(WIKI) => {
            format!("{} characters, SHA-256 {}", own.chars().count(), sha256(own))
        }
        (Value::Dict(recorded), AgentStrategy::FewShot) => {
            let part = |name: &str| recorded.get(name).map(py_text::str_of).unwrap_or_default();
            format!("{} characters, SHA-256 {}", part("len"), part("sha256"))
        }
        (Value::Str(own), AgentStrategy::Act | AgentStrategy::React)
            if own.starts_with(&format!("{WIKI}\n#Available tools\n[{{")) =>
        {
            "instruction, tools, format".to_owned()
        }
        (Value::Dict(recorded), AgentStrategy::Act | AgentStrategy::React)
            if recorded.contains_key("starts_with_wiki") =>
        {
            "instruction, tools, format".to_owned()
        }
        _ => return message,
    };
    fields.set("content", shown);
    message
}

fn sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the agent said, as the original's user gets it: a value of any type.
fn heard(action: &Action) -> Option<Value> {
    if action.name == RESPOND { action.kwargs.get("content").cloned() } else { None }
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
    let wasted = match optional(record, "calls_in_constructor") {
        Some(_) => int(record, "calls_in_constructor")?,
        // It broke off there; our first turn does the same.
        None => 0,
    };
    let wasted = usize::try_from(wasted).map_err(|_| wrong("calls_in_constructor", "a count"))?;
    let requests = list(record, "requests")?;
    let script = list(record, "model_script")?;
    let mut script = script.iter().enumerate().skip(wasted);
    let name = text(record, "strategy")?;
    let strategy = UserStrategy::ALL.into_iter().find(|strategy| strategy.name() == name);
    let strategy = strategy.ok_or_else(|| Problem::malformed(format!("unknown strategy `{name}`")))?;
    let mut user = UserSimulator::new(strategy, text(record, "instruction")?);
    let events = list(record, "events")?;
    let agent_says = list(record, "agent_says")?;
    let turns = events.len() + usize::from(optional(record, "raises").is_some());
    for at in 0..turns {
        if let Some(said) = at.checked_sub(1).and_then(|said| agent_says.get(said)) {
            user.hear(said.as_str().ok_or_else(|| wrong("agent_says", "a list of texts"))?);
        }
        let (call, turn) = user_turn(&mut user, &mut script, requests, differences)?;
        match (events.get(at), turn) {
            (Some(event), Turn::Said(answer)) => {
                let answer = answer.as_deref().map_or(Value::None, Value::from);
                let expected = event.as_dict().and_then(|event| event.get("answer").or_else(|| event.get("reset")));
                let expected = expected.unwrap_or(&Value::None);
                differences.same(&format!("event {at}"), &json::dumps(expected), &json::dumps(&answer));
                let calls = int(event, "calls")?.to_string();
                differences.same(&format!("calls by event {at}"), &calls, &(call + 1).to_string());
            }
            (None, Turn::Fault(error)) => {
                differences.same("exception", text(record, "raises")?, error.kind.name());
                differences.same("exception text", text(record, "message")?, &error.message);
            }
            (expected, turn) => {
                let expected = if expected.is_some() { "an answer" } else { "an exception" };
                differences.same(&format!("event {at}"), expected, &format!("{turn:?}"));
            }
        }
    }
    if optional(record, "calls_in_constructor").is_none() {
        // Of a user that was never made nothing is kept.
        return Ok(());
    }
    compare_user_messages("messages kept", Some(record), "messages_kept", user.messages(), differences)
}

/// Makes the calls of one turn; gives the position of the last one and what it came to.
fn user_turn<'a>(
    user: &mut UserSimulator,
    script: &mut impl Iterator<Item = (usize, &'a Value)>,
    requests: &List,
    differences: &mut Differences,
) -> Result<(usize, Turn), Problem> {
    loop {
        let (call, line) = script.next().ok_or_else(|| Problem::malformed("the model's script is too short"))?;
        let (request, what) = (user.request(), format!("request {call}"));
        compare_user_messages(&what, requests.get(call), "messages", &request.messages, differences)?;
        let content = line.as_str().map(ToString::to_string);
        match user.supply(AssistantMessage { content, ..AssistantMessage::default() }) {
            Turn::More => {}
            turn => return Ok((call, turn)),
        }
    }
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

/// A message with what is of our own wording left out: of a system text everything, of a question about the
/// conversation everything but the conversation and the words in question.
fn without_prompt(mut message: Value) -> Value {
    let Value::Dict(fields) = &mut message else { return message };
    let is_system = fields.get("role").and_then(Value::as_str).is_some_and(|role| &**role == "system");
    let shown = match fields.get("content") {
        _ if is_system => "<prompt>".to_owned(),
        Some(Value::Dict(recorded)) => {
            let part = |name: &str| recorded.get(name).map(py_text::str_of).unwrap_or_default();
            shown_question(&part("prompt"), &part("transcript"), &part("response"))
        }
        Some(Value::Str(own)) => {
            let Some((_, rest)) = own.split_once("# Transcript:\n") else { return message };
            let Some((transcript, rest)) = rest.split_once("\n\n# Response:\n") else { return message };
            let (verified, reflected) = (rest.split_once("\n\n-----"), rest.split_once("\n\n# Format:"));
            match (verified, reflected) {
                (Some((response, _)), _) => shown_question("verify", transcript, response),
                (_, Some((response, _))) => shown_question("reflect", transcript, response),
                _ => return message,
            }
        }
        _ => return message,
    };
    fields.set("content", shown);
    message
}

/// The prompt inside a transcript is ours in wording too. Verified words stand in the original's question in the form
/// of a library object, which is told by a mark.
fn shown_question(kind: &str, transcript: &str, response: &str) -> String {
    let customer = transcript.find("\nCustomer: ").map_or("", |at| &transcript[at..]);
    let response = if kind == "verify" { "…" } else { response };
    format!("{kind}\n{customer}\n{response}")
}
