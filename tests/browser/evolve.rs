//! Evolutions: set up, run with the cast to the end, paused, stepped, killed and gone on with, looked at, forked,
//! judged on held-out tasks.

use std::fs;

use serde_json::{Value, json};
use thirtyfour::{By, Key};

use super::{
    page::Page,
    runs::{KEY, STORED, saved},
    support::{
        Outcome, Session, in_browser,
        mock::Mock,
        session::{Scheme, Window},
        wait::{LONG, Look, SOON, until},
    },
};

impl Page<'_> {
    /// Opens the form of the Evolve page and fills in a budget.
    async fn set_up_evolution(&self, budget: &str) -> Outcome {
        self.session.role("button").one_of(&["Set up an evolution", "New evolution"]).click().await?;
        self.session.named("button", "Start evolving").enabled().await?;
        self.session.field("Budget").enter(budget).await
    }

    /// Starts it, and gives its address.
    async fn start_evolution(&self) -> Outcome<String> {
        self.session.named("button", "Start evolving").enabled().await?;
        self.session.named("button", "Start evolving").click().await?;
        until("the evolution", SOON, async || {
            let route = self.route().await?;
            Ok(if route.starts_with("#/evolve/e") { Look::Seen(route) } else { Look::NotYet(route) })
        })
        .await
    }

    /// Waits until its budget is used up.
    async fn evolution_ends(&self, budget: &str) -> Outcome {
        let wanted = format!("The budget of {budget} is used up.");
        until(&wanted, LONG, async || {
            let all = self.session.visible_text().await?;
            Ok(if all.contains(&wanted) { Look::Seen(()) } else { Look::NotYet(all) })
        })
        .await
    }

    /// Lets it come to its next decision, and waits until it is there.
    async fn step_evolution(&self) -> Outcome {
        let before = decisions(self.session).await?;
        self.session.named("button", "Step").click().await?;
        until("one decision more", SOON, async || {
            let now = decisions(self.session).await?;
            Ok(if now > before { Look::Seen(()) } else { Look::NotYet(format!("{now} entries")) })
        })
        .await?;
        self.session.sees("paused").await
    }
}

/// How many decisions are kept of the evolution on show: its answers, and replies of the reflection model.
async fn decisions(session: &Session) -> Outcome<u64> {
    Ok(kept(session).await?["entries"].as_u64().unwrap_or(0))
}

/// What is kept of the evolution on show: how many entries, and the answers among them without the times in them.
async fn kept(session: &Session) -> Outcome<Value> {
    let id = session.script("return location.hash.split('/')[2]").await?;
    let script = format!(
        "return (async () => {{
            const done = (request) => new Promise((yes, no) => {{
                request.onsuccess = () => yes(request.result);
                request.onerror = () => no(request.error);
            }});
            const database = await done(indexedDB.open('taupe'));
            const store = database.transaction('answers').objectStore('answers');
            const [keys, contents] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
            database.close();
            const own = keys.map((key, at) => [key, contents[at]]).filter(([key]) => key.startsWith('{}/'));
            const answers = own.filter(([key]) => /\\/[0-9]+$/.test(key))
                .map(([, content]) => JSON.parse(new TextDecoder().decode(content)))
                .map((answer) => ({{ ...answer, elapsed_seconds: 0 }}));
            return {{ entries: own.length, answers }};
        }})()",
        id.as_str().unwrap_or_default()
    );
    session.script(&script).await
}

#[tokio::test]
async fn an_evolution_of_the_cast_comes_to_its_end_and_its_best_is_adopted_and_compared() {
    in_browser(async |session| {
        let page = Page::open(session, "#/evolve").await?;
        session.sees("Let an instruction improve itself").await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("no evolution ({scheme:?})")).await?;
        }
        page.set_up_evolution("150").await?;
        session.sees("What this buys").await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("setting up an evolution ({scheme:?})")).await?;
            session.picture("evolve-setup").await?;
        }
        page.start_evolution().await?;
        page.evolution_ends("150").await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("an evolution at its end ({scheme:?})")).await?;
            session.picture("evolve").await?;
        }
        page.fits_its_window().await?;

        // The end is kept.
        page.reload().await?;
        page.evolution_ends("150").await?;
        session.named("button", "Adopt as instruction").click().await?;
        session.sees("Use it in Play").await?;

        session.sees("Locked. Nobody has learnt from these tasks").await?;
        session.named("button", "Open them: seed against best").click().await?;
        session.named("button", "Open them: seed against best").gone().await?;
        until("the verdict", LONG, async || {
            let text = session.named("region", "Held-out tasks").text().await?;
            let is_done = text.contains("24 scored") && !text.contains(" of 48 rollouts");
            Ok(if is_done { Look::Seen(()) } else { Look::NotYet(text) })
        })
        .await?;
        session.set_window(Window::Phone).await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("an evolution on a phone ({scheme:?})")).await?;
            session.picture("evolve").await?;
        }
        page.fits_its_window().await?;
        session.set_window(Window::Desktop).await?;
        session.named("button", "Compare with the seed").click().await?;
        // A batch of the two, ready to be started.
        session.named("button", "Start the batch").enabled().await?;
        session.named("button", "Start the batch").click().await?;
        until("the comparison", LONG, async || {
            let all = session.visible_text().await?;
            Ok(if all.contains("Fixed ") || all.contains("fixed ") { Look::Seen(()) } else { Look::NotYet(all) })
        })
        .await
    })
    .await;
}

#[tokio::test]
async fn an_evolution_is_paused_stepped_and_gone_on_with() {
    in_browser(async |session| {
        let page = Page::open(session, "#/evolve").await?;
        page.set_up_evolution("60").await?;
        page.start_evolution().await?;
        // Quicker than a hand: what it has come to by then does not matter.
        session.press("p").await?;
        session.sees("paused").await?;
        session.scan("an evolution that is paused").await?;
        let before = decisions(session).await?;
        session.press("s").await?;
        until("one decision more", SOON, async || {
            let now = decisions(session).await?;
            Ok(if now > before { Look::Seen(()) } else { Look::NotYet(format!("{now} entries")) })
        })
        .await?;
        session.sees("paused").await?;
        // Scores bring the dataset that is made of them along.
        assert!((before + 1..=before + 2).contains(&decisions(session).await?), "one decision");
        session.press("g").await?;
        page.evolution_ends("60").await
    })
    .await;
}

#[tokio::test]
async fn a_page_killed_at_ten_points_comes_to_the_identical_end() {
    in_browser(async |session| {
        let page = Page::open(session, "#/evolve").await?;
        page.set_up_evolution("100").await?;
        page.start_evolution().await?;
        page.evolution_ends("100").await?;
        let whole = kept(session).await?;
        page.go_to("Evolve").await?;

        page.set_up_evolution("100").await?;
        page.start_evolution().await?;
        for point in 1..=10 {
            // Killed in the middle of a decision, each time of another one.
            for _ in 0..point % 4 {
                page.step_evolution().await?;
            }
            session.named("button", "Step").click().await?;
            page.reload().await?;
            session.sees("not finished").await?;
            if point == 3 {
                session.scan("an evolution that was left").await?;
            }
        }
        session.named("button", "Go on").click().await?;
        page.evolution_ends("100").await?;
        let again = kept(session).await?;
        assert_eq!(again["answers"], whole["answers"]);
        assert_eq!(again["entries"], whole["entries"], "no reply was asked for twice");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn proposals_are_looked_at_edited_asked_for_again_and_refused() {
    in_browser(async |session| {
        let page = Page::open(session, "#/evolve").await?;
        page.set_up_evolution("80").await?;
        session.role("switch").beginning("Look at each proposal first").choose(true).await?;
        page.start_evolution().await?;
        let review = session.named("region", "A proposal waits for you");
        let button = |name: &'static str| session.named("button", name).within(&review);
        let replies = "return document.querySelector('.review')?.textContent ?? ''";
        button("Accept").thing().await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("a proposal that waits ({scheme:?})")).await?;
            session.picture("evolve-review").await?;
        }
        // Left here, the reply is still there, and is not asked for again.
        let before = (session.script(replies).await?, decisions(session).await?);
        page.reload().await?;
        session.named("button", "Go on").click().await?;
        button("Accept").thing().await?;
        assert_eq!((session.script(replies).await?, decisions(session).await?), before);

        button("Ask again").click().await?;
        until("another reply", SOON, async || {
            let now = decisions(session).await?;
            Ok(if now == before.1 + 1 { Look::Seen(()) } else { Look::NotYet(format!("{now} entries")) })
        })
        .await?;
        button("Edit…").click().await?;
        session.field("The instruction to try in its place").enter("Read back all changes and ask for a yes.").await?;
        button("Use this text").click().await?;
        button("Refuse").thing().await?;
        assert!(
            kept(session).await?["answers"].to_string().contains("Read back all changes and ask for a yes."),
            "the edited text was tried"
        );
        button("Refuse").click().await?;
        session.role("switch").beginning("Look at each proposal first").choose(false).await?;
        page.evolution_ends("80").await?;
        let answers = kept(session).await?["answers"].clone();
        let refused =
            answers.as_array().into_iter().flatten().filter(|own| own["jobs"][0]["texts"].is_object()).count();
        assert_eq!(refused, 1, "{answers}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_evolution_is_set_up_and_steered_by_keyboard_alone() {
    in_browser(async |session| {
        let page = Page::open(session, "#/evolve").await?;
        page.command("Set up an evolution").await?;
        session.named("button", "Start evolving").enabled().await?;
        until("the button that starts it", SOON, async || {
            session.press(Key::Tab).await?;
            let focus = session.script("return document.activeElement.textContent").await?;
            let is_there = focus.as_str().is_some_and(|text| text.trim() == "Start evolving");
            Ok(if is_there { Look::Seen(()) } else { Look::NotYet(focus.to_string()) })
        })
        .await?;
        session.press(Key::Enter).await?;
        session.sees("metric calls").await?;
        session.press("p").await?;
        session.sees("paused").await?;
        session.press("g").await?;
        page.evolution_ends("150").await
    })
    .await;
}

#[tokio::test]
async fn a_fork_goes_on_with_what_was_paid_for() {
    in_browser(async |session| {
        let page = Page::open(session, "#/evolve").await?;
        page.set_up_evolution("60").await?;
        let first = page.start_evolution().await?;
        page.evolution_ends("60").await?;
        let whole = kept(session).await?;
        session.named("button", "More to do with this evolution").click().await?;
        session.role("menuitem").beginning("Fork with other settings").click().await?;
        session.field("From iteration").enter("3").await?;
        session.field("Budget").enter("60").await?;
        session.scan("forking an evolution").await?;
        session.named("button", "Fork").click().await?;
        let fork = until("the fork", SOON, async || {
            let route = page.route().await?;
            Ok(if route == first { Look::NotYet(route) } else { Look::Seen(route) })
        })
        .await?;
        assert!(fork.starts_with("#/evolve/e"), "{fork}");
        session.sees("metric calls").await?;
        session.named("button", "Go on").click().await?;
        page.evolution_ends("60").await?;
        let again = kept(session).await?;
        // The same settings from there on come to the same end.
        assert_eq!(again["answers"], whole["answers"]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_an_evolution_keeps_and_saves_holds_no_key_and_its_result_is_opened_again() {
    in_browser(async |session| {
        let page = Page::open(session, "#/models").await?;
        page.configure_endpoint("http://127.0.0.1:9/v1", KEY, "some-model").await?;
        page.go_to("Play").await?;
        // Pasted where it does not belong, and then begun with.
        page.edit_instruction(&format!("Help the customer. My key is {KEY}.")).await?;
        page.go_to("Evolve").await?;
        page.set_up_evolution("20").await?;
        session.named("button", "Rehearsal").click().await?;
        session.field("Budget").enter("20").await?;
        page.start_evolution().await?;
        page.evolution_ends("20").await?;
        let folder = session.allow_downloads().await?;
        for (line, ending) in [("Result (results.json", "json"), ("Everything with its rollouts", "zip")] {
            session.named("button", "More to do with this evolution").click().await?;
            session.role("menuitem").beginning(line).click().await?;
            let content = until("the saved file", SOON, async || {
                let files = fs::read_dir(&folder)?.filter_map(Result::ok).map(|entry| entry.path());
                let mut own = files.filter(|path| path.extension().is_some_and(|end| end == ending));
                let content = own.next().and_then(|path| fs::read(path).ok()).unwrap_or_default();
                Ok(if content.is_empty() { Look::NotYet(line.to_owned()) } else { Look::Seen(content) })
            })
            .await?;
            let text = String::from_utf8_lossy(&content);
            assert!(text.contains("Help the customer.") && !text.contains(KEY), "{line}");
        }
        let stored = session.script(STORED).await?;
        assert!(stored.as_str().is_some_and(|all| all.contains("elapsed_seconds") && !all.contains(KEY)), "storage");

        let file = saved(&folder).await?;
        page.go_to("Evolve").await?;
        let input = session.driver.find(By::Css("input[type=file]")).await?;
        input.send_keys(file.to_string_lossy()).await?;
        session.sees("from a file").await?;
        session.sees("Lineage").await?;
        session.scan("a result from a file").await?;
        session.picture("evolve-result").await?;
        page.reload().await?;
        session.sees("Lineage").await?;

        page.go_to("Evolve").await?;
        fs::write(&file, "{}")?;
        let input = session.driver.find(By::Css("input[type=file]")).await?;
        input.send_keys(file.to_string_lossy()).await?;
        session.sees("Not every file could be opened").await
    })
    .await;
}

/// An agent that says goodbye at once, a customer who then stops, and a reflection model with one idea.
fn seats() -> Value {
    let fence = "```";
    json!({"default": "echo", "rules": [
        {"match": {"has_tools": false, "any_contains": fence}, "reply": {"text": format!("{fence}\nBe brief.\n{fence}")}},
        {"match": {"has_tools": true}, "reply": {"text": "Goodbye, and thank you."}},
        {"match": {"has_tools": false, "any_contains": "Goodbye"}, "reply": {"text": "###STOP###"}},
        {"match": {"has_tools": false, "turn": 0}, "reply": {"text": "Hello, I am here for the test."}},
    ]})
}

#[tokio::test]
async fn an_evolution_with_a_server_that_is_killed_asks_for_nothing_twice() {
    in_browser(async |session| {
        let Some(mock) = Mock::start(&seats()).await? else { return Ok(()) };
        let page = Page::open(session, "#/models").await?;
        page.configure_endpoint(&mock.keyless_url("latency:ms=500"), "", "mock-chat").await?;
        page.go_to("Evolve").await?;
        page.set_up_evolution("16").await?;
        session.sees("no price is known").await?;
        page.start_evolution().await?;
        let calls = "return Number(/(\\d+) model calls/.exec(document.body.innerText)?.[1] ?? 0)";
        for point in 1..=3 {
            until("some calls", LONG, async || {
                let shown = session.script(calls).await?;
                let is_far = shown.as_f64() >= Some(7.0 * f64::from(point));
                Ok(if is_far { Look::Seen(()) } else { Look::NotYet(format!("{shown} calls")) })
            })
            .await?;
            page.reload().await?;
            session.sees("not finished").await?;
            session.named("button", "Go on").click().await?;
        }
        let shown = until("its end", LONG, async || {
            // A doubted reply waits for a person, who lets it pass.
            let accept = session.named("button", "Accept");
            if !accept.now().await?.is_empty() {
                accept.click().await?;
            }
            let all = session.visible_text().await?;
            let is_over = all.contains("The budget of 16 is used up.");
            Ok(if is_over { Look::Seen(session.script(calls).await?) } else { Look::NotYet(all) })
        })
        .await?;
        let whole = |chat: &&Value| chat["aborted_by_client"] != true && chat["status"] == 200;
        let answered = mock.chats()?.iter().filter(whole).count();
        assert_eq!(shown.as_f64(), Some(answered as f64), "every reply was paid for once");
        Ok(())
    })
    .await;
}
