//! The agent's desk: words to the customer, or a tool as a form with values offered from what was seen so far.

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::desk::{focus_at_turn, sends};
use crate::app::person::{Asked, use_desk};
use crate::present::seen::{Offer, SeenValues};
use crate::present::tool_form::{FieldKind, FormField, ToolForm, choice_text};
use crate::ui::kit::{Button, ButtonKind, Field, Input, InputKind, Segmented, Select, SelectOption, Textarea};

/// How many values stand under a field; the rest are in its list of suggestions.
const OFFERS_SHOWN: usize = 12;

const SPEAK: &str = "speak";
const TOOL: &str = "tool";

/// The agent's desk.
#[component]
pub fn AgentDesk(turn: Memo<Option<Asked>>, waits: Signal<bool>) -> impl IntoView {
    let mode = RwSignal::new(SPEAK.to_owned());
    // What was asked last stays while the other side has its turn.
    let asked = Memo::new(move |before: Option<&Option<Asked>>| turn.get().or_else(|| before.cloned().flatten()));
    let options = vec![SelectOption::new(SPEAK, "Speak"), SelectOption::new(TOOL, "Use a tool")];
    focus_at_turn(turn, ".desk textarea, .desk select");
    view! {
        <Segmented label="What you do" options value=mode on_change=move |chosen| mode.set(chosen) />
        {move || {
            if mode.with(|mode| mode == SPEAK) {
                view! { <Words waits /> }.into_any()
            } else {
                view! { <ToolDesk asked waits /> }.into_any()
            }
        }}
    }
}

/// Words to the customer.
#[component]
fn Words(waits: Signal<bool>) -> impl IntoView {
    let desk = use_desk();
    let words = RwSignal::new(String::new());
    let cannot = Signal::derive(move || waits.get() || words.with(|words| words.trim().is_empty()));
    let send = move || {
        if !cannot.get_untracked() {
            desk.say(words.get_untracked().trim());
            words.set(String::new());
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if sends(&event) {
            event.prevent_default();
            send();
        }
    };
    view! {
        <Textarea
            value=words
            rows=2
            label="Your words to the customer"
            placeholder="Your words to the customer"
            on_keydown=Callback::new(on_key)
        />
        <div class="desk-foot">
            <span class="muted small grow not-phone">"Ctrl or ⌘ with Enter sends"</span>
            <Button kind=ButtonKind::Primary icon="send" disabled=cannot on_press=move |()| send()>
                "Send"
            </Button>
        </div>
    }
}

/// The choice of a tool, and its form.
#[component]
fn ToolDesk(asked: Memo<Option<Asked>>, waits: Signal<bool>) -> impl IntoView {
    let tools = Memo::new(move |_| {
        asked.with(|asked| {
            let tools = asked.as_ref().map_or(&[][..], |asked| &asked.request.tools);
            tools.iter().map(|tool| tool.name.clone()).collect::<Vec<_>>()
        })
    });
    let options = Memo::new(move |_| {
        let none = SelectOption::new("", "Choose a tool…");
        let own = tools.get().into_iter().map(|name| SelectOption::new(name.clone(), name));
        [none].into_iter().chain(own).collect::<Vec<_>>()
    });
    let chosen = RwSignal::new(String::new());
    let form = Memo::new(move |_| {
        let chosen = chosen.get();
        asked.with_untracked(|asked| {
            let tool = asked.as_ref()?.request.tools.iter().find(|tool| tool.name == chosen)?;
            Some(Arc::new(ToolForm::of(tool)))
        })
    });
    let seen = Memo::new(move |_| {
        asked.with(|asked| asked.as_ref().map(|asked| SeenValues::of(&asked.request.messages)).unwrap_or_default())
    });
    view! {
        <Select label="Tool" options=options value=chosen on_change=move |name| chosen.set(name) />
        {move || form.get().map(|form| view! { <Form form seen waits /> })}
    }
}

/// A tool's form.
#[component]
fn Form(form: Arc<ToolForm>, seen: Memo<SeenValues>, waits: Signal<bool>) -> impl IntoView {
    let desk = use_desk();
    let entries: Vec<RwSignal<String>> = form.fields.iter().map(|_| RwSignal::new(String::new())).collect();
    let errors = RwSignal::new(Vec::<(usize, String)>::new());
    let fields = form
        .fields
        .iter()
        .zip(&entries)
        .enumerate()
        .map(|(at, (field, entry))| {
            let error = Signal::derive(move || {
                errors.with(|errors| errors.iter().find(|(own, _)| *own == at).map(|(_, text)| text.clone()))
            });
            view! { <FormFieldView field=field.clone() entry=*entry error seen /> }
        })
        .collect_view();
    let description = form.description.clone();
    let send = Callback::new(move |()| {
        if waits.get_untracked() {
            return;
        }
        let typed: Vec<String> = entries.iter().map(|entry| entry.get_untracked()).collect();
        match form.arguments(&typed) {
            Ok(arguments) => {
                errors.set(Vec::new());
                entries.iter().for_each(|entry| entry.set(String::new()));
                desk.call(&form.name, serde_json::Value::Object(arguments).to_string());
            }
            Err(found) => errors.set(found.into_iter().map(|(at, error)| (at, error.to_string())).collect()),
        }
    });
    let on_key = move |event: KeyboardEvent| {
        if sends(&event) {
            event.prevent_default();
            send.run(());
        }
    };
    view! {
        <div class="tool-form" on:keydown=on_key>
            <p class="muted small">{description}</p>
            {fields}
        </div>
        <div class="desk-foot">
            <span class="muted small grow not-phone">"Ctrl or ⌘ with Enter makes the call"</span>
            <Button kind=ButtonKind::Primary icon="tool" disabled=waits on_press=send>
                "Make the call"
            </Button>
        </div>
    }
}

#[component]
fn FormFieldView(
    field: FormField,
    entry: RwSignal<String>,
    error: Signal<Option<String>>,
    seen: Memo<SeenValues>,
) -> impl IntoView {
    let name = field.name().to_owned();
    let is_list = matches!(field.kind, FieldKind::List(_));
    let takes_offers = is_list || matches!(field.kind, FieldKind::Text | FieldKind::Integer | FieldKind::Number);
    let offers = Memo::new(move |_| if takes_offers { seen.with(|seen| seen.offers(&name)) } else { Vec::new() });
    let suggestions = Signal::derive(move || {
        offers.with(|offers| offers.iter().map(|offer| offer.value.clone()).collect::<Vec<_>>())
    });
    view! {
        <div class="form-field">
            <Field label=field.label() optional=field.is_optional() hint=field.description.clone() error=error>
                {control(field.kind.clone(), entry, suggestions)}
            </Field>
            <Offers offers entry is_list />
        </div>
    }
}

/// A field's control. To be made inside its [`Field`], which names it.
fn control(kind: FieldKind, entry: RwSignal<String>, suggestions: Signal<Vec<String>>) -> AnyView {
    match kind {
        FieldKind::Text => view! { <Input value=entry suggestions mono=true /> }.into_any(),
        FieldKind::Integer | FieldKind::Number => {
            view! { <Input value=entry suggestions kind=InputKind::Number mono=true /> }.into_any()
        }
        FieldKind::Choice(choices) => choice(entry, choices.iter().map(choice_text).collect()),
        FieldKind::Truth => choice(entry, vec!["true".to_owned(), "false".to_owned()]),
        FieldKind::List(_) => {
            view! { <Textarea value=entry rows=2 mono=true spellcheck=false placeholder="one a line" /> }.into_any()
        }
        FieldKind::Json { example } => {
            view! { <Textarea value=entry rows=3 mono=true spellcheck=false placeholder=example /> }.into_any()
        }
    }
}

fn choice(entry: RwSignal<String>, choices: Vec<String>) -> AnyView {
    let none = SelectOption::new("", "Choose…");
    let own = choices.into_iter().map(|choice| SelectOption::new(choice.clone(), choice));
    let options: Vec<_> = [none].into_iter().chain(own).collect();
    view! { <Select options=options value=entry on_change=move |chosen| entry.set(chosen) /> }.into_any()
}

/// Values from the conversation, one press each: in place of what stands in the field, or as one more line of a list.
#[component]
fn Offers(offers: Memo<Vec<Offer>>, entry: RwSignal<String>, is_list: bool) -> impl IntoView {
    let take = move |value: &str| {
        entry.update(|entry| {
            if !is_list {
                value.clone_into(entry);
            } else {
                if !entry.is_empty() && !entry.ends_with('\n') {
                    entry.push('\n');
                }
                entry.push_str(value);
            }
        });
    };
    let lines = move || {
        let shown = offers.get().into_iter().take(OFFERS_SHOWN);
        shown
            .map(|Offer { value, about }| {
                let sent = value.clone();
                view! {
                    <li>
                        <button type="button" class="offer" on:click=move |_| take(&sent)>
                            <span class="mono">{value}</span>
                            {(!about.is_empty()).then(|| view! { <span class="offer-about">{about}</span> })}
                        </button>
                    </li>
                }
            })
            .collect_view()
    };
    let any = Memo::new(move |_| offers.with(|offers| !offers.is_empty()));
    view! {
        <Show when=move || any.get()>
            <ul class="offers" aria-label="Seen in the conversation">
                {lines}
            </ul>
        </Show>
    }
}
