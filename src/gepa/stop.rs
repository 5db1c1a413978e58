//! The conditions that end a run (`gepa/utils/stop_condition.py` of 0.1.4).

use super::config::Stopper;
use super::need::Outside;
use super::state::State;

/// A stopper with what it remembers from check to check.
#[derive(Clone, Debug)]
pub(super) enum Watch {
    Plain(Stopper),
    NoImprovement { limit: u64, best: f64, checks: u64 },
    Joined { all: bool, members: Vec<Watch> },
}

/// Stoppers joined by "any", as a run has them.
pub(super) fn watch(stoppers: &[Stopper]) -> Watch {
    Watch::Joined { all: false, members: stoppers.iter().map(Watch::of).collect() }
}

impl Watch {
    fn of(stopper: &Stopper) -> Self {
        let members = |stoppers: &[Stopper]| stoppers.iter().map(Self::of).collect();
        match stopper {
            Stopper::NoImprovement(limit) => Self::NoImprovement { limit: *limit, best: f64::NEG_INFINITY, checks: 0 },
            Stopper::Any(stoppers) => Self::Joined { all: false, members: members(stoppers) },
            Stopper::All(stoppers) => Self::Joined { all: true, members: members(stoppers) },
            plain => Self::Plain(plain.clone()),
        }
    }

    /// Whether the run ends. Members are asked from the left until one decides; those behind it remember nothing of the
    /// check.
    pub fn check(&mut self, state: &State, outside: &Outside) -> bool {
        match self {
            Self::Joined { all: false, members } => members.iter_mut().any(|member| member.check(state, outside)),
            Self::Joined { all: true, members } => members.iter_mut().all(|member| member.check(state, outside)),
            Self::NoImprovement { limit, best, checks } => {
                let current = best_aggregate(state);
                if current > *best {
                    *best = current;
                    *checks = 0;
                } else {
                    *checks += 1;
                }
                *checks >= *limit
            }
            Self::Plain(stopper) => is_due(stopper, state, outside),
        }
    }
}

fn is_due(stopper: &Stopper, state: &State, outside: &Outside) -> bool {
    match stopper {
        Stopper::MetricCalls(limit) => state.metric_calls() >= *limit,
        Stopper::ReflectionCost { usd } => outside.reflection_cost_usd >= *usd,
        Stopper::Proposals(limit) => state.passes() >= *limit,
        Stopper::TrackedCandidates(limit) => state.candidates().len() >= *limit,
        Stopper::ScoreThreshold(threshold) => best_aggregate(state) >= *threshold,
        Stopper::Elapsed { seconds } => outside.elapsed_seconds > *seconds,
        Stopper::Signal => outside.signal,
        // These have a memory of their own.
        Stopper::NoImprovement(_) | Stopper::Any(_) | Stopper::All(_) => false,
    }
}

fn best_aggregate(state: &State) -> f64 {
    // The original takes 0.0 for an empty pool, which does not occur.
    state.aggregates().iter().copied().reduce(|best, next| if next > best { next } else { best }).unwrap_or(0.0)
}

/// Metric calls left, by the first limit among the stoppers: those of the run, or if it has a single one that joins
/// others, those it joins.
pub(super) fn remaining(stoppers: &[Stopper], used: u64) -> Option<u64> {
    let direct = match stoppers {
        [Stopper::Any(joined) | Stopper::All(joined)] => joined,
        several => several,
    };
    direct.iter().find_map(|stopper| match stopper {
        Stopper::MetricCalls(limit) => Some(limit.saturating_sub(used)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_limit_on_metric_calls_counts() {
        let limit = Stopper::MetricCalls(10);
        assert_eq!(remaining(&[Stopper::Signal, limit.clone()], 4), Some(6));
        assert_eq!(remaining(&[Stopper::All(vec![limit.clone()])], 14), Some(0));
        assert_eq!(remaining(&[Stopper::Signal, Stopper::Any(vec![limit])], 4), None);
        assert_eq!(remaining(&[Stopper::Proposals(3)], 4), None);
    }
}
