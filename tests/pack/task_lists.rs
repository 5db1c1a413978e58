//! Task lists in both of their forms, and packs assembled from files.

use expect_test::{Expect, expect};
use taupe::domain::TaskId;
use taupe::pack::tau_bench::read_tasks;
use taupe::pack::{FileRole, Manifest, PACKS, PackBuilder, PackError, PackFile};
use taupe::py::{Value, json};

fn retail() -> &'static Manifest {
    taupe::pack::manifest::pack("tau-bench-retail").unwrap()
}

fn file(role: FileRole) -> (usize, &'static PackFile) {
    retail().files.iter().enumerate().find(|(_, file)| file.role == role).unwrap()
}

/// The tasks in `source`, one line each, or the error and what to do.
#[track_caller]
fn check(source: &str, expected: Expect) {
    let (_, file) = file(FileRole::Tasks("test"));
    let shown = match read_tasks(file, "test", source.as_bytes()) {
        Ok(tasks) => tasks.iter().map(|task| format!("{task:?}\n")).collect(),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&shown);
}

#[test]
fn the_python_form_is_read() {
    check(
        "from tau_bench.types import Task, Action\nTASKS_TEST: List[Task] = [Task(annotator='0', user_id='a_b_1', \
         instruction='Ask' ' twice.', actions=[Action(name='look', kwargs={'id': '1', 'n': 2}), types.Action(kwargs={}, \
         name='think')], outputs=['4']), Task(user_id='', instruction='', actions=[], outputs=[], later=1)]",
        expect![[r#"
            Task { id: TaskId { split: "test", index: 0 }, title: None, user_id: "a_b_1", user_scenario: "Ask twice.", expected_actions: [Action { name: "look", kwargs: Dict({"id": Str("1"), "n": Int(2)}) }, Action { name: "think", kwargs: Dict({}) }], outputs: ["4"], agenda: None }
            Task { id: TaskId { split: "test", index: 1 }, title: None, user_id: "", user_scenario: "", expected_actions: [], outputs: [], agenda: None }
        "#]],
    );
}

#[test]
fn the_json_form_is_read() {
    check(
        r#" [{"annotator": "0", "user_id": "a_b_1", "instruction": "Ask.",
              "actions": [{"name": "look", "kwargs": {"id": "1"}}], "outputs": ["4"], "title": "One look"}]"#,
        expect![[r#"
            Task { id: TaskId { split: "test", index: 0 }, title: Some("One look"), user_id: "a_b_1", user_scenario: "Ask.", expected_actions: [Action { name: "look", kwargs: Dict({"id": Str("1")}) }], outputs: ["4"], agenda: None }
        "#]],
    );
}

#[test]
fn a_task_list_of_another_shape_is_refused_with_its_place() {
    check(
        "T = []\n",
        expect![
            "tau_bench/envs/retail/tasks_test.py, line 1, column 1: expected one list named TASKS…, met none or several."
        ],
    );
    check(
        "TASKS = []\nTASKS_TEST = []\n",
        expect![
            "tau_bench/envs/retail/tasks_test.py, line 1, column 1: expected one list named TASKS…, met none or several."
        ],
    );
    check(
        "TASKS = {}",
        expect!["tau_bench/envs/retail/tasks_test.py, line 1, column 9: expected a list of tasks, met a dict."],
    );
    check(
        "TASKS = [\n  1]",
        expect![
            "tau_bench/envs/retail/tasks_test.py, line 2, column 3, task 0: expected `Task(…)`, met a value of type int."
        ],
    );
    check(
        "TASKS = [Task(user_id='', instruction='', outputs=[], actions=[\n Task()])]",
        expect![
            "tau_bench/envs/retail/tasks_test.py, line 2, column 2, task 0: expected `Action(…)`, met a call of `Task`."
        ],
    );
    check(
        "TASKS = [Task(user_id='', instruction='', outputs=[], actions=[Action(name='a', kwargs={'b':\n date()})])]",
        expect![
            "tau_bench/envs/retail/tasks_test.py, line 2, column 2, task 0: expected plain data, met a call where the benchmark has none."
        ],
    );
    check(
        "TASKS = [\n Task(user_id='', instruction=7, outputs=[], actions=[])]",
        expect![
            "tau_bench/envs/retail/tasks_test.py, line 2, column 2, task 0: expected a text as `instruction`, met int."
        ],
    );
    check(
        "TASKS = [\n Task(user_id='', instruction='', actions=[])]",
        expect![
            "tau_bench/envs/retail/tasks_test.py, line 2, column 2, task 0: expected a list as `outputs`, met nothing."
        ],
    );
    check(
        "TASKS = [Task(user_id='', instruction='', outputs=[4], actions=[])]",
        expect![
            "tau_bench/envs/retail/tasks_test.py, line 1, column 10, task 0: expected texts in `outputs`, met int."
        ],
    );
    check(
        "TASKS = [\n Task(user_id=]",
        expect![
            "tau_bench/envs/retail/tasks_test.py is not a task file as the benchmark writes it: line 2, column 15: expected a value, met `]`."
        ],
    );
    check("[7]", expect!["tau_bench/envs/retail/tasks_test.py, task 0: expected an object, met int."]);
    check(
        r#"[{"user_id": "", "instruction": "", "outputs": [], "actions": [[]]}]"#,
        expect!["tau_bench/envs/retail/tasks_test.py, task 0: expected objects in `actions`, met list."],
    );
    check(
        r#"[{"user_id": "", "instruction": "", "outputs": [], "actions": [{"name": "a", "kwargs": []}]}]"#,
        expect!["tau_bench/envs/retail/tasks_test.py, task 0: expected a dict as `kwargs`, met list."],
    );
    check(
        "[1",
        expect!["tau_bench/envs/retail/tasks_test.py is not JSON: Expecting ',' delimiter: line 1 column 3 (char 2)."],
    );
}

/// The content of a small pack, as the manifest's files.
fn small_pack() -> Vec<&'static [u8]> {
    let content = |file: &PackFile| match file.role {
        FileRole::Table("orders") => &br##"{"#W2": {"total": 59.0}, "#W1": {"total": 1}}"##[..],
        FileRole::Table(_) => b"{}",
        FileRole::Tasks("dev") => b"TASKS_DEV = []\n",
        FileRole::Tasks(_) => b"TASKS = [Task(user_id='u', instruction='i', actions=[], outputs=[])]\n",
        FileRole::Policy => "# Rules: é\n".as_bytes(),
    };
    retail().files.iter().map(content).collect()
}

fn build(contents: &[&[u8]]) -> Result<taupe::pack::Pack, PackError> {
    let mut builder = PackBuilder::new(retail());
    for (index, content) in contents.iter().enumerate() {
        builder.add(index, content)?;
    }
    builder.finish()
}

#[test]
fn a_pack_is_built_in_the_manifests_order() {
    let pack = build(&small_pack()).unwrap();
    let tables: Vec<_> = pack.database.tables().map(|(name, table)| (&**name, table.len())).collect();
    assert_eq!(tables, [("orders", 2), ("products", 0), ("users", 0)]);
    let orders = pack.database.table("orders").unwrap();
    let ids: Vec<&str> = orders.iter().map(|(id, _)| &**id).collect();
    assert_eq!(ids, ["#W2", "#W1"], "records keep the file's order");
    let splits: Vec<_> = pack.splits.iter().map(|split| (split.name, split.tasks.len())).collect();
    assert_eq!(splits, [("test", 1), ("dev", 0), ("train", 1)]);
    assert_eq!(pack.policy, "# Rules: é\n");
    let id = TaskId { split: "train".to_owned(), index: 0 };
    assert_eq!(pack.task(&id).map(|task| task.id.clone()), Some(id));
    assert!(pack.task(&TaskId { split: "dev".to_owned(), index: 0 }).is_none());
    assert!(pack.task(&TaskId { split: "none".to_owned(), index: 0 }).is_none());
    assert_eq!(json::dumps(orders.get("#W2").unwrap()), r#"{"total": 59.0}"#);
    assert!(matches!(orders.get("#W1").and_then(Value::as_dict).unwrap()["total"], Value::Int(1)));
}

#[test]
fn each_wrong_file_is_named() {
    let check = |role, content: &'static [u8], expected: Expect| {
        let mut contents = small_pack();
        contents[file(role).0] = content;
        let error = build(&contents).unwrap_err();
        expected.assert_eq(&format!("{error}\n{}", error.next_step()));
    };
    check(
        FileRole::Table("users"),
        b"{",
        expect![[r#"
            tau_bench/envs/retail/data/users.json is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1).
            Load the pack from the benchmark's public repository, or replace this file in your copy."#]],
    );
    check(
        FileRole::Table("users"),
        b"[]",
        expect![[r#"
            tau_bench/envs/retail/data/users.json, table `users`: expected an object, met list.
            Mend this place in your copy and load it again, or load the pack from the public repository."#]],
    );
    check(
        FileRole::Table("orders"),
        br#"{"a": {}, "b": 1}"#,
        expect![[r#"
            tau_bench/envs/retail/data/orders.json, record `b`: expected an object, met int.
            Mend this place in your copy and load it again, or load the pack from the public repository."#]],
    );
    check(
        FileRole::Policy,
        b"rules\xff",
        expect![[r#"
            tau_bench/envs/retail/wiki.md is not text: its byte 5 is not UTF-8.
            Load the pack from the benchmark's public repository, or replace this file in your copy."#]],
    );
}

#[test]
fn a_pack_without_one_of_its_files_is_none() {
    for (missing, file) in retail().files.iter().enumerate() {
        let mut builder = PackBuilder::new(retail());
        for (index, content) in small_pack().iter().enumerate().filter(|(index, _)| *index != missing) {
            builder.add(index, content).unwrap();
        }
        assert_eq!(builder.finish().unwrap_err(), PackError::Missing { file: file.path });
    }
    assert_eq!(PACKS[0].id, retail().id);
}
