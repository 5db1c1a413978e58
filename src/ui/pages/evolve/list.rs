//! The list of evolutions, and results that are read from files.

use std::sync::Arc;

use leptos::ev::{self, DragEvent};
use leptos::task::spawn_local;
use leptos::{html, prelude::*};

use crate::app::evolutions::{Evolutions, Phase, new_evolution_id, use_evolutions};
use crate::app::moments::{now_ms, when};
use crate::app::{App, use_app};
use crate::gepa::RunResult;
use crate::pack::given::GivenFile;
use crate::platform::files::{self, PageFile};
use crate::present::evolve::import::record_of;
use crate::present::evolve::list::{State, facts, sets};
use crate::present::route::Route;
use crate::present::tone::Tone;
use crate::ui::kit::{Badge, Button, Callout, Icon};
use crate::workspace::EvolutionRecord;

/// More evolutions than these are not drawn.
const AT_ONCE: usize = 100;

/// All evolutions, the newest first.
#[component]
pub fn EvolutionList() -> impl IntoView {
    let evolutions = use_evolutions();
    let shown = move || evolutions.list().into_iter().take(AT_ONCE).collect::<Vec<_>>();
    let is_empty = Memo::new(move |_| evolutions.list().is_empty());
    view! {
        <ul class="batch-list" aria-label="Evolutions" hidden=move || is_empty.get()>
            <For each=shown key=|own| Arc::as_ptr(own) as usize let:own>
                {row(evolutions, &own)}
            </For>
        </ul>
    }
}

fn row(evolutions: Evolutions, record: &EvolutionRecord) -> AnyView {
    let (id, at_rest) = (record.id.clone(), State::at_rest(record));
    let state = move || {
        let state = match evolutions.phase(&id) {
            Some(Phase::Running) => State::Running,
            Some(Phase::Paused) => State::Paused,
            Some(Phase::Stopping) => State::Stopping,
            None => at_rest,
        };
        view! { <Badge tone=state.tone()>{state.word()}</Badge> }
    };
    let of = sets(record);
    let what = [record.pack.as_str(), of.as_str(), &when(record.created_ms)]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    view! {
        <li class="batch-row">
            <p class="run-head">
                <a class="run-name" href=Route::Evolution(record.id.clone()).to_string()>
                    {record.name.clone()}
                </a>
                {state}
            </p>
            <p class="run-facts num">{facts(record)}</p>
            <p class="run-facts">{what}</p>
            {(!record.note.is_empty()).then(|| view! { <p class="run-note">{record.note.clone()}</p> })}
        </li>
    }
    .into_any()
}

/// What reading files came to. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Importing {
    app: App,
    evolutions: Evolutions,
    busy: RwSignal<bool>,
    refused: RwSignal<Vec<String>>,
}

impl Importing {
    pub fn new() -> Self {
        let (busy, refused) = (RwSignal::new(false), RwSignal::new(Vec::new()));
        Self { app: use_app(), evolutions: use_evolutions(), busy, refused }
    }

    fn take(self, files: Vec<PageFile>) {
        self.refused.set(Vec::new());
        self.busy.set(true);
        spawn_local(async move {
            let mut last = None;
            for file in files {
                match self.read(&file).await {
                    Ok(record) => last = Some(record.id.clone()),
                    Err(why) => {
                        self.refused.try_update(|all| all.push(format!("{}: {why}", file.path())));
                    }
                }
            }
            self.busy.try_set(false);
            // Stays where something is to be read.
            if let Some(id) = last
                && self.refused.try_with_untracked(Vec::is_empty) == Some(true)
            {
                self.app.go(&Route::Evolution(id));
            }
        });
    }

    async fn read(self, file: &PageFile) -> Result<EvolutionRecord, String> {
        let content = file.read().await.map_err(|why| why.to_string())?;
        let text = String::from_utf8_lossy(&content);
        let result = RunResult::read(&text).map_err(|why| why.to_string())?;
        let record = record_of(&result, file.path(), new_evolution_id(), now_ms());
        self.evolutions.import(record.clone(), &text).await.map_err(|why| why.to_string())?;
        Ok(record)
    }
}

/// The button that chooses files.
#[component]
pub fn ImportButton(importing: Importing) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let picked = move |_| {
        if let Some(input) = input.get_untracked() {
            importing.take(input.files().map(|list| files::chosen(&list)).unwrap_or_default());
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
            <span>"Open" <span class="not-phone">" a result…"</span></span>
        </Button>
        <input
            node_ref=input
            type="file"
            hidden
            multiple
            accept=".json,application/json"
            aria-label="Result files of GEPA"
            on:change=picked
        />
    }
}

/// Takes files that are dropped anywhere on the page while it is shown.
#[component]
pub fn DropFiles(importing: Importing) -> impl IntoView {
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
                <Callout tone=Tone::Bad live=true title="Not every file could be opened">
                    {lines}
                </Callout>
            }
        })
    };
    view! {
        <Show when=move || over.get()>
            <div class="drop over run-drop">
                <Icon name="upload" />
                <strong>"Drop a result of GEPA"</strong>
            </div>
        </Show>
        {refused}
    }
}
