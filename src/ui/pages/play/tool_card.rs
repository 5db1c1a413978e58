//! A tool call as a card: folded to one line, open with arguments, result and what it changed.

use leptos::prelude::*;

use super::record_change::ChangedRecords;
use crate::app::play::Play;
use crate::present::tone::Tone;
use crate::present::transcript::{CardKind, ToolCard};
use crate::rollout::{OccupantKind, Seat};
use crate::ui::kit::{Badge, Code, Fold, FoldKind};

/// A finished tool call.
#[component]
pub fn ToolCardView(
    /// The step's position.
    at: usize,
    card: ToolCard,
) -> impl IntoView {
    let kind = match card.kind {
        CardKind::Read => FoldKind::Card,
        CardKind::Write => FoldKind::Accent,
        CardKind::Error => FoldKind::Bad,
    };
    let writes = match card.changed.len() {
        0 => None,
        1 => Some("write · 1 record".to_owned()),
        records => Some(format!("write · {records} records")),
    };
    let aside = card.aside.clone().map(|text| {
        view! {
            <div class="speech agent aside">
                <span class="who">"Agent"</span>
                <p class="words">
                    {text} <small>" (written beside the call; the customer does not hear it)"</small>
                </p>
            </div>
        }
    });
    // What changed is worth seeing at once, and to a person who made the call, what came of it.
    let play: Play = expect_context();
    let by_person =
        play.seated.with_untracked(|by| by.as_ref().is_some_and(|by| by.of(Seat::Agent).kind == OccupantKind::Person));
    let open = RwSignal::new(card.kind == CardKind::Write || by_person);
    let summary = {
        let card = card.clone();
        move || {
            view! {
                <span class="call-line">
                    <span class="call-name">{card.name.clone()}</span>
                    <span class="call-args">"("{card.arguments_line.clone()}")"</span>
                    {writes.clone().map(|text| view! { <Badge tone=Tone::Accent>{text}</Badge> })}
                </span>
                <span class="call-result" class:bad=card.kind == CardKind::Error>
                    "→ " {card.result_line.clone()}
                </span>
            }
        }
    };
    view! {
        {aside}
        <div class="call">
            <Fold summary=summary kind=Signal::from(kind) open>
                <CardBody at card=card.clone() />
            </Fold>
        </div>
    }
}

#[component]
fn CardBody(at: usize, card: ToolCard) -> impl IntoView {
    let ToolCard { name, arguments, result, changed, .. } = card;
    let has_changes = !changed.is_empty();
    let result_label = format!("Result of step {}, {name}", at + 1);
    view! {
        {(!arguments.is_empty())
            .then(|| {
                view! {
                    <dl class="call-arguments">
                        {arguments
                            .into_iter()
                            .map(|(name, value)| {
                                view! {
                                    <dt>{name}</dt>
                                    <dd>{value}</dd>
                                }
                            })
                            .collect_view()}
                    </dl>
                }
            })}
        {has_changes.then(|| view! { <ChangedRecords records=changed.clone() /> })}
        {if has_changes {
            view! {
                <Fold kind=Signal::from(FoldKind::Plain) summary=|| "Result as the model reads it">
                    <Code text=result.clone() label=result_label.clone() wrap=true />
                </Fold>
            }
                .into_any()
        } else if result.is_empty() {
            view! { <p class="muted">"The tool answers with an empty text."</p> }.into_any()
        } else {
            view! { <Code text=result label=result_label wrap=true /> }.into_any()
        }}
    }
}

/// A tool call whose arguments are still coming in.
#[component]
pub fn IncomingCall(name: String, arguments: String) -> impl IntoView {
    view! {
        <div class="call-line incoming">
            <span class="call-name">{name}</span>
            <span class="call-args">"("{arguments}</span>
        </div>
    }
}
