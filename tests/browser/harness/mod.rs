//! Tests of the harness itself, on a page with known faults: what could not notice a fault would prove nothing.

use std::path::Path;

use super::support::{
    Outcome, Session, in_browser_at,
    mirror::Mirror,
    session::{Scheme, Window},
};

async fn on_faulty_page(test: impl AsyncFnOnce(&Session) -> Outcome) {
    let server = Mirror::start(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/harness")).unwrap();
    in_browser_at(&server.url(), async |session| {
        session.driver.goto(session.site("")).await?;
        session.named("button", "The second").thing().await?;
        test(session).await
    })
    .await;
}

#[tokio::test]
async fn the_witness_hears_every_kind_of_fault() {
    on_faulty_page(async |session| {
        session.named("button", "One").click().await?;
        session.named("button", "Done").thing().await?;
        let heard = session.witness().complaints(&session.driver).await?;
        for part in ["Content Security Policy", "error of the console", "rejection nobody", "exception nobody", "404"] {
            assert!(heard.iter().any(|complaint| complaint.contains(part)), "{part} is not in {heard:#?}");
        }
        let verdict = session.witness().verdict(&session.driver).await;
        assert_eq!(verdict.unwrap_err().to_string().matches("not announced").count(), heard.len());
        for part in ["Content Security Policy", "an error", "a rejection", "an exception", "404"] {
            session.witness().expect(part);
        }
        assert_eq!(session.script("return document.title").await?, "A page with faults");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_witness_misses_what_was_announced_and_did_not_come() {
    on_faulty_page(async |session| {
        session.witness().expect("Content Security Policy");
        session.witness().verdict(&session.driver).await?;
        let other = super::support::witness::Witness::default();
        other.expect("never");
        assert!(other.verdict(&session.driver).await.unwrap_err().to_string().contains("did not come: never"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn things_are_found_by_role_and_name_and_place() {
    on_faulty_page(async |session| {
        session.witness().expect("Content Security Policy");
        let names: Vec<String> = session.role("button").now().await?.into_iter().map(|thing| thing.name).collect();
        assert_eq!(names, ["One", "The second", "One"]);
        assert!(session.named("button", "The second").thing().await?.disabled);
        let region = session.named("region", "Scheme");
        session.named("button", "One").within(&region).click().await?;
        session.named("button", "Clicked").within(&region).thing().await?;
        session.named("button", "One").number(1).await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn windows_and_schemes_are_what_the_page_sees() {
    on_faulty_page(async |session| {
        session.witness().expect("Content Security Policy");
        session.sees("light 1440").await?;
        session.set_window(Window::Phone).await?;
        session.set_scheme(Scheme::Dark).await?;
        session.driver.refresh().await?;
        session.sees("dark 390").await
    })
    .await;
}

#[tokio::test]
async fn the_scan_lists_what_is_wrong() {
    on_faulty_page(async |session| {
        session.witness().expect("Content Security Policy");
        let list = session.scan("the faulty page").await.unwrap_err().to_string();
        assert!(list.contains("* label (critical)") && list.contains("<input type=\"text\">"), "{list}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn offline_means_offline() {
    on_faulty_page(async |session| {
        session.witness().expect("Content Security Policy");
        session.witness().expect("ERR_INTERNET_DISCONNECTED");
        session.set_offline(true).await?;
        let fetch = "const done = arguments[0]; fetch('faults.js').then((r) => done(r.ok), (e) => done(String(e)))";
        let offline = session.driver.execute_async(fetch, Vec::new()).await?.json().clone();
        assert!(offline.as_str().is_some_and(|error| error.contains("Failed to fetch")), "{offline}");
        session.set_offline(false).await?;
        assert_eq!(*session.driver.execute_async(fetch, Vec::new()).await?.json(), true);
        Ok(())
    })
    .await;
}
