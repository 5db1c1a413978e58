use leptos::prelude::*;

/// A picture of the sprite `assets/icons.svg`, in the text's colour and size.
///
/// Silent for screen readers: the words beside it, or the label of the control it stands in, say the same.
#[component]
pub fn Icon(
    /// The symbol's id in the sprite.
    #[prop(into)]
    name: Signal<String>,
    /// A class beside `icon`.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    view! {
        <svg class=format!("icon {class}") aria-hidden="true">
            <use href=move || format!("icons.svg#{}", name.get())></use>
        </svg>
    }
}
