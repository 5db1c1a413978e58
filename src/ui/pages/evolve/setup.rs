//! The form that sets up an evolution, with its pre-flight beside it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::draft::Draft;
use super::fields::{decisions, line, lines, parity, pick};
use super::forecast::Forecast;
use crate::app::{use_app, use_packs};
use crate::evolve::Feedback;
use crate::platform::page;
use crate::present::evolve::Entry;
use crate::present::format::counted;
use crate::present::route::Route;
use crate::present::tone::Tone;
use crate::rollout::{AgentStrategy, OccupantKind, Seat, UserStrategy};
use crate::ui::kit::{Button, ButtonKind, Callout, Code, Field, Fold, FoldKind, Select, SelectOption, Switch};
use crate::ui::pages::play::RubricEditor;

#[component]
pub fn SetupForm(#[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let app = use_app();
    let draft = Draft::new();
    let fields = draft.fields;
    let refused = RwSignal::new(None::<String>);
    let starting = RwSignal::new(false);
    let fault = Memo::new(move |_| {
        // Without a pack nothing can be said yet.
        draft
            .pack
            .with(Option::is_some)
            .then(|| draft.plan.with(|plan| plan.as_ref().err().map(ToString::to_string)))?
    });
    let is_barred = Signal::derive(move || {
        draft.told.with(|told| told.as_ref().is_none_or(|told| told.warnings.iter().any(|own| own.is_fatal())))
    });
    let start = move |()| {
        let Some(record) = draft.record() else { return };
        let id = record.id.clone();
        starting.set(true);
        refused.set(None);
        spawn_local(async move {
            let outcome = draft.evolutions.start(record).await;
            starting.try_set(false);
            match outcome {
                Ok(()) => app.go(&Route::Evolution(id)),
                Err(why) => _ = refused.try_set(Some(why.to_string())),
            }
        });
    };
    page::on_next_frame(|| page::focus("#evolve-setup-title"));
    let review = Signal::derive(move || fields.choices.with(|own| own.review && !own.parity));
    view! {
        <section class="evolve-setup" aria-labelledby="evolve-setup-title">
            <div class="card pad evolve-form">
                <div class="section-head">
                    <h2 id="evolve-setup-title" tabindex="-1">
                        "New evolution"
                    </h2>
                    <p>"Everything is filled in: start as it is, or change what you like."</p>
                </div>
                <div class="evolve-presets" role="group" aria-label="Fill the form in">
                    <Button small=true icon="agent" on_press=move |()| draft.take_rehearsal()>
                        "Rehearsal"
                    </Button>
                    <Button small=true icon="text" on_press=move |()| draft.take_published()>
                        "Published experiment"
                    </Button>
                </div>
                <div class="fields three">{essentials(draft)}</div>
                <fieldset class="evolve-sets">
                    <legend class="field-label">"Three sets of tasks"</legend>
                    {set(draft, 0, "Feedback", Entry::FeedbackTasks)} {set(draft, 1, "Pareto", Entry::ParetoTasks)}
                    {set(draft, 2, "Held out", Entry::HeldOutTasks)}
                </fieldset>
                <Switch
                    checked=review
                    on_change=move |on| {
                        fields
                            .choices
                            .update(|own| {
                                own.review = on;
                                own.parity &= !on;
                            });
                    }
                    label="Look at each proposal first"
                    hint="Each new instruction waits for you: accept, edit, ask again or refuse."
                />
                <Fold kind=FoldKind::Plain summary=|| view! { <span>"The instruction to begin with"</span> }>
                    {move || view! { <Code text=draft.seed.with(|(_, text)| text.clone()) label="instruction" wrap=true /> }}
                </Fold>
                <Fold kind=FoldKind::Plain summary=|| view! { <span>"More settings"</span> }>
                    <More draft />
                </Fold>
            </div>
            <aside class="card pad evolve-preflight" aria-labelledby="evolve-preflight-title">
                <h2 id="evolve-preflight-title">"What this buys"</h2>
                <Forecast draft />
                {move || {
                    fault.get().map(|fault| {
                        view! {
                            <Callout tone=Tone::Warn live=true title="Something is to be mended first">
                                <p>{fault}</p>
                            </Callout>
                        }
                    })
                }}
                {move || {
                    refused.get().map(|why| {
                        view! {
                            <Callout tone=Tone::Bad live=true title="The evolution was not started">
                                <p>{why}</p>
                            </Callout>
                        }
                    })
                }}
                <div class="evolve-start">
                    <Button kind=ButtonKind::Primary icon="play" disabled=is_barred busy=starting on_press=start>
                        "Start evolving"
                    </Button>
                    <Button kind=ButtonKind::Quiet on_press=on_close>
                        "Cancel"
                    </Button>
                </div>
            </aside>
        </section>
    }
}

/// What everybody decides.
fn essentials(draft: Draft) -> AnyView {
    let packs = use_packs();
    let pack_options = Signal::derive(move || {
        packs.ready().into_iter().map(|pack| SelectOption::new(pack.pack.clone(), pack.name)).collect::<Vec<_>>()
    });
    let choice = |by: Memo<crate::rollout::Occupant>| Signal::derive(move || by.get().choice.unwrap_or_default());
    view! {
        {choose(
            "Pack",
            pack_options,
            Signal::derive(move || draft.pack.get().map(|pack| pack.pack).unwrap_or_default()),
            Callback::new(move |id| draft.pack_id.set(id)),
        )}
        <div class="two-wide">
            {choose(
                "Begin with",
                Signal::derive(move || draft.instructions()),
                Signal::derive(move || draft.seed.with(|(key, _)| key.clone())),
                Callback::new(move |key| draft.instruction.set(key)),
            )}
        </div>
        {choose(
            "Agent",
            Signal::derive(move || draft.sitters(Seat::Agent)),
            choice(draft.agent_by),
            Callback::new(move |key| {
                draft.agent.set(key);
                draft.strategy.set(AgentStrategy::default());
            }),
        )}
        {choose(
            "Customer",
            Signal::derive(move || draft.sitters(Seat::User)),
            choice(draft.user_by),
            Callback::new(move |key| {
                draft.user.set(key);
                draft.user_strategy.set(UserStrategy::default());
            }),
        )}
        {choose(
            "Reflection model",
            Signal::derive(move || draft.reflectors()),
            choice(draft.reflection_by),
            Callback::new(move |key| draft.reflection.set(key)),
        )}
        {lines(draft.fields, &[Entry::Budget, Entry::Minibatch, Entry::Seed])}
    }
    .into_any()
}

fn choose(
    label: &'static str,
    options: Signal<Vec<SelectOption>>,
    value: Signal<String>,
    on_change: Callback<String>,
) -> AnyView {
    view! {
        <Field label=label>
            <Select options=options value=value on_change=on_change />
        </Field>
    }
    .into_any()
}

/// One of the three sets: its split, and which tasks of it.
fn set(draft: Draft, at: usize, name: &'static str, tasks: Entry) -> AnyView {
    let options = Signal::derive(move || {
        let option = |(name, tasks): (String, usize)| {
            SelectOption::new(name.clone(), format!("{name} · {}", counted(tasks as u64, "task", "tasks")))
        };
        draft.splits.get().into_iter().map(option).collect::<Vec<_>>()
    });
    let value = Signal::derive(move || draft.fields.choices.with(|own| own.splits[at].clone()));
    let label = match at {
        0 => "Feedback from",
        1 => "Pareto from",
        _ => "Held out from",
    };
    view! {
        <div class="evolve-set" role="group" aria-label=name>
            {choose(
                label,
                options,
                value,
                Callback::new(move |split: String| {
                    draft.fields.choices.update(|own| own.splits[at].clone_from(&split));
                    draft.fields.text(tasks).set(String::new());
                }),
            )}
            {line(draft.fields, tasks)}
        </div>
    }
    .into_any()
}

/// What few people decide.
#[component]
fn More(draft: Draft) -> impl IntoView {
    let fields = draft.fields;
    let is_model =
        |by: Memo<crate::rollout::Occupant>| Memo::new(move |_| by.with(|by| by.kind == OccupantKind::Endpoint));
    let (asks_agent, asks_user) = (is_model(draft.agent_by), is_model(draft.user_by));
    // Examples of few-shot agents are not a part of what is evolved.
    let strategies: Vec<AgentStrategy> =
        AgentStrategy::ALL.into_iter().filter(|own| *own != AgentStrategy::FewShot).collect();
    let strategies = StoredValue::new(strategies);
    let feedback = Signal::derive(move || fields.choices.with(|own| usize::from(own.feedback == Feedback::Findings)));
    let choose_feedback = Callback::new(move |at: usize| {
        fields.choices.update(|own| own.feedback = if at == 1 { Feedback::Findings } else { Feedback::Outcome });
    });
    view! {
        <div class="fields three">
            <div class="span">{line(fields, Entry::Name)}</div>
            {decisions(fields, false)}
            {pick(
                "Feedback says",
                "What the reflection model is told of a rollout.",
                vec!["won or lost", "won or lost, and what went wrong"],
                feedback,
                choose_feedback,
            )}
            {choose(
                "Scored by",
                Signal::derive(move || draft.raters()),
                draft.rater.into(),
                Callback::new(move |key| draft.rater.set(key)),
            )}
            <Show when=move || draft.rater_by.with(Option::is_some)>
                <div class="span">
                    <RubricEditor />
                </div>
            </Show>
            <Show when=move || asks_agent.get()>
                {pick(
                    "How the agent is asked",
                    "",
                    strategies.with_value(|all| all.iter().map(|own| own.name()).collect()),
                    Signal::derive(move || {
                        let own = draft.strategy.get();
                        strategies.with_value(|all| all.iter().position(|other| *other == own).unwrap_or(0))
                    }),
                    Callback::new(move |at: usize| {
                        draft.strategy.set(strategies.with_value(|all| all.get(at).copied()).unwrap_or_default());
                    }),
                )}
            </Show>
            <Show when=move || asks_user.get()>
                {pick(
                    "How the customer is asked",
                    "",
                    UserStrategy::ALL.iter().map(|own| own.name()).collect(),
                    Signal::derive(move || {
                        let own = draft.user_strategy.get();
                        UserStrategy::ALL.iter().position(|other| *other == own).unwrap_or(0)
                    }),
                    Callback::new(move |at: usize| {
                        draft.user_strategy.set(UserStrategy::ALL.get(at).copied().unwrap_or_default());
                    }),
                )}
            </Show>
            {lines(
                fields,
                &[
                    Entry::Concurrency,
                    Entry::Temperature,
                    Entry::FeedbackMost,
                    Entry::ParetoMost,
                    Entry::HeldOutMost,
                    Entry::DatasetSeed,
                    Entry::Calls,
                    Entry::Tokens,
                    Entry::Cost,
                ],
            )}
            <div class="span">{parity(fields)}</div>
        </div>
    }
}
