use leptos::prelude::*;

use super::super::super::kit::{Badge, Button, ButtonKind, Fact, Facts, Icon, TroubleCallout};
use crate::{
    app::{
        starters::{StarterSlot, StarterState},
        use_app,
    },
    present::{
        route::{PlayPlace, Route},
        tone::Tone,
    },
};

/// A world that comes with the page: what it is and what it holds. There is nothing to load or to delete.
#[component]
pub fn StarterCard(starter: StarterSlot) -> impl IntoView {
    let app = use_app();
    let id = starter.file.id;
    let title_id = format!("pack-{id}");
    let labelled_by = title_id.clone();
    let head = move || match starter.state.get() {
        StarterState::Ready { pack, about } => (pack.name, about, Tone::Good, "built in"),
        StarterState::Loading => ("Starter world".to_owned(), String::new(), Tone::Plain, "opening …"),
        StarterState::Failed(_) => ("Starter world".to_owned(), String::new(), Tone::Bad, "not there"),
    };
    let head = Memo::new(move |_| head());
    let body = move || match starter.state.get() {
        StarterState::Ready { pack, .. } => view! {
            <Facts>
                <Fact name="Source">"This page; invented for it, and no part of the benchmark"</Fact>
                <Fact name="Holds">{pack.holds.join(", ")}</Fact>
            </Facts>
        }
        .into_any(),
        StarterState::Loading => ().into_any(),
        StarterState::Failed(trouble) => view! { <TroubleCallout trouble tone=Tone::Bad /> }.into_any(),
    };
    let controls = move || match starter.state.get() {
        StarterState::Ready { pack, .. } => view! {
            <Button
                kind=ButtonKind::Primary
                icon="play"
                label=format!("Open in Play: {}", pack.name)
                on_press=move |()| app.go(&Route::Play(PlayPlace::Pack { pack: id.to_owned() }))
            >
                "Open in Play"
            </Button>
        }
        .into_any(),
        StarterState::Loading => view! { <Button on_press=|()| () busy=true>"One moment"</Button> }.into_any(),
        StarterState::Failed(_) => view! {
            <Button icon="refresh" on_press=move |()| starter.load()>
                "Try again"
            </Button>
        }
        .into_any(),
    };
    view! {
        <article class="card pack" aria-labelledby=labelled_by>
            <header class="pack-head">
                <span class="pack-mark">
                    <Icon name="data" />
                </span>
                <div class="grow">
                    <h3 id=title_id>{move || head.get().0}</h3>
                    <p class="muted">{move || head.get().1}</p>
                </div>
                {move || {
                    let (_, _, tone, text) = head.get();
                    view! { <Badge tone=tone>{text}</Badge> }
                }}
            </header>
            <div class="pack-body">{body}</div>
            <footer class="pack-foot">{controls}</footer>
        </article>
    }
}
