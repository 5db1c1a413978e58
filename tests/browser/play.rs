//! The Play page without a model: choosing a task, replaying its expected actions, reading everything about it.

use thirtyfour::Key;

use super::{
    page::Page,
    script,
    support::{
        Outcome, Session, in_browser, places,
        session::{Scheme, Window},
        wait::{Look, SOON, until},
    },
};

/// Runs a test on the Play page with the pack loaded, where the benchmark's files are at hand.
pub async fn with_pack(test: impl AsyncFnOnce(&Session, Page<'_>) -> Outcome) {
    in_browser(async |session| {
        if places::upstream()?.is_none() {
            return Ok(());
        }
        let page = Page::load_pack(session).await?;
        page.go_to("Play").await?;
        test(session, page).await
    })
    .await;
}

#[tokio::test]
async fn a_replay_of_the_expected_actions_ends_in_reward_1() {
    with_pack(async |session, page| {
        let Some(upstream) = places::upstream()? else { return Ok(()) };
        let expected = script::test_task(&upstream, 0)?.actions;
        page.choose_task("test", 0).await?;
        page.replay_expected_to_end().await?;
        let verdict = page.verdict().await?;
        assert!(verdict.contains("Reward 1") && verdict.contains("equals the expected end state"), "{verdict}");
        let conversation = page.conversation().text().await?;
        for action in &expected {
            let name = action["name"].as_str().unwrap_or_default();
            assert!(conversation.contains(name), "{name} is not in {conversation}");
        }
        assert!(conversation.contains("write · "), "the write is marked: {conversation}");
        session.named("tab", "Database").click().await?;
        session.named("heading", "Changed at this step").thing().await?;
        session.named("tab", "Checks").click().await?;
        session.named("button", "Work it out").click().await?;
        until("the hash", SOON, async || {
            let panel = session.role("tabpanel").text().await?;
            let is_hash = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
            Ok(if panel.split_whitespace().any(is_hash) { Look::Seen(()) } else { Look::NotYet(panel) })
        })
        .await
    })
    .await;
}

#[tokio::test]
async fn a_replay_plays_by_itself_and_can_be_walked_back() {
    with_pack(async |session, page| {
        page.choose_task("test", 0).await?;
        session.named("button", "Replay expected actions").click().await?;
        page.verdict().await?;
        let slider = session.named("slider", "Step");
        let last: u32 = slider.thing().await?.value.parse()?;
        session.named("button", "One step back").click().await?;
        session.named("region", "Verdict").gone().await?;
        assert_eq!(slider.thing().await?.value, (last - 1).to_string());
        let articles = session.role("article").within(&page.conversation());
        articles.number(usize::try_from(last - 1)?).await?;
        session.press(Key::Home).await?;
        articles.number(0).await?;
        session.press(Key::End).await?;
        page.verdict().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn tasks_are_found_by_split_search_and_number() {
    with_pack(async |session, page| {
        let tasks = session.role("listitem").within(&session.named("list", "Tasks"));
        tasks.number(115).await?;
        session.role("radio").beginning("dev").choose(true).await?;
        tasks.number(20).await?;
        session.role("radio").beginning("test").choose(true).await?;
        tasks.number(115).await?;
        session.press("/").await?;
        session.press("yusuf_rossi_9620").await?;
        until("fewer tasks", SOON, async || {
            let found = tasks.now().await?.len();
            Ok(if (1..20).contains(&found) { Look::Seen(()) } else { Look::NotYet(format!("{found} tasks")) })
        })
        .await?;
        session.press(Key::Enter).await?;
        session.named("tab", "Task").click().await?;
        session.role("tabpanel").says("yusuf_rossi_9620").await?;
        page.choose_task("test", 114).await?;
        session.sees("task 114 of 115").await?;
        page.choose_task("test", 0).await?;
        session.named("tab", "Task").click().await?;
        session.press("n").await?;
        session.sees("task 1 of 115").await
    })
    .await;
}

#[tokio::test]
async fn a_task_that_is_not_there_says_so() {
    with_pack(async |session, _| {
        session.driver.goto(session.site("#/play/tau-bench-retail/test/999")).await?;
        session.sees("There is no such task").await?;
        session.scan("a task that is not there").await
    })
    .await;
}

#[tokio::test]
async fn play_is_accessible_everywhere() {
    with_pack(async |session, page| {
        page.choose_task("test", 0).await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("a task before anything ran ({scheme:?})")).await?;
            session.picture("play-task").await?;
        }
        page.replay_expected_to_end().await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            for tab in ["Instruction", "Database", "Checks", "Task"] {
                session.named("tab", tab).click().await?;
                session.role("tabpanel").thing().await?;
                page.fills_its_window().await?;
                session.script("document.querySelectorAll('main details').forEach((fold) => fold.open = true)").await?;
                session.scan(&format!("Play with {tab} ({scheme:?})")).await?;
                session
                    .script("document.querySelectorAll('main details').forEach((fold) => fold.open = false)")
                    .await?;
                session.picture(&format!("play-{}", tab.to_lowercase())).await?;
            }
        }
        page.fits_its_window().await
    })
    .await;
}

#[tokio::test]
async fn play_works_on_a_phone() {
    with_pack(async |session, page| {
        session.set_window(Window::Phone).await?;
        page.choose_task("test", 0).await?;
        page.replay_expected_to_end().await?;
        assert!(page.verdict().await?.contains("Reward 1"));
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("Play on a phone ({scheme:?})")).await?;
            session.picture("play-conversation").await?;
        }
        page.fits_its_window().await?;
        for (panel, inside) in [("Inspector", "System instruction"), ("Tasks", "Search 115 tasks")] {
            session.named("button", panel).click().await?;
            session.field(inside).thing().await?;
            page.fits_its_window().await?;
            session.scan(&format!("Play on a phone with its {panel}")).await?;
            session.picture(&format!("play-{}", panel.to_lowercase())).await?;
        }
        session.role("link").within(&session.named("list", "Tasks")).click().await?;
        session.named("button", "Replay expected actions").thing().await?;
        Ok(())
    })
    .await;
}
