//! The grid of candidates × tasks with the Pareto front. A press on a score opens its rollout.

use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::views::{Look, pick_at, pick_name, rollout_at};
use crate::present::evolve::Pick;
use crate::present::evolve::front::{FrontCell, FrontGrid, FrontRow};
use crate::ui::kit::{Button, Checkbox};

/// How many rows are drawn at first, and how many more at a press.
const AT_ONCE: usize = 60;

#[component]
pub fn FrontView(look: Look) -> impl IntoView {
    let only_front = RwSignal::new(false);
    let drawn = RwSignal::new(AT_ONCE);
    let grid = Memo::new(move |_| {
        let (only_front, limit) = (only_front.get(), drawn.get());
        look.seen.with(|seen| FrontGrid::of(&seen.pool, only_front, limit))
    });
    let heads = move || {
        grid.with(|grid| {
            let head = |head: &crate::present::evolve::front::FrontHead| {
                view! {
                    <th scope="col" title=head.title.clone()>
                        {head.label.clone()}
                    </th>
                }
            };
            grid.heads.iter().map(head).collect_view()
        })
    };
    let draws = Memo::new(move |_| grid.with(|grid| grid.draws));
    let rows = move || {
        let (picked, draws) = (look.pick.get(), draws.get());
        grid.with(|grid| grid.rows.iter().map(|own| row(own, picked, draws)).collect_view())
    };
    let has_rollouts = Memo::new(move |_| look.seen.with(|seen| seen.passes.is_some()));
    let left = Memo::new(move |_| grid.with(|grid| grid.all - grid.rows.len()));
    let on_click = move |event: MouseEvent| {
        if let Some(number) = rollout_at(event.target()) {
            look.open.run(number);
        } else if let Some(pick) = pick_at(event.target()) {
            look.choose.run(pick);
        }
    };
    view! {
        <section class="card evolve-card evolve-front" aria-labelledby="evolve-front-title">
            <div class="evolve-card-head">
                <h2 id="evolve-front-title">"Candidates × tasks"</h2>
                <Checkbox checked=only_front on_change=move |on| only_front.set(on) label="Only the front" />
            </div>
            <p class="small muted">{move || grid.with(|grid| grid.sentence.clone())}</p>
            <div class="front-scroll">
                <table class="front-table" on:click=on_click on:keydown=on_keydown>
                    <thead>
                        <tr>
                            <th scope="col">"Task"</th>
                            {heads}
                            <th scope="col" class="end">
                                "Score"
                            </th>
                            <Show when=move || draws.get()>
                                <th scope="col" class="end" title="The chance to be the next parent">
                                    "Chance"
                                </th>
                            </Show>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <Show when=move || left.get() != 0>
                <div class="run-more">
                    <Button small=true on_press=move |()| drawn.update(|drawn| *drawn += AT_ONCE)>
                        {move || format!("Show {} more", left.get().min(AT_ONCE))}
                    </Button>
                </div>
            </Show>
            <p class="small muted evolve-legend">
                <span class="key-cell"></span>
                "solved "
                <span class="key-cell held"></span>
                "on the Pareto front: nobody does better there "
                <Show when=move || has_rollouts.get()>
                    <span class="not-phone">"· a press on a score opens its rollout"</span>
                </Show>
            </p>
        </section>
    }
}

fn row(own: &FrontRow, picked: Option<Pick>, draws: bool) -> impl IntoView + use<> {
    let pick = Pick::Candidate(own.id);
    let class = match (own.is_on_front, own.is_best) {
        (true, true) => "on-front best",
        (true, false) => "on-front",
        (false, true) => "best",
        (false, false) => "",
    };
    let chance = draws.then(|| view! { <td class="end num">{own.chance.clone()}</td> });
    view! {
        <tr class=class class:picked=picked == Some(pick)>
            <th scope="row">
                <button
                    type="button"
                    class="link-button num"
                    data-pick=pick_name(pick)
                    aria-pressed=(picked == Some(pick)).to_string()
                >
                    {own.label.clone()}
                </button>
            </th>
            {own.cells.iter().map(cell).collect_view()}
            <td class="end num">{own.score.clone()}</td>
            {chance}
        </tr>
    }
}

fn cell(own: &FrontCell) -> impl IntoView + use<> {
    let class = format!("front-cell {}", own.class);
    let inner = match own.rollouts.first() {
        Some(number) => view! {
            <button
                type="button"
                class=class
                data-rollout=number.to_string()
                tabindex="-1"
                aria-label=own.words.clone()
                title=own.words.clone()
            >
                {own.sign.clone()}
            </button>
        }
        .into_any(),
        None => view! {
            <span class=class title=own.words.clone()>
                <span aria-hidden="true">{own.sign.clone()}</span>
                <span class="visually-hidden">{own.words.clone()}</span>
            </span>
        }
        .into_any(),
    };
    view! { <td>{inner}</td> }
}

/// Moves from a candidate's button to its scores and among them.
fn on_keydown(event: KeyboardEvent) {
    let Some(own) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let Ok(Some(row)) = own.closest("tr") else { return };
    let in_row = |row: &Element| -> Vec<Element> {
        let Ok(found) = row.query_selector_all("button") else { return Vec::new() };
        (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
    };
    let buttons = in_row(&row);
    let Some(at) = buttons.iter().position(|other| *other == own) else { return };
    let beside = |row: Option<Element>| row.and_then(|row| in_row(&row).get(at).cloned());
    let to = match event.key().as_str() {
        "ArrowRight" => buttons.get(at + 1).cloned(),
        "ArrowLeft" => at.checked_sub(1).and_then(|at| buttons.get(at).cloned()),
        "ArrowDown" => beside(row.next_element_sibling()),
        "ArrowUp" => beside(row.previous_element_sibling()),
        "Home" => buttons.first().cloned(),
        "End" => buttons.last().cloned(),
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    if let Some(to) = to.and_then(|to| to.dyn_into::<HtmlElement>().ok()) {
        // Fails only for what is not in the page.
        _ = to.focus();
    }
}
