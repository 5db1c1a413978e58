//! The Data page: loading a pack, what can go wrong with that, and what stays.

use std::path::Path;

use serde_json::json;

use super::{
    page::{PACK, Page, STARTER},
    support::{
        Outcome, Session, in_browser,
        mirror::{Fault, Mirror},
        places,
        session::{Scheme, Window},
        wait::{LONG, Look, SOON, until},
    },
};

/// Runs a test with a mirror of the benchmark's files, where they are at hand.
async fn with_mirror(test: impl AsyncFnOnce(&Session, &Mirror) -> Outcome) {
    in_browser(async |session| {
        let Some(upstream) = places::upstream()? else { return Ok(()) };
        let mirror = Mirror::start(upstream)?;
        test(session, &mirror).await
    })
    .await;
}

#[tokio::test]
async fn a_pack_loads_and_stays() {
    with_mirror(async |session, mirror| {
        let page = Page::open(session, "#/data").await?;
        page.load_pack_from(&mirror.url()).await?;
        let card = page.pack_card();
        card.says("115 test · 20 dev · 500 train tasks").await?;
        card.says("3 files differ from the benchmark’s.").await?;
        let asked = mirror.asked();
        assert_eq!(asked.len(), 7, "each file once: {asked:?}");

        page.reload().await?;
        page.pack_is_ready().await?;
        assert_eq!(mirror.asked(), asked, "nothing is fetched again");

        // The switch of the network is thrown with the page open: there is no worker that would serve the page itself.
        session.set_offline(true).await?;
        session.named("button", format!("Open in Play: {PACK}")).click().await?;
        session.named("heading", PACK).thing().await?;
        page.choose_task("test", 0).await?;
        page.replay_expected_to_end().await?;
        assert!(page.verdict().await?.contains("Reward 1"));
        assert_eq!(mirror.asked(), asked);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn files_that_are_not_the_pinned_ones_are_refused() {
    with_mirror(async |session, mirror| {
        // The local copy's task files have the benchmark's content in other bytes.
        mirror.fail("orders.json", Fault::Altered);
        let page = Page::open(session, "#/data").await?;
        page.set_pack_source(&mirror.url(), true).await?;
        page.press_load().await?;
        let trouble = page.trouble().await?;
        for file in ["orders.json", "tasks_test.py", "tasks_dev.py", "tasks_train.py"] {
            assert!(trouble.contains(&format!("{file}: Its content is not the pinned one")), "{trouble}");
        }
        assert!(!trouble.contains("users.json"), "{trouble}");
        session.scan("the Data page with a failed pack").await?;
        session.picture("data-trouble").await?;
        page.pack_card().says("not loaded").await?;

        // The refusal cost nothing: told to take them, the page asks only for what it has not.
        mirror.mend();
        let before = mirror.asked().len();
        page.load_pack_from(&mirror.url()).await?;
        assert_eq!(mirror.asked().len() - before, 4);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn each_fault_of_a_download_says_what_happened_and_leaves_what_was_there() {
    with_mirror(async |session, mirror| {
        session.witness().expect("404");
        session.witness().expect("net::ERR_");
        let page = Page::open(session, "#/data").await?;
        page.load_pack_from(&mirror.url()).await?;
        // Of a file without the pinned content: what has it is stored already and not asked for again.
        let faults = [
            (Fault::Missing, "There is no such file at"),
            (Fault::Altered, "tasks_test.py is not a task file as the benchmark writes it"),
            (Fault::Cut, "The download broke off after"),
            (Fault::Unreachable, "could not be reached"),
        ];
        for (fault, words) in faults {
            mirror.fail("tasks_test.py", fault);
            session.named("button", format!("More for {PACK}")).click().await?;
            session.named("menuitem", "Load again").click().await?;
            let trouble = session.role("alert").within(&page.pack_card()).says(words).await?;
            assert!(trouble.contains("The pack that was loaded before is unchanged."), "{fault:?}: {trouble}");
            page.pack_is_ready().await?;
        }
        mirror.mend();
        page.choose_task("test", 0).await?;
        page.replay_expected_to_end().await?;
        assert!(page.verdict().await?.contains("Reward 1"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn without_a_network_loading_says_so_and_can_be_tried_again() {
    with_mirror(async |session, mirror| {
        session.witness().expect("ERR_INTERNET_DISCONNECTED");
        let page = Page::open(session, "#/data").await?;
        page.set_pack_source(&mirror.url(), false).await?;
        session.set_offline(true).await?;
        page.press_load().await?;
        let trouble = page.trouble().await?;
        assert!(trouble.contains("This device has no network connection."), "{trouble}");
        session.set_offline(false).await?;
        page.press_load().await?;
        page.pack_is_ready().await?;
        session.role("alert").within(&page.pack_card()).gone().await
    })
    .await;
}

#[tokio::test]
async fn with_a_full_storage_a_pack_works_until_the_page_is_left() {
    with_mirror(async |session, mirror| {
        let page = Page::open(session, "#/data").await?;
        session.set_quota(Some(1_000_000)).await?;
        page.set_pack_source(&mirror.url(), false).await?;
        page.press_load().await?;
        let card = page.pack_card();
        card.says("until you leave").await?;
        let text = card.says("storage for this page is full").await?;
        assert!(text.contains("It works until this page is closed."), "{text}");
        session.scan("a pack that is not stored").await?;
        session.picture("data-full").await?;
        page.choose_task("test", 0).await?;
        page.replay_expected_to_end().await?;
        assert!(page.verdict().await?.contains("Reward 1"));

        // With room again, the same pack can be stored.
        session.set_quota(None).await?;
        page.go_to("Data").await?;
        session.named("button", format!("More for {PACK}")).click().await?;
        session.named("menuitem", "Load again").click().await?;
        page.pack_is_ready().await?;
        page.reload().await?;
        page.pack_is_ready().await
    })
    .await;
}

#[tokio::test]
async fn loading_shows_its_progress_and_can_be_cancelled() {
    with_mirror(async |session, mirror| {
        mirror.fail("orders.json", Fault::Held);
        let page = Page::open(session, "#/data").await?;
        page.set_pack_source(&mirror.url(), false).await?;
        page.press_load().await?;
        let bar = session.named("progressbar", "Fetching and checking");
        until("six of seven files", LONG, async || {
            let text = page.pack_card().text().await?;
            Ok(if text.contains("6 of 7 files") { Look::Seen(()) } else { Look::NotYet(text) })
        })
        .await?;
        let share: f64 = bar.thing().await?.value.parse().unwrap_or(f64::NAN);
        assert!(share > 0.0, "the bar is at {share}");
        session.picture("data-loading").await?;
        session.named("button", "Cancel").click().await?;
        page.pack_card().says("not loaded").await?;
        bar.gone().await?;

        // What had arrived is kept.
        mirror.mend();
        let before = mirror.asked().len();
        page.press_load().await?;
        page.pack_is_ready().await?;
        let asked = mirror.asked().split_off(before);
        assert!(asked.iter().any(|path| path.ends_with("orders.json")), "{asked:?}");
        assert!(!asked.iter().any(|path| path.ends_with("users.json")), "what arrived whole is kept: {asked:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_base_address_that_is_none_is_refused_beside_its_field() {
    in_browser(async |session| {
        let page = Page::open(session, "#/data").await?;
        let section = session.named("region", "Where packs are loaded from");
        session.named("radio", "Another address").within(&section).choose(true).await?;
        session.field("Base address").enter("ftp://mirror.example.org/").await?;
        section.says("A base address begins with https://, http:// or a path").await?;
        session.scan("the Data page with a wrong address").await?;
        page.reload().await?;
        assert!(session.named("radio", "Public repository").thing().await?.chosen, "a wrong address is not kept");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn files_of_this_device_can_be_chosen_and_dropped() {
    in_browser(async |session| {
        let Some(upstream) = places::upstream()? else { return Ok(()) };
        let folder = upstream.join("tau-bench/retail");
        let page = Page::open(session, "#/data").await?;

        // Something else is told apart, and changes nothing.
        drop_files(session, &[Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml").to_string_lossy().as_ref()])
            .await?;
        session.role("status").says("This file belongs to no pack.").await?;

        let given = session.named("region", "From your own copy");
        session.role("checkbox").beginning("Take files that are not the pinned").within(&given).choose(true).await?;
        let files: Vec<String> = [
            "orders.json",
            "products.json",
            "users.json",
            "tasks_test.py",
            "tasks_dev.py",
            "tasks_train.py",
            "wiki.md",
        ]
        .iter()
        .map(|name| folder.join(name).canonicalize().map(|path| path.to_string_lossy().into_owned()))
        .collect::<Result<_, _>>()?;

        // One is missing: the pack is not there, and the page says which.
        let some: Vec<&str> = files.iter().skip(1).map(String::as_str).collect();
        drop_files(session, &some).await?;
        let trouble = page.trouble().await?;
        assert!(trouble.contains("orders.json: It is not among the files that were given."), "{trouble}");

        let all: Vec<&str> = files.iter().map(String::as_str).collect();
        drop_files(session, &all).await?;
        page.pack_is_ready().await?;

        // The same through the file picker, in a browser that has nothing yet.
        session.named("button", "Delete everything…").click().await?;
        page.press_and_restart(&session.named("button", "Delete everything")).await?;
        page.pack_card().says("not loaded").await?;
        let given = session.named("region", "From your own copy");
        session.role("checkbox").beginning("Take files that are not the pinned").within(&given).choose(true).await?;
        let picker =
            session.driver.execute("return document.querySelector('input[type=file]:not([webkitdirectory])')", vec![]);
        picker.await?.element()?.send_keys(all.join("\n")).await?;
        page.pack_is_ready().await
    })
    .await;
}

/// Drops files of this machine on the place for them, as a file manager does.
async fn drop_files(session: &Session, files: &[&str]) -> Outcome {
    let place = session.named("button", "Choose a folder…").element().await?;
    place.scroll_into_view().await?;
    let middle = "const box = arguments[0].closest('.drop').getBoundingClientRect();
                  return [box.x + box.width / 2, box.y + 20]";
    let middle = session.driver.execute(middle, vec![place.to_json()?]).await?.json().clone();
    let data = json!({"items": [], "files": files, "dragOperationsMask": 1});
    for kind in ["dragEnter", "dragOver", "drop"] {
        let event = json!({"type": kind, "x": middle[0], "y": middle[1], "data": data});
        session.cdp("Input.dispatchDragEvent", event).await?;
    }
    Ok(())
}

#[tokio::test]
async fn deleting_a_pack_asks_first() {
    in_browser(async |session| {
        if places::upstream()?.is_none() {
            return Ok(());
        }
        let page = Page::load_pack(session).await?;
        let delete = async || {
            session.named("button", format!("More for {PACK}")).click().await?;
            session.named("menuitem", "Delete…").click().await
        };
        delete().await?;
        let question = session.role("dialog").beginning(format!("Delete {PACK}?"));
        question.thing().await?;
        session.scan("the question before deleting").await?;
        session.named("button", "Keep it").within(&question).click().await?;
        question.gone().await?;
        page.pack_is_ready().await?;
        delete().await?;
        session.named("button", "Delete").within(&question).click().await?;
        page.pack_card().says("not loaded").await?;
        page.reload().await?;
        page.pack_card().says("not loaded").await?;
        // What comes with the page is still there.
        page.go_to("Play").await?;
        session.named("heading", STARTER).thing().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_data_page_with_a_pack_is_accessible_everywhere() {
    in_browser(async |session| {
        if places::upstream()?.is_none() {
            return Ok(());
        }
        let page = Page::load_pack(session).await?;
        until("the list of files", SOON, async || {
            let table = session.named("region", format!("Files of {PACK}"));
            if !table.now().await?.is_empty() {
                return Ok(Look::Seen(()));
            }
            // A summary has no role of its own that all browsers agree on.
            session.script("document.querySelector('article summary').click()").await?;
            Ok(Look::NotYet("it is folded".to_owned()))
        })
        .await?;
        for window in [Window::Desktop, Window::Phone] {
            session.set_window(window).await?;
            for scheme in [Scheme::Light, Scheme::Dark] {
                session.set_scheme(scheme).await?;
                session.scan(&format!("the Data page with a pack ({window:?}, {scheme:?})")).await?;
                session.picture("data-loaded").await?;
            }
            page.fits_its_window().await?;
        }
        Ok(())
    })
    .await;
}
