//! What a person in the agent's seat is not to see: whatever an agent does not know.

use leptos::prelude::*;

use super::control::Control;
use crate::app::play::Play;
use crate::rollout::{OccupantKind, Seat};
use crate::ui::kit::Empty;

/// Whether what only the customer and the judge know is hidden now.
#[derive(Clone, Copy)]
pub struct Hidden(pub Memo<bool>);

impl Hidden {
    /// Hidden while the person is the agent of the rollout on show, and before one that they are chosen for.
    pub fn provide(control: Control) -> Self {
        let play: Play = expect_context();
        let hidden = Memo::new(move |_| {
            let is_person = control.occupant(Seat::Agent).kind == OccupantKind::Person;
            is_person && (play.phase.get().is_running() || play.shown.with(Option::is_none))
        });
        let hidden = Self(hidden);
        provide_context(hidden);
        hidden
    }
}

/// Whether it is hidden now. For the components of the Play page.
#[must_use]
pub fn use_hidden() -> Memo<bool> {
    expect_context::<Hidden>().0
}

/// What stands in the place of what is hidden.
#[component]
pub fn HiddenNote(what: &'static str) -> impl IntoView {
    view! {
        <Empty icon="shield" title="You are the agent">
            <p>{what} " is hidden until the end: an agent does not see it either."</p>
        </Empty>
    }
}
