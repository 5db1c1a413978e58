use leptos::prelude::*;

use super::Icon;

/// What a place says while there is nothing in it: why, and (children) how that changes.
#[component]
pub fn Empty(
    #[prop(into)] icon: String,
    #[prop(into)] title: Signal<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name=icon />
            <h2>{move || title.get()}</h2>
            {children.map(|children| children())}
        </div>
    }
}
