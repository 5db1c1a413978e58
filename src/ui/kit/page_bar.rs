use leptos::prelude::*;

/// The bar at the top of a page: its title, chips beside it (children), and [`PageBarActions`] at the end.
///
/// The title is where the focus goes after a navigation.
#[component]
pub fn PageBar(#[prop(into)] title: Signal<String>, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <header class="page-bar">
            <h1 tabindex="-1">{move || title.get()}</h1>
            {children.map(|children| children())}
        </header>
    }
}

/// The buttons at the end of a [`PageBar`].
#[component]
pub fn PageBarActions(children: Children) -> impl IntoView {
    view! { <div class="page-bar-actions">{children()}</div> }
}

/// The body of a page that is read from top to bottom, in one comfortable column.
#[component]
pub fn PageBody(children: Children) -> impl IntoView {
    view! { <div class="page-body">{children()}</div> }
}
