use leptos::{ev::KeyboardEvent, prelude::*};
use wasm_bindgen::JsCast;

use super::unique_id;

/// One tab of [`Tabs`].
pub struct TabItem {
    /// Unique among its neighbours; the value of `selected`.
    pub id: &'static str,
    pub label: Signal<String>,
    /// The panel; built when the tab is selected.
    pub panel: ViewFn,
}

impl TabItem {
    pub fn new(id: &'static str, label: impl Into<Signal<String>>, panel: impl Into<ViewFn>) -> Self {
        Self { id, label: label.into(), panel: panel.into() }
    }
}

/// Panels of which one is shown. Arrow keys, Home and End move between the tabs; only the selected one is in the
/// tab order.
#[component]
pub fn Tabs(
    /// The accessible name of the row of tabs.
    #[prop(into)]
    label: String,
    tabs: Vec<TabItem>,
    selected: RwSignal<&'static str>,
) -> impl IntoView {
    let prefix = unique_id("tabs");
    let ids: Vec<&'static str> = tabs.iter().map(|tab| tab.id).collect();
    let row = NodeRef::<leptos::html::Div>::new();
    let on_keydown = move |event: KeyboardEvent| {
        let Some(at) = ids.iter().position(|id| *id == selected.get_untracked()) else { return };
        let last = ids.len() - 1;
        let to = match event.key().as_str() {
            "ArrowRight" => (at + 1) % ids.len(),
            "ArrowLeft" => at.checked_sub(1).unwrap_or(last),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        selected.set(ids[to]);
        let button = row.get_untracked().and_then(|row| row.children().item(u32::try_from(to).unwrap_or(0)));
        if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = button.focus();
        }
    };
    let buttons = tabs
        .iter()
        .map(|tab| {
            let (id, label) = (tab.id, tab.label);
            let is_selected = move || selected.get() == id;
            view! {
                <button
                    type="button"
                    class="tab"
                    role="tab"
                    id=format!("{prefix}-{id}-tab")
                    aria-controls=format!("{prefix}-panel")
                    aria-selected=move || is_selected().to_string()
                    tabindex=move || if is_selected() { "0" } else { "-1" }
                    on:click=move |_| selected.set(id)
                >
                    {move || label.get()}
                </button>
            }
        })
        .collect_view();
    let panels: Vec<(&'static str, ViewFn)> = tabs.into_iter().map(|tab| (tab.id, tab.panel)).collect();
    let panel = move || {
        let now = selected.get();
        panels.iter().find(|(id, _)| *id == now).map(|(_, panel)| panel.run())
    };
    let labelled_by = {
        let prefix = prefix.clone();
        move || format!("{prefix}-{}-tab", selected.get())
    };
    view! {
        <div class="tab-list" role="tablist" aria-label=label node_ref=row on:keydown=on_keydown>
            {buttons}
        </div>
        <div class="tab-panel" role="tabpanel" id=format!("{prefix}-panel") aria-labelledby=labelled_by tabindex="0">
            {panel}
        </div>
    }
}
