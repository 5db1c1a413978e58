//! Two texts of the instruction against one another: any versions, the editor's, the policy.

use leptos::prelude::*;

use super::instruction::Draft;
use crate::app::{InstructionVersions, use_versions};
use crate::present::format::counted;
use crate::present::text_diff::{Tally, by_words};
use crate::ui::kit::{Button, Dialog, DialogFoot, Field, IconButton, Segmented, Select, SelectOption, TextDiff};
use crate::workspace::versions::VersionId;

/// The text in the editor, as a side of a comparison.
pub const EDITOR: &str = "editor";
/// The pack's policy, likewise. Everything else is a version's id.
pub const POLICY: &str = "policy";

/// Which two texts are compared, and whether they are on show. A small copyable handle.
#[derive(Clone, Copy)]
pub struct VersionDiff {
    open: RwSignal<bool>,
    old: RwSignal<String>,
    new: RwSignal<String>,
}

impl VersionDiff {
    #[must_use]
    pub fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            old: RwSignal::new(POLICY.to_owned()),
            new: RwSignal::new(EDITOR.to_owned()),
        }
    }

    /// Shows what leads from one text to another.
    pub fn show(self, old: &str, new: &str) {
        self.old.set(old.to_owned());
        self.new.set(new.to_owned());
        self.open.set(true);
    }
}

/// The dialog.
#[component]
pub fn VersionDiffDialog(diff: VersionDiff, draft: Draft) -> impl IntoView {
    let versions = use_versions();
    let open = diff.open;
    view! {
        <Dialog open=open on_close=move |()| open.set(false) title="Compare instructions" wide=true>
            <Comparison diff draft versions />
        </Dialog>
    }
}

#[component]
fn Comparison(diff: VersionDiff, draft: Draft, versions: InstructionVersions) -> impl IntoView {
    let lines = RwSignal::new(false);
    let VersionDiff { open, old, new } = diff;
    let text_of = move |side: RwSignal<String>| {
        Signal::derive(move || match side.get().as_str() {
            EDITOR => draft.text.get(),
            POLICY => draft.policy(),
            id => versions.find(&VersionId::named(id)).map(|version| version.text.to_string()).unwrap_or_default(),
        })
    };
    let (old_text, new_text) = (text_of(old), text_of(new));
    let options = Signal::derive(move || {
        let mut options = vec![SelectOption::new(EDITOR, "The editor's text"), SelectOption::new(POLICY, "The policy")];
        let list = versions.list();
        options.extend(list.iter().rev().map(|version| SelectOption::new(version.id.as_str(), version.label())));
        options
    });
    let tally =
        Memo::new(move |_| old_text.with(|old| new_text.with(|new| (old == new, Tally::of(&by_words(old, new))))));
    let summary = move || match tally.get() {
        (true, _) => "The two texts are the same.".to_owned(),
        (false, Tally { removed: 0, added: 0 }) => "Only spaces differ.".to_owned(),
        (false, Tally { removed, added }) => {
            let words = |count: usize| counted(count as u64, "word", "words");
            match (removed, added) {
                (0, added) => format!("{} added", words(added)),
                (removed, 0) => format!("{} removed", words(removed)),
                (removed, added) => format!("{} removed, {added} added", words(removed)),
            }
        }
    };
    let swap = move |_| {
        let (first, second) = (old.get_untracked(), new.get_untracked());
        old.set(second);
        new.set(first);
    };
    // The older text is the one that is gone back to.
    let restorable = Memo::new(move |_| versions.find(&VersionId::named(&old.get())));
    view! {
        <div class="dialog-body compare-texts">
            <div class="compare-sides">
                <Field label="From">
                    <Select options value=old on_change=move |value| old.set(value) />
                </Field>
                <IconButton icon="swap" label="Swap the two texts" on_press=swap />
                <Field label="To">
                    <Select options value=new on_change=move |value| new.set(value) />
                </Field>
            </div>
            <div class="compare-head">
                <span class="muted small num" role="status">
                    {summary}
                </span>
                <span class="grow"></span>
                <Segmented
                    label="Compare by"
                    options=vec![SelectOption::new("words", "Words"), SelectOption::new("lines", "Lines")]
                    value=Signal::derive(move || if lines.get() { "lines".to_owned() } else { "words".to_owned() })
                    on_change=move |by: String| lines.set(by == "lines")
                />
            </div>
            <TextDiff old=old_text new=new_text lines=lines label="Changes" />
        </div>
        <Show when=move || restorable.with(Option::is_some)>
            <DialogFoot>
                <Button
                    icon="undo"
                    on_press=move |()| {
                        if let Some(version) = restorable.get_untracked() {
                            versions.take(&version);
                            open.set(false);
                        }
                    }
                >
                    {move || {
                        restorable.with(|version| {
                            version.as_ref().map(|version| format!("Put {} into the editor", version.short()))
                        })
                    }}
                </Button>
            </DialogFoot>
        </Show>
    }
}
