//! How far an evolution is, and the buttons that hold it and let it go on.

use leptos::prelude::*;

use super::deeds::{Pulse, Site};
use crate::app::evolutions::Phase;
use crate::app::moments::now_ms;
use crate::gepa::CandidateId;
use crate::present::evaluate::board::{spent_facts, time_left};
use crate::present::evolve::list;
use crate::present::evolve::noise::{Gain, scores, scores_of_result};
use crate::present::seating;
use crate::ui::kit::{Badge, Button, ButtonKind, Progress, Switch};

/// The state, as a badge.
#[component]
pub fn StateBadge(site: Site) -> impl IntoView {
    move || site.state().map(|state| view! { <Badge tone=state.tone()>{state.word()}</Badge> })
}

#[component]
pub fn Going(site: Site) -> impl IntoView {
    let of = move |told: fn(&Pulse) -> String| site.pulse.with(|pulse| pulse.as_ref().map(told)).unwrap_or_default();
    let value = Signal::derive(move || {
        Some(site.pulse.with(|pulse| pulse.as_ref().and_then(|pulse| pulse.standing.share())).unwrap_or(0.0))
    });
    let label = Signal::derive(move || {
        of(|pulse| match pulse.waiting {
            0 => pulse.standing.doing.clone(),
            _ => "A proposal waits for you".to_owned(),
        })
    });
    // Since it went on, and how much was spent by then.
    let begun = Memo::new(move |_| {
        let calls = || site.pulse.with_untracked(|pulse| pulse.as_ref().map_or(0, |pulse| pulse.standing.metric_calls));
        (site.phase.get() == Some(Phase::Running)).then(|| (now_ms(), calls()))
    });
    let left = move || {
        let (since_ms, before) = begun.get()?;
        let (used, budget) = site.pulse.with(|pulse| {
            let standing = &pulse.as_ref()?.standing;
            Some((standing.metric_calls, standing.budget?))
        })?;
        let elapsed_ms = now_ms().saturating_sub(since_ms) as f64;
        let count = |calls: u64| usize::try_from(calls).unwrap_or(usize::MAX);
        time_left(elapsed_ms, count(used.saturating_sub(before)), count(budget.saturating_sub(used)))
    };
    let figure = Signal::derive(move || {
        let parts = [Some(of(|pulse| pulse.standing.facts())), left()];
        Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
    });
    let scores = move || {
        of(|pulse| {
            let standing = &pulse.standing;
            let mut parts = Vec::new();
            parts.extend(standing.best.map(|(id, score)| match id.0 {
                0 => format!("best {score:.3} (the seed)"),
                id => format!("best {score:.3} (candidate {id})"),
            }));
            parts.extend(standing.seed.map(|score| format!("seed {score:.3}")));
            parts.extend(spent_facts(&pulse.spent));
            parts.join(" · ")
        })
    };
    let gain = pareto_gain(site);
    let asked = move || {
        site.record.with(|record| {
            let record = record.as_ref()?;
            let seats = [("agent", &record.agent), ("customer", &record.user), ("reflection", &record.reflection)];
            let seats = seats.map(|(seat, by)| format!("{seat} {}", seating::name(by)));
            Some(format!("{} · {} · {}", record.pack, list::sets(record), seats.join(" · ")))
        })
    };
    let is_parity = Memo::new(move |_| site.record.with(|record| record.as_ref().is_none_or(|record| record.parity)));
    let reviews = Signal::derive(move || site.record.with(|record| record.as_ref().is_some_and(|own| own.review)));
    let can_review = Memo::new(move |_| !is_parity.get() && site.is_open_ended());
    view! {
        <section class="card pad evolve-going" aria-label="Progress">
            <Progress value label figure />
            <div class="evolve-facts">
                <p class="num">{scores}</p>
                {move || gain.get().map(|gain| view! { <p class="small">"On the Pareto set: " {gain}</p> })}
                <p class="small muted">{asked}</p>
            </div>
            <div class="evolve-controls">
                <Controls site />
                <Show when=move || can_review.get()>
                    <Switch
                        checked=reviews
                        on_change=move |on| site.id.with_value(|id| site.evolutions.set_review(id, on))
                        label="Look at each proposal first"
                    />
                </Show>
            </div>
        </section>
    }
}

/// Whether the best candidate's lead on the Pareto set is more than noise, in a sentence. Made anew with each candidate.
pub fn pareto_gain(site: Site) -> Memo<Option<String>> {
    let known = Memo::new(move |_| {
        let record = site.record.with(|record| record.as_ref().map(|record| record.summary.candidates));
        let live = site.pulse.with(|pulse| pulse.as_ref().map(|pulse| pulse.standing.candidates));
        Some((live.or(record)?, site.best()))
    });
    Memo::new(move |_| {
        let (members, best) = known.get()?;
        let best = best.filter(|best| best.0 > 0)?;
        let seed = CandidateId(0);
        let gain = untrack(|| {
            site.id.with_value(|id| match site.evolutions.imported(id) {
                Some(result) => {
                    Gain::on_pareto(&scores_of_result(&result, seed), &scores_of_result(&result, best), members)
                }
                None => site.evolutions.with(id, |course| {
                    let state = course.evolution.optimizer().state();
                    Gain::on_pareto(&scores(state, seed), &scores(state, best), members)
                })?,
            })
        });
        gain.map(|gain| gain.sentence)
    })
}

/// A result from a file: what it tells, and what it does not.
#[component]
pub fn FromFile(site: Site) -> impl IntoView {
    let gain = pareto_gain(site);
    let facts = move || site.record.with(|record| record.as_ref().map(|record| list::facts(record)));
    let file = move || site.record.with(|record| record.as_ref().and_then(|record| record.file.clone()));
    view! {
        <section class="card pad evolve-going" aria-label="Result">
            <p class="num">{facts}</p>
            {move || gain.get().map(|gain| view! { <p class="small">"On the Pareto set: " {gain}</p> })}
            <p class="small muted">
                "Read from " {file}
                ". A result tells of candidates, parents and scores; which tasks, models and steps they came from it does not."
            </p>
        </section>
    }
}

#[component]
fn Controls(site: Site) -> impl IntoView {
    let running = Memo::new(move |_| site.phase.get() == Some(Phase::Running));
    let live = Memo::new(move |_| site.phase.get().is_some());
    let stopping = Memo::new(move |_| site.phase.get() == Some(Phase::Stopping));
    let can_go_on = Memo::new(move |_| site.can_go_on());
    let can_step = Memo::new(move |_| site.can_step());
    view! {
        <Show when=move || running.get()>
            <Button icon="pause" title="Pause (P)" on_press=move |()| site.pause()>
                "Pause"
            </Button>
        </Show>
        <Show when=move || can_go_on.get()>
            <Button kind=ButtonKind::Primary icon="play" title="Go on (G)" on_press=move |()| site.go_on()>
                "Go on"
            </Button>
        </Show>
        <Show when=move || can_step.get()>
            <Button icon="step" title="One decision on, then a rest (S)" on_press=move |()| site.step()>
                "Step"
            </Button>
        </Show>
        <Show when=move || live.get()>
            <Button icon="stop" busy=stopping on_press=move |()| site.stop()>
                "Stop"
            </Button>
        </Show>
    }
}
