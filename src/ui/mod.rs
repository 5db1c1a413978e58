//! Leptos components: what the page looks like. wasm32 only.

use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{app::App, platform::page, present::route::Route};

mod commands;
mod keyboard_help;
pub mod kit;
pub mod pages;
mod palette;
mod panic;
mod router;
mod shell;

/// Replaces the start-up frame of `index.html` by the page.
///
/// # Panics
/// At `#/debug/panic`, on purpose.
pub fn start() {
    panic::install();
    let place = page::document().and_then(|document| document.get_element_by_id("app"));
    let Some(place) = place.and_then(|place| place.dyn_into::<HtmlElement>().ok()) else {
        panic!("index.html has no element #app");
    };
    place.replace_children_with_node_0();
    mount_to(place.clone(), || {
        let app = App::provide();
        assert!(app.route.get_untracked() != Route::DebugPanic, "provoked by {}", Route::DebugPanic);
        router::install(app);
        commands::install(app);
        view! { <shell::Shell /> }
    })
    .forget();
    // For whoever waits for the page: tests, and people who measure it.
    let _ = place.set_attribute("data-ready", "");
}
