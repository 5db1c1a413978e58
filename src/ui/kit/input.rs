use leptos::prelude::*;

use super::{FieldContext, Icon};

/// What an [`Input`] takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputKind {
    #[default]
    Text,
    /// Dots instead of characters; browsers are asked not to remember it.
    Secret,
    Url,
    /// Decimal numbers, typed freely; the owner checks them.
    Number,
}

/// A line of text.
#[component]
pub fn Input(
    value: RwSignal<String>,
    #[prop(optional)] kind: InputKind,
    #[prop(optional, into)] placeholder: String,
    /// Suggestions under the field; anything else may still be typed.
    #[prop(optional, into)]
    suggestions: Signal<Vec<String>>,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// Set in monospace: addresses, names of models.
    #[prop(optional)]
    mono: bool,
    /// The accessible name where the input stands in no [`super::Field`].
    #[prop(optional, into)]
    label: MaybeProp<String>,
    /// Told when the value is final: Enter, or the focus left.
    #[prop(optional, into)]
    on_commit: Option<Callback<String>>,
) -> impl IntoView {
    let context = use_context::<FieldContext>();
    let id = context.as_ref().map(|context| context.id.clone());
    let (described, invalid) = (context.as_ref().map(|c| c.described_by), context.as_ref().map(|c| c.invalid));
    let list_id = super::unique_id("suggestions");
    let (type_, input_mode, complete) = match kind {
        InputKind::Text => ("text", None, "off"),
        InputKind::Secret => ("password", None, "new-password"),
        InputKind::Url => ("url", Some("url"), "off"),
        InputKind::Number => ("text", Some("decimal"), "off"),
    };
    let has_list = Memo::new(move |_| suggestions.with(|list| !list.is_empty()));
    let list_ref = list_id.clone();
    view! {
        <input
            class=if mono { "input mono" } else { "input" }
            id=id
            type=type_
            inputmode=input_mode
            autocomplete=complete
            spellcheck="false"
            autocapitalize="none"
            placeholder=placeholder
            list=move || has_list.get().then(|| list_ref.clone())
            aria-label=move || label.get()
            aria-describedby=move || described.and_then(|ids| ids.get())
            aria-invalid=move || invalid.is_some_and(|invalid| invalid.get()).then_some("true")
            disabled=move || disabled.get()
            prop:value=move || value.get()
            on:input=move |event| value.set(event_target_value(&event))
            on:change=move |event| {
                if let Some(commit) = on_commit {
                    // A field that is left by leaving its page still says so, when whoever listened is gone.
                    _ = commit.try_run(event_target_value(&event));
                }
            }
        />
        <Show when=move || has_list.get()>
            <datalist id=list_id.clone()>
                <For each=move || suggestions.get() key=Clone::clone let:item>
                    <option value=item></option>
                </For>
            </datalist>
        </Show>
    }
}

/// A search field with its icon, and optionally the key that leads to it.
#[component]
pub fn SearchInput(
    value: RwSignal<String>,
    /// The accessible name, also the placeholder: `Search 115 tasks`.
    #[prop(into)]
    label: Signal<String>,
    /// The key cap shown while the field is empty.
    #[prop(optional, into)]
    key_hint: Option<String>,
    /// The field's id, for the action that puts the focus here.
    #[prop(optional, into)]
    id: Option<String>,
    /// Keys that the field itself does not use: arrows into the list below, Enter.
    #[prop(optional, into)]
    on_keydown: Option<Callback<leptos::ev::KeyboardEvent>>,
) -> impl IntoView {
    view! {
        <div class="search">
            <Icon name="search" />
            <input
                class="input"
                type="search"
                id=id
                autocomplete="off"
                spellcheck="false"
                aria-label=move || label.get()
                placeholder=move || label.get()
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
                on:keydown=move |event| {
                    if let Some(handler) = on_keydown {
                        handler.run(event);
                    }
                }
            />
            {key_hint
                .map(|key| {
                    view! {
                        <Show when=move || value.with(String::is_empty)>
                            <kbd aria-hidden="true">{key.clone()}</kbd>
                        </Show>
                    }
                })}
        </div>
    }
}
