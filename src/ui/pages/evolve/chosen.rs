//! What can be done with a candidate that is looked at.

use leptos::prelude::*;

use super::deeds::{Over, Site};
use crate::gepa::CandidateId;
use crate::ui::kit::{Button, ButtonKind};

/// The buttons of a candidate of the pool.
pub fn deeds_of(site: Site, id: CandidateId) -> AnyView {
    let is_here = Memo::new(move |_| site.record.with(|record| record.as_ref().is_some_and(|own| own.file.is_none())));
    let can_compare = Memo::new(move |_| id.0 > 0 && is_here.get());
    let write = move |()| {
        site.selected.set(Some(id));
        site.over.set(Some(Over::Introducing));
    };
    view! {
        <Button small=true icon="check" on_press=move |()| site.adopt(id)>
            "Adopt as instruction"
        </Button>
        <Show when=move || can_compare.get()>
            <Button small=true icon="columns" on_press=move |()| site.compare(id)>
                "Compare with the seed"
            </Button>
        </Show>
        <Show when=move || site.phase.get().is_some()>
            <Button small=true kind=ButtonKind::Quiet icon="edit" on_press=write>
                "Write one from it…"
            </Button>
        </Show>
    }
    .into_any()
}
