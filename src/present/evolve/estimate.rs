//! What an evolution will take before it starts.

use std::sync::Arc;

use super::preflight::{Asked, Told};
use crate::evolve::preflight::Preflight;
use crate::present::evaluate::Estimate;
use crate::present::evaluate::Plan as Rollouts;
use crate::present::format::counted;
use crate::rollout::{Occupant, OccupantKind};
use crate::workspace::RunRecord;

/// Bytes of English in a token, about.
const TOKEN_BYTES: f64 = 4.0;
/// What a reflection call reads of a conversation beside the instruction: the tools and the messages; and what it
/// writes.
const READS_OF_A_ROLLOUT: f64 = 6_000.0;
const WRITES: f64 = 900.0;
/// What a rater reads and writes for a rollout.
const RATES: f64 = 4_500.0;

/// What is about to be run.
#[derive(Clone, Copy, Debug)]
pub struct Outlook<'a> {
    pub pack: &'a str,
    pub asked: Asked<'a>,
    pub rater: Option<&'a Occupant>,
    /// The seed instruction's length in bytes.
    pub length: usize,
    pub budget: u64,
    pub minibatch: usize,
}

/// The estimate: rollouts by past rollouts of the pack, and the calls around them.
#[must_use]
pub fn estimate(outlook: &Outlook<'_>, bought: &Preflight, runs: &[Arc<RunRecord>]) -> Estimate {
    let Outlook { pack, asked, rater, length, budget, minibatch } = *outlook;
    let arms = [(asked.agent.clone(), length)];
    let rollouts = usize::try_from(budget).unwrap_or(usize::MAX);
    let mut estimate = Estimate::of(&Rollouts { pack, arms: &arms, user: asked.user, rollouts }, runs);
    // Neither all nor none of the proposals are accepted.
    let proposals = (bought.fewest + bought.most) as f64 / 2.0;
    estimate.calls += proposals;
    if asked.reflection.kind == OccupantKind::Endpoint {
        let reads = minibatch as f64 * (READS_OF_A_ROLLOUT + length as f64 / TOKEN_BYTES);
        estimate.tokens += proposals * (reads + WRITES);
        estimate.cost_usd = None;
    }
    if let Some(rater) = rater {
        estimate.calls += budget as f64;
        if rater.kind == OccupantKind::Endpoint {
            estimate.tokens += budget as f64 * RATES;
            estimate.cost_usd = None;
        }
    }
    estimate
}

/// What the estimate rests on.
#[must_use]
pub fn basis(estimate: &Estimate, told: &Told) -> String {
    if told.bought.buys_nothing() {
        return estimate.basis.clone();
    }
    let reflections = counted(told.bought.most, "call", "calls");
    format!("{}; and up to {reflections} of the reflection model", estimate.basis)
}
