use leptos::prelude::*;

use super::Icon;
use crate::present::tone::Tone;

/// A fact in a rounded frame, for bars and headers.
#[component]
pub fn Chip(
    #[prop(optional, into)] tone: Signal<Tone>,
    #[prop(optional, into)] icon: MaybeProp<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <span class=move || format!("chip {}", tone.get().class())>
            {move || icon.get().map(|name| view! { <Icon name /> })} {children()}
        </span>
    }
}

/// A word or a number that classifies what it stands beside: `write`, `error`, `12`.
#[component]
pub fn Badge(#[prop(optional, into)] tone: Signal<Tone>, children: Children) -> impl IntoView {
    view! { <span class=move || format!("badge {}", tone.get().class())>{children()}</span> }
}
