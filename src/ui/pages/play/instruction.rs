//! The agent's system instruction: edit it, start from a text of the pack or from an earlier version, see which text a
//! rollout used.

use std::sync::Arc;

use leptos::prelude::*;

use super::control::Control;
use super::place::PlaySite;
use super::version_diff::{EDITOR, POLICY, VersionDiff, VersionDiffDialog};
use super::versions::VersionList;
use crate::app::play::{InstructionDraft, Play, Source};
use crate::app::{InstructionVersions, use_versions};
use crate::present::format;
use crate::rollout::{OccupantKind, Seat};
use crate::ui::kit::{Button, ButtonKind, Callout, Code, Fold, FoldKind, Icon, Menu, MenuItem, Textarea};
use crate::ui::pages::cast::LessonsLine;

/// How many versions the menu over the editor offers; the list under it has all.
const LISTED: usize = 8;

/// The draft of the instruction. What is not edited follows the pack: its one-line seed, or else its policy.
#[derive(Clone, Copy)]
pub struct Draft {
    pub text: RwSignal<String>,
    undo: RwSignal<Option<String>>,
    followed: RwSignal<String>,
    seed: Signal<Option<Arc<str>>>,
    policy: Signal<String>,
}

/// Which text the draft is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Seed,
    Policy,
    Edited,
}

impl Draft {
    /// The draft, beside the texts of the site's pack.
    #[must_use]
    pub fn new(site: PlaySite) -> Self {
        let InstructionDraft { text, followed, undo } = expect_context::<Play>().instruction;
        let policy = Signal::derive(move || {
            site.world.with(|world| world.as_ref().map(|world| world.world.policy.clone()).unwrap_or_default())
        });
        let seed = Signal::derive(move || site.world.with(|world| world.as_ref().and_then(|world| world.seed.clone())));
        // A pack that was just loaded brings its text; an edit of the user's is never overwritten.
        Effect::new(move |_| {
            let (seed, policy) = (seed.get(), policy.get());
            let of_pack =
                |followed: &String| *followed == policy || seed.as_deref().is_some_and(|seed| seed == followed);
            if !policy.is_empty() && !followed.with_untracked(of_pack) {
                let first = seed.as_deref().map_or_else(|| policy.clone(), ToOwned::to_owned);
                if text.get_untracked() == followed.get_untracked() {
                    text.set(first.clone());
                }
                followed.set(first);
            }
        });
        Self { text, undo, followed, seed, policy }
    }

    /// What a text of the pack is called as a version; `None` for any other text.
    #[must_use]
    pub fn name_in_pack(&self, text: &str) -> Option<&'static str> {
        let is_seed = self.seed.with_untracked(|seed| seed.as_deref() == Some(text));
        if is_seed {
            return Some("One-line seed");
        }
        self.policy.with_untracked(|policy| policy == text).then_some("The pack's policy")
    }

    /// The policy of the site's pack; empty while there is none. Tracks.
    #[must_use]
    pub fn policy(&self) -> String {
        self.policy.get()
    }

    /// Whether the draft is none of the pack's own texts. Tracks.
    #[must_use]
    pub fn is_edited(&self) -> bool {
        self.origin() == Origin::Edited
    }

    /// Which text the draft is now. Tracks.
    fn origin(&self) -> Origin {
        self.text.with(|text| {
            if self.seed.with(|seed| seed.as_deref() == Some(text)) {
                Origin::Seed
            } else if self.policy.with(|policy| policy == text) {
                Origin::Policy
            } else {
                Origin::Edited
            }
        })
    }

    /// Puts a whole text in the draft's place; it can be undone.
    fn put(&self, text: String) {
        self.undo.set(Some(self.text.get_untracked()));
        self.text.set(text);
    }

    /// Puts a text of the pack in the draft's place; it can be undone.
    fn start_from(&self, origin: Origin) {
        let text = match origin {
            Origin::Seed => self.seed.get_untracked().map(|seed| seed.to_string()),
            Origin::Policy => Some(self.policy.get_untracked()),
            Origin::Edited => None,
        };
        if let Some(text) = text {
            self.followed.set(text.clone());
            self.put(text);
        }
    }
}

/// The pack's own texts, each one press away.
#[component]
fn StartFrom(draft: Draft) -> impl IntoView {
    let items = move |()| {
        let choice = |text: String, icon, origin| MenuItem::Choice {
            text,
            note: None,
            icon,
            chosen: Signal::derive(move || draft.origin() == origin),
            perform: Callback::new(move |()| draft.start_from(origin)),
        };
        let words = |text: &str| format::counted(text.split_whitespace().count() as u64, "word", "words");
        let mut items = vec![MenuItem::Title("Start from".to_owned())];
        if let Some(seed) = draft.seed.get_untracked() {
            items.push(choice(format!("One-line seed · {}", words(&seed)), "text", Origin::Seed));
        }
        let policy = draft.policy.with_untracked(|policy| words(policy));
        items.push(choice(format!("Full policy · {policy}"), "file", Origin::Policy));
        items
    };
    view! {
        <Menu items=items class="btn quiet small">
            "Start from"
            <Icon name="chevron-down" />
        </Menu>
    }
}

/// The tab "Instruction".
#[component]
pub fn InstructionTab(draft: Draft, control: Control) -> impl IntoView {
    let diff = VersionDiff::new();
    let is_rehearsed = Memo::new(move |_| control.occupant(Seat::Agent).kind == OccupantKind::Cast);
    view! {
        <section class="pane-section grow-section">
            <div class="pane-head">
                <h2>"System instruction"</h2>
                <VersionMenu draft diff />
            </div>
            <p class="muted small">"What the agent is told before the conversation. The next run uses this text."</p>
            <div class="instruction-editor">
                <Textarea value=draft.text rows=14 label="System instruction" />
            </div>
            <EditorFoot draft diff />
            <Show when=move || draft.text.with(|text| text.trim().is_empty())>
                <Callout title="The instruction is empty">
                    <p>"The agent will be told nothing but its tools."</p>
                </Callout>
            </Show>
            <Show when=move || is_rehearsed.get()>
                <LessonsLine text=draft.text trade=Signal::derive(move || control.trade()) />
            </Show>
            <UsedText draft diff />
        </section>
        <VersionList control diff draft=draft.text />
        <VersionDiffDialog diff draft />
    }
}

/// Which version the editor holds, and the others to put there.
#[component]
fn VersionMenu(draft: Draft, diff: VersionDiff) -> impl IntoView {
    let versions = use_versions();
    let name = Memo::new(move |_| {
        if let Some(version) = draft.text.with(|text| versions.of_text(text)) {
            return version.short();
        }
        match versions.base() {
            Some(base) => format!("{}, edited", base.short()),
            None => match draft.origin() {
                Origin::Seed => "seed".to_owned(),
                Origin::Policy => "policy".to_owned(),
                Origin::Edited => "edited".to_owned(),
            },
        }
    });
    let items = move |()| {
        let list = untrack(|| versions.list());
        let mut items = Vec::new();
        if !list.is_empty() {
            items.push(MenuItem::Title("Put into the editor".to_owned()));
        }
        items.extend(list.into_iter().rev().take(LISTED).map(|version| {
            let text = version.text.clone();
            MenuItem::Choice {
                text: version.label(),
                note: None,
                icon: "text",
                chosen: Signal::derive(move || draft.text.with(|draft| **draft == *text)),
                perform: Callback::new(move |()| versions.take(&version)),
            }
        }));
        items.push(MenuItem::Title("Compare".to_owned()));
        items.push(MenuItem::new("Compare versions…", "diff", move || compare(draft, diff, versions)));
        items
    };
    view! {
        <div class="version-menu">
            <Menu items class="btn quiet small">
                <span class="visually-hidden">"Version "</span>
                {move || name.get()}
                <Icon name="chevron-down" />
            </Menu>
        </div>
    }
}

/// Compares the editor with what it was made from; an unedited one with the version before it.
fn compare(draft: Draft, diff: VersionDiff, versions: InstructionVersions) {
    let own = draft.text.with_untracked(|text| untrack(|| versions.of_text(text)));
    let base = match &own {
        Some(own) => own.parent.as_ref().and_then(|parent| untrack(|| versions.find(parent))),
        None => untrack(|| versions.base()),
    };
    diff.show(base.as_ref().map_or(POLICY, |base| base.id.as_str()), EDITOR);
}

/// How long the text is, and how it differs from what it was made from.
#[component]
fn EditorFoot(draft: Draft, diff: VersionDiff) -> impl IntoView {
    let versions = use_versions();
    let state = Memo::new(move |_| {
        let words = draft.text.with(|text| text.split_whitespace().count());
        let count = format::counted(words as u64, "word", "words");
        let base = versions.base().filter(|base| draft.text.with(|text| **text != *base.text));
        let (than, before) = match base {
            Some(base) => (base.short(), base.text.split_whitespace().count()),
            None => {
                return match draft.origin() {
                    Origin::Seed => format!("The one-line seed · {count}"),
                    Origin::Policy => format!("The pack's policy, unchanged · {count}"),
                    Origin::Edited => format!("Edited · {count}"),
                };
            }
        };
        match (words.saturating_sub(before), before.saturating_sub(words)) {
            (0, 0) => format!("{count}, as many as {than}"),
            (0, fewer) => format!("{count}, {fewer} fewer than {than}"),
            (more, _) => format!("{count}, {more} more than {than}"),
        }
    });
    let can_compare = Memo::new(move |_| draft.is_edited() || versions.base().is_some());
    let undo = draft.undo;
    view! {
        <div class="instruction-foot">
            <span class="muted small num">{move || state.get()}</span>
            <span class="grow"></span>
            <Show when=move || undo.with(Option::is_some)>
                <Button
                    kind=ButtonKind::Quiet
                    small=true
                    icon="undo"
                    on_press=move |()| {
                        if let Some(text) = undo.get_untracked() {
                            undo.set(None);
                            draft.text.set(text);
                        }
                    }
                >
                    "Undo"
                </Button>
            </Show>
            <Show when=move || can_compare.get()>
                <Button kind=ButtonKind::Quiet small=true icon="diff" on_press=move |()| compare(draft, diff, versions)>
                    "Compare"
                </Button>
            </Show>
            <StartFrom draft />
        </div>
    }
}

/// The text that the rollout on show was given, where it is not the editor's.
#[component]
fn UsedText(draft: Draft, diff: VersionDiff) -> impl IntoView {
    let play: Play = expect_context();
    let versions = use_versions();
    let used = Memo::new(move |_| {
        play.shown.with(|shown| match &shown.as_ref()?.source {
            Source::Rollout { instruction, .. } => Some(Arc::clone(instruction)),
            Source::ExpectedActions => None,
        })
    });
    let differs = Memo::new(move |_| used.get().is_some_and(|used| draft.text.with(|text| **text != *used)));
    let version = Memo::new(move |_| used.get().and_then(|used| versions.of_text(&used)));
    let title = Signal::derive(move || {
        let name = version.get().map_or_else(|| "another text".to_owned(), |version| version.short());
        if differs.get() {
            format!("The rollout on show used {name}")
        } else {
            "The rollout on show used this text".to_owned()
        }
    });
    view! {
        <Show when=move || used.with(Option::is_some)>
            <Callout title=title>
                <Show when=move || differs.get()>
                    <div class="button-row">
                        <Button
                            small=true
                            on_press=move |()| {
                                if let Some(used) = used.get_untracked() {
                                    draft.put(used.to_string());
                                }
                            }
                        >
                            "Take its text"
                        </Button>
                        <Show when=move || version.with(Option::is_some)>
                            <Button
                                kind=ButtonKind::Quiet
                                small=true
                                icon="diff"
                                on_press=move |()| {
                                    if let Some(version) = version.get_untracked() {
                                        diff.show(version.id.as_str(), EDITOR);
                                    }
                                }
                            >
                                "Compare with the editor"
                            </Button>
                        </Show>
                    </div>
                    // A version that was deleted has no place in the comparison; the rollout has its text.
                    <Show when=move || version.with(Option::is_none)>
                        <Fold kind=Signal::from(FoldKind::Plain) summary=|| "Its text">
                            <Code
                                text=Signal::derive(move || used.get().map(|used| used.to_string()).unwrap_or_default())
                                label="instruction of the rollout on show"
                                wrap=true
                            />
                        </Fold>
                    </Show>
                </Show>
            </Callout>
        </Show>
    }
}
