use leptos::prelude::*;

use super::{Icon, IconButton};

/// The places of a [`Split`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitSide {
    Start,
    Main,
    End,
}

impl SplitSide {
    const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Main => "main",
            Self::End => "end",
        }
    }
}

/// What of a [`Split`] is in sight.
#[derive(Clone, Copy)]
pub struct SplitState {
    /// The panel on show where there is room for one only. Setting it leads the user to a panel.
    pub shown: RwSignal<SplitSide>,
    /// Whether the side panels are unfolded, where there is room for them.
    pub start_open: RwSignal<bool>,
    pub end_open: RwSignal<bool>,
}

impl SplitState {
    /// Both side panels unfolded; `shown` where there is room for one panel.
    #[must_use]
    pub fn new(shown: SplitSide) -> Self {
        Self { shown: RwSignal::new(shown), start_open: RwSignal::new(true), end_open: RwSignal::new(true) }
    }
}

/// One panel of a [`Split`].
pub struct SplitPanel {
    /// The panel's name: for screen readers and the switch on narrow windows.
    pub title: Signal<String>,
    /// Its icon on the switch.
    pub icon: &'static str,
    pub content: ViewFnOnce,
}

impl SplitPanel {
    pub fn new(title: impl Into<Signal<String>>, icon: &'static str, content: impl Into<ViewFnOnce>) -> Self {
        Self { title: title.into(), icon, content: content.into() }
    }
}

/// A main panel between two side panels that fold away. Fills the page under its bar; each panel scrolls by itself.
///
/// Where the window is narrower the end panel takes turns with the main one, and on phones all three do, with a
/// switch at the top. Put a [`SplitToggle`] for each side panel into the page bar.
#[component]
pub fn Split(
    state: SplitState,
    start: SplitPanel,
    main: SplitPanel,
    #[prop(optional, into)] end: Option<SplitPanel>,
) -> impl IntoView {
    let SplitState { shown, start_open, end_open } = state;
    let fold = |open: bool| if open { "open" } else { "closed" };
    let mut choices = vec![(SplitSide::Start, start.title, start.icon), (SplitSide::Main, main.title, main.icon)];
    choices.extend(end.as_ref().map(|end| (SplitSide::End, end.title, end.icon)));
    let switch = choices
        .into_iter()
        .map(|(side, title, icon)| {
            view! {
                <button
                    type="button"
                    data-panel=side.name()
                    aria-pressed=move || (shown.get() == side).to_string()
                    on:click=move |_| shown.set(side)
                >
                    <Icon name=icon />
                    <span class="truncate">{move || title.get()}</span>
                </button>
            }
        })
        .collect_view();
    let class = if end.is_some() { "split has-end" } else { "split" };
    view! {
        <div
            class=class
            data-shown=move || shown.get().name()
            data-start=move || fold(start_open.get())
            data-end=move || fold(end_open.get())
        >
            <div class="split-switch">
                <div class="segmented" role="group" aria-label="Panels">
                    {switch}
                </div>
            </div>
            <section class="split-panel split-start" aria-label=move || start.title.get()>
                {start.content.run()}
            </section>
            <section class="split-panel split-main" aria-label=move || main.title.get()>
                {main.content.run()}
            </section>
            {end
                .map(|end| {
                    view! {
                        <section class="split-panel split-end" aria-label=move || end.title.get()>
                            {end.content.run()}
                        </section>
                    }
                })}
        </div>
    }
}

/// A button for the page bar that folds a side panel of a [`Split`]. Not shown where the panels take turns.
#[component]
pub fn SplitToggle(
    state: SplitState,
    side: SplitSide,
    /// The panel's name: `task list`.
    #[prop(into)]
    panel: String,
) -> impl IntoView {
    let (open, icon) = match side {
        SplitSide::End => (state.end_open, "panel-right"),
        SplitSide::Start | SplitSide::Main => (state.start_open, "panel-left"),
    };
    let label = Signal::derive(move || format!("{} {panel}", if open.get() { "Hide" } else { "Show" }));
    view! {
        <span class=format!("split-toggle {}", side.name())>
            <IconButton icon=icon label=label expanded=open on_press=move |_| open.update(|open| *open = !*open) />
        </span>
    }
}
