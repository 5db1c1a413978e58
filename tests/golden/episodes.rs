//! Whole episodes of the environment against a scripted user.

use std::sync::Arc;

use taupe::domain::{RESPOND, World};
use taupe::py::{PyResult, Value, json};
use taupe::rollout::{EnvResponse, Environment, UserReply, respond_content};

use crate::Check;
use crate::tally::{Differences, Tally};
use crate::tools::{shown_reward, task_of};
use crate::vectors::{Problem, Vectors, field, list, optional, text, wrong};
use crate::worlds::{read_action, world};

pub const KINDS: &[(&str, Check)] = &[("episodes", episodes)];

fn episodes(vectors: &Vectors) -> Result<Tally, Problem> {
    let mut tally = Tally::default();
    let mut without_domain = 0;
    for (at, record) in vectors.records.iter().enumerate() {
        match world(text(record, "domain")?)? {
            Some(world) => {
                tally.vector(&format!("line {}", at + 1), |differences| episode(&world, record, differences))?
            }
            None => without_domain += 1,
        }
    }
    if without_domain > 0 {
        println!("tau-bench/episodes: {without_domain} vectors are of a domain that the engine does not have");
    }
    Ok(tally)
}

fn episode(world: &Arc<World>, record: &Value, differences: &mut Differences) -> Result<(), Problem> {
    let mut user =
        ScriptedUser { replies: list(record, "user_replies")?.iter(), default: text(record, "user_default")? };
    let mut environment = Environment::new(Arc::clone(world), Arc::clone(task_of(world, record)?));
    let opening = UserReply { text: text(record, "user_first")?.to_owned(), cost_usd: Some(0.0) };
    let (observation, _) = environment.reset(opening);
    differences.same("reset observation", text(record, "reset_observation")?, &observation);

    let responses = list(record, "responses")?;
    let mut ended = "null";
    for (at, action) in list(record, "actions")?.iter().enumerate() {
        let Some(expected) = responses.get(at) else { break };
        let action = read_action(action)?;
        let actual = if action.name == RESPOND {
            match respond_content(&action) {
                Ok(_) => environment.step_respond(action, user.reply()?),
                Err(error) => Err(error),
            }
        } else {
            environment.step_tool(action)
        };
        ended = match &actual {
            Ok(response) if response.done => "\"done\"",
            Ok(_) => "null",
            Err(_) => "\"exception\"",
        };
        compare(at, expected, actual, differences)?;
    }
    // Null, an episode that went on, is a value here.
    let expected = record.as_dict().and_then(|record| record.get("ended")).unwrap_or(&Value::None);
    differences.same("ended", &json::dumps(expected), ended);
    Ok(())
}

struct ScriptedUser<'a> {
    replies: std::slice::Iter<'a, Value>,
    default: &'a str,
}

impl ScriptedUser<'_> {
    fn reply(&mut self) -> Result<UserReply, Problem> {
        let text = match self.replies.next() {
            Some(reply) => reply.as_str().ok_or_else(|| wrong("user_replies", "a list of texts"))?,
            None => self.default,
        };
        Ok(UserReply { text: text.to_owned(), cost_usd: Some(0.0) })
    }
}

fn compare(
    at: usize,
    expected: &Value,
    actual: PyResult<EnvResponse>,
    differences: &mut Differences,
) -> Result<(), Problem> {
    let actual = match actual {
        Ok(response) => response,
        Err(error) => {
            let raised = optional(expected, "step_raises").and_then(Value::as_str).map_or("nothing", |name| name);
            differences.same(&format!("response {at} raises"), raised, error.kind.name());
            let message = optional(expected, "message").and_then(Value::as_str).map_or("", |message| message);
            differences.same(&format!("response {at} message"), message, &error.message);
            return Ok(());
        }
    };
    match optional(expected, "observation_prefix") {
        Some(_) => {
            let prefix = text(expected, "observation_prefix")?;
            let shown: String = actual.observation.chars().take(prefix.chars().count()).collect();
            differences.same(&format!("response {at} observation prefix"), prefix, &shown);
        }
        None if optional(expected, "step_raises").is_some() => {
            differences.same(&format!("response {at}"), "an exception", &actual.observation);
            return Ok(());
        }
        None => {
            differences.same(&format!("response {at} observation"), text(expected, "observation")?, &actual.observation)
        }
    }
    let part = |name: &str| Ok::<_, Problem>(json::dumps(field(expected, name)?));
    differences.same(&format!("response {at} reward"), &part("reward")?, &json::dumps(&Value::Float(actual.reward)));
    differences.same(&format!("response {at} done"), &part("done")?, &actual.done.to_string());
    differences.same(&format!("response {at} info"), &part("info")?, &shown_info(&actual.info.to_value()));
    Ok(())
}

/// A step's info in its JSON form, without the task and the list of expected actions, which the vectors leave out.
pub fn shown_info(info: &Value) -> String {
    let mut info = info.clone();
    if let Value::Dict(fields) = &mut info {
        let fields = fields.make_mut();
        fields.shift_remove("task");
        if let Some(reward) = fields.get_mut("reward_info")
            && matches!(reward, Value::Dict(_))
            && let Ok(short) = json::loads(&shown_reward(reward))
        {
            *reward = short;
        }
    }
    json::dumps(&info)
}
