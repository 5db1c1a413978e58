//! The first minute of a class: the task that a first visit opens is lost with the one-line instruction, and won with
//! one sentence more.

#[path = "cast/rehearsal.rs"]
#[allow(dead_code, reason = "shared with the tests of the cast")]
mod rehearsal;

use rehearsal::{Shop, airline, reward, run, shop, tasks, transcript};
use taupe::cast::Style;
use taupe::pack::STARTERS;

/// What the page draws all trials from.
const SEED: u64 = 1;

#[test]
fn one_sentence_decides_the_shops_first_task() {
    let sentences = [
        "Look up the customer's orders in their profile instead of asking for order numbers.",
        "Never ask customers for an order number: find the order yourself through their profile.",
    ];
    check(&shop(), STARTERS[0].first_task, sentences);
}

#[test]
fn one_sentence_decides_the_airlines_first_task() {
    let sentences = [
        "Without insurance, economy reservations can't be cancelled after 24 hours.",
        "Cancel only within 24 hours of booking, in business, or if the passenger is insured and ill.",
    ];
    check(&airline(), STARTERS[1].first_task, sentences);
}

/// The task is lost with one line, won with each of these sentences more, and lost with one that says nothing.
#[track_caller]
fn check(shop: &Shop, first: usize, sentences: [&str; 2]) {
    let task = &tasks(&shop.world, "train")[first];
    let play = |instruction: &str| run(&shop.world, task, instruction, Style::default(), SEED, 0);
    let lost = play(&shop.seed);
    assert!(reward(&lost) < 1.0, "{}", transcript(&lost));
    for sentence in sentences {
        let won = play(&format!("{} {sentence}", shop.seed));
        assert!(reward(&won) >= 1.0, "{sentence}\n{}", transcript(&won));
    }
    let other = play(&format!("{} Be friendly and brief.", shop.seed));
    assert!(reward(&other) < 1.0, "{}", transcript(&other));
}
