//! What a batch is handed on as: CSV, the original's result file, a Markdown table.

use super::board::{Board, Mark};
use super::comparison::Compared;
use super::figures::{Figures, range, share};
use crate::pack::results::RunName;
use crate::present::seating;
use crate::workspace::BatchRecord;

/// All rollouts, one a line, with a line of names above them. `title` names a task.
#[must_use]
pub fn csv(board: &Board, title: impl Fn(usize) -> String) -> String {
    let record = &board.record;
    let mut text = String::from(
        "batch,pack,split,arm,instruction,agent,strategy,temperature,customer,customer_strategy,task,title,trial,\
         outcome,reward,steps,model_calls,input_tokens,output_tokens,cost_usd,run\r\n",
    );
    let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    for (at, place) in board.places.iter().enumerate() {
        let Some(arm) = record.arms.get(place.cell.arm) else { continue };
        let reward = match place.mark {
            Mark::Scored(reward) => reward.to_string(),
            _ => String::new(),
        };
        let outcome = match place.mark {
            Mark::Scored(_) if place.mark.is_won() => "won",
            Mark::Scored(_) => "lost",
            Mark::Unscored => "unscored",
            Mark::Left => "left",
            Mark::Waiting | Mark::Running | Mark::Resting => "not run",
        };
        let usage = &place.spent.usage;
        let fields = [
            words(&record.name),
            words(&record.pack),
            words(&record.split),
            words(&arm.name),
            words(&arm.instruction.name),
            words(&arm.agent.label),
            words(arm.strategy.name()),
            arm.temperature.map(|own| own.to_string()).unwrap_or_default(),
            words(&seating::name(&record.user)),
            words(record.user_strategy.name()),
            place.cell.task.to_string(),
            words(&title(place.cell.task)),
            place.cell.trial.to_string(),
            outcome.to_owned(),
            reward,
            place.steps.to_string(),
            place.spent.calls.to_string(),
            number(usage.input()),
            number(usage.output()),
            place.spent.cost_usd.map(|cost| cost.to_string()).unwrap_or_default(),
            if place.has_run { record.run(at).to_string() } else { String::new() },
        ];
        text.push_str(&fields.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A text as a field of a CSV file. A spreadsheet must not take it for a formula.
fn words(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    let text = format!("{guard}{text}");
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// The figures of all arms and the comparisons as Markdown.
#[must_use]
pub fn markdown(board: &Board, figures: &[Figures], compared: &[Compared]) -> String {
    let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
    let trials = figures.iter().map(|own| own.trials).max().unwrap_or(1);
    let mut heads = vec!["Arm".to_owned(), "Average reward".to_owned(), "Won".to_owned(), "95 %".to_owned()];
    heads.extend((1..=trials).map(|k| format!("pass^{k}")));
    heads.extend((2..=trials).map(|k| format!("pass@{k}")));
    heads.push("Rests on".to_owned());
    let mut text = format!("**{}** · {} · {}\n\n", cell(&board.record.name), board.record.pack, board.record.split);
    let mut line = |cells: &[String]| text.push_str(&format!("| {} |\n", cells.join(" | ")));
    line(&heads);
    line(&heads.iter().map(|_| "---".to_owned()).collect::<Vec<_>>());
    for own in figures {
        let mut cells =
            vec![cell(&own.arm), share(own.average), format!("{} of {}", own.won, own.scored), range(own.interval)];
        cells.extend((0..trials).map(|k| share(own.pass_hat.get(k).copied().flatten())));
        cells.extend((1..trials).map(|k| share(own.pass_at.get(k).copied().flatten())));
        cells.push(own.basis());
        line(&cells);
    }
    for own in compared {
        let (before, after) = (cell(&own.before), cell(&own.after));
        text.push_str(&format!("\n{after} against {before}: {} {}\n", own.sentence, own.facts));
    }
    text
}

/// The name of an arm's result file, as the original would call it. `moment`: month, day, hour, minute and second, two
/// digits each.
#[must_use]
pub fn original_name(record: &BatchRecord, arm: usize, moment: &str) -> String {
    let own = record.arms.get(arm);
    // `model at host`: the model.
    let model = |label: &str| safe(label.split(" at ").next().unwrap_or(label));
    let path = RunName {
        log_dir: "results",
        agent_strategy: own.map_or("tool-calling", |own| own.strategy.name()),
        model: &own.map(|own| model(&own.agent.label)).unwrap_or_default(),
        temperature: own.and_then(|own| own.temperature).unwrap_or(0.0),
        start_index: record.settings.tasks.iter().min().and_then(|first| i64::try_from(*first).ok()).unwrap_or(0),
        end_index: match record.settings.tasks.iter().max() {
            Some(last) if last + 1 < record.split_size => i64::try_from(last + 1).unwrap_or(-1),
            _ => -1,
        },
        user_model: &model(&record.user.label),
        user_strategy: record.user_strategy.name(),
        moment,
    }
    .path();
    path.split_once('/').map_or(path.clone(), |(_, name)| name.to_owned())
}

/// A text with nothing in it that a file's name can't hold; of a path its last part.
#[must_use]
pub fn safe(text: &str) -> String {
    let last = text.rsplit('/').next().unwrap_or(text);
    let kept = |c: char| if c.is_alphanumeric() || "-._".contains(c) { c } else { '-' };
    last.trim().chars().take(80).map(kept).collect()
}
