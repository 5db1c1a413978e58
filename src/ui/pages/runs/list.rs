//! The list itself, and what can be done with those that are selected in it.

use std::sync::Arc;

use leptos::prelude::*;

use super::RunsSite;
use super::filters::SEARCH_ID;
use crate::app::moments::when;
use crate::app::{Action, use_app, use_versions};
use crate::journal::RunId;
use crate::platform::page;
use crate::present::format::counted;
use crate::present::keys::Shortcut;
use crate::present::runs::{RunLine, RunOutcome, comparable};
use crate::ui::kit::{Badge, Button, ButtonKind, Checkbox, Empty, Icon, Menu, MenuItem};

/// How many lines are drawn at first, and how many more at a press: a list of any length stays quick.
const AT_ONCE: usize = 100;

/// The runs that the filter leaves.
#[component]
pub fn RunList(site: RunsSite) -> impl IntoView {
    let drawn = RwSignal::new(AT_ONCE);
    // Another filter: from the top again.
    Effect::new(move |_| {
        site.filter.track();
        drawn.set(AT_ONCE);
    });
    let lines = move || site.found.with(|found| found.iter().take(drawn.get()).cloned().collect::<Vec<_>>());
    let left = Memo::new(move |_| site.found.with(Vec::len).saturating_sub(drawn.get()));
    let none = Memo::new(move |_| site.found.with(Vec::is_empty));
    use_app().actions.register([Action::new("runs.search", "Runs", "search", "Search runs", || {
        page::focus(&format!("#{SEARCH_ID}"));
    })
    .with_shortcut(Shortcut::key("/"))]);
    view! {
        <Show when=move || none.get()>
            <Empty icon="search" title="No run answers">
                <p>"Search for fewer words, or clear the filters."</p>
            </Empty>
        </Show>
        <ul class="run-list" aria-label="Runs" hidden=move || none.get()>
            <For each=lines key=|line| Arc::as_ptr(line) as usize let:line>
                <RunRow line site />
            </For>
        </ul>
        <Show when=move || left.get() != 0>
            <div class="run-more">
                <Button on_press=move |()| drawn.update(|drawn| *drawn += AT_ONCE)>
                    {move || format!("Show {} more", left.get().min(AT_ONCE))}
                </Button>
            </div>
        </Show>
    }
}

#[component]
fn RunRow(line: Arc<RunLine>, site: RunsSite) -> impl IntoView {
    let versions = use_versions();
    let id = StoredValue::new(line.id.clone());
    let selected = Memo::new(move |_| site.selected.with(|selected| id.with_value(|id| selected.contains(id))));
    let select = move |on: bool| {
        let id = id.get_value();
        site.selected.update(|selected| if on { _ = selected.insert(id) } else { _ = selected.remove(&id) });
    };
    let version = line.version.clone();
    let recorded = line.instruction.clone();
    // A version that was renamed is called by its new name.
    let instruction = move || versions.find(&version).map_or_else(|| recorded.clone(), |version| version.label());
    let people = format!("agent {} · customer {}", line.agent, line.user);
    let facts = format!("{} · {}", when(line.changed_ms), line.facts);
    let (name, note, last) = (line.name().to_owned(), line.note.clone(), line.last_text.clone());
    let shows_task = !line.title.trim().is_empty() && !line.task_name.starts_with(line.title.trim());
    let by_programs = line.by_programs;
    let (outcome, verdict, is_fork) = (line.outcome, line.verdict.clone(), line.is_fork);
    let task = if shows_task { format!("{} · {}", line.task_name, line.task.pack) } else { line.task.pack.clone() };
    let items = move |()| menu(&line, site);
    view! {
        <li class="run" class:selected=move || selected.get()>
            <Checkbox checked=selected on_change=select label=format!("Select {name}") />
            <span class=format!("run-mark {}", outcome.tone().class())>
                <Icon name=outcome.icon() />
            </span>
            <div class="run-text">
                <p class="run-head">
                    <button type="button" class="run-name" on:click=move |_| site.deeds.open(id.get_value())>
                        {name.clone()}
                    </button>
                    <Badge tone=outcome.tone()>{verdict}</Badge>
                    {is_fork.then(|| view! { <Badge>"fork"</Badge> })}
                </p>
                <p class="run-facts">
                    {task} " · " {instruction}
                </p>
                <p class="run-facts">
                    {people} {by_programs.then(|| view! { " " <Badge>"program"</Badge> })}
                </p>
                {(!last.is_empty()).then(|| view! { <p class="run-last">"“" {last} "”"</p> })}
                {(!note.is_empty()).then(|| view! { <p class="run-note">{note}</p> })}
                <p class="run-facts num">{facts}</p>
            </div>
            <Menu items label=format!("What to do with {name}") class="btn quiet icon-only small">
                <Icon name="more" />
            </Menu>
        </li>
    }
}

fn menu(line: &RunLine, site: RunsSite) -> Vec<MenuItem> {
    let deeds = site.deeds;
    let own = |deed: fn(super::deeds::Deeds, RunId)| {
        let id = line.id.clone();
        move || deed(deeds, id.clone())
    };
    let mut items = vec![MenuItem::new("Open", "play", own(super::deeds::Deeds::open))];
    if matches!(line.outcome, RunOutcome::Open | RunOutcome::Unscored | RunOutcome::Stopped) {
        items.push(MenuItem::new("Resume", "step", own(super::deeds::Deeds::resume)));
    }
    // The newest other run of the task.
    let other = site.lines.with_untracked(|lines| {
        lines.iter().find(|other| other.task == line.task && other.id != line.id).map(|other| other.id.clone())
    });
    if let Some(other) = other {
        let id = line.id.clone();
        let compare = move || deeds.compare(&other, &id);
        items.push(MenuItem::new("Compare with the task's other last run", "columns", compare));
    }
    let id = line.id.clone();
    items.push(MenuItem::new("Name and note…", "edit", move || site.naming.set(Some(id.clone()))));
    items.push(MenuItem::new("Copy a link", "link", own(super::deeds::Deeds::copy_link)));
    items.push(MenuItem::new("Export as a file", "download", own(|deeds, id| deeds.export(vec![id]))));
    let id = line.id.clone();
    items.push(MenuItem::Do {
        text: "Delete".to_owned(),
        icon: "trash",
        shortcut: None,
        danger: true,
        perform: Callback::new(move |()| deeds.delete(vec![id.clone()])),
    });
    items
}

/// The bar over the list: select all, and what can be done with the selection.
#[component]
pub fn Selection(site: RunsSite) -> impl IntoView {
    let count = Memo::new(move |_| site.selection().len());
    let all = Memo::new(move |_| {
        let selected = site.selected.get();
        site.found.with(|found| !found.is_empty() && found.iter().all(|line| selected.contains(&line.id)))
    });
    let ids = move || untrack(|| site.selection().iter().map(|line| line.id.clone()).collect::<Vec<_>>());
    let pair = Memo::new(move |_| comparable(&site.selection()));
    let select_all = move |on: bool| {
        let ids = site.found.with_untracked(|found| found.iter().map(|line| line.id.clone()).collect::<Vec<_>>());
        site.selected.update(|selected| {
            if on {
                selected.extend(ids);
            } else {
                selected.clear();
            }
        });
    };
    let compare = move |()| {
        // The older one first: what changed reads from left to right.
        if let [newer, older] = ids().as_slice() {
            site.deeds.compare(older, newer);
        }
    };
    let export_all = move |()| {
        let all = site.found.with_untracked(|found| found.iter().map(|line| line.id.clone()).collect::<Vec<_>>());
        site.deeds.export(all);
    };
    view! {
        <div class="run-selection">
            <Checkbox checked=all on_change=select_all label="Select all" />
            <span class="small muted num" role="status">
                {move || match count.get() {
                    0 => String::new(),
                    count => format!("{} selected", counted(count as u64, "run", "runs")),
                }}
            </span>
            <span class="grow"></span>
            <Show
                when=move || count.get() != 0
                fallback=move || {
                    view! {
                        <Button small=true kind=ButtonKind::Quiet icon="download" on_press=export_all>
                            "Export all shown"
                        </Button>
                    }
                }
            >
                <Show when=move || count.get() == 2>
                    <Button
                        small=true
                        icon="columns"
                        disabled=Signal::derive(move || !pair.get())
                        title=Signal::derive(move || {
                            if pair.get() {
                                "Put the two side by side".to_owned()
                            } else {
                                "Two runs of one task can be compared".to_owned()
                            }
                        })
                        on_press=compare
                    >
                        "Compare"
                    </Button>
                </Show>
                <Button small=true icon="download" on_press=move |()| site.deeds.export(ids())>
                    "Export"
                </Button>
                <Button small=true kind=ButtonKind::Danger icon="trash" on_press=move |()| site.deeds.delete(ids())>
                    "Delete"
                </Button>
                <Button
                    small=true
                    kind=ButtonKind::Quiet
                    on_press=move |()| site.selected.update(std::collections::BTreeSet::clear)
                >
                    "Clear"
                </Button>
            </Show>
        </div>
    }
}
