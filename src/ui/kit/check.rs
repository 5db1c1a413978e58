use leptos::prelude::*;

/// A box to tick: a choice that takes effect with something else (a form, a list).
#[component]
pub fn Checkbox(
    #[prop(into)] checked: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
    #[prop(into)] label: String,
    /// A second line that explains.
    #[prop(optional, into)]
    hint: Option<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    view! { <Check class="check" role=None checked on_change label hint disabled /> }
}

/// A switch: takes effect at once.
#[component]
pub fn Switch(
    #[prop(into)] checked: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
    #[prop(into)] label: String,
    /// A second line that explains.
    #[prop(optional, into)]
    hint: Option<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    view! { <Check class="check switch" role=Some("switch") checked on_change label hint disabled /> }
}

#[component]
fn Check(
    class: &'static str,
    role: Option<&'static str>,
    checked: Signal<bool>,
    on_change: Callback<bool>,
    label: String,
    hint: Option<String>,
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <label class=class>
            <input
                type="checkbox"
                role=role
                prop:checked=move || checked.get()
                disabled=move || disabled.get()
                on:change=move |event| on_change.run(event_target_checked(&event))
            />
            <span>{label}</span>
            {hint.map(|hint| view! { <small>{hint}</small> })}
        </label>
    }
}
