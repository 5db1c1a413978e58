//! The held-out tasks: locked until they are asked for, then the last word.

use leptos::prelude::*;

use super::deeds::Site;
use crate::app::use_batches;
use crate::gepa::CandidateId;
use crate::journal::BatchId;
use crate::present::evaluate::figures::{range, share};
use crate::present::evaluate::{Board, Figures};
use crate::present::evolve::noise::{Gain, overfitted, scores};
use crate::present::format::counted;
use crate::present::route::Route;
use crate::present::tone::Tone;
use crate::ui::kit::{Button, Callout, Field, Icon, Input, InputKind, Progress};

/// More trials of a task than anybody makes.
const MAX_TRIALS: u32 = 100;

#[component]
pub fn HeldOut(site: Site) -> impl IntoView {
    let batches = use_batches();
    let tasks = Memo::new(move |_| {
        site.record.with(|record| {
            let set = &record.as_ref()?.setup.datasets.evaluation;
            (!set.tasks.is_empty()).then(|| (set.tasks.len(), set.split.clone()))
        })
    });
    let batch = Memo::new(move |_| site.record.with(|record| record.as_ref().and_then(|own| own.held_out.clone())));
    let board = Memo::new(move |_| batches.board(&batch.get()?));
    let is_there = Memo::new(move |_| tasks.with(Option::is_some) && site.pulse.with(Option::is_some));
    let is_judged = Memo::new(move |_| board.with(Option::is_some));
    view! {
        <Show when=move || is_there.get()>
            <section class="card pad held-out" aria-labelledby="held-out-title">
                <div class="pane-head">
                    <h2 id="held-out-title">"Held-out tasks"</h2>
                    <span class="muted small num">
                        {move || {
                            tasks
                                .get()
                                .map(|(many, split)| {
                                    format!("{} of {split}", counted(many as u64, "task", "tasks"))
                                })
                        }}
                    </span>
                </div>
                <Show when=move || is_judged.get() fallback=move || view! { <Locked site /> }>
                    <Judged site board />
                </Show>
            </section>
        </Show>
    }
}

/// What is said while they are locked, and what opens them.
#[component]
fn Locked(site: Site) -> impl IntoView {
    let trials = RwSignal::new("4".to_owned());
    let busy = RwSignal::new(false);
    let wanted = Memo::new(move |_| {
        trials.with(|text| text.trim().parse::<u32>()).ok().filter(|trials| (1..=MAX_TRIALS).contains(trials))
    });
    let error =
        Signal::derive(move || wanted.with(Option::is_none).then(|| format!("A whole number from 1 to {MAX_TRIALS}.")));
    let has_best = Memo::new(move |_| {
        site.pulse
            .with(|pulse| pulse.as_ref().and_then(|pulse| pulse.standing.best))
            .is_some_and(|(best, _)| best.0 > 0)
    });
    let has_ended =
        Memo::new(move |_| site.pulse.with(|pulse| pulse.as_ref().is_some_and(|pulse| pulse.standing.ended.is_some())));
    let start = move |()| {
        let Some(trials) = wanted.get_untracked() else { return };
        let id = site.id.get_value();
        let concurrency = site.record.with_untracked(|record| record.as_ref().map_or(1, |own| own.concurrency));
        busy.set(true);
        site.attempt(async move {
            let outcome = site.evolutions.hold_out(&id, trials, concurrency).await;
            busy.try_set(false);
            outcome.map(|_| ())
        });
    };
    view! {
        <p class="held-out-lock">
            <Icon name="key" />
            <span>
                "Locked. Nobody has learnt from these tasks and nothing was chosen by them, so they alone tell what the best candidate is worth. Whoever looks at them and then goes on choosing has used them up: open them once, at the end."
            </span>
        </p>
        <div class="held-out-open">
            <Field label="Trials" hint="Of each task, for the seed and for the best candidate." error=error>
                <Input value=trials kind=InputKind::Number />
            </Field>
            <Button
                icon="play"
                busy=busy
                disabled=Signal::derive(move || wanted.with(Option::is_none) || !has_best.get())
                on_press=start
            >
                "Open them: seed against best"
            </Button>
        </div>
        <Show when=move || !has_best.get()>
            <p class="small muted">"So far no candidate is better than the seed: there is nothing to judge."</p>
        </Show>
        <Show when=move || has_best.get() && !has_ended.get()>
            <p class="small muted">"The evolution is not at its end: a better candidate may still come."</p>
        </Show>
    }
}

/// What the held-out tasks told.
#[derive(Clone, PartialEq)]
struct Verdict {
    batch: BatchId,
    rows: Vec<[String; 4]>,
    progress: (usize, usize),
    gain: Option<Gain>,
    overfitted: Option<String>,
    /// The best candidate is another one by now.
    stale: bool,
}

#[component]
fn Judged(site: Site, board: Memo<Option<Board>>) -> impl IntoView {
    let verdict = Memo::new(move |_| board.with(|board| Some(verdict(site, board.as_ref()?))));
    let value = Signal::derive(move || {
        let (done, all) = verdict.with(|verdict| verdict.as_ref().map(|own| own.progress))?;
        Some(done as f64 / all.max(1) as f64)
    });
    let figure = Signal::derive(move || {
        let (done, all) = verdict.with(|verdict| verdict.as_ref().map(|own| own.progress))?;
        Some(format!("{done} of {}", counted(all as u64, "rollout", "rollouts")))
    });
    let is_done =
        Memo::new(move |_| verdict.with(|verdict| verdict.as_ref().is_none_or(|own| own.progress.0 == own.progress.1)));
    view! {
        <Show when=move || !is_done.get()>
            <Progress value label=Signal::stored("Judging".to_owned()) figure />
        </Show>
        {move || verdict.get().map(told)}
    }
}

fn verdict(site: Site, board: &Board) -> Verdict {
    let arms = board.record.arms.len();
    let row = |arm: usize| {
        let figures = Figures::of(board, arm);
        [figures.arm.clone(), share(figures.average), range(figures.interval), figures.basis()]
    };
    let gain = (arms > 1).then(|| Gain::on_held_out(&board.scores(0), &board.scores(1))).flatten();
    let pool = site.id.with_value(|id| {
        site.evolutions.with(id, |course| {
            let state = course.evolution.optimizer().state();
            let best = state.best();
            let pareto =
                Gain::on_pareto(&scores(state, CandidateId(0)), &scores(state, best), state.candidates().len());
            (best, pareto)
        })
    });
    let judged = board.record.arms.get(1).map(|arm| arm.name.clone());
    let stale = pool.as_ref().is_some_and(|(best, _)| Some(format!("Candidate {}", best.0)) != judged && best.0 > 0);
    let pareto = pool.and_then(|(_, pareto)| pareto);
    Verdict {
        batch: board.record.id.clone(),
        rows: (0..arms).map(row).collect(),
        progress: board.done(),
        overfitted: gain.as_ref().zip(pareto.as_ref()).and_then(|(held, pareto)| overfitted(pareto, held)),
        gain: gain.filter(|_| board.is_done()),
        stale,
    }
}

fn told(verdict: Verdict) -> AnyView {
    let Verdict { batch, rows, gain, overfitted, stale, .. } = verdict;
    let rows = rows.into_iter().map(|[arm, average, interval, basis]| {
        view! {
            <tr>
                <th scope="row">{arm}</th>
                <td class="num end">{average}</td>
                <td class="num">{interval}</td>
                <td class="num">{basis}</td>
            </tr>
        }
    });
    let gain = gain.map(|gain| {
        view! {
            <p>
                <strong>{gain.sentence}</strong>
            </p>
            <p class="small num">{gain.facts}</p>
        }
    });
    let overfitted = overfitted.map(|words| {
        view! {
            <Callout tone=Tone::Warn title="Better on the Pareto set than here">
                <p>{words}</p>
            </Callout>
        }
    });
    let stale = stale.then(|| {
        view! { <p class="small muted">"Another candidate leads by now; these figures are of the one that led then."</p> }
    });
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Figures on the held-out tasks">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Instruction"</th>
                        <th scope="col" class="end">
                            "Average"
                        </th>
                        <th scope="col">"95 %"</th>
                        <th scope="col">"Rests on"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        {gain}
        {overfitted}
        {stale}
        <p>
            <a href=Route::Batch(batch).to_string()>"Task by task in Evaluate"</a>
        </p>
    }
    .into_any()
}
