//! What a finished rollout gives to learn from: its score, and a record for the reflection model.

use serde::{Deserialize, Serialize};

use crate::chat::ToolSpec;
use crate::domain::World;
use crate::pack::results::message_to_value;
use crate::py::{Dict, List, Value, json};
use crate::rollout::findings::{What, findings};
use crate::rollout::rating::Rating;
use crate::rollout::{Ending, Episode};

/// What the reflection model is told about a rollout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feedback {
    /// One of two sentences, by the reward alone, as in the published experiment.
    #[default]
    Outcome,
    /// The same, and what rules found in a lost one: tools and kinds of faults, no record's values.
    Findings,
}

/// What a rollout with a verdict gives.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// The rating's score where there is one, else the environment's reward.
    pub score: f64,
    pub reward: f64,
    pub rating: Option<f64>,
    /// `Inputs`, `Generated Outputs` and `Feedback`, three texts.
    pub record: Dict,
}

impl Lesson {
    /// The lesson of a rollout; `None` where it has no verdict.
    #[must_use]
    pub fn of(episode: &Episode, world: &World, feedback: Feedback, rating: Option<&Rating>) -> Option<Self> {
        let ending = episode.ending()?;
        let reward = ending.reward()?;
        let said = rating.map_or_else(|| Value::from(told(episode, world, ending, reward, feedback)), Rating::feedback);
        let messages = episode.agent_messages();
        // The first one is the instruction, which stands in the inputs.
        let shown: List = messages.iter().skip(usize::from(messages.len() > 1)).map(message_to_value).collect();
        let record = Dict::from_iter([
            ("Inputs", Value::from(inputs(episode.instruction(), &world.domain.specs()))),
            ("Generated Outputs", json::dumps_indent(&Value::List(shown), 2).into()),
            ("Feedback", json::dumps_indent(&said, 2).into()),
        ]);
        let rating = rating.map(Rating::score);
        Some(Self { score: rating.unwrap_or(reward), reward, rating, record })
    }
}

fn inputs(instruction: &str, tools: &[ToolSpec]) -> String {
    let tools = serde_json::to_string(tools).unwrap_or_default();
    let tools = json::loads(&tools).map_or(tools, |tools| json::dumps_indent(&tools, 2));
    format!("# System Instruction\n{instruction}\n\n# Tool Definitions\n{tools}")
}

fn told(episode: &Episode, world: &World, ending: &Ending, reward: f64, feedback: Feedback) -> String {
    if reward > 0.0 {
        return "Success: the agent resolved everything that the customer came for.".to_owned();
    }
    let mut text = "Failure: the agent did not resolve everything that the customer came for.".to_owned();
    if feedback == Feedback::Findings {
        let task = &episode.environment().task();
        for finding in findings(world, task, episode.trajectory(), ending) {
            text.push_str("\n- ");
            text.push_str(&without_values(&finding.what));
        }
    }
    text
}

/// A finding in words that name tools and arguments, but nothing of the task's records.
fn without_values(what: &What) -> String {
    match what {
        What::WrongTool { called, expected } => format!("{called} was called where {expected} was wanted."),
        What::WrongArgument { tool, argument, .. } => format!("{tool} was called with a wrong {argument}."),
        What::MissingWrite { tool, .. } => format!("{tool} should have been called and was not."),
        What::ExtraWrite { tool, .. } => format!("{tool} should not have been called."),
        What::RefusedWrite { tool, answer } => format!("{tool} was refused: {answer}"),
        What::OutputNotSaid { .. } => "A figure that the customer asked for was never said, or was wrong.".to_owned(),
        What::OutsideTask { .. } => "The customer spoke of something else than was agreed.".to_owned(),
        What::StoppedEarly { .. } => "The customer left before everything was done.".to_owned(),
        What::NeedlessTransfer => "The agent handed over to a person without need.".to_owned(),
        What::StepLimit => "The agent used up its steps without coming to an end.".to_owned(),
    }
}
