use leptos::prelude::*;

use super::{FieldContext, Icon};

/// One choice of a [`Select`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectOption {
    pub value: String,
    pub text: String,
}

impl SelectOption {
    pub fn new(value: impl Into<String>, text: impl Into<String>) -> Self {
        Self { value: value.into(), text: text.into() }
    }
}

/// A choice of one out of several, by the platform's own list.
#[component]
pub fn Select(
    #[prop(into)] options: Signal<Vec<SelectOption>>,
    /// The chosen option's value.
    #[prop(into)]
    value: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// The accessible name where it stands in no [`super::Field`].
    #[prop(optional, into)]
    label: MaybeProp<String>,
) -> impl IntoView {
    let context = use_context::<FieldContext>();
    let id = context.as_ref().map(|context| context.id.clone());
    let described = context.as_ref().map(|context| context.described_by);
    view! {
        <span class="select">
            <select
                class="input"
                id=id
                aria-label=move || label.get()
                aria-describedby=move || described.and_then(|ids| ids.get())
                disabled=move || disabled.get()
                on:change=move |event| on_change.run(event_target_value(&event))
            >
                <For each=move || options.get() key=|option| option.value.clone() let:option>
                    {
                        let own = option.value.clone();
                        view! {
                            <option value=option.value prop:selected=move || value.with(|chosen| *chosen == own)>
                                {option.text}
                            </option>
                        }
                    }
                </For>
            </select>
            <Icon name="chevron-down" />
        </span>
    }
}
