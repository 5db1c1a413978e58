//! Reading what a reflection model is given: the instruction as it is, and examples of what came of it.
//!
//! The prompt is GEPA's: the current instruction in a block between lines of three backticks, then the examples in a
//! second one, each under `# Example k` with `## Inputs`, `## Generated Outputs` and `## Feedback`. Outputs are the
//! messages as JSON, in the shape of the OpenAI or of the Gemini API; anything else is read line by line.

use serde_json::Value;

/// Three backticks.
pub const FENCE: &str = "```";

/// What a prompt holds.
#[derive(Debug, Default, PartialEq)]
pub struct Prompt {
    pub instruction: String,
    pub examples: Vec<Example>,
}

/// One example.
#[derive(Debug, Default, PartialEq)]
pub struct Example {
    pub turns: Vec<Turn>,
    pub feedback: String,
}

/// One thing that happened in an example.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    Customer(String),
    Agent(String),
    Call { name: String, arguments: Value },
    Result(String),
}

/// Reads a prompt. What it does not find stays empty.
pub fn read(prompt: &str) -> Prompt {
    let lines: Vec<&str> = prompt.lines().collect();
    let is_fence = |at: &usize| lines[*at].trim_end() == FENCE;
    let first_example = lines.iter().position(|line| line.trim_end() == "# Example 1").unwrap_or(lines.len());
    // The fence right before the examples opens their block, so the one before that closes the instruction's.
    let fences: Vec<usize> = (0..first_example).filter(is_fence).collect();
    let instruction = match fences.as_slice() {
        [open, .., close, _] if first_example < lines.len() => lines[open + 1..*close].join("\n"),
        [open, close, ..] => lines[open + 1..*close].join("\n"),
        _ => String::new(),
    };
    Prompt { instruction: instruction.trim().to_owned(), examples: examples(&lines[first_example..]) }
}

fn examples(lines: &[&str]) -> Vec<Example> {
    let mut all: Vec<Example> = Vec::new();
    let mut number = 1;
    let mut at = 0;
    while at < lines.len() {
        let head = format!("# Example {number}");
        let next = format!("# Example {}", number + 1);
        if lines[at].trim_end() != head {
            break;
        }
        let end = lines[at + 1..].iter().position(|line| line.trim_end() == next).map_or(lines.len(), |to| at + 1 + to);
        all.push(example(&lines[at + 1..end]));
        at = end;
        number += 1;
    }
    all
}

fn example(lines: &[&str]) -> Example {
    let section = |name: &str| {
        let start = lines.iter().position(|line| line.trim_end() == name)? + 1;
        let rest = &lines[start..];
        let heads = ["## Inputs", "## Generated Outputs", "## Feedback"];
        let ends = |line: &&str| heads.contains(&line.trim_end()) || name == "## Feedback" && line.trim_end() == FENCE;
        Some(rest[..rest.iter().position(ends).unwrap_or(rest.len())].join("\n"))
    };
    let outputs = section("## Generated Outputs").unwrap_or_default();
    let feedback = section("## Feedback").unwrap_or_default();
    Example { turns: turns(outputs.trim()), feedback: feedback.trim().to_owned() }
}

/// The turns of a conversation, from JSON messages or else from labelled lines.
pub fn turns(outputs: &str) -> Vec<Turn> {
    match serde_json::from_str::<Value>(outputs) {
        Ok(Value::Array(messages)) => messages.iter().flat_map(of_message).collect(),
        _ => labelled(outputs),
    }
}

fn of_message(message: &Value) -> Vec<Turn> {
    let role = message["role"].as_str().unwrap_or_default();
    let mut turns = Vec::new();
    let mut say = |text: &str| {
        if text.trim().is_empty() {
            return;
        }
        turns.push(match role {
            "user" => Turn::Customer(text.to_owned()),
            "tool" | "function" => Turn::Result(text.to_owned()),
            "system" => return,
            _ => Turn::Agent(text.to_owned()),
        });
    };
    if let Some(text) = message["content"].as_str() {
        say(text);
    }
    for part in message["parts"].as_array().into_iter().flatten() {
        if let Some(text) = part["text"].as_str() {
            say(text);
        }
    }
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        let function = if call["function"].is_object() { &call["function"] } else { call };
        turns.push(called(&function["name"], &function["arguments"]));
    }
    for part in message["parts"].as_array().into_iter().flatten() {
        if part["function_call"].is_object() {
            turns.push(called(&part["function_call"]["name"], &part["function_call"]["args"]));
        }
        let response = &part["function_response"]["response"];
        if !response.is_null() {
            turns.push(Turn::Result(response.as_str().map_or_else(|| response.to_string(), str::to_owned)));
        }
    }
    turns
}

fn called(name: &Value, arguments: &Value) -> Turn {
    let parsed = arguments.as_str().and_then(|text| serde_json::from_str(text).ok());
    Turn::Call {
        name: name.as_str().unwrap_or_default().to_owned(),
        arguments: parsed.unwrap_or_else(|| arguments.clone()),
    }
}

/// Lines such as `customer: …`, `USER TURN 2: …`, `agent: …`, `tool: …`, and calls such as `name({…})`.
fn labelled(text: &str) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        let Some((label, rest)) = line.split_once(':') else {
            match call(line) {
                Some(call) => turns.push(call),
                None => append(&mut turns, line),
            }
            continue;
        };
        let lower = label.to_ascii_lowercase();
        let rest = rest.trim().to_owned();
        let first = lower.split([' ', '_']).next().unwrap_or_default();
        match first {
            _ if label.len() > 24 => match call(line) {
                Some(call) => turns.push(call),
                None => append(&mut turns, line),
            },
            "customer" | "user" => turns.push(Turn::Customer(rest)),
            "agent" | "assistant" | "model" if lower.contains("call") => turns.extend(call(&rest)),
            "agent" | "assistant" | "model" => turns.push(call(&rest).unwrap_or(Turn::Agent(rest))),
            "tool" | "call" | "function" if !lower.contains("res") && call(&rest).is_some() => {
                turns.extend(call(&rest))
            }
            "tool" | "result" | "response" | "function" | "observation" => turns.push(Turn::Result(rest)),
            _ => match call(line) {
                Some(call) => turns.push(call),
                None => append(&mut turns, line),
            },
        }
    }
    turns.retain(
        |turn| !matches!(turn, Turn::Customer(text) | Turn::Agent(text) | Turn::Result(text) if text.is_empty()),
    );
    turns
}

/// A line without a label goes on with what was said before.
fn append(turns: &mut [Turn], line: &str) {
    if let Some(Turn::Customer(text) | Turn::Agent(text) | Turn::Result(text)) = turns.last_mut() {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(line);
    }
}

/// `name({…})`, `name {…}` or `name(…)`, where the name has an underscore.
fn call(text: &str) -> Option<Turn> {
    let end = text.find(|letter: char| !letter.is_ascii_lowercase() && letter != '_')?;
    let (name, rest) = text.split_at(end);
    let rest = rest.trim();
    if !name.contains('_') || !rest.starts_with(['(', '{']) {
        return None;
    }
    let inner = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(rest);
    let arguments = serde_json::from_str(inner).unwrap_or_else(|_| Value::String(inner.to_owned()));
    Some(Turn::Call { name: name.to_owned(), arguments })
}
