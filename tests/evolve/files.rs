//! What an evolution leaves behind as files.

use std::collections::BTreeMap;

use taupe::cast::RehearsalCoach;
use taupe::chat::Message;
use taupe::evolve::{DatasetChoice, Evolution};
use taupe::gepa::{Config, RunResult};
use taupe::journal::EvolutionId;
use taupe::pack::results::{RecordedResult, RecordedRun};
use taupe::present::archive::TextFile;
use taupe::present::evolve::files::{HeldOut, Parts, files, of_result};
use taupe::present::evolve::import::record_of;
use taupe::py::{Dict, Value, json};
use taupe::rollout::{Occupant, OccupantKind};
use taupe::workspace::EvolutionRecord;

use super::host::Host;

fn recorded(task: usize, trial: i64, reward: f64, said: &str) -> RecordedResult {
    RecordedResult {
        task_id: i64::try_from(task).unwrap(),
        trial,
        reward,
        info: Dict::new(),
        trajectory: vec![Message::System { content: said.into() }],
    }
}

/// An evolution with its record, and all its rollouts.
fn finished() -> (EvolutionRecord, Evolution, BTreeMap<usize, RecordedResult>) {
    let mut host = Host::retail(1, RehearsalCoach::new(1));
    let mut setup = host.setup(40);
    setup.config = Config { run_dir: Some("/home/someone/run".to_owned()), ..setup.config };
    let evolution = host.run(&setup);
    let mut record = record_of(&evolution.optimizer().result(), "a run", EvolutionId::of_bytes(b"e"), 7);
    record.domain = "retail".to_owned();
    record.agent = Occupant::new(OccupantKind::Endpoint, "vendor/model-x at api.example.com");
    record.user = Occupant::new(OccupantKind::Cast, "rehearsal customer");
    record.choices.feedback = DatasetChoice { split: "train".to_owned(), indexes: Some(vec![1, 2]), max_size: None };
    record.dataset_seed = Some(42);
    record.setup = setup;
    let of = |made: &taupe::evolve::Made| {
        (made.job.number, recorded(made.job.task.index, 0, made.score, &made.job.instruction))
    };
    let rollouts = evolution.made().iter().map(of).collect();
    (record, evolution, rollouts)
}

#[track_caller]
fn text<'a>(files: &'a [TextFile], name: &str) -> &'a str {
    let names: Vec<&String> = files.iter().map(|(name, _)| name).collect();
    &files.iter().find(|(own, _)| own == name).unwrap_or_else(|| panic!("{name} is missing: {names:?}")).1
}

#[track_caller]
fn value(files: &[TextFile], name: &str) -> Dict {
    json::loads(text(files, name)).unwrap().as_dict().unwrap().clone()
}

#[test]
fn the_result_is_the_packages_and_opens_again() {
    let (record, evolution, rollouts) = finished();
    let parts =
        Parts { record: &record, evolution: &evolution, rollouts: &rollouts, held_out: &[], moment: "1121090000" };
    let files = files(parts);
    let result = evolution.optimizer().result();
    let own = RunResult { run_dir: None, ..result.clone() };
    assert_eq!(text(&files, "results.json"), json::dumps(&own.to_value()));
    let again = RunResult::read(text(&files, "results.json")).unwrap();
    assert_eq!(json::dumps(&again.to_value()), json::dumps(&own.to_value()));
    let best = &result.candidates[result.best().unwrap().index()];
    assert_eq!(text(&files, "prompt.txt"), &**best.iter().next().unwrap().1);
    let log = json::loads(text(&files, "run_log.json")).unwrap();
    assert_eq!(log.as_list().unwrap().len() as u64, evolution.optimizer().state().passes());
    let pool = json::loads(text(&files, "candidates.json")).unwrap();
    assert_eq!(pool.as_list().unwrap().len(), result.candidates.len());
    assert!(files.iter().all(|(name, text)| !name.contains("someone") && !text.contains("/home/someone")));
}

#[test]
fn every_rollout_is_in_one_trace_file_of_its_step() {
    let (mut record, evolution, mut rollouts) = finished();
    record.temperature = Some(0.5);
    let missing = rollouts.pop_last().unwrap().0;
    let parts =
        Parts { record: &record, evolution: &evolution, rollouts: &rollouts, held_out: &[], moment: "1121090000" };
    let files = files(parts);
    let traces: Vec<&TextFile> = files.iter().filter(|(name, _)| name.starts_with("traces/")).collect();
    assert_eq!(
        traces[0].0,
        "traces/0001-validation_tool-calling-model-x-0.5_range_0--1_user-rehearsal-customer-llm_1121090000.json"
    );
    assert!(traces[1].0.starts_with("traces/0002-parent_") && traces[2].0.starts_with("traces/0003-child_"));
    let read: Vec<RecordedRun> = traces.iter().map(|(_, text)| RecordedRun::read(text).unwrap()).collect();
    assert!(read.iter().all(|run| run.warnings.is_empty()));
    assert_eq!(read.iter().map(|run| run.results.len()).collect::<Vec<_>>()[..3], [6, 3, 3]);
    let all: Vec<&RecordedResult> = read.iter().flat_map(|run| &run.results).collect();
    assert_eq!(all.len(), missing);
    for (made, result) in evolution.made().iter().zip(all) {
        assert_eq!((result.task_id, result.reward), (i64::try_from(made.job.task.index).unwrap(), made.score));
        let metrics = result.info.get("metrics").unwrap().as_dict().unwrap();
        assert!(matches!(metrics.get("rating"), Some(Value::None)));
        assert!(matches!(metrics.get("reward"), Some(Value::Float(reward)) if *reward == made.score));
    }
}

#[test]
fn settings_and_held_out_evaluations_have_the_experiments_names() {
    let (record, evolution, rollouts) = finished();
    let results = vec![recorded(3, 0, 1.0, "x"), recorded(3, 1, 0.0, "x")];
    let held_out = [HeldOut { folder: "evaluation".to_owned(), instruction: "Help well.".to_owned(), results }];
    let parts = Parts {
        record: &record,
        evolution: &evolution,
        rollouts: &rollouts,
        held_out: &held_out,
        moment: "1121090000",
    };
    let files = files(parts);
    let experiment = value(&files, "experiment_config.json");
    let shown = |dict: &Dict, key: &str| json::dumps(dict.get(key).unwrap_or(&Value::from("missing")));
    for (key, expected) in [
        ("tau_bench_env", r#""retail""#),
        ("agent_model", r#""vendor/model-x""#),
        ("agent_model_provider", r#""api.example.com""#),
        ("user_model_provider", r#""cast""#),
        ("num_eval_trials", "2"),
        ("rnd_seed", "42"),
        ("max_metric_calls", "40"),
        ("reflection_minibatch_size", "3"),
        ("use_rater", "false"),
        ("feedback_dataset", r#"{"split": "train", "indexes": [1, 2], "max_size": null}"#),
    ] {
        assert_eq!(shown(&experiment, key), expected, "{key}");
    }
    assert_eq!(text(&files, "evaluation/prompt.txt"), "Help well.");
    let run = value(&files, "evaluation/run_config.json");
    assert_eq!((shown(&run, "env"), shown(&run, "num_trials")), (r#""retail""#.to_owned(), "2".to_owned()));
    assert_eq!(shown(&run, "task_split"), r#""test""#);
    let results = value(&files, "evaluation/results.json");
    assert_eq!(results.get("results").unwrap().as_list().unwrap().len(), 2);
}

#[test]
fn a_result_alone_gives_what_it_can() {
    let text = r#"{"candidates": [{"a": "x", "b": "y"}], "parents": [[null]], "val_aggregate_scores": [0.5],
        "val_subscores": [{"7": 0.5}], "run_dir": "/srv/secret"}"#;
    let files = of_result(&RunResult::read(text).unwrap());
    assert_eq!(
        files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["results.json", "candidates.json", "prompt.txt"]
    );
    assert_eq!(files[2].1, "# a\n\nx\n\n# b\n\ny\n");
    assert!(!files[0].1.contains("/srv/secret"));
}
