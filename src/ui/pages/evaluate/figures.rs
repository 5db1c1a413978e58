//! The figures of a batch's arms.

use leptos::prelude::*;

use super::batch::BatchSite;
use crate::present::evaluate::Figures;
use crate::present::evaluate::figures::{range, share};

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
        </section>
    }
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
