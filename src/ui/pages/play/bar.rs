//! The bar over Play: where one is, who sits in which seat, and the buttons that make things happen.

use leptos::prelude::*;

use super::control::Control;
use super::place::PlaySite;
use super::seats::SeatMenus;
use crate::app::play::{Phase, Play};
use crate::app::use_app;
use crate::ui::kit::{
    Button, ButtonKind, Chip, IconButton, PageBar, PageBarActions, SplitSide, SplitState, SplitToggle,
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
                    <SeatMenus control />
                    <RunButtons control />
                </Show>
                <SplitToggle state=split side=SplitSide::End panel="inspector" />
            </PageBarActions>
        </PageBar>
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
