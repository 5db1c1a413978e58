//! The saved record of an installed pack: which content stands for which file.

use serde::{Deserialize, Serialize};

use super::{BlobId, Manifest, PackFile};

/// The shape of [`PackRecord`] that this program writes.
const FORMAT: u32 = 1;

/// An installed pack. It exists only for packs whose files are all there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackRecord {
    format: u32,
    /// [`Manifest::id`].
    pub pack: String,
    /// The commit whose manifest was followed.
    pub commit: String,
    /// Where the files came from, to show: an address, or what the user gave.
    pub origin: String,
    pub files: Vec<FileRecord>,
}

/// One file of an installed pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// The path in the benchmark's repository.
    pub path: String,
    /// The id of the content that was taken; the key under which it is stored.
    pub blob: BlobId,
    pub bytes: u64,
    /// Whether the content is the pinned one. `false` only where the user chose to take files unchecked.
    pub checked: bool,
}

/// A saved record that this program can't read.
#[derive(Debug, thiserror::Error)]
pub enum BadRecord {
    #[error("The record of the installed pack is damaged.")]
    Damaged(#[source] serde_json::Error),
    #[error("The record of the installed pack was written by a newer version of this page (format {0}).")]
    Newer(u32),
}

impl PackRecord {
    #[must_use]
    pub fn new(pack: &Manifest, origin: String, files: Vec<FileRecord>) -> Self {
        Self { format: FORMAT, pack: pack.id.to_owned(), commit: pack.commit.to_owned(), origin, files }
    }

    /// The files that are not the pinned ones; results made with them must say so.
    pub fn unchecked(&self) -> impl Iterator<Item = &FileRecord> {
        self.files.iter().filter(|file| !file.checked)
    }

    #[must_use]
    pub fn is_checked(&self) -> bool {
        self.unchecked().next().is_none()
    }

    /// What stands for a file of the manifest.
    #[must_use]
    pub fn file(&self, file: &PackFile) -> Option<&FileRecord> {
        self.files.iter().find(|own| own.path == file.path)
    }

    /// The text to save.
    #[must_use]
    pub fn to_text(&self) -> String {
        let text = serde_json::to_string(self);
        debug_assert!(text.is_ok(), "a record has only texts, numbers and bools");
        text.unwrap_or_default()
    }

    /// Reads a saved record.
    ///
    /// # Errors
    /// The text is damaged or newer than this program.
    pub fn from_text(text: &[u8]) -> Result<Self, BadRecord> {
        #[derive(Deserialize)]
        struct Header {
            format: u32,
        }
        let Header { format } = serde_json::from_slice(text).map_err(BadRecord::Damaged)?;
        if format > FORMAT {
            return Err(BadRecord::Newer(format));
        }
        serde_json::from_slice(text).map_err(BadRecord::Damaged)
    }
}
