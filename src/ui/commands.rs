//! The actions that every page has: going to the pages, the theme, the palette, the help; and the one listener that
//! turns key strokes into actions.

use leptos::{ev, prelude::*};

use crate::{
    app::{Action, App, Overlay, Theme},
    platform::page,
    present::{
        keys::{Shortcut, Stroke},
        route::Page,
    },
};

/// Registers the general actions and starts to listen to the keyboard. Call once.
pub fn install(app: App) {
    let pages = Page::LISTED.into_iter().chain([Page::Cast]).map(move |page| {
        let id = match page {
            Page::Play | Page::NotFound => "page.play",
            Page::Evaluate => "page.evaluate",
            Page::Evolve => "page.evolve",
            Page::Runs | Page::Compare => "page.runs",
            Page::Cast => "page.cast",
            Page::Data => "page.data",
            Page::Models => "page.models",
        };
        Action::new(id, "Go to", page.icon(), page.name(), move || app.go(&page.route()))
    });
    let themes = Theme::ALL.into_iter().map(move |theme| {
        let (id, name) = match theme {
            Theme::System => ("theme.system", "Theme: as the system"),
            Theme::Light => ("theme.light", "Theme: light"),
            Theme::Dark => ("theme.dark", "Theme: dark"),
        };
        Action::new(id, "View", theme.icon(), name, move || app.set_theme(theme))
    });
    let overlays = [
        Action::new("palette", "View", "command", "Command palette", move || app.overlay.set(Some(Overlay::Palette)))
            .with_shortcut(Shortcut::primary("k")),
        Action::new("keyboard", "View", "keyboard", "Keyboard shortcuts", move || {
            app.overlay.set(Some(Overlay::Keyboard));
        })
        .with_shortcut(Shortcut::key("?")),
    ];
    app.actions.register(pages.chain(themes).chain(overlays));

    let listener = window_event_listener(ev::keydown, move |event| {
        // A dialog has its own keys, and what it covers cannot be acted on; a composed character is not a command.
        if event.default_prevented() || event.is_composing() || page::is_modal_open() {
            return;
        }
        let key = event.key();
        let bare = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        // A key that is held down moves on and on, but does not decide again and again.
        let repeats = event.repeat() && !key.starts_with("Arrow");
        if bare && (repeats || page::focus_uses(&key)) {
            return;
        }
        let stroke = Stroke {
            key: &key,
            ctrl: event.ctrl_key(),
            meta: event.meta_key(),
            alt: event.alt_key(),
            shift: event.shift_key(),
        };
        if app.actions.perform_stroke(stroke, page::is_typing()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}
