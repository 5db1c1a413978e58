//! Bad luck: whatever comes from outside, an evolution ends in a clear state, says so in its steps, and keeps all that was
//! paid for.

use taupe::cast::RehearsalCoach;
use taupe::evolve::doubts::{Doubt, MOST_WORDS, doubts};
use taupe::evolve::preflight::{Known, Preflight};
use taupe::evolve::{COMPONENT, Due, Evolution, Setup, SetupError};
use taupe::gepa::{CandidateId, Event, Failure, GepaError, Note, OnFailure, Outcome, Purpose, Rejection, Reply};

use super::course::{kept, result};
use super::host::Host;

const BUDGET: u64 = 40;

fn host() -> Host {
    Host::retail(5, RehearsalCoach::new(5))
}

/// Goes on until rollouts for this are due.
#[track_caller]
fn until(host: &mut Host, evolution: &mut Evolution, purpose: Purpose) {
    while !matches!(evolution.due(), Due::Rollouts(jobs) if jobs[0].purpose == purpose) {
        assert!(host.step(evolution), "it never comes to {purpose:?}");
    }
}

fn dead() -> Failure {
    Failure::from("no answer from the endpoint")
}

/// The failures that were logged, and whether the run was to go on.
fn failures(evolution: &Evolution) -> Vec<(String, bool)> {
    let failure = |event: &Event| match event {
        Event::Failed { error, will_continue, .. } => Some((error.to_string(), *will_continue)),
        _ => None,
    };
    evolution.steps().iter().filter_map(|step| failure(&step.event)).collect()
}

fn notes(evolution: &Evolution) -> Vec<Note> {
    let note = |event: &Event| match event {
        Event::Note(note) => Some(*note),
        _ => None,
    };
    evolution.steps().iter().filter_map(|step| note(&step.event)).collect()
}

/// What was kept makes it again, to the last step.
#[track_caller]
fn nothing_is_lost(setup: &Setup, evolution: &Evolution) {
    let again = Evolution::replay(setup, kept(evolution.answers())).unwrap();
    assert_eq!(result(&again), result(evolution));
    assert_eq!(format!("{:?}", again.steps()), format!("{:?}", evolution.steps()));
    assert_eq!(format!("{:?}", again.due()), format!("{:?}", evolution.due()));
    assert_eq!(again.made(), evolution.made());
}

/// A run whose reflection model always says the same.
fn with_reply(reply: &str) -> (Setup, Evolution) {
    let mut host = host();
    let setup = host.setup(BUDGET);
    let mut evolution = Evolution::new(&setup).unwrap();
    loop {
        if let Due::Reflections(calls) = evolution.due() {
            let calls = calls.to_vec();
            for call in calls {
                evolution.reply(call.number, Reply::from(reply)).unwrap();
            }
        } else if !host.step(&mut evolution) {
            return (setup, evolution);
        }
    }
}

/// The doubts that a reply raises, and what becomes of a run that hears nothing else: it uses its budget up, its
/// proposals are judged like any, and none that is no better joins the pool.
#[track_caller]
fn check_reply(reply: &str, text: &str, expected: &[Doubt]) {
    let (setup, evolution) = with_reply(reply);
    assert_eq!(doubts(reply, &setup.seed_instruction, &[], &[]), expected);
    assert!(matches!(evolution.due(), Due::Ended(Outcome::Finished)));
    assert!(evolution.optimizer().state().metric_calls() >= BUDGET);
    let mut rejected = 0;
    for step in evolution.steps() {
        if let Event::CandidateRejected { candidate, reason, .. } = &step.event {
            assert_eq!((candidate.get(COMPONENT).map(|own| &**own), *reason), (Some(text), Rejection::NotBetter));
            rejected += 1;
        }
    }
    assert!(rejected > 1);
    assert_eq!(evolution.optimizer().state().candidates().len(), 1);
    nothing_is_lost(&setup, &evolution);
}

#[test]
fn a_reply_without_a_usable_text_is_doubted_and_judged() {
    check_reply("", "", &[Doubt::Empty]);
    check_reply("```\n```", "", &[Doubt::Empty]);
    check_reply(" \n\t", "", &[Doubt::Empty]);
}

#[test]
fn a_refusal_is_doubted_and_judged() {
    let words = "I'm sorry, but I can't help with that.";
    check_reply(words, words, &[Doubt::NoBlock, Doubt::Refusal]);
}

#[test]
fn an_absurdly_long_instruction_is_doubted_and_judged() {
    let words = 20 * MOST_WORDS;
    let text = vec!["word"; words].join(" ");
    check_reply(&format!("```\n{text}\n```"), &text, &[Doubt::TooLong { words }]);
}

#[test]
fn an_endpoint_that_dies_in_mid_evaluation_ends_a_run_that_tolerates_nothing() {
    let mut host = host();
    let mut setup = host.setup(BUDGET);
    setup.config.on_failure = OnFailure::Raise;
    let mut evolution = Evolution::new(&setup).unwrap();
    until(&mut host, &mut evolution, Purpose::Children);
    let Due::Rollouts(jobs) = evolution.due() else { panic!("the child's rollouts") };
    let first = jobs[0].clone();
    let (calls, made) = (evolution.optimizer().state().metric_calls(), evolution.made().len());
    evolution.learn(first.number, host.lesson(&first)).unwrap();
    evolution.give_up(dead()).unwrap();
    assert!(matches!(evolution.due(), Due::Ended(Outcome::Raised(GepaError::Failure(_)))));
    assert_eq!(failures(&evolution), [("no answer from the endpoint".to_owned(), false)]);
    // What was paid for before stands; what was not brought to its end counts nowhere.
    let state = evolution.optimizer().state();
    assert_eq!((state.metric_calls(), state.candidates().len(), evolution.made().len()), (calls, 1, made));
    nothing_is_lost(&setup, &evolution);
    // Once the endpoint is back, the run goes on from its last leave.
    let fork = setup.fork(&evolution, 1, setup.config.clone()).unwrap();
    let mut again = Evolution::replay(&fork.setup, kept(&evolution.answers()[..fork.answers])).unwrap();
    while host.step(&mut again) {}
    assert!(matches!(again.due(), Due::Ended(Outcome::Finished)));
}

#[test]
fn a_guarded_run_outlives_failures_that_cost_something() {
    let mut host = host();
    let setup = host.setup(BUDGET);
    assert_eq!(setup.config.on_failure, OnFailure::Guarded { idle_passes: 1 });
    let mut evolution = Evolution::new(&setup).unwrap();
    // The parent was paid for in these passes.
    for _ in 0..2 {
        until(&mut host, &mut evolution, Purpose::Children);
        evolution.give_up(dead()).unwrap();
        assert!(matches!(evolution.due(), Due::Leave { .. }));
    }
    // In this one nothing was: it would go on so for ever.
    until(&mut host, &mut evolution, Purpose::Parents);
    evolution.give_up(dead()).unwrap();
    assert!(matches!(evolution.due(), Due::Ended(Outcome::Raised(_))));
    assert_eq!(failures(&evolution).iter().map(|(_, goes_on)| *goes_on).collect::<Vec<_>>(), [true, true, false]);
    nothing_is_lost(&setup, &evolution);
}

#[test]
fn a_validation_that_dies_costs_the_candidate_and_no_more() {
    let mut host = host();
    let setup = host.setup(BUDGET);
    let mut evolution = Evolution::new(&setup).unwrap();
    until(&mut host, &mut evolution, Purpose::Validation);
    evolution.give_up(dead()).unwrap();
    assert_eq!(failures(&evolution).len(), 1);
    assert_eq!(evolution.optimizer().state().candidates().len(), 1);
    // A person's candidate, between two passes.
    evolution.introduce("Be kind.", vec![CandidateId(0)]).unwrap();
    evolution.give_up(dead()).unwrap();
    assert!(failures(&evolution).iter().all(|(_, goes_on)| *goes_on));
    while host.step(&mut evolution) {}
    assert!(matches!(evolution.due(), Due::Ended(Outcome::Finished)));
    nothing_is_lost(&setup, &evolution);
}

#[test]
fn a_reflection_model_that_dies_is_asked_once_more_and_then_the_pass_goes_without() {
    let mut host = host();
    let setup = host.setup(BUDGET);
    let mut evolution = Evolution::new(&setup).unwrap();
    while !matches!(evolution.due(), Due::Reflections(_)) {
        assert!(host.step(&mut evolution));
    }
    evolution.give_up(dead()).unwrap();
    assert!(matches!(evolution.due(), Due::Reflections(calls) if calls.len() == 1));
    evolution.give_up(dead()).unwrap();
    assert_eq!(notes(&evolution), [Note::ReflectRetry, Note::ReflectFailed, Note::NoProposal]);
    assert!(matches!(evolution.due(), Due::Leave { iteration: 2 }));
    while host.step(&mut evolution) {}
    assert!(matches!(evolution.due(), Due::Ended(Outcome::Finished)));
    nothing_is_lost(&setup, &evolution);
}

#[test]
fn a_budget_below_one_evaluation_buys_the_seeds_scores() {
    let mut host = host();
    let setup = host.setup(3);
    let known = Known { budget: 3, minibatch: 3, feedback: 12, pareto: 6, repeats: 1, undecided: None };
    assert!(Preflight::of(&known).buys_nothing(), "it is told before");
    let evolution = host.run(&setup);
    assert!(matches!(evolution.due(), Due::Ended(Outcome::Finished)));
    let state = evolution.optimizer().state();
    assert_eq!((state.metric_calls(), state.passes(), state.candidates().len()), (6, 0, 1));
    assert!(
        evolution.steps().iter().any(|step| matches!(step.event, Event::OptimizationEnded { metric_calls: 6, .. }))
    );
    nothing_is_lost(&setup, &evolution);
}

#[test]
fn without_tasks_nothing_begins() {
    let setup = host().setup(BUDGET);
    let without = |empty: fn(&mut Setup)| {
        let mut setup = setup.clone();
        empty(&mut setup);
        Evolution::new(&setup).map(|_| ())
    };
    assert_eq!(without(|setup| setup.datasets.feedback.tasks.clear()), Err(SetupError::Empty("feedback")));
    assert_eq!(without(|setup| setup.datasets.pareto.tasks.clear()), Err(SetupError::Empty("Pareto")));
    // The held-out set is asked for when it is used.
    assert_eq!(without(|setup| setup.datasets.evaluation.tasks.clear()), Ok(()));
}

#[test]
fn sets_with_the_same_tasks_are_kept_apart() {
    let mut host = host();
    let mut setup = host.setup(BUDGET);
    setup.datasets.feedback = setup.datasets.pareto.clone();
    assert_eq!(setup.datasets.feedback.overlap(&setup.datasets.pareto), 6, "it can be told before");
    let evolution = host.run(&setup);
    assert!(matches!(evolution.due(), Due::Ended(Outcome::Finished)));
    // The cache of one set does not answer for the other: each child that was taken was validated on every task.
    let validated = evolution.made().iter().filter(|made| made.job.purpose == Purpose::Validation).count();
    assert_eq!(validated, 6 * (evolution.optimizer().state().candidates().len() - 1));
    assert!(validated > 0);
    nothing_is_lost(&setup, &evolution);
}
