//! What an evolution shows of itself: what its views share, and how they stand on the page.

use std::sync::Arc;

use leptos::prelude::*;
use web_sys::{Element, EventTarget};

use super::candidate::CandidateView;
use super::chart::ChartView;
use super::chosen::deeds_of;
use super::deeds::Site;
use super::front::FrontView;
use super::step::StepCard;
use super::steps::StepList;
use super::tree::TreeView;
use crate::app::play::Play;
use crate::app::{use_app, use_packs};
use crate::gepa::CandidateId;
use crate::platform::size::WidthWatch;
use crate::present::evolve::steps::StepView;
use crate::present::evolve::{Passes, Pick, Pool, ProposalView};

/// What stands, and what happened; both are made anew only where a step was added.
#[derive(Clone, Default)]
pub struct Seen {
    pub pool: Arc<Pool>,
    /// `None` for a result from a file.
    pub passes: Option<Arc<Passes>>,
}

impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.pool, &other.pool)
    }
}

/// What the views share. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Look {
    pub seen: Signal<Seen>,
    /// What is looked at.
    pub pick: Signal<Option<Pick>>,
    pub choose: Callback<Pick>,
    /// The entry of the course that is told; `None`: always the latest.
    pub entry: RwSignal<Option<usize>>,
    /// Opens a rollout by its number.
    pub open: Callback<usize>,
}

/// The views of one evolution.
#[component]
pub fn Views(site: Site) -> impl IntoView {
    let app = use_app();
    let play: Play = expect_context();
    let refused = RwSignal::new(None::<usize>);
    let entry = RwSignal::new(None::<usize>);
    let seen = seen(site);
    let look = Look {
        seen: seen.into(),
        // Before anything was chosen, the best is looked at.
        pick: Signal::derive(move || {
            let chosen = refused.get().map(Pick::Refused).or_else(|| site.selected.get().map(Pick::Candidate));
            chosen.or_else(|| seen.with(|seen| seen.pool.best).map(Pick::Candidate))
        }),
        choose: Callback::new(move |pick| match pick {
            Pick::Candidate(id) => {
                refused.set(None);
                site.selected.set(Some(id));
            }
            Pick::Refused(at) => refused.set(Some(at)),
        }),
        entry,
        open: Callback::new(move |number: usize| {
            let Some(run) = site.record.get_untracked().map(|record| record.run(number)) else { return };
            play.attempt(async move { play.open_run(app, &run).await });
        }),
    };
    let step = Memo::new(move |_| {
        let seen = seen.get();
        let passes = seen.passes?;
        let at = entry.get().or_else(|| passes.list.len().checked_sub(1))?;
        let of = |id: &_| site.evolutions.with(id, |course| StepView::of(&course.evolution, &passes, &seen.pool, at));
        site.id.with_value(of).flatten()
    });
    let proposal = Memo::new(move |_| {
        let (seen, pick) = (seen.get(), look.pick.get()?);
        let Some(passes) = &seen.passes else { return ProposalView::of(&seen.pool, None, pick, &[]) };
        let of = |id: &_| {
            untrack(|| {
                site.evolutions.with(id, |course| {
                    ProposalView::of(&seen.pool, Some((&course.evolution, passes)), pick, &course.facts)
                })
            })
        };
        site.id.with_value(of).flatten()
    });
    let has_course = Memo::new(move |_| seen.with(|seen| seen.passes.is_some()));
    let is_there = Memo::new(move |_| seen.with(|seen| !seen.pool.members.is_empty() || seen.passes.is_some()));
    let deeds = move |id: CandidateId| deeds_of(site, id);
    view! {
        <Show when=move || is_there.get()>
            <div class="evolve-views" class:without-course=move || !has_course.get()>
                <ChartView look />
                <Show when=move || has_course.get()>
                    <StepCard look step />
                </Show>
                <TreeView look />
                <FrontView look />
                <CandidateView look proposal deeds=Callback::new(deeds) />
                <Show when=move || has_course.get()>
                    <StepList look />
                </Show>
            </div>
        </Show>
    }
}

/// The pool and the passes, read anew where a step was added.
fn seen(site: Site) -> Memo<Seen> {
    let packs = use_packs();
    let pack = Memo::new(move |_| {
        let id = site.record.with(|record| record.as_ref().map(|record| record.pack.clone()))?;
        packs.loaded(Some(&id))
    });
    let version =
        Memo::new(move |_| site.id.with_value(|id| site.evolutions.with(id, |course| course.evolution.steps().len())));
    let file = Memo::new_with_compare(
        move |_| site.id.with_value(|id| site.evolutions.imported(id)),
        |old, new| old.is_none_or(|old| new.is_none_or(|new| old.is_some() != new.is_some())),
    );
    Memo::new(move |_| {
        version.track();
        if let Some(result) = file.get() {
            return Seen { pool: Arc::new(Pool::of_result(&result)), passes: None };
        }
        let pack = pack.get();
        let world = pack.as_ref().map(|pack| &*pack.world);
        let of = |id: &_| {
            untrack(|| {
                site.evolutions.with(id, |course| {
                    let passes = Passes::of(&course.evolution);
                    let pool = Pool::of(&course.evolution, &passes, world);
                    Seen { pool: Arc::new(pool), passes: Some(Arc::new(passes)) }
                })
            })
        };
        site.id.with_value(of).unwrap_or_default()
    })
}

/// What `data-pick` says of a pick: `c4`, `r7`.
pub(super) fn pick_name(pick: Pick) -> String {
    match pick {
        Pick::Candidate(id) => format!("c{}", id.0),
        Pick::Refused(at) => format!("r{at}"),
    }
}

/// The pick of the nearest element that names one.
pub(super) fn pick_at(target: Option<EventTarget>) -> Option<Pick> {
    let name = closest(target, "[data-pick]")?.get_attribute("data-pick")?;
    let (kind, number) = name.split_at_checked(1)?;
    match kind {
        "c" => Some(Pick::Candidate(CandidateId(number.parse().ok()?))),
        _ => Some(Pick::Refused(number.parse().ok()?)),
    }
}

/// The number of the rollout that the nearest element names.
pub(super) fn rollout_at(target: Option<EventTarget>) -> Option<usize> {
    closest(target, "[data-rollout]")?.get_attribute("data-rollout")?.parse().ok()
}

fn closest(target: Option<EventTarget>, selector: &str) -> Option<Element> {
    use wasm_bindgen::JsCast;
    target?.dyn_ref::<Element>()?.closest(selector).ok().flatten()
}

/// The width of an element in pixels, 0 before it is on the page.
pub(super) fn width_of(node: NodeRef<leptos::html::Div>) -> Signal<f64> {
    let width = RwSignal::new(0.0);
    let watch = StoredValue::new_local(None);
    Effect::new(move |_| {
        if let Some(element) = node.get() {
            watch.set_value(WidthWatch::new(&element, move |now| {
                if width.try_get_untracked().is_some_and(|before| before != now) {
                    width.set(now);
                }
            }));
        }
    });
    on_cleanup(move || _ = watch.try_update_value(Option::take));
    width.into()
}
