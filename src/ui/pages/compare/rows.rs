//! The conversations in two columns, what belongs together beside one another.

use leptos::prelude::*;

use super::cells::{Cell, Verdict};
use super::side::Sides;
use crate::present::alignment::{Difference, Pair, differing_arguments};
use crate::ui::kit::Time;

#[component]
pub fn Pairs(sides: Sides, pairs: Memo<Vec<Pair>>, time: Time) -> impl IntoView {
    let list = move || {
        let cursor = time.cursor.get();
        pairs.with(|pairs| pairs.iter().take(cursor).copied().enumerate().collect::<Vec<_>>())
    };
    let at_end = Memo::new(move |_| time.cursor.get() >= time.last.get());
    // The newest place stays in view.
    let end = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |before: Option<usize>| {
        let cursor = time.cursor.get();
        if before.is_some()
            && let Some(end) = end.get_untracked()
        {
            crate::platform::page::on_next_frame(move || crate::platform::page::scroll_to_end(&end));
        }
        cursor
    });
    view! {
        <div class="pairs" role="list" aria-label="Both conversations">
            <For each=list key=|(at, pair)| (*at, *pair) let:item>
                <PairRow at=item.0 pair=item.1 sides />
            </For>
        </div>
        <Show when=move || at_end.get()>
            <div class="pair verdicts">
                <div class="pair-left">
                    <Verdict side=sides.left />
                </div>
                <div class="pair-right">
                    <Verdict side=sides.right />
                </div>
            </div>
        </Show>
        <div class="pairs-end" node_ref=end></div>
    }
}

#[component]
fn PairRow(at: usize, pair: Pair, sides: Sides) -> impl IntoView {
    let row = |side: super::side::Side, at: Option<usize>| {
        side.view.with_untracked(|view| view.as_ref()?.rows.get(at?).cloned())
    };
    let (left, right) = (row(sides.left, pair.left), row(sides.right, pair.right));
    let class = match pair.difference {
        Difference::Same => "pair",
        Difference::Missing => "pair differs missing",
        Difference::Extra => "pair differs extra",
        _ => "pair differs",
    };
    let mark = pair.difference.text().map(|text| {
        let names = match (&left, &right, pair.difference) {
            (Some(left), Some(right), Difference::OtherArguments) => differing_arguments(left, right).join(", "),
            _ => String::new(),
        };
        let text = if names.is_empty() { text.to_owned() } else { format!("{text}: {names}") };
        view! { <p class="pair-mark">{text}</p> }
    });
    let words = (pair.difference == Difference::OtherWords).then_some(());
    let (other_left, other_right) = (words.and(right.clone()), words.and(left.clone()));
    view! {
        <div class=class role="listitem" data-place=at + 1>
            {mark} <div class="pair-left">{left.map(|row| view! { <Cell at row other=other_left is_old=true /> })}</div>
            <div class="pair-right">{right.map(|row| view! { <Cell at row other=other_right is_old=false /> })}</div>
        </div>
    }
}
