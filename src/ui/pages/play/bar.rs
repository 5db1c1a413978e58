//! The bar over Play: where one is, who sits in which seat, and the buttons that make things happen.

use leptos::prelude::*;

use super::control::Control;
use super::place::PlaySite;
use crate::app::play::{Phase, Play};
use crate::app::seats::{SeatChoice, use_seats};
use crate::app::use_app;
use crate::present::route::Route;
use crate::rollout::Seat;
use crate::ui::kit::{
    Button, ButtonKind, Chip, Icon, IconButton, Menu, MenuItem, PageBar, PageBarActions, SplitSide, SplitState,
    SplitToggle,
};

/// The bar.
#[component]
pub fn PlayBar(site: PlaySite, control: Control, split: SplitState) -> impl IntoView {
    let app = use_app();
    let title = Signal::derive(move || site.title());
    let place = move || {
        let task = site.task.get()?;
        let count =
            site.world.with(|world| world.as_ref().and_then(|w| w.world.tasks(&task.id.split).map(<[_]>::len)))?;
        Some(format!("{} · task {} of {count}", task.id.split, task.id.index))
    };
    let has_task = Memo::new(move |_| site.task.with(Option::is_some));
    view! {
        <PageBar title>
            <SplitToggle state=split side=SplitSide::Start panel="tasks" />
            {move || place().map(|place| view! { <span class="not-phone"><Chip>{place}</Chip></span> })}
            <Show when=move || has_task.get()>
                <span class="not-phone task-steps">
                    <IconButton
                        icon="step-back"
                        label="Previous task"
                        small=true
                        on_press=move |_| site.go_by(app, -1)
                    />
                    <IconButton icon="step" label="Next task" small=true on_press=move |_| site.go_by(app, 1) />
                </span>
            </Show>
            <PageBarActions>
                <Show when=move || has_task.get()>
                    <SeatMenus />
                    <RunButtons control />
                </Show>
                <SplitToggle state=split side=SplitSide::End panel="inspector" />
            </PageBarActions>
        </PageBar>
    }
}

/// Who fills both seats; one way to the Models page while there is nobody to choose.
#[component]
fn SeatMenus() -> impl IntoView {
    let seats = use_seats();
    let any = Memo::new(move |_| !seats.choices().is_empty());
    view! {
        <Show
            when=move || any.get()
            fallback=|| {
                view! {
                    <a class="btn quiet" href=Route::Models.to_string() aria-label="Set up a model">
                        <Icon name="models" />
                        <span class="not-narrow">"Set up a model"</span>
                    </a>
                }
            }
        >
            <SeatMenu seat=Seat::Agent />
            <SeatMenu seat=Seat::User />
        </Show>
    }
}

/// Who fills a seat.
#[component]
fn SeatMenu(seat: Seat) -> impl IntoView {
    let app = use_app();
    let seats = use_seats();
    let (name, icon) = match seat {
        Seat::Agent => ("Agent", "agent"),
        Seat::User => ("Customer", "user"),
    };
    let chosen = Signal::derive(move || seats.chosen(seat));
    let text = move || chosen.get().map_or_else(|| "nobody yet".to_owned(), |chosen| chosen.label);
    let items = move |()| {
        let mut items = vec![MenuItem::Title(format!("{name} is played by"))];
        items.extend(seats.choices().into_iter().map(|SeatChoice { id, label }| {
            let (own, sent) = (id.clone(), id);
            MenuItem::Choice {
                text: label,
                icon: "models",
                chosen: Signal::derive(move || chosen.get().is_some_and(|chosen| chosen.id == own)),
                perform: Callback::new(move |()| seats.choose(seat, &sent)),
            }
        }));
        items.push(MenuItem::new("Set up an endpoint…", "settings", move || app.go(&Route::Models)));
        items
    };
    view! {
        <span class="seat-menu">
            <Menu items=items label=Signal::derive(move || format!("{name} is played by {}", text())) class="btn quiet seat">
                <Icon name=icon />
                <span class="seat-name">{name}</span>
                <span class="seat-model truncate">{text}</span>
                <Icon name="chevron-down" />
            </Menu>
        </span>
    }
}

/// Run, step, pause, stop, replay: only those that are possible now.
#[component]
fn RunButtons(control: Control) -> impl IntoView {
    let play: Play = expect_context();
    let running = Memo::new(move |_| play.phase.get().is_running());
    let paused = Memo::new(move |_| matches!(play.phase.get(), Phase::Paused | Phase::Pausing(_)));
    view! {
        <Show
            when=move || running.get()
            fallback=move || {
                view! {
                    <Button
                        on_press=move |()| control.replay()
                        icon="replay"
                        label="Replay expected actions"
                        title="Replay expected actions (E)"
                    >
                        <span class="not-narrow">"Replay expected actions"</span>
                    </Button>
                    <span class="not-phone">
                        <Button
                            kind=ButtonKind::Quiet
                            on_press=move |()| control.run(true)
                            icon="step"
                            title="Run one call at a time (S)"
                        >
                            "Step"
                        </Button>
                    </span>
                    <Button kind=ButtonKind::Primary on_press=move |()| control.run(false) icon="play" title="Run (R)">
                        "Run"
                    </Button>
                }
            }
        >
            <Show
                when=move || paused.get()
                fallback=move || {
                    view! {
                        <Button on_press=move |()| control.press_pause() icon="pause" title="Pause after this call (P)">
                            "Pause"
                        </Button>
                    }
                }
            >
                <Button on_press=move |()| play.resume() icon="play" title="Go on (P)">
                    "Go on"
                </Button>
                <Button kind=ButtonKind::Quiet on_press=move |()| play.step() icon="step" title="One step (S)">
                    "Step"
                </Button>
            </Show>
            <Button kind=ButtonKind::Danger on_press=move |()| control.press_stop() icon="stop" title="Stop this rollout (Esc)">
                "Stop"
            </Button>
        </Show>
    }
}
