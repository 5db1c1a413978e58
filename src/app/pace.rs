//! How fast a conversation of programs goes: they answer at once, and a reader does not.

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use leptos::prelude::*;

use crate::platform::clock::BrowserClock;
use crate::platform::page;
use crate::provider::http::Clock;
use crate::rollout::{Occupant, OccupantKind, Pace, Seat};

/// The name under which the choice is kept.
const SETTING: &str = "pace";

/// The user's choice of pace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PaceChoice {
    /// Time to read every line aloud.
    Slow,
    /// Time to read along.
    #[default]
    Normal,
    /// As fast as the page can show it.
    Instant,
}

impl PaceChoice {
    pub const ALL: [Self; 3] = [Self::Slow, Self::Normal, Self::Instant];

    /// The choice as menus say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Slow => "Slow",
            Self::Normal => "Normal",
            Self::Instant => "Instant",
        }
    }

    /// The rest before a program is asked, in milliseconds. Never nothing: the page is to be drawn between two steps.
    const fn rest_ms(self) -> f64 {
        match self {
            Self::Slow => 2_500.0,
            Self::Normal => 800.0,
            Self::Instant => 0.0,
        }
    }
}

/// The pace of rollouts, kept in the browser. A small copyable handle.
#[derive(Clone, Copy)]
pub struct SeatPace {
    pub choice: RwSignal<PaceChoice>,
}

impl SeatPace {
    /// The pace that was kept.
    #[must_use]
    pub fn kept() -> Self {
        let kept = page::setting(SETTING);
        let found = PaceChoice::ALL.into_iter().find(|choice| kept.as_deref() == Some(choice.name()));
        Self { choice: RwSignal::new(found.unwrap_or_default()) }
    }

    /// Changes the pace and keeps it.
    pub fn choose(self, choice: PaceChoice) {
        page::keep_setting(SETTING, Some(choice.name()));
        self.choice.set(choice);
    }
}

impl Pace for SeatPace {
    fn rest<'a>(&'a self, _seat: Seat, occupant: &'a Occupant) -> LocalBoxFuture<'a, ()> {
        match occupant.kind {
            OccupantKind::Cast => {
                let rest_ms = self.choice.try_get_untracked().unwrap_or_default().rest_ms();
                BrowserClock.sleep(rest_ms)
            }
            OccupantKind::Endpoint | OccupantKind::Person | OccupantKind::Script => async {}.boxed_local(),
        }
    }
}
