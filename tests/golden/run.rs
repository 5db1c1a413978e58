//! A whole run of the original: its file's name and layout, what it prints, and its conversations done again.

use taupe::pack::{RecordedResult, RecordedRun, RunName};
use taupe::py::{Value, json, text as py_text};
use taupe::rollout::reexecute;
use taupe::stats::{Metrics, Score};

use crate::Check;
use crate::tally::{Differences, Tally};
use crate::vectors::{Problem, Vectors, field, int, text, wrong};
use crate::worlds::world;

pub const KINDS: &[(&str, Check)] = &[("run-sample", run)];

/// What stands for the moment in the recorded name.
const MOMENT: &str = "MMDDHHMMSS";

fn run(vectors: &Vectors) -> Result<Tally, Problem> {
    let record = vectors.only()?;
    let config = field(record, "config")?;
    let recorded = RecordedRun::read(&json::dumps(field(record, "checkpoint")?));
    let recorded = recorded.map_err(|error| Problem::malformed(error.to_string()))?;
    let path = run_name(config)?.path();
    let mut tally = Tally::default();
    tally.vector("file name", |differences| {
        let name = path.rsplit('/').next().unwrap_or_default();
        differences.same("file name", text(record, "file_name")?, name);
        Ok(())
    })?;
    tally.vector("result file", |differences| {
        differences.same("warnings", "", &recorded.warnings.join(" "));
        let file = recorded.write();
        let start = text(record, "checkpoint_starts_with")?;
        differences.same("start", start, &file.chars().take(start.chars().count()).collect::<String>());
        differences.same("is ASCII", &json::dumps(field(record, "checkpoint_is_ascii")?), &file.is_ascii().to_string());
        // The library's messages say "no tool calls" with a null.
        let without_nulls = file_without_nulls(field(record, "checkpoint")?);
        differences.same("content", &without_nulls, &file);
        Ok(())
    })?;
    tally.vector("what it prints", |differences| {
        differences.same("stdout", text(record, "stdout")?, &printed(config, &path, &recorded)?);
        Ok(())
    })?;
    for result in &recorded.results {
        let place = format!("task {}, trial {}", result.task_id, result.trial);
        tally.vector(&place, |differences| done_again(config, result, differences))?;
    }
    Ok(tally)
}

fn run_name(config: &Value) -> Result<RunName<'_>, Problem> {
    let Value::Float(temperature) = field(config, "temperature")? else { return Err(wrong("temperature", "a float")) };
    Ok(RunName {
        log_dir: text(config, "log_dir")?,
        agent_strategy: text(config, "agent_strategy")?,
        model: text(config, "model")?,
        temperature: *temperature,
        start_index: int(config, "start_index")?,
        end_index: int(config, "end_index")?,
        user_model: text(config, "user_model")?,
        user_strategy: text(config, "user_strategy")?,
        moment: MOMENT,
    })
}

fn file_without_nulls(checkpoint: &Value) -> String {
    let mut checkpoint = checkpoint.clone();
    let Value::List(results) = &mut checkpoint else { return String::new() };
    for result in results.make_mut() {
        let Value::Dict(result) = result else { continue };
        let Some(Value::List(messages)) = result.make_mut().get_mut("traj") else { continue };
        for message in messages.make_mut() {
            let Value::Dict(message) = message else { continue };
            if matches!(message.get("tool_calls"), Some(Value::None)) {
                message.make_mut().shift_remove("tool_calls");
            }
        }
    }
    json::dumps_indent(&checkpoint, 2)
}

/// The original's lines, one task after the other.
fn printed(config: &Value, path: &str, run: &RecordedRun) -> Result<String, Problem> {
    let mut lines = vec![
        format!("Loading user with strategy: {}", text(config, "user_strategy")?),
        format!("Running tasks {} (checkpoint path: {path})", py_text::repr(field(config, "task_ids")?)),
    ];
    for result in &run.results {
        let mark = if score(result).reward == 1.0 { "✅" } else { "❌" };
        let info = py_text::repr(&Value::Dict(result.info.clone()));
        lines.push(format!("Running task {}", result.task_id));
        lines.push(format!("{mark} task_id={} {info}", result.task_id));
        lines.push("-----".to_owned());
    }
    let scores: Vec<Score> = run.results.iter().map(score).collect();
    let figures = Metrics::of(&scores).map(|figures| figures.to_string()).unwrap_or_default();
    lines.push(figures);
    lines.push(format!("📄 Results saved to {path}\n\n"));
    Ok(lines.join("\n"))
}

fn score(result: &RecordedResult) -> Score {
    Score { task: result.task_id, trial: result.trial, reward: result.reward }
}

fn done_again(config: &Value, result: &RecordedResult, differences: &mut Differences) -> Result<(), Problem> {
    if result.error().is_some() {
        differences.same("messages of a run that broke off", "0", &result.trajectory.len().to_string());
        return Ok(());
    }
    let domain = text(config, "env")?;
    let world = world(domain)?.ok_or_else(|| Problem::malformed(format!("no domain `{domain}`")))?;
    let task = usize::try_from(result.task_id).ok().and_then(|index| {
        let split = text(config, "task_split").ok()?;
        world.task(split, index)
    });
    let task = task.ok_or_else(|| Problem::malformed("no such task"))?;
    let again = reexecute(&world, task, &result.trajectory).map_err(|error| Problem::malformed(error.to_string()))?;
    let mismatches: Vec<String> = again.mismatches.iter().map(|mismatch| mismatch.why()).collect();
    differences.same("tool answers", "", &mismatches.join("; "));
    let reward = again.reward.as_deref();
    differences.same("reward", &result.reward.to_string(), &reward.map_or(0.0, |reward| reward.reward).to_string());
    if let (Some(reward), Some(recorded)) = (reward, result.info.get("reward_info")) {
        differences.same("reward_info", &json::dumps(recorded), &json::dumps(&reward.result().to_value()));
    }
    Ok(())
}
