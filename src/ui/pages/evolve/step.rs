//! The current step, or one that is looked back at, told line by line.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::views::{Look, pick_at, pick_name, rollout_at};
use crate::present::evolve::steps::{Part, StepLine, StepView, TaskRow, TaskScore};
use crate::present::tone::Tone;
use crate::ui::kit::{Badge, Button, ButtonKind, IconButton};

#[component]
pub fn StepCard(look: Look, step: Memo<Option<StepView>>) -> impl IntoView {
    let title = move || step.with(|step| step.as_ref().map(|step| step.title.clone()));
    let state = move || {
        let (tone, word) = step.with(|step| step.as_ref().map(|step| step.state))?;
        Some(view! { <Badge tone>{word}</Badge> })
    };
    let last = Memo::new(move |_| {
        look.seen.with(|seen| seen.passes.as_ref().and_then(|passes| passes.list.len().checked_sub(1))).unwrap_or(0)
    });
    let at = Memo::new(move |_| look.entry.get().unwrap_or_else(|| last.get()));
    let is_latest = Memo::new(move |_| look.entry.get().is_none());
    let heading = move || match (is_latest.get(), step.with(|step| step.as_ref().is_some_and(StepView::is_open))) {
        (true, true) => "This step",
        (true, false) => "The last step",
        (false, _) => "Looking back",
    };
    let to = move |entry: usize| look.entry.set((entry < last.get_untracked()).then_some(entry));
    let on_click = move |event: MouseEvent| {
        if let Some(number) = rollout_at(event.target()) {
            look.open.run(number);
        } else if let Some(pick) = pick_at(event.target()) {
            look.choose.run(pick);
        }
    };
    let parts = move || step.with(|step| step.as_ref().map(|step| step.parts.iter().map(draw_part).collect_view()));
    let cost = move || step.with(|step| step.as_ref().map(|step| step.cost.clone()));
    view! {
        <section class="card evolve-card evolve-step" aria-labelledby="evolve-step-title">
            <div class="evolve-card-head">
                <h2 id="evolve-step-title" tabindex="-1">
                    {heading}
                </h2>
                <div class="step-turn">
                    <IconButton
                        icon="step-back"
                        label="The step before"
                        small=true
                        disabled=Signal::derive(move || at.get() == 0)
                        on_press=move |_| to(at.get_untracked().saturating_sub(1))
                    />
                    <span class="num nowrap">{title}</span>
                    <IconButton
                        icon="step"
                        label="The step after"
                        small=true
                        disabled=Signal::derive(move || at.get() >= last.get())
                        on_press=move |_| to(at.get_untracked() + 1)
                    />
                    {state}
                </div>
            </div>
            <div on:click=on_click>{parts}</div>
            <div class="step-foot small muted">
                <span class="num">{cost}</span>
                <Show when=move || !is_latest.get()>
                    <Button small=true kind=ButtonKind::Quiet on_press=move |()| look.entry.set(None)>
                        "Back to the latest"
                    </Button>
                </Show>
            </div>
        </section>
    }
}

fn draw_part(part: &Part) -> AnyView {
    let rows = (!part.rows.is_empty()).then(|| draw_rows(part));
    view! {
        <div class="step-part">
            <ol class="step-lines">{part.lines.iter().map(draw_line).collect_view()}</ol>
            {rows}
            {part.luck.clone().map(|luck| view! { <p class="small muted">{luck}</p> })}
        </div>
    }
    .into_any()
}

fn draw_line(line: &StepLine) -> impl IntoView + use<> {
    let who = line.who.clone().map(|(pick, name)| {
        view! {
            <button type="button" class="link-button" data-pick=pick_name(pick)>
                {name}
            </button>
        }
    });
    let verdict = line.verdict.clone().map(|(tone, words)| {
        let class = match tone {
            Tone::Good => "good",
            Tone::Bad => "bad",
            Tone::Warn => "warn",
            Tone::Plain | Tone::Accent => "",
        };
        view! { <b class=class>{words}</b> }
    });
    // What stands behind a verdict is a sentence of its own.
    let (between, behind) =
        if line.who.is_some() { (line.after.clone(), String::new()) } else { (String::new(), line.after.clone()) };
    view! { <li class:open=line.is_open>{line.before.clone()} {who} {between} {verdict} {behind}</li> }
}

pub(super) fn draw_rows(part: &Part) -> AnyView {
    let has_after = !part.after.is_empty();
    let after = has_after.then(|| view! { <th scope="col">{part.after.clone()}</th> });
    view! {
        <table class="step-table">
            <thead>
                <tr>
                    <th scope="col">"Task"</th>
                    <th scope="col">{part.before.clone()}</th>
                    {after}
                </tr>
            </thead>
            <tbody>{part.rows.iter().map(|own| draw_row(own, has_after)).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn draw_row(row: &TaskRow, has_after: bool) -> impl IntoView + use<> {
    let after = has_after.then(|| {
        view! {
            <td>
                {draw_score(&row.task, &row.after)} <span class=format!("step-change {}", row.change)>{row.change}</span>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row" class="num">
                {row.task.clone()}
            </th>
            <td>{draw_score(&row.task, &row.before)}</td>
            {after}
        </tr>
    }
}

/// A score as a small square; one with a rollout opens it.
pub(super) fn draw_score(task: &str, score: &TaskScore) -> AnyView {
    let class = format!("front-cell {}", score.class);
    let words = format!("{task}: {}", score.words);
    if score.rollouts.is_empty() {
        return view! {
            <span class=class title=words.clone()>
                <span aria-hidden="true">{score.sign.clone()}</span>
                <span class="visually-hidden">{words.clone()}</span>
            </span>
        }
        .into_any();
    }
    let several = score.rollouts.len() > 1;
    let buttons = score.rollouts.iter().enumerate().map(|(at, number)| {
        let words = if several { format!("{words}, rollout {}", at + 1) } else { words.clone() };
        let sign = if at == 0 { score.sign.clone() } else { "↗".to_owned() };
        view! {
            <button
                type="button"
                class=class.clone()
                data-rollout=number.to_string()
                title=words.clone()
                aria-label=format!("{words}: open the rollout")
            >
                {sign}
            </button>
        }
    });
    view! { <span class="step-scores">{buttons.collect_view()}</span> }.into_any()
}
