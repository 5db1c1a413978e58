//! Recording a rollout and making it again from its journal.

mod support;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use futures::executor::{LocalPool, block_on};
use futures::future::LocalBoxFuture;
use futures::task::LocalSpawnExt;
use proptest::prelude::*;
use support::journal::{Log, header, shop_run};
use support::{action, shop_world, task};
use taupe::chat::{AssistantMessage, ChatDelta, ChatError, ChatErrorKind, ChatModel, ChatReply, ChatRequest, ToolCall};
use taupe::domain::{Task, World};
use taupe::journal::{
    Event as Entry, FoldWarning, ForkChange, Instruction, Journal, RunId, RunState, Summary, What, again,
    content_digest, fold, fold_first, fork,
};
use taupe::provider::scripted::ScriptedModel;
use taupe::rollout::{
    Drive, Ending, Episode, Event, Gate, Occupant, OccupantKind, Pace, Progress, Recorder, Seat, Seated, Table,
};

const CANCEL: &str = r##"{"order_id": "#W1", "reason": "no longer needed"}"##;

fn world() -> (Arc<World>, Arc<Task>) {
    let world = shop_world(vec![task(vec![action("cancel_pending_order", CANCEL)], &[])]);
    let own = Arc::clone(world.task("test", 0).expect("the task"));
    (world, own)
}

fn says(text: &str) -> AssistantMessage {
    AssistantMessage::of_text(text)
}

fn calls(name: &str, arguments: &str) -> AssistantMessage {
    AssistantMessage::of_calls(vec![ToolCall { id: "c1".into(), name: name.into(), arguments: arguments.into() }])
}

fn seated(model: impl ChatModel + 'static) -> Seated<'static> {
    Seated { by: Occupant::new(OccupantKind::Script, model.label()), model: Rc::new(model) }
}

/// Everything that a rollout shows of itself, as one text.
fn state_of(episode: &Episode) -> String {
    let ending = episode.ending().map(|ending| format!("{:?} {:?}", RunState::from(Some(ending)), ending.reward()));
    let steps: Vec<String> =
        episode.trajectory().iter().map(|step| format!("{:?} {}", step.kind, step.database.hash())).collect();
    format!("{ending:?} {:?} {:?} {steps:#?}", episode.due(), episode.request())
}

/// Drives with these lines to the end of the script or of the rollout; what was recorded, and the state after each event.
fn recorded(
    agent: Vec<Result<ChatReply, ChatError>>,
    user: Vec<Result<ChatReply, ChatError>>,
) -> (Journal, Vec<String>) {
    let (world, task) = world();
    let table = Table::new(seated(ScriptedModel::new("agent", agent)), seated(ScriptedModel::new("user", user)));
    let mut log = Log::new(header(&world, &task, &table.seated_by()));
    let mut episode = Episode::new(world, task, log.journal.header.settings(), log.journal.header.max_steps);
    let mut states = vec![state_of(&episode)];
    let drive = Drive {
        table: &table,
        gate: &Gate::default(),
        recorded: table.seated_by(),
        recorder: Some(&mut log),
        pace: None,
    };
    block_on(drive.run(&mut episode, &mut |episode, progress| {
        if matches!(progress, Progress::Advanced) {
            states.push(state_of(episode));
        }
    }));
    (log.journal, states)
}

fn reply() -> impl Strategy<Value = ChatReply> {
    let arguments = prop_oneof![
        Just(CANCEL.to_owned()),
        Just(r##"{"order_id": "#W2"}"##.to_owned()),
        Just("[1".to_owned()),
        ".{0,12}",
    ];
    let tool = prop_oneof![
        Just("cancel_pending_order".to_owned()),
        Just("get_order_details".to_owned()),
        Just("transfer_to_human_agents".to_owned()),
        Just("respond".to_owned()),
        "[a-z]{1,6}",
    ];
    let message = prop_oneof![
        6 => ".{0,20}".prop_map(AssistantMessage::of_text),
        4 => (tool, arguments).prop_map(|(name, arguments)| calls(&name, &arguments)),
        1 => Just(AssistantMessage::default()),
        1 => Just(says("Thanks ###STOP###")),
    ];
    (message, proptest::option::of(0.0..1.0), proptest::option::of(any::<u64>())).prop_map(
        |(message, cost_usd, tokens)| {
            let mut reply = ChatReply { cost_usd, ..ChatReply::of_message(message) };
            reply.usage.output_visible = tokens;
            reply
        },
    )
}

fn line() -> impl Strategy<Value = Result<ChatReply, ChatError>> {
    prop_oneof![19 => reply().prop_map(Ok), 1 => Just(Err(ChatError::new(ChatErrorKind::Overloaded, "Too busy.")))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn folding_a_journal_passes_through_the_states_that_were_passed_through(
        agent in prop::collection::vec(line(), 0..12), user in prop::collection::vec(line(), 0..8),
    ) {
        let (journal, states) = recorded(agent, user);
        prop_assert_eq!(journal.events.len() + 1, states.len());
        let (world, task) = world();
        for (events, state) in states.iter().enumerate() {
            let folded = fold_first(Arc::clone(&world), Arc::clone(&task), &journal, events);
            prop_assert_eq!(&folded.warnings, &[]);
            prop_assert_eq!(&state_of(&folded.episode), state);
        }
        let folded = fold(world, task, &journal);
        prop_assert_eq!(Summary::of(&journal, &folded.episode).events, journal.events.len());
        prop_assert_eq!(folded.steps_after.len(), journal.events.len());
    }

    #[test]
    fn a_fork_without_a_change_is_the_same_up_to_its_step(
        agent in prop::collection::vec(line(), 0..12), user in prop::collection::vec(line(), 0..8), at in 0_usize..14,
    ) {
        let (journal, _) = recorded(agent, user);
        let (world, task) = world();
        let folded = fold(Arc::clone(&world), Arc::clone(&task), &journal);
        let forked = fork(&journal, &folded, at, ForkChange::default(), &folded.seated, RunId::of_bytes(&[9]), 5);
        let again = fold(world, task, &forked);
        prop_assert_eq!(again.episode.trajectory().len(), at.min(folded.episode.trajectory().len()));
        let text = |episode: &Episode, count: usize| -> Vec<String> {
            episode.trajectory().iter().take(count).map(|step| format!("{:?} {}", step.kind, step.database.hash())).collect()
        };
        prop_assert_eq!(text(&again.episode, at), text(&folded.episode, at));
        prop_assert!(forked.header.forked_from.is_some_and(|from| !from.edited && from.run == journal.header.id));
    }
}

#[test]
fn a_finished_run_folds_to_its_reward_and_says_so_in_brief() {
    let (world, task, journal) = shop_run();
    let folded = fold(world, task, &journal);
    assert_eq!(folded.episode.ending().and_then(Ending::reward), Some(1.0));
    assert_eq!(folded.steps_after, [1, 2, 3, 4]);
    let summary = Summary::of(&journal, &folded.episode);
    assert_eq!((summary.state, summary.reward, summary.events, summary.steps), (RunState::Judged, Some(1.0), 4, 4));
    assert_eq!(summary.spent.calls, 4);
    assert_eq!(summary.last_text, "It is cancelled.");
}

#[test]
fn an_end_without_a_verdict_is_taken_back_by_going_on() {
    let (world, task, whole) = shop_run();
    let ends = [
        Event::Stopped,
        Event::Failed { seat: Seat::Agent, error: ChatError::new(ChatErrorKind::Billing, "The credit is used up.") },
    ];
    for end in ends {
        let mut journal = whole.clone();
        journal.events.insert(1, Entry::new(1, Event::Resumed));
        journal.events.insert(1, Entry::new(1, end.clone()));
        let ended = fold_first(Arc::clone(&world), Arc::clone(&task), &journal, 2);
        assert_eq!(ended.episode.ending().and_then(Ending::reward), None);
        assert!(ended.episode.ending().is_some());
        let folded = fold(Arc::clone(&world), Arc::clone(&task), &journal);
        assert_eq!(folded.warnings, []);
        assert_eq!(folded.episode.ending().and_then(Ending::reward), Some(1.0));
    }
    // A verdict stands.
    let mut journal = whole;
    journal.events.push(Entry::new(9, Event::Resumed));
    assert_eq!(fold(world, task, &journal).episode.ending().and_then(Ending::reward), Some(1.0));
}

#[test]
fn a_wordless_user_is_asked_again_by_going_on() {
    let (world, task, mut journal) = shop_run();
    let wordless =
        Event::Replied { seat: Seat::User, reply: Box::new(ChatReply::of_message(AssistantMessage::default())) };
    journal.events.splice(0..0, [Entry::new(0, wordless), Entry::new(0, Event::Resumed)]);
    let folded = fold(world, task, &journal);
    assert_eq!(folded.episode.ending().and_then(Ending::reward), Some(1.0));
    assert_eq!(Summary::of(&journal, &folded.episode).spent.calls, 5, "it was paid for as well");
}

#[test]
fn what_cannot_be_read_or_does_not_follow_ends_the_telling_and_is_kept() {
    let (world, task, whole) = shop_run();
    let mut journal = whole.clone();
    journal.events[2].what = What::Unreadable(serde_json::json!({"event": "dreamt"}));
    let folded = fold(Arc::clone(&world), Arc::clone(&task), &journal);
    assert_eq!(folded.warnings, [FoldWarning::Unreadable(2)]);
    assert!(!folded.is_whole());
    assert_eq!(folded.episode.trajectory().len(), 2);

    let mut journal = whole;
    journal.events.remove(0);
    let folded = fold(world, task, &journal);
    assert_eq!(folded.warnings, [FoldWarning::OutOfTurn(0)]);
    assert!(folded.episode.trajectory().is_empty());
}

#[test]
fn other_content_is_told() {
    let (_, _, journal) = shop_run();
    let changed = shop_world(vec![task(vec![], &[])]);
    let own = Arc::clone(changed.task("test", 0).expect("the task"));
    assert_ne!(content_digest(&changed, &own), journal.header.content);
    assert_eq!(fold(changed, own, &journal).warnings, [FoldWarning::OtherContent]);
}

#[test]
fn a_fork_says_something_else_and_follows_another_instruction() {
    let (world, task, journal) = shop_run();
    let folded = fold(Arc::clone(&world), Arc::clone(&task), &journal);
    let change = ForkChange {
        reply: Some(says("I can't.")),
        instruction: Some(Instruction { text: "Refuse.".into(), name: "edited".into(), version: None }),
    };
    let forked = fork(&journal, &folded, 2, change, &folded.seated, RunId::of_bytes(&[1, 2]), 77);
    let header = &forked.header;
    assert_eq!((header.seed, header.trial), (journal.header.seed, journal.header.trial));
    assert_eq!(header.forked_from.as_ref().map(|from| (from.events, from.steps, from.edited)), Some((2, 2, true)));
    let mut again = fold(world, task, &forked).episode;
    assert_eq!((again.due(), again.trajectory().len()), (Some(Seat::User), 2));
    assert!(support::record(again.environment().database(), "orders", "#W1").contains("\"pending\""));
    again.supply(ChatReply::of_message(says("Why?")));
    let asked = again.request().expect("the agent is due");
    assert_eq!(
        asked.messages.iter().filter_map(|message| message.text()).collect::<Vec<_>>(),
        ["Refuse.", "Cancel #W1, please.", "I can't.", "Why?"]
    );
}

#[test]
fn running_again_keeps_seats_seed_and_trial() {
    let (_, _, journal) = shop_run();
    let other = Instruction { text: "Other.".into(), name: "v2".into(), version: Some("v2".into()) };
    let header = again(&journal.header, other.clone(), journal.header.seated_by(), RunId::of_bytes(&[3]), 8);
    assert_eq!(header.beside, Some(journal.header.id.clone()));
    assert_eq!(header.instruction, other);
    assert_eq!(
        (header.seed, header.trial, header.agent, header.task),
        (journal.header.seed, journal.header.trial, journal.header.agent, journal.header.task)
    );
}

/// A model that never answers.
struct Silent;

impl ChatModel for Silent {
    fn label(&self) -> String {
        "silent".into()
    }

    fn complete<'a>(
        &'a self,
        _: &'a ChatRequest,
        _: &'a mut dyn FnMut(ChatDelta),
    ) -> LocalBoxFuture<'a, Result<ChatReply, ChatError>> {
        Box::pin(std::future::pending())
    }
}

#[test]
fn a_seat_that_changes_hands_in_mid_call_is_recorded_and_asks_the_new_one() {
    let (world, task) = world();
    let table = Rc::new(Table::new(
        seated(Silent),
        seated(ScriptedModel::of_messages("user", [says("Cancel #W1, please."), says("###STOP###")])),
    ));
    let log = Rc::new(RefCell::new(Log::new(header(&world, &task, &table.seated_by()))));
    let mut pool = LocalPool::new();
    let (own_table, own_log) = (Rc::clone(&table), Rc::clone(&log));
    let mut episode =
        Episode::new(Arc::clone(&world), Arc::clone(&task), header(&world, &task, &table.seated_by()).settings(), 30);
    let ended = pool
        .spawner()
        .spawn_local_with_handle(async move {
            let mut recorder = Shared(own_log);
            let (gate, recorded) = (Gate::default(), own_table.seated_by());
            let drive = Drive { table: &own_table, gate: &gate, recorded, recorder: Some(&mut recorder), pace: None };
            drive.run(&mut episode, &mut |_, _| {}).await;
            episode
        })
        .expect("a pool that runs");
    pool.run_until_stalled();
    assert_eq!(log.borrow().journal.events.len(), 1, "the user spoke, the agent's call is out");
    table.seat(
        Seat::Agent,
        Seated {
            model: Rc::new(ScriptedModel::of_messages("you", [calls("cancel_pending_order", CANCEL), says("Done.")])),
            by: Occupant::new(OccupantKind::Person, "you"),
        },
    );
    let episode = pool.run_until(ended);
    assert_eq!(episode.ending().and_then(Ending::reward), Some(1.0));
    let journal = log.borrow().journal.clone();
    assert!(matches!(
        journal.events[1].rollout(),
        Some(Event::Seated { seat: Seat::Agent, by }) if by.kind == OccupantKind::Person
    ));
    let folded = fold(world, task, &journal);
    assert_eq!(folded.seated.agent.label, "you");
    assert_eq!(state_of(&folded.episode), state_of(&episode));
}

struct Shared(Rc<RefCell<Log>>);

impl Recorder for Shared {
    fn keep<'a>(&'a mut self, event: Event, after: &'a Episode) -> LocalBoxFuture<'a, ()> {
        let mut log = self.0.borrow_mut();
        _ = log.keep(event, after);
        Box::pin(std::future::ready(()))
    }
}

/// A recorder that can't keep anything.
#[derive(Default)]
struct Full(Vec<Event>);

impl Recorder for Full {
    fn keep<'a>(&'a mut self, event: Event, _: &'a Episode) -> LocalBoxFuture<'a, ()> {
        let stops = event == Event::Stopped;
        self.0.push(event);
        if stops { Box::pin(std::future::ready(())) } else { Box::pin(std::future::pending()) }
    }
}

#[test]
fn a_reply_that_cannot_be_kept_has_no_effect_until_a_stop_lets_it_in() {
    let (world, task) = world();
    let table = Table::new(
        seated(ScriptedModel::of_messages("agent", [])),
        seated(ScriptedModel::of_messages("user", [says("Hi")])),
    );
    let mut episode = Episode::new(world, task, Default::default(), 30);
    let (mut recorder, gate) = (Full::default(), Gate::default());
    let seen = RefCell::new(Vec::new());
    let mut watch = |episode: &Episode, _| seen.borrow_mut().push(episode.trajectory().len());
    let drive =
        Drive { table: &table, gate: &gate, recorded: table.seated_by(), recorder: Some(&mut recorder), pace: None };
    {
        let mut run = std::pin::pin!(drive.run(&mut episode, &mut watch));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(run.as_mut().poll(&mut context).is_pending());
        assert_eq!(seen.borrow().iter().max(), Some(&0), "nothing is shown before it is kept");
        gate.stop();
        assert!(run.as_mut().poll(&mut context).is_ready());
    }
    assert!(matches!(recorder.0.as_slice(), [Event::Replied { .. }, Event::Stopped]));
    assert_eq!(episode.trajectory().len(), 1, "what was paid for is taken all the same");
    assert!(matches!(episode.ending(), Some(Ending::Stopped)));
}

/// Counts the rests.
#[derive(Default)]
struct Counts(RefCell<Vec<(Seat, String)>>);

impl Pace for Counts {
    fn rest<'a>(&'a self, seat: Seat, occupant: &'a Occupant) -> LocalBoxFuture<'a, ()> {
        self.0.borrow_mut().push((seat, occupant.label.clone()));
        Box::pin(std::future::ready(()))
    }
}

#[test]
fn there_is_a_rest_before_every_call() {
    let (world, task) = world();
    let table = Table::new(
        seated(ScriptedModel::of_messages("agent", [calls("cancel_pending_order", CANCEL), says("Done.")])),
        seated(ScriptedModel::of_messages("user", [says("Hi"), says("###STOP###")])),
    );
    let mut episode = Episode::new(world, task, Default::default(), 30);
    let pace = Counts::default();
    let gate = Gate::default();
    let drive = Drive { table: &table, gate: &gate, recorded: table.seated_by(), recorder: None, pace: Some(&pace) };
    block_on(drive.run(&mut episode, &mut |_, _| {}));
    let rests: Vec<String> = pace.0.take().into_iter().map(|(_, label)| label).collect();
    assert_eq!(rests, ["user", "agent", "agent", "user"]);
}
