//! What a budget buys before anything is spent, and what speaks against beginning so.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::setup::Plan;
use crate::evolve::Dataset;
use crate::evolve::preflight::{Known, Preflight};
use crate::gepa::Sampling;
use crate::present::format::{count, counted};
use crate::rollout::{Occupant, OccupantKind};
use crate::stats::compare::fixes_needed;
use crate::workspace::RunRecord;

/// How past rollouts with the seed instruction ended on the feedback tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// How many of the tasks were run at all.
    pub tasks: usize,
    /// How many of those were not always won.
    pub undecided: usize,
    pub rollouts: usize,
}

/// Who is asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub agent: &'a Occupant,
    pub user: &'a Occupant,
    pub reflection: &'a Occupant,
}

/// Something that speaks against beginning so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The seed's validation uses the budget up.
    BuysNothing { budget: u64, for_seed: u64 },
    /// So few proposals that climbing takes luck.
    Few { most: u64 },
    /// Two sets have tasks in common.
    Overlap { one: &'static str, other: &'static str, tasks: usize },
    /// A minibatch sees every feedback task.
    WholeSet { feedback: usize },
    /// The seed always won every feedback task.
    NothingToLearn,
    /// No difference on so few tasks is more than noise.
    SmallPareto { tasks: usize, enough: usize },
    /// A program reflects on a model's conversations.
    ProgramCoach,
    /// The instruction to begin with is empty.
    NoInstruction,
}

/// Fewer proposals than these are few.
const FEW: u64 = 5;

/// What is said before an evolution begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub bought: Preflight,
    /// `12 to 24 proposals`.
    pub proposals: String,
    /// What they cost.
    pub buys: String,
    /// The chance that a minibatch can show a difference.
    pub chance: String,
    pub warnings: Vec<Warning>,
}

impl Past {
    /// What the runs of a pack tell of a set's tasks, with this instruction and agent.
    #[must_use]
    pub fn of(runs: &[Arc<RunRecord>], pack: &str, set: &Dataset, instruction: &str, agent: &Occupant) -> Self {
        let mut tasks: BTreeMap<usize, bool> = BTreeMap::new();
        let mut rollouts = 0;
        for run in runs {
            let header = &run.header;
            let fits = header.pack == pack
                && header.task.split == set.split
                && set.tasks.contains(&header.task.index)
                && header.instruction.text == instruction
                && header.forked_from.is_none()
                && (header.agent.kind, &header.agent.label) == (agent.kind, &agent.label);
            if let Some(reward) = run.summary.reward.filter(|_| fits) {
                rollouts += 1;
                let always = tasks.entry(header.task.index).or_insert(true);
                *always &= reward >= 1.0;
            }
        }
        Self { tasks: tasks.len(), undecided: tasks.values().filter(|always| !**always).count(), rollouts }
    }

    /// How many tasks of the whole set can show a difference, if those that were run are like the others.
    fn undecided_of(self, size: usize) -> Option<usize> {
        // Of a few tasks nothing is told of the others.
        (self.tasks > 0 && self.tasks * 2 >= size).then(|| (self.undecided * size + self.tasks / 2) / self.tasks)
    }
}

impl Told {
    #[must_use]
    pub fn of(plan: &Plan, past: Past, asked: Asked<'_>, instruction: &str) -> Self {
        let sets = &plan.datasets;
        let (feedback, pareto) = (sets.feedback.tasks.len(), sets.pareto.tasks.len());
        let minibatch = plan.config.minibatch_size;
        let (budget, repeats, undecided) = (plan.budget, plan.repeats, past.undecided_of(feedback));
        let bought = Preflight::of(&Known { budget, minibatch, feedback, pareto, repeats, undecided });
        let per_pass = proposals_in_a_pass(plan.config.sampling);
        let proposals = match (bought.fewest, bought.most) {
            (_, 0) => "No proposal".to_owned(),
            (fewest, most) if fewest == most => counted(most, "proposal", "proposals"),
            (fewest, most) => format!("{} to {}", count(fewest), counted(most, "proposal", "proposals")),
        };
        let mut buys = format!(
            "{} for the seed on the Pareto set, then {} for a proposal that is rejected and {} for one that is accepted.",
            counted(bought.for_seed, "rollout", "rollouts"),
            count(bought.rejected),
            count(bought.accepted),
        );
        if per_pass > 1 {
            buys.push_str(&format!(" A pass makes {}.", counted(per_pass as u64, "proposal", "proposals")));
        }
        let chance = chance(past, feedback, minibatch, bought.telling);
        let warnings = warnings(plan, &bought, past, asked, instruction);
        Self { bought, proposals, buys, chance, warnings }
    }
}

/// How many proposals a pass makes at most.
#[must_use]
pub const fn proposals_in_a_pass(sampling: Sampling) -> usize {
    match sampling {
        Sampling::Single => 1,
        Sampling::SameParent(many) | Sampling::Independent(many) => many,
        Sampling::ParentsTimesMinibatches { parents, minibatches } => parents * minibatches,
    }
}

fn chance(past: Past, feedback: usize, minibatch: usize, telling: Option<f64>) -> String {
    let Some(telling) = telling else {
        return "Whether a minibatch can show a difference is not known: run the feedback tasks with this instruction in \
                Evaluate to find out which of them it loses."
            .to_owned();
    };
    let share = (telling * 100.0).round();
    let basis = format!(
        "{} of {} that were run with it ({}) were not always won",
        past.undecided,
        counted(past.tasks as u64, "feedback task", "feedback tasks"),
        counted(past.rollouts as u64, "rollout", "rollouts"),
    );
    let size = minibatch.min(feedback);
    format!("A minibatch of {size} holds a task that can show a difference in {share:.0} % of draws: {basis}.")
}

fn warnings(plan: &Plan, bought: &Preflight, past: Past, asked: Asked<'_>, instruction: &str) -> Vec<Warning> {
    let sets = &plan.datasets;
    let mut found = Vec::new();
    if instruction.trim().is_empty() {
        found.push(Warning::NoInstruction);
    }
    if bought.buys_nothing() {
        found.push(Warning::BuysNothing { budget: plan.budget, for_seed: bought.for_seed });
    } else if bought.most < FEW {
        found.push(Warning::Few { most: bought.most });
    }
    let pairs = [
        ("feedback", &sets.feedback, "Pareto", &sets.pareto),
        ("feedback", &sets.feedback, "held-out", &sets.evaluation),
        ("Pareto", &sets.pareto, "held-out", &sets.evaluation),
    ];
    for (one, own, other, its) in pairs {
        let tasks = own.overlap(its);
        if tasks > 0 {
            found.push(Warning::Overlap { one, other, tasks });
        }
    }
    let feedback = sets.feedback.tasks.len();
    if past.tasks == feedback && past.undecided == 0 {
        found.push(Warning::NothingToLearn);
    }
    if plan.config.minibatch_size >= feedback {
        found.push(Warning::WholeSet { feedback });
    }
    let (tasks, enough) = (sets.pareto.tasks.len(), fixes_needed(0));
    if tasks < enough {
        found.push(Warning::SmallPareto { tasks, enough });
    }
    if asked.reflection.kind == OccupantKind::Cast && asked.agent.kind == OccupantKind::Endpoint {
        found.push(Warning::ProgramCoach);
    }
    found
}

impl Warning {
    /// Whether there is no sense in beginning.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        matches!(self, Self::BuysNothing { .. } | Self::NoInstruction)
    }

    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::BuysNothing { budget, for_seed } => format!(
                "A budget of {} is used up by the seed’s own validation ({}): nothing would be proposed. Raise the \
                 budget, or choose fewer Pareto tasks.",
                count(*budget),
                counted(*for_seed, "rollout", "rollouts")
            ),
            Self::Few { most } => format!(
                "This budget buys {} at most; to climb in so few takes luck.",
                counted(*most, "proposal", "proposals")
            ),
            Self::Overlap { one, other, tasks } => {
                let common = counted(*tasks as u64, "task", "tasks");
                let why = if *other == "held-out" {
                    "the held-out score will look better than it is"
                } else {
                    "candidates are chosen by what they learnt from"
                };
                format!("The {one} set and the {other} set have {common} in common: {why}.")
            }
            Self::WholeSet { feedback } => format!(
                "A minibatch holds all {}: every proposal is judged on the same ones.",
                counted(*feedback as u64, "feedback task", "feedback tasks")
            ),
            Self::NothingToLearn => "With this instruction every feedback task was always won: there is nothing to \
                                     learn from. Choose harder tasks, or a shorter instruction."
                .to_owned(),
            Self::SmallPareto { tasks, enough } => format!(
                "{} to choose by are few: a difference of fewer than {enough} tasks may be noise. The held-out set has \
                 the last word.",
                counted(*tasks as u64, "Pareto task", "Pareto tasks")
            ),
            Self::ProgramCoach => "The rehearsal coach is a program that knows the usual mistakes of the rehearsal \
                                   agent. To learn from a model’s conversations, let a model reflect."
                .to_owned(),
            Self::NoInstruction => "The instruction to begin with is empty.".to_owned(),
        }
    }
}
