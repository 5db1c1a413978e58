//! The airline's starter tasks with the full policy.

use std::fmt::Write as _;

use taupe::cast::rules::{Lessons, Obedience, Trade};
use taupe::cast::{Agenda, Style, trial_seed};

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
