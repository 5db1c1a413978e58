//! Git blob ids: the names under which upstream's files are pinned, checked and stored.
//!
//! The id of a file is the SHA-1 of `blob <length>\0` and its bytes, so a repository's own listing of a commit is
//! also the list of what its files must hash to.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

/// The git blob id of a file's content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BlobId([u8; 20]);

/// A text that is not 40 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a git blob id has 40 hexadecimal digits, this is {0:?}")]
pub struct BadBlobId(pub String);

impl BlobId {
    /// The id of `content`.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        let mut hasher = Sha1::new();
        hasher.update(format!("blob {}\0", content.len()));
        hasher.update(content);
        Self(hasher.finalize().into())
    }

    /// Reads 40 hexadecimal digits; `None` for anything else. Usable in tables of constants.
    #[must_use]
    pub const fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 40 {
            return None;
        }
        let mut id = [0; 20];
        let mut at = 0;
        while at < 20 {
            let (Some(high), Some(low)) = (hex_digit(digits[2 * at]), hex_digit(digits[2 * at + 1])) else {
                return None;
            };
            id[at] = high << 4 | low;
            at += 1;
        }
        Some(Self(id))
    }
}

const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobId({self})")
    }
}

impl std::str::FromStr for BlobId {
    type Err = BadBlobId;

    fn from_str(text: &str) -> Result<Self, BadBlobId> {
        Self::from_hex(text).ok_or_else(|| BadBlobId(text.to_owned()))
    }
}

impl TryFrom<String> for BlobId {
    type Error = BadBlobId;

    fn try_from(text: String) -> Result<Self, BadBlobId> {
        text.parse()
    }
}

impl From<BlobId> for String {
    fn from(id: BlobId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_git_hash_object() {
        for (content, id) in [
            (&b""[..], "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
            (b"test content\n", "d670460b4b4aece5915caf5c68d12f560a9fe3e4"),
            (b"hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"),
        ] {
            assert_eq!(BlobId::of(content).to_string(), id);
            assert_eq!(id.parse::<BlobId>(), Ok(BlobId::of(content)));
        }
    }

    #[test]
    fn text_that_is_no_id_is_refused() {
        let short = "ce013625";
        let wrong = "ge013625030ba8dba906f756967f9e9ca394464a";
        let split = "éé013625030ba8dba906f756967f9e9ca3944";
        for text in ["", short, wrong, split] {
            assert_eq!(text.parse::<BlobId>(), Err(BadBlobId(text.to_owned())));
        }
    }

    #[test]
    fn an_id_is_saved_as_its_hexadecimal_text() {
        let id = BlobId::of(b"hello\n");
        let saved = serde_json::to_string(&id).unwrap();
        assert_eq!(saved, "\"ce013625030ba8dba906f756967f9e9ca394464a\"");
        assert_eq!(serde_json::from_str::<BlobId>(&saved).unwrap(), id);
        assert!(serde_json::from_str::<BlobId>("\"ce01\"").is_err());
    }
}
