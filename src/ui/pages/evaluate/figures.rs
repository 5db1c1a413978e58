//! The figures of a batch's arms.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::batch::BatchSite;
use crate::present::evaluate::figures::{range, share};
use crate::present::evaluate::{Figures, Ratings};
use crate::ui::kit::Button;
use crate::ui::pages::play::marked_name;

/// More columns of pass^k than these are left out of the table; the exports have them all.
const SHOWN: usize = 4;

#[component]
pub fn FiguresTable(site: BatchSite) -> impl IntoView {
    let figures = Memo::new(move |_| {
        site.board.with(|board| {
            let arms = board.as_ref().map_or(0, |board| board.record.arms.len());
            board.iter().flat_map(|board| (0..arms).map(|arm| Figures::of(board, arm))).collect::<Vec<_>>()
        })
    });
    let as_original = RwSignal::new(false);
    view! {
        <section class="batch-figures" aria-labelledby="batch-figures-title">
            <div class="pane-head">
                <h2 id="batch-figures-title">"Figures"</h2>
                <crate::ui::kit::Checkbox
                    checked=as_original
                    on_change=move |on| as_original.set(on)
                    label="Unscored counts as 0 (as the original)"
                />
            </div>
            <div class="table-scroll" tabindex="0" role="region" aria-label="Table of figures">
                {move || figures.with(|figures| table(figures, as_original.get()))}
            </div>
            <p class="small muted section-note">
                "A rollout without a verdict is no failure and enters no figure, unless the box above is ticked. pass^k: all of k trials win; pass@k: any does. The interval is Wilson's, of 95 %, for the share of rollouts won."
            </p>
            <RatingFigures site />
        </section>
    }
}

/// The figures by the rater, where the batch has one.
#[component]
fn RatingFigures(site: BatchSite) -> impl IntoView {
    let ratings = Memo::new(move |_| {
        site.board.with(|board| {
            let board = board.as_ref().filter(|board| board.record.rater.is_some())?;
            Some((0..board.record.arms.len()).map(|arm| Ratings::of(board, arm)).collect::<Vec<_>>())
        })
    });
    let told = Memo::new(move |_| {
        site.board
            .with(|board| board.as_ref()?.record.rater.as_ref().map(|own| (marked_name(&own.by), own.rubric.clone())))
    });
    let left =
        Memo::new(move |_| ratings.with(|ratings| ratings.iter().flatten().map(|own| own.unrated).sum::<usize>()));
    let id = site.id;
    let can_go_on = Memo::new(move |_| left.get() > 0 && site.batches.phase(&id.get_value()).is_none());
    let go_on = move |()| {
        let id = id.get_value();
        // Why it does not go on stands over the figures.
        spawn_local(async move { _ = site.batches.go_on(&id, false).await });
    };
    view! {
        {move || {
            let (by, rubric) = told.get()?;
            let table = ratings.with(|ratings| rating_table(ratings.as_deref().unwrap_or_default()));
            Some(
                view! {
                    <div class="pane-head">
                        <h2>"By the rater"</h2>
                    </div>
                    <div class="table-scroll" tabindex="0" role="region" aria-label="Figures by the rater">
                        {table}
                    </div>
                    <p class="small muted section-note">
                        {format!("Rated by {by}, going by: “{rubric}” The rater reads the conversation alone; the figures above are by the reward.")}
                    </p>
                },
            )
        }}
        <Show when=move || can_go_on.get()>
            <Button small=true icon="refresh" on_press=go_on>
                {move || format!("Rate the rest ({})", left.get())}
            </Button>
        </Show>
    }
}

fn rating_table(ratings: &[Ratings]) -> AnyView {
    let trials = ratings.iter().map(|own| own.pass_hat.len()).max().unwrap_or(1).clamp(1, SHOWN);
    let mut heads: Vec<String> = ["Arm", "Rests on", "Average rating", "Rated 1", "95 %"].map(str::to_owned).to_vec();
    heads.extend((1..=trials).map(|k| format!("pass^{k}")));
    heads.push("Agrees with the reward".to_owned());
    let row = |own: &Ratings| {
        let mut cells = vec![own.arm.clone(), format!("{} rated · {} not", own.rated, own.unrated)];
        cells.push(share(own.average));
        cells.push(format!("{} of {}", own.holds, own.rated));
        cells.push(range(own.interval));
        cells.extend((0..trials).map(|k| share(own.pass_hat.get(k).copied().flatten())));
        cells.push(format!("{} of {}", own.agree, own.rated));
        cells
    };
    plain_table(heads, ratings.iter().map(row).collect())
}

fn table(figures: &[Figures], as_original: bool) -> AnyView {
    let trials = figures.iter().map(|own| own.trials).max().unwrap_or(1).clamp(1, SHOWN);
    let mut heads: Vec<String> = ["Arm", "Rests on", "Average reward", "Won", "95 %"].map(str::to_owned).to_vec();
    heads.extend((1..=trials).map(|k| format!("pass^{k}")));
    if !as_original {
        heads.extend((2..=trials).map(|k| format!("pass@{k}")));
    }
    let row = |own: &Figures| {
        let mut cells = vec![own.arm.clone(), own.basis()];
        if as_original {
            let of = own.as_original.as_ref();
            cells.push(share(of.map(|metrics| metrics.average_reward)));
            cells.push(format!("{} of {}", own.won, own.scored + own.unscored));
            cells.push(range(own.interval_as_original));
            cells.extend((0..trials).map(|k| share(of.and_then(|metrics| metrics.pass_hat.get(k).copied()))));
        } else {
            cells.push(share(own.average));
            cells.push(format!("{} of {}", own.won, own.scored));
            cells.push(range(own.interval));
            cells.extend((0..trials).map(|k| share(own.pass_hat.get(k).copied().flatten())));
            cells.extend((1..trials).map(|k| share(own.pass_at.get(k).copied().flatten())));
        }
        cells
    };
    plain_table(heads, figures.iter().map(row).collect())
}

/// A table of texts whose first column names the rows.
pub fn plain_table(heads: Vec<String>, rows: Vec<Vec<String>>) -> AnyView {
    let heads = heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view();
    let row = |cells: Vec<String>| {
        let cells = cells.into_iter().enumerate().map(|(at, cell)| {
            if at == 0 {
                view! { <th scope="row">{cell}</th> }.into_any()
            } else {
                view! { <td class="num">{cell}</td> }.into_any()
            }
        });
        view! { <tr>{cells.collect_view()}</tr> }
    };
    let rows = rows.into_iter().map(row).collect_view();
    view! {
        <table class="table">
            <thead>
                <tr>{heads}</tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
