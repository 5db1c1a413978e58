//! The optimiser's parts one by one.

use taupe::gepa::chance::{Chance, Log};
use taupe::gepa::merge::{Lineage, MergeMemory, Merged, merge_pool, pick_subsample, weave};
use taupe::gepa::minibatch::EpochSampler;
use taupe::gepa::pareto::{Members, frequencies, thin};
use taupe::gepa::reflect::{Template, block, new_text, records_text};
use taupe::gepa::select::{from_front, top};
use taupe::gepa::{Candidate, CandidateId, ExampleId, Map};
use taupe::py::random::Random;
use taupe::py::{IntSet, List, Num, PyError, Value, float, json, num};

use super::landscape::ints;
use super::reports;
use super::scenario::number;
use crate::tally::{Differences, Tally};
use crate::vectors::{Problem, Vectors, as_int, field, int, list, optional, text, wrong};

/// Runs `check` on every record of a list of the file.
fn cases(
    tally: &mut Tally,
    vectors: &Vectors,
    name: &str,
    mut check: impl FnMut(&Value, &mut Differences) -> Result<(), Problem>,
) -> Result<(), Problem> {
    for (position, case) in list(vectors.only()?, name)?.iter().enumerate() {
        tally
            .vector(&format!("{name} {position}"), |differences| check(case, differences))
            .map_err(|problem| Problem::malformed(format!("{name} {position}: {problem}")))?;
    }
    Ok(())
}

fn all_cases(
    vectors: &Vectors,
    check: impl FnMut(&Value, &mut Differences) -> Result<(), Problem>,
) -> Result<Tally, Problem> {
    let mut tally = Tally::default();
    cases(&mut tally, vectors, "cases", check)?;
    Ok(tally)
}

/// A stream with a log that nobody reads.
struct Stream {
    random: Random,
    log: Log,
}

impl Stream {
    fn of(seed: i64) -> Self {
        Self { random: Random::new(seed), log: Log::default() }
    }

    fn chance(&mut self) -> Chance<'_> {
        Chance { random: &mut self.random, log: &mut self.log }
    }
}

fn same(differences: &mut Differences, what: &str, expected: &Value, actual: impl Into<Value>) {
    differences.same(what, &json::dumps(expected), &json::dumps(&actual.into()));
}

fn ints_value(items: impl IntoIterator<Item = impl Into<u64>>) -> Value {
    Value::List(items.into_iter().map(|item| Value::Int(item.into() as i64)).collect())
}

fn ids(record: &Value, name: &str) -> Result<Vec<CandidateId>, Problem> {
    ints(record, name)?.into_iter().map(id).collect()
}

fn id(number: i64) -> Result<CandidateId, Problem> {
    u32::try_from(number).map(CandidateId).map_err(|_| wrong("id", "small"))
}

fn size(value: &Value) -> Result<usize, Problem> {
    as_int(value).and_then(|int| usize::try_from(int).ok()).ok_or_else(|| wrong("size", "a count"))
}

fn floats(record: &Value, name: &str) -> Result<Vec<f64>, Problem> {
    list(record, name)?.iter().map(|value| Ok(number(value)?.to_f64())).collect()
}

fn refused(error: &PyError) -> Problem {
    Problem::malformed(format!("raised {}", error.message))
}

pub fn batch_sampler(vectors: &Vectors) -> Result<Tally, Problem> {
    let mut tally = Tally::default();
    let next = |sampler: &mut EpochSampler, stream: &mut Stream, train: i64, batch: usize, pass: i64| {
        let pass = u64::try_from(pass).map_err(|_| wrong("state.i", "a count"))?;
        let train = usize::try_from(train).map_err(|_| wrong("trainset", "a count"))?;
        sampler.next(train, batch, pass, &mut stream.chance()).map_err(|error| refused(&error))
    };
    cases(&mut tally, vectors, "cases", |case, differences| {
        let (mut sampler, mut stream) = (EpochSampler::default(), Stream::of(int(case, "seed")?));
        let batch = size(field(case, "minibatch")?)?;
        let mut batches = Vec::new();
        for pass in ints(case, "state_i_per_call")? {
            batches.push(ints_value(next(&mut sampler, &mut stream, int(case, "trainset")?, batch, pass)?));
        }
        same(differences, "minibatches", field(case, "minibatches")?, List::from(batches));
        same(differences, "next_u32", field(case, "next_u32")?, i64::from(stream.random.peek_u32()));
        Ok(())
    })?;
    cases(&mut tally, vectors, "growing", |case, differences| {
        let (mut sampler, mut stream) = (EpochSampler::default(), Stream::of(int(case, "seed")?));
        let batch = size(field(case, "minibatch")?)?;
        for (pass, expected) in list(case, "size_and_minibatch")?.iter().enumerate() {
            let pair = expected.as_list().map_or(&[][..], |pair| pair.as_slice());
            let [train, expected] = pair else { return Err(wrong("size_and_minibatch", "made of pairs")) };
            let train = as_int(train).ok_or_else(|| wrong("size", "an int"))?;
            let drawn = next(&mut sampler, &mut stream, train, batch, pass as i64)?;
            same(differences, &format!("minibatch {pass}"), expected, ints_value(drawn));
        }
        same(differences, "next_u32", field(case, "next_u32")?, i64::from(stream.random.peek_u32()));
        Ok(())
    })?;
    Ok(tally)
}

pub fn merge(vectors: &Vectors) -> Result<Tally, Problem> {
    let mut tally = Tally::default();
    cases(&mut tally, vectors, "cases", |case, differences| {
        let candidates: Vec<Candidate> = list(case, "candidates")?.iter().map(candidate).collect::<Result<_, _>>()?;
        let parents: Vec<Vec<CandidateId>> = list(case, "parents")?
            .iter()
            .map(|row| row.as_list().into_iter().flat_map(|row| row.iter()).filter_map(as_int).map(id).collect())
            .collect::<Result<_, _>>()?;
        let aggregates = floats(case, "scores")?;
        let lineage = Lineage { candidates: &candidates, parents: &parents, aggregates: &aggregates };
        let pool = ids(case, "pool")?;
        let (mut memory, mut stream) = (MergeMemory::default(), Stream::of(int(case, "seed")?));
        for (attempt, expected) in list(case, "attempts")?.iter().enumerate() {
            let found = weave(&pool, lineage, &mut memory, |_, _| true, &mut stream.chance());
            if let Ok(Some(merged)) = &found {
                memory.remember(merged);
            }
            let actual = match found {
                Err(_) => Value::Dict([("refused", Value::Bool(true))].into_iter().collect()),
                Ok(None) => Value::None,
                Ok(Some(merged)) => merged_value(&merged),
            };
            same(differences, &format!("attempt {attempt}"), expected, actual);
        }
        same(differences, "next_u32", field(case, "next_u32")?, i64::from(stream.random.peek_u32()));
        Ok(())
    })?;
    cases(&mut tally, vectors, "subsample", |case, differences| {
        let scores = |name: &str| -> Result<Map<ExampleId, Num>, Problem> {
            let pair = |pair: &Value| match pair.as_list().map_or(&[][..], |pair| pair.as_slice()) {
                [id, score] => {
                    let id = u32::try_from(size(id)?).map_err(|_| wrong("id", "small"))?;
                    Ok((ExampleId(id), number(score)?))
                }
                _ => Err(wrong(name, "made of pairs")),
            };
            list(case, name)?.iter().map(pair).collect()
        };
        let mut stream = Stream::of(int(case, "seed")?);
        let picked = pick_subsample(&scores("first")?, &scores("second")?, &mut stream.chance());
        let picked = picked.map_err(|error| refused(&error))?;
        same(differences, "picked", field(case, "picked")?, ints_value(picked));
        same(differences, "next_u32", field(case, "next_u32")?, i64::from(stream.random.peek_u32()));
        Ok(())
    })?;
    Ok(tally)
}

fn candidate(value: &Value) -> Result<Candidate, Problem> {
    let texts = value.as_dict().into_iter().flat_map(|dict| dict.iter());
    let texts: Option<Vec<_>> = texts.map(|(name, text)| Some((name.clone(), text.as_str()?.clone()))).collect();
    texts.map(Candidate::new).ok_or_else(|| wrong("candidate", "made of texts"))
}

fn merged_value(merged: &Merged) -> Value {
    let fields = [
        ("candidate", reports::candidate(&merged.candidate)),
        ("pair", ints_value(merged.pair)),
        ("ancestor", Value::Int(i64::from(merged.ancestor.0))),
        ("description", ints_value(merged.description.iter().copied())),
    ];
    Value::Dict(fields.into_iter().collect())
}

pub fn pareto(vectors: &Vectors) -> Result<Tally, Problem> {
    let mut tally = Tally::default();
    cases(&mut tally, vectors, "cases", |case, differences| {
        let aggregates = floats(case, "scores")?;
        let mut copies = Vec::new();
        for front in list(case, "stored_fronts")?.iter() {
            copies.push(stored(front)?.copied());
        }
        let listed = |fronts: &[Members]| -> List { fronts.iter().map(|front| ints_value(front.iter())).collect() };
        same(differences, "copied_fronts", field(case, "copied_fronts")?, listed(&copies));
        let thinned = thin(&copies, &aggregates);
        same(differences, "thinned", field(case, "thinned")?, listed(&thinned));
        let weights = frequencies(&thinned).into_iter().map(|(id, count)| ints_value([u64::from(id.0), count as u64]));
        same(differences, "weights_in_order", field(case, "weights_in_order")?, weights.collect::<List>());
        let pool = merge_pool(&copies, &aggregates);
        same(differences, "dominators", field(case, "dominators")?, ints_value(pool));
        let mut picks = Vec::new();
        for seed in 0..3 {
            let mut stream = Stream::of(seed);
            let picked = from_front(&copies, &aggregates, &mut stream.chance()).map_err(|error| refused(&error))?;
            picks.push(ints_value([u64::from(picked.0), u64::from(stream.random.peek_u32())]));
        }
        same(differences, "picks", field(case, "picks_for_seed_0_1_2_and_next_u32")?, List::from(picks));
        Ok(())
    })?;
    cases(&mut tally, vectors, "top_k", |case, differences| {
        let best: Members = top(&floats(case, "scores")?, 5).into_iter().collect();
        same(differences, "top5_order", field(case, "top5_order")?, ints_value(best.iter()));
        let front = stored(field(case, "stored_front")?)?.copied();
        same(differences, "intersection", field(case, "intersection")?, ints_value(front.intersection(&best).iter()));
        Ok(())
    })?;
    Ok(tally)
}

/// A set that lists its members so. In which order they were added is not recorded, and need not be found: where only
/// few members collide, some of the tried orders gives the same table.
fn stored(members: &Value) -> Result<Members, Problem> {
    let listed: Vec<CandidateId> = members
        .as_list()
        .into_iter()
        .flat_map(|list| list.iter())
        .map(|member| id(as_int(member).ok_or_else(|| wrong("front", "made of ints"))?))
        .collect::<Result<_, _>>()?;
    let mut order = listed.clone();
    let mut random = Random::new(0);
    for _ in 0..100_000 {
        let set: Members = order.iter().copied().collect();
        if set.iter().eq(listed.iter().copied()) {
            return Ok(set);
        }
        random.shuffle(&mut order);
    }
    Err(wrong("front", "listed as a set of these members could be"))
}

pub fn random(vectors: &Vectors) -> Result<Tally, Problem> {
    let mut tally = Tally::default();
    cases(&mut tally, vectors, "cases", |case, differences| {
        let seed: num_bigint::BigInt = text(case, "seed")?.parse().map_err(|_| wrong("seed", "an int"))?;
        let mut random = Random::new(seed.clone());
        for (name, expected) in case.as_dict().into_iter().flat_map(|case| case.iter()) {
            match &**name {
                "seed" | "negative_is_absolute" | "u32_after_mixed" => continue,
                // These go on with the generator of the weighted ones before them.
                "choices_plain" => {}
                _ => random = Random::new(seed.clone()),
            }
            let mut drawn = Vec::new();
            for entry in expected.as_list().into_iter().flat_map(|list| list.iter()) {
                drawn.push(draw(&mut random, name, entry)?);
            }
            same(differences, name, expected, List::from(drawn));
            if &**name == "mixed" {
                same(differences, "after mixed", field(case, "u32_after_mixed")?, i64::from(random.peek_u32()));
            }
        }
        Ok(())
    })?;
    cases(&mut tally, vectors, "choices_refusals", |case, differences| {
        let pair = case.as_list().map_or(&[][..], |pair| pair.as_slice());
        let [weights, verdict] = pair else { return Err(wrong("choices_refusals", "made of pairs")) };
        let weights = weights.as_list().into_iter().flat_map(|list| list.iter());
        let weights: Option<Vec<f64>> = weights.map(|weight| weight.as_str()?.parse().ok()).collect();
        let weights = weights.ok_or_else(|| wrong("weights", "numbers as text"))?;
        let mut random = Random::new(0);
        let before = random.peek_u32();
        let items: Vec<usize> = (0..weights.len()).collect();
        let answer = match random.choices_weighted(&items, &weights, 1) {
            Err(error) if random.peek_u32() == before => format!("{}, nothing drawn", error.kind.name()),
            Err(error) => format!("{}, but drawn", error.kind.name()),
            Ok(_) => "drawn".to_owned(),
        };
        differences.same("refusal", verdict.as_str().map_or("", |text| text), &answer);
        Ok(())
    })?;
    Ok(tally)
}

/// The entry with its last part, the result, drawn anew.
fn draw(random: &mut Random, name: &str, entry: &Value) -> Result<Value, Problem> {
    let parts = entry.as_list().map_or(&[][..], |parts| parts.as_slice());
    let range = |size: usize| (0..size as u64).collect::<Vec<_>>();
    let result = match (name, parts) {
        ("u32", _) => return Ok(Value::Int(random.getrandbits(32) as i64)),
        ("random", []) => return Ok(Value::Float(random.random())),
        ("getrandbits", [bits, _]) => Value::from(random.getrandbits(size(bits)? as u32).to_string()),
        ("randint", [low, high, _]) => {
            let bounds = as_int(low).zip(as_int(high)).ok_or_else(|| wrong("randint", "of ints"))?;
            random.randint(bounds.0, bounds.1).map(Value::Int).map_err(|error| refused(&error))?
        }
        ("choice", [count, _]) => {
            let chosen = random.choice(&range(size(count)?)).copied();
            Value::Int(chosen.map_err(|error| refused(&error))? as i64)
        }
        ("choices_weighted", [weights, count, _]) => {
            let all = weights.as_list().into_iter().flat_map(|list| list.iter());
            let all: Vec<f64> = all.map(|weight| Ok(number(weight)?.to_f64())).collect::<Result<_, Problem>>()?;
            let chosen = random.choices_weighted(&range(all.len()), &all, size(count)?);
            ints_value(chosen.map_err(|error| refused(&error))?)
        }
        ("choices_plain", [items, count, _]) => {
            ints_value(random.choices(&range(size(items)?), size(count)?).map_err(|error| refused(&error))?)
        }
        ("sample", [items, count, _]) => {
            ints_value(random.sample(&range(size(items)?), size(count)?).map_err(|error| refused(&error))?)
        }
        ("shuffle", [items, _]) => {
            let mut items = range(size(items)?);
            random.shuffle(&mut items);
            ints_value(items)
        }
        ("mixed", [what, argument, _]) => mixed(random, what.as_str().map_or("", |what| what), argument)?,
        _ => return Err(Problem::malformed(format!("unknown draw `{name}`"))),
    };
    let mut entry = parts.to_vec();
    if let Some(last) = entry.last_mut() {
        *last = result;
    }
    Ok(Value::List(entry.into()))
}

fn mixed(random: &mut Random, what: &str, argument: &Value) -> Result<Value, Problem> {
    let entry = |parts: Vec<Value>| Value::List(parts.into());
    let redrawn = match (what, argument) {
        ("random", _) => return Ok(Value::Float(random.random())),
        ("sample", Value::List(parts)) => {
            let mut parts = parts.to_vec();
            parts.push(Value::None);
            draw(random, "sample", &entry(parts))?
        }
        ("choices", weights) => {
            draw(random, "choices_weighted", &entry(vec![weights.clone(), Value::Int(1), Value::None]))?
        }
        (what, argument) => draw(random, what, &entry(vec![argument.clone(), Value::None]))?,
    };
    Ok(redrawn.as_list().and_then(|parts| parts.last().cloned()).unwrap_or(Value::None))
}

pub fn records(vectors: &Vectors) -> Result<Tally, Problem> {
    all_cases(vectors, |case, differences| {
        differences.same("text", text(case, "text")?, &records_text(list(case, "records")?));
        Ok(())
    })
}

pub fn replies(vectors: &Vectors) -> Result<Tally, Problem> {
    all_cases(vectors, |case, differences| {
        let reply = text(case, "reply")?;
        differences.same("instruction", text(case, "instruction")?, new_text(reply));
        differences.same("without_outer_strip", text(case, "without_outer_strip")?, block(reply));
        Ok(())
    })
}

pub fn template_fill(vectors: &Vectors) -> Result<Tally, Problem> {
    all_cases(vectors, |case, differences| {
        let template = Template::new(text(case, "template")?).map_err(|error| Problem::malformed(error.to_string()))?;
        let prompt = template.fill(text(case, "current")?, &records_text(list(case, "records")?));
        differences.same("prompt", text(case, "prompt")?, &prompt);
        Ok(())
    })
}

pub fn float_text(vectors: &Vectors) -> Result<Tally, Problem> {
    all_cases(vectors, |case, differences| {
        let bits = u64::from_str_radix(text(case, "bits")?, 16).map_err(|_| wrong("bits", "a hex number"))?;
        differences.same("text", text(case, "text")?, &float::repr(f64::from_bits(bits)));
        Ok(())
    })
}

pub fn sum(vectors: &Vectors) -> Result<Tally, Problem> {
    all_cases(vectors, |case, differences| {
        let values: Vec<Num> = list(case, "values")?.iter().map(number).collect::<Result<_, _>>()?;
        same(differences, "sum", field(case, "sum")?, num::sum(values.iter().copied()));
        let mean = num::mean(values.into_iter()).map_or(Value::None, Value::Float);
        same(differences, "mean", optional(case, "mean").unwrap_or(&Value::None), mean);
        Ok(())
    })
}

pub fn set_order(vectors: &Vectors) -> Result<Tally, Problem> {
    all_cases(vectors, |case, differences| {
        let members = |name: &str| -> Result<Vec<CandidateId>, Problem> { ids(case, name) };
        let added = members("add")?;
        let set: IntSet<CandidateId> = added.into_iter().collect();
        let copy = set.copied();
        let keep = members("keep")?;
        let other: IntSet<CandidateId> = members("other_add")?.into_iter().collect();
        let filtered: IntSet<CandidateId> = copy.iter().filter(|member| keep.contains(member)).collect();
        let reloaded: IntSet<CandidateId> = set.iter().collect();
        let made = [
            ("order", set.clone()),
            ("copy", copy),
            ("filtered_copy", filtered),
            ("and", set.intersection(&other)),
            ("and_reversed", other.intersection(&set)),
            // Of the list in the set's order, as a saved set is rebuilt.
            ("from_list", reloaded.clone()),
            ("reloaded_copy", reloaded.copied()),
            ("reloaded", reloaded),
        ];
        for (name, set) in made {
            same(differences, name, field(case, name)?, ints_value(set.iter()));
        }
        Ok(())
    })
}
