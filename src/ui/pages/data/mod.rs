//! The Data page: packs, where they come from, and what is kept in the browser.

use leptos::prelude::*;

use super::super::kit::{PageBar, PageBody};

mod card;
mod examples;
mod given;
mod source;
mod starter;
mod storage;

/// The Data page.
#[component]
pub fn DataPage() -> impl IntoView {
    let packs = crate::app::use_packs();
    let starters =
        packs.starters().into_iter().map(|starter| view! { <starter::StarterCard starter /> }).collect_view();
    let cards = packs.slots().into_iter().map(|pack| view! { <card::PackCard pack /> }).collect_view();
    view! {
        <PageBar title="Data" />
        <PageBody>
            <section class="section" aria-labelledby="data-starters">
                <header class="section-head">
                    <h2 id="data-starters">"Comes with this page"</h2>
                    <p>"A small world to begin with. It is made like the benchmark’s packs, so the same tools work on it, and it needs no network beyond the page."</p>
                </header>
                {starters}
            </section>
            <section class="section" aria-labelledby="data-packs">
                <header class="section-head">
                    <h2 id="data-packs">"Official packs"</h2>
                    <p>
                        "The benchmark’s own databases, tasks and policies. They are not part of this page: your browser fetches them from the benchmark’s public repository at a fixed commit, checks every file, and keeps them for use without a network."
                    </p>
                </header>
                {cards}
            </section>
            <given::GivenFiles />
            <examples::Examples />
            <source::PackSource />
            <storage::StorageUse />
        </PageBody>
    }
}
