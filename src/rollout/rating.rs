//! The rater: a model that judges a conversation by a rubric, instead of or beside the environment's reward.
//!
//! As in the published GEPA experiment on these tasks: one property is judged yes or no, with evidence and a rationale,
//! and the answer without its score is the feedback. The wording of the prompt is Taupe's own; its parts and the reading
//! of the answer are the experiment's.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::chat::{ChatRequest, Message, ToolChoice, ToolSpec};
use crate::py::{Dict, Value, json};

/// What is judged where the user says nothing else.
pub const DEFAULT_RUBRIC: &str =
    "Did the agent fulfil the user's main request, and does the conversation itself confirm it?";

/// A judgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// What was judged, as the model repeats it.
    pub property: String,
    pub evidence: String,
    pub rationale: String,
    pub verdict: RatingVerdict,
}

/// What a rater decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RatingVerdict {
    Yes,
    No,
    /// The answer holds neither word where the verdict stands.
    NotFound,
}

impl RatingVerdict {
    /// The experiment's name for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NotFound => "not found",
        }
    }
}

/// An answer that is no judgement: ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The rater's answer has no block that begins with “Property:”.")]
pub struct NoRating;

/// The call that asks for a judgement. `conversation` is the agent's side; its instruction is not shown.
#[must_use]
pub fn request(rubric: &str, tools: &[ToolSpec], conversation: &[Message]) -> ChatRequest {
    let shown: Vec<&Message> =
        conversation.iter().filter(|message| !matches!(message, Message::System { .. })).collect();
    let opening = shown.first().and_then(|message| message.text()).unwrap_or_default();
    let tools = serde_json::to_string(tools).unwrap_or_default();
    let tools = json::loads(&tools).map_or(tools, |tools| json::dumps_indent(&tools, 2));
    let content = format!(
        "You judge how an agent served a user. Read the conversation and decide whether the property below holds. Go by \
         what stands in the conversation alone; what is not shown there did not happen.\n\n\
         # What the user began with\n{opening}\n\n# Tools that the agent has\n{tools}\n\n# Conversation\n{}\n\
         # Rubric\n* {rubric}\n\n\
         Answer in exactly this form:\n\
         Property: <the property, repeated>\n\
         Evidence: <what in the conversation speaks for or against it>\n\
         Rationale: <why that decides it>\n\
         Verdict: <yes or no>",
        transcript(&shown)
    );
    ChatRequest {
        messages: vec![Message::User { content }],
        tools: Vec::new(),
        tool_choice: ToolChoice::Auto,
        temperature: None,
    }
}

/// The conversation as text: user turns numbered, calls with their arguments, results.
fn transcript(conversation: &[&Message]) -> String {
    let mut text = String::new();
    let mut turn = 0;
    for message in conversation {
        // Writing to a text does not fail.
        _ = match message {
            Message::System { .. } => Ok(()),
            Message::User { content } => {
                turn += 1;
                writeln!(text, "USER TURN {turn}:\n{content}\n")
            }
            Message::Assistant(reply) => {
                let said = reply.content.as_deref().filter(|said| !said.is_empty());
                let said = said.map_or(Ok(()), |said| writeln!(text, "AGENT:\n{said}\n"));
                let call =
                    |call: &crate::chat::ToolCall| format!("AGENT calls:\n{}({})\n\n", call.name, call.arguments);
                text.extend(reply.tool_calls.iter().map(call));
                said
            }
            Message::Tool { name, content, .. } => writeln!(text, "TOOL {name}:\n{content}\n"),
        };
    }
    text
}

impl Rating {
    /// Reads an answer: its first block that begins with `Property:`.
    ///
    /// # Errors
    /// There is no such block.
    pub fn read(answer: &str) -> Result<Self, NoRating> {
        let (_, block) = answer.split_once("Property:").ok_or(NoRating)?;
        let block = block.split_once("Property:").map_or(block, |(block, _)| block);
        let part = |name: &str| {
            let from = block.find(name).map(|at| at + name.len())?;
            let rest = &block[from..];
            let ends = ["Evidence:", "Rationale:", "Verdict:"].into_iter().filter_map(|next| rest.find(next)).min();
            Some(rest[..ends.unwrap_or(rest.len())].trim().to_owned())
        };
        let property = ["Evidence:", "Rationale:", "Verdict:"].into_iter().filter_map(|next| block.find(next)).min();
        let verdict = part("Verdict:").unwrap_or_default().to_lowercase();
        Ok(Self {
            property: block[..property.unwrap_or(block.len())].trim().to_owned(),
            evidence: part("Evidence:").unwrap_or_default(),
            rationale: part("Rationale:").unwrap_or_default(),
            verdict: if verdict.contains("yes") {
                RatingVerdict::Yes
            } else if verdict.contains("no") {
                RatingVerdict::No
            } else {
                RatingVerdict::NotFound
            },
        })
    }

    /// 1 for yes, else 0.
    #[must_use]
    pub const fn score(&self) -> f64 {
        match self.verdict {
            RatingVerdict::Yes => 1.0,
            RatingVerdict::No | RatingVerdict::NotFound => 0.0,
        }
    }

    /// The experiment's record of a rating, keys in its order.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Dict(Dict::from_iter([
            ("evidence", Value::from(self.evidence.as_str())),
            ("rationale", self.rationale.as_str().into()),
            ("verdict", self.verdict.name().into()),
            ("score", Value::Float(self.score())),
            ("rating_criteria", self.property.as_str().into()),
        ]))
    }

    /// The feedback: the record without its score.
    #[must_use]
    pub fn feedback(&self) -> Value {
        let mut record = self.to_value();
        if let Value::Dict(fields) = &mut record {
            fields.make_mut().shift_remove("score");
        }
        record
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{AssistantMessage, ToolCall};

    #[test]
    fn a_block_is_read_wherever_it_stands() {
        let rating = Rating::read(
            "Let me see.\nProperty: it was done\nEvidence: \"Cancelled.\"\nRationale: said so\nmore of it\nVerdict: Yes.\n\
             Property: another\nVerdict: no",
        )
        .unwrap();
        assert_eq!(rating.property, "it was done");
        assert_eq!(rating.rationale, "said so\nmore of it");
        assert_eq!((rating.verdict, rating.score()), (RatingVerdict::Yes, 1.0));
        assert_eq!(Rating::read("Property: p\nVerdict: NO").unwrap().verdict, RatingVerdict::No);
        assert_eq!(Rating::read("Property: p").unwrap().verdict, RatingVerdict::NotFound);
        assert_eq!(Rating::read("yes"), Err(NoRating));
    }

    #[test]
    fn the_feedback_is_the_record_without_its_score() {
        let rating = Rating::read("Property: p\nEvidence: e\nRationale: r\nVerdict: no").unwrap();
        assert_eq!(
            json::dumps(&rating.feedback()),
            r#"{"evidence": "e", "rationale": "r", "verdict": "no", "rating_criteria": "p"}"#
        );
    }

    #[test]
    fn the_instruction_is_not_shown() {
        let call = ToolCall { id: "1".into(), name: "think".into(), arguments: "{\"thought\": \"x\"}".into() };
        let conversation = [
            Message::System { content: "secret".into() },
            Message::User { content: "hi".into() },
            Message::Assistant(AssistantMessage::of_calls(vec![call])),
            Message::Tool { call_id: "1".into(), name: "think".into(), content: "ok".into() },
            Message::Assistant(AssistantMessage::of_text("Done.")),
            Message::User { content: "bye".into() },
        ];
        let request = request(DEFAULT_RUBRIC, &[], &conversation);
        let text = request.messages[0].text().unwrap();
        assert!(!text.contains("secret"));
        for part in
            ["USER TURN 1:\nhi", "think({\"thought\": \"x\"})", "TOOL think:\nok", "AGENT:\nDone.", "USER TURN 2:"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
