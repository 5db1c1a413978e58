//! Time: a slider over the steps of what is on show, with the writes marked.

use leptos::prelude::*;

use super::control::Control;
use crate::app::play::{Play, Shown};
use crate::present::transcript::{CardKind, Row, RowKind};
use crate::ui::kit::{Button, ButtonKind, Time, Timeline};

/// The time of what is on show.
#[must_use]
pub fn time(play: Play) -> Time {
    let steps = move || play.shown.with(|shown| shown.as_ref().map_or(0, |shown| shown.steps.len()));
    Time { cursor: play.cursor, last: Memo::new(move |_| steps()).into(), playing: play.playing }
}

/// The slider with its buttons. Shown while there are steps to move over, also of a rollout that runs.
#[component]
pub fn Scrubber(control: Control) -> impl IntoView {
    let play: Play = expect_context();
    let time = time(play);
    let (cursor, last) = (play.cursor, time.last);
    let marks = Signal::derive(move || {
        play.shown.with(|shown| {
            shown.as_ref().map_or_else(Vec::new, |shown| shown.rows.iter().map(|row| mark(row)).collect())
        })
    });
    let place = Signal::derive(move || match (cursor.get(), last.get()) {
        (0, last) => format!("start · {last} steps"),
        (cursor, last) => {
            format!("step {cursor} of {last}{}", play.shown.with(|shown| what_at(shown.as_ref(), cursor)))
        }
    });
    let runs = Signal::derive(move || play.phase.get().is_running());
    let can_fork = Memo::new(move |_| {
        !runs.get() && play.shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.run.is_some()))
    });
    let behind = Memo::new(move |_| runs.get() && cursor.get() < last.get());
    view! {
        <Timeline time marks place rests=runs on_seek=move |steps: usize| play.seek(steps)>
            <span class="grow"></span>
            <Show when=move || behind.get()>
                <Button small=true kind=ButtonKind::Quiet icon="step" on_press=move |()| play.seek(usize::MAX)>
                    "To the newest step"
                </Button>
            </Show>
            <Show when=move || can_fork.get()>
                <Button
                    small=true
                    kind=ButtonKind::Quiet
                    icon="fork"
                    title="Begin a new run from this step (F)"
                    on_press=move |()| control.fork(cursor.get_untracked())
                >
                    "Fork here"
                </Button>
            </Show>
        </Timeline>
    }
}

/// Plays the steps on show, or rests them. A rollout that runs sets the pace itself.
pub fn toggle(play: Play, time: Time) {
    if !play.phase.get_untracked().is_running() {
        time.toggle();
    }
}

/// The class of a step's mark.
#[must_use]
pub fn mark(row: &Row) -> &'static str {
    match &row.kind {
        RowKind::Tool(card) if card.kind == CardKind::Write => "write",
        RowKind::Tool(card) if card.kind == CardKind::Error => "error",
        RowKind::Unreadable { .. } => "error",
        _ => "",
    }
}

/// What a step is: ` · customer`, ` · cancel_pending_order, a write`.
#[must_use]
pub fn what(row: &Row) -> String {
    match &row.kind {
        RowKind::User(_) => " · customer".to_owned(),
        RowKind::Agent(_) => " · agent".to_owned(),
        RowKind::Tool(card) if card.kind == CardKind::Write => format!(" · {}, a write", card.name),
        RowKind::Tool(card) => format!(" · {}", card.name),
        RowKind::Unreadable { .. } => " · unreadable reply".to_owned(),
    }
}

fn what_at(shown: Option<&Shown>, cursor: usize) -> String {
    let row = shown.and_then(|shown| shown.rows.get(cursor.checked_sub(1)?));
    row.map_or_else(String::new, |row| what(row))
}
