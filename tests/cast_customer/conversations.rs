//! Whole conversations: with an agent that does everything right, and with agents that never will.

use proptest::prelude::*;
use taupe::cast::{Agenda, RehearsalCustomer, Style};
use taupe::chat::Message;

use crate::agents::{Knowing, converse, play, say};
use crate::worlds::{official, starter, task, tasks};

#[test]
fn with_an_agent_that_does_everything_right_every_starter_task_is_won_in_every_style() {
    let world = starter();
    let mut lost = String::new();
    for task in tasks(world) {
        for style in Style::ALL {
            for seed in 0..8 {
                let mut agent = Knowing::new(world, &task);
                let outcome = play(world, &task, style, seed, &mut |heard| agent.reply(heard));
                if outcome.reward != Some(1.0) {
                    lost.push_str(&format!(
                        "{} {style:?} {seed}: {:?}\n{}\n\n",
                        task.id,
                        outcome.reward,
                        outcome.lines.join("\n")
                    ));
                    break;
                }
                let transferred = task.expected_actions.iter().any(|action| action.name.starts_with("transfer"));
                assert!(outcome.stopped || transferred, "{}: {}", task.id, outcome.lines.join("\n"));
            }
        }
    }
    assert!(lost.is_empty(), "{lost}");
}

#[test]
fn official_tasks_are_won_by_an_agent_that_does_what_is_expected() {
    let Some(world) = official() else { return };
    let tasks = world.tasks("test").unwrap();
    for style in Style::ALL {
        let mut lost = Vec::new();
        for task in tasks {
            let mut agent = Knowing::new(&world, task);
            let outcome = play(&world, task, style, 1, &mut |heard| agent.reply(heard));
            if outcome.reward != Some(1.0) {
                lost.push(format!(
                    "{} {:?} stopped {}\n{}",
                    task.id,
                    outcome.reward,
                    outcome.stopped,
                    outcome.lines.join("\n")
                ));
            }
        }
        eprintln!("{style:?}: {} of {} official tasks won", tasks.len() - lost.len(), tasks.len());
        if let Ok(folder) = std::env::var("TAUPE_SHOW") {
            std::fs::write(format!("{folder}/{style:?}.txt"), lost.join("\n\n")).unwrap();
        }
        assert!(lost.len() <= 3, "{style:?}: {}", lost.join("\n\n"));
    }
}

#[test]
fn a_customer_who_changes_their_mind_corrects_it_when_asked_and_speaks_up_when_not() {
    let customer = RehearsalCustomer::new(Agenda::of_task(starter(), task("train", 8)), Style::ChangesMind, 1);
    let first = converse(&customer, &[]).remove(0);
    assert!(first.contains("star chart") && !first.contains("glow"), "{first}");
    let proposal = "I will change the star chart in order #W1970134 to the cloth print. Shall I go ahead?";
    let corrected = converse(&customer, &[proposal]).pop().unwrap();
    assert!(corrected.starts_with("No") && corrected.contains("glow"), "{corrected}");
    let done = "Done: the items of order #W1970134 have been changed. Is there anything else I can help with?";
    let late = converse(&customer, &[done]).pop().unwrap();
    assert!(late.starts_with("Oh") && late.contains("glow"), "{late}");
    let given_up = converse(&customer, &[done, "I am sorry, the order can't be changed any more."]).pop().unwrap();
    assert!(given_up.contains("leave"), "{given_up}");
}

/// Agents that never get anywhere.
const DEAF: &[&[&str]] = &[
    &[""],
    &["Hm."],
    &["May I have your e-mail address?"],
    &["Which order number is it?"],
    &["Shall I go ahead (yes or no)?"],
    &["Is there anything else in this order that you want to change?"],
    &["Is there anything else I can help with?"],
    &["I am sorry, I can't do that."],
    &["One moment, please."],
    &["May I have your e-mail address?", "Which order is it?", "Why?", "One moment."],
    &["I will cancel order #W0000000. Shall I go ahead?", "I am sorry, I can't do that."],
    &["How are you today?", "What is the weather like?", "Interesting!", "Tell me more about it."],
];

#[test]
fn every_agent_meets_the_end() {
    let world = starter();
    for task in tasks(world) {
        for style in Style::ALL {
            for words in DEAF {
                let mut turn = 0;
                let outcome = play(world, &task, style, 3, &mut |_| {
                    turn += 1;
                    say(words[turn % words.len()])
                });
                assert!(outcome.stopped, "{} {style:?} {words:?}", task.id);
                assert!(outcome.lines.len() < 80, "{} {style:?} {words:?}: {} lines", task.id, outcome.lines.len());
            }
        }
    }
}

#[test]
fn the_end_is_a_message_of_its_own() {
    let customer = RehearsalCustomer::new(Agenda::of_task(starter(), task("train", 0)), Style::OneAtATime, 1);
    let said = converse(
        &customer,
        &["Done: order #W4803299 is cancelled. Is there anything else I can help with?", "Goodbye!"],
    );
    assert!(said[1].starts_with("No,") && !said[1].contains("###"), "{said:?}");
    assert_eq!(said[2], "###STOP###");
    let said = converse(&customer, &["Done: order #W4803299 is cancelled."]);
    assert_eq!(said[1], "###STOP###");
}

#[test]
fn the_same_conversation_is_always_answered_the_same() {
    let world = starter();
    for task in tasks(world) {
        let make = || RehearsalCustomer::new(Agenda::of_task(world, &task), Style::OneAtATime, 9);
        let words = ["May I have your e-mail address, or your name and zip code?", "Is there anything else?", "Okay?"];
        assert_eq!(converse(&make(), &words), converse(&make(), &words));
    }
}

#[test]
fn seeds_change_the_wording() {
    let openings: std::collections::BTreeSet<String> = (0..20)
        .map(|seed| {
            let customer =
                RehearsalCustomer::new(Agenda::of_task(starter(), task("train", 0)), Style::OneAtATime, seed);
            converse(&customer, &[]).remove(0)
        })
        .collect();
    assert!(openings.len() >= 4, "{openings:?}");
}

#[test]
fn a_customer_set_down_in_another_ones_conversation_goes_on_with_it() {
    let customer = RehearsalCustomer::new(Agenda::of_task(starter(), task("train", 0)), Style::OneAtATime, 1);
    let messages = [
        Message::User { content: "Hi! How can I help you today?".into() },
        Message::Assistant(taupe::chat::AssistantMessage::of_text(
            "cancel my lantern order pls, nora.whitlock38@example.com",
        )),
        Message::User {
            content: "I will cancel order #W4803299 because: ordered by mistake. Shall I go ahead (yes or no)?".into(),
        },
    ];
    assert!(customer.say(&messages).starts_with("Yes"));
}

/// What an agent may say to throw a customer off: pieces of all phrasings, and anything.
fn words() -> impl Strategy<Value = String> {
    let known: Vec<&'static str> = crate::phrasings::all();
    prop_oneof![
        4 => proptest::sample::select(known.clone()).prop_map(str::to_owned),
        2 => (proptest::sample::select(known.clone()), proptest::sample::select(known)).prop_map(|(a, b)| format!("{a} {b}")),
        1 => any::<String>(),
        1 => "[#W0-9a-z$.,? ]{0,60}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_agent_makes_a_customer_panic_or_go_on_for_ever(
        turns in proptest::collection::vec(words(), 1..60), index in 0_usize..24, seed in any::<u64>(), style in 0_usize..3
    ) {
        let world = starter();
        let task = &tasks(world)[index];
        let mut at = 0;
        let outcome = play(world, task, Style::ALL[style], seed, &mut |_| { at += 1; say(&turns[at % turns.len()]) });
        prop_assert!(outcome.stopped, "{:?}", outcome.lines);
    }
}

#[test]
fn a_turn_takes_well_under_100_microseconds() {
    // In test builds the limit is generous; the figures come from the bench.
    let world = starter();
    let customer = RehearsalCustomer::new(Agenda::of_task(world, task("test", 5)), Style::OneAtATime, 1);
    let mut messages = vec![Message::User { content: "Hi!".into() }];
    for at in 0..12 {
        messages.push(Message::Assistant(taupe::chat::AssistantMessage::of_text(customer.say(&messages))));
        let words = [
            "May I have your e-mail address, or your full name and zip code?",
            "Is there anything else in this order that you want to change?",
        ][at % 2];
        messages.push(Message::User { content: words.into() });
    }
    let start = std::time::Instant::now();
    for _ in 0..100 {
        std::hint::black_box(customer.say(&messages));
    }
    let each = start.elapsed() / 100;
    eprintln!("a customer's turn after twelve others: {each:?}");
    assert!(each < std::time::Duration::from_millis(2), "{each:?}");
}
