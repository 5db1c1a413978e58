//! The dialog that names a run and writes its note.

use leptos::prelude::*;

use super::RunsSite;
use crate::ui::kit::{Button, ButtonKind, Dialog, DialogFoot, Field, Input, Textarea};

#[component]
pub fn NameDialog(site: RunsSite) -> impl IntoView {
    let (runs, naming) = (site.runs, site.naming);
    view! {
        <Dialog
            open=Signal::derive(move || naming.with(Option::is_some))
            on_close=move |()| naming.set(None)
            title="Name and note"
        >
            {move || {
                let id = naming.get()?;
                let record = untrack(|| runs.find(&id))?;
                let (title, note) = (RwSignal::new(record.header.title.clone()), RwSignal::new(record.header.note.clone()));
                let save = move |()| {
                    if title.get_untracked() != record.header.title {
                        runs.rename(&id, title.get_untracked());
                    }
                    if note.get_untracked() != record.header.note {
                        runs.annotate(&id, note.get_untracked());
                    }
                    naming.set(None);
                };
                Some(
                    view! {
                        <div class="dialog-body fields-column">
                            <Field label="Name" hint="Empty: named after its task.">
                                <Input value=title />
                            </Field>
                            <Field label="Note" optional=true>
                                <Textarea value=note rows=3 />
                            </Field>
                        </div>
                        <DialogFoot>
                            <Button kind=ButtonKind::Quiet on_press=move |()| naming.set(None)>
                                "Cancel"
                            </Button>
                            <Button kind=ButtonKind::Primary on_press=save>
                                "Save"
                            </Button>
                        </DialogFoot>
                    },
                )
            }}
        </Dialog>
    }
}
