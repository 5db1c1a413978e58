use leptos::prelude::*;

use super::Icon;
use crate::present::tone::Tone;

/// A message in the page: what happened (`title`), what was kept and the next step (children), and buttons.
///
/// A bad one is announced at once (`alert`); the others wait their turn (`status`) when `live`.
#[component]
pub fn Callout(
    #[prop(optional)] tone: Tone,
    /// What happened, in one sentence.
    #[prop(into)]
    title: Signal<String>,
    /// True for messages that appear while the page is in use.
    #[prop(optional)]
    live: bool,
    /// Buttons under the text.
    #[prop(optional, into)]
    actions: ViewFnOnce,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let (class, role) = match tone {
        Tone::Bad => ("callout bad", live.then_some("alert")),
        Tone::Warn => ("callout warn", live.then_some("status")),
        Tone::Good => ("callout good", live.then_some("status")),
        Tone::Plain | Tone::Accent => ("callout", live.then_some("status")),
    };
    view! {
        <div class=class role=role>
            <Icon name=tone.icon() />
            <div class="callout-body">
                <p class="callout-title">{move || title.get()}</p>
                {children.map(|children| children())} <div class="callout-actions">{actions.run()}</div>
            </div>
        </div>
    }
}
