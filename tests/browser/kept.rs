//! Rollouts that outlive the page: killed in mid-run, refused by storage, open in two tabs, carried by a link.

use serde_json::{Value, json};

use super::{
    page::Page,
    support::{
        Outcome, Session, in_browser,
        mock::Mock,
        session::{Scheme, Window},
        wait::{LONG, Look, SOON, until},
    },
};

/// How often the agent thinks before it is through.
const THOUGHTS: usize = 12;
const TASK: &str = "#/play/starter-retail/test/0";
const GREETING: &str = "Hello, I need help with an order.";
const FAREWELL: &str = "That is all I can do.";

/// An agent that thinks for a while and says goodbye, and a customer who then stops.
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

/// Runs a test at a task of the starter world, with a server that needs no key in both seats.
async fn with_server(fault: &str, test: impl AsyncFnOnce(&Session, Page<'_>, &Mock) -> Outcome) {
    in_browser(async |session| {
        let Some(mock) = Mock::start(&thinks()).await? else { return Ok(()) };
        let page = Page::open(session, "#/models").await?;
        page.configure_endpoint(&mock.keyless_url(fault), "", "mock-chat").await?;
        open_task(session, page).await?;
        test(session, page, &mock).await
    })
    .await;
}

async fn open_task(session: &Session, page: Page<'_>) -> Outcome {
    session.driver.goto(session.site(TASK)).await?;
    page.ready().await?;
    session.named("button", "Replay expected actions").thing().await?;
    Ok(())
}

/// How many steps the conversation shows, at least so many; waits for them.
async fn steps(session: &Session, at_least: usize) -> Outcome<usize> {
    until(&format!("{at_least} steps"), LONG, async || {
        let shown = session.script("return document.querySelectorAll('article.row').length").await?;
        let shown = usize::try_from(shown.as_u64().unwrap_or(0))?;
        Ok(if shown >= at_least { Look::Seen(shown) } else { Look::NotYet(format!("there are {shown}")) })
    })
    .await
}

/// Makes the browser's storage refuse whatever is put into it, or take it again. Chromium lets small values pass by
/// the quota that tests can set.
async fn set_full(session: &Session, full: bool) -> Outcome {
    let body = if full {
        "window.put = IDBObjectStore.prototype.put;
         IDBObjectStore.prototype.put = () => { throw new DOMException('no room', 'QuotaExceededError'); };"
    } else {
        "IDBObjectStore.prototype.put = window.put;"
    };
    session.script(body).await?;
    Ok(())
}

/// Which calls were answered to the end: the seat, and how many messages it was sent.
fn answered(mock: &Mock) -> Outcome<Vec<(bool, usize)>> {
    let whole = |chat: &&Value| chat["aborted_by_client"] != true;
    let what = |chat: &Value| {
        let messages = chat["body"]["messages"].as_array().map_or(0, Vec::len);
        (chat["body"]["tools"].is_array(), messages)
    };
    Ok(mock.chats()?.iter().filter(whole).map(what).collect())
}

#[tokio::test]
async fn a_page_killed_at_ten_points_goes_on_and_asks_for_nothing_twice() {
    with_server("latency:ms=900", async |session, page, mock| {
        page.run().await?;
        for point in 1..=10 {
            // The next call is out by now.
            let before = steps(session, point).await?;
            page.reload().await?;
            let after = steps(session, before).await?;
            assert!(after <= before + 1, "{before} steps were shown before, {after} after the page was killed");
            session.sees("This rollout was interrupted").await?;
            if point == 3 {
                session.scan("an interrupted rollout").await?;
                session.picture("play-interrupted").await?;
            }
            session.named("button", "Resume").click().await?;
        }
        let verdict = page.verdict().await?;
        assert!(verdict.contains("Reward"), "{verdict}");
        assert_eq!(steps(session, THOUGHTS + 3).await?, THOUGHTS + 3, "no step is there twice");
        let mut calls = answered(mock)?;
        let all = calls.len();
        calls.sort_unstable();
        calls.dedup();
        assert_eq!((calls.len(), all), (THOUGHTS + 3, THOUGHTS + 3), "every reply was paid for once");
        // The end is kept as well.
        page.reload().await?;
        assert!(page.verdict().await?.contains("Reward"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_full_storage_holds_the_rollout_until_there_is_room() {
    with_server("latency:ms=500", async |session, page, mock| {
        page.run().await?;
        steps(session, 2).await?;
        set_full(session, true).await?;
        session.sees("The rollout waits: what came could not be saved").await?;
        let held = steps(session, 2).await?;
        for window in [Window::Desktop, Window::Phone] {
            session.set_window(window).await?;
            session.scan(&format!("a full storage ({window:?})")).await?;
            session.picture("play-storage-full").await?;
        }
        session.set_window(Window::Desktop).await?;
        let calls = mock.chats()?.len();

        // What came is in the file, though it is not in the conversation yet.
        let folder = session.allow_downloads().await?;
        session.named("button", "Export as a file").click().await?;
        let file = until("the exported file", SOON, async || {
            let text = std::fs::read_to_string(folder.join("taupe-unsaved-run.json")).unwrap_or_default();
            let file: Option<Value> = serde_json::from_str(&text).ok();
            Ok(file.map_or_else(|| Look::NotYet(format!("there is {text:?}")), Look::Seen))
        })
        .await?;
        let events = file["runs"][0]["events"].as_array().map_or(0, Vec::len);
        assert_eq!(events, held + 1, "{file}");
        assert_eq!(mock.chats()?.len(), calls, "nothing is asked while it waits");

        set_full(session, false).await?;
        session.named("button", "Try again").click().await?;
        page.verdict().await?;
        page.reload().await?;
        page.verdict().await?;
        assert_eq!(steps(session, THOUGHTS + 3).await?, THOUGHTS + 3);
        assert_eq!(answered(mock)?.len(), THOUGHTS + 3);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_rollout_can_go_on_without_being_saved() {
    with_server("latency:ms=200", async |session, page, _| {
        set_full(session, true).await?;
        page.run().await?;
        session.named("button", "Go on without saving").click().await?;
        page.verdict().await?;
        session.sees("A part of this visit's rollouts is not saved").await?;
        set_full(session, false).await?;
        session.named("button", "Try again").click().await?;
        session.named("button", "Try again").gone().await?;
        page.reload().await?;
        page.verdict().await?;
        assert_eq!(steps(session, THOUGHTS + 3).await?, THOUGHTS + 3);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn two_tabs_never_write_one_run() {
    with_server("latency:ms=100", async |session, page, mock| {
        session.named("button", "Step").click().await?;
        session.sees("Paused between two calls").await?;
        let first = session.driver.window().await?;

        let second = session.driver.new_tab().await?;
        session.driver.switch_to_window(second.clone()).await?;
        session.cdp("Accessibility.enable", json!({})).await?;
        open_task(session, page).await?;
        session.named("button", "Resume").click().await?;
        session.sees("This run is being written in another tab").await?;
        assert_eq!(mock.chats()?.len(), 1, "the second tab asks for nothing");

        session.driver.switch_to_window(first).await?;
        session.named("button", "Stop").click().await?;
        session.sees("This rollout can go on").await?;

        session.driver.switch_to_window(second).await?;
        session.named("button", "Resume").click().await?;
        page.verdict().await?;
        assert_eq!(answered(mock)?.len(), THOUGHTS + 3, "the first reply is not asked for again");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_link_holds_a_whole_rollout_that_can_be_kept() {
    in_browser(async |session| {
        let page = Page::open(session, "").await?;
        let reply = |seat: &str, message: Value| json!({"at_ms": 1, "event": "replied", "seat": seat, "reply": {"message": message}});
        let call = json!({"id": "c1", "name": "think", "arguments": "{\"thought\": \"a thought from afar\"}"});
        let run = json!({"format": 1, "header": {
            "id": "from-afar", "title": "From afar", "pack": "starter-retail", "domain": "retail",
            "task": {"split": "test", "index": 0}, "instruction": {"text": "Think.", "name": "thinking"},
            "agent": {"kind": "script", "label": "somebody's agent"}, "user": {"kind": "person", "label": "somebody"},
            "created_ms": 1, "max_steps": 30, "seed": 1, "trial": 0,
        }, "events": [
            reply("user", json!({"content": GREETING})),
            reply("agent", json!({"content": null, "tool_calls": [call]})),
        ]});
        let pack = "return (async () => {
                    const stream = new Blob([arguments[0]]).stream().pipeThrough(new CompressionStream('deflate-raw'));
                    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
                    return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
                    })()";
        let payload = session.driver.execute(pack, vec![run.to_string().into()]).await?.json().clone();
        let payload = payload.as_str().unwrap_or_default().to_owned();

        session.driver.goto(session.site(&format!("#/open/1.{payload}"))).await?;
        page.conversation().says("a thought from afar").await?;
        session.sees("A link opened this run").await?;
        session.scan("a run from a link").await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.picture("play-from-link").await?;
        }
        session.named("button", "Keep it among my runs").click().await?;
        session.sees("This rollout was interrupted").await?;
        page.reload().await?;
        page.conversation().says("a thought from afar").await?;

        // A link that was cut off says so, and breaks nothing.
        let cut = &payload[..payload.len() / 2];
        session.driver.goto(session.site(&format!("#/open/1.{cut}"))).await?;
        session.sees("The link is damaged").await
    })
    .await;
}

#[tokio::test]
async fn what_an_older_version_stored_is_still_there() {
    in_browser(async |session| {
        // A file of the site, so that its storage can be prepared before the page opens it.
        session.driver.goto(session.site("favicon.svg")).await?;
        session.witness().expect("favicon.ico");
        let old = "return (async () => {
            const request = indexedDB.open('taupe', 1);
            request.onupgradeneeded = () => ['files', 'packs', 'settings'].forEach((s) => request.result.createObjectStore(s));
            const database = await new Promise((done) => { request.onsuccess = () => done(request.result); });
            const write = database.transaction('settings', 'readwrite');
            write.objectStore('settings').put(new TextEncoder().encode(JSON.stringify(arguments[0])), 'endpoints');
            await new Promise((done) => { write.oncomplete = done; });
            database.close();
            })()";
        let kept = json!({"format": 1, "endpoints": [
            {"id": "e1", "name": "From before", "base_url": "http://127.0.0.1:9/v1", "model": "m"},
        ]});
        session.driver.execute(old, vec![kept]).await?;
        Page::open(session, "#/models").await?;
        session.sees("From before").await?;
        let version = "return (async () => {
            const request = indexedDB.open('taupe');
            const database = await new Promise((done) => { request.onsuccess = () => done(request.result); });
            const found = [database.version, [...database.objectStoreNames].join()];
            database.close();
            return found;
            })()";
        let found = session.script(version).await?;
        assert_eq!(found, json!([4, "answers,batches,events,evolutions,files,packs,runs,settings,versions"]));
        Ok(())
    })
    .await;
}
