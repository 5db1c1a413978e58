use leptos::wasm_bindgen::JsCast;
use leptos::{html, prelude::*};

use super::{IconButton, unique_id};

/// A modal window: the browser's own `<dialog>`, which keeps the focus inside and returns it afterwards.
///
/// Esc, a press beside it and the cross ask the owner to close it (`on_close`). The content is built when it opens
/// and dropped when it closes. The work starts in its first field, if it has one.
#[component]
pub fn Dialog(
    #[prop(into)] open: Signal<bool>,
    /// Asks the owner to set `open` to false.
    #[prop(into)]
    on_close: Callback<()>,
    #[prop(into)] title: Signal<String>,
    #[prop(optional)] wide: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let title_id = unique_id("dialog");
    let labelled_by = title_id.clone();
    show_while(node, open);
    let children = StoredValue::new(children);
    view! {
        <dialog
            node_ref=node
            class=if wide { "dialog wide" } else { "dialog" }
            aria-labelledby=labelled_by
            closedby="any"
            on:close=move |_| on_close.run(())
        >
            <Show when=move || open.get()>
                <div class="dialog-head">
                    <h2 id=title_id.clone()>{move || title.get()}</h2>
                    <IconButton icon="close" label="Close" on_press=move |_| on_close.run(()) small=true />
                </div>
                {children.with_value(|children| children())}
            </Show>
        </dialog>
    }
}

/// The buttons at the foot of a [`Dialog`], the one that goes on last.
#[component]
pub fn DialogFoot(children: Children) -> impl IntoView {
    view! { <div class="dialog-foot">{children()}</div> }
}

/// Opens and closes a `<dialog>` with a signal.
pub(crate) fn show_while(node: NodeRef<html::Dialog>, open: Signal<bool>) {
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if open.get() && !dialog.open() {
            // Fails only for a dialog that is not in the document, which has nothing to show either.
            let _ = dialog.show_modal();
            focus_first_field(&dialog);
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
}

/// Where the work starts: not at the cross, which the browser would take because it comes first.
fn focus_first_field(dialog: &web_sys::HtmlDialogElement) {
    let field = dialog.query_selector(".dialog-body :is(textarea, select, input):enabled").ok().flatten();
    if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
        // A field that can't take the focus leaves it where it is.
        let _ = field.focus();
    }
}
