use std::collections::HashSet;

use leptos::{prelude::*, task::spawn_local};

use super::super::super::kit::{Button, Callout, Field, Icon, Input, InputKind};
use super::fields::Fields;
use crate::{
    app::use_endpoints,
    present::{
        endpoint_form::{self, FormField},
        format::counted,
        presets,
        tone::Tone,
    },
};

/// Where the model is: name, address, key, model.
#[component]
pub fn Connection(id: StoredValue<String>, fields: Fields, commit: Callback<()>) -> impl IntoView {
    let commit_text = Callback::new(move |_: String| commit.run(()));
    let preset = Memo::new(move |_| fields.base_url.with(|url| presets::of(url)));
    view! {
        <div class="editor-part fields">
            <Field label="Name" optional=true>
                <Input value=fields.name placeholder="As you call it" on_commit=commit_text />
            </Field>
            <Field
                label="Base URL"
                error=fields.error(FormField::BaseUrl)
                hint="The part before /chat/completions."
            >
                <Input
                    value=fields.base_url
                    kind=InputKind::Url
                    mono=true
                    placeholder="https://api.example.com/v1"
                    on_commit=commit_text
                />
            </Field>
            {move || {
                preset
                    .get()
                    .map(|preset| {
                        view! {
                            <p class="host-note span">
                                <Icon name="info" />
                                <span>
                                    <strong>{preset.name}</strong>
                                    ". "
                                    {preset.note}
                                </span>
                            </p>
                        }
                    })
            }}
            <Key id fields commit />
            <Model id fields commit />
        </div>
    }
}

/// The key: entered once, never shown again, forgotten when the page closes.
#[component]
fn Key(id: StoredValue<String>, fields: Fields, commit: Callback<()>) -> impl IntoView {
    let endpoints = use_endpoints();
    let typed = RwSignal::new(String::new());
    let refused = RwSignal::new(None::<String>);
    let held = Memo::new(move |_| id.with_value(|id| endpoints.held_key(id)));
    let host = Memo::new(move |_| id.with_value(|id| endpoints.find(id)).as_ref().and_then(endpoint_form::host));
    let preset = Memo::new(move |_| fields.base_url.with(|url| presets::of(url)));
    let hold = Callback::new(move |text: String| {
        if text.trim().is_empty() {
            return;
        }
        // A base URL that was typed and not left yet decides whose key this is.
        commit.run(());
        if id.with_value(|id| endpoints.hold_key(id, &text)) {
            typed.set(String::new());
            refused.set(None);
        } else if host.get_untracked().is_none() {
            refused.set(Some("Enter the base URL first: a key belongs to one host.".to_owned()));
        } else {
            refused.set(Some("A key has no blanks and only plain characters.".to_owned()));
        }
    });
    let hint = move || {
        let where_to = host.get().unwrap_or_else(|| "the host of the base URL".to_owned());
        format!("Kept in memory only, until this page is closed. Sent only to {where_to}.")
    };
    let optional = move || preset.with(|preset| preset.is_some_and(|preset| !preset.needs_key));
    view! {
        <Show
            when=move || held.with(Option::is_some)
            fallback=move || {
                view! {
                    <div class="span stack tight">
                        <Field
                            label="Key"
                            optional=optional()
                            error=refused
                            hint=Signal::derive(move || Some(hint()))
                        >
                            <Input value=typed kind=InputKind::Secret mono=true on_commit=hold />
                        </Field>
                        {move || {
                            preset
                                .get()
                                .filter(|preset| preset.needs_key)
                                .map(|preset| {
                                    view! {
                                        <p class="small">
                                            <a
                                                href=preset.keys_page
                                                target="_blank"
                                                rel="noopener noreferrer"
                                            >
                                                {format!("{}’s page for keys", preset.name)}
                                            </a>
                                        </p>
                                    }
                                })
                        }}
                    </div>
                }
            }
        >
            <div class="span stack tight">
                <p class="field-label">"Key"</p>
                <div class="held-key">
                    <Icon name="key" />
                    <span class="grow">
                        <span class="mono">{move || held.get().map(|key| key.hint)}</span>
                        " for "
                        <span class="mono">{move || held.get().map(|key| key.origin)}</span>
                    </span>
                    <Button
                        small=true
                        on_press=move |()| id.with_value(|id| endpoints.forget_key(id))
                    >
                        "Forget"
                    </Button>
                </div>
                <p class="field-hint">"Kept in memory only, until this page is closed, and sent to no other host."</p>
            </div>
        </Show>
    }
}

/// The model: typed, or chosen from the host's own list.
#[component]
fn Model(id: StoredValue<String>, fields: Fields, commit: Callback<()>) -> impl IntoView {
    let endpoints = use_endpoints();
    let names = RwSignal::new(Vec::<String>::new());
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<String>);
    let list = move |()| {
        commit.run(());
        busy.set(true);
        trouble.set(None);
        spawn_local(async move {
            let listed = endpoints.list_models(&id.get_value()).await;
            // The editor may be gone by now.
            if busy.try_set(false).is_some() {
                return;
            }
            match listed {
                Ok(models) => {
                    let mut seen = HashSet::new();
                    let ids = models.into_iter().map(|model| model.id);
                    // A few hosts list a model twice; suggestions are told apart by their text.
                    names.set(ids.filter(|id| seen.insert(id.clone())).collect());
                }
                Err(error) => trouble.set(Some(error.message)),
            }
        });
    };
    let hint = Signal::derive(move || {
        Some(match names.with(Vec::len) {
            0 => "The host’s own name for it.".to_owned(),
            count => format!("{} to choose from: type to search them.", counted(count as u64, "model", "models")),
        })
    });
    view! {
        <div class="span stack tight">
            <Field label="Model" hint=hint>
                <div class="input-row">
                    <Input
                        value=fields.model
                        mono=true
                        suggestions=names
                        placeholder="model-name"
                        on_commit=move |_| commit.run(())
                    />
                    <Button icon="text" busy=busy on_press=list>
                        "List models"
                    </Button>
                </div>
            </Field>
            {move || {
                trouble
                    .get()
                    .map(|text| {
                        view! {
                            <Callout tone=Tone::Bad title="The list of models did not come" live=true>
                                <p>{text}</p>
                                <p>"Type the model’s name, or test the endpoint below to find out more."</p>
                            </Callout>
                        }
                    })
            }}
        </div>
    }
}
