//! What a batch will take before it starts, and what it could show.

use std::sync::Arc;

use crate::journal::RunState;
use crate::present::format::{count, counted};
use crate::rollout::{Occupant, OccupantKind};
use crate::stats::compare::{fixes_needed, likely_difference, smallest_difference};
use crate::workspace::RunRecord;

/// What nothing better is known of: the model calls of a rollout by either seat, the tokens of the conversation and
/// the tools that an agent's call reads beside its instruction, what a customer's call reads, and what a call writes.
const AGENT_CALLS: f64 = 14.0;
const USER_CALLS: f64 = 8.0;
const AGENT_READS: f64 = 6_000.0;
const USER_READS: f64 = 1_200.0;
const WRITES: f64 = 80.0;
/// Bytes of English in a token, about.
const TOKEN_BYTES: f64 = 4.0;
/// So many past rollouts are enough to go by.
const ENOUGH: usize = 3;

/// What is about to be run.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    pub pack: &'a str,
    /// Each arm's agent and the length of its instruction in bytes.
    pub arms: &'a [(Occupant, usize)],
    pub user: &'a Occupant,
    /// How many rollouts each arm has.
    pub rollouts: usize,
}

/// What it will take, about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimate {
    pub rollouts: usize,
    pub calls: f64,
    /// Read and written together; 0 where only programs speak.
    pub tokens: f64,
    /// `None`: no price is known.
    pub cost_usd: Option<f64>,
    /// What it is taken from, in words.
    pub basis: String,
}

/// The mean of some rollouts.
struct Mean {
    calls: f64,
    tokens: f64,
    cost_usd: Option<f64>,
}

impl Estimate {
    /// The estimate for a plan, from past rollouts of the pack where there are enough.
    #[must_use]
    pub fn of(plan: &Plan<'_>, runs: &[Arc<RunRecord>]) -> Self {
        let ended = |run: &&Arc<RunRecord>| {
            run.header.pack == plan.pack
                && run.header.forked_from.is_none()
                && matches!(run.summary.state, RunState::Judged | RunState::StepLimit)
        };
        let past: Vec<&Arc<RunRecord>> = runs.iter().filter(ended).collect();
        let mut estimate = Self { cost_usd: Some(0.0), ..Self::default() };
        let mut bases: Vec<String> = Vec::new();
        for (agent, length) in plan.arms {
            let (mean, basis) = mean_of(&past, agent, plan.user, *length);
            let rollouts = plan.rollouts as f64;
            estimate.rollouts += plan.rollouts;
            estimate.calls += mean.calls * rollouts;
            estimate.tokens += mean.tokens * rollouts;
            estimate.cost_usd = estimate.cost_usd.zip(mean.cost_usd).map(|(sum, cost)| sum + cost * rollouts);
            if !bases.contains(&basis) {
                bases.push(basis);
            }
        }
        estimate.basis = bases.join("; ");
        estimate
    }

    /// `48 rollouts · about 1,100 model calls · about 5,200,000 tokens · no price is known`.
    #[must_use]
    pub fn words(&self) -> String {
        let about = |number: f64| count(rounded(number));
        let mut parts = vec![
            counted(self.rollouts as u64, "rollout", "rollouts"),
            format!("about {} model calls", about(self.calls)),
        ];
        if self.tokens > 0.0 {
            parts.push(format!("about {} tokens", about(self.tokens)));
            parts.push(match self.cost_usd {
                Some(cost) => format!("about ${cost:.2}"),
                None => "no price is known".to_owned(),
            });
        } else {
            parts.push("programs: no tokens, no money".to_owned());
        }
        parts.join(" · ")
    }
}

/// To two significant digits: it is a guess.
fn rounded(number: f64) -> u64 {
    // Not negative, and far below the largest whole number that a float holds.
    let number = number.max(0.0).round() as u64;
    let digits = number.checked_ilog10().unwrap_or(0);
    let unit = 10_u64.pow(digits.saturating_sub(1));
    (number + unit / 2) / unit * unit
}

fn mean_of(past: &[&Arc<RunRecord>], agent: &Occupant, user: &Occupant, length: usize) -> (Mean, String) {
    let same = |own: &Occupant, other: &Occupant| own.kind == other.kind && own.label == other.label;
    let alike = |own: &Occupant, other: &Occupant| own.kind == other.kind;
    let of = |fits: &dyn Fn(&Occupant, &Occupant) -> bool| -> Vec<&RunRecord> {
        let fits = |run: &&&Arc<RunRecord>| fits(&run.header.agent, agent) && fits(&run.header.user, user);
        past.iter().filter(fits).map(|run| &***run).collect()
    };
    for (runs, whose) in [(of(&same), "with the same models"), (of(&alike), "with other models")] {
        if runs.len() >= ENOUGH {
            let basis = format!("from {} of this pack {whose}", counted(runs.len() as u64, "rollout", "rollouts"));
            return (average(&runs), basis);
        }
    }
    let asks = |by: &Occupant| by.kind == OccupantKind::Endpoint;
    let mut tokens = 0.0;
    if asks(agent) {
        tokens += AGENT_CALLS * (AGENT_READS + length as f64 / TOKEN_BYTES + WRITES);
    }
    if asks(user) {
        tokens += USER_CALLS * (USER_READS + WRITES);
    }
    let cost_usd = (tokens == 0.0).then_some(0.0);
    let basis = "a rough guess: too little was run with this pack yet".to_owned();
    (Mean { calls: AGENT_CALLS + USER_CALLS, tokens, cost_usd }, basis)
}

fn average(runs: &[&RunRecord]) -> Mean {
    let many = runs.len() as f64;
    let spent = || runs.iter().map(|run| &run.summary.spent);
    let tokens =
        |spent: &crate::rollout::Spent| (spent.usage.input().unwrap_or(0) + spent.usage.output().unwrap_or(0)) as f64;
    let costs: Vec<f64> = spent().filter_map(|spent| spent.cost_usd).collect();
    let sum: f64 = spent().map(tokens).sum();
    Mean {
        calls: spent().map(|spent| spent.calls as f64).sum::<f64>() / many,
        tokens: sum / many,
        // Programs cost nothing; a model whose provider tells no price costs who knows what.
        cost_usd: match costs.len() {
            0 => (sum == 0.0).then_some(0.0),
            told => Some(costs.iter().sum::<f64>() / told as f64),
        },
    }
}

/// What so many tasks and trials could show at all, in words.
#[must_use]
pub fn power(tasks: usize, trials: usize) -> String {
    let Some(smallest) = smallest_difference(tasks, trials) else {
        return format!(
            "With {} a comparison can't tell any difference from noise: it takes {} that only one side wins.",
            counted(tasks as u64, "task", "tasks"),
            counted(fixes_needed(0) as u64, "task", "tasks")
        );
    };
    let likely = likely_difference(tasks, trials, 0.5).unwrap_or(1.0);
    format!(
        "With {} × {} the smallest difference in average reward that a comparison could tell from noise is {smallest:.3} \
         ({} better, none worse); one of about {likely:.2} would show in four of five repetitions.",
        counted(tasks as u64, "task", "tasks"),
        counted(trials as u64, "trial", "trials"),
        counted(fixes_needed(0) as u64, "task", "tasks"),
    )
}
