//! Sequences of the random generator, one vector for each named list of a seed.

use taupe::py::random::Random;
use taupe::py::{List, Value, text};

use crate::tally::Tally;
use crate::vectors::{self, Problem, Vectors, list, wrong};

pub fn random(vectors: &Vectors) -> Result<Tally, Problem> {
    let mut tally = Tally::default();
    let seeds = vectors.only()?.as_list().ok_or_else(|| wrong("the file", "a list"))?;
    for record in seeds.iter() {
        let seed = vectors::int(record, "seed")?;
        for (name, expected) in record.as_dict().into_iter().flat_map(|entries| entries.iter()) {
            if &**name == "seed" {
                continue;
            }
            tally.vector(&format!("seed {seed}"), |differences| {
                let mut random = Random::new(seed);
                let actual = draw(&mut random, name, expected)?;
                differences.same(name, &text::repr(expected), &text::repr(&actual));
                Ok(())
            })?;
        }
    }
    Ok(tally)
}

/// What a fresh generator gives for a list named such as `randint(0,50) x 6`; of the expected value only the size is
/// used.
fn draw(random: &mut Random, name: &str, expected: &Value) -> Result<Value, Problem> {
    let count = || expected.as_list().map(|list| list.len()).ok_or_else(|| wrong(name, "a list"));
    let numbers = arguments(name);
    match (name.split(['(', ' ']).next().unwrap_or_default(), &*numbers) {
        ("getrandbits32", _) => repeat(count()?, || Ok(int(random.getrandbits(32)))),
        ("random", _) => repeat(count()?, || Ok(Value::Float(random.random()))),
        ("randint", &[low, high]) => repeat(count()?, || random.randint(low, high).map(Value::Int).map_err(unexpected)),
        ("shuffle", &[size]) => Ok(shuffled(random, size)),
        ("second", &[size]) => {
            shuffled(random, size);
            Ok(shuffled(random, size))
        }
        ("sample", &[size, chosen]) => repeat(count()?, || {
            let chosen = usize::try_from(chosen).map_err(|_| wrong(name, "a size"))?;
            let sample = random.sample(&range(size), chosen).map_err(unexpected)?;
            Ok(Value::List(sample.into()))
        }),
        ("run", _) => run(random, expected),
        ("gepa", _) => {
            let sets = expected.as_dict().ok_or_else(|| wrong(name, "an object"))?;
            let drawn = sets.keys().map(|set| Ok((set.clone(), shuffled(random, length(list(expected, set)?)))));
            drawn.collect::<Result<_, Problem>>().map(Value::Dict)
        }
        _ => Err(Problem::malformed(format!("unknown list `{name}`"))),
    }
}

/// A run draws the first environment's task, then shuffles the ids anew for each trial.
fn run(random: &mut Random, expected: &Value) -> Result<Value, Problem> {
    let mut actual = expected.as_dict().cloned().ok_or_else(|| wrong("run", "an object"))?;
    let trials = list(expected, "trial_orders_if_shuffle")?;
    let tasks = trials.first().and_then(Value::as_list).map(length).ok_or_else(|| wrong("run", "with trials"))?;
    // The original's bound is one too high.
    let first = random.randint(0, tasks).map_err(unexpected)?;
    actual.set("first_task_index", first);
    actual.set("get_env_raises_IndexError", first == tasks);
    actual.set("trial_orders_if_shuffle", repeat(trials.len(), || Ok(shuffled(random, tasks)))?);
    Ok(Value::Dict(actual))
}

/// The ints between the first brackets of a name: 0 and 50 of `randint(0,50) x 6`, 10 and 5 of `sample(range(10),5)`.
fn arguments(name: &str) -> Vec<i64> {
    let inner = name.split_once('(').map_or("", |(_, rest)| rest.rsplit_once(')').map_or(rest, |(inner, _)| inner));
    inner.split(|c: char| !c.is_ascii_digit() && c != '-').filter_map(|number| number.parse().ok()).collect()
}

fn repeat(count: usize, draw: impl FnMut() -> Result<Value, Problem>) -> Result<Value, Problem> {
    std::iter::repeat_with(draw).take(count).collect::<Result<List, _>>().map(Value::List)
}

fn range(size: i64) -> Vec<Value> {
    (0..size).map(Value::Int).collect()
}

fn shuffled(random: &mut Random, size: i64) -> Value {
    let mut items = range(size);
    random.shuffle(&mut items);
    Value::List(items.into())
}

fn length(list: &List) -> i64 {
    i64::try_from(list.len()).unwrap_or(i64::MAX)
}

fn int(bits: u128) -> Value {
    Value::int(bits.into())
}

fn unexpected(error: taupe::py::PyError) -> Problem {
    Problem::malformed(format!("refused to draw: {error}"))
}
