//! The airline's starter tasks with the full policy.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use taupe::cast::rules::{Lessons, Obedience, Trade};
use taupe::cast::{Agenda, Style, trial_seed};
use taupe::domain::{AIRLINE, World};
use taupe::pack::{PACKS, PackBuilder};

use crate::rehearsal::{airline, reward, run, tasks, transcript};

#[test]
fn the_policy_wins_every_task_with_every_style_of_customer() {
    let airline = airline();
    let lessons = Lessons::read(Trade::Airline, &airline.policy);
    let only: Option<String> = std::env::var("ONLY").ok();
    let mut faults = String::new();
    for split in ["train", "dev", "test"] {
        for task in tasks(&airline.world, split) {
            if only.as_ref().is_some_and(|only| *only != task.id.to_string()) {
                continue;
            }
            // Trials in which every rule is followed.
            let obeyed = |base: &u64| Obedience::draw(&lessons, trial_seed(*base, &task.id, 0)).notes.is_empty();
            for (base, style) in (0..).filter(obeyed).take(6).zip(Style::ALL.into_iter().cycle()) {
                let episode = run(&airline.world, &task, &airline.policy, style, base, 0);
                if reward(&episode) < 1.0 || only.is_some() {
                    let told = transcript(&episode);
                    writeln!(faults, "{} {:?} {style:?}: {}\n{told}", task.id, task.title, reward(&episode)).unwrap();
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn every_agenda_of_the_starter_world_is_read() {
    let airline = airline();
    for split in ["train", "dev", "test"] {
        for task in tasks(&airline.world, split) {
            let agenda = Agenda::of_task(&airline.world, &task);
            let given = task.agenda.as_ref().and_then(|own| own.as_dict()?.get("goals")?.as_list()).unwrap();
            assert_eq!(agenda.goals.len(), given.iter().count(), "{}", task.id);
            let questions = agenda.goals.iter().filter(|goal| goal.trip.is_none()).count();
            assert!(questions <= task.outputs.len(), "{}", task.id);
        }
    }
}

/// The official airline pack, or `None` where it is absent; under `CI=true` that fails.
fn official() -> Option<Arc<World>> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/upstream");
    let folder = std::env::var_os("TAUPE_UPSTREAM").map_or_else(default, PathBuf::from);
    if !folder.is_dir() {
        let missing = format!("NOT TESTED: there is no upstream data at {} (TAUPE_UPSTREAM)", folder.display());
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{missing}");
        eprintln!("{missing}");
        return None;
    }
    let manifest = PACKS.iter().find(|pack| pack.domain == "airline").expect("there is an airline pack");
    let mut builder = PackBuilder::new(manifest);
    for (index, file) in manifest.files.iter().enumerate() {
        builder.add(index, &std::fs::read(folder.join(file.mirror_path)).unwrap()).unwrap();
    }
    Some(Arc::new(builder.finish().unwrap().into_world(&AIRLINE)))
}

#[test]
fn many_official_tasks_are_won_with_their_own_policy() {
    let Some(world) = official() else { return };
    let tasks = tasks(&world, "test");
    let mut won = 0;
    let mut lost = String::new();
    for task in &tasks {
        let episode = run(&world, task, &world.policy, Style::default(), 1, 0);
        if reward(&episode) < 1.0 {
            writeln!(lost, "{}\n{}\n{}", task.id, task.user_scenario, transcript(&episode)).unwrap();
        } else {
            won += 1;
        }
    }
    eprintln!("{won} of {} official airline tasks won", tasks.len());
    if let Ok(folder) = std::env::var("TAUPE_SHOW") {
        std::fs::write(format!("{folder}/airline.txt"), lost).unwrap();
    }
    assert!(won >= 20, "{won}");
}
