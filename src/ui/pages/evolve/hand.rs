//! A candidate written by hand, and a fork with other settings.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::deeds::{Over, Site};
use super::dialogs::dialog;
use super::fields::{Fields, decisions, lines};
use crate::gepa::{CandidateId, Config};
use crate::present::evolve::Entry;
use crate::present::evolve::fork::{changed, form_of};
use crate::present::evolve::list::budget;
use crate::present::route::Route;
use crate::present::tone::Tone;
use crate::ui::kit::{
    Button, ButtonKind, Callout, Dialog, DialogFoot, Field, Fold, FoldKind, Input, InputKind, Select, SelectOption,
    Textarea,
};

/// How much more a fork may spend than was spent, where nothing else is wanted.
const MORE: u64 = 50;

/// The dialog in which a candidate is written.
#[component]
pub fn IntroduceDialog(site: Site) -> impl IntoView {
    let (open, close) = dialog(site, Over::Introducing);
    view! {
        <Dialog open=open on_close=close title="A candidate of your own" wide=true>
            {move || introduce(site, close)}
        </Dialog>
    }
}

fn introduce(site: Site, close: Callback<()>) -> AnyView {
    let first = site.selected.get_untracked().or_else(|| untrack(|| site.best())).unwrap_or(CandidateId(0));
    let text_of = move |candidate: CandidateId| {
        site.id.with_value(|id| site.evolutions.text_of(id, candidate)).unwrap_or_default()
    };
    let parent = RwSignal::new(first.0);
    let text = RwSignal::new(text_of(first));
    let refused = RwSignal::new(None::<String>);
    let many = site.pulse.with_untracked(|pulse| pulse.as_ref().map_or(0, |pulse| pulse.standing.candidates));
    let options: Vec<SelectOption> = (0..many)
        .map(|at| {
            SelectOption::new(at.to_string(), if at == 0 { "Seed".to_owned() } else { format!("Candidate {at}") })
        })
        .collect();
    let choose = move |value: String| {
        let before = CandidateId(parent.get_untracked());
        let now = CandidateId(value.parse().unwrap_or(0));
        parent.set(now.0);
        // What was typed is not thrown away.
        if text.with_untracked(|text| *text == text_of(before)) {
            text.set(text_of(now));
        }
    };
    let add = move |()| {
        let parents = vec![CandidateId(parent.get_untracked())];
        let outcome = site.id.with_value(|id| site.evolutions.introduce(id, text.get_untracked(), parents));
        match outcome {
            Ok(()) => {
                close.run(());
                site.tell("It joins the pool before the next iteration");
            }
            Err(why) => refused.set(Some(why.to_string())),
        }
    };
    let unchanged =
        Signal::derive(move || text.with(|text| text.trim().is_empty() || *text == text_of(CandidateId(parent.get()))));
    view! {
        <div class="dialog-body fields-column">
            <p>"It is scored on the Pareto set, counted as metric calls, and can then be a parent like any other."</p>
            <Field label="Its parent">
                <Select
                    options=Signal::stored(options)
                    value=Signal::derive(move || parent.get().to_string())
                    on_change=choose
                />
            </Field>
            <Field label="Instruction">
                <Textarea value=text rows=10 />
            </Field>
            {move || refused.get().map(|why| view! { <p class="bad">{why}</p> })}
        </div>
        <DialogFoot>
            <Button kind=ButtonKind::Quiet on_press=close>
                "Cancel"
            </Button>
            <Button kind=ButtonKind::Primary icon="plus" disabled=unchanged on_press=add>
                "Add to the pool"
            </Button>
        </DialogFoot>
    }
    .into_any()
}

/// The dialog in which an evolution is forked.
#[component]
pub fn ForkDialog(site: Site) -> impl IntoView {
    let (open, close) = dialog(site, Over::Forking);
    view! {
        <Dialog open=open on_close=close title="Fork with other settings" wide=true>
            {move || fork(site, close)}
        </Dialog>
    }
}

fn fork(site: Site, close: Callback<()>) -> Option<AnyView> {
    let (old, last, used) = site.id.with_value(|id| {
        untrack(|| {
            site.evolutions.with(id, |course| {
                let evolution = &course.evolution;
                let last = evolution.fork_points().iter().map(|leave| leave.iteration).max().unwrap_or(0);
                let optimizer = evolution.optimizer();
                (optimizer.config().clone(), last, optimizer.state().metric_calls())
            })
        })
    })?;
    let name = site.record.with_untracked(|record| record.as_ref().map(|record| record.name.clone()))?;
    let mut form = form_of(&old);
    let old_budget = budget(&old).unwrap_or(used);
    form.set(Entry::Budget, &old_budget.max(used + MORE).to_string());
    let fields = Fields::new(&form);
    let old: StoredValue<Config> = StoredValue::new(old);
    let iteration = RwSignal::new(last.to_string());
    let name = RwSignal::new(format!("{name} · fork"));
    let refused = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let wanted = Memo::new(move |_| {
        let at = iteration.with(|text| text.trim().parse::<u64>()).ok().filter(|at| (1..=last).contains(at));
        let at = at.ok_or_else(|| format!("From iteration: a whole number from 1 to {last}."))?;
        let config = old.with_value(|old| changed(&fields.read(), old)).map_err(|fault| fault.to_string())?;
        Ok::<_, String>((at, config))
    });
    let fault = move || {
        let why = refused.get().or_else(|| wanted.with(|wanted| wanted.as_ref().err().cloned()))?;
        Some(view! {
            <Callout tone=Tone::Warn live=true title="Something is to be mended first">
                <p>{why}</p>
            </Callout>
        })
    };
    let go = move |()| {
        let Ok((at, config)) = wanted.get_untracked() else { return };
        let id = site.id.get_value();
        busy.set(true);
        spawn_local(async move {
            let outcome = site.evolutions.fork(&id, at, config, name.get_untracked()).await;
            busy.try_set(false);
            match outcome {
                Ok(id) => {
                    close.run(());
                    site.app.go(&Route::Evolution(id));
                }
                Err(why) => _ = refused.try_set(Some(why.to_string())),
            }
        });
    };
    Some(
        view! {
            <div class="dialog-body fields-column">
                <p>
                    "What was paid for up to there is taken over; from there on these settings decide. This evolution stays as it is."
                </p>
                <div class="fields">
                    <Field label="Name">
                        <Input value=name />
                    </Field>
                    <Field label="From iteration" hint=format!("From its beginning; 1 to {last}.")>
                        <Input value=iteration kind=InputKind::Number />
                    </Field>
                    {lines(fields, &[Entry::Budget, Entry::Minibatch])}
                </div>
                <Fold kind=FoldKind::Plain summary=|| view! { <span>"How it decides"</span> }>
                    <div class="fields">{decisions(fields, true)}</div>
                </Fold>
                {fault}
            </div>
            <DialogFoot>
                <Button kind=ButtonKind::Quiet on_press=close>
                    "Cancel"
                </Button>
                <Button
                    kind=ButtonKind::Primary
                    icon="fork"
                    busy=busy
                    disabled=Signal::derive(move || wanted.with(Result::is_err))
                    on_press=go
                >
                    "Fork"
                </Button>
            </DialogFoot>
        }
        .into_any(),
    )
}
