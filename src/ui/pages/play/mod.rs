//! The Play page: tasks at the start, the conversation in the middle, the inspector at the end.

use leptos::prelude::*;

use self::bar::PlayBar;
use self::checks::ChecksTab;
use self::control::{Control, Refusal};
use self::database::DatabaseTab;
use self::instruction::{Draft, InstructionTab};
use self::place::PlaySite;
use self::scrubber::Scrubber;
use self::task::TaskTab;
use self::tasks::TaskList;
use self::transcript::Transcript;
use crate::app::play::Play;
use crate::app::use_packs;
use crate::present::route::Page;
use crate::present::task_line::task_line;
use crate::present::tone::Tone;
use crate::ui::kit::{Button, ButtonKind, Callout, Empty, Split, SplitPanel, SplitSide, SplitState, TabItem, Tabs};

mod bar;
mod checks;
mod control;
mod database;
mod instruction;
mod place;
mod record_change;
mod scrubber;
mod task;
mod tasks;
mod tool_card;
mod transcript;
mod verdict;

/// The Play page.
#[component]
pub fn PlayPage() -> impl IntoView {
    let play: Play = expect_context();
    let site = PlaySite::new();
    let draft = Draft::new(site);
    let control = Control::new(site, draft);
    control.register();
    let split = SplitState::new(SplitSide::Main);
    let tab = RwSignal::new("instruction");

    // Another task: what is on show belongs to the one before.
    Effect::new(move |before: Option<()>| {
        let task = site.task.get();
        control.refusal.set(None);
        let same = play.shown.with_untracked(|shown| match (shown, &task) {
            (Some(shown), Some(task)) => std::sync::Arc::ptr_eq(&shown.task, task),
            _ => true,
        });
        if !same {
            play.leave();
        }
        if before.is_some() {
            split.shown.set(SplitSide::Main);
        }
    });

    let has_world = Memo::new(move |_| site.world.with(Option::is_some));
    view! {
        <PlayBar site control split />
        <Show when=move || has_world.get() fallback=NoPack>
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
                    move || view! { <Inspector site draft tab /> },
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
    view! {
        <div class="conversation">
            <div class="conversation-scroll" data-scrolls="">
                <RefusalView control />
                <Show when=move || on_show.get() fallback=move || view! { <TaskIntro site control has_task /> }>
                    <Transcript />
                </Show>
            </div>
            <Scrubber />
        </div>
    }
}

/// What a task's place shows before anything ran.
#[component]
fn TaskIntro(site: PlaySite, control: Control, has_task: Memo<bool>) -> impl IntoView {
    view! {
        <Show
            when=move || has_task.get()
            fallback=|| {
                view! {
                    <Empty icon="search" title="There is no such task">
                        <p>"The address names a task that this pack does not have. Choose one from the list."</p>
                    </Empty>
                }
            }
        >
            <div class="task-intro">
                {move || {
                    let (Some(task), Some(world)) = (site.task.get(), site.world.get()) else {
                        return ().into_any();
                    };
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
                    <Button on_press=move |()| control.replay() icon="replay">
                        "Replay expected actions"
                    </Button>
                    <Button kind=ButtonKind::Primary on_press=move |()| control.run(false) icon="play">
                        "Run with a model"
                    </Button>
                </div>
                <p class="muted small">
                    "A replay needs no key: it makes the reference calls on the real database, one by one. A run lets a model of yours work the task."
                </p>
            </div>
        </Show>
    }
}

#[component]
fn RefusalView(control: Control) -> impl IntoView {
    move || {
        control.refusal.get().map(|refusal| match refusal {
            Refusal::NoModel => view! {
                <Callout
                    tone=Tone::Warn
                    live=true
                    title="Both seats need a model"
                    actions=|| {
                        view! {
                            <a class="btn primary small" href=Page::Models.route().to_string()>
                                "Set up an endpoint"
                            </a>
                        }
                    }
                >
                    <p>
                        "The agent and the customer are each played by a model of an endpoint that you set up. "
                        "Without one, replay the expected actions."
                    </p>
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
fn Inspector(site: PlaySite, draft: Draft, tab: RwSignal<&'static str>) -> impl IntoView {
    let tabs = vec![
        TabItem::new("instruction", "Instruction".to_owned(), move || view! { <InstructionTab draft /> }),
        TabItem::new("database", "Database".to_owned(), move || view! { <DatabaseTab site /> }),
        TabItem::new("checks", "Checks".to_owned(), move || view! { <ChecksTab site /> }),
        TabItem::new("task", "Task".to_owned(), move || view! { <TaskTab site /> }),
    ];
    view! {
        <div class="inspector">
            <Tabs label="Inspector" tabs selected=tab />
        </div>
    }
}

/// What Play shows before a pack is loaded.
#[component]
fn NoPack() -> impl IntoView {
    let packs = use_packs();
    view! {
        <Show
            when=move || PlaySite::is_opening(packs)
            fallback=|| {
                view! {
                    <Empty icon="data" title="No tasks yet">
                        <p>
                            "Load τ-bench retail to begin: 635 customer-service tasks with their database and policy. "
                            "It comes from the benchmark's public repository, is checked file by file, and stays in this browser."
                        </p>
                        <a class="btn primary" href=Page::Data.route().to_string()>
                            "Go to Data"
                        </a>
                    </Empty>
                }
            }
        >
            <Empty icon="clock" title="Opening the pack…" />
        </Show>
    }
}
