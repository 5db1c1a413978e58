use super::host::Host;
use taupe::cast::RehearsalCoach;
use taupe::evolve::{COMPONENT, Feedback};
use taupe::gepa::*;

#[test]
fn tune() {
    for (name, feedback, mb, merge) in [("o3", Feedback::Outcome, 3, false), ("f3", Feedback::Findings, 3, false)] {
        let (mut won, mut all) = (0, Vec::new());
        let lo: u64 = std::env::var("LO").ok().and_then(|t| t.parse().ok()).unwrap_or(0);
        for base in lo..lo + 60 {
            let mut host = Host::retail(base, RehearsalCoach::new(base));
            host.feedback = feedback;
            let mut setup = host.setup(150);
            setup.config.minibatch_size = mb;
            if merge { setup.config.merge = Some(MergeSettings::default()); }
            let evolution = host.run(&setup);
            let state = evolution.optimizer().state();
            let best = state.candidates()[state.best().index()].get(COMPONENT).unwrap();
            let gain = host.held_out(&setup, best, 4) - host.held_out(&setup, &host.seed_instruction, 4);
            won += u32::from(gain >= 0.3);
            all.push((gain * 100.0) as i32);
            if name == "none" && gain < 0.3 {
                println!("== {base} gain {gain:.2} best {:?} aggregates {:?}\n{best}", state.best(), state.aggregates());
                for step in evolution.steps() {
                    match &step.event {
                        Event::CandidateRejected { iteration, before, after, candidate, parent, .. } => println!("  {iteration} rejected {parent:?} {before:?}->{after:?} {:?}", candidate.get(COMPONENT).unwrap().lines().last()),
                        Event::CandidateAccepted { iteration, parents, .. } => println!("  {iteration} accepted {parents:?}"),
                        Event::EvaluationSkipped { iteration, .. } => println!("  {iteration} skipped"),
                        Event::ValidationEvaluated { id, candidate, scores, .. } => println!("  val {id:?} {scores:?} {:?}", candidate.get(COMPONENT).unwrap().lines().last()),
                        _ => {}
                    }
                }
            }
        }
        println!("{name}: {won} of {}, first ten {} mean {:.1}", all.len(), all.iter().take(10).filter(|g| **g >= 30).count(), all.iter().sum::<i32>() as f64 / all.len() as f64);
    }
}
