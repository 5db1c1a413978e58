use leptos::prelude::*;

use super::super::super::kit::Icon;
use crate::{
    app::use_endpoints,
    present::{endpoint_form, presets},
    provider::Endpoint,
};

/// The endpoints, one of which is on show.
#[component]
pub fn EndpointList(shown: Memo<Option<String>>, chosen: RwSignal<Option<String>>) -> impl IntoView {
    let endpoints = use_endpoints();
    view! {
        <nav class="endpoints" aria-label="Endpoints">
            <For each=move || endpoints.list() key=|endpoint| (endpoint.id.clone(), endpoint_form::line(endpoint), endpoint.base_url.clone()) let:endpoint>
                <Line endpoint shown chosen />
            </For>
        </nav>
    }
}

#[component]
fn Line(endpoint: Endpoint, shown: Memo<Option<String>>, chosen: RwSignal<Option<String>>) -> impl IntoView {
    let endpoints = use_endpoints();
    let id = &endpoint.id;
    let (title, under) = endpoint_form::line(&endpoint);
    let (own, go, key_id) = (id.clone(), id.clone(), id.clone());
    let needs_key = presets::of(&endpoint.base_url).is_some_and(|preset| preset.needs_key);
    let key = move || match endpoints.held_key(&key_id) {
        Some(_) => Some(("good", "key held in memory")),
        None => needs_key.then_some(("warn", "needs a key")),
    };
    view! {
        <button
            type="button"
            class="endpoint"
            aria-current=move || shown.with(|shown| shown.as_deref() == Some(own.as_str())).then_some("true")
            on:click=move |_| chosen.set(Some(go.clone()))
        >
            <span class="endpoint-name truncate">{title}</span>
            <span class="small muted truncate mono">{under}</span>
            {move || {
                key()
                    .map(|(class, text)| {
                        view! {
                            <span class=format!("endpoint-key small {class}")>
                                <Icon name="key" />
                                {text}
                            </span>
                        }
                    })
            }}
        </button>
    }
}
