//! Who is to blame for a failed rollout, and for what: asked of a model, as the original's error-identification tool
//! asks (`auto_error_identification.py`).
//!
//! Two questions with choices, each followed by a request for a description: who is at fault, and, where it is the
//! agent, which kind of fault. Like an episode this makes no calls: it says what to ask and is fed the replies. The
//! wording is Taupe's own; what the model is shown, the choices and the reading of answers are the original's.

use serde::{Deserialize, Serialize};

use crate::chat::{AssistantMessage, ChatRequest, Message, ToolChoice};
use crate::domain::{RESPOND, Task};
use crate::py::{Dict, List, Value, json, text};

/// Whose fault a failed rollout is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Author {
    User,
    Agent,
    Environment,
}

/// What the agent did wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultType {
    CalledWrongTool,
    UsedWrongToolArgument,
    GoalPartiallyCompleted,
    Other,
}

impl Author {
    /// In the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::User, Self::Agent, Self::Environment];

    /// The original's name for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Agent => "agent",
            Self::Environment => "environment",
        }
    }

    const fn choice(self) -> &'static str {
        match self {
            Self::User => "The user is at fault: the user strayed from the user instruction.",
            Self::Agent => "The agent is at fault: the agent did not do what the user asked, or not rightly.",
            Self::Environment => "The environment is at fault: a tool or its data did not work as it should.",
        }
    }
}

impl FaultType {
    pub const ALL: [Self; 4] =
        [Self::CalledWrongTool, Self::UsedWrongToolArgument, Self::GoalPartiallyCompleted, Self::Other];

    /// The original's name for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CalledWrongTool => "called_wrong_tool",
            Self::UsedWrongToolArgument => "used_wrong_tool_argument",
            Self::GoalPartiallyCompleted => "goal_partially_completed",
            Self::Other => "other",
        }
    }

    const fn choice(self) -> &'static str {
        match self {
            Self::CalledWrongTool => "The agent called a wrong tool.",
            Self::UsedWrongToolArgument => "The agent called the right tool with a wrong argument.",
            Self::GoalPartiallyCompleted => "The agent did only a part of what the user wanted.",
            Self::Other => "Something else.",
        }
    }
}

/// What a model found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribution {
    pub author: Author,
    pub description: String,
    /// Where the agent is at fault.
    pub fault: Option<(FaultType, String)>,
}

/// Why there is no attribution. The texts name no message contents.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttributionError {
    #[error("The model's answer holds no JSON object with a classification.")]
    NoClassification,
    #[error("The model's classification is none of the choices.")]
    UnknownChoice,
    #[error("The model answered without any text.")]
    NoText,
}

/// How much the model is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// The user scenario, what was expected, and the conversation with its tool calls.
    #[default]
    Everything,
    /// What the original shows: of a task with required outputs nothing of the conversation, and never a tool call.
    AsOriginal,
}

/// The questions about one failed rollout, in progress.
#[derive(Clone, Debug)]
pub struct Inquiry {
    context: String,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    Author,
    Description(Author),
    Fault(String),
    FaultDescription(String, FaultType),
}

/// What a reply came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inquired {
    /// Another call is due.
    More,
    Done(Attribution),
}

impl Inquiry {
    /// The questions about a failed rollout of a task; `conversation` is the agent's side of it.
    #[must_use]
    pub fn new(task: &Task, conversation: &[Message], shown: Shown) -> Self {
        Self { context: context(task, conversation, shown), stage: Stage::Author }
    }

    /// The call that is due.
    #[must_use]
    pub fn request(&self) -> ChatRequest {
        let (system, user) = match &self.stage {
            Stage::Author => {
                let choices: Vec<&str> = Author::ALL.iter().map(|author| author.choice()).collect();
                let asked = "A user and an agent talked, and the user's task failed. Tell who is at fault.";
                (CLASSIFY.to_owned(), classification(asked, &self.context, &choices))
            }
            Stage::Description(author) => {
                let asked = "A user and an agent talked, and the user's task failed. Describe in a few sentences why.";
                (format!("{asked} {}", author.choice()), self.context.clone())
            }
            Stage::Fault(_) => {
                let choices: Vec<&str> = FaultType::ALL.iter().map(|fault| fault.choice()).collect();
                let asked = "A user and an agent talked, and the task failed by the agent's fault. Tell which fault.";
                (CLASSIFY.to_owned(), classification(asked, &self.context, &choices))
            }
            Stage::FaultDescription(_, fault) => {
                let asked = "A user and an agent talked, and the task failed by the agent's fault. Describe the fault.";
                (format!("{asked} {}", fault.choice()), self.context.clone())
            }
        };
        ChatRequest {
            messages: vec![Message::System { content: system }, Message::User { content: user }],
            tools: Vec::new(),
            tool_choice: ToolChoice::Auto,
            temperature: None,
        }
    }

    /// Takes the reply to the call that was due.
    ///
    /// # Errors
    /// An answer that tells nothing; the same call is then due again.
    pub fn supply(&mut self, reply: &AssistantMessage) -> Result<Inquired, AttributionError> {
        let answer = reply.content.as_deref().filter(|answer| !answer.trim().is_empty());
        let answer = answer.ok_or(AttributionError::NoText)?;
        match &self.stage {
            Stage::Author => {
                let author = chosen(answer, &Author::ALL)?;
                self.stage = Stage::Description(author);
            }
            Stage::Description(Author::Agent) => self.stage = Stage::Fault(answer.to_owned()),
            Stage::Description(author) => {
                let description = answer.to_owned();
                return Ok(Inquired::Done(Attribution { author: *author, description, fault: None }));
            }
            Stage::Fault(description) => {
                let fault = chosen(answer, &FaultType::ALL)?;
                self.stage = Stage::FaultDescription(description.clone(), fault);
            }
            Stage::FaultDescription(description, fault) => {
                return Ok(Inquired::Done(Attribution {
                    author: Author::Agent,
                    description: description.clone(),
                    fault: Some((*fault, answer.to_owned())),
                }));
            }
        }
        Ok(Inquired::More)
    }
}

const CLASSIFY: &str = "Classify the text by the instruction: take the one choice that fits best. Answer with JSON alone, \
    in the form {\"classification\": \"<letter of the choice>\"}.";

fn classification(instruction: &str, context: &str, choices: &[&str]) -> String {
    let choices: Vec<String> = choices.iter().zip('A'..).map(|(choice, key)| format!("{key}. {choice}")).collect();
    format!("Instruction:\n{instruction}\n\nText:\n{context}\n\nChoices:\n{}\n\nValid JSON:", choices.join("\n"))
}

fn context(task: &Task, conversation: &[Message], shown: Shown) -> String {
    let section = |name: &str, content: &str| format!("----- start {name} -----\n{content}\n----- end {name} -----");
    let mut sections = vec![section("user instruction", &task.user_scenario)];
    let outputs: List = task.outputs.iter().map(|output| output.as_str().into()).collect();
    if !task.outputs.is_empty() {
        sections.push(section("required outputs", &text::repr(&Value::List(outputs))));
    }
    if task.outputs.is_empty() || shown == Shown::Everything {
        let actions: List = task.expected_actions.iter().map(|action| action.to_value()).collect();
        sections.push(section("ground truth action sequence", &json::dumps_indent(&Value::List(actions), 4)));
        let lines: Vec<String> = conversation.iter().flat_map(|message| lines_of(message, shown)).collect();
        sections.push(section("trajectory", &lines.join("\n")));
    }
    sections.join("\n\n")
}

fn lines_of(message: &Message, shown: Shown) -> Vec<String> {
    let role = match message {
        Message::System { .. } => return Vec::new(),
        Message::User { .. } => "User",
        Message::Assistant(_) => "Assistant",
        Message::Tool { .. } => "Tool",
    };
    let mut lines = Vec::new();
    let (said, calls) = match message {
        Message::Assistant(reply) if shown == Shown::Everything => (message.text(), reply.tool_calls.as_slice()),
        _ => (Some(message.text().unwrap_or("None")), &[][..]),
    };
    lines.extend(said.map(|said| format!("{role}: {said}")));
    let named = calls.iter().filter(|call| call.name != RESPOND);
    lines.extend(named.map(|call| format!("{role} calls {}({})", call.name, call.arguments)));
    lines
}

/// The choice that an answer names by its letter.
fn chosen<T: Copy>(answer: &str, choices: &[T]) -> Result<T, AttributionError> {
    let object = object_in(answer).ok_or(AttributionError::NoClassification)?;
    // Keys may have blanks around them.
    let named = object.iter().find(|(key, _)| key.trim() == "classification").map(|(_, value)| value);
    let Some(Value::Str(named)) = named else { return Err(AttributionError::NoClassification) };
    let letter = named.trim().chars().next().ok_or(AttributionError::UnknownChoice)?;
    let at = ('A'..='Z').position(|key| key == letter).ok_or(AttributionError::UnknownChoice)?;
    choices.get(at).copied().ok_or(AttributionError::UnknownChoice)
}

/// The JSON object of an answer: the answer itself, one in a code fence, or any lines of it that are one.
fn object_in(answer: &str) -> Option<Dict> {
    let parsed = |text: &str| match json::loads(text.trim()) {
        Ok(Value::Dict(object)) => Some(object),
        _ => None,
    };
    if let Some(object) = parsed(answer) {
        return Some(object);
    }
    let mut fenced = answer.split("```").skip(1).step_by(2);
    if let Some(object) = fenced.find_map(|block| parsed(block.strip_prefix("json").unwrap_or(block))) {
        return Some(object);
    }
    let lines: Vec<&str> = answer.lines().collect();
    (0..lines.len()).find_map(|from| (from + 1..=lines.len()).find_map(|to| parsed(&lines[from..to].join("\n"))))
}

/// The original's result file: both analyses by task.
#[must_use]
pub fn to_value(attributions: &[(i64, Attribution)]) -> Value {
    let row = |task: i64, name: &str, value: &str, description: &str| {
        Value::Dict(Dict::from_iter([
            ("task_id", Value::Int(task)),
            (name, value.into()),
            ("description", description.into()),
        ]))
    };
    let authors: List = attributions
        .iter()
        .map(|(task, found)| row(*task, "author", found.author.name(), &found.description))
        .collect();
    let faults: List = attributions
        .iter()
        .filter_map(|(task, found)| {
            let (fault, description) = found.fault.as_ref()?;
            Some(row(*task, "fault_type", fault.name(), description))
        })
        .collect();
    Value::Dict(Dict::from_iter([
        ("fault_assignment_analysis", Value::List(authors)),
        ("fault_type_analysis", Value::List(faults)),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::ToolCall;
    use crate::domain::TaskId;

    fn task(outputs: &[&str]) -> Task {
        Task {
            id: TaskId { split: "test".into(), index: 0 },
            title: None,
            user_id: "ada".into(),
            user_scenario: "You are Ada.".into(),
            expected_actions: Vec::new(),
            agenda: None,
            outputs: outputs.iter().map(|output| (*output).to_owned()).collect(),
        }
    }

    fn conversation() -> Vec<Message> {
        let call = ToolCall { id: "1".into(), name: "think".into(), arguments: "{}".into() };
        vec![
            Message::System { content: "secret".into() },
            Message::User { content: "hi".into() },
            Message::Assistant(AssistantMessage::of_calls(vec![call])),
            Message::Tool { call_id: "1".into(), name: "think".into(), content: String::new() },
        ]
    }

    fn says(text: &str) -> AssistantMessage {
        AssistantMessage::of_text(text)
    }

    #[track_caller]
    fn reads(answer: &str, expected: Result<Author, AttributionError>) {
        assert_eq!(chosen(answer, &Author::ALL), expected, "{answer}");
    }

    #[test]
    fn answers_are_read_in_many_shapes() {
        for answer in [
            r#"{"classification": "B"}"#,
            r#"{" classification ": "B. The agent"}"#,
            "```json\n{\"classification\": \"B\"}\n```",
            "Sure:\n```\n{\"classification\": \"B\"}\n```\nDone",
            "Here it is\n{\n\"classification\": \"B\"\n}\nbye",
        ] {
            reads(answer, Ok(Author::Agent));
        }
        reads("B", Err(AttributionError::NoClassification));
        reads(r#"{"class": "B"}"#, Err(AttributionError::NoClassification));
        reads(r#"{"classification": "Z"}"#, Err(AttributionError::UnknownChoice));
        reads(r#"{"classification": ""}"#, Err(AttributionError::UnknownChoice));
    }

    #[test]
    fn four_calls_lead_to_a_fault_of_the_agent_and_two_to_another() {
        let mut inquiry = Inquiry::new(&task(&[]), &conversation(), Shown::Everything);
        assert_eq!(inquiry.supply(&says("no idea")), Err(AttributionError::NoClassification));
        assert_eq!(inquiry.supply(&says(r#"{"classification": "B"}"#)), Ok(Inquired::More));
        assert_eq!(inquiry.supply(&says("It was rude.")), Ok(Inquired::More));
        assert_eq!(inquiry.supply(&says(r#"{"classification": "C"}"#)), Ok(Inquired::More));
        let Ok(Inquired::Done(found)) = inquiry.supply(&says("Half done.")) else { panic!("it is done") };
        assert_eq!(found.fault, Some((FaultType::GoalPartiallyCompleted, "Half done.".into())));
        assert_eq!(found.description, "It was rude.");

        let mut inquiry = Inquiry::new(&task(&[]), &conversation(), Shown::Everything);
        assert_eq!(inquiry.supply(&says(r#"{"classification": "A"}"#)), Ok(Inquired::More));
        let Ok(Inquired::Done(found)) = inquiry.supply(&says("Lied.")) else { panic!("it is done") };
        assert_eq!((found.author, found.fault), (Author::User, None));
    }

    #[test]
    fn the_instruction_is_never_shown_and_calls_only_where_wanted() {
        let of = |task: &Task, shown| Inquiry::new(task, &conversation(), shown).request().messages;
        let told = |task: &Task, shown| of(task, shown).last().and_then(Message::text).unwrap_or_default().to_owned();
        let everything = told(&task(&["10"]), Shown::Everything);
        assert!(everything.contains("['10']") && everything.contains("Assistant calls think({})"), "{everything}");
        assert!(!everything.contains("secret"));
        let original = told(&task(&["10"]), Shown::AsOriginal);
        assert!(original.contains("['10']") && !original.contains("trajectory"), "{original}");
        assert!(told(&task(&[]), Shown::AsOriginal).contains("Assistant: None\nTool: "));
    }
}
