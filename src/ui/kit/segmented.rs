use leptos::prelude::*;

use super::{SelectOption, unique_id};

/// A choice of one out of two to four, all in sight: radio buttons in one frame.
#[component]
pub fn Segmented(
    /// The accessible name of the group.
    #[prop(into)]
    label: String,
    options: Vec<SelectOption>,
    /// The chosen option's value.
    #[prop(into)]
    value: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    let name = unique_id("choice");
    let choices = options
        .into_iter()
        .map(|option| {
            let (own, sent) = (option.value.clone(), option.value.clone());
            view! {
                <label>
                    <input
                        type="radio"
                        name=name.clone()
                        value=option.value
                        prop:checked=move || value.with(|chosen| *chosen == own)
                        on:change=move |_| on_change.run(sent.clone())
                    />
                    {option.text}
                </label>
            }
        })
        .collect_view();
    view! {
        <div class="segmented" role="radiogroup" aria-label=label>
            {choices}
        </div>
    }
}
