//! A result file of the original as an evolution that ran elsewhere.

use crate::evolve::Setup;
use crate::gepa::{Config, RunResult};
use crate::journal::EvolutionId;
use crate::rollout::batch::Limits;
use crate::rollout::{AgentStrategy, DEFAULT_MAX_STEPS, Occupant, OccupantKind, UserStrategy};
use crate::workspace::EvolutionRecord;
use crate::workspace::evolutions::EvolutionSummary;

/// The record of a result that was read from this file. Who was asked, and on which tasks, a result does not say.
#[must_use]
pub fn record_of(result: &RunResult, file: &str, id: EvolutionId, now_ms: u64) -> EvolutionRecord {
    let nobody = || Occupant::new(OccupantKind::Script, "elsewhere");
    let seed = result.candidates.first().and_then(|seed| seed.iter().next());
    let name = file.rsplit('/').next().unwrap_or(file);
    let best = result.best().and_then(|best| result.aggregates.get(best.index()).copied());
    EvolutionRecord {
        id,
        created_ms: now_ms,
        name: name.strip_suffix(".json").unwrap_or(name).to_owned(),
        note: String::new(),
        pack: String::new(),
        domain: String::new(),
        choices: crate::evolve::DatasetChoices::default(),
        dataset_seed: None,
        setup: Setup {
            datasets: crate::evolve::Datasets::default(),
            seed_instruction: seed.map(|(_, text)| text.to_string()).unwrap_or_default(),
            config: Config::default(),
            later: Vec::new(),
            repeats: 1,
        },
        agent: nobody(),
        user: nobody(),
        reflection: nobody(),
        strategy: AgentStrategy::default(),
        user_strategy: UserStrategy::default(),
        temperature: None,
        max_steps: DEFAULT_MAX_STEPS,
        seed: 0,
        feedback: crate::evolve::Feedback::default(),
        rater: None,
        concurrency: 1,
        limits: Limits::default(),
        parity: true,
        review: false,
        forked_from: None,
        origins: Vec::new(),
        held_out: None,
        file: Some(name.to_owned()),
        summary: EvolutionSummary {
            candidates: result.candidates.len(),
            iterations: 0,
            metric_calls: result.metric_calls.unwrap_or(0),
            seed_score: result.aggregates.first().copied(),
            best_score: best,
            ended: true,
            changed_ms: now_ms,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::py::json;

    #[test]
    fn a_result_is_named_after_its_file_and_has_its_scores() {
        let text = r#"{"candidates": [{"system_instruction": "Help."}, {"system_instruction": "Help well."}],
            "parents": [[null], [0]], "val_aggregate_scores": [0.25, 0.75], "val_subscores": [[0.5, 0.0], [0.5, 1.0]],
            "discovery_eval_counts": [0, 8], "total_metric_calls": 10}"#;
        let result = RunResult::from_value(&json::loads(text).unwrap()).unwrap();
        let record = record_of(&result, "out/best run.json", EvolutionId::of_bytes(b"e"), 7);
        assert_eq!((record.name.as_str(), record.file.as_deref()), ("best run", Some("best run.json")));
        assert_eq!(record.setup.seed_instruction, "Help.");
        let summary = &record.summary;
        assert_eq!((summary.seed_score, summary.best_score, summary.metric_calls), (Some(0.25), Some(0.75), 10));
        assert_eq!(super::super::list::facts(&record), "2 candidates · 10 metric calls · best 0.750 · seed 0.250");
        assert_eq!(super::super::list::State::at_rest(&record).word(), "from a file");
    }
}
