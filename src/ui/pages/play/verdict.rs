//! The end of a rollout: the reward and why, or why there is none.

use std::sync::Arc;

use leptos::prelude::*;

use super::control::Control;
use super::judging::FindingList;
use super::record_change::ChangedRecords;
use crate::app::play::Play;
use crate::present::format;
use crate::present::route::Route;
use crate::present::verdict::{Check, Outcome, Verdict};
use crate::rollout::Ending;
use crate::ui::kit::{Button, Icon};

/// The card at the end of the transcript.
#[component]
pub fn VerdictView(verdict: Arc<Verdict>, control: Control) -> impl IntoView {
    let play: Play = expect_context();
    let class = format!("verdict {}", outcome_class(verdict.outcome));
    let spent = move || {
        play.shown.with(|shown| shown.as_ref().map(|shown| shown.spent).filter(|spent| spent.calls > 0).map(spent_line))
    };
    let differences = verdict.differences.clone();
    let findings = play.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.findings.clone()));
    let findings = findings.unwrap_or_default();
    // A rollout that its user stopped needs no advice.
    let failed = play.shown.with_untracked(|shown| {
        shown.as_ref().is_some_and(|shown| matches!(shown.ending, Some(Ending::Unscored { .. })))
    });
    view! {
        <section class=class aria-label="Verdict">
            <p class="verdict-head">
                <Icon name=outcome_icon(verdict.outcome) /> <strong>{verdict.headline.clone()}</strong>
                <span class="verdict-reason">{verdict.reason.clone()}</span>
            </p>
            {(!verdict.checks.is_empty()).then(|| view! { <CheckList checks=verdict.checks.clone() /> })}
            {(!verdict.why.is_empty())
                .then(|| {
                    let lines = verdict.why.iter().cloned().map(|line| view! { <li>{line}</li> }).collect_view();
                    view! { <ul class="verdict-words">{lines}</ul> }
                })}
            {(!findings.is_empty())
                .then(|| {
                    view! {
                        <details class="verdict-why">
                            <summary>{format!("What rules find ({})", findings.len())}</summary>
                            <FindingList found=findings />
                        </details>
                    }
                })}
            {(verdict.outcome == Outcome::Unscored)
                .then(|| {
                    view! {
                        <div class="button-row">
                            <Button on_press=move |()| control.run(false) icon="refresh" small=true>
                                "Run again"
                            </Button>
                            {failed
                                .then(|| {
                                    view! {
                                        <a class="btn quiet small" href=Route::Models.to_string()>
                                            "Look at the endpoints"
                                        </a>
                                    }
                                })}
                        </div>
                    }
                })}
            {(!differences.is_empty())
                .then(|| {
                    view! {
                        <details class="verdict-why">
                            <summary>"Expected against found"</summary>
                            <ChangedRecords records=differences sides=("expected", "found") />
                        </details>
                    }
                })}
            {move || spent().map(|line| view! { <p class="verdict-spent num">{line}</p> })}
        </section>
    }
}

/// Checks, one a line, told apart by shape as well as colour.
#[component]
pub fn CheckList(checks: Vec<Check>) -> impl IntoView {
    let lines = checks
        .into_iter()
        .map(|check| {
            let (icon, class, word) = match check.passed {
                Some(true) => ("good", "good", "passed"),
                Some(false) => ("error", "bad", "failed"),
                None => ("open-circle", "none", "to note"),
            };
            view! {
                <li class=class>
                    <Icon name=icon />
                    <span>
                        <span class="visually-hidden">{word} ", "</span>
                        {check.text}
                    </span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="checks">{lines}</ul> }
}

pub const fn outcome_class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "good",
        Outcome::Failure => "bad",
        Outcome::Unscored => "none",
    }
}

pub const fn outcome_icon(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "good",
        Outcome::Failure => "error",
        Outcome::Unscored => "pending",
    }
}

fn spent_line(spent: crate::rollout::Spent) -> String {
    if spent.model_ms <= 0.0 {
        // Programs and people.
        return format::counted(spent.calls as u64, "reply", "replies");
    }
    let mut parts = vec![format::counted(spent.calls as u64, "model call", "model calls")];
    if let Some(tokens) = spent.usage.input() {
        parts.push(format!("{} in", format::counted(tokens, "token", "tokens")));
    }
    if let Some(tokens) = spent.usage.output() {
        parts.push(format!("{} out", format::count(tokens)));
    }
    if let Some(cost) = spent.cost_usd {
        parts.push(format!("${cost:.4}"));
    }
    parts.push(format!("{:.1} s of model time", spent.model_ms / 1000.0));
    parts.join(" · ")
}
