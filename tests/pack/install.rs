//! Installing a pack, and everything that can go wrong in it.

use std::cell::RefCell;

use expect_test::expect;
use futures::FutureExt;
use taupe::pack::given::Given;
use taupe::pack::setup::{InstallError, Remote, installed};
use taupe::pack::storage::{Change, Store};
use taupe::pack::{
    Check, FileFault, FileState, Install, Installed, Kept, MemoryStorage, Progress, Source, Storage, StorageFault,
    install, load_installed, remove,
};

use crate::fakes::{BASE, Browser, Dropped, POLICY, SMALL, Server, Stuck, TABLE, TASKS, now};

fn install_from(server: &Server, source: Source, storage: &impl Storage) -> Result<Installed, InstallError> {
    now(install(&SMALL, storage, &Remote { source, download: server }, |_| {}))
}

fn install_public(server: &Server, storage: &impl Storage) -> Result<Installed, InstallError> {
    install_from(server, Source::Public, storage)
}

fn custom(check: Check) -> Source {
    Source::Custom { base: "http://mirror".parse().unwrap(), check }
}

/// What a user reads of a failed installation.
fn told(error: &InstallError) -> String {
    let mut text = format!("{error} {}", error.next_step());
    if let InstallError::Files(faults) = error
        && faults.len() > 1
    {
        for (file, fault) in faults {
            text += &format!("\n{}: {fault} {}", file.path, fault.next_step());
        }
    }
    text
}

#[test]
fn a_pack_is_fetched_checked_stored_and_used_without_network_afterwards() {
    let (server, storage) = (Server::public(), Browser::new());
    let done = install_public(&server, &storage).unwrap();
    assert_eq!(done.kept, Kept::Stored);
    assert_eq!(done.pack.policy, POLICY);
    assert!(done.record.is_checked());
    assert_eq!((done.record.origin.as_str(), done.record.commit.as_str()), (BASE, "c0ffee"));
    assert_eq!(server.asked().len(), 3);

    let loaded = now(load_installed(&SMALL, &storage)).unwrap().unwrap();
    assert_eq!((loaded.record, loaded.kept), (done.record.clone(), Kept::Stored));
    assert_eq!(loaded.pack.database.table("orders").unwrap().len(), 1);
    assert_eq!(now(installed(&storage)).unwrap(), [done.record]);
    assert_eq!(server.asked(), [""; 0]);
}

#[test]
fn progress_counts_files_and_bytes_up_to_the_whole() {
    let (server, seen) = (Server::public(), RefCell::new(Vec::new()));
    let supply = Remote { source: Source::Public, download: &server };
    now(install(&SMALL, &Browser::new(), &supply, |plan: &Install| seen.borrow_mut().push(plan.progress()))).unwrap();
    let seen = seen.into_inner();
    let whole = SMALL.bytes();
    let end = Progress { files: 3, files_total: 3, bytes: whole, bytes_total: whole };
    assert_eq!(seen.last(), Some(&end));
    assert!(seen.is_sorted_by_key(|progress| (progress.files, progress.bytes)));
    assert!(seen.iter().any(|progress| progress.files == 0 && progress.bytes == TABLE.len() as u64 / 2));
}

/// A fault of one file: what the user is told, that the pack installed before still works, and that the next try
/// fetches only what is missing.
#[track_caller]
fn check_fault(answer: Result<&str, FileFault>, expected: &str) {
    let storage = Browser::new();
    let before =
        install_from(&Server::whole("http://mirror/", |file| file.mirror_path), custom(Check::Pinned), &storage);
    let before = before.unwrap().record;
    // As if the pack had been installed from other content: none of its files are of use to the new one.
    for file in SMALL.files {
        now(storage.write(&[Change::Delete { store: Store::Files, key: file.blob.to_string() }])).unwrap();
    }

    let mut server = Server::public();
    let address = format!("{BASE}{}", SMALL.files[1].path);
    server.answer(&address, answer);
    let error = install_public(&server, &storage).unwrap_err();
    assert_eq!(told(&error), expected);
    assert_eq!(now(installed(&storage)).unwrap(), [before], "the installed pack is as it was");
    server.asked();

    server.answer(&address, Ok(TASKS));
    let done = install_public(&server, &storage).unwrap();
    assert_eq!(server.asked(), [address], "only the missing file is fetched");
    assert_eq!((done.kept, done.record.origin.as_str()), (Kept::Stored, BASE));
}

#[test]
fn every_fault_of_a_file_says_what_happened_and_what_to_do() {
    let address = || "https://host/file".to_owned();
    check_fault(
        Ok("TASKS = [1]\n"),
        "envs/tasks_test.py could not be loaded. Its content is not the pinned one: expected git blob \
         ed44049c91aee59b589a055ab8c541a80357fc41 of 11 bytes, got 021576d8935d9ae261e1e3e18cef4d885d83fd10 of \
         12. A proxy or an error page may have come instead. Try again from the public repository; or, if you \
         trust this copy, choose to take its files unchecked.",
    );
    check_fault(
        Err(FileFault::NotFound { address: address() }),
        "envs/tasks_test.py could not be loaded. There is no such file at https://host/file (404). Check the \
         base address in the settings, or drop the file onto the page.",
    );
    check_fault(
        Err(FileFault::Status { address: address(), status: 503 }),
        "envs/tasks_test.py could not be loaded. The server answered https://host/file with status 503. Try \
         again in a minute; or set another base address, or drop the file onto the page.",
    );
    check_fault(
        Err(FileFault::Cut { received: 4, expected: 11 }),
        "envs/tasks_test.py could not be loaded. The download broke off after 4 of 11 bytes. Try again; files \
         that are already here are not fetched again.",
    );
    check_fault(
        Err(FileFault::Stalled { received: 4, expected: 11, seconds: 30 }),
        "envs/tasks_test.py could not be loaded. The download stood still for 30 s after 4 of 11 bytes. Try \
         again; files that are already here are not fetched again.",
    );
    check_fault(
        Err(FileFault::TooLong { limit: 64 }),
        "envs/tasks_test.py could not be loaded. The server sent more than 64 bytes, which no file of a pack \
         has. Check the base address in the settings.",
    );
    check_fault(
        Err(FileFault::Offline),
        "envs/tasks_test.py could not be loaded. This device has no network connection. Connect and try again, \
         or drop the pack's files onto the page.",
    );
    check_fault(
        Err(FileFault::Network { address: address() }),
        "envs/tasks_test.py could not be loaded. https://host/file could not be reached. The address may be \
         wrong, the server may be down or may not allow other sites to read it (CORS), or the page is on https \
         and the address on http. Check the base address, or drop the files onto the page.",
    );
}

#[test]
fn stopping_keeps_what_arrived_and_what_was_there() {
    let storage = Browser::new();
    let supply = Remote { source: Source::Public, download: Stuck };
    assert!(install(&SMALL, &storage, &supply, |_| {}).now_or_never().is_none(), "dropped in the middle");
    assert_eq!(storage.keys_now(Store::Packs), [""; 0]);
    let server = Server::public();
    install_public(&server, &storage).unwrap();
    assert_eq!(server.asked().len(), 2, "the first file is not fetched again");
}

#[test]
fn without_network_every_file_is_named() {
    let mut server = Server::default();
    for file in SMALL.files {
        server.answer(&format!("{BASE}{}", file.path), Err(FileFault::Offline));
    }
    let Err(InstallError::Files(faults)) = install_public(&server, &Browser::new()) else { panic!("not installed") };
    let paths: Vec<_> = faults.iter().map(|(file, _)| file.path).collect();
    assert_eq!(paths, ["envs/data/orders.json", "envs/tasks_test.py", "envs/wiki.md"]);
}

#[test]
fn a_full_quota_leaves_the_pack_for_the_session_and_nothing_half_stored() {
    // Room for nothing, for one file, for all files but not for the record.
    for room in [0, TABLE.len(), 2 * SMALL.bytes() as usize] {
        let storage = Browser::new();
        storage.room.set(room);
        let done = install_public(&Server::public(), &storage).unwrap();
        assert_eq!(done.kept, Kept::Session(StorageFault::QuotaFull), "room for {room}");
        assert_eq!(done.pack.policy, POLICY);
        assert_eq!(storage.keys_now(Store::Packs), [""; 0]);
        assert_eq!(storage.keys_now(Store::Files), [""; 0], "what no pack needs takes no room");
    }
}

#[test]
fn a_full_quota_leaves_the_pack_that_was_there() {
    let storage = Browser::new();
    let before = install_public(&Server::public(), &storage).unwrap().record;
    storage.room.set(0);
    let mut mirror = Server::whole("http://mirror/", |file| file.mirror_path);
    mirror.answer("http://mirror/small/wiki.md", Ok("# Other rules"));
    // The pinned policy is in storage already and is taken from there, so the copy's is not even asked for.
    let done = install_from(&mirror, custom(Check::Unchecked), &storage).unwrap();
    assert_eq!(mirror.asked(), [""; 0]);
    assert_eq!(done.kept, Kept::Session(StorageFault::QuotaFull));
    assert_eq!(now(load_installed(&SMALL, &storage)).unwrap().unwrap().record, before);
}

#[test]
fn storage_that_is_missing_or_fails_still_gives_the_pack_for_the_session() {
    let memory = MemoryStorage::new(StorageFault::Unavailable);
    let done = install_public(&Server::public(), &memory).unwrap();
    assert_eq!(done.kept, Kept::Session(StorageFault::Unavailable));
    assert_eq!(now(load_installed(&SMALL, &memory)).unwrap().unwrap().kept, Kept::Session(StorageFault::Unavailable));

    let storage = Browser::new();
    storage.broken.set(true);
    let done = install_public(&Server::public(), &storage).unwrap();
    assert_eq!(done.kept, Kept::Session(StorageFault::Failed("gone".to_owned())));
}

#[test]
fn a_copy_with_other_bytes_is_taken_only_if_the_user_chose_so_and_is_marked() {
    let mut mirror = Server::whole("http://mirror/", |file| file.mirror_path);
    mirror.answer("http://mirror/small/tasks_test.py", Ok("TASKS = [ ]\n"));
    let storage = Browser::new();
    assert!(matches!(install_from(&mirror, custom(Check::Pinned), &storage), Err(InstallError::Files(_))));

    let done = install_from(&mirror, custom(Check::Unchecked), &storage).unwrap();
    let unchecked: Vec<_> = done.record.unchecked().map(|file| file.path.as_str()).collect();
    assert_eq!(unchecked, ["envs/tasks_test.py"]);
    assert!(!done.record.is_checked());
    assert_eq!(done.record.origin, "http://mirror/");
    assert_eq!(now(load_installed(&SMALL, &storage)).unwrap().unwrap().record, done.record);

    // The public repository's file replaces it, and the copy's leaves the storage.
    let server = Server::public();
    assert!(install_public(&server, &storage).unwrap().record.is_checked());
    assert_eq!(server.asked(), [format!("{BASE}envs/tasks_test.py")]);
    let mut pinned: Vec<_> = SMALL.files.iter().map(|file| file.blob.to_string()).collect();
    pinned.sort();
    assert_eq!(storage.keys_now(Store::Files), pinned);
}

#[test]
fn a_custom_base_may_hold_the_repositorys_tree() {
    let tree = Server::whole("http://mirror/", |file| file.path);
    assert!(install_from(&tree, custom(Check::Pinned), &Browser::new()).is_ok());
    let none = install_from(&Server::default(), custom(Check::Pinned), &Browser::new()).unwrap_err();
    let InstallError::Files(faults) = none else { panic!("no such error: {none:?}") };
    assert_eq!(faults[0].1, FileFault::NotFound { address: "http://mirror/small/orders.json".to_owned() });
}

#[test]
fn unchecked_content_that_is_no_pack_leaves_what_was_there() {
    let storage = Browser::new();
    let mut mirror = Server::whole("http://mirror/", |file| file.mirror_path);
    mirror.answer("http://mirror/small/tasks_test.py", Ok("TASKS = [Task(1)]\n"));
    let error = install_from(&mirror, custom(Check::Unchecked), &storage).unwrap_err();
    expect!["envs/tasks_test.py is not a task file as the benchmark writes it: line 1, column 15: expected an argument `name=value`, met a number. Mend this place in your copy and load it again, or load the pack from the public repository."].assert_eq(&told(&error));
    assert_eq!(storage.keys_now(Store::Packs), [""; 0]);
}

#[test]
fn damaged_storage_is_noticed_and_mended() {
    let storage = Browser::new();
    install_public(&Server::public(), &storage).unwrap();
    let key = SMALL.files[2].blob.to_string();
    for damage in [
        Change::Put { store: Store::Files, key: key.clone(), content: b"# Rules!" },
        Change::Delete { store: Store::Files, key: key.clone() },
    ] {
        now(storage.write(&[damage])).unwrap();
        let error = now(load_installed(&SMALL, &storage)).unwrap_err();
        assert_eq!(
            told(&error),
            "envs/wiki.md of the installed pack is missing or damaged in the browser's storage. Load the pack again; \
             only what is missing is fetched."
        );
        let server = Server::public();
        install_public(&server, &storage).unwrap();
        assert_eq!(server.asked(), [format!("{BASE}envs/wiki.md")]);
        assert!(now(load_installed(&SMALL, &storage)).unwrap().is_some());
    }
}

#[test]
fn a_record_of_a_newer_page_is_not_touched() {
    let storage = Browser::new();
    let newer = br#"{"format": 2, "something": "else"}"#;
    let orphan = Change::Put { store: Store::Files, key: "0".repeat(40), content: b"theirs" };
    now(storage.write(&[Change::Put { store: Store::Packs, key: "other".to_owned(), content: newer }, orphan]))
        .unwrap();
    install_public(&Server::public(), &storage).unwrap();
    assert_eq!(storage.keys_now(Store::Files).len(), 4, "its files are unknown, so none is swept");
    assert_eq!(now(installed(&storage)).unwrap().len(), 1);

    now(storage.write(&[Change::Put { store: Store::Packs, key: "small".to_owned(), content: newer }])).unwrap();
    let error = now(load_installed(&SMALL, &storage)).unwrap_err();
    assert_eq!(
        told(&error),
        "The record of the installed pack was written by a newer version of this page (format 2). Reload the page to \
         get its newest version."
    );
    now(storage.write(&[Change::Put { store: Store::Packs, key: "small".to_owned(), content: b"{" }])).unwrap();
    assert!(matches!(now(load_installed(&SMALL, &storage)), Err(InstallError::Record(_))));
}

#[test]
fn removing_a_pack_frees_its_files() {
    let storage = Browser::new();
    install_public(&Server::public(), &storage).unwrap();
    now(remove("small", &storage)).unwrap();
    assert_eq!((storage.keys_now(Store::Packs).len(), storage.keys_now(Store::Files).len()), (0, 0));
    assert!(now(load_installed(&SMALL, &storage)).unwrap().is_none());
}

#[test]
fn files_given_one_after_the_other_make_a_pack() {
    let storage = Browser::new();
    let give = |files| now(install(&SMALL, &storage, &Given { files, check: Check::Pinned }, |_| {}));
    let error = give(vec![Dropped("orders.json", Ok(TABLE)), Dropped("a/wiki.md", Err("no permission"))]).unwrap_err();
    expect![[r#"
        2 files could not be loaded, first envs/tasks_test.py. It is not among the files that were given. Drop this file too; files that are already here are kept.
        envs/tasks_test.py: It is not among the files that were given. Drop this file too; files that are already here are kept.
        envs/wiki.md: The given file a/wiki.md can't be read: no permission. Check that the file still exists and can be opened, then drop it again."#]].assert_eq(&told(&error));
    let done = give(vec![Dropped("envs/wiki.md", Ok(POLICY)), Dropped("envs/tasks_test.py", Ok(TASKS))]).unwrap();
    assert_eq!((done.kept, done.record.origin.as_str()), (Kept::Stored, "files from this device"));
}

#[test]
fn given_json_task_lists_are_taken_unchecked() {
    let files = || {
        let tasks = Dropped("small/tasks_test.json", Ok("[]"));
        vec![Dropped("small/orders.json", Ok(TABLE)), Dropped("small/wiki.md", Ok(POLICY)), tasks]
    };
    let give = |check| now(install(&SMALL, &Browser::new(), &Given { files: files(), check }, |_| {}));
    assert!(matches!(give(Check::Pinned), Err(InstallError::Files(_))));
    let record = give(Check::Unchecked).unwrap().record;
    assert_eq!(record.unchecked().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["envs/tasks_test.py"]);
}

#[test]
fn a_plan_gives_no_record_before_every_file_is_ready() {
    let mut plan = Install::new(&SMALL, Check::Pinned);
    assert_eq!(plan.wanted(), [0, 1, 2]);
    assert!(matches!(plan.arrived(0, TABLE.as_bytes()), FileState::Ready { checked: true, .. }));
    plan.arriving(1, 1000);
    plan.failed(2, FileFault::Offline);
    assert_eq!(plan.wanted(), [0; 0]);
    assert_eq!(plan.progress().bytes, (TABLE.len() + TASKS.len()) as u64, "more bytes than pinned count as all");
    assert_eq!(plan.faults().len(), 1);
    assert!(matches!(plan.arrived(1, TASKS.as_bytes()), FileState::Ready { .. }));
    assert_eq!(plan.record(String::new()), None);
    plan.arrived(2, POLICY.as_bytes());
    assert_eq!(plan.record(String::new()).map(|record| record.files.len()), Some(3));
    plan.arrived(2, b"other");
    assert_eq!(plan.record(String::new()), None);
}
