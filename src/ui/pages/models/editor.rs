use leptos::prelude::*;

use super::super::super::kit::{Icon, Menu, MenuItem};
use super::{
    connection::Connection,
    fields::Fields,
    sampling::{Limits, Sampling},
    test::TestPanel,
};
use crate::{
    app::{use_app, use_endpoints},
    present::{
        endpoint_form::{self, EndpointForm},
        tone::Tone,
    },
};

/// The form of one endpoint. What is typed is kept as soon as its field is left; there is no "save".
#[component]
pub fn Editor(id: String, chosen: RwSignal<Option<String>>) -> impl IntoView {
    let (app, endpoints) = (use_app(), use_endpoints());
    // The editor is made anew for another endpoint, so this is the form's start and not its state.
    let start = untrack(|| endpoints.find(&id));
    let fields = Fields::new(start.as_ref().map(EndpointForm::from).unwrap_or_default());
    let id = StoredValue::new(id);
    let commit = Callback::new(move |()| {
        let Some(before) = untrack(|| id.with_value(|id| endpoints.find(id))) else { return };
        match fields.form().read(&before) {
            Ok(endpoint) => {
                fields.errors.set(Vec::new());
                if endpoint != before && endpoints.save(endpoint) {
                    app.toasts.show(Tone::Warn, "The key was for another address and is forgotten.");
                }
            }
            Err(errors) => fields.errors.set(errors),
        }
    });
    let title = move || id.with_value(|id| endpoints.find(id)).map(|endpoint| endpoint_form::title(&endpoint));
    let more = move |()| {
        vec![
            MenuItem::new("Duplicate", "copy", move || chosen.set(id.with_value(|id| endpoints.duplicate(id)))),
            MenuItem::Do {
                text: "Remove".to_owned(),
                icon: "trash",
                shortcut: None,
                danger: true,
                perform: Callback::new(move |()| {
                    let name = untrack(title).unwrap_or_default();
                    if let Some(removed) = id.with_value(|id| endpoints.remove(id)) {
                        let undo = move || endpoints.put_back(removed.clone());
                        app.toasts.offer(format!("Removed {name}."), "Undo", undo);
                    }
                }),
            },
        ]
    };
    view! {
        <section class="card editor" aria-label=title>
            <header class="editor-head">
                <h2 class="truncate">{title}</h2>
                <Menu items=more class="btn quiet icon-only" label="More for this endpoint">
                    <Icon name="more" />
                </Menu>
            </header>
            <Connection id fields commit />
            <Sampling fields commit />
            <Limits fields commit />
            <TestPanel id fields commit />
        </section>
    }
}
