//! The small dialogs of an evolution: its name and note, and whether it is to be deleted.

use leptos::prelude::*;

use super::deeds::{Over, Site};
use crate::ui::kit::{Button, ButtonKind, Dialog, DialogFoot, Field, Input, Textarea};

/// Whether a dialog is open, and what closes it.
pub fn dialog(site: Site, over: Over) -> (Signal<bool>, Callback<()>) {
    let open = Signal::derive(move || site.over.get() == Some(over));
    let close = Callback::new(move |()| {
        if site.over.get_untracked() == Some(over) {
            site.over.set(None);
        }
    });
    (open, close)
}

#[component]
pub fn NameDialog(site: Site) -> impl IntoView {
    let (open, close) = dialog(site, Over::Naming);
    view! {
        <Dialog open=open on_close=close title="Name and note">
            {move || {
                let record = site.record.get_untracked()?;
                let (name, note) = (RwSignal::new(record.name.clone()), RwSignal::new(record.note.clone()));
                let save = move |()| {
                    site.id
                        .with_value(|id| {
                            let name = name.get_untracked();
                            if !name.trim().is_empty() {
                                site.evolutions.rename(id, name.trim().to_owned());
                            }
                            site.evolutions.annotate(id, note.get_untracked());
                        });
                    close.run(());
                };
                Some(view! {
                    <div class="dialog-body fields-column">
                        <Field label="Name">
                            <Input value=name />
                        </Field>
                        <Field label="Note" optional=true>
                            <Textarea value=note rows=3 />
                        </Field>
                    </div>
                    <DialogFoot>
                        <Button kind=ButtonKind::Quiet on_press=close>
                            "Cancel"
                        </Button>
                        <Button kind=ButtonKind::Primary on_press=save>
                            "Save"
                        </Button>
                    </DialogFoot>
                })
            }}
        </Dialog>
    }
}

#[component]
pub fn DeleteDialog(site: Site) -> impl IntoView {
    let (open, close) = dialog(site, Over::Deleting);
    view! {
        <Dialog open=open on_close=close title="Delete this evolution?">
            <div class="dialog-body">
                <p>
                    "Its rollouts are deleted with it. This can't be undone; save its result first if you want to keep it."
                </p>
                {move || site.refused.get().map(|why| view! { <p class="bad">{why}</p> })}
            </div>
            <DialogFoot>
                <Button kind=ButtonKind::Quiet on_press=close>
                    "Cancel"
                </Button>
                <Button kind=ButtonKind::Danger icon="trash" on_press=move |()| site.delete()>
                    "Delete"
                </Button>
            </DialogFoot>
        </Dialog>
    }
}
