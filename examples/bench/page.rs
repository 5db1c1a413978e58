//! The page's state without its views, and how long the page is kept from anything else.

use std::cell::Cell;
use std::rc::Rc;

use futures::channel::oneshot;
use gloo_timers::future::TimeoutFuture;
use leptos::mount::mount_to;
use taupe::app::{App, Batches, Evolutions, Packs, use_batches, use_evolutions, use_packs};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

pub const WORLD: &str = "starter-retail";

/// How often it is looked whether something is done, in milliseconds.
const LOOK_MS: u32 = 5;
/// What takes longer than this has got stuck, in milliseconds.
const LIMIT_MS: f64 = 120_000.0;

/// What the figures need of the page.
#[derive(Clone, Copy)]
pub struct Page {
    pub batches: Batches,
    pub evolutions: Evolutions,
    pub packs: Packs,
}

impl Page {
    /// Makes the page's state, with the starter world read.
    pub async fn open() -> Result<Self, String> {
        let body = web_sys::window().and_then(|window| window.document()).and_then(|document| document.body());
        let (hand, handed) = oneshot::channel();
        let page = move || {
            App::provide();
            // The receiver waits below.
            _ = hand.send(Self { batches: use_batches(), evolutions: use_evolutions(), packs: use_packs() });
        };
        mount_to(body.ok_or("no page")?, page).forget();
        let page = handed.await.map_err(|_| "the page's state was not made")?;
        page.packs.wait_for(WORLD).await.ok_or("the starter world was not read")?;
        Ok(page)
    }
}

/// Megabytes that the module has taken from the browser.
pub fn memory_mb() -> Result<f64, String> {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().dyn_into().map_err(|_| "no memory")?;
    let buffer: js_sys::ArrayBuffer = memory.buffer().dyn_into().map_err(|_| "no memory")?;
    Ok(f64::from(buffer.byte_length()) / 1e6)
}

/// Watches how long the page is kept from anything else.
pub struct Watch {
    longest_ms: Rc<Cell<f64>>,
    ended: Rc<Cell<bool>>,
}

impl Watch {
    pub fn start() -> Self {
        let (longest_ms, ended) = (Rc::new(Cell::new(0.0_f64)), Rc::new(Cell::new(false)));
        spawn_local({
            let (longest, ended) = (Rc::clone(&longest_ms), Rc::clone(&ended));
            let performance = web_sys::window().and_then(|window| window.performance());
            async move {
                let Some(performance) = performance else { return };
                while !ended.get() {
                    let before = performance.now();
                    TimeoutFuture::new(0).await;
                    longest.set(longest.get().max(performance.now() - before));
                }
            }
        });
        Self { longest_ms, ended }
    }

    /// The longest time between two turns, in milliseconds.
    pub fn end(self) -> f64 {
        self.ended.set(true);
        self.longest_ms.get()
    }
}

/// Waits until something is done, and says how many milliseconds that took.
pub async fn until(now_ms: &impl Fn() -> f64, is_done: impl Fn() -> bool) -> Result<f64, String> {
    let started = now_ms();
    while !is_done() {
        if now_ms() - started > LIMIT_MS {
            return Err("what was started does not come to its end".to_owned());
        }
        TimeoutFuture::new(LOOK_MS).await;
    }
    Ok(now_ms() - started)
}
