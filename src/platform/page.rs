//! Small things of the document and the window: title, theme, small settings, platform, clipboard.
//!
//! A browser may refuse any of them (blocked storage, no clipboard permission); what is refused is skipped or
//! returned as a plain `false`/`None`, never a panic.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element, HtmlElement, HtmlMetaElement, Storage};

/// The document, absent only outside a page.
#[must_use]
pub fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// The full address of a path that is relative to the page's own.
#[must_use]
pub fn address_of(path: &str) -> String {
    let base = document().and_then(|document| document.base_uri().ok().flatten()).unwrap_or_default();
    web_sys::Url::new_with_base(path, &base).map_or_else(|_| path.to_owned(), |address| address.href())
}

/// Sets the text of the tab.
pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// The text after the address, with its `#`; empty where there is none.
#[must_use]
pub fn hash() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Goes to a hash address as a new entry of the history.
pub fn set_hash(hash: &str) {
    if let Some(window) = web_sys::window() {
        // Fails only in documents that are going away.
        let _ = window.location().set_hash(hash);
    }
}

/// Reads a small setting. Small settings are looks only; everything that matters is in IndexedDB.
#[must_use]
pub fn setting(name: &str) -> Option<String> {
    storage()?.get_item(&format!("taupe.{name}")).ok()?
}

/// Keeps a small setting, or forgets it. Storage that is blocked or full is no error: the setting lasts until reload.
pub fn keep_setting(name: &str, value: Option<&str>) {
    let Some(storage) = storage() else { return };
    let name = format!("taupe.{name}");
    let _ = match value {
        Some(value) => storage.set_item(&name, value),
        None => storage.remove_item(&name),
    };
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// Puts a `data-` attribute on the root element, or takes it away.
pub fn set_root_data(name: &str, value: Option<&str>) {
    let Some(root) = document().and_then(|document| document.document_element()) else { return };
    let name = format!("data-{name}");
    let _ = match value {
        Some(value) => root.set_attribute(&name, value),
        None => root.remove_attribute(&name),
    };
}

/// Sets the colour of the browser's own bars: one for a light and one for a dark system.
pub fn set_bar_colours(light: &str, dark: &str) {
    let Some(found) = document().and_then(|document| document.query_selector_all("meta[name=theme-color]").ok()) else {
        return;
    };
    for (at, colour) in [light, dark].into_iter().enumerate() {
        // At most a handful of elements.
        let meta = u32::try_from(at).ok().and_then(|at| found.get(at)).and_then(|node| node.dyn_into().ok());
        if let Some(meta) = meta {
            HtmlMetaElement::set_content(&meta, colour);
        }
    }
}

/// True on Apple's systems, whose command key is ⌘.
#[must_use]
pub fn is_apple() -> bool {
    web_sys::window()
        .and_then(|window| window.navigator().platform().ok())
        .is_some_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"))
}

/// Puts the focus on the first element that the selector finds, without scrolling.
pub fn focus(selector: &str) {
    let found = document().and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

/// True while keys that are typed become text in a field.
#[must_use]
pub fn is_typing() -> bool {
    let active: Option<Element> = document().and_then(|document| document.active_element());
    active.is_some_and(|element| {
        element.matches("textarea, select, [contenteditable=true]").unwrap_or(false)
            || element.matches("input:not([type=checkbox], [type=radio], [type=button], [type=range])").unwrap_or(false)
    })
}

/// True if the element that has the focus acts on this bare key itself, so that it is no command: Space presses a
/// button, arrows move among radio buttons.
#[must_use]
pub fn focus_uses(key: &str) -> bool {
    let selector = match key {
        " " => "button, summary, input, [role=button], [role=tab], [role=menuitem]",
        "Enter" => "a, button, summary, input, [role=button], [role=tab], [role=menuitem]",
        "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown" => "input[type=radio], select",
        _ => return false,
    };
    let active: Option<Element> = document().and_then(|document| document.active_element());
    active.is_some_and(|element| {
        // A slider has no use for Space.
        element.matches(selector).unwrap_or(false) && !(key == " " && element.matches("[type=range]").unwrap_or(false))
    })
}

/// True while a modal dialog is open.
#[must_use]
pub fn is_modal_open() -> bool {
    document().and_then(|document| document.query_selector("dialog[open]").ok().flatten()).is_some()
}

/// Scrolls the window to its top.
pub fn scroll_to_top() {
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// Copies a text. False when the browser refused: no permission, or no secure context.
pub async fn copy_text(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    // Outside secure contexts (plain http beyond this machine) there is no clipboard object at all.
    if !window.is_secure_context() {
        return false;
    }
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}

/// Loads the page anew.
pub fn reload() {
    if let Some(window) = web_sys::window() {
        // Fails only in documents that are going away.
        let _ = window.location().reload();
    }
}

/// A text that no other call gives: a random UUID, or where the browser makes none (outside secure contexts) random
/// digits.
#[must_use]
pub fn random_id() -> String {
    let made = web_sys::window().filter(|window| window.is_secure_context()).and_then(|window| window.crypto().ok());
    made.map_or_else(
        || format!("{:x}{:x}", js_sys::Math::random().to_bits(), js_sys::Math::random().to_bits()),
        |crypto| crypto.random_uuid(),
    )
}

/// Runs something before the next frame is painted; at once outside a page.
pub fn on_next_frame(run: impl FnOnce() + 'static) {
    let Some(window) = web_sys::window() else { return run() };
    let callback = wasm_bindgen::closure::Closure::once_into_js(run);
    // Refused only in documents that are going away.
    let _ = window.request_animation_frame(callback.unchecked_ref());
}

/// How far an element is scrolled, and how far its end is away, both in pixels; without one, the window.
#[must_use]
pub fn scrolled(element: Option<&Element>) -> Option<(f64, f64)> {
    let window_itself = || document().and_then(|document| document.scrolling_element());
    let element = element.cloned().or_else(window_itself)?;
    let top = f64::from(element.scroll_top());
    Some((top, f64::from(element.scroll_height()) - top - f64::from(element.client_height())))
}

/// Scrolls to the last element of what scrolls: to the very end of its scrolling ancestor, or of the window.
pub fn scroll_to_end(last: &Element) {
    let mut above = last.parent_element();
    while let Some(element) = above {
        if element.scroll_height() > element.client_height() + 1 && element.matches("[data-scrolls]").unwrap_or(false) {
            element.set_scroll_top(element.scroll_height());
            return;
        }
        above = element.parent_element();
    }
    last.scroll_into_view_with_bool(false);
}
