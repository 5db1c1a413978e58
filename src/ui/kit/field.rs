use leptos::prelude::*;

use super::{Icon, unique_id};

/// What a [`Field`] tells the control inside it, so that label, hint and error belong to it.
#[derive(Clone)]
pub struct FieldContext {
    /// The control's id.
    pub id: String,
    /// The value of `aria-describedby`.
    pub described_by: Signal<Option<String>>,
    pub invalid: Signal<bool>,
}

/// A label over a control, with a hint and, when something is wrong, an error that says how to mend it.
///
/// The control inside (any of the kit's inputs) picks up the connections by itself.
#[component]
pub fn Field(
    #[prop(into)] label: String,
    /// Shown after the label, for fields that may stay empty.
    #[prop(optional)]
    optional: bool,
    /// Always shown under the control.
    #[prop(optional, into)]
    hint: MaybeProp<String>,
    /// Shown under the control while there is one.
    #[prop(optional, into)]
    error: MaybeProp<String>,
    children: Children,
) -> impl IntoView {
    let id = unique_id("field");
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described_by = {
        let (hint_id, error_id) = (hint_id.clone(), error_id.clone());
        Signal::derive(move || {
            let parts = [error.get().map(|_| error_id.as_str()), hint.get().map(|_| hint_id.as_str())];
            let ids: Vec<&str> = parts.into_iter().flatten().collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        })
    };
    let context = FieldContext { id: id.clone(), described_by, invalid: Signal::derive(move || error.get().is_some()) };
    // A child owner of its own, or a field beside this one would see this context too.
    let control = Owner::current().map_or_else(Owner::new, |owner| owner.child()).with(|| {
        provide_context(context);
        children()
    });
    view! {
        <div class="field">
            <label class="field-label" for=id>
                {label}
                {optional.then(|| view! { <span class="field-optional">"optional"</span> })}
            </label>
            {control}
            {move || {
                let id = error_id.clone();
                error.get().map(|text| view! {
                    <p class="field-error" id=id>
                        <Icon name="error" />
                        {text}
                    </p>
                })
            }}
            {move || {
                let id = hint_id.clone();
                hint.get().map(|text| view! { <p class="field-hint" id=id>{text}</p> })
            }}
        </div>
    }
}
