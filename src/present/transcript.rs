//! A trajectory as rows to show: who said what, which tool was called with what, what it changed.

use super::format;
use super::record_diff::{FieldChange, field_changes, plain};
use super::strategies::Strategies;
use crate::chat::ChatReply;
use crate::domain::toolkit::CallStatus;
use crate::domain::{Action, Database, RecordChange};
use crate::py::{Dict, PyError, Value, json};
use crate::rollout::agent::react;
use crate::rollout::trajectory::{Step, StepKind};
use crate::rollout::user::thought_and_words;
use crate::rollout::{STOP, UserStrategy};

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
    /// What the models wrote in this step that is no part of the conversation, in order.
    pub asides: Vec<Aside>,
}

/// Something that a model wrote and nobody was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    pub kind: AsideKind,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsideKind {
    /// What a react agent or user weighed before it acted or spoke.
    Thought,
    /// Words of a verify or reflection user that were not said.
    TurnedDown,
    /// What another call made of them: a judgement, or advice.
    Judgement,
}

impl AsideKind {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Thought => "Thought",
            Self::TurnedDown => "Not said",
            Self::Judgement => "Judgement",
        }
    }
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
        rows.push(row(Strategies::default(), before, step));
        before = &step.database;
    }
    rows
}

/// The row of one step that began with the database `before`, of a rollout whose models were asked in these ways.
#[must_use]
pub fn row(asked: Strategies, before: &Database, step: &Step) -> Row {
    let mut notes = step.reply().map_or_else(Vec::new, |reply| reply.notes.clone());
    let mut asides = Vec::new();
    let content = step.reply().and_then(|reply| reply.message.content.as_deref()).unwrap_or_default();
    let writes = !asked.agent.offers_tools() && !matches!(step.kind, StepKind::UserSaid { .. });
    if writes {
        asides.extend(react::thought(content).map(|thought| Aside::new(AsideKind::Thought, thought)));
    }
    let kind = match &step.kind {
        StepKind::UserSaid { words, reply, others } => {
            for other in others {
                let kind = if other.for_words { AsideKind::TurnedDown } else { AsideKind::Judgement };
                asides.push(Aside::new(kind, other.reply.message.content.as_deref().unwrap_or_default()));
            }
            match (asked.user, reply) {
                (UserStrategy::React, Some(_)) => {
                    let (thought, said) = thought_and_words(content);
                    asides.extend(thought.map(|thought| Aside::new(AsideKind::Thought, thought)));
                    let told_all = thought.is_some() && !words.contains(STOP);
                    notes.extend(told_all.then(|| LEAKED.to_owned()));
                    RowKind::User(if words == STOP { words.clone() } else { said.to_owned() })
                }
                _ => RowKind::User(words.clone()),
            }
        }
        StepKind::AgentSaid { words, reply } => {
            let no_form = writes && reply.is_some() && words.as_deref().is_some_and(|said| is_all_of(content, said));
            notes.extend(no_form.then(|| NOT_WRITTEN.to_owned()));
            RowKind::Agent(words.clone())
        }
        StepKind::ToolCalled { action, outcome, reply } => {
            let changed = changed_records(before, &step.database);
            let kind = match outcome.status {
                CallStatus::Answered if changed.is_empty() => CardKind::Read,
                CallStatus::Answered => CardKind::Write,
                _ => CardKind::Error,
            };
            let aside = reply
                .as_ref()
                .and_then(|reply| reply.message.content.clone())
                .filter(|text| !text.is_empty() && !writes);
            RowKind::Tool(card(action, &outcome.observation, kind, changed, aside))
        }
        StepKind::Unreadable { reply, error } => RowKind::Unreadable { reply: raw_reply(reply), why: fault(error) },
    };
    Row { kind, call: step.reply().filter(|reply| reply.timing.attempts > 0).map(call_line), notes, asides }
}

/// Whether what was said is how the reply ended: it was not read as an action.
fn is_all_of(content: &str, said: &str) -> bool {
    !said.is_empty() && content.trim_end().ends_with(said)
}

impl Aside {
    fn new(kind: AsideKind, text: &str) -> Self {
        Self { kind, text: text.trim().to_owned() }
    }
}

const LEAKED: &str = "The agent is sent the thought as well, as in the original.";
const NOT_WRITTEN: &str =
    "This is not the JSON that was asked for, so the whole of it was said to the customer, as in the original.";

/// Why a reply could not be carried out.
#[must_use]
pub fn fault(error: &PyError) -> String {
    match error.message.trim_end_matches('.') {
        "" => "it is JSON, but has no name or no arguments".to_owned(),
        message => message.to_owned(),
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
