//! Batches in storage: a record under each batch's id. Its rollouts are ordinary runs, whose headers name the batch
//! and their place in it; the id of a place's run follows from the batch's, so no list of them can get out of step.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::FORMAT;
use super::restore::{cut, from, instruction, max_steps, milliseconds, occupant, text};
use crate::domain::{Task, TaskId, World};
use crate::journal::{
    BatchId, Examples, Header, InBatch, Instruction, Judgements, RunId, content_digest, header::MAX_SEED,
};
use crate::pack::storage::{Change, Storage, StorageFault, Store};
use crate::rollout::batch::Limits;
use crate::rollout::{
    AgentStrategy, BatchSettings, Cell, DEFAULT_MAX_STEPS, Occupant, OccupantKind, SeatedBy, UserStrategy,
};

/// More rollouts than any batch has; a record that asks for more is cut down to it.
pub const MAX_CELLS: usize = 50_000;
/// More rollouts side by side than any server takes well.
pub(super) const MAX_CONCURRENCY: usize = 64;

/// What a batch was started with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BatchRecord {
    pub id: BatchId,
    /// Milliseconds since 1970.
    pub created_ms: u64,
    /// What the user calls it.
    pub name: String,
    pub note: String,
    pub pack: String,
    pub domain: String,
    pub split: String,
    /// How many tasks the split had: the order of a shuffled batch depends on it.
    pub split_size: usize,
    /// What is compared; at least one.
    pub arms: Vec<Arm>,
    pub user: Occupant,
    pub user_strategy: UserStrategy,
    /// The limit on the agent's model calls in each rollout.
    pub max_steps: usize,
    pub settings: BatchSettings,
    /// `None`: nobody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rater: Option<BatchRater>,
    /// What a result file told, where the batch is one that was run elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
}

/// One of the ways to do the tasks that a batch compares.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Arm {
    pub name: String,
    pub instruction: Instruction,
    pub agent: Occupant,
    pub strategy: AgentStrategy,
    /// The id of the set that a few-shot agent's examples are drawn from; empty for other agents.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub examples: String,
    /// Sent with each call of the agent's where it is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
}

/// Who rates the rollouts of a batch after their end, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BatchRater {
    pub by: Occupant,
    pub rubric: String,
}

/// What a result file told.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Imported {
    /// The file's name.
    pub file: String,
    /// In the order of the file.
    pub results: Vec<ImportedResult>,
    /// What was left out of it or read with a guess, a sentence each.
    pub warnings: Vec<String>,
}

/// One rollout of a result file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImportedResult {
    pub task: usize,
    pub trial: u32,
    pub reward: f64,
    /// Why it has no verdict, where it died of an exception.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What came of doing its actions again; `None` where that can't be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again: Option<Again>,
}

/// What came of doing a recorded conversation's actions again on the present data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Again {
    pub tool_calls: usize,
    /// `None`: the conversation breaks off before a reward.
    pub reward: Option<f64>,
    /// The tool calls whose answer is not the recorded one.
    pub mismatches: Vec<OtherAnswer>,
    /// The task's fields that were recorded otherwise than they are now.
    pub changed: Vec<String>,
    /// Why it could not be done to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// A tool call with another answer than the recorded one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OtherAnswer {
    /// From 0.
    pub step: usize,
    pub tool: String,
    pub why: String,
}

impl ImportedResult {
    /// Whether doing it again came to the same answers and the same reward.
    #[must_use]
    pub fn is_same_again(&self) -> Option<bool> {
        let again = self.again.as_ref()?;
        Some(again.fault.is_none() && again.mismatches.is_empty() && again.reward.unwrap_or(0.0) == self.reward)
    }
}

impl BatchRecord {
    /// All rollouts in the order in which they are begun: at each place of the schedule every arm in turn, so that the
    /// arms meet the same weather.
    #[must_use]
    pub fn cells(&self) -> Vec<Cell> {
        if let Some(imported) = &self.imported {
            return imported.results.iter().map(|of| Cell { arm: 0, task: of.task, trial: of.trial }).collect();
        }
        // Fails for sizes that no split has.
        let order = self.settings.order(self.split_size).unwrap_or_default();
        let arms = self.arms.len();
        order.into_iter().flat_map(|cell| (0..arms).map(move |arm| Cell { arm, ..cell })).take(MAX_CELLS).collect()
    }

    /// The run of the rollout at a place.
    #[must_use]
    pub fn run(&self, at: usize) -> RunId {
        self.id.run(at)
    }

    /// The task of a rollout.
    #[must_use]
    pub fn task_id(&self, cell: &Cell) -> TaskId {
        TaskId { split: self.split.clone(), index: cell.task }
    }

    /// Who sits in the seats of a rollout.
    #[must_use]
    pub fn seated_by(&self, arm: usize) -> Option<SeatedBy> {
        self.arms.get(arm).map(|arm| SeatedBy { agent: arm.agent.clone(), user: self.user.clone() })
    }

    /// The header of the run at a place, without the examples of a few-shot agent; `None` for an arm that there is not.
    #[must_use]
    pub fn header(&self, at: usize, cell: &Cell, at_hand: (&World, &Task), now_ms: u64) -> Option<Header> {
        let (world, task) = at_hand;
        let arm = self.arms.get(cell.arm)?;
        Some(Header {
            id: self.run(at),
            created_ms: now_ms,
            title: format!("{} · {} · trial {}", self.name, task.id, u64::from(cell.trial) + 1),
            note: String::new(),
            pack: self.pack.clone(),
            domain: self.domain.clone(),
            task: task.id.clone(),
            task_title: task.title.clone().unwrap_or_default(),
            content: content_digest(world, task),
            agent: arm.agent.clone(),
            user: self.user.clone(),
            instruction: arm.instruction.clone(),
            strategy: arm.strategy,
            examples: Examples::default(),
            user_strategy: self.user_strategy,
            temperature: arm.temperature,
            max_steps: self.max_steps,
            seed: self.settings.seed,
            trial: cell.trial,
            forked_from: None,
            beside: None,
            batch: Some(InBatch { batch: self.id.clone(), arm: cell.arm, at }),
            judgements: Judgements::default(),
        })
    }
}

/// The batches in a storage.
#[derive(Clone, Debug)]
pub struct BatchStore<S> {
    storage: S,
}

impl<S: Storage> BatchStore<S> {
    pub const fn new(storage: S) -> Self {
        Self { storage }
    }

    /// All batches, the newest first, and what had to be mended or left out, a sentence each.
    ///
    /// # Errors
    /// Storage fails.
    pub async fn list(&self) -> Result<(Vec<BatchRecord>, Vec<String>), StorageFault> {
        let mut warnings = Vec::new();
        let mut batches = Vec::new();
        for (key, content) in self.storage.entries(Store::Batches, "").await? {
            match BatchId::parse(&key).and_then(|id| restore(&id, &content, &mut warnings)) {
                Some(batch) => batches.push(batch),
                None => {
                    warnings.push("The record of a batch can't be read; its rollouts are among the runs.".to_owned())
                }
            }
        }
        batches.sort_by(|a, b| b.created_ms.cmp(&a.created_ms).then_with(|| a.id.cmp(&b.id)));
        Ok((batches, warnings))
    }

    /// Writes a batch's record.
    ///
    /// # Errors
    /// Storage fails; then what was there is as it was.
    pub async fn keep(&self, batch: &BatchRecord) -> Result<(), StorageFault> {
        let content = to_text(batch);
        self.storage.write(&[Change::Put { store: Store::Batches, key: batch.id.to_string(), content: &content }]).await
    }

    /// Deletes a batch with these runs of it, all or none.
    ///
    /// # Errors
    /// Storage fails; then all is still there.
    pub async fn delete(&self, id: &BatchId, runs: &[RunId]) -> Result<(), StorageFault> {
        let mut changes = vec![Change::Delete { store: Store::Batches, key: id.to_string() }];
        for run in runs {
            changes.push(Change::Delete { store: Store::Runs, key: run.to_string() });
            let events = self.storage.entries(Store::Events, &format!("{run}/")).await?;
            changes.extend(events.into_iter().map(|(key, _)| Change::Delete { store: Store::Events, key }));
        }
        self.storage.write(&changes).await
    }
}

fn to_text(batch: &BatchRecord) -> Vec<u8> {
    json!({"format": FORMAT, "batch": batch}).to_string().into_bytes()
}

/// Reads a record, of whatever version; `None` if it is none.
fn restore(id: &BatchId, content: &[u8], warnings: &mut Vec<String>) -> Option<BatchRecord> {
    let value: Value = serde_json::from_slice(content).ok()?;
    let Some(Value::Object(map)) = value.get("batch") else { return None };
    let is_newer = value.get("format").and_then(Value::as_u64).is_some_and(|format| format > u64::from(FORMAT));
    let words = |name: &str| text(map.get(name)).unwrap_or_default();
    let name = match cut(&words("name")) {
        name if name.trim().is_empty() => "Untitled batch".to_owned(),
        name => name,
    };
    if is_newer {
        warnings
            .push(format!("The batch “{name}” was written by a newer version of the page; not all of it is shown."));
    }
    let mut mended = Vec::new();
    let arms: Vec<Arm> = map.get("arms").and_then(Value::as_array).into_iter().flatten().filter_map(arm).collect();
    if arms.is_empty() {
        mended.push("what it compares");
    }
    let user = map.get("user").and_then(occupant).map_or_else(
        || {
            mended.push("the customer");
            Occupant::new(OccupantKind::Script, "unknown")
        },
        |(user, _)| user,
    );
    let settings = match map.get("settings") {
        Some(Value::Object(settings)) => settings_of(settings, &mut mended),
        _ => {
            mended.push("the settings");
            BatchSettings::of_tasks(Vec::new())
        }
    };
    if !mended.is_empty() {
        warnings.push(format!("The batch “{name}”: {} could not be read and got a stand-in.", mended.join(", ")));
    }
    Some(BatchRecord {
        id: id.clone(),
        created_ms: map.get("created_ms").and_then(milliseconds).unwrap_or(0),
        name,
        note: words("note"),
        pack: words("pack"),
        domain: words("domain"),
        split: words("split"),
        split_size: size(map, "split_size").unwrap_or(0),
        arms,
        user,
        user_strategy: from(map.get("user_strategy")).unwrap_or_default(),
        max_steps: map.get("max_steps").and_then(max_steps).unwrap_or(DEFAULT_MAX_STEPS),
        settings,
        rater: map.get("rater").and_then(rater),
        imported: map.get("imported").and_then(Value::as_object).map(imported),
    })
}

fn arm(value: &Value) -> Option<Arm> {
    Some(Arm {
        name: text(value.get("name")).map(|name| cut(&name)).unwrap_or_default(),
        instruction: instruction(value.get("instruction")?)?,
        agent: occupant(value.get("agent")?)?.0,
        strategy: from(value.get("strategy")).unwrap_or_default(),
        examples: text(value.get("examples")).unwrap_or_default(),
        temperature: value.get("temperature").and_then(Value::as_f64),
    })
}

fn settings_of(map: &Map<String, Value>, mended: &mut Vec<&'static str>) -> BatchSettings {
    let tasks: Option<Vec<usize>> = from(map.get("tasks"));
    if tasks.is_none() {
        mended.push("its tasks");
    }
    let mut tasks = tasks.unwrap_or_default();
    tasks.truncate(MAX_CELLS);
    let usual = BatchSettings::of_tasks(Vec::new());
    let trials = number(map, "trials").unwrap_or(1).clamp(1, MAX_CELLS / tasks.len().max(1));
    BatchSettings {
        trials: u32::try_from(trials).unwrap_or(1),
        tasks,
        concurrency: number(map, "concurrency").unwrap_or(1).clamp(1, MAX_CONCURRENCY),
        shuffle: map.get("shuffle").and_then(Value::as_bool).unwrap_or(false),
        seed: map.get("seed").and_then(Value::as_u64).filter(|seed| *seed <= MAX_SEED).unwrap_or(usual.seed),
        attempts: number(map, "attempts").and_then(|n| u32::try_from(n).ok()).unwrap_or(usual.attempts).clamp(1, 100),
        first_delay_ms: map
            .get("first_delay_ms")
            .and_then(Value::as_f64)
            .filter(|ms| (0.0..=86_400_000.0).contains(ms))
            .unwrap_or(usual.first_delay_ms),
        limits: limits(map),
    }
}

pub(super) fn limits(map: &Map<String, Value>) -> Limits {
    let limit = |name: &str| map.get("limits").and_then(|limits| limits.get(name));
    Limits {
        calls: limit("calls").and_then(Value::as_u64),
        tokens: limit("tokens").and_then(Value::as_u64),
        cost_usd: limit("cost_usd").and_then(Value::as_f64),
    }
}

pub(super) fn rater(value: &Value) -> Option<BatchRater> {
    Some(BatchRater { by: occupant(value.get("by")?)?.0, rubric: text(value.get("rubric"))? })
}

fn imported(map: &Map<String, Value>) -> Imported {
    let result = |value: &Value| {
        let map = value.as_object()?;
        Some(ImportedResult {
            task: size(map, "task")?,
            trial: u32::try_from(size(map, "trial")?).ok()?,
            reward: map.get("reward")?.as_f64()?,
            error: text(map.get("error")),
            again: from(map.get("again")),
        })
    };
    let list = |name: &str| map.get(name).and_then(Value::as_array).into_iter().flatten();
    Imported {
        file: text(map.get("file")).unwrap_or_default(),
        results: list("results").take(MAX_CELLS).filter_map(result).collect(),
        warnings: list("warnings").filter_map(|warning| text(Some(warning))).collect(),
    }
}

fn size(map: &Map<String, Value>, name: &str) -> Option<usize> {
    usize::try_from(map.get(name)?.as_u64()?).ok()
}

fn number(map: &Map<String, Value>, name: &str) -> Option<usize> {
    size(map, name)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;
    use crate::pack::MemoryStorage;

    fn record() -> BatchRecord {
        let arm = |name: &str| Arm {
            name: name.to_owned(),
            instruction: Instruction { text: format!("Text of {name}"), name: name.to_owned(), version: None },
            agent: Occupant::new(OccupantKind::Cast, "rehearsal agent").with_choice("cast"),
            strategy: AgentStrategy::FewShot,
            examples: "set-1".into(),
            temperature: Some(0.5),
        };
        let mut settings = BatchSettings::of_tasks(vec![4, 1]);
        settings.trials = 2;
        settings.limits.calls = Some(9);
        BatchRecord {
            id: BatchId::parse("b-1").unwrap(),
            created_ms: 7,
            name: "A batch".into(),
            note: "Why".into(),
            pack: "shop".into(),
            domain: "retail".into(),
            split: "test".into(),
            split_size: 5,
            arms: vec![arm("one"), arm("two")],
            user: Occupant::new(OccupantKind::Cast, "rehearsal customer"),
            user_strategy: UserStrategy::Verify,
            max_steps: 12,
            settings,
            rater: Some(BatchRater {
                by: Occupant::new(OccupantKind::Cast, "rehearsal rater"),
                rubric: "Kind?".into(),
            }),
            imported: None,
        }
    }

    fn store() -> BatchStore<MemoryStorage> {
        BatchStore::new(MemoryStorage::new(StorageFault::Unavailable))
    }

    fn now<T>(future: impl Future<Output = T>) -> T {
        future.now_or_never().expect("memory answers at once")
    }

    #[test]
    fn arms_take_turns_at_each_place() {
        let cells = record().cells();
        let shown: Vec<_> = cells.iter().map(|cell| (cell.trial, cell.task, cell.arm)).collect();
        let expected = [(0, 4, 0), (0, 4, 1), (0, 1, 0), (0, 1, 1), (1, 4, 0), (1, 4, 1), (1, 1, 0), (1, 1, 1)];
        assert_eq!(shown, expected);
        assert_eq!(record().run(3).as_str(), "b-1-3");
    }

    #[test]
    fn what_is_kept_comes_back_the_same() {
        let mut imported = record();
        imported.id = BatchId::parse("b-2").unwrap();
        imported.created_ms = 8;
        let result = ImportedResult {
            task: 3,
            trial: 1,
            reward: 0.0,
            error: Some("boom".into()),
            again: Some(Again::default()),
        };
        let told = Imported { file: "a.json".into(), results: vec![result], warnings: vec!["One.".into()] };
        imported.imported = Some(told);
        let store = store();
        now(store.keep(&record())).unwrap();
        now(store.keep(&imported)).unwrap();
        assert_eq!(now(store.list()).unwrap(), (vec![imported.clone(), record()], vec![]));
        assert_eq!(imported.cells(), [Cell { arm: 0, task: 3, trial: 1 }]);
        now(store.delete(&imported.id, &[imported.run(0)])).unwrap();
        assert_eq!(now(store.list()).unwrap().0, [record()]);
    }

    #[test]
    fn a_damaged_record_gets_stand_ins_and_costs_no_other() {
        let store = store();
        now(store.keep(&record())).unwrap();
        for (key, content) in [
            ("b-0", r#"{"format": 99, "batch": {"created_ms": 1, "settings": {"tasks": [0], "trials": 99999999}}}"#),
            ("b-9", "[7]"),
            ("B", "{}"),
        ] {
            let content = content.as_bytes();
            now(store.storage.write(&[Change::Put { store: Store::Batches, key: key.into(), content }])).unwrap();
        }
        let (batches, warnings) = now(store.list()).unwrap();
        let names: Vec<&str> = batches.iter().map(|batch| batch.name.as_str()).collect();
        assert_eq!((names.as_slice(), warnings.len()), (&["A batch", "Untitled batch"][..], 4));
        assert!(batches[1].cells().is_empty(), "without arms there is nothing to do");
        assert!(batches[1].settings.trials as usize <= MAX_CELLS);
    }
}
