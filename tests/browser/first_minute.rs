//! The first minute by keyboard alone: from a first visit to a reward.

use serde_json::json;
use thirtyfour::Key;

use super::{
    page::{PACK, Page, STARTER},
    support::{
        Outcome, Session, UPSTREAM, in_browser, places,
        wait::{Look, SOON, until},
    },
};

#[tokio::test]
async fn a_first_visit_opens_the_starter_world() {
    in_browser(async |session| {
        let page = Page::open(session, "").await?;
        session.named("heading", STARTER).thing().await?;
        session.role("listitem").within(&session.named("list", "Tasks")).number(12).await?;
        session.sees("train · task 0 of 12").await?;

        // Teaching begins with a sentence; the shop's whole policy is one menu away, and back.
        let instruction = session.field("System instruction");
        assert!(instruction.thing().await?.value.contains(STARTER));
        session.sees("The one-line seed · ").await?;
        page.start_from("Full policy").await?;
        session.sees("The pack's policy, unchanged · ").await?;
        assert!(instruction.thing().await?.value.contains("# Customer service at Lantern Lane"));
        page.start_from("One-line seed").await?;
        session.sees("The one-line seed · ").await?;

        page.replay_expected_to_end().await?;
        assert!(page.verdict().await?.contains("Reward 1"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_pack_that_was_played_last_is_open_again() {
    in_browser(async |session| {
        if places::upstream()?.is_none() {
            return Ok(());
        }
        let page = Page::load_pack(session).await?;
        let first_of = async |route: &str, name: &str| {
            session.driver.goto(session.site(route)).await?;
            page.ready().await?;
            session.named("heading", name).thing().await?;
            page.reload().await?;
            // An address that names no pack.
            session.script("location.hash = '#/data'").await?;
            session.named("heading", "Data").thing().await?;
            page.reload().await?;
            page.go_to("Play").await?;
            session.named("heading", name).thing().await?;
            Outcome::Ok(())
        };
        first_of("#/play/starter-retail", STARTER).await?;
        first_of("#/play/tau-bench-retail", PACK).await
    })
    .await;
}

#[tokio::test]
async fn from_a_first_visit_to_an_official_reward_without_a_pointer() {
    in_browser(async |session| {
        if places::upstream()?.is_none() {
            return Ok(());
        }
        let page = Page::open(session, "").await?;
        tab_to(session, "Data").await?;
        session.press(Key::Enter).await?;
        session.named("heading", "Data").thing().await?;

        tab_to(session, "Public repository").await?;
        session.press(Key::Right).await?;
        tab_to(session, "Base address").await?;
        session.press(UPSTREAM).await?;
        tab_to(session, "Take files that are not the pinned ones").await?;
        session.press(" ").await?;
        page.command("Play").await?;
        page.command("Data").await?;
        tab_to(session, "Load").await?;
        session.press(Key::Enter).await?;
        page.pack_is_ready().await?;
        tab_to(session, &format!("Open in Play: {PACK}")).await?;
        session.press(Key::Enter).await?;

        // A task by search, then everything else by single keys.
        let tasks = session.role("listitem").within(&session.named("list", "Tasks"));
        tasks.number(115).await?;
        session.press("/").await?;
        session.press("yusuf_rossi_9620").await?;
        session.press(Key::Enter).await?;
        until("a task's address", SOON, async || {
            let route = page.route().await?;
            Ok(if route.contains("/test/") { Look::Seen(()) } else { Look::NotYet(route) })
        })
        .await?;
        tab_to(session, "Instruction").await?;
        session.press("e").await?;
        page.conversation().thing().await?;
        session.press(Key::End).await?;
        assert!(page.verdict().await?.contains("Reward 1"));
        session.press(Key::Right).await?;
        session.press("?").await?;
        session.named("dialog", "Keyboard shortcuts").says("Replay expected actions").await?;
        Ok(())
    })
    .await;
}

/// Presses Tab until the focus is on the thing whose name begins with `name`, and checks that the focus can be seen.
async fn tab_to(session: &Session, name: &str) -> Outcome {
    let mut passed = Vec::new();
    for _ in 0..150 {
        session.press(Key::Tab).await?;
        let focused = focused_name(session).await?;
        if focused.starts_with(name) {
            return focus_is_visible(session, name).await;
        }
        passed.push(focused);
    }
    Err(format!("Tab does not lead to {name:?}, but to {passed:?}").into())
}

/// The accessible name of what has the focus.
async fn focused_name(session: &Session) -> Outcome<String> {
    let focus = session.cdp("Runtime.evaluate", json!({"expression": "document.activeElement"})).await?;
    let node = json!({"objectId": focus["result"]["objectId"], "fetchRelatives": false});
    let tree = session.cdp("Accessibility.getPartialAXTree", node).await?;
    Ok(tree["nodes"][0]["name"]["value"].as_str().unwrap_or_default().to_owned())
}

async fn focus_is_visible(session: &Session, name: &str) -> Outcome {
    let fault = session
        .script(
            "const at = document.activeElement;
             // A radio button or check box may be drawn away, with the ring around its label.
             const drawn = [at, ...(at.labels ?? []), at.parentElement];
             const ring = (element) => {
                const style = getComputedStyle(element);
                return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none';
             };
             if (!at.matches(':focus-visible') || !drawn.some(ring)) return 'no ring is drawn';
             const box = (at.labels?.[0] ?? at).getBoundingClientRect();
             const over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
             return drawn.some((part) => part.contains(over)) ? null : `${over?.outerHTML.slice(0, 150)} lies over it`",
        )
        .await?;
    if fault.is_null() { Ok(()) } else { Err(format!("the focus on {name:?} cannot be seen: {fault}").into()) }
}
