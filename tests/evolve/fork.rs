//! Forks: what an evolution would have been with other settings from some pass on.

use taupe::cast::RehearsalCoach;
use taupe::evolve::{Due, Evolution, ForkError, Setup, SetupError};
use taupe::gepa::{CandidateId, Config, ConfigError, Event, Frontier, ParentSelector, Stopper};

use super::course::{kept, result};
use super::host::Host;

fn told(evolution: &Evolution) -> Vec<String> {
    evolution.steps().iter().map(|step| format!("{} {:?}", step.answers, step.event)).collect()
}

/// Runs a fork of `whole`, which `setup` led to.
fn forked(host: &mut Host, setup: &Setup, whole: &Evolution, iteration: u64, config: Config) -> (Setup, Evolution) {
    let fork = setup.fork(whole, iteration, config).unwrap();
    let mut evolution = Evolution::replay(&fork.setup, kept(&whole.answers()[..fork.answers])).unwrap();
    assert!(matches!(evolution.due(), Due::Leave { iteration: next } if next == iteration));
    while host.step(&mut evolution) {}
    (fork.setup, evolution)
}

#[test]
fn with_unchanged_settings_it_is_the_same_run() {
    let mut host = Host::retail(1, RehearsalCoach::new(1));
    let mut setup = host.setup(80);
    setup.config.stoppers.push(Stopper::NoImprovement(4));
    let whole = host.run(&setup);
    let passes = whole.optimizer().state().passes();
    for iteration in 1..=passes + 1 {
        let (_, fork) = forked(&mut host, &setup, &whole, iteration, setup.config.clone());
        assert_eq!(told(&fork), told(&whole), "forked before pass {iteration}");
    }
    let none = setup.fork(&whole, passes + 2, setup.config.clone());
    assert_eq!(none, Err(ForkError::NoIteration(passes + 2)));
}

#[test]
fn with_a_larger_budget_it_goes_on_where_the_first_ended() {
    let mut host = Host::retail(2, RehearsalCoach::new(2));
    let setup = host.setup(40);
    let whole = host.run(&setup);
    let last = whole.fork_points().last().unwrap().iteration;
    let config = Config { stoppers: vec![Stopper::MetricCalls(80)], ..setup.config.clone() };
    let (_, longer) = forked(&mut host, &setup, &whole, last, config);
    // All but the word that it ended.
    let (whole, longer) = (told(&whole), told(&longer));
    assert_eq!(longer[..whole.len() - 1], whole[..whole.len() - 1]);
    assert!(longer.len() > whole.len());
}

#[test]
fn other_settings_hold_from_there_and_a_fork_can_be_forked() {
    let mut host = Host::retail(3, RehearsalCoach::new(3));
    let setup = host.setup(120);
    let whole = host.run(&setup);
    let config = Config { parent_selector: ParentSelector::CurrentBest, minibatch_size: 2, ..setup.config.clone() };
    let (first, fork) = forked(&mut host, &setup, &whole, 4, config.clone());
    let sizes = |evolution: &Evolution| -> Vec<(u64, usize)> {
        let size = |event: &Event| match event {
            Event::MinibatchSampled { iteration, examples, .. } => Some((*iteration, examples.len())),
            _ => None,
        };
        evolution.steps().iter().filter_map(|step| size(&step.event)).collect()
    };
    assert!(sizes(&fork).iter().all(|(iteration, size)| *size == if *iteration < 4 { 3 } else { 2 }));
    assert!(sizes(&fork).len() > 5);
    assert_eq!((fork.config_in(3), fork.config_in(4)), (&setup.config, &config), "what each pass went by");
    // Made again from what is kept of it.
    let again = Evolution::replay(&first, kept(fork.answers())).unwrap();
    assert_eq!((told(&again), result(&again)), (told(&fork), result(&fork)));
    // Forked again behind the change it keeps the change; before it, it has its own instead.
    let behind = first.fork(&fork, 5, Config { minibatch_size: 1, ..config.clone() }).unwrap();
    assert_eq!(behind.setup.later.len(), 2);
    let before = first.fork(&fork, 2, config).unwrap();
    assert_eq!((before.setup.later.len(), before.setup.later[0].answers), (1, before.answers));
    let (_, twice) = forked(&mut host, &first, &fork, 5, behind.setup.later[1].config.clone());
    assert_eq!(sizes(&twice)[3..5].iter().map(|(_, size)| *size).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn a_persons_candidates_are_there_in_the_fork() {
    let mut host = Host::retail(4, RehearsalCoach::new(4));
    let setup = host.setup(40);
    let mut whole = Evolution::new(&setup).unwrap();
    host.step(&mut whole);
    whole.introduce("Be kind.", vec![CandidateId(0)]).unwrap();
    while host.step(&mut whole) {}
    let first: Vec<u64> = whole.fork_points().iter().map(|leave| leave.iteration).take(3).collect();
    assert_eq!(first, [1, 1, 2], "leave for the first pass was asked for before and after");
    let (_, fork) = forked(&mut host, &setup, &whole, 1, setup.config.clone());
    assert_eq!(result(&fork), result(&whole));
}

#[test]
fn settings_that_cannot_follow_are_refused_at_once() {
    let mut host = Host::retail(5, RehearsalCoach::new(5));
    let setup = host.setup(20);
    let whole = host.run(&setup);
    let other = Config { frontier: Frontier::Hybrid, ..setup.config.clone() };
    assert_eq!(setup.fork(&whole, 1, other.clone()), Err(ForkError::Config(ConfigError::OtherFrontier)));
    let mut broken = setup.fork(&whole, 1, setup.config.clone()).unwrap().setup;
    broken.later[0].config = other;
    assert_eq!(Evolution::new(&broken).unwrap_err(), SetupError::Config(ConfigError::OtherFrontier));
}

#[test]
fn set_ups_of_before_are_read() {
    let setup = Host::retail(1, RehearsalCoach::new(1)).setup(20);
    let mut value = serde_json::to_value(&setup).unwrap();
    let fields = value.as_object_mut().unwrap();
    fields.remove("later").unwrap();
    fields.remove("repeats").unwrap();
    assert_eq!(serde_json::from_value::<Setup>(value).unwrap(), setup);
}
