//! Where the Play page is: the pack, the split and the task that its address names, completed where it names less.

use std::sync::Arc;

use leptos::prelude::*;

use crate::app::packs::{LoadedPack, PackState};
use crate::app::play::Play;
use crate::app::{App, Packs, use_app, use_packs};
use crate::domain::Task;
use crate::present::route::{PlayPlace, Route};

/// The page's place as signals.
#[derive(Clone, Copy)]
pub struct PlaySite {
    /// The pack that the address asks for, if it names one.
    pub asked: Memo<Option<String>>,
    /// The loaded pack; `None` until one is.
    pub world: Memo<Option<LoadedPack>>,
    pub split: Memo<String>,
    /// `None` where the address names a task that the pack does not have.
    pub task: Memo<Option<SharedTask>>,
}

/// Why a place has no world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absence {
    /// No pack has the name that the address gives.
    Unknown(String),
    /// It is read from the browser's storage.
    Opening,
    /// It is fetched.
    Loading,
    NotLoaded,
}

/// A task of a loaded pack; two are the same if they are one.
#[derive(Clone)]
pub struct SharedTask(pub Arc<Task>);

impl PartialEq for SharedTask {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl std::ops::Deref for SharedTask {
    type Target = Arc<Task>;
    fn deref(&self) -> &Arc<Task> {
        &self.0
    }
}

impl PlaySite {
    /// The place that follows the address.
    #[must_use]
    pub fn new() -> Self {
        let app = use_app();
        let packs = use_packs();
        let play: Play = expect_context();
        let place = Memo::new(move |before: Option<&PlayPlace>| match app.route.get() {
            // An address that names nothing leads back to where one was.
            Route::Play(PlayPlace::Start) => play.last_place.get_untracked(),
            Route::Play(place) => place,
            // Another page: what was chosen stays chosen.
            _ => before.cloned().unwrap_or_default(),
        });
        let world = Memo::new(move |before: Option<&Option<LoadedPack>>| {
            // A pack that comes while another is on show does not push it away.
            let shown = before.and_then(Option::as_ref).map(|pack| pack.pack.as_str());
            place.with(|place| {
                let shown = shown.filter(|_| place.pack().is_none()).and_then(|shown| packs.loaded(Some(shown)));
                shown.or_else(|| match place.pack() {
                    Some(asked) => loaded(packs, Some(asked)),
                    None => first(packs),
                })
            })
        });
        Effect::new(move |_| {
            if place.with(|place| place.pack().is_some())
                && let Some(world) = world.get()
            {
                packs.note_asked(&world.pack);
            }
        });
        let split = Memo::new(move |_| {
            let asked = place.with(|place| place.split().map(ToOwned::to_owned));
            let first = world.with(|world| world.as_ref().and_then(|w| w.world.splits().next().map(ToOwned::to_owned)));
            asked.or(first).unwrap_or_default()
        });
        let task = Memo::new(move |_| {
            let split = split.get();
            world.with(|world| {
                let world = world.as_ref()?;
                let index = place.with(|place| match (place.task(), place.split()) {
                    (Some(task), _) => task.index,
                    (None, Some(_)) => 0,
                    (None, None) => world.first_task,
                });
                world.world.task(&split, index).cloned().map(SharedTask)
            })
        });
        // Only a place that holds a task is worth coming back to.
        Effect::new(move |_| {
            if task.with(Option::is_some) {
                play.last_place.set(place.get());
            }
        });
        let asked = Memo::new(move |_| place.with(|place| place.pack().map(ToOwned::to_owned)));
        Self { asked, world, split, task }
    }

    /// The pack's name; `Play` where none is loaded.
    #[must_use]
    pub fn title(self) -> String {
        self.world.with(|world| world.as_ref().map(|pack| pack.name.clone())).unwrap_or_else(|| "Play".to_owned())
    }

    /// What there is to say of the address's pack while it has no world.
    #[must_use]
    pub fn absence(self, packs: Packs) -> Absence {
        let asked = self.asked.get();
        if packs.is_opening(asked.as_deref()) {
            return Absence::Opening;
        }
        let is_asked = |id: &str| asked.as_deref().is_none_or(|asked| asked == id);
        let slots: Vec<_> = packs.slots().into_iter().filter(|slot| is_asked(slot.manifest.id)).collect();
        let is_starter = packs.starters().iter().any(|starter| is_asked(starter.file.id));
        if slots.iter().any(|slot| slot.state.with(|state| matches!(state, PackState::Loading(_)))) {
            Absence::Loading
        } else if slots.is_empty() && !is_starter {
            Absence::Unknown(asked.unwrap_or_default())
        } else {
            Absence::NotLoaded
        }
    }

    /// Goes to the task beside the present one; stays at the ends.
    pub fn go_by(self, app: App, step: isize) {
        let (Some(world), Some(task)) = (self.world.get_untracked(), self.task.get_untracked()) else { return };
        let mut id = task.id.clone();
        id.index = id.index.saturating_add_signed(step);
        if world.world.task(&id.split, id.index).is_some() {
            app.go(&Route::Play(PlayPlace::Task { pack: world.pack, task: id }));
        }
    }
}

/// The pack of an address that names none: the one that was asked for last, if it is still there.
fn first(packs: Packs) -> Option<LoadedPack> {
    let last = packs.last()?;
    if let Some(id) = last.as_deref() {
        if let Some(pack) = loaded(packs, Some(id)) {
            return Some(pack);
        }
        if packs.is_opening(Some(id)) {
            return None;
        }
    }
    loaded(packs, None)
}

/// The pack that the address names. Without one the first official pack that is there, else the first starter world.
/// A stored pack is opened, and waited for.
fn loaded(packs: Packs, asked: Option<&str>) -> Option<LoadedPack> {
    let slots = packs.slots().into_iter().filter(|slot| asked.is_none_or(|asked| asked == slot.manifest.id));
    for slot in slots {
        match slot.state.get() {
            PackState::Ready(pack) => return Some(pack),
            // Not from inside what is being computed, and not again when it failed.
            PackState::Stored(_) if slot.trouble.with_untracked(Option::is_none) => {
                leptos::task::spawn_local(async move { packs.open(slot.manifest.id) });
                return None;
            }
            PackState::Looking | PackState::Opening => return None,
            _ => {}
        }
    }
    packs.loaded(asked)
}
