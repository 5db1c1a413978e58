//! What can be done with the candidate that is looked at.

use leptos::prelude::*;

use super::deeds::{Over, Site};
use crate::gepa::CandidateId;
use crate::present::evolve::Pick;
use crate::ui::kit::{Button, ButtonKind};

#[component]
pub fn ChosenDeeds(site: Site) -> impl IntoView {
    let chosen = Memo::new(move |_| match site.shown() {
        Some(Pick::Candidate(id)) => Some(id),
        _ => None,
    });
    let is_new = Memo::new(move |_| chosen.get().is_some_and(|id| id.0 > 0));
    let has_any = Memo::new(move |_| site.shown().is_some());
    let is_here = Memo::new(move |_| site.record.with(|record| record.as_ref().is_some_and(|own| own.file.is_none())));
    let with = move |deed: fn(Site, CandidateId)| {
        if let Some(id) = chosen.get_untracked() {
            deed(site, id);
        }
    };
    view! {
        <div class="button-row chosen-deeds">
            <Show when=move || chosen.with(Option::is_some)>
                <Button small=true icon="check" on_press=move |()| with(Site::adopt)>
                    "Adopt as instruction"
                </Button>
            </Show>
            <Show when=move || is_new.get() && is_here.get()>
                <Button small=true icon="columns" on_press=move |()| with(Site::compare)>
                    "Compare with the seed in Evaluate"
                </Button>
            </Show>
            <Show when=move || has_any.get() && site.phase.get().is_some()>
                <Button
                    small=true
                    kind=ButtonKind::Quiet
                    icon="edit"
                    on_press=move |()| site.over.set(Some(Over::Introducing))
                >
                    "Write one from it…"
                </Button>
            </Show>
        </div>
    }
}
