//! Why the reward is what it is: the checks, and the expected calls against those that were made.

use leptos::prelude::*;

use super::judging::Judging;
use super::place::PlaySite;
use super::record_change::ChangedRecords;
use super::verdict::{CheckList, outcome_class, outcome_icon};
use crate::app::play::{Play, Shown, Source};
use crate::domain::{Action, Task};
use crate::present::transcript::action_line;
use crate::present::verdict::{Check, demands};
use crate::py::{Value, canon};
use crate::rollout::StepKind;
use crate::ui::kit::Icon;

/// The tab "Checks".
#[component]
pub fn ChecksTab(site: PlaySite) -> impl IntoView {
    let play: Play = expect_context();
    let verdict = Memo::new(move |_| play.shown.with(|shown| shown.as_ref().and_then(|shown| shown.verdict.clone())));
    let hash = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        verdict.with(|_| ());
        hash.set(None);
    });
    view! {
        {move || match (verdict.get(), site.task.get()) {
            (Some(verdict), _) => {
                let differences = verdict.differences.clone();
                view! {
                    <section class="pane-section">
                        <p class=format!("verdict-head {}", outcome_class(verdict.outcome))>
                            <Icon name=outcome_icon(verdict.outcome) />
                            <strong>{verdict.headline.clone()}</strong>
                        </p>
                        <p>{verdict.reason.clone()}</p>
                        <CheckList checks=verdict.checks.clone() />
                    </section>
                    {(!differences.is_empty())
                        .then(|| {
                            view! {
                                <section class="pane-section">
                                    <h2>"Expected against found"</h2>
                                    <ChangedRecords records=differences sides=("expected", "found") />
                                </section>
                            }
                        })}
                }
                    .into_any()
            }
            (None, Some(task)) => {
                view! {
                    <section class="pane-section">
                        <h2>"What success asks"</h2>
                        <CheckList checks=demands(&task) />
                    </section>
                }
                    .into_any()
            }
            (None, None) => ().into_any(),
        }}
        <Judging />
        {move || {
            let (Some(task), made) = (site.task.get(), made(play)) else { return ().into_any() };
            view! { <Calls task=(**task).clone() made /> }.into_any()
        }}
        <HashLine hash />
    }
}

/// The calls that were made so far; `None` where nothing is on show.
fn made(play: Play) -> Option<Vec<Action>> {
    let cursor = play.cursor.get();
    play.shown.with(|shown| {
        let shown = shown.as_ref()?;
        let steps = shown.steps.iter().take(cursor);
        Some(
            steps
                .filter_map(|step| match &step.kind {
                    StepKind::ToolCalled { action, outcome, .. } if !outcome.status.is_error() => Some(action.clone()),
                    _ => None,
                })
                .collect(),
        )
    })
}

/// Expected calls, each with whether just that call was made.
#[component]
fn Calls(task: Task, made: Option<Vec<Action>>) -> impl IntoView {
    let lines = task
        .expected_actions
        .iter()
        .map(|expected| Check {
            passed: made.as_ref().map(|made| made.iter().any(|own| same_call(own, expected))).filter(|found| *found),
            text: action_line(expected),
        })
        .collect::<Vec<_>>();
    let empty = lines.is_empty();
    view! {
        <section class="pane-section">
            <h2>"Expected actions"</h2>
            <p class="muted small">
                "Only the end state counts, not the way there: a call that was not made this way may still be fine."
            </p>
            {if empty {
                view! { <p class="muted">"None: the database must stay as it is."</p> }.into_any()
            } else {
                view! { <div class="mono calls">{view! { <CheckList checks=lines /> }}</div> }.into_any()
            }}
        </section>
    }
}

fn same_call(a: &Action, b: &Action) -> bool {
    a.name == b.name && canon::same_text(&Value::Dict(a.kwargs.clone()), &Value::Dict(b.kwargs.clone()))
}

/// The hash of the end state, worked out on request: it reads the whole database.
#[component]
fn HashLine(hash: RwSignal<Option<String>>) -> impl IntoView {
    let play: Play = expect_context();
    let ended =
        Memo::new(move |_| play.shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.verdict.is_some())));
    let is_replay = Memo::new(move |_| {
        play.shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.source == Source::ExpectedActions))
    });
    let work_out = move |_| {
        let found = play
            .shown
            .with_untracked(|shown| shown.as_ref().map(|shown: &Shown| shown.database_at(shown.steps.len()).hash()));
        hash.set(found);
    };
    view! {
        <Show when=move || ended.get()>
            <section class="pane-section">
                <h2>"Hash of the end state"</h2>
                {move || match hash.get() {
                    Some(hash) => view! { <code class="hash">{hash}</code> }.into_any(),
                    None => {
                        view! {
                            <button type="button" class="btn small" on:click=work_out>
                                "Work it out"
                            </button>
                        }
                            .into_any()
                    }
                }}
                <Show when=move || is_replay.get()>
                    <p class="muted small">"For a replay this is the hash that the benchmark compares with."</p>
                </Show>
            </section>
        </Show>
    }
}
