//! The dialog "Fork from step n": a new run that begins with the first steps of the one on show, with its last message,
//! its instruction or its seats changed.

use leptos::prelude::*;

use super::instruction::Draft;
use super::version_diff::EDITOR;
use crate::app::play::{Play, Who};
use crate::app::{App, InstructionVersions, use_app, use_versions};
use crate::journal::{ForkChange, Instruction, RunId};
use crate::present::fork::{Edit, EditFault, Spoken, spoken};
use crate::present::route::Route;
use crate::rollout::Seat;
use crate::ui::kit::{Button, ButtonKind, Dialog, DialogFoot, Field, Segmented, Select, SelectOption, Textarea};
use crate::workspace::versions::{Version, VersionId};

/// The instruction of the run itself, as a choice.
const AS_IT_WAS: &str = "";

/// Opens for the number of steps that are kept.
#[component]
pub fn ForkDialog(at: RwSignal<Option<usize>>, draft: Draft) -> impl IntoView {
    let play: Play = expect_context();
    let title = Signal::derive(move || match at.get() {
        Some(0) => "Fork from the start".to_owned(),
        Some(at) => format!("Fork from step {at}"),
        None => String::new(),
    });
    view! {
        <Dialog open=Signal::derive(move || at.with(Option::is_some)) on_close=move |()| at.set(None) title=title wide=true>
            {move || {
                let steps = at.get()?;
                let found = play.shown.with_untracked(|shown| {
                    let shown = shown.as_ref()?;
                    let step = steps.checked_sub(1).and_then(|last| shown.steps.get(last));
                    Some((shown.run_id()?.clone(), step.and_then(|step| spoken(step))))
                });
                found.map(|(run, said)| view! { <ForkForm run steps said at draft /> })
            }}
        </Dialog>
    }
}

#[component]
fn ForkForm(
    run: RunId,
    steps: usize,
    said: Option<Spoken>,
    at: RwSignal<Option<usize>>,
    draft: Draft,
) -> impl IntoView {
    let (play, app, versions): (Play, _, _) = (expect_context(), use_app(), use_versions());
    let seat = said.as_ref().map(|said| said.seat);
    let edit = Edit::of(said.as_ref());
    let is_call = RwSignal::new(edit.is_call);
    let (words, name, arguments) =
        (RwSignal::new(edit.words.clone()), RwSignal::new(edit.name.clone()), RwSignal::new(edit.arguments.clone()));
    let fault = RwSignal::new(None::<EditFault>);
    let instruction = RwSignal::new(AS_IT_WAS.to_owned());
    let who = RwSignal::new(Who::AsRecorded);
    let now = move || Edit {
        is_call: is_call.get_untracked(),
        words: words.get_untracked(),
        name: name.get_untracked(),
        arguments: arguments.get_untracked(),
    };
    let tools = play.shown.with_untracked(|shown| {
        shown.as_ref().map_or_else(Vec::new, |shown| {
            shown.world.domain.tools.iter().map(|tool| SelectOption::new(tool.name, tool.name)).collect::<Vec<_>>()
        })
    });
    let submit = move |()| {
        let reply = match now().reply(said.as_ref()) {
            Ok(reply) => reply,
            Err(why) => return fault.set(Some(why)),
        };
        let instruction = chosen_instruction(&instruction.get_untracked(), draft, versions);
        start(play, app, run.clone(), steps, ForkChange { reply, instruction }, who.get_untracked());
        at.set(None);
    };
    view! {
        <div class="dialog-body fields-column">
            <p class="muted small">
                {if steps == 0 {
                    "The new run begins anew, with the same task, seed and trial."
                } else {
                    "The new run begins with the conversation and the database as they were after this step. The run on show stays as it is."
                }}
            </p>
            {seat
                .map(|seat| {
                    let tools = tools.clone();
                    view! {
                        <Show when=move || seat == Seat::Agent>
                            <Segmented
                                label="What the agent does in this step"
                                options=vec![SelectOption::new("words", "Says"), SelectOption::new("call", "Calls a tool")]
                                value=Signal::derive(move || if is_call.get() { "call" } else { "words" }.to_owned())
                                on_change=move |what: String| {
                                    fault.set(None);
                                    is_call.set(what == "call");
                                }
                            />
                        </Show>
                        <Show
                            when=move || is_call.get()
                            fallback=move || {
                                view! {
                                    <Field
                                        label=match seat {
                                            Seat::Agent => "The agent's message",
                                            Seat::User => "The customer's message",
                                        }
                                        error=Signal::derive(move || fault.get().map(|fault| fault.to_string()))
                                    >
                                        <Textarea value=words rows=3 />
                                    </Field>
                                }
                            }
                        >
                            <CallFields tools=tools.clone() name arguments fault />
                        </Show>
                    }
                })}
            <Field label="Instruction from there on">
                <Select
                    options=Signal::derive(move || instructions(versions))
                    value=instruction
                    on_change=move |version| instruction.set(version)
                />
            </Field>
            <div class="field">
                <p class="field-label">"Who goes on"</p>
                <Segmented
                    label="Who goes on"
                    options=vec![
                        SelectOption::new("recorded", "Those who sat there"),
                        SelectOption::new("chosen", "Those chosen now"),
                    ]
                    value=Signal::derive(move || {
                        if who.get() == Who::AsChosen { "chosen" } else { "recorded" }.to_owned()
                    })
                    on_change=move |choice: String| {
                        who.set(if choice == "chosen" { Who::AsChosen } else { Who::AsRecorded });
                    }
                />
            </div>
        </div>
        <DialogFoot>
            <Button kind=ButtonKind::Quiet on_press=move |()| at.set(None)>
                "Cancel"
            </Button>
            <Button kind=ButtonKind::Primary icon="fork" on_press=submit>
                "Fork"
            </Button>
        </DialogFoot>
    }
}

#[component]
fn CallFields(
    tools: Vec<SelectOption>,
    name: RwSignal<String>,
    arguments: RwSignal<String>,
    fault: RwSignal<Option<EditFault>>,
) -> impl IntoView {
    view! {
        <Field label="Tool">
            <Select options=tools value=name on_change=move |tool| name.set(tool) />
        </Field>
        <Field
            label="Arguments"
            hint="A JSON object"
            error=Signal::derive(move || fault.get().map(|fault| fault.to_string()))
        >
            <Textarea value=arguments rows=4 mono=true spellcheck=false />
        </Field>
    }
}

fn instructions(versions: InstructionVersions) -> Vec<SelectOption> {
    let mut options =
        vec![SelectOption::new(AS_IT_WAS, "As it was in this run"), SelectOption::new(EDITOR, "The editor's text")];
    let list = versions.list();
    options.extend(list.iter().rev().map(|version| SelectOption::new(version.id.as_str(), version.label())));
    options
}

/// The instruction of a choice; the editor's text is a version from then on. `None`: as it was.
fn chosen_instruction(choice: &str, draft: Draft, versions: InstructionVersions) -> Option<Instruction> {
    let version = match choice {
        AS_IT_WAS => return None,
        EDITOR => {
            let text = draft.text.get_untracked();
            versions.record(&text, draft.name_in_pack(&text))
        }
        id => untrack(|| versions.find(&VersionId::named(id)))?,
    };
    Some(instruction_of(&version))
}

/// A version as a run records it.
#[must_use]
pub fn instruction_of(version: &Version) -> Instruction {
    Instruction { text: version.text.to_string(), name: version.label(), version: Some(version.id.to_string()) }
}

/// Starts the fork and shows it, with an offer to look at both.
fn start(play: Play, app: App, run: RunId, steps: usize, change: ForkChange, who: Who) {
    play.attempt(async move {
        let forked = play.fork_run(&run, steps, change, who).await?;
        let text = match steps {
            0 => "Forked from the start".to_owned(),
            steps => format!("Forked from step {steps}"),
        };
        app.toasts.offer(text, "Side by side", move || app.go(&Route::Compare(run.clone(), forked.clone())));
        Ok::<_, crate::app::runs::RunRefusal>(())
    });
}
