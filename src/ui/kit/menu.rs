use leptos::{
    ev::{FocusEvent, KeyboardEvent},
    html,
    prelude::*,
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

use super::{Icon, Keycaps, unique_id};
use crate::present::keys::Shortcut;

/// One line of a [`Menu`].
#[derive(Clone)]
pub enum MenuItem {
    /// A heading over the lines that follow.
    Title(String),
    /// Something to do.
    Do { text: String, icon: &'static str, shortcut: Option<Shortcut>, danger: bool, perform: Callback<()> },
    /// One of several, of which one holds.
    Choice {
        text: String,
        /// What kind of thing it is, beside it: `program`.
        note: Option<&'static str>,
        icon: &'static str,
        chosen: Signal<bool>,
        perform: Callback<()>,
    },
    /// A choice that can't be made now.
    Off { text: String, icon: &'static str, why: String },
    /// A sentence about the lines above it.
    Note(String),
}

impl MenuItem {
    /// A plain line.
    pub fn new(text: impl Into<String>, icon: &'static str, perform: impl Fn() + Send + Sync + 'static) -> Self {
        let perform = Callback::new(move |()| perform());
        Self::Do { text: text.into(), icon, shortcut: None, danger: false, perform }
    }
}

/// A button that opens a list of things to do.
///
/// The list lies in the top layer (popover) where the browser has one, else above the page by `z-index`.
/// Arrow keys, Home and End move; Enter and Space choose; Esc closes and gives the focus back.
#[component]
pub fn Menu(
    /// The lines; asked for at every opening.
    #[prop(into)]
    items: Callback<(), Vec<MenuItem>>,
    /// The accessible name where the button's content does not say enough.
    #[prop(optional, into)]
    label: MaybeProp<String>,
    /// The button's class.
    #[prop(default = "btn")]
    class: &'static str,
    /// The button's content.
    children: Children,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let (button, list) = (NodeRef::<html::Button>::new(), NodeRef::<html::Div>::new());
    let id = unique_id("menu");
    let close = move |refocus: bool| {
        open.set(false);
        if refocus && let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    Effect::new(move |_| {
        let (Some(list), Some(button)) = (list.get(), button.get_untracked()) else { return };
        if open.get() {
            // Absent in older browsers; the list is then a plain fixed element.
            call(&list, "showPopover");
            place(&list, &button);
            focus_item(&list, 0);
        }
    });
    let on_keydown = move |event: KeyboardEvent| {
        let Some(list) = list.get_untracked() else { return };
        let (count, at) = position(&list);
        match event.key().as_str() {
            "ArrowDown" => focus_item(&list, at.map_or(0, |at| (at + 1) % count.max(1))),
            "ArrowUp" => focus_item(&list, at.and_then(|at| at.checked_sub(1)).unwrap_or(count.saturating_sub(1))),
            "Home" => focus_item(&list, 0),
            "End" => focus_item(&list, count.saturating_sub(1)),
            "Escape" => close(true),
            "Tab" => return close(false),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let on_focusout = move |event: FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<web_sys::Node>().ok());
        let inside = |node: &web_sys::Node| {
            list.get_untracked().is_some_and(|list| list.contains(Some(node)))
                || button.get_untracked().is_some_and(|button| button.contains(Some(node)))
        };
        if !to.as_ref().is_some_and(inside) {
            close(false);
        }
    };
    let list_id = id.clone();
    view! {
        <button
            type="button"
            node_ref=button
            class=class
            aria-haspopup="menu"
            aria-expanded=move || open.get().to_string()
            aria-controls=move || open.get().then(|| id.clone())
            aria-label=move || label.get()
            title=move || label.get()
            on:click=move |_| open.update(|open| *open = !*open)
            on:keydown=move |event| {
                if event.key() == "ArrowDown" && !open.get_untracked() {
                    event.prevent_default();
                    open.set(true);
                }
            }
        >
            {children()}
        </button>
        <Show when=move || open.get()>
            <div
                node_ref=list
                id=list_id.clone()
                class="menu-pop"
                role="menu"
                aria-label=move || label.get()
                popover="manual"
                on:keydown=on_keydown
                on:focusout=on_focusout
            >
                {items.run(()).into_iter().map(|item| line(item, close)).collect_view()}
            </div>
        </Show>
    }
}

fn line(item: MenuItem, close: impl Fn(bool) + Copy + Send + Sync + 'static) -> AnyView {
    match item {
        MenuItem::Title(text) => view! {
            <p class="menu-title" role="presentation">
                {text}
            </p>
        }
        .into_any(),
        MenuItem::Do { text, icon, shortcut, danger, perform } => view! {
            <button
                type="button"
                role="menuitem"
                tabindex="-1"
                class=if danger { "menu-item danger" } else { "menu-item" }
                on:click=move |_| {
                    close(true);
                    perform.run(());
                }
            >
                <Icon name=icon />
                <span class="grow">{text}</span>
                {shortcut.map(|shortcut| view! { <Keycaps shortcut /> })}
            </button>
        }
        .into_any(),
        MenuItem::Choice { text, note, icon, chosen, perform } => view! {
            <button
                type="button"
                role="menuitemradio"
                tabindex="-1"
                class="menu-item"
                aria-checked=move || chosen.get().to_string()
                on:click=move |_| {
                    close(true);
                    perform.run(());
                }
            >
                <Icon name=icon />
                <span class="grow">{text}</span>
                {note.map(|note| view! { <span class="badge">{note}</span> })}
                <Icon name="check" class="menu-check" />
            </button>
        }
        .into_any(),
        MenuItem::Off { text, icon, why } => view! {
            <button
                type="button"
                role="menuitemradio"
                tabindex="-1"
                class="menu-item"
                aria-checked="false"
                aria-disabled="true"
                title=why
            >
                <Icon name=icon />
                <span class="grow">{text}</span>
            </button>
        }
        .into_any(),
        MenuItem::Note(text) => view! {
            <p class="menu-note" role="presentation">
                {text}
            </p>
        }
        .into_any(),
    }
}

/// Puts the list under the button, or over it where there is more room, inside the window.
fn place(list: &HtmlElement, button: &HtmlElement) {
    const GAP: f64 = 6.0;
    let Some(window) = web_sys::window() else { return };
    let size = |value: Result<JsValue, JsValue>| value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
    let (width, height) = (size(window.inner_width()), size(window.inner_height()));
    let (from, own) = (button.get_bounding_client_rect(), list.get_bounding_client_rect());
    let below = height - from.bottom();
    let top = if own.height() + GAP <= below || below >= from.top() {
        from.bottom() + GAP
    } else {
        from.top() - GAP - own.height()
    };
    // Aligned with the button's left edge; with its right one where that would leave the window.
    let left = if from.left() + own.width() + GAP <= width { from.left() } else { from.right() - own.width() };
    for (name, value) in [("--menu-top", top), ("--menu-left", left)] {
        let _ = list.style().set_property(name, &format!("{}px", value.max(GAP)));
    }
}

fn items_of(list: &HtmlElement) -> Vec<HtmlElement> {
    let Ok(found) = list.query_selector_all("[role^=menuitem]") else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
}

/// How many lines there are, and which has the focus.
fn position(list: &HtmlElement) -> (usize, Option<usize>) {
    let items = items_of(list);
    let active = list.owner_document().and_then(|document| document.active_element());
    let at = active.and_then(|active| items.iter().position(|item| **item == active));
    (items.len(), at)
}

fn focus_item(list: &HtmlElement, at: usize) {
    if let Some(item) = items_of(list).get(at) {
        let _ = item.focus();
    }
}

/// Calls a method that a browser may not have.
fn call(element: &HtmlElement, method: &str) {
    let function = js_sys::Reflect::get(element, &JsValue::from_str(method)).ok();
    if let Some(function) = function.and_then(|function| function.dyn_into::<js_sys::Function>().ok()) {
        let _ = function.call0(element);
    }
}
