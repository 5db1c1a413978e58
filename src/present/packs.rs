//! Packs as the Data page shows them: what they hold, where they come from, how far loading is, what went wrong.

use super::format::{bytes, count, counted};
use crate::domain::World;
use crate::pack::{
    FileFault, FileRole, InstallError, Kept, Manifest, PackFile, PackRecord, Progress, StarterError, StorageFault,
};

/// The facts of a pack that hold whether it is loaded or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackFacts {
    /// What it is, in a sentence or two.
    pub about: &'static str,
    pub repository_url: String,
    /// The commit as people write it: its first seven digits.
    pub commit_short: &'static str,
    pub commit_url: String,
    /// `7 files, 3 MB`.
    pub size: String,
}

/// A pack's file in the list of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLine {
    pub path: &'static str,
    /// `test tasks`, `orders`, `policy`.
    pub holds: String,
    pub size: String,
    /// The first seven digits of the pinned blob id.
    pub blob: String,
}

/// A failure as a callout shows it: what happened, what was kept, what to do, and each file's own reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub what: String,
    pub kept: &'static str,
    pub next: String,
    pub details: Vec<String>,
    /// A file was refused only because its content is not the pinned one: taking files unchecked would mend it.
    pub unpinned: bool,
}

/// The facts of a pack.
#[must_use]
pub fn facts(pack: &Manifest) -> PackFacts {
    let repository_url = format!("https://github.com/{}", pack.repository);
    PackFacts {
        about: about(pack.id),
        commit_short: pack.commit.get(..7).unwrap_or(pack.commit),
        commit_url: format!("{repository_url}/tree/{}", pack.commit),
        repository_url,
        size: format!("{}, {}", counted(pack.files.len() as u64, "file", "files"), bytes(pack.bytes())),
    }
}

/// What an official pack is about. The counts are facts of its pinned commit.
fn about(pack: &str) -> &'static str {
    match pack {
        "tau-bench-retail" => {
            "An online shop’s customer service: 115 test tasks, 20 dev and 500 train tasks over a database of users, \
             orders and products. The agent cancels, changes, returns and exchanges by the shop’s policy."
        }
        "tau-bench-airline" => {
            "An airline’s customer service: 50 test tasks over a database of users, flights and reservations. The agent \
             books, changes and cancels flights, and compensates, by the airline’s policy."
        }
        _ => "Tasks of the benchmark with their database and policy.",
    }
}

/// The files of a pack.
#[must_use]
pub fn files(pack: &Manifest) -> Vec<FileLine> {
    let line = |file: &PackFile| FileLine {
        path: file.path,
        holds: match file.role {
            FileRole::Table(name) => name.to_owned(),
            FileRole::Tasks(split) => format!("{split} tasks"),
            FileRole::Policy => "policy".to_owned(),
        },
        size: bytes(file.bytes),
        blob: file.blob.to_string().chars().take(7).collect(),
    };
    pack.files.iter().map(line).collect()
}

/// What a loaded pack really holds: `115 test · 20 dev · 500 train tasks`, then the records of each table.
#[must_use]
pub fn holds(world: &World) -> Vec<String> {
    let size = |split: &str| world.tasks(split).map_or(0, <[_]>::len) as u64;
    let splits: Vec<String> = world.splits().map(|split| format!("{} {split}", count(size(split)))).collect();
    let mut lines = vec![format!("{} tasks", splits.join(" · "))];
    lines.extend(world.database.tables().map(|(name, table)| format!("{} {name}", count(table.len() as u64))));
    lines
}

/// The share of an installation that is done, 0 to 1, and its figure: `2 of 7 files · 1.2 of 3 MB`.
#[must_use]
pub fn progress(progress: Progress) -> (f64, String) {
    // Sizes of packs are far below 2^53.
    let share = if progress.bytes_total == 0 { 0.0 } else { progress.bytes as f64 / progress.bytes_total as f64 };
    let figure = format!(
        "{} of {} · {} of {}",
        progress.files,
        counted(progress.files_total as u64, "file", "files"),
        bytes(progress.bytes),
        bytes(progress.bytes_total)
    );
    (share, figure)
}

/// A failed installation or opening. `installed`: whether an older installation is still there.
#[must_use]
pub fn trouble(error: &InstallError, installed: bool) -> Trouble {
    let faults: &[_] = if let InstallError::Files(faults) = error { faults } else { &[] };
    let what = match faults.len() {
        0 => error.to_string(),
        1 => "A file of the pack could not be loaded.".to_owned(),
        several => format!("{several} files of the pack could not be loaded."),
    };
    Trouble {
        what,
        kept: kept(installed),
        next: error.next_step().to_owned(),
        details: faults.iter().map(|(file, fault)| format!("{}: {fault}", file.name())).collect(),
        unpinned: faults.iter().any(|(_, fault)| matches!(fault, FileFault::WrongBlob { .. })),
    }
}

/// A starter world whose file did not come.
#[must_use]
pub fn starter_missing(fault: &FileFault) -> Trouble {
    starter_trouble(fault.to_string())
}

/// A starter world whose file is no world.
#[must_use]
pub fn starter_broken(error: &StarterError) -> Trouble {
    starter_trouble(error.to_string())
}

fn starter_trouble(what: String) -> Trouble {
    Trouble {
        what: format!("The world that comes with this page could not be opened. {what}"),
        kept: "Everything else works without it.",
        next: "Try again, or reload the page: the site may just have been updated.".to_owned(),
        details: Vec::new(),
        unpinned: false,
    }
}

fn kept(installed: bool) -> &'static str {
    if installed {
        "The pack that was loaded before is unchanged."
    } else {
        "Files that arrived whole are kept and will not be fetched again."
    }
}

/// A failure of the browser's storage.
#[must_use]
pub fn storage_trouble(fault: &StorageFault) -> Trouble {
    Trouble {
        what: fault.to_string(),
        kept: "What was stored before is as it was.",
        next: fault.next_step().to_owned(),
        details: Vec::new(),
        unpinned: false,
    }
}

/// The warning of a pack that works only until the page closes.
#[must_use]
pub fn session_only(kept: &Kept) -> Option<Trouble> {
    match kept {
        Kept::Stored => None,
        Kept::Session(fault) => Some(Trouble {
            what: format!("This pack is not stored. {fault}"),
            kept: "It works until this page is closed.",
            next: fault.next_step().to_owned(),
            details: Vec::new(),
            unpinned: false,
        }),
    }
}

/// The warning of a pack whose files are not all the pinned ones.
#[must_use]
pub fn unchecked(record: &PackRecord) -> Option<Trouble> {
    let details: Vec<String> = record.unchecked().map(|file| file.path.clone()).collect();
    (!details.is_empty()).then(|| Trouble {
        what: match details.len() {
            1 => "A file differs from the benchmark’s.".to_owned(),
            several => format!("{several} files differ from the benchmark’s."),
        },
        kept: "They were taken because you chose to take files unchecked; results with them may differ too.",
        next: "To have the pinned files, load the pack again from the public repository.".to_owned(),
        details,
        unpinned: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::PACKS;

    #[test]
    fn facts_link_to_the_pinned_commit() {
        let facts = facts(&PACKS[0]);
        assert_eq!(facts.commit_url, format!("{}/tree/{}", facts.repository_url, PACKS[0].commit));
        assert!(PACKS[0].commit.starts_with(facts.commit_short) && facts.commit_short.len() == 7);
        assert_eq!(facts.size, "7 files, 3 MB");
    }

    #[test]
    fn every_official_pack_says_what_it_is() {
        for pack in PACKS {
            assert_ne!(about(pack.id), about(""), "{}", pack.id);
        }
    }

    #[test]
    fn files_say_what_they_hold() {
        let holds: Vec<String> = files(&PACKS[0]).into_iter().map(|line| line.holds).collect();
        assert!(holds.contains(&"orders".to_owned()) && holds.contains(&"test tasks".to_owned()), "{holds:?}");
    }

    #[test]
    fn progress_is_a_share_and_a_figure() {
        let at = Progress { files: 2, files_total: 7, bytes: 1_200_000, bytes_total: 3_000_000 };
        assert_eq!(progress(at), (0.4, "2 of 7 files · 1.2 MB of 3 MB".to_owned()));
        let nothing = Progress { files: 0, files_total: 0, bytes: 0, bytes_total: 0 };
        assert_eq!(progress(nothing).0, 0.0);
    }

    #[test]
    fn trouble_names_each_file_and_what_was_kept() {
        let error = InstallError::Files(vec![(&PACKS[0].files[0], FileFault::Offline)]);
        let shown = trouble(&error, true);
        assert_eq!(shown.details.len(), 1);
        assert!(shown.details[0].starts_with("orders.json: "), "{:?}", shown.details);
        assert_eq!(shown.next, FileFault::Offline.next_step());
        assert_ne!(shown.kept, trouble(&error, false).kept);
        assert!(!shown.unpinned);
    }

    #[test]
    fn a_file_of_other_content_could_be_taken_unchecked() {
        let file = &PACKS[0].files[0];
        let fault =
            FileFault::WrongBlob { expected: file.blob, expected_bytes: 2, got: PACKS[0].files[1].blob, got_bytes: 1 };
        assert!(trouble(&InstallError::Files(vec![(file, fault)]), false).unpinned);
    }

    #[test]
    fn unchecked_files_are_named() {
        let mut record = PackRecord::new(&PACKS[0], "somewhere".to_owned(), Vec::new());
        assert_eq!(unchecked(&record), None);
        record.files.push(crate::pack::FileRecord {
            path: "a/b.json".to_owned(),
            blob: PACKS[0].files[0].blob,
            bytes: 1,
            checked: false,
        });
        assert_eq!(unchecked(&record).map(|trouble| trouble.details), Some(vec!["a/b.json".to_owned()]));
    }
}
