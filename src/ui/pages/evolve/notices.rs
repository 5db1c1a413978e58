//! What keeps an evolution from going on, what was left, and how it ended.

use leptos::prelude::*;

use super::deeds::Site;
use crate::present::format::counted;
use crate::present::route::Page;
use crate::present::tone::Tone;
use crate::rollout::batch::Limits;
use crate::ui::kit::{Button, ButtonKind, Callout};

#[component]
pub fn Notices(site: Site) -> impl IntoView {
    let has_limits = Memo::new(move |_| {
        site.record.with(|record| record.as_ref().is_some_and(|record| record.limits != Limits::default()))
    });
    let trouble = move || {
        site.id.with_value(|id| site.evolutions.trouble(id)).map(|why| {
            let lift = move |()| {
                site.id.with_value(|id| site.evolutions.set_limits(id, Limits::default()));
                site.go_on();
            };
            let give_up = move |()| site.id.with_value(|id| site.evolutions.give_up(id));
            view! {
                <Callout
                    tone=Tone::Bad
                    live=true
                    title="The evolution does not go on"
                    actions=move || {
                        view! {
                            <Show when=move || site.can_go_on()>
                                <Button small=true icon="refresh" on_press=move |()| site.go_on()>
                                    "Try again"
                                </Button>
                            </Show>
                            <Show when=move || has_limits.get() && site.can_go_on()>
                                <Button small=true icon="play" on_press=lift>
                                    "Lift the limits and go on"
                                </Button>
                            </Show>
                            <Show when=move || site.phase.get().is_some()>
                                <Button small=true kind=ButtonKind::Quiet on_press=give_up>
                                    "Give up this pass"
                                </Button>
                            </Show>
                        }
                    }
                >
                    <p>{why}</p>
                    <p>"What was recorded is kept; nothing of it is asked for again."</p>
                </Callout>
            }
        })
    };
    let refused = move || {
        site.refused.get().map(|why| {
            view! {
                <Callout tone=Tone::Bad live=true title="That could not be done">
                    <p>{why}</p>
                </Callout>
            }
        })
    };
    let left = Memo::new(move |_| {
        site.phase.get().is_none() && site.can_go_on() && site.id.with_value(|id| site.evolutions.trouble(id)).is_none()
    });
    let failed = Memo::new(move |_| {
        let finish = site.pulse.with(|pulse| pulse.as_ref().and_then(|pulse| pulse.standing.ended.clone()))?;
        finish.is_failure.then_some(finish.words)
    });
    let failed = move || {
        failed.get().map(|words| {
            view! {
                <Callout tone=Tone::Bad title=words>
                    <p>"Everything up to there is kept. Fork it from one of its iterations to go on."</p>
                </Callout>
            }
        })
    };
    view! {
        {trouble}
        {refused}
        {failed}
        <Show when=move || left.get()>
            <Callout
                tone=Tone::Warn
                title="It is not at its end, and nothing runs"
                actions=move || {
                    view! {
                        <Button small=true icon="play" on_press=move |()| site.go_on()>
                            "Go on where it was"
                        </Button>
                    }
                }
            >
                <p>"Everything that was paid for is kept, and nothing of it is asked for again."</p>
            </Callout>
        </Show>
        <Unsaved site />
    }
}

/// A storage that refuses what was paid for, with the ways out.
#[component]
fn Unsaved(site: Site) -> impl IntoView {
    let evolutions = site.evolutions;
    move || {
        let unsaved = evolutions.unsaved.get();
        let first = unsaved.first()?.fault.clone();
        let entries: u64 = unsaved.iter().map(|run| run.entries as u64).sum();
        let holds = unsaved.iter().any(|run| run.holds);
        let said = format!(
            "{first} Nothing is lost while this tab stays open: {} in memory only.",
            counted(entries, "entry is", "entries are")
        );
        let go_on = holds.then(|| {
            view! {
                <Button small=true kind=ButtonKind::Quiet on_press=move |()| evolutions.go_on_unsaved()>
                    "Go on without saving"
                </Button>
            }
        });
        Some(view! {
            <Callout
                tone=if holds { Tone::Bad } else { Tone::Warn }
                live=true
                title=if holds { "It waits: what came could not be saved" } else { "Not everything is saved" }
                actions=move || {
                    view! {
                        <Button small=true icon="refresh" on_press=move |()| evolutions.try_saving_again()>
                            "Try again"
                        </Button>
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
