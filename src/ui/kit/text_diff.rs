use leptos::prelude::*;

use crate::present::format::counted;
use crate::present::text_diff::{Change, Line, MixedLine, Segment, Stretch, by_lines, by_words, fold, mixed_lines};

/// How far from a change lines are shown.
const CONTEXT: usize = 2;

/// The difference of two texts. Long unchanged stretches are folded to a button that shows them.
#[component]
pub fn TextDiff(
    #[prop(into)] old: Signal<String>,
    #[prop(into)] new: Signal<String>,
    /// By lines instead of by words.
    #[prop(into)]
    lines: Signal<bool>,
    /// The accessible name: `Changes from v1 to v2`.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let body = move || {
        old.with(|old| {
            new.with(|new| {
                if lines.get() {
                    stretches(fold(by_lines(old, new), Line::is_changed, CONTEXT), line_view)
                } else {
                    stretches(fold(mixed_lines(&by_words(old, new)), MixedLine::is_changed, CONTEXT), mixed_view)
                }
            })
        })
    };
    view! {
        <div class="diff" class:by-lines=move || lines.get() role="group" aria-label=move || label.get()>
            {body}
        </div>
    }
}

fn stretches<T: Clone + Send + Sync + 'static>(parts: Vec<Stretch<T>>, draw: fn(T) -> AnyView) -> AnyView {
    parts
        .into_iter()
        .map(|part| match part {
            Stretch::Shown(list) => list.into_iter().map(draw).collect_view().into_any(),
            Stretch::Folded(list) => {
                let text = counted(list.len() as u64, "unchanged line", "unchanged lines");
                let list = StoredValue::new(list);
                let open = RwSignal::new(false);
                view! {
                    <Show
                        when=move || open.get()
                        fallback=move || {
                            view! {
                                <button type="button" class="diff-fold" on:click=move |_| open.set(true)>
                                    {text.clone()}
                                </button>
                            }
                        }
                    >
                        {move || list.with_value(|list| list.iter().cloned().map(draw).collect_view())}
                    </Show>
                }
                .into_any()
            }
        })
        .collect_view()
        .into_any()
}

fn mixed_view(line: MixedLine) -> AnyView {
    let class = if line.is_changed() { "diff-line mixed" } else { "diff-line" };
    let parts = line.segments.into_iter().map(|Segment { change, text }| {
        let words = text.trim_end_matches(['\n', '\r']).to_owned();
        match change {
            Change::Same => words.into_any(),
            // A line break that came or went is a sign of its own, or it would not be seen.
            Change::Removed => view! { <del>{visible(words, &text)}</del> }.into_any(),
            Change::Added => view! { <ins>{visible(words, &text)}</ins> }.into_any(),
        }
    });
    view! { <p class=class>{parts.collect_view()}</p> }.into_any()
}

fn visible(words: String, text: &str) -> String {
    if words.len() == text.len() { words } else { format!("{words}↵") }
}

fn line_view(line: Line) -> AnyView {
    let number = |number: Option<usize>| number.map(|number| number.to_string());
    let numbers = view! {
        <span class="diff-number" aria-hidden="true">
            {number(line.old)}
        </span>
        <span class="diff-number" aria-hidden="true">
            {number(line.new)}
        </span>
    };
    match line.change {
        Change::Same => view! {
            <p class="diff-line">
                {numbers} <span class="diff-sign" aria-hidden="true"></span> <span class="diff-text">{line.text}</span>
            </p>
        }
        .into_any(),
        Change::Removed => view! {
            <p class="diff-line removed">
                {numbers} <span class="diff-sign" aria-hidden="true">"−"</span> <del class="diff-text">{line.text}</del>
            </p>
        }
        .into_any(),
        Change::Added => view! {
            <p class="diff-line added">
                {numbers} <span class="diff-sign" aria-hidden="true">"+"</span> <ins class="diff-text">{line.text}</ins>
            </p>
        }
        .into_any(),
    }
}
