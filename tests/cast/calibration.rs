//! How the agent fares with more and less of an instruction, on fixed seeds.
//!
//! The shares are figures of the world, its customer and the agent together. They must leave room above the one-line
//! instruction, and every rule must be worth something somewhere: otherwise there is nothing to learn.

use std::sync::Arc;

use taupe::cast::Style;
use taupe::cast::rules::{RULES, Rule};
use taupe::domain::Task;

use crate::rehearsal::{Shop, reward, run, share, shop, tasks};

const BASES: std::ops::Range<u64> = 0..10;
const TRIALS: u32 = 4;

pub fn mean(shop: &Shop, split: &str, instruction: &str) -> f64 {
    let tasks = tasks(&shop.world, split);
    let count = (BASES.end - BASES.start) as f64;
    BASES.map(|base| share(&shop.world, &tasks, instruction, base, TRIALS)).sum::<f64>() / count
}

#[test]
fn one_line_wins_some_and_the_policy_nearly_all() {
    let shop = shop();
    for split in ["train", "dev", "test"] {
        let (seed, policy) = (mean(&shop, split, &shop.seed), mean(&shop, split, &shop.policy));
        println!("{split}: {seed:.3} with one line, {policy:.3} with the policy");
        assert!((0.10..=0.45).contains(&seed), "{split}: {seed}");
        assert!((0.85..=1.0).contains(&policy), "{split}: {policy}");
    }
    let seed = mean(&shop, "test", &shop.seed);
    assert!((0.15..=0.45).contains(&seed), "{seed}");
}

/// The rewards of each task's trials, in order.
fn rewards(shop: &Shop, tasks: &[Arc<Task>], instruction: &str, trials: u32) -> Vec<Vec<f64>> {
    let of_task = |task: &Arc<Task>| {
        (0..trials).map(|trial| reward(&run(&shop.world, task, instruction, Style::default(), 11, trial))).collect()
    };
    tasks.iter().map(of_task).collect()
}

/// How many trials were won by the second only, and by the first only.
pub fn compared(before: &[f64], after: &[f64]) -> (usize, usize) {
    let pairs = || before.iter().zip(after);
    (pairs().filter(|(before, after)| after > before).count(), pairs().filter(|(before, after)| after < before).count())
}

fn all_tasks(shop: &Shop) -> Vec<Arc<Task>> {
    ["train", "dev", "test"].iter().flat_map(|split| tasks(&shop.world, split)).collect()
}

#[test]
fn many_rules_help_by_themselves_and_none_helps_everywhere() {
    let shop = shop();
    let tasks = all_tasks(&shop);
    let before = rewards(&shop, &tasks, &shop.seed, 16);
    let mut helpful = Vec::new();
    for info in RULES {
        let after = rewards(&shop, &tasks, &format!("{} {}", shop.seed, info.teaches), 16);
        let changes: Vec<_> = before.iter().zip(&after).map(|(before, after)| compared(before, after)).collect();
        let helped = changes.iter().filter(|(gained, _)| *gained > 0).count();
        let (gained, lost) = changes.iter().fold((0, 0), |sum, change| (sum.0 + change.0, sum.1 + change.1));
        println!("{}: {gained} gained, {lost} lost, on {helped} tasks", info.id);
        assert!(helped <= tasks.len() / 2, "{} helps {helped} of {} tasks", info.id, tasks.len());
        // A sign test on fair pairs: without an effect six gained and none lost happens once in 64 times, and the rest
        // of what passes here is rarer.
        if gained >= lost + 6 && gained >= 4 * lost {
            helpful.push(info.rule);
        }
    }
    assert!(helpful.len() >= 8, "{helpful:?}");
    // What is worth something in the end is worth something where it can be learnt.
    for rule in [Rule::Confirm, Rule::Transfer, Rule::CancelReason, Rule::Refuse] {
        assert!(helpful.contains(&rule), "{rule:?} is not among {helpful:?}");
    }
}

#[test]
fn every_rule_of_the_test_tasks_can_be_learnt_in_training() {
    let shop = shop();
    let learning: Vec<_> = ["train", "dev"].iter().flat_map(|split| tasks(&shop.world, split)).collect();
    let with = |left_out: &[Rule]| {
        let rules = RULES.iter().filter(|info| !left_out.contains(&info.rule)).map(|info| info.teaches);
        rules.collect::<Vec<_>>().join(" ")
    };
    let everything = rewards(&shop, &learning, &with(&[]), 14).concat();
    // A rule that another one covers is left out together with it.
    for rules in [
        &[Rule::Authenticate][..],
        &[Rule::FindOrder],
        &[Rule::Confirm, Rule::PaymentMethod],
        &[Rule::CheckStatus],
        &[Rule::CancelReason],
        &[Rule::Confirm, Rule::RefundDestination],
        &[Rule::ItemsLast, Rule::CollectItems],
        &[Rule::KeepOptions],
        &[Rule::GiftCardBalance],
        &[Rule::FinishAll],
        &[Rule::SayFigures],
        &[Rule::Transfer, Rule::Confirm],
        &[Rule::Refuse, Rule::WholeOrder, Rule::OwnOrders],
    ] {
        let (gained, lost) = compared(&rewards(&shop, &learning, &with(rules), 14).concat(), &everything);
        assert!(gained >= 3 && gained > 2 * lost, "{rules:?}: {gained} gained, {lost} lost");
    }
}

#[test]
fn overlong_and_contradictory_instructions_win_less() {
    let shop = shop();
    let plain = mean(&shop, "test", &shop.policy);
    // Well over the words that are read with attention, and none of them teaches anything.
    let filler = "Our shop sells lanterns, kitchen and camping things to people who like the evening. ".repeat(200);
    let overlong = mean(&shop, "test", &format!("{}\n\n{filler}", shop.policy));
    let against = "Make changes right away without asking for confirmation. Handle only the first request and end the \
                   conversation. Estimate amounts instead of calculating them. Never search the profile for orders.";
    let contradictory = mean(&shop, "test", &format!("{}\n\n{against}", shop.policy));
    assert!(overlong < plain - 0.15, "{overlong} against {plain}");
    assert!(contradictory < plain - 0.15, "{contradictory} against {plain}");
}
