//! Rollouts of the rehearsal agent with the rehearsal customer.

use std::sync::Arc;

use futures::executor::block_on;
use taupe::cast::{Agenda, RehearsalAgent, RehearsalCustomer, Style, trial_seed};
use taupe::domain::{Task, World};
use taupe::pack::STARTERS;
use taupe::rollout::{AgentSettings, DEFAULT_MAX_STEPS, Episode, Gate, Seats, StepKind, drive};

const WORLD: &str = include_str!("../../assets/worlds/retail.json");
const AIRLINE: &str = include_str!("../../assets/worlds/airline.json");

/// The starter world with its policy and its one-line instruction.
pub struct Shop {
    pub world: Arc<World>,
    pub policy: String,
    pub seed: String,
}

pub fn shop() -> Shop {
    starter(0, WORLD)
}

/// The airline's starter world.
pub fn airline() -> Shop {
    starter(1, AIRLINE)
}

fn starter(at: usize, content: &str) -> Shop {
    let starter = STARTERS[at].read(content.as_bytes()).expect("the committed world can be read");
    let policy = starter.world.policy.clone();
    Shop { world: Arc::new(starter.world), policy, seed: starter.seed_instruction }
}

/// The tasks of a split.
pub fn tasks(world: &World, split: &str) -> Vec<Arc<Task>> {
    world.tasks(split).expect("the split is there").to_vec()
}

/// A finished rollout.
pub fn run(world: &Arc<World>, task: &Arc<Task>, instruction: &str, style: Style, base: u64, trial: u32) -> Episode {
    let seed = trial_seed(base, &task.id, trial);
    let settings = AgentSettings { instruction: instruction.to_owned(), ..AgentSettings::default() };
    let mut episode = Episode::new(Arc::clone(world), Arc::clone(task), settings, DEFAULT_MAX_STEPS);
    let agent = RehearsalAgent::new(seed);
    let user = RehearsalCustomer::new(Agenda::of_task(world, task), style, seed);
    block_on(drive(&mut episode, Seats { agent: &agent, user: &user }, &Gate::default(), &mut |_, _| {}));
    episode
}

pub fn reward(episode: &Episode) -> f64 {
    episode.ending().and_then(|ending| ending.reward()).expect("a rollout of programs is judged")
}

/// The conversation as text, for failures.
pub fn transcript(episode: &Episode) -> String {
    let mut text = String::new();
    for step in episode.trajectory() {
        match &step.kind {
            StepKind::UserSaid { words, .. } => text.push_str(&format!("  customer: {words}\n")),
            StepKind::AgentSaid { words, .. } => {
                text.push_str(&format!("  agent: {}\n", words.as_deref().unwrap_or("-")))
            }
            StepKind::ToolCalled { action, outcome, .. } => {
                let result: String = outcome.observation.chars().take(60).collect();
                let args: Vec<String> =
                    action.kwargs.iter().map(|(k, v)| format!("{k}={}", taupe::py::json::dumps(v))).collect();
                text.push_str(&format!("  call: {}({}) -> {result}\n", action.name, args.join(", ")));
            }
            StepKind::Unreadable { error, .. } => text.push_str(&format!("  unreadable: {}\n", error.message)),
        }
    }
    text
}

/// The share of trials won over tasks.
pub fn share(world: &Arc<World>, tasks: &[Arc<Task>], instruction: &str, base: u64, trials: u32) -> f64 {
    let mut won = 0.0;
    for task in tasks {
        for trial in 0..trials {
            won += reward(&run(world, task, instruction, Style::default(), base, trial));
        }
    }
    won / (tasks.len() as f64 * f64::from(trials))
}
