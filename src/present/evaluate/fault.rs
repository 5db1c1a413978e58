//! What rules found in a lost rollout, in words.

use std::collections::BTreeMap;

use crate::present::format::counted;
use crate::rollout::findings::{Finding, What};
use crate::rollout::{Episode, findings};

/// What was found in one rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultLine {
    /// The step that shows it, from 1.
    pub step: usize,
    /// Its kind, to be counted: `wrong argument`.
    pub kind: &'static str,
    pub text: String,
}

/// What the rules find in an ended rollout; nothing in one that was won.
#[must_use]
pub fn faults(episode: &Episode) -> Vec<FaultLine> {
    let Some(ending) = episode.ending() else { return Vec::new() };
    let environment = episode.environment();
    let found = findings(environment.world(), environment.task(), episode.trajectory(), ending);
    found.iter().map(line).collect()
}

/// How often each kind was found, the most frequent first.
#[must_use]
pub fn tally<'a>(lines: impl IntoIterator<Item = &'a FaultLine>) -> Vec<(&'static str, usize)> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    lines.into_iter().for_each(|line| *counts.entry(line.kind).or_default() += 1);
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    counts
}

fn line(finding: &Finding) -> FaultLine {
    let (kind, text) = match &finding.what {
        What::WrongTool { called, expected } => {
            ("wrong tool", format!("{called} was called where {expected} was expected."))
        }
        What::WrongArgument { tool, argument, given, expected } => {
            ("wrong argument", format!("{tool}: {argument} was {given}, expected {expected}."))
        }
        What::MissingWrite { tool, arguments } => {
            ("missing change", format!("{tool} was never called with {arguments}."))
        }
        What::ExtraWrite { tool, arguments } => ("extra change", format!("Nobody expected {tool} with {arguments}.")),
        What::RefusedWrite { tool, answer } => ("refused change", format!("{tool} answered: {answer}")),
        What::OutputNotSaid { text } => ("output not said", format!("The customer was never told “{text}”.")),
        What::OutsideTask { said } => ("customer outside its task", format!("The customer spoke of {said}.")),
        What::StoppedEarly { missing } => (
            "customer left early",
            format!(
                "The customer left with {} not made.",
                counted(*missing as u64, "expected change", "expected changes")
            ),
        ),
        What::NeedlessTransfer => {
            ("needless transfer", "Handed over to a person where the task expects none.".to_owned())
        }
        What::StepLimit => ("step limit", "The agent used up its steps.".to_owned()),
    };
    FaultLine { step: finding.step + 1, kind, text }
}
