//! What narrows the list: words, and choices among what there is.

use leptos::prelude::*;

use super::RunsSite;
use crate::app::use_versions;
use crate::present::runs::{RunFacets, RunFilter};
use crate::ui::kit::{Button, ButtonKind, Checkbox, SearchInput, Select, SelectOption};
use crate::workspace::versions::VersionId;

/// The id of the search field, for the key that leads there.
pub const SEARCH_ID: &str = "run-search";

#[component]
pub fn Filters(site: RunsSite) -> impl IntoView {
    let facets = Memo::new(move |_| site.lines.with(|lines| RunFacets::of(lines)));
    let versions = use_versions();
    let text = RwSignal::new(site.filter.with_untracked(|filter| filter.text.clone()));
    Effect::new(move |_| {
        let text = text.get();
        if site.filter.with_untracked(|filter| filter.text != text) {
            site.filter.update(|filter| filter.text = text);
        }
    });
    // A version is called what it is called now.
    let version_options = move || {
        let named = |(id, name): (String, String)| {
            let name = versions.find(&VersionId::named(&id)).map_or(name, |version| version.label());
            (id, name)
        };
        facets.get().versions.into_iter().map(named).collect()
    };
    let has_batches = Memo::new(move |_| site.lines.with(|lines| lines.iter().any(|line| line.in_batch)));
    let is_on = Memo::new(move |_| site.filter.with(RunFilter::is_on));
    let clear = move |()| {
        text.set(String::new());
        site.filter.set(RunFilter::default());
    };
    view! {
        <div class="run-filters" role="search">
            <SearchInput value=text label="Search runs" key_hint="/" id=SEARCH_ID />
            <Facet
                label="Task"
                all="All tasks"
                options=Signal::derive(move || facets.get().tasks)
                value=Signal::derive(move || site.filter.with(|filter| filter.task.clone()))
                on_change=move |task| site.filter.update(|filter| filter.task = task)
            />
            <Facet
                label="Outcome"
                all="All outcomes"
                options=Signal::derive(move || facets.get().outcomes)
                value=Signal::derive(move || site.filter.with(|filter| filter.outcome.clone()))
                on_change=move |outcome| site.filter.update(|filter| filter.outcome = outcome)
            />
            <Facet
                label="Model"
                all="All models"
                options=Signal::derive(move || facets.get().models)
                value=Signal::derive(move || site.filter.with(|filter| filter.model.clone()))
                on_change=move |model| site.filter.update(|filter| filter.model = model)
            />
            <Facet
                label="Instruction"
                all="All instructions"
                options=Signal::derive(version_options)
                value=Signal::derive(move || site.filter.with(|filter| filter.version.clone()))
                on_change=move |version| site.filter.update(|filter| filter.version = version)
            />
            <Show when=move || has_batches.get()>
                <Checkbox
                    checked=Signal::derive(move || site.filter.with(|filter| filter.batches))
                    on_change=move |on| site.filter.update(|filter| filter.batches = on)
                    label="In batches"
                />
            </Show>
            <Show when=move || is_on.get()>
                <Button kind=ButtonKind::Quiet small=true icon="close" on_press=clear>
                    "Clear"
                </Button>
            </Show>
        </div>
    }
}

#[component]
fn Facet(
    label: &'static str,
    /// What choosing nothing is called.
    all: &'static str,
    options: Signal<Vec<(String, String)>>,
    value: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    let options = Signal::derive(move || {
        let mut list = vec![SelectOption::new("", all)];
        list.extend(options.get().into_iter().map(|(value, text)| SelectOption::new(value, text)));
        list
    });
    view! { <Select options value on_change label /> }
}
