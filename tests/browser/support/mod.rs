//! What the browser tests stand on: programs started and stopped, sessions, finding things as a user finds them.
//!
//! [`in_browser`] runs one test: its own site, its own driver and browser profile, a witness of everything that goes
//! wrong in the page, and, when the test fails, a picture, the page's text and the driver's log.

pub mod axe;
pub mod browser;
pub mod failure;
pub mod mirror;
pub mod mock;
pub mod places;
pub mod seek;
pub mod session;
pub mod wait;
pub mod witness;

use std::{error::Error, panic::AssertUnwindSafe, thread};

use crate::http::{Mount, Server};
use futures::FutureExt as _;

pub use session::Session;

/// Where the site lies on the server.
pub const SITE: &str = "/taupe/";
/// Where the benchmark's files lie.
pub const UPSTREAM: &str = "/upstream/";

/// What a step of a test gives. The error is read by a person: any type will do.
pub type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Runs `test` on the built site, in a browser of its own, and fails if the test or the witness does.
///
/// The site lies under [`SITE`] and never at the root, because a static host may put it anywhere; the benchmark's
/// files, where they are at hand, lie under [`UPSTREAM`] on the same server, as `cargo xtask serve` has them.
///
/// # Panics
/// When the test fails, when the page logged an error or warning that the test did not announce, or when a browser,
/// a driver or the built site is missing.
pub async fn in_browser<T: AsyncFnOnce(&Session) -> Outcome>(test: T) {
    let served = || {
        let mut mounts = vec![Mount::new(SITE, places::dist()?)];
        mounts.extend(places::upstream()?.map(|folder| Mount::new(UPSTREAM, folder).with_cors()));
        Outcome::Ok(Server::start(0, mounts)?)
    };
    match served() {
        Ok(server) => in_browser_at(&server.url(SITE), test).await,
        Err(error) => panic!("{error}"),
    }
}

/// The same with the page at another address.
pub async fn in_browser_at<T: AsyncFnOnce(&Session) -> Outcome>(site: &str, test: T) {
    // The test runner gives every test a thread of the test's name.
    let name = thread::current().name().unwrap_or("unnamed").to_owned();
    let opened = Session::open(&name, site).await;
    let session = match opened {
        Ok(session) => session,
        Err(error) => panic!("{error}"),
    };
    let ended = AssertUnwindSafe(test(&session)).catch_unwind().await;
    let complaint = match ended {
        Ok(Ok(())) => session.witness().verdict(&session.driver).await.err().map(|error| error.to_string()),
        Ok(Err(error)) => Some(error.to_string()),
        Err(panic) => Some(failure::panic_text(panic.as_ref())),
    };
    let kept = match &complaint {
        Some(_) => failure::keep_evidence(&session).await,
        None => String::new(),
    };
    session.close().await;
    if let Some(complaint) = complaint {
        panic!("{name}: {complaint}\n{kept}");
    }
}
