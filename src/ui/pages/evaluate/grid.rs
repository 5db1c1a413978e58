//! The grid: tasks × trials of each arm, filling while the batch goes on. A press on a rollout opens it.

use leptos::ev::{FocusEvent, KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::batch::BatchSite;
use crate::app::play::Play;
use crate::app::{Action, use_app, use_packs};
use crate::platform::page;
use crate::present::evaluate::grid::{GridCell, GridGroup, GridRow};
use crate::present::evaluate::{Grid, GridFilter, Narrow};
use crate::present::format::counted;
use crate::present::keys::Shortcut;
use crate::ui::kit::{Button, Empty, SearchInput, Segmented, SelectOption};

const SEARCH_ID: &str = "grid-search";

/// How many rows are drawn at first, and how many more at a press.
const AT_ONCE: usize = 120;

#[component]
pub fn GridView(site: BatchSite) -> impl IntoView {
    let app = use_app();
    let packs = use_packs();
    let play: Play = expect_context();
    let text = RwSignal::new(String::new());
    let narrow = RwSignal::new(Narrow::All);
    let drawn = RwSignal::new(AT_ONCE);
    let pack = Memo::new(move |_| {
        let id = site.board.with(|board| board.as_ref().map(|board| board.record.pack.clone()))?;
        packs.loaded(Some(&id))
    });
    let grid = Memo::new(move |_| {
        let filter = GridFilter { narrow: narrow.get(), text: text.get() };
        let pack = pack.get();
        let world = pack.as_ref().map(|pack| &*pack.world);
        site.board.with(|board| board.as_ref().map(|board| Grid::of(board, world, &filter)).unwrap_or_default())
    });
    let open = move |at: usize| {
        let run = site.id.with_value(|id| id.run(at));
        play.attempt(async move { play.open_run(app, &run).await });
    };
    let on_click = move |event: MouseEvent| {
        if let Some(at) = event.target().and_then(|target| cell_at(&target)) {
            open(at);
        }
    };
    let options = Narrow::ALL.map(|own| SelectOption::new(own.name(), own.name())).to_vec();
    let count = move || {
        grid.with(|grid| {
            let all = counted(grid.all as u64, "task", "tasks");
            if grid.rows.len() == grid.all { all } else { format!("{} of {all}", grid.rows.len()) }
        })
    };
    app.actions.register([Action::new("evaluate.search", "Evaluate", "search", "Search the batch's tasks", || {
        page::focus(&format!("#{SEARCH_ID}"));
    })
    .with_shortcut(Shortcut::key("/"))]);
    let none = Memo::new(move |_| grid.with(|grid| grid.rows.is_empty()));
    let left = Memo::new(move |_| grid.with(|grid| grid.rows.len()).saturating_sub(drawn.get()));
    let heads = move || {
        grid.with(|grid| grid.arms.iter().map(|arm| view! { <th scope="col">{arm.clone()}</th> }).collect_view())
    };
    let rows = move || {
        grid.with(|grid| grid.rows.iter().take(drawn.get()).map(|own| row(own, &grid.arms)).collect::<Vec<_>>())
    };
    let table = NodeRef::<leptos::html::Tbody>::new();
    // One cell is in the tab order; the arrow keys move from there.
    Effect::new(move |_| {
        grid.track();
        drawn.track();
        if let Some(table) = table.get()
            && matches!(table.query_selector("button[tabindex='0']"), Ok(None))
            && let Ok(Some(first)) = table.query_selector("button")
        {
            // The only failure is a name that is none.
            _ = first.set_attribute("tabindex", "0");
        }
    });
    view! {
        <section class="batch-grid" aria-labelledby="batch-grid-title">
            <div class="pane-head">
                <h2 id="batch-grid-title">"Rollouts"</h2>
                <span class="small muted num" role="status">
                    {count}
                </span>
            </div>
            <div class="grid-filters" role="search">
                <SearchInput value=text label="Search tasks" key_hint="/" id=SEARCH_ID />
                <Segmented
                    label="Which tasks"
                    options
                    value=Signal::derive(move || narrow.get().name().to_owned())
                    on_change=move |name: String| {
                        narrow.set(Narrow::named(&name));
                        drawn.set(AT_ONCE);
                    }
                />
            </div>
            <Show when=move || none.get()>
                <Empty icon="search" title="No task answers">
                    <p>"Search for fewer words, or show all."</p>
                </Empty>
            </Show>
            <div class="table-scroll" hidden=move || none.get()>
                <table class="grid-table">
                    <thead>
                        <tr>
                            <th scope="col">"Task"</th>
                            {heads}
                        </tr>
                    </thead>
                    <tbody node_ref=table on:click=on_click on:keydown=on_keydown on:focusin=on_focusin>
                        {rows}
                    </tbody>
                </table>
            </div>
            <Show when=move || left.get() != 0>
                <div class="run-more">
                    <Button on_press=move |()| drawn.update(|drawn| *drawn += AT_ONCE)>
                        {move || format!("Show {} more", left.get().min(AT_ONCE))}
                    </Button>
                </div>
            </Show>
            <p class="small muted section-note">
                "✓ won, ✗ lost, ? unscored, … running, ↻ to be begun again, ‖ left in the middle, · not begun. A press opens the rollout; the arrow keys move among them."
            </p>
        </section>
    }
}

fn row(own: &GridRow, arms: &[String]) -> impl IntoView + use<> {
    let groups: Vec<_> =
        own.groups.iter().zip(arms).map(|(of, arm)| group(of, own.task, (arms.len() > 1).then_some(arm))).collect();
    view! {
        <tr>
            <th scope="row">
                <span class="num">{own.task.to_string()}</span>
                <span class="grid-title">{own.title.clone()}</span>
            </th>
            {groups}
        </tr>
    }
}

fn group(of: &GridGroup, task: usize, arm: Option<&String>) -> impl IntoView + use<> {
    let arm = arm.map(|arm| format!("{arm}, ")).unwrap_or_default();
    let cell = |cell: &GridCell| {
        view! {
            <button
                type="button"
                tabindex="-1"
                class=format!("cell {}", cell.class)
                data-at=cell.at.to_string()
                aria-label=format!("Task {task}, {arm}{}", cell.words)
                aria-disabled=(!cell.can_open).then_some("true")
            >
                {cell.sign.clone()}
            </button>
        }
    };
    let cells: Vec<_> = of.cells.iter().map(cell).collect();
    view! {
        <td>
            <div class="cells">{cells} <span class="cells-won num">{of.won.clone()}</span></div>
        </td>
    }
}

/// The place of the rollout that was pressed, if it has a run.
fn cell_at(target: &web_sys::EventTarget) -> Option<usize> {
    let button = button_of(target)?;
    if button.has_attribute("aria-disabled") {
        return None;
    }
    button.get_attribute("data-at")?.parse().ok()
}

fn button_of(target: &web_sys::EventTarget) -> Option<Element> {
    target.dyn_ref::<Element>()?.closest("button[data-at]").ok().flatten()
}

/// Puts the cell that has the focus into the tab order, in place of the one before.
fn on_focusin(event: FocusEvent) {
    let Some(button) = event.target().and_then(|target| button_of(&target)) else { return };
    let Ok(Some(table)) = button.closest("tbody") else { return };
    if let Ok(Some(before)) = table.query_selector("button[tabindex='0']") {
        _ = before.set_attribute("tabindex", "-1");
    }
    _ = button.set_attribute("tabindex", "0");
}

/// Moves among the cells.
fn on_keydown(event: KeyboardEvent) {
    let Some(button) = event.target().and_then(|target| button_of(&target)) else { return };
    let Ok(Some(row)) = button.closest("tr") else { return };
    let in_row = |row: &Element| -> Vec<Element> {
        let Ok(found) = row.query_selector_all("button[data-at]") else { return Vec::new() };
        (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
    };
    let own = in_row(&row);
    let Some(at) = own.iter().position(|other| *other == button) else { return };
    let beside = |row: Option<Element>| row.and_then(|row| in_row(&row).get(at).cloned());
    let to = match event.key().as_str() {
        "ArrowRight" => own.get(at + 1).cloned(),
        "ArrowLeft" => at.checked_sub(1).and_then(|at| own.get(at).cloned()),
        "ArrowDown" => beside(row.next_element_sibling()),
        "ArrowUp" => beside(row.previous_element_sibling()),
        "Home" => own.first().cloned(),
        "End" => own.last().cloned(),
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    if let Some(to) = to.and_then(|to| to.dyn_into::<HtmlElement>().ok()) {
        // Fails only for what is not in the page.
        _ = to.focus();
    }
}
