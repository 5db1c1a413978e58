//! Versions of the agent's instruction: every text that a rollout was made with, named, with notes.
//!
//! A version is its text: its id is taken from the text's hash, so the same text is the same version wherever it comes
//! from, and a rollout, which holds its own text, points to its version without naming it. Deleting a version takes
//! nothing from the rollouts that were made with it.
//!
//! Each version is kept as a record of its own, so that two tabs never write over one another's.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The longest name that is made up for a version, in characters.
const NAME_CHARS: usize = 56;

/// What names a version: the first 16 hexadecimal digits of the SHA-256 of its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VersionId(String);

impl VersionId {
    /// The id of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let digest = Sha256::digest(text.as_bytes());
        Self(digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
    }

    /// The id that a text names, as a link or a menu gives it back. Whether there is such a version is another matter.
    #[must_use]
    pub fn named(text: &str) -> Self {
        Self(text.to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub id: VersionId,
    /// Counts the versions of this browser, from 1: `v3`.
    pub number: u32,
    /// What it is called: made up from what it changed until its user renames it.
    pub name: String,
    /// Its user's own words about it; empty for none.
    pub note: String,
    pub text: Arc<str>,
    /// When it was first used, in milliseconds since 1970.
    pub created_ms: u64,
    /// The version that it was made from. It may have been deleted since.
    pub parent: Option<VersionId>,
}

impl Version {
    /// The short name: `v3`.
    #[must_use]
    pub fn short(&self) -> String {
        format!("v{}", self.number)
    }

    /// Number and name: `v3 · Ask first`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("v{} · {}", self.number, self.name)
    }
}

/// All versions, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    list: Vec<Version>,
    /// The highest number that was given in this visit.
    last: u32,
}

/// Why a saved version could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionFault {
    #[error("a saved version is no JSON object with a text")]
    Unreadable,
    #[error("a saved version was made by a newer version of this page")]
    Newer,
}

/// What a version is recorded with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'a> {
    /// What it is called; `None` makes up a name from what it changed.
    pub name: Option<&'a str>,
    pub parent: Option<&'a VersionId>,
    /// Now, in milliseconds since 1970.
    pub now_ms: u64,
}

impl Versions {
    /// All versions, the oldest first.
    #[must_use]
    pub fn list(&self) -> &[Version] {
        &self.list
    }

    #[must_use]
    pub fn find(&self, id: &VersionId) -> Option<&Version> {
        self.list.iter().find(|version| version.id == *id)
    }

    /// The version of a text, if it is one.
    #[must_use]
    pub fn of_text(&self, text: &str) -> Option<&Version> {
        self.find(&VersionId::of(text))
    }

    /// Makes a text a version, unless it is one; true if it was made.
    pub fn record(&mut self, text: &str, origin: Origin<'_>) -> (VersionId, bool) {
        let id = VersionId::of(text);
        if self.find(&id).is_some() {
            return (id, false);
        }
        let parent = origin.parent.and_then(|parent| self.find(parent));
        let name = match (origin.name, parent) {
            (Some(name), _) => name.to_owned(),
            (None, parent) => first_change(parent.map_or("", |parent| &parent.text), text),
        };
        let parent = parent.map(|parent| parent.id.clone());
        let number = self.next_number();
        self.list.push(Version {
            id: id.clone(),
            number,
            name,
            note: String::new(),
            text: text.into(),
            created_ms: origin.now_ms,
            parent,
        });
        (id, true)
    }

    /// Renames a version. An empty name makes one up again; gives the version as it is now.
    pub fn rename(&mut self, id: &VersionId, name: &str) -> Option<Version> {
        let name = match name.trim() {
            "" => {
                let version = self.find(id)?;
                let parent = version.parent.as_ref().and_then(|parent| self.find(parent));
                first_change(parent.map_or("", |parent| &parent.text), &version.text)
            }
            name => name.to_owned(),
        };
        self.change(id, |version| version.name = name)
    }

    /// Writes a version's note; gives the version as it is now.
    pub fn annotate(&mut self, id: &VersionId, note: &str) -> Option<Version> {
        self.change(id, |version| version.note = note.trim().to_owned())
    }

    /// Takes a version out.
    pub fn remove(&mut self, id: &VersionId) -> Option<Version> {
        let at = self.list.iter().position(|version| version.id == *id)?;
        Some(self.list.remove(at))
    }

    /// Puts a version where it belongs: one that was removed, or that was saved. One with its text gives way to it;
    /// a number that another one has is replaced by a new one.
    pub fn put(&mut self, version: Version) {
        self.remove(&version.id);
        let taken = version.number == 0 || self.list.iter().any(|other| other.number == version.number);
        let number = if taken { self.next_number() } else { version.number };
        self.last = self.last.max(number);
        let at = self.list.partition_point(|other| other.number < number);
        self.list.insert(at, Version { number, ..version });
    }

    /// Reads saved versions; what could not be read is left out, with a sentence for each kind of trouble.
    #[must_use]
    pub fn restore(records: impl IntoIterator<Item = Vec<u8>>) -> (Self, Vec<(VersionFault, usize)>) {
        let mut versions = Self::default();
        let mut faults: Vec<(VersionFault, usize)> = Vec::new();
        let mut read = Vec::new();
        for record in records {
            match from_bytes(&record) {
                Ok(version) => read.push(version),
                Err(fault) => match faults.iter_mut().find(|(known, _)| *known == fault) {
                    Some((_, count)) => *count += 1,
                    None => faults.push((fault, 1)),
                },
            }
        }
        // Two tabs may have given one number twice: the older one keeps it.
        read.sort_by_key(|version| (version.number == 0, version.created_ms));
        read.into_iter().for_each(|version| versions.put(version));
        (versions, faults)
    }

    fn change(&mut self, id: &VersionId, change: impl FnOnce(&mut Version)) -> Option<Version> {
        let version = self.list.iter_mut().find(|version| version.id == *id)?;
        change(version);
        Some(version.clone())
    }

    fn next_number(&mut self) -> u32 {
        let highest = self.list.last().map_or(0, |version| version.number).max(self.last);
        self.last = highest.saturating_add(1);
        self.last
    }
}

/// More versions than anyone keeps.
const MOST: u32 = 1_000_000;

/// The format that this page writes; it reads no newer one.
const FORMAT: u32 = 1;

/// A version as it is saved: a JSON object. [`from_bytes`] reads it back, and whatever is missing is empty.
#[must_use]
pub fn to_bytes(version: &Version) -> Vec<u8> {
    let saved = json!({
        "format": FORMAT,
        "number": version.number,
        "name": version.name,
        "note": version.note,
        "text": version.text,
        "created_ms": version.created_ms,
        "parent": version.parent,
    });
    saved.to_string().into_bytes()
}

/// Reads a saved version. Its id follows from its text, whatever it was saved under.
///
/// # Errors
/// There is no text, or the format is newer than this page.
pub fn from_bytes(bytes: &[u8]) -> Result<Version, VersionFault> {
    let value: Value = serde_json::from_slice(bytes).map_err(|_| VersionFault::Unreadable)?;
    if value.get("format").and_then(Value::as_u64).is_some_and(|format| format > u64::from(FORMAT)) {
        return Err(VersionFault::Newer);
    }
    let mut fields = match value {
        Value::Object(fields) => fields,
        _ => return Err(VersionFault::Unreadable),
    };
    let text = match fields.remove("text") {
        Some(Value::String(text)) => text,
        _ => return Err(VersionFault::Unreadable),
    };
    let mut word = |key: &str| match fields.remove(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let (name, note, parent) = (word("name"), word("note"), word("parent"));
    let number = |key: &str| fields.get(key).and_then(Value::as_u64).unwrap_or(0);
    Ok(Version {
        id: VersionId::of(&text),
        // 0 asks for a new one; so does a number that nobody can have counted to.
        number: u32::try_from(number("number")).ok().filter(|number| *number <= MOST).unwrap_or(0),
        name: name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| first_change("", &text)),
        note: note.unwrap_or_default(),
        created_ms: number("created_ms"),
        parent: parent.map(VersionId),
        text: text.into(),
    })
}

/// What a text says that the one before it did not, in brief: the sentence with the first change. A text that only
/// lost something is named by what it lost: `without “Ask first.”`
#[must_use]
pub fn first_change(old: &str, new: &str) -> String {
    let start = common(old.chars(), new.chars());
    let start: usize = new.chars().take(start).map(char::len_utf8).sum();
    let start = word_start(new, start);
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let end: usize =
        new_rest.chars().rev().take(common(old_rest.chars().rev(), new_rest.chars().rev())).map(char::len_utf8).sum();
    if end == new_rest.len() && !old_rest.is_empty() {
        let lost = old_rest[..old_rest.len() - end].trim();
        return if lost.is_empty() { "Other spacing".to_owned() } else { format!("without “{}”", shorten(lost)) };
    }
    let sentence = sentence_start(new, start);
    // A change late in its sentence would be cut off: the name begins with it then.
    let from = if new[sentence..start].chars().count() > NAME_CHARS / 2 { start } else { sentence };
    let text = new[from..].trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let sentence = text.split_inclusive(['.', '!', '?', '\n']).next().unwrap_or_default().trim();
    if sentence.is_empty() { "Empty".to_owned() } else { shorten(sentence) }
}

/// How many items two sequences begin with in common.
fn common(a: impl Iterator<Item = char>, b: impl Iterator<Item = char>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).count()
}

/// The start of the word at or before a position.
fn word_start(text: &str, at: usize) -> usize {
    text[..at].rfind(|letter: char| !letter.is_alphanumeric()).map_or(0, |space| {
        let sign = text[space..].chars().next().map_or(0, char::len_utf8);
        space + sign
    })
}

/// The start of the sentence or line that a position is in; the position itself where a new one begins there.
fn sentence_start(text: &str, at: usize) -> usize {
    const ENDS: [char; 3] = ['.', '!', '?'];
    let before = &text[..at];
    let words = before.trim_end();
    if words.ends_with(ENDS) || before[words.len()..].contains('\n') {
        return at;
    }
    let line = before.rfind('\n').map(|at| at + 1);
    let sentence = before.match_indices(ENDS).rfind(|(end, _)| before[end + 1..].starts_with(' '));
    line.max(sentence.map(|(end, _)| end + 1)).unwrap_or(0)
}

fn shorten(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= NAME_CHARS {
        return flat;
    }
    let cut: String = flat.chars().take(NAME_CHARS).collect();
    let whole = cut.rfind(' ').filter(|&at| at > NAME_CHARS / 2).unwrap_or(cut.len());
    format!("{}…", &cut[..whole])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn origin<'a>(parent: Option<&'a VersionId>, now_ms: u64) -> Origin<'a> {
        Origin { parent, now_ms, ..Origin::default() }
    }

    #[track_caller]
    fn check_name(old: &str, new: &str, expected: &str) {
        assert_eq!(first_change(old, new), expected);
    }

    #[test]
    fn a_name_is_the_sentence_with_the_first_change() {
        check_name("Be brief. Be kind.", "Be brief. Be kind. Ask first.", "Ask first.");
        check_name("Be brief. Be kind.", "Be brief. Ask first. Be kind.", "Ask first.");
        check_name("You may refund once. Bye.", "You must refund once. Bye.", "You must refund once.");
        check_name("- one\n- two\n", "- one\n- two and a half\n", "two and a half");
        check_name("# Rules\n", "# Rules\n## More\nText", "More");
        check_name("", "", "Empty");
        check_name("Be kind.", "", "without “Be kind.”");
        check_name("Be brief. Be kind.", "Be brief.", "without “Be kind.”");
        check_name("a b", "a  b", "a b");
    }

    #[test]
    fn a_name_is_short() {
        let long = "Authenticate every customer by e-mail address or by full name and zip code before anything else.";
        check_name("", long, "Authenticate every customer by e-mail address or by…");
        let changed = long.replace("anything else", "any look at an order");
        check_name(long, &changed, "any look at an order.");
    }

    #[test]
    fn the_same_text_is_the_same_version() {
        let mut versions = Versions::default();
        let (first, made) =
            versions.record("Be kind.", Origin { name: Some("Policy"), now_ms: 5, ..Origin::default() });
        assert!(made);
        let (second, made) = versions.record("Be kind. Ask first.", origin(Some(&first), 6));
        assert!(made);
        assert_eq!(versions.record("Be kind.", origin(Some(&second), 7)), (first.clone(), false));
        let labels: Vec<String> = versions.list().iter().map(Version::label).collect();
        assert_eq!(labels, ["v1 · Policy", "v2 · Ask first."]);
        assert_eq!(versions.of_text("Be kind. Ask first.").and_then(|version| version.parent.clone()), Some(first));
    }

    #[test]
    fn ids_do_not_change_with_the_program() {
        assert_eq!(VersionId::of("").as_str(), "e3b0c44298fc1c14");
    }

    #[test]
    fn what_was_deleted_comes_back_to_its_place_and_its_number_is_not_given_again() {
        let mut versions = Versions::default();
        let ids: Vec<VersionId> = ["a", "b", "c"].iter().map(|text| versions.record(text, origin(None, 1)).0).collect();
        let removed = versions.remove(&ids[2]).expect("recorded");
        versions.record("d", origin(None, 2));
        versions.put(removed);
        let second = versions.remove(&ids[1]).expect("recorded");
        versions.put(second);
        let shown: Vec<(u32, &str)> = versions.list().iter().map(|version| (version.number, &*version.text)).collect();
        assert_eq!(shown, [(1, "a"), (2, "b"), (3, "c"), (4, "d")]);
    }

    #[test]
    fn names_and_notes_are_the_users() {
        let mut versions = Versions::default();
        let (id, _) = versions.record("Be kind.", origin(None, 1));
        assert_eq!(versions.rename(&id, "  Kind  ").map(|version| version.name), Some("Kind".to_owned()));
        assert_eq!(versions.rename(&id, " ").map(|version| version.name), Some("Be kind.".to_owned()));
        assert_eq!(versions.annotate(&id, " works ").map(|version| version.note), Some("works".to_owned()));
        assert_eq!(versions.rename(&VersionId::named("none"), "x"), None);
    }

    #[test]
    fn broken_records_are_left_out_and_told_of() {
        let mut versions = Versions::default();
        versions.record("a", origin(None, 1));
        versions.record("b", origin(None, 2));
        let mut records: Vec<Vec<u8>> = versions.list().iter().map(to_bytes).collect();
        records.push(b"not JSON".to_vec());
        records.push(br#"{"number": 4}"#.to_vec());
        records.push(br#"{"format": 2, "text": "later"}"#.to_vec());
        records.push(br#"{"text": "bare"}"#.to_vec());
        records.push(br#"{"text": "twice", "number": 2, "created_ms": 9, "name": 7}"#.to_vec());
        let (read, faults) = Versions::restore(records);
        let shown: Vec<(u32, &str)> =
            read.list().iter().map(|version| (version.number, version.name.as_str())).collect();
        assert_eq!(shown, [(1, "a"), (2, "b"), (3, "twice"), (4, "bare")]);
        assert_eq!(faults, [(VersionFault::Unreadable, 2), (VersionFault::Newer, 1)]);
    }

    proptest! {
        #[test]
        fn a_saved_version_is_read_as_it_was(name in "\\PC{1,20}x", note in "\\PC{0,20}", text in any::<String>(), number in 1..=MOST) {
            let id = VersionId::of(&text);
            let version = Version { id, number, name, note, text: text.into(), created_ms: 3, parent: None };
            prop_assert_eq!(from_bytes(&to_bytes(&version)), Ok(version));
        }

        #[test]
        fn restoring_never_fails(records in proptest::collection::vec(any::<Vec<u8>>(), 0..5), json in "[{}\\[\\]\",:a-z0-9]{0,40}") {
            let (versions, _) = Versions::restore(records.into_iter().chain([json.into_bytes()]));
            prop_assert!(versions.list().is_sorted_by_key(|version| version.number));
        }

        #[test]
        fn every_change_has_a_name(old in "[ab .\n“é]{0,30}", new in "[ab .\n“é]{0,30}") {
            prop_assert!(!first_change(&old, &new).is_empty());
        }
    }
}
