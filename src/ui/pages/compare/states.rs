//! The databases of both runs at the place on show, and the instructions that led there.

use leptos::prelude::*;

use super::side::{Side, Sides};
use crate::present::alignment::{Pair, steps_within};
use crate::present::transcript::{ChangedRecord, changed_records};
use crate::ui::kit::{Segmented, SelectOption, TextDiff, Time};
use crate::ui::pages::play::ChangedRecords;

/// What each run has changed so far, and in what the two databases differ.
#[component]
pub fn States(sides: Sides, pairs: Memo<Vec<Pair>>, time: Time) -> impl IntoView {
    let place = Memo::new(move |_| pairs.with(|pairs| steps_within(pairs, time.cursor.get())));
    let own = move |side: Side, steps: Signal<usize>| {
        Signal::derive(move || {
            side.view.with(|view| {
                let view = view.as_ref()?;
                Some(changed_records(&view.initial, view.database_at(steps.get())))
            })
        })
    };
    let left = own(sides.left, Signal::derive(move || place.get().0));
    let right = own(sides.right, Signal::derive(move || place.get().1));
    let between = Signal::derive(move || {
        let (left, right) = place.get();
        sides.left.view.with(|one| {
            sides.right.view.with(|other| {
                let (one, other) = (one.as_ref()?, other.as_ref()?);
                Some(changed_records(one.database_at(left), other.database_at(right)))
            })
        })
    });
    view! {
        <div class="pair states">
            <section class="pair-left pane-section">
                <h2>"Changed by the first run so far"</h2>
                {move || records(left.get(), None)}
            </section>
            <section class="pair-right pane-section">
                <h2>"Changed by the second run so far"</h2>
                {move || records(right.get(), None)}
            </section>
        </div>
        <section class="pane-section states-between">
            <h2>"In what the two databases differ here"</h2>
            {move || records(between.get(), Some(("first", "second")))}
        </section>
    }
}

fn records(found: Option<Vec<ChangedRecord>>, sides: Option<(&'static str, &'static str)>) -> AnyView {
    let records = found.unwrap_or_default();
    if records.is_empty() {
        return view! { <p class="muted">"Nothing."</p> }.into_any();
    }
    match sides {
        Some(sides) => view! { <ChangedRecords records sides /> }.into_any(),
        None => view! { <ChangedRecords records /> }.into_any(),
    }
}

/// What leads from the first run's instruction to the second's.
#[component]
pub fn InstructionChange(sides: Sides) -> impl IntoView {
    let lines = RwSignal::new(false);
    let text = |side: Side| {
        Signal::derive(move || {
            side.view.with(|view| view.as_ref().map(|view| view.header.instruction.text.clone()).unwrap_or_default())
        })
    };
    let (old, new) = (text(sides.left), text(sides.right));
    let same = Memo::new(move |_| old.with(|old| new.with(|new| old == new)));
    view! {
        <section class="pane-section compare-instruction">
            <div class="compare-head">
                <span class="muted small">
                    {move || {
                        if same.get() {
                            "Both runs were given the same instruction."
                        } else {
                            "From the first run's instruction to the second's."
                        }
                    }}
                </span>
                <span class="grow"></span>
                <Segmented
                    label="Compare by"
                    options=vec![SelectOption::new("words", "Words"), SelectOption::new("lines", "Lines")]
                    value=Signal::derive(move || if lines.get() { "lines".to_owned() } else { "words".to_owned() })
                    on_change=move |by: String| lines.set(by == "lines")
                />
            </div>
            <TextDiff old new lines label="From the first instruction to the second" />
        </section>
    }
}
