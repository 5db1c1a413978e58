use leptos::{ev::MouseEvent, prelude::*, task::spawn_local};

use super::Icon;
use crate::platform::page;

/// How much a button asks for attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    #[default]
    Plain,
    /// The one thing to do next; at most one in a view.
    Primary,
    /// Without a border, for bars and rows.
    Quiet,
    /// Takes something away.
    Danger,
}

impl ButtonKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Primary => " primary",
            Self::Quiet => " quiet",
            Self::Danger => " danger",
        }
    }
}

/// A button with words.
///
/// While `busy` it shows a spinner, keeps its place in the tab order and does nothing.
#[component]
pub fn Button(
    /// What it does.
    #[prop(into)]
    on_press: Callback<()>,
    #[prop(optional)] kind: ButtonKind,
    /// A smaller one, for rows and cards.
    #[prop(optional)]
    small: bool,
    /// An icon of the sprite before the words.
    #[prop(optional, into)]
    icon: MaybeProp<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] busy: Signal<bool>,
    /// More for a screen reader than the words say, where those repeat: `Remove endpoint “Local”`.
    #[prop(optional, into)]
    label: MaybeProp<String>,
    /// Opens in a tooltip; also says why a disabled button is disabled.
    #[prop(optional, into)]
    title: MaybeProp<String>,
    #[prop(optional, into)] id: MaybeProp<String>,
    children: Children,
) -> impl IntoView {
    let class = format!("btn{}{}", kind.class(), if small { " small" } else { "" });
    view! {
        <button
            type="button"
            class=class
            id=move || id.get()
            disabled=move || disabled.get()
            aria-disabled=move || busy.get().then_some("true")
            aria-busy=move || busy.get().then_some("true")
            aria-label=move || label.get()
            title=move || title.get()
            on:click=move |_| {
                if !busy.get_untracked() {
                    on_press.run(());
                }
            }
        >
            {move || {
                if busy.get() {
                    view! { <span class="spinner" aria-hidden="true"></span> }.into_any()
                } else {
                    icon.get().map(|name| view! { <Icon name /> }).into_any()
                }
            }}
            {children()}
        </button>
    }
}

/// A button that is only an icon. Its label is its name and its tooltip.
#[component]
pub fn IconButton(
    #[prop(into)] icon: Signal<String>,
    /// The accessible name, also shown on hover.
    #[prop(into)]
    label: Signal<String>,
    /// Gets the event, for buttons inside of other clickable things.
    #[prop(into)]
    on_press: Callback<MouseEvent>,
    #[prop(optional)] small: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// For buttons that switch something: whether it is on.
    #[prop(optional, into)]
    pressed: MaybeProp<bool>,
    /// For buttons that open something: whether it is open.
    #[prop(optional, into)]
    expanded: MaybeProp<bool>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=if small { "btn quiet icon-only small" } else { "btn quiet icon-only" }
            aria-label=move || label.get()
            title=move || label.get()
            aria-pressed=move || pressed.get().map(|on| on.to_string())
            aria-expanded=move || expanded.get().map(|on| on.to_string())
            disabled=move || disabled.get()
            on:click=move |event| on_press.run(event)
        >
            <Icon name=icon />
        </button>
    }
}

/// Copies a text to the clipboard and says whether that worked.
#[component]
pub fn CopyButton(
    /// Asked for at the press.
    #[prop(into)]
    text: Callback<(), String>,
    /// What is copied: `Copy arguments`.
    #[prop(into, default = "Copy".to_owned())]
    label: String,
    #[prop(optional)] class: &'static str,
) -> impl IntoView {
    let outcome = RwSignal::new(None::<bool>);
    let said = move || match outcome.get() {
        None => label.clone(),
        Some(true) => "Copied".to_owned(),
        Some(false) => "The browser refused to copy".to_owned(),
    };
    let icon = Signal::derive(move || {
        match outcome.get() {
            None => "copy",
            Some(true) => "check",
            Some(false) => "warn",
        }
        .to_owned()
    });
    let said = Signal::derive(said);
    let press = move |_| {
        spawn_local(async move {
            let copied = page::copy_text(&text.run(())).await;
            outcome.try_set(Some(copied));
            gloo_timers::future::TimeoutFuture::new(1800).await;
            outcome.try_set(None);
        });
    };
    view! {
        <button
            type="button"
            class=format!("btn quiet icon-only small {class}")
            aria-label=move || said.get()
            title=move || said.get()
            on:click=press
        >
            <Icon name=icon />
        </button>
    }
}
