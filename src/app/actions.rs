//! Everything the user can do, as values: menus, shortcuts, the command palette and the help all run the same action.

use leptos::prelude::*;

use crate::present::keys::{Shortcut, Stroke};

/// One thing that can be done.
#[derive(Clone)]
pub struct Action {
    /// Unique among the registered actions: `page.data`, `play.run`.
    pub id: &'static str,
    /// As the palette says it, in sentence case: `Replay expected actions`.
    pub name: String,
    /// The heading it stands under: `Go to`, `Run`, `Theme`.
    pub group: &'static str,
    /// Its icon in the sprite.
    pub icon: &'static str,
    pub shortcut: Option<Shortcut>,
    /// While false the action is shown but cannot be performed.
    pub enabled: Signal<bool>,
    pub perform: Callback<()>,
}

impl Action {
    /// An action that is always possible and has no shortcut.
    pub fn new(
        id: &'static str,
        group: &'static str,
        icon: &'static str,
        name: impl Into<String>,
        perform: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self {
            id,
            name: name.into(),
            group,
            icon,
            shortcut: None,
            enabled: true.into(),
            perform: Callback::new(move |()| perform()),
        }
    }

    #[must_use]
    pub fn with_shortcut(self, shortcut: Shortcut) -> Self {
        Self { shortcut: Some(shortcut), ..self }
    }

    #[must_use]
    pub fn enabled_when(self, enabled: impl Into<Signal<bool>>) -> Self {
        Self { enabled: enabled.into(), ..self }
    }

    /// Performs the action if it is possible now.
    pub fn run(&self) {
        // A page that was left takes its signals along; its actions are then no longer possible.
        if self.enabled.try_get_untracked().unwrap_or(false) {
            self.perform.run(());
        }
    }
}

/// The registered actions, in the order of their registration.
#[derive(Clone, Copy)]
pub struct Actions(RwSignal<Vec<Action>>);

impl Actions {
    #[must_use]
    pub fn new() -> Self {
        Self(RwSignal::new(Vec::new()))
    }

    /// Registers actions for as long as the component that calls this is on the page.
    ///
    /// An id that is registered twice is the later one's: a page may give a general action a meaning of its own.
    pub fn register(self, actions: impl IntoIterator<Item = Action>) {
        let actions: Vec<Action> = actions.into_iter().collect();
        let performs: Vec<Callback<()>> = actions.iter().map(|action| action.perform).collect();
        self.0.update(|list| list.extend(actions));
        on_cleanup(move || {
            self.0.try_update(|list| {
                list.retain(|action| !performs.iter().any(|own| own.matches(&action.perform)));
            });
        });
    }

    /// All actions registered now; an overridden one is left out. Does not track.
    #[must_use]
    pub fn list(self) -> Vec<Action> {
        self.0.with_untracked(|list| {
            let overridden = |at: usize, id| list.iter().skip(at + 1).any(|later| later.id == id);
            list.iter().enumerate().filter(|(at, action)| !overridden(*at, action.id)).map(|(_, a)| a.clone()).collect()
        })
    }

    /// The action of an id, if it is registered. Does not track.
    #[must_use]
    pub fn find(self, id: &str) -> Option<Action> {
        self.0.with_untracked(|list| list.iter().rev().find(|action| action.id == id).cloned())
    }

    /// Performs the possible action that has this shortcut; true if there was one.
    ///
    /// `typing`: the stroke would also be text in a field, so that bare keys are left to the field.
    pub fn perform_stroke(self, stroke: Stroke<'_>, typing: bool) -> bool {
        let found = self.0.with_untracked(|list| {
            list.iter()
                .rev()
                .find(|action| {
                    let shortcut = action.shortcut.filter(|shortcut| !(typing && shortcut.is_typing()));
                    shortcut.is_some_and(|shortcut| shortcut.matches(stroke))
                        && action.enabled.try_get_untracked().unwrap_or(false)
                })
                .cloned()
        });
        // Performed outside the borrow: an action may register others.
        found.is_some_and(|action| {
            action.perform.run(());
            true
        })
    }
}

impl Default for Actions {
    fn default() -> Self {
        Self::new()
    }
}
