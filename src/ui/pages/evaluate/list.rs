//! The list of batches.

use std::sync::Arc;

use leptos::prelude::*;

use crate::app::batches::BatchPhase;
use crate::app::moments::when;
use crate::app::use_batches;
use crate::present::evaluate::Figures;
use crate::present::evaluate::figures::share;
use crate::present::format::counted;
use crate::present::route::Route;
use crate::present::tone::Tone;
use crate::ui::kit::Badge;
use crate::workspace::BatchRecord;

/// More batches than these are drawn at a press.
const AT_ONCE: usize = 50;

/// All batches, the newest first.
#[component]
pub fn BatchList() -> impl IntoView {
    let batches = use_batches();
    let shown = move || batches.list().into_iter().take(AT_ONCE).collect::<Vec<_>>();
    let is_empty = Memo::new(move |_| batches.list().is_empty());
    view! {
        <ul class="batch-list" aria-label="Batches" hidden=move || is_empty.get()>
            <For each=shown key=|batch| Arc::as_ptr(batch) as usize let:batch>
                <BatchRow batch />
            </For>
        </ul>
    }
}

#[component]
fn BatchRow(batch: Arc<BatchRecord>) -> impl IntoView {
    let batches = use_batches();
    let id = StoredValue::new(batch.id.clone());
    let board = Memo::new(move |_| id.with_value(|id| batches.board(id)));
    let state = move || {
        let phase = id.with_value(|id| batches.phase(id));
        let (tone, word) = match phase {
            Some(BatchPhase::Running) => (Tone::Accent, "running"),
            Some(BatchPhase::Paused) => (Tone::Warn, "paused"),
            Some(BatchPhase::Stopping) => (Tone::Warn, "stopping"),
            None => match board
                .with(|board| board.as_ref().map(|board| (board.is_done(), board.record.imported.is_some())))
            {
                Some((true, true)) => (Tone::Plain, "from a file"),
                Some((true, false)) => (Tone::Good, "done"),
                _ => (Tone::Warn, "not finished"),
            },
        };
        view! { <Badge tone=tone>{word}</Badge> }
    };
    let facts = move || board.with(|board| board.as_ref().map(crate::present::evaluate::Board::facts));
    let averages = move || {
        board.with(|board| {
            let board = board.as_ref()?;
            let arm = |arm: usize| {
                let figures = Figures::of(board, arm);
                format!("{} {} ({})", figures.arm, share(figures.average), figures.basis())
            };
            Some((0..board.record.arms.len()).map(|at| view! { <p class="run-facts num">{arm(at)}</p> }).collect_view())
        })
    };
    let what = format!(
        "{} · {} · {} · {}",
        batch.pack,
        batch.split,
        counted(batch.arms.len() as u64, "arm", "arms"),
        when(batch.created_ms)
    );
    view! {
        <li class="batch-row">
            <p class="run-head">
                <a class="run-name" href=Route::Batch(batch.id.clone()).to_string()>
                    {batch.name.clone()}
                </a>
                {state}
            </p>
            <p class="run-facts">{what}</p>
            {averages}
            <p class="run-facts num">{facts}</p>
            {(!batch.note.is_empty()).then(|| view! { <p class="run-note">{batch.note.clone()}</p> })}
        </li>
    }
}
