//! The worlds of these tests.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use taupe::domain::{RETAIL, Task, World};
use taupe::pack::{PACKS, PackBuilder, STARTERS};

const CONTENT: &str = include_str!("../../assets/worlds/retail.json");

/// The starter world.
pub fn starter() -> &'static Arc<World> {
    static WORLD: OnceLock<Arc<World>> = OnceLock::new();
    WORLD.get_or_init(|| Arc::new(STARTERS[0].read(CONTENT.as_bytes()).expect("the committed world can be read").world))
}

pub fn tasks(world: &World) -> Vec<Arc<Task>> {
    world.splits().flat_map(|split| world.tasks(split).expect("the split is there").to_vec()).collect()
}

pub fn task(split: &str, index: usize) -> &'static Arc<Task> {
    starter().task(split, index).expect("the task is there")
}

/// The official retail pack, or `None` where it is absent; under `CI=true` that fails.
pub fn official() -> Option<Arc<World>> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/upstream");
    let folder = std::env::var_os("TAUPE_UPSTREAM").map_or_else(default, PathBuf::from);
    if !folder.is_dir() {
        let missing = format!("NOT TESTED: there is no upstream data at {} (TAUPE_UPSTREAM)", folder.display());
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{missing}");
        eprintln!("{missing}");
        return None;
    }
    let manifest = &PACKS[0];
    let mut builder = PackBuilder::new(manifest);
    for (index, file) in manifest.files.iter().enumerate() {
        builder.add(index, &std::fs::read(folder.join(file.mirror_path)).unwrap()).unwrap();
    }
    Some(Arc::new(builder.finish().unwrap().into_world(&RETAIL)))
}
