//! Any older, broken or foreign shape → the current one, with warnings. Nothing here fails and nothing panics.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::FORMAT;
use crate::chat::{AssistantMessage, ChatReply};
use crate::domain::TaskId;
use crate::journal::header::MAX_SEED;
use crate::journal::{
    BatchId, Event, Examples, ForkedFrom, Header, InBatch, Instruction, Journal, Judgements, RunId, Summary, What,
};
use crate::rollout::{self, DEFAULT_MAX_STEPS, Occupant, OccupantKind, Seat, Spent};

/// A run that was read, and what had to be mended.
#[derive(Clone, Debug, PartialEq)]
pub struct Restored {
    pub journal: Journal,
    pub summary: Summary,
    pub warnings: Vec<Warning>,
}

/// What was not as it should be. The texts are for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// The position in the file, from 0.
    #[error("Entry {} of the file is not a run; it was left out.", .0 + 1)]
    NotARun(usize),
    #[error("“{title}” was written by a newer version of the page; what this one can't read is kept, but not shown.")]
    Newer { title: String },
    #[error("“{title}”: {} missing or could not be read and got a stand-in.", were(.fields))]
    Mended { title: String, fields: Vec<&'static str> },
    #[error(
        "“{title}”: entries that can't be read: {count}. They are kept as they are; what came after them is not shown."
    )]
    UnreadableEvents { title: String, count: usize },
}

fn were(fields: &[&str]) -> String {
    let verb = if fields.len() == 1 { "was" } else { "were" };
    format!("{} {verb}", fields.join(", "))
}

/// The longest title and the longest label that are taken, in characters.
const TITLE_CHARS: usize = 200;
/// More model calls than any rollout is given.
const MAX_STEPS: usize = 10_000;

/// Reads a run: an object with `header`, `events` and perhaps `summary`. `None` if it is none of ours.
///
/// `fresh` gives an id to a run that has none.
#[must_use]
pub fn run(value: Value, fresh: &mut dyn FnMut() -> RunId) -> Option<Restored> {
    let Value::Object(mut run) = value else { return None };
    let Some(Value::Object(head)) = run.remove("header") else { return None };
    let format = run.get("format").and_then(Value::as_u64);
    let summary = run.remove("summary");
    let events = match run.remove("events") {
        Some(Value::Array(events)) => Some(events),
        _ => None,
    };
    let (header, mut mended) = header(head, fresh);
    let title = header.title.clone();
    let mut warnings = Vec::new();
    if format.is_some_and(|format| format > u64::from(FORMAT)) {
        warnings.push(Warning::Newer { title: title.clone() });
    }
    if events.is_none() {
        mended.push("events");
    }
    let events: Vec<Event> = events.unwrap_or_default().into_iter().map(event).collect();
    if !mended.is_empty() {
        warnings.push(Warning::Mended { title: title.clone(), fields: mended });
    }
    let unreadable = events.iter().filter(|event| event.rollout().is_none()).count();
    if unreadable > 0 {
        warnings.push(Warning::UnreadableEvents { title, count: unreadable });
    }
    let journal = Journal { header, events };
    let summary = self::summary(summary.as_ref(), &journal);
    Some(Restored { journal, summary, warnings })
}

/// Reads one entry of a journal. What can't be read is kept as it is.
#[must_use]
pub fn event(value: Value) -> Event {
    let at_ms = value.get("at_ms").and_then(milliseconds).unwrap_or(0);
    match rollout_event(&value) {
        Some(event) => Event::new(at_ms, event),
        None => Event { at_ms, what: What::Unreadable(value) },
    }
}

fn rollout_event(value: &Value) -> Option<rollout::Event> {
    let seat = || from::<Seat>(value.get("seat"));
    Some(match value.get("event")?.as_str()? {
        "seated" => rollout::Event::Seated { seat: seat()?, by: occupant(value.get("by")?)?.0 },
        "replied" => rollout::Event::Replied { seat: seat()?, reply: Box::new(reply(value.get("reply")?)?) },
        "failed" => rollout::Event::Failed { seat: seat()?, error: from(value.get("error"))? },
        "stopped" => rollout::Event::Stopped,
        "resumed" => rollout::Event::Resumed,
        _ => return None,
    })
}

/// A reply counts by its message; of what surrounds it, what can be read.
fn reply(value: &Value) -> Option<ChatReply> {
    if let Some(whole) = from(Some(value)) {
        return Some(whole);
    }
    let message: AssistantMessage = from(value.get("message"))?;
    let usual = ChatReply::of_message(message);
    Some(ChatReply {
        finish: from(value.get("finish")).unwrap_or(usual.finish),
        usage: from(value.get("usage")).unwrap_or_default(),
        cost_usd: value.get("cost_usd").and_then(Value::as_f64),
        model_served: text(value.get("model_served")),
        provider_served: text(value.get("provider_served")),
        timing: from(value.get("timing")).unwrap_or_default(),
        notes: from(value.get("notes")).unwrap_or_default(),
        message: usual.message,
    })
}

/// The header, and the names of the fields that got a stand-in.
fn header(map: Map<String, Value>, fresh: &mut dyn FnMut() -> RunId) -> (Header, Vec<&'static str>) {
    let mut head = Fields { map, mended: Vec::new() };
    let header = Header {
        id: head.or("id", |value| RunId::parse(value.as_str()?), fresh),
        created_ms: head.or("created_ms", milliseconds, || 0),
        title: head.or("title", |value| text(Some(value)).map(|title| cut(&title)), || "Untitled run".to_owned()),
        note: text(head.map.get("note")).unwrap_or_default(),
        pack: head.or("pack", |value| text(Some(value)), String::new),
        domain: head.or("domain", |value| text(Some(value)), String::new),
        task: head.or("task", |value| from(Some(value)), || TaskId { split: String::new(), index: 0 }),
        task_title: text(head.map.get("task_title")).unwrap_or_default(),
        content: text(head.map.get("content")).unwrap_or_default(),
        agent: head.occupant("agent"),
        user: head.occupant("user"),
        instruction: head.or("instruction", instruction, Instruction::default),
        strategy: from(head.map.get("strategy")).unwrap_or_default(),
        examples: head.map.get("examples").map(examples).unwrap_or_default(),
        user_strategy: from(head.map.get("user_strategy")).unwrap_or_default(),
        temperature: head.map.get("temperature").and_then(Value::as_f64),
        max_steps: head.or("max_steps", max_steps, || DEFAULT_MAX_STEPS),
        seed: head.or("seed", |value| value.as_u64().filter(|seed| *seed <= MAX_SEED), || 0),
        trial: head.or("trial", |value| u32::try_from(value.as_u64()?).ok(), || 0),
        forked_from: head.map.get("forked_from").and_then(forked_from),
        beside: head.map.get("beside").and_then(Value::as_str).and_then(RunId::parse),
        batch: head.map.get("batch").and_then(in_batch),
        judgements: Judgements {
            rating: from(head.map.get("judgements").and_then(|judgements| judgements.get("rating"))),
            attribution: from(head.map.get("judgements").and_then(|judgements| judgements.get("attribution"))),
        },
    };
    (header, head.mended)
}

/// The fields of an object, and those that could not be read.
struct Fields {
    map: Map<String, Value>,
    mended: Vec<&'static str>,
}

impl Fields {
    fn or<T>(&mut self, name: &'static str, read: impl FnOnce(&Value) -> Option<T>, other: impl FnOnce() -> T) -> T {
        let found = self.map.get(name).and_then(read);
        found.unwrap_or_else(|| {
            self.mended.push(name);
            other()
        })
    }

    fn occupant(&mut self, name: &'static str) -> Occupant {
        let unknown = || (Occupant::new(OccupantKind::Script, "unknown"), true);
        let (occupant, whole) = self.or(name, occupant, unknown);
        if !whole && !self.mended.contains(&name) {
            self.mended.push(name);
        }
        occupant
    }
}

/// An occupant, and whether its kind is one that this version knows.
pub(super) fn occupant(value: &Value) -> Option<(Occupant, bool)> {
    let label = cut(value.get("label")?.as_str()?);
    let kind = from(value.get("kind"));
    let short = |name: &str| text(value.get(name)).map(|text| cut(&text));
    let occupant =
        Occupant { kind: kind.unwrap_or(OccupantKind::Script), label, style: short("style"), choice: short("choice") };
    Some((occupant, kind.is_some()))
}

pub(super) fn instruction(value: &Value) -> Option<Instruction> {
    Some(Instruction {
        text: text(value.get("text"))?,
        name: text(value.get("name")).map(|name| cut(&name)).unwrap_or_default(),
        version: text(value.get("version")),
    })
}

fn examples(value: &Value) -> Examples {
    Examples {
        from: text(value.get("from")).map(|name| cut(&name)).unwrap_or_default(),
        displays: from(value.get("displays")).unwrap_or_default(),
    }
}

fn forked_from(value: &Value) -> Option<ForkedFrom> {
    let number = |name| usize::try_from(value.get(name).and_then(Value::as_u64).unwrap_or(0)).unwrap_or(0);
    Some(ForkedFrom {
        run: RunId::parse(value.get("run")?.as_str()?)?,
        events: number("events"),
        steps: number("steps"),
        edited: value.get("edited").and_then(Value::as_bool).unwrap_or(false),
    })
}

fn in_batch(value: &Value) -> Option<InBatch> {
    let number = |name| usize::try_from(value.get(name)?.as_u64()?).ok();
    Some(InBatch { batch: BatchId::parse(value.get("batch")?.as_str()?)?, arm: number("arm")?, at: number("at")? })
}

pub(super) fn max_steps(value: &Value) -> Option<usize> {
    let steps = usize::try_from(value.as_u64()?).ok()?;
    (1..=MAX_STEPS).contains(&steps).then_some(steps)
}

/// The summary that lies beside a run, or what can be told without folding. Folding makes it exact.
#[must_use]
pub fn summary(value: Option<&Value>, journal: &Journal) -> Summary {
    let told = Summary::of_events(journal);
    let Some(value) = value.filter(|value| value.is_object()) else { return told };
    let size = |name| value.get(name).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
    if size("events") != Some(told.events) {
        return told;
    }
    Summary { spent: told.spent, ..brief(value) }
}

/// The summary as it stands, for lists, which don't read the entries.
#[must_use]
pub fn brief(value: &Value) -> Summary {
    let size = |name: &str| {
        value.get(name).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok()).unwrap_or(0)
    };
    Summary {
        events: size("events"),
        steps: size("steps"),
        state: from(value.get("state")).unwrap_or_default(),
        reward: value.get("reward").and_then(Value::as_f64).filter(|reward| (0.0..=1.0).contains(reward)),
        spent: from::<Spent>(value.get("spent")).unwrap_or_default(),
        reseated: value.get("reseated").and_then(Value::as_bool).unwrap_or(false),
        last_text: text(value.get("last_text")).map(|text| cut(&text)).unwrap_or_default(),
        changed_ms: value.get("changed_ms").and_then(milliseconds).unwrap_or(0),
    }
}

pub(super) fn from<T: DeserializeOwned>(value: Option<&Value>) -> Option<T> {
    serde_json::from_value(value?.clone()).ok()
}

pub(super) fn text(value: Option<&Value>) -> Option<String> {
    value?.as_str().map(str::to_owned)
}

pub(super) fn cut(text: &str) -> String {
    text.chars().take(TITLE_CHARS).collect()
}

/// A time; a fraction of a millisecond is dropped.
pub(super) fn milliseconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_f64().filter(|ms| (0.0..=MAX_SEED as f64).contains(ms)).map(|ms| ms as u64))
}
