//! The chart: the best score so far, and every candidate's, against metric calls.

use leptos::ev::{FocusEvent, KeyboardEvent, MouseEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::views::{Look, pick_at, pick_name, width_of};
use crate::present::evolve::Pick;
use crate::present::evolve::chart::{Chart, Point, Tick};
use crate::present::evolve::pool::score_text;

/// How high the picture is, in pixels.
const HEIGHT: f64 = 236.0;

#[component]
pub fn ChartView(look: Look) -> impl IntoView {
    let frame = NodeRef::<leptos::html::Div>::new();
    let width = width_of(frame);
    let over = RwSignal::new(None::<Pick>);
    let chart = Memo::new(move |_| {
        let width = width.get();
        look.seen.with(|seen| if width > 0.0 { Chart::of(&seen.pool, width, HEIGHT) } else { Chart::default() })
    });
    let figures = move || {
        let (seed, best) = look.seen.with(|seen| seen.pool.climb())?;
        Some(view! {
            <span class="num">
                "best " <b class="good">{score_text(best)}</b> " · seed " {score_text(seed)}
            </span>
        })
    };
    let on_pointermove = move |event: PointerEvent| {
        let Some(picture) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let bounds = picture.get_bounding_client_rect();
        let (x, y) = (f64::from(event.client_x()) - bounds.left(), f64::from(event.client_y()) - bounds.top());
        let near = chart.with(|chart| chart.nearest(x, y).map(|point| point.pick));
        if over.get_untracked() != near {
            over.set(near);
        }
    };
    let on_click = move |event: MouseEvent| {
        if let Some(pick) = over.get_untracked().or_else(|| pick_at(event.target())) {
            look.choose.run(pick);
        }
    };
    let on_focusin = move |event: FocusEvent| over.set(pick_at(event.target()));
    let on_keydown = move |event: KeyboardEvent| {
        let Some(own) = pick_at(event.target()) else { return };
        let to = chart.with(|chart| {
            let at = chart.points.iter().position(|point| point.pick == own)?;
            let to = match event.key().as_str() {
                "ArrowRight" | "ArrowUp" => (at + 1).min(chart.points.len() - 1),
                "ArrowLeft" | "ArrowDown" => at.saturating_sub(1),
                "Home" => 0,
                "End" => chart.points.len() - 1,
                _ => return None,
            };
            Some(chart.points[to].pick)
        });
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            look.choose.run(own);
        } else if let Some(to) = to {
            event.prevent_default();
            focus_pick(&event, to);
        }
    };
    let readout = move || {
        let shown = over.get().or_else(|| look.pick.get());
        chart.with(|chart| {
            let point = shown.and_then(|pick| chart.point(pick));
            point.map_or_else(|| chart.words.clone(), |point| point.words.clone())
        })
    };
    let picks = move || chart.with(|chart| chart.points.iter().map(|point| point.pick).collect::<Vec<_>>());
    let mark = move |pick: Pick| {
        let point = Memo::new(move |_| chart.with(|chart| chart.point(pick).cloned()));
        let is_first =
            Memo::new(move |_| chart.with(|chart| chart.points.first().map(|point| point.pick) == Some(pick)));
        let is_shown = Memo::new(move |_| over.get() == Some(pick) || look.pick.get() == Some(pick));
        view! {
            <g
                class="chart-point"
                class:shown=move || is_shown.get()
                data-pick=pick_name(pick)
                role="button"
                tabindex=move || if is_first.get() { "0" } else { "-1" }
                aria-label=move || point.with(|point| point.as_ref().map(|point| point.words.clone()))
            >
                {move || point.with(|point| point.as_ref().map(draw_point))}
            </g>
        }
        .into_any()
    };
    view! {
        <section class="card evolve-card evolve-chart" aria-labelledby="evolve-chart-title">
            <div class="evolve-card-head">
                <h2 id="evolve-chart-title">"Score against metric calls"</h2>
                {figures}
            </div>
            <div class="chart-frame" node_ref=frame>
                <svg
                    class="chart"
                    role="group"
                    aria-label=move || chart.with(|chart| chart.words.clone())
                    width=move || chart.with(|chart| chart.width)
                    height=HEIGHT
                    on:pointermove=on_pointermove
                    on:pointerleave=move |_| over.set(None)
                    on:click=on_click
                    on:focusin=on_focusin
                    on:focusout=move |_| over.set(None)
                    on:keydown=on_keydown
                >
                    {move || chart.with(draw_frame)}
                    <For each=picks key=|pick| *pick children=mark />
                </svg>
            </div>
            <p class="small evolve-readout num" aria-live="polite">
                {readout}
            </p>
            <p class="small muted evolve-legend">
                <span class="key-line"></span>
                "best so far "
                <span class="key-dot"></span>
                "candidate "
                <span class="key-mark"></span>
                "rejected, without a score here "
                <span class="not-phone">"· whiskers: 95 % of the seed and the best"</span>
            </p>
        </section>
    }
}

/// Puts the focus on another mark of the same picture.
pub(super) fn focus_pick(event: &KeyboardEvent, to: Pick) {
    let picture = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
    let found = picture.and_then(|own| own.query_selector(&format!("[data-pick={}]", pick_name(to))).ok().flatten());
    if let Some(found) = found {
        // An SVG element takes the focus as an HTML one does; the method is the same.
        _ = found.unchecked_into::<HtmlElement>().focus();
    }
}

fn draw_frame(chart: &Chart) -> AnyView {
    if chart.width <= 0.0 {
        return ().into_any();
    }
    let (left, right, top, base) = (chart.left, chart.right, chart.top, chart.base);
    let score = |tick: &Tick| {
        view! {
            <path class="chart-grid" d=format!("M{left} {0:.1}H{right}", tick.at)></path>
            <text class="chart-text" x=left - 8.0 y=tick.at + 4.0 text-anchor="end">
                {tick.text.clone()}
            </text>
        }
    };
    let calls = |tick: &Tick| {
        view! {
            <path class="chart-notch" d=format!("M{:.1} {base}v4", tick.at)></path>
            <text class="chart-text" x=tick.at y=base + 19.0 text-anchor="middle">
                {tick.text.clone()}
            </text>
        }
    };
    let now = chart.now.map(|x| view! { <path class="chart-now" d=format!("M{x:.1} {top}V{base}")></path> });
    view! {
        <g aria-hidden="true">
            {chart.scores.iter().map(score).collect_view()} {chart.calls.iter().map(calls).collect_view()} {now}
            <path class="chart-best" d=chart.best.clone()></path>
        </g>
    }
    .into_any()
}

fn draw_point(point: &Point) -> AnyView {
    let (x, y) = (point.x, point.y);
    match point.pick {
        Pick::Refused(_) => view! { <path class="chart-refused" d=format!("M{x:.1} {:.1}v-9", y)></path> }.into_any(),
        Pick::Candidate(_) => {
            let class = match (point.is_best, point.is_rise) {
                (true, _) => "chart-dot best",
                (_, true) => "chart-dot rise",
                _ => "chart-dot",
            };
            let range = point.range.map(|(upper, lower)| {
                let ends = format!("M{x:.1} {upper:.1}V{lower:.1}M{0:.1} {upper:.1}h8M{0:.1} {lower:.1}h8", x - 4.0);
                view! { <path class="chart-range" d=ends></path> }
            });
            let radius = if point.is_best { 6.0 } else { 4.5 };
            view! {
                {range}
                <circle class=class cx=x cy=y r=radius></circle>
            }
            .into_any()
        }
    }
}
