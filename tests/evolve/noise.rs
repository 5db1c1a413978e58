//! Acceptance that looks at noise: rollouts of a minibatch repeated, parent and child compared one by one.

use std::collections::BTreeSet;

use taupe::cast::RehearsalCoach;
use taupe::evolve::{COMPONENT, Due, Evolution, Lesson, Setup, Step};
use taupe::gepa::{Answer, Criterion, Event, Purpose, Rejection, Stopper};

use super::course::{kept, result};
use super::host::Host;

const REPEATS: u32 = 3;

fn repeated(mut setup: Setup) -> Setup {
    setup.repeats = REPEATS;
    setup.config.criterion = Criterion::sign_test();
    setup
}

#[test]
fn each_task_has_its_repeats_and_parent_and_child_the_same_ones() {
    let mut host = Host::retail(1, RehearsalCoach::new(1));
    let setup = repeated(host.setup(100));
    let mut evolution = Evolution::new(&setup).unwrap();
    let (mut parents, mut children) = (Vec::new(), 0);
    let mut next = 0;
    loop {
        if let Due::Rollouts(jobs) = evolution.due() {
            assert_eq!(
                jobs.iter().map(|job| job.number).collect::<Vec<_>>(),
                (next..next + jobs.len()).collect::<Vec<_>>()
            );
            next += jobs.len();
            let draws: Vec<_> = jobs.iter().map(|job| (job.task.index, job.trial)).collect();
            let each: BTreeSet<_> = draws.iter().copied().collect();
            assert_eq!(each.len(), draws.len(), "no rollout twice");
            match jobs[0].purpose {
                Purpose::Parents => {
                    assert_eq!(jobs.len(), 9);
                    assert!(parents.iter().all(|earlier| !each.contains(earlier)), "another pass draws anew");
                    parents = draws;
                }
                Purpose::Children => {
                    assert_eq!(draws, parents);
                    children += 1;
                }
                _ => assert!(jobs.iter().all(|job| job.trial == 0)),
            }
        }
        if !host.step(&mut evolution) {
            break;
        }
    }
    assert!(children > 1);
    let numbers: Vec<usize> = evolution.made().iter().map(|made| made.job.number).collect();
    assert_eq!(numbers, (0..host.rollouts).collect::<Vec<_>>());
    assert_eq!(host.rollouts as u64, evolution.optimizer().state().metric_calls(), "all are counted");
    let again = Evolution::replay(&setup, kept(evolution.answers())).unwrap();
    assert_eq!(result(&again), result(&evolution));
    assert_eq!(again.made(), evolution.made());
}

#[test]
fn a_tasks_score_is_the_mean_of_its_repeats_and_its_worst_rollout_is_learnt_from() {
    let mut host = Host::retail(1, RehearsalCoach::new(1));
    let mut evolution = Evolution::new(&repeated(host.setup(100))).unwrap();
    while !matches!(evolution.due(), Due::Rollouts(jobs) if jobs[0].purpose == Purpose::Parents) {
        assert!(host.step(&mut evolution));
    }
    let Due::Rollouts(jobs) = evolution.due() else { panic!("the parent's rollouts") };
    let jobs = jobs.to_vec();
    for (at, job) in jobs.into_iter().enumerate() {
        let mut lesson = host.lesson(&job);
        lesson.score = [1.0, 0.0, 1.0][at % 3];
        lesson.record.set("Feedback", at.to_string());
        evolution.learn(job.number, lesson).unwrap();
    }
    let [.., Answer::Evaluated(evaluations), Answer::DatasetBuilt(dataset)] = evolution.answers() else {
        panic!("scores, then records")
    };
    assert_eq!(evaluations[0].scores.len(), 3);
    assert!(evaluations[0].scores.iter().all(|score| (score.to_f64() - 2.0 / 3.0).abs() < 1e-12));
    assert_eq!(evaluations[0].metric_calls, Some(9));
    let feedback =
        |record: &taupe::py::Value| record.as_dict().unwrap().get("Feedback").unwrap().as_str().unwrap().clone();
    let learnt: Vec<_> = dataset.records[0].1.iter().map(feedback).collect();
    assert_eq!(learnt.iter().map(|text| &**text).collect::<Vec<_>>(), ["1", "4", "7"]);
}

/// Gives the rollouts that are due made-up scores, which begin anew with each task.
fn score(evolution: &mut Evolution, host: &mut Host, scores: &[[f64; 3]; 3]) {
    let Due::Rollouts(jobs) = evolution.due() else { panic!("rollouts") };
    let jobs = jobs.to_vec();
    for (job, score) in jobs.into_iter().zip(scores.iter().flatten()) {
        let lesson = Lesson { score: *score, ..host.lesson(&job) };
        evolution.learn(job.number, lesson).unwrap();
    }
}

/// What becomes of a child with these scores.
fn verdict(before: &[[f64; 3]; 3], after: &[[f64; 3]; 3]) -> Option<Rejection> {
    let mut host = Host::retail(1, RehearsalCoach::new(1));
    let mut evolution = Evolution::new(&repeated(host.setup(100))).unwrap();
    let due =
        |evolution: &Evolution, purpose| matches!(evolution.due(), Due::Rollouts(jobs) if jobs[0].purpose == purpose);
    for (purpose, scores) in [(Purpose::Parents, before), (Purpose::Children, after)] {
        while !due(&evolution, purpose) {
            assert!(host.step(&mut evolution));
        }
        score(&mut evolution, &mut host, scores);
    }
    let rejection = |step: &Step| match step.event {
        Event::CandidateRejected { reason, .. } => Some(reason),
        _ => None,
    };
    assert_eq!(due(&evolution, Purpose::Validation), evolution.steps().iter().all(|step| rejection(step).is_none()));
    evolution.steps().iter().find_map(rejection)
}

#[test]
fn a_lucky_gain_is_refused_and_a_real_one_taken() {
    let before = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]];
    let lucky = [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    assert_eq!(verdict(&before, &lucky), Some(Rejection::WithinNoise));
    let real = [[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.0, 1.0]];
    assert_eq!(verdict(&before, &real), None);
    assert_eq!(verdict(&before, &before), Some(Rejection::NotBetter));
}

/// Children that were taken and children that were refused by their minibatch, of a course in which advice is worthless
/// and every rollout has chances of its own.
fn worthless(base: u64, change: fn(Setup) -> Setup) -> (usize, usize) {
    let mut host = Host { unrepeatable: true, ..Host::retail(base, RehearsalCoach::irrelevant(base)) };
    let mut setup = host.setup(0);
    setup.config.stoppers = vec![Stopper::Proposals(24)];
    let evolution = host.run(&change(setup));
    let count = |is: fn(&Event) -> bool| evolution.steps().iter().filter(|step| is(&step.event)).count();
    (
        count(|event| matches!(event, Event::CandidateAccepted { .. })),
        count(|event| matches!(event, Event::CandidateRejected { .. })),
    )
}

#[test]
fn fewer_worthless_children_are_taken() {
    let total = |change: fn(Setup) -> Setup| {
        let add = |all: (usize, usize), one: (usize, usize)| (all.0 + one.0, all.1 + one.1);
        (0..6).map(|base| worthless(base, change)).fold((0, 0), add)
    };
    let (by_sum, by_test) = (total(|setup| setup), total(repeated));
    let share = |(taken, refused): (usize, usize)| taken as f64 / (taken + refused) as f64;
    println!("taken and refused of worthless children: {by_sum:?} by the sum, {by_test:?} by the sign test");
    assert!(by_sum.0 >= 10, "luck gets children taken by the sum: {by_sum:?}");
    assert!(share(by_test) < share(by_sum) / 2.0, "{by_test:?} against {by_sum:?}");
}

#[test]
fn it_climbs_all_the_same() {
    let gain = |base| {
        let mut host = Host::retail(base, RehearsalCoach::new(base));
        let setup = repeated(host.setup(450));
        let evolution = host.run(&setup);
        let state = evolution.optimizer().state();
        let best = state.candidates()[state.best().index()].get(COMPONENT).unwrap();
        let (seed, best) = (host.held_out(&setup, &host.seed_instruction, 4), host.held_out(&setup, best, 4));
        println!("held out: {seed:.3} → {best:.3}, {} candidates", state.candidates().len());
        best - seed
    };
    let mean = (0..6).map(gain).sum::<f64>() / 6.0;
    assert!(mean >= 0.2, "{mean}");
}
