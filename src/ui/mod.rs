//! Leptos components: what the page looks like. wasm32 only.

use leptos::prelude::*;

/// Mounts the page.
pub fn start() {
    mount_to_body(|| view! { <main><h1>"Taupe"</h1></main> });
}
