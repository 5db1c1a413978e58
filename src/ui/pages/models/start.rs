use leptos::prelude::*;

use super::super::super::kit::{Button, Icon};
use crate::present::{
    presets::{PRESETS, Preset},
    route::Route,
};

/// What the page shows while there is no endpoint: why one is wanted, and the hosts to start from.
#[component]
pub fn Start(add: Callback<Option<&'static Preset>>) -> impl IntoView {
    view! {
        <section class="section">
            <header class="section-head">
                <h2>"Connect a model"</h2>
                <p>
                    "Taupe talks from your browser straight to an endpoint of yours: a hosted service or a server on this computer, as long as it speaks OpenAI’s chat completions. Nothing goes through anyone else."
                </p>
                <p>
                    "No model at hand? The page has programs of its own for both seats. "
                    <a href=Route::Cast.to_string()>"What they can and can’t show"</a>
                </p>
            </header>
            <Presets title="Hosted, with a key" needs_key=true add />
            <Presets title="On this computer" needs_key=false add />
            <div class="section-note">
                <Button icon="plus" on_press=move |()| add.run(None)>
                    "Another address"
                </Button>
            </div>
        </section>
    }
}

#[component]
fn Presets(title: &'static str, needs_key: bool, add: Callback<Option<&'static Preset>>) -> impl IntoView {
    let cards = PRESETS
        .iter()
        .filter(|preset| preset.needs_key == needs_key)
        .map(|preset| {
            let address = preset.base_url.split_once("://").map_or(preset.base_url, |(_, rest)| rest);
            view! {
                <button type="button" class="preset" on:click=move |_| add.run(Some(preset))>
                    <span class="preset-name">
                        {preset.name}
                        <Icon name="plus" />
                    </span>
                    <span class="mono small muted">{address}</span>
                    <span class="small muted">{preset.note}</span>
                </button>
            }
        })
        .collect_view();
    view! {
        <h3 class="presets-title">{title}</h3>
        <div class="presets">{cards}</div>
    }
}
