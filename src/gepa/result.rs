//! The result of a run, as the original writes and reads it (`gepa/core/result.py` of 0.1.4).

use super::config::Config;
use super::state::State;
use super::{Candidate, CandidateId};
use crate::py::{Dict, IntSet, Num, Str, Value, json};

/// The version of the layout.
const SCHEMA_VERSION: i64 = 2;

/// By key, in order: validation ids and objectives as the text they have in JSON.
pub type ByKey<T> = Vec<(Str, T)>;

/// What a run came to. Ids of validation examples are texts, for those of another origin may be any.
#[derive(Clone, Debug, Default)]
pub struct RunResult {
    /// The pool.
    pub candidates: Vec<Candidate>,
    /// By candidate; none for the seed.
    pub parents: Vec<Vec<CandidateId>>,
    /// By candidate, the mean score.
    pub aggregates: Vec<f64>,
    /// By candidate, the score of each validation example.
    pub scores: Vec<ByKey<Num>>,
    /// The outputs with the best scores, and the candidates they are of; `None` if they were not kept.
    pub best_outputs: Option<ByKey<Vec<(CandidateId, Value)>>>,
    /// By validation example, the candidates with its best score.
    pub fronts: ByKey<Vec<CandidateId>>,
    /// By candidate, the mean of each objective; `None` if there are no objectives.
    pub objective_means: Option<Vec<ByKey<f64>>>,
    pub objective_fronts: Option<ByKey<Vec<CandidateId>>>,
    pub objective_best: Option<ByKey<f64>>,
    /// By candidate, what had been spent when it was found.
    pub discovered_at: Vec<u64>,
    pub metric_calls: Option<u64>,
    pub full_evaluations: Option<u64>,
    pub run_dir: Option<Str>,
    /// An int of any size, or null.
    pub seed: Option<Value>,
    /// The one component that stands for a candidate given as a plain text.
    pub text_component: Option<Str>,
}

/// A result that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResultError {
    #[error("The file is no JSON.")]
    NotJson,
    #[error("This is no result of GEPA: {0}.")]
    Malformed(&'static str),
    #[error("The result’s “{0}” can't be read.")]
    Field(&'static str),
    #[error("The result has {expected} candidates, but its “{field}” has {found} entries.")]
    Count { field: &'static str, expected: usize, found: usize },
    #[error("The result’s “{field}” names a candidate that is not there.")]
    NoCandidate { field: &'static str },
    #[error("Candidate {0} of the result has a parent that does not come before it.")]
    Parent(usize),
    #[error("The result has version {found} of its layout; the newest that can be read is {SCHEMA_VERSION}.")]
    TooNew { found: i64 },
}

impl RunResult {
    /// The result of a run as it is now.
    #[must_use]
    pub fn of(state: &State, config: &Config) -> Self {
        // The original lists copies of the sets.
        let listed = |members: &IntSet<CandidateId>| members.copied().iter().collect::<Vec<_>>();
        let fronts = state.fronts();
        let means: Vec<ByKey<f64>> = state
            .objective_means()
            .iter()
            .map(|means| means.iter().map(|(objective, mean)| (objective.clone(), *mean)).collect())
            .collect();
        let objectives = !fronts.objective.is_empty();
        Self {
            candidates: state.candidates().to_vec(),
            parents: state.parents().to_vec(),
            aggregates: state.aggregates().to_vec(),
            scores: state
                .scores()
                .iter()
                .map(|scores| keyed(scores.iter().map(|(id, score)| (id.0, *score))))
                .collect(),
            best_outputs: state.best_outputs().map(|best| keyed(best.iter().map(|(id, kept)| (id.0, kept.clone())))),
            fronts: keyed(fronts.instance.iter().map(|(id, front)| (id.0, listed(&front.members)))),
            objective_means: means.iter().any(|means| !means.is_empty()).then_some(means),
            objective_fronts: objectives.then(|| {
                fronts.objective.iter().map(|(objective, front)| (objective.clone(), listed(&front.members))).collect()
            }),
            objective_best: objectives.then(|| {
                fronts.objective.iter().map(|(objective, front)| (objective.clone(), front.best.to_f64())).collect()
            }),
            discovered_at: state.discovered_at().to_vec(),
            metric_calls: Some(state.metric_calls()),
            full_evaluations: Some(state.full_evaluations()),
            run_dir: config.run_dir.as_deref().map(Str::from),
            seed: Some(Value::int(config.seed.clone())),
            text_component: None,
        }
    }

    /// The first candidate with the highest aggregate; `None` without candidates.
    #[must_use]
    pub fn best(&self) -> Option<CandidateId> {
        (!self.aggregates.is_empty()).then(|| super::select::first_best(&self.aggregates))
    }

    /// The object that the original writes, with its keys in its order. `json::dumps` of it gives its bytes.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut out = Dict::new();
        out.set("candidates", list(&self.candidates, candidate_value));
        out.set(
            "parents",
            list(&self.parents, |parents| match parents.as_slice() {
                [] => Value::List(vec![Value::None].into()),
                parents => ids_value(parents),
            }),
        );
        out.set("val_aggregate_scores", list(&self.aggregates, |aggregate| Value::Float(*aggregate)));
        out.set("val_subscores", list(&self.scores, |scores| dict(scores, |score| Value::from(*score))));
        let outputs = |kept: &Vec<(CandidateId, Value)>| {
            list(kept, |(id, output)| Value::List(vec![id_value(*id), output.clone()].into()))
        };
        out.set("best_outputs_valset", self.best_outputs.as_ref().map_or(Value::None, |best| dict(best, outputs)));
        out.set("per_val_instance_best_candidates", dict(&self.fronts, |ids| ids_value(ids)));
        let means = |means: &ByKey<f64>| dict(means, |mean| Value::Float(*mean));
        out.set("val_aggregate_subscores", self.objective_means.as_ref().map_or(Value::None, |all| list(all, means)));
        out.set(
            "per_objective_best_candidates",
            self.objective_fronts.as_ref().map_or(Value::None, |fronts| dict(fronts, |ids| ids_value(ids))),
        );
        out.set("objective_pareto_front", self.objective_best.as_ref().map_or(Value::None, means));
        out.set("discovery_eval_counts", list(&self.discovered_at, |count| count_value(*count)));
        out.set("total_metric_calls", self.metric_calls.map_or(Value::None, count_value));
        out.set("num_full_val_evals", self.full_evaluations.map_or(Value::None, count_value));
        out.set("run_dir", text_value(self.run_dir.as_ref()));
        out.set("seed", self.seed.clone().unwrap_or(Value::None));
        out.set("_str_candidate_key", text_value(self.text_component.as_ref()));
        out.set("best_idx", self.best().map_or(Value::None, id_value));
        out.set("validation_schema_version", SCHEMA_VERSION);
        Value::Dict(out)
    }

    /// Reads the text of the file that the original writes.
    ///
    /// # Errors
    /// It is no JSON, or no result; or one of a layout newer than this.
    pub fn read(text: &str) -> Result<Self, ResultError> {
        Self::from_value(&json::loads(text.trim()).map_err(|_| ResultError::NotJson)?)
    }

    /// Reads what the original wrote, of its present layout or of the one before, which has lists by position.
    ///
    /// Lists by candidate are as long as that of the candidates, and all ids are of candidates; parents come before their
    /// children. The counts at discovery, which the oldest files lack, may be missing altogether.
    ///
    ///
    /// # Errors
    /// The value is no result, or one of a layout newer than this.
    pub fn from_value(value: &Value) -> Result<Self, ResultError> {
        let fields = Fields(value.as_dict().ok_or_else(|| ResultError::Malformed(other_file(value)))?);
        if fields.get("candidates").is_none() {
            let is_evaluation = fields.get("results").is_some();
            let what = if is_evaluation { "it has rollouts of an evaluation" } else { "it has no candidates" };
            return Err(ResultError::Malformed(what));
        }
        let version = fields.get("validation_schema_version").and_then(int).unwrap_or(0);
        if version > SCHEMA_VERSION {
            return Err(ResultError::TooNew { found: version });
        }
        let candidates = fields.list("candidates", candidate_of)?;
        if candidates.is_empty() {
            return Err(ResultError::Malformed("it has no candidates"));
        }
        let result = Self {
            candidates,
            parents: fields.list("parents", parents_of)?,
            aggregates: fields.list("val_aggregate_scores", float)?,
            scores: fields.list("val_subscores", |scores| by_key(scores, Num::of))?,
            best_outputs: fields.optional("best_outputs_valset", |best| by_key(best, kept_outputs))?,
            fronts: fields
                .optional("per_val_instance_best_candidates", |fronts| by_key(fronts, ids_of))?
                .unwrap_or_default(),
            objective_means: fields.optional("val_aggregate_subscores", |all| {
                all.as_list()?.iter().map(|means| by_key(means, float)).collect()
            })?,
            objective_fronts: fields.optional("per_objective_best_candidates", |fronts| by_key(fronts, ids_of))?,
            objective_best: fields.optional("objective_pareto_front", |best| by_key(best, float))?,
            discovered_at: fields.list("discovery_eval_counts", count)?,
            metric_calls: fields.optional("total_metric_calls", count)?,
            full_evaluations: fields.optional("num_full_val_evals", count)?,
            run_dir: fields.optional("run_dir", |text| text.as_str().cloned())?,
            seed: fields.get("seed").filter(|seed| matches!(seed, Value::Int(_) | Value::Big(_))).cloned(),
            text_component: fields.optional("_str_candidate_key", |text| text.as_str().cloned())?,
        };
        result.check()?;
        Ok(result)
    }

    fn check(&self) -> Result<(), ResultError> {
        let expected = self.candidates.len();
        let means = self.objective_means.as_ref().map_or(expected, Vec::len);
        let discovered = if self.discovered_at.is_empty() { expected } else { self.discovered_at.len() };
        for (field, found) in [
            ("parents", self.parents.len()),
            ("val_aggregate_scores", self.aggregates.len()),
            ("val_subscores", self.scores.len()),
            ("val_aggregate_subscores", means),
            ("discovery_eval_counts", discovered),
        ] {
            if found != expected {
                return Err(ResultError::Count { field, expected, found });
            }
        }
        let late =
            |(child, parents): &(usize, &Vec<CandidateId>)| parents.iter().any(|parent| parent.index() >= *child);
        if let Some((child, _)) = self.parents.iter().enumerate().find(late) {
            return Err(ResultError::Parent(child));
        }
        let objectives = self.objective_fronts.iter().flatten();
        let kept = self.best_outputs.iter().flatten().flat_map(|(_, kept)| kept.iter().map(|(id, _)| id));
        let unknown = |id: &CandidateId| id.index() >= expected;
        for (field, is_wrong) in [
            ("per_val_instance_best_candidates", self.fronts.iter().any(|(_, ids)| ids.iter().any(unknown))),
            ("per_objective_best_candidates", objectives.into_iter().any(|(_, ids)| ids.iter().any(unknown))),
            ("best_outputs_valset", kept.into_iter().any(unknown)),
        ] {
            if is_wrong {
                return Err(ResultError::NoCandidate { field });
            }
        }
        Ok(())
    }
}

/// What a file is instead that is not an object.
fn other_file(value: &Value) -> &'static str {
    let first = value.as_list().and_then(|list| list.first()).and_then(Value::as_dict);
    match first {
        Some(first) if first.get("traj").is_some() => "it is a list of rollouts, which Evaluate can open",
        Some(first) if first.get("i").is_some() => "it is the log of a run, which has no candidates",
        Some(first) if first.iter().all(|(_, text)| text.as_str().is_some()) => {
            "it has a run's candidates, but not how they scored"
        }
        _ => "it is not an object",
    }
}

fn keyed<T>(entries: impl Iterator<Item = (u32, T)>) -> ByKey<T> {
    entries.map(|(id, entry)| (id.to_string().into(), entry)).collect()
}

fn list<T>(items: &[T], value: impl Fn(&T) -> Value) -> Value {
    Value::List(items.iter().map(value).collect())
}

fn dict<T>(entries: &ByKey<T>, value: impl Fn(&T) -> Value) -> Value {
    Value::Dict(entries.iter().map(|(key, entry)| (key.clone(), value(entry))).collect())
}

fn candidate_value(candidate: &Candidate) -> Value {
    Value::Dict(candidate.iter().map(|(name, text)| (name.clone(), Value::Str(text.clone()))).collect())
}

fn id_value(id: CandidateId) -> Value {
    Value::Int(i64::from(id.0))
}

fn ids_value(ids: &[CandidateId]) -> Value {
    list(ids, |id| id_value(*id))
}

fn count_value(count: u64) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

fn text_value(text: Option<&Str>) -> Value {
    text.map_or(Value::None, |text| Value::Str(text.clone()))
}

struct Fields<'a>(&'a Dict);

impl Fields<'_> {
    /// `None` also for null.
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !matches!(value, Value::None))
    }

    fn optional<T>(&self, name: &'static str, read: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, ResultError> {
        self.get(name).map(|value| read(value).ok_or(ResultError::Field(name))).transpose()
    }

    /// Nothing for a list that is not there.
    fn list<T>(&self, name: &'static str, read: impl Fn(&Value) -> Option<T>) -> Result<Vec<T>, ResultError> {
        let all = self.optional(name, |list| list.as_list()?.iter().map(&read).collect())?;
        Ok(all.unwrap_or_default())
    }
}

/// An object, or of the older layout a list whose positions are the keys.
fn by_key<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<ByKey<T>> {
    match value {
        Value::Dict(dict) => dict.iter().map(|(key, entry)| Some((key.clone(), read(entry)?))).collect(),
        Value::List(list) => {
            let positions = list.iter().enumerate();
            positions.map(|(position, entry)| Some((position.to_string().into(), read(entry)?))).collect()
        }
        _ => None,
    }
}

fn candidate_of(value: &Value) -> Option<Candidate> {
    let components: Option<Vec<(Str, Str)>> =
        value.as_dict()?.iter().map(|(name, text)| Some((name.clone(), text.as_str()?.clone()))).collect();
    Some(Candidate::new(components?))
}

fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Int(int) => Some(*int),
        _ => None,
    }
}

fn count(value: &Value) -> Option<u64> {
    u64::try_from(int(value)?).ok()
}

fn float(value: &Value) -> Option<f64> {
    Num::of(value).map(Num::to_f64)
}

fn id_of(value: &Value) -> Option<CandidateId> {
    u32::try_from(int(value)?).ok().map(CandidateId)
}

fn ids_of(value: &Value) -> Option<Vec<CandidateId>> {
    value.as_list()?.iter().map(id_of).collect()
}

/// The seed's parents are `[null]`.
fn parents_of(value: &Value) -> Option<Vec<CandidateId>> {
    value.as_list()?.iter().filter(|parent| !matches!(parent, Value::None)).map(id_of).collect()
}

fn kept_outputs(value: &Value) -> Option<Vec<(CandidateId, Value)>> {
    let pair = |pair: &Value| match pair.as_list()?.as_slice() {
        [id, output] => Some((id_of(id)?, output.clone())),
        _ => None,
    };
    value.as_list()?.iter().map(pair).collect()
}
