//! One batch: how far it is, its figures, its grid.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::again::DoneAgain;
use super::compare::Comparisons;
use super::figures::FiguresTable;
use super::grid::GridView;
use super::lost::LostRollouts;
use super::notices::Notices;
use crate::app::batches::keep::FileKind;
use crate::app::batches::{BatchPhase, Batches};
use crate::app::runs::Reading;
use crate::app::{Action, use_app, use_batches};
use crate::journal::BatchId;
use crate::platform::files;
use crate::present::evaluate::board::time_left;
use crate::present::evaluate::{Board, Compared};
use crate::present::keys::Shortcut;
use crate::present::route::Page;
use crate::present::seating;
use crate::rollout::batch::Limits;
use crate::ui::kit::{
    Button, ButtonKind, Chip, Dialog, DialogFoot, Empty, Field, Icon, Input, Menu, MenuItem, PageBar, PageBarActions,
    Progress, Textarea,
};

/// What the parts of the page share. A small copyable handle.
#[derive(Clone, Copy)]
pub struct BatchSite {
    pub id: StoredValue<BatchId>,
    pub batches: Batches,
    /// The batch as it stands; `None` while it is looked for, or where it is not.
    pub board: Memo<Option<Board>>,
    pub phase: Memo<Option<BatchPhase>>,
    /// What of it is compared with another batch.
    others: RwSignal<Vec<Compared>>,
    /// Whether it is asked if the batch is to be deleted.
    deleting: RwSignal<bool>,
    /// Whether its name and note are being edited.
    naming: RwSignal<bool>,
    /// Why the last export was not made.
    pub refused: RwSignal<Option<String>>,
}

impl BatchSite {
    fn new(id: BatchId) -> Self {
        let batches = use_batches();
        let id = StoredValue::new(id);
        Self {
            id,
            batches,
            board: Memo::new(move |_| id.with_value(|id| batches.board(id))),
            phase: Memo::new(move |_| id.with_value(|id| batches.phase(id))),
            others: RwSignal::new(Vec::new()),
            deleting: RwSignal::new(false),
            naming: RwSignal::new(false),
            refused: RwSignal::new(None),
        }
    }

    fn go_on(self, again: bool) {
        let id = self.id.get_value();
        // Why it does not go on is said by the batch itself.
        spawn_local(async move { _ = self.batches.go_on(&id, again).await });
    }

    /// Goes on without limits.
    pub fn lift_limits(self) {
        let Some(mut record) = self.board.get_untracked().map(|board| (*board.record).clone()) else { return };
        record.settings.limits = Limits::default();
        spawn_local(async move {
            match self.batches.keep(record).await {
                Ok(()) => self.go_on(false),
                Err(why) => _ = self.refused.try_set(Some(why.to_string())),
            }
        });
    }

    fn pause(self) {
        self.id.with_value(|id| self.batches.pause(id));
    }

    fn stop(self) {
        self.id.with_value(|id| self.batches.stop(id));
    }

    fn save(self, kind: FileKind) {
        if let Some(board) = self.board.get_untracked() {
            self.batches.save(&board, &self.others.get_untracked(), kind);
        }
    }

    fn save_results(self, arm: usize) {
        self.refused.set(None);
        let id = self.id.get_value();
        spawn_local(async move {
            match self.batches.original_file(&id, arm).await {
                Ok((name, text)) => files::save(&name, &text),
                Err(why) => _ = self.refused.try_set(Some(why.to_string())),
            }
        });
    }

    /// Whether something is left that could be begun. Tracks.
    fn can_go_on(self) -> bool {
        self.phase.get() == Some(BatchPhase::Paused)
            || (self.phase.get().is_none()
                && self.board.with(|board| {
                    board.as_ref().is_some_and(|board| {
                        board.record.imported.is_none() && !board.is_done() && board.limit().is_none()
                    })
                }))
    }

    /// Whether rollouts without a verdict could be begun again. Tracks.
    fn can_try_again(self) -> bool {
        self.phase.get().is_none()
            && self.board.with(|board| {
                board.as_ref().is_some_and(|board| {
                    board.record.imported.is_none()
                        && board.limit().is_none()
                        && board.count(|mark| mark == crate::present::evaluate::Mark::Unscored) > 0
                })
            })
    }
}

#[component]
pub fn BatchView(id: BatchId) -> impl IntoView {
    let site = BatchSite::new(id);
    let is_there = Memo::new(move |_| site.board.with(Option::is_some));
    let is_looking = Memo::new(move |_| {
        site.batches.reading() == Reading::Looking || site.batches.runs.reading() == Reading::Looking
    });
    let title = Signal::derive(move || {
        site.board.with(|board| board.as_ref().map_or_else(|| "Batch".to_owned(), |board| board.record.name.clone()))
    });
    let place = move || {
        site.board.with(|board| {
            let record = &board.as_ref()?.record;
            Some(view! {
                <span class="not-phone">
                    <Chip>{format!("{} · {}", record.pack, record.split)}</Chip>
                </span>
            })
        })
    };
    register(site);
    view! {
        <PageBar title>
            {place}
            <PageBarActions>
                <a class="btn" href=Page::Evaluate.route().to_string()>
                    "All batches"
                </a>
                <Show when=move || is_there.get()>
                    <Menu items=move |()| menu(site) label="More to do with this batch" class="btn quiet icon-only">
                        <Icon name="more" />
                    </Menu>
                </Show>
            </PageBarActions>
        </PageBar>
        <div class="page-body evaluate">
            <Show
                when=move || is_there.get()
                fallback=move || {
                    if is_looking.get() {
                        view! { <Empty icon="clock" title="Reading the batch…" /> }.into_any()
                    } else {
                        view! {
                            <Empty icon="grid" title="This batch is not here">
                                <p>"It was deleted, or it belongs to another browser."</p>
                            </Empty>
                        }
                            .into_any()
                    }
                }
            >
                <Notices site />
                <Going site />
                <FiguresTable site />
                <Comparisons site others=site.others />
                <GridView site />
                <LostRollouts site />
                <DoneAgain site />
            </Show>
        </div>
        <DeleteDialog site />
        <NameDialog site />
    }
}

/// The buttons that hold the batch and let it go on.
#[component]
fn Controls(site: BatchSite) -> impl IntoView {
    let running = Memo::new(move |_| site.phase.get() == Some(BatchPhase::Running));
    let live = Memo::new(move |_| site.phase.get().is_some());
    let stopping = Memo::new(move |_| site.phase.get() == Some(BatchPhase::Stopping));
    let can_go_on = Memo::new(move |_| site.can_go_on());
    let can_try_again = Memo::new(move |_| site.can_try_again());
    view! {
        <Show when=move || running.get()>
            <Button icon="pause" on_press=move |()| site.pause()>
                "Pause"
            </Button>
        </Show>
        <Show when=move || can_go_on.get()>
            <Button kind=ButtonKind::Primary icon="play" on_press=move |()| site.go_on(false)>
                "Go on"
            </Button>
        </Show>
        <Show when=move || can_try_again.get()>
            <Button icon="refresh" on_press=move |()| site.go_on(true)>
                "Try the unscored again"
            </Button>
        </Show>
        <Show when=move || live.get()>
            <Button icon="stop" busy=stopping on_press=move |()| site.stop()>
                "Stop"
            </Button>
        </Show>
    }
}

/// How far it is.
#[component]
fn Going(site: BatchSite) -> impl IntoView {
    let value = Signal::derive(move || {
        site.board.with(|board| {
            let (done, all) = board.as_ref()?.done();
            Some(if all == 0 { 1.0 } else { done as f64 / all as f64 })
        })
    });
    let label = Signal::derive(move || {
        match site.phase.get() {
            Some(BatchPhase::Running) => "Running",
            Some(BatchPhase::Paused) => "Paused",
            Some(BatchPhase::Stopping) => "Stopping",
            None if site.board.with(|board| board.as_ref().is_some_and(Board::is_done)) => "Done",
            None => "Not finished",
        }
        .to_owned()
    });
    let figure = Signal::derive(move || {
        let facts = site.board.with(|board| board.as_ref().map(Board::facts))?;
        let left = (site.phase.get() == Some(BatchPhase::Running))
            .then(|| {
                let pulse = site.id.with_value(|id| site.batches.pulse(id))?;
                let (done, all) = site.board.with(|board| board.as_ref().map(Board::done))?;
                time_left(pulse.elapsed_ms, done.saturating_sub(pulse.done_before), all - done)
            })
            .flatten();
        Some([Some(facts), left].into_iter().flatten().collect::<Vec<_>>().join(" · "))
    });
    let asked = move || {
        site.board.with(|board| {
            let record = &board.as_ref()?.record;
            let user = seating::name(&record.user);
            let mut agents: Vec<String> = record.arms.iter().map(|arm| seating::name(&arm.agent)).collect();
            agents.dedup();
            Some(format!(
                "{} · {} · agent {} · customer {user} · seed {}",
                record.pack,
                record.split,
                agents.join(", "),
                record.settings.seed
            ))
        })
    };
    view! {
        <div class="card pad batch-going">
            <Progress value label figure />
            <div class="batch-controls">
                <p class="small muted grow">{asked}</p>
                <Controls site />
            </div>
        </div>
    }
}

fn menu(site: BatchSite) -> Vec<MenuItem> {
    let save = move |text: &str, kind: FileKind| MenuItem::new(text, "download", move || site.save(kind));
    let mut items = vec![
        MenuItem::Title("Export".to_owned()),
        save("Report (HTML, opens offline)", FileKind::Html),
        save("Table (CSV)", FileKind::Csv),
        save("Figures (Markdown)", FileKind::Markdown),
    ];
    let arms: Vec<String> = site.board.with_untracked(|board| {
        board.iter().flat_map(|board| board.record.arms.iter().map(|arm| arm.name.clone())).collect()
    });
    let several = arms.len() > 1;
    items.extend(arms.into_iter().enumerate().map(|(arm, name)| {
        let text = if several {
            format!("Result file (JSON) of {name}")
        } else {
            "Result file (JSON, the original's)".to_owned()
        };
        MenuItem::new(text, "download", move || site.save_results(arm))
    }));
    items.push(MenuItem::Title("Batch".to_owned()));
    items.push(MenuItem::new("Name and note…", "edit", move || site.naming.set(true)));
    items.push(MenuItem::Do {
        text: "Delete the batch".to_owned(),
        icon: "trash",
        shortcut: None,
        danger: true,
        perform: Callback::new(move |()| site.deleting.set(true)),
    });
    items
}

#[component]
fn NameDialog(site: BatchSite) -> impl IntoView {
    view! {
        <Dialog open=site.naming on_close=move |()| site.naming.set(false) title="Name and note">
            {move || {
                let record = site.board.with_untracked(|board| board.as_ref().map(|board| board.record.clone()))?;
                let (name, note) = (RwSignal::new(record.name.clone()), RwSignal::new(record.note.clone()));
                let save = move |()| {
                    let mut changed = (*record).clone();
                    if !name.get_untracked().trim().is_empty() {
                        changed.name = name.get_untracked();
                    }
                    changed.note = note.get_untracked();
                    site.naming.set(false);
                    spawn_local(async move {
                        if let Err(why) = site.batches.keep(changed).await {
                            site.refused.try_set(Some(why.to_string()));
                        }
                    });
                };
                Some(view! {
                    <div class="dialog-body fields-column">
                        <Field label="Name">
                            <Input value=name />
                        </Field>
                        <Field label="Note" optional=true>
                            <Textarea value=note rows=3 />
                        </Field>
                    </div>
                    <DialogFoot>
                        <Button kind=ButtonKind::Quiet on_press=move |()| site.naming.set(false)>
                            "Cancel"
                        </Button>
                        <Button kind=ButtonKind::Primary on_press=save>
                            "Save"
                        </Button>
                    </DialogFoot>
                })
            }}
        </Dialog>
    }
}

#[component]
fn DeleteDialog(site: BatchSite) -> impl IntoView {
    let app = use_app();
    let refused = RwSignal::new(None::<String>);
    let delete = move |()| {
        let id = site.id.get_value();
        spawn_local(async move {
            match site.batches.delete(&id).await {
                Ok(()) => app.go(&Page::Evaluate.route()),
                Err(why) => _ = refused.try_set(Some(why.to_string())),
            }
        });
    };
    let close = move |()| {
        site.deleting.set(false);
        refused.set(None);
    };
    view! {
        <Dialog open=site.deleting on_close=close title="Delete this batch?">
            <div class="dialog-body">
                <p>"Its rollouts are deleted with it. This can't be undone; export what you want to keep first."</p>
                {move || refused.get().map(|why| view! { <p class="bad">{why}</p> })}
            </div>
            <DialogFoot>
                <Button kind=ButtonKind::Quiet on_press=close>
                    "Cancel"
                </Button>
                <Button kind=ButtonKind::Danger icon="trash" on_press=delete>
                    "Delete"
                </Button>
            </DialogFoot>
        </Dialog>
    }
}

/// The keys, while a batch is shown.
fn register(site: BatchSite) {
    let is_running = Signal::derive(move || site.phase.get() == Some(BatchPhase::Running));
    let can_go_on = Signal::derive(move || site.can_go_on());
    let is_live = Signal::derive(move || site.phase.get().is_some());
    use_app().actions.register([
        Action::new("evaluate.pause", "Evaluate", "pause", "Pause the batch", move || site.pause())
            .with_shortcut(Shortcut::key("p"))
            .enabled_when(is_running),
        Action::new("evaluate.go-on", "Evaluate", "play", "Go on with the batch", move || site.go_on(false))
            .with_shortcut(Shortcut::key("g"))
            .enabled_when(can_go_on),
        Action::new("evaluate.stop", "Evaluate", "stop", "Stop the batch", move || site.stop()).enabled_when(is_live),
    ]);
}
