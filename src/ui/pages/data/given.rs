use leptos::{
    ev::{self, DragEvent},
    html,
    prelude::*,
    task::spawn_local,
};

use super::super::super::kit::{Button, Callout, Checkbox, Icon};
use crate::{
    app::use_packs,
    pack::Check,
    platform::files::{self, PageFile},
    present::tone::Tone,
};

/// Packs from files of this device: dropped anywhere on the page while this is shown, or picked.
#[component]
pub fn GivenFiles() -> impl IntoView {
    let packs = use_packs();
    let over = RwSignal::new(false);
    let unchecked = RwSignal::new(false);
    // Why nothing was taken from what was given.
    let refused = RwSignal::new(None::<String>);
    let (folder, single) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    folder.on_load(|input| input.set_webkitdirectory(true));
    let take = move |given: Vec<PageFile>| {
        let count = given.len();
        let check = if unchecked.get_untracked() { Check::Unchecked } else { Check::Pinned };
        let none = || match count {
            1 => "This file belongs to no pack.".to_owned(),
            count => format!("None of {count} files belongs to a pack."),
        };
        refused.set((!packs.give(given, check)).then(none));
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(transfer) = event.data_transfer() {
            // What was dropped must be asked for before the event is over; reading it takes longer.
            let given = files::dropped(&transfer);
            spawn_local(async move {
                match given.list().await {
                    Ok(files) => take(files),
                    Err(fault) => refused.set(Some(fault.to_string())),
                }
            });
        }
    };
    // A file that misses the frame by a little would otherwise be opened by the browser, in place of the page.
    let listeners = [
        window_event_listener(ev::dragover, move |event| {
            event.prevent_default();
            over.set(true);
        }),
        window_event_listener(ev::dragleave, move |_| over.set(false)),
        window_event_listener(ev::drop, drop),
    ];
    on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
    let picked = move |input: NodeRef<html::Input>| {
        if let Some(input) = input.get_untracked() {
            take(input.files().map(|list| files::chosen(&list)).unwrap_or_default());
            // The same choice again is then a change again.
            input.set_value("");
        }
    };
    let press = move |input: NodeRef<html::Input>| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <section class="section" aria-labelledby="data-given">
            <header class="section-head">
                <h2 id="data-given">"From your own copy"</h2>
                <p>"A clone of the benchmark’s repository, its retail or airline folder, or the single files. They are read here and sent nowhere."</p>
            </header>
            <div class=move || if over.get() { "drop over" } else { "drop" }>
                <Icon name="folder" />
                <strong>"Drop a folder or files here"</strong>
                <p class="small">"Files are told apart by their names and checked by their content."</p>
                <div class="row">
                    <Button icon="folder" on_press=move |()| press(folder)>
                        "Choose a folder…"
                    </Button>
                    <Button icon="file" on_press=move |()| press(single)>
                        "Choose files…"
                    </Button>
                </div>
                <input
                    node_ref=folder
                    type="file"
                    hidden
                    multiple
                    aria-label="Folder with a pack’s files"
                    on:change=move |_| picked(folder)
                />
                <input
                    node_ref=single
                    type="file"
                    hidden
                    multiple
                    aria-label="A pack’s files"
                    on:change=move |_| picked(single)
                />
            </div>
            <div class="section-note">
                <Checkbox
                    checked=unchecked
                    on_change=move |on| unchecked.set(on)
                    label="Take files that are not the pinned ones"
                    hint="For a copy that you changed on purpose. Such a pack is marked, and results with it say so."
                />
            </div>
            {move || {
                refused
                    .get()
                    .map(|title| {
                        view! {
                            <div class="section-note">
                                <Callout tone=Tone::Warn title live=true>
                                    <p>
                                        "Packs are as they were. Expected are files named as in the repository: orders.json, products.json, users.json, tasks_test.py, tasks_dev.py, tasks_train.py, wiki.md."
                                    </p>
                                </Callout>
                            </div>
                        }
                    })
            }}
        </section>
    }
}
