//! Runs of the optimiser on a small made-up task, whatever the answers: the same answers give the same run.

use proptest::prelude::*;
use taupe::gepa::pareto::{frequencies, thin};
use taupe::gepa::reflect::ReflectiveDataset;
use taupe::gepa::{
    Answer, CacheKeys, Candidate, CandidateId, Components, Config, ConfigError, Criterion, Evaluation,
    EvaluationRequest, Event, Examples, Failure, Frontier, GepaError, JobReply, MergeSettings, Misfit, Need, Note,
    OnFailure, Optimizer, Outcome, Outside, ParentSelector, Reply, Sampling, Selection, Stopper, ValidationPolicy,
};
use taupe::py::{Dict, List, Num, Value, json};

const EXAMPLES: Examples = Examples { train: 7, validation: Some(9) };

fn seed() -> Candidate {
    Candidate::new([("rules", "Be kind."), ("style", "Be short.")])
}

/// Gives every need an answer, some of them failures.
struct Host {
    /// Every so manyth answer to anything but `Leave` is a failure; 0 for none.
    failing: usize,
    answered: usize,
    texts: usize,
}

impl Host {
    const fn new(failing: usize) -> Self {
        Self { failing, answered: 0, texts: 0 }
    }

    fn answer(&mut self, need: &Need) -> Answer {
        if let Need::Leave { .. } = need {
            return Answer::Proceed(Outside::default());
        }
        self.answered += 1;
        // Without the seed's scores there is no run.
        if self.failing > 0 && self.answered > 1 && self.answered.is_multiple_of(self.failing) {
            return Answer::Failed(Failure::from("the endpoint died"));
        }
        match need {
            Need::Leave { .. } => unreachable!(),
            Need::Evaluate { requests, .. } => Answer::Evaluated(requests.iter().map(evaluate).collect()),
            Need::BuildDataset { components, .. } => {
                let record: Dict = [("Feedback", Value::from("too long"))].into_iter().collect();
                let records: List = vec![Value::Dict(record)].into();
                let records = components.iter().map(|name| (name.clone(), records.clone())).collect();
                Answer::DatasetBuilt(ReflectiveDataset { records })
            }
            Need::Propose { jobs } => Answer::Proposed(
                jobs.iter().map(|job| JobReply::Replies(job.prompts.iter().map(|_| self.reply()).collect())).collect(),
            ),
        }
    }

    fn reply(&mut self) -> Reply {
        self.texts += 1;
        Reply::from(format!("```\nDo {} and {}.\n```", self.texts % 11, self.texts * 7 % 13).as_str())
    }
}

/// An example is served the better the more of its digits the texts hold.
fn evaluate(request: &EvaluationRequest) -> Evaluation {
    let texts: String = request.candidate.iter().map(|(_, text)| &**text).collect();
    let score = |example: &taupe::gepa::ExampleId| {
        let wanted = [example.0 % 10, (example.0 * 3 + 1) % 10, (example.0 * 7 + 2) % 10];
        let found = wanted.iter().filter(|digit| texts.contains(&digit.to_string())).count();
        Num::Float(found as f64 / 4.0)
    };
    let scores: Vec<Num> = request.examples.iter().map(score).collect();
    let objectives =
        scores.iter().map(|score| vec![("reward".into(), *score), ("length".into(), Num::Int(-1))]).collect();
    let mut evaluation = Evaluation::of_scores(scores, request.capture_traces);
    evaluation.objective_scores = Some(objectives);
    evaluation
}

fn start(config: Config) -> Optimizer {
    Optimizer::new(config, EXAMPLES, seed()).unwrap()
}

/// Drives a run to its end; gives its events and answers.
fn drive(optimizer: &mut Optimizer, host: &mut Host) -> (Vec<Event>, Vec<Answer>) {
    let (mut events, mut answers) = (optimizer.take_events(), Vec::new());
    while let Some(need) = optimizer.need() {
        let answer = host.answer(need);
        answers.push(answer.clone());
        optimizer.supply(answer).unwrap();
        events.extend(optimizer.take_events());
    }
    (events, answers)
}

/// Drives a run until it asks for leave to begin this pass.
fn drive_to_pass(optimizer: &mut Optimizer, host: &mut Host, pass: u64) {
    while !matches!(optimizer.need(), Some(Need::Leave { iteration }) if *iteration == pass) {
        let answer = host.answer(optimizer.need().expect("the run goes on"));
        optimizer.supply(answer).unwrap();
    }
}

fn replay(config: Config, answers: &[Answer]) -> (Optimizer, Vec<Event>) {
    let mut optimizer = start(config);
    let mut events = optimizer.take_events();
    for answer in answers {
        let written = json::dumps(&answer.to_value());
        let read = Answer::from_value(&json::loads(&written).unwrap()).unwrap();
        optimizer.supply(read).unwrap();
        events.extend(optimizer.take_events());
    }
    (optimizer, events)
}

fn result(optimizer: &Optimizer) -> String {
    json::dumps(&optimizer.result().to_value())
}

fn configs() -> impl Strategy<Value = Config> {
    let who = (
        prop_oneof![
            Just(ParentSelector::Pareto),
            Just(ParentSelector::CurrentBest),
            Just(ParentSelector::EpsilonGreedy { epsilon: 0.1 }),
            Just(ParentSelector::TopKPareto { k: 5 }),
        ],
        prop_oneof![
            Just(Frontier::Instance),
            Just(Frontier::Objective),
            Just(Frontier::Hybrid),
            Just(Frontier::Cartesian),
        ],
        prop_oneof![Just(Components::All), Just(Components::RoundRobin)],
        prop_oneof![
            Just(Sampling::Single),
            Just(Sampling::SameParent(2)),
            Just(Sampling::ParentsTimesMinibatches { parents: 2, minibatches: 2 }),
        ],
        prop_oneof![Just(Selection::All), Just(Selection::Best), Just(Selection::TopK(2))],
    );
    let how = (
        0_usize..9,
        any::<bool>(),
        any::<bool>(),
        prop_oneof![Just(Criterion::StrictImprovement), Just(Criterion::ImprovementOrEqual)],
        prop_oneof![Just(ValidationPolicy::Full), Just(ValidationPolicy::Stepped { step: 3 })],
        0_i64..1000,
    );
    (who, how).prop_map(|((parent_selector, frontier, components, sampling, selection), how)| {
        let (minibatch_size, merges, cached, criterion, validation, seed) = how;
        Config {
            parent_selector,
            frontier,
            components,
            sampling,
            selection,
            minibatch_size,
            merge: merges.then(MergeSettings::default),
            cache: cached.then_some(CacheKeys::BySplit),
            criterion,
            validation,
            seed: seed.into(),
            report_draws: true,
            on_failure: OnFailure::Guarded { idle_passes: 5 },
            ..Config::new(200)
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_same_answers_give_the_same_run(config in configs(), failing in 0_usize..12) {
        let mut optimizer = start(config.clone());
        let (events, answers) = drive(&mut optimizer, &mut Host::new(failing));
        let (again, replayed) = replay(config.clone(), &answers);
        prop_assert_eq!(format!("{events:?}"), format!("{replayed:?}"));
        prop_assert_eq!(result(&optimizer), result(&again));
        prop_assert_eq!(optimizer.outcome(), again.outcome());

        // A snapshot, taken anywhere, goes on as the run did.
        let (mut snapshot, _) = replay(config, &answers[..answers.len() / 2]);
        let mut copy = snapshot.clone();
        for answer in &answers[answers.len() / 2..] {
            snapshot.supply(answer.clone()).unwrap();
            copy.supply(answer.clone()).unwrap();
        }
        prop_assert_eq!(result(&copy), result(&optimizer));
        prop_assert_eq!(copy.next_u32(), snapshot.next_u32());
    }

    #[test]
    fn settings_are_saved_whole(config in configs()) {
        let saved = serde_json::to_string(&config).unwrap();
        prop_assert_eq!(serde_json::from_str::<Config>(&saved).unwrap(), config);
    }

    #[test]
    fn no_dominated_candidate_is_on_the_front(config in configs()) {
        let mut optimizer = start(config);
        drive(&mut optimizer, &mut Host::new(0));
        let state = optimizer.state();
        let thinned = thin(&state.fronts().copies(state.frontier()), state.aggregates());
        for (candidate, _) in frequencies(&thinned) {
            prop_assert!(thinned.iter().any(|front| front.len() == 1 && front.contains(candidate)));
        }
        // What a front says is what the scores say.
        for (example, front) in &state.fronts().instance {
            let best = state.scores().iter().filter_map(|scores| scores.get(example)).fold(Num::Int(-9), |best, score| {
                if *score > best { *score } else { best }
            });
            prop_assert_eq!(front.best, best);
            for (position, scores) in state.scores().iter().enumerate() {
                let holds = front.members.contains(CandidateId::at(position));
                prop_assert_eq!(scores.get(example) == Some(&best), holds);
            }
        }
    }
}

#[test]
fn a_run_climbs_and_ends_at_its_budget() {
    let mut optimizer = start(Config::new(300));
    let (events, _) = drive(&mut optimizer, &mut Host::new(0));
    assert_eq!(optimizer.outcome(), Some(&Outcome::Finished));
    let state = optimizer.state();
    assert!(state.metric_calls() >= 300);
    assert!(state.candidates().len() > 2, "{:?}", state.candidates());
    assert!(state.aggregates()[state.best().index()] > state.aggregates()[0]);
    assert!(matches!(events.last(), Some(Event::OptimizationEnded { best, .. }) if *best == state.best()));
}

#[test]
fn a_budget_smaller_than_the_first_validation_ends_behind_it() {
    let mut optimizer = start(Config::new(1));
    drive(&mut optimizer, &mut Host::new(0));
    assert_eq!(optimizer.outcome(), Some(&Outcome::Finished));
    assert_eq!((optimizer.state().passes(), optimizer.state().metric_calls()), (0, 9));
    assert_eq!(optimizer.result().best(), Some(CandidateId(0)));
}

#[test]
fn an_answer_to_something_else_changes_nothing() {
    let mut optimizer = start(Config::new(100));
    assert_eq!(optimizer.supply(Answer::Proceed(Outside::default())), Err(Misfit));
    let mut host = Host::new(0);
    drive_to_pass(&mut optimizer, &mut host, 1);
    assert_eq!(optimizer.supply(Answer::Evaluated(Vec::new())), Err(Misfit));
    let stranger = Answer::Introduce { candidate: Candidate::new([("other", "x")]), parents: vec![CandidateId(0)] };
    assert_eq!(optimizer.supply(stranger), Err(Misfit));
    let orphan = Answer::Introduce { candidate: seed(), parents: vec![CandidateId(1)] };
    assert_eq!(optimizer.supply(orphan), Err(Misfit));
    drive(&mut optimizer, &mut host);
    let mut undisturbed = start(Config::new(100));
    drive(&mut undisturbed, &mut Host::new(0));
    assert_eq!(result(&optimizer), result(&undisturbed));
}

#[test]
fn a_person_stops_the_run() {
    let mut optimizer = start(Config::new(100));
    drive_to_pass(&mut optimizer, &mut Host::new(0), 3);
    optimizer.supply(Answer::Proceed(Outside { stop: true, ..Outside::default() })).unwrap();
    assert_eq!(optimizer.outcome(), Some(&Outcome::Finished));
    assert_eq!(optimizer.state().passes(), 2);
}

#[test]
fn what_is_told_from_outside_stops_the_run() {
    let outside = Outside { signal: true, elapsed_seconds: 61.0, reflection_cost_usd: 2.0, ..Outside::default() };
    for stopper in [Stopper::Signal, Stopper::Elapsed { seconds: 60.0 }, Stopper::ReflectionCost { usd: 2.0 }] {
        let mut optimizer = start(Config { stoppers: vec![stopper.clone()], ..Config::new(0) });
        drive_to_pass(&mut optimizer, &mut Host::new(0), 2);
        optimizer.supply(Answer::Proceed(outside)).unwrap();
        assert_eq!(optimizer.outcome(), Some(&Outcome::Finished), "{stopper:?}");
    }
}

#[test]
fn a_fork_goes_on_from_where_it_was_made() {
    let mut original = start(Config::new(150));
    let mut host = Host::new(0);
    drive_to_pass(&mut original, &mut host, 4);
    let same = original.fork(Config::new(150)).unwrap();
    let longer = original.fork(Config { minibatch_size: 5, merge: Some(MergeSettings::default()), ..Config::new(400) });
    let texts = host.texts;
    drive(&mut original, &mut host);
    for (mut fork, budget) in [(same, 150), (longer.unwrap(), 400)] {
        let mut host = Host { texts, ..Host::new(0) };
        drive(&mut fork, &mut host);
        assert_eq!(fork.outcome(), Some(&Outcome::Finished));
        assert!(fork.state().metric_calls() >= budget);
        assert_eq!(result(&fork) == result(&original), budget == 150);
    }
    let other_fronts = Config { frontier: Frontier::Hybrid, ..Config::new(150) };
    let mut optimizer = start(Config::new(150));
    assert_eq!(optimizer.fork(Config::new(150)).err(), Some(ConfigError::InMidPass));
    drive_to_pass(&mut optimizer, &mut Host::new(0), 2);
    assert_eq!(optimizer.fork(other_fronts).err(), Some(ConfigError::OtherFrontier));
}

/// Evaluations of parents always fail, at no cost.
fn drive_without_parents(on_failure: OnFailure, most_passes: u64) -> Optimizer {
    let mut optimizer = start(Config { on_failure, ..Config::new(100) });
    let mut host = Host::new(0);
    while let Some(need) = optimizer.need() {
        let answer = match need {
            Need::Leave { iteration } if *iteration > most_passes => break,
            Need::Evaluate { purpose: taupe::gepa::Purpose::Parents, .. } => Answer::Failed("no network".into()),
            need => host.answer(need),
        };
        optimizer.supply(answer).unwrap();
    }
    optimizer
}

#[test]
fn failures_that_cost_nothing_do_not_go_on_for_ever() {
    assert_eq!(drive_without_parents(OnFailure::Continue, 50).outcome(), None);
    for (on_failure, passes) in
        [(OnFailure::Raise, 1), (OnFailure::Guarded { idle_passes: 1 }, 1), (OnFailure::Guarded { idle_passes: 3 }, 3)]
    {
        let optimizer = drive_without_parents(on_failure, 50);
        assert_eq!(optimizer.state().passes(), passes, "{on_failure:?}");
        assert_eq!(optimizer.outcome(), Some(&Outcome::Raised(GepaError::Failure("no network".into()))));
    }
}

#[test]
fn an_evaluation_of_another_length_fails_the_pass() {
    let mut optimizer = start(Config { on_failure: OnFailure::Continue, ..Config::new(100) });
    let mut host = Host::new(0);
    drive_to_pass(&mut optimizer, &mut host, 1);
    optimizer.supply(Answer::Proceed(Outside::default())).unwrap();
    optimizer.take_events();
    optimizer.supply(Answer::Evaluated(vec![Evaluation::of_scores(vec![Num::Int(1)], true)])).unwrap();
    let failed = |event: &Event| matches!(event, Event::Failed { error: GepaError::WrongCount { .. }, .. });
    assert!(optimizer.take_events().iter().any(failed));
    assert!(matches!(optimizer.need(), Some(Need::Leave { iteration: 2 })));
}

#[test]
fn no_examples_is_a_clear_end() {
    let empty = Examples { train: 0, validation: Some(2) };
    let mut optimizer = Optimizer::new(Config::new(100), empty, seed()).unwrap();
    drive(&mut optimizer, &mut Host::new(0));
    let Some(Outcome::Raised(error)) = optimizer.outcome() else { panic!("{:?}", optimizer.outcome()) };
    assert_eq!(error.python_class(), "ValueError");

    let unvalidated = Examples { train: 3, validation: Some(0) };
    let guarded = Config { on_failure: OnFailure::Guarded { idle_passes: 1 }, ..Config::new(50) };
    let mut optimizer = Optimizer::new(guarded, unvalidated, seed()).unwrap();
    drive(&mut optimizer, &mut Host::new(0));
    assert!(optimizer.outcome().is_some());
}

#[test]
fn settings_that_no_run_can_have_are_refused() {
    let refusal = |config: Config| Optimizer::new(config, EXAMPLES, seed()).err();
    assert_eq!(refusal(Config { stoppers: Vec::new(), ..Config::new(0) }), Some(ConfigError::NoStopper));
    assert_eq!(refusal(Config { perfect_score: None, ..Config::new(9) }), Some(ConfigError::NoPerfectScore));
    let merge = Some(MergeSettings { overlap_floor: 0, ..MergeSettings::default() });
    assert_eq!(refusal(Config { merge, ..Config::new(9) }), Some(ConfigError::NoOverlapFloor));
    let nothing = Candidate::new::<&str, &str>([]);
    assert_eq!(Optimizer::new(Config::new(9), EXAMPLES, nothing).err(), Some(ConfigError::NoComponents));
    assert_eq!(refusal(Config { perfect_score: None, skip_perfect_score: false, ..Config::new(9) }), None);
}

#[test]
fn saved_settings_are_readable_and_read_with_care() {
    let mut config = Config { minibatch_size: 4, perfect_score: Some(Num::Int(1)), ..Config::new(100) };
    config.seed = "123456789012345678901234567890".parse().unwrap();
    config.stoppers.push(Stopper::All(vec![Stopper::NoImprovement(3), Stopper::ScoreThreshold(0.5)]));
    let saved = serde_json::to_value(&config).unwrap();
    assert_eq!(saved["seed"], "123456789012345678901234567890");
    assert_eq!(saved["parent_selector"], "pareto");
    assert_eq!(saved["stoppers"][1]["all"][0]["no_improvement"], 3);
    assert_eq!(serde_json::from_value::<Config>(saved.clone()).unwrap(), config);
    // A part that an older version did not save has its default; one that this version does not know is refused.
    let mut older = saved.clone();
    older.as_object_mut().unwrap().remove("selection");
    assert_eq!(serde_json::from_value::<Config>(older).unwrap(), config);
    let mut newer = saved;
    newer["surprise"] = true.into();
    assert!(serde_json::from_value::<Config>(newer).is_err());
    let blind = serde_json::json!({"proposer": {"reflection_model": {"general": "no places"}}});
    assert!(serde_json::from_value::<Config>(blind).is_err());
}

#[test]
fn a_run_can_be_kept_in_a_signal() {
    const fn shared_between_threads<T: Send + Sync>() {}
    const { shared_between_threads::<Optimizer>() };
    const { shared_between_threads::<Event>() };
}

#[test]
fn a_persons_candidate_joins_the_pool_between_two_passes() {
    let mut optimizer = start(Config::new(100));
    let mut host = Host::new(0);
    drive_to_pass(&mut optimizer, &mut host, 2);
    let (size, spent) = (optimizer.state().candidates().len(), optimizer.state().metric_calls());
    let candidate = Candidate::new([("rules", "0123456789"), ("style", "")]);
    optimizer.supply(Answer::Introduce { candidate: candidate.clone(), parents: vec![CandidateId(0)] }).unwrap();
    let answer = host.answer(optimizer.need().unwrap());
    optimizer.supply(answer).unwrap();
    let state = optimizer.state();
    assert_eq!(state.candidates().len(), size + 1);
    assert_eq!(state.candidates().last(), Some(&candidate));
    assert_eq!(state.metric_calls(), spent + 9);
    assert_eq!(state.best(), CandidateId::at(size));
    assert!(matches!(optimizer.need(), Some(Need::Leave { iteration: 2 })));

    optimizer.supply(Answer::Introduce { candidate, parents: Vec::new() }).unwrap();
    optimizer.supply(Answer::Failed("no network".into())).unwrap();
    assert_eq!(optimizer.state().candidates().len(), size + 1);
    assert!(matches!(optimizer.need(), Some(Need::Leave { iteration: 2 })));
    drive(&mut optimizer, &mut host);
    assert_eq!(optimizer.outcome(), Some(&Outcome::Finished));
}

#[test]
fn what_the_cache_knows_is_not_paid_for_again() {
    for (keys, spent) in [(CacheKeys::BySplit, 9), (CacheKeys::AsIn014, 18)] {
        let mut optimizer = start(Config { cache: Some(keys), ..Config::new(100) });
        let mut host = Host::new(0);
        drive_to_pass(&mut optimizer, &mut host, 1);
        optimizer.supply(Answer::Introduce { candidate: seed(), parents: vec![CandidateId(0)] }).unwrap();
        drive_to_pass(&mut optimizer, &mut host, 1);
        assert_eq!(optimizer.state().candidates().len(), 2);
        assert_eq!(optimizer.state().scores()[0], optimizer.state().scores()[1]);
        assert_eq!(optimizer.state().metric_calls(), spent, "{keys:?}");
    }
}

/// The needs of the first pass up to the proposals.
fn at_first_proposal(config: Config) -> Optimizer {
    let mut optimizer = start(config);
    let mut host = Host::new(0);
    while !matches!(optimizer.need(), Some(Need::Propose { .. })) {
        let answer = host.answer(optimizer.need().unwrap());
        optimizer.supply(answer).unwrap();
    }
    optimizer.take_events();
    optimizer
}

#[test]
fn a_person_edits_a_proposal_before_it_is_evaluated() {
    let mut optimizer = at_first_proposal(Config::new(100));
    let edited = Reply { raw: "```\nmodel's\n```".into(), edited: Some("person's".into()) };
    optimizer.supply(Answer::Proposed(vec![JobReply::Replies(vec![edited])])).unwrap();
    let Some(Need::Evaluate { requests, .. }) = optimizer.need() else { panic!("{:?}", optimizer.need()) };
    assert_eq!(requests[0].candidate.get("rules").map(|text| &**text), Some("person's"));
    let kept =
        |event: &Event| matches!(event, Event::ProposalEnded { replies, .. } if replies[0].1.contains("model's"));
    assert!(optimizer.take_events().iter().any(kept));
}

#[test]
fn a_person_refuses_a_proposal() {
    let mut optimizer = at_first_proposal(Config::new(100));
    optimizer.supply(Answer::Proposed(vec![JobReply::Texts(Vec::new())])).unwrap();
    let events = optimizer.take_events();
    assert!(events.iter().any(|event| matches!(event, Event::Note(Note::NoText))));
    assert!(matches!(optimizer.need(), Some(Need::Leave { iteration: 2 })));
}

#[test]
fn a_reply_for_every_prompt_is_needed() {
    let mut optimizer = at_first_proposal(Config { components: Components::All, ..Config::new(100) });
    let one = JobReply::Replies(vec!["only one".into()]);
    assert_eq!(optimizer.supply(Answer::Proposed(vec![one])), Err(Misfit));
    assert_eq!(optimizer.supply(Answer::Proposed(Vec::new())), Err(Misfit));
    let own = JobReply::Texts(vec![("rules".into(), "x".into())]);
    assert_eq!(optimizer.supply(Answer::Proposed(vec![own])), Err(Misfit));
}

#[test]
fn a_result_of_the_older_layout_is_read() {
    let old = r#"{"candidates": [{"a": "x"}, {"a": "y"}], "parents": [[null], [0]], "val_aggregate_scores": [0.5, 1],
        "val_subscores": [[0, 1], [1, 1.0]], "best_outputs_valset": null,
        "per_val_instance_best_candidates": [[1], [0, 1]], "discovery_eval_counts": [0, 8]}"#;
    let result = taupe::gepa::RunResult::from_value(&json::loads(old).unwrap()).unwrap();
    assert_eq!(result.best(), Some(CandidateId(1)));
    assert_eq!(result.parents, [vec![], vec![CandidateId(0)]]);
    assert_eq!(&*result.fronts[1].0, "1");
}

#[track_caller]
fn refuse(text: &str, why: &str) {
    let error = taupe::gepa::RunResult::read(text).unwrap_err().to_string();
    assert!(error.contains(why), "{error}");
}

#[test]
fn what_is_no_result_says_what_is_wrong() {
    refuse("PK\u{3}\u{4}", "no JSON");
    refuse("{}", "no candidates");
    refuse(r#"{"candidates": []}"#, "no candidates");
    refuse(r#"{"candidates": [{"a": "x"}], "validation_schema_version": 3}"#, "version 3");
    refuse(r#"{"candidates": [{"a": 1}]}"#, "“candidates” can't be read");
    refuse(r#"{"candidates": [{"a": "x"}]}"#, "1 candidates, but its “parents” has 0");
    refuse(r#"{"results": []}"#, "rollouts of an evaluation");
    refuse(r#"[{"task_id": 1, "traj": []}]"#, "Evaluate can open");
    refuse(r#"[{"i": 0}]"#, "the log of a run");
    refuse(r#"[{"system_instruction": "Help."}]"#, "not how they scored");
    refuse("[]", "not an object");
    let of = |parents: &str, fronts: &str| {
        format!(
            r#"{{"candidates": [{{"a": "x"}}, {{"a": "y"}}], "parents": {parents}, "val_aggregate_scores": [0, 1],
            "val_subscores": [{{"0": 0}}, {{"0": 1}}], "per_val_instance_best_candidates": {fronts}}}"#
        )
    };
    assert!(taupe::gepa::RunResult::read(&of("[[null], [0]]", r#"{"0": [1]}"#)).is_ok());
    refuse(&of("[[null], [1]]", r#"{"0": [1]}"#), "Candidate 1 of the result has a parent that does not come before");
    refuse(&of("[[null], [\"a\"]]", r#"{"0": [1]}"#), "“parents” can't be read");
    refuse(&of("[[null], [0]]", r#"{"0": [2]}"#), "names a candidate that is not there");
    refuse(&of("[[null], [0]]", r#"{"0": 2}"#), "“per_val_instance_best_candidates” can't be read");
}
