//! What is kept of rollouts: versions of the instruction, two runs side by side, forks, and the Runs page.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;
use thirtyfour::Key;

use super::{
    page::Page,
    support::{
        Outcome, Session, in_browser,
        session::{Scheme, Window},
        wait::{LONG, Look, SOON, until},
    },
};

/// What is pasted where no key belongs, while it is an endpoint's key.
pub(super) const KEY: &str = "sk-canary-runs-77c1e0b2";

const RULE: &str = " Before you change anything, list what you will do and ask the customer to confirm it.";

/// Runs a test on the starter world with the rehearsal cast in both seats, as fast as they go.
async fn with_cast(test: impl AsyncFnOnce(&Session, Page<'_>) -> Outcome) {
    in_browser(async |session| {
        let page = Page::open(session, "").await?;
        session.script("localStorage.setItem('taupe.pace', 'Instant')").await?;
        page.reload().await?;
        session.named("button", "Replay expected actions").thing().await?;
        test(session, page).await
    })
    .await;
}

impl Page<'_> {
    /// Runs the task on show with the instruction as it is, to the verdict.
    async fn run_to_verdict(&self) -> Outcome<String> {
        self.run().await?;
        // Until it has begun, the verdict of the one before is still there.
        tokio::time::sleep(Duration::from_millis(600)).await;
        self.verdict().await?;
        self.session.named("button", "Run").thing().await?;
        self.verdict().await
    }

    /// Runs with the seed, then with a rule added to it.
    async fn run_twice(&self) -> Outcome {
        self.run_to_verdict().await?;
        let field = self.session.field("System instruction");
        let seed = field.thing().await?.value;
        self.edit_instruction(&format!("{seed}{RULE}")).await?;
        self.run_to_verdict().await?;
        self.session.role("listitem").within(&self.versions()).number(2).await?;
        Ok(())
    }

    fn versions(&self) -> super::support::seek::Seek<'_> {
        self.session.named("list", "Versions of the instruction")
    }

    fn runs(&self) -> super::support::seek::Seek<'_> {
        self.session.role("listitem").within(&self.session.named("list", "Runs"))
    }

    async fn choose_in_menu(&self, button: &str, line: &str) -> Outcome {
        self.session.role("button").beginning(button).click().await?;
        self.session.role("menuitem").beginning(line).click().await
    }
}

#[tokio::test]
async fn a_text_that_was_run_is_a_version_to_compare_and_take_back() {
    with_cast(async |session, page| {
        page.run_twice().await?;
        session.sees("One-line seed").await?;
        page.choose_in_menu("What to do with v2", "Compare with v1").await?;
        let dialog = session.named("dialog", "Compare instructions");
        assert!(dialog.says("added").await?.contains("ask the customer to confirm it."));
        session.scan("two versions compared by words").await?;
        session.role("radio").beginning("Lines").choose(true).await?;
        session.scan("two versions compared by lines").await?;
        session.picture("versions-compared").await?;
        session.named("button", "Close").within(&dialog).click().await?;

        page.choose_in_menu("What to do with v1", "Put into the editor").await?;
        let field = session.field("System instruction");
        assert!(!field.thing().await?.value.contains("confirm it"));
        session.named("button", "Undo").click().await?;
        assert!(field.thing().await?.value.contains("confirm it"));

        page.choose_in_menu("What to do with v2", "Name and note").await?;
        session.field("Name").enter("Confirm first").await?;
        session.named("button", "Save").click().await?;
        session.sees("Confirm first").await?;
        page.choose_in_menu("What to do with v2", "Delete").await?;
        session.role("listitem").within(&page.versions()).number(1).await?;
        until("the deletion to be undone", SOON, async || {
            session.script("document.querySelector('.toasts button')?.click()").await?;
            let count = session.role("listitem").within(&page.versions()).now().await?.len();
            Ok(if count == 2 { Look::Seen(()) } else { Look::NotYet(format!("{count} versions")) })
        })
        .await?;

        // The draft is kept when it rests, the versions at once.
        page.edit_instruction("Be kind and brief.").await?;
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        page.reload().await?;
        session.sees("Confirm first").await?;
        let field = session.field("System instruction");
        until("the draft", SOON, async || {
            let text = field.thing().await?.value;
            Ok(if text == "Be kind and brief." { Look::Seen(()) } else { Look::NotYet(text) })
        })
        .await
    })
    .await;
}

#[tokio::test]
async fn a_version_is_run_again_beside_the_run_on_show() {
    with_cast(async |session, page| {
        page.run_twice().await?;
        page.choose_in_menu("What to do with v1", "Run again with it").await?;
        session.named("heading", "Side by side").thing().await?;
        assert!(page.route().await?.starts_with("#/compare/"));
        for name in ["first", "second"] {
            until("the verdict", LONG, async || {
                let verdict = session.named("region", format!("Verdict of the {name} run")).now().await?;
                Ok(if verdict.is_empty() { Look::NotYet(session.visible_text().await?) } else { Look::Seen(()) })
            })
            .await?;
        }
        let places = session.role("listitem").within(&session.named("list", "Both conversations"));
        let all = places.now().await?.len();
        assert!(all > 2, "{all} places");
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("two runs side by side ({scheme:?})")).await?;
            session.picture("side-by-side").await?;
        }

        // By keyboard alone.
        session.press(Key::Home).await?;
        places.number(0).await?;
        session.press(Key::Right).await?;
        session.press(Key::Right).await?;
        places.number(2).await?;
        session.press(Key::Left).await?;
        places.number(1).await?;
        session.press(Key::End).await?;
        places.number(all).await?;

        for tab in ["Database", "Instruction"] {
            session.named("tab", tab).click().await?;
            session.scan(&format!("two runs side by side, {tab}")).await?;
            session.picture(&format!("side-by-side-{}", tab.to_lowercase())).await?;
        }
        assert!(session.role("tabpanel").text().await?.contains("ask the customer to confirm it."));
        page.fits_its_window().await?;

        session.set_window(Window::Phone).await?;
        session.named("tab", "Conversation").click().await?;
        session.role("radio").beginning("Second").choose(true).await?;
        session.named("region", "The second run").thing().await?;
        session.named("region", "The first run").gone().await?;
        page.fits_its_window().await?;
        session.scan("two runs on a phone").await?;
        session.picture("side-by-side").await
    })
    .await;
}

#[tokio::test]
async fn a_fork_begins_with_an_edited_message() {
    with_cast(async |session, page| {
        page.run_to_verdict().await?;
        session.named("heading", "System instruction").thing().await?;
        session.script("document.activeElement?.blur()").await?;
        session.press(Key::Home).await?;
        session.press(Key::Right).await?;
        session.role("article").within(&page.conversation()).number(1).await?;
        session.press("f").await?;
        let dialog = session.named("dialog", "Fork from step 1");
        dialog.thing().await?;
        session.scan("the fork dialog").await?;
        session.picture("fork").await?;
        session.field("The customer's message").enter("").await?;
        session.named("button", "Fork").within(&dialog).click().await?;
        dialog.says("Write what is said.").await?;
        session.field("The customer's message").enter("Hello, where is my parcel?").await?;
        session.named("button", "Fork").within(&dialog).click().await?;
        page.conversation().says("Hello, where is my parcel?").await?;
        session.role("link").beginning("Beside the run it was forked from").thing().await?;
        page.verdict().await?;
        session.role("link").beginning("Beside the run it was forked from").click().await?;
        session.sees("other words").await?;
        page.go_to("Runs").await?;
        page.runs().number(2).await?;
        session.sees("fork").await
    })
    .await;
}

#[tokio::test]
async fn runs_are_found_named_deleted_and_brought_back() {
    with_cast(async |session, page| {
        page.go_to("Runs").await?;
        session.sees("No runs yet").await?;
        session.scan("no runs yet").await?;
        session.picture("runs-empty").await?;
        page.go_to("Play").await?;
        page.run_twice().await?;
        page.go_to("Runs").await?;
        page.runs().number(2).await?;

        session.press("/").await?;
        session.press("one-line").await?;
        page.runs().number(1).await?;
        session.named("button", "Clear").click().await?;
        page.runs().number(2).await?;

        page.choose_in_menu("What to do with ", "Name and note").await?;
        session.field("Name").enter("The kettle case").await?;
        session.role("textbox").beginning("Note").enter("Show this in class.").await?;
        session.named("button", "Save").click().await?;
        session.sees("The kettle case").await?;
        session.sees("Show this in class.").await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            session.scan(&format!("the Runs page ({scheme:?})")).await?;
            session.picture("runs").await?;
        }

        let folder = session.allow_downloads().await?;
        session.named("checkbox", "Select all").choose(true).await?;
        session.named("button", "Export").click().await?;
        let file = saved(&folder).await?;
        session.named("button", "Delete").click().await?;
        session.sees("No runs yet").await?;
        session.sees("Deleted 2 runs").await?;
        session.named("button", "Undo").click().await?;
        page.runs().number(2).await?;

        session.named("checkbox", "Select all").choose(true).await?;
        session.named("button", "Delete").click().await?;
        session.sees("No runs yet").await?;
        let input = session.driver.find(thirtyfour::By::Css("input[type=file]")).await?;
        input.send_keys(file.to_string_lossy()).await?;
        session.sees("Imported 2 runs").await?;
        page.runs().number(2).await?;
        session.sees("Show this in class.").await?;
        page.reload().await?;
        page.runs().number(2).await?;

        session.set_window(Window::Phone).await?;
        page.fits_its_window().await?;
        session.scan("the Runs page on a phone").await?;
        session.picture("runs").await
    })
    .await;
}

#[tokio::test]
async fn no_key_is_in_what_is_kept_exported_or_shared() {
    with_cast(async |session, page| {
        page.go_to("Models").await?;
        page.configure_endpoint("http://127.0.0.1:9/v1", KEY, "some-model").await?;
        page.go_to("Play").await?;
        // Pasted where it does not belong.
        page.edit_instruction(&format!("Help the customer. My key is {KEY}.")).await?;
        // The endpoint takes both seats, and nobody answers there.
        session.witness().expect("127.0.0.1:9");
        page.run_to_verdict().await?;
        page.go_to("Runs").await?;
        page.runs().number(1).await?;
        let folder = session.allow_downloads().await?;
        session.named("button", "Export all shown").click().await?;
        let file = fs::read_to_string(saved(&folder).await?)?;
        assert!(file.contains("taupe-runs") && !file.contains(KEY), "the file");
        session
            .script("window.copied = ''; navigator.clipboard.writeText = async (text) => { window.copied = text; }")
            .await?;
        page.choose_in_menu("What to do with ", "Copy a link").await?;
        let link = until("the link", SOON, async || {
            let copied = session.script("return window.copied").await?;
            Ok(match copied.as_str() {
                Some(link) if link.contains("#/open/") => Look::Seen(link.to_owned()),
                other => Look::NotYet(format!("{other:?}")),
            })
        })
        .await?;
        let stored = session.script(STORED).await?;
        assert!(stored.as_str().is_some_and(|all| all.len() > 1_000 && !all.contains(KEY)), "storage");

        // The link alone brings the run back, where it is not kept.
        session.named("checkbox", "Select all").choose(true).await?;
        session.named("button", "Delete").click().await?;
        session.sees("No runs yet").await?;
        session.driver.goto(&link).await?;
        page.ready().await?;
        session.sees("A link opened this run").await?;
        let shown = session.visible_text().await?;
        assert!(!shown.contains(KEY), "the shared run");
        session.scan("a run that a link opened").await?;
        session.role("button").beginning("Keep it").click().await?;
        page.go_to("Runs").await?;
        page.runs().number(1).await?;
        Ok(())
    })
    .await;
}

/// All that IndexedDB and the local storage hold, as one text.
pub(super) const STORED: &str = "
    return (async () => {
    const done = (request) => new Promise((yes, no) => {
        request.onsuccess = () => yes(request.result);
        request.onerror = () => no(request.error);
    });
    let all = JSON.stringify(localStorage);
    for (const { name } of await indexedDB.databases()) {
        const db = await done(indexedDB.open(name));
        for (const store of db.objectStoreNames) {
            const objects = db.transaction(store).objectStore(store);
            for (const value of await done(objects.getAll())) {
                all += value instanceof Uint8Array ? new TextDecoder().decode(value) : JSON.stringify(value);
            }
        }
        db.close();
    }
    return all;
    })();
";

/// The one file that was saved in a folder, once it is whole.
pub(super) async fn saved(folder: &Path) -> Outcome<PathBuf> {
    until("the saved file", SOON, async || {
        let files: Vec<_> = fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path()).collect();
        let whole = |path: &&PathBuf| {
            let text = fs::read_to_string(path).unwrap_or_default();
            path.extension().is_some_and(|end| end == "json") && serde_json::from_str::<Value>(&text).is_ok()
        };
        Ok(files.iter().find(whole).cloned().map_or_else(|| Look::NotYet(format!("{files:?}")), Look::Seen))
    })
    .await
}
