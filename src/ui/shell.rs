//! The frame around every page: the rail (a bar at the bottom on phones), the page, and what may lie over it.

use leptos::prelude::*;

use super::{
    keyboard_help::KeyboardHelp,
    kit::{Icon, Menu, MenuItem, ToastStack},
    pages::{
        NotFoundPage, cast::CastPage, compare::ComparePage, data::DataPage, evaluate::EvaluatePage, evolve::EvolvePage,
        models::ModelsPage, play::PlayPage, runs::RunsPage,
    },
    palette::Palette,
};
use crate::{
    app::{Overlay, Theme, use_app},
    platform::page,
    present::route::Page,
};

/// The whole page.
#[component]
pub fn Shell() -> impl IntoView {
    let app = use_app();
    let skip = move |event: leptos::ev::MouseEvent| {
        // Following the link would be a change of route.
        event.prevent_default();
        page::focus("#main");
    };
    view! {
        <a class="skip-link" href="#main" on:click=skip>
            "Skip to content"
        </a>
        <div class="shell">
            <Rail />
            <main class="page" id="main" tabindex="-1">
                {move || match app.page.get() {
                    Page::Play => view! { <PlayPage /> }.into_any(),
                    Page::Evaluate => view! { <EvaluatePage /> }.into_any(),
                    Page::Evolve => view! { <EvolvePage /> }.into_any(),
                    Page::Runs => view! { <RunsPage /> }.into_any(),
                    Page::Compare => view! { <ComparePage /> }.into_any(),
                    Page::NotFound => view! { <NotFoundPage /> }.into_any(),
                    Page::Data => view! { <DataPage /> }.into_any(),
                    Page::Models => view! { <ModelsPage /> }.into_any(),
                    Page::Cast => view! { <CastPage /> }.into_any(),
                }}
            </main>
        </div>
        <Palette />
        <KeyboardHelp />
        <ToastStack toasts=app.toasts />
    }
}

#[component]
fn Rail() -> impl IntoView {
    let app = use_app();
    let links = Page::LISTED
        .into_iter()
        .map(|page| {
            let current = move || (app.page.get() == page).then_some("page");
            view! {
                <a class="rail-item" href=page.route().to_string() aria-current=current>
                    <Icon name=page.icon() />
                    <span>{page.name()}</span>
                </a>
            }
        })
        .collect_view();
    let themes = move |()| theme_lines();
    let more = move |()| {
        let mut lines = vec![MenuItem::new("Commands", "command", move || app.overlay.set(Some(Overlay::Palette)))];
        lines.push(MenuItem::Title("Theme".to_owned()));
        lines.extend(theme_lines());
        lines
    };
    view! {
        <nav class="rail" aria-label="Main">
            <a class="rail-brand" href=Page::Play.route().to_string() aria-label="Taupe, start">
                <Icon name="brand" />
            </a>
            {links}
            <div class="rail-end">
                <button
                    type="button"
                    class="rail-item not-phone"
                    aria-keyshortcuts="Control+K Meta+K"
                    on:click=move |_| app.overlay.set(Some(Overlay::Palette))
                >
                    <Icon name="command" />
                    <span>"Commands"</span>
                </button>
                <div class="rail-menu not-phone">
                    <Menu items=themes class="rail-item">
                        <Icon name=Signal::derive(move || app.theme.get().icon().to_owned()) />
                        <span>"Theme"</span>
                    </Menu>
                </div>
                <div class="rail-menu only-phone">
                    <Menu items=more class="rail-item">
                        <Icon name="more" />
                        <span>"More"</span>
                    </Menu>
                </div>
            </div>
        </nav>
    }
}

fn theme_lines() -> Vec<MenuItem> {
    let app = use_app();
    Theme::ALL
        .into_iter()
        .map(|theme| MenuItem::Choice {
            text: theme.name().to_owned(),
            note: None,
            icon: theme.icon(),
            chosen: Signal::derive(move || app.theme.get() == theme),
            perform: Callback::new(move |()| app.set_theme(theme)),
        })
        .collect()
}
