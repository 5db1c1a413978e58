//! What the rehearsal agent understands of an instruction: a whole box, and a line for under an editor.

use leptos::prelude::*;

use super::super::super::kit::{Icon, Segmented, SelectOption, Textarea};
use crate::cast::rules::Trade;
use crate::present::lessons::{LessonsView, RuleState, RuleView};
use crate::present::route::Route;

/// An editor with the rules of a trade beside it.
#[component]
pub fn LessonsBox(text: RwSignal<String>, trade: RwSignal<Trade>) -> impl IntoView {
    let lessons = Memo::new(move |_| text.with(|text| LessonsView::of(trade.get(), text)));
    let trades = Trade::ALL.map(|trade| SelectOption::new(trade.name(), trade.name())).to_vec();
    let choose = Callback::new(move |name: String| {
        if let Some(chosen) = Trade::ALL.into_iter().find(|trade| trade.name() == name) {
            trade.set(chosen);
        }
    });
    view! {
        <div class="lessons">
            <div class="lessons-text">
                <Segmented
                    label="Rules of"
                    options=trades
                    value=Signal::derive(move || trade.get().name().to_owned())
                    on_change=choose
                />
                <Textarea value=text rows=10 label="An instruction to try out" />
                <p class="lessons-summary num" role="status">
                    {move || lessons.with(LessonsView::summary)}
                </p>
            </div>
            <RuleList lessons />
        </div>
    }
}

/// One line for under the editor of an instruction, with the rules behind it.
#[component]
pub fn LessonsLine(text: RwSignal<String>, trade: Signal<Trade>) -> impl IntoView {
    let lessons = Memo::new(move |_| text.with(|text| LessonsView::of(trade.get(), text)));
    view! {
        <details class="lessons-line">
            <summary>
                <span class="num">{move || lessons.with(LessonsView::summary)}</span>
            </summary>
            <p class="muted small">
                "What the rehearsal agent finds in this text. It is a program that knows these rules and no others. "
                <a href=Route::Cast.to_string()>"More about it"</a>
            </p>
            <RuleList lessons />
        </details>
    }
}

/// All rules, each with what is said of it.
#[component]
fn RuleList(lessons: Memo<LessonsView>) -> impl IntoView {
    let count = Trade::ALL.into_iter().map(|trade| trade.rules().len()).max().unwrap_or_default();
    let rules = (0..count)
        .map(|at| {
            let rule = Memo::new(move |_| lessons.with(|lessons| lessons.rules.get(at).cloned()));
            view! { <li>{move || rule.get().map(|rule| view! { <RuleItem rule /> })}</li> }
        })
        .collect_view();
    view! {
        <ul class="rules" aria-label="Rules">
            {rules}
        </ul>
    }
}

#[component]
fn RuleItem(rule: RuleView) -> impl IntoView {
    let RuleView { info, state, percent } = rule;
    let (class, icon, word) = match &state {
        RuleState::Absent => ("rule absent", "open-circle", "not taught"),
        RuleState::Taught { .. } => ("rule taught", "good", "taught"),
        RuleState::Contradicted { .. } => ("rule against", "warn", "contradicted"),
    };
    let body = match state {
        RuleState::Absent => view! {
            <p class="muted small">
                <span class="rule-label">"Without it "</span>
                {info.shortcut}
            </p>
            <p class="muted small">
                <span class="rule-label">"Taught by, for instance "</span>
                <q>{info.teaches}</q>
            </p>
        }
        .into_any(),
        RuleState::Taught { by } => view! { <p class="small"><q>{by}</q></p> }.into_any(),
        RuleState::Contradicted { taught, against } => view! {
            {taught.map(|taught| view! { <p class="small"><q>{taught}</q></p> })}
            <p class="small">
                <span class="rule-label">"Against it "</span>
                <q>{against}</q>
            </p>
        }
        .into_any(),
    };
    view! {
        <div class=class>
            <Icon name=icon />
            <div class="rule-text">
                <p class="rule-title">
                    <strong>{info.title}</strong>
                    <span class="visually-hidden">", " {word} ", "</span>
                    <span class="muted small num">{format!("followed in {percent} %")}</span>
                </p>
                {body}
            </div>
        </div>
    }
}
