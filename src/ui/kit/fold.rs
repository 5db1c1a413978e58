use leptos::prelude::*;

use super::Icon;

/// The look of a [`Fold`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FoldKind {
    #[default]
    Card,
    /// A card edged in the accent: something was changed here.
    Accent,
    /// A card edged as an error.
    Bad,
    /// A heading that folds, without a frame.
    Plain,
}

/// A card that opens: one line until asked (`<details>`).
#[component]
pub fn Fold(
    /// The line that is always shown.
    #[prop(into)]
    summary: ViewFnOnce,
    /// The look; may change while shown.
    #[prop(optional, into)]
    kind: Signal<FoldKind>,
    /// Whether it is open; also tells the owner when its user folds it. Without one it starts closed.
    #[prop(optional)]
    open: Option<RwSignal<bool>>,
    /// Built at the first opening and kept.
    children: ChildrenFn,
) -> impl IntoView {
    let open = open.unwrap_or_else(|| RwSignal::new(false));
    // Latches: what was built once stays, so that folding keeps scroll positions and typed text.
    let built = Memo::new(move |before: Option<&bool>| before.copied().unwrap_or(false) || open.get());
    let node = NodeRef::<leptos::html::Details>::new();
    view! {
        <details
            node_ref=node
            class=move || match kind.get() {
                FoldKind::Card => "fold",
                FoldKind::Accent => "fold accent",
                FoldKind::Bad => "fold bad",
                FoldKind::Plain => "fold plain",
            }
            prop:open=move || open.get()
            on:toggle=move |_| {
                if let Some(details) = node.get_untracked() {
                    let now = details.has_attribute("open");
                    if open.get_untracked() != now {
                        open.set(now);
                    }
                }
            }
        >
            <summary>
                <Icon name="chevron-right" class="fold-mark" />
                {summary.run()}
            </summary>
            <div class="fold-body">
                <Show when=move || built.get()>{children()}</Show>
            </div>
        </details>
    }
}
