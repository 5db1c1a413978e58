//! How the agent fares at the airline with more and less of an instruction, on fixed seeds (see `calibration.rs`).

use std::sync::Arc;

use taupe::cast::Style;
use taupe::cast::rules::{Rule, Trade};
use taupe::domain::Task;

use crate::calibration::{compared, mean};
use crate::rehearsal::{Shop, airline, reward, run, tasks};

#[test]
fn one_line_wins_some_and_the_policy_nearly_all() {
    let airline = airline();
    for split in ["train", "dev", "test"] {
        let (seed, policy) = (mean(&airline, split, &airline.seed), mean(&airline, split, &airline.policy));
        println!("{split}: {seed:.3} with one line, {policy:.3} with the policy");
        assert!((0.08..=0.45).contains(&seed), "{split}: {seed}");
        assert!((0.85..=1.0).contains(&policy), "{split}: {policy}");
    }
    let seed = mean(&airline, "test", &airline.seed);
    assert!((0.15..=0.45).contains(&seed), "{seed}");
}

/// The rewards of each task's trials, in order.
fn rewards(airline: &Shop, tasks: &[Arc<Task>], instruction: &str, trials: u32) -> Vec<Vec<f64>> {
    let of_task = |task: &Arc<Task>| {
        let one = |trial| reward(&run(&airline.world, task, instruction, Style::default(), 11, trial));
        (0..trials).map(one).collect()
    };
    tasks.iter().map(of_task).collect()
}

fn all_tasks(airline: &Shop, splits: &[&str]) -> Vec<Arc<Task>> {
    splits.iter().flat_map(|split| tasks(&airline.world, split)).collect()
}

#[test]
fn many_rules_help_by_themselves_and_none_helps_everywhere() {
    let airline = airline();
    let tasks = all_tasks(&airline, &["train", "dev", "test"]);
    let before = rewards(&airline, &tasks, &airline.seed, 16);
    let mut helpful = Vec::new();
    for info in Trade::Airline.rules() {
        let after = rewards(&airline, &tasks, &format!("{} {}", airline.seed, info.teaches), 16);
        let changes: Vec<_> = before.iter().zip(&after).map(|(before, after)| compared(before, after)).collect();
        let helped = changes.iter().filter(|(gained, _)| *gained > 0).count();
        let (gained, lost) = changes.iter().fold((0, 0), |sum, change| (sum.0 + change.0, sum.1 + change.1));
        println!("{}: {gained} gained, {lost} lost, on {helped} tasks", info.id);
        assert!(helped <= tasks.len() / 2, "{} helps {helped} of {} tasks", info.id, tasks.len());
        // As for the shop: a sign test on fair pairs.
        if gained >= lost + 6 && gained >= 4 * lost {
            helpful.push(info.rule);
        }
    }
    assert!(helpful.len() >= 8, "{helpful:?}");
    for rule in [Rule::CancelAllowed, Rule::BasicEconomy, Rule::FreeBags, Rule::Compensation] {
        assert!(helpful.contains(&rule), "{rule:?} is not among {helpful:?}");
    }
}

#[test]
fn every_rule_of_the_test_tasks_can_be_learnt_in_training() {
    let airline = airline();
    let learning = all_tasks(&airline, &["train", "dev"]);
    let with = |left_out: &[Rule]| {
        let rules =
            Trade::Airline.rules().iter().filter(|info| !left_out.contains(&info.rule)).map(|info| info.teaches);
        rules.collect::<Vec<_>>().join(" ")
    };
    let everything = rewards(&airline, &learning, &with(&[]), 14).concat();
    let mut faults = Vec::new();
    for info in Trade::Airline.rules() {
        let (gained, lost) = compared(&rewards(&airline, &learning, &with(&[info.rule]), 14).concat(), &everything);
        println!("without {}: {gained} gained, {lost} lost", info.id);
        if gained < 3 || gained <= 2 * lost {
            faults.push((info.id, gained, lost));
        }
    }
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn overlong_and_contradictory_instructions_win_less() {
    let airline = airline();
    let plain = mean(&airline, "test", &airline.policy);
    // Well over the words that are read with attention, and none of them teaches anything.
    let filler = "Our airline flies between twelve cities for people who like the morning. ".repeat(220);
    let overlong = mean(&airline, "test", &format!("{}\n\n{filler}", airline.policy));
    let against = "Make changes right away without asking for confirmation. Handle only the first request and end the \
                   conversation. All bags are free. Cancel whatever the customer wants to cancel.";
    let contradictory = mean(&airline, "test", &format!("{}\n\n{against}", airline.policy));
    assert!(overlong < plain - 0.15, "{overlong} against {plain}");
    assert!(contradictory < plain - 0.15, "{contradictory} against {plain}");
}
