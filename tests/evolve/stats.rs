use super::host::Host;
use taupe::cast::RehearsalCoach;
use taupe::cast::rules::{Lessons, RULES};
use taupe::evolve::COMPONENT;
use taupe::gepa::*;

#[test]
fn stats() {
    let (mut skipped, mut rejected, mut accepted, mut idle, mut both) = (0, 0, 0, 0, 0);
    let mut missing: std::collections::BTreeMap<&str, u32> = Default::default();
    let mut tried: std::collections::BTreeMap<String, (u32, u32)> = Default::default();
    for base in 0..30 {
        let mut host = Host::retail(base, RehearsalCoach::new(base));
        let setup = host.setup(150);
        let evolution = host.run(&setup);
        let pool = evolution.optimizer().state().candidates().to_vec();
        let text = |c: &Candidate| c.get(COMPONENT).unwrap().to_string();
        for step in evolution.steps() {
            match &step.event {
                Event::CandidateRejected { candidate, parent, .. } => {
                    rejected += 1;
                    let new: Vec<_> = Lessons::of(&text(candidate)).taught().map(|r| r.info().id).collect();
                    let old: Vec<_> = Lessons::of(&text(&pool[parent.index()])).taught().map(|r| r.info().id).collect();
                    let added: Vec<_> = new.iter().filter(|n| !old.contains(n)).copied().collect();
                    if added.is_empty() { idle += 1; }
                    if added.len() == 2 { both += 1; }
                    for a in added { tried.entry(a.to_string()).or_default().1 += 1; }
                }
                Event::CandidateAccepted { candidate, parents, .. } => {
                    accepted += 1;
                    let new: Vec<_> = Lessons::of(&text(&pool[candidate.index()])).taught().map(|r| r.info().id).collect();
                    let old: Vec<_> = Lessons::of(&text(&pool[parents[0].index()])).taught().map(|r| r.info().id).collect();
                    for a in new.iter().filter(|n| !old.contains(n)) { tried.entry(a.to_string()).or_default().0 += 1; }
                }
                Event::EvaluationSkipped { .. } => skipped += 1,
                _ => {}
            }
        }
        let state = evolution.optimizer().state();
        let best = text(&state.candidates()[state.best().index()]);
        let lessons = Lessons::of(&best);
        let taught: Vec<_> = lessons.taught().map(|r| r.info().id).collect();
        for info in RULES { if !taught.contains(&info.id) { *missing.entry(info.id).or_default() += 1; } }
    }
    println!("skipped {skipped} rejected {rejected} (idle {idle}, two {both}) accepted {accepted}\nmissing {missing:?}\ntried (acc, rej) {tried:?}");
}
