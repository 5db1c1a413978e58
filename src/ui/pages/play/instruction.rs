//! The agent's system instruction: edit it, put the policy back, see which text a rollout used.

use std::sync::Arc;

use leptos::prelude::*;

use super::place::PlaySite;
use crate::app::play::{InstructionDraft, Play, Source};
use crate::present::format;
use crate::ui::kit::{Button, ButtonKind, Callout, Code, Fold, FoldKind, Textarea};

/// The draft of the instruction. What is not edited follows the pack's policy.
#[derive(Clone, Copy)]
pub struct Draft {
    pub text: RwSignal<String>,
    undo: RwSignal<Option<String>>,
    policy: Signal<String>,
}

impl Draft {
    /// The draft, beside the policy of the site's pack.
    #[must_use]
    pub fn new(site: PlaySite) -> Self {
        let InstructionDraft { text, followed, undo } = expect_context::<Play>().instruction;
        let policy = Signal::derive(move || {
            site.world.with(|world| world.as_ref().map(|world| world.world.policy.clone()).unwrap_or_default())
        });
        // A pack that was just loaded brings its policy; an edit of the user's is never overwritten.
        Effect::new(move |_| {
            let policy = policy.get();
            if !policy.is_empty() && followed.with_untracked(|followed| *followed != policy) {
                if text.get_untracked() == followed.get_untracked() {
                    text.set(policy.clone());
                }
                followed.set(policy);
            }
        });
        Self { text, undo, policy }
    }

    #[must_use]
    pub fn is_edited(&self) -> bool {
        self.policy.with(|policy| self.text.with(|text| text != policy))
    }

    /// What a rollout's record calls the text.
    #[must_use]
    pub fn name(&self) -> String {
        let edited = untrack(|| self.is_edited());
        if edited { "an edited instruction".to_owned() } else { "the pack's policy".to_owned() }
    }

    /// Puts a whole text in the draft's place; it can be undone.
    fn put(&self, text: String) {
        self.undo.set(Some(self.text.get_untracked()));
        self.text.set(text);
    }
}

/// The tab "Instruction".
#[component]
pub fn InstructionTab(draft: Draft) -> impl IntoView {
    let play: Play = expect_context();
    let words = Memo::new(move |_| draft.text.with(|text| text.split_whitespace().count()));
    let state = move || {
        let count = format::counted(words.get() as u64, "word", "words");
        if !draft.is_edited() {
            return format!("The pack's policy, unchanged · {count}");
        }
        let policy = draft.policy.with(|policy| policy.split_whitespace().count());
        let (more, fewer) = (words.get().saturating_sub(policy), policy.saturating_sub(words.get()));
        match (more, fewer) {
            (0, 0) => format!("Edited · {count}, as many as the policy"),
            (0, fewer) => format!("Edited · {count}, {fewer} fewer than the policy"),
            (more, _) => format!("Edited · {count}, {more} more than the policy"),
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
                <Show when=move || draft.is_edited()>
                    <Button
                        kind=ButtonKind::Quiet
                        small=true
                        icon="refresh"
                        on_press=move |()| draft.put(draft.policy.get_untracked())
                    >
                        "Back to the policy"
                    </Button>
                </Show>
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
