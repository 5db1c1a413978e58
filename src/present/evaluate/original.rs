//! The original's result files: a recorded rollout in its form, and a result of it as a run of ours.
//!
//! A result holds the agent's side of a conversation. Its replies and the user's are taken as they stand and recorded
//! as those of a script; tools and reward are made again, so the run opens, compares and forks like any other.

use std::sync::Arc;

use crate::chat::{AssistantMessage, ChatReply, Message};
use crate::domain::{Task, World};
use crate::journal::{BatchId, Instruction};
use crate::journal::{Event as Entry, Folded, Header, Journal, Summary, fold};
use crate::pack::results::{RecordedResult, RecordedRun};
use crate::py::{Dict, Value, text};
use crate::rollout::{
    BatchSettings, Ending, EnvInfo, Event, Occupant, OccupantKind, Seat, UserStrategy, changed_task_fields, reexecute,
};
use crate::workspace::batches::Imported;
use crate::workspace::{Again, Arm, BatchRecord, ImportedResult, OtherAnswer};

/// A recorded rollout in the original's form. As there, one that died of an exception has a reward of 0 and says why.
#[must_use]
pub fn original_result(header: &Header, folded: &Folded) -> RecordedResult {
    let episode = &folded.episode;
    let said = |why: &str| Dict::from_iter([("error", why.into()), ("traceback", "".into())]);
    let info = || match episode.last_info().map(EnvInfo::to_value) {
        Some(crate::py::Value::Dict(info)) => info,
        _ => Dict::new(),
    };
    let (reward, info, trajectory) = match episode.ending() {
        Some(Ending::Judged(reward)) => (reward.reward, info(), episode.agent_messages().to_vec()),
        Some(Ending::StepLimit) => (0.0, info(), episode.agent_messages().to_vec()),
        Some(Ending::AgentFault(error)) => (0.0, said(&error.message), Vec::new()),
        Some(Ending::Unscored { error, .. }) => (0.0, said(&error.message), Vec::new()),
        Some(Ending::Stopped) | None => (0.0, said("The rollout was not brought to its end."), Vec::new()),
    };
    RecordedResult {
        // A position in a list.
        task_id: i64::try_from(header.task.index).unwrap_or(i64::MAX),
        trial: i64::from(header.trial),
        reward,
        info,
        trajectory,
    }
}

/// How many results of a file are of tasks that a split has: their users are the same.
#[must_use]
pub fn fits(world: &World, split: &str, run: &RecordedRun) -> usize {
    let is_of = |result: &&RecordedResult| {
        let Some(task) = task_of(world, split, result) else { return false };
        let Some(Value::Dict(recorded)) = result.info.get("task") else { return false };
        recorded.get("user_id").is_some_and(|id| text::str_of(id) == task.user_id)
    };
    run.results.iter().filter(is_of).count()
}

fn task_of<'a>(world: &'a World, split: &str, result: &RecordedResult) -> Option<&'a Arc<Task>> {
    world.task(split, usize::try_from(result.task_id).ok()?)
}

/// Where a result file is read into.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    pub pack: &'a str,
    pub world: &'a Arc<World>,
    pub split: &'a str,
}

/// The record of a batch that a result file makes, its rollouts not done again yet. Results of tasks that the split
/// does not have are left out, with a warning.
#[must_use]
pub fn record(run: &RecordedRun, target: Target<'_>, file: &str, id: BatchId, now_ms: u64) -> BatchRecord {
    let Target { pack, world, split } = target;
    let mut warnings = run.warnings.clone();
    let mut results = Vec::new();
    for result in &run.results {
        let (task, trial) = (usize::try_from(result.task_id), u32::try_from(result.trial));
        match (task, trial, task_of(world, split, result)) {
            (Ok(task), Ok(trial), Some(_)) => {
                results.push(ImportedResult { task, trial, reward: result.reward, error: result.error(), again: None });
            }
            _ => {
                warnings.push(format!("Task {} is not in the split {split}; its result was left out.", result.task_id))
            }
        }
    }
    let said = run.results.iter().find_map(|result| match result.trajectory.first() {
        Some(Message::System { content }) => Some(content.clone()),
        _ => None,
    });
    let mut tasks: Vec<usize> = results.iter().map(|result| result.task).collect();
    tasks.sort_unstable();
    tasks.dedup();
    let trials = results.iter().map(|result| result.trial).max().map_or(1, |last| last.saturating_add(1));
    let stem = file.rsplit('/').next().unwrap_or(file);
    let stem = stem.strip_suffix(".json").unwrap_or(stem).to_owned();
    // The original's names tell strategy, model and temperature before the range of tasks.
    let agent = match stem.split_once("_range_") {
        Some((agent, _)) => format!("recorded {agent}"),
        None => "recorded agent".to_owned(),
    };
    BatchRecord {
        id,
        created_ms: now_ms,
        name: stem,
        note: String::new(),
        pack: pack.to_owned(),
        domain: world.domain.name.to_owned(),
        split: split.to_owned(),
        split_size: world.tasks(split).map_or(0, <[_]>::len),
        arms: vec![Arm {
            name: agent.clone(),
            instruction: Instruction {
                text: said.unwrap_or_default(),
                name: "the file's system text".to_owned(),
                version: None,
            },
            agent: Occupant::new(OccupantKind::Script, agent),
            strategy: crate::rollout::AgentStrategy::default(),
            examples: String::new(),
            temperature: None,
        }],
        user: Occupant::new(OccupantKind::Script, "recorded customer"),
        user_strategy: UserStrategy::default(),
        max_steps: crate::rollout::DEFAULT_MAX_STEPS,
        settings: BatchSettings { trials, ..BatchSettings::of_tasks(tasks) },
        rater: None,
        imported: Some(Imported { file: file.to_owned(), results, warnings }),
    }
}

/// Does the actions of a result again.
#[must_use]
pub fn again(world: &Arc<World>, task: &Arc<Task>, result: &RecordedResult) -> Option<Again> {
    if result.trajectory.is_empty() {
        return None;
    }
    let changed = match result.info.get("task") {
        Some(Value::Dict(then)) => changed_task_fields(task, then),
        _ => Vec::new(),
    };
    Some(match reexecute(world, task, &result.trajectory) {
        Ok(done) => Again {
            tool_calls: done.tool_calls,
            reward: done.reward.as_ref().map(|reward| reward.reward),
            mismatches: done
                .mismatches
                .iter()
                .map(|own| OtherAnswer { step: own.step, tool: own.name.clone(), why: own.why() })
                .collect(),
            changed,
            fault: None,
        },
        Err(error) => Again { changed, fault: Some(error.message.to_string()), ..Again::default() },
    })
}

/// The run that a result makes: what was said in it, with tools and reward made again.
#[must_use]
pub fn journal(header: Header, at_hand: (&Arc<World>, &Arc<Task>), result: &RecordedResult) -> (Journal, Summary) {
    let (world, task) = at_hand;
    let mut header = header;
    if let Some(Message::System { content }) = result.trajectory.first() {
        header.instruction.text.clone_from(content);
    }
    // The recording's own length is the limit: it ends where it ended.
    header.max_steps = header.max_steps.max(result.trajectory.len());
    let at_ms = header.created_ms;
    let mut journal = Journal::new(header);
    let mut episode = fold(Arc::clone(world), Arc::clone(task), &journal).episode;
    for message in &result.trajectory {
        let (seat, said) = match message {
            Message::User { content } => (Seat::User, AssistantMessage::of_text(content.as_str())),
            Message::Assistant(reply) => (Seat::Agent, reply.clone()),
            Message::System { .. } | Message::Tool { .. } => continue,
        };
        if episode.due() != Some(seat) {
            continue;
        }
        let event = Event::Replied { seat, reply: Box::new(ChatReply::of_message(said)) };
        event.clone().apply(&mut episode);
        journal.events.push(Entry::new(at_ms, event));
    }
    let summary = Summary::of(&journal, &episode);
    (journal, summary)
}

/// What doing a file's results again came to, in words: `190 of 200 rollouts came to the same answers and reward`.
#[must_use]
pub fn again_words(imported: &Imported) -> String {
    let done = imported.results.iter().filter_map(ImportedResult::is_same_again);
    let (all, same) = done.fold((0, 0), |(all, same), own| (all + 1, same + usize::from(own)));
    format!("{same} of {all} recorded rollouts came to the same tool answers and the same reward when done again here.")
}
