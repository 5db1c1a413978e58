//! The Data page.

use leptos::prelude::*;

use crate::ui::kit::PageBar;

#[component]
pub fn DataPage() -> impl IntoView {
    view! { <PageBar title="Data" /> }
}
