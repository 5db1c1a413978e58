//! What the page shows of an evolution, on courses with the rehearsal cast.

use std::collections::BTreeMap;

use taupe::cast::RehearsalCoach;
use taupe::evolve::{COMPONENT, Due, Evolution, RolloutJob};
use taupe::gepa::{CandidateId, Criterion, MergeSettings, ParentSelector, Rejection, Reply, RunResult, Split};
use taupe::present::evolve::front::{FrontGrid, reason};
use taupe::present::evolve::lineage::{Direction, Lineage, Move};
use taupe::present::evolve::passes::{PassKind, Passes, Tried, Verdict};
use taupe::present::evolve::pool::{Hold, Origin, Pick, Pool};
use taupe::present::evolve::steps::{StepView, pass_lines};
use taupe::present::evolve::{Chart, ProposalView};
use taupe::py::json;

use super::host::Host;

/// A course, with every rollout it asked for and its score.
struct Course {
    host: Host,
    evolution: Evolution,
    rollouts: BTreeMap<usize, (RolloutJob, f64)>,
}

impl Course {
    fn new(seed: u64, budget: u64) -> Self {
        let host = Host::retail(seed, RehearsalCoach::new(seed));
        let mut setup = host.setup(budget);
        setup.config.merge = Some(MergeSettings::default());
        let evolution = Evolution::new(&setup).unwrap();
        Self { host, evolution, rollouts: BTreeMap::new() }
    }

    fn step(&mut self) -> bool {
        let Due::Rollouts(jobs) = self.evolution.due() else { return self.host.step(&mut self.evolution) };
        let jobs = jobs.to_vec();
        for job in jobs {
            let lesson = self.host.lesson(&job);
            let score = lesson.score;
            self.evolution.learn(job.number, lesson).unwrap();
            self.rollouts.insert(job.number, (job, score));
        }
        true
    }

    fn run(seed: u64, budget: u64) -> Self {
        let mut own = Self::new(seed, budget);
        while own.step() {}
        own
    }

    fn seen(&self) -> (Passes, Pool) {
        let passes = Passes::of(&self.evolution);
        let pool = Pool::of(&self.evolution, &passes, Some(&self.host.world));
        (passes, pool)
    }

    /// Each score stands for rollouts of that text on that task, with that score.
    #[track_caller]
    fn check(&self, split: Split, tried: &[Tried], instruction: &str) {
        for tried in tried {
            let dataset = self.evolution.dataset(split);
            assert!(!tried.rollouts.is_empty(), "{tried:?}");
            for number in &tried.rollouts {
                let (job, score) = &self.rollouts[number];
                assert_eq!((&job.task.split, job.task.index), (&dataset.split, dataset.tasks[tried.example.index()]));
                assert_eq!(&*job.instruction, instruction);
                assert_eq!(Some(*score), tried.score);
            }
        }
    }
}

fn text_of(pool: &Pool, id: CandidateId) -> String {
    pool.member(id).unwrap().texts.get(COMPONENT).unwrap().to_string()
}

#[test]
fn every_score_leads_to_its_rollouts() {
    for seed in 1..4 {
        let course = Course::run(seed, 150);
        let (passes, pool) = course.seen();
        assert_eq!(passes.calls, course.evolution.optimizer().state().metric_calls());
        assert_eq!(passes.list.iter().map(|pass| pass.calls).sum::<u64>(), passes.calls);
        let mut attempts = 0;
        for pass in &passes.list {
            let PassKind::Reflection(own) = &pass.kind else { continue };
            for attempt in own {
                attempts += 1;
                course.check(Split::Train, &attempt.before, &text_of(&pool, attempt.parent));
                let Some(child) = &attempt.child else { continue };
                course.check(Split::Train, &child.after, child.candidate.get(COMPONENT).unwrap());
                assert_ne!(child.verdict, Verdict::Open);
            }
        }
        assert!(attempts > 5);
        for (member, found) in pool.members.iter().zip(&passes.found) {
            // A merge that was tried on some tasks has only the rest validated; the cache knows the others.
            if member.origin != Origin::Merge {
                course.check(Split::Validation, &found.tried, &text_of(&pool, member.id));
            }
        }
    }
}

#[test]
fn nothing_ever_moves_in_the_lineage() {
    let mut course = Course::new(2, 150);
    let mut before = Lineage::default();
    let mut grew = 0;
    while course.step() {
        let (_, pool) = course.seen();
        let now = Lineage::of(&pool, true, Direction::Across);
        for (old, new) in before.nodes.iter().zip(&now.nodes) {
            assert_eq!((old.id, old.x, old.y), (new.id, new.x, new.y));
        }
        assert!(
            before.dots.iter().all(|dot| now.dots.iter().any(|own| (own.at, own.x, own.y) == (dot.at, dot.x, dot.y)))
        );
        grew += usize::from(now.nodes.len() > before.nodes.len());
        before = now;
    }
    assert!(grew > 5);
    let mut places: Vec<String> = before.nodes.iter().map(|node| format!("{} {}", node.x, node.y)).collect();
    places.sort();
    places.dedup();
    assert_eq!(places.len(), before.nodes.len(), "two in one place");
    let (_, pool) = course.seen();
    let down = Lineage::of(&pool, false, Direction::Down);
    assert!(down.dots.is_empty());
    assert_eq!(
        down.notes.iter().map(|note| note.text.trim_end_matches('×').parse::<usize>().unwrap()).sum::<usize>(),
        pool.refused.len()
    );
}

#[test]
fn keys_reach_everyone_in_the_lineage() {
    let (_, pool) = Course::run(2, 150).seen();
    let lineage = Lineage::of(&pool, true, Direction::Across);
    let mut seen = vec![lineage.step(Pick::Candidate(CandidateId(3)), Move::First).unwrap()];
    let mut at = 0;
    while at < seen.len() {
        for to in [Move::Child, Move::After, Move::Before, Move::Parent] {
            if let Some(next) = lineage.step(seen[at], to)
                && !seen.contains(&next)
            {
                seen.push(next);
            }
        }
        at += 1;
    }
    assert_eq!(seen.len(), lineage.nodes.len() + lineage.dots.len());
    assert_eq!(lineage.step(seen[0], Move::Parent), None);
    assert!(!pool.refused.is_empty());
}

#[test]
fn the_front_is_what_parents_are_drawn_from() {
    let (_, pool) = Course::run(1, 150).seen();
    let grid = FrontGrid::of(&pool, false, 100);
    assert_eq!((grid.rows.len(), grid.heads.len()), (pool.members.len(), 6));
    let on_front: Vec<_> = pool.members.iter().filter(|member| member.is_on_front()).collect();
    assert!(!on_front.is_empty() && on_front.len() < pool.members.len());
    for member in &pool.members {
        let words = reason(&pool, member);
        assert_eq!(words.starts_with("On the front"), member.is_on_front(), "{words}");
        // One that is kept is the only one kept on some task.
        assert_eq!(!pool.sole(member).is_empty(), member.is_on_front());
    }
    let shown = FrontGrid::of(&pool, true, 100).rows;
    assert!(shown.iter().all(|row| row.is_on_front || row.is_best) && shown.len() >= on_front.len());
    let first = FrontGrid::of(&pool, false, 3);
    assert_eq!((first.rows.len(), first.all), (3, pool.members.len()));
    assert!(grid.sentence.starts_with(&format!("{} of {}", on_front.len(), pool.members.len())), "{}", grid.sentence);
    // Columns stand in the order of task numbers, whatever the order in which they were drawn.
    let labels: Vec<&str> = grid.heads.iter().map(|head| &*head.label).collect();
    assert_eq!(labels, ["0", "1", "2", "3", "4", "5"]);
    assert!(grid.heads[0].title.starts_with("dev 0: "));
}

#[test]
fn where_nothing_is_solved_nobody_is_ahead() {
    let mut host = Host::retail(1, RehearsalCoach::new(1));
    let mut setup = host.setup(20);
    setup.seed_instruction = "Say nothing.".into();
    // The one task that the seed wins by luck is not among these.
    setup.datasets.pareto.tasks.retain(|task| *task < 4);
    let evolution = host.run(&setup);
    let passes = Passes::of(&evolution);
    let pool = Pool::of(&evolution, &passes, None);
    assert!(pool.members[0].scores.iter().all(|score| *score == Some(0.0)));
    let alone = Pool { members: pool.members[..1].to_vec(), ..pool.clone() };
    assert_eq!(FrontGrid::of(&alone, false, 9).sentence, "No task is solved yet, so no candidate is ahead of another.");
}

#[test]
fn a_result_from_a_file_shows_the_same_pool() {
    let course = Course::run(3, 100);
    let (_, live) = course.seen();
    let written = json::dumps(&course.evolution.optimizer().result().to_value());
    let result = RunResult::from_value(&json::loads(&written).unwrap()).unwrap();
    let read = Pool::of_result(&result);
    assert_eq!((read.best, read.calls), (live.best, live.calls));
    for (one, other) in live.members.iter().zip(&read.members) {
        assert_eq!(
            (one.id, &one.texts, &one.parents, one.generation),
            (other.id, &other.texts, &other.parents, other.generation)
        );
        assert_eq!((&one.scores, &one.holds, one.score), (&other.scores, &other.holds, other.score));
        assert_eq!((one.found_at, one.tickets), (other.found_at, other.tickets));
    }
    let view = ProposalView::of(&read, None, Pick::Candidate(CandidateId(1)), &[]).unwrap();
    assert_eq!(view.parents, [CandidateId(0)]);
    assert!(Chart::of(&read, 600.0, 200.0).best.starts_with('M'));
}

#[test]
fn a_step_is_told_while_it_goes_on() {
    let mut course = Course::new(1, 60);
    let mut told: Vec<String> = Vec::new();
    loop {
        let (passes, pool) = course.seen();
        if let Some(last) = passes.list.len().checked_sub(1) {
            let view = StepView::of(&course.evolution, &passes, &pool, last).unwrap();
            let open = view.parts.iter().flat_map(|part| &part.lines).filter(|line| line.is_open);
            told.extend(open.map(|line| line.before.clone() + &line.after));
        }
        if told.len() > 6 || !course.step() {
            break;
        }
    }
    for words in [
        " on the 6 tasks of the Pareto set: 0 of 6 rollouts done …",
        "0 of 3 rollouts done …",
        "The reflection model reads 3 conversations",
        "The child on the same tasks: 0 of 3 rollouts done …",
        "Now on all 6 tasks of the Pareto set: 0 of 6 rollouts done …",
    ] {
        assert!(told.iter().any(|line| line.contains(words)), "{words} is not in {told:#?}");
    }
}

#[test]
fn a_finished_pass_says_what_was_decided_and_why() {
    let course = Course::run(1, 150);
    let (passes, pool) = course.seen();
    let mut verdicts = (0, 0);
    for entry in 0..passes.list.len() {
        let view = StepView::of(&course.evolution, &passes, &pool, entry).unwrap();
        let lines: Vec<String> = view
            .parts
            .iter()
            .flat_map(|part| &part.lines)
            .map(|line| {
                format!(
                    "{}{}{}{}",
                    line.before,
                    line.who.as_ref().map_or("", |who| &who.1),
                    line.after,
                    line.verdict.as_ref().map_or("", |own| &own.1)
                )
            })
            .collect();
        assert!(view.parts.iter().flat_map(|part| &part.lines).all(|line| !line.is_open), "{lines:#?}");
        let said = |words: &str| lines.iter().any(|line| line.contains(words));
        match &passes.list[entry].kind {
            PassKind::Seed => assert!(said("The seed on the 6 tasks of the Pareto set: 0.17."), "{lines:#?}"),
            PassKind::Reflection(attempts) if attempts.iter().all(|attempt| attempt.child.is_some()) => {
                assert!(said("Parent: "), "{lines:#?}");
                if passes.list[entry].joined.is_empty() {
                    verdicts.0 += 1;
                    assert!(said("Not better: rejected."), "{lines:#?}");
                } else {
                    verdicts.1 += 1;
                    assert!(said("Better: accepted.") && said("In the pool as candidate"), "{lines:#?}");
                    assert!(view.parts[0].luck.as_ref().is_some_and(|luck| luck.contains("1 time in")));
                    assert!(view.parts[0].rows.iter().any(|row| row.change == "better"));
                }
            }
            _ => {}
        }
    }
    assert!(verdicts.0 > 0 && verdicts.1 > 5);
    let lines = pass_lines(&passes);
    assert_eq!(lines.len(), passes.list.len());
    assert_eq!(lines.last().unwrap().title, "The seed");
}

#[test]
fn what_a_person_did_is_told_apart() {
    let mut course = Course::new(5, 60);
    while !matches!(course.evolution.due(), Due::Leave { .. }) {
        assert!(course.step());
    }
    course.evolution.introduce("Be kind.", vec![CandidateId(0)]).unwrap();
    let mut edited = false;
    loop {
        if let (Due::Reflections(_), false) = (course.evolution.due(), edited) {
            edited = true;
            let reply = Reply { raw: "```\nfrom the model".into(), edited: Some("By hand: #W1234.".into()) };
            course.evolution.reply(0, reply).unwrap();
        } else if !course.step() {
            break;
        }
    }
    let (passes, pool) = course.seen();
    let hand = &pool.members[1];
    assert_eq!((hand.origin, text_of(&pool, hand.id)), (Origin::Hand, "Be kind.".to_owned()));
    course.check(Split::Validation, &passes.found[1].tried, "Be kind.");
    assert_eq!((passes.list[1].calls, passes.list[1].began_at), (6, 6));
    assert_eq!(passes.list.iter().map(|pass| pass.calls).sum::<u64>(), passes.calls);
    // A text without any rule does no better: it was turned down, and is kept to be looked at.
    assert_eq!(pool.refused[0].verdict, Verdict::Refused(Rejection::NotBetter));
    let facts = ["#W1234".to_owned()];
    let view = ProposalView::of(&pool, Some((&course.evolution, &passes)), Pick::Refused(0), &facts).unwrap();
    assert!(view.reason.ends_with("Not better: rejected."), "{}", view.reason);
    let minibatch = view.minibatch.as_ref().unwrap();
    assert_eq!((minibatch.rows.len(), &*minibatch.after), (3, "Child"));
    assert_eq!((&*view.text, view.exchanges[0].was_edited), ("By hand: #W1234.", true));
    for words in ["never closed", "A person edited it"] {
        assert!(view.doubts.iter().any(|doubt| doubt.contains(words)), "{:?}", view.doubts);
    }
    let change = &ProposalView::changes(&pool, Pick::Refused(0), Some(view.parents[0]))[0];
    assert_eq!((&*change.old, &*change.new), (&*text_of(&pool, view.parents[0]), "By hand: #W1234."));
}

#[test]
fn the_best_is_current_and_no_share_is_told_without_a_draw() {
    let mut course = Course::new(1, 60);
    let mut setup = course.host.setup(60);
    setup.config.parent_selector = ParentSelector::CurrentBest;
    course.evolution = Evolution::new(&setup).unwrap();
    while course.step() {}
    let (passes, pool) = course.seen();
    assert!(!pool.draws && FrontGrid::of(&pool, false, 100).rows.iter().all(|row| row.chance.is_empty()));
    let entry = passes.list.len() - 1;
    let view = StepView::of(&course.evolution, &passes, &pool, entry).unwrap();
    assert_eq!(view.parts[0].lines[0].after, ", the best so far.");
    assert!(pool.members.iter().any(|member| member.holds.contains(&Hold::Shared)));
}

#[test]
fn repeats_are_told_rollout_by_rollout() {
    let mut course = Course::new(1, 120);
    let mut setup = course.host.setup(120);
    (setup.repeats, setup.config.criterion) = (3, Criterion::sign_test());
    course.evolution = Evolution::new(&setup).unwrap();
    while course.step() {}
    let (passes, pool) = course.seen();
    let mut told = 0;
    for (entry, pass) in passes.list.iter().enumerate() {
        let PassKind::Reflection(attempts) = &pass.kind else { continue };
        for attempt in attempts {
            let mean = |tried: &Tried| tried.rollouts.iter().map(|number| course.rollouts[number].1).sum::<f64>() / 3.0;
            for tried in attempt.before.iter().chain(attempt.child.iter().flat_map(|child| &child.after)) {
                assert_eq!(tried.rollouts.len(), 3);
                assert!((mean(tried) - tried.score.unwrap()).abs() < 1e-9);
            }
        }
        let view = StepView::of(&course.evolution, &passes, &pool, entry).unwrap();
        for luck in view.parts.iter().filter_map(|part| part.luck.as_ref()) {
            assert!(luck.contains(" of 9 pairs of rollouts"), "{luck}");
            told += 1;
        }
    }
    assert!(told > 1);
}
