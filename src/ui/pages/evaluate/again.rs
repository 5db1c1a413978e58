//! A result file's rollouts done again: recorded against recomputed.

use leptos::prelude::*;

use super::batch::BatchSite;
use super::figures::plain_table;
use crate::present::evaluate::figures::share;
use crate::present::evaluate::original::again_words;
use crate::present::format::counted;
use crate::workspace::ImportedResult;
use crate::workspace::batches::Imported;

/// More lines than these are counted, not shown.
const LISTED: usize = 200;

#[component]
pub fn DoneAgain(site: BatchSite) -> impl IntoView {
    let imported = Memo::new(move |_| site.board.with(|board| board.as_ref()?.record.imported.clone()));
    move || {
        imported.get().map(|imported| {
            let words = again_words(&imported);
            let warnings = imported.warnings.iter().take(8).cloned();
            let warnings = warnings.map(|text| view! { <p class="small muted">{text}</p> }).collect_view();
            let rows = rows(&imported);
            let more = rows.len().saturating_sub(LISTED);
            let more = (more > 0).then(|| format!("And {}.", counted(more as u64, "line more", "lines more")));
            let table = (!rows.is_empty()).then(|| {
                let heads = ["Rollout", "Recorded", "Done again", "What differs"].map(str::to_owned).to_vec();
                view! {
                    <div class="table-scroll wraps" tabindex="0" role="region" aria-label="What differs">
                        {plain_table(heads, rows.into_iter().take(LISTED).collect())}
                    </div>
                }
            });
            view! {
                <section class="batch-again" aria-labelledby="batch-again-title">
                    <div class="pane-head">
                        <h2 id="batch-again-title">"Done again here"</h2>
                    </div>
                    <p>{words}</p>
                    {table}
                    {more}
                    {warnings}
                </section>
            }
        })
    }
}

/// A row for each rollout in which something differs.
fn rows(imported: &Imported) -> Vec<Vec<String>> {
    let differs = |own: &&ImportedResult| own.is_same_again() == Some(false);
    imported.results.iter().filter(differs).map(row).collect()
}

fn row(own: &ImportedResult) -> Vec<String> {
    let place = format!("Task {}, trial {}", own.task, u64::from(own.trial) + 1);
    let Some(again) = &own.again else { return vec![place] };
    let mut why: Vec<String> = again
        .mismatches
        .iter()
        .map(|other| format!("step {}, {}: {}", other.step + 1, other.tool, other.why))
        .collect();
    why.extend(again.fault.iter().map(|fault| format!("it broke off: {fault}")));
    if !again.changed.is_empty() {
        why.push(format!("the task has changed since: {}", again.changed.join(", ")));
    }
    if why.is_empty() {
        why.push("the reward alone".to_owned());
    }
    let recomputed = again.reward.map_or_else(|| "no end".to_owned(), |reward| share(Some(reward)));
    vec![place, share(Some(own.reward)), recomputed, why.join("; ")]
}
