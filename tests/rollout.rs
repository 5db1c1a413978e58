//! The environment and the reward on a small world.

mod support;

use std::sync::Arc;

use support::{action, shop_world, task};
use taupe::domain::{Action, CallStatus, Task, World, replay_expected};
use taupe::py::{Exception, PyResult, json};
use taupe::rollout::{EnvResponse, Environment, Reward, RewardInfo, UserReply, respond_content};

fn says(text: &str) -> UserReply {
    UserReply { text: text.into(), cost_usd: Some(0.25) }
}

fn cancel() -> Action {
    action("cancel_pending_order", r##"{"order_id": "#W1", "reason": "no longer needed"}"##)
}

fn reply(content: &str) -> Action {
    action("respond", &format!(r#"{{"content": {content}}}"#))
}

/// Runs a first task to its end: the actions, then a user who stops.
fn judge(task: Task, actions: &[Action]) -> PyResult<EnvResponse> {
    let world = shop_world(vec![task]);
    let mut environment = start(&world);
    for action in actions {
        if action.name == "respond" {
            environment.step_respond(action.clone(), says("go on"))?;
        } else {
            environment.step_tool(action.clone())?;
        }
    }
    environment.step_respond(reply("\"Bye.\""), says("Thanks ###STOP###!"))
}

fn start(world: &Arc<World>) -> Environment {
    let task = world.task("test", 0).expect("a task");
    Environment::new(Arc::clone(world), Arc::clone(task))
}

fn verdict(response: &EnvResponse) -> &Reward {
    response.info.reward.as_ref().expect("done")
}

#[test]
fn the_way_does_not_count_only_the_end_state() {
    let detour = [
        action("get_order_details", r##"{"order_id": "#W2"}"##),
        action("cancel_pending_order", r#"{"order_id": "none", "reason": "no longer needed"}"#),
        cancel(),
        cancel(),
    ];
    let response = judge(task(vec![cancel()], &[]), &detour).expect("a verdict");
    assert!(response.done);
    assert_eq!(response.reward, 1.0);
    assert_eq!(response.info.user_cost_usd, Some(0.25));
    assert!(verdict(&response).data_is_right());
}

#[test]
fn a_wrong_end_state_tells_the_differing_records() {
    let response = judge(task(vec![cancel()], &[]), &[]).expect("a verdict");
    assert_eq!(response.reward, 0.0);
    let [difference] = verdict(&response).differences.as_slice() else { panic!("one record differs") };
    assert_eq!((&*difference.table, &*difference.id), ("orders", "#W1"));
    let status = |record: &Option<taupe::py::Value>| {
        let record = record.as_ref().and_then(|record| record.as_dict()).expect("an order");
        record["status"].as_str().map(ToString::to_string)
    };
    assert_eq!(status(&difference.before).as_deref(), Some("cancelled"));
    assert_eq!(status(&difference.after).as_deref(), Some("pending"));
}

#[test]
fn nothing_is_judged_before_the_end() {
    let world = shop_world(vec![task(vec![cancel()], &[])]);
    let mut environment = start(&world);
    let (observation, info) = environment.reset(says("Hello"));
    assert_eq!((observation.as_str(), info.source.as_str()), ("Hello", "user"));
    let response = environment.step_tool(cancel()).expect("an answer");
    assert_eq!((response.reward, response.done, response.call), (0.0, false, Some(CallStatus::Answered)));
    assert!(response.info.reward.is_none() && response.info.user_cost_usd.is_none());
    let response = environment.step_respond(reply("\"x\""), says("###stop###")).expect("an answer");
    assert!(!response.done);

    environment.reset(says("Hello"));
    assert!(environment.log().is_empty());
    assert_eq!(environment.database().hash(), world.database.hash());
}

#[test]
fn a_transfer_ends_the_rollout_even_if_it_fails() {
    let world = shop_world(vec![task(Vec::new(), &[])]);
    let mut environment = start(&world);
    environment.reset(says("Hello"));
    let response = environment.step_tool(action("transfer_to_human_agents", "{}")).expect("an answer");
    assert!(response.done);
    assert_eq!((response.reward, response.info.source.as_str()), (1.0, "transfer_to_human_agents"));
    assert_eq!(response.call, Some(CallStatus::Raised(Exception::TypeError)));
}

#[track_caller]
fn check_output(output: &str, content: &str, found: bool) {
    let response = judge(task(Vec::new(), &[output]), &[reply("\"Hi\""), reply(content)]).expect("a verdict");
    let verdict = verdict(&response);
    assert_eq!(verdict.outputs[0].said_in, found.then_some(1), "{output} in {content}");
    assert_eq!(response.reward, if found { 1.0 } else { 0.0 });
}

#[test]
fn outputs_are_bare_substrings() {
    check_output("10", "\"in 2010\"", true);
    check_output("1234.5", "\"$1,234.50\"", true);
    check_output("1,234.5", "\"$1,234.50\"", false);
    check_output("Blue", "\"BLUE mug\"", true);
    check_output("ΣΑΣ", "\"σας\"", true);
    check_output("625.60", "\"625.6\"", false);
}

#[test]
fn outputs_hide_the_data_check_in_the_originals_record() {
    let response = judge(task(vec![cancel()], &["hi", "hi"]), &[reply("\"Hi!\"")]).expect("a verdict");
    let verdict = verdict(&response);
    assert_eq!(response.reward, 0.0);
    assert!(!verdict.data_is_right());
    assert_eq!(verdict.result().info, RewardInfo::Outputs { r_outputs: 1.0, outputs: vec![("hi".into(), true)] });
    assert_eq!(
        json::dumps(&verdict.result().to_value()),
        r##"{"reward": 0.0, "info": {"r_outputs": 1.0, "outputs": {"hi": true}}, "actions": [{"name": "cancel_pending_order", "kwargs": {"order_id": "#W1", "reason": "no longer needed"}}]}"##
    );
}

#[test]
fn without_outputs_the_record_has_the_expected_hash() {
    let response = judge(task(Vec::new(), &[]), &[]).expect("a verdict");
    let hash = support::shop().hash();
    assert_eq!(
        json::dumps(&response.info.to_value()),
        format!(
            r#"{{"task": {{"user_id": "ada_park_11", "actions": [], "instruction": "You are Ada.", "outputs": []}}, "source": "user", "user_cost": 0.25, "reward_info": {{"reward": 1.0, "info": {{"r_actions": 1.0, "gt_data_hash": "{hash}"}}, "actions": []}}}}"#
        )
    );
}

#[test]
fn looking_for_an_output_in_no_text_raises() {
    let raised = judge(task(Vec::new(), &["x"]), &[reply("null")]).expect_err("null has no case");
    assert_eq!(raised.message, "'NoneType' object has no attribute 'lower'");
    // An output that is found first keeps the search from getting there.
    let response = judge(task(Vec::new(), &["x"]), &[reply("\"x\""), reply("null")]).expect("a verdict");
    assert_eq!(response.reward, 1.0);
    // Without outputs nobody looks.
    assert_eq!(judge(task(Vec::new(), &[]), &[reply("null")]).expect("a verdict").reward, 1.0);
}

#[test]
fn a_reply_needs_content() {
    let empty = action("respond", "{}");
    assert_eq!(respond_content(&empty).expect_err("no content").message, "'content'");
    let mut environment = start(&shop_world(vec![task(Vec::new(), &[])]));
    let raised = environment.step_respond(empty, says("x")).expect_err("no content");
    assert_eq!((raised.kind, &*raised.message), (Exception::KeyError, "'content'"));
}

#[test]
fn expected_actions_replay_with_a_snapshot_each() {
    let expected = vec![cancel(), cancel(), action("transfer_to_human_agents", r#"{"summary": "x"}"#)];
    let world = shop_world(vec![task(expected, &[])]);
    let steps = replay_expected(&world, world.task("test", 0).expect("a task")).expect("no step raises");
    let statuses: Vec<_> = steps.iter().map(|step| step.outcome.status).collect();
    assert_eq!(statuses, [CallStatus::Answered, CallStatus::Refused, CallStatus::Answered]);
    let changed = |step: usize| taupe::domain::Database::changes(&world.database, &steps[step].after).len();
    assert_eq!([changed(0), changed(1), changed(2)], [1, 1, 1]);
}

#[test]
fn an_edited_copy_of_a_task_has_a_reference_of_its_own() {
    let world = shop_world(vec![task(vec![cancel()], &[])]);
    let own = world.task("test", 0).expect("a task");
    let kept = world.reference(own).expect("no step raises");
    assert!(Arc::ptr_eq(&kept, &world.reference(own).expect("no step raises")));
    let edited = Arc::new(Task { expected_actions: Vec::new(), ..Task::clone(own) });
    assert_ne!(world.reference(&edited).expect("no step raises").hash(), kept.hash());
}
