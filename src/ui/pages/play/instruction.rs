//! The agent's system instruction: edit it, start from a text of the pack, see which text a rollout used.

use std::sync::Arc;

use leptos::prelude::*;

use super::place::PlaySite;
use crate::app::play::{InstructionDraft, Play, Source};
use crate::present::format;
use crate::ui::kit::{Button, ButtonKind, Callout, Code, Fold, FoldKind, Icon, Menu, MenuItem, Textarea};

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

    /// What a rollout's record calls the text.
    #[must_use]
    pub fn name(&self) -> String {
        let name = match untrack(|| self.origin()) {
            Origin::Seed => "the one-line seed",
            Origin::Policy => "the pack's policy",
            Origin::Edited => "an edited instruction",
        };
        name.to_owned()
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
pub fn InstructionTab(draft: Draft) -> impl IntoView {
    let play: Play = expect_context();
    let words = Memo::new(move |_| draft.text.with(|text| text.split_whitespace().count()));
    let state = move || {
        let count = format::counted(words.get() as u64, "word", "words");
        match draft.origin() {
            Origin::Seed => format!("The one-line seed · {count}"),
            Origin::Policy => format!("The pack's policy, unchanged · {count}"),
            Origin::Edited => format!("Edited · {count}"),
        }
    };
    // The text that the rollout on show was given.
    let used = Memo::new(move |_| {
        play.shown.with(|shown| match &shown.as_ref()?.source {
            Source::Rollout { instruction, .. } => Some(Arc::clone(instruction)),
            Source::ExpectedActions => None,
        })
    });
    let differs = Memo::new(move |_| used.get().is_some_and(|used| draft.text.with(|text| **text != *used)));
    let undo = draft.undo;
    view! {
        <section class="pane-section grow-section">
            <h2>
                "System instruction"
            </h2>
            <p class="muted small">"What the agent is told before the conversation. The next run uses this text."</p>
            <div class="instruction-editor">
                <Textarea value=draft.text rows=18 label="System instruction" />
            </div>
            <div class="instruction-foot">
                <span class="muted small num">{state}</span>
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
                <StartFrom draft />
            </div>
            <Show when=move || draft.text.with(|text| text.trim().is_empty())>
                <Callout title="The instruction is empty">
                    <p>"The agent will be told nothing but its tools."</p>
                </Callout>
            </Show>
            <Show when=move || used.with(Option::is_some)>
                <Callout title=Signal::derive(move || {
                    if differs.get() {
                        "The rollout on show used another text".to_owned()
                    } else {
                        "The rollout on show used this text".to_owned()
                    }
                })>
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
                        </div>
                        <Fold kind=Signal::from(FoldKind::Plain) summary=|| "Its text">
                            <Code
                                text=Signal::derive(move || used.get().map(|used| used.to_string()).unwrap_or_default())
                                label="instruction of the rollout on show"
                                wrap=true
                            />
                        </Fold>
                    </Show>
                </Callout>
            </Show>
        </section>
    }
}
