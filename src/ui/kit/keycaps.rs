use leptos::prelude::*;

use crate::{platform::page, present::keys::Shortcut};

/// A shortcut as key caps, named as this platform names its keys.
#[component]
pub fn Keycaps(shortcut: Shortcut) -> impl IntoView {
    let caps = shortcut.caps(page::is_apple());
    view! { <span class="keys">{caps.into_iter().map(|cap| view! { <kbd>{cap}</kbd> }).collect_view()}</span> }
}
