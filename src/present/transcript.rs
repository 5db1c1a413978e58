//! A trajectory as rows to show: who said what, which tool was called with what, what it changed.

use super::format;
use super::record_diff::{FieldChange, field_changes, plain};
use crate::chat::ChatReply;
use crate::domain::toolkit::CallStatus;
use crate::domain::{Action, Database, RecordChange};
use crate::py::{Dict, Value, json};
use crate::rollout::trajectory::{Step, StepKind};

/// How much of a text fits on a folded card, in characters.
const SUMMARY_CHARS: usize = 72;

/// One row of the transcript; rows and steps correspond one to one.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub kind: RowKind,
    /// What the model call behind it took, in words: `1.2 s · 3,502 tokens in · 41 out`. `None` where no
    /// model spoke over a network: programs and people take nothing.
    pub call: Option<String>,
    /// What a reader should know of the call, a sentence each.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum RowKind {
    /// The user's words.
    User(String),
    /// The agent's words; `None`: a reply without text.
    Agent(Option<String>),
    Tool(ToolCard),
    /// A reply that could not be taken as an action: its text as it came, and why.
    Unreadable {
        reply: String,
        why: String,
    },
}

/// A tool call with what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCard {
    pub name: String,
    /// The arguments on one line, cut to fit a card.
    pub arguments_line: String,
    /// The arguments as name and value.
    pub arguments: Vec<(String, String)>,
    /// The result on one line, in brief.
    pub result_line: String,
    /// The whole result; JSON is set out with indents.
    pub result: String,
    pub kind: CardKind,
    /// Records that the call changed.
    pub changed: Vec<ChangedRecord>,
    /// What the model said beside the call; it never reaches the user.
    pub aside: Option<String>,
}

/// How a tool call came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardKind {
    Read,
    Write,
    Error,
}

/// A record that differs between two states of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedRecord {
    pub table: String,
    pub id: String,
    pub fields: Vec<FieldChange>,
}

/// The rows of a trajectory that began with the database `initial`.
#[must_use]
pub fn rows(initial: &Database, steps: &[Step]) -> Vec<Row> {
    let mut before = initial;
    let mut rows = Vec::with_capacity(steps.len());
    for step in steps {
        rows.push(row(before, step));
        before = &step.database;
    }
    rows
}

/// The row of one step that began with the database `before`.
#[must_use]
pub fn row(before: &Database, step: &Step) -> Row {
    let kind = match &step.kind {
        StepKind::UserSaid { words, .. } => RowKind::User(words.clone()),
        StepKind::AgentSaid { words, .. } => RowKind::Agent(words.clone()),
        StepKind::ToolCalled { action, outcome, reply } => {
            let changed = changed_records(before, &step.database);
            let kind = match outcome.status {
                CallStatus::Answered if changed.is_empty() => CardKind::Read,
                CallStatus::Answered => CardKind::Write,
                _ => CardKind::Error,
            };
            let aside = reply.as_ref().and_then(|reply| reply.message.content.clone()).filter(|text| !text.is_empty());
            RowKind::Tool(card(action, &outcome.observation, kind, changed, aside))
        }
        StepKind::Unreadable { reply, error } => {
            RowKind::Unreadable { reply: raw_reply(reply), why: error.message.to_string() }
        }
    };
    Row {
        kind,
        call: step.reply().filter(|reply| reply.timing.attempts > 0).map(call_line),
        notes: step.reply().map_or_else(Vec::new, |reply| reply.notes.clone()),
    }
}

/// The records that differ between two states, with their fields.
#[must_use]
pub fn changed_records(before: &Database, after: &Database) -> Vec<ChangedRecord> {
    Database::changes(before, after).iter().map(changed_record).collect()
}

/// One changed record with its fields.
#[must_use]
pub fn changed_record(change: &RecordChange) -> ChangedRecord {
    ChangedRecord {
        table: change.table.to_string(),
        id: change.id.to_string(),
        fields: field_changes(change.before.as_ref(), change.after.as_ref()),
    }
}

/// An action as a card shows it before it was made: `name(arguments)`.
#[must_use]
pub fn action_line(action: &Action) -> String {
    format!("{}({})", action.name, arguments_line(&action.kwargs))
}

/// Arguments by name, each on a line of its own.
#[must_use]
pub fn arguments(kwargs: &Dict) -> Vec<(String, String)> {
    kwargs.iter().map(|(name, value)| (name.to_string(), plain(value))).collect()
}

fn card(
    action: &Action,
    observation: &str,
    kind: CardKind,
    changed: Vec<ChangedRecord>,
    aside: Option<String>,
) -> ToolCard {
    ToolCard {
        name: action.name.clone(),
        arguments_line: arguments_line(&action.kwargs),
        arguments: arguments(&action.kwargs),
        result_line: result_line(observation),
        result: json::loads(observation).map_or_else(|_| observation.to_owned(), |value| json::dumps_indent(&value, 2)),
        kind,
        changed,
        aside,
    }
}

fn arguments_line(kwargs: &Dict) -> String {
    let values: Vec<String> = kwargs.values().map(plain).collect();
    shorten(&values.join(", "))
}

/// A result in brief: a record by what a reader looks for first, anything else by its beginning.
fn result_line(observation: &str) -> String {
    match json::loads(observation) {
        Ok(Value::Dict(record)) => record_line(&record),
        Ok(Value::List(list)) => format!("{} entries", list.len()),
        _ if observation.is_empty() => "nothing to read".to_owned(),
        _ => shorten(observation),
    }
}

fn record_line(record: &Dict) -> String {
    const TELLING: &[&str] = &["status", "name", "email"];
    const COUNTED: &[&str] = &["items", "variants", "orders", "payment_methods"];
    let mut parts = Vec::new();
    for key in TELLING {
        match record.get(*key) {
            Some(Value::Str(text)) => parts.push(text.to_string()),
            Some(Value::Dict(name)) => parts.push(name.values().map(plain).collect::<Vec<_>>().join(" ")),
            _ => {}
        }
    }
    for key in COUNTED {
        let count = match record.get(*key) {
            Some(Value::List(list)) => list.len(),
            Some(Value::Dict(dict)) => dict.len(),
            _ => continue,
        };
        parts.push(format!("{count} {}", key.replace('_', " ")));
    }
    if parts.is_empty() { format!("{} entries", record.len()) } else { shorten(&parts.join(", ")) }
}

fn raw_reply(reply: &ChatReply) -> String {
    let mut text = reply.message.content.clone().unwrap_or_default();
    for call in &reply.message.tool_calls {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("{}({})", call.name, call.arguments));
    }
    text
}

fn call_line(reply: &ChatReply) -> String {
    let mut parts = vec![format!("{:.1} s", reply.timing.total_ms / 1000.0)];
    if let Some(tokens) = reply.usage.input() {
        parts.push(format!("{} in", format::counted(tokens, "token", "tokens")));
    }
    if let Some(tokens) = reply.usage.output() {
        parts.push(format!("{} out", format::count(tokens)));
    }
    if reply.timing.attempts > 1 {
        parts.push(format!("{} attempts", reply.timing.attempts));
    }
    parts.join(" · ")
}

/// What follows a wait: `Attempt 2 follows in 3 s.` `left_ms` is what is left of the wait.
#[must_use]
pub fn next_attempt(attempt: u32, left_ms: f64) -> String {
    if left_ms > 0.0 {
        format!("Attempt {attempt} follows in {:.0} s.", (left_ms / 1000.0).ceil())
    } else {
        format!("Attempt {attempt} is out.")
    }
}

/// The beginning of a text on one line, with an ellipsis where it was cut.
fn shorten(text: &str) -> String {
    let mut line: String =
        text.chars().take(SUMMARY_CHARS).map(|letter| if letter == '\n' { ' ' } else { letter }).collect();
    if text.chars().nth(SUMMARY_CHARS).is_some() {
        line.push('…');
    }
    line
}
