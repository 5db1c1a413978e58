//! The browser's storage: IndexedDB where there is one, else memory that lasts as long as the page.
//!
//! One database with one object store for each [`Store`], bytes under text keys. Every operation is one transaction
//! and runs to its end even if its future is dropped: a handler of the browser must never find its closure gone.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::FutureExt;
use futures::channel::oneshot;
use gloo_timers::future::TimeoutFuture;
use idb::{Database, DatabaseEvent, Factory, KeyRange, ObjectStoreParams, Query, Transaction, TransactionMode};
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;

use crate::pack::storage::{Change, Store};
use crate::pack::{MemoryStorage, Storage, StorageFault};

const NAME: &str = "taupe";

/// To be raised whenever [`STORES`] gets another row.
const VERSION: u32 = 4;

/// The object stores. A database of an older version is given those that it lacks; none is ever renamed.
const STORES: [(Store, &str); 9] = [
    (Store::Files, "files"),
    (Store::Packs, "packs"),
    (Store::Settings, "settings"),
    (Store::Runs, "runs"),
    (Store::Events, "events"),
    (Store::Versions, "versions"),
    (Store::Batches, "batches"),
    (Store::Evolutions, "evolutions"),
    (Store::Answers, "answers"),
];

/// How long opening may take before the page goes on without; some browsers never answer.
const OPEN_TIMEOUT_MS: u32 = 10_000;

/// The page's storage. Clones are the same one.
#[derive(Clone, Debug)]
pub enum PageStorage {
    Browser(Rc<Connection>),
    /// The browser offers none, or it can't be opened: [`Storage::session_only`] says why.
    Memory(Rc<MemoryStorage>),
}

/// An open database.
#[derive(Debug)]
pub struct Connection {
    database: Database,
    /// Why the database was closed under us.
    closed: Rc<RefCell<Option<StorageFault>>>,
}

impl PageStorage {
    /// Opens the browser's storage. Never fails: without it, everything still works until the page closes.
    pub async fn open() -> Self {
        match open().await {
            Ok(connection) => Self::Browser(Rc::new(connection)),
            Err(fault) => Self::Memory(Rc::new(MemoryStorage::new(fault))),
        }
    }
}

impl Storage for PageStorage {
    fn session_only(&self) -> Option<StorageFault> {
        match self {
            Self::Browser(_) => None,
            Self::Memory(memory) => memory.session_only(),
        }
    }

    async fn get(&self, store: Store, key: &str) -> Result<Option<Vec<u8>>, StorageFault> {
        match self {
            Self::Browser(connection) => {
                let (connection, key) = (connection.clone(), JsValue::from_str(key));
                to_the_end(async move { connection.get(store, key).await }).await
            }
            Self::Memory(memory) => memory.get(store, key).await,
        }
    }

    async fn keys(&self, store: Store) -> Result<Vec<String>, StorageFault> {
        match self {
            Self::Browser(connection) => {
                let connection = connection.clone();
                to_the_end(async move { connection.keys(store).await }).await
            }
            Self::Memory(memory) => memory.keys(store).await,
        }
    }

    async fn entries(&self, store: Store, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StorageFault> {
        match self {
            Self::Browser(connection) => {
                let (connection, prefix) = (connection.clone(), prefix.to_owned());
                to_the_end(async move { connection.entries(store, &prefix).await }).await
            }
            Self::Memory(memory) => memory.entries(store, prefix).await,
        }
    }

    async fn write(&self, changes: &[Change<'_>]) -> Result<(), StorageFault> {
        match self {
            Self::Browser(connection) => {
                let connection = connection.clone();
                let changes: Vec<JsChange> = changes.iter().map(JsChange::of).collect();
                to_the_end(async move { connection.write(&changes).await }).await
            }
            Self::Memory(memory) => memory.write(changes).await,
        }
    }
}

/// A change in the browser's own values.
struct JsChange {
    store: Store,
    key: JsValue,
    /// `None` deletes.
    content: Option<Uint8Array>,
}

impl JsChange {
    fn of(change: &Change<'_>) -> Self {
        match change {
            Change::Put { store, key, content } => {
                Self { store: *store, key: key.into(), content: Some(Uint8Array::from(*content)) }
            }
            Change::Delete { store, key } => Self { store: *store, key: key.into(), content: None },
        }
    }
}

impl Connection {
    async fn get(&self, store: Store, key: JsValue) -> Result<Option<Vec<u8>>, StorageFault> {
        let transaction = self.transaction(&[store], TransactionMode::ReadOnly)?;
        let request = transaction.object_store(name_of(store)).and_then(|store| store.get(key));
        request.map_err(fault_of)?.await.map_err(fault_of)?.map(bytes_of).transpose()
    }

    async fn entries(&self, store: Store, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StorageFault> {
        let transaction = self.transaction(&[store], TransactionMode::ReadOnly)?;
        let range = || {
            let end = format!("{prefix}{}", char::MAX);
            KeyRange::bound(&JsValue::from_str(prefix), &JsValue::from_str(&end), None, None).map(Query::from)
        };
        let store = transaction.object_store(name_of(store)).map_err(fault_of)?;
        // Both are asked before either is awaited, so that they see the same moment.
        let keys = range().and_then(|range| store.get_all_keys(Some(range), None)).map_err(fault_of)?;
        let values = range().and_then(|range| store.get_all(Some(range), None)).map_err(fault_of)?;
        let (keys, values) = (keys.await.map_err(fault_of)?, values.await.map_err(fault_of)?);
        let entry = |(key, value): (&JsValue, JsValue)| Ok((key.as_string().unwrap_or_default(), bytes_of(value)?));
        keys.iter().zip(values).map(entry).collect()
    }

    async fn keys(&self, store: Store) -> Result<Vec<String>, StorageFault> {
        let transaction = self.transaction(&[store], TransactionMode::ReadOnly)?;
        let request = transaction.object_store(name_of(store)).and_then(|store| store.get_all_keys(None, None));
        let keys = request.map_err(fault_of)?.await.map_err(fault_of)?;
        Ok(keys.iter().filter_map(JsValue::as_string).collect())
    }

    async fn write(&self, changes: &[JsChange]) -> Result<(), StorageFault> {
        let mut stores: Vec<Store> = changes.iter().map(|change| change.store).collect();
        stores.sort_unstable();
        stores.dedup();
        if stores.is_empty() {
            return Ok(());
        }
        let transaction = self.transaction(&stores, TransactionMode::ReadWrite)?;
        for change in changes {
            let made = transaction.object_store(name_of(change.store)).and_then(|store| match &change.content {
                Some(content) => store.put(content, Some(&change.key)).map(drop),
                None => store.delete(change.key.clone()).map(drop),
            });
            if let Err(error) = made {
                // Undoes the changes before this one. If aborting fails, the transaction has ended by itself.
                _ = transaction.abort();
                return Err(fault_of(error));
            }
        }
        committed(transaction).await
    }

    fn transaction(&self, stores: &[Store], mode: TransactionMode) -> Result<Transaction, StorageFault> {
        if let Some(fault) = self.closed.borrow().clone() {
            return Err(fault);
        }
        let names: Vec<&str> = stores.iter().map(|store| name_of(*store)).collect();
        self.database.transaction(&names, mode).map_err(fault_of)
    }
}

async fn open() -> Result<Connection, StorageFault> {
    let mut request = Factory::new().and_then(|factory| factory.open(NAME, Some(VERSION))).map_err(unavailable)?;
    let (answer, answered) = oneshot::channel();
    let answer = Rc::new(Cell::new(Some(answer)));
    let is_blocked = answer.clone();
    request.on_blocked(move |_| {
        if let Some(answer) = is_blocked.take() {
            // The receiver is gone only if opening timed out.
            _ = answer.send(Err(StorageFault::Blocked));
        }
    });
    request.on_upgrade_needed(|event| {
        let Ok(database) = event.database() else { return };
        let existing = database.store_names();
        for (_, name) in STORES.iter().filter(|(_, name)| !existing.iter().any(|own| own == name)) {
            // If it fails, the upgrade is undone and opening fails.
            _ = database.create_object_store(name, ObjectStoreParams::new());
        }
    });
    spawn_local(async move {
        let opened = request.await;
        match (answer.take(), opened) {
            (Some(answer), opened) => {
                if let Err(Ok(late)) = answer.send(opened.map_err(unavailable)) {
                    late.close();
                }
            }
            // The page has gone on without storage; an open connection would only block the upgrades of other tabs.
            (None, Ok(late)) => late.close(),
            (None, Err(_)) => {}
        }
    });
    futures::select_biased! {
        opened = answered.fuse() => Ok(watched(opened.unwrap_or(Err(StorageFault::Unavailable))?)),
        () = TimeoutFuture::new(OPEN_TIMEOUT_MS).fuse() => Err(StorageFault::Failed("it did not open".to_owned())),
    }
}

/// The connection, which notices when the browser or another tab needs it closed.
fn watched(mut database: Database) -> Connection {
    let closed = Rc::new(RefCell::new(None));
    let by_newer = closed.clone();
    database.on_version_change(move |event| {
        // Another tab has a newer version of the page: without this, it would be blocked.
        by_newer.replace(Some(StorageFault::Newer));
        if let Some(Ok(database)) = event.target().map(Database::try_from) {
            database.close();
        }
    });
    let by_browser = closed.clone();
    database.on_close(move |_| {
        by_browser.replace(Some(StorageFault::Failed("the browser closed it".to_owned())));
    });
    Connection { database, closed }
}

/// Waits until a transaction has committed.
///
/// Not the library's future: that one looks for the reason of a failure where the browser does not put it.
async fn committed(mut transaction: Transaction) -> Result<(), StorageFault> {
    let (end, ended) = oneshot::channel();
    let end = Rc::new(Cell::new(Some(end)));
    let completed = end.clone();
    transaction.on_complete(move |_| {
        if let Some(end) = completed.take() {
            _ = end.send(Ok(()));
        }
    });
    transaction.on_abort(move |event| {
        let transaction = event.target().and_then(|target| Transaction::try_from(target).ok());
        let reason = transaction.and_then(|transaction| transaction.error());
        let fault = reason.map_or_else(|| StorageFault::Failed("it was aborted".to_owned()), |error| named(&error));
        if let Some(end) = end.take() {
            _ = end.send(Err(fault));
        }
    });
    ended.await.unwrap_or_else(|_| Err(StorageFault::Failed("it did not finish".to_owned())))
}

/// Runs `work` to its end, whether or not the caller still waits for it.
async fn to_the_end<T: 'static>(
    work: impl Future<Output = Result<T, StorageFault>> + 'static,
) -> Result<T, StorageFault> {
    let (done, result) = oneshot::channel();
    spawn_local(async move {
        // The caller may be gone.
        _ = done.send(work.await);
    });
    result.await.unwrap_or_else(|_| Err(StorageFault::Failed("it did not finish".to_owned())))
}

fn bytes_of(value: JsValue) -> Result<Vec<u8>, StorageFault> {
    let bytes = value.dyn_into::<Uint8Array>();
    bytes.map(|bytes| bytes.to_vec()).map_err(|_| StorageFault::Failed("a value is not bytes".to_owned()))
}

fn name_of(store: Store) -> &'static str {
    STORES.iter().find(|(own, _)| *own == store).map_or("", |(_, name)| name)
}

/// The fault when opening: a browser that refuses storage does so with one of several errors.
fn unavailable(error: idb::Error) -> StorageFault {
    match fault_of(error) {
        StorageFault::Failed(_) => StorageFault::Unavailable,
        fault => fault,
    }
}

fn fault_of(error: idb::Error) -> StorageFault {
    use idb::Error::{
        DeleteFailed, DomException as Exception, GetAllFailed, GetAllKeysFailed, GetFailed, IndexedDbNotFound,
        IndexedDbOpenFailed, ObjectStoreNotFound, TransactionOpenFailed, UpdateFailed,
    };
    let reason = match &error {
        Exception(exception) => Some(exception),
        DeleteFailed(value)
        | GetAllFailed(value)
        | GetAllKeysFailed(value)
        | GetFailed(value)
        | IndexedDbNotFound(value)
        | IndexedDbOpenFailed(value)
        | ObjectStoreNotFound(value)
        | TransactionOpenFailed(value)
        | UpdateFailed(value) => value.dyn_ref::<web_sys::DomException>(),
        _ => None,
    };
    reason.map_or_else(|| StorageFault::Failed(error.to_string()), named)
}

/// The fault that an exception of the browser stands for.
fn named(exception: &web_sys::DomException) -> StorageFault {
    match exception.name().as_str() {
        "QuotaExceededError" => StorageFault::QuotaFull,
        "VersionError" => StorageFault::Newer,
        "SecurityError" => StorageFault::Unavailable,
        name => StorageFault::Failed(format!("{name}: {}", exception.message())),
    }
}
