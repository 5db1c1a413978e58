//! What rules find in the lost rollouts; no model is asked.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::batch::BatchSite;
use crate::app::batches::keep::Lost;
use crate::app::play::Play;
use crate::app::use_app;
use crate::present::evaluate::Mark;
use crate::present::evaluate::fault::tally;
use crate::present::format::counted;
use crate::ui::kit::{Badge, Button};

/// More rollouts than these are drawn at a press.
const AT_ONCE: usize = 30;

#[component]
pub fn LostRollouts(site: BatchSite) -> impl IntoView {
    let app = use_app();
    let play: Play = expect_context();
    let found = RwSignal::new(None::<Vec<Lost>>);
    let busy = RwSignal::new(false);
    let refused = RwSignal::new(None::<String>);
    let drawn = RwSignal::new(AT_ONCE);
    let any = Memo::new(move |_| {
        site.board.with(|board| board.as_ref().is_some_and(|board| board.count(Mark::is_failed) > 0))
    });
    let look = move |()| {
        let Some(board) = site.board.get_untracked() else { return };
        busy.set(true);
        refused.set(None);
        drawn.set(AT_ONCE);
        spawn_local(async move {
            let lost = std::cell::RefCell::new(Vec::new());
            let outcome = site.batches.lost(&board, |own| lost.borrow_mut().push(own)).await;
            busy.try_set(false);
            match outcome {
                Ok(()) => _ = found.try_set(Some(lost.into_inner())),
                Err(why) => _ = refused.try_set(Some(why.to_string())),
            }
        });
    };
    let kinds = move || {
        found.with(|found| {
            let found = found.as_ref()?;
            let kinds = tally(found.iter().flat_map(|own| &own.lines)).into_iter();
            let kinds = kinds.map(|(kind, count)| view! { <Badge>{format!("{kind} {count}")}</Badge> }).collect_view();
            Some(view! { <div class="lost-kinds">{kinds}</div> })
        })
    };
    let open = move |at: usize, step: Option<usize>| {
        let run = site.id.with_value(|id| id.run(at));
        play.attempt(async move {
            play.open_run(app, &run).await?;
            if let Some(step) = step {
                play.seek(step);
            }
            Ok::<(), crate::app::runs::RunRefusal>(())
        });
    };
    let row = move |own: Lost| {
        let place = site.board.with_untracked(|board| {
            let board = board.as_ref()?;
            let cell = board.places.get(own.at)?.cell;
            let arm = board.record.arms.get(cell.arm).filter(|_| board.record.arms.len() > 1);
            let arm = arm.map(|arm| format!(" · {}", arm.name)).unwrap_or_default();
            Some(format!("Task {}, trial {}{arm}", cell.task, u64::from(cell.trial) + 1))
        });
        let at = own.at;
        let lines = own.lines.into_iter();
        let lines = lines
            .map(|line| {
                let step = line.step;
                view! {
                    <li>
                        <button type="button" class="lost-step num" on:click=move |_| open(at, Some(step))>
                            {format!("step {step}")}
                        </button>
                        " "
                        {line.text}
                    </li>
                }
            })
            .collect::<Vec<_>>();
        let nothing = lines.is_empty().then(|| {
            view! { <p class="small muted">"No rule says why; open it and look at the verdict."</p> }
        });
        view! {
            <li class="lost-rollout">
                <button type="button" class="run-name" on:click=move |_| open(at, None)>
                    {place}
                </button>
                <ul class="detail-list">{lines}</ul>
                {nothing}
            </li>
        }
    };
    let rows =
        move || found.with(|found| found.iter().flatten().take(drawn.get()).cloned().map(row).collect::<Vec<_>>());
    let left = Memo::new(move |_| found.with(|found| found.as_ref().map_or(0, Vec::len)).saturating_sub(drawn.get()));
    view! {
        <Show when=move || any.get()>
            <section class="batch-lost" aria-labelledby="batch-lost-title">
                <div class="pane-head">
                    <h2 id="batch-lost-title">"What went wrong"</h2>
                    <Button small=true icon="search" busy=busy on_press=look>
                        {move || if found.with(Option::is_some) { "Look again" } else { "Look at the lost rollouts" }}
                    </Button>
                </div>
                {move || refused.get().map(|why| view! { <p class="bad">{why}</p> })}
                {kinds}
                <ul class="lost-list" hidden=move || found.with(|found| found.as_ref().is_none_or(Vec::is_empty))>
                    {rows}
                </ul>
                <Show when=move || left.get() != 0>
                    <Button small=true on_press=move |()| drawn.update(|drawn| *drawn += AT_ONCE)>
                        {move || format!("Show {}", counted(left.get().min(AT_ONCE) as u64, "more", "more"))}
                    </Button>
                </Show>
                <p class="small muted section-note">
                    "Found by rules, with no model: hints where to look. The reward judges the end state alone."
                </p>
            </section>
        </Show>
    }
}
