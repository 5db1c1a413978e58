//! A candidate, or a text that was turned down: its words against a parent's, what led to it, what speaks for it.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::step::{draw_rows, draw_score};
use super::views::{Look, rollout_at};
use crate::gepa::CandidateId;
use crate::present::evolve::pool::name;
use crate::present::evolve::proposal::{Exchange, TextChange, ValidationScore};
use crate::present::evolve::{Pick, ProposalView};
use crate::present::tone::Tone;
use crate::ui::kit::{
    Button, ButtonKind, Callout, Code, CopyButton, Fold, FoldKind, Segmented, SelectOption, TextDiff,
};

#[component]
pub fn CandidateView(
    look: Look,
    proposal: Memo<Option<ProposalView>>,
    /// What can be done with a candidate of the pool.
    deeds: Callback<CandidateId, AnyView>,
) -> impl IntoView {
    // Built anew for another pick, not where only its facts change: what was unfolded stays so.
    let pick = Memo::new(move |_| proposal.with(|own| own.as_ref().map(|own| own.pick)));
    move || pick.get().map(|pick| view! { <Shown look proposal pick deeds /> })
}

#[component]
fn Shown(
    look: Look,
    proposal: Memo<Option<ProposalView>>,
    pick: Pick,
    deeds: Callback<CandidateId, AnyView>,
) -> impl IntoView {
    let of = move |tell: fn(&ProposalView) -> String| proposal.with(|own| own.as_ref().map(tell)).unwrap_or_default();
    let parents =
        Memo::new(move |_| proposal.with(|own| own.as_ref().map(|own| own.parents.clone())).unwrap_or_default());
    // Of two parents, which the words are set against.
    let second = RwSignal::new(false);
    let against = Memo::new(move |_| parents.with(|parents| parents.get(usize::from(second.get())).copied()));
    let title = move || {
        let title = of(|own| own.title.clone());
        match against.get() {
            Some(parent) => format!("{title} against {}", name(parent).to_lowercase()),
            None => title,
        }
    };
    let whole = RwSignal::new(false);
    let changes = Memo::new(move |_| {
        let against = against.get().filter(|_| !whole.get());
        look.seen.with(|seen| ProposalView::changes(&seen.pool, pick, against))
    });
    // As it is, it has a button of its own.
    let shows_whole = Memo::new(move |_| changes.with(|list| list.iter().all(|own| own.old == own.new)));
    let texts = move || {
        let list = changes.get();
        let several = list.len() > 1;
        list.into_iter().map(|change| draw_change(change, several)).collect_view()
    };
    let choice = move || {
        let parents = parents.get();
        (parents.len() > 1).then(|| {
            let options =
                parents.iter().map(|own| SelectOption::new(own.0.to_string(), name(*own))).collect::<Vec<_>>();
            let value = Signal::derive(move || against.get().map(|own| own.0.to_string()).unwrap_or_default());
            let first = parents.first().map(|own| own.0.to_string());
            view! {
                <Segmented
                    label="Against which parent"
                    options
                    value
                    on_change=move |chosen: String| second.set(first.as_ref() != Some(&chosen))
                />
            }
        })
    };
    let to_step = move || {
        let entry = proposal.with(|own| own.as_ref().and_then(|own| own.entry))?;
        Some(view! {
            <Button small=true kind=ButtonKind::Quiet on_press=move |()| look.entry.set(Some(entry))>
                "Show its step"
            </Button>
        })
    };
    let own_deeds = match pick {
        Pick::Candidate(id) => Some(deeds.run(id)),
        Pick::Refused(_) => None,
    };
    let doubts = move || {
        let doubts = proposal.with(|own| own.as_ref().map(|own| own.doubts.clone())).unwrap_or_default();
        (!doubts.is_empty()).then(|| {
            let lines = doubts.into_iter().map(|doubt| view! { <p>{doubt}</p> }).collect_view();
            view! { <Callout tone=Tone::Warn title="Reasons to look twice">{lines}</Callout> }
        })
    };
    let exchanges = move || {
        let list = proposal.with(|own| own.as_ref().map(|own| own.exchanges.clone())).unwrap_or_default();
        list.into_iter().map(draw_exchange).collect_view()
    };
    let scores = move || {
        proposal.with(|own| {
            let own = own.as_ref()?;
            (!own.validation.is_empty()).then(|| own.validation.iter().map(draw_validation).collect_view())
        })
    };
    let minibatch = move || {
        proposal.with(|own| {
            let part = own.as_ref()?.minibatch.as_ref().filter(|part| !part.rows.is_empty())?;
            Some(draw_rows(part))
        })
    };
    let on_click = move |event: MouseEvent| {
        if let Some(number) = rollout_at(event.target()) {
            look.open.run(number);
        }
    };
    let copied = Callback::new(move |()| of(|own| own.text.clone()));
    view! {
        <section class="card evolve-card evolve-candidate" aria-labelledby="evolve-candidate-title">
            <div class="evolve-card-head">
                <h2 id="evolve-candidate-title" tabindex="-1">{title}</h2>
                <div class="row">{to_step} {own_deeds}</div>
            </div>
            <div class="candidate-facts">
                <p class="num">
                    <b>{move || of(|own| own.score.clone())}</b>
                </p>
                <p class="muted">{move || of(|own| own.origin.clone())} " " {move || of(|own| own.reason.clone())}</p>
                <div class="candidate-scores" on:click=on_click>
                    {scores}
                </div>
                <div on:click=on_click>{minibatch}</div>
            </div>
            {doubts}
            <div class="candidate-text">
                <div class="row candidate-tools">
                    {choice}
                    <Show when=move || against.get().is_some()>
                        <Button
                            small=true
                            kind=ButtonKind::Quiet
                            on_press=move |()| whole.update(|whole| *whole = !*whole)
                        >
                            {move || if whole.get() { "Show what changed" } else { "Show as it is" }}
                        </Button>
                    </Show>
                    <Show when=move || !shows_whole.get()>
                        <CopyButton text=copied label="Copy the instruction" />
                    </Show>
                </div>
                {texts}
            </div>
            <div class="stack tight">{exchanges}</div>
        </section>
    }
}

fn draw_change(change: TextChange, several: bool) -> AnyView {
    let TextChange { component, old, new } = change;
    let head = several.then(|| view! { <h3 class="mono">{component.clone()}</h3> });
    // Without a parent, or as it is: a text that is nothing but unchanged would be folded away.
    if old == new {
        let text = Signal::stored(new);
        return view! {
            {head}
            <Code text label="instruction" wrap=true />
        }
        .into_any();
    }
    view! {
        {head}
        <TextDiff old=Signal::stored(old) new=Signal::stored(new) lines=false label="What changed" />
    }
    .into_any()
}

fn draw_exchange(exchange: Exchange) -> AnyView {
    let Exchange { prompt, reply, was_edited, prompt_size, reply_size, .. } = exchange;
    let (prompt, reply) = (Signal::stored(prompt), Signal::stored(reply));
    let said = if was_edited {
        "What the reflection model replied, before it was edited"
    } else {
        "What the reflection model replied"
    };
    view! {
        <Fold kind=FoldKind::Card summary=move || folded("What the reflection model was shown", prompt_size)>
            <Code text=prompt label="the reflection model's input" wrap=true />
        </Fold>
        <Fold kind=FoldKind::Card summary=move || folded(said, reply_size)>
            <Code text=reply label="the reflection model's reply" wrap=true />
        </Fold>
    }
    .into_any()
}

fn folded(what: &'static str, size: String) -> AnyView {
    view! {
        <span class="grow">{what}</span>
        <span class="small muted num">{size}</span>
    }
    .into_any()
}

fn draw_validation(score: &ValidationScore) -> AnyView {
    view! {
        <span class="candidate-score" title=score.title.clone()>
            <span class="small muted num" aria-hidden="true">
                {score.label.clone()}
            </span>
            {draw_score(&score.title, &score.own)}
        </span>
    }
    .into_any()
}
