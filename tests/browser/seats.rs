//! Seats without a key: the programs of the page, a person in either seat, and seats that change hands.

use thirtyfour::Key;

use super::{
    page::{Page, STARTER},
    support::{
        Outcome, Session, in_browser,
        session::{Scheme, Window},
        wait::{Look, SOON, until},
    },
};

/// A sentence that the task of a first visit is decided by.
const SENTENCE: &str = " Look up the customer's orders in their profile instead of asking for order numbers.";

/// The character that stands for the enter key.
const ENTER: char = '\u{e007}';

/// Opens the starter world at a task of its first split.
async fn starter<'s>(session: &'s Session, task: usize) -> Outcome<Page<'s>> {
    let page = Page::open(session, &format!("#/play/starter-retail/train/{task}")).await?;
    session.named("heading", STARTER).thing().await?;
    Ok(page)
}

/// Seats somebody by the menu of the bar.
async fn seat(session: &Session, seat: &str, who: &str) -> Outcome {
    session.role("button").beginning(format!("{seat} is played by")).click().await?;
    session.role("menuitemradio").beginning(who).click().await
}

#[tokio::test]
async fn one_sentence_turns_a_lost_task_into_a_won_one_without_any_key() {
    in_browser(async |session| {
        let page = Page::open(session, "").await?;
        session.named("heading", STARTER).thing().await?;
        session.sees("Both are programs, not language models: no key is needed.").await?;
        session.picture("first-minute").await?;
        page.command("Pace of programs: instant").await?;
        page.run().await?;
        let verdict = page.verdict().await?;
        assert!(verdict.contains("Reward 0") && verdict.contains("expected"), "{verdict}");
        session.sees("agent rehearsal agent").await?;
        session.scan("a lost task").await?;
        session.picture("lost").await?;

        let instruction = session.field("System instruction");
        let text = instruction.thing().await?.value;
        page.edit_instruction(&format!("{text}{SENTENCE}")).await?;
        session.sees("of 19 rules understood").await?;
        page.run().await?;
        until("a reward of 1", SOON, async || {
            let verdict = page.verdict().await?;
            Ok(if verdict.contains("Reward 1") { Look::Seen(()) } else { Look::NotYet(verdict) })
        })
        .await?;
        session.role("link").containing("1 of 2 won").thing().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_person_plays_the_customer_by_keyboard() {
    in_browser(async |session| {
        let page = starter(session, 9).await?;
        seat(session, "Customer", "You").await?;
        page.command("Pace of programs: instant").await?;
        page.command("Run this task").await?;
        let desk = session.named("region", "You are the customer");
        desk.says("What you want").await?;
        session.field("Your words to the agent").thing().await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("the customer's desk ({scheme:?})")).await?;
            session.picture("seat-customer").await?;
        }
        // The focus is where the answer is written.
        until("the focus on the field", SOON, async || {
            let tag = session.script("return document.activeElement?.tagName").await?;
            Ok(if tag == "TEXTAREA" { Look::Seen(()) } else { Look::NotYet(tag.to_string()) })
        })
        .await?;
        session.press("Hello, I would like to see my order.").await?;
        session.press_with(Key::Control, ENTER).await?;
        page.conversation().says("Hello, I would like to see my order.").await?;
        session.sees("It is your turn as the customer.").await?;
        session.named("button", "I’m done").click().await?;
        page.verdict().await?;
        session.sees("customer you").await
    })
    .await;
}

#[tokio::test]
async fn a_person_plays_the_agent_with_tools_as_forms() {
    in_browser(async |session| {
        let page = starter(session, 10).await?;
        seat(session, "Agent", "You").await?;
        // What only the customer knows is out of sight, before and during the conversation.
        session.sees("What the customer wants is hidden until the end").await?;
        page.command("Pace of programs: instant").await?;
        page.run().await?;
        page.conversation().says("no parcel has ever come").await?;
        session.named("tab", "Checks").click().await?;
        session.role("tabpanel").says("is hidden until the end").await?;
        session.named("tab", "Database").click().await?;
        session.role("tabpanel").says("is hidden until the end").await?;

        session.named("radio", "Use a tool").choose(true).await?;
        session.field("Tool").choose_option("get_order_details").await?;
        session.named("button", "Make the call").click().await?;
        session.sees("A text is needed here.").await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("a tool's form ({scheme:?})")).await?;
            session.picture("seat-agent").await?;
        }
        // The order number that the customer wrote is one press away.
        session.role("button").beginning("#W3680763").click().await?;
        session.named("button", "Make the call").click().await?;
        page.conversation().says("Picnic Basket").await?;

        session.field("Tool").choose_option("transfer_to_human_agents").await?;
        session.field("Summary").enter("The parcel never came.").await?;
        session.named("button", "Make the call").click().await?;
        let verdict = page.verdict().await?;
        assert!(verdict.contains("Reward 1"), "{verdict}");
        session.named("tab", "Task").click().await?;
        session.role("tabpanel").says("User scenario").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_seat_is_taken_over_and_handed_back_in_mid_conversation() {
    in_browser(async |session| {
        let page = starter(session, 1).await?;
        page.command("Pace of programs: slow").await?;
        page.run().await?;
        page.command("Take over the customer's seat").await?;
        let desk = session.named("region", "You are the customer");
        desk.thing().await?;
        session.field("Your words to the agent").enter("Good day! Please help me with order #W7537941.").await?;
        session.named("button", "Send").click().await?;
        page.conversation().says("Good day!").await?;
        session.picture("seat-taken").await?;
        session.named("button", "Hand back").click().await?;
        desk.gone().await?;
        page.command("Pace of programs: instant").await?;
        page.verdict().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_seats_fit_a_phone() {
    in_browser(async |session| {
        session.set_window(Window::Phone).await?;
        let page = starter(session, 10).await?;
        page.fits_its_window().await?;
        session.picture("seat-start").await?;
        seat(session, "Customer", "You").await?;
        page.run().await?;
        session.named("region", "You are the customer").thing().await?;
        page.fits_its_window().await?;
        session.scan("the customer's desk on a phone").await?;
        session.picture("seat-customer").await?;
        session.named("button", "Stop").click().await?;
        page.verdict().await?;
        seat(session, "Customer", "Rehearsal").await?;
        seat(session, "Agent", "You").await?;
        page.run().await?;
        session.named("radio", "Use a tool").choose(true).await?;
        session.field("Tool").choose_option("modify_pending_order_address").await?;
        page.fits_its_window().await?;
        session.scan("a tool's form on a phone").await?;
        session.picture("seat-agent").await
    })
    .await;
}

#[tokio::test]
async fn the_cast_is_explained_and_tried_out() {
    in_browser(async |session| {
        let page = Page::open(session, "#/cast").await?;
        session.named("heading", "Rehearsal cast").thing().await?;
        let text = session.field("An instruction to try out");
        text.enter("Never show or change an order that belongs to another customer.").await?;
        session.role("status").says("1 of 19 rules understood").await?;
        text.enter("").await?;
        session.role("status").says("0 of 19 rules understood").await?;
        for window in [Window::Desktop, Window::Phone] {
            session.set_window(window).await?;
            for scheme in [Scheme::Light, Scheme::Dark] {
                session.set_scheme(scheme).await?;
                session.scan(&format!("the page of the cast ({window:?}, {scheme:?})")).await?;
                session.picture("cast").await?;
            }
            page.fits_its_window().await?;
        }
        page.command("Play").await?;
        page.command("Rehearsal cast").await?;
        session.named("heading", "Rehearsal cast").thing().await?;
        Ok(())
    })
    .await;
}
