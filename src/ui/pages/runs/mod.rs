//! The Runs page: everything that was kept of rollouts, found again, compared, handed on, deleted.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use leptos::prelude::*;

use self::deeds::Deeds;
use self::dialogs::NameDialog;
use self::files::{DropImport, ImportButton, ImportResult};
use self::filters::Filters;
use self::list::{RunList, Selection};
use crate::app::runs::{Reading, Runs, use_runs};
use crate::journal::RunId;
use crate::present::format::counted;
use crate::present::route::Page;
use crate::present::runs::{RunFilter, RunLine};
use crate::present::tone::Tone;
use crate::ui::kit::{Callout, Empty, PageBar, PageBarActions};
use crate::workspace::RunRecord;

mod deeds;
mod dialogs;
mod files;
mod filters;
mod list;
mod storage;

/// What the page shows and what is chosen in it. A small copyable handle.
#[derive(Clone, Copy)]
pub struct RunsSite {
    pub runs: Runs,
    /// All runs, the last changed first.
    pub lines: Memo<Vec<Arc<RunLine>>>,
    pub filter: RwSignal<RunFilter>,
    /// Those that the filter leaves.
    pub found: Memo<Vec<Arc<RunLine>>>,
    pub selected: RwSignal<BTreeSet<RunId>>,
    /// The run whose name and note are being edited.
    pub naming: RwSignal<Option<RunId>>,
    pub deeds: Deeds,
}

/// The page.
#[component]
pub fn RunsPage() -> impl IntoView {
    let site = RunsSite::new();
    // Other tabs may have written since.
    leptos::task::spawn_local(site.runs.refresh());
    let is_empty = Memo::new(move |_| site.lines.with(Vec::is_empty));
    let is_looking = Memo::new(move |_| site.runs.reading() == Reading::Looking);
    let count = move || {
        let with_batches = site.filter.with(|filter| filter.batches);
        let counts = |line: &&Arc<RunLine>| with_batches || !line.in_batch;
        let all = site.lines.with(|lines| lines.iter().filter(counts).count());
        let found = site.found.with(Vec::len);
        match (all, site.filter.with(RunFilter::is_on)) {
            (0, _) => String::new(),
            (all, false) => counted(all as u64, "run", "runs"),
            (all, true) => format!("{found} of {}", counted(all as u64, "run", "runs")),
        }
    };
    view! {
        <PageBar title="Runs">
            <span class="muted small num" role="status">
                {count}
            </span>
            <PageBarActions>
                <ImportButton deeds=site.deeds />
            </PageBarActions>
        </PageBar>
        <div class="page-body runs">
            <DropImport deeds=site.deeds />
            <Notices site />
            <ImportResult deeds=site.deeds />
            <Show
                when=move || !is_empty.get()
                fallback=move || {
                    view! {
                        <Show
                            when=move || !is_looking.get()
                            fallback=|| view! { <Empty icon="clock" title="Reading the runs…" /> }
                        >
                            <Empty icon="runs" title="No runs yet">
                                <p>
                                    "Every rollout is kept here as it happens, so that it can be looked at again, gone on with, forked and compared."
                                </p>
                                <p class="muted small">
                                    "Runs of others can be dropped onto this page as files."
                                </p>
                                <a class="btn primary" href=Page::Play.route().to_string()>
                                    "Run a task"
                                </a>
                            </Empty>
                        </Show>
                    }
                }
            >
                <Filters site />
                <Selection site />
                <RunList site />
            </Show>
            <storage::Used runs=site.runs />
        </div>
        <NameDialog site />
    }
}

impl RunsSite {
    fn new() -> Self {
        let runs = use_runs();
        // A line is made once for each state of its run: the list changes with every step of a rollout.
        let made = StoredValue::new(HashMap::<RunId, (Arc<RunRecord>, Arc<RunLine>)>::new());
        let lines = Memo::new(move |_| {
            let list = runs.list();
            made.try_update_value(|made| {
                let line = |record: &Arc<RunRecord>| {
                    let known = made.get(&record.header.id).filter(|(own, _)| Arc::ptr_eq(own, record));
                    known.map_or_else(|| Arc::new(RunLine::of(record)), |(_, line)| Arc::clone(line))
                };
                let lines: Vec<Arc<RunLine>> = list.iter().map(line).collect();
                *made = list
                    .into_iter()
                    .zip(&lines)
                    .map(|(record, line)| (record.header.id.clone(), (record, Arc::clone(line))))
                    .collect();
                lines
            })
            .unwrap_or_default()
        });
        let filter = RwSignal::new(RunFilter::default());
        let found = Memo::new(move |_| {
            lines.with(|lines| {
                let at = filter.with(|filter| filter.found(lines));
                at.into_iter().filter_map(|at| lines.get(at).cloned()).collect::<Vec<_>>()
            })
        });
        let selected = RwSignal::new(BTreeSet::new());
        let naming = RwSignal::new(None);
        Self { runs, lines, filter, found, selected, naming, deeds: Deeds::new(selected) }
    }

    /// The runs that are selected and still there, in the order of the list. Tracks.
    #[must_use]
    pub fn selection(self) -> Vec<Arc<RunLine>> {
        self.selected.with(|selected| {
            self.lines.with(|lines| lines.iter().filter(|line| selected.contains(&line.id)).cloned().collect())
        })
    }
}

/// What is wrong with the list, and what was last refused.
#[component]
fn Notices(site: RunsSite) -> impl IntoView {
    let unreadable = move || match site.runs.reading() {
        Reading::Done { unreadable: 0 } | Reading::Looking => None,
        Reading::Done { unreadable } => Some((
            "Some runs could not be read".to_owned(),
            format!(
                "{} in the browser's storage could not be read. They are left as they are.",
                counted(unreadable as u64, "record", "records")
            ),
        )),
        Reading::Failed(fault) => {
            Some(("The browser's storage failed".to_owned(), format!("{fault} {}", fault.next_step())))
        }
    };
    view! {
        {move || {
            unreadable()
                .map(|(title, text)| {
                    view! {
                        <Callout tone=Tone::Warn live=true title=title>
                            <p>{text}</p>
                        </Callout>
                    }
                })
        }}
        {move || {
            site.deeds
                .refused
                .get()
                .map(|text| {
                    view! {
                        <Callout tone=Tone::Warn live=true title="That could not be done">
                            <p>{text}</p>
                        </Callout>
                    }
                })
        }}
    }
}
