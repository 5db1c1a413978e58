//! The Play page: tasks at the start, the conversation in the middle, the inspector at the end.

use std::sync::Arc;

use leptos::prelude::*;

use self::bar::PlayBar;
use self::checks::ChecksTab;
use self::control::{Control, Refusal};
use self::database::DatabaseTab;
use self::desk::DeskView;
use self::fork::ForkDialog;
use self::hidden::{Hidden, HiddenNote, use_hidden};
use self::instruction::{Draft, InstructionTab};
use self::keeping::{KeepingNotices, follow_links};
use self::place::{Absence, PlaySite};
use self::scrubber::Scrubber;
use self::seats::PaceMenu;
use self::task::TaskTab;
use self::tasks::TaskList;
use self::transcript::{Transcript, notice_scroll};
use crate::app::packs::PackState;
use crate::app::play::{Phase, Play, Running};
use crate::app::{use_app, use_packs};
use crate::present::route::{Page, PlayPlace, Route};
use crate::present::seating;
use crate::present::task_line::task_line;
use crate::present::tone::Tone;
use crate::rollout::{OccupantKind, Seat};
use crate::ui::kit::{Button, ButtonKind, Callout, Empty, Split, SplitPanel, SplitSide, SplitState, TabItem, Tabs};

pub(super) use self::judging::{RubricEditor, marked_name};
pub(super) use self::record_change::ChangedRecords;
pub(super) use self::scrubber::what;
pub(super) use self::transcript::RowView;
pub(super) use self::verdict::{CheckList, outcome_class, outcome_icon};

mod agent_desk;
mod bar;
mod checks;
mod control;
mod database;
mod desk;
mod fork;
mod hidden;
mod instruction;
mod judging;
mod keeping;
mod place;
mod record_change;
mod scrubber;
mod seats;
mod task;
mod tasks;
mod tool_card;
mod transcript;
mod verdict;
mod version_diff;
mod versions;

/// The Play page.
#[component]
pub fn PlayPage() -> impl IntoView {
    let play: Play = expect_context();
    let site = PlaySite::new();
    let draft = Draft::new(site);
    let control = Control::new(site, draft);
    control.register();
    follow_links(play);
    Hidden::provide(control);
    let split = SplitState::new(SplitSide::Main);
    let tab = RwSignal::new("instruction");

    // Another task: what is on show belongs to the one before.
    Effect::new(move |before: Option<()>| {
        let task = site.task.get();
        control.refusal.set(None);
        play.turn_to(task.as_deref());
        if let (Some(world), Some(task)) = (site.world.get_untracked(), &task) {
            play.recall(&world, task);
        }
        if before.is_some() {
            split.shown.set(SplitSide::Main);
        }
    });

    let has_world = Memo::new(move |_| site.world.with(Option::is_some));
    view! {
        <PlayBar site control split />
        <ForkDialog at=control.forking draft />
        <Show when=move || has_world.get() fallback=move || view! { <NoPack site /> }>
            <Split
                state=split
                start=SplitPanel::new("Tasks".to_owned(), "text", move || view! { <TaskList site /> })
                main=SplitPanel::new(
                    "Conversation".to_owned(),
                    "play",
                    move || view! { <Conversation site control /> },
                )
                end=SplitPanel::new(
                    "Inspector".to_owned(),
                    "panel-right",
                    move || view! { <Inspector site draft control tab /> },
                )
            />
        </Show>
    }
}

#[component]
fn Conversation(site: PlaySite, control: Control) -> impl IntoView {
    let play: Play = expect_context();
    let on_show = Memo::new(move |_| play.shown.with(Option::is_some));
    let has_task = Memo::new(move |_| site.task.with(Option::is_some));
    let (pane_top, window_top) = (StoredValue::new(0.0), StoredValue::new(0.0));
    // On phones the window scrolls, elsewhere the pane.
    let listener = window_event_listener(leptos::ev::scroll, move |_| notice_scroll(play, window_top, None));
    on_cleanup(move || listener.remove());
    let pane = NodeRef::<leptos::html::Div>::new();
    view! {
        <div class="conversation">
            <div
                node_ref=pane
                class="conversation-scroll"
                data-scrolls=""
                on:scroll=move |_| {
                    if let Some(pane) = pane.get_untracked() {
                        notice_scroll(play, pane_top, Some(&pane));
                    }
                }
            >
                <RunningElsewhere />
                <KeepingNotices world=site.world.into() />
                <RefusalView control />
                <Show when=move || on_show.get() fallback=move || view! { <TaskIntro site control has_task /> }>
                    <Transcript control />
                </Show>
            </div>
            <DeskView control />
            <Scrubber control />
        </div>
    }
}

/// What a task's place shows before anything ran.
#[component]
fn TaskIntro(site: PlaySite, control: Control, has_task: Memo<bool>) -> impl IntoView {
    let hidden = use_hidden();
    let who = move || {
        let names = [Seat::Agent, Seat::User].map(|seat| control.occupant(seat));
        let [agent, user] = &names;
        let programs = match names.iter().filter(|by| by.kind == OccupantKind::Cast).count() {
            0 => "",
            1 => " The one is a program, not a language model.",
            _ => " Both are programs, not language models: no key is needed.",
        };
        format!("The agent is played by {}, the customer by {}.{programs}", seating::name(agent), seating::name(user))
    };
    view! {
        <Show
            when=move || has_task.get()
            fallback=move || {
                let count = site
                    .world
                    .with(|world| world.as_ref().and_then(|w| w.world.tasks(&site.split.get()).map(<[_]>::len)));
                let (title, what) = match count {
                    None => ("There is no such split", "The address names a split that this pack does not have."),
                    Some(0) => ("This split has no tasks", "Choose another split above the task list."),
                    Some(_) => {
                        ("There is no such task", "The address names a task that this pack does not have. Choose one from the list.")
                    }
                };
                view! {
                    <Empty icon="search" title=title>
                        <p>{what}</p>
                    </Empty>
                }
            }
        >
            <div class="task-intro">
                {move || {
                    let (Some(task), Some(world)) = (site.task.get(), site.world.get()) else {
                        return ().into_any();
                    };
                    if hidden.get() {
                        return view! {
                            <p class="eyebrow">{task.id.split.clone()} " · task " {task.id.index}</p>
                            <HiddenNote what="What the customer wants" />
                        }
                            .into_any();
                    }
                    let line = task_line(world.world.domain, &task);
                    view! {
                        <p class="eyebrow">{task.id.split.clone()} " · task " {task.id.index}</p>
                        <h2>{line.title}</h2>
                        <p class="muted">{line.detail}</p>
                        <p class="scenario">{task.user_scenario.clone()}</p>
                    }
                        .into_any()
                }}
                <div class="intro-actions">
                    <Button kind=ButtonKind::Primary on_press=move |()| control.run(false) icon="play">
                        "Run this task"
                    </Button>
                    <Button on_press=move |()| control.replay() icon="replay">
                        "Replay expected actions"
                    </Button>
                    <PaceMenu control />
                </div>
                <p class="muted small">{who}</p>
                <p class="muted small">
                    "A replay makes the reference calls on the real database, one by one; nobody speaks."
                </p>
            </div>
        </Show>
    }
}

#[component]
fn RefusalView(control: Control) -> impl IntoView {
    move || {
        control.refusal.get().map(|refusal| match refusal {
            Refusal::Obstacle { seat, what, advice } => view! {
                <Callout
                    tone=Tone::Bad
                    live=true
                    title=match seat {
                        Seat::Agent => "The agent's model cannot be called from here",
                        Seat::User => "The customer's model cannot be called from here",
                    }
                    actions=|| {
                        view! {
                            <a class="btn small" href=Page::Models.route().to_string()>
                                "Look at the endpoints"
                            </a>
                        }
                    }
                >
                    <p>{what} " " {advice} " Nothing was sent."</p>
                </Callout>
            }
            .into_any(),
            Refusal::Asked(why) => view! {
                <Callout tone=Tone::Warn title="That seat can’t be filled so" live=true>
                    <p>{why}</p>
                </Callout>
            }
            .into_any(),
            Refusal::NoExamples(why) => view! {
                <Callout
                    tone=Tone::Warn
                    title="A few-shot agent needs examples"
                    live=true
                    actions=|| {
                        view! {
                            <a class="btn small" href=Page::Data.route().to_string()>
                                "Add examples"
                            </a>
                        }
                    }
                >
                    <p>{why} ". Choose a set in the menu of the agent’s seat, or add one on the Data page."</p>
                </Callout>
            }
            .into_any(),
            Refusal::Busy => view! {
                <Callout tone=Tone::Warn live=true title="One rollout at a time">
                    <p>"Let the one that runs come to its end, or stop it, and run this task then."</p>
                </Callout>
            }
            .into_any(),
            Refusal::BrokenTask(why) => view! {
                <Callout tone=Tone::Bad live=true title="This task's expected actions cannot be run">
                    <p>"The environment refuses one of them: " {why}</p>
                </Callout>
            }
            .into_any(),
        })
    }
}

#[component]
fn Inspector(site: PlaySite, draft: Draft, control: Control, tab: RwSignal<&'static str>) -> impl IntoView {
    let hidden = use_hidden();
    let database = move || match hidden.get() {
        true => view! { <HiddenNote what="The database" /> }.into_any(),
        false => view! { <DatabaseTab site /> }.into_any(),
    };
    let checks = move || match hidden.get() {
        true => view! { <HiddenNote what="How the conversation is judged" /> }.into_any(),
        false => view! { <ChecksTab site /> }.into_any(),
    };
    let tabs = vec![
        TabItem::new("instruction", "Instruction".to_owned(), move || view! { <InstructionTab draft control /> }),
        TabItem::new("database", "Database".to_owned(), move || database),
        TabItem::new("checks", "Checks".to_owned(), move || checks),
        TabItem::new("task", "Task".to_owned(), move || view! { <TaskTab site /> }),
    ];
    view! {
        <div class="inspector">
            <Tabs label="Inspector" tabs selected=tab />
        </div>
    }
}

/// The rollout that runs while the page shows something else, with the way back to it.
#[component]
fn RunningElsewhere() -> impl IntoView {
    let play: Play = expect_context();
    let (app, packs) = (use_app(), use_packs());
    let elsewhere = Memo::new(move |_| {
        let running = play.running.get()?;
        // On show it has a phase.
        (!play.phase.get().is_running()).then_some(running)
    });
    let paused = Memo::new(move |_| play.running_phase.get() == Phase::Paused);
    move || {
        elsewhere.get().map(|Running { pack, world, task, .. }| {
            let id = task.id.clone();
            let title = Signal::derive({
                let id = id.clone();
                move || {
                    let state = if paused.get() { "is paused" } else { "is running" };
                    format!("The rollout of {}, task {} {state}", id.split, id.index)
                }
            });
            // A pack that was removed leaves no place to go to; the rollout holds its own copy and can be ended.
            let is_loaded = packs.slot(&pack).is_some_and(|slot| {
                slot.state.with(|state| matches!(state, PackState::Ready(pack) if Arc::ptr_eq(&pack.world, &world)))
            });
            let show = {
                let task = Arc::clone(&task);
                let route = Route::Play(PlayPlace::Task { pack, task: id });
                move || {
                    // A replay of the same task may lie over it.
                    play.bring_back(&task);
                    app.go(&route);
                }
            };
            view! {
                <Callout
                    title=title
                    live=true
                    actions=move || {
                        view! {
                            {is_loaded
                                .then(|| {
                                    view! {
                                        <Button small=true icon="play" on_press=move |()| show()>
                                            "Show it"
                                        </Button>
                                    }
                                })}
                            <Button small=true kind=ButtonKind::Quiet icon="stop" on_press=move |()| play.stop()>
                                "Stop it"
                            </Button>
                        }
                    }
                >
                    <p>"It goes on while you look at other things, and keeps its conversation."</p>
                </Callout>
            }
        })
    }
}

/// What Play shows while the address's pack is not in memory.
#[component]
fn NoPack(site: PlaySite) -> impl IntoView {
    let packs = use_packs();
    let absence = Memo::new(move |_| site.absence(packs));
    let to_data = |text: &'static str| view! { <a class="btn primary" href=Page::Data.route().to_string()>{text}</a> };
    view! {
        <div class="no-pack">
            <RunningElsewhere />
            <KeepingNotices world=site.world.into() />
            {move || match absence.get() {
                Absence::NotLoaded => view! {
                    <Empty icon="data" title="No tasks yet">
                        <p>
                            "Load τ-bench retail or airline to begin: 635 and 50 customer-service tasks with their databases and policies. "
                            "They come from the benchmark's public repository, are checked file by file, and stay in this browser."
                        </p>
                        {to_data("Go to Data")}
                    </Empty>
                }
                .into_any(),
                Absence::Opening => view! { <Empty icon="clock" title="Opening the pack…" /> }.into_any(),
                Absence::Loading => view! {
                    <Empty icon="clock" title="The pack is being loaded…">
                        <p>"Its tasks stand here as soon as all of its files are checked."</p>
                        {to_data("See how far it is")}
                    </Empty>
                }
                .into_any(),
                Absence::Unknown(pack) => view! {
                    <Empty icon="search" title=format!("There is no pack “{pack}”")>
                        <p>"The address names a pack that this page does not know."</p>
                        {to_data("See the packs")}
                    </Empty>
                }
                .into_any(),
            }}
        </div>
    }
}
