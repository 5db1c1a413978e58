//! An evolution as files: what the published experiment leaves behind, in its forms and under its names.
//!
//! ```text
//! results.json                 the result, as the GEPA package writes and reads it
//! run_log.json                 what happened in each pass
//! candidates.json              the pool
//! experiment_config.json       the experiment's settings
//! prompt.txt                   the best candidate's instruction
//! traces/…                     the rollouts, a file for each candidate and step
//! evaluation/…                 of each held-out evaluation: prompt.txt, run_config.json, results.json
//! ```
//!
//! The experiment has more settings than its files know, and the page more than the experiment; what has no place there
//! is left out. There is no key and no path of a machine in any of them.

use std::collections::BTreeMap;

use super::list;
use crate::evolve::{DatasetChoice, Evolution, Made};
use crate::gepa::{Candidate, Purpose, RunResult};
use crate::pack::results::{RecordedResult, RecordedRun, RunName};
use crate::present::archive::TextFile;
use crate::present::evaluate::export::safe;
use crate::py::{Dict, List, Value, json};
use crate::rollout::{Occupant, OccupantKind};
use crate::workspace::EvolutionRecord;

/// A held-out evaluation of one instruction.
#[derive(Clone, Debug)]
pub struct HeldOut {
    /// The folder: `evaluation`, `evaluation-seed`.
    pub folder: String,
    pub instruction: String,
    pub results: Vec<RecordedResult>,
}

/// What the files are made from.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    pub record: &'a EvolutionRecord,
    pub evolution: &'a Evolution,
    /// Its rollouts by number, in the original's form. Those that are not at hand are missing in the traces too.
    pub rollouts: &'a BTreeMap<usize, RecordedResult>,
    pub held_out: &'a [HeldOut],
    /// When it began: month, day, hour, minute and second, two digits each.
    pub moment: &'a str,
}

/// All files of an evolution.
#[must_use]
pub fn files(parts: Parts<'_>) -> Vec<TextFile> {
    let Parts { record, evolution, held_out, .. } = parts;
    let optimizer = evolution.optimizer();
    let mut files = of_result(&optimizer.result());
    let log: List = optimizer.state().trace().iter().map(crate::gepa::trace::TraceEntry::to_value).collect();
    files.push(("run_log.json".to_owned(), json::dumps_indent(&Value::List(log), 2)));
    files.push(("experiment_config.json".to_owned(), json::dumps_indent(&experiment(record, held_out), 2)));
    for own in held_out {
        let HeldOut { folder, instruction, results } = own;
        let all: List = results.iter().map(RecordedResult::to_value).collect();
        let all = Value::Dict(Dict::from_iter([("results", Value::List(all))]));
        files.push((format!("{folder}/prompt.txt"), instruction.clone()));
        files.push((format!("{folder}/run_config.json"), json::dumps_indent(&run_config(record, own), 2)));
        files.push((format!("{folder}/results.json"), json::dumps(&all)));
    }
    files.extend(traces(parts));
    files
}

/// The files of a result alone, such as one that was made elsewhere.
#[must_use]
pub fn of_result(result: &RunResult) -> Vec<TextFile> {
    // Where it was saved is a path of somebody's machine.
    let own = RunResult { run_dir: None, ..result.clone() };
    let candidates: List = result.candidates.iter().map(candidate).collect();
    let mut files = vec![
        ("results.json".to_owned(), json::dumps(&own.to_value())),
        ("candidates.json".to_owned(), json::dumps_indent(&Value::List(candidates), 2)),
    ];
    if let Some(best) = result.best().and_then(|best| result.candidates.get(best.index())) {
        files.push(("prompt.txt".to_owned(), prompt(best)));
    }
    files
}

/// A candidate as one text: its only component, or each under its name.
fn prompt(candidate: &Candidate) -> String {
    let mut texts = candidate.iter();
    match (texts.next(), texts.next()) {
        (Some((_, only)), None) => only.to_string(),
        _ => candidate.iter().map(|(name, text)| format!("# {name}\n\n{text}\n")).collect::<Vec<_>>().join("\n"),
    }
}

fn candidate(candidate: &Candidate) -> Value {
    Value::Dict(candidate.iter().map(|(name, text)| (name.clone(), Value::Str(text.clone()))).collect())
}

/// The rollouts, a file for each candidate and step, in order: as in the experiment each is a run of its own.
fn traces(parts: Parts<'_>) -> Vec<TextFile> {
    let Parts { record, evolution, rollouts, moment, .. } = parts;
    let together = |one: &Made, other: &Made| {
        (one.answers, one.job.purpose, &one.job.instruction)
            == (other.answers, other.job.purpose, &other.job.instruction)
    };
    let name = run_name(record, moment);
    let mut files = Vec::new();
    for (number, step) in evolution.made().chunk_by(together).enumerate() {
        let results: Vec<RecordedResult> =
            step.iter().filter_map(|made| Some(traced(record, made, rollouts.get(&made.job.number)?))).collect();
        if !results.is_empty() {
            let text = RecordedRun { results, warnings: Vec::new() }.write();
            let what = match step.first().map(|made| made.job.purpose) {
                Some(Purpose::Parents) => "parent",
                Some(Purpose::Children) => "child",
                Some(Purpose::Merge) => "merge",
                _ => "validation",
            };
            files.push((format!("traces/{:04}-{what}_{name}", number + 1), text));
        }
    }
    files
}

/// A rollout as the experiment records it: the score that counted, and in its info what it is made of.
fn traced(record: &EvolutionRecord, made: &Made, result: &RecordedResult) -> RecordedResult {
    let mut own = result.clone();
    let rating = if record.rater.is_some() { Value::Float(made.score) } else { Value::None };
    let metrics = Dict::from_iter([("rating", rating), ("reward", Value::Float(result.reward))]);
    own.info.set("metrics", Value::Dict(metrics));
    own.reward = made.score;
    own
}

/// The settings of the experiment, by the names that it gives them.
fn experiment(record: &EvolutionRecord, held_out: &[HeldOut]) -> Value {
    let config = &record.setup.config;
    let budget = list::budget(config).map_or(Value::None, |budget| int(usize::try_from(budget).unwrap_or(usize::MAX)));
    let set = |choice: &DatasetChoice| {
        let indexes = choice.indexes.as_ref().map(|indexes| Value::List(indexes.iter().copied().map(int).collect()));
        Value::Dict(Dict::from_iter([
            ("split", Value::from(choice.split.as_str())),
            ("indexes", indexes.unwrap_or(Value::None)),
            ("max_size", choice.max_size.map_or(Value::None, int)),
        ]))
    };
    Value::Dict(Dict::from_iter([
        ("tau_bench_env", Value::from(record.domain.as_str())),
        ("agent_model", model(&record.agent).into()),
        ("agent_model_provider", provider(&record.agent).into()),
        ("user_model", model(&record.user).into()),
        ("user_model_provider", provider(&record.user).into()),
        ("max_concurrency", int(record.concurrency)),
        ("num_eval_trials", held_out.iter().map(trials).max().map_or(Value::None, int)),
        ("rnd_seed", record.dataset_seed.and_then(|seed| i64::try_from(seed).ok()).map_or(Value::None, Value::Int)),
        ("max_metric_calls", budget),
        ("reflection_model", model(&record.reflection).into()),
        ("reflection_minibatch_size", int(config.minibatch_size)),
        ("use_rater", Value::Bool(record.rater.is_some())),
        ("feedback_dataset", set(&record.choices.feedback)),
        ("pareto_dataset", set(&record.choices.pareto)),
        ("eval_dataset", set(&record.choices.evaluation)),
    ]))
}

/// The settings of a held-out evaluation (`RunConfig` of `tau_bench/types.py`).
fn run_config(record: &EvolutionRecord, held_out: &HeldOut) -> Value {
    let tasks = &record.setup.datasets.evaluation;
    Value::Dict(Dict::from_iter([
        ("model_provider", Value::from(provider(&record.agent))),
        ("user_model_provider", provider(&record.user).into()),
        ("model", model(&record.agent).into()),
        ("user_model", model(&record.user).into()),
        ("num_trials", int(trials(held_out))),
        ("env", record.domain.as_str().into()),
        ("agent_strategy", record.strategy.name().into()),
        ("temperature", Value::Float(record.temperature.unwrap_or(0.0))),
        ("task_split", tasks.split.as_str().into()),
        ("start_index", int(0)),
        ("end_index", Value::Int(-1)),
        ("task_ids", Value::List(tasks.tasks.iter().copied().map(int).collect())),
        ("log_dir", "results".into()),
        ("max_concurrency", int(record.concurrency)),
        ("seed", Value::Int(i64::try_from(record.seed).unwrap_or(i64::MAX))),
        ("shuffle", int(0)),
        ("user_strategy", record.user_strategy.name().into()),
        ("few_shot_displays_path", Value::None),
    ]))
}

fn trials(held_out: &HeldOut) -> usize {
    let last = held_out.results.iter().map(|result| result.trial).max();
    last.and_then(|last| usize::try_from(last + 1).ok()).unwrap_or(0)
}

/// The name that the original would give the file of a run.
fn run_name(record: &EvolutionRecord, moment: &str) -> String {
    let path = RunName {
        log_dir: "traces",
        agent_strategy: record.strategy.name(),
        model: &safe(&model(&record.agent)),
        temperature: record.temperature.unwrap_or(0.0),
        start_index: 0,
        end_index: -1,
        user_model: &safe(&model(&record.user)),
        user_strategy: record.user_strategy.name(),
        moment,
    }
    .path();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Of `model at host` the model.
fn model(by: &Occupant) -> String {
    by.label.split(" at ").next().unwrap_or(&by.label).to_owned()
}

/// Of `model at host` the host; of others what kind they are.
fn provider(by: &Occupant) -> String {
    let kind = match by.kind {
        OccupantKind::Endpoint => "endpoint",
        OccupantKind::Cast => "cast",
        OccupantKind::Person => "person",
        OccupantKind::Script => "script",
    };
    by.label.split_once(" at ").map_or(kind, |(_, host)| host).to_owned()
}

fn int(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
