//! Two runs of one task side by side: aligned by turn, differences marked, one time for both.

use leptos::prelude::*;

use self::rows::Pairs;
use self::side::{SideState, Sides};
use self::states::{InstructionChange, States};
use crate::app::{Action, use_app};
use crate::present::alignment::{Difference, Pair, align, first_difference};
use crate::present::keys::Shortcut;
use crate::present::route::{Page, Route};
use crate::present::tone::Tone;
use crate::ui::kit::{
    Button, ButtonKind, Callout, Chip, Empty, PageBar, PageBarActions, Segmented, SelectOption, TabItem, Tabs, Time,
    Timeline,
};
use crate::ui::pages::play::what;

mod cells;
mod rows;
mod side;
mod states;

/// The page.
#[component]
pub fn ComparePage() -> impl IntoView {
    let app = use_app();
    let sides = Sides::new();
    let pairs = Memo::new(move |_| {
        let (left, right) = (sides.left.view.get(), sides.right.view.get());
        match (left, right) {
            (Some(left), Some(right)) => align(&left.rows, &right.rows),
            _ => Vec::new(),
        }
    });
    let time = Time {
        cursor: RwSignal::new(0),
        last: Signal::derive(move || pairs.with(Vec::len)),
        playing: RwSignal::new(false),
    };
    // What differs is what one came for; while the runs grow, the end is.
    Effect::new(move |before: Option<usize>| {
        let count = pairs.with(Vec::len);
        if before.is_none_or(|before| time.cursor.get_untracked() >= before) {
            time.cursor.set(count);
        }
        count
    });
    register(time, pairs);
    let swap = move |()| {
        if let Some((left, right)) = sides.ids.get_untracked() {
            app.go(&Route::Compare(right, left));
        }
    };
    let task = Memo::new(move |_| {
        sides
            .left
            .view
            .with(|view| view.as_ref().map(|view| (view.header.task_title.clone(), view.header.task.clone())))
    });
    view! {
        <PageBar title="Side by side">
            {move || {
                task.get()
                    .map(|(title, id)| {
                        let text = if title.is_empty() { id.to_string() } else { format!("{title} · {id}") };
                        view! { <Chip>{text}</Chip> }
                    })
            }}
            <PageBarActions>
                <Button icon="swap" kind=ButtonKind::Quiet on_press=swap>
                    "Swap"
                </Button>
                <a class="btn not-phone" href=Page::Runs.route().to_string()>
                    "All runs"
                </a>
            </PageBarActions>
        </PageBar>
        <Trouble sides />
        <Show when=move || sides.are_there()>
            <Body sides pairs time />
        </Show>
    }
}

/// Why there is nothing to compare.
#[component]
fn Trouble(sides: Sides) -> impl IntoView {
    let faults = move || {
        [sides.left, sides.right]
            .into_iter()
            .filter_map(|side| match side.state.get() {
                SideState::Refused(why) => Some((side.name, why)),
                _ => None,
            })
            .map(|(name, why)| {
                view! {
                    <Callout tone=Tone::Warn live=true title=format!("The {name} run cannot be shown")>
                        <p>{why}</p>
                    </Callout>
                }
            })
            .collect_view()
    };
    let looking = Memo::new(move |_| {
        [sides.left, sides.right].iter().any(|side| side.state.with(|state| matches!(state, SideState::Looking)))
    });
    let strangers = Memo::new(move |_| sides.are_there() && !sides.are_of_one_task());
    view! {
        <div class="compare-trouble">
            {faults} <Show when=move || looking.get()>
                <Empty icon="clock" title="Reading the runs…" />
            </Show> <Show when=move || strangers.get()>
                <Callout tone=Tone::Warn title="These runs are of different tasks">
                    <p>"They are shown beside one another, but what differs may only be the task."</p>
                </Callout>
            </Show>
        </div>
    }
}

#[component]
fn Body(sides: Sides, pairs: Memo<Vec<Pair>>, time: Time) -> impl IntoView {
    let tab = RwSignal::new("conversation");
    // Where there is room for one column only.
    let shown = RwSignal::new("left".to_owned());
    let summary = move || {
        let differing = pairs.with(|pairs| pairs.iter().filter(|pair| pair.difference != Difference::Same).count());
        match pairs.with(|pairs| first_difference(pairs)) {
            None => "The two conversations are the same.".to_owned(),
            Some(first) => {
                format!("They part at place {} of {}; {differing} places differ.", first + 1, pairs.with(Vec::len))
            }
        }
    };
    let first = move |()| {
        if let Some(first) = pairs.with_untracked(|pairs| first_difference(pairs)) {
            time.seek(first + 1);
        }
    };
    let parts = Memo::new(move |_| pairs.with(|pairs| first_difference(pairs)).is_some());
    let tabs = vec![
        TabItem::new("conversation", "Conversation".to_owned(), move || view! { <Pairs sides pairs time /> }),
        TabItem::new("states", "Database".to_owned(), move || view! { <States sides pairs time /> }),
        TabItem::new("instruction", "Instruction".to_owned(), move || view! { <InstructionChange sides /> }),
    ];
    let marks = Signal::derive(move || {
        pairs.with(|pairs| {
            pairs.iter().map(|pair| if pair.difference == Difference::Same { "" } else { "differs" }).collect()
        })
    });
    let place = Signal::derive(move || {
        let (cursor, last) = (time.cursor.get(), time.last.get());
        if cursor == 0 {
            return format!("start · {last} places");
        }
        let what = pairs.with(|pairs| {
            let pair = pairs.get(cursor - 1)?;
            let row = match (pair.left, pair.right) {
                (Some(left), _) => sides.left.view.with(|view| view.as_ref()?.rows.get(left).cloned()),
                (None, right) => sides.right.view.with(|view| view.as_ref()?.rows.get(right?).cloned()),
            }?;
            let difference = pair.difference.text().map_or_else(String::new, |text| format!(" · {text}"));
            Some(format!("{}{difference}", what(&row)))
        });
        format!("place {cursor} of {last}{}", what.unwrap_or_default())
    });
    view! {
        <div class="compare" data-shown=move || shown.get()>
            <div class="compare-heads">
                <side::Head side=sides.left />
                <side::Head side=sides.right />
            </div>
            <div class="compare-summary">
                <span class="small muted" role="status">
                    {summary}
                </span>
                <Show when=move || parts.get()>
                    <Button small=true kind=ButtonKind::Quiet icon="arrow-right" on_press=first>
                        "First difference"
                    </Button>
                </Show>
                <span class="grow"></span>
                <div class="only-narrow">
                    <Segmented
                        label="Run"
                        options=vec![SelectOption::new("left", "First"), SelectOption::new("right", "Second")]
                        value=shown
                        on_change=move |side| shown.set(side)
                    />
                </div>
            </div>
            <div class="compare-body">
                <Tabs label="What to compare" tabs selected=tab />
            </div>
            <Timeline time marks place />
        </div>
    }
}

/// The keys, while the page is open.
fn register(time: Time, pairs: Memo<Vec<Pair>>) {
    let app = use_app();
    let any = Signal::derive(move || time.last.get() > 0);
    let to_difference = move |forward: bool| {
        let cursor = time.cursor.get_untracked();
        let found = pairs.with_untracked(|pairs| {
            let differs = |at: &usize| pairs[*at].difference != Difference::Same;
            if forward {
                (cursor..pairs.len()).find(differs)
            } else {
                (0..cursor.saturating_sub(1).min(pairs.len())).rev().find(differs)
            }
        });
        if let Some(at) = found {
            time.seek(at + 1);
        }
    };
    app.actions.register([
        Action::new("compare.back", "Places", "step-back", "One place back", move || time.seek_by(-1))
            .with_shortcut(Shortcut::key("ArrowLeft"))
            .enabled_when(any),
        Action::new("compare.on", "Places", "step", "One place on", move || time.seek_by(1))
            .with_shortcut(Shortcut::key("ArrowRight"))
            .enabled_when(any),
        Action::new("compare.first", "Places", "step-back", "To the start", move || time.seek(0))
            .with_shortcut(Shortcut::key("Home"))
            .enabled_when(any),
        Action::new("compare.last", "Places", "step", "To the end", move || time.seek(usize::MAX))
            .with_shortcut(Shortcut::key("End"))
            .enabled_when(any),
        Action::new("compare.toggle", "Places", "play", "Play or rest", move || time.toggle())
            .with_shortcut(Shortcut::key(" "))
            .enabled_when(any),
        Action::new("compare.next", "Places", "arrow-right", "Next difference", move || to_difference(true))
            .with_shortcut(Shortcut::key("n"))
            .enabled_when(any),
        Action::new("compare.previous", "Places", "arrow-right", "Previous difference", move || to_difference(false))
            .with_shortcut(Shortcut::key("b"))
            .enabled_when(any),
    ]);
}
