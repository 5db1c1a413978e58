//! What the page shows of rollouts whose models are asked in other ways than the usual one.

mod support;

use std::sync::Arc;

use futures::executor::block_on;
use support::{action, shop_world, task};
use taupe::chat::AssistantMessage;
use taupe::domain::World;
use taupe::present::strategies::Strategies;
use taupe::present::transcript::{AsideKind, Row, RowKind, row};
use taupe::present::verdict::verdict;
use taupe::provider::scripted::ScriptedModel;
use taupe::rollout::{
    AgentSettings, AgentStrategy, DEFAULT_MAX_STEPS, Ending, Episode, Gate, Seats, UserStrategy, drive,
};

const CANCEL: &str = r##"{"order_id": "#W1", "reason": "no longer needed"}"##;
const STOP: &str = "###STOP###";

/// Drives a rollout of the task to cancel an order, with these texts as replies.
fn run(asked: Strategies, agent: &[&str], user: &[&str]) -> (Arc<World>, Episode) {
    let world = shop_world(vec![task(vec![action("cancel_pending_order", CANCEL)], &[])]);
    let own = Arc::clone(world.task("test", 0).expect("the task"));
    let settings = AgentSettings { strategy: asked.agent, instruction: "Help.".into(), ..AgentSettings::default() };
    let mut episode = Episode::new(Arc::clone(&world), own, settings, DEFAULT_MAX_STEPS).with_user(asked.user);
    let texts = |texts: &[&str]| texts.iter().map(|text| AssistantMessage::of_text(*text)).collect::<Vec<_>>();
    let agent = ScriptedModel::of_messages("agent", texts(agent));
    let user = ScriptedModel::of_messages("user", texts(user));
    let seats = Seats { agent: &agent, user: &user };
    block_on(drive(&mut episode, seats, &Gate::default(), &mut |_, _| {}));
    (world, episode)
}

fn rows(asked: Strategies, world: &World, episode: &Episode) -> Vec<Row> {
    episode.trajectory().iter().map(|step| row(asked, &world.database, step)).collect()
}

fn asides(row: &Row) -> Vec<(AsideKind, &str)> {
    row.asides.iter().map(|aside| (aside.kind, aside.text.as_str())).collect()
}

#[test]
fn a_react_agents_thoughts_stand_apart_from_what_it_does_and_says() {
    let asked = Strategies { agent: AgentStrategy::React, ..Strategies::default() };
    let call =
        format!("Thought:\nIt is pending.\nAction:\n{{\"name\": \"cancel_pending_order\", \"arguments\": {CANCEL}}}");
    let say = "Thought:\nTell her.\nAction:\n{\"name\": \"respond\", \"arguments\": {\"content\": \"Done.\"}}";
    let (world, episode) = run(asked, &[&call, say, "Bye!"], &["Cancel #W1.", "Thanks.", STOP]);
    assert_eq!(episode.ending().and_then(Ending::reward), Some(1.0));
    let rows = rows(asked, &world, &episode);
    let RowKind::Tool(card) = &rows[1].kind else { panic!("the second step is the call") };
    assert_eq!(card.aside, None, "the written action is the call itself, not something said beside it");
    assert_eq!(asides(&rows[1]), [(AsideKind::Thought, "It is pending.")]);
    assert_eq!(rows[2].kind, RowKind::Agent(Some("Done.".into())));
    assert_eq!(asides(&rows[2]), [(AsideKind::Thought, "Tell her.")]);
    assert_eq!(rows[2].notes, Vec::<String>::new());
    // What is no JSON is said to the customer as it is, and the row says so.
    assert_eq!(rows[4].kind, RowKind::Agent(Some("Bye!".into())));
    assert!(rows[4].notes[0].contains("not the JSON that was asked for"), "{:?}", rows[4].notes);
}

#[test]
fn json_without_an_action_ends_an_act_rollout_and_is_shown_as_it_came() {
    let asked = Strategies { agent: AgentStrategy::Act, ..Strategies::default() };
    let (world, episode) = run(asked, &["Action:\n{\"tool\": \"look\"}"], &["Hi"]);
    let ending = episode.ending().expect("an end");
    assert_eq!(ending.reward(), Some(0.0));
    let rows = rows(asked, &world, &episode);
    let RowKind::Unreadable { reply, why } = &rows[1].kind else { panic!("{:?}", rows[1].kind) };
    assert_eq!(
        (reply.as_str(), why.as_str()),
        ("Action:\n{\"tool\": \"look\"}", "it is JSON, but has no name or no arguments")
    );
    assert!(verdict(ending).reason.contains("has no name or no arguments."), "{}", verdict(ending).reason);
}

#[test]
fn a_react_customers_thought_is_told_from_its_words() {
    let asked = Strategies { user: UserStrategy::React, ..Strategies::default() };
    let (world, episode) = run(
        asked,
        &["Hello?"],
        &["Thought:\nBe brief.\n\nUser Response:\nCancel #W1.", "Thought: over\nUser Response: ###STOP###"],
    );
    let rows = rows(asked, &world, &episode);
    assert_eq!(rows[0].kind, RowKind::User("Cancel #W1.".into()));
    assert_eq!(asides(&rows[0]), [(AsideKind::Thought, "Be brief.")]);
    assert!(rows[0].notes[0].contains("sent the thought as well"), "{:?}", rows[0].notes);
    assert_eq!(rows[2].kind, RowKind::User(STOP.into()));
    assert_eq!((asides(&rows[2]), rows[2].notes.len()), (vec![(AsideKind::Thought, "over")], 0));
}

#[test]
fn what_a_verify_customer_did_not_say_is_shown_with_its_judgement() {
    let asked = Strategies { user: UserStrategy::Verify, ..Strategies::default() };
    let (world, episode) = run(asked, &["Hello?"], &["Moo.", "false", "Cancel #W1.", "True", STOP, "true"]);
    let rows = rows(asked, &world, &episode);
    assert_eq!(rows[0].kind, RowKind::User("Cancel #W1.".into()));
    let judged = |text| (AsideKind::Judgement, text);
    assert_eq!(asides(&rows[0]), [(AsideKind::TurnedDown, "Moo."), judged("false"), judged("True")]);
    assert_eq!(asides(&rows[2]), [judged("true")]);
}

#[test]
fn a_reflection_customer_shows_its_draft_the_advice_and_both_judgements_in_order() {
    let asked = Strategies { user: UserStrategy::Reflection, ..Strategies::default() };
    let user = ["Moo.", "false", "Reflection: odd\nResponse: say it plainly", "Cancel #W1.", "true", STOP, "true"];
    let (world, episode) = run(asked, &["Hello?"], &user);
    let rows = rows(asked, &world, &episode);
    assert_eq!(rows[0].kind, RowKind::User("Cancel #W1.".into()));
    let texts: Vec<&str> = rows[0].asides.iter().map(|aside| aside.text.as_str()).collect();
    assert_eq!(texts, ["Moo.", "false", "Reflection: odd\nResponse: say it plainly", "true"]);
}
