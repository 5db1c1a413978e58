//! Rollouts with models of an endpoint, which a scripted server plays.

use super::{
    page::Page,
    play::with_pack,
    script,
    support::{
        Outcome, Session,
        mock::Mock,
        places,
        session::Scheme,
        wait::{Look, SOON, until},
    },
};

const KEY: &str = "sk-canary-3f9d2c71b8";

/// Runs a test at test task 0 with a server that solves it, one endpoint for both seats.
async fn with_models(fault: Option<&str>, test: impl AsyncFnOnce(&Session, Page<'_>, &Mock) -> Outcome) {
    with_pack(async |session, page| {
        let Some(upstream) = places::upstream()? else { return Ok(()) };
        let task = script::test_task(&upstream, 0)?;
        let Some(mock) = Mock::start(&script::solves(&task)).await? else { return Ok(()) };
        page.go_to("Models").await?;
        let address = fault.map_or_else(|| mock.base_url(), |fault| mock.failing_url(fault));
        page.configure_endpoint(&address, KEY, "mock-chat").await?;
        page.choose_task("test", 0).await?;
        test(session, page, &mock).await
    })
    .await;
}

#[tokio::test]
async fn a_scripted_model_works_a_whole_task_to_reward_1() {
    with_models(None, async |session, page, mock| {
        page.run().await?;
        let verdict = page.verdict().await?;
        assert!(verdict.contains("Reward 1"), "{verdict}");
        assert!(verdict.contains("8 model calls"), "six of the agent, two of the customer: {verdict}");
        let conversation = page.conversation().text().await?;
        for words in [script::GREETING, script::FAREWELL, "exchange_delivered_order_items"] {
            assert!(conversation.contains(words), "{words:?} is not in {conversation}");
        }
        session.sees("with v1 · The pack's policy").await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("a rollout's end ({scheme:?})")).await?;
            session.picture("play-rollout").await?;
        }
        for chat in mock.chats()? {
            assert_eq!(chat["key_leaks"], serde_json::json!([]), "{chat}");
            assert_eq!(chat["stream"], true);
        }
        // The task list keeps the score of this visit.
        session.role("link").containing("1 of 1 won").thing().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_run_uses_the_edited_instruction_and_says_so() {
    with_models(None, async |session, page, mock| {
        let own = "Be brief. Answer only about the shop. (an instruction of a test)";
        page.edit_instruction(own).await?;
        session.sees("Edited · ").await?;
        page.run().await?;
        page.verdict().await?;
        session.sees("with v1 · Be brief.").await?;
        session.role("tabpanel").says("The rollout on show used this text").await?;
        let chats = mock.chats()?;
        let (agent, customer): (Vec<_>, Vec<_>) = chats.iter().partition(|chat| chat["body"]["tools"].is_array());
        let system = |chat: &serde_json::Value| chat["body"]["messages"][0].to_string();
        assert!(agent.len() == 6 && agent.iter().all(|chat| system(chat).contains(own)), "{}", system(agent[0]));
        assert!(customer.iter().all(|chat| !system(chat).contains(own)));

        page.start_from("Full policy").await?;
        session.role("tabpanel").says("The rollout on show used v1").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_failing_endpoint_leaves_the_rollout_unscored() {
    with_models(Some("status:code=403"), async |session, page, _| {
        session.witness().expect("403");
        page.run().await?;
        let verdict = page.verdict().await?;
        assert!(verdict.contains("Unscored") && !verdict.contains("Reward"), "{verdict}");
        assert!(verdict.contains("does not allow this call"), "the reason is named: {verdict}");
        session.scan("an unscored rollout").await?;
        session.picture("play-unscored").await?;
        session.role("link").containing("1 run unscored").thing().await?;
        session.named("button", "Run").enabled().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_running_rollout_can_be_stopped() {
    with_models(Some("slow:ms=1500,tools_only=1"), async |session, page, mock| {
        page.run().await?;
        page.conversation().says(script::GREETING).await?;
        session.named("image", "Agent is writing").thing().await?;
        session.picture("play-running").await?;
        session.scan("a running rollout").await?;
        session.named("button", "Stop").click().await?;
        let verdict = page.verdict().await?;
        assert!(verdict.contains("Stopped") && !verdict.contains("Reward"), "{verdict}");
        page.conversation().says(script::GREETING).await?;
        until("the server to see the call end", SOON, async || {
            let chats = mock.chats()?;
            let aborted = chats.iter().any(|chat| chat["aborted_by_client"] == true);
            Ok(if aborted { Look::Seen(()) } else { Look::NotYet(format!("{} calls ended otherwise", chats.len())) })
        })
        .await
    })
    .await;
}

#[tokio::test]
async fn a_rollout_goes_step_by_step_and_on() {
    with_models(None, async |session, page, mock| {
        session.named("button", "Step").click().await?;
        session.sees("Paused between two calls").await?;
        page.conversation().says(script::GREETING).await?;
        assert_eq!(mock.chats()?.len(), 1);
        session.named("button", "One step").click().await?;
        page.conversation().says("find_user_id_by_name_zip").await?;
        session.sees("Paused between two calls").await?;
        assert_eq!(mock.chats()?.len(), 2);
        session.scan("a paused rollout").await?;
        session.picture("play-paused").await?;
        session.named("button", "Go on").click().await?;
        assert!(page.verdict().await?.contains("Reward 1"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_rollout_pauses_after_the_call_that_is_out() {
    with_models(Some("latency:ms=700"), async |session, page, mock| {
        page.run().await?;
        // A second click where “Run” was would not count yet.
        page.conversation().says(script::GREETING).await?;
        session.named("button", "Pause").click().await?;
        session.sees("Paused between two calls").await?;
        let calls = mock.chats()?.len();
        // Another page and back: it rests where it was.
        page.go_to("Data").await?;
        page.go_to("Play").await?;
        session.sees("Paused between two calls").await?;
        assert_eq!(mock.chats()?.len(), calls);
        session.named("button", "Stop").click().await?;
        assert!(page.verdict().await?.contains("Stopped"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_rollout_goes_on_while_another_page_is_open() {
    with_models(Some("latency:ms=200"), async |session, page, _| {
        page.run().await?;
        session.named("button", "Stop").thing().await?;
        page.go_to("Models").await?;
        page.go_to("Play").await?;
        assert!(page.verdict().await?.contains("Reward 1"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_server_that_fails_twice_is_asked_again() {
    with_models(Some("status:code=503,first=2,tools_only=1"), async |session, page, _| {
        session.witness().expect("503");
        page.run().await?;
        assert!(page.verdict().await?.contains("Reward 1"));
        Ok(())
    })
    .await;
}
