//! The starter tasks with the full policy.

use std::fmt::Write as _;

use taupe::cast::Style;

use crate::rehearsal::{reward, run, shop, tasks, transcript};

#[test]
fn the_policy_wins_every_task_with_every_style_of_customer() {
    let shop = shop();
    let only: Option<String> = std::env::var("ONLY").ok();
    let mut faults = String::new();
    for split in ["train", "dev", "test"] {
        for task in tasks(&shop.world, split) {
            if only.as_ref().is_some_and(|o| *o != task.id.to_string()) {
                continue;
            }
            for style in Style::ALL {
                // A trial in which every rule is followed.
                let episode = run(&shop.world, &task, &shop.policy, style, 0, 0);
                if reward(&episode) < 1.0 || only.is_some() {
                    writeln!(
                        faults,
                        "{} {:?} {style:?}: {}\n{}",
                        task.id,
                        task.title,
                        reward(&episode),
                        transcript(&episode)
                    )
                    .unwrap();
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}
