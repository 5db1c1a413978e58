//! What there is to say of the run on show besides its conversation: that it was interrupted, that it can't be stored,
//! that it is not as it was.

use leptos::prelude::*;

use crate::app::packs::LoadedPack;
use crate::app::play::{Play, ShownRun};
use crate::app::{use_app, use_batches, use_runs};
use crate::journal::RunState;
use crate::platform::files;
use crate::present::format::counted;
use crate::present::route::{Page, Route};
use crate::present::tone::Tone;
use crate::ui::kit::{Button, ButtonKind, Callout};

/// The notices above the conversation. `world` is the pack of the page's place.
#[component]
pub fn KeepingNotices(world: Signal<Option<LoadedPack>>) -> impl IntoView {
    view! {
        <UnsavedNotice />
        <RefusedNotice />
        <LinkNotice />
        <BatchNotice />
        <InterruptedNotice world />
    }
}

/// A storage that refuses what was paid for, with the ways out.
#[component]
fn UnsavedNotice() -> impl IntoView {
    let play: Play = expect_context();
    let export = move |()| files::save("taupe-unsaved-run.json", &play.unsaved_file());
    move || {
        let unsaved = play.unsaved.get();
        let first = unsaved.first()?;
        let entries: u64 = unsaved.iter().map(|run| run.entries as u64).sum();
        let holds = unsaved.iter().any(|run| run.holds);
        let title = match (holds, entries) {
            (true, _) => "The rollout waits: what came could not be saved",
            // Only its record is missing: it has just begun.
            (false, 0) => "This rollout could not be saved",
            (false, _) => "A part of this visit's rollouts is not saved",
        };
        let entries = counted(entries, "entry is", "entries are");
        let said = format!("{} Nothing is lost while this tab stays open: {entries} in memory only.", first.fault);
        let go_on = holds.then(|| {
            view! {
                <Button small=true kind=ButtonKind::Quiet on_press=move |()| play.go_on_unsaved()>
                    "Go on without saving"
                </Button>
            }
        });
        Some(view! {
            <Callout
                tone=if holds { Tone::Bad } else { Tone::Warn }
                live=true
                title=title
                actions=move || {
                    view! {
                        <Button small=true icon="refresh" on_press=move |()| play.try_saving_again()>
                            "Try again"
                        </Button>
                        <Button small=true icon="download" on_press=export>
                            "Export as a file"
                        </Button>
                        <a class="btn small" href=Route::Runs.to_string()>
                            "Delete runs"
                        </a>
                        <a class="btn small" href=Page::Data.route().to_string()>
                            "Remove packs"
                        </a>
                        {go_on}
                    }
                }
            >
                <p>{said}</p>
            </Callout>
        })
    }
}

/// Why the last thing that was asked of a run was not done.
#[component]
fn RefusedNotice() -> impl IntoView {
    let play: Play = expect_context();
    move || {
        play.refused.get().map(|why| {
            view! {
                <Callout
                    tone=Tone::Warn
                    live=true
                    title="That could not be done"
                    actions=move || {
                        view! {
                            <Button small=true kind=ButtonKind::Quiet on_press=move |()| play.refused.set(None)>
                                "Close"
                            </Button>
                        }
                    }
                >
                    <p>{why}</p>
                </Callout>
            }
        })
    }
}

/// A run that a link opened is not kept until its reader says so.
#[component]
fn LinkNotice() -> impl IntoView {
    let play: Play = expect_context();
    let is_loose = Memo::new(move |_| shown_run(play).is_some_and(|run| !run.kept));
    let keep = move |()| play.attempt(play.keep_shown());
    let discard = move |()| {
        play.cursor.set(0);
        play.shown.set(None);
    };
    view! {
        <Show when=move || is_loose.get()>
            <Callout
                title="A link opened this run"
                actions=move || {
                    view! {
                        <Button small=true icon="download" on_press=keep>
                            "Keep it among my runs"
                        </Button>
                        <Button small=true kind=ButtonKind::Quiet icon="close" on_press=discard>
                            "Discard"
                        </Button>
                    }
                }
            >
                <p>"It is shown from the address alone, and is gone when you leave it."</p>
            </Callout>
        </Show>
    }
}

/// The way back from a rollout of a batch.
#[component]
fn BatchNotice() -> impl IntoView {
    let play: Play = expect_context();
    let batches = use_batches();
    let found = Memo::new(move |_| {
        let own = shown_run(play)?.header.batch.clone()?;
        let name = batches.find(&own.batch)?.name.clone();
        Some((Route::Batch(own.batch).to_string(), name))
    });
    move || {
        found.get().map(|(href, name)| {
            view! {
                <p class="small muted batch-part">
                    "A rollout of the batch " <a href=href>{name}</a>
                </p>
            }
        })
    }
}

/// A run of another task that was interrupted, while nothing else is on show.
#[component]
fn InterruptedNotice(world: Signal<Option<LoadedPack>>) -> impl IntoView {
    let play: Play = expect_context();
    let (app, runs) = (use_app(), use_runs());
    let found = Memo::new(move |_| {
        if play.shown.with(Option::is_some) || play.running.with(Option::is_some) {
            return None;
        }
        // Only what was left last is worth a word on every task.
        let run = runs.list().into_iter().find(|run| run.header.batch.is_none());
        let run = run.filter(|run| run.summary.state == RunState::Open)?;
        let pack = world.with(|world| world.as_ref().map(|world| world.pack.clone()));
        (pack.as_deref() == Some(&run.header.pack)).then(|| (run.header.id.clone(), run.header.title.clone()))
    });
    move || {
        found.get().map(|(id, title)| {
            let open = move |()| {
                let id = id.clone();
                play.attempt(async move { play.open_run(app, &id).await });
            };
            view! {
                <Callout
                    live=true
                    title=format!("A rollout was interrupted: {title}")
                    actions=move || {
                        view! {
                            <Button small=true icon="play" on_press=open>
                                "Show it"
                            </Button>
                        }
                    }
                >
                    <p>"It is kept as far as it went, and can go on from there."</p>
                </Callout>
            }
        })
    }
}

/// At the end of the conversation: that the run is not whole, and the way on where there is one.
#[component]
pub fn GoOn() -> impl IntoView {
    let play: Play = expect_context();
    let runs = use_runs();
    let idle = Memo::new(move |_| play.running.with(Option::is_none));
    let run = Memo::new(move |_| shown_run(play));
    move || {
        let run = run.get()?;
        let warnings = run.warnings.iter().map(|warning| view! { <p>{warning.to_string()}</p> }).collect_view();
        let warnings = (!run.warnings.is_empty()).then(|| {
            view! {
                <Callout tone=Tone::Warn title="This is not all as it was recorded">
                    {warnings}
                </Callout>
            }
        });
        let (title, said) = match run.state {
            RunState::Open => {
                ("This rollout was interrupted", "It goes on where it was; no reply that is here is asked for again.")
            }
            _ => ("This rollout can go on", "Its end gave no verdict. It goes on with the call that was due."),
        };
        let unguarded = (runs.guarded() == Some(false)).then(|| {
            view! { <p class="muted small">"This browser can't keep two tabs apart: go on in one only."</p> }
        });
        let id = run.header.id.clone();
        let resume = move |()| {
            let id = id.clone();
            play.attempt(async move { play.resume_run(&id).await });
        };
        let go_on = (run.can_resume() && idle.get()).then(|| {
            view! {
                <Callout
                    title=title
                    actions=move || {
                        view! {
                            <Button small=true icon="play" on_press=resume>
                                "Resume"
                            </Button>
                        }
                    }
                >
                    <p>{said}</p>
                    {unguarded}
                </Callout>
            }
        });
        Some(view! { {warnings} {go_on} })
    }
}

fn shown_run(play: Play) -> Option<ShownRun> {
    play.shown.with(|shown| shown.as_ref()?.run.clone())
}

/// Opens the run that the address itself holds, whenever it holds another one.
pub fn follow_links(play: Play) {
    let app = use_app();
    Effect::new(move |_| {
        if let Route::Open(payload) = app.route.get() {
            play.attempt(async move { play.open_link(app, &payload).await });
        }
    });
}
