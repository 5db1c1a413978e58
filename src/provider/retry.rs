//! Whether to repeat a failed call, and after how long. Decides only; the client waits.

use std::collections::BTreeMap;

use serde_json::Value;

use super::failure::{Failure, Trouble};

/// Attempts at one call, the first included.
pub const MAX_ATTEMPTS: u32 = 6;
/// A longer wait is not waited for inside a call.
pub const MAX_WAIT_MS: f64 = 120_000.0;

const FIRST_BACKOFF_MS: f64 = 1_000.0;
const MAX_BACKOFF_MS: f64 = 60_000.0;

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decision {
    Retry {
        wait_ms: f64,
    },
    /// The server asks for more patience than a call has: give up, and leave the endpoint alone for so long.
    Later {
        wait_ms: f64,
    },
    GiveUp,
}

/// The failed attempts of one call.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    total: u32,
    by_trouble: BTreeMap<Trouble, u32>,
}

impl Tally {
    /// Counts one more failed attempt and decides what follows.
    ///
    /// `proven`: the endpoint has answered before in this session, so an unreadable answer may pass by itself.
    /// `jitter` is a random number in 0..=1 that keeps parallel calls from returning all at once.
    pub fn decide(&mut self, failure: &Failure, proven: bool, jitter: f64) -> Decision {
        self.total += 1;
        let same = self.by_trouble.entry(failure.trouble).or_default();
        *same += 1;
        if self.total >= MAX_ATTEMPTS || *same >= attempts_allowed(failure.trouble, proven) {
            return match failure.wait_ms {
                Some(wait_ms) if wait_ms > MAX_WAIT_MS => Decision::Later { wait_ms },
                _ => Decision::GiveUp,
            };
        }
        match failure.wait_ms {
            Some(wait_ms) if wait_ms > MAX_WAIT_MS => Decision::Later { wait_ms },
            Some(wait_ms) => Decision::Retry { wait_ms },
            None => Decision::Retry { wait_ms: backoff_ms(self.total, jitter) },
        }
    }

    /// Failed attempts so far.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.total
    }
}

/// How often a call may meet this trouble before it gives up.
fn attempts_allowed(trouble: Trouble, proven: bool) -> u32 {
    match trouble {
        Trouble::Refused => 1,
        Trouble::Unreachable => {
            if proven {
                MAX_ATTEMPTS
            } else {
                1
            }
        }
        Trouble::Broken | Trouble::RateLimited | Trouble::Overloaded | Trouble::Passing => MAX_ATTEMPTS,
        // The same body that failed three times is a bad body: some servers answer one with 500.
        Trouble::ServerError => 3,
        Trouble::Truncated | Trouble::EmptyStream | Trouble::EmptyReply | Trouble::MalformedCall => 3,
        Trouble::Silence | Trouble::NotApi => 2,
    }
}

/// The wait after the n-th failure: doubling from one second to a minute, give or take a quarter.
#[must_use]
pub fn backoff_ms(failures: u32, jitter: f64) -> f64 {
    let doublings = failures.saturating_sub(1).min(16);
    let wait = (FIRST_BACKOFF_MS * f64::from(1_u32 << doublings)).min(MAX_BACKOFF_MS);
    wait * (0.75 + 0.5 * jitter.clamp(0.0, 1.0))
}

/// The wait that an answer asks for: by a readable header, else by what its body says.
///
/// `message` is the error text, `body` the whole JSON body where it is JSON. `now_ms` counts from the Unix epoch.
#[must_use]
pub fn named_wait_ms(headers: &[(String, String)], body: &Value, message: &str, now_ms: f64) -> Option<f64> {
    let header = |name: &str| headers.iter().find_map(|(key, value)| (key == name).then_some(value.trim()));
    let from_header = header("retry-after-ms").and_then(|text| text.parse::<f64>().ok()).or_else(|| {
        let text = header("retry-after")?;
        let seconds = text.parse::<f64>().ok().map(|seconds| seconds * 1_000.0);
        seconds.or_else(|| http_date_ms(text).map(|at| at - now_ms))
    });
    from_header
        .or_else(|| retry_delay(body))
        .or_else(|| reset_in_metadata(body, now_ms))
        .or_else(|| wait_in_text(message))
        .filter(|wait| wait.is_finite())
        .map(|wait| wait.max(0.0))
}

/// Google's `RetryInfo`: `{"error": {"details": [{"retryDelay": "7s"}]}}`, perhaps inside a list.
fn retry_delay(body: &Value) -> Option<f64> {
    let body = body.get(0).unwrap_or(body);
    let details = body.get("error")?.get("details")?.as_array()?;
    details.iter().find_map(|detail| duration_ms(detail.get("retryDelay")?.as_str()?))
}

/// OpenRouter passes the limit's headers on inside the body; the reset is a time in milliseconds.
fn reset_in_metadata(body: &Value, now_ms: f64) -> Option<f64> {
    let headers = body.get("error")?.get("metadata")?.get("headers")?;
    let reset = headers.get("X-RateLimit-Reset")?;
    let at = reset.as_f64().or_else(|| reset.as_str()?.parse().ok())?;
    (at > now_ms).then_some(at - now_ms)
}

/// "Please try again in 7.5s", "retry in 1m30s", "Please retry after 20 seconds".
fn wait_in_text(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    ["try again in ", "retry in ", "retry after ", "try again after "].iter().find_map(|phrase| {
        let at = lower.find(phrase)? + phrase.len();
        duration_ms(&lower[at..])
    })
}

/// Reads a duration at the start of a text: `7s`, `7.66s`, `350ms`, `6m0s`, `1h2m`, `20 seconds`, `2 minutes`.
fn duration_ms(text: &str) -> Option<f64> {
    let mut rest = text.trim_start();
    let mut total = None;
    loop {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let Ok(number) = rest[..digits].parse::<f64>() else { break };
        let after = rest[digits..].trim_start();
        let letters = after.len() - after.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let unit = match &after[..letters] {
            "ms" | "millisecond" | "milliseconds" => 1.0,
            "s" | "sec" | "secs" | "second" | "seconds" => 1_000.0,
            "m" | "min" | "mins" | "minute" | "minutes" => 60_000.0,
            "h" | "hour" | "hours" => 3_600_000.0,
            "d" | "day" | "days" => 86_400_000.0,
            _ => break,
        };
        total = Some(total.unwrap_or(0.0) + number * unit);
        rest = &after[letters..];
    }
    total
}

/// An HTTP date (`Sat, 21 Nov 2026 11:41:29 GMT`) in milliseconds since the Unix epoch.
fn http_date_ms(text: &str) -> Option<f64> {
    let (_, date) = text.split_once(", ")?;
    let parts: Vec<&str> = date.split(' ').collect();
    let [day, month, year, time, "GMT"] = parts[..] else { return None };
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months.iter().position(|&name| name == month)? as i64 + 1;
    let (day, year): (i64, i64) = (day.parse().ok()?, year.parse().ok()?);
    let clock: Vec<i64> = time.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [hours, minutes, seconds] = clock[..] else { return None };
    // Days since 1970-01-01 of a Gregorian date, counting years from March so that leap days come last
    // (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    Some(((days * 86_400 + hours * 3_600 + minutes * 60 + seconds) * 1_000) as f64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::chat::ChatErrorKind;

    fn failure(trouble: Trouble, wait_ms: Option<f64>) -> Failure {
        Failure { wait_ms, ..Failure::new(ChatErrorKind::ServerError, trouble, "x") }
    }

    /// How many attempts a call makes when every one of them ends in this trouble.
    fn attempts(trouble: Trouble, proven: bool) -> u32 {
        let mut tally = Tally::default();
        while let Decision::Retry { .. } = tally.decide(&failure(trouble, None), proven, 0.5) {}
        tally.failures()
    }

    #[test]
    fn each_trouble_has_its_number_of_attempts() {
        for (trouble, expect) in [
            (Trouble::Refused, 1),
            (Trouble::RateLimited, 6),
            (Trouble::Overloaded, 6),
            (Trouble::Passing, 6),
            (Trouble::Broken, 6),
            (Trouble::ServerError, 3),
            (Trouble::Truncated, 3),
            (Trouble::EmptyReply, 3),
            (Trouble::NotApi, 2),
            (Trouble::Silence, 2),
        ] {
            assert_eq!(attempts(trouble, true), expect, "{trouble:?}");
        }
        assert_eq!((attempts(Trouble::Unreachable, false), attempts(Trouble::Unreachable, true)), (1, 6));
    }

    #[test]
    fn troubles_are_counted_apart_and_together() {
        let mut tally = Tally::default();
        for _ in 0..4 {
            assert!(matches!(tally.decide(&failure(Trouble::RateLimited, None), true, 0.5), Decision::Retry { .. }));
        }
        assert!(matches!(tally.decide(&failure(Trouble::Truncated, None), true, 0.5), Decision::Retry { .. }));
        assert_eq!(tally.decide(&failure(Trouble::RateLimited, None), true, 0.5), Decision::GiveUp);
    }

    #[test]
    fn backoff_doubles_to_a_minute() {
        let waits: Vec<f64> = (1..=8).map(|n| backoff_ms(n, 0.5)).collect();
        assert_eq!(waits, [1e3, 2e3, 4e3, 8e3, 16e3, 32e3, 60e3, 60e3]);
        assert_eq!((backoff_ms(1, 0.0), backoff_ms(1, 1.0), backoff_ms(99, 1.0)), (750.0, 1250.0, 75_000.0));
    }

    #[test]
    fn a_named_wait_wins_unless_it_is_too_long() {
        let decide = |wait| Tally::default().decide(&failure(Trouble::RateLimited, Some(wait)), true, 0.5);
        assert_eq!(decide(7_000.0), Decision::Retry { wait_ms: 7_000.0 });
        assert_eq!(decide(120_000.0), Decision::Retry { wait_ms: 120_000.0 });
        assert_eq!(decide(120_001.0), Decision::Later { wait_ms: 120_001.0 });
    }

    #[track_caller]
    fn check_wait(headers: &[(&str, &str)], body: Value, message: &str, expect: Option<f64>) {
        let headers: Vec<_> = headers.iter().map(|&(k, v)| (k.to_owned(), v.to_owned())).collect();
        assert_eq!(named_wait_ms(&headers, &body, message, 1_795_261_289_000.0), expect);
    }

    #[test]
    fn waits_are_read_from_headers_and_bodies() {
        check_wait(&[("retry-after", "2")], Value::Null, "try again in 9s", Some(2_000.0));
        check_wait(&[("retry-after-ms", "350"), ("retry-after", "1")], Value::Null, "", Some(350.0));
        check_wait(&[("retry-after", "Sat, 21 Nov 2026 11:41:36 GMT")], Value::Null, "", Some(7_000.0));
        check_wait(&[("retry-after", "Sat, 21 Nov 2026 11:41:00 GMT")], Value::Null, "", Some(0.0));
        check_wait(&[("retry-after", "soon")], Value::Null, "", None);
        check_wait(&[], Value::Null, "Rate limit reached. Please try again in 6m0s. Visit", Some(360_000.0));
        check_wait(&[], Value::Null, "Please try again in 7.66s.", Some(7_660.0));
        check_wait(&[], Value::Null, "Please try again in 350ms.", Some(350.0));
        check_wait(&[], Value::Null, "Please retry after 20 seconds.", Some(20_000.0));
        check_wait(&[], Value::Null, "Please try again in a moment", None);
        let google = json!([{"error": {"details": [{"@type": "x"}, {"retryDelay": "38.5s"}]}}]);
        check_wait(&[], google, "", Some(38_500.0));
        let router = json!({"error": {"metadata": {"headers": {"X-RateLimit-Reset": "1795261299000"}}}});
        check_wait(&[], router, "", Some(10_000.0));
        check_wait(&[], json!({"error": "x"}), "no hint", None);
    }
}
