//! What the page says of tasks, steps and verdicts, on a small world.

mod support;

use std::sync::Arc;

use support::{action, shop_world, task};
use taupe::chat::{ChatError, ChatErrorKind, ChatReply, Timing, Usage};
use taupe::domain::{Action, RETAIL, Task};
use taupe::journal::fold;
use taupe::present::run_view::RunView;
use taupe::present::task_line::{matches, task_line};
use taupe::present::transcript::{CardKind, Row, RowKind, ToolCard, changed_records, next_attempt, rows};
use taupe::present::verdict::{Outcome, Verdict, demands, verdict};
use taupe::rollout::{Ending, Environment, Reward, Seat, Step, StepKind, UserReply, reference_run};

fn cancel() -> Action {
    action("cancel_pending_order", r##"{"order_id": "#W1", "reason": "no longer needed"}"##)
}

/// The rows of a task's expected actions.
fn rows_of(expected: Vec<Action>, outputs: &[&str]) -> Vec<Row> {
    let world = shop_world(vec![task(expected, outputs)]);
    let own = world.task("test", 0).expect("the task");
    rows(&world.database, &reference_run(&world, own).expect("a reference").steps)
}

#[track_caller]
fn card_of(expected: Action) -> ToolCard {
    match rows_of(vec![expected], &[]).remove(0).kind {
        RowKind::Tool(card) => card,
        other => panic!("{other:?} is not a tool call"),
    }
}

#[test]
fn a_task_is_called_by_what_it_changes() {
    let line = |actions: Vec<Action>, outputs: &[&str]| task_line(&RETAIL, &task(actions, outputs));
    let one = line(vec![action("get_order_details", r##"{"order_id": "#W1"}"##), cancel()], &["37.1"]);
    assert_eq!((one.title.as_str(), one.detail.as_str()), ("Cancel order", "1 write · 1 text to say"));
    let twice = line(vec![cancel(), cancel()], &[]);
    assert_eq!((twice.title.as_str(), twice.detail.as_str()), ("Cancel order", "2 writes"));
    let none = line(vec![action("calculate", r#"{"expression": "1"}"#)], &["a", "b"]);
    assert_eq!((none.title.as_str(), none.detail.as_str()), ("No change", "no write · 2 texts to say"));
}

#[test]
fn a_tasks_own_title_stands_for_what_it_does_and_is_searched() {
    let titled = Task { title: Some("A cracked teapot".into()), ..task(vec![], &[]) };
    assert_eq!(task_line(&RETAIL, &titled).title, "A cracked teapot");
    assert!(matches(&titled, "TEAPOT"));
    assert!(!matches(&task(vec![], &[]), "teapot"));
}

#[test]
fn what_a_call_took_is_told_with_grouped_numbers() {
    let reply = ChatReply {
        usage: Usage { input_uncached: Some(3_502), output_visible: Some(38), ..Usage::default() },
        timing: Timing { total_ms: 1_240.0, attempts: 3, ..Timing::default() },
        ..ChatReply::default()
    };
    let world = shop_world(vec![task(vec![], &[])]);
    let kind = StepKind::AgentSaid { words: None, reply: Some(Box::new(reply)) };
    let row = &rows(&world.database, &[Step { kind, database: world.database.clone() }])[0];
    assert_eq!(row.call.as_deref(), Some("1.2 s · 3,502 tokens in · 38 out · 3 attempts"));
}

#[test]
fn a_wait_is_counted_down_in_whole_seconds_that_are_left() {
    assert_eq!(next_attempt(2, 2_001.0), "Attempt 2 follows in 3 s.");
    assert_eq!(next_attempt(2, 1.0), "Attempt 2 follows in 1 s.");
    assert_eq!(next_attempt(3, 0.0), "Attempt 3 is out.");
    assert_eq!(next_attempt(3, -40.0), "Attempt 3 is out.");
}

#[test]
fn an_unscored_rollout_says_why_and_how_often_it_was_tried() {
    let error = ChatError { attempts: 4, ..ChatError::new(ChatErrorKind::Overloaded, "The host is overloaded.") };
    let told = verdict(&Ending::Unscored { seat: Seat::Agent, error });
    assert_eq!((told.outcome, told.headline.as_str()), (Outcome::Unscored, "Unscored"));
    assert_eq!(
        told.reason,
        "The agent's model did not answer. The host is overloaded. It was asked 4 times. This rollout counts neither for \
         nor against the agent."
    );
}

#[test]
fn a_long_scenario_is_cut_between_characters() {
    let scenario = "ü".repeat(200);
    let line = task_line(&RETAIL, &Task { user_scenario: scenario, ..task(vec![], &[]) });
    assert_eq!(line.scenario, format!("{}…", "ü".repeat(140)));
}

#[test]
fn a_search_finds_words_in_any_place_and_order() {
    let own = task(vec![cancel()], &[]);
    for found in ["", "  ", "ADA", "cancel ada", "#w1 needed", "0 cancel_pending"] {
        assert!(matches(&own, found), "{found:?}");
    }
    for absent in ["bo", "ada exchange"] {
        assert!(!matches(&own, absent), "{absent:?}");
    }
}

#[test]
fn a_read_a_write_and_a_refusal_look_different() {
    let read = card_of(action("get_order_details", r##"{"order_id": "#W1"}"##));
    assert_eq!((read.kind, read.result_line.as_str()), (CardKind::Read, "pending, 3 items"));
    assert!(read.changed.is_empty());
    let write = card_of(cancel());
    assert_eq!((write.kind, write.result_line.as_str()), (CardKind::Write, "cancelled, 3 items"));
    let fields: Vec<&str> = write.changed[0].fields.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(fields, ["status", "payment_history[1]", "cancel_reason"]);
    let refused = card_of(action("get_order_details", r#"{"order_id": "none"}"#));
    assert_eq!((refused.kind, refused.result_line.as_str()), (CardKind::Error, "Error: order not found"));
    assert_eq!(refused.arguments, [("order_id".to_owned(), "none".to_owned())]);
}

#[test]
fn an_empty_answer_is_said_to_be_one() {
    assert_eq!(card_of(action("think", r#"{"thought": "hm"}"#)).result_line, "nothing to read");
}

#[test]
fn required_texts_are_the_last_row_of_a_replay() {
    let shown = rows_of(vec![cancel()], &["37.1", "Bergen"]);
    assert_eq!(shown.last().map(|row| &row.kind), Some(&RowKind::Agent(Some("37.1\nBergen".to_owned()))));
}

/// The verdict on doing `actions` and saying `words` where `expected` was asked for.
fn judge(expected: Vec<Action>, outputs: &[&str], actions: Vec<Action>, words: &str) -> Verdict {
    let world = shop_world(vec![task(expected, outputs)]);
    let own = Arc::clone(world.task("test", 0).expect("the task"));
    let mut environment = Environment::new(Arc::clone(&world), Arc::clone(&own));
    for action in actions {
        environment.step_tool(action).expect("a step");
    }
    let said = action("respond", &serde_json::json!({ "content": words }).to_string());
    let stop = UserReply { text: "###STOP###".into(), cost_usd: None };
    environment.step_respond(said, stop).expect("an end");
    let reward = Reward::of(&world, &own, environment.database(), environment.log()).expect("a verdict");
    verdict(&Ending::Judged(Arc::new(reward)))
}

#[test]
fn a_verdict_names_what_is_wrong() {
    let right = judge(vec![cancel()], &["37.1"], vec![cancel()], "You get 37.10 back.");
    assert_eq!((right.outcome, right.headline.as_str()), (Outcome::Success, "Reward 1"));
    assert!(right.differences.is_empty());

    let unsaid = judge(vec![cancel()], &["37.1"], vec![cancel()], "Done.");
    assert_eq!(unsaid.outcome, Outcome::Failure);
    assert_eq!(unsaid.reason, "1 required text was never said to the customer.");

    let undone = judge(vec![cancel()], &["37.1"], vec![], "Done.");
    assert_eq!(
        undone.reason,
        "1 record differs from the expected end state, and 1 required text was never said to the customer."
    );
    assert_eq!(undone.differences[0].id, "#W1");
    assert_eq!(undone.why.len(), 1);
    let why = &undone.why[0];
    assert!(why.starts_with("order #W1: status is “pending”, expected “cancelled”; "), "{why}");
    assert!(why.contains("cancel reason is missing, expected “no longer needed”"), "{why}");
    let passed: Vec<Option<bool>> = undone.checks.iter().map(|check| check.passed).collect();
    assert_eq!(passed, [Some(false), Some(false)]);
}

#[test]
fn a_call_that_the_reference_itself_loses_is_mentioned() {
    let refused = action("cancel_pending_order", r##"{"order_id": "#W2", "reason": "no longer needed"}"##);
    let verdict = judge(vec![refused], &[], vec![], "No.");
    assert_eq!(verdict.outcome, Outcome::Success);
    assert!(verdict.checks.iter().any(|check| check.text == "1 call of the reference itself is refused by its tool"));
}

#[test]
fn what_a_task_asks_is_told_beforehand() {
    let asked: Vec<String> = demands(&task(vec![cancel()], &["37.1"])).into_iter().map(|check| check.text).collect();
    assert_eq!(asked, ["The database must end as the 1 expected action leaves it", "The agent must say “37.1”"]);
}

#[test]
fn steps_without_a_model_call_have_no_foot() {
    let world = shop_world(vec![task(vec![], &[])]);
    let said = StepKind::UserSaid { words: "Hi".into(), reply: None, others: Vec::new() };
    let step = Step { kind: said, database: world.database.clone() };
    let shown = rows(&world.database, &[step]);
    assert_eq!(shown[0], Row { kind: RowKind::User("Hi".into()), call: None, notes: vec![], asides: vec![] });
}

#[test]
fn a_recorded_run_is_shown_step_by_step() {
    let (world, task, journal) = support::journal::shop_run();
    let view = RunView::new(journal.header.clone(), &fold(world, task, &journal));
    assert_eq!(view.rows.len(), 4);
    assert_eq!(view.verdict.as_ref().map(|verdict| verdict.headline.as_str()), Some("Reward 1"));
    assert_eq!((view.spent.calls, view.warnings.len()), (4, 0));
    let changed = |from: usize, to: usize| changed_records(view.database_at(from), view.database_at(to)).len();
    assert_eq!((changed(0, 1), changed(1, 2), changed(2, 4), changed(2, 99)), (0, 1, 0, 0));
}
