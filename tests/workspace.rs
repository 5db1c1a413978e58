//! Runs in storage, in files and in links: what comes back, and what happens when something is in the way.

mod support;

use std::cell::{Cell, RefCell};
use std::io::{Read, Write};
use std::rc::Rc;
use std::sync::Arc;

use futures::FutureExt;
use futures::executor::block_on;
use futures::future::LocalBoxFuture;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::journal::{header, shop_run};
use taupe::chat::{AssistantMessage, ChatDelta, ChatError, ChatErrorKind, ChatModel, ChatReply, ChatRequest, ToolCall};
use taupe::journal::{Event as Entry, Journal, RunId, RunState, Summary, What, fold};
use taupe::pack::storage::{Change, Store};
use taupe::pack::{MemoryStorage, Storage, StorageFault};
use taupe::rollout::{Drive, Ending, Episode, Event, Gate, Occupant, OccupantKind, Recorder, Seat, Seated, Table};
use taupe::workspace::{BadLink, ImportError, Restored, RunStore, Warning, export, import, link, restore};

const CANCEL: &str = r##"{"order_id": "#W1", "reason": "no longer needed"}"##;

fn fresh() -> impl FnMut() -> RunId {
    let mut count = 0_u8;
    move || {
        count += 1;
        RunId::of_bytes(&[0xf0, count])
    }
}

fn summary_of(journal: &Journal) -> Summary {
    let (world, task, _) = shop_run();
    Summary::of(journal, &fold(world, task, journal).episode)
}

/// A run with an entry of every kind.
fn full_run() -> Journal {
    let (_, _, mut journal) = shop_run();
    let by = Occupant::new(OccupantKind::Person, "you").with_choice("person");
    let error = ChatError { status: Some(429), ..ChatError::new(ChatErrorKind::RateLimited, "Too fast.") };
    let start = journal.header.created_ms;
    journal.events.splice(
        1..1,
        [
            Entry::new(start + 1, Event::Failed { seat: Seat::Agent, error }),
            Entry::new(start + 2, Event::Resumed),
            Entry::new(start + 3, Event::Stopped),
            Entry::new(start + 4, Event::Resumed),
            Entry::new(start + 5, Event::Seated { seat: Seat::Agent, by }),
        ],
    );
    journal
}

#[test]
fn a_file_gives_back_what_was_put_in() {
    let journal = full_run();
    let summary = summary_of(&journal);
    assert_eq!((summary.reward, summary.reseated), (Some(1.0), true));
    let text = export([(&journal, &summary), (&journal, &summary)], 3);
    let (runs, warnings) = import(text.as_bytes(), &mut fresh()).expect("our own file");
    assert_eq!(warnings, []);
    assert_eq!(runs.len(), 2);
    assert_eq!((&runs[0].journal, &runs[0].summary), (&journal, &summary));
    // One run alone, or a bare list, is also a file.
    let whole: Value = serde_json::from_str(&text).expect("JSON");
    for part in [&whole["runs"], &whole["runs"][0]] {
        let (runs, _) = import(part.to_string().as_bytes(), &mut fresh()).expect("a part of our own file");
        assert_eq!(runs[0].journal, journal);
    }
}

#[test]
fn files_without_runs_are_refused_with_the_reason() {
    let refused = |text: &str| import(text.as_bytes(), &mut fresh()).expect_err("no runs");
    assert!(matches!(refused("{"), ImportError::NotJson(_)));
    for text in ["null", "[]", "{}", r#"{"runs": [1, null]}"#, r#"{"header": 3}"#] {
        assert!(matches!(refused(text), ImportError::NoRuns), "{text}");
    }
}

#[test]
fn one_bad_run_or_entry_costs_no_other() {
    let journal = full_run();
    let mut file: Value = serde_json::from_str(&export([(&journal, &summary_of(&journal))], 3)).expect("JSON");
    let good = file["runs"][0].clone();
    let mut bad = good.clone();
    bad["events"][6] = json!({"event": "dreamt", "of": "electric sheep"});
    bad["header"]["seed"] = json!(-1);
    bad["header"].as_object_mut().expect("an object").remove("pack");
    file["runs"] = json!([7, bad, good]);
    let (runs, warnings) = import(file.to_string().as_bytes(), &mut fresh()).expect("two runs");
    assert_eq!(runs[1].journal, journal);
    assert_eq!((runs[0].journal.header.seed, runs[0].journal.header.pack.as_str()), (0, ""));
    assert_eq!(runs[0].journal.events.len(), journal.events.len());
    let What::Unreadable(kept) = &runs[0].journal.events[6].what else { panic!("nobody knows of dreams") };
    assert_eq!(kept["of"], "electric sheep");
    let title = journal.header.title.clone();
    assert_eq!(
        warnings,
        [
            Warning::NotARun(0),
            Warning::Mended { title: title.clone(), fields: vec!["pack", "seed"] },
            Warning::UnreadableEvents { title, count: 1 },
        ]
    );
    // What could not be read goes out again as it came in.
    let again: Value = serde_json::from_str(&export([(&runs[0].journal, &runs[0].summary)], 3)).expect("JSON");
    assert_eq!(again["runs"][0]["events"][6], json!({"event": "dreamt", "of": "electric sheep"}));
}

#[test]
fn a_newer_run_says_so() {
    let journal = full_run();
    let mut file: Value = serde_json::from_str(&export([(&journal, &summary_of(&journal))], 3)).expect("JSON");
    file["runs"][0]["format"] = json!(99);
    let (_, warnings) = import(file.to_string().as_bytes(), &mut fresh()).expect("a run");
    assert_eq!(warnings, [Warning::Newer { title: journal.header.title }]);
}

#[test]
fn a_reply_counts_by_its_message_alone() {
    let event = json!({"at_ms": 5.7, "event": "replied", "seat": "user",
        "reply": {"message": {"content": "Hi"}, "usage": "lots", "finish": "stop"}});
    let reply = Box::new(ChatReply::of_message(AssistantMessage::of_text("Hi")));
    assert_eq!(restore::event(event), Entry::new(5, Event::Replied { seat: Seat::User, reply }));
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        prop::sample::select(vec!["replied", "seated", "failed", "agent", "user", "stop", "judged"])
            .prop_map(Value::from),
    ];
    let names = prop::sample::select(vec![
        "runs",
        "header",
        "events",
        "summary",
        "format",
        "id",
        "task",
        "split",
        "index",
        "agent",
        "user",
        "label",
        "kind",
        "event",
        "seat",
        "reply",
        "message",
        "content",
        "tool_calls",
        "error",
        "by",
        "at_ms",
        "instruction",
        "text",
        "max_steps",
        "forked_from",
        "run",
        "spent",
        "reward",
        "state",
    ]);
    leaf.prop_recursive(5, 48, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..8).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

/// Puts `other` at the place that `path` leads to, going down wherever it can.
fn put(value: &mut Value, path: &[usize], other: Value) {
    let inner = match (value, path) {
        (Value::Array(list), [at, ..]) if !list.is_empty() => {
            let at = at % list.len();
            &mut list[at]
        }
        (Value::Object(map), [at, ..]) if !map.is_empty() => {
            let at = at % map.len();
            map.values_mut().nth(at).expect("it has so many")
        }
        (value, _) => return *value = other,
    };
    put(inner, &path[1..], other);
}

/// Whatever was read must fold, summarise, and survive being written and read again.
fn survives(restored: Vec<Restored>) {
    let (world, task, _) = shop_run();
    for Restored { journal, .. } in restored {
        let folded = fold(Arc::clone(&world), Arc::clone(&task), &journal);
        let summary = Summary::of(&journal, &folded.episode);
        let text = export([(&journal, &summary)], 0);
        let (again, warnings) = import(text.as_bytes(), &mut fresh()).expect("our own file");
        assert_eq!(again[0].journal, journal);
        assert!(warnings.iter().all(|warning| matches!(warning, Warning::UnreadableEvents { .. })), "{warnings:?}");
    }
}

proptest! {
    #[test]
    fn any_json_can_be_read(value in json_value()) {
        if let Ok((runs, _)) = import(value.to_string().as_bytes(), &mut fresh()) {
            survives(runs);
        }
        _ = restore::event(value.clone());
        _ = restore::brief(&value);
    }

    #[test]
    fn any_damage_to_a_file_can_be_read(path in prop::collection::vec(any::<usize>(), 1..8), other in json_value()) {
        let journal = full_run();
        let mut file: Value = serde_json::from_str(&export([(&journal, &summary_of(&journal)); 2], 3)).expect("JSON");
        put(&mut file, &path, other);
        if let Ok((runs, _)) = import(file.to_string().as_bytes(), &mut fresh()) {
            survives(runs);
        }
    }

    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..64), text in ".{0,24}") {
        _ = import(&bytes, &mut fresh());
        _ = link::read(&bytes, &mut fresh());
        _ = link::deflated(&text);
        _ = RunId::parse(&text);
    }
}

/// What the browser does with a link's content.
fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

fn inflate(deflated: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    flate2::read::DeflateDecoder::new(deflated).read_to_end(&mut content).expect("our own");
    content
}

#[test]
fn a_link_opens_the_same_rollout_elsewhere() {
    let mut journal = full_run();
    if let What::Rollout(Event::Replied { reply, .. }) = &mut journal.events[0].what {
        reply.message.reasoning = Some("private thoughts".into());
        reply.timing.total_ms = 12.5;
    }
    let content = link::content(&journal);
    let payload = link::payload(&deflate(&content)).expect("it is short");
    assert!(payload.len() < 1500, "{} characters", payload.len());
    assert!(payload.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)));
    for left_out in ["private thoughts", "A note.", "12.5", "\"e1\"", "\"person\"]"] {
        assert!(!String::from_utf8_lossy(&content).contains(left_out), "{left_out}");
    }
    let opened = link::read(&inflate(&link::deflated(&payload).expect("our own")), &mut fresh()).expect("a run");
    assert_eq!(opened.warnings, []);
    let (world, task, _) = shop_run();
    let folded = fold(world, task, &opened.journal);
    assert_eq!(folded.episode.ending().and_then(Ending::reward), Some(1.0));
    assert_eq!(opened.journal.header.id, journal.header.id);
}

#[test]
fn links_have_a_limit_and_bad_ones_say_why() {
    let long = link::payload(&vec![0; link::MAX_PAYLOAD]).expect_err("too long");
    assert!(long.to_string().contains("Export it as a file instead"));
    assert_eq!(link::deflated("2.AAAA"), Err(BadLink::Newer));
    for cut in ["", "1", "x", "1.A", "1.ä"] {
        assert_eq!(link::deflated(cut), Err(BadLink::Damaged), "{cut}");
    }
    assert_eq!(link::read(b"[]", &mut fresh()), Err(BadLink::NoRun));
    assert_eq!(link::read(&vec![b' '; link::MAX_INFLATED + 1], &mut fresh()), Err(BadLink::TooLarge));
}

/// Storage that fills up, or that is gone, after so many writes.
#[derive(Clone)]
struct Faulty {
    memory: Rc<MemoryStorage>,
    writes_left: Rc<Cell<usize>>,
    /// What a write does when none is left: fail, or never come back as when the page is closed.
    crashes: bool,
}

impl Faulty {
    fn new(writes: usize, crashes: bool) -> Self {
        let memory = Rc::new(MemoryStorage::new(StorageFault::Unavailable));
        Self { memory, writes_left: Rc::new(Cell::new(writes)), crashes }
    }
}

impl Storage for Faulty {
    fn session_only(&self) -> Option<StorageFault> {
        None
    }

    async fn get(&self, store: Store, key: &str) -> Result<Option<Vec<u8>>, StorageFault> {
        self.memory.get(store, key).await
    }

    async fn keys(&self, store: Store) -> Result<Vec<String>, StorageFault> {
        self.memory.keys(store).await
    }

    async fn entries(&self, store: Store, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StorageFault> {
        self.memory.entries(store, prefix).await
    }

    async fn write(&self, changes: &[Change<'_>]) -> Result<(), StorageFault> {
        match self.writes_left.get().checked_sub(1) {
            Some(left) => {
                self.writes_left.set(left);
                self.memory.write(changes).await
            }
            None if self.crashes => std::future::pending().await,
            None => Err(StorageFault::QuotaFull),
        }
    }
}

/// Keeps a rollout in storage, and goes on without where it is full.
struct Stored {
    store: RunStore<Faulty>,
    journal: Journal,
    stored: usize,
    faults: usize,
}

impl Recorder for Stored {
    fn keep<'a>(&'a mut self, event: Event, after: &'a Episode) -> LocalBoxFuture<'a, ()> {
        let at_ms = self.journal.header.created_ms + self.journal.events.len() as u64;
        self.journal.events.push(Entry::new(at_ms, event));
        Box::pin(async {
            let summary = Summary::of(&self.journal, after);
            match self.store.append(&self.journal, self.stored, &summary).await {
                Ok(()) => self.stored = self.journal.events.len(),
                Err(_) => self.faults += 1,
            }
        })
    }
}

/// An endpoint that answers by how far the conversation is, and counts what it is asked.
struct Paid {
    label: &'static str,
    lines: Vec<AssistantMessage>,
    /// How many messages there are before the first answer.
    before: usize,
    calls: Rc<RefCell<Vec<String>>>,
}

impl ChatModel for Paid {
    fn label(&self) -> String {
        self.label.to_owned()
    }

    fn complete<'a>(
        &'a self,
        request: &'a ChatRequest,
        _: &'a mut dyn FnMut(ChatDelta),
    ) -> LocalBoxFuture<'a, Result<ChatReply, ChatError>> {
        let at = (request.messages.len() - self.before) / 2;
        self.calls.borrow_mut().push(format!("{} {at}", self.label));
        let line = self.lines.get(at).cloned().ok_or_else(|| ChatError::new(ChatErrorKind::Config, "no line"));
        Box::pin(std::future::ready(line.map(ChatReply::of_message)))
    }
}

fn paid_table(calls: &Rc<RefCell<Vec<String>>>) -> Table<'static> {
    let call = |id: &str, name: &str, arguments: &str| {
        AssistantMessage::of_calls(vec![ToolCall { id: id.into(), name: name.into(), arguments: arguments.into() }])
    };
    let agent = Paid {
        label: "agent",
        before: 2,
        calls: Rc::clone(calls),
        lines: vec![
            call("c1", "get_order_details", r##"{"order_id": "#W1"}"##),
            AssistantMessage::of_text("Shall I cancel it?"),
            call("c2", "cancel_pending_order", CANCEL),
            AssistantMessage::of_text("It is cancelled."),
        ],
    };
    let user = Paid {
        label: "user",
        before: 2,
        calls: Rc::clone(calls),
        lines: ["Cancel #W1, please.", "Yes.", "###STOP###"].map(AssistantMessage::of_text).to_vec(),
    };
    let seated = |model: Paid| Seated { by: Occupant::new(OccupantKind::Script, model.label), model: Rc::new(model) };
    Table::new(seated(agent), seated(user))
}

/// Drives a journal on; `None` if storage took the page with it.
fn drive_on(storage: &Faulty, journal: Journal, table: &Table<'_>) -> Option<(Journal, Episode, usize)> {
    let (world, task, _) = shop_run();
    let folded = fold(world, task, &journal);
    let mut episode = folded.episode;
    let stored = journal.events.len();
    let mut recorder = Stored { store: RunStore::new(storage.clone()), journal, stored, faults: 0 };
    let gate = Gate::default();
    let drive = Drive { table, gate: &gate, recorded: folded.seated, recorder: Some(&mut recorder), pace: None };
    drive.run(&mut episode, &mut |_, _| {}).now_or_never()?;
    Some((recorder.journal, episode, recorder.faults))
}

fn begun(storage: &Faulty, table: &Table<'_>) -> Option<Journal> {
    let (world, task, _) = shop_run();
    let journal = Journal::new(header(&world, &task, &table.seated_by()));
    let store = RunStore::new(storage.clone());
    store.append(&journal, 0, &Summary::of_events(&journal)).now_or_never()?.ok()?;
    Some(journal)
}

#[test]
fn a_crash_at_any_write_loses_no_kept_reply_and_asks_for_none_twice() {
    for writes in 1..=8 {
        let calls = Rc::default();
        let table = paid_table(&calls);
        let storage = Faulty::new(writes, true);
        let journal = begun(&storage, &table).expect("the first write");
        let crashed = drive_on(&storage, journal, &table).is_none();
        assert_eq!(crashed, writes < 8, "seven replies and the record of the beginning");

        storage.writes_left.set(usize::MAX);
        let store = RunStore::new(storage.clone());
        let (list, unreadable) = block_on(store.list()).expect("storage");
        assert_eq!((list.len(), unreadable), (1, 0));
        let found = block_on(store.load(&list[0].header.id)).expect("storage").expect("the run");
        assert_eq!(found.warnings, []);
        assert_eq!(found.journal.events.len(), writes - 1);
        assert_eq!(list[0].summary.events, writes - 1);
        assert_eq!(list[0].summary.state, if crashed { RunState::Open } else { RunState::Judged });

        let (journal, episode, _) = drive_on(&storage, found.journal, &table).expect("storage works again");
        assert_eq!(episode.ending().and_then(Ending::reward), Some(1.0));
        assert_eq!(journal.events.len(), 7);
        let mut asked = calls.take();
        // The one reply that was on its way when the page went is the only one that may be asked for again.
        let all = asked.len();
        asked.sort();
        asked.dedup();
        assert_eq!((asked.len(), all), (7, if crashed { 8 } else { 7 }), "after {writes} writes");
        let kept = block_on(store.load(&journal.header.id)).expect("storage").expect("the run");
        assert_eq!(kept.journal, journal);
        assert_eq!(kept.summary.reward, Some(1.0));
    }
}

#[test]
fn a_full_storage_at_any_write_loses_nothing_once_there_is_room() {
    for writes in 1..=8 {
        let calls = Rc::default();
        let table = paid_table(&calls);
        let storage = Faulty::new(writes, false);
        let journal = begun(&storage, &table).expect("the first write");
        let (journal, episode, faults) = drive_on(&storage, journal, &table).expect("it never waits");
        assert_eq!(faults, 8 - writes);
        assert_eq!(episode.ending().and_then(Ending::reward), Some(1.0));
        let store = RunStore::new(storage.clone());
        let stored = block_on(store.load(&journal.header.id)).expect("storage").expect("the run").journal.events.len();
        assert_eq!(stored, writes - 1, "what was written before stays whole");
        storage.writes_left.set(usize::MAX);
        block_on(store.append(&journal, stored, &Summary::of(&journal, &episode))).expect("there is room");
        let whole = block_on(store.load(&journal.header.id)).expect("storage").expect("the run");
        assert_eq!(whole.journal, journal);
        assert_eq!(calls.borrow().len(), 7);
    }
}

fn memory() -> RunStore<Faulty> {
    RunStore::new(Faulty::new(usize::MAX, false))
}

fn restored(journal: Journal) -> Restored {
    Restored { summary: summary_of(&journal), journal, warnings: vec![] }
}

#[test]
fn a_deleted_run_can_be_put_back_and_leaves_its_neighbours_alone() {
    let store = memory();
    let mut one = full_run();
    one.header.id = RunId::parse("a").expect("an id");
    let mut other = full_run();
    other.header.id = RunId::parse("a-2").expect("an id");
    block_on(store.import(vec![restored(one.clone()), restored(other.clone())], &mut fresh()));
    let deleted = block_on(store.delete(&one.header.id)).expect("storage");
    assert_eq!(block_on(store.load(&one.header.id)).expect("storage"), None);
    assert_eq!(block_on(store.load(&other.header.id)).expect("storage").expect("it stays").journal, other);
    block_on(store.put_back(&deleted)).expect("storage");
    assert_eq!(block_on(store.load(&one.header.id)).expect("storage").expect("it is back").journal, one);
}

#[test]
fn what_is_here_already_is_not_taken_in_again() {
    let store = memory();
    let journal = full_run();
    let first = block_on(store.import(vec![restored(journal.clone())], &mut fresh()));
    assert_eq!((first.added.len(), first.known), (1, 0));
    // Renamed meanwhile, and an older copy of it.
    let mut record = first.added[0].clone();
    record.header.title = "Mine".into();
    block_on(store.keep_record(&record)).expect("storage");
    let mut older = journal.clone();
    older.events.truncate(3);
    let again = block_on(store.import(vec![restored(journal.clone()), restored(older)], &mut fresh()));
    assert_eq!((again.added.len(), again.known), (0, 2));
    assert_eq!(block_on(store.list()).expect("storage").0[0].header.title, "Mine");

    // Another run under the same id gets its own, and what was forked from it follows.
    let mut other = journal.clone();
    other.header.seed += 1;
    let mut fork = journal.clone();
    fork.header.id = RunId::parse("fork").expect("an id");
    fork.header.beside = Some(journal.header.id.clone());
    let third = block_on(store.import(vec![restored(other), restored(fork)], &mut fresh()));
    assert_eq!(third.added.len(), 2);
    assert_ne!(third.added[0].header.id, journal.header.id);
    assert_eq!(third.added[1].header.beside.as_ref(), Some(&third.added[0].header.id));
}

#[test]
fn an_import_keeps_what_fitted() {
    let store = RunStore::new(Faulty::new(1, false));
    let mut other = full_run();
    other.header.id = RunId::parse("other").expect("an id");
    let imported = block_on(store.import(vec![restored(full_run()), restored(other)], &mut fresh()));
    assert_eq!((imported.added.len(), imported.fault), (1, Some(StorageFault::QuotaFull)));
}

#[test]
fn damaged_storage_costs_only_what_was_damaged() {
    let storage = Faulty::new(usize::MAX, false);
    let store = RunStore::new(storage.clone());
    let journal = full_run();
    let mut other = full_run();
    other.header.id = RunId::parse("other").expect("an id");
    block_on(store.import(vec![restored(journal.clone()), restored(other.clone())], &mut fresh()));
    let id = &journal.header.id;
    let damage = [
        Change::Put { store: Store::Runs, key: "other".into(), content: b"{" },
        Change::Put { store: Store::Events, key: format!("{id}/00000007"), content: b"\xff" },
        Change::Delete { store: Store::Events, key: format!("{id}/00000002") },
    ];
    block_on(storage.write(&damage)).expect("memory");
    let (list, unreadable) = block_on(store.list()).expect("storage");
    assert_eq!((list.len(), unreadable), (1, 1));
    let found = block_on(store.load(id)).expect("storage").expect("the run");
    let readable: Vec<bool> = found.journal.events.iter().map(|event| event.rollout().is_some()).collect();
    assert_eq!(readable, [true, true, false, true, true, true, true, false, true]);
    assert_eq!(block_on(store.load(&other.header.id)).expect("storage"), None, "its record can't be read");
}
