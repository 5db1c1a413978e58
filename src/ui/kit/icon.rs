use leptos::prelude::*;

/// A picture of the sprite `assets/icons.svg`, which `index.html` carries, in the text's colour and size.
///
/// Silent for screen readers: the words beside it, or the label of the control it stands in, say the same.
#[component]
pub fn Icon(
    /// The symbol's id in the sprite, without `icon-`.
    #[prop(into)]
    name: Signal<String>,
    /// A class beside `icon`.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    view! {
        <svg class=format!("icon {class}") aria-hidden="true">
            <use href=move || format!("#icon-{}", name.get())></use>
        </svg>
    }
}
