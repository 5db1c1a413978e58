//! What a failed test leaves behind, under `target/browser/failures/<test>/`.

use std::{any::Any, fs, path::Path};

use super::{Outcome, Session, places};

/// Saves a picture, the page's HTML, the console and the driver's log; returns a sentence that says where.
pub async fn keep_evidence(session: &Session) -> String {
    let saved = async {
        let folder = places::leavings("failures")?.join(session.file_name());
        fs::create_dir_all(&folder)?;
        save(session, &folder).await;
        Outcome::Ok(folder)
    };
    match saved.await {
        Ok(folder) => format!("A picture, the page, its console and the driver's log are in {}", folder.display()),
        Err(error) => format!("Nothing could be kept: {error}"),
    }
}

/// Each piece by itself: a page that is gone must not cost the driver's log.
async fn save(session: &Session, folder: &Path) {
    if let Err(error) = session.driver.screenshot(&folder.join("page.png")).await {
        eprintln!("no picture: {error}");
    }
    let pieces = [
        ("page.html", session.driver.source().await.map_err(Into::into)),
        ("console.txt", session.witness().complaints(&session.driver).await.map(|lines| lines.join("\n"))),
        ("driver.log", fs::read_to_string(&session.driver_process.log).map_err(Into::into)),
    ];
    for (name, text) in pieces {
        if let Err(error) = text.and_then(|text| Ok(fs::write(folder.join(name), text)?)) {
            eprintln!("no {name}: {error}");
        }
    }
}

/// The text of a caught panic.
pub fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("panicked without a text").to_owned()
}
