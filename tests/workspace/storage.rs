//! Runs in storage that fills up, breaks, or goes away in mid-write.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::FutureExt;
use futures::executor::block_on;
use futures::future::LocalBoxFuture;
use taupe::chat::{AssistantMessage, ChatDelta, ChatError, ChatErrorKind, ChatModel, ChatReply, ChatRequest, ToolCall};
use taupe::journal::{Event as Entry, Journal, RunId, RunState, Summary, fold};
use taupe::pack::storage::{Change, Store};
use taupe::pack::{MemoryStorage, Storage, StorageFault};
use taupe::rollout::{Drive, Ending, Episode, Event, Gate, Occupant, OccupantKind, Recorder, Seated, Table};
use taupe::workspace::{Restored, RunStore};

use super::support::journal::{header, shop_run};
use super::{fresh, full_run, summary_of};

const CANCEL: &str = r##"{"order_id": "#W1", "reason": "no longer needed"}"##;

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
