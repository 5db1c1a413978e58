use leptos::prelude::*;

use super::super::super::kit::{
    Badge, Button, ButtonKind, Dialog, DialogFoot, Fact, Facts, Fold, FoldKind, Icon, Menu, MenuItem, Progress,
    TroubleCallout,
};
use crate::{
    app::{
        packs::{LoadedPack, PackState, Slot},
        use_app, use_packs,
    },
    pack::{BaseAddress, Check, Source},
    present::{
        packs,
        route::{PlayPlace, Route},
        tone::Tone,
    },
};

/// One pack: what it is, where it comes from, how far it is, and what can be done with it.
#[component]
pub fn PackCard(pack: Slot) -> impl IntoView {
    let facts = packs::facts(pack.manifest);
    let title_id = format!("pack-{}", pack.manifest.id);
    let labelled_by = title_id.clone();
    view! {
        <article class="card pack" aria-labelledby=labelled_by>
            <header class="pack-head">
                <span class="pack-mark">
                    <Icon name="data" />
                </span>
                <div class="grow">
                    <h3 id=title_id>{pack.manifest.name}</h3>
                    <p class="muted">{facts.about}</p>
                </div>
                <StateBadge pack />
            </header>
            <div class="pack-body">
                <Facts>
                    <Fact name="Source">
                        <a href=facts.repository_url target="_blank" rel="noopener noreferrer">
                            {pack.manifest.repository}
                        </a>
                        " at "
                        <a href=facts.commit_url class="mono" target="_blank" rel="noopener noreferrer">
                            {facts.commit_short}
                        </a>
                    </Fact>
                    <Fact name="Licence">{pack.manifest.licence}</Fact>
                    <Fact name="Size">{facts.size}</Fact>
                    {move || pack.loaded().map(|pack| view! { <LoadedFacts loaded=pack /> })}
                </Facts>
                <Warnings pack />
                <Fold summary=|| view! { <span>"Files"</span> } kind=FoldKind::Plain>
                    <FileTable pack />
                </Fold>
            </div>
            <footer class="pack-foot">
                <Controls pack />
            </footer>
        </article>
    }
}

#[component]
fn StateBadge(pack: Slot) -> impl IntoView {
    move || {
        let (tone, text) = pack.state.with(|state| match state {
            PackState::Looking => (Tone::Plain, "looking …"),
            PackState::Absent => (Tone::Plain, "not loaded"),
            PackState::Stored(_) => (Tone::Warn, "stored, not opened"),
            PackState::Opening => (Tone::Plain, "opening …"),
            PackState::Loading(_) => (Tone::Accent, "loading …"),
            PackState::Ready(LoadedPack { installed: Some(installed), .. })
                if packs::session_only(&installed.kept).is_some() =>
            {
                (Tone::Warn, "until you leave")
            }
            PackState::Ready(_) => (Tone::Good, "ready, also offline"),
        });
        view! { <Badge tone=tone>{text}</Badge> }
    }
}

#[component]
fn LoadedFacts(loaded: LoadedPack) -> impl IntoView {
    view! {
        <Fact name="Holds">{loaded.holds.join(", ")}</Fact>
        {loaded
            .installed
            .map(|installed| {
                view! {
                    <Fact name="Loaded from">
                        <span class="mono">{installed.record.origin.clone()}</span>
                    </Fact>
                }
            })}
    }
}

/// What failed last, and what to know of a pack that is loaded.
#[component]
fn Warnings(pack: Slot) -> impl IntoView {
    let warnings = move || {
        let installed = pack.loaded().and_then(|pack| pack.installed);
        let session = installed.as_ref().and_then(|installed| packs::session_only(&installed.kept));
        let unchecked = installed.as_ref().and_then(|installed| packs::unchecked(&installed.record));
        [session, unchecked]
            .into_iter()
            .flatten()
            .map(|trouble| view! { <TroubleCallout trouble tone=Tone::Warn /> })
            .collect_view()
    };
    view! {
        {move || {
            pack.trouble
                .get()
                .map(|trouble| {
                    let offer = trouble.unpinned;
                    view! {
                        <TroubleCallout
                            trouble
                            tone=Tone::Bad
                            actions=move || offer.then(|| view! { <TakeUnchecked pack /> })
                        />
                    }
                })
        }}
        {warnings}
    }
}

/// A way out where a copy differs from the pinned files: trust it. Only for an address that the user chose.
#[component]
fn TakeUnchecked(pack: Slot) -> impl IntoView {
    let packs = use_packs();
    let take = move |base: BaseAddress| {
        packs.set_source(Source::Custom { base, check: Check::Unchecked });
        packs.load(pack.manifest.id);
    };
    move || match packs.source.get() {
        Source::Public => None,
        Source::Custom { base, .. } => Some(view! {
            <Button small=true on_press=move |()| take(base.clone())>
                "Trust this copy and load it unchecked"
            </Button>
        }),
    }
}

#[component]
fn FileTable(pack: Slot) -> impl IntoView {
    let rows = packs::files(pack.manifest)
        .into_iter()
        .map(|file| {
            view! {
                <tr>
                    <td class="mono">{file.path}</td>
                    <td>{file.holds}</td>
                    <td class="num end">{file.size}</td>
                    <td class="mono">{file.blob}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=format!("Files of {}", pack.manifest.name)>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Path in the repository"</th>
                        <th scope="col">"Holds"</th>
                        <th scope="col" class="end">
                            "Size"
                        </th>
                        <th scope="col">"Git blob"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// What can be done with the pack as it is.
#[component]
fn Controls(pack: Slot) -> impl IntoView {
    let packs = use_packs();
    let app = use_app();
    let id = pack.manifest.id;
    let confirm = RwSignal::new(false);
    // The progress bar must not be rebuilt at each report, so the kinds of state are compared, not the states.
    let kind = Memo::new(move |_| {
        pack.state.with(|state| match state {
            PackState::Looking | PackState::Opening => Kind::Busy,
            PackState::Absent => Kind::Absent,
            PackState::Stored(_) => Kind::Stored,
            PackState::Loading(_) => Kind::Loading,
            PackState::Ready(_) => Kind::Ready,
        })
    });
    let load = Callback::new(move |()| packs.load(id));
    let more = Callback::new(move |()| {
        vec![
            MenuItem::new("Load again", "refresh", move || packs.load(id)),
            MenuItem::Do {
                text: "Delete…".to_owned(),
                icon: "trash",
                shortcut: None,
                danger: true,
                perform: Callback::new(move |()| confirm.set(true)),
            },
        ]
    });
    let controls = move || match kind.get() {
        Kind::Busy => view! { <Button on_press=|()| () busy=true>"One moment"</Button> }.into_any(),
        Kind::Absent => view! {
            <Button kind=ButtonKind::Primary icon="download" on_press=load>
                {move || if pack.trouble.with(Option::is_some) { "Try again" } else { "Load" }}
            </Button>
        }
        .into_any(),
        Kind::Stored => view! {
            <Button kind=ButtonKind::Primary on_press=move |()| packs.open(id)>
                "Open"
            </Button>
            <Button icon="refresh" on_press=load>
                "Load again"
            </Button>
        }
        .into_any(),
        Kind::Loading => view! { <LoadingControls pack /> }.into_any(),
        Kind::Ready => view! {
            <Button
                kind=ButtonKind::Primary
                icon="play"
                label=format!("Open in Play: {}", pack.manifest.name)
                on_press=move |()| app.go(&Route::Play(PlayPlace::Pack { pack: id.to_owned() }))
            >
                "Open in Play"
            </Button>
            <Menu items=more class="btn" label=format!("More for {}", pack.manifest.name)>
                <Icon name="more" />
            </Menu>
        }
        .into_any(),
    };
    view! {
        {controls}
        <Dialog
            open=confirm
            on_close=move |()| confirm.set(false)
            title=format!("Delete {}?", pack.manifest.name)
        >
            <div class="dialog-body">
                <p>"Its files are taken out of this browser. You can load them again at any time."</p>
            </div>
            <DialogFoot>
                <Button on_press=move |()| confirm.set(false)>"Keep it"</Button>
                <Button
                    kind=ButtonKind::Danger
                    icon="trash"
                    on_press=move |()| {
                        confirm.set(false);
                        packs.remove(id);
                    }
                >
                    "Delete"
                </Button>
            </DialogFoot>
        </Dialog>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Busy,
    Absent,
    Stored,
    Loading,
    Ready,
}

#[component]
fn LoadingControls(pack: Slot) -> impl IntoView {
    let packs = use_packs();
    let progress = Memo::new(move |_| {
        pack.state.with(|state| match state {
            PackState::Loading(progress) => packs::progress(*progress),
            _ => (1.0, String::new()),
        })
    });
    view! {
        <div class="grow">
            <Progress
                value=Signal::derive(move || Some(progress.with(|(share, _)| *share)))
                label="Fetching and checking"
                figure=Signal::derive(move || progress.with(|(_, figure)| figure.clone()))
            />
        </div>
        <Button icon="stop" on_press=move |()| packs.stop(pack.manifest.id)>
            "Cancel"
        </Button>
    }
}
