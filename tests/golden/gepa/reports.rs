//! The optimiser's events in the words of the recordings.

use taupe::gepa::{Candidate, CandidateId, Draw, Event, ExampleId, Fronts, Optimizer, Split};
use taupe::py::{Dict, Num, Str, Value};

/// Builds an object field by field.
struct Fields(Dict);

impl Fields {
    fn of(event: &str) -> Self {
        Self(Dict::new()).with("ev", event)
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.set(name, value);
        self
    }

    fn count(self, name: &str, count: impl TryInto<i64>) -> Self {
        let count = count.try_into().unwrap_or(i64::MAX);
        self.with(name, count)
    }

    fn end(self) -> Value {
        Value::Dict(self.0)
    }
}

fn list<T>(items: impl IntoIterator<Item = T>, value: impl Fn(T) -> Value) -> Value {
    Value::List(items.into_iter().map(value).collect())
}

fn id(id: CandidateId) -> Value {
    Value::Int(i64::from(id.0))
}

fn ids(ids: &[CandidateId]) -> Value {
    list(ids, |one| id(*one))
}

fn examples(ids: &[ExampleId]) -> Value {
    list(ids, |id| Value::Int(i64::from(id.0)))
}

fn numbers(items: &[u64]) -> Value {
    list(items, |item| Value::Int(i64::try_from(*item).unwrap_or(i64::MAX)))
}

fn scores(scores: &[Num]) -> Value {
    list(scores, |score| Value::from(*score))
}

fn texts<'a>(texts: impl IntoIterator<Item = (&'a Str, &'a Str)>) -> Value {
    Value::Dict(texts.into_iter().map(|(name, text)| (name.clone(), Value::Str(text.clone()))).collect())
}

pub fn candidate(candidate: &Candidate) -> Value {
    texts(candidate.iter())
}

fn pairs(all: &[(Str, Str)]) -> Value {
    texts(all.iter().map(|(name, text)| (name, text)))
}

fn optional(value: Option<Value>) -> Value {
    value.unwrap_or(Value::None)
}

fn fronts(fronts: &Fronts) -> Value {
    let entry = |key: Value, best: Num, members: Vec<CandidateId>| {
        Value::List(vec![key, Value::from(best), ids(&members)].into())
    };
    let example = |example: ExampleId| Value::Int(i64::from(example.0));
    let instance =
        list(&fronts.instance, |(key, front)| entry(example(*key), front.best, front.members.iter().collect()));
    let objective = list(&fronts.objective, |(key, front)| {
        entry(Value::Str(key.clone()), front.best, front.members.iter().collect())
    });
    let cartesian = list(&fronts.cartesian, |((at, objective), front)| {
        let key = Value::List(vec![example(*at), Value::Str(objective.clone())].into());
        entry(key, front.best, front.members.iter().collect())
    });
    let sets = [("instance", instance), ("objective", objective), ("cartesian", cartesian)];
    Value::Dict(sets.into_iter().collect())
}

/// What names examples have.
pub struct Names<'a> {
    pub train: &'a [String],
    pub validation: &'a [String],
}

impl Names<'_> {
    pub fn of(&self, split: Split, ids: &[ExampleId]) -> Value {
        let names = if split == Split::Train { self.train } else { self.validation };
        list(ids, |id| Value::from(names[id.index()].as_str()))
    }
}

/// The state before the first pass of a phase.
pub fn initial_state(optimizer: &Optimizer) -> Value {
    let state = optimizer.state();
    // The pass has begun, but changed nothing that is shown.
    Fields::of("initial_state")
        .count("i", state.passes().saturating_sub(1))
        .with("fronts", fronts(state.fronts()))
        .count("total_num_evals", state.metric_calls())
        .count("candidates", state.candidates().len())
        .with("next_component", turns(optimizer))
        .end()
}

fn turns(optimizer: &Optimizer) -> Value {
    list(optimizer.state().next_component(), |turn| Value::Int(i64::try_from(*turn).unwrap_or(i64::MAX)))
}

/// An event as it was recorded. Fields that belong to the state at the time are taken from the optimiser as it is, so the
/// end of a pass must be reported before the next begins.
pub fn report(event: &Event, optimizer: &Optimizer, names: &Names<'_>) -> Value {
    let has_run_dir = optimizer.config().run_dir.is_some();
    match event {
        Event::OptimizationStarted {
            seed_candidate,
            train_size,
            validation_size,
            perfect_score,
            seed,
            track_best_outputs,
        } => {
            let config: Dict = [
                ("perfect_score", optional(perfect_score.map(Value::from))),
                ("seed", Value::int(seed.clone())),
                ("track_best_outputs", Value::Bool(*track_best_outputs)),
            ]
            .into_iter()
            .collect();
            Fields::of("optimization_start")
                .with("seed_candidate", candidate(seed_candidate))
                .count("trainset_size", *train_size)
                .count("valset_size", *validation_size)
                .with("config", config)
                .end()
        }
        Event::OptimizationEnded { best, total_iterations, metric_calls } => Fields::of("optimization_end")
            .with("best_candidate_idx", id(*best))
            .with("total_iterations", *total_iterations)
            .count("total_metric_calls", *metric_calls)
            .end(),
        Event::StateSaved { iteration } => {
            Fields::of("state_saved").count("iteration", *iteration).with("has_run_dir", has_run_dir).end()
        }
        Event::IterationStarted { iteration } => {
            Fields::of("iteration_start").count("iteration", *iteration).count("state_i", iteration - 1).end()
        }
        Event::IterationEnded { iteration, accepted } => iteration_end(*iteration, *accepted, optimizer),
        Event::CandidateSelected { iteration, candidate, score } => Fields::of("candidate_selected")
            .count("iteration", *iteration)
            .with("candidate_idx", id(*candidate))
            .with("score", *score)
            .end(),
        Event::MinibatchSampled { iteration, examples: ids, train_size } => Fields::of("minibatch_sampled")
            .count("iteration", *iteration)
            .with("minibatch_ids", examples(ids))
            .count("trainset_size", *train_size)
            .end(),
        Event::EvaluationStarted { iteration, candidate, split, examples, capture_traces, parents } => {
            Fields::of("evaluation_start")
                .count("iteration", *iteration)
                .with("candidate_idx", optional(candidate.map(id)))
                .count("batch_size", examples.len())
                .with("capture_traces", *capture_traces)
                .with("parent_ids", ids(parents))
                .with("inputs", names.of(*split, examples))
                .with("is_seed_candidate", *candidate == Some(CandidateId(0)))
                .end()
        }
        Event::EvaluationEnded {
            iteration,
            candidate,
            scores: all,
            has_trajectories,
            parents,
            objective_scores,
            repeats: _,
        } => {
            let objectives = objective_scores.as_ref().map(|examples| {
                list(examples, |scores| {
                    Value::Dict(scores.iter().map(|(name, score)| (name.clone(), Value::from(*score))).collect())
                })
            });
            Fields::of("evaluation_end")
                .count("iteration", *iteration)
                .with("candidate_idx", optional(candidate.map(id)))
                .with("scores", scores(all))
                .with("has_trajectories", *has_trajectories)
                .with("parent_ids", ids(parents))
                .with("objective_scores", optional(objectives))
                .with("is_seed_candidate", *candidate == Some(CandidateId(0)))
                .end()
        }
        Event::EvaluationSkipped { iteration, candidate, reason, scores: all } => Fields::of("evaluation_skipped")
            .count("iteration", *iteration)
            .with("candidate_idx", id(*candidate))
            .with("reason", reason.code())
            .with("scores", scores(all))
            .with("is_seed_candidate", *candidate == CandidateId(0))
            .end(),
        Event::DatasetBuilt { iteration, candidate, components, dataset } => {
            let counts = dataset
                .records
                .iter()
                .map(|(name, records)| (name.clone(), Value::Int(i64::try_from(records.len()).unwrap_or(i64::MAX))));
            Fields::of("reflective_dataset_built")
                .count("iteration", *iteration)
                .with("candidate_idx", id(*candidate))
                .with("components", list(components, |name| Value::Str(name.clone())))
                .with("records", counts.collect::<Dict>())
                .end()
        }
        Event::ProposalStarted { iteration, components, parent } => Fields::of("proposal_start")
            .count("iteration", *iteration)
            .with("components", list(components, |name| Value::Str(name.clone())))
            .with("parent_candidate", candidate(parent))
            .end(),
        Event::ProposalEnded { iteration, texts, prompts, replies } => Fields::of("proposal_end")
            .count("iteration", *iteration)
            .with("new_instructions", pairs(texts))
            .with("raw_lm_outputs", pairs(replies))
            .with("prompt_components", list(prompts, |(name, _)| Value::Str(name.clone())))
            .end(),
        Event::Failed { iteration, error, will_continue } => Fields::of("error")
            .count("iteration", *iteration)
            .with("exception_type", error.python_class())
            .with("will_continue", *will_continue)
            .end(),
        Event::Note(note) => Fields::of("note").with("code", note.code()).end(),
        Event::Draw(draw) => drawn(draw),
        pool => pool_event(pool),
    }
}

fn iteration_end(iteration: u64, accepted: bool, optimizer: &Optimizer) -> Value {
    let state = optimizer.state();
    let trace = state.trace().last().map(taupe::gepa::trace::TraceEntry::to_value);
    let fields = Fields::of("iteration_end")
        .count("iteration", iteration)
        .with("proposal_accepted", accepted)
        .count("total_num_evals", state.metric_calls())
        .with("next_component", turns(optimizer))
        .with("trace", optional(trace))
        .count("next_u32", optimizer.next_u32());
    if optimizer.config().merge.is_none() {
        return fields.end();
    }
    let (due, accepted) = optimizer.merges();
    fields.count("merges_due", due).count("total_merges_tested", accepted).end()
}

/// The events about the pool and the budget.
fn pool_event(event: &Event) -> Value {
    match event {
        Event::CandidateAccepted { iteration, candidate, score, parents } => Fields::of("candidate_accepted")
            .count("iteration", *iteration)
            .with("new_candidate_idx", id(*candidate))
            .with("new_score", *score)
            .with("parent_ids", ids(parents))
            .end(),
        Event::CandidateRejected { iteration, before, after, reason, .. } => Fields::of("candidate_rejected")
            .count("iteration", *iteration)
            .with("old_score", *before)
            .with("new_score", *after)
            .with("reason_code", reason.code())
            .end(),
        Event::MergeAttempted { iteration, parents, candidate: merged } => Fields::of("merge_attempted")
            .count("iteration", *iteration)
            .with("parent_ids", ids(parents))
            .with("merged_candidate", candidate(merged))
            .end(),
        Event::MergeAccepted { iteration, candidate, parents } => Fields::of("merge_accepted")
            .count("iteration", *iteration)
            .with("new_candidate_idx", id(*candidate))
            .with("parent_ids", ids(parents))
            .end(),
        Event::MergeRejected { iteration, parents, .. } => Fields::of("merge_rejected")
            .count("iteration", *iteration)
            .with("parent_ids", ids(parents))
            .with("reason_code", "below_better_parent")
            .end(),
        Event::FrontUpdated { iteration, front, displaced, fronts: all } => Fields::of("pareto_front_updated")
            .count("iteration", *iteration)
            .with("new_front", ids(front))
            .with("displaced_candidates", ids(displaced))
            .with("fronts", fronts(all))
            .end(),
        Event::ValidationEvaluated {
            iteration,
            id: new,
            candidate: texts,
            scores,
            average,
            validation_size,
            parents,
            is_best,
            has_outputs,
        } => Fields::of("valset_evaluated")
            .count("iteration", *iteration)
            .with("candidate_idx", id(*new))
            .with("candidate", candidate(texts))
            .with(
                "scores_by_val_id",
                list(scores, |(at, score)| Value::List(vec![Value::Int(i64::from(at.0)), Value::from(*score)].into())),
            )
            .with("average_score", *average)
            .count("num_examples_evaluated", scores.len())
            .count("total_valset_size", *validation_size)
            .with("parent_ids", ids(parents))
            .with("is_best_program", *is_best)
            .with("has_outputs", *has_outputs)
            .end(),
        Event::BudgetUpdated { iteration, used, delta, remaining } => Fields::of("budget_updated")
            .count("iteration", *iteration)
            .count("metric_calls_used", *used)
            .count("metric_calls_delta", *delta)
            .with(
                "metric_calls_remaining",
                optional(remaining.map(|calls| Value::Int(i64::try_from(calls).unwrap_or(i64::MAX)))),
            )
            .end(),
        other => Fields::of("unknown").with("debug", format!("{other:?}")).end(),
    }
}

fn drawn(draw: &Draw) -> Value {
    let of = |fields: Fields, of: &[u64]| fields.with("of", numbers(of));
    let call = |name: &str| Fields::of("rng").with("fn", name);
    match draw {
        Draw::Random { result } => call("random").with("result", *result).end(),
        Draw::Int { low, high, result } => {
            call("randint").with("a", *low).with("b", *high).with("result", *result).end()
        }
        Draw::Choice { of: from, result } => of(call("choice"), from).count("result", *result).end(),
        Draw::Choices { of: from, weights, count, result } => {
            let weights = weights.as_ref().map(|all| list(all, |weight| Value::Float(*weight)));
            let fields = of(call("choices"), from).with("weights", optional(weights)).count("k", *count);
            match result {
                Some(result) => fields.with("result", numbers(result)).end(),
                None => fields.with("error", "ValueError").end(),
            }
        }
        Draw::Sample { of: from, count, result } => {
            of(call("sample"), from).count("k", *count).with("result", numbers(result)).end()
        }
        Draw::Shuffle { of: from, result } => of(call("shuffle"), from).with("result", numbers(result)).end(),
    }
}
