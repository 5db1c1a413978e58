//! What holds for every starter world.

use std::collections::BTreeSet;
use std::io::Write as _;

use taupe::pack::STARTERS;
use taupe::rollout::{Reward, reference_run};

use crate::worlds::{ALL, SPLITS, tasks, teaches, text};

#[test]
fn every_starter_world_is_looked_at() {
    let offered: Vec<_> = STARTERS.iter().map(|file| file.id).collect();
    let tested: Vec<_> = ALL.iter().map(|own| own.file.id).collect();
    assert_eq!(tested, offered);
}

#[test]
fn there_are_24_tasks_in_three_splits_each_with_a_title_a_customer_and_an_agenda() {
    for own in ALL {
        let (world, json) = (own.world(), own.json());
        let sizes: Vec<_> = world.splits().map(|split| (split, world.tasks(split).unwrap().len())).collect();
        assert_eq!(sizes, SPLITS);
        let titles: BTreeSet<_> = tasks(&world).iter().filter_map(|task| task.title.clone()).collect();
        assert_eq!(titles.len(), 24);
        for task in tasks(&world) {
            let user = &json["tables"]["users"][&task.user_id];
            let name = format!("{} {}", text(&user["name"]["first_name"]), text(&user["name"]["last_name"]));
            assert!(task.user_scenario.contains(&name), "{}", task.id);
            assert!(task.agenda.is_some(), "{}", task.id);
        }
    }
}

#[test]
fn doing_what_is_expected_wins_every_task() {
    for own in ALL {
        let world = own.world();
        for task in tasks(&world) {
            let run = reference_run(&world, &task).unwrap();
            assert_eq!(run.ending.reward(), Some(1.0), "{}", task.id);
            let mut db = world.database.clone();
            for action in &task.expected_actions {
                let outcome = world.domain.call(&mut db, &action.name, &action.kwargs).unwrap();
                assert!(!outcome.status.is_error(), "{}, {}: {}", task.id, action.name, outcome.observation);
            }
        }
    }
}

#[test]
fn doing_nothing_wins_only_refusals_and_transfers() {
    for own in ALL {
        let (world, json) = (own.world(), own.json());
        let fresh = world.database.clone();
        let won: Vec<_> = tasks(&world)
            .into_iter()
            .filter(|task| Reward::of(&world, task, &fresh, &[]).unwrap().reward > 0.0)
            .inspect(|task| {
                let rules = teaches(&json, task);
                assert!(rules.iter().any(|rule| rule == "refuse" || rule == "transfer"), "{}: {rules:?}", task.id);
            })
            .map(|task| task.id.to_string())
            .collect();
        assert_eq!(won, own.refusals);
    }
}

#[test]
fn every_tool_that_writes_is_expected_by_some_task() {
    for own in ALL {
        let world = own.world();
        let actions = tasks(&world).into_iter().flat_map(|task| task.expected_actions.clone());
        let used: BTreeSet<String> = actions.map(|action| action.name).collect();
        let writing = world.domain.tools.iter().filter(|tool| tool.writes).map(|tool| tool.name);
        let unused: Vec<_> = writing.filter(|name| !used.contains(*name)).collect();
        assert!(unused.is_empty(), "{unused:?}");
        assert!(used.contains("transfer_to_human_agents"));
    }
}

#[test]
fn every_task_names_what_it_teaches_and_every_rule_is_taught() {
    for own in ALL {
        let (world, json) = (own.world(), own.json());
        let rules: BTreeSet<String> = json["rules"].as_object().unwrap().keys().cloned().collect();
        assert!((16..=19).contains(&rules.len()), "{} rules", rules.len());
        let mut taught = BTreeSet::new();
        for task in tasks(&world) {
            let own = teaches(&json, &task);
            assert!(!own.is_empty(), "{}", task.id);
            taught.extend(own);
        }
        assert_eq!(taught, rules);
    }
}

#[test]
fn the_texts_have_their_lengths() {
    for own in ALL {
        let starter = own.starter();
        let words = starter.world.policy.split_whitespace().count();
        let [from, to] = own.policy_words;
        assert!((from..=to).contains(&words), "{words} words");
        assert_eq!(starter.seed_instruction.matches('.').count(), 1);
        assert!(starter.seed_instruction.contains(&starter.name));
    }
}

#[test]
fn the_files_are_small() {
    for own in ALL {
        // Brotli, which hosts send, is never behind this by more than its dictionary's head start.
        let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        deflate.write_all(own.content.as_bytes()).unwrap();
        let bytes = deflate.finish().unwrap().len();
        assert!(bytes < 60_000, "{bytes} bytes");
    }
}

#[test]
fn the_databases_are_plain_ascii_as_the_benchmarks() {
    assert!(ALL.iter().all(|own| own.content.is_ascii()));
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    for own in ALL {
        let all = own.content.trim_end().as_bytes();
        for end in (0..all.len()).step_by(all.len() / 84) {
            assert!(own.file.read(&all[..end]).is_err(), "cut at {end}");
        }
    }
}
