//! The user simulator: the model or program that plays the user, as the benchmark's environment sees it.
//!
//! It keeps the conversation from the user's side, where the agent's words are the other party's. Like the agent it
//! makes no calls itself. One turn takes one call, or several where the strategy has the words judged first:
//!
//! ```text
//! request ─► supply(reply) ─┬─► Turn::More: request again
//!                           ├─► Turn::Said: the user's words
//!                           └─► Turn::Fault: the original's run would end here
//! ```

mod prompts;

use serde::{Deserialize, Serialize};

use self::prompts::GREETING;
use super::environment::STOP;
use crate::chat::{AssistantMessage, ChatRequest, Message, ToolChoice};
use crate::py::{PyError, PyResult, Value, ops, text};

/// How the model in the user's seat is asked (`UserStrategy` of `tau_bench/envs/user.py`; the original's `human` is a
/// person in the seat).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserStrategy {
    /// A model that was told whom to play.
    #[default]
    Llm,
    /// The same, thinking before it speaks. What the original's agent is sent holds the thought as well.
    React,
    /// A second call judges the words; three attempts.
    Verify,
    /// A second call judges the words; if they fail, a third says why, and the model tries once more.
    Reflection,
}

impl UserStrategy {
    pub const ALL: [Self; 4] = [Self::Llm, Self::React, Self::Verify, Self::Reflection];

    /// The original's name for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Llm => "llm",
            Self::React => "react",
            Self::Verify => "verify",
            Self::Reflection => "reflection",
        }
    }
}

impl UserStrategy {
    /// Whether a call of such a rollout asks for the user's words: not for a judgement of words, or for advice.
    #[must_use]
    pub fn asks_for_words(request: &ChatRequest) -> bool {
        matches!(request.messages.first(), Some(Message::System { .. }))
    }

    /// A person's words in the form that a model was asked for.
    #[must_use]
    pub fn write(self, words: &str) -> String {
        match self {
            Self::React if words != STOP => format!("User Response:\n{words}"),
            _ => words.to_owned(),
        }
    }

    /// What stands for the judgement of a person's words, and for advice about them: they are let through.
    pub const LET_THROUGH: &str = "true\nResponse: Go on.";
}

/// A message of a react user, told apart: what it thought, and what it said.
///
/// The original sends its agent both, from behind the heading of the thought on.
#[must_use]
pub fn thought_and_words(reply: &str) -> (Option<&str>, &str) {
    let (before, words) = reply.rsplit_once("User Response:").unwrap_or(("", reply));
    let thought = before.trim();
    let thought = thought.strip_prefix("Thought:").unwrap_or(thought).trim();
    ((!thought.is_empty()).then_some(thought), words.trim())
}

/// Why a user simulator cannot be set up, in the original's words (`load_user`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserSetupError {
    #[error("'{0}' is not a valid UserStrategy")]
    UnknownStrategy(String),
    #[error("{0} user strategy requires a model")]
    NoModel(&'static str),
    #[error("{0} user strategy requires a model provider")]
    NoProvider(&'static str),
}

impl UserStrategy {
    /// The strategy of that name, once it is known that there is a model and where it runs, as the settings of an
    /// original run tell it.
    ///
    /// # Errors
    /// What is missing.
    pub fn set_up(name: &str, has_model: bool, has_provider: bool) -> Result<Self, UserSetupError> {
        let known = Self::ALL.into_iter().find(|strategy| strategy.name() == name);
        let strategy = known.ok_or_else(|| UserSetupError::UnknownStrategy(name.to_owned()))?;
        let called = match strategy {
            Self::Llm => "LLM",
            Self::React => "React",
            Self::Verify => "Verify",
            Self::Reflection => "Reflection",
        };
        match (has_model, has_provider) {
            (true, true) => Ok(strategy),
            (false, _) => Err(UserSetupError::NoModel(called)),
            (true, false) => Err(UserSetupError::NoProvider(called)),
        }
    }
}

/// How often a [`UserStrategy::Verify`] user tries.
const ATTEMPTS: u32 = 3;

/// A user simulator within one rollout.
#[derive(Clone, Debug)]
pub struct UserSimulator {
    strategy: UserStrategy,
    messages: Vec<Message>,
    stage: Stage,
}

/// Where in a turn it is: what the next call is for.
#[derive(Clone, Debug)]
enum Stage {
    /// Words; so many attempts were turned down.
    Speak { attempts: u32 },
    /// `Verify`: a judgement of these words, which are not kept yet; so many attempts were made.
    Verify { words: AssistantMessage, attempts: u32 },
    /// `Reflection`: a judgement of the first words, said after so many messages.
    JudgeFirst { first: String, before: usize },
    /// What is wrong with them.
    Reflect { first: String, before: usize },
    /// New words, after the advice.
    SpeakAgain { first: String, before: usize, advice: String },
    /// A judgement of the new words.
    JudgeSecond { first: String, second: String, before: usize, advice: String },
}

/// What a reply came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    /// The turn needs another call.
    More,
    /// What the user says; `None`: the model's reply had no text.
    Said(Option<String>),
    /// The reply is not of the form that the strategy asks for; the exception is the original's.
    Fault(PyError),
}

impl UserSimulator {
    /// A user that knows its scenario and has been greeted.
    ///
    /// The original's constructors first make calls without a scenario and throw the answers away; this one does not.
    #[must_use]
    pub fn new(strategy: UserStrategy, user_scenario: &str) -> Self {
        Self {
            strategy,
            messages: vec![
                Message::System { content: prompts::system(strategy, user_scenario) },
                Message::User { content: GREETING.to_owned() },
            ],
            stage: Stage::Speak { attempts: 0 },
        }
    }

    /// The conversation from the user's side, its prompt first.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// Whether the next reply is the user's words: not a judgement or advice about them.
    #[must_use]
    pub const fn is_speaking(&self) -> bool {
        matches!(self.stage, Stage::Speak { .. } | Stage::SpeakAgain { .. })
    }

    /// The next model call: a conversation alone, no tools, no temperature.
    #[must_use]
    pub fn request(&self) -> ChatRequest {
        let asked = |content: String| vec![Message::User { content }];
        let messages = match &self.stage {
            Stage::Speak { .. } => self.messages.clone(),
            Stage::Verify { words, .. } => {
                asked(prompts::verify(&self.messages, words.content.as_deref().unwrap_or_default()))
            }
            Stage::JudgeFirst { first, before } => asked(prompts::verify(self.said_before(*before), first)),
            Stage::Reflect { first, before } => asked(prompts::reflect(self.said_before(*before), first)),
            Stage::SpeakAgain { before, advice, .. } => self.advised(*before, advice),
            Stage::JudgeSecond { second, before, advice, .. } => {
                asked(prompts::verify(&self.advised(*before, advice), second))
            }
        };
        ChatRequest { messages, tools: Vec::new(), tool_choice: ToolChoice::Auto, temperature: None }
    }

    fn said_before(&self, before: usize) -> &[Message] {
        self.messages.get(..before).unwrap_or(&self.messages)
    }

    /// The conversation with the advice behind it, which is not kept.
    fn advised(&self, before: usize, advice: &str) -> Vec<Message> {
        let mut messages = self.said_before(before).to_vec();
        messages.push(Message::User { content: advice.to_owned() });
        messages
    }

    /// Takes the reply to the call that was due.
    pub fn supply(&mut self, reply: AssistantMessage) -> Turn {
        match std::mem::replace(&mut self.stage, Stage::Speak { attempts: 0 }) {
            Stage::Speak { attempts } => self.spoke(reply, attempts),
            Stage::Verify { words, attempts } => match is_accepted(&reply) {
                Err(fault) => Turn::Fault(fault),
                Ok(true) => {
                    let said = words.content.clone();
                    self.messages.push(Message::Assistant(words));
                    Turn::Said(said)
                }
                // What is said in the end is not remembered.
                Ok(false) if attempts >= ATTEMPTS => Turn::Said(words.content),
                Ok(false) => self.go_on(Stage::Speak { attempts }),
            },
            Stage::JudgeFirst { first, before } => match is_accepted(&reply) {
                Err(fault) => Turn::Fault(fault),
                Ok(true) => Turn::Said(Some(first)),
                Ok(false) => self.go_on(Stage::Reflect { first, before }),
            },
            Stage::Reflect { first, before } => match after_only(&reply, "Response:") {
                Err(fault) => Turn::Fault(fault),
                Ok(advice) => self.go_on(Stage::SpeakAgain { first, before, advice }),
            },
            Stage::SpeakAgain { first, before, advice } => {
                let second = reply.content.clone().unwrap_or_default();
                self.messages.push(Message::Assistant(reply));
                self.go_on(Stage::JudgeSecond { first, second, before, advice })
            }
            Stage::JudgeSecond { first, second, .. } => match is_accepted(&reply) {
                Err(fault) => Turn::Fault(fault),
                Ok(accepted) => Turn::Said(Some(if accepted { second } else { first })),
            },
        }
    }

    fn spoke(&mut self, reply: AssistantMessage, attempts: u32) -> Turn {
        match self.strategy {
            UserStrategy::Llm => {
                let said = reply.content.clone();
                self.messages.push(Message::Assistant(reply));
                Turn::Said(said)
            }
            UserStrategy::React => {
                let said = said_of_react(&reply);
                self.messages.push(Message::Assistant(reply));
                said.map_or_else(Turn::Fault, |said| Turn::Said(Some(said)))
            }
            UserStrategy::Verify => self.go_on(Stage::Verify { words: reply, attempts: attempts + 1 }),
            UserStrategy::Reflection => {
                let (first, before) = (reply.content.clone().unwrap_or_default(), self.messages.len());
                self.messages.push(Message::Assistant(reply));
                self.go_on(Stage::JudgeFirst { first, before })
            }
        }
    }

    fn go_on(&mut self, stage: Stage) -> Turn {
        self.stage = stage;
        Turn::More
    }

    /// Hears the agent. A message without content is heard as an empty one: chat APIs refuse a `null` here.
    pub fn hear(&mut self, content: &str) {
        self.messages.push(Message::User { content: content.to_owned() });
    }
}

/// Whether a judgement says so anywhere: `"true" in content.lower()`.
fn is_accepted(reply: &AssistantMessage) -> PyResult<bool> {
    let content = reply.content.as_deref().map_or(Value::None, Value::from);
    Ok(ops::lower(&content)?.contains("true"))
}

/// `_, text = content.split(marker)`, stripped: the marker stands in it once.
fn after_only(reply: &AssistantMessage, marker: &str) -> PyResult<String> {
    let Some(content) = &reply.content else { return Err(ops::attribute_error(&Value::None, "split")) };
    let parts: Vec<&str> = content.split(marker).collect();
    match parts.as_slice() {
        [_, after] => Ok(text::strip(after).to_owned()),
        [_] => Err(PyError::value_error("not enough values to unpack (expected 2, got 1)")),
        _ => Err(PyError::value_error("too many values to unpack (expected 2)")),
    }
}

/// What a thinking user says: the original cuts the thought's heading off, not the thought.
fn said_of_react(reply: &AssistantMessage) -> PyResult<String> {
    let Some(content) = &reply.content else {
        return Err(PyError::type_error("argument of type 'NoneType' is not iterable"));
    };
    if content.contains(STOP) {
        return Ok(STOP.to_owned());
    }
    let marker = ["Thought:", "User Response:"].into_iter().find(|marker| content.contains(marker));
    match marker {
        Some(marker) => after_only(reply, marker),
        None => Err(PyError::value_error(format!("Invalid response format: {content}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thought_of_a_react_user_is_told_from_its_words() {
        assert_eq!(thought_and_words("Thought:\nWait.\n\nUser Response:\nHello"), (Some("Wait."), "Hello"));
        assert_eq!(thought_and_words("User Response: Hello"), (None, "Hello"));
        assert_eq!(thought_and_words("Hello"), (None, "Hello"));
    }

    /// A person in the seat, however the model that it was made for is asked.
    #[test]
    fn a_persons_words_pass_every_strategy() {
        for strategy in UserStrategy::ALL {
            let mut user = UserSimulator::new(strategy, "Be brief.");
            for words in ["My order is late.", STOP] {
                let said = loop {
                    let request = user.request();
                    let answer = if UserStrategy::asks_for_words(&request) {
                        strategy.write(words)
                    } else {
                        UserStrategy::LET_THROUGH.to_owned()
                    };
                    match user.supply(AssistantMessage::of_text(answer)) {
                        Turn::More => {}
                        turn => break turn,
                    }
                };
                assert_eq!(said, Turn::Said(Some(words.to_owned())), "{strategy:?}");
                user.hear("Yes?");
            }
        }
    }
}
