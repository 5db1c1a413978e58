use leptos::prelude::*;

use super::CopyButton;

/// A text in monospace with a button that copies it. Scrolls in itself and can be reached by keyboard for that.
#[component]
pub fn Code(
    #[prop(into)] text: Signal<String>,
    /// What the text is, for screen readers and the copy button: `arguments`.
    #[prop(into)]
    label: String,
    /// Breaks long lines instead of scrolling sideways.
    #[prop(optional)]
    wrap: bool,
) -> impl IntoView {
    let copy_label = format!("Copy {label}");
    view! {
        <div class=if wrap { "code wrap" } else { "code" }>
            <pre tabindex="0" role="region" aria-label=label>
                <code>{move || text.get()}</code>
            </pre>
            <CopyButton text=move |()| text.get_untracked() label=copy_label class="copy" />
        </div>
    }
}
