//! Everything that went wrong in the page, from its first line on: errors and warnings of the console, uncaught
//! exceptions and rejections, files that did not load, and what the content security policy blocked.
//!
//! The browser's own log is the source: it needs nothing injected into the page and outlives reloads.

use std::{cell::RefCell, fmt::Write as _};

use thirtyfour::WebDriver;

use super::Outcome;

/// The complaints of one browser session.
#[derive(Default)]
pub struct Witness {
    announced: RefCell<Vec<String>>,
    heard: RefCell<Vec<String>>,
}

impl Witness {
    /// Announces a complaint that contains `part`. It must come, as often as it likes.
    pub fn expect(&self, part: impl Into<String>) {
        self.announced.borrow_mut().push(part.into());
    }

    /// Every complaint up to now.
    pub async fn complaints(&self, driver: &WebDriver) -> Outcome<Vec<String>> {
        for entry in driver.browser_log().await? {
            if matches!(entry.level.as_str(), "SEVERE" | "WARNING") {
                let source = entry.source.unwrap_or_default();
                self.heard.borrow_mut().push(format!("{} {source}: {}", entry.level, entry.message));
            }
        }
        Ok(self.heard.borrow().clone())
    }

    /// An error when something was heard that was not announced, or the other way round.
    pub async fn verdict(&self, driver: &WebDriver) -> Outcome {
        let heard = self.complaints(driver).await?;
        let announced = self.announced.borrow();
        let mut wrong = String::new();
        for complaint in heard.iter().filter(|complaint| !announced.iter().any(|part| complaint.contains(part))) {
            let _ = write!(wrong, "\n  not announced: {complaint}");
        }
        for part in announced.iter().filter(|part| !heard.iter().any(|complaint| complaint.contains(*part))) {
            let _ = write!(wrong, "\n  announced, but did not come: {part}");
        }
        if wrong.is_empty() { Ok(()) } else { Err(format!("the page's console is not as expected:{wrong}").into()) }
    }
}
