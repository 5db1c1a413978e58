//! The Models page: the endpoints that the user configured.

use leptos::prelude::*;

use super::super::kit::{Icon, Menu, MenuItem, PageBar, PageBarActions, PageBody, TroubleCallout};
use crate::{
    app::{endpoints::new_id, use_endpoints, use_store},
    present::{
        packs::storage_trouble,
        presets::{PRESETS, Preset},
        tone::Tone,
    },
    provider::Endpoint,
};

mod connection;
mod editor;
mod fields;
mod list;
mod sampling;
mod start;
mod test;

/// The Models page.
#[component]
pub fn ModelsPage() -> impl IntoView {
    let (endpoints, store) = (use_endpoints(), use_store());
    let chosen = RwSignal::new(None::<String>);
    // The chosen endpoint, as long as it is there; else the first.
    let shown = Memo::new(move |_| {
        let list = endpoints.list();
        let chosen = chosen.get().filter(|id| list.iter().any(|endpoint| endpoint.id == *id));
        chosen.or_else(|| list.first().map(|endpoint| endpoint.id.clone()))
    });
    let add = Callback::new(move |preset: Option<&'static Preset>| {
        let id = new_id();
        let (name, base_url) = preset.map_or(("", ""), |preset| (preset.name, preset.base_url));
        endpoints.add(Endpoint { name: name.to_owned(), ..Endpoint::new(id.clone(), base_url, "") });
        chosen.set(Some(id));
    });
    let any = Memo::new(move |_| shown.with(Option::is_some));
    view! {
        <PageBar title="Models">
            <PageBarActions>
                <Show when=move || any.get()>
                    <Menu items=move |()| add_lines(add) class="btn primary">
                        <Icon name="plus" />
                        "Add endpoint"
                    </Menu>
                </Show>
            </PageBarActions>
        </PageBar>
        <PageBody>
            {move || {
                store
                    .fault()
                    .map(|fault| {
                        view! {
                            <div class="above">
                                <TroubleCallout trouble=storage_trouble(&fault) tone=Tone::Warn />
                            </div>
                        }
                    })
            }}
            {move || {
                if any.get() {
                    view! {
                        <div class="models">
                            <list::EndpointList shown chosen />
                            {move || shown.get().map(|id| view! { <editor::Editor id chosen /> })}
                        </div>
                    }
                        .into_any()
                } else if endpoints.is_read() {
                    view! { <start::Start add /> }.into_any()
                } else {
                    ().into_any()
                }
            }}
        </PageBody>
    }
}

/// The hosts to start from, as lines of the menu.
fn add_lines(add: Callback<Option<&'static Preset>>) -> Vec<MenuItem> {
    let group = |needs_key: bool| {
        PRESETS.iter().filter(move |preset| preset.needs_key == needs_key).map(move |preset| {
            let icon = if needs_key { "key" } else { "system" };
            MenuItem::new(preset.name, icon, move || add.run(Some(preset)))
        })
    };
    let mut lines = vec![MenuItem::Title("Hosted".to_owned())];
    lines.extend(group(true));
    lines.push(MenuItem::Title("On this computer".to_owned()));
    lines.extend(group(false));
    lines.push(MenuItem::Title("Any other".to_owned()));
    lines.push(MenuItem::new("OpenAI-compatible address", "plus", move || add.run(None)));
    lines
}
