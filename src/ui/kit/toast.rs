use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::{Button, Icon, IconButton};
use crate::{
    app::{Toasts, toasts::Toast},
    present::tone::Tone,
};

/// Long enough to read; a notice with a button stays longer, and either waits while it is pointed at or focused.
const READ: Duration = Duration::from_secs(6);
const DECIDE: Duration = Duration::from_secs(15);

/// The notices at the edge of the page, announced politely.
#[component]
pub fn ToastStack(toasts: Toasts) -> impl IntoView {
    view! {
        <div class="toasts" role="status" aria-live="polite" aria-atomic="false">
            <For each=move || toasts.list().get() key=|toast| toast.id let:toast>
                <ToastCard toast toasts />
            </For>
        </div>
    }
}

#[component]
fn ToastCard(toast: Toast, toasts: Toasts) -> impl IntoView {
    let Toast { id, tone, text, offer } = toast;
    let time = if offer.is_some() { DECIDE } else { READ };
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    let start = move || {
        stop();
        timer.set_value(set_timeout_with_handle(move || toasts.dismiss(id), time).ok());
    };
    start();
    on_cleanup(stop);
    let class = match tone {
        Tone::Good => "toast good",
        Tone::Bad | Tone::Warn => "toast bad",
        Tone::Plain | Tone::Accent => "toast",
    };
    view! {
        <div
            class=class
            on:pointerenter=move |_| stop()
            on:pointerleave=move |_| start()
            on:focusin=move |_| stop()
            on:focusout=move |_| start()
        >
            <Icon name=tone.icon() />
            <span>{text}</span>
            {offer
                .map(|(label, perform)| {
                    let press = move |()| {
                        toasts.dismiss(id);
                        perform();
                    };
                    view! {
                        <Button small=true on_press=press>
                            {label}
                        </Button>
                    }
                })}
            <IconButton icon="close" label="Dismiss" small=true on_press=move |_| toasts.dismiss(id) />
        </div>
    }
}
