//! When something was, in words, by the user's own clock.

use crate::platform::clock::{self, BrowserClock};
use crate::present::format::{Moment, moment};
use crate::provider::http::Clock;

/// Now, in milliseconds since 1970.
#[must_use]
pub fn now_ms() -> u64 {
    // Positive, and far below the largest whole number that a float holds.
    BrowserClock.now_ms() as u64
}

/// A time in milliseconds since 1970 as it is told today: `14:05`, `3 Nov 14:05`.
#[must_use]
pub fn when(ms: u64) -> String {
    moment(of(ms as f64), of(BrowserClock.now_ms()))
}

fn of(ms: f64) -> Moment {
    let [year, month, day, hour, minute] = clock::local(ms);
    Moment { year, month, day, hour, minute }
}
