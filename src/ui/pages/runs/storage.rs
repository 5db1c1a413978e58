//! How much of the browser's storage is used, and a warning before it is full.

use leptos::prelude::*;

use crate::app::runs::Runs;
use crate::platform::quota::{StorageUse, storage_use};
use crate::present::format::bytes;
use crate::present::route::Page;
use crate::present::tone::Tone;
use crate::ui::kit::Callout;

/// From this share of the quota on the page warns.
const NEARLY_FULL: f64 = 0.85;

#[component]
pub fn Used(runs: Runs) -> impl IntoView {
    let used = RwSignal::new(None::<StorageUse>);
    let count = Memo::new(move |_| runs.list().len());
    Effect::new(move |_| {
        // Read, not only tracked: a memo that nobody has read yet does not know what it depends on.
        count.get();
        leptos::task::spawn_local(async move {
            let now = storage_use().await;
            // The page may have been left meanwhile.
            used.try_set(now);
        });
    });
    move || {
        used.get().map(|used| {
            // Whole bytes, far below 2^53.
            let whole = |count: f64| bytes(count.max(0.0) as u64);
            let line = format!(
                "This page uses {} of the {} that the browser allows.",
                whole(used.used_bytes),
                whole(used.quota_bytes)
            );
            if used.quota_bytes > 0.0 && used.used_bytes / used.quota_bytes > NEARLY_FULL {
                view! {
                    <Callout tone=Tone::Warn live=true title="The browser's storage is nearly full">
                        <p>{line} " Export runs that you want to keep and delete them here, or remove packs on Data."</p>
                    </Callout>
                }
                .into_any()
            } else {
                view! {
                    <p class="muted small run-storage num">
                        {line} " " <a href=Page::Data.route().to_string()>"What is kept"</a>
                    </p>
                }
                .into_any()
            }
        })
    }
}
