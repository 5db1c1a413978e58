//! Replies of the reflection model that wait for a person.

use leptos::prelude::*;

use super::deeds::Site;
use crate::app::evolutions::Decision;
use crate::evolve::doubts::Doubt;
use crate::gepa::reflect::new_text;
use crate::present::evolve::proposal::doubt_words;
use crate::ui::kit::{Button, ButtonKind, Code, Field, Fold, FoldKind, Icon, TextDiff, Textarea};

/// A reply that waits.
#[derive(Clone, PartialEq)]
struct Item {
    number: usize,
    attempt: usize,
    parent: u32,
    current: String,
    text: String,
    raw: String,
    doubts: Vec<Doubt>,
}

#[component]
pub fn Review(site: Site) -> impl IntoView {
    let items = Memo::new(move |_| {
        let is_held = site.pulse.with(|pulse| pulse.as_ref().is_some_and(|pulse| pulse.held.is_some()));
        if !is_held || site.phase.get().is_none() {
            return Vec::new();
        }
        let read = |id: &_| {
            site.evolutions.with(id, |course| {
                let item = |own: &crate::app::evolutions::Received| Item {
                    number: own.call.number,
                    attempt: own.reply.attempt,
                    parent: own.call.parent.0,
                    current: own.call.current.to_string(),
                    text: new_text(&own.reply.text).to_owned(),
                    raw: own.reply.text.clone(),
                    doubts: own.doubts.clone(),
                };
                course.waiting.iter().map(item).collect::<Vec<_>>()
            })
        };
        site.id.with_value(read).unwrap_or_default()
    });
    view! {
        <div class="reviews" aria-live="polite">
            <For each=move || items.get() key=|item| (item.number, item.attempt) let:item>
                {card(site, item)}
            </For>
        </div>
    }
}

fn card(site: Site, item: Item) -> AnyView {
    let Item { number, attempt, parent, current, text, raw, doubts } = item;
    let title_id = format!("review-{number}-{attempt}");
    let editing = RwSignal::new(false);
    let edited = RwSignal::new(text.clone());
    let (current, text, raw) = (StoredValue::new(current), StoredValue::new(text), StoredValue::new(raw));
    let decide = move |decision: Decision| {
        site.id.with_value(|id| site.evolutions.decide(id, number, decision));
    };
    let from = if parent == 0 { "the seed".to_owned() } else { format!("candidate {parent}") };
    let flags = doubts.iter().map(|doubt| {
        view! {
            <li>
                <Icon name="warn" />
                <span>{doubt_words(doubt)}</span>
            </li>
        }
    });
    let flags = (!doubts.is_empty()).then(|| view! { <ul class="forecast-warnings">{flags.collect_view()}</ul> });
    view! {
        <section class="card pad review" aria-labelledby=title_id.clone()>
            <div class="pane-head">
                <h2 id=title_id.clone()>"A proposal waits for you"</h2>
                <span class="muted small">"Rewritten from " {from.clone()}</span>
            </div>
            {flags}
            <Show
                when=move || editing.get()
                fallback=move || {
                    view! {
                        <TextDiff
                            old=Signal::stored(current.get_value())
                            new=Signal::stored(text.get_value())
                            lines=Signal::stored(false)
                            label="Changes of the proposal against its parent"
                        />
                        <Fold kind=FoldKind::Plain summary=|| view! { <span>"The reply as it came"</span> }>
                            <Code text=Signal::stored(raw.get_value()) label="reply" wrap=true />
                        </Fold>
                        <div class="button-row">
                            <Button kind=ButtonKind::Primary icon="check" on_press=move |()| decide(Decision::Accept)>
                                "Accept"
                            </Button>
                            <Button icon="edit" on_press=move |()| editing.set(true)>
                                "Edit…"
                            </Button>
                            <Button icon="refresh" on_press=move |()| decide(Decision::AskAgain)>
                                "Ask again"
                            </Button>
                            <Button kind=ButtonKind::Danger icon="close" on_press=move |()| decide(Decision::Refuse)>
                                "Refuse"
                            </Button>
                        </div>
                        <p class="small muted">
                            "Accepted, it is tried on the same tasks as its parent. Refused, the pass ends without a proposal."
                        </p>
                    }
                }
            >
                <Field label="The instruction to try in its place">
                    <Textarea value=edited rows=6 />
                </Field>
                <div class="button-row">
                    <Button
                        kind=ButtonKind::Primary
                        icon="check"
                        disabled=Signal::derive(move || edited.with(|text| text.trim().is_empty()))
                        on_press=move |()| decide(Decision::Edit(edited.get_untracked()))
                    >
                        "Use this text"
                    </Button>
                    <Button
                        kind=ButtonKind::Quiet
                        on_press=move |()| {
                            edited.set(text.get_value());
                            editing.set(false);
                        }
                    >
                        "Back to the proposal"
                    </Button>
                </div>
            </Show>
        </section>
    }
    .into_any()
}
