//! Batches: set up, run with the cast and with a scripted server, killed and gone on with, compared, handed on, taken
//! in from the original's result files.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};
use thirtyfour::{By, Key};

use super::{
    page::{PACK, Page},
    support::{
        Outcome, Session, in_browser,
        mock::Mock,
        places,
        session::{Scheme, Window},
        wait::{LONG, Look, SOON, until},
    },
};

const GREETING: &str = "Hello, I am here for the test.";
const FAREWELL: &str = "Goodbye, and thank you.";
/// How many thoughts the scripted agent writes down before it says goodbye.
const THOUGHTS: usize = 2;
/// The calls of a scripted rollout: two of the customer's, and those of the agent.
const CALLS: usize = THOUGHTS + 3;

impl Page<'_> {
    /// Waits for the form of the Evaluate page and fills in tasks and trials.
    async fn set_up_batch(&self, split: &str, tasks: &str, trials: &str) -> Outcome {
        self.session.named("button", "Start the batch").enabled().await?;
        self.session.field("Split").choose_option(split).await?;
        self.session.field("Tasks").enter(tasks).await?;
        self.session.field("Trials").enter(trials).await
    }

    async fn start_batch(&self) -> Outcome {
        self.session.named("button", "Start the batch").click().await?;
        until("the batch", SOON, async || {
            let route = self.route().await?;
            Ok(if route.starts_with("#/evaluate/b") { Look::Seen(()) } else { Look::NotYet(route) })
        })
        .await
    }

    /// Waits until so many rollouts have come to an end.
    async fn rollouts_done(&self, done: &str) -> Outcome {
        let wanted = format!("{done} rollouts");
        until(&wanted, LONG, async || {
            let all = self.session.visible_text().await?;
            Ok(if all.contains(&wanted) { Look::Seen(()) } else { Look::NotYet(all) })
        })
        .await
    }

    /// Exports the batch on show and gives the text of the file.
    async fn export_batch(&self, folder: &Path, line: &str, ending: &str) -> Outcome<(PathBuf, String)> {
        self.session.named("button", "More to do with this batch").click().await?;
        self.session.role("menuitem").beginning(line).click().await?;
        until("the saved file", SOON, async || {
            let files: Vec<_> = fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path()).collect();
            let found = files.iter().find(|path| path.extension().is_some_and(|own| own == ending));
            let text = found.and_then(|path| fs::read_to_string(path).ok()).filter(|text| !text.is_empty());
            Ok(match (found, text) {
                (Some(path), Some(text)) => Look::Seen((path.clone(), text)),
                _ => Look::NotYet(format!("{files:?}")),
            })
        })
        .await
    }
}

#[tokio::test]
async fn a_batch_of_the_cast_fills_the_grid_and_is_handed_on() {
    in_browser(async |session| {
        let page = Page::open(session, "#/evaluate").await?;
        session.sees("Run many tasks, several times each").await?;
        session.sees("programs: no tokens, no money").await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("setting up a batch ({scheme:?})")).await?;
            session.picture("batch-setup").await?;
        }
        page.set_up_batch("test", "0-9", "2").await?;
        session.sees("There is no task 9").await?;
        session.field("Tasks").enter("0-5").await?;
        page.start_batch().await?;
        page.rollouts_done("12 of 12").await?;
        session.sees("6 tasks × 2 trials · 12 scored · 0 unscored").await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("a batch that is done ({scheme:?})")).await?;
            session.picture("batch").await?;
        }
        page.fits_its_window().await?;

        let folder = session.allow_downloads().await?;
        let (_, csv) = page.export_batch(&folder, "Table", "csv").await?;
        assert_eq!(csv.lines().count(), 13, "{csv}");
        let (_, report) = page.export_batch(&folder, "Report", "html").await?;
        assert!(report.contains("12 of 12 rollouts") && !report.contains("<script"), "{report}");
        let (_, table) = page.export_batch(&folder, "Figures", "md").await?;
        assert!(table.contains("| pass^2 |"), "{table}");
        let (_, results) = page.export_batch(&folder, "Result file", "json").await?;
        let results: Value = serde_json::from_str(&results)?;
        assert_eq!(results.as_array().map(Vec::len), Some(12));
        assert!(results[0]["traj"].as_array().is_some_and(|messages| messages.len() > 4), "{}", results[0]);

        // The rollouts are runs like any other, out of sight on their page.
        page.go_to("Runs").await?;
        session.sees("No run answers").await?;
        session.named("checkbox", "In batches").choose(true).await?;
        session.role("listitem").within(&session.named("list", "Runs")).number(12).await?;
        page.go_to("Evaluate").await?;
        session.sees("12 of 12 rollouts").await?;
        session.scan("the list of batches").await?;
        session.picture("batches").await
    })
    .await;
}

#[tokio::test]
async fn the_grid_is_walked_and_opened_by_keyboard() {
    in_browser(async |session| {
        let page = Page::open(session, "#/evaluate").await?;
        page.set_up_batch("test", "0-1", "2").await?;
        page.start_batch().await?;
        page.rollouts_done("4 of 4").await?;
        session.press("/").await?;
        session.press("0").await?;
        session.sees("1 of 2 tasks").await?;
        session.field("Search tasks").enter("").await?;
        session.script("document.querySelector('button.cell[tabindex=\"0\"]').focus()").await?;
        session.press(Key::Right + Key::Down).await?;
        let focus = session.script("return document.activeElement.ariaLabel").await?;
        assert!(focus.as_str().is_some_and(|name| name.starts_with("Task 1, Trial 2: reward")), "{focus}");
        session.press(Key::Enter).await?;
        until("the rollout", SOON, async || {
            let route = page.route().await?;
            Ok(if route == "#/play/starter-retail/test/1" { Look::Seen(()) } else { Look::NotYet(route) })
        })
        .await?;
        assert!(page.verdict().await?.contains("Reward"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn two_instructions_are_compared_and_the_difference_is_judged() {
    in_browser(async |session| {
        let page = Page::open(session, "#/evaluate").await?;
        page.set_up_batch("train", "", "2").await?;
        session.named("button", "Add an arm to compare with").click().await?;
        session.sees("48 rollouts").await?;
        page.start_batch().await?;
        page.rollouts_done("48 of 48").await?;
        session.sees("worse by more than noise").await?;
        session.role("radio").beginning("Failures").choose(true).await?;
        session.named("button", "Look at the lost rollouts").click().await?;
        session.sees("missing change").await?;
        session.role("radio").beginning("Different").choose(true).await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("two arms compared ({scheme:?})")).await?;
            session.picture("batch-compared").await?;
        }
        session.set_window(Window::Phone).await?;
        page.fits_its_window().await?;
        session.scan("a batch on a phone").await?;
        session.picture("batch-compared").await?;
        session.set_window(Window::Desktop).await?;
        session.role("link").beginning("Task ").click().await?;
        session.named("heading", "Side by side").thing().await?;

        // The same tasks in a batch of its own, against the first.
        page.go_to("Evaluate").await?;
        session.named("button", "New batch").click().await?;
        page.set_up_batch("train", "", "2").await?;
        page.start_batch().await?;
        page.rollouts_done("24 of 24").await?;
        let other = session.script("return document.querySelector('.batch-compare option:last-of-type').value").await?;
        session.field("Compare with").choose_option(other.as_str().unwrap_or_default()).await?;
        session.sees("better by more than noise").await
    })
    .await;
}

#[tokio::test]
async fn a_result_file_is_taken_in_and_done_again() {
    in_browser(async |session| {
        let page = Page::open(session, "#/evaluate").await?;
        page.set_up_batch("test", "0-2", "1").await?;
        page.start_batch().await?;
        page.rollouts_done("3 of 3").await?;
        let folder = session.allow_downloads().await?;
        let (file, text) = page.export_batch(&folder, "Result file", "json").await?;
        // One answer is another one than the page's own tools give, and one reward too.
        let mut results: Value = serde_json::from_str(&text)?;
        let messages = results[0]["traj"].as_array_mut().ok_or("no conversation")?;
        let answer = messages.iter_mut().find(|message| message["role"] == "tool").ok_or("no tool result")?;
        answer["content"] = json!("something else");
        results[1]["reward"] = json!(0.0);
        fs::write(&file, results.to_string())?;

        page.go_to("Evaluate").await?;
        let input = session.driver.find(By::Css("input[type=file]")).await?;
        input.send_keys(file.to_string_lossy()).await?;
        session.sees("1 of 3 recorded rollouts came to the same").await?;
        session.sees("another text").await?;
        session.sees("the reward alone").await?;
        session.scan("a batch from a file").await?;
        session.picture("batch-imported").await?;
        page.reload().await?;
        session.sees("1 of 3 recorded rollouts came to the same").await?;

        page.go_to("Evaluate").await?;
        fs::write(&file, "{}")?;
        let input = session.driver.find(By::Css("input[type=file]")).await?;
        input.send_keys(file.to_string_lossy()).await?;
        session.sees("The file is not a list of results").await
    })
    .await;
}

/// An agent that thinks twice and says goodbye, and a customer who then stops.
fn thinks() -> Value {
    let thought = |turn| {
        let call = json!({"name": "think", "arguments": {"thought": format!("thought number {turn}")}});
        json!({"match": {"has_tools": true, "turn": turn}, "reply": {"tool_calls": [call]}})
    };
    let mut rules: Vec<Value> = (0..THOUGHTS).map(thought).collect();
    rules.push(json!({"match": {"has_tools": true, "turn_min": THOUGHTS}, "reply": {"text": FAREWELL}}));
    rules.push(json!({"match": {"has_tools": false, "any_contains": FAREWELL}, "reply": {"text": "###STOP###"}}));
    rules.push(json!({"match": {"has_tools": false, "turn": 0}, "reply": {"text": GREETING}}));
    json!({"default": "echo", "rules": rules})
}

/// Runs a test at the Evaluate page, with a server that needs no key in both seats.
async fn with_server(fault: &str, test: impl AsyncFnOnce(&Session, Page<'_>, &Mock) -> Outcome) {
    in_browser(async |session| {
        let Some(mock) = Mock::start(&thinks()).await? else { return Ok(()) };
        let page = Page::open(session, "#/models").await?;
        page.configure_endpoint(&mock.keyless_url(fault), "", "mock-chat").await?;
        page.go_to("Evaluate").await?;
        test(session, page, &mock).await
    })
    .await;
}

/// How many calls were answered to the end.
fn answered(mock: &Mock) -> Outcome<usize> {
    let whole = |chat: &&Value| chat["aborted_by_client"] != true && chat["status"] == 200;
    Ok(mock.chats()?.iter().filter(whole).count())
}

#[tokio::test]
async fn a_batch_that_is_paused_stopped_and_killed_asks_for_nothing_twice() {
    with_server("latency:ms=900", async |session, page, mock| {
        page.set_up_batch("test", "", "1").await?;
        session.field("At the same time").enter("3").await?;
        session.sees("no price is known").await?;
        page.start_batch().await?;
        for point in 1..=3 {
            // What the page shows was stored; the next calls are out by then.
            until("some calls", LONG, async || {
                let shown = session
                    .script("return Number(/(\\d+) model calls/.exec(document.body.innerText)?.[1] ?? 0)")
                    .await?;
                Ok(if shown.as_f64() >= Some(5.0 * f64::from(point)) {
                    Look::Seen(())
                } else {
                    Look::NotYet(format!("{shown} calls"))
                })
            })
            .await?;
            page.reload().await?;
            session.sees("Not finished").await?;
            session.named("button", "Go on").click().await?;
        }
        session.named("button", "Pause").click().await?;
        session.sees("Paused").await?;
        session.scan("a batch that is paused").await?;
        session.picture("batch-paused").await?;
        session.named("button", "Go on").click().await?;
        session.named("button", "Pause").thing().await?;
        page.rollouts_done("6 of 6").await?;
        session.sees("6 scored · 0 unscored").await?;
        assert_eq!(answered(mock)?, 6 * CALLS, "every reply was paid for once");
        Ok(())
    })
    .await;
}

/// One answer in ten fails: refused, cut off by the connection, or ended without its end mark.
/// The numbers share no factor, or one fault would always take the place of another.
const FAULTS: &str = "503:every=17;drop_mid:every=37,n=3;truncate:every=41,n=2";

/// How long the waits before so many repeated calls may take together.
const VERY_LONG: Duration = Duration::from_secs(400);

#[tokio::test]
async fn a_server_that_fails_in_a_tenth_of_its_answers_costs_no_rollout() {
    in_browser(async |session| {
        if places::upstream()?.is_none() {
            return Ok(());
        }
        let Some(mock) = Mock::start(&thinks()).await? else { return Ok(()) };
        let page = Page::load_pack(session).await?;
        page.go_to("Models").await?;
        page.configure_endpoint(&mock.keyless_url(FAULTS), "", "mock-chat").await?;
        page.go_to("Evaluate").await?;
        session.witness().expect("503");
        session.witness().expect("ERR_");
        session.field("Pack").choose_option(PACK).await?;
        page.set_up_batch("test", "0-49", "4").await?;
        session.field("At the same time").enter("8").await?;
        page.start_batch().await?;
        until("200 rollouts", VERY_LONG, async || {
            let all = session.visible_text().await?;
            Ok(if all.contains("200 of 200 rollouts") { Look::Seen(()) } else { Look::NotYet(all) })
        })
        .await?;
        let text = session.visible_text().await?;
        // Each has its verdict, and each of its replies was kept once.
        assert!(text.contains("200 scored · 0 unscored"), "{text}");
        assert!(text.contains(&format!("{} model calls", thousands(200 * CALLS))), "{text}");
        let failed = mock.chats()?.len() - 200 * CALLS;
        assert!(failed * 12 >= 200 * CALLS, "{failed} answers failed");
        Ok(())
    })
    .await;
}

/// A number as the page writes it.
fn thousands(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

#[tokio::test]
async fn a_limit_on_calls_stops_a_batch_cleanly() {
    with_server("latency:ms=20", async |session, page, mock| {
        page.set_up_batch("test", "", "4").await?;
        session.field("At the same time").enter("1").await?;
        session.script("document.querySelector('.batch-setup details').open = true").await?;
        session.field("Limit: model calls").enter("12").await?;
        page.start_batch().await?;
        session.sees("The limit on model calls is reached.").await?;
        session.sees("3 of 24 rollouts").await?;
        assert_eq!(answered(mock)?, 3 * CALLS, "what had begun came to its end, and no more");
        Ok(())
    })
    .await;
}
