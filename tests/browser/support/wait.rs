//! Waiting for the page: look, look again, give up late and say what was seen.

use std::time::{Duration, Instant};

use super::Outcome;

/// For whatever happens without work: generous, because a loaded machine is slow and a passing test never waits it out.
pub const SOON: Duration = Duration::from_secs(20);
/// For a whole rollout or a pack's download.
pub const LONG: Duration = Duration::from_secs(90);

const PAUSE: Duration = Duration::from_millis(40);

/// What one look showed.
pub enum Look<T> {
    Seen(T),
    /// Not yet; the text says what there was instead and goes into the error when time is up.
    NotYet(String),
}

/// Looks until something is seen or `limit` has passed.
pub async fn until<T>(what: &str, limit: Duration, mut look: impl AsyncFnMut() -> Outcome<Look<T>>) -> Outcome<T> {
    let start = Instant::now();
    loop {
        match look().await? {
            Look::Seen(value) => return Ok(value),
            Look::NotYet(instead) if start.elapsed() > limit => {
                return Err(format!("waited {} s for {what}; {instead}", limit.as_secs()).into());
            }
            Look::NotYet(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
