//! A recorded scenario's settings, as the optimiser's.

use taupe::gepa::reflect::{Template, Templates};
use taupe::gepa::{
    CacheKeys, Candidate, Components, Config, Criterion, Examples, Frontier, MergeSettings, OnFailure, ParentSelector,
    Proposer, Sampling, Selection, Stopper, ValidationPolicy,
};
use taupe::py::{Dict, Num, Value};

use super::landscape::names;
use crate::vectors::{Problem, as_int, dict, field, list, optional, text, wrong};

/// One phase of a scenario.
pub struct Phase {
    /// With the phase's changes.
    pub raw: Value,
    pub config: Config,
    pub seed_candidate: Candidate,
    pub train: Vec<String>,
    /// `None`: the training examples are used.
    pub validation: Option<Vec<String>>,
}

impl Phase {
    pub fn examples(&self) -> Examples {
        Examples { train: self.train.len(), validation: self.validation.as_ref().map(Vec::len) }
    }

    /// The numbers of calls that fail, or are otherwise special.
    pub fn calls(&self, name: &str) -> Result<Vec<usize>, Problem> {
        match optional(&self.raw, name) {
            None => Ok(Vec::new()),
            Some(_) => list(&self.raw, name)?.iter().map(count).collect(),
        }
    }
}

/// The phases of a scenario in order.
pub fn phases(scenario: &Value) -> Result<Vec<Phase>, Problem> {
    let config = dict(scenario, "config")?;
    let run_dir = matches!(field(scenario, "use_run_dir")?, Value::Bool(true));
    let one = [Value::Dict(Dict::new())];
    let changes = optional(scenario, "phases").and_then(Value::as_list).map_or(one.as_slice(), |list| list.as_slice());
    changes.iter().map(|change| phase(changed(config, change), run_dir)).collect()
}

fn changed(config: &Dict, change: &Value) -> Value {
    let mut config = config.clone();
    for (key, value) in change.as_dict().into_iter().flat_map(|change| change.iter()) {
        if &**key == "optimize" {
            let mut optimize = config.get("optimize").and_then(Value::as_dict).cloned().unwrap_or_default();
            for (key, value) in value.as_dict().into_iter().flat_map(|change| change.iter()) {
                optimize.set(key.clone(), value.clone());
            }
            config.set(key.clone(), optimize);
        } else {
            config.set(key.clone(), value.clone());
        }
    }
    Value::Dict(config)
}

fn phase(raw: Value, run_dir: bool) -> Result<Phase, Problem> {
    let seed = dict(&raw, "seed_candidate")?;
    let texts: Option<Vec<_>> = seed.iter().map(|(name, text)| Some((name.clone(), text.as_str()?.clone()))).collect();
    let seed_candidate = Candidate::new(texts.ok_or_else(|| wrong("seed_candidate", "made of texts"))?);
    let train = names(field(&raw, "train_ids")?)?;
    let validation = optional(&raw, "val_ids").map(names).transpose()?;
    let mut config = Config::new(0);
    config.cache = None;
    config.stoppers = stoppers(optional(&raw, "stoppers"))?;
    config.report_draws = true;
    if run_dir {
        config.stoppers.push(Stopper::Signal);
        config.run_dir = Some("RUN_DIR".to_owned());
    }
    let mut merge = MergeSettings::default();
    let mut merges = false;
    let mut last_stoppers = Vec::new();
    for (key, value) in dict(&raw, "optimize")?.iter() {
        match &**key {
            "max_metric_calls" => last_stoppers.extend(given(value).map(limit).transpose()?.map(Stopper::MetricCalls)),
            "use_merge" => merges = flag(value)?,
            "max_merge_invocations" => {
                merge.max_invocations = u32::try_from(count(value)?).map_err(|_| wrong(key, "small"))?
            }
            "merge_val_overlap_floor" => merge.overlap_floor = usize::try_from(int(value)?).unwrap_or(0),
            key => option(&mut config, key, value)?,
        }
    }
    config.stoppers.extend(last_stoppers);
    config.merge = merges.then_some(merge);
    own_objects(&mut config, &raw, &seed_candidate)?;
    Ok(Phase { raw, config, seed_candidate, train, validation })
}

/// An argument of the original's entry point.
fn option(config: &mut Config, key: &str, value: &Value) -> Result<(), Problem> {
    match key {
        "seed" => {
            config.seed = taupe::py::text::str_of(value).parse().map_err(|_| wrong(key, "an int"))?;
        }
        "candidate_selection_strategy" => {
            config.parent_selector = match word(value)? {
                "pareto" => ParentSelector::Pareto,
                "current_best" => ParentSelector::CurrentBest,
                "epsilon_greedy" => ParentSelector::EpsilonGreedy { epsilon: 0.1 },
                "top_k_pareto" => ParentSelector::TopKPareto { k: 5 },
                _ => return Err(wrong(key, "known")),
            }
        }
        "frontier_type" => {
            config.frontier = match word(value)? {
                "instance" => Frontier::Instance,
                "objective" => Frontier::Objective,
                "hybrid" => Frontier::Hybrid,
                "cartesian" => Frontier::Cartesian,
                _ => return Err(wrong(key, "known")),
            }
        }
        "module_selector" => {
            config.components = match word(value)? {
                "round_robin" => Components::RoundRobin,
                "all" => Components::All,
                _ => return Err(wrong(key, "known")),
            }
        }
        "acceptance_criterion" => {
            config.criterion = match word(value)? {
                "strict_improvement" => Criterion::StrictImprovement,
                "improvement_or_equal" => Criterion::ImprovementOrEqual,
                _ => return Err(wrong(key, "known")),
            }
        }
        "skip_perfect_score" => config.skip_perfect_score = flag(value)?,
        "perfect_score" => config.perfect_score = given(value).map(number).transpose()?,
        "reflection_minibatch_size" => config.minibatch_size = given(value).map_or(Ok(0), count)?,
        "cache_evaluation" => config.cache = flag(value)?.then_some(CacheKeys::AsIn014),
        "track_best_outputs" => config.track_best_outputs = flag(value)?,
        "raise_on_exception" => {
            config.on_failure = if flag(value)? { OnFailure::Raise } else { OnFailure::Continue };
        }
        "val_evaluation_policy" if matches!(value, Value::None) => {}
        _ => return Err(Problem::malformed(format!("unknown argument `{key}`"))),
    }
    Ok(())
}

/// The objects that a scenario hands to the original in place of names.
fn own_objects(config: &mut Config, raw: &Value, seed_candidate: &Candidate) -> Result<(), Problem> {
    if let Some(margin) = optional(raw, "acceptance_margin") {
        config.criterion = Criterion::Margin(number(margin)?.to_f64());
    }
    if let Some(step) = optional(raw, "val_policy_step") {
        config.validation = ValidationPolicy::Stepped { step: count(step)? };
    }
    if let Some(sampling) = optional(raw, "sampling") {
        config.sampling = match called(sampling)? {
            ("same_parent", [n]) => Sampling::SameParent(count(n)?),
            ("independent", [n]) => Sampling::Independent(count(n)?),
            ("pxn", [p, n]) => Sampling::ParentsTimesMinibatches { parents: count(p)?, minibatches: count(n)? },
            _ => return Err(wrong("sampling", "known")),
        };
    }
    if let Some(selection) = optional(raw, "selection") {
        config.selection = match called(selection)? {
            ("all", []) => Selection::All,
            ("best", []) => Selection::Best,
            ("top_k", [k]) => Selection::TopK(count(k)?),
            _ => return Err(wrong("selection", "known")),
        };
    }
    config.proposer = match text(raw, "proposer")? {
        "lm" => {
            let mut templates = Templates::default();
            for name in seed_candidate.names() {
                let template = format!("COMPONENT {name}\nCURRENT:\n<curr_param>\nEVIDENCE:\n<side_info>\nEND");
                let template = Template::new(template).map_err(|error| Problem::malformed(error.to_string()))?;
                templates.by_component.insert(name.clone(), template);
            }
            Proposer::ReflectionModel(templates)
        }
        _ => Proposer::Own,
    };
    Ok(())
}

fn stoppers(value: Option<&Value>) -> Result<Vec<Stopper>, Problem> {
    value.and_then(Value::as_list).into_iter().flat_map(|list| list.iter()).map(stopper).collect()
}

fn stopper(value: &Value) -> Result<Stopper, Problem> {
    let joined = |rest: &[Value]| rest.iter().map(stopper).collect::<Result<Vec<_>, _>>();
    Ok(match called(value)? {
        ("max_metric_calls", [n]) => Stopper::MetricCalls(limit(n)?),
        ("no_improvement", [n]) => Stopper::NoImprovement(limit(n)?),
        ("score_threshold", [x]) => Stopper::ScoreThreshold(number(x)?.to_f64()),
        ("max_proposals", [n]) => Stopper::Proposals(limit(n)?),
        ("max_tracked", [n]) => Stopper::TrackedCandidates(count(n)?),
        ("any", rest) => Stopper::Any(joined(rest)?),
        ("all", rest) => Stopper::All(joined(rest)?),
        (name, _) => return Err(Problem::malformed(format!("unknown stopper `{name}`"))),
    })
}

/// A name with arguments, written as a list.
fn called(value: &Value) -> Result<(&str, &[Value]), Problem> {
    let list = value.as_list().map_or(&[][..], |list| list.as_slice());
    let [name, rest @ ..] = list else { return Err(wrong("object", "a list that begins with a name")) };
    Ok((word(name)?, rest))
}

fn given(value: &Value) -> Option<&Value> {
    Some(value).filter(|value| !matches!(value, Value::None))
}

fn word(value: &Value) -> Result<&str, Problem> {
    value.as_str().map(|text| &**text).ok_or_else(|| wrong("argument", "a text"))
}

fn flag(value: &Value) -> Result<bool, Problem> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        _ => Err(wrong("argument", "a bool")),
    }
}

fn int(value: &Value) -> Result<i64, Problem> {
    as_int(value).ok_or_else(|| wrong("argument", "an int"))
}

fn count(value: &Value) -> Result<usize, Problem> {
    usize::try_from(int(value)?).map_err(|_| wrong("argument", "a count"))
}

fn limit(value: &Value) -> Result<u64, Problem> {
    u64::try_from(int(value)?).map_err(|_| wrong("argument", "a count"))
}

pub fn number(value: &Value) -> Result<Num, Problem> {
    Num::of(value).ok_or_else(|| wrong("argument", "a number"))
}
