//! The rehearsal rater: fills the seat of a model that judges a conversation by a rubric.
//!
//! It is given one prompt with a rubric (lines that begin with `* `, after a line that speaks of a rubric) and a
//! transcript: turns labelled `USER TURN 1:`, `customer:`, `agent:`, `tool:` and the like, calls as `name({…})`, or the
//! messages as JSON. It answers with one block, the form that such judges are asked for:
//!
//! ```text
//! Property: <the rubric>
//! Evidence: <what was said or called>
//! Rationale: <why>
//! Verdict: yes
//! ```
//!
//! [`verdict`] says how it judges. It sees the transcript only: a change that was made but was not the one wanted looks
//! fulfilled to it, as it may to a model.

use futures::future::{LocalBoxFuture, ready};

use super::coach::prompt::{Turn, turns};
use super::coach::story::Story;
use super::customer::hear::{Act, Heard};
use super::customer::lexicon as lex;
use crate::chat::{AssistantMessage, ChatDelta, ChatError, ChatModel, ChatReply, ChatRequest, Message};

const LABEL: &str = "rehearsal rater";
const DEFAULT_RUBRIC: &str = "Was the user's primary request fulfilled, and is that confirmed within the transcript?";

/// A program in the rater's seat.
#[derive(Clone, Copy, Debug, Default)]
pub struct RehearsalRater;

/// What the rater makes of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    pub fulfilled: bool,
    pub evidence: String,
    pub rationale: &'static str,
}

impl RehearsalRater {
    /// The block for a prompt.
    #[must_use]
    pub fn rate(prompt: &str) -> String {
        let (rubric, transcript) = parts(prompt);
        let Rating { fulfilled, evidence, rationale } = verdict(&turns(transcript));
        let verdict = if fulfilled { "yes" } else { "no" };
        format!("Property: {rubric}\nEvidence: {evidence}\nRationale: {rationale}\nVerdict: {verdict}")
    }
}

/// The rubric and the transcript of a prompt. The transcript begins with its first labelled turn or with `[`.
fn parts(prompt: &str) -> (&str, &str) {
    let mut rubric = None;
    let mut speaks_of_rubric = false;
    let mut start = None;
    let mut end = prompt.len();
    let mut at = 0;
    for line in prompt.split_inclusive('\n') {
        let trimmed = line.trim();
        let lower = trimmed.to_ascii_lowercase();
        if lower.contains("rubric") {
            speaks_of_rubric = true;
            if start.is_some() && end == prompt.len() {
                end = at;
            }
        } else if let Some(own) = trimmed.strip_prefix("* ").filter(|_| speaks_of_rubric) {
            rubric.get_or_insert(own);
        }
        let labelled =
            ["user turn 1", "user:", "customer:", "agent:", "assistant:"].iter().any(|label| lower.starts_with(label));
        let json = trimmed == "[" || lower.starts_with("[{\"role\"");
        if start.is_none() && (labelled || json) && !lower.contains("rubric") {
            start = Some(at);
        }
        at += line.len();
    }
    let start = start.unwrap_or(0).min(end);
    let transcript = prompt[start..end].trim();
    // What follows a JSON list is not part of it.
    let transcript = match (transcript.starts_with('['), transcript.rfind(']')) {
        (true, Some(last)) => &transcript[..=last],
        _ => transcript,
    };
    (rubric.unwrap_or(DEFAULT_RUBRIC), transcript)
}

/// Judges a conversation: yes if the last thing that was tried worked, or if a question was answered with a figure, or
/// if a refusal was accepted or the customer was handed over; no if a call failed and nothing was made of it, if the
/// customer's last words complain, or if nothing was done at all.
fn verdict(turns: &[Turn]) -> Rating {
    let story = Story::new(turns, "");
    let last_customer = turns.iter().rev().find_map(|turn| match turn {
        Turn::Customer(text) if !text.contains("###") => Some(text.as_str()),
        _ => None,
    });
    let complains = last_customer.is_some_and(|text| {
        let lower = text.to_lowercase();
        ["still want", "are you sure", "oh, i have changed my mind", "no, i mean", "no. then"]
            .iter()
            .any(|word| lower.contains(word))
    });
    let quote = |text: &str| {
        let short: String = text.chars().take(160).collect();
        format!("“{}”", short.replace('\n', " "))
    };
    if complains {
        let evidence = last_customer.map(quote).unwrap_or_default();
        return Rating { fulfilled: false, evidence, rationale: "The customer's last words are a complaint." };
    }
    if let Some(call) = story.calls.iter().find(|call| call.name.starts_with("transfer_")) {
        let evidence = format!("the call {}", call.name);
        return Rating { fulfilled: true, evidence, rationale: "The customer was handed over to a person." };
    }
    let last_write = story.calls.iter().rev().find(|call| call.writes());
    if let Some(call) = last_write {
        let evidence = format!("the call {}, answered {}", call.name, quote(call.answer));
        return if call.failed() {
            Rating { fulfilled: false, evidence, rationale: "The last change that was tried failed." }
        } else {
            Rating { fulfilled: true, evidence, rationale: "The change was made and the tool shows it." }
        };
    }
    let asked = story.customer_says_any(&["how much", "how many", "what is", "want to know"]);
    let figure = story.agent.iter().rev().find(|(_, heard)| !heard.figures.is_empty());
    if let (true, Some((_, heard))) = (asked, figure) {
        let evidence = quote(&heard.text);
        return Rating { fulfilled: true, evidence, rationale: "The question was answered with a figure." };
    }
    let refused = story.agent.iter().find(|(_, heard)| heard.does(Act::Refuse));
    let accepted = story.customer_says_any(&["leave it as it is", "leave everything as it is", "all right"]);
    if let (true, Some((_, heard))) = (accepted, refused) {
        let evidence = quote(&heard.text);
        return Rating {
            fulfilled: true,
            evidence,
            rationale: "The request was refused and the customer accepted that.",
        };
    }
    let evidence = last_customer.map_or_else(|| "nothing was said".to_owned(), quote);
    let wishes = lex::CANCEL | lex::RETURN | lex::EXCHANGE | lex::CHANGE | lex::BOOK | lex::BAG;
    let wanted = Heard::of(&story.customer).all & wishes != 0;
    let rationale = if wanted {
        "A change was asked for and none was made."
    } else {
        "Nothing in the transcript shows that the request was dealt with."
    };
    Rating { fulfilled: false, evidence, rationale }
}

impl ChatModel for RehearsalRater {
    fn label(&self) -> String {
        LABEL.to_owned()
    }

    fn complete<'a>(
        &'a self,
        request: &'a ChatRequest,
        _: &'a mut dyn FnMut(ChatDelta),
    ) -> LocalBoxFuture<'a, Result<ChatReply, ChatError>> {
        let prompt: Vec<&str> = request.messages.iter().filter_map(Message::text).collect();
        let reply = ChatReply {
            model_served: Some(LABEL.to_owned()),
            ..ChatReply::of_message(AssistantMessage::of_text(Self::rate(&prompt.join("\n\n"))))
        };
        Box::pin(ready(Ok(reply)))
    }
}
