//! Evolutions in storage: a record under each evolution's id, and beside it, entry by entry, what it was answered.
//!
//! A record and its answers make the evolution again (`evolve::Evolution::replay`); there is no other saved state. Its
//! rollouts are ordinary runs, whose ids follow from the evolution's. Replies of the reflection model are kept the
//! moment they come, before anybody has decided about them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::FORMAT;
use super::batches::{BatchRater, MAX_CONCURRENCY, limits, rater};
use super::restore::{cut, from, max_steps, milliseconds, occupant, text};
use crate::domain::{Task, TaskId, World};
use crate::evolve::{DatasetChoices, Feedback, RolloutJob, Setup};
use crate::gepa::Answer;
use crate::journal::{
    BatchId, EvolutionId, Examples, Header, InBatch, Instruction, Judgements, RunId, content_digest, header::MAX_SEED,
};
use crate::pack::storage::{Change, Storage, StorageFault, Store};
use crate::py::json as py_json;
use crate::rollout::batch::Limits;
use crate::rollout::{AgentStrategy, DEFAULT_MAX_STEPS, Occupant, SeatedBy, Spent, UserStrategy};

/// What an evolution was started with, and how far it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EvolutionRecord {
    pub id: EvolutionId,
    /// Milliseconds since 1970.
    pub created_ms: u64,
    /// What the user calls it.
    pub name: String,
    pub note: String,
    pub pack: String,
    pub domain: String,
    /// How the datasets were asked for.
    pub choices: DatasetChoices,
    /// What shuffled them; `None` where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset_seed: Option<u64>,
    /// The datasets as they were drawn, the seed instruction, the optimiser's settings.
    pub setup: Setup,
    pub agent: Occupant,
    pub user: Occupant,
    /// Who rewrites the instruction.
    pub reflection: Occupant,
    pub strategy: AgentStrategy,
    pub user_strategy: UserStrategy,
    /// Sent with each call of the agent's where it is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// The limit on the agent's model calls in each rollout.
    pub max_steps: usize,
    /// What programs draw from.
    pub seed: u64,
    pub feedback: Feedback,
    /// Whose score counts instead of the environment's reward; `None`: the reward counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rater: Option<BatchRater>,
    /// How many rollouts go on at the same time; at least 1.
    pub concurrency: usize,
    /// What all seats together may use up.
    pub limits: Limits,
    /// Doubts about a reply decide nothing, and nothing waits for a person, as in the original.
    pub parity: bool,
    /// Every proposal waits for a person.
    pub review: bool,
    /// Where it was forked from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forked_from: Option<ForkPoint>,
    /// Whose runs its first rollouts are, where it was forked: all numbers below a bound are of that evolution, and the
    /// bounds ascend.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
    /// The batch that judged the seed and the best candidate on the held-out tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_out: Option<BatchId>,
    /// The file that it was read from, where it ran elsewhere: it has candidates and scores, but no rollouts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    pub summary: EvolutionSummary,
}

/// A place in another evolution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForkPoint {
    pub evolution: EvolutionId,
    /// The pass that was about to begin, from 1.
    pub iteration: u64,
}

/// Rollouts that were made by another evolution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    pub evolution: EvolutionId,
    /// All rollouts below this number that no earlier origin has.
    pub below: usize,
}

/// How far an evolution is, for lists.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EvolutionSummary {
    /// In the pool, with the seed.
    pub candidates: usize,
    /// Passes begun.
    pub iterations: u64,
    pub metric_calls: u64,
    /// Mean validation scores; `None` before they are known.
    pub seed_score: Option<f64>,
    pub best_score: Option<f64>,
    pub ended: bool,
    /// Milliseconds since 1970.
    pub changed_ms: u64,
}

/// A reply of the reflection model, as it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptReply {
    /// How many answers there were when it was asked for: which step it belongs to.
    pub answers: usize,
    /// Which of the calls of that step, from 0.
    pub number: usize,
    /// Which reply to that call, from 0: a person may ask again.
    pub attempt: usize,
    pub text: String,
    #[serde(default)]
    pub spent: Spent,
}

impl EvolutionRecord {
    /// The run of a rollout.
    #[must_use]
    pub fn run(&self, number: usize) -> RunId {
        let origin = self.origins.iter().find(|origin| number < origin.below);
        origin.map_or(&self.id, |origin| &origin.evolution).run(number)
    }

    #[must_use]
    pub fn seated_by(&self) -> SeatedBy {
        SeatedBy { agent: self.agent.clone(), user: self.user.clone() }
    }

    /// The header of the run of a rollout.
    #[must_use]
    pub fn header(&self, job: &RolloutJob, at_hand: (&World, &Task), now_ms: u64) -> Header {
        let (world, task) = at_hand;
        Header {
            id: self.run(job.number),
            created_ms: now_ms,
            title: format!("{} · rollout {} · {}", self.name, job.number + 1, task.id),
            note: String::new(),
            pack: self.pack.clone(),
            domain: self.domain.clone(),
            task: task.id.clone(),
            task_title: task.title.clone().unwrap_or_default(),
            content: content_digest(world, task),
            agent: self.agent.clone(),
            user: self.user.clone(),
            instruction: Instruction {
                text: job.instruction.to_string(),
                name: format!("A candidate of {}", self.name),
                version: None,
            },
            strategy: self.strategy,
            examples: Examples::default(),
            user_strategy: self.user_strategy,
            temperature: self.temperature,
            max_steps: self.max_steps,
            seed: self.seed,
            trial: job.trial,
            forked_from: None,
            beside: None,
            batch: Some(InBatch { batch: self.id.as_batch().clone(), arm: 0, at: job.number }),
            judgements: Judgements::default(),
        }
    }

    /// All tasks that it names.
    pub fn tasks(&self) -> impl Iterator<Item = TaskId> + '_ {
        let sets = &self.setup.datasets;
        [&sets.feedback, &sets.pareto, &sets.evaluation]
            .into_iter()
            .flat_map(|set| set.tasks.iter().map(|index| TaskId { split: set.split.clone(), index: *index }))
    }
}

/// The evolutions in a storage.
#[derive(Clone, Debug)]
pub struct EvolutionStore<S> {
    storage: S,
}

impl<S: Storage> EvolutionStore<S> {
    pub const fn new(storage: S) -> Self {
        Self { storage }
    }

    /// All evolutions, the newest first, and what had to be mended or left out, a sentence each.
    ///
    /// # Errors
    /// Storage fails.
    pub async fn list(&self) -> Result<(Vec<EvolutionRecord>, Vec<String>), StorageFault> {
        let mut warnings = Vec::new();
        let mut evolutions = Vec::new();
        for (key, content) in self.storage.entries(Store::Evolutions, "").await? {
            match EvolutionId::parse(&key).and_then(|id| restore(&id, &content, &mut warnings)) {
                Some(evolution) => evolutions.push(evolution),
                None => warnings
                    .push("The record of an evolution can't be read; its rollouts are among the runs.".to_owned()),
            }
        }
        evolutions.sort_by(|a, b| b.created_ms.cmp(&a.created_ms).then_with(|| a.id.cmp(&b.id)));
        Ok((evolutions, warnings))
    }

    /// Writes a record, with the answers from the position `from` on.
    ///
    /// # Errors
    /// Storage fails; then what was there is as it was.
    pub async fn keep(&self, record: &EvolutionRecord, from: usize, answers: &[Answer]) -> Result<(), StorageFault> {
        let content = json!({"format": FORMAT, "evolution": record}).to_string();
        let answers: Vec<String> = answers.iter().map(|answer| py_json::dumps(&answer.to_value())).collect();
        let id = &record.id;
        let record = Change::Put { store: Store::Evolutions, key: id.to_string(), content: content.as_bytes() };
        let entries = answers.iter().zip(from..).map(|(answer, at)| Change::Put {
            store: Store::Answers,
            key: format!("{id}/{at:08}"),
            content: answer.as_bytes(),
        });
        let changes: Vec<Change<'_>> = std::iter::once(record).chain(entries).collect();
        self.storage.write(&changes).await
    }

    /// What an evolution was answered, in order, up to the first entry that is missing or can't be read.
    ///
    /// # Errors
    /// Storage fails.
    pub async fn answers(&self, id: &EvolutionId) -> Result<Kept, StorageFault> {
        let entries = self.storage.entries(Store::Answers, &format!("{id}/")).await?;
        let mut kept = Kept::default();
        for (key, content) in entries {
            let name = key.rsplit('/').next().unwrap_or_default();
            if name.starts_with(REPLY) {
                kept.replies.extend(serde_json::from_slice::<KeptReply>(&content).ok());
            } else if name == FILE {
                kept.file = String::from_utf8(content).ok();
            } else {
                let answer = std::str::from_utf8(&content).ok().and_then(|text| py_json::loads(text).ok());
                let answer = answer.and_then(|value| Answer::from_value(&value).ok());
                match answer.filter(|_| !kept.is_broken && name.parse() == Ok(kept.answers.len())) {
                    Some(answer) => kept.answers.push(answer),
                    None => kept.is_broken = true,
                }
            }
        }
        Ok(kept)
    }

    /// Removes the answers from a position on: those behind a damaged one, which fit nothing that comes now.
    ///
    /// # Errors
    /// Storage fails; then all are still there.
    pub async fn cut(&self, id: &EvolutionId, from: usize) -> Result<(), StorageFault> {
        let entries = self.storage.entries(Store::Answers, &format!("{id}/")).await?;
        let is_behind =
            |key: &String| key.rsplit('/').next().and_then(|at| at.parse().ok()).is_some_and(|at: usize| at >= from);
        let behind = entries.into_iter().map(|(key, _)| key).filter(is_behind);
        let changes: Vec<Change<'_>> = behind.map(|key| Change::Delete { store: Store::Answers, key }).collect();
        self.storage.write(&changes).await
    }

    /// Keeps a reply of the reflection model.
    ///
    /// # Errors
    /// Storage fails.
    pub async fn keep_reply(&self, id: &EvolutionId, reply: &KeptReply) -> Result<(), StorageFault> {
        let KeptReply { answers, number, attempt, .. } = reply;
        let key = format!("{id}/{REPLY}{answers:08}-{number:04}-{attempt:04}");
        let content = serde_json::to_vec(reply).unwrap_or_default();
        self.storage.write(&[Change::Put { store: Store::Answers, key, content: &content }]).await
    }

    /// Keeps an evolution that ran elsewhere, with the file that tells of it.
    ///
    /// # Errors
    /// Storage fails; then nothing is kept.
    pub async fn keep_file(&self, record: &EvolutionRecord, file: &str) -> Result<(), StorageFault> {
        let content = json!({"format": FORMAT, "evolution": record}).to_string();
        let changes = [
            Change::Put { store: Store::Evolutions, key: record.id.to_string(), content: content.as_bytes() },
            Change::Put { store: Store::Answers, key: format!("{}/{FILE}", record.id), content: file.as_bytes() },
        ];
        self.storage.write(&changes).await
    }

    /// Deletes an evolution with these runs of it, all or none.
    ///
    /// # Errors
    /// Storage fails; then all is still there.
    pub async fn delete(&self, id: &EvolutionId, runs: &[RunId]) -> Result<(), StorageFault> {
        let mut changes = vec![Change::Delete { store: Store::Evolutions, key: id.to_string() }];
        let answers = self.storage.entries(Store::Answers, &format!("{id}/")).await?;
        changes.extend(answers.into_iter().map(|(key, _)| Change::Delete { store: Store::Answers, key }));
        for run in runs {
            changes.push(Change::Delete { store: Store::Runs, key: run.to_string() });
            let events = self.storage.entries(Store::Events, &format!("{run}/")).await?;
            changes.extend(events.into_iter().map(|(key, _)| Change::Delete { store: Store::Events, key }));
        }
        self.storage.write(&changes).await
    }
}

/// What the key of a reply begins with, after the evolution's id.
const REPLY: &str = "reply-";
/// The key of the file that tells of an evolution that ran elsewhere.
const FILE: &str = "file";

/// All that is kept beside a record.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub answers: Vec<Answer>,
    /// Answers behind these are missing or can't be read: the evolution goes on from here.
    pub is_broken: bool,
    pub replies: Vec<KeptReply>,
    /// The text of the file that an evolution was read from.
    pub file: Option<String>,
}

/// Reads a record, of whatever version; `None` if it is none, or its set-up can't be read: without that its answers
/// mean nothing.
fn restore(id: &EvolutionId, content: &[u8], warnings: &mut Vec<String>) -> Option<EvolutionRecord> {
    let value: Value = serde_json::from_slice(content).ok()?;
    let Some(Value::Object(map)) = value.get("evolution") else { return None };
    let words = |name: &str| text(map.get(name)).unwrap_or_default();
    let name = match cut(&words("name")) {
        name if name.trim().is_empty() => "Untitled evolution".to_owned(),
        name => name,
    };
    if value.get("format").and_then(Value::as_u64).is_some_and(|format| format > u64::from(FORMAT)) {
        warnings.push(format!(
            "The evolution “{name}” was written by a newer version of the page; not all of it is shown."
        ));
    }
    let seat = |name: &str| map.get(name).and_then(occupant).map(|(by, _)| by);
    let flag = |name: &str| map.get(name).and_then(Value::as_bool).unwrap_or(false);
    Some(EvolutionRecord {
        id: id.clone(),
        created_ms: map.get("created_ms").and_then(milliseconds).unwrap_or(0),
        name,
        note: words("note"),
        pack: words("pack"),
        domain: words("domain"),
        choices: from(map.get("choices")).unwrap_or_default(),
        dataset_seed: map.get("dataset_seed").and_then(Value::as_u64),
        setup: from(map.get("setup"))?,
        agent: seat("agent")?,
        user: seat("user")?,
        reflection: seat("reflection")?,
        strategy: from(map.get("strategy")).unwrap_or_default(),
        user_strategy: from(map.get("user_strategy")).unwrap_or_default(),
        temperature: map.get("temperature").and_then(Value::as_f64),
        max_steps: map.get("max_steps").and_then(max_steps).unwrap_or(DEFAULT_MAX_STEPS),
        seed: map.get("seed").and_then(Value::as_u64).filter(|seed| *seed <= MAX_SEED)?,
        feedback: from(map.get("feedback")).unwrap_or_default(),
        rater: map.get("rater").and_then(rater),
        concurrency: size(map, "concurrency").unwrap_or(1).clamp(1, MAX_CONCURRENCY),
        limits: limits(map),
        parity: flag("parity"),
        review: flag("review"),
        forked_from: map.get("forked_from").and_then(|from| {
            let evolution = EvolutionId::parse(from.get("evolution")?.as_str()?)?;
            Some(ForkPoint { evolution, iteration: from.get("iteration")?.as_u64()? })
        }),
        origins: map.get("origins").and_then(Value::as_array).into_iter().flatten().filter_map(origin).collect(),
        held_out: map.get("held_out").and_then(Value::as_str).and_then(BatchId::parse),
        file: text(map.get("file")),
        summary: from(map.get("summary")).unwrap_or_default(),
    })
}

fn origin(value: &Value) -> Option<Origin> {
    Some(Origin {
        evolution: EvolutionId::parse(value.get("evolution")?.as_str()?)?,
        below: usize::try_from(value.get("below")?.as_u64()?).ok()?,
    })
}

fn size(map: &Map<String, Value>, name: &str) -> Option<usize> {
    usize::try_from(map.get(name)?.as_u64()?).ok()
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;
    use crate::evolve::{Dataset, Datasets};
    use crate::gepa::{Config, Failure, Outside};
    use crate::pack::MemoryStorage;
    use crate::rollout::OccupantKind;

    fn record() -> EvolutionRecord {
        let by = |label: &str| Occupant::new(OccupantKind::Cast, label).with_choice("cast");
        let set = |split: &str| Dataset { split: split.into(), tasks: vec![2, 0] };
        let datasets = Datasets { feedback: set("train"), pareto: set("dev"), evaluation: set("test") };
        EvolutionRecord {
            id: EvolutionId::parse("e-1").unwrap(),
            created_ms: 7,
            name: "An evolution".into(),
            note: "Why".into(),
            pack: "shop".into(),
            domain: "retail".into(),
            choices: DatasetChoices::default(),
            dataset_seed: Some(42),
            setup: Setup { datasets, seed_instruction: "Help.".into(), config: Config::new(150), ..setup() },
            agent: by("agent"),
            user: by("customer"),
            reflection: by("coach"),
            strategy: AgentStrategy::React,
            user_strategy: UserStrategy::Verify,
            temperature: Some(0.5),
            max_steps: 12,
            seed: 3,
            feedback: Feedback::Findings,
            rater: Some(BatchRater { by: by("rater"), rubric: "Kind?".into() }),
            concurrency: 4,
            limits: Limits { calls: Some(9), tokens: None, cost_usd: Some(0.5) },
            parity: true,
            review: true,
            forked_from: Some(ForkPoint { evolution: EvolutionId::parse("e-0").unwrap(), iteration: 4 }),
            origins: vec![Origin { evolution: EvolutionId::parse("e-0").unwrap(), below: 20 }],
            held_out: BatchId::parse("b-1"),
            file: Some("result.json".into()),
            summary: EvolutionSummary { candidates: 2, seed_score: Some(0.25), ended: true, ..Default::default() },
        }
    }

    fn setup() -> Setup {
        serde_json::from_value(json!({
            "datasets": Datasets::default(), "seed_instruction": "", "config": Config::new(1),
        }))
        .unwrap()
    }

    fn store() -> EvolutionStore<MemoryStorage> {
        EvolutionStore::new(MemoryStorage::new(StorageFault::Unavailable))
    }

    fn now<T>(future: impl Future<Output = T>) -> T {
        future.now_or_never().expect("memory answers at once")
    }

    fn answers() -> Vec<Answer> {
        let proceed = |elapsed_seconds| Answer::Proceed(Outside { elapsed_seconds, ..Outside::default() });
        vec![proceed(1.0), Answer::Failed(Failure::from("no connection")), proceed(2.5)]
    }

    fn text(answers: &[Answer]) -> String {
        format!("{answers:?}")
    }

    #[test]
    fn what_is_kept_comes_back_the_same() {
        let (store, record, answers) = (store(), record(), answers());
        now(store.keep(&record, 0, &answers[..1])).unwrap();
        now(store.keep(&record, 1, &answers[1..])).unwrap();
        let reply = KeptReply { answers: 3, number: 1, attempt: 2, text: "```x```".into(), spent: Spent::default() };
        now(store.keep_reply(&record.id, &reply)).unwrap();
        now(store.keep_file(&record, "{}")).unwrap();
        assert_eq!(now(store.list()).unwrap(), (vec![record.clone()], vec![]));
        let kept = now(store.answers(&record.id)).unwrap();
        assert_eq!((text(&kept.answers), kept.is_broken), (text(&answers), false));
        assert_eq!((kept.replies, kept.file.as_deref()), (vec![reply], Some("{}")));
        now(store.delete(&record.id, &[record.run(30)])).unwrap();
        assert!(now(store.list()).unwrap().0.is_empty());
        assert!(now(store.answers(&record.id)).unwrap().answers.is_empty());
    }

    #[test]
    fn answers_behind_a_damaged_one_do_not_count() {
        let (store, record) = (store(), record());
        now(store.keep(&record, 0, &answers())).unwrap();
        let put = |key: &str, content: &'static str| {
            let changes = [Change::Put { store: Store::Answers, key: key.into(), content: content.as_bytes() }];
            now(store.storage.write(&changes)).unwrap();
        };
        put("e-1/00000001", r#"{"answer": "what"}"#);
        let kept = now(store.answers(&record.id)).unwrap();
        assert_eq!((kept.answers.len(), kept.is_broken), (1, true));
        put("e-1/00000001", r#"{"answer": "failed", "kind": "a", "message": "b"}"#);
        assert_eq!(now(store.answers(&record.id)).unwrap().answers.len(), 3);
        now(store.cut(&record.id, 1)).unwrap();
        let kept = now(store.answers(&record.id)).unwrap();
        assert_eq!((kept.answers.len(), kept.is_broken), (1, false));
        put("e-1/reply-x", "[]");
        assert_eq!(now(store.answers(&record.id)).unwrap().replies, []);
    }

    #[test]
    fn a_damaged_record_costs_no_other() {
        let store = store();
        now(store.keep(&record(), 0, &[])).unwrap();
        for (key, content) in [("e-2", "[7]"), ("e-3", r#"{"evolution": {"name": "x"}}"#), ("E", "{}")] {
            let content = content.as_bytes();
            now(store.storage.write(&[Change::Put { store: Store::Evolutions, key: key.into(), content }])).unwrap();
        }
        let (evolutions, warnings) = now(store.list()).unwrap();
        assert_eq!((evolutions.len(), warnings.len()), (1, 3));
    }

    #[test]
    fn the_runs_of_a_fork_are_where_they_were_made() {
        let record = record();
        assert_eq!((record.run(19).as_str(), record.run(20).as_str()), ("e-0-19", "e-1-20"));
    }
}
