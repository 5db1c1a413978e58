//! The task card: what the customer wants and what success asks; the policy and the tools that the agent has.

use leptos::prelude::*;

use super::hidden::{HiddenNote, use_hidden};
use super::place::PlaySite;
use super::verdict::CheckList;
use crate::chat::ToolSpec;
use crate::present::tone::Tone;
use crate::present::transcript::action_line;
use crate::present::verdict::demands;
use crate::ui::kit::{Badge, Code, Fact, Facts, Fold, FoldKind};

/// The tab "Task".
#[component]
pub fn TaskTab(site: PlaySite) -> impl IntoView {
    let hidden = use_hidden();
    view! {
        <Show when=move || hidden.get()>
            <HiddenNote what="What the customer wants and how it is judged" />
        </Show>
        {move || {
            site.task
                .get()
                .filter(|_| !hidden.get())
                .map(|task| {
                    let actions = task.expected_actions.iter().map(action_line).collect::<Vec<_>>();
                    let (count, outputs) = (actions.len(), task.outputs.clone());
                    let (scenario, customer, id) = (task.user_scenario.clone(), task.user_id.clone(), task.id.to_string());
                    view! {
                        <section class="pane-section">
                            <h2>"User scenario"</h2>
                            <p class="muted small">"What the customer is told to play. The agent never sees it."</p>
                            <p class="scenario">{scenario}</p>
                            <Facts>
                                <Fact name="Customer">
                                    <code>{customer.clone()}</code>
                                </Fact>
                                <Fact name="Task">{id.clone()}</Fact>
                            </Facts>
                        </section>
                        <section class="pane-section">
                            <h2>"What success asks"</h2>
                            <CheckList checks=demands(&task) />
                        </section>
                        <section class="pane-section">
                            <Fold
                                kind=Signal::from(FoldKind::Plain)
                                summary=move || view! { <span>"Expected actions · " {count}</span> }
                            >
                                <ol class="mono calls">
                                    {actions.iter().cloned().map(|action| view! { <li>{action}</li> }).collect_view()}
                                </ol>
                                {(!outputs.is_empty())
                                    .then(|| {
                                        view! {
                                            <p class="small">
                                                "and says "
                                                {outputs.iter().map(|text| format!("“{text}”")).collect::<Vec<_>>().join(", ")}
                                            </p>
                                        }
                                    })}
                            </Fold>
                        </section>
                    }
                })
        }}
        <section class="pane-section">
            <Fold kind=Signal::from(FoldKind::Plain) summary=|| "Policy">
                <Code
                    text=Signal::derive(move || {
                        site.world.with(|world| world.as_ref().map(|world| world.world.policy.clone()).unwrap_or_default())
                    })
                    label="policy"
                    wrap=true
                />
            </Fold>
        </section>
        <section class="pane-section">
            <Fold kind=Signal::from(FoldKind::Plain) summary=|| "Tools">
                <p class="muted small">
                    "Names, parameters and results are the benchmark's; the descriptions are Taupe's own wording."
                </p>
                {move || {
                    let world = site.world.get()?;
                    let domain = world.world.domain;
                    let tools = domain.specs();
                    Some(
                        tools
                            .into_iter()
                            .map(|tool| {
                                let writes = domain.tool(&tool.name).is_some_and(|tool| tool.writes);
                                view! { <Tool tool writes /> }
                            })
                            .collect_view(),
                    )
                }}
            </Fold>
        </section>
    }
}

#[component]
fn Tool(tool: ToolSpec, writes: bool) -> impl IntoView {
    let parameters =
        tool.parameters.get("properties").and_then(serde_json::Value::as_object).cloned().unwrap_or_default();
    let lines = parameters
        .into_iter()
        .map(|(name, schema)| {
            let text = |key: &str| schema.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            view! {
                <dt>
                    <code>{name}</code>
                    " "
                    <span class="muted small">{text("type")}</span>
                </dt>
                <dd>{text("description")}</dd>
            }
        })
        .collect_view();
    view! {
        <div class="tool">
            <h3>
                <code>{tool.name}</code>
                {writes.then(|| view! { <Badge tone=Tone::Accent>"writes"</Badge> })}
            </h3>
            <p class="small">{tool.description}</p>
            <dl class="tool-parameters">{lines}</dl>
        </div>
    }
}
