//! The Models page.

use leptos::prelude::*;

use crate::ui::kit::PageBar;

#[component]
pub fn ModelsPage() -> impl IntoView {
    view! { <PageBar title="Models" /> }
}
