use leptos::prelude::*;

use super::super::super::kit::{Field, Fold, FoldKind, Input, InputKind, Select, SelectOption, Textarea};
use super::fields::Fields;
use crate::present::endpoint_form::FormField;

/// How replies are sampled. What is empty is not sent.
#[component]
pub fn Sampling(fields: Fields, commit: Callback<()>) -> impl IntoView {
    let commit_text = Callback::new(move |_: String| commit.run(()));
    let number = move |label: &'static str, hint: &'static str, value: RwSignal<String>, field: FormField| {
        view! {
            <Field label=label hint=hint error=fields.error(field)>
                <Input value=value kind=InputKind::Number placeholder="not sent" on_commit=commit_text />
            </Field>
        }
    };
    let efforts: Vec<String> =
        ["none", "minimal", "low", "medium", "high", "xhigh"].into_iter().map(ToOwned::to_owned).collect();
    let efforts = Signal::stored(efforts);
    view! {
        <div class="editor-part">
            <Fold kind=FoldKind::Plain summary=|| view! { <span>"Sampling"</span> }>
                <p class="small muted editor-intro">
                    "What is left empty is not sent; many models refuse what they do not know. Each run records what was sent."
                </p>
                <div class="fields three">
                    {number("Temperature", "0 to 2; many models refuse it.", fields.temperature, FormField::Temperature)}
                    {number("Top p", "0 to 1.", fields.top_p, FormField::TopP)}
                    {number("Seed", "Honoured by few hosts.", fields.seed, FormField::Seed)}
                    {number("Max tokens", "Per reply, reasoning included.", fields.max_tokens, FormField::MaxTokens)}
                    <Field label="Effort" hint="How much a model reasons, in its host’s words.">
                        <Input value=fields.effort suggestions=efforts placeholder="not sent" on_commit=commit_text />
                    </Field>
                    <div class="span">
                        <Field
                            label="More fields"
                            hint="A JSON object; its members are added to the request."
                            error=fields.error(FormField::Extra)
                        >
                            <Textarea
                                value=fields.extra
                                mono=true
                                spellcheck=false
                                rows=2
                                placeholder="{\"top_k\": 40}"
                                on_commit=commit_text
                            />
                        </Field>
                    </div>
                </div>
            </Fold>
        </div>
    }
}

/// How requests are made: streaming, headers, limits.
#[component]
pub fn Limits(fields: Fields, commit: Callback<()>) -> impl IntoView {
    let commit_text = Callback::new(move |_: String| commit.run(()));
    let streaming = Signal::stored(vec![
        SelectOption::new("auto", "Where it works"),
        SelectOption::new("on", "Always"),
        SelectOption::new("off", "Never"),
    ]);
    let number = move |label: &'static str, hint: &'static str, usual: &'static str, value, field: FormField| {
        view! {
            <Field label=label hint=hint error=fields.error(field)>
                <Input value=value kind=InputKind::Number placeholder=usual on_commit=commit_text />
            </Field>
        }
    };
    view! {
        <div class="editor-part">
            <Fold kind=FoldKind::Plain summary=|| view! { <span>"Requests and limits"</span> }>
                <div class="fields three">
                    <Field label="Streaming" hint="Replies appear as they are written.">
                        <Select
                            options=streaming
                            value=fields.streaming
                            on_change=move |value| {
                                fields.streaming.set(value);
                                commit.run(());
                            }
                        />
                    </Field>
                    <Field
                        label="Key header"
                        hint="Azure wants api-key; nearly all others want nothing here."
                        error=fields.error(FormField::KeyHeader)
                    >
                        <Input value=fields.key_header mono=true placeholder="Authorization: Bearer" on_commit=commit_text />
                    </Field>
                    {number("Calls at once", "To this host.", "by the host", fields.max_concurrent, FormField::MaxConcurrent)}
                    {number("First byte", "Seconds to wait for it.", "120 or 600", fields.first_byte, FormField::FirstByte)}
                    {number("Silence", "Seconds within a reply.", "90", fields.between_bytes, FormField::BetweenBytes)}
                    <div class="span">
                        <Field
                            label="More headers"
                            hint="One a line, as “name: value”. Many hosts refuse a page that sends one more. Never for keys."
                            error=fields.error(FormField::Headers)
                        >
                            <Textarea
                                value=fields.headers
                                mono=true
                                spellcheck=false
                                rows=1
                                placeholder="x-name: value"
                                on_commit=commit_text
                            />
                        </Field>
                    </div>
                </div>
            </Fold>
        </div>
    }
}
