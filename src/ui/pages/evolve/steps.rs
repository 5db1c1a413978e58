//! All passes, the latest first, to look back at.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::views::Look;
use crate::platform::page;
use crate::present::evolve::steps::{PassLine, pass_lines};
use crate::present::format::{count, counted};
use crate::ui::kit::{Badge, Button};

/// How many are drawn at first, and how many more at a press.
const AT_ONCE: usize = 50;

#[component]
pub fn StepList(look: Look) -> impl IntoView {
    let drawn = RwSignal::new(AT_ONCE);
    let lines = Memo::new(move |_| {
        look.seen.with(|seen| seen.passes.as_ref().map(|passes| pass_lines(passes)).unwrap_or_default())
    });
    let rows = move || {
        let shown = look.entry.get();
        lines.with(|lines| lines.iter().take(drawn.get()).map(|line| row(line, shown)).collect_view())
    };
    let left = Memo::new(move |_| lines.with(Vec::len).saturating_sub(drawn.get()));
    let on_click = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let button = target.and_then(|target| target.closest("[data-entry]").ok().flatten());
        let entry = button.and_then(|button| button.get_attribute("data-entry")?.parse::<usize>().ok());
        if entry.is_some() {
            look.entry.set(entry);
            page::focus("#evolve-step-title");
        }
    };
    view! {
        <section class="card evolve-card evolve-steps" aria-labelledby="evolve-steps-title">
            <div class="evolve-card-head">
                <h2 id="evolve-steps-title">"All steps"</h2>
                <span class="small muted num">
                    {move || counted(lines.with(Vec::len) as u64, "step", "steps")}
                </span>
            </div>
            <ol class="pass-list" reversed=true on:click=on_click>
                {rows}
            </ol>
            <Show when=move || left.get() != 0>
                <div class="run-more">
                    <Button small=true on_press=move |()| drawn.update(|drawn| *drawn += AT_ONCE)>
                        {move || format!("Show {} more", left.get().min(AT_ONCE))}
                    </Button>
                </div>
            </Show>
        </section>
    }
}

fn row(line: &PassLine, shown: Option<usize>) -> impl IntoView + use<> {
    let (tone, word) = line.state;
    view! {
        <li>
            <button
                type="button"
                class="pass-line"
                data-entry=line.entry.to_string()
                aria-current=(shown == Some(line.entry)).then_some("step")
            >
                <span class="pass-title num">{line.title.clone()}</span>
                <span class="pass-summary num">{line.summary.clone()}</span>
                <span class="pass-calls small muted num">{format!("{} calls", count(line.calls))}</span>
                <Badge tone>{word}</Badge>
            </button>
        </li>
    }
}
