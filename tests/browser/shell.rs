//! The frame around the pages: routes, keyboard, themes, the content security policy, and what is left of the page
//! when its program stops or cannot start.

use std::fs;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use thirtyfour::Key;

use super::{
    page::{Page, STARTER},
    support::{
        in_browser, in_browser_at,
        mirror::{Fault, Mirror},
        places,
        session::{Scheme, Window},
        wait::{Look, SOON, until},
    },
};

/// Each page with its route and its heading.
const PAGES: [(&str, &str, &str); 5] = [
    ("play", "#/play", STARTER),
    ("evaluate", "#/evaluate", "Evaluate"),
    ("data", "#/data", "Data"),
    ("models", "#/models", "Models"),
    ("not-found", "#/nowhere/at/all", "Not found"),
];

#[tokio::test]
async fn every_address_leads_to_its_page() {
    in_browser(async |session| {
        for (_, route, heading) in PAGES {
            let page = Page::open(session, route).await?;
            session.named("heading", heading).thing().await?;
            assert_eq!(page.route().await?, route, "the address stays");
            assert!(session.driver.title().await?.contains("Taupe"));
        }
        session.sees("#/nowhere/at/all").await?;
        let loaded = session.script("return performance.getEntriesByType('resource').map((file) => file.name)").await?;
        let foreign =
            |address: &serde_json::Value| !address.as_str().is_some_and(|text| text.starts_with(&session.site("")));
        assert!(!loaded.as_array().is_some_and(|all| all.is_empty() || all.iter().any(foreign)), "{loaded}");
        let page = Page { session };
        for name in ["Play", "Evaluate", "Data", "Models"] {
            page.go_to(name).await?;
        }
        session.driver.back().await?;
        session.named("heading", "Data").thing().await?;
        assert_eq!(page.route().await?, "#/data");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_empty_page_is_accessible_in_both_themes_and_on_a_phone() {
    in_browser(async |session| {
        for (name, route, heading) in PAGES {
            for window in [Window::Desktop, Window::Phone] {
                session.set_window(window).await?;
                for scheme in [Scheme::Light, Scheme::Dark] {
                    session.set_scheme(scheme).await?;
                    let page = Page::open(session, route).await?;
                    session.named("heading", heading).thing().await?;
                    session.scan(&format!("{name} ({window:?}, {scheme:?})")).await?;
                    page.fits_its_window().await?;
                    session.picture(&format!("{name}-empty")).await?;
                }
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn overlays_are_accessible_in_both_themes() {
    in_browser(async |session| {
        for scheme in [Scheme::Light, Scheme::Dark] {
            session.set_scheme(scheme).await?;
            let page = Page::open(session, "#/data").await?;
            session.press_with(Key::Control, 'k').await?;
            session.named("dialog", "Command palette").thing().await?;
            session.scan(&format!("the command palette ({scheme:?})")).await?;
            session.picture("palette").await?;
            session.press(Key::Escape).await?;
            session.named("dialog", "Command palette").gone().await?;
            session.press("?").await?;
            session.named("dialog", "Keyboard shortcuts").thing().await?;
            session.scan(&format!("the keyboard help ({scheme:?})")).await?;
            session.press(Key::Escape).await?;
            session.named("dialog", "Keyboard shortcuts").gone().await?;
            session.named("button", "Theme").click().await?;
            session.role("menuitemradio").number(3).await?;
            session.scan(&format!("the theme menu ({scheme:?})")).await?;
            session.press(Key::Escape).await?;
            session.role("menuitemradio").number(0).await?;
            assert_eq!(page.route().await?, "#/data");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_keyboard_reaches_everything() {
    in_browser(async |session| {
        let page = Page::open(session, "#/data").await?;
        page.command("Models").await?;
        session.named("heading", "Models").thing().await?;
        assert_eq!(page.route().await?, "#/models");

        // The first stop is the way around the navigation.
        page.reload().await?;
        session.press(Key::Tab).await?;
        session.press(Key::Enter).await?;
        assert_eq!(session.script("return document.activeElement.id").await?, "main");
        assert_eq!(page.route().await?, "#/models", "skipping is not going elsewhere");

        session.press_with(Key::Control, 'k').await?;
        session.named("dialog", "Command palette").thing().await?;
        session.press("no such command").await?;
        session.sees("No command is called that.").await?;
        session.press(Key::Escape).await?;
        session.named("dialog", "Command palette").gone().await
    })
    .await;
}

/// Whether the page's background is darker than its text.
const IS_DARK: &str = "
    const sum = (colour) => colour.match(/[0-9.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
    return sum(getComputedStyle(document.documentElement).backgroundColor) < sum(getComputedStyle(document.body).color)";

#[tokio::test]
async fn a_theme_is_kept() {
    in_browser(async |session| {
        let page = Page::open(session, "#/data").await?;
        let shows = async |wanted: &str| {
            until(&format!("the {wanted} theme"), SOON, async || {
                let now = if session.script(IS_DARK).await? == true { "dark" } else { "light" };
                Ok(if now == wanted { Look::Seen(()) } else { Look::NotYet(format!("it is {now}")) })
            })
            .await
        };
        shows("light").await?;
        session.named("button", "Theme").click().await?;
        session.named("menuitemradio", "Dark").click().await?;
        shows("dark").await?;
        page.reload().await?;
        shows("dark").await?;
        page.command("Theme: as the system").await?;
        shows("light").await
    })
    .await;
}

#[tokio::test]
async fn no_foreign_script_runs() {
    in_browser(async |session| {
        Page::open(session, "#/play").await?;
        session.witness().expect("Content Security Policy");
        session
            .script(
                "window.foreign = [];
                 window.violations = [];
                 addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective));
                 const inline = document.createElement('script');
                 inline.textContent = 'window.foreign.push(\"inline\")';
                 document.body.append(inline);
                 const blob = document.createElement('script');
                 blob.src = URL.createObjectURL(new Blob(['window.foreign.push(\"blob\")']));
                 document.body.append(blob);
                 const handler = document.createElement('div');
                 handler.innerHTML = '<img src=\"data:,\" onerror=\"window.foreign.push(1)\"><p style=\"color: red\">x</p>';
                 document.body.append(handler);
                 setTimeout('window.foreign.push(\"text\")');
                 const frame = document.createElement('iframe');
                 frame.src = location.href;
                 document.body.append(frame);",
            )
            .await?;
        until("every violation", SOON, async || {
            let all = session.script("return window.violations").await?;
            let wanted = ["script-src-elem", "script-src-attr", "style-src-attr", "script-src", "frame-src"];
            let seen = |directive: &str| all.as_array().is_some_and(|all| all.iter().any(|one| one == directive));
            if wanted.into_iter().all(seen) { Ok(Look::Seen(())) } else { Ok(Look::NotYet(format!("there are {all}"))) }
        })
        .await?;
        assert_eq!(session.script("return window.foreign").await?, serde_json::json!([]));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_panic_shows_the_recovery_panel() {
    in_browser(async |session| {
        session.witness().expect("provoked by #/debug/panic");
        session.driver.goto(session.site("#/debug/panic")).await?;
        let panel = session.named("dialog", "Taupe has stopped");
        panel.thing().await?;
        session.scan("the recovery panel").await?;
        session.picture("recovery").await?;
        panel.says("Everything that was saved is still in this browser").await?;
        // The page behind it takes no more input, and Esc does not bring it back.
        session.press(Key::Escape).await?;
        panel.thing().await?;
        session.role("link").number(0).await?;
        Page { session }.press_and_restart(&session.named("button", "Reload the page")).await?;
        session.named("heading", STARTER).thing().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn after_a_panic_everything_stored_can_still_be_saved() {
    in_browser(async |session| {
        session.witness().expect("provoked by #/debug/panic");
        let page = Page::open(session, "#/models").await?;
        page.configure_endpoint("http://127.0.0.1:9/v1", "", "a-model-to-find-again").await?;
        let folder = session.allow_downloads().await?;
        session.script("location.hash = '#/debug/panic'").await?;
        let panel = session.named("dialog", "Taupe has stopped");
        session.named("button", "Download stored data").within(&panel).click().await?;
        panel.says("Saved ").await?;
        let saved = until("the saved file", SOON, async || {
            let files: Vec<_> = fs::read_dir(&folder)?.collect::<Result<_, _>>()?;
            let whole =
                files.iter().map(fs::DirEntry::path).find(|path| path.extension().is_some_and(|end| end == "json"));
            Ok(whole.map_or_else(|| Look::NotYet(format!("there are {files:?}")), Look::Seen))
        })
        .await?;
        let saved: serde_json::Value = serde_json::from_str(&fs::read_to_string(saved)?)?;
        assert_eq!(saved["format"], "taupe-rescue");
        let records = saved["databases"][0]["stores"].as_array().into_iter().flatten();
        let mut records = records.filter_map(|store| store["records"].as_array()).flatten();
        let endpoints = records.find(|record| record["key"] == "endpoints").ok_or("no endpoints were saved")?;
        let bytes = BASE64.decode(endpoints["value"]["$base64"].as_str().unwrap_or_default())?;
        assert!(String::from_utf8(bytes)?.contains("a-model-to-find-again"), "{saved}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_page_without_its_program_says_so() {
    let server = Mirror::start(places::dist().unwrap()).unwrap();
    server.fail("_bg.wasm", Fault::Missing);
    in_browser_at(&server.url(), async |session| {
        session.witness().expect("404");
        session.driver.goto(session.site("")).await?;
        let panel = session.role("dialog").beginning("Taupe");
        panel.thing().await?;
        session.scan("the panel of a page that did not start").await?;
        session.picture("not-started").await?;
        server.mend();
        Page { session }.press_and_restart(&session.named("button", "Reload the page")).await
    })
    .await;
}
