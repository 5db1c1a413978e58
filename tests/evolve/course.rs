//! The course of an evolution: the same answers lead to the same place, whatever order they come in and wherever it was
//! left.

use taupe::cast::RehearsalCoach;
use taupe::evolve::{Due, Evolution, Unasked};
use taupe::gepa::{Answer, CandidateId, Failure, Outcome, Outside, Reply};
use taupe::py::json;

use super::host::Host;

pub fn result(evolution: &Evolution) -> String {
    json::dumps(&evolution.optimizer().result().to_value())
}

/// Answers as they are kept and read again.
pub fn kept(answers: &[Answer]) -> Vec<Answer> {
    let again = |answer: &Answer| Answer::from_value(&json::loads(&json::dumps(&answer.to_value())).unwrap()).unwrap();
    answers.iter().map(again).collect()
}

#[test]
fn a_finished_one_is_made_again_by_its_answers() {
    let mut host = Host::retail(1, RehearsalCoach::new(1));
    let setup = host.setup(200);
    let whole = host.run(&setup);
    let again = Evolution::replay(&setup, kept(whole.answers())).unwrap();
    assert!(matches!(again.due(), Due::Ended(Outcome::Finished)));
    assert_eq!(result(&again), result(&whole));
    assert_eq!(again.steps().len(), whole.steps().len());
    assert_eq!(again.made(), whole.made());
    assert!(whole.made().iter().map(|made| made.job.number).eq(0..host.rollouts), "each rollout once");
    assert!(whole.optimizer().state().metric_calls() >= 200);
}

#[test]
fn left_anywhere_it_comes_to_the_same_end_and_asks_for_nothing_twice() {
    let mut host = Host::retail(2, RehearsalCoach::new(2));
    let setup = host.setup(60);
    let mut whole = Evolution::new(&setup).unwrap();
    let mut numbers = Vec::new();
    loop {
        if let Due::Rollouts(jobs) = whole.due() {
            numbers.extend(jobs.iter().map(|job| job.number));
        }
        if !host.step(&mut whole) {
            break;
        }
    }
    let asked = host.rollouts;
    assert_eq!(numbers, (0..asked).collect::<Vec<_>>());
    for left in 0..whole.answers().len() {
        host.rollouts = 0;
        let before = kept(&whole.answers()[..left]);
        let paid: usize = before
            .iter()
            .map(|answer| match answer {
                Answer::Evaluated(all) => all.iter().map(|evaluation| evaluation.scores.len()).sum(),
                _ => 0,
            })
            .sum();
        let mut taken_up = Evolution::replay(&setup, before).unwrap();
        if let Due::Rollouts(jobs) = taken_up.due() {
            assert_eq!(jobs[0].number, paid, "numbers go on where they were");
        }
        // Left between an evaluation and the records made from it, the records are gone; the page keeps both at once.
        if matches!(whole.answers().get(left), Some(Answer::DatasetBuilt(_))) {
            continue;
        }
        while host.step(&mut taken_up) {}
        assert_eq!(result(&taken_up), result(&whole), "left after {left} answers");
        assert_eq!(host.rollouts, asked - paid, "left after {left} answers");
    }
}

#[test]
fn the_order_in_which_rollouts_end_changes_nothing() {
    let mut host = Host::retail(3, RehearsalCoach::new(3));
    let setup = host.setup(40);
    let forwards = host.run(&setup);
    let mut backwards = Evolution::new(&setup).unwrap();
    loop {
        if let Due::Rollouts(jobs) = backwards.due() {
            for job in jobs.to_vec().iter().rev() {
                assert!(!backwards.has(job.number));
                backwards.learn(job.number, host.lesson(job)).unwrap();
            }
        } else if !host.step(&mut backwards) {
            break;
        }
    }
    assert_eq!(result(&backwards), result(&forwards));
}

#[test]
fn what_is_not_due_is_refused_and_changes_nothing() {
    let mut host = Host::retail(4, RehearsalCoach::new(4));
    let setup = host.setup(40);
    let mut evolution = Evolution::new(&setup).unwrap();
    assert_eq!(evolution.proceed(Outside::default()), Err(Unasked));
    assert_eq!(evolution.reply(0, Reply::from("text")), Err(Unasked));
    assert_eq!(evolution.refuse(), Err(Unasked));
    let Due::Rollouts(jobs) = evolution.due() else { panic!("the seed's validation") };
    let job = jobs[0].clone();
    let lesson = host.lesson(&job);
    assert_eq!(evolution.learn(99, lesson), Err(Unasked));
    assert!(host.step(&mut evolution));
    assert_eq!(evolution.introduce("Be kind.", vec![CandidateId(7)]), Err(Unasked), "there is no such parent");
    evolution.introduce("Be kind.", vec![CandidateId(0)]).unwrap();
    assert!(matches!(evolution.due(), Due::Rollouts(jobs) if jobs.len() == 6 && &*jobs[0].instruction == "Be kind."));
    while host.step(&mut evolution) {}
    assert!(evolution.optimizer().state().candidates().len() >= 2);
}

#[test]
fn refused_proposals_and_failed_passes_leave_it_in_order() {
    let mut host = Host::retail(5, RehearsalCoach::new(5));
    let setup = host.setup(60);
    let mut evolution = Evolution::new(&setup).unwrap();
    let (mut refused, mut given_up) = (0, 0);
    loop {
        match evolution.due() {
            Due::Reflections(_) if refused == 0 => {
                refused += 1;
                evolution.refuse().unwrap();
            }
            Due::Rollouts(jobs) if refused == 1 && given_up == 0 && jobs[0].task.split == "train" => {
                given_up += 1;
                evolution.give_up(Failure::from("the endpoint died")).unwrap();
            }
            _ => {
                if !host.step(&mut evolution) {
                    break;
                }
            }
        }
    }
    assert_eq!((refused, given_up), (1, 1));
    // The pass that failed had spent nothing, and the guard ends a run that would go on for nothing.
    assert!(matches!(evolution.due(), Due::Ended(Outcome::Raised(_))));
    let again = Evolution::replay(&setup, kept(evolution.answers())).unwrap();
    assert_eq!(result(&again), result(&evolution));
}

#[test]
fn a_dead_endpoint_at_the_beginning_ends_it() {
    let host = Host::retail(6, RehearsalCoach::new(6));
    let mut evolution = Evolution::new(&host.setup(40)).unwrap();
    evolution.give_up(Failure::from("no connection")).unwrap();
    assert!(matches!(evolution.due(), Due::Ended(Outcome::Raised(error)) if error.to_string() == "no connection"));
}
