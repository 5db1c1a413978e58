//! The coach and the rater on the airline's conversations.

use serde_json::{Value, json};
use taupe::cast::rules::{Lessons, Teaching, Trade};
use taupe::cast::{RehearsalCoach, RehearsalRater, Style};
use taupe::rollout::{Episode, StepKind};

use crate::calibration::mean;
use crate::rehearsal::{airline, reward, run, tasks};

const FENCE: &str = "```";

/// The conversation as the messages of a model.
fn messages(episode: &Episode) -> String {
    let mut all: Vec<Value> = Vec::new();
    for step in episode.trajectory() {
        match &step.kind {
            StepKind::UserSaid { words, .. } => all.push(json!({"role": "user", "content": words})),
            StepKind::AgentSaid { words, .. } => all.push(json!({"role": "assistant", "content": words})),
            StepKind::ToolCalled { action, outcome, .. } => {
                let arguments = taupe::py::json::dumps(&taupe::py::Value::Dict(action.kwargs.clone()));
                let function = json!({"name": action.name, "arguments": arguments});
                all.push(json!({"role": "assistant", "content": null, "tool_calls": [{"function": function}]}));
                all.push(json!({"role": "tool", "content": outcome.observation}));
            }
            StepKind::Unreadable { .. } => {}
        }
    }
    serde_json::to_string(&all).unwrap()
}

/// A reflection prompt in GEPA's shape.
fn prompt(instruction: &str, episodes: &[Episode]) -> String {
    let mut text =
        format!("These are the instructions:\n{FENCE}\n{instruction}\n{FENCE}\n\nExamples with feedback:\n{FENCE}\n");
    for (at, episode) in episodes.iter().enumerate() {
        let feedback = if reward(episode) < 1.0 {
            "The agent did not resolve all of the customer's issues."
        } else {
            "The agent successfully resolved all customer issues."
        };
        text.push_str(&format!(
            "# Example {}\n## Inputs\n{instruction}\n\n## Generated Outputs\n{}\n\n## Feedback\n{feedback}\n\n",
            at + 1,
            messages(episode)
        ));
    }
    text.push_str(&format!("{FENCE}\n\nWrite a new instruction. Put it between lines of {FENCE}."));
    text
}

/// The new instruction of a reply: what stands between the first and the last fence.
fn proposed(reply: &str) -> &str {
    let (_, rest) = reply.split_once(FENCE).expect("a fence opens");
    let (inner, _) = rest.rsplit_once(FENCE).expect("a fence closes");
    inner.trim()
}

#[test]
fn lessons_from_lost_conversations_win_more_of_them() {
    let airline = airline();
    let train = tasks(&airline.world, "train");
    let mut instruction = airline.seed.clone();
    for round in 0..30 {
        let chosen = (0..3).map(|at| &train[(round * 5 + at * 4) % train.len()]);
        let episodes: Vec<Episode> = chosen
            .map(|task| run(&airline.world, task, &instruction, Style::default(), 100 + round as u64, 0))
            .collect();
        let before = Lessons::read(Trade::Airline, &instruction).taught().count();
        let reply = RehearsalCoach::new(round as u64).reflect(&prompt(&instruction, &episodes));
        let lessons = Lessons::read(Trade::Airline, proposed(&reply));
        assert!(lessons.taught().count() >= before, "{reply}");
        for info in Trade::Airline.rules() {
            assert!(!matches!(lessons.teaching(info.rule), Teaching::Contradicted { .. }), "{}: {reply}", info.id);
        }
        instruction = proposed(&reply).to_owned();
    }
    let lessons = Lessons::read(Trade::Airline, &instruction);
    let taught = lessons.taught().count();
    let (before, after) = (mean(&airline, "test", &airline.seed), mean(&airline, "test", &instruction));
    println!("{taught} rules, {before:.3} before, {after:.3} after:\n{instruction}");
    assert!(taught >= 13, "{instruction}");
    assert!(after > before + 0.25, "{before} before, {after} after");
}

#[test]
fn the_rater_finds_most_of_what_was_won_fulfilled() {
    let airline = airline();
    let mut rated = [[0_u32; 2]; 2];
    for split in ["train", "dev", "test"] {
        for task in tasks(&airline.world, split) {
            for instruction in [&airline.seed, &airline.policy] {
                let episode = run(&airline.world, &task, instruction, Style::default(), 5, 0);
                let judged = RehearsalRater::rate(&format!(
                    "Judge by the rubric.\n\nConversation:\n{}\n\nRubric:\n* Was the request fulfilled?",
                    messages(&episode)
                ));
                let won = usize::from(reward(&episode) >= 1.0);
                rated[won][usize::from(judged.ends_with("Verdict: yes"))] += 1;
            }
        }
    }
    println!("lost: {:?}, won: {:?} (rated no, rated yes)", rated[0], rated[1]);
    let [[lost_no, lost_yes], [won_no, won_yes]] = rated;
    let share = |yes: u32, no: u32| f64::from(yes) / f64::from(yes + no);
    assert!(share(won_yes, won_no) >= 0.9, "{rated:?}");
    // It sees the conversation only: a change that was made and not the one wanted looks fulfilled.
    assert!(share(lost_yes, lost_no) < share(won_yes, won_no) - 0.2, "{rated:?}");
}
