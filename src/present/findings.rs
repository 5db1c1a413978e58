//! What a test of an endpoint found, as the Models page words it.

use super::tone::Tone;
use crate::provider::diagnose::{Check, EndpointReport, Outcome};

/// The verdict over the list of findings.
#[must_use]
pub fn verdict(report: &EndpointReport) -> (Tone, &'static str) {
    let has = |outcome| report.findings.iter().any(|finding| finding.outcome == outcome);
    if !report.is_usable() {
        (Tone::Bad, "Not usable yet. The next step is below.")
    } else if has(Outcome::Warning) {
        (Tone::Warn, "Usable, with something to know.")
    } else {
        (Tone::Good, "Ready: the model replies and calls tools.")
    }
}

/// What was looked at.
#[must_use]
pub const fn name(check: Check) -> &'static str {
    match check {
        Check::Settings => "Settings",
        Check::Network => "Network",
        Check::Reachable => "Reach",
        Check::Key => "Key",
        Check::Model => "Model",
        Check::Reply => "Reply",
        Check::Streaming => "Streaming",
        Check::Tools => "Tools",
        Check::ToolResult => "Tool results",
    }
}

/// The tone of an outcome.
#[must_use]
pub const fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Good => Tone::Good,
        Outcome::Warning => Tone::Warn,
        Outcome::Bad => Tone::Bad,
        Outcome::Unknown => Tone::Plain,
    }
}

/// What the outcome's icon says, for those who hear the page.
#[must_use]
pub const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Good => "Good: ",
        Outcome::Warning => "Warning: ",
        Outcome::Bad => "Fault: ",
        Outcome::Unknown => "Not known: ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::diagnose::Finding;

    fn report(outcomes: &[(Check, Outcome)]) -> EndpointReport {
        let finding =
            |&(check, outcome): &(Check, Outcome)| Finding { check, outcome, text: String::new(), advice: None };
        EndpointReport { findings: outcomes.iter().map(finding).collect(), models: Vec::new() }
    }

    #[test]
    fn the_verdict_follows_the_worst_finding() {
        let reply = (Check::Reply, Outcome::Good);
        assert_eq!(verdict(&report(&[reply])).0, Tone::Good);
        assert_eq!(verdict(&report(&[reply, (Check::Model, Outcome::Warning)])).0, Tone::Warn);
        assert_eq!(verdict(&report(&[reply, (Check::ToolResult, Outcome::Bad)])).0, Tone::Bad);
        assert_eq!(verdict(&report(&[(Check::Reachable, Outcome::Good)])).0, Tone::Bad, "nothing replied");
    }
}
