//! What is measured, the same natively and in the browser. The clock is handed in.

use std::hint::black_box;
use std::sync::Arc;

use taupe::domain::{Action, Database, RESPOND, Task, World, by_name};
use taupe::pack::{Manifest, Pack, PackBuilder};
use taupe::py::{Dict, Value};
use taupe::rollout::environment::{Environment, STOP, UserReply};

use crate::gepa::Iterations;

/// Each figure is the median of at least so many rounds, and of rounds for at least so long.
const ROUNDS: usize = 9;
const ROUNDS_MS: f64 = 300.0;

/// The split whose tasks are used.
const SPLIT: &str = "test";

/// What the figures of a pack are called. The replays are of all its test tasks.
const RETAIL: [&str; 6] = [
    "retail.read_call",
    "retail.write_call",
    "retail.fresh_env",
    "retail.hash",
    "retail.replay115",
    "retail.read_pack",
];
const AIRLINE: [&str; 6] = [
    "airline.read_call",
    "airline.write_call",
    "airline.fresh_env",
    "airline.hash",
    "airline.replay50",
    "airline.read_pack",
];

/// The tables whose records a tool looks up: table, tool, its parameter. Those that a domain does not have are empty.
const LOOKUPS: [(&str, &str, &str); 4] = [
    ("orders", "get_order_details", "order_id"),
    ("products", "get_product_details", "product_id"),
    ("reservations", "get_reservation_details", "reservation_id"),
    ("users", "get_user_details", "user_id"),
];

/// A result, as it is printed.
pub struct Figure {
    pub name: &'static str,
    pub value: f64,
    pub unit: &'static str,
}

/// A world to measure on, with the time that it took to read.
pub struct Bench<'a> {
    pack: Pack,
    manifest: &'static Manifest,
    /// Milliseconds since any fixed moment.
    now_ms: &'a dyn Fn() -> f64,
    files: &'a [Vec<u8>],
}

impl<'a> Bench<'a> {
    /// Reads the pack's files, which are in the manifest's order.
    pub fn new(manifest: &'static Manifest, files: &'a [Vec<u8>], now_ms: &'a dyn Fn() -> f64) -> Result<Self, String> {
        Ok(Self { pack: read(manifest, files)?, manifest, now_ms, files })
    }

    /// Measures everything.
    pub fn figures(&self) -> Result<Vec<Figure>, String> {
        let us = |name, value| Figure { name, value, unit: "us" };
        let ms = |name, value: f64| Figure { name, value: value / 1000.0, unit: "ms" };
        let names = if self.manifest.domain == "airline" { AIRLINE } else { RETAIL };
        Ok(vec![
            us(names[0], self.read_call()?),
            us(names[1], self.write_call()?),
            us(names[2], self.fresh_env()?),
            us(names[3], self.hash()?),
            ms(names[4], self.replay()?),
            ms(names[5], self.read_pack()?),
        ])
    }

    /// A pass of the optimiser, which needs no pack.
    pub fn optimiser(&self) -> Result<Figure, String> {
        Ok(Figure { name: "gepa.iteration", value: self.iteration()?, unit: "us" })
    }

    /// Every record of every table looked up by the tool for it.
    fn read_call(&self) -> Result<f64, String> {
        let world = self.world()?;
        let mut calls = Vec::new();
        for (table, tool, parameter) in LOOKUPS {
            let ids = world.database.table(table).into_iter().flat_map(|table| table.iter());
            calls.extend(ids.map(|(id, _)| {
                let kwargs: Dict = [(parameter, Value::Str(id.clone()))].into_iter().collect();
                Action { name: tool.to_owned(), kwargs }
            }));
        }
        let mut database = world.database.clone();
        self.time(|| run(&world, &mut database, &calls))
    }

    /// The writes among each task's expected actions, on a fresh database.
    fn write_call(&self) -> Result<f64, String> {
        let world = self.world()?;
        let writes: Vec<Vec<Action>> = tasks(&world)?.iter().map(|task| writes(&world, task)).collect();
        self.time(|| {
            let mut calls = 0;
            for writes in &writes {
                let mut database = world.database.clone();
                calls += run(&world, &mut database, writes)?;
                black_box(database);
            }
            Ok(calls)
        })
    }

    /// A new environment, reset and ready for its first step.
    fn fresh_env(&self) -> Result<f64, String> {
        let world = self.world()?;
        let tasks = tasks(&world)?;
        self.time(|| {
            for task in tasks.iter().cycle().take(10_000) {
                let mut environment = Environment::new(Arc::clone(&world), Arc::clone(task));
                black_box(environment.reset(reply("Hi")));
                black_box(environment);
            }
            Ok(10_000)
        })
    }

    /// The hash of a database that was written to, as the reward needs it.
    fn hash(&self) -> Result<f64, String> {
        let world = self.world()?;
        let tasks = tasks(&world)?;
        let mut written = Vec::new();
        for task in tasks.iter().filter(|task| !writes(&world, task).is_empty()).take(5) {
            let mut database = world.database.clone();
            run(&world, &mut database, &writes(&world, task))?;
            written.push(database);
        }
        self.time(|| {
            for database in &written {
                black_box(database.hash());
            }
            Ok(written.len())
        })
    }

    /// All tasks from a fresh environment to the reward, the reference state included; in microseconds for all.
    fn replay(&self) -> Result<f64, String> {
        let mut rounds = Vec::new();
        let started = (self.now_ms)();
        while rounds.len() < ROUNDS || (self.now_ms)() - started < ROUNDS_MS {
            // A world remembers its references, so each round needs a new one; reading it is not part of the figure.
            let world = self.world()?;
            let before = (self.now_ms)();
            for task in tasks(&world)? {
                let reward = replay(&world, task)?;
                if reward < 1.0 {
                    return Err(format!("replaying {} {} gave the reward {reward}", task.id.split, task.id.index));
                }
            }
            rounds.push(((self.now_ms)() - before) * 1000.0);
        }
        Ok(median(rounds))
    }

    /// The pack from the bytes of its files.
    fn read_pack(&self) -> Result<f64, String> {
        self.time(|| {
            black_box(read(self.manifest, self.files)?);
            Ok(1)
        })
    }

    /// A pass of the optimiser at 100 candidates and 50 validation examples, without rollouts and model calls.
    fn iteration(&self) -> Result<f64, String> {
        let iterations = Iterations::new()?;
        let mut rounds = Vec::new();
        let started = (self.now_ms)();
        while rounds.len() < ROUNDS || (self.now_ms)() - started < ROUNDS_MS {
            rounds.push(iterations.round(self.now_ms)?);
        }
        Ok(median(rounds))
    }

    fn world(&self) -> Result<Arc<World>, String> {
        let domain = by_name(self.manifest.domain).ok_or_else(|| format!("no domain {}", self.manifest.domain))?;
        Ok(Arc::new(self.pack.clone().into_world(domain)))
    }

    /// Microseconds per call of a round that says how many calls it made.
    fn time(&self, mut round: impl FnMut() -> Result<usize, String>) -> Result<f64, String> {
        let mut rounds = Vec::new();
        let started = (self.now_ms)();
        while rounds.len() < ROUNDS || (self.now_ms)() - started < ROUNDS_MS {
            let before = (self.now_ms)();
            let calls = round()?;
            rounds.push(((self.now_ms)() - before) * 1000.0 / calls.max(1) as f64);
        }
        Ok(median(rounds))
    }
}

fn read(manifest: &'static Manifest, files: &[Vec<u8>]) -> Result<Pack, String> {
    let mut builder = PackBuilder::new(manifest);
    for (index, content) in files.iter().enumerate() {
        builder.add(index, content).map_err(|error| error.to_string())?;
    }
    builder.finish().map_err(|error| error.to_string())
}

fn tasks(world: &World) -> Result<&[Arc<Task>], String> {
    world.tasks(SPLIT).ok_or_else(|| format!("the pack has no split {SPLIT}"))
}

fn writes(world: &World, task: &Task) -> Vec<Action> {
    let is_write = |action: &&Action| world.domain.tool(&action.name).is_some_and(|tool| tool.writes);
    task.expected_actions.iter().filter(is_write).cloned().collect()
}

/// Runs the calls; returns their number.
fn run(world: &World, database: &mut Database, calls: &[Action]) -> Result<usize, String> {
    for call in calls {
        let outcome = world.domain.call(database, &call.name, &call.kwargs).map_err(|error| error.to_string())?;
        black_box(outcome);
    }
    Ok(calls.len())
}

/// The reward for an agent that does what is expected, says what is asked for, and a user who then leaves.
fn replay(world: &Arc<World>, task: &Arc<Task>) -> Result<f64, String> {
    let mut environment = Environment::new(Arc::clone(world), Arc::clone(task));
    environment.reset(reply("Hi"));
    for action in task.expected_actions.iter().filter(|action| action.name != RESPOND) {
        let response = environment.step_tool(action.clone()).map_err(|error| error.to_string())?;
        if response.done {
            return Ok(response.reward);
        }
    }
    let content = Value::from(task.outputs.join(" ").as_str());
    let kwargs: Dict = [("content", content)].into_iter().collect();
    let farewell = Action { name: RESPOND.to_owned(), kwargs };
    let response = environment.step_respond(farewell, reply(STOP)).map_err(|error| error.to_string())?;
    Ok(response.reward)
}

fn reply(text: &str) -> UserReply {
    UserReply { text: text.to_owned(), cost_usd: None }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
