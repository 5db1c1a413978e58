//! Whole runs: the optimiser is driven through a recorded scenario and must report what the original reported.

use taupe::gepa::reflect::ReflectiveDataset;
use taupe::gepa::{
    Answer, Evaluation, EvaluationRequest, Failure, JobReply, Need, Optimizer, Outcome, Outside, ProposalJob, Reply,
    Split, State,
};
use taupe::py::{Dict, Num, Str, Value, json, ops};

use super::landscape::{Landscape, wrap};
use super::reports::{self, Names};
use super::scenario::{self, Phase, number};
use crate::tally::{Differences, Tally};
use crate::vectors::{self, Problem, Vectors, as_int, field, list, optional, wrong};

/// Each scenario gives five vectors: the random stream, the draws, all events, the run log and the result.
pub fn traces(vectors: &Vectors) -> Result<Tally, Problem> {
    let file = vectors.only()?;
    let phases = scenario::phases(field(file, "scenario")?)?;
    let recorded = list(file, "phases")?;
    if recorded.len() != phases.len() {
        return Err(wrong("phases", "as many as the scenario's"));
    }
    let mut tally = Tally::default();
    let mut saved: Option<State> = None;
    for (number, (phase, recorded)) in phases.iter().zip(recorded.iter()).enumerate() {
        let run = run(phase, saved.as_ref())?;
        let expected = list(recorded, "events")?.as_slice();
        let place = |part: &str| format!("phase {number}, {part}");
        tally.vector(&place("the stream"), |differences| {
            let stream =
                |events: &[Value]| events.iter().filter_map(|event| optional(event, "next_u32").cloned()).collect();
            compare(differences, stream(expected), stream(&run.events));
            Ok(())
        })?;
        tally.vector(&place("the draws"), |differences| {
            let draws = |events: &[Value]| events.iter().filter(|event| is_draw(event)).map(without_nulls).collect();
            compare(differences, draws(expected), draws(&run.events));
            Ok(())
        })?;
        tally.vector(&place("the events"), |differences| {
            let all = |events: &[Value]| {
                events.iter().map(|event| if is_draw(event) { without_nulls(event) } else { event.clone() }).collect()
            };
            compare(differences, all(expected), all(&run.events));
            Ok(())
        })?;
        tally.vector(&place("the run log"), |differences| {
            if let Some(log) = optional(recorded, "run_log").and_then(Value::as_list) {
                compare(differences, log.to_vec(), run.log.clone());
            }
            Ok(())
        })?;
        tally.vector(&place("the result"), |differences| {
            let raised =
                optional(recorded, "raised").map_or("nothing", |class| class.as_str().map_or("?", |class| class));
            differences.same("raised", raised, run.raised.as_deref().unwrap_or("nothing"));
            if let Some(result) = optional(recorded, "result") {
                // Here even the order of the keys counts.
                differences.same("result", &json::dumps(result), &json::dumps(&run.result));
                let reread = taupe::gepa::RunResult::from_value(result);
                let reread = reread.map_err(|error| Problem::malformed(error.to_string()))?;
                differences.same("result, read and written", &json::dumps(result), &json::dumps(&reread.to_value()));
            }
            Ok(())
        })?;
        saved = run.saved;
    }
    Ok(tally)
}

fn is_draw(event: &Value) -> bool {
    optional(event, "ev").and_then(Value::as_str).is_some_and(|name| &**name == "rng")
}

/// A draw's arguments that were not given may be recorded as null or not at all.
fn without_nulls(event: &Value) -> Value {
    let fields = event.as_dict().into_iter().flat_map(|dict| dict.iter());
    let given = fields.filter(|(_, value)| !matches!(value, Value::None));
    Value::Dict(given.map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn compare(differences: &mut Differences, expected: Vec<Value>, actual: Vec<Value>) {
    for (position, (expected, actual)) in expected.iter().zip(&actual).enumerate() {
        // Equal texts are equal to the last bit of every float. Most are in the same order of keys already.
        let (left, right) = (json::dumps(expected), json::dumps(actual));
        if left != right {
            differences.same(&format!("number {position}"), &sorted_text(expected), &sorted_text(actual));
        }
    }
    differences.same("how many", &expected.len().to_string(), &actual.len().to_string());
}

/// JSON text with sorted keys, but for those of components, whose order counts.
fn sorted_text(value: &Value) -> String {
    json::dumps(&sorted(value, ""))
}

fn sorted(value: &Value, under: &str) -> Value {
    const ORDERED: &[&str] = &[
        "candidate",
        "seed_candidate",
        "parent_candidate",
        "merged_candidate",
        "new_instructions",
        "raw_lm_outputs",
        "objective_scores",
    ];
    match value {
        Value::Dict(dict) => {
            let mut entries: Vec<(Str, Value)> =
                dict.iter().map(|(key, value)| (key.clone(), sorted(value, key))).collect();
            if !ORDERED.contains(&under) {
                entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            }
            Value::Dict(entries.into_iter().collect())
        }
        Value::List(list) => Value::List(list.iter().map(|item| sorted(item, under)).collect()),
        other => other.clone(),
    }
}

/// What became of a phase.
struct Run {
    events: Vec<Value>,
    log: Vec<Value>,
    result: Value,
    raised: Option<String>,
    saved: Option<State>,
}

fn run(phase: &Phase, saved: Option<&State>) -> Result<Run, Problem> {
    let (config, seed) = (phase.config.clone(), phase.seed_candidate.clone());
    let started = match saved {
        Some(saved) => Optimizer::resume(config, phase.examples(), seed, saved),
        None => Optimizer::new(config, phase.examples(), seed),
    };
    let mut optimizer = match started {
        Ok(optimizer) => optimizer,
        Err(error) => {
            return Ok(Run {
                events: Vec::new(),
                log: Vec::new(),
                result: Value::None,
                raised: Some(error.python_class().to_owned()),
                saved: saved.cloned(),
            });
        }
    };
    let mut host = Host::new(phase)?;
    host.hear(&mut optimizer);
    while let Some(need) = optimizer.need().cloned() {
        let answer = host.answer(&need)?;
        optimizer.supply(answer).map_err(|misfit| Problem::malformed(misfit.to_string()))?;
        host.hear(&mut optimizer);
    }
    let raised = match optimizer.outcome() {
        Some(Outcome::Raised(error)) => Some(error.python_class().to_owned()),
        _ => None,
    };
    Ok(Run {
        events: host.events,
        log: optimizer.state().trace().iter().map(taupe::gepa::trace::TraceEntry::to_value).collect(),
        result: optimizer.result().to_value(),
        raised,
        saved: optimizer.saved().or(saved).cloned(),
    })
}

/// The adapter, the reflection model and the recorder of a scenario.
struct Host<'a> {
    phase: &'a Phase,
    landscape: Landscape,
    names: Names<'a>,
    events: Vec<Value>,
    stop_file: bool,
    stop_file_at: Option<i64>,
    calls_per_example: Option<u64>,
    /// Evaluations by id, with the names of their examples, for the datasets.
    evaluated: std::collections::BTreeMap<taupe::gepa::EvaluationId, (Vec<String>, Vec<Num>)>,
    evaluations: Calls,
    without_trajectories: Vec<usize>,
    datasets: Calls,
    proposals: Calls,
    omitted: Vec<(usize, String)>,
}

/// Calls of one kind, some of which are planned to fail.
struct Calls {
    made: usize,
    failing: Vec<usize>,
}

impl Calls {
    fn of(phase: &Phase, failing: &str) -> Result<Self, Problem> {
        Ok(Self { made: 0, failing: phase.calls(failing)? })
    }

    /// The number of the next call, and whether it fails.
    fn next(&mut self) -> (usize, bool) {
        let call = self.made;
        self.made += 1;
        (call, self.failing.contains(&call))
    }
}

fn planned() -> Answer {
    Answer::Failed(Failure { kind: "Planned".into(), message: "planned".into() })
}

impl<'a> Host<'a> {
    fn new(phase: &'a Phase) -> Result<Self, Problem> {
        let mut omitted = Vec::new();
        for pair in
            optional(&phase.raw, "omit_component").and_then(Value::as_list).into_iter().flat_map(|all| all.iter())
        {
            let pair = pair.as_list().map_or(&[][..], |pair| pair.as_slice());
            let [call, component] = pair else { return Err(wrong("omit_component", "made of pairs")) };
            let call = as_int(call).and_then(|call| usize::try_from(call).ok());
            let component = component.as_str().map(ToString::to_string);
            omitted.extend(call.zip(component));
        }
        let per_example = optional(&phase.raw, "metric_calls_per_example").map(number).transpose()?;
        Ok(Self {
            landscape: Landscape::read(&phase.raw)?,
            names: Names { train: &phase.train, validation: phase.validation.as_ref().unwrap_or(&phase.train) },
            events: Vec::new(),
            stop_file: false,
            stop_file_at: optional(&phase.raw, "stop_file_at").and_then(as_int),
            calls_per_example: per_example.map(|calls| calls.to_f64() as u64),
            evaluated: std::collections::BTreeMap::new(),
            evaluations: Calls::of(phase, "fail_evaluate_calls")?,
            without_trajectories: phase.calls("no_trajectory_calls")?,
            datasets: Calls::of(phase, "fail_dataset_calls")?,
            proposals: Calls::of(phase, "fail_propose_calls")?,
            omitted,
            phase,
        })
    }

    /// Records what the optimiser reports.
    fn hear(&mut self, optimizer: &mut Optimizer) {
        for event in optimizer.take_events() {
            if let taupe::gepa::Event::IterationStarted { iteration } = &event {
                if !self.events.iter().any(|event| is(event, "iteration_start")) {
                    self.events.push(reports::initial_state(optimizer));
                }
                self.stop_file |= self.stop_file_at.is_some_and(|at| at == *iteration as i64);
            }
            self.events.push(reports::report(&event, optimizer, &self.names));
        }
    }

    fn answer(&mut self, need: &Need) -> Result<Answer, Problem> {
        match need {
            Need::Leave { .. } => Ok(Answer::Proceed(Outside { signal: self.stop_file, ..Outside::default() })),
            Need::Evaluate { requests, .. } => self.evaluate(requests),
            Need::BuildDataset { candidate, evaluation, components } => {
                let (call, fails) = self.datasets.next();
                if fails {
                    return Ok(planned());
                }
                let (examples, scores) = self.evaluated.get(evaluation).ok_or_else(|| wrong("evaluation", "known"))?;
                let length: usize = candidate.iter().map(|(_, text)| text.chars().count()).sum();
                let records: Vec<Value> =
                    examples.iter().zip(scores).map(|(example, score)| record(example, length, *score)).collect();
                let kept = components.iter().filter(|name| !self.omitted.contains(&(call, name.to_string())));
                let records = kept.map(|name| (name.clone(), records.clone().into())).collect();
                Ok(Answer::DatasetBuilt(ReflectiveDataset { records }))
            }
            Need::Propose { jobs } => Ok(self.propose(jobs)),
        }
    }

    fn evaluate(&mut self, requests: &[EvaluationRequest]) -> Result<Answer, Problem> {
        let mut evaluations = Vec::new();
        for request in requests {
            let (call, fails) = self.evaluations.next();
            let all = if request.split == Split::Train { self.names.train } else { self.names.validation };
            let examples: Vec<String> = request.examples.iter().map(|id| all[id.index()].clone()).collect();
            let event: Dict = [
                ("ev", Value::from("adapter_evaluate")),
                ("call", Value::Int(call as i64)),
                ("ids", self.names.of(request.split, &request.examples)),
                ("candidate", reports::candidate(&request.candidate)),
                ("capture_traces", Value::Bool(request.capture_traces)),
                ("raises", Value::Bool(fails)),
            ]
            .into_iter()
            .collect();
            self.events.push(Value::Dict(event));
            if fails {
                return Ok(planned());
            }
            let scores: Vec<Num> =
                examples.iter().map(|example| self.landscape.score(&request.candidate, example, "score")).collect();
            let length: usize = request.candidate.iter().map(|(_, text)| text.chars().count()).sum();
            let output = |example: &String| {
                let fields = [("id", Value::from(example.as_str())), ("len", Value::Int(length as i64))];
                Value::Dict(fields.into_iter().collect())
            };
            let objective_scores = self.landscape.objectives.as_ref().map(|objectives| {
                let of = |example: &String| {
                    let score = |name: &String| {
                        (Str::from(name.as_str()), self.landscape.score(&request.candidate, example, name))
                    };
                    objectives.iter().map(score).collect()
                };
                examples.iter().map(of).collect()
            });
            let has_trajectories = request.capture_traces && !self.without_trajectories.contains(&call);
            let metric_calls = self.calls_per_example.filter(|_| request.capture_traces);
            evaluations.push(Evaluation {
                repeats: None,
                outputs: examples.iter().map(output).collect(),
                scores: scores.clone(),
                objective_scores,
                has_trajectories,
                metric_calls: metric_calls.map(|calls| calls * examples.len() as u64),
            });
            self.evaluated.insert(request.id, (examples, scores));
        }
        Ok(Answer::Evaluated(evaluations))
    }

    fn propose(&mut self, jobs: &[ProposalJob]) -> Answer {
        let by_model = vectors::text(&self.phase.raw, "proposer").is_ok_and(|proposer| proposer == "lm");
        let mut all = Vec::new();
        for job in jobs {
            let reply = if by_model { self.ask_model(job) } else { self.write(job) };
            match reply {
                Some(reply) => all.push(reply),
                None => return planned(),
            }
        }
        Answer::Proposed(all)
    }

    fn write(&mut self, job: &ProposalJob) -> Option<JobReply> {
        let (_, fails) = self.proposals.next();
        if fails {
            return None;
        }
        let mut texts = Vec::new();
        for component in job.components.iter().filter(|component| job.dataset.get(component).is_some()) {
            let current = job.candidate.get(component)?;
            texts.push((component.clone(), self.landscape.mutate(component, current).into()));
        }
        Some(JobReply::Texts(texts))
    }

    fn ask_model(&mut self, job: &ProposalJob) -> Option<JobReply> {
        let mut replies = Vec::new();
        for (component, prompt) in &job.prompts {
            let (call, fails) = self.proposals.next();
            let event: Dict = [
                ("ev", Value::from("lm_call")),
                ("call", Value::Int(call as i64)),
                ("prompt", Value::Str(prompt.clone())),
                ("raises", Value::Bool(fails)),
            ]
            .into_iter()
            .collect();
            self.events.push(Value::Dict(event));
            if fails {
                return None;
            }
            let (_, rest) = prompt.split_once("CURRENT:\n")?;
            let (current, _) = rest.split_once("\nEVIDENCE:\n")?;
            let text = self.landscape.mutate(component, current);
            replies.push(Reply::from(wrap(call, &text).as_str()));
        }
        Some(JobReply::Replies(replies))
    }
}

fn is(event: &Value, name: &str) -> bool {
    optional(event, "ev").is_some_and(|ev| ops::eq(ev, &Value::from(name)))
}

fn record(example: &str, length: usize, score: Num) -> Value {
    let inputs: Dict = [("example", Value::from(example))].into_iter().collect();
    let fields = [
        ("Inputs", Value::Dict(inputs)),
        ("Generated Outputs", Value::Int(length as i64)),
        ("Feedback", Value::from(format!("scored {score}"))),
    ];
    Value::Dict(fields.into_iter().collect())
}
