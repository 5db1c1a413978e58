//! The list of the instruction's versions: what each changed, its note, and what can be done with it.

use leptos::prelude::*;

use super::control::Control;
use super::version_diff::{EDITOR, VersionDiff};
use crate::app::moments::when;
use crate::app::use_versions;
use crate::present::format::counted;
use crate::present::tone::Tone;
use crate::ui::kit::{Badge, Button, ButtonKind, Dialog, DialogFoot, Field, Icon, Input, Menu, MenuItem, Textarea};
use crate::workspace::versions::{Version, VersionId};

/// The section under the editor.
#[component]
pub fn VersionList(control: Control, diff: VersionDiff, draft: RwSignal<String>) -> impl IntoView {
    let versions = use_versions();
    let editing = RwSignal::new(None::<VersionId>);
    let list = move || versions.list().into_iter().rev().collect::<Vec<_>>();
    let is_empty = Memo::new(move |_| versions.list().is_empty());
    view! {
        <section class="pane-section">
            <h2>"Versions"</h2>
            <Show
                when=move || !is_empty.get()
                fallback=|| {
                    view! {
                        <p class="muted small">"None yet. Every text that a rollout is started with is kept here."</p>
                    }
                }
            >
                <ul class="version-list" aria-label="Versions of the instruction">
                    <For each=list key=|version| (version.id.clone(), version.name.clone(), version.note.clone()) let:version>
                        <VersionRow version control diff draft editing />
                    </For>
                </ul>
            </Show>
        </section>
        <VersionDialog editing />
    }
}

#[component]
fn VersionRow(
    version: Version,
    control: Control,
    diff: VersionDiff,
    draft: RwSignal<String>,
    editing: RwSignal<Option<VersionId>>,
) -> impl IntoView {
    let versions = use_versions();
    let words = version.text.split_whitespace().count();
    let facts = format!("{} · {}", when(version.created_ms), counted(words as u64, "word", "words"));
    let (short, name, note) = (version.short(), version.name.clone(), version.note.clone());
    let menu_label = format!("What to do with {short}");
    let text = version.text.clone();
    let in_editor = Memo::new(move |_| draft.with(|draft| **draft == *text));
    let items = move |()| {
        let id = version.id.clone();
        let as_version = version.clone();
        let mut items = vec![MenuItem::new("Put into the editor", "undo", move || versions.take(&as_version))];
        let again = version.clone();
        items.push(MenuItem::new("Run again with it, side by side", "columns", move || control.run_beside(&again)));
        let own = id.clone();
        items.push(MenuItem::new("Compare with the editor", "diff", move || diff.show(own.as_str(), EDITOR)));
        if let Some(parent) = version.parent.as_ref().and_then(|parent| untrack(|| versions.find(parent))) {
            let own = id.clone();
            let text = format!("Compare with {}", parent.short());
            items.push(MenuItem::new(text, "diff", move || diff.show(parent.id.as_str(), own.as_str())));
        }
        let own = id.clone();
        items.push(MenuItem::new("Name and note…", "edit", move || editing.set(Some(own.clone()))));
        items.push(MenuItem::Do {
            text: "Delete".to_owned(),
            icon: "trash",
            shortcut: None,
            danger: true,
            perform: Callback::new(move |()| versions.delete(&id)),
        });
        items
    };
    view! {
        <li class="version">
            <span class="version-number num">{short}</span>
            <div class="version-text">
                <span class="version-name">{name}</span>
                {(!note.is_empty()).then(|| view! { <span class="version-note">{note}</span> })}
                <span class="version-facts num">
                    {facts}
                    <Show when=move || in_editor.get()>
                        " "
                        <Badge tone=Tone::Accent>"in the editor"</Badge>
                    </Show>
                </span>
            </div>
            <Menu items label=menu_label class="btn quiet icon-only small">
                <Icon name="more" />
            </Menu>
        </li>
    }
}

/// The dialog that names a version and writes its note.
#[component]
fn VersionDialog(editing: RwSignal<Option<VersionId>>) -> impl IntoView {
    let versions = use_versions();
    let close = move || editing.set(None);
    view! {
        <Dialog
            open=Signal::derive(move || editing.with(Option::is_some))
            on_close=move |()| close()
            title="Name and note"
        >
            {move || {
                let id = editing.get()?;
                let version = untrack(|| versions.find(&id))?;
                let (name, note) = (RwSignal::new(version.name), RwSignal::new(version.note));
                let save = move |()| {
                    versions.rename(&id, &name.get_untracked());
                    versions.annotate(&id, &note.get_untracked());
                    close();
                };
                Some(
                    view! {
                        <div class="dialog-body fields-column">
                            <Field label="Name" hint="Empty: named after what it changed.">
                                <Input value=name />
                            </Field>
                            <Field label="Note" optional=true>
                                <Textarea value=note rows=3 />
                            </Field>
                        </div>
                        <DialogFoot>
                            <Button kind=ButtonKind::Quiet on_press=move |()| close()>
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
