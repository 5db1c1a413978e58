//! What an evolution will take and could come to, beside the form that sets it up.

use leptos::prelude::*;

use super::draft::Draft;
use crate::app::use_runs;
use crate::present::evolve::Warning;
use crate::present::evolve::estimate::{Outlook, basis, estimate};
use crate::present::evolve::preflight::Asked;
use crate::ui::kit::Icon;

/// What is said of a draft.
#[derive(Clone, PartialEq)]
struct Said {
    proposals: String,
    buys: String,
    chance: String,
    takes: String,
    basis: String,
    warnings: Vec<Warning>,
}

#[component]
pub fn Forecast(draft: Draft) -> impl IntoView {
    let runs = use_runs();
    let said = Memo::new(move |_| {
        let (told, plan, pack) = (draft.told.get()?, draft.plan.get().ok()?, draft.pack.get()?);
        let (agent, user, reflection) = (draft.agent_by.get(), draft.user_by.get(), draft.reflection_by.get());
        let rater = draft.rater_by.get();
        let outlook = Outlook {
            pack: &pack.pack,
            asked: Asked { agent: &agent, user: &user, reflection: &reflection },
            rater: rater.as_ref(),
            length: draft.seed.with(|(_, text)| text.len()),
            budget: plan.budget,
            minibatch: plan.config.minibatch_size,
        };
        let takes = estimate(&outlook, &told.bought, &runs.list());
        Some(Said {
            basis: basis(&takes, &told),
            takes: takes.words(),
            proposals: told.proposals,
            buys: told.buys,
            chance: told.chance,
            warnings: told.warnings,
        })
    });
    move || {
        said.get().map(|said| {
            let warning = |warning: &Warning| {
                view! {
                    <li class=if warning.is_fatal() { "bad" } else { "" }>
                        <Icon name=if warning.is_fatal() { "error" } else { "warn" } />
                        <span>{warning.words()}</span>
                    </li>
                }
            };
            let warnings = said.warnings.iter().map(warning).collect_view();
            let has_warnings = !said.warnings.is_empty();
            view! {
                <div class="forecast-lines" role="status">
                    <p class="forecast-figure num">{said.proposals}</p>
                    <p>{said.buys}</p>
                    <p>{said.chance}</p>
                    <p class="num">
                        {said.takes} <span class="muted">" (" {said.basis} ")"</span>
                    </p>
                </div>
                {has_warnings.then(|| view! { <ul class="forecast-warnings">{warnings}</ul> })}
            }
        })
    }
}
