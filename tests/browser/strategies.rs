//! Models that are asked in other ways than the usual one, and judges of what they did: with a scripted server.

use serde_json::{Value, json};

use super::{
    page::{Page, STARTER},
    play::with_pack,
    script::{self, FAREWELL, GREETING},
    support::{
        Outcome, Session, in_browser,
        mock::Mock,
        places,
        session::Scheme,
        wait::{LONG, Look, until},
    },
};

const KEY: &str = "sk-canary-5a1e77c0d2";
const THOUGHT: &str = "The next step is plain.";

/// Seats somebody, or chooses how they are asked, in the menu of a seat.
async fn choose(session: &Session, seat: &str, line: &str) -> Outcome {
    session.role("button").beginning(format!("{seat} is played by")).click().await?;
    session.role("menuitemradio").beginning(line).click().await
}

/// What a rule matches, where the system text also has to hold these words.
fn with_system(words: &str, mut more: Value) -> Value {
    more["system_contains"] = words.into();
    more
}

/// The customer of a script: greets, and ends the conversation once the agent is through.
fn customer() -> [Value; 2] {
    let of = |more: Value| with_system("You play a customer", more);
    [
        json!({"match": of(json!({"any_contains": FAREWELL})), "reply": {"text": "###STOP###"}}),
        json!({"match": of(json!({"turn": 0})), "reply": {"text": GREETING}}),
    ]
}

/// An agent that writes a thought and its action as text, and solves a task.
fn writes(task: &script::BenchmarkTask) -> Value {
    let action = |name: &Value, arguments: &Value| {
        format!("Thought:\n{THOUGHT}\nAction:\n{}", json!({"name": name, "arguments": arguments}))
    };
    let rule =
        |more: Value, text: String| json!({"match": with_system("#Available tools", more), "reply": {"text": text}});
    let mut rules: Vec<Value> = task
        .actions
        .iter()
        .enumerate()
        .map(|(turn, own)| rule(json!({"turn": turn}), action(&own["name"], &own["kwargs"])))
        .collect();
    let report = format!("{FAREWELL} {}", task.outputs.join(" "));
    let say = action(&json!("respond"), &json!({"content": report.trim()}));
    rules.push(rule(json!({"turn_min": rules.len()}), say));
    rules.extend(customer());
    json!({"default": "echo", "rules": rules})
}

#[tokio::test]
async fn react_and_act_agents_work_a_whole_task_to_reward_1() {
    with_pack(async |session, page| {
        let Some(upstream) = places::upstream()? else { return Ok(()) };
        let task = script::test_task(&upstream, 0)?;
        let Some(mock) = Mock::start(&writes(&task)).await? else { return Ok(()) };
        page.go_to("Models").await?;
        page.configure_endpoint(&mock.base_url(), KEY, "mock-chat").await?;
        page.choose_task("test", 0).await?;
        for strategy in ["react", "act"] {
            choose(session, "Agent", strategy).await?;
            page.run().await?;
            session.sees(&format!("{strategy} agent")).await?;
            let verdict = page.verdict().await?;
            assert!(verdict.contains("Reward 1"), "{strategy}: {verdict}");
            let conversation = page.conversation().text().await?;
            assert!(conversation.contains(THOUGHT) && conversation.contains("exchange_delivered_order_items"));
            assert!(!conversation.contains("Action:"), "the written form is not shown as words: {conversation}");
            session.picture(&format!("play-{strategy}")).await?;
        }
        session.scan("an act rollout").await?;
        let chats = mock.chats()?;
        assert!(chats.iter().all(|chat| chat["body"]["tools"].is_null()), "the tools stand in the system text");
        page.go_to("Runs").await?;
        session.sees("react agent · ").await?;
        session.sees("act agent · ").await
    })
    .await;
}

/// A customer whose words are judged, an agent that does nothing, and a model that judges rollouts.
fn judged() -> Value {
    let no_system = |part: &str, replies: Value| json!({"match": {"any_contains": part}, "reply": replies});
    let classify = |part: &str, choice: &str| {
        let text = format!("```json\n{{\"classification\": \"{choice}\"}}\n```");
        json!({"match": {"system_contains": "Classify the text", "last_contains": part}, "reply": {"text": text}})
    };
    let describe = |part: &str, text: &str| json!({"match": {"system_contains": part}, "reply": {"text": text}});
    let rating = "Property: served\nEvidence: “Everything is done”\nRationale: The agent says so.\nVerdict: yes";
    let mut rules = vec![
        classify("Tell who is at fault", "B"),
        classify("Tell which fault", "C"),
        describe("Describe in a few sentences why", "It said goodbye without a single call."),
        describe("Describe the fault", "The exchange was never made."),
        no_system("You judge how an agent served a user", json!({"text": rating})),
        no_system("Classification:", json!([{"text": "false"}, {"text": "true"}])),
        json!({"match": {"has_tools": true}, "reply": {"text": FAREWELL}}),
    ];
    rules.extend(customer());
    json!({"default": "echo", "rules": rules})
}

#[tokio::test]
async fn a_lost_rollout_says_what_went_wrong_who_is_at_fault_and_how_it_is_rated() {
    with_pack(async |session, page| {
        let Some(mock) = Mock::start(&judged()).await? else { return Ok(()) };
        page.go_to("Models").await?;
        page.configure_endpoint(&mock.base_url(), KEY, "mock-chat").await?;
        page.choose_task("test", 0).await?;
        choose(session, "Customer", "verify").await?;
        page.run().await?;
        assert!(page.verdict().await?.contains("Reward 0"));
        session.sees("verify customer").await?;
        session.sees("First words were judged and not said").await?;

        session.named("tab", "Checks").click().await?;
        let findings = session.named("region", "Findings");
        findings.says("Missing change.").await?;
        session.role("button").beginning("Go to step").within(&findings).click().await?;

        let fault = session.named("region", "Fault");
        session.named("button", "Ask a model").within(&fault).click().await?;
        fault.says("The agent is at fault: did only a part").await?;
        fault.says("It said goodbye without a single call.").await?;
        fault.says("The exchange was never made.").await?;
        fault.says("4 model calls").await?;

        let rating = session.named("region", "Rating");
        session.named("button", "Rate").within(&rating).click().await?;
        rating.says("Rated 1: yes").await?;
        rating.says("The agent says so.").await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("the judgements of a rollout ({scheme:?})")).await?;
            session.picture("play-judged").await?;
        }
        // Kept with the run, and the page's own program is named as one.
        page.reload().await?;
        session.named("tab", "Checks").click().await?;
        fault.says("The agent is at fault: did only a part").await?;
        session.field("Who rates").choose_option("cast").await?;
        session.named("button", "Rate again").within(&rating).click().await?;
        rating.says("by rehearsal rater (program)").await?;
        rating.says("Rated 0: no").await?;
        for chat in mock.chats()? {
            assert_eq!(chat["key_leaks"], json!([]), "{chat}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn without_an_endpoint_the_page_says_what_an_attribution_takes() {
    in_browser(async |session| {
        // The task of a first visit is lost with the one-line seed.
        let page = Page::open(session, "").await?;
        session.named("heading", STARTER).thing().await?;
        page.command("Pace of programs: instant").await?;
        // What the programs do not know is off, and the menu says why.
        session.role("button").beginning("Agent is played by").click().await?;
        session.sees("knows tool calls only").await?;
        session.scan("the menu of a seat").await?;
        session.picture("seat-menu").await?;
        session.press(thirtyfour::Key::Escape).await?;
        page.run().await?;
        assert!(page.verdict().await?.contains("Reward 0"));
        session.named("tab", "Checks").click().await?;
        let fault = session.named("region", "Fault");
        fault.says("This takes a language model").await?;
        session.named("link", "Set up an endpoint").within(&fault).thing().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn examples_are_made_from_won_runs_of_a_rated_batch_and_shown_to_a_few_shot_agent() {
    in_browser(async |session| {
        let page = Page::open(session, "#/evaluate").await?;
        session.named("button", "Start the batch").enabled().await?;
        session.field("Split").choose_option("train").await?;
        session.field("Trials").enter("1").await?;
        // A summary has no role of its own that all browsers agree on.
        session.script("document.querySelector('.batch-setup summary').click()").await?;
        session.field("Rated by").choose_option("cast").await?;
        session.field("Rubric").thing().await?;
        session.named("button", "Start the batch").click().await?;
        until("the ratings", LONG, async || {
            let all = session.visible_text().await?;
            Ok(if all.contains("12 rated · 0 not") { Look::Seen(()) } else { Look::NotYet(all) })
        })
        .await?;
        session.sees("Rated by rehearsal rater (program)").await?;
        session.scan("a rated batch").await?;
        session.picture("batch-rated").await?;

        page.go_to("Data").await?;
        session.named("button", "Make from won runs…").click().await?;
        session.scan("the dialog that makes examples").await?;
        session.picture("examples").await?;
        session.named("button", "Make the set").click().await?;
        session.sees("made from own runs").await?;

        let rules: Vec<Value> = [json!({"match": {"has_tools": true}, "reply": {"text": FAREWELL}})]
            .into_iter()
            .chain(customer())
            .collect();
        let Some(mock) = Mock::start(&json!({"default": "echo", "rules": rules})).await? else { return Ok(()) };
        page.go_to("Models").await?;
        page.configure_endpoint(&mock.base_url(), KEY, "mock-chat").await?;
        session.driver.goto(session.site("#/play/starter-retail/test/0")).await?;
        page.ready().await?;
        choose(session, "Agent", "few-shot").await?;
        page.run().await?;
        page.verdict().await?;
        session.sees("few-shot agent").await?;
        let agent = mock.chats()?.into_iter().find(|chat| chat["body"]["tools"].is_array());
        let system = agent.map(|chat| chat["body"]["messages"][0]["content"].to_string()).unwrap_or_default();
        assert!(system.contains("Example 1:") && system.contains("Example 5:"), "{system}");
        assert!(system.contains("assistant: None"), "calls are not shown: {system}");
        Ok(())
    })
    .await;
}
