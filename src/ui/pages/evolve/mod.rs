//! The Evolve page: evolutions set up, listed, and each of them watched and steered.

use leptos::prelude::*;

use self::list::{DropFiles, EvolutionList, ImportButton, Importing};
use self::run::EvolutionView;
use self::setup::SetupForm;
use crate::app::evolutions::use_evolutions;
use crate::app::runs::Reading;
use crate::app::{Action, use_app, use_runs};
use crate::journal::EvolutionId;
use crate::platform::page;
use crate::present::route::Route;
use crate::present::tone::Tone;
use crate::ui::kit::{Button, ButtonKind, Callout, Empty, PageBar, PageBarActions};

mod candidate;
mod chart;
mod chosen;
mod controls;
mod deeds;
mod dialogs;
mod draft;
mod fields;
mod forecast;
mod front;
mod hand;
mod held_out;
mod list;
mod notices;
mod review;
mod run;
mod setup;
mod step;
mod steps;
mod tree;
mod views;

/// The page.
#[component]
pub fn EvolvePage() -> impl IntoView {
    let app = use_app();
    let (evolutions, runs) = (use_evolutions(), use_runs());
    // Other tabs may have written since.
    leptos::task::spawn_local(async move {
        evolutions.refresh().await;
        runs.refresh().await;
    });
    let evolution = Memo::new(move |_| match app.route.get() {
        Route::Evolution(id) => Some(id),
        _ => None,
    });
    // From the form to what it began, and back to the list: each starts at its top.
    Effect::new(move |before: Option<Option<EvolutionId>>| {
        let now = evolution.get();
        if before.is_some_and(|before| before != now) {
            page::on_next_frame(|| {
                page::scroll_to_top();
                page::focus("main h1");
            });
        }
        now
    });
    move || match evolution.get() {
        Some(id) => view! { <EvolutionView id /> }.into_any(),
        None => view! { <Overview /> }.into_any(),
    }
}

/// All evolutions, and where the next is set up.
#[component]
fn Overview() -> impl IntoView {
    let evolutions = use_evolutions();
    let setting_up = RwSignal::new(false);
    let importing = Importing::new();
    let is_empty = Memo::new(move |_| evolutions.list().is_empty());
    let is_looking = Memo::new(move |_| evolutions.reading() == Reading::Looking);
    let is_blank = Memo::new(move |_| is_empty.get() && !is_looking.get() && !setting_up.get());
    use_app().actions.register([Action::new("evolve.new", "Evolve", "plus", "Set up an evolution", move || {
        setting_up.set(true);
    })]);
    let fault = move || match evolutions.reading() {
        Reading::Failed(fault) => Some(view! {
            <Callout tone=Tone::Bad live=true title="The evolutions could not be read">
                <p>{fault.to_string()} " " {fault.next_step()}</p>
            </Callout>
        }),
        _ => None,
    };
    let warnings = move || {
        let lines = evolutions.warnings.get();
        (!lines.is_empty()).then(|| {
            let lines = lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view();
            view! { <Callout tone=Tone::Warn title="Not everything is as it was">{lines}</Callout> }
        })
    };
    view! {
        <PageBar title="Evolve">
            <PageBarActions>
                <ImportButton importing />
                <Show when=move || !setting_up.get() && !is_blank.get()>
                    <Button kind=ButtonKind::Primary icon="plus" on_press=move |()| setting_up.set(true)>
                        <span>"New" <span class="not-phone">" evolution"</span></span>
                    </Button>
                </Show>
            </PageBarActions>
        </PageBar>
        <div class="page-body evolve">
            <DropFiles importing />
            {fault} {warnings}
            <Show when=move || is_looking.get() && is_empty.get()>
                <Empty icon="clock" title="Reading the evolutions…" />
            </Show>
            <Show when=move || is_blank.get()>
                <Empty icon="evolve" title="Let an instruction improve itself">
                    <p>
                        "GEPA lets the agent try a few tasks, shows the conversations to a reflection model, and has it write a better instruction. A new one that does better on those tasks is scored on a second set and joins a pool; whoever is best on some task there may be the next parent. Tasks that nobody has seen have the last word."
                    </p>
                    <Button kind=ButtonKind::Primary icon="plus" on_press=move |()| setting_up.set(true)>
                        "Set up an evolution"
                    </Button>
                </Empty>
            </Show>
            <Show when=move || setting_up.get()>
                <SetupForm on_close=move |()| setting_up.set(false) />
            </Show>
            <EvolutionList />
        </div>
    }
}
