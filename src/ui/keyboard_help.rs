//! The list of keyboard shortcuts, made from the actions that are registered now.

use leptos::prelude::*;

use super::{
    kit::{Dialog, Keycaps},
    palette::overlay,
};
use crate::app::{Action, Overlay, use_app};

/// The dialog; opens with [`Overlay::Keyboard`].
#[component]
pub fn KeyboardHelp() -> impl IntoView {
    let (open, set_open) = overlay(use_app(), Overlay::Keyboard);
    view! {
        <Dialog open on_close=move |()| set_open.run(false) title="Keyboard shortcuts">
            <div class="dialog-body">
                <ShortcutList />
            </div>
        </Dialog>
    }
}

#[component]
fn ShortcutList() -> impl IntoView {
    let actions: Vec<Action> =
        use_app().actions.list().into_iter().filter(|action| action.shortcut.is_some()).collect();
    let mut groups: Vec<&'static str> = Vec::new();
    for action in &actions {
        if !groups.contains(&action.group) {
            groups.push(action.group);
        }
    }
    groups
        .into_iter()
        .map(|group| {
            let rows = actions
                .iter()
                .filter(|action| action.group == group)
                .filter_map(|action| {
                    let shortcut = action.shortcut?;
                    Some(view! {
                        <dt>{action.name.clone()}</dt>
                        <dd>
                            <Keycaps shortcut />
                        </dd>
                    })
                })
                .collect_view();
            view! {
                <section class="shortcut-group">
                    <h3>{group}</h3>
                    <dl class="shortcut-list">{rows}</dl>
                </section>
            }
        })
        .collect_view()
}
