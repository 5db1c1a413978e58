//! Answers as JSON values, for a journal: what is written and read again gives the same run.

use super::answer::Answer;
use super::evaluation::{Evaluation, ObjectiveScores};
use super::need::{JobReply, Outside, Reply};
use super::reflect::ReflectiveDataset;
use super::{Candidate, CandidateId, Failure, Texts};
use crate::py::{Dict, List, Num, Str, Value};

/// A value that is no saved answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is no saved answer: {0}.")]
pub struct NoAnswer(&'static str);

type Read<T> = Result<T, NoAnswer>;

impl Answer {
    /// The answer as an object of texts, numbers, lists and objects.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let fields = |kind: &str, fields: Vec<(&str, Value)>| {
            let kind = ("answer", Value::from(kind));
            Value::Dict(std::iter::once(kind).chain(fields).collect())
        };
        match self {
            Self::Proceed(Outside { stop, signal, elapsed_seconds, reflection_cost_usd }) => fields(
                "proceed",
                vec![
                    ("stop", Value::Bool(*stop)),
                    ("signal", Value::Bool(*signal)),
                    ("elapsed_seconds", Value::Float(*elapsed_seconds)),
                    ("reflection_cost_usd", Value::Float(*reflection_cost_usd)),
                ],
            ),
            Self::Introduce { candidate, parents } => {
                let parents = list(parents, |id| Value::Int(i64::from(id.0)));
                fields("introduce", vec![("candidate", texts(candidate.iter())), ("parents", parents)])
            }
            Self::Evaluated(evaluations) => {
                fields("evaluated", vec![("evaluations", list(evaluations, evaluation_value))])
            }
            Self::DatasetBuilt(dataset) => {
                let records =
                    dataset.records.iter().map(|(name, records)| (name.clone(), Value::List(records.clone())));
                fields("dataset", vec![("records", Value::Dict(records.collect()))])
            }
            Self::Proposed(jobs) => fields("proposed", vec![("jobs", list(jobs, job_value))]),
            Self::Failed(Failure { kind, message }) => {
                fields("failed", vec![("kind", Value::Str(kind.clone())), ("message", Value::Str(message.clone()))])
            }
        }
    }

    /// Reads what [`Answer::to_value`] gave.
    ///
    /// # Errors
    /// The value is something else.
    pub fn from_value(value: &Value) -> Read<Self> {
        let fields = Fields(value.as_dict().ok_or(NoAnswer("it is not an object"))?);
        match &**fields.text("answer")? {
            "proceed" => Ok(Self::Proceed(Outside {
                stop: fields.flag("stop")?,
                signal: fields.flag("signal")?,
                elapsed_seconds: fields.number("elapsed_seconds")?.to_f64(),
                reflection_cost_usd: fields.number("reflection_cost_usd")?.to_f64(),
            })),
            "introduce" => {
                let parent = |value: &Value| count(value).and_then(|id| u32::try_from(id).ok()).map(CandidateId);
                let parents = fields.list("parents")?.iter().map(parent).collect::<Option<_>>();
                let parents = parents.ok_or(NoAnswer("a parent is no candidate"))?;
                Ok(Self::Introduce { candidate: Candidate::new(texts_of(fields.get("candidate")?)?), parents })
            }
            "evaluated" => {
                fields.list("evaluations")?.iter().map(evaluation_of).collect::<Read<_>>().map(Self::Evaluated)
            }
            "dataset" => {
                let records = fields.get("records")?.as_dict().ok_or(NoAnswer("the records are no object"))?;
                let entry = |(name, records): (&Str, &Value)| Some((name.clone(), records.as_list()?.clone()));
                let records = records.iter().map(entry).collect::<Option<_>>();
                let records = records.ok_or(NoAnswer("the records of a component are no list"))?;
                Ok(Self::DatasetBuilt(ReflectiveDataset { records }))
            }
            "proposed" => fields.list("jobs")?.iter().map(job_of).collect::<Read<_>>().map(Self::Proposed),
            "failed" => Ok(Self::Failed(Failure {
                kind: fields.text("kind")?.clone(),
                message: fields.text("message")?.clone(),
            })),
            _ => Err(NoAnswer("its kind is unknown")),
        }
    }
}

fn list<T>(items: &[T], value: impl Fn(&T) -> Value) -> Value {
    Value::List(items.iter().map(value).collect())
}

fn texts<'a>(texts: impl IntoIterator<Item = (&'a Str, &'a Str)>) -> Value {
    Value::Dict(texts.into_iter().map(|(name, text)| (name.clone(), Value::Str(text.clone()))).collect())
}

fn texts_of(value: &Value) -> Read<Texts> {
    let entry = |(name, text): (&Str, &Value)| Some((name.clone(), text.as_str()?.clone()));
    value
        .as_dict()
        .and_then(|dict| dict.iter().map(entry).collect())
        .ok_or(NoAnswer("the texts of the components are missing"))
}

fn count(value: &Value) -> Option<u64> {
    match value {
        Value::Int(int) => u64::try_from(*int).ok(),
        _ => None,
    }
}

fn evaluation_value(evaluation: &Evaluation) -> Value {
    let Evaluation { scores, repeats, outputs, objective_scores, has_trajectories, metric_calls } = evaluation;
    let objectives = |scores: &ObjectiveScores| -> Value {
        Value::Dict(scores.iter().map(|(objective, score)| (objective.clone(), Value::from(*score))).collect())
    };
    let calls = metric_calls.map_or(Value::None, |calls| Value::Int(i64::try_from(calls).unwrap_or(i64::MAX)));
    let fields = [
        ("scores", list(scores, |score| Value::from(*score))),
        ("outputs", Value::List(outputs.iter().cloned().collect())),
        ("objective_scores", objective_scores.as_ref().map_or(Value::None, |all| list(all, objectives))),
        ("has_trajectories", Value::Bool(*has_trajectories)),
        ("metric_calls", calls),
    ];
    let repeats = repeats.as_ref().map(|all| ("repeats", list(all, |own| list(own, |score| Value::from(*score)))));
    Value::Dict(fields.into_iter().chain(repeats).collect())
}

fn evaluation_of(value: &Value) -> Read<Evaluation> {
    let fields = Fields(value.as_dict().ok_or(NoAnswer("an evaluation is not an object"))?);
    let scores = fields.list("scores")?.iter().map(Num::of).collect::<Option<_>>();
    let objectives = |value: &Value| -> Option<ObjectiveScores> {
        value.as_dict()?.iter().map(|(objective, score)| Some((objective.clone(), Num::of(score)?))).collect()
    };
    let objective_scores = match fields.get("objective_scores")? {
        Value::None => None,
        all => {
            let all = all.as_list().and_then(|all| all.iter().map(objectives).collect::<Option<_>>());
            Some(all.ok_or(NoAnswer("the objective scores are no list of numbers"))?)
        }
    };
    let metric_calls = match fields.get("metric_calls")? {
        Value::None => None,
        calls => Some(count(calls).ok_or(NoAnswer("the metric calls are no count"))?),
    };
    let numbers = |value: &Value| -> Option<Vec<Num>> { value.as_list()?.iter().map(Num::of).collect() };
    let repeats = match fields.get("repeats").ok() {
        None => None,
        Some(all) => {
            let all = all.as_list().and_then(|all| all.iter().map(numbers).collect::<Option<_>>());
            Some(all.ok_or(NoAnswer("the repeats are no lists of numbers"))?)
        }
    };
    Ok(Evaluation {
        scores: scores.ok_or(NoAnswer("a score is no number"))?,
        repeats,
        outputs: fields.list("outputs")?.to_vec(),
        objective_scores,
        has_trajectories: fields.flag("has_trajectories")?,
        metric_calls,
    })
}

fn job_value(job: &JobReply) -> Value {
    let reply = |Reply { raw, edited }: &Reply| {
        let edited = edited.as_ref().map_or(Value::None, |text| Value::Str(text.clone()));
        Value::Dict([("raw", Value::Str(raw.clone())), ("edited", edited)].into_iter().collect())
    };
    let field = match job {
        JobReply::Texts(all) => ("texts", texts(all.iter().map(|(name, text)| (name, text)))),
        JobReply::Replies(replies) => ("replies", list(replies, reply)),
    };
    Value::Dict([field].into_iter().collect())
}

fn job_of(value: &Value) -> Read<JobReply> {
    let fields = Fields(value.as_dict().ok_or(NoAnswer("a job is not an object"))?);
    if let Ok(all) = fields.get("texts") {
        return texts_of(all).map(JobReply::Texts);
    }
    let reply = |value: &Value| {
        let fields = Fields(value.as_dict().ok_or(NoAnswer("a reply is not an object"))?);
        Ok(Reply { raw: fields.text("raw")?.clone(), edited: fields.get("edited")?.as_str().cloned() })
    };
    fields.list("replies")?.iter().map(reply).collect::<Read<_>>().map(JobReply::Replies)
}

struct Fields<'a>(&'a Dict);

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Read<&'a Value> {
        self.0.get(name).ok_or(NoAnswer("a field is missing"))
    }

    fn text(&self, name: &str) -> Read<&'a Str> {
        self.get(name)?.as_str().ok_or(NoAnswer("a field is not a text"))
    }

    fn list(&self, name: &str) -> Read<&'a List> {
        self.get(name)?.as_list().ok_or(NoAnswer("a field is not a list"))
    }

    fn number(&self, name: &str) -> Read<Num> {
        Num::of(self.get(name)?).ok_or(NoAnswer("a field is not a number"))
    }

    fn flag(&self, name: &str) -> Read<bool> {
        match self.get(name)? {
            Value::Bool(flag) => Ok(*flag),
            _ => Err(NoAnswer("a field is neither true nor false")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::py::json::{dumps, loads};

    #[track_caller]
    fn check(answer: &Answer) {
        let text = dumps(&answer.to_value());
        let read = Answer::from_value(&loads(&text).unwrap()).unwrap();
        assert_eq!(dumps(&read.to_value()), text);
        assert_eq!(format!("{read:?}"), format!("{answer:?}"));
    }

    #[test]
    fn what_was_written_is_read_again() {
        check(&Answer::Proceed(Outside { signal: true, elapsed_seconds: 0.1, ..Outside::default() }));
        check(&Answer::Introduce {
            candidate: Candidate::new([("b", "1"), ("a", "2")]),
            parents: vec![CandidateId(3)],
        });
        let mut evaluation = Evaluation::of_scores(vec![Num::Int(1), Num::Float(1.0)], true);
        check(&Answer::Evaluated(vec![evaluation.clone()]));
        evaluation.objective_scores = Some(vec![vec![("z".into(), Num::Float(0.5))], Vec::new()]);
        evaluation.metric_calls = Some(7);
        evaluation.repeats = Some(vec![vec![Num::Int(1), Num::Float(0.5)], Vec::new()]);
        evaluation.outputs = vec![Value::from("x"), loads(r#"{"a": [1, 1.5, null]}"#).unwrap()];
        check(&Answer::Evaluated(vec![evaluation]));
        let records = loads(r#"[{"Feedback": "good"}]"#).unwrap().as_list().unwrap().clone();
        check(&Answer::DatasetBuilt(ReflectiveDataset {
            records: vec![("a".into(), records), ("b".into(), List::new())],
        }));
        let edited = Reply { raw: "r".into(), edited: Some("e".into()) };
        check(&Answer::Proposed(vec![
            JobReply::Texts(vec![("a".into(), "t".into())]),
            JobReply::Replies(vec!["```x```".into(), edited]),
        ]));
        check(&Answer::Failed("the endpoint died".into()));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["[]", "{}", r#"{"answer": "what"}"#, r#"{"answer": "proceed", "stop": 1}"#, r#"{"answer": "evaluated"}"#]
        {
            assert!(Answer::from_value(&loads(text).unwrap()).is_err(), "{text}");
        }
    }
}
