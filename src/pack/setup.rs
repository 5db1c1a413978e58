//! Installing, loading and removing packs over a storage and a supply of files.
//!
//! A file with the pinned content is stored the moment it is here, so nothing is fetched twice. The pack itself
//! appears in one transaction, when all its files are here and could be read. Whatever goes wrong before that leaves
//! the pack that was installed before as it was. Where storage fails, the pack still works until the page closes.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use futures::StreamExt;

use super::record::BadRecord;
use super::storage::{Change, Store};
use super::{
    BlobId, Check, FileFault, FileState, Install, Manifest, Pack, PackBuilder, PackError, PackFile, PackRecord, Source,
    Storage, StorageFault,
};

/// Downloads at a time.
const CONCURRENT: usize = 4;

/// No file of a pack is as long as this; what is longer is not what was asked for.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Where files come from: a network, or what the user gave.
#[expect(async_fn_in_trait, reason = "engine futures are local and need not be Send")]
pub trait Supply {
    /// What a record says of where its files came from.
    fn origin(&self, pack: &Manifest) -> String;

    /// What becomes of a file that is not the pinned one.
    fn check(&self) -> Check;

    /// A file's content. `received` is told how many bytes of it are here, whenever there are more.
    async fn content(
        &self,
        pack: &'static Manifest,
        file: &'static PackFile,
        received: &mut dyn FnMut(u64),
    ) -> Result<Vec<u8>, FileFault>;
}

/// Gets the content behind an address.
#[expect(async_fn_in_trait, reason = "engine futures are local and need not be Send")]
pub trait Download {
    /// All bytes behind `address`, of which about `expected` should come. Longer than [`MAX_FILE_BYTES`] is a fault.
    async fn get(&self, address: &str, expected: u64, received: &mut dyn FnMut(u64)) -> Result<Vec<u8>, FileFault>;
}

/// Files from the addresses of a source.
#[derive(Clone, Debug)]
pub struct Remote<D> {
    pub source: Source,
    pub download: D,
}

impl<D: Download> Supply for Remote<D> {
    fn origin(&self, pack: &Manifest) -> String {
        self.source.label(pack)
    }

    fn check(&self) -> Check {
        self.source.check()
    }

    async fn content(
        &self,
        pack: &'static Manifest,
        file: &'static PackFile,
        received: &mut dyn FnMut(u64),
    ) -> Result<Vec<u8>, FileFault> {
        let mut first_fault = None;
        for address in self.source.addresses(pack, file) {
            match self.download.get(&address, file.bytes, received).await {
                Err(fault @ FileFault::NotFound { .. }) => _ = first_fault.get_or_insert(fault),
                done => return done,
            }
        }
        Err(first_fault.unwrap_or_else(|| FileFault::NotFound { address: self.source.label(pack) }))
    }
}

/// A pack that is ready to use.
#[derive(Clone, Debug)]
pub struct Installed {
    pub pack: Pack,
    pub record: PackRecord,
    pub kept: Kept,
}

/// How long a pack stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Until it is removed; it loads without network.
    Stored,
    /// Until the page closes, for this reason. A pack that was stored before is still stored.
    Session(StorageFault),
}

/// Why a pack could not be installed or loaded. What was installed before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error("{}", files_sentence(.0))]
    Files(Vec<(&'static PackFile, FileFault)>),
    #[error(transparent)]
    Content(#[from] PackError),
    #[error(transparent)]
    Storage(#[from] StorageFault),
    #[error(transparent)]
    Record(#[from] BadRecord),
    #[error("{path} of the installed pack is missing or damaged in the browser's storage.")]
    Damaged { path: &'static str },
}

impl InstallError {
    /// What the user can do about it.
    #[must_use]
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Files(faults) => faults.first().map_or("Load the pack again.", |(_, fault)| fault.next_step()),
            Self::Content(error) => error.next_step(),
            Self::Storage(fault) => fault.next_step(),
            Self::Record(BadRecord::Newer(_)) => StorageFault::Newer.next_step(),
            Self::Record(BadRecord::Damaged(_)) | Self::Damaged { .. } => {
                "Load the pack again; only what is missing is fetched."
            }
        }
    }
}

fn files_sentence(faults: &[(&'static PackFile, FileFault)]) -> String {
    let Some((file, fault)) = faults.first() else { return "Some files could not be loaded.".to_owned() };
    match faults.len() {
        1 => format!("{} could not be loaded. {fault}", file.path),
        all => format!("{all} files could not be loaded, first {}. {fault}", file.path),
    }
}

/// Installs a pack. `report` is told of every change of the plan, which can be many thousand times.
///
/// Dropping the future stops the installation: what arrived whole is stored, and the pack that was there is unchanged.
///
/// # Errors
/// Which files did not arrive or were refused, or what in their content is not a pack.
pub async fn install(
    pack: &'static Manifest,
    storage: &impl Storage,
    supply: &impl Supply,
    report: impl Fn(&Install),
) -> Result<Installed, InstallError> {
    let job = Job {
        storage,
        report,
        plan: RefCell::new(Install::new(pack, supply.check())),
        contents: RefCell::new(vec![None; pack.files.len()]),
        session_only: RefCell::new(None),
    };
    job.take_stored(pack).await;
    let wanted = job.plan.borrow().wanted();
    futures::stream::iter(wanted).for_each_concurrent(CONCURRENT, |index| job.fetch(pack, index, supply)).await;

    let Some(record) = job.plan.borrow().record(supply.origin(pack)) else {
        return Err(InstallError::Files(job.plan.borrow().faults()));
    };
    let contents = job.contents.into_inner();
    let mut builder = PackBuilder::new(pack);
    for (index, content) in contents.iter().enumerate() {
        if let Some(content) = content {
            builder.add(index, content)?;
        }
    }
    let read = builder.finish()?;

    let mut session_only = job.session_only.into_inner();
    if session_only.is_none() {
        session_only = switch_over(storage, &record, &contents).await.err();
    }
    // Also after a failure: what no pack needs should not be what fills the storage. If it fails, only space is lost.
    _ = sweep(storage).await;
    let kept = match session_only.or_else(|| storage.session_only()) {
        None => Kept::Stored,
        Some(fault) => Kept::Session(fault),
    };
    Ok(Installed { pack: read, record, kept })
}

/// Loads an installed pack; `None` if it is not installed.
///
/// # Errors
/// Storage fails, or what it gives back is not what was put there.
pub async fn load_installed(
    pack: &'static Manifest,
    storage: &impl Storage,
) -> Result<Option<Installed>, InstallError> {
    let Some(record) = storage.get(Store::Packs, pack.id).await? else { return Ok(None) };
    let record = PackRecord::from_text(&record)?;
    let mut builder = PackBuilder::new(pack);
    for (index, file) in pack.files.iter().enumerate() {
        let damaged = InstallError::Damaged { path: file.path };
        let Some(stored) = record.file(file) else { return Err(damaged) };
        let content = storage.get(Store::Files, &stored.blob.to_string()).await?;
        let Some(content) = content.filter(|content| BlobId::of(content) == stored.blob) else {
            return Err(damaged);
        };
        builder.add(index, &content)?;
    }
    let kept = storage.session_only().map_or(Kept::Stored, Kept::Session);
    Ok(Some(Installed { pack: builder.finish()?, record, kept }))
}

/// Removes an installed pack and the files that no other pack needs.
///
/// # Errors
/// Storage fails; then the pack is still installed.
pub async fn remove(pack: &str, storage: &impl Storage) -> Result<(), StorageFault> {
    storage.write(&[Change::Delete { store: Store::Packs, key: pack.to_owned() }]).await?;
    sweep(storage).await
}

/// The records of all installed packs; those that can't be read are left out.
///
/// # Errors
/// Storage fails.
pub async fn installed(storage: &impl Storage) -> Result<Vec<PackRecord>, StorageFault> {
    let mut records = Vec::new();
    for key in storage.keys(Store::Packs).await? {
        let text = storage.get(Store::Packs, &key).await?;
        records.extend(text.and_then(|text| PackRecord::from_text(&text).ok()));
    }
    Ok(records)
}

struct Job<'a, S, R> {
    storage: &'a S,
    report: R,
    plan: RefCell<Install>,
    /// As the manifest's files.
    contents: RefCell<Vec<Option<Rc<Vec<u8>>>>>,
    /// Why what arrives can't be kept.
    session_only: RefCell<Option<StorageFault>>,
}

impl<S: Storage, R: Fn(&Install)> Job<'_, S, R> {
    fn change<T>(&self, change: impl FnOnce(&mut Install) -> T) -> T {
        let changed = change(&mut self.plan.borrow_mut());
        (self.report)(&self.plan.borrow());
        changed
    }

    /// Takes the files that an earlier installation stored. What can't be read is fetched again.
    async fn take_stored(&self, pack: &'static Manifest) {
        for (index, file) in pack.files.iter().enumerate() {
            if let Ok(Some(content)) = self.storage.get(Store::Files, &file.blob.to_string()).await
                && BlobId::of(&content) == file.blob
            {
                self.accept(index, content);
            }
        }
    }

    fn accept(&self, index: usize, content: Vec<u8>) -> FileState {
        let state = self.change(|plan| plan.arrived(index, &content).clone());
        if matches!(state, FileState::Ready { .. }) {
            self.contents.borrow_mut()[index] = Some(Rc::new(content));
        }
        state
    }

    async fn fetch(&self, pack: &'static Manifest, index: usize, supply: &impl Supply) {
        let mut received = |bytes| self.change(|plan| plan.arriving(index, bytes));
        received(0);
        let content = match supply.content(pack, &pack.files[index], &mut received).await {
            Ok(content) => content,
            Err(fault) => return self.change(|plan| plan.failed(index, fault)),
        };
        // Content of another id could not be found again by a later installation, so it is stored with the pack only.
        let FileState::Ready { blob, checked: true, .. } = self.accept(index, content) else { return };
        if self.session_only.borrow().is_some() {
            return;
        }
        let Some(content) = self.contents.borrow()[index].clone() else { return };
        let put = Change::Put { store: Store::Files, key: blob.to_string(), content: &content };
        if let Err(fault) = self.storage.write(&[put]).await {
            self.session_only.borrow_mut().get_or_insert(fault);
        }
    }
}

/// Makes a pack the installed one.
async fn switch_over(
    storage: &impl Storage,
    record: &PackRecord,
    contents: &[Option<Rc<Vec<u8>>>],
) -> Result<(), StorageFault> {
    let text = record.to_text();
    // All files again, though most are stored: another tab may have swept them away in the meantime.
    let mut changes = Vec::new();
    for (file, content) in record.files.iter().zip(contents.iter().flatten()) {
        changes.push(Change::Put { store: Store::Files, key: file.blob.to_string(), content: content.as_slice() });
    }
    changes.push(Change::Put { store: Store::Packs, key: record.pack.clone(), content: text.as_bytes() });
    storage.write(&changes).await
}

/// Deletes the files that no installed pack names.
async fn sweep(storage: &impl Storage) -> Result<(), StorageFault> {
    let mut needed = BTreeSet::new();
    for key in storage.keys(Store::Packs).await? {
        // A record that can't be read may belong to a newer version of the page: then nothing is swept.
        let Some(text) = storage.get(Store::Packs, &key).await? else { continue };
        let Ok(record) = PackRecord::from_text(&text) else { return Ok(()) };
        needed.extend(record.files.iter().map(|file| file.blob.to_string()));
    }
    let unused = storage.keys(Store::Files).await?.into_iter().filter(|key| !needed.contains(key));
    let deletes: Vec<Change<'_>> = unused.map(|key| Change::Delete { store: Store::Files, key }).collect();
    if deletes.is_empty() { Ok(()) } else { storage.write(&deletes).await }
}
