use leptos::prelude::*;

use super::Callout;
use crate::present::{packs::Trouble, tone::Tone};

/// A [`Trouble`] as a callout: what happened, each file's reason, what was kept, the next step.
#[component]
pub fn TroubleCallout(
    trouble: Trouble,
    #[prop(optional)] tone: Tone,
    #[prop(optional, into)] actions: ViewFnOnce,
) -> impl IntoView {
    let Trouble { what, kept, next, details, .. } = trouble;
    let list = (!details.is_empty()).then(|| {
        let lines = details.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
        view! { <ul class="detail-list">{lines}</ul> }
    });
    view! {
        <Callout tone=tone title=what live=true actions=actions>
            {list}
            <p>{kept}</p>
            <p>{next}</p>
        </Callout>
    }
}
