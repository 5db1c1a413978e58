//! The task list: choose a split, search, choose a task; by pointer or keyboard.

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::hidden::use_hidden;
use super::place::PlaySite;
use crate::app::packs::LoadedPack;
use crate::app::play::Play;
use crate::app::{use_app, use_packs};
use crate::domain::Task;
use crate::platform::page;
use crate::present::format;
use crate::present::route::{PlayPlace, Route};
use crate::present::task_line::{TaskLine, matches, task_line};
use crate::ui::kit::{Empty, Icon, SearchInput, Segmented, Select, SelectOption};

/// The id of the search field, for the shortcut that goes there.
pub const SEARCH_ID: &str = "task-search";

/// The list of the site's tasks.
#[component]
pub fn TaskList(site: PlaySite) -> impl IntoView {
    let app = use_app();
    let search = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let (Some(world), split) = (site.world.get(), site.split.get()) else { return Found::default() };
        let tasks = world.world.tasks(&split).unwrap_or(&[]);
        let search = search.get();
        let kept = tasks.iter().filter(|task| matches(task, &search)).cloned().collect();
        Found { tasks: kept, all: tasks.len() }
    });
    let label =
        Signal::derive(move || format!("Search {}", format::counted(found.with(|f| f.all) as u64, "task", "tasks")));
    let splits = move |world: LoadedPack| {
        let options = world
            .world
            .splits()
            .map(|split| {
                let tasks = world.world.tasks(split).map_or(0, <[_]>::len);
                SelectOption::new(split, format!("{split} {tasks}"))
            })
            .collect::<Vec<_>>();
        let choose = move |split: String| {
            app.go(&Route::Play(PlayPlace::Split { pack: world.pack.clone(), split }));
        };
        view! { <Segmented label="Split" options value=site.split on_change=choose /> }
    };
    // The enter key in the search field goes to the first task found.
    let on_search_key = move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            page::focus(".task-list a");
        }
        "Enter" => {
            let first = found.with(|found| found.tasks.first().cloned());
            if let (Some(task), Some(world)) = (first, site.world.get_untracked()) {
                app.go(&task_route(&world.pack, &task));
            }
        }
        _ => {}
    };
    view! {
        <div class="tasks">
            <div class="tasks-head">
                <PackChoice site />
                // Built anew for another pack: radio buttons that change their group uncheck each other.
                <For each=move || site.world.get() key=|world| Arc::as_ptr(&world.world) as usize children=splits />
                <SearchInput value=search label key_hint="/" id=SEARCH_ID on_keydown=Callback::new(on_search_key) />
            </div>
            <ul class="task-list" aria-label="Tasks" on:keydown=walk>
                <For each=move || found.with(|found| found.tasks.clone()) key=|task| Arc::as_ptr(task) as usize let:task>
                    <TaskItem site task />
                </For>
            </ul>
            <Show when=move || found.with(|found| found.tasks.is_empty() && found.all > 0)>
                <Empty icon="search" title="No task answers this search">
                    <p>"Words are looked for in scenarios, customers, tools and arguments."</p>
                </Empty>
            </Show>
        </div>
    }
}

/// The pack, where there is more than one to choose from.
#[component]
fn PackChoice(site: PlaySite) -> impl IntoView {
    let app = use_app();
    let packs = use_packs();
    let options = Memo::new(move |_| {
        packs.ready().into_iter().map(|pack| SelectOption::new(pack.pack, pack.name)).collect::<Vec<_>>()
    });
    let several = Memo::new(move |_| options.with(Vec::len) > 1);
    let chosen = Signal::derive(move || {
        site.world.with(|world| world.as_ref().map(|pack| pack.pack.clone())).unwrap_or_default()
    });
    view! {
        <Show when=move || several.get()>
            <Select
                label="Pack"
                options=options
                value=chosen
                on_change=move |pack: String| app.go(&Route::Play(PlayPlace::Pack { pack }))
            />
        </Show>
    }
}

#[derive(Clone, Default)]
struct Found {
    tasks: Vec<Arc<Task>>,
    all: usize,
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
            && self.tasks.len() == other.tasks.len()
            && self.tasks.iter().zip(&other.tasks).all(|(a, b)| Arc::ptr_eq(a, b))
    }
}

fn task_route(pack: &str, task: &Task) -> Route {
    Route::Play(PlayPlace::Task { pack: pack.to_owned(), task: task.id.clone() })
}

#[component]
fn TaskItem(site: PlaySite, task: Arc<Task>) -> impl IntoView {
    let play: Play = expect_context();
    let Some(world) = site.world.get_untracked() else { return ().into_any() };
    let TaskLine { title, detail, scenario } = task_line(world.world.domain, &task);
    let route = task_route(&world.pack, &task).to_string();
    let key = (world.pack.clone(), task.id.clone());
    let number = task.id.index;
    let hidden = use_hidden();
    let current = {
        let task = Arc::clone(&task);
        move || {
            site.task.with(|chosen| chosen.as_ref().is_some_and(|chosen| Arc::ptr_eq(chosen, &task))).then_some("true")
        }
    };
    let runs = {
        let task = Arc::clone(&task);
        Memo::new(move |_| {
            play.running.with(|running| running.as_ref().is_some_and(|running| Arc::ptr_eq(&running.task, &task)))
        })
    };
    let results = Memo::new(move |_| play.results.with(|results| results.get(&key).cloned().unwrap_or_default()));
    view! {
        <li>
            <a class="task" href=route aria-current=current>
                <span class="task-mark">{move || if runs.get() { running_mark() } else { mark(&results.get()) }}</span>
                <span class="task-text">
                    {move || if hidden.get() {
                        view! { <span class="task-title" title="Hidden from the agent">"Task " {number}</span> }.into_any()
                    } else {
                        view! {
                            <span class="task-title">{title.clone()}</span>
                            <span class="task-scenario">{scenario.clone()}</span>
                            <span class="task-detail">{detail.clone()}</span>
                        }
                            .into_any()
                    }}
                </span>
                <span class="task-number num" >
                    <span class="visually-hidden">"task "</span>
                    {number}</span>
            </a>
        </li>
    }
    .into_any()
}

/// The outcome of this visit's rollouts of a task, by shape: all won, none won, some, or only unscored ones.
fn mark(rewards: &[Option<f64>]) -> AnyView {
    let scored: Vec<f64> = rewards.iter().copied().flatten().collect();
    let won = scored.iter().filter(|reward| **reward >= 1.0).count();
    let (icon, class, text) = match (rewards.len(), scored.len()) {
        (0, _) => ("open-circle", "faint", "not run in this visit".to_owned()),
        (runs, 0) => ("pending", "none", format!("{} unscored", format::counted(runs as u64, "run", "runs"))),
        (_, trials) if won == trials => ("good", "good", format!("{won} of {trials} won")),
        (_, trials) if won == 0 => ("error", "bad", format!("0 of {trials} won")),
        (_, trials) => ("minus", "warn", format!("{won} of {trials} won")),
    };
    view! {
        <span class=class title=text.clone()>
            <Icon name=icon />
            <span class="visually-hidden">{text.clone()}</span>
        </span>
    }
    .into_any()
}

/// The mark of the task whose rollout runs.
fn running_mark() -> AnyView {
    view! {
        <span class="accent" title="running">
            <Icon name="play" />
            <span class="visually-hidden">"running"</span>
        </span>
    }
    .into_any()
}

/// Arrow keys walk the list.
fn walk(event: KeyboardEvent) {
    let step = match event.key().as_str() {
        "ArrowDown" | "j" => 1_i32,
        "ArrowUp" | "k" => -1,
        _ => return,
    };
    let item = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .and_then(|link| link.closest("li").ok()?);
    let Some(item) = item else { return };
    let next = if step > 0 { item.next_element_sibling() } else { item.previous_element_sibling() };
    event.prevent_default();
    event.stop_propagation();
    let link =
        next.and_then(|next| next.query_selector("a").ok()?).and_then(|link| link.dyn_into::<HtmlElement>().ok());
    match link {
        Some(link) => {
            // A link that goes away with the page has nothing to focus.
            let _ = link.focus();
        }
        None if step < 0 => page::focus(&format!("#{SEARCH_ID}")),
        None => {}
    }
}
