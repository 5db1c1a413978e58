//! Evolutions with the rehearsal cast in every seat, on the starter shop: how far they climb with a coach that knows its
//! trade, and with one that does not. The same runs as `tests/evolve/climb.rs` checks.

use taupe::cast::RehearsalCoach;
use taupe::evolve::COMPONENT;

use crate::figures::Figure;
use crate::host::Host;

const SEEDS: u64 = 10;
const BUDGET: u64 = 150;
const TRIALS: u32 = 4;
/// The gain in held-out reward from which on a seed is won.
const GAIN: f64 = 0.3;

/// Measures it.
pub fn figures() -> Vec<Figure> {
    let won = (0..SEEDS).filter(|base| gain(*base, RehearsalCoach::new(*base)) >= GAIN).count();
    let control = (0..SEEDS).map(|base| gain(base, RehearsalCoach::irrelevant(base))).sum::<f64>() / SEEDS as f64;
    vec![
        Figure { name: "gepa.climb.seeds_won", value: won as f64, unit: "of10" },
        Figure { name: "gepa.control.gain", value: control, unit: "reward" },
    ]
}

/// By how much the best candidate's held-out reward is above the seed's.
fn gain(base: u64, coach: RehearsalCoach) -> f64 {
    let mut host = Host::retail(base, coach);
    let setup = host.setup(BUDGET);
    let evolution = host.run(&setup);
    let state = evolution.optimizer().state();
    let best = state.candidates().get(state.best().index()).and_then(|best| best.get(COMPONENT)).cloned();
    let best = best.unwrap_or_else(|| host.seed_instruction.as_str().into());
    host.held_out(&setup, &best, TRIALS) - host.held_out(&setup, &host.seed_instruction, TRIALS)
}
