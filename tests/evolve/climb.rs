//! With no model at all an evolution climbs, and with useless advice it does not.

use taupe::cast::RehearsalCoach;
use taupe::evolve::COMPONENT;

use super::host::Host;

const BUDGET: u64 = 150;
const TRIALS: u32 = 4;

/// Held-out rewards of the seed and of the best candidate.
fn climb(base: u64, coach: RehearsalCoach) -> (f64, f64) {
    let mut host = Host::retail(base, coach);
    let setup = host.setup(BUDGET);
    let evolution = host.run(&setup);
    let state = evolution.optimizer().state();
    let best = state.candidates()[state.best().index()].get(COMPONENT).unwrap();
    (host.held_out(&setup, &host.seed_instruction, TRIALS), host.held_out(&setup, best, TRIALS))
}

#[test]
fn nine_of_ten_seeds_gain_three_tenths() {
    let mut won = 0;
    for base in 0..10 {
        let (seed, best) = climb(base, RehearsalCoach::new(base));
        println!("seed {base}: {seed:.3} → {best:.3}");
        won += u32::from(best - seed >= 0.3);
    }
    assert!(won >= 9, "{won} of 10");
}

#[test]
fn irrelevant_advice_gains_nothing() {
    let gains: Vec<f64> = (0..10)
        .map(|base| {
            let (seed, best) = climb(base, RehearsalCoach::irrelevant(base));
            println!("seed {base}: {seed:.3} → {best:.3}");
            best - seed
        })
        .collect();
    let mean = gains.iter().sum::<f64>() / gains.len() as f64;
    assert!(mean.abs() < 0.05, "{mean}: {gains:?}");
}
