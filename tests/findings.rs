//! What rules find in rollouts that failed.

mod support;

use std::sync::Arc;

use expect_test::{Expect, expect};
use support::{action, shop_world, task};
use taupe::chat::{AssistantMessage, ChatReply, ToolCall};
use taupe::domain::{Action, Task};
use taupe::py::{Value, json};
use taupe::rollout::{AgentSettings, Episode, findings};

const CANCEL: &str = r##"{"order_id": "#W1", "reason": "no longer needed"}"##;
const OPENING: &str = "Please cancel #W1.";

fn says(words: &str) -> AssistantMessage {
    AssistantMessage::of_text(words)
}

fn calls(action: &Action) -> AssistantMessage {
    let arguments = json::dumps(&Value::Dict(action.kwargs.clone()));
    AssistantMessage::of_calls(vec![ToolCall { id: "c".into(), name: action.name.clone(), arguments }])
}

/// A rollout in which the customer says `opening`, the agent does these things, and the customer stops.
#[track_caller]
fn check(task: Task, opening: &str, agent: &[AssistantMessage], expected: &Expect) {
    let task = Task { user_scenario: "You are Ada. You want to cancel #W1.".into(), ..task };
    let world = shop_world(vec![task]);
    let own = Arc::clone(world.task("test", 0).expect("the task"));
    let mut episode = Episode::new(Arc::clone(&world), Arc::clone(&own), AgentSettings::default(), 6);
    let mut supply = |message: AssistantMessage| episode.supply(ChatReply::of_message(message));
    supply(says(opening));
    agent.iter().for_each(|message| supply(message.clone()));
    supply(says("Done."));
    supply(says("###STOP###"));
    let ending = episode.ending().expect("it ended");
    let found = findings(&world, &own, episode.trajectory(), ending);
    let shown: Vec<String> =
        found.iter().map(|finding| format!("{} {:?}: {:?}", finding.step, finding.by, finding.what)).collect();
    expected.assert_eq(&shown.join("\n"));
}

fn cancel_task() -> Task {
    task(vec![action("cancel_pending_order", CANCEL)], &[])
}

#[test]
fn a_won_rollout_has_no_findings() {
    check(cancel_task(), OPENING, &[calls(&action("cancel_pending_order", CANCEL))], &expect![""]);
}

#[test]
fn a_wrong_argument_is_named_with_both_values() {
    let given = action("cancel_pending_order", r##"{"order_id": "#W1", "reason": "ordered by mistake"}"##);
    check(
        cancel_task(),
        OPENING,
        &[calls(&given)],
        &expect![[
            r#"1 Agent: WrongArgument { tool: "cancel_pending_order", argument: "reason", given: "ordered by mistake", expected: "no longer needed" }"#
        ]],
    );
}

#[test]
fn another_tool_on_the_same_record_is_the_wrong_tool() {
    let given = action(
        "modify_pending_order_items",
        r##"{"order_id": "#W1", "item_ids": ["2001"], "new_item_ids": ["2002"], "payment_method_id": "paypal_1"}"##,
    );
    check(
        cancel_task(),
        OPENING,
        &[calls(&given)],
        &expect![[r#"1 Agent: WrongTool { called: "modify_pending_order_items", expected: "cancel_pending_order" }"#]],
    );
}

#[test]
fn what_was_not_done_is_missing_and_the_customer_left_early() {
    check(
        cancel_task(),
        OPENING,
        &[],
        &expect![[r##"
        2 Agent: MissingWrite { tool: "cancel_pending_order", arguments: "{\"order_id\": \"#W1\", \"reason\": \"no longer needed\"}" }
        2 User: StoppedEarly { missing: 1 }"##]],
    );
}

#[test]
fn what_nobody_asked_for_is_too_much() {
    check(
        task(vec![], &[]),
        OPENING,
        &[calls(&action("cancel_pending_order", CANCEL))],
        &expect![[
            r##"1 Agent: ExtraWrite { tool: "cancel_pending_order", arguments: "{\"order_id\": \"#W1\", \"reason\": \"no longer needed\"}" }"##
        ]],
    );
}

#[test]
fn a_text_that_was_not_said_is_told() {
    check(task(vec![], &["37.10"]), OPENING, &[], &expect![[r#"2 Agent: OutputNotSaid { text: "37.10" }"#]]);
}

#[test]
fn a_customer_who_makes_things_up_is_told() {
    check(
        task(vec![], &["37.10"]),
        "Cancel #W9, my e-mail is ada.park@shop.test and not eva@shop.test.",
        &[],
        &expect![[r##"
            0 User: OutsideTask { said: "#W9" }
            2 Agent: OutputNotSaid { text: "37.10" }"##]],
    );
}
