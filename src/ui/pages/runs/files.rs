//! Runs from files: chosen, or dropped anywhere on the page; and what came of it.

use leptos::ev::{self, DragEvent};
use leptos::task::spawn_local;
use leptos::{html, prelude::*};

use super::deeds::Deeds;
use crate::app::runs::ImportReport;
use crate::platform::files;
use crate::present::format::counted;
use crate::present::tone::Tone;
use crate::ui::kit::{Button, ButtonKind, Callout, Icon};

/// More warnings than these are counted, not told.
const TOLD: usize = 6;

/// The button that chooses files.
#[component]
pub fn ImportButton(deeds: Deeds) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let picked = move |_| {
        if let Some(input) = input.get_untracked() {
            deeds.import(input.files().map(|list| files::chosen(&list)).unwrap_or_default());
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
        <Button icon="upload" on_press=press>
            "Import…"
        </Button>
        <input
            node_ref=input
            type="file"
            hidden
            multiple
            accept=".json,application/json"
            aria-label="Files with runs"
            on:change=picked
        />
    }
}

/// Takes files that are dropped anywhere on the page while it is shown.
#[component]
pub fn DropImport(deeds: Deeds) -> impl IntoView {
    let over = RwSignal::new(false);
    let drop = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(transfer) = event.data_transfer() {
            // What was dropped must be asked for before the event is over; reading it takes longer.
            let given = files::dropped(&transfer);
            spawn_local(async move {
                match given.list().await {
                    Ok(files) => deeds.import(files),
                    Err(fault) => deeds.refused.set(Some(fault.to_string())),
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
    view! {
        <Show when=move || over.get()>
            <div class="drop over run-drop">
                <Icon name="upload" />
                <strong>"Drop files with runs"</strong>
            </div>
        </Show>
    }
}

/// What the last import came to.
#[component]
pub fn ImportResult(deeds: Deeds) -> impl IntoView {
    let close = move |()| deeds.imported.set(None);
    move || {
        deeds.imported.get().map(|result| {
            let (tone, title, lines) = match result {
                Ok(report) => told(&report),
                Err(why) => (Tone::Bad, "Nothing was imported".to_owned(), vec![why]),
            };
            let lines = lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view();
            view! {
                <Callout
                    tone=tone
                    live=true
                    title=title
                    actions=move || {
                        view! {
                            <Button small=true kind=ButtonKind::Quiet on_press=close>
                                "Close"
                            </Button>
                        }
                    }
                >
                    {lines}
                </Callout>
            }
        })
    }
}

fn told(report: &ImportReport) -> (Tone, String, Vec<String>) {
    let mut title = format!("Imported {}", counted(report.new.len() as u64, "run", "runs"));
    if report.known > 0 {
        title.push_str(&format!("; {} here already", counted(report.known as u64, "was", "were")));
    }
    let mut lines: Vec<String> = report.warnings.iter().take(TOLD).map(ToString::to_string).collect();
    if report.warnings.len() > TOLD {
        lines.push(format!("And {} more.", counted((report.warnings.len() - TOLD) as u64, "warning", "warnings")));
    }
    let tone = match (&report.fault, lines.is_empty()) {
        (Some(fault), _) => {
            lines.insert(0, format!("The rest was not stored. {fault} {}", fault.next_step()));
            Tone::Bad
        }
        (None, true) => Tone::Good,
        (None, false) => Tone::Warn,
    };
    (tone, title, lines)
}
