//! The address bar ⇄ the page: follows the hash, names the tab, and moves focus and scroll on navigation.

use leptos::{ev, prelude::*};

use crate::{app::App, platform::page, present::route::Route};

/// Starts to follow the address. Call once.
pub fn install(app: App) {
    let listener = window_event_listener(ev::hashchange, move |_| {
        let Ok(route) = page::hash().parse::<Route>();
        // Asked for on purpose, to try the recovery panel; see `Route::DebugPanic`.
        assert!(route != Route::DebugPanic, "provoked by {route}");
        if app.route.get_untracked() != route {
            app.route.set(route);
        }
    });
    on_cleanup(move || listener.remove());

    Effect::new(move |_| page::set_title(&app.route.with(Route::title)));

    // A new page starts at its top, with the focus on its title so that a screen reader says where it is. Within a
    // page the address changes with what is selected, and the focus stays where the user put it.
    Effect::new(move |before: Option<_>| {
        let now = app.page.get();
        if before.is_some_and(|before| before != now) {
            request_animation_frame(|| {
                page::scroll_to_top();
                page::focus("main h1");
            });
        }
        now
    });
}
