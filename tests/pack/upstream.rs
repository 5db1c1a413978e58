//! The benchmark's real data, which stays outside the repository: `TAUPE_UPSTREAM`, default `../shared/upstream`.

use std::path::{Path, PathBuf};

use taupe::domain::{Action, Task};
use taupe::pack::tau_bench::read_tasks;
use taupe::pack::{BlobId, FileRole, Manifest, PACKS, PackBuilder};
use taupe::py::json;

/// The folder, or `None` where there is none; under `CI=true` that fails.
fn upstream() -> Option<PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/upstream");
    let folder = std::env::var_os("TAUPE_UPSTREAM").map_or_else(default, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    let missing = format!("NOT TESTED: there is no upstream data at {} (TAUPE_UPSTREAM)", folder.display());
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{missing}");
    eprintln!("{missing}");
    None
}

fn retail() -> &'static Manifest {
    &PACKS[0]
}

/// A task as a file of the benchmark writes it, without the annotator.
fn plain(task: &Task) -> serde_json::Value {
    let action =
        |action: &Action| -> serde_json::Value { serde_json::from_str(&json::dumps(&action.to_value())).unwrap() };
    serde_json::json!({
        "user_id": task.user_id,
        "instruction": task.user_scenario,
        "actions": task.expected_actions.iter().map(action).collect::<Vec<_>>(),
        "outputs": task.outputs,
    })
}

#[test]
fn the_three_task_files_equal_their_json_in_every_field() {
    let Some(folder) = upstream() else { return };
    for (split, count) in [("test", 115), ("dev", 20), ("train", 500)] {
        let file = retail().files.iter().find(|file| file.role == FileRole::Tasks(split)).unwrap();
        let python = folder.join(file.mirror_path);
        let json_text = std::fs::read(python.with_extension("json")).unwrap();
        let mut expected: Vec<serde_json::Value> = serde_json::from_slice(&json_text).unwrap();
        for task in &mut expected {
            task.as_object_mut().unwrap().shift_remove("annotator");
        }
        for content in [std::fs::read(&python).unwrap(), json_text] {
            let tasks = read_tasks(file, split, &content).unwrap();
            assert_eq!(tasks.len(), count);
            for (index, task) in tasks.iter().enumerate() {
                assert_eq!(task.id.to_string(), format!("{split}/{index}"));
                // As text, because the order of arguments counts and equality of objects does not look at it.
                let order = |value: &serde_json::Value| value["actions"].to_string();
                assert_eq!(plain(task), expected[index]);
                assert_eq!(order(&plain(task)), order(&expected[index]));
            }
        }
    }
}

#[test]
fn the_mirrors_data_files_are_the_pinned_ones_and_make_a_pack() {
    let Some(folder) = upstream() else { return };
    let mut builder = PackBuilder::new(retail());
    for (index, file) in retail().files.iter().enumerate() {
        let content = std::fs::read(folder.join(file.mirror_path)).unwrap();
        // The mirror's task files are renderings of its own.
        if !matches!(file.role, FileRole::Tasks(_)) {
            assert_eq!((BlobId::of(&content), content.len() as u64), (file.blob, file.bytes), "{}", file.path);
        }
        builder.add(index, &content).unwrap();
    }
    let pack = builder.finish().unwrap();
    let tables: Vec<_> = pack.database.tables().map(|(name, table)| (&**name, table.len())).collect();
    assert_eq!(tables, [("orders", 1000), ("products", 50), ("users", 500)]);
    let splits: Vec<_> = pack.splits.iter().map(|split| (split.name, split.tasks.len())).collect();
    assert_eq!(splits, [("test", 115), ("dev", 20), ("train", 500)]);
}

/// The manifest's facts are those of `pins.json`.
#[test]
fn the_manifest_agrees_with_the_pins() {
    let Some(folder) = upstream() else { return };
    let pins: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("pins.json")).unwrap()).unwrap();
    for pack in PACKS {
        let repository = pins.as_array().unwrap().iter().find(|own| own["repository"] == pack.repository).unwrap();
        assert_eq!(repository["commit"], pack.commit);
        assert_eq!(repository["licence"], pack.licence);
        for file in pack.files {
            let pin = repository["files"].as_array().unwrap().iter().find(|pin| pin["path"] == file.path).unwrap();
            assert_eq!(pin["git_blob"], file.blob.to_string());
            assert_eq!(pin["bytes"], file.bytes);
        }
    }
}
