//! The list of kept runs: what a line says, what finds it, which choices the filters offer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::format::{count, counted};
use super::strategies;
use super::tone::Tone;
use crate::domain::TaskId;
use crate::journal::{RunId, RunState};
use crate::rollout::{Occupant, OccupantKind};
use crate::workspace::RunRecord;
use crate::workspace::versions::VersionId;

/// What came of a run, as the list tells it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RunOutcome {
    /// Reward 1.
    Won,
    /// A verdict with less.
    Lost,
    /// An infrastructure failure: no verdict.
    Unscored,
    /// A person stopped it.
    Stopped,
    /// It has no end: it runs, or was interrupted.
    Open,
}

impl RunOutcome {
    pub const ALL: [Self; 5] = [Self::Won, Self::Lost, Self::Unscored, Self::Stopped, Self::Open];

    /// What a filter calls it; also its value there.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Won => "Won",
            Self::Lost => "Lost",
            Self::Unscored => "Unscored",
            Self::Stopped => "Stopped",
            Self::Open => "Interrupted",
        }
    }

    /// The outcome of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    #[must_use]
    pub const fn tone(self) -> Tone {
        match self {
            Self::Won => Tone::Good,
            Self::Lost => Tone::Bad,
            Self::Unscored | Self::Stopped => Tone::Plain,
            Self::Open => Tone::Warn,
        }
    }

    /// Its icon in the sprite.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Won => "good",
            Self::Lost => "error",
            Self::Unscored => "pending",
            Self::Stopped => "stop",
            Self::Open => "pause",
        }
    }

    fn of(state: RunState, reward: Option<f64>) -> Self {
        match (state, reward) {
            (_, Some(reward)) if reward >= 1.0 => Self::Won,
            (_, Some(_)) | (RunState::Judged | RunState::StepLimit | RunState::AgentFault, None) => Self::Lost,
            (RunState::Unscored, None) => Self::Unscored,
            (RunState::Stopped, None) => Self::Stopped,
            (RunState::Open, None) => Self::Open,
        }
    }
}

/// A task as runs name it: its pack and its place there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunTask {
    pub pack: String,
    pub task: TaskId,
}

impl RunTask {
    /// What names it in a filter.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{} {}", self.pack, self.task)
    }
}

/// A run as the list shows it. Made once for each record; filtering looks at nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct RunLine {
    pub id: RunId,
    pub title: String,
    pub note: String,
    pub task: RunTask,
    /// `test/3`, or with the task's name: `Cancel the order · test/3`.
    pub task_name: String,
    pub outcome: RunOutcome,
    /// `Reward 1`, `Unscored`.
    pub verdict: String,
    pub agent: String,
    pub user: String,
    /// Whether a program of the rehearsal cast began in a seat: what it shows is no language model's doing.
    pub by_programs: bool,
    pub version: VersionId,
    /// What the instruction was called when the run began.
    pub instruction: String,
    /// `12 steps · 9 model calls · $0.0123`.
    pub facts: String,
    /// The last words that were said.
    pub last_text: String,
    /// Whether it begins with the steps of another run.
    pub is_fork: bool,
    /// Whether it is a rollout of a batch.
    pub in_batch: bool,
    /// Milliseconds since 1970.
    pub changed_ms: u64,
    /// Everything that a search looks at, in lower case.
    haystack: String,
}

impl RunLine {
    #[must_use]
    pub fn of(record: &RunRecord) -> Self {
        let RunRecord { header, summary } = record;
        let outcome = RunOutcome::of(summary.state, summary.reward);
        let verdict = match (outcome, summary.reward) {
            (_, Some(reward)) => format!("Reward {reward}"),
            (outcome, None) => outcome.name().to_owned(),
        };
        let asked = strategies::unusual(header);
        let mut facts: Vec<String> = asked.iter().cloned().collect();
        let asked = asked.unwrap_or_default();
        facts.push(counted(summary.steps as u64, "step", "steps"));
        if summary.spent.calls > 0 {
            facts.push(counted(summary.spent.calls as u64, "model call", "model calls"));
        }
        if let Some(tokens) = summary.spent.usage.output() {
            facts.push(format!("{} tokens out", count(tokens)));
        }
        facts.extend(summary.spent.cost_usd.map(|cost| format!("${cost:.4}")));
        let version = match &header.instruction.version {
            Some(version) => VersionId::named(version),
            None => VersionId::of(&header.instruction.text),
        };
        let task_name = match header.task_title.as_str() {
            "" => header.task.to_string(),
            title => format!("{title} · {}", header.task),
        };
        let (agent, user) = (name_of(&header.agent), name_of(&header.user));
        let haystack = [
            header.title.as_str(),
            &asked,
            &header.note,
            &task_name,
            &header.pack,
            &agent,
            &user,
            &header.instruction.name,
            &summary.last_text,
            &verdict,
            header.id.as_str(),
        ]
        .join("\n")
        .to_lowercase();
        Self {
            id: header.id.clone(),
            title: header.title.clone(),
            note: header.note.clone(),
            task: RunTask { pack: header.pack.clone(), task: header.task.clone() },
            task_name,
            outcome,
            verdict,
            agent,
            user,
            by_programs: [&header.agent, &header.user].iter().any(|by| by.kind == OccupantKind::Cast),
            version,
            instruction: header.instruction.name.clone(),
            facts: facts.join(" · "),
            last_text: summary.last_text.clone(),
            is_fork: header.forked_from.is_some(),
            in_batch: header.batch.is_some(),
            changed_ms: summary.changed_ms,
            haystack,
        }
    }

    /// What the run is called: its title, or else its task.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.title.trim().is_empty() { &self.task_name } else { &self.title }
    }
}

/// What the list is narrowed to. What is empty narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Words that must all stand somewhere in the run's texts, in any case and order.
    pub text: String,
    /// The key of a [`RunTask`].
    pub task: String,
    /// The name of a [`RunOutcome`].
    pub outcome: String,
    /// Who sat in either seat.
    pub model: String,
    /// The id of a version.
    pub version: String,
    /// The rollouts of batches too, which their batches list.
    pub batches: bool,
}

impl RunFilter {
    /// Whether it narrows anything.
    #[must_use]
    pub fn is_on(&self) -> bool {
        *self != Self::default()
    }

    /// The positions of the lines that it leaves, in their order.
    #[must_use]
    pub fn found(&self, lines: &[Arc<RunLine>]) -> Vec<usize> {
        let text = self.text.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let leaves = |line: &Arc<RunLine>| {
            (self.batches || !line.in_batch)
                && (self.outcome.is_empty() || line.outcome.name() == self.outcome)
                && (self.model.is_empty() || line.agent == self.model || line.user == self.model)
                && (self.version.is_empty() || line.version.as_str() == self.version)
                && (self.task.is_empty() || line.task.key() == self.task)
                && words.iter().all(|word| line.haystack.contains(word))
        };
        lines.iter().enumerate().filter(|(_, line)| leaves(line)).map(|(at, _)| at).collect()
    }
}

/// What the filters offer: a value and what it is called, in the order of the menu.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFacets {
    pub tasks: Vec<(String, String)>,
    pub outcomes: Vec<(String, String)>,
    pub models: Vec<(String, String)>,
    pub versions: Vec<(String, String)>,
}

impl RunFacets {
    /// What there is to choose among some lines. A version is called as the newest of its runs called it.
    #[must_use]
    pub fn of(lines: &[Arc<RunLine>]) -> Self {
        let mut tasks: BTreeMap<&RunTask, &str> = BTreeMap::new();
        let mut outcomes: BTreeMap<RunOutcome, usize> = BTreeMap::new();
        let mut models: BTreeSet<&str> = BTreeSet::new();
        let mut versions: Vec<(&VersionId, &str)> = Vec::new();
        for line in lines {
            tasks.entry(&line.task).or_insert(&line.task_name);
            *outcomes.entry(line.outcome).or_default() += 1;
            models.extend([line.agent.as_str(), line.user.as_str()]);
            if !versions.iter().any(|(id, _)| **id == line.version) {
                versions.push((&line.version, &line.instruction));
            }
        }
        let several_packs = tasks.keys().any(|task| tasks.keys().next().is_some_and(|first| first.pack != task.pack));
        let task = |(task, name): (&RunTask, &str)| {
            let name = if several_packs { format!("{name} · {}", task.pack) } else { name.to_owned() };
            (task.key(), name)
        };
        let outcome = |(outcome, number): (RunOutcome, usize)| {
            (outcome.name().to_owned(), format!("{} {}", outcome.name(), count(number as u64)))
        };
        Self {
            tasks: tasks.into_iter().map(task).collect(),
            outcomes: outcomes.into_iter().map(outcome).collect(),
            models: models.into_iter().map(|model| (model.to_owned(), model.to_owned())).collect(),
            versions: versions.into_iter().map(|(id, name)| (id.to_string(), name.to_owned())).collect(),
        }
    }
}

/// Whether two runs can stand side by side: they are of one task.
#[must_use]
pub fn comparable(lines: &[Arc<RunLine>]) -> bool {
    matches!(lines, [one, other] if one.task == other.task)
}

fn name_of(occupant: &Occupant) -> String {
    match &occupant.style {
        Some(style) => format!("{}, {style}", occupant.label),
        None => occupant.label.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Examples, Header, Instruction, Judgements, Summary};
    use crate::rollout::{AgentStrategy, UserStrategy};

    fn record(at: u8, index: usize, agent: &str, state: RunState, reward: Option<f64>) -> RunRecord {
        let header = Header {
            id: RunId::of_bytes(&[at]),
            created_ms: 1_000,
            title: format!("Run {at}"),
            note: String::new(),
            pack: "retail".into(),
            domain: "retail".into(),
            task: TaskId { split: "test".into(), index },
            task_title: "Cancel the order".into(),
            content: String::new(),
            agent: Occupant::new(OccupantKind::Endpoint, agent),
            user: Occupant::new(OccupantKind::Cast, "rehearsal customer").with_style("one thing at a time"),
            instruction: Instruction { text: format!("Text {}", at % 2), name: format!("v{}", at % 2), version: None },
            strategy: AgentStrategy::default(),
            examples: Examples::default(),
            user_strategy: UserStrategy::default(),
            temperature: None,
            max_steps: 30,
            seed: 1,
            trial: 0,
            forked_from: None,
            beside: None,
            batch: None,
            judgements: Judgements::default(),
        };
        let summary = Summary { steps: 12, state, reward, last_text: "Goodbye, LANTERN.".into(), ..Summary::default() };
        RunRecord { header, summary }
    }

    fn some() -> Vec<Arc<RunLine>> {
        let mut noted = record(4, 2, "rehearsal agent", RunState::Stopped, None);
        noted.header.note = "the Kettle case".into();
        [
            record(0, 1, "rehearsal agent", RunState::Judged, Some(1.0)),
            record(1, 1, "gpt-x", RunState::Judged, Some(0.0)),
            record(2, 1, "gpt-x", RunState::Unscored, None),
            record(3, 2, "gpt-x", RunState::Open, None),
            noted,
            record(5, 2, "gpt-x", RunState::StepLimit, Some(0.0)),
        ]
        .iter()
        .map(|record| Arc::new(RunLine::of(record)))
        .collect()
    }

    #[track_caller]
    fn check(filter: RunFilter, expected: &[usize]) {
        assert_eq!(filter.found(&some()), expected, "{filter:?}");
    }

    fn text(text: &str) -> RunFilter {
        RunFilter { text: text.into(), ..RunFilter::default() }
    }

    #[test]
    fn a_search_finds_all_of_its_words_anywhere() {
        check(text(""), &[0, 1, 2, 3, 4, 5]);
        check(text("KETTLE case"), &[4]);
        check(text("gpt lantern"), &[1, 2, 3, 5]);
        check(text("unscored"), &[2]);
        check(text("kettle gpt"), &[]);
    }

    #[test]
    fn filters_narrow_together() {
        let lines = some();
        check(RunFilter { outcome: "Lost".into(), ..RunFilter::default() }, &[1, 5]);
        assert!(lines.iter().all(|line| line.by_programs), "the customer is one");
        check(RunFilter { model: "rehearsal agent".into(), ..RunFilter::default() }, &[0, 4]);
        check(RunFilter { model: lines[0].user.clone(), ..RunFilter::default() }, &[0, 1, 2, 3, 4, 5]);
        check(RunFilter { task: lines[3].task.key(), outcome: "Interrupted".into(), ..RunFilter::default() }, &[3]);
        check(RunFilter { version: VersionId::of("Text 1").to_string(), ..RunFilter::default() }, &[1, 3, 5]);
        assert!(!RunFilter::default().is_on() && text("x").is_on());
    }

    #[test]
    fn the_rollouts_of_batches_are_listed_on_demand() {
        let mut own = record(1, 1, "gpt-x", RunState::Judged, Some(1.0));
        let batch = crate::journal::BatchId::parse("b1").unwrap();
        own.header.batch = Some(crate::journal::InBatch { batch, arm: 0, at: 3 });
        let lines = [Arc::new(RunLine::of(&own))];
        assert_eq!(RunFilter::default().found(&lines), Vec::<usize>::new());
        assert_eq!(RunFilter { batches: true, ..RunFilter::default() }.found(&lines), [0]);
    }

    #[test]
    fn an_unscored_run_is_never_a_lost_one() {
        let outcomes: Vec<(RunOutcome, String)> =
            some().iter().map(|line| (line.outcome, line.verdict.clone())).collect();
        let expected = [
            (RunOutcome::Won, "Reward 1"),
            (RunOutcome::Lost, "Reward 0"),
            (RunOutcome::Unscored, "Unscored"),
            (RunOutcome::Open, "Interrupted"),
            (RunOutcome::Stopped, "Stopped"),
            (RunOutcome::Lost, "Reward 0"),
        ];
        assert_eq!(outcomes, expected.map(|(outcome, text)| (outcome, text.to_owned())));
    }

    #[test]
    fn filters_offer_what_there_is() {
        let facets = RunFacets::of(&some());
        let names = |facet: &[(String, String)]| facet.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&facets.tasks), ["Cancel the order · test/1", "Cancel the order · test/2"]);
        assert_eq!(names(&facets.outcomes), ["Won 1", "Lost 2", "Unscored 1", "Stopped 1", "Interrupted 1"]);
        assert_eq!(names(&facets.models), ["gpt-x", "rehearsal agent", "rehearsal customer, one thing at a time"]);
        assert_eq!(names(&facets.versions), ["v0", "v1"]);
        for (value, _) in &facets.outcomes {
            assert_eq!(RunOutcome::named(value).map(RunOutcome::name), Some(value.as_str()));
        }
    }

    #[test]
    fn runs_of_one_task_can_stand_side_by_side() {
        let lines = some();
        assert!(comparable(&lines[..2]));
        assert!(!comparable(&lines[2..4]), "another task");
        assert!(!comparable(&lines[..1]) && !comparable(&lines[..3]));
    }

    #[test]
    fn a_thousand_runs_are_searched_at_once() {
        let agents = ["a model", "another", "rehearsal agent"];
        let lines: Vec<Arc<RunLine>> = (0..1_000_usize)
            .map(|at| {
                let won = at % 4 == 0;
                let agent = agents[at % agents.len()];
                let mut record = record(0, at % 24, agent, RunState::Judged, Some(f64::from(u8::from(won))));
                record.header.id = RunId::of_bytes(&at.to_be_bytes());
                record.header.title = format!("Run number {at}");
                Arc::new(RunLine::of(&record))
            })
            .collect();
        let found = RunFilter { text: "number 99".into(), outcome: "Won".into(), ..RunFilter::default() }.found(&lines);
        // 992, 996 and 99 itself is lost; 990 to 999 and 99 have the words.
        assert_eq!(found, [992, 996]);
        assert_eq!(RunFacets::of(&lines).tasks.len(), 24);
    }
}
