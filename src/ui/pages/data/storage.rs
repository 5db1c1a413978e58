use leptos::{prelude::*, task::spawn_local};

use super::super::super::kit::{Button, ButtonKind, Dialog, DialogFoot, TroubleCallout};
use crate::{
    app::{packs::PackState, use_app, use_packs, use_store},
    platform::quota::{StorageUse as Use, keep_storage, storage_use},
    present::{format::bytes, packs::Trouble, packs::storage_trouble, tone::Tone},
};

/// What the page keeps in this browser: how much, how safely, and how to be rid of it.
#[component]
pub fn StorageUse() -> impl IntoView {
    let packs = use_packs();
    let app = use_app();
    let store = use_store();
    let usage = RwSignal::new(None::<Use>);
    let confirm = RwSignal::new(false);
    let refresh = move || {
        spawn_local(async move {
            let now = storage_use().await;
            // The page may have been left meanwhile.
            usage.try_set(now);
        });
    };
    // What is stored changes when a pack comes or goes.
    Effect::new(move |_| {
        for slot in packs.slots() {
            slot.state.with(|state| matches!(state, PackState::Ready(_) | PackState::Absent));
        }
        refresh();
    });
    let keep = move |()| {
        spawn_local(async move {
            let (tone, text) = if keep_storage().await {
                (Tone::Good, "The browser will keep the stored data.")
            } else {
                (Tone::Plain, "The browser did not agree. It may after you have used the page more, or installed it.")
            };
            app.toasts.show(tone, text);
            usage.try_set(storage_use().await);
        });
    };
    view! {
        <section class="section" aria-labelledby="data-storage">
            <header class="section-head">
                <h2 id="data-storage">"Kept in this browser"</h2>
                <p>"Packs, endpoints without their keys, and settings. Keys are never stored."</p>
            </header>
            <div class="card pad stack">
                {move || {
                    store.fault().map(|fault| view! { <TroubleCallout trouble=storage_trouble(&fault) tone=Tone::Warn /> })
                }}
                {move || match usage.get() {
                    Some(usage) => view! { <Meter usage on_keep=keep /> }.into_any(),
                    None => {
                        view! {
                            <p class="muted">
                                "This browser does not tell how much it stores for the page."
                            </p>
                        }
                            .into_any()
                    }
                }}
                <div class="row">
                    <Button kind=ButtonKind::Danger icon="trash" on_press=move |()| confirm.set(true)>
                        "Delete everything…"
                    </Button>
                </div>
            </div>
            <DeleteEverything open=confirm />
        </section>
    }
}

#[component]
fn Meter(usage: Use, #[prop(into)] on_keep: Callback<()>) -> impl IntoView {
    // Whole bytes, far below 2^53.
    let whole = |count: f64| bytes(count.max(0.0) as u64);
    let share = if usage.quota_bytes > 0.0 { usage.used_bytes / usage.quota_bytes } else { 0.0 };
    view! {
        <div class="stack tight">
            <p class="num">
                <strong>{whole(usage.used_bytes)}</strong>
                {format!(" used of {} that the browser allows", whole(usage.quota_bytes))}
            </p>
            <div class="meter" aria-hidden="true">
                <i style:--value=share.clamp(0.0, 1.0).to_string()></i>
            </div>
        </div>
        {if usage.persistent {
            view! { <p class="muted small">"The browser has agreed to keep it, also when space runs short."</p> }.into_any()
        } else {
            view! {
                <div class="row">
                    <p class="muted small">"The browser may delete it when the device runs out of space."</p>
                    <Button small=true icon="shield" on_press=on_keep>
                        "Ask to keep it"
                    </Button>
                </div>
            }
                .into_any()
        }}
    }
}

#[component]
fn DeleteEverything(open: RwSignal<bool>) -> impl IntoView {
    let store = use_store();
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<Trouble>);
    let delete = move |()| {
        busy.set(true);
        spawn_local(async move {
            match store.delete_everything().await {
                // What is in memory came from storage: begin anew, as on the first visit.
                Ok(()) => crate::platform::page::reload(),
                Err(fault) => {
                    busy.set(false);
                    trouble.set(Some(storage_trouble(&fault)));
                }
            }
        });
    };
    view! {
        <Dialog open=open on_close=move |()| open.set(false) title="Delete everything?">
            <div class="dialog-body stack">
                <p>
                    "Packs, endpoints and settings of this page are deleted from this browser, and the page starts anew. This cannot be undone."
                </p>
                {move || trouble.get().map(|trouble| view! { <TroubleCallout trouble tone=Tone::Bad /> })}
            </div>
            <DialogFoot>
                <Button on_press=move |()| open.set(false)>"Keep it"</Button>
                <Button kind=ButtonKind::Danger icon="trash" busy=busy on_press=delete>
                    "Delete everything"
                </Button>
            </DialogFoot>
        </Dialog>
    }
}
