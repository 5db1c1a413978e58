use leptos::prelude::*;

use super::super::super::kit::{Checkbox, Field, Input, InputKind, Segmented, SelectOption};
use crate::{
    app::use_packs,
    pack::{BaseAddress, Check, Source},
};

/// Where packs are loaded from: the public repository, or another address.
#[component]
pub fn PackSource() -> impl IntoView {
    let packs = use_packs();
    let source = packs.source;
    // The choice is on show before an address is typed; only a whole address is a source.
    let custom = RwSignal::new(source.with_untracked(is_custom));
    let address = RwSignal::new(source.with_untracked(base_of));
    let unchecked = RwSignal::new(source.with_untracked(|source| source.check() == Check::Unchecked));
    let error = RwSignal::new(None::<String>);
    // The kept source may be read after this page was opened.
    Effect::new(move |_| {
        source.with(|source| {
            if is_custom(source) {
                custom.set(true);
                address.set(base_of(source));
                unchecked.set(source.check() == Check::Unchecked);
            }
        });
    });
    let commit = move || {
        let check = if unchecked.get_untracked() { Check::Unchecked } else { Check::Pinned };
        match address.get_untracked().parse::<BaseAddress>() {
            Ok(base) => {
                error.set(None);
                packs.set_source(Source::Custom { base, check });
            }
            Err(reason) => error.set(Some(reason.to_string())),
        }
    };
    let choose = move |value: String| {
        custom.set(value == "custom");
        error.set(None);
        if value == "public" {
            packs.set_source(Source::Public);
        } else if !address.with_untracked(|text| text.trim().is_empty()) {
            commit();
        }
    };
    let options =
        vec![SelectOption::new("public", "Public repository"), SelectOption::new("custom", "Another address")];
    view! {
        <section class="section" aria-labelledby="data-source">
            <header class="section-head">
                <h2 id="data-source">"Where packs are loaded from"</h2>
                <p>
                    "Use another address where the public host is out of reach: a mirror, a folder on your network, a class without internet."
                </p>
            </header>
            <div class="card pad stack">
                <div>
                    <Segmented
                        label="Where packs are loaded from"
                        options
                        value=Signal::derive(move || if custom.get() { "custom" } else { "public" }.to_owned())
                        on_change=choose
                    />
                </div>
                <Show
                    when=move || custom.get()
                    fallback=|| {
                        view! {
                            <p class="muted small">
                                "raw.githubusercontent.com, at each pack’s fixed commit. Every file must be the pinned one."
                            </p>
                        }
                    }
                >
                    <Field
                        label="Base address"
                        hint="Paths are added to it: tau-bench/retail/orders.json, or the repository’s own. The server must let this page read it (CORS)."
                        error=error
                    >
                        <Input
                            value=address
                            kind=InputKind::Url
                            mono=true
                            placeholder="https://mirror.example.org/upstream/"
                            on_commit=move |_| commit()
                        />
                    </Field>
                    <Checkbox
                        checked=unchecked
                        on_change=move |on| {
                            unchecked.set(on);
                            if !address.with_untracked(|text| text.trim().is_empty()) {
                                commit();
                            }
                        }
                        label="Take files that are not the pinned ones"
                        hint="For copies that differ in their bytes. Such a pack is marked, and results with it say so."
                    />
                </Show>
            </div>
        </section>
    }
}

fn is_custom(source: &Source) -> bool {
    matches!(source, Source::Custom { .. })
}

fn base_of(source: &Source) -> String {
    match source {
        Source::Public => String::new(),
        Source::Custom { base, .. } => base.as_str().to_owned(),
    }
}
