//! Time: a slider over the steps, with the writes marked, and the keys that move it.

use leptos::prelude::*;

use crate::app::play::Play;
use crate::platform::clock::BrowserClock;
use crate::present::transcript::{CardKind, RowKind};
use crate::provider::http::Clock;
use crate::ui::kit::IconButton;

/// How long a replay rests on a step, in milliseconds.
const PLAY_MS: f64 = 900.0;

/// The slider with its buttons. Shown while there are steps to move over.
#[component]
pub fn Scrubber() -> impl IntoView {
    let play: Play = expect_context();
    let last = Memo::new(move |_| play.shown.with(|shown| shown.as_ref().map_or(0, |shown| shown.steps.len())));
    run_replay(play, last);
    let at_end = Signal::derive(move || play.cursor.get() >= last.get());
    let at_start = Signal::derive(move || play.cursor.get() == 0);
    let marks = move || {
        play.shown.with(|shown| {
            let rows = shown.as_ref().map_or(&[][..], |shown| shown.rows.as_slice());
            let count = rows.len().max(1);
            rows.iter()
                .enumerate()
                .map(|(at, row)| {
                    let class = match &row.kind {
                        RowKind::Tool(card) if card.kind == CardKind::Write => "tick write",
                        RowKind::Tool(card) if card.kind == CardKind::Error => "tick error",
                        RowKind::Unreadable { .. } => "tick error",
                        _ => "tick",
                    };
                    let share = (at + 1) as f64 / count as f64;
                    view! { <i class=class style:--at=share.to_string()></i> }
                })
                .collect_view()
        })
    };
    let place = move || match (play.cursor.get(), last.get()) {
        (0, last) => format!("start · {last} steps"),
        (cursor, last) => format!("step {cursor} of {last}{}", play.shown.with(|shown| what(shown.as_ref(), cursor))),
    };
    view! {
        <Show when=move || last.get() != 0>
            <div class="scrubber">
                <div class="scrubber-buttons">
                    <IconButton
                        icon="step-back"
                        label="One step back"
                        on_press=move |_| play.seek_by(-1)
                        disabled=at_start
                    />
                    <IconButton
                        icon=Signal::derive(move || {
                            if play.playing.get() { "pause".to_owned() } else { "play".to_owned() }
                        })
                        label=Signal::derive(move || {
                            if play.playing.get() {
                                "Pause the replay".to_owned()
                            } else {
                                "Play the steps".to_owned()
                            }
                        })
                        on_press=move |_| toggle(play)
                        disabled=Signal::derive(move || play.phase.get().is_running())
                    />
                    <IconButton icon="step" label="One step on" on_press=move |_| play.seek_by(1) disabled=at_end />
                </div>
                <div class="scrubber-track">
                    <div class="ticks" aria-hidden="true">
                        {marks}
                    </div>
                    <input
                        type="range"
                        min="0"
                        max=move || last.get().to_string()
                        step="1"
                        prop:value=move || play.cursor.get().to_string()
                        aria-label="Step"
                        aria-valuetext=place
                        on:input=move |event| {
                            if let Ok(step) = event_target_value(&event).parse() {
                                play.seek(step);
                            }
                        }
                    />
                </div>
                <span class="scrubber-place num">{place}</span>
            </div>
        </Show>
    }
}

/// Starts a replay that rests, or rests one that plays; at the end it starts over.
pub fn toggle(play: Play) {
    if play.playing.get_untracked() {
        play.playing.set(false);
        return;
    }
    let last = play.shown.with_untracked(|shown| shown.as_ref().map_or(0, |shown| shown.steps.len()));
    if last > 0 && !play.phase.get_untracked().is_running() {
        if play.cursor.get_untracked() >= last {
            play.cursor.set(0);
        }
        play.playing.set(true);
    }
}

/// Moves a playing replay on, a step at a time, until its end.
fn run_replay(play: Play, last: Memo<usize>) {
    Effect::new(move |_| {
        if !play.playing.get() {
            return;
        }
        let cursor = play.cursor.get();
        if cursor >= last.get() {
            play.playing.set(false);
            return;
        }
        // The first step comes at once, so that a press shows something.
        let rest = if cursor == 0 { PLAY_MS / 3.0 } else { PLAY_MS };
        leptos::task::spawn_local(async move {
            BrowserClock.sleep(rest).await;
            // Moved or stopped meanwhile: this timer is no longer the one that counts.
            if play.playing.try_get_untracked() == Some(true) && play.cursor.try_get_untracked() == Some(cursor) {
                play.cursor.set(cursor + 1);
            }
        });
    });
}

fn what(shown: Option<&crate::app::play::Shown>, cursor: usize) -> String {
    let row = shown.and_then(|shown| shown.rows.get(cursor.checked_sub(1)?));
    row.map_or_else(String::new, |row| match &row.kind {
        RowKind::User(_) => " · customer".to_owned(),
        RowKind::Agent(_) => " · agent".to_owned(),
        RowKind::Tool(card) if card.kind == CardKind::Write => format!(" · {}, a write", card.name),
        RowKind::Tool(card) => format!(" · {}", card.name),
        RowKind::Unreadable { .. } => " · unreadable reply".to_owned(),
    })
}
