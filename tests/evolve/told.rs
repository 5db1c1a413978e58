//! What the page says of an evolution before it begins, and how one stands.

use std::sync::Arc;

use taupe::cast::RehearsalCoach;
use taupe::domain::TaskId;
use taupe::evolve::{Due, Evolution};
use taupe::gepa::{CandidateId, Failure};
use taupe::journal::{Examples, Header, Instruction, Judgements, RunId, Summary};
use taupe::present::evolve::estimate::{Outlook, basis, estimate};
use taupe::present::evolve::preflight::{Asked, Told};
use taupe::present::evolve::{Entry, Form, Past, Plan, Standing, Warning};
use taupe::rollout::{AgentStrategy, Occupant, OccupantKind, UserStrategy};
use taupe::workspace::RunRecord;

use super::host::Host;

const SEED: &str = "Help the customer.";

fn splits() -> Vec<(String, usize)> {
    [("train", 8), ("dev", 6), ("test", 10)].map(|(name, size)| (name.to_owned(), size)).to_vec()
}

fn plan(change: impl FnOnce(&mut Form)) -> Plan {
    let mut form = Form::rehearsal(&splits());
    change(&mut form);
    form.plan(|split| splits().iter().find(|(name, _)| name == split).map(|(_, size)| *size)).unwrap()
}

fn agent() -> Occupant {
    Occupant::new(OccupantKind::Cast, "rehearsal agent")
}

fn model() -> Occupant {
    Occupant::new(OccupantKind::Endpoint, "model-x at api.example.com")
}

/// A rollout of a train task that is over.
fn run(index: usize, reward: f64, instruction: &str) -> Arc<RunRecord> {
    let header = Header {
        id: RunId::of_bytes(&[u8::try_from(index).unwrap()]),
        created_ms: 0,
        title: String::new(),
        note: String::new(),
        pack: "shop".into(),
        domain: "retail".into(),
        task: TaskId { split: "train".into(), index },
        task_title: String::new(),
        content: String::new(),
        agent: agent(),
        user: Occupant::new(OccupantKind::Cast, "rehearsal customer"),
        instruction: Instruction { text: instruction.into(), name: "v1".into(), version: None },
        strategy: AgentStrategy::default(),
        examples: Examples::default(),
        user_strategy: UserStrategy::default(),
        temperature: None,
        max_steps: 30,
        seed: 1,
        trial: 0,
        forked_from: None,
        beside: None,
        batch: None,
        judgements: Judgements::default(),
    };
    Arc::new(RunRecord { header, summary: Summary { reward: Some(reward), ..Summary::default() } })
}

fn told(plan: &Plan, past: Past, agent: &Occupant, reflection: &Occupant) -> Told {
    let user = Occupant::new(OccupantKind::Cast, "rehearsal customer");
    Told::of(plan, past, Asked { agent, user: &user, reflection }, SEED)
}

fn coach() -> Occupant {
    Occupant::new(OccupantKind::Cast, "rehearsal coach")
}

#[test]
fn past_rollouts_tell_which_tasks_can_show_a_difference() {
    let plan = plan(|_| {});
    let set = &plan.datasets.feedback;
    let of = |runs: &[Arc<RunRecord>]| Past::of(runs, "shop", set, SEED, &agent());
    let mut runs: Vec<_> = (0..4).map(|index| run(index, 1.0, SEED)).collect();
    runs.extend([run(0, 0.0, SEED), run(5, 0.0, "Another instruction."), run(6, 0.0, SEED)]);
    let past = of(&runs);
    assert_eq!(past, Past { tasks: 5, undecided: 2, rollouts: 6 }, "a task that was lost once is not decided");
    assert_eq!(of(&[]), Past::default());

    let known = told(&plan, past, &agent(), &coach());
    // Two of five, so about three of eight: 1 − C(5, 3) / C(8, 3).
    assert!((known.bought.telling.unwrap() - (1.0 - 10.0 / 56.0)).abs() < 1e-12);
    assert!(
        known.chance.contains("82 % of draws") && known.chance.contains("2 of 5 feedback tasks"),
        "{}",
        known.chance
    );
    let few = told(&plan, Past { tasks: 3, undecided: 1, rollouts: 3 }, &agent(), &coach());
    assert_eq!(few.bought.telling, None, "three tasks tell nothing of eight");
    assert!(few.chance.contains("not known"));
}

#[test]
fn a_budget_is_told_in_proposals() {
    let usual = told(&plan(|_| {}), Past::default(), &agent(), &coach());
    assert_eq!((usual.proposals.as_str(), usual.warnings.as_slice()), ("12 to 24 proposals", &[][..]));
    assert_eq!(
        usual.buys,
        "6 rollouts for the seed on the Pareto set, then 6 for a proposal that is rejected and 12 for one that is accepted."
    );
}

#[track_caller]
fn warns(plan: &Plan, past: Past, expected: &[Warning]) {
    let told = told(plan, past, &agent(), &coach());
    assert_eq!(told.warnings, expected);
    for warning in &told.warnings {
        assert!(warning.words().ends_with('.') && !warning.words().contains("  "), "{}", warning.words());
    }
}

#[test]
fn what_speaks_against_beginning_so_is_named() {
    let nothing = Past::default();
    let small = plan(|form| form.set(Entry::Budget, "6"));
    warns(&small, nothing, &[Warning::BuysNothing { budget: 6, for_seed: 6 }]);
    assert!(Warning::BuysNothing { budget: 6, for_seed: 6 }.is_fatal());
    warns(&plan(|form| form.set(Entry::Budget, "20")), nothing, &[Warning::Few { most: 3 }]);
    let overlapping = plan(|form| {
        form.choices.splits[2] = "train".into();
        form.set(Entry::HeldOutTasks, "0-2");
    });
    warns(&overlapping, nothing, &[Warning::Overlap { one: "feedback", other: "held-out", tasks: 3 }]);
    let narrow = plan(|form| {
        form.set(Entry::FeedbackMost, "3");
        form.set(Entry::ParetoMost, "4");
    });
    warns(&narrow, nothing, &[Warning::WholeSet { feedback: 3 }, Warning::SmallPareto { tasks: 4, enough: 5 }]);
    warns(&plan(|_| {}), Past { tasks: 8, undecided: 0, rollouts: 8 }, &[Warning::NothingToLearn]);
    let by_program = told(&plan(|_| {}), nothing, &model(), &coach());
    assert_eq!(by_program.warnings, [Warning::ProgramCoach]);
    let empty = Told::of(&plan(|_| {}), nothing, Asked { agent: &agent(), user: &agent(), reflection: &coach() }, " ");
    assert_eq!(empty.warnings, [Warning::NoInstruction]);
}

#[test]
fn programs_cost_nothing_and_models_who_knows_what() {
    let plan = plan(|_| {});
    let of = |agent: &Occupant, reflection: &Occupant, rater: Option<&Occupant>| {
        let told = told(&plan, Past::default(), agent, reflection);
        let user = coach();
        let asked = Asked { agent, user: &user, reflection };
        let outlook = Outlook { pack: "shop", asked, rater, length: SEED.len(), budget: 150, minibatch: 3 };
        let estimate = estimate(&outlook, &told.bought, &[]);
        assert!(basis(&estimate, &told).ends_with("and up to 24 calls of the reflection model"));
        estimate
    };
    let programs = of(&agent(), &coach(), None);
    assert_eq!((programs.rollouts, programs.tokens, programs.cost_usd), (150, 0.0, Some(0.0)));
    let reflected = of(&agent(), &model(), None);
    assert!(reflected.tokens > 0.0 && reflected.cost_usd.is_none());
    let rated = of(&model(), &model(), Some(&model()));
    assert!(rated.tokens > of(&model(), &model(), None).tokens);
    assert_eq!(rated.calls - of(&model(), &model(), None).calls, 150.0, "one call for each rollout");
}

#[test]
fn an_evolution_says_where_it_stands() {
    let mut host = Host::retail(0, RehearsalCoach::new(0));
    let mut evolution = Evolution::new(&host.setup(40)).unwrap();
    let standing = Standing::of(&evolution);
    assert_eq!((standing.doing.as_str(), standing.best), ("Scores the seed on the Pareto set: 0 of 6 rollouts", None));
    let Due::Rollouts(jobs) = evolution.due() else { panic!("the seed's validation") };
    let job = jobs[0].clone();
    evolution.learn(job.number, host.lesson(&job)).unwrap();
    assert!(Standing::of(&evolution).doing.ends_with("1 of 6 rollouts"));
    host.step(&mut evolution);
    let standing = Standing::of(&evolution);
    assert_eq!((standing.doing.as_str(), standing.at_leave), ("About to begin iteration 1", true));
    assert_eq!((standing.share(), standing.best.map(|(id, _)| id)), (Some(6.0 / 40.0), Some(CandidateId(0))));
    assert_eq!(standing.facts(), "6 of 40 metric calls · iteration 0 · 1 candidate");
    while host.step(&mut evolution) {}
    let finish = Standing::of(&evolution).ended.expect("an end");
    assert_eq!((finish.words.as_str(), finish.is_failure), ("The budget of 40 is used up.", false));
}

#[test]
fn an_end_by_an_error_is_told_as_one() {
    let host = Host::retail(0, RehearsalCoach::new(0));
    let mut evolution = Evolution::new(&host.setup(40)).unwrap();
    evolution.give_up(Failure::from("no connection")).unwrap();
    let finish = Standing::of(&evolution).ended.expect("an end");
    assert!(finish.is_failure && finish.words.contains("no connection"), "{}", finish.words);
}
