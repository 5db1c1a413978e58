use leptos::prelude::*;

use super::FieldContext;

/// Several lines of text, as high as what is written (up to a part of the window; then it scrolls).
#[component]
pub fn Textarea(
    value: RwSignal<String>,
    /// Lines shown while empty.
    #[prop(default = 3)]
    rows: u32,
    #[prop(optional, into)] placeholder: String,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional)] mono: bool,
    /// Off for code and JSON.
    #[prop(default = true)]
    spellcheck: bool,
    /// The accessible name where it stands in no [`super::Field`].
    #[prop(optional, into)]
    label: MaybeProp<String>,
    /// Told when the value is final: the focus left.
    #[prop(optional, into)]
    on_commit: Option<Callback<String>>,
    #[prop(optional, into)] on_keydown: Option<Callback<leptos::ev::KeyboardEvent>>,
) -> impl IntoView {
    let context = use_context::<FieldContext>();
    let id = context.as_ref().map(|context| context.id.clone());
    let (described, invalid) = (context.as_ref().map(|c| c.described_by), context.as_ref().map(|c| c.invalid));
    view! {
        <textarea
            class=if mono { "input mono" } else { "input" }
            id=id
            // Also the height where the browser does not know `field-sizing`.
            rows=move || value.with(|text| rows.max(u32::try_from(text.lines().count()).unwrap_or(rows)).min(24))
            style:--rows=rows.to_string()
            spellcheck=if spellcheck { "true" } else { "false" }
            placeholder=placeholder
            aria-label=move || label.get()
            aria-describedby=move || described.and_then(|ids| ids.get())
            aria-invalid=move || invalid.is_some_and(|invalid| invalid.get()).then_some("true")
            disabled=move || disabled.get()
            prop:value=move || value.get()
            on:input=move |event| value.set(event_target_value(&event))
            on:change=move |event| {
                if let Some(commit) = on_commit {
                    commit.run(event_target_value(&event));
                }
            }
            on:keydown=move |event| {
                if let Some(handler) = on_keydown {
                    handler.run(event);
                }
            }
        ></textarea>
    }
}
