//! The plan of an installation: which files are wanted, how far each is, and the verdict on what arrived.
//!
//! Pure: it is told what happens and says what that means. A [`PackRecord`] comes out only when every file is there
//! and judged, so an installed pack can't be replaced by half of another.

use super::{BlobId, Check, FileRecord, Manifest, PackFile, PackRecord};

/// An installation under way.
#[derive(Clone, Debug)]
pub struct Install {
    pack: &'static Manifest,
    check: Check,
    /// As the manifest's files.
    files: Vec<FileState>,
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// Not asked for yet.
    Wanted,
    /// On its way; so many bytes are here.
    Arriving {
        received: u64,
    },
    /// Here and accepted.
    Ready {
        blob: BlobId,
        bytes: u64,
        checked: bool,
    },
    Failed(FileFault),
}

/// Why a file is not here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    #[error(
        "Its content is not the pinned one: expected git blob {expected} of {expected_bytes} bytes, got {got} of \
         {got_bytes}."
    )]
    WrongBlob { expected: BlobId, expected_bytes: u64, got: BlobId, got_bytes: u64 },
    #[error("There is no such file at {address} (404).")]
    NotFound { address: String },
    #[error("The server answered {address} with status {status}.")]
    Status { address: String, status: u16 },
    #[error("The download broke off after {received} of {expected} bytes.")]
    Cut { received: u64, expected: u64 },
    #[error("The download stood still for {seconds} s after {received} of {expected} bytes.")]
    Stalled { received: u64, expected: u64, seconds: u32 },
    #[error("The server sent more than {limit} bytes, which no file of a pack has.")]
    TooLong { limit: u64 },
    #[error("This device has no network connection.")]
    Offline,
    #[error("{address} could not be reached.")]
    Network { address: String },
    #[error("It is not among the files that were given.")]
    NotGiven,
    #[error("Several of the given files could be it: {}.", .paths.join(", "))]
    Ambiguous { paths: Vec<String> },
    #[error("The given file {path} can't be read: {reason}.")]
    Unreadable { path: String, reason: String },
}

impl FileFault {
    /// What the user can do about it. In each case an installed pack is as it was, and files that arrived whole are
    /// not fetched again.
    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::WrongBlob { .. } => {
                "A proxy or an error page may have come instead. Try again from the public repository; or, if you trust \
                 this copy, choose to take its files unchecked."
            }
            Self::NotFound { .. } => "Check the base address in the settings, or drop the file onto the page.",
            Self::Status { .. } => {
                "Try again in a minute; or set another base address, or drop the file onto the page."
            }
            Self::Cut { .. } | Self::Stalled { .. } => "Try again; files that are already here are not fetched again.",
            Self::TooLong { .. } => "Check the base address in the settings.",
            Self::Offline => "Connect and try again, or drop the pack's files onto the page.",
            Self::Network { .. } => {
                "The address may be wrong, the server may be down or may not allow other sites to read it (CORS), or \
                 the page is on https and the address on http. Check the base address, or drop the files onto the page."
            }
            Self::NotGiven => "Drop this file too; files that are already here are kept.",
            Self::Ambiguous { .. } => "Drop only the folder of the benchmark's domain, or the one file.",
            Self::Unreadable { .. } => "Check that the file still exists and can be opened, then drop it again.",
        }
    }
}

/// How much of an installation is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub files: usize,
    pub files_total: usize,
    /// In bytes of the pinned files: a file that is shorter or longer counts as if it were not.
    pub bytes: u64,
    pub bytes_total: u64,
}

impl Install {
    #[must_use]
    pub fn new(pack: &'static Manifest, check: Check) -> Self {
        Self { pack, check, files: vec![FileState::Wanted; pack.files.len()] }
    }

    #[must_use]
    pub const fn pack(&self) -> &'static Manifest {
        self.pack
    }

    /// The pack's files and how far each is.
    pub fn files(&self) -> impl Iterator<Item = (&'static PackFile, &FileState)> {
        self.pack.files.iter().zip(&self.files)
    }

    /// Indices of the files that must still be asked for.
    #[must_use]
    pub fn wanted(&self) -> Vec<usize> {
        let is_wanted = |index: &usize| self.files[*index] == FileState::Wanted;
        (0..self.files.len()).filter(is_wanted).collect()
    }

    /// So many bytes of a file are here, in all.
    pub fn arriving(&mut self, index: usize, received: u64) {
        self.set(index, FileState::Arriving { received });
    }

    /// A file is not coming.
    pub fn failed(&mut self, index: usize, fault: FileFault) {
        self.set(index, FileState::Failed(fault));
    }

    /// Judges a file that arrived, or that was found in storage.
    ///
    /// The pinned content is always accepted; other content only where the user chose [`Check::Unchecked`].
    pub fn arrived(&mut self, index: usize, content: &[u8]) -> &FileState {
        const NO_FILE: FileState = FileState::Wanted;
        let Some(file) = self.pack.files.get(index) else { return &NO_FILE };
        let blob = BlobId::of(content);
        let bytes = content.len() as u64;
        let checked = blob == file.blob;
        let state = if checked || self.check == Check::Unchecked {
            FileState::Ready { blob, bytes, checked }
        } else {
            FileState::Failed(FileFault::WrongBlob {
                expected: file.blob,
                expected_bytes: file.bytes,
                got: blob,
                got_bytes: bytes,
            })
        };
        self.set(index, state);
        &self.files[index]
    }

    fn set(&mut self, index: usize, state: FileState) {
        if let Some(own) = self.files.get_mut(index) {
            *own = state;
        }
    }

    #[must_use]
    pub fn progress(&self) -> Progress {
        let mut progress =
            Progress { files: 0, files_total: self.files.len(), bytes: 0, bytes_total: self.pack.bytes() };
        for (file, state) in self.files() {
            match state {
                FileState::Ready { .. } => {
                    progress.files += 1;
                    progress.bytes += file.bytes;
                }
                FileState::Arriving { received } => progress.bytes += (*received).min(file.bytes),
                FileState::Wanted | FileState::Failed(_) => {}
            }
        }
        progress
    }

    /// The files that are not coming, and why.
    #[must_use]
    pub fn faults(&self) -> Vec<(&'static PackFile, FileFault)> {
        let fault = |(file, state): (&'static PackFile, &FileState)| match state {
            FileState::Failed(fault) => Some((file, fault.clone())),
            _ => None,
        };
        self.files().filter_map(fault).collect()
    }

    /// The record to save; `None` until every file is here and accepted.
    #[must_use]
    pub fn record(&self, origin: String) -> Option<PackRecord> {
        let record = |(file, state): (&'static PackFile, &FileState)| match *state {
            FileState::Ready { blob, bytes, checked } => {
                Some(FileRecord { path: file.path.to_owned(), blob, bytes, checked })
            }
            _ => None,
        };
        let files: Option<Vec<FileRecord>> = self.files().map(record).collect();
        Some(PackRecord::new(self.pack, origin, files?))
    }
}
