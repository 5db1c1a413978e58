//! The frame of one evolution: its header, its controls, and the places of the views.

use leptos::prelude::*;

use super::controls::{FromFile, Going, StateBadge};
use super::deeds::{Over, Site};
use super::dialogs::{DeleteDialog, NameDialog};
use super::hand::{ForkDialog, IntroduceDialog};
use super::held_out::HeldOut;
use super::notices::Notices;
use super::review::Review;
use super::views::Views;
use crate::app::runs::Reading;
use crate::journal::EvolutionId;
use crate::present::route::Page;
use crate::present::tone::Tone;
use crate::ui::kit::{Callout, Empty, Icon, Menu, MenuItem, PageBar, PageBarActions};

#[component]
pub fn EvolutionView(id: EvolutionId) -> impl IntoView {
    let site = Site::new(id);
    site.open();
    site.register();
    let is_there = Memo::new(move |_| site.record.with(Option::is_some));
    let is_file = Memo::new(move |_| site.record.with(|record| record.as_ref().is_some_and(|own| own.file.is_some())));
    let is_looking = Memo::new(move |_| site.evolutions.reading() == Reading::Looking);
    let title = Signal::derive(move || {
        site.record.with(|record| record.as_ref().map_or_else(|| "Evolution".to_owned(), |record| record.name.clone()))
    });
    let unreadable = move || match site.opened.get() {
        Some(Err(why)) => Some(view! {
            <Callout tone=Tone::Bad live=true title="The evolution could not be opened">
                <p>{why}</p>
            </Callout>
        }),
        _ => None,
    };
    let note = move || {
        let note = site.record.with(|record| record.as_ref().map(|record| record.note.clone()))?;
        (!note.is_empty()).then(|| view! { <p class="evolve-note">{note}</p> })
    };
    view! {
        <PageBar title>
            <StateBadge site />
            <PageBarActions>
                <a class="btn" href=Page::Evolve.route().to_string()>
                    <span>"All" <span class="not-phone">" evolutions"</span></span>
                </a>
                <Show when=move || is_there.get()>
                    <Menu items=move |()| menu(site) label="More to do with this evolution" class="btn quiet icon-only">
                        <Icon name="more" />
                    </Menu>
                </Show>
            </PageBarActions>
        </PageBar>
        <div class="page-body evolve">
            <Show
                when=move || is_there.get()
                fallback=move || {
                    if is_looking.get() {
                        view! { <Empty icon="clock" title="Reading the evolution…" /> }.into_any()
                    } else {
                        view! {
                            <Empty icon="evolve" title="This evolution is not here">
                                <p>"It was deleted, or it belongs to another browser."</p>
                            </Empty>
                        }
                            .into_any()
                    }
                }
            >
                {unreadable} <Notices site /> {note}
                <Show when=move || site.pulse.with(Option::is_some)>
                    <Going site />
                </Show>
                <Show when=move || is_file.get() && site.opened.get() == Some(Ok(()))>
                    <FromFile site />
                </Show>
                <Review site />
                <Views site />
                <HeldOut site />
            </Show>
        </div>
        <DeleteDialog site />
        <NameDialog site />
        <ForkDialog site />
        <IntroduceDialog site />
    }
}

fn menu(site: Site) -> Vec<MenuItem> {
    let opens =
        move |text: &str, icon: &'static str, over: Over| MenuItem::new(text, icon, move || site.over.set(Some(over)));
    let saves = move |text: &str, name: Option<&'static str>| MenuItem::new(text, "download", move || site.save(name));
    let mut items = Vec::new();
    let is_here = site.pulse.with_untracked(Option::is_some);
    if is_here {
        items.push(MenuItem::Title("Steer".to_owned()));
        items.push(opens("Fork with other settings…", "fork", Over::Forking));
        items.push(if site.phase.get_untracked().is_some() {
            opens("Add a candidate of your own…", "plus", Over::Introducing)
        } else {
            let why = "Only while it is under way: go on with it first.".to_owned();
            MenuItem::Off { text: "Add a candidate of your own…".to_owned(), icon: "plus", why }
        });
    }
    items.extend([
        MenuItem::Title("Save".to_owned()),
        saves("Result (results.json, GEPA’s)", Some("results.json")),
        saves("Best instruction (prompt.txt)", Some("prompt.txt")),
    ]);
    if is_here {
        items.push(saves("Settings (experiment_config.json)", Some("experiment_config.json")));
        items.push(saves("Everything with its rollouts (ZIP)", None));
    }
    items.extend([
        MenuItem::Title("Evolution".to_owned()),
        opens("Name and note…", "edit", Over::Naming),
        MenuItem::Do {
            text: "Delete the evolution".to_owned(),
            icon: "trash",
            shortcut: None,
            danger: true,
            perform: Callback::new(move |()| site.over.set(Some(Over::Deleting))),
        },
    ]);
    items
}
