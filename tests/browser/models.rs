//! The Models page: setting up an endpoint, testing it, and where its key is and is not.

use super::{
    page::Page,
    script,
    support::{
        Outcome, Session, in_browser,
        mock::Mock,
        session::{Scheme, Window},
    },
};

/// A key that would be noticed anywhere.
const CANARY: &str = "sk-canary-3f9d2c71b8";

async fn with_mock(test: impl AsyncFnOnce(&Session, &Mock) -> Outcome) {
    in_browser(async |session| {
        let Some(mock) = Mock::start(&script::does_nothing()).await? else { return Ok(()) };
        test(session, &mock).await
    })
    .await;
}

#[tokio::test]
async fn an_endpoint_is_set_up_tested_and_kept_without_its_key() {
    with_mock(async |session, mock| {
        let page = Page::open(session, "#/models").await?;
        page.configure_endpoint(&mock.base_url(), CANARY, "mock-chat").await?;
        session.named("button", "List models").click().await?;
        session.sees("to choose from").await?;
        let found = page.test_endpoint().await?;
        assert!(found.contains("The key is accepted."), "{found}");

        page.reload().await?;
        let address = session.field("Base URL").thing().await?.value;
        assert_eq!(address, mock.base_url());
        assert_eq!(session.field("Model").thing().await?.value, "mock-chat");
        assert_eq!(session.field("Key").thing().await?.value, "", "keys are gone with the page");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_key_is_in_its_header_and_nowhere_else() {
    with_mock(async |session, mock| {
        let page = Page::open(session, "#/models").await?;
        page.configure_endpoint(&mock.base_url(), CANARY, "mock-chat").await?;
        page.test_endpoint().await?;
        for request in mock.requests()? {
            assert_eq!(request["key_leaks"], serde_json::json!([]), "{request}");
        }
        assert!(mock.chats()?.iter().all(|chat| chat["auth"]["length"] == CANARY.len() && chat["auth"]["ok"] == true));
        assert!(!mock.chats()?.is_empty());

        // Half of it would be a leak, too.
        let part = &CANARY[4..16];
        let kept = session.driver.execute_async(EVERYTHING_KEPT, Vec::new()).await?.json().to_string();
        assert!(kept.contains(&mock.base_url()), "the endpoint itself is kept, so the search looks in the right place");
        assert!(!kept.contains(part), "the key is stored: {kept}");
        assert!(!session.driver.source().await?.contains(part), "the key stands in the page");
        assert!(!session.driver.current_url().await?.as_str().contains(part));

        // Another host must not get it.
        page.change_base_url("http://127.0.0.1:9/v1").await?;
        session.sees("The key was for another address and is forgotten.").await?;
        session.named("button", "Forget").gone().await
    })
    .await;
}

/// Everything that the page's origin keeps: every record of every database, and the two storages.
const EVERYTHING_KEPT: &str = r#"
    const done = arguments[0];
    const result = (request) => new Promise((yes, no) => {
        request.onsuccess = () => yes(request.result);
        request.onerror = () => no(request.error);
    });
    (async () => {
        const all = [Object.entries(localStorage), Object.entries(sessionStorage)];
        for (const { name } of await indexedDB.databases()) {
            const database = await result(indexedDB.open(name));
            for (const store of database.objectStoreNames) {
                const records = database.transaction(store).objectStore(store);
                all.push([name, store, await result(records.getAllKeys())]);
                for (const record of await result(database.transaction(store).objectStore(store).getAll())) {
                    const bytes = (_, value) => ArrayBuffer.isView(value) ? new TextDecoder().decode(value) : value;
                    all.push(JSON.stringify(record, bytes) ?? String(record));
                }
            }
            database.close();
        }
        return all;
    })().then(done, (error) => done(`failed: ${error}`));
"#;

#[tokio::test]
async fn a_test_tells_faults_apart() {
    with_mock(async |session, mock| {
        // The browser itself reports requests that fail.
        for part in ["401", "404", "blocked by CORS policy", "net::ERR_"] {
            session.witness().expect(part);
        }
        let page = Page::open(session, "#/models").await?;
        page.configure_endpoint(&mock.like("mistral"), "mock-invalid-key", "mock-chat").await?;
        let found = page.test_endpoint().await?;
        assert!(found.contains("Not usable yet") && found.contains("Enter the key again."), "wrong key: {found}");
        session.picture("models-wrong-key").await?;

        session.named("button", "Forget").click().await?;
        session.field("Key").enter(CANARY).await?;
        page.change_base_url(&mock.failing_url("status:code=404,kind=model_not_found")).await?;
        let found = page.test_endpoint().await?;
        assert!(
            found.contains("Not usable yet") && found.contains("has no model \"mock-chat\""),
            "wrong model: {found}"
        );

        page.change_base_url(&mock.failing_url("no_cors")).await?;
        let found = page.test_endpoint().await?;
        assert!(found.contains("does not let this page read its answers (CORS)"), "CORS: {found}");

        page.change_base_url("http://127.0.0.1:9/v1").await?;
        let found = page.test_endpoint().await?;
        assert!(found.contains("cannot be reached at all"), "nobody there: {found}");

        // The key was for another address.
        page.change_base_url(&mock.base_url()).await?;
        session.field("Key").enter(CANARY).await?;
        let found = page.test_endpoint().await?;
        assert!(!found.contains("Not usable yet"), "mended: {found}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_is_said_beside_its_field() {
    with_mock(async |session, mock| {
        let page = Page::open(session, "#/models").await?;
        page.configure_endpoint(&mock.base_url(), "", "mock-chat").await?;
        page.change_base_url("not an address").await?;
        session.sees("What is marked above is not kept until it is mended.").await?;
        session.scan("the Models page with a wrong address").await?;
        page.reload().await?;
        assert_eq!(session.field("Base URL").thing().await?.value, mock.base_url());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_models_page_is_accessible_everywhere() {
    with_mock(async |session, mock| {
        let page = Page::open(session, "#/models").await?;
        page.configure_endpoint(&mock.base_url(), CANARY, "mock-chat").await?;
        page.test_endpoint().await?;
        session.script("document.querySelectorAll('main details').forEach((fold) => fold.open = true)").await?;
        session.sees("More headers").await?;
        for window in [Window::Desktop, Window::Phone] {
            session.set_window(window).await?;
            for scheme in [Scheme::Light, Scheme::Dark] {
                session.set_scheme(scheme).await?;
                session.scan(&format!("the Models page with an endpoint ({window:?}, {scheme:?})")).await?;
                session.picture("models").await?;
            }
            page.fits_its_window().await?;
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn removing_an_endpoint_can_be_undone() {
    with_mock(async |session, mock| {
        let page = Page::open(session, "#/models").await?;
        page.configure_endpoint(&mock.base_url(), CANARY, "mock-chat").await?;
        session.named("button", "More for this endpoint").click().await?;
        session.named("menuitem", "Remove").click().await?;
        session.named("heading", "Connect a model").thing().await?;
        session.named("button", "Undo").click().await?;
        assert_eq!(session.field("Model").thing().await?.value, "mock-chat");
        session.named("button", "Forget").thing().await?;
        Ok(())
    })
    .await;
}
