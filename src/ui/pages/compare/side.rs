//! The two runs of the address: read, and read again while they grow; their heads.

use leptos::prelude::*;

use crate::app::play::Play;
use crate::app::runs::use_runs;
use crate::app::use_app;
use crate::journal::RunId;
use crate::present::route::Route;
use crate::present::run_view::RunView;
use crate::present::runs::RunLine;
use crate::ui::kit::{Badge, Button, ButtonKind, Icon};

/// One of the two.
#[derive(Clone, Copy)]
pub struct Side {
    /// `first` or `second`.
    pub name: &'static str,
    pub id: Memo<Option<RunId>>,
    pub state: RwSignal<SideState>,
    /// What is shown of it; the last that could be read.
    pub view: RwSignal<Option<RunView>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SideState {
    Looking,
    There,
    Refused(String),
}

/// Both.
#[derive(Clone, Copy)]
pub struct Sides {
    pub ids: Memo<Option<(RunId, RunId)>>,
    pub left: Side,
    pub right: Side,
}

impl Sides {
    /// The runs that the address names.
    #[must_use]
    pub fn new() -> Self {
        let app = use_app();
        let ids = Memo::new(move |before: Option<&Option<(RunId, RunId)>>| match app.route.get() {
            Route::Compare(left, right) => Some((left, right)),
            _ => before.cloned().flatten(),
        });
        let left = Memo::new(move |_| ids.with(|ids| ids.as_ref().map(|(left, _)| left.clone())));
        let right = Memo::new(move |_| ids.with(|ids| ids.as_ref().map(|(_, right)| right.clone())));
        Self { ids, left: Side::new("first", left), right: Side::new("second", right) }
    }

    /// Whether both are there. Tracks.
    #[must_use]
    pub fn are_there(self) -> bool {
        self.left.view.with(Option::is_some) && self.right.view.with(Option::is_some)
    }

    /// Tracks.
    #[must_use]
    pub fn are_of_one_task(self) -> bool {
        let task = |side: Side| {
            side.view.with(|view| view.as_ref().map(|view| (view.header.pack.clone(), view.header.task.clone())))
        };
        task(self.left) == task(self.right)
    }
}

impl Side {
    fn new(name: &'static str, id: Memo<Option<RunId>>) -> Self {
        let (play, runs): (Play, _) = (expect_context(), use_runs());
        let (state, view) = (RwSignal::new(SideState::Looking), RwSignal::new(None));
        // A run that grows tells so in the list.
        let length = Memo::new(move |_| id.get().and_then(|id| runs.find(&id)).map(|run| run.summary.events));
        // The answers may come in another order than they were asked for; the last question counts.
        let asked = StoredValue::new(0_u64);
        Effect::new(move |before: Option<Option<RunId>>| {
            // Read, not only tracked: a memo that nobody has read yet does not know what it depends on.
            length.get();
            asked.update_value(|asked| *asked += 1);
            let question = asked.get_value();
            let now = id.get();
            if before.is_some_and(|before| before != now) {
                state.set(SideState::Looking);
                view.set(None);
            }
            if let Some(own) = now.clone() {
                leptos::task::spawn_local(async move {
                    let found = play.run_view(&own).await;
                    // Another address, another page, or more of the run meanwhile.
                    if asked.try_get_value() != Some(question) {
                        return;
                    }
                    match found {
                        Ok(found) => {
                            view.set(Some(found));
                            state.set(SideState::There);
                        }
                        Err(refusal) => state.set(SideState::Refused(refusal.to_string())),
                    }
                });
            }
            now
        });
        Self { name, id, state, view }
    }
}

/// What a run is: its name, who spoke, its instruction, what came of it.
#[component]
pub fn Head(side: Side) -> impl IntoView {
    let (app, runs): (_, _) = (use_app(), use_runs());
    let play: Play = expect_context();
    let line = Memo::new(move |_| side.id.get().and_then(|id| runs.find(&id)).map(|run| RunLine::of(&run)));
    let open = move |()| {
        if let Some(id) = side.id.get_untracked() {
            play.attempt(async move { play.open_run(app, &id).await });
        }
    };
    view! {
        <section class=format!("compare-head-side {}", side.name) aria-label=format!("The {} run", side.name)>
            {move || {
                line.get()
                    .map(|line| {
                        let origin = line.is_fork.then_some(" · a fork");
                        view! {
                            <div class="compare-title">
                                <span class="compare-name">{line.name().to_owned()}</span>
                                <Badge tone=line.outcome.tone()>
                                    <Icon name=line.outcome.icon() />
                                    {line.verdict.clone()}
                                </Badge>
                                <span class="grow"></span>
                                <Button small=true kind=ButtonKind::Quiet icon="play" on_press=open>
                                    "Open"
                                </Button>
                            </div>
                            <p class="small">{line.instruction.clone()}</p>
                            <p class="small muted">
                                {format!("agent {} · customer {} · {}", line.agent, line.user, line.facts)} {origin}
                                {line.by_programs.then(|| view! { " " <Badge>"program"</Badge> })}
                            </p>
                        }
                    })
            }}
            {move || {
                let warnings = side.view.with(|view| view.as_ref().map(|view| view.warnings.clone()).unwrap_or_default());
                warnings.into_iter().map(|text| view! { <p class="small warn">{text}</p> }).collect_view()
            }}
        </section>
    }
}
