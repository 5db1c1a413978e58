//! The pages, one module each.

use leptos::prelude::*;

use super::kit::{Empty, PageBar};
use crate::{
    app::use_app,
    present::route::{Page, Route},
};

pub mod cast;
pub mod compare;
pub mod data;
pub mod evaluate;
pub mod evolve;
pub mod models;
pub mod play;
pub mod runs;

/// What an address that leads nowhere shows.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    let app = use_app();
    let text = move || match app.route.get() {
        Route::NotFound(text) => text,
        other => other.to_string(),
    };
    view! {
        <PageBar title="Not found" />
        <Empty icon="help" title="There is no such place">
            <p>
                "The address " <code>{text}</code>
                " leads nowhere in this version of Taupe. It may be mistyped, or belong to a newer one."
            </p>
            <a class="btn primary" href=Page::Play.route().to_string()>
                "Go to Play"
            </a>
        </Empty>
    }
}
