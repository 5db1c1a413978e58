//! The conversation: what was said, tool calls as cards, the reply that is coming in, and the verdict at the end.

use std::sync::Arc;

use leptos::prelude::*;

use super::control::Control;
use super::keeping::GoOn;
use super::seats::PaceMenu;
use super::tool_card::{IncomingCall, ToolCardView};
use super::verdict::VerdictView;
use crate::app::incoming::{Incoming, Waiting};
use crate::app::play::{Phase, Play, Source};
use crate::app::use_runs;
use crate::platform::clock::BrowserClock;
use crate::platform::page;
use crate::present::route::Route;
use crate::present::seating;
use crate::present::transcript::{Aside, AsideKind, Row, RowKind, next_attempt};
use crate::provider::http::Clock;
use crate::rollout::{Occupant, OccupantKind, Seat};
use crate::ui::kit::{Button, Callout, Icon, IconButton};

/// How near to its end a transcript counts as read to the end, in pixels.
const NEAR_END_PX: f64 = 96.0;

/// How often a wait is counted down, in milliseconds.
const TICK_MS: f64 = 500.0;

/// The transcript of what is on show, as far as the viewer has gone.
#[component]
pub fn Transcript(control: Control) -> impl IntoView {
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
    let on_fork = Callback::new(move |steps| control.fork(steps));
    view! {
        <div class="transcript">
            <SourceLine control />
            // What is still coming in stands beside the log: its every word would be read out.
            <div class="rows" role="log" aria-label="Conversation">
                // Another rollout of the task has other rows at the same places.
                <For each=rows key=|(at, row)| (*at, Arc::as_ptr(row) as usize) let:item>
                    <RowView at=item.0 row=item.1 on_fork=on_fork />
                </For>
                {move || verdict.get().map(|verdict| view! { <VerdictView verdict control /> })}
            </div>
            <Show when=move || at_end.get()>
                <IncomingView />
                <GoOn />
            </Show>
            <div class="transcript-end" node_ref=follow(play)></div>
        </div>
    }
}

/// Keeps the newest step in view, unless the reader has scrolled up.
fn follow(play: Play) -> NodeRef<leptos::html::Div> {
    let end = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| {
        play.cursor.track();
        play.incoming.track();
        play.phase.get();
        let Some(end) = end.get() else { return };
        if play.follows.get_untracked() {
            // After the new rows are on the page.
            page::on_next_frame(move || page::scroll_to_end(&end));
        }
    });
    end
}

/// Notices whether the reader is at the end of what scrolls (`None`: the window). To be called at each scroll.
///
/// Only scrolling up ends the following: new rows move the end away as well.
pub fn notice_scroll(play: Play, last_top: StoredValue<f64>, element: Option<&web_sys::Element>) {
    let Some((top, below)) = page::scrolled(element) else { return };
    if below < NEAR_END_PX {
        play.follows.set(true);
    } else if top < last_top.get_value() - 1.0 {
        play.follows.set(false);
    }
    last_top.set_value(top);
}

/// Says what the steps are: a replay, or a rollout with whom.
#[component]
fn SourceLine(control: Control) -> impl IntoView {
    let play: Play = expect_context();
    let source = Memo::new(move |_| play.shown.with(|shown| shown.as_ref().map(|shown| shown.source.clone())));
    let running = Memo::new(move |_| play.phase.get().is_running());
    // The run that this one is to be compared with, as long as it is kept.
    let runs = use_runs();
    let origin = Memo::new(move |_| {
        let header = play.shown.with(|shown| shown.as_ref()?.run.as_ref().map(|run| run.header.clone()))?;
        let other = header.beside.clone().filter(|other| runs.find(other).is_some())?;
        Some((other, header.id.clone(), header.forked_from.is_some()))
    });
    // A replay lies over the task's last rollout, which is not lost.
    let task = move || play.shown.with(|shown| shown.as_ref().map(|shown| Arc::clone(&shown.task)));
    let covers = Memo::new(move |_| task().is_some_and(|task| play.has_aside(&task)));
    let back = move |()| {
        if let Some(task) = untrack(task) {
            play.bring_back(&task);
        }
    };
    view! {
        {move || {
            source
                .get()
                .map(|source| {
                    view! {
                        <div class="source-line">
                            <SourceText source />
                            <Show when=move || running.get()>
                                <PaceMenu control />
                            </Show>
                        </div>
                    }
                })
        }}
        {move || {
            origin
                .get()
                .map(|(other, own, forked)| {
                    let text = if forked { "Beside the run it was forked from" } else { "Beside the run it repeats" };
                    view! {
                        <p class="source-line">
                            <Icon name="columns" />
                            <a href=Route::Compare(other, own).to_string()>{text}</a>
                        </p>
                    }
                })
        }}
        <Show when=move || covers.get()>
            <div class="button-row">
                <Button small=true icon="undo" on_press=back>
                    "Back to the last rollout"
                </Button>
            </div>
        </Show>
    }
}

/// What the line over a transcript says.
#[component]
fn SourceText(source: Source) -> impl IntoView {
    match source {
        Source::ExpectedActions => view! {
            <Icon name="replay" />
            <span>"Replay of the task's expected actions. No model speaks; the tools and the database are real."</span>
        }
        .into_any(),
        Source::Rollout { agent, user, instruction_name, asked, .. } => view! {
            <Icon name="play" />
            <span>
                "Rollout · agent " <Name by=agent /> " · customer " <Name by=user />
                {format!(" · with {instruction_name}")}
                {asked.map(|asked| view! { " · " <span class="badge">{asked}</span> })}
            </span>
        }
        .into_any(),
    }
}

/// Somebody in a seat; what is no language model is marked as such.
#[component]
pub fn Name(by: Occupant) -> impl IntoView {
    let mark = seating::mark(&by).filter(|_| by.kind != OccupantKind::Person);
    view! {
        {seating::name(&by)}
        {mark.map(|mark| view! { " " <span class="badge">{mark}</span> })}
    }
}

/// A step.
#[component]
pub fn RowView(
    at: usize,
    row: Arc<Row>,
    /// Told how many steps a fork from here keeps; without one there is no button for it.
    #[prop(optional, into)]
    on_fork: Option<Callback<usize>>,
) -> impl IntoView {
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
            {asides(&row)} {body} {foot}
            {on_fork
                .map(|on_fork| {
                    view! {
                        <span class="row-fork">
                            <IconButton
                                icon="fork"
                                label=format!("Fork from step {}", at + 1)
                                small=true
                                on_press=move |_| on_fork.run(at + 1)
                            />
                        </span>
                    }
                })}
        </article>
    }
}

/// What the models wrote that is no part of the conversation: thoughts at once, what was not said when asked for.
fn asides(row: &Row) -> Option<AnyView> {
    let shown = |aside: &Aside| {
        view! {
            <p class="reasoning">
                <span class="aside-name">{aside.kind.name()}</span>
                " "
                {aside.text.clone()}
            </p>
        }
    };
    let (thoughts, unsaid): (Vec<&Aside>, Vec<&Aside>) =
        row.asides.iter().partition(|aside| aside.kind == AsideKind::Thought);
    let turned_down = unsaid.iter().filter(|aside| aside.kind == AsideKind::TurnedDown).count();
    let summary = match turned_down {
        0 => "The words were judged and let through".to_owned(),
        1 => "First words were judged and not said".to_owned(),
        more => format!("{more} drafts were judged and not said"),
    };
    let folded = (!unsaid.is_empty()).then(|| {
        view! {
            <details>
                <summary>{summary}</summary>
                {unsaid.iter().copied().map(shown).collect_view()}
            </details>
        }
    });
    let any = !row.asides.is_empty();
    any.then(|| {
        view! { <div class="row-asides">{folded}{thoughts.into_iter().map(shown).collect_view()}</div> }.into_any()
    })
}

/// What the model call took, and what is to be known of it.
fn foot(row: &Row) -> Option<AnyView> {
    if row.call.is_none() && row.notes.is_empty() {
        return None;
    }
    let call = row.call.clone();
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

/// The reply that is coming in, or that the rollout is paused.
#[component]
fn IncomingView() -> impl IntoView {
    let play: Play = expect_context();
    // A person writes at the desk.
    let is_person =
        move |seat| play.seated.with(|by| by.as_ref().is_some_and(|by| by.of(seat).kind == OccupantKind::Person));
    let seat = Memo::new(move |_| match play.phase.get() {
        Phase::Asking(seat) | Phase::Pausing(seat) => Some(seat).filter(|seat| !is_person(*seat)),
        Phase::Idle | Phase::Paused => None,
    });
    let paused = Memo::new(move |_| play.phase.get() == Phase::Paused);
    view! {
        {move || seat.get().map(|seat| view! { <Live seat /> })}
        <Show when=move || paused.get()>
            <Callout title="Paused between two calls" live=true>
                <p>"Let it go on, take one step, or stop."</p>
                <div class="button-row">
                    <Button on_press=move |()| play.resume() icon="play" small=true>
                        "Go on"
                    </Button>
                    <Button on_press=move |()| play.step() icon="step" small=true>
                        "One step"
                    </Button>
                </div>
            </Callout>
        </Show>
    }
}

/// A reply as it comes in. Each part is renewed by itself, at most once a frame.
#[component]
fn Live(seat: Seat) -> impl IntoView {
    let play: Play = expect_context();
    let (who, class) = match seat {
        Seat::Agent => ("Agent", "speech agent live"),
        Seat::User => ("Customer", "speech user live"),
    };
    let reasoning = part(play, |incoming| incoming.reasoning.clone());
    let text = part(play, |incoming| incoming.text.clone());
    let calls = part(play, |incoming| incoming.calls.clone());
    let waiting = part(play, |incoming| incoming.waiting.clone());
    let pausing = Memo::new(move |_| matches!(play.phase.get(), Phase::Pausing(_)));
    view! {
        <div class=class aria-busy="true">
            <span class="who">{who}</span>
            <div class="words">
                <Show when=move || reasoning.with(|text| !text.is_empty())>
                    <p class="reasoning">
                        <span class="visually-hidden">"Reasoning "</span>
                        {reasoning}
                    </p>
                </Show>
                <span class="stream">{text}</span>
                <span class="typing" role="img" aria-label=format!("{who} is writing")>
                    <i></i>
                    <i></i>
                    <i></i>
                </span>
                {move || {
                    let named = calls.get().into_iter().filter(|(name, _)| !name.is_empty());
                    named.map(|(name, arguments)| view! { <IncomingCall name arguments /> }).collect_view()
                }}
                {move || waiting.get().map(|waiting| view! { <WaitingLine waiting /> })}
                <Show when=move || pausing.get()>
                    <p class="live-state" role="status">
                        "Pauses after this reply"
                    </p>
                </Show>
            </div>
        </div>
    }
}

/// A part of the reply that is coming in.
fn part<T: Default + PartialEq + Send + Sync + 'static>(play: Play, read: fn(&Incoming) -> T) -> Memo<T> {
    Memo::new(move |_| play.incoming.with(|incoming| incoming.as_ref().map(read).unwrap_or_default()))
}

/// Why a call waits, for how long, and what comes then.
#[component]
fn WaitingLine(waiting: Waiting) -> impl IntoView {
    let Waiting { reason, attempt, until_ms } = waiting;
    let left = RwSignal::new(until_ms - BrowserClock.now_ms());
    leptos::task::spawn_local(async move {
        // Ends with the line, or with the wait.
        while left.try_get_untracked().is_some_and(|left| left > 0.0) {
            BrowserClock.sleep(TICK_MS).await;
            left.try_set(until_ms - BrowserClock.now_ms());
        }
    });
    view! {
        <p class="live-state waiting" role="status">
            <Icon name="clock" />
            <span>
                {reason} " " // The count is not read out at every second.
                <span class="num" aria-live="off">
                    {move || next_attempt(attempt, left.get())}
                </span>
            </span>
        </p>
    }
}
