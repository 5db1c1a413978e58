//! What keeps a batch from going on, or its rollouts from being stored.

use leptos::prelude::*;

use super::batch::BatchSite;
use crate::present::evaluate::board::limit_words;
use crate::present::format::counted;
use crate::present::route::Page;
use crate::present::tone::Tone;
use crate::ui::kit::{Button, ButtonKind, Callout};

#[component]
pub fn Notices(site: BatchSite) -> impl IntoView {
    let trouble = move || {
        site.id.with_value(|id| site.batches.trouble(id)).map(|why| {
            view! {
                <Callout tone=Tone::Bad live=true title="The batch does not go on">
                    <p>{why}</p>
                    <p>"What was recorded is kept; nothing of it is asked for again."</p>
                </Callout>
            }
        })
    };
    let limit = Memo::new(move |_| {
        site.board.with(|board| board.as_ref().filter(|board| !board.is_done()).and_then(|board| board.limit()))
    });
    let limit = move || {
        limit.get().map(|limit| {
            view! {
                <Callout
                    tone=Tone::Warn
                    live=true
                    title=limit_words(limit)
                    actions=move || {
                        view! {
                            <Show when=move || site.phase.get().is_none()>
                                <Button small=true icon="play" on_press=move |()| site.lift_limits()>
                                    "Lift the limits and go on"
                                </Button>
                            </Show>
                        }
                    }
                >
                    <p>"Rollouts that had begun came to their end, and no more are begun."</p>
                </Callout>
            }
        })
    };
    let unguarded = move || {
        (site.batches.runs.guarded() == Some(false)).then(|| {
            view! { <p class="muted small">"This browser can't keep two tabs apart: run this batch in one only."</p> }
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
    view! { {trouble} {refused} {limit} <Unsaved site /> {unguarded} }
}

/// A storage that refuses what was paid for, with the ways out.
#[component]
fn Unsaved(site: BatchSite) -> impl IntoView {
    let batches = site.batches;
    move || {
        let unsaved = batches.unsaved.get();
        let first = unsaved.first()?.fault.clone();
        let entries: u64 = unsaved.iter().map(|run| run.entries as u64).sum();
        let holds = unsaved.iter().any(|run| run.holds);
        let go_on = holds.then(|| {
            view! {
                <Button small=true kind=ButtonKind::Quiet on_press=move |()| batches.go_on_unsaved()>
                    "Go on without saving"
                </Button>
            }
        });
        let said = format!(
            "{first} Nothing is lost while this tab stays open: {} in memory only.",
            counted(entries, "entry is", "entries are")
        );
        Some(view! {
            <Callout
                tone=if holds { Tone::Bad } else { Tone::Warn }
                live=true
                title=if holds { "Rollouts wait: what came could not be saved" } else { "Not everything is saved" }
                actions=move || {
                    view! {
                        <Button small=true icon="refresh" on_press=move |()| batches.try_saving_again()>
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
