//! The figures that the original prints at the end of a run.

use taupe::py::Value;
use taupe::stats::{Metrics, Score};

use crate::Check;
use crate::tally::{Differences, Tally};
use crate::vectors::{Problem, Vectors, as_int, list, optional, recorded_conversations, text, wrong};

pub const KINDS: &[(&str, Check)] = &[("metrics-synthetic", synthetic), ("historical-metrics", historical)];

fn synthetic(vectors: &Vectors) -> Result<Tally, Problem> {
    Tally::of_records(vectors, |record, differences| {
        let scores = list(record, "results")?
            .iter()
            .map(|row| match row.as_list().map(|row| row.as_slice()) {
                Some([task, trial, reward]) => score(task, trial, reward),
                _ => Err(wrong("a result", "task, trial and reward")),
            })
            .collect::<Result<Vec<_>, _>>()?;
        compare(record, &scores, differences)
    })
}

/// Recorded conversations of the original's authors.
fn historical(vectors: &Vectors) -> Result<Tally, Problem> {
    let record = vectors.only()?;
    let parity = match text(record, "rows")? {
        "even task ids" => 0,
        "odd task ids" => 1,
        other => return Err(Problem::malformed(format!("unknown rows `{other}`"))),
    };
    let mut scores = recorded_conversations()?
        .iter()
        .map(|run| {
            let of = |name| optional(run, name).ok_or_else(|| wrong("a recorded conversation", name));
            score(of("task_id")?, of("trial")?, of("reward")?)
        })
        .collect::<Result<Vec<_>, _>>()?;
    scores.retain(|score| score.task.rem_euclid(2) == parity);
    let mut tally = Tally::default();
    tally.vector("all figures", |differences| compare(record, &scores, differences))?;
    Ok(tally)
}

fn score(task: &Value, trial: &Value, reward: &Value) -> Result<Score, Problem> {
    let whole = |value| as_int(value).ok_or_else(|| wrong("a task or trial", "an int"));
    let reward = match reward {
        Value::Float(reward) => *reward,
        other => whole(other)? as f64,
    };
    Ok(Score { task: whole(task)?, trial: whole(trial)?, reward })
}

fn compare(record: &Value, scores: &[Score], differences: &mut Differences) -> Result<(), Problem> {
    let actual = Metrics::of(scores).map(|metrics| metrics.to_string());
    match optional(record, "raises") {
        // Without results the original divides by their number.
        Some(_) => {
            let expected = format!("{}: {}", text(record, "raises")?, text(record, "message")?);
            let actual = actual.unwrap_or_else(|| "ZeroDivisionError: division by zero".to_owned());
            differences.same("exception", &expected, &actual);
        }
        None => differences.same("figures", text(record, "stdout")?, &actual.unwrap_or_default()),
    }
    Ok(())
}
