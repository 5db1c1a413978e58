//! Result files of the original: chosen, or dropped anywhere on the page.

use leptos::ev::{self, DragEvent};
use leptos::task::spawn_local;
use leptos::{html, prelude::*};

use crate::app::{App, Batches, use_app, use_batches};
use crate::pack::given::GivenFile;
use crate::platform::files::{self, PageFile};
use crate::present::route::Route;
use crate::present::tone::Tone;
use crate::ui::kit::{Button, Callout, Icon};

/// What reading files came to. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Importing {
    app: App,
    batches: Batches,
    busy: RwSignal<bool>,
    refused: RwSignal<Vec<String>>,
}

impl Importing {
    pub fn new() -> Self {
        Self { app: use_app(), batches: use_batches(), busy: RwSignal::new(false), refused: RwSignal::new(Vec::new()) }
    }

    fn take(self, files: Vec<PageFile>) {
        self.refused.set(Vec::new());
        self.busy.set(true);
        spawn_local(async move {
            let mut last = None;
            for file in files {
                let name = file.path().to_owned();
                let outcome = match file.read().await {
                    Ok(content) => {
                        let text = String::from_utf8_lossy(&content);
                        self.batches.import(&name, &text).await.map_err(|why| why.to_string())
                    }
                    Err(why) => Err(why.to_string()),
                };
                match outcome {
                    Ok(id) => last = Some(id),
                    Err(why) => _ = self.refused.try_update(|all| all.push(format!("{name}: {why}"))),
                }
            }
            self.busy.try_set(false);
            // Stays where something is to be read.
            if let Some(id) = last
                && self.refused.try_with_untracked(Vec::is_empty) == Some(true)
            {
                self.app.go(&Route::Batch(id));
            }
        });
    }
}

/// The button that chooses files.
#[component]
pub fn ImportResults(importing: Importing) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let picked = move |_| {
        if let Some(input) = input.get_untracked() {
            let files = input.files().map(|list| files::chosen(&list)).unwrap_or_default();
            importing.take(files);
            // The same choice again is then a change again.
            input.set_value("");
        }
    };
    let press = move |()| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <Button icon="upload" busy=importing.busy on_press=press>
            "Import results…"
        </Button>
        <input
            node_ref=input
            type="file"
            hidden
            multiple
            accept=".json,application/json"
            aria-label="Result files"
            on:change=picked
        />
    }
}

/// Takes files that are dropped anywhere on the page while it is shown.
#[component]
pub fn DropResults(importing: Importing) -> impl IntoView {
    let over = RwSignal::new(false);
    let drop = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(transfer) = event.data_transfer() {
            // What was dropped must be asked for before the event is over; reading it takes longer.
            let given = files::dropped(&transfer);
            spawn_local(async move {
                match given.list().await {
                    Ok(files) => importing.take(files),
                    Err(fault) => importing.refused.set(vec![fault.to_string()]),
                }
            });
        }
    };
    let listeners = [
        window_event_listener(ev::dragover, move |event| {
            event.prevent_default();
            over.set(true);
        }),
        window_event_listener(ev::dragleave, move |_| over.set(false)),
        window_event_listener(ev::drop, drop),
    ];
    on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
    let refused = move || {
        let lines = importing.refused.get();
        (!lines.is_empty()).then(|| {
            let lines = lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view();
            view! {
                <Callout tone=Tone::Bad live=true title="Not every file could be taken in">
                    {lines}
                </Callout>
            }
        })
    };
    view! {
        <Show when=move || over.get()>
            <div class="drop over run-drop">
                <Icon name="upload" />
                <strong>"Drop result files"</strong>
            </div>
        </Show>
        {refused}
    }
}
