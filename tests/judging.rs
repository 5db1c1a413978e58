//! Judging an ended rollout with a model: ratings and attributions, how often is asked, and what it took.

mod support;

use futures::executor::block_on;
use support::{action, task};
use taupe::cast::rater::RehearsalRater;
use taupe::chat::{AssistantMessage, ChatError, ChatErrorKind, ChatReply, Message};
use taupe::provider::scripted::ScriptedModel;
use taupe::rollout::attribution::Shown;
use taupe::rollout::judging::{ATTEMPTS, attribute, rate};
use taupe::rollout::rating::DEFAULT_RUBRIC;
use taupe::rollout::{Author, FaultType, Inquiry, JudgeFault, RatingVerdict};

const YES: &str = "Property: done\nEvidence: \"Cancelled.\"\nRationale: it says so\nVerdict: yes";

fn texts(texts: &[&str]) -> ScriptedModel {
    let replies = texts.iter().map(|text| AssistantMessage::of_text(*text)).collect::<Vec<_>>();
    ScriptedModel::of_messages("judge", replies)
}

fn conversation() -> Vec<Message> {
    vec![
        Message::User { content: "Cancel #W1.".into() },
        Message::Assistant(AssistantMessage::of_text("Cancelled.")),
        Message::User { content: "###STOP###".into() },
    ]
}

fn inquiry() -> Inquiry {
    let cancel = action("cancel_pending_order", r##"{"order_id": "#W1", "reason": "no longer needed"}"##);
    Inquiry::new(&task(vec![cancel], &[]), &conversation(), Shown::Everything)
}

#[test]
fn a_rating_that_cannot_be_read_is_asked_for_again() {
    let model = texts(&["Sure!", YES]);
    let judged = block_on(rate(&model, DEFAULT_RUBRIC, &[], &conversation()));
    let rating = judged.found.expect("a rating");
    assert_eq!((rating.verdict, rating.score(), judged.spent.calls), (RatingVerdict::Yes, 1.0, 2));

    let model = texts(&["No.", "No.", "No.", YES]);
    let judged = block_on(rate(&model, DEFAULT_RUBRIC, &[], &conversation()));
    assert_eq!(judged.spent.calls, ATTEMPTS as usize);
    assert!(matches!(judged.found, Err(JudgeFault::NoRating(_))));
}

#[test]
fn a_dead_endpoint_is_not_asked_again_and_its_error_is_told() {
    let error = ChatError::new(ChatErrorKind::Billing, "The credit is used up.");
    let model = ScriptedModel::new("judge", [Err(error.clone())]);
    let judged = block_on(rate(&model, DEFAULT_RUBRIC, &[], &conversation()));
    assert_eq!((judged.found, judged.spent.calls), (Err(JudgeFault::Call(error)), 0));
}

#[test]
fn the_rehearsal_rater_reads_what_a_model_is_asked() {
    let judged = block_on(rate(&RehearsalRater, "Was it done?", &[], &conversation()));
    assert_eq!(judged.found.expect("a rating").property, "Was it done?");
}

#[test]
fn an_attribution_adds_up_what_its_calls_took() {
    let reply =
        |text: &str| ChatReply { cost_usd: Some(0.25), ..ChatReply::of_message(AssistantMessage::of_text(text)) };
    let answers = [r#"{"classification": "B"}"#, "Half of it.", "hm", r#"{"classification": "C"}"#, "One of two."];
    let model = ScriptedModel::new("judge", answers.map(|text| Ok(reply(text))));
    let judged = block_on(attribute(&model, inquiry()));
    let found = judged.found.expect("an attribution");
    assert_eq!(
        (found.author, found.fault),
        (Author::Agent, Some((FaultType::GoalPartiallyCompleted, "One of two.".into())))
    );
    assert_eq!((judged.spent.calls, judged.spent.cost_usd), (5, Some(1.25)));
}

#[test]
fn an_answer_that_stays_unreadable_ends_the_inquiry() {
    let model = texts(&["who knows"; 5]);
    let judged = block_on(attribute(&model, inquiry()));
    let fault = judged.found.expect_err("no attribution").to_string();
    assert!(fault.contains("holds no JSON object with a classification") && fault.contains("asked 3 times"), "{fault}");
    assert_eq!(judged.spent.calls, 3);
}
