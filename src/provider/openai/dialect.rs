//! How hosts that speak chat completions differ in what they take.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::learned::Learned;
use crate::provider::Host;

/// The name of the field that limits generated tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitField {
    MaxTokens,
    MaxCompletionTokens,
}

impl LimitField {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MaxTokens => "max_tokens",
            Self::MaxCompletionTokens => "max_completion_tokens",
        }
    }
}

/// A host's way of saying what other hosts say otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Dialect {
    pub limit_field: LimitField,
    pub seed_field: &'static str,
    /// The `tool_choice` that forces some call.
    pub required_word: &'static str,
    /// Whether usage must be asked for in streams (`stream_options`).
    pub asks_for_usage: bool,
    /// The effort stands in `reasoning.effort` and not in `reasoning_effort`.
    pub nested_effort: bool,
    pub short_call_ids: bool,
    pub send_reasoning: bool,
    /// Fields to add unless the user sets them.
    pub added: Map<String, Value>,
}

impl Dialect {
    /// What is known of the host, and then what it taught.
    #[must_use]
    pub fn new(host: Host, learned: &Learned) -> Self {
        let mut dialect = Self::of_host(host);
        dialect.limit_field = learned.limit_field.unwrap_or(dialect.limit_field);
        dialect.short_call_ids |= learned.short_call_ids;
        dialect.send_reasoning |= learned.send_reasoning;
        dialect
    }

    fn of_host(host: Host) -> Self {
        let usual = Self {
            limit_field: LimitField::MaxTokens,
            seed_field: "seed",
            required_word: "required",
            asks_for_usage: true,
            nested_effort: false,
            short_call_ids: false,
            send_reasoning: false,
            added: Map::new(),
        };
        match host {
            Host::OpenAi | Host::Azure | Host::Groq => Self { limit_field: LimitField::MaxCompletionTokens, ..usual },
            Host::Mistral => Self {
                seed_field: "random_seed",
                required_word: "any",
                asks_for_usage: false,
                short_call_ids: true,
                ..usual
            },
            // While it thinks, DeepSeek refuses a history with calls that lacks the reasoning behind them.
            Host::DeepSeek => Self { send_reasoning: true, ..usual },
            // Without this, a router's host drops silently what it does not support: tools, seed and temperature.
            Host::OpenRouter => {
                let added = Map::from_iter([("provider".to_owned(), json!({"require_parameters": true}))]);
                Self { nested_effort: true, added, ..usual }
            }
            // Without this, Together shortens the reply silently to what the context leaves.
            Host::Together => {
                let added = Map::from_iter([("context_length_exceeded_behavior".to_owned(), json!("error"))]);
                Self { added, ..usual }
            }
            _ => usual,
        }
    }
}
