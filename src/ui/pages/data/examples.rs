//! Sets of examples for few-shot agents: from files, or made of the user's own won runs.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::task::spawn_local;
use leptos::{html, prelude::*};

use super::super::super::kit::{
    Button, ButtonKind, Callout, Checkbox, Dialog, DialogFoot, Empty, Field, IconButton, Input, Select, SelectOption,
};
use crate::app::examples::{ExampleSets, use_examples};
use crate::app::play::Play;
use crate::app::{use_app, use_runs};
use crate::journal::RunId;
use crate::pack::given::GivenFile;
use crate::platform::files;
use crate::present::format::counted;
use crate::present::runs::RunLine;
use crate::present::tone::Tone;
use crate::rollout::agent::few_shot::{self, SHOTS};
use crate::workspace::RunRecord;
use crate::workspace::examples::{ExampleSet, ExampleSource};

/// So many runs are offered to make a set of, the newest.
const OFFERED: usize = 200;

/// The section of the Data page.
#[component]
pub fn Examples() -> impl IntoView {
    let sets = use_examples();
    let refused = RwSignal::new(None::<String>);
    let making = RwSignal::new(false);
    let any = Memo::new(move |_| !sets.list().is_empty());
    view! {
        <section class="section" aria-labelledby="data-examples">
            <header class="section-head">
                <h2 id="data-examples">"Examples for few-shot agents"</h2>
                <p>
                    {format!(
                        "Past conversations that stand in a few-shot agent’s system text. Each rollout draws {SHOTS} of a set and keeps what it drew. Files are as the benchmark’s: one JSON object a line, with messages_display.",
                    )}
                </p>
            </header>
            <Show
                when=move || any.get()
                fallback=|| {
                    view! {
                        <Empty icon="file" title="No examples yet">
                            <p>"Add a file, or make a set from runs that were won."</p>
                        </Empty>
                    }
                }
            >
                <ul class="example-sets">
                    <For each=move || sets.list() key=|set| set.id.clone() let:set>
                        <SetRow sets set refused />
                    </For>
                </ul>
            </Show>
            <div class="button-row">
                <AddFile sets refused />
                <Button icon="plus" on_press=move |()| making.set(true)>
                    "Make from won runs…"
                </Button>
            </div>
            {move || {
                let told = refused.get().or_else(|| sets.trouble.get())?;
                Some(
                    view! {
                        <div class="section-note">
                            <Callout tone=Tone::Warn title=told live=true />
                        </div>
                    },
                )
            }}
            <MakeDialog sets open=making />
        </section>
    }
}

/// A set: what it is called, how much is in it, from where.
#[component]
fn SetRow(sets: ExampleSets, set: Arc<ExampleSet>, refused: RwSignal<Option<String>>) -> impl IntoView {
    let toasts = use_app().toasts;
    let from = match &set.from {
        ExampleSource::File(file) => format!("from the file {file}"),
        ExampleSource::Runs => "made from own runs".to_owned(),
    };
    let count = set.displays.len();
    let too_few = few_shot::check(&set.displays, SHOTS).err().map(|why| why.to_string());
    let (name, own) = (set.name.clone(), Arc::clone(&set));
    let save = move |_| files::save(&format!("{}.jsonl", own.name), &few_shot::write_file(&own.displays));
    let remove = move |_| {
        let set = Arc::clone(&set);
        spawn_local(async move {
            match sets.delete(&set.id).await {
                Ok(()) => toasts.offer(format!("Deleted “{}”", set.name), "Undo", move || {
                    let set = Arc::clone(&set);
                    spawn_local(async move {
                        if let Err(why) = sets.put_back(set).await {
                            toasts.show(Tone::Bad, format!("The set could not be put back. {why}"));
                        }
                    });
                }),
                Err(why) => refused.set(Some(why.to_string())),
            }
        });
    };
    view! {
        <li class="example-set">
            <span class="grow">
                <strong>{name.clone()}</strong>
                " "
                <span class="muted small num">
                    {format!("{} · {from}", counted(count as u64, "conversation", "conversations"))}
                </span>
                {too_few.map(|why| view! { <span class="small warn">" " {why}</span> })}
            </span>
            <IconButton icon="download" label=format!("Save “{name}” as a file") small=true on_press=save />
            <IconButton icon="trash" label=format!("Delete “{name}”") small=true on_press=remove />
        </li>
    }
}

#[component]
fn AddFile(sets: ExampleSets, refused: RwSignal<Option<String>>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let picked = move |_| {
        let Some(input) = input.get_untracked() else { return };
        let chosen = input.files().map(|list| files::chosen(&list)).unwrap_or_default();
        // The same choice again is then a change again.
        input.set_value("");
        refused.set(None);
        spawn_local(async move {
            for file in chosen {
                let name = file.path().rsplit('/').next().unwrap_or_default().to_owned();
                let added = match file.read().await {
                    Ok(content) => sets.add_file(&name, &content).await.map(|_| ()).map_err(|why| why.to_string()),
                    Err(why) => Err(why),
                };
                if let Err(why) = added {
                    refused.set(Some(format!("{name} was not added. {why}")));
                }
            }
        });
    };
    let press = move |()| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <Button icon="upload" on_press=press>
            "Add a file…"
        </Button>
        <input
            node_ref=input
            type="file"
            hidden
            multiple
            accept=".jsonl,.json,application/json"
            aria-label="Files with examples"
            on:change=picked
        />
    }
}

/// The runs that a set can be made of: won, the newest first.
fn usable(runs: &[Arc<RunRecord>], domain: &str) -> Vec<Arc<RunRecord>> {
    let fits = |run: &&Arc<RunRecord>| {
        let won = run.summary.reward.is_some_and(|reward| reward >= 1.0);
        won && run.header.domain == domain
    };
    runs.iter().filter(fits).take(OFFERED).cloned().collect()
}

#[component]
fn MakeDialog(sets: ExampleSets, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog
            open=Signal::from(open)
            on_close=move |()| open.set(false)
            title="Make examples from won runs"
        >
            <MakeForm sets open />
        </Dialog>
    }
}

#[component]
fn MakeForm(sets: ExampleSets, open: RwSignal<bool>) -> impl IntoView {
    let runs = use_runs();
    let play: Play = expect_context();
    let (name, domain) = (RwSignal::new("My won runs".to_owned()), RwSignal::new(String::new()));
    let left_out = RwSignal::new(BTreeSet::<RunId>::new());
    let (busy, refused) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let domains = Memo::new(move |_| {
        let all: BTreeSet<String> = runs.list().iter().map(|run| run.header.domain.clone()).collect();
        all.into_iter().filter(|domain| !usable(&runs.list(), domain).is_empty()).collect::<Vec<_>>()
    });
    let chosen = Signal::derive(move || {
        let own = domain.get();
        domains
            .with(|all| all.iter().find(|domain| **domain == own).or_else(|| all.first()).cloned())
            .unwrap_or_default()
    });
    let offered = Memo::new(move |_| usable(&runs.list(), &chosen.get()));
    let taken = Signal::derive(move || {
        let runs = offered.get();
        left_out
            .with(|out| runs.iter().map(|run| run.header.id.clone()).filter(|id| !out.contains(id)).collect::<Vec<_>>())
    });
    let make = move |()| {
        busy.set(true);
        spawn_local(async move {
            let name = name.get_untracked().trim().to_owned();
            let made = sets.add_runs(play, name, &taken.get_untracked()).await;
            busy.try_set(false);
            match made {
                Ok(_) => _ = open.try_set(false),
                Err(why) => _ = refused.try_set(Some(why.to_string())),
            }
        });
    };
    let cannot = Signal::derive(move || taken.with(Vec::is_empty) || name.with(|name| name.trim().is_empty()));
    let options = Signal::derive(move || {
        domains.get().into_iter().map(|domain| SelectOption::new(domain.clone(), domain)).collect::<Vec<_>>()
    });
    let line = move |run: Arc<RunRecord>| {
        let line = RunLine::of(&run);
        let (id, changed) = (run.header.id.clone(), run.header.id.clone());
        view! {
            <Checkbox
                checked=Signal::derive(move || left_out.with(|out| !out.contains(&id)))
                on_change=move |on| left_out.update(|out| _ = if on { out.remove(&changed) } else { out.insert(changed.clone()) })
                label=line.task_name.clone()
                hint=format!("{} · {}", line.agent, line.facts)
            />
        }
    };
    view! {
        <div class="dialog-body fields-column">
            <Show
                when=move || !domains.with(Vec::is_empty)
                fallback=|| {
                    view! { <p>"There are no won runs yet. Play or evaluate some tasks first."</p> }
                }
            >
                <Field label="Name">
                    <Input value=name />
                </Field>
                <Field label="Domain">
                    <Select options=options value=chosen on_change=move |own| domain.set(own) />
                </Field>
                <fieldset class="example-runs">
                    <legend class="field-label">{move || format!("{} taken", counted(taken.with(Vec::len) as u64, "run", "runs"))}</legend>
                    <For each=move || offered.get() key=|run| run.header.id.clone() children=line />
                </fieldset>
            </Show>
            {move || refused.get().map(|why| view! { <Callout tone=Tone::Warn title=why live=true /> })}
        </div>
        <DialogFoot>
            <Button kind=ButtonKind::Quiet on_press=move |()| open.set(false)>
                "Cancel"
            </Button>
            <Button kind=ButtonKind::Primary disabled=cannot busy=busy on_press=make>
                "Make the set"
            </Button>
        </DialogFoot>
    }
}
