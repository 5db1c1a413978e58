//! Rollouts of the rehearsal cast on the starter worlds: how fast they are, and how many are won.

use std::future::Future;
use std::sync::Arc;

use futures::FutureExt;
use taupe::cast::{Agenda, RehearsalAgent, RehearsalCustomer, Style, trial_seed};
use taupe::domain::{Task, World};
use taupe::pack::STARTERS;
use taupe::rollout::{AgentSettings, DEFAULT_MAX_STEPS, Episode, Gate, Seats, drive};

use crate::figures::Figure;

const WORLDS: [&str; 2] =
    [include_str!("../../assets/worlds/retail.json"), include_str!("../../assets/worlds/airline.json")];
const SPLITS: [&str; 3] = ["train", "dev", "test"];

/// How many rollouts are made.
const ROLLOUTS: u32 = 1_000;
/// How long rollouts follow one another before the page may breathe, in milliseconds.
const SLICE_MS: f64 = 8.0;
/// What the trials of the rollouts that are timed are drawn from.
const SEED: u64 = 1;
/// What the shares that are won are means over, as in the calibration's test: one seed says little.
const SHARE_SEEDS: u64 = 10;
const TRIALS: u32 = 4;

/// A starter world with its two instructions.
struct Own {
    world: Arc<World>,
    policy: String,
    seed: String,
}

/// Measures the cast. `breathe` gives the page a turn; natively there is nothing to wait for.
pub async fn figures<B: Future<Output = ()>>(
    now_ms: &dyn Fn() -> f64,
    breathe: impl Fn() -> B,
) -> Result<Vec<Figure>, String> {
    let (shop, airline) = (own(0)?, own(1)?);
    let (per_second, longest_ms) = speed(&shop, now_ms, &breathe).await?;
    let (airline_per_second, airline_longest_ms) = speed(&airline, now_ms, &breathe).await?;
    Ok(vec![
        Figure { name: "cast.rollouts", value: per_second, unit: "per_s" },
        Figure { name: "cast.longest_task", value: longest_ms, unit: "ms" },
        Figure { name: "cast.seed_win", value: share(&shop.world, &shop.seed)?, unit: "share" },
        Figure { name: "cast.policy_win", value: share(&shop.world, &shop.policy)?, unit: "share" },
        Figure { name: "cast.airline_rollouts", value: airline_per_second, unit: "per_s" },
        Figure { name: "cast.airline_longest_task", value: airline_longest_ms, unit: "ms" },
        Figure { name: "cast.airline_seed_win", value: share(&airline.world, &airline.seed)?, unit: "share" },
        Figure { name: "cast.airline_policy_win", value: share(&airline.world, &airline.policy)?, unit: "share" },
    ])
}

fn own(at: usize) -> Result<Own, String> {
    let starter = STARTERS[at].read(WORLDS[at].as_bytes()).map_err(|error| error.to_string())?;
    Ok(Own { policy: starter.world.policy.clone(), world: Arc::new(starter.world), seed: starter.seed_instruction })
}

/// Rollouts a second, and the longest time between two breaths in milliseconds.
async fn speed<B: Future<Output = ()>>(
    own: &Own,
    now_ms: &dyn Fn() -> f64,
    breathe: &impl Fn() -> B,
) -> Result<(f64, f64), String> {
    let tasks: Vec<Arc<Task>> =
        SPLITS.iter().flat_map(|split| own.world.tasks(split).unwrap_or_default()).cloned().collect();
    let (mut busy_ms, mut longest_ms) = (0.0, 0.0);
    let mut from = now_ms();
    for (at, task) in (0..ROLLOUTS).zip(tasks.iter().cycle()) {
        // Half of them with each instruction: they differ in how long they talk.
        let instruction = if at % 2 == 0 { &own.policy } else { &own.seed };
        rollout(&own.world, task, instruction, SEED, at)?;
        let passed = now_ms() - from;
        if passed >= SLICE_MS || at + 1 == ROLLOUTS {
            busy_ms += passed;
            longest_ms = f64::max(longest_ms, passed);
            breathe().await;
            from = now_ms();
        }
    }
    Ok((f64::from(ROLLOUTS) * 1000.0 / busy_ms, longest_ms))
}

/// The share of the test tasks' trials that are won.
fn share(world: &Arc<World>, instruction: &str) -> Result<f64, String> {
    let tasks = world.tasks("test").unwrap_or_default();
    let mut won = 0.0;
    for seed in 0..SHARE_SEEDS {
        for (task, trial) in tasks.iter().flat_map(|task| (0..TRIALS).map(move |trial| (task, trial))) {
            won += rollout(world, task, instruction, seed, trial)?;
        }
    }
    Ok(won / (tasks.len() as f64 * f64::from(TRIALS) * SHARE_SEEDS as f64))
}

/// One rollout from its first word to its reward.
fn rollout(world: &Arc<World>, task: &Arc<Task>, instruction: &str, seed: u64, trial: u32) -> Result<f64, String> {
    let seed = trial_seed(seed, &task.id, trial);
    let settings = AgentSettings { instruction: instruction.to_owned(), ..AgentSettings::default() };
    let mut episode = Episode::new(Arc::clone(world), Arc::clone(task), settings, DEFAULT_MAX_STEPS);
    let (agent, user) =
        (RehearsalAgent::new(seed), RehearsalCustomer::new(Agenda::of_task(world, task), Style::default(), seed));
    // Programs answer at once, so the whole rollout is done when it is first polled.
    drive(&mut episode, Seats { agent: &agent, user: &user }, &Gate::default(), &mut |_, _| {})
        .now_or_never()
        .ok_or("a program of the cast did not answer at once")?;
    let reward = episode.ending().and_then(taupe::rollout::Ending::reward);
    reward.ok_or_else(|| format!("the rollout of {} has no verdict", task.id))
}
