//! The state that every page shares.

use leptos::{prelude::*, task::spawn_local};

use super::evolutions::{Evolutions, Needs};
use super::examples::ExampleSets;
use super::judges::Judges;
use super::play::Play;
use super::seats::SeatChoices;
use super::{Actions, Batches, Endpoints, InstructionVersions, Packs, PageStore, Runs, Theme, Toasts};
use crate::{
    platform::page,
    present::{
        format::counted,
        route::{Page, Route},
        tone::Tone,
    },
};

/// What lies over the whole page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// The command palette.
    Palette,
    /// The list of keyboard shortcuts.
    Keyboard,
}

/// The shared state. A small copyable handle; [`use_app`] gives it to any component.
#[derive(Clone, Copy)]
pub struct App {
    /// Where the page is. Written by the router only; to go somewhere, [`App::go`].
    pub route: RwSignal<Route>,
    /// The page of the route. Changes less often than the route.
    pub page: Memo<Page>,
    pub theme: RwSignal<Theme>,
    pub overlay: RwSignal<Option<Overlay>>,
    pub toasts: Toasts,
    pub actions: Actions,
}

impl App {
    /// Creates the state, at the page's current address, and makes it available to all components below, with the
    /// packs, the endpoints and the storage behind them.
    pub fn provide() -> Self {
        let Ok(route) = page::hash().parse();
        let route = RwSignal::new(route);
        let app = Self {
            route,
            page: Memo::new(move |_| route.with(Route::page)),
            theme: RwSignal::new(Theme::kept()),
            overlay: RwSignal::new(None),
            toasts: Toasts::new(),
            actions: Actions::new(),
        };
        provide_context(app);
        let storage = PageStore::new();
        let (packs, endpoints) = (Packs::new(storage), Endpoints::new(storage));
        provide_context(storage);
        provide_context(packs);
        provide_context(endpoints);
        let (seats, runs) = (SeatChoices::new(endpoints, storage), Runs::new(storage, endpoints));
        provide_context(seats);
        provide_context(seats.desk);
        provide_context(runs);
        let play = Play::provide(runs, packs, seats);
        let examples = ExampleSets::provide(runs);
        spawn_local(examples.restore());
        let judges = Judges::provide(endpoints, runs, storage);
        spawn_local(judges.restore());
        let batches = Batches::provide(runs, packs, seats, examples, judges);
        spawn_local(batches.refresh());
        spawn_local(runs.read());
        let versions = InstructionVersions::new(play.instruction, endpoints, storage, app.toasts);
        provide_context(versions);
        versions.restore();
        let evolutions = Evolutions::provide(Needs { runs, packs, seats, endpoints, judges, batches, versions });
        spawn_local(evolutions.refresh());
        spawn_local(packs.restore());
        spawn_local(seats.restore());
        spawn_local(async move {
            match endpoints.restore().await {
                Ok(0) => {}
                Ok(lost) => {
                    let lost = counted(lost as u64, "stored endpoint", "stored endpoints");
                    app.toasts.show(Tone::Warn, format!("{lost} could not be read."));
                }
                Err(fault) => {
                    let text = format!("The stored endpoints could not be read; new ones last until reload. {fault}");
                    app.toasts.show(Tone::Warn, text);
                }
            }
        });
        app
    }

    /// Goes to a place, as a link would. The browser's back button returns.
    pub fn go(self, route: &Route) {
        page::set_hash(&route.to_string());
    }

    /// Changes the theme and keeps the choice.
    pub fn set_theme(self, theme: Theme) {
        theme.apply();
        self.theme.set(theme);
    }
}

/// The shared state.
///
/// # Panics
/// Outside the mounted page, which provides it before anything is built.
#[must_use]
pub fn use_app() -> App {
    expect_context()
}
