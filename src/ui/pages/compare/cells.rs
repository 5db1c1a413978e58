//! One step of one side, and the verdict at its end.

use std::sync::Arc;

use leptos::prelude::*;

use super::side::Side;
use crate::present::text_diff::{Change, Segment, by_words};
use crate::present::transcript::{Row, RowKind};
use crate::ui::kit::Icon;
use crate::ui::pages::play::{ChangedRecords, CheckList, RowView, outcome_class, outcome_icon};

/// Below this share of common words two messages are just two messages, and marking every word says nothing.
const ALIKE: f64 = 0.4;

/// A step. Beside other words of the same speaker it marks its own.
#[component]
pub fn Cell(
    at: usize,
    row: Arc<Row>,
    /// The step beside it, where that has other words.
    other: Option<Arc<Row>>,
    /// Whether this is the first run's.
    is_old: bool,
) -> impl IntoView {
    match other.and_then(|other| marked(&row, &other, is_old)) {
        Some((who, class, segments)) => view! {
            <article class="row">
                <div class=format!("speech {class}")>
                    <span class="who">{who}</span>
                    <p class="words diff-words">{segments.into_iter().map(piece).collect_view()}</p>
                </div>
            </article>
        }
        .into_any(),
        None => view! { <RowView at row /> }.into_any(),
    }
}

fn piece(segment: Segment) -> AnyView {
    match segment.change {
        Change::Same => segment.text.into_any(),
        _ => view! { <mark>{segment.text}</mark> }.into_any(),
    }
}

/// The words of a message with those marked that the other one does not have.
fn marked(row: &Row, other: &Row, is_old: bool) -> Option<(&'static str, &'static str, Vec<Segment>)> {
    let (who, class, own, other) = match (&row.kind, &other.kind) {
        (RowKind::User(own), RowKind::User(other)) => ("Customer", "user", own, other),
        (RowKind::Agent(Some(own)), RowKind::Agent(Some(other))) => ("Agent", "agent", own, other),
        _ => return None,
    };
    let (old, new) = if is_old { (own, other) } else { (other, own) };
    let left_out = if is_old { Change::Added } else { Change::Removed };
    let segments: Vec<Segment> = by_words(old, new).into_iter().filter(|segment| segment.change != left_out).collect();
    let same: usize = segments.iter().filter(|part| part.change == Change::Same).map(|part| part.text.len()).sum();
    (same as f64 >= ALIKE * own.len() as f64).then_some((who, class, segments))
}

/// What came of a run; that it is not over, if it is not.
#[component]
pub fn Verdict(side: Side) -> impl IntoView {
    move || {
        let verdict = side.view.with(|view| view.as_ref().map(|view| view.verdict.clone()))?;
        let Some(verdict) = verdict else {
            return Some(view! { <p class="muted small">"This run has no end yet."</p> }.into_any());
        };
        let differences = verdict.differences.clone();
        Some(
            view! {
                <section
                    class=format!("verdict {}", outcome_class(verdict.outcome))
                    aria-label=format!("Verdict of the {} run", side.name)
                >
                    <p class="verdict-head">
                        <Icon name=outcome_icon(verdict.outcome) /> <strong>{verdict.headline.clone()}</strong>
                        <span class="verdict-reason">{verdict.reason.clone()}</span>
                    </p>
                    {(!verdict.checks.is_empty()).then(|| view! { <CheckList checks=verdict.checks.clone() /> })}
                    {(!differences.is_empty())
                        .then(|| {
                            view! {
                                <details class="verdict-why">
                                    <summary>"Expected against found"</summary>
                                    <ChangedRecords records=differences sides=("expected", "found") />
                                </details>
                            }
                        })}
                </section>
            }
            .into_any(),
        )
    }
}
