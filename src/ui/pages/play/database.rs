//! The database at the step on show: what the step changed, and every record to look up.

use leptos::prelude::*;

use super::place::PlaySite;
use super::record_change::ChangedRecords;
use crate::app::play::Play;
use crate::domain::Database;
use crate::present::format;
use crate::present::transcript::{RowKind, changed_records};
use crate::py::json;
use crate::ui::kit::{Code, SearchInput, Segmented, SelectOption};

/// How many records a search lists.
const LISTED: usize = 60;

/// The tab "Database".
#[component]
pub fn DatabaseTab(site: PlaySite) -> impl IntoView {
    let play: Play = expect_context();
    // A clone of a database costs a few pointers.
    let database = move || {
        let cursor = play.cursor.get();
        play.shown
            .with(|shown| shown.as_ref().map(|shown| shown.database_at(cursor).clone()))
            .or_else(|| site.world.with(|world| world.as_ref().map(|world| world.world.database.clone())))
    };
    let at_step = move || {
        let cursor = play.cursor.get();
        play.shown.with(|shown| {
            let row = shown.as_ref()?.rows.get(cursor.checked_sub(1)?)?;
            match &row.kind {
                RowKind::Tool(card) if !card.changed.is_empty() => Some(card.changed.clone()),
                _ => None,
            }
        })
    };
    let so_far = move || {
        let cursor = play.cursor.get();
        play.shown.with(|shown| {
            shown.as_ref().map(|shown| changed_records(shown.initial(), shown.database_at(cursor))).unwrap_or_default()
        })
    };
    view! {
        <section class="pane-section">
            <h2>"Changed at this step"</h2>
            {move || match at_step() {
                Some(records) => view! { <ChangedRecords records /> }.into_any(),
                None => view! { <p class="muted">"Nothing."</p> }.into_any(),
            }}
        </section>
        {move || {
            let records = so_far();
            // While the step's change is the only one, it would stand here twice.
            let is_new = Some(&records) != at_step().as_ref();
            is_new
                .then(|| {
                    let list = if records.is_empty() {
                        view! { <p class="muted">"Nothing: the database is as it was loaded."</p> }.into_any()
                    } else {
                        view! { <ChangedRecords records /> }.into_any()
                    };
                    view! {
                        <section class="pane-section">
                            <h2>"Changed since the start"</h2>
                            {list}
                        </section>
                    }
                })
        }}
        <Browser database=Signal::derive(move || Shared(database())) />
    }
}

/// A database as a signal's value; two are never taken for equal.
#[derive(Clone)]
struct Shared(Option<Database>);

#[component]
fn Browser(#[prop(into)] database: Signal<Shared>) -> impl IntoView {
    let table = RwSignal::new(String::new());
    let search = RwSignal::new(String::new());
    let open = RwSignal::new(None::<String>);
    let tables = move || {
        let Shared(Some(database)) = database.get() else { return Vec::new() };
        database
            .tables()
            .map(|(name, table)| SelectOption::new(&**name, format!("{name} {}", format::count(table.len() as u64))))
            .collect()
    };
    let chosen = Signal::derive(move || {
        let own = table.get();
        if own.is_empty() { tables().first().map(|first| first.value.clone()).unwrap_or_default() } else { own }
    });
    let ids = Memo::new(move |_| {
        let (Shared(Some(database)), search) = (database.get(), search.get()) else { return (Vec::new(), 0) };
        let Some(table) = database.table(&chosen.get()) else { return (Vec::new(), 0) };
        let search = search.to_lowercase();
        let mut found = 0;
        let mut ids = Vec::new();
        for (id, record) in table.iter() {
            // A record's text is only made when its id does not answer already.
            if search.is_empty()
                || id.to_lowercase().contains(&search)
                || json::dumps(record).to_lowercase().contains(&search)
            {
                found += 1;
                if ids.len() < LISTED {
                    ids.push(id.to_string());
                }
            }
        }
        (ids, found)
    });
    let record = Signal::derive(move || {
        let (Shared(Some(database)), Some(id)) = (database.get(), open.get()) else { return String::new() };
        database.get(&chosen.get(), &id).map(|record| json::dumps_indent(record, 2)).unwrap_or_default()
    });
    view! {
        <section class="pane-section">
            <h2>"Records"</h2>
            {move || {
                view! {
                    <Segmented
                        label="Table"
                        options=tables()
                        value=chosen
                        on_change=move |name: String| {
                            table.set(name);
                            open.set(None);
                        }
                    />
                }
            }}
            <SearchInput value=search label="Search ids and contents" />
            <ul class="record-list">
                <For each=move || ids.with(|(ids, _)| ids.clone()) key=Clone::clone let:id>
                    <li>
                        <RecordLine id open record />
                    </li>
                </For>
            </ul>
            <p class="muted small">
                {move || {
                    ids.with(|(ids, found)| match found {
                        0 => "No record answers.".to_owned(),
                        found if *found > ids.len() => {
                            format!("The first {} of {}.", ids.len(), format::counted(*found as u64, "record", "records"))
                        }
                        found => format::counted(*found as u64, "record", "records"),
                    })
                }}
            </p>
        </section>
    }
}

#[component]
fn RecordLine(id: String, open: RwSignal<Option<String>>, record: Signal<String>) -> impl IntoView {
    let own = id.clone();
    let is_open = Memo::new(move |_| open.with(|open| open.as_deref() == Some(&*own)));
    let label = format!("record {id}");
    let toggled = id.clone();
    view! {
        <button
            type="button"
            class="record-line mono"
            aria-expanded=move || is_open.get().to_string()
            on:click=move |_| {
                let next = (!is_open.get_untracked()).then(|| toggled.clone());
                open.set(next);
            }
        >
            {id}
        </button>
        <Show when=move || is_open.get()>
            <Code text=record label=label.clone() wrap=true />
        </Show>
    }
}
