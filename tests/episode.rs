//! Whole rollouts with scripted models: turns, endings, pausing, stepping, stopping.

mod support;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use futures::executor::LocalPool;
use futures::future::LocalBoxFuture;
use futures::task::LocalSpawnExt;
use support::{action, shop_world, task};
use taupe::chat::{
    AssistantMessage, ChatDelta, ChatError, ChatErrorKind, ChatModel, ChatReply, ChatRequest, Finish, Message, ToolCall,
};
use taupe::domain::{Task, World};
use taupe::present::transcript::{CardKind, RowKind, rows};
use taupe::present::verdict::{Outcome, verdict};
use taupe::provider::scripted::ScriptedModel;
use taupe::rollout::{
    AgentSettings, DEFAULT_MAX_STEPS, Ending, Episode, Gate, Progress, Seat, Seats, Spent, StepKind, drive,
    reference_run,
};

const CANCEL: &str = r##"{"order_id": "#W1", "reason": "no longer needed"}"##;

fn cancel_task() -> Task {
    task(vec![action("cancel_pending_order", CANCEL)], &[])
}

fn episode_of(task: Task, max_steps: usize) -> (Arc<World>, Episode) {
    let world = shop_world(vec![task]);
    let own = Arc::clone(world.task("test", 0).expect("the task"));
    let settings = AgentSettings { instruction: "Help.".into(), ..AgentSettings::default() };
    let episode = Episode::new(Arc::clone(&world), own, settings, max_steps);
    (world, episode)
}

fn says(text: &str) -> AssistantMessage {
    AssistantMessage { content: Some(text.into()), ..AssistantMessage::default() }
}

fn calls(name: &str, arguments: &str) -> AssistantMessage {
    let call = ToolCall { id: "c1".into(), name: name.into(), arguments: arguments.into() };
    AssistantMessage { tool_calls: vec![call], ..AssistantMessage::default() }
}

/// Drives to the end with these scripts.
fn run(
    episode: &mut Episode,
    agent: Vec<AssistantMessage>,
    user: Vec<AssistantMessage>,
) -> (ScriptedModel, ScriptedModel) {
    let agent = ScriptedModel::of_messages("agent", agent);
    let user = ScriptedModel::of_messages("user", user);
    let seats = Seats { agent: &agent, user: &user };
    LocalPool::new().run_until(drive(episode, seats, &Gate::default(), &mut |_, _| {}));
    (agent, user)
}

#[test]
fn a_task_is_worked_to_its_reward() {
    let (world, mut episode) = episode_of(cancel_task(), DEFAULT_MAX_STEPS);
    let (agent, user) = run(
        &mut episode,
        vec![calls("cancel_pending_order", CANCEL), says("It is cancelled.")],
        vec![says("Cancel #W1, please."), says("###STOP###")],
    );
    assert_eq!(episode.ending().and_then(Ending::reward), Some(1.0));

    // The agent is told its instruction and the customer's words, and reads the tool's answer.
    let asked = agent.requests();
    assert_eq!(asked[0].messages[0], Message::System { content: "Help.".into() });
    assert_eq!(asked[0].messages[1], Message::User { content: "Cancel #W1, please.".into() });
    assert_eq!(asked[0].tools.len(), world.domain.tools.len());
    assert!(matches!(&asked[1].messages[3], Message::Tool { call_id, .. } if call_id == "c1"));
    // The user is told its scenario and hears only what the agent says.
    let heard = user.requests();
    assert!(matches!(&heard[0].messages[0], Message::System { content } if content.contains("You are Ada.")));
    assert_eq!(heard[1].messages.last(), Some(&Message::User { content: "It is cancelled.".into() }));
    assert!(heard.iter().all(|request| request.tools.is_empty()));

    let shown = rows(&world.database, episode.trajectory());
    let RowKind::Tool(card) = &shown[1].kind else { panic!("the second step is the call") };
    assert_eq!(card.kind, CardKind::Write);
    // The order is cancelled and its payment was by card: one record.
    assert_eq!(card.changed.len(), 1);
    assert_eq!(verdict(episode.ending().expect("an end")).outcome, Outcome::Success);
}

#[test]
fn snapshots_stay_as_they_were() {
    let (world, mut episode) = episode_of(cancel_task(), DEFAULT_MAX_STEPS);
    run(&mut episode, vec![calls("cancel_pending_order", CANCEL), says("Done.")], vec![says("Hi"), says("###STOP###")]);
    let statuses: Vec<String> =
        episode.trajectory().iter().map(|step| support::record(&step.database, "orders", "#W1")).collect();
    assert!(statuses[0].contains("\"pending\""));
    assert!(statuses[1].contains("\"cancelled\""));
    assert!(support::record(&world.database, "orders", "#W1").contains("\"pending\""));
}

#[test]
fn a_dead_agent_endpoint_is_unscored_and_never_zero() {
    let (_, mut episode) = episode_of(cancel_task(), DEFAULT_MAX_STEPS);
    let error = ChatError::new(ChatErrorKind::Billing, "The credit is used up.");
    let agent = ScriptedModel::new("agent", [Err(error.clone())]);
    let user = ScriptedModel::of_messages("user", [says("Hi")]);
    let seats = Seats { agent: &agent, user: &user };
    LocalPool::new().run_until(drive(&mut episode, seats, &Gate::default(), &mut |_, _| {}));
    let ending = episode.ending().expect("an end");
    assert_eq!(ending.reward(), None);
    assert!(matches!(ending, Ending::Unscored { seat: Seat::Agent, error: own } if *own == error));
    assert_eq!(verdict(ending).outcome, Outcome::Unscored);
    assert!(verdict(ending).reason.contains("The credit is used up."));
}

#[test]
fn a_wordless_user_is_an_instruments_fault() {
    let (_, mut episode) = episode_of(cancel_task(), DEFAULT_MAX_STEPS);
    run(&mut episode, vec![], vec![AssistantMessage::default()]);
    let ending = episode.ending().expect("an end");
    assert!(matches!(ending, Ending::Unscored { seat: Seat::User, .. }));
    assert_eq!(ending.reward(), None);
}

#[test]
fn a_user_that_its_provider_withheld_is_an_instruments_fault() {
    for finish in [Finish::ContentFilter, Finish::Refusal, Finish::Empty] {
        let (_, mut episode) = episode_of(cancel_task(), DEFAULT_MAX_STEPS);
        episode.supply(ChatReply { finish: finish.clone(), ..ChatReply::of_message(says("I can")) });
        let ending = episode.ending().expect("an end");
        assert!(matches!(ending, Ending::Unscored { seat: Seat::User, .. }), "{finish:?}");
    }
}

#[test]
fn unreadable_arguments_are_the_agents_fault() {
    let (_, mut episode) = episode_of(cancel_task(), DEFAULT_MAX_STEPS);
    run(&mut episode, vec![calls("think", "{thought: x}")], vec![says("Hi")]);
    let ending = episode.ending().expect("an end");
    assert!(matches!(ending, Ending::AgentFault(error) if error.message.starts_with("Expecting property name")));
    assert_eq!(ending.reward(), Some(0.0));
    assert!(matches!(episode.trajectory().last().map(|step| &step.kind), Some(StepKind::Unreadable { .. })));
}

#[test]
fn a_call_that_was_cut_off_does_not_run() {
    let (world, mut episode) = episode_of(cancel_task(), DEFAULT_MAX_STEPS);
    episode.supply(ChatReply::of_message(says("Hi")));
    let cut = ChatReply { finish: Finish::Length, ..ChatReply::of_message(calls("cancel_pending_order", CANCEL)) };
    episode.supply(cut);
    assert!(matches!(episode.ending(), Some(Ending::AgentFault(_))));
    assert_eq!(episode.environment().database().hash(), world.database.hash());
}

#[test]
fn the_step_limit_is_a_zero_without_a_look() {
    let (_, mut episode) = episode_of(cancel_task(), 2);
    run(
        &mut episode,
        vec![calls("think", r#"{"thought": "hm"}"#), calls("think", r#"{"thought": "hm"}"#)],
        vec![says("Hi")],
    );
    assert!(matches!(episode.ending(), Some(Ending::StepLimit)));
    assert_eq!(episode.ending().and_then(Ending::reward), Some(0.0));
}

#[test]
fn replies_after_the_end_change_nothing() {
    let (_, mut episode) = episode_of(cancel_task(), DEFAULT_MAX_STEPS);
    episode.stop();
    let steps = episode.trajectory().len();
    episode.supply(ChatReply::of_message(says("too late")));
    episode.fail(ChatError::new(ChatErrorKind::Timeout, "late"));
    assert!(matches!(episode.ending(), Some(Ending::Stopped)));
    assert_eq!(episode.trajectory().len(), steps);
    assert!(episode.request().is_none());
}

#[test]
fn the_same_replies_give_the_same_trajectory() {
    let texts = || {
        let (world, mut episode) = episode_of(cancel_task(), DEFAULT_MAX_STEPS);
        run(
            &mut episode,
            vec![calls("cancel_pending_order", CANCEL), says("Done.")],
            vec![says("Hi"), says("###STOP###")],
        );
        format!("{:?} {}", rows(&world.database, episode.trajectory()), episode.environment().database().hash())
    };
    assert_eq!(texts(), texts());
}

#[test]
fn expected_actions_play_to_reward_one_with_their_texts() {
    let world = shop_world(vec![task(vec![action("cancel_pending_order", CANCEL)], &["37.10", "Bergen"])]);
    let own = world.task("test", 0).expect("the task");
    let run = reference_run(&world, own).expect("a reference");
    assert_eq!(run.ending.reward(), Some(1.0));
    assert_eq!(run.steps.len(), 2);
    assert_eq!(Spent::of(&run.steps), Spent::default());
}

/// A model that answers only when it is told to.
#[derive(Default)]
struct Slow {
    dropped: RefCell<u32>,
}

impl ChatModel for Slow {
    fn label(&self) -> String {
        "slow".into()
    }

    fn complete<'a>(
        &'a self,
        _: &'a ChatRequest,
        _: &'a mut dyn FnMut(ChatDelta),
    ) -> LocalBoxFuture<'a, Result<ChatReply, ChatError>> {
        struct Counts<'a>(&'a RefCell<u32>);
        impl Drop for Counts<'_> {
            fn drop(&mut self) {
                *self.0.borrow_mut() += 1;
            }
        }
        let counts = Counts(&self.dropped);
        Box::pin(async move {
            let _counts = counts;
            std::future::pending().await
        })
    }
}

#[test]
fn a_stop_drops_the_call_that_is_out() {
    let (_, episode) = episode_of(cancel_task(), DEFAULT_MAX_STEPS);
    let (slow, gate) = (Rc::new(Slow::default()), Rc::new(Gate::default()));
    let ended = Rc::new(RefCell::new(None));
    let mut pool = LocalPool::new();
    let (model, switch, end) = (Rc::clone(&slow), Rc::clone(&gate), Rc::clone(&ended));
    let work = async move {
        let mut episode = episode;
        drive(&mut episode, Seats { agent: &*model, user: &*model }, &switch, &mut |_, _| {}).await;
        *end.borrow_mut() = episode.ending().cloned();
    };
    pool.spawner().spawn_local(work).expect("a pool that runs");
    pool.run_until_stalled();
    assert_eq!(*slow.dropped.borrow(), 0);
    gate.stop();
    pool.run_until_stalled();
    assert_eq!(*slow.dropped.borrow(), 1);
    assert!(matches!(*ended.borrow(), Some(Ending::Stopped)));
}

#[test]
fn a_closed_gate_lets_one_call_through_a_step() {
    let (_, episode) = episode_of(cancel_task(), DEFAULT_MAX_STEPS);
    let gate = Rc::new(Gate::closed());
    let log = Rc::new(RefCell::new(Vec::new()));
    let mut pool = LocalPool::new();
    let (switch, told) = (Rc::clone(&gate), Rc::clone(&log));
    let work = async move {
        let mut episode = episode;
        let agent = ScriptedModel::of_messages("agent", [calls("cancel_pending_order", CANCEL), says("Done.")]);
        let user = ScriptedModel::of_messages("user", [says("Hi"), says("###STOP###")]);
        let mut watch = |episode: &Episode, progress: Progress| {
            told.borrow_mut().push(match progress {
                Progress::Asking(Seat::Agent) => "ask agent".to_owned(),
                Progress::Asking(Seat::User) => "ask user".to_owned(),
                Progress::Paused => "paused".to_owned(),
                Progress::Advanced => format!("{} steps", episode.trajectory().len()),
                Progress::Delta(_) => return,
            });
        };
        drive(&mut episode, Seats { agent: &agent, user: &user }, &switch, &mut watch).await;
    };
    pool.spawner().spawn_local(work).expect("a pool that runs");
    let mut expect = |act: &dyn Fn(&Gate), expected: &[&str]| {
        act(&gate);
        pool.run_until_stalled();
        assert_eq!(log.take(), expected);
    };
    expect(&|_| {}, &["paused"]);
    expect(&Gate::step, &["ask user", "1 steps", "paused"]);
    expect(&Gate::step, &["ask agent", "2 steps", "paused"]);
    expect(&Gate::pause, &[]);
    expect(&Gate::open, &["ask agent", "3 steps", "ask user", "4 steps"]);
}
