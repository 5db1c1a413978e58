//! A small pack, a server, a browser's storage and dropped files that do what a test tells them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;

use futures::FutureExt;
use taupe::pack::given::GivenFile;
use taupe::pack::setup::Download;
use taupe::pack::storage::{Change, Store};
use taupe::pack::{BlobId, FileFault, FileRole, Manifest, MemoryStorage, PackFile, Storage, StorageFault};

const fn file(
    role: FileRole,
    path: &'static str,
    mirror_path: &'static str,
    content: &str,
    blob: &'static str,
) -> PackFile {
    PackFile { role, path, mirror_path, blob: BlobId::from_hex(blob).unwrap(), bytes: content.len() as u64 }
}

pub const TABLE: &str = r##"{"#1": {"total": 1.5}}"##;
pub const TASKS: &str = "TASKS = []\n";
pub const POLICY: &str = "# Rules";

pub static SMALL: Manifest = Manifest {
    id: "small",
    name: "Small",
    domain: "retail",
    repository: "owner/name",
    commit: "c0ffee",
    licence: "MIT",
    files: &[
        file(
            FileRole::Table("orders"),
            "envs/data/orders.json",
            "small/orders.json",
            TABLE,
            "432274ab66c28cf02deacc5ec4902f2d138c2c58",
        ),
        file(
            FileRole::Tasks("test"),
            "envs/tasks_test.py",
            "small/tasks_test.py",
            TASKS,
            "ed44049c91aee59b589a055ab8c541a80357fc41",
        ),
        file(FileRole::Policy, "envs/wiki.md", "small/wiki.md", POLICY, "c55cf49dbc080acf566270e39d54efa2dc0b8f17"),
    ],
};

pub const BASE: &str = "https://raw.githubusercontent.com/owner/name/c0ffee/";

/// Everything in these tests is at hand, so a future is done at once.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("nothing here waits")
}

/// A server: addresses and what they answer.
#[derive(Default)]
pub struct Server {
    answers: BTreeMap<String, Result<Vec<u8>, FileFault>>,
    asked: RefCell<Vec<String>>,
}

impl Server {
    /// The pinned files under `base`.
    pub fn whole(base: &str, path: impl Fn(&PackFile) -> &str) -> Self {
        let mut server = Self::default();
        for (file, content) in SMALL.files.iter().zip([TABLE, TASKS, POLICY]) {
            server.answer(&format!("{base}{}", path(file)), Ok(content));
        }
        server
    }

    pub fn public() -> Self {
        Self::whole(BASE, |file| file.path)
    }

    pub fn answer(&mut self, address: &str, answer: Result<&str, FileFault>) {
        self.answers.insert(address.to_owned(), answer.map(|content| content.as_bytes().to_vec()));
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.take()
    }
}

impl Download for &Server {
    async fn get(&self, address: &str, expected: u64, received: &mut dyn FnMut(u64)) -> Result<Vec<u8>, FileFault> {
        self.asked.borrow_mut().push(address.to_owned());
        received(expected / 2);
        let not_found = FileFault::NotFound { address: address.to_owned() };
        self.answers.get(address).cloned().unwrap_or(Err(not_found))
    }
}

/// The browser's storage: memory that says it lasts, and that can be made to fail.
pub struct Browser {
    memory: MemoryStorage,
    /// Bytes that still fit.
    pub room: Cell<usize>,
    pub broken: Cell<bool>,
}

impl Browser {
    pub fn new() -> Self {
        let memory = MemoryStorage::new(StorageFault::Unavailable);
        Self { memory, room: Cell::new(usize::MAX), broken: Cell::new(false) }
    }

    fn fault(&self) -> Result<(), StorageFault> {
        if self.broken.get() { Err(StorageFault::Failed("gone".to_owned())) } else { Ok(()) }
    }

    pub fn keys_now(&self, store: Store) -> Vec<String> {
        now(self.memory.keys(store)).unwrap()
    }
}

impl Storage for Browser {
    fn session_only(&self) -> Option<StorageFault> {
        None
    }

    async fn get(&self, store: Store, key: &str) -> Result<Option<Vec<u8>>, StorageFault> {
        self.fault()?;
        self.memory.get(store, key).await
    }

    async fn keys(&self, store: Store) -> Result<Vec<String>, StorageFault> {
        self.fault()?;
        self.memory.keys(store).await
    }

    async fn entries(&self, store: Store, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StorageFault> {
        self.fault()?;
        self.memory.entries(store, prefix).await
    }

    async fn write(&self, changes: &[Change<'_>]) -> Result<(), StorageFault> {
        self.fault()?;
        let puts = changes.iter().map(|change| match change {
            Change::Put { content, .. } => content.len(),
            Change::Delete { .. } => 0,
        });
        let room = self.room.get().checked_sub(puts.sum()).ok_or(StorageFault::QuotaFull)?;
        self.room.set(room);
        self.memory.write(changes).await
    }
}

/// A server that answers the first file and never the others.
pub struct Stuck;

impl Download for Stuck {
    async fn get(&self, address: &str, _expected: u64, _received: &mut dyn FnMut(u64)) -> Result<Vec<u8>, FileFault> {
        if address.ends_with("orders.json") { Ok(TABLE.as_bytes().to_vec()) } else { std::future::pending().await }
    }
}

pub struct Dropped(pub &'static str, pub Result<&'static str, &'static str>);

impl GivenFile for Dropped {
    fn path(&self) -> &str {
        self.0
    }

    async fn read(&self) -> Result<Vec<u8>, String> {
        self.1.map(|content| content.as_bytes().to_vec()).map_err(str::to_owned)
    }
}
