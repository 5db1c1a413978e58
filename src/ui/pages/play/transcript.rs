//! The conversation: what was said, tool calls as cards, the reply that is coming in, and the verdict at the end.

use std::sync::Arc;

use leptos::prelude::*;

use super::tool_card::{IncomingCall, ToolCardView};
use super::verdict::VerdictView;
use crate::app::play::{Incoming, Phase, Play, Source};
use crate::platform::page;
use crate::present::transcript::{Row, RowKind};
use crate::rollout::Seat;
use crate::ui::kit::{Button, Callout, Icon};

/// The transcript of what is on show, as far as the viewer has gone.
#[component]
pub fn Transcript() -> impl IntoView {
    let play: Play = expect_context();
    let rows = move || {
        let shown = play.cursor.get();
        play.shown.with(|on_show| {
            let rows = on_show.as_ref().map_or(&[][..], |on_show| on_show.rows.as_slice());
            rows.iter().take(shown).cloned().enumerate().collect::<Vec<_>>()
        })
    };
    let at_end = Memo::new(move |_| {
        let cursor = play.cursor.get();
        play.shown.with(|on_show| on_show.as_ref().is_some_and(|on_show| cursor >= on_show.rows.len()))
    });
    let verdict = Memo::new(move |_| {
        at_end.get().then(|| play.shown.with(|on_show| on_show.as_ref()?.verdict.clone())).flatten()
    });
    view! {
        <div class="transcript" role="log" aria-label="Conversation" aria-live="polite" aria-relevant="additions">
            <SourceLine />
            <For each=rows key=|(at, _)| *at let:item>
                <RowView at=item.0 row=item.1 />
            </For>
            <Show when=move || at_end.get()>
                <IncomingView />
            </Show>
            {move || verdict.get().map(|verdict| view! { <VerdictView verdict /> })}
            <div class="transcript-end" node_ref=follow(play)></div>
        </div>
    }
}

/// Keeps the newest step in view.
fn follow(play: Play) -> NodeRef<leptos::html::Div> {
    let end = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| {
        play.cursor.track();
        play.incoming.track();
        play.phase.track();
        let Some(end) = end.get() else { return };
        // After the new rows are on the page.
        page::on_next_frame(move || page::scroll_to_end(&end));
    });
    end
}

/// Says what the steps are: a replay, or a rollout with whom.
#[component]
fn SourceLine() -> impl IntoView {
    let play: Play = expect_context();
    let source = Memo::new(move |_| {
        play.shown.with(|shown| shown.as_ref().map(|shown| shown.source.clone()).map(SourceText::of))
    });
    move || {
        source.get().map(|text| {
            view! {
                <p class="source-line">
                    <Icon name=text.icon /> <span>{text.text}</span>
                </p>
            }
        })
    }
}

#[derive(Clone, PartialEq)]
struct SourceText {
    icon: &'static str,
    text: String,
}

impl SourceText {
    fn of(source: Source) -> Self {
        match source {
            Source::ExpectedActions => Self {
                icon: "replay",
                text: "Replay of the task's expected actions. No model speaks; the tools and the database are real."
                    .to_owned(),
            },
            Source::Rollout { agent, user, instruction_name, .. } => Self {
                icon: "play",
                text: format!("Rollout · agent {agent} · customer {user} · instruction: {instruction_name}"),
            },
        }
    }
}

#[component]
fn RowView(at: usize, row: Arc<Row>) -> impl IntoView {
    let foot = foot(&row);
    let body = match row.kind.clone() {
        RowKind::User(words) => view! { <Speech who="Customer" class="user" words=Some(words) /> }.into_any(),
        RowKind::Agent(words) => view! { <Speech who="Agent" class="agent" words /> }.into_any(),
        RowKind::Tool(card) => view! { <ToolCardView at card /> }.into_any(),
        RowKind::Unreadable { reply, why } => view! {
            <div class="speech agent">
                <span class="who">"Agent"</span>
                <div class="words">
                    <pre class="raw">{reply}</pre>
                    <p class="bad">"This reply could not be carried out: " {why}</p>
                </div>
            </div>
        }
        .into_any(),
    };
    view! {
        <article class="row" data-step=at + 1>
            {body} {foot}
        </article>
    }
}

/// What the model call took, and what is to be known of it.
fn foot(row: &Row) -> Option<AnyView> {
    let call = row.call.clone()?;
    let notes = row.notes.iter().cloned().map(|note| view! { <li>{note}</li> }).collect_view();
    let notes = (!row.notes.is_empty()).then(|| view! { <ul class="row-notes">{notes}</ul> });
    Some(view! { <div class="row-foot"><span class="num">{call}</span>{notes}</div> }.into_any())
}

#[component]
fn Speech(who: &'static str, class: &'static str, words: Option<String>) -> impl IntoView {
    let words = match words {
        Some(words) => view! { <p class="words">{words}</p> }.into_any(),
        None => view! { <p class="words none">"said nothing"</p> }.into_any(),
    };
    view! {
        <div class=format!("speech {class}")>
            <span class="who">{who}</span>
            {words}
        </div>
    }
}

/// The reply that is coming in.
#[component]
fn IncomingView() -> impl IntoView {
    let play: Play = expect_context();
    move || {
        let incoming = play.incoming.get();
        match (play.phase.get(), incoming) {
            (Phase::Asking(seat) | Phase::Pausing(seat), incoming) => {
                let incoming = incoming.unwrap_or_default();
                Some(view! { <Live seat incoming pausing=matches!(play.phase.get(), Phase::Pausing(_)) /> }.into_any())
            }
            (Phase::Paused, _) => Some(
                view! {
                    <Callout title="Paused between two calls">
                        <p>"Let it on, take one step, or stop."</p>
                        <div class="button-row">
                            <Button on_press=move |()| play.resume() icon="play" small=true>
                                "Go on"
                            </Button>
                            <Button on_press=move |()| play.step() icon="step" small=true>
                                "One step"
                            </Button>
                        </div>
                    </Callout>
                }
                .into_any(),
            ),
            (Phase::Idle, _) => None,
        }
    }
}

#[component]
fn Live(seat: Seat, incoming: Incoming, pausing: bool) -> impl IntoView {
    let (who, class) = match seat {
        Seat::Agent => ("Agent", "speech agent live"),
        Seat::User => ("Customer", "speech user live"),
    };
    let calls = incoming
        .calls
        .into_iter()
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, arguments)| view! { <IncomingCall name arguments /> })
        .collect_view();
    let reasoning = (!incoming.reasoning.is_empty()).then(|| view! { <p class="reasoning">{incoming.reasoning}</p> });
    let state = match (&incoming.waiting, pausing) {
        (Some(reason), _) => reason.clone(),
        (None, true) => "pauses after this reply".to_owned(),
        (None, false) => String::new(),
    };
    view! {
        <div class=class aria-busy="true">
            <span class="who">{who}</span>
            <div class="words">
                {reasoning} <span class="stream">{incoming.text}</span>
                <span class="typing" role="img" aria-label=format!("{who} is writing")>
                    <i></i>
                    <i></i>
                    <i></i>
                </span>
                {calls} <span class="live-state">{state}</span>
            </div>
        </div>
    }
}
