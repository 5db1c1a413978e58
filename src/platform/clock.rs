//! The browser's time behind [`Clock`].

use futures::future::LocalBoxFuture;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;
use web_sys::Performance;

use crate::provider::http::Clock;

/// `performance.now()` since the page's time origin, and `setTimeout`.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrowserClock;

/// A longer `setTimeout` fires at once.
const LONGEST_SLEEP_MS: f64 = i32::MAX as f64;

impl Clock for BrowserClock {
    fn now_ms(&self) -> f64 {
        match performance() {
            Some(performance) => performance.time_origin() + performance.now(),
            None => js_sys::Date::now(),
        }
    }

    fn sleep(&self, ms: f64) -> LocalBoxFuture<'_, ()> {
        let ms = ms.clamp(0.0, LONGEST_SLEEP_MS).ceil() as u32;
        Box::pin(TimeoutFuture::new(ms))
    }
}

/// A time since 1970 on the user's own calendar and clock: year, month from 1, day, hour, minute.
#[must_use]
pub fn local(ms: f64) -> [u32; 5] {
    let date = js_sys::Date::new(&ms.into());
    [date.get_full_year(), date.get_month() + 1, date.get_date(), date.get_hours(), date.get_minutes()]
}

/// The clock of the page or the worker, whichever this runs in.
fn performance() -> Option<Performance> {
    js_sys::Reflect::get(&js_sys::global(), &"performance".into()).ok()?.dyn_into().ok()
}
