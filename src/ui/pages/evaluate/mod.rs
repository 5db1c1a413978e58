//! The Evaluate page: batches set up, listed, and each of them watched.

use leptos::prelude::*;

use self::batch::BatchView;
use self::import::{DropResults, ImportResults, Importing};
use self::list::BatchList;
use self::setup::SetupForm;
use crate::app::runs::Reading;
use crate::app::{Action, use_app, use_batches};
use crate::present::route::Route;
use crate::present::tone::Tone;
use crate::ui::kit::{Button, ButtonKind, Callout, Empty, PageBar, PageBarActions};

mod again;
pub(super) mod arms;
mod batch;
mod compare;
mod figures;
mod grid;
mod import;
mod list;
mod lost;
mod notices;
mod setup;

/// The page.
#[component]
pub fn EvaluatePage() -> impl IntoView {
    let app = use_app();
    let batches = use_batches();
    // Other tabs may have written since.
    leptos::task::spawn_local(async move {
        batches.refresh().await;
        batches.runs.refresh().await;
    });
    let batch = Memo::new(move |_| match app.route.get() {
        Route::Batch(id) => Some(id),
        _ => None,
    });
    move || match batch.get() {
        Some(id) => view! { <BatchView id /> }.into_any(),
        None => view! { <Overview /> }.into_any(),
    }
}

/// All batches, and where the next is set up.
#[component]
fn Overview() -> impl IntoView {
    let batches = use_batches();
    let setting_up = RwSignal::new(batches.has_wish());
    let importing = Importing::new();
    let is_empty = Memo::new(move |_| batches.list().is_empty());
    let is_looking = Memo::new(move |_| batches.reading() == Reading::Looking);
    let shows_form = Memo::new(move |_| setting_up.get() || (is_empty.get() && !is_looking.get()));
    use_app().actions.register([Action::new("evaluate.new", "Evaluate", "plus", "Set up a batch", move || {
        setting_up.set(true);
    })]);
    let fault = move || match batches.reading() {
        Reading::Failed(fault) => Some(view! {
            <Callout tone=Tone::Bad live=true title="The batches could not be read">
                <p>{fault.to_string()} " " {fault.next_step()}</p>
            </Callout>
        }),
        _ => None,
    };
    let warnings = move || {
        let lines = batches.warnings.get();
        (!lines.is_empty()).then(|| {
            let lines = lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view();
            view! { <Callout tone=Tone::Warn title="Not everything is as it was">{lines}</Callout> }
        })
    };
    view! {
        <PageBar title="Evaluate">
            <PageBarActions>
                <ImportResults importing />
                <Show when=move || !shows_form.get()>
                    <Button kind=ButtonKind::Primary icon="plus" on_press=move |()| setting_up.set(true)>
                        "New batch"
                    </Button>
                </Show>
            </PageBarActions>
        </PageBar>
        <div class="page-body evaluate">
            <DropResults importing />
            {fault} {warnings}
            <Show when=move || is_looking.get()>
                <Empty icon="clock" title="Reading the batches…" />
            </Show>
            <Show when=move || shows_form.get()>
                <SetupForm
                    first=is_empty
                    on_close=move |()| setting_up.set(false)
                />
            </Show>
            <BatchList />
        </div>
    }
}
