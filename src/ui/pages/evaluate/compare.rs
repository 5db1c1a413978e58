//! Comparisons: the arms of a batch with its first, and any of them with an arm of another batch.

use leptos::prelude::*;

use super::batch::BatchSite;
use crate::journal::BatchId;
use crate::present::evaluate::comparison::runs_to_compare;
use crate::present::evaluate::{Board, Compared, Side};
use crate::present::format::counted;
use crate::present::route::Route;
use crate::ui::kit::{Field, Select, SelectOption};

/// More tasks than these are counted, not listed.
const LISTED: usize = 40;

/// A comparison with links to the rollouts that differ.
#[derive(Clone, PartialEq)]
pub struct Shown {
    pub compared: Compared,
    fixed: Vec<(i64, Option<String>)>,
    broken: Vec<(i64, Option<String>)>,
}

impl Shown {
    fn of(before: (&Board, usize), after: (&Board, usize), name: impl Fn(Side) -> Side) -> Option<Self> {
        let compared = Compared::of(&name(Side::of(before.0, before.1)?), &Side::of(after.0, after.1)?)?;
        let link = |task: &i64| {
            let runs = runs_to_compare(before, after, *task);
            (*task, runs.map(|(one, other)| Route::Compare(one, other).to_string()))
        };
        Some(Self {
            fixed: compared.comparison.fixed.iter().map(link).collect(),
            broken: compared.comparison.broken.iter().map(link).collect(),
            compared,
        })
    }
}

/// The chosen arm of another batch: its batch and position.
type Other = Option<(BatchId, usize)>;

#[component]
pub fn Comparisons(
    site: BatchSite,
    /// What is compared with another batch, for the exports.
    others: RwSignal<Vec<Compared>>,
) -> impl IntoView {
    let batches = site.batches;
    let other = RwSignal::new(None::<(BatchId, usize)>);
    let own_arm = RwSignal::new(0_usize);
    let arms = Memo::new(move |_| {
        site.board.with(|board| {
            let Some(board) = board else { return Vec::new() };
            (1..board.record.arms.len()).filter_map(|arm| Shown::of((board, 0), (board, arm), |side| side)).collect()
        })
    });
    let with_other = Memo::new(move |_| {
        let (id, arm) = other.get()?;
        let before = batches.board(&id)?;
        let named = |side: Side| Side { name: format!("{}: {}", before.record.name, side.name), ..side };
        site.board.with(|board| Shown::of((&before, arm), (board.as_ref()?, own_arm.get()), named))
    });
    Effect::new(move |_| {
        others.set(with_other.with(|shown| shown.iter().map(|shown| shown.compared.clone()).collect()));
    });
    let options = Memo::new(move |_| {
        let place = site.board.with(|board| {
            board.as_ref().map(|board| (board.record.id.clone(), board.record.pack.clone(), board.record.split.clone()))
        });
        let mut options = Vec::new();
        let Some((id, pack, split)) = place else { return options };
        for batch in batches.list().into_iter().filter(|own| own.id != id && own.pack == pack && own.split == split) {
            for (arm, own) in batch.arms.iter().enumerate() {
                options.push((format!("{}/{arm}", batch.id), format!("{}: {}", batch.name, own.name)));
            }
        }
        options
    });
    let own_arms = Memo::new(move |_| {
        site.board.with(|board| {
            board.iter().flat_map(|board| board.record.arms.iter().map(|arm| arm.name.clone())).collect::<Vec<_>>()
        })
    });
    let has_any = Memo::new(move |_| own_arms.with(Vec::len) > 1 || !options.with(Vec::is_empty));
    let other_options = Signal::derive(move || {
        let none = SelectOption::new("", "No other batch");
        let rest = options.get().into_iter().map(|(value, text)| SelectOption::new(value, text));
        std::iter::once(none).chain(rest).collect::<Vec<_>>()
    });
    let own_options = Signal::derive(move || {
        let named = |(at, name): (usize, String)| SelectOption::new(at.to_string(), name);
        own_arms.get().into_iter().enumerate().map(named).collect::<Vec<_>>()
    });
    let choose = move |value: String| other.set(read_other(&value));
    let chosen = Signal::derive(move || other.get().map_or_else(String::new, |(id, arm)| format!("{id}/{arm}")));
    let nothing = Memo::new(move |_| other.get().is_some() && with_other.with(Option::is_none));
    view! {
        <Show when=move || has_any.get()>
            <section class="batch-compare" aria-labelledby="batch-compare-title">
                <div class="pane-head">
                    <h2 id="batch-compare-title">"Is the difference more than noise?"</h2>
                </div>
                <div class="compared-list" aria-live="polite">
                    {move || arms.get().into_iter().map(compared).collect_view()}
                    {move || with_other.get().map(compared)}
                    <Show when=move || nothing.get()>
                        <p class="muted">"The two have no scored task in common yet."</p>
                    </Show>
                </div>
                <Show when=move || !options.with(Vec::is_empty)>
                    <div class="fields">
                        <Field label="Compare with">
                            <Select options=other_options value=chosen on_change=choose />
                        </Field>
                        <Show when=move || own_arms.with(|arms| arms.len() > 1) && other.with(Option::is_some)>
                            <Field label="Of this batch">
                                <Select
                                    options=own_options
                                    value=Signal::derive(move || own_arm.get().to_string())
                                    on_change=move |at: String| own_arm.set(at.parse().unwrap_or(0))
                                />
                            </Field>
                        </Show>
                    </div>
                </Show>
            </section>
        </Show>
    }
}

fn read_other(value: &str) -> Other {
    let (id, arm) = value.split_once('/')?;
    Some((BatchId::parse(id)?, arm.parse().ok()?))
}

fn compared(shown: Shown) -> impl IntoView {
    let Compared { before, after, sentence, facts, caveats, .. } = shown.compared;
    let caveats = caveats.into_iter().map(|text| view! { <p class="small muted">{text}</p> }).collect_view();
    view! {
        <div class="card pad compared">
            <p class="small muted">{after} " against " {before}</p>
            <p>
                <strong>{sentence}</strong>
            </p>
            <p class="small num">{facts}</p>
            {tasks("Fixed", shown.fixed)}
            {tasks("Broken", shown.broken)}
            {caveats}
        </div>
    }
}

fn tasks(what: &'static str, tasks: Vec<(i64, Option<String>)>) -> Option<impl IntoView> {
    if tasks.is_empty() {
        return None;
    }
    let more = tasks.len().saturating_sub(LISTED);
    let link = |(task, href): (i64, Option<String>)| match href {
        Some(href) => view! {
            <a href=href aria-label=format!("Task {task} side by side")>
                {task.to_string()}
            </a>
        }
        .into_any(),
        None => view! { <span>{task.to_string()}</span> }.into_any(),
    };
    let links = tasks.into_iter().take(LISTED).map(link).collect_view();
    let more = (more > 0).then(|| format!("and {}", counted(more as u64, "more", "more")));
    Some(view! {
        <p class="small task-links num">
            <span class="muted">{what}</span>
            {links}
            {more}
        </p>
    })
}
