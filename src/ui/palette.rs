//! The command palette: every action and page by a few typed letters.

use leptos::{ev::KeyboardEvent, html, prelude::*};
use wasm_bindgen::JsCast;

use super::kit::{Icon, Keycaps, show_while};
use crate::{
    app::{Action, App, Overlay, use_app},
    present::matching,
};

/// The palette's dialog; opens with [`Overlay::Palette`].
#[component]
pub fn Palette() -> impl IntoView {
    let app = use_app();
    let (open, set_open) = overlay(app, Overlay::Palette);
    let node = NodeRef::<html::Dialog>::new();
    show_while(node, open);
    view! {
        <dialog
            node_ref=node
            class="dialog palette"
            aria-label="Command palette"
            closedby="any"
            on:close=move |_| set_open.run(false)
        >
            <Show when=move || open.get()>
                <PaletteList close=set_open />
            </Show>
        </dialog>
    }
}

/// An overlay as an open-or-closed pair for a dialog.
pub fn overlay(app: App, overlay: Overlay) -> (Signal<bool>, Callback<bool>) {
    let open = Signal::derive(move || app.overlay.get() == Some(overlay));
    let set = Callback::new(move |wanted: bool| {
        if wanted {
            app.overlay.set(Some(overlay));
        } else if app.overlay.get_untracked() == Some(overlay) {
            app.overlay.set(None);
        }
    });
    (open, set)
}

#[component]
fn PaletteList(close: Callback<bool>) -> impl IntoView {
    let app = use_app();
    let query = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let field = NodeRef::<html::Input>::new();
    // As of the opening: an action that vanishes while the palette is open would move the lines under the pointer.
    let actions: Vec<Action> = app.actions.list().into_iter().filter(|action| action.id != "palette").collect();
    let actions = StoredValue::new(actions);
    let found = Memo::new(move |_| {
        actions.with_value(|actions| {
            let texts: Vec<String> = actions.iter().map(|action| format!("{} {}", action.name, action.group)).collect();
            matching::ranked(&query.get(), texts.iter().map(String::as_str))
        })
    });
    let action = move |at: usize| actions.with_value(|actions| actions.get(at).cloned());
    let perform = move |at: usize| {
        if let Some(action) = action(at).filter(|action| action.enabled.get_untracked()) {
            close.run(false);
            action.run();
        }
    };
    let on_keydown = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|at| *at = (*at + 1) % count.max(1)),
            "ArrowUp" => chosen.update(|at| *at = at.checked_sub(1).unwrap_or(count.saturating_sub(1))),
            "Home" if event.ctrl_key() => chosen.set(0),
            "End" if event.ctrl_key() => chosen.set(count.saturating_sub(1)),
            "Enter" => {
                if let Some(at) = found.with_untracked(|found| found.get(chosen.get_untracked()).copied()) {
                    perform(at);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    Effect::new(move |_| {
        let at = chosen.get();
        let option = crate::platform::page::document()
            .and_then(|document| document.get_element_by_id(&format!("palette-{at}")))
            .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(option) = option {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            option.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
    let lines = move || {
        let hits = found.get();
        let grouped = query.with(|query| query.trim().is_empty());
        let mut group = "";
        hits.into_iter()
            .enumerate()
            .filter_map(|(place, at)| {
                let action = action(at)?;
                let heading = (grouped && action.group != group).then(|| {
                    group = action.group;
                    view! { <p class="palette-group" role="presentation">{action.group}</p> }
                });
                Some(view! {
                    {heading}
                    <PaletteLine action place chosen perform=Callback::new(move |()| perform(at)) />
                })
            })
            .collect_view()
    };
    view! {
        <div class="palette-input">
            <Icon name="search" />
            <input
                node_ref=field
                type="text"
                role="combobox"
                aria-label="Search commands"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-autocomplete="list"
                aria-activedescendant=move || format!("palette-{}", chosen.get())
                placeholder="What do you want to do?"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || query.get()
                on:input=move |event| {
                    query.set(event_target_value(&event));
                    chosen.set(0);
                }
                on:keydown=on_keydown
            />
            <kbd>"Esc"</kbd>
        </div>
        <div class="palette-list" id="palette-list" role="listbox" aria-label="Commands" tabindex="-1">
            {lines}
        </div>
        <Show when=move || found.with(Vec::is_empty)>
            <p class="palette-none" role="status">
                "No command is called that."
            </p>
        </Show>
    }
}

#[component]
fn PaletteLine(action: Action, place: usize, chosen: RwSignal<usize>, perform: Callback<()>) -> impl IntoView {
    let Action { name, icon, shortcut, enabled, .. } = action;
    view! {
        <div
            class="palette-option"
            role="option"
            id=format!("palette-{place}")
            aria-selected=move || (chosen.get() == place).to_string()
            aria-disabled=move || (!enabled.get()).then_some("true")
            on:pointermove=move |_| {
                if chosen.get_untracked() != place {
                    chosen.set(place);
                }
            }
            on:click=move |_| perform.run(())
        >
            <Icon name=icon />
            <span class="grow truncate">{name}</span>
            {shortcut.map(|shortcut| view! { <Keycaps shortcut /> })}
        </div>
    }
}
