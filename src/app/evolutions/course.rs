//! An evolution as the page sees it: the engine's state, and what is at hand of the step that is due.

use std::sync::Arc;

use crate::evolve::doubts::{Doubt, doubts};
use crate::evolve::{COMPONENT, Due, Evolution, Reflection};
use crate::gepa::Event;
use crate::rollout::Spent;
use crate::workspace::{EvolutionRecord, EvolutionSummary, KeptReply};

/// An evolution that is open: under way, paused, or only looked at.
pub struct Course {
    pub record: Arc<EvolutionRecord>,
    pub evolution: Evolution,
    /// Replies to the calls that are due which wait for a decision.
    pub waiting: Vec<Received>,
    /// The numbers of the due rollouts that run now.
    pub going: Vec<usize>,
    /// What the rollouts and their ratings used up.
    pub rollouts_spent: Spent,
    /// What the reflection model used up.
    pub reflection_spent: Spent,
    /// Why nothing moves.
    pub held: Option<Held>,
    /// What the feedback tasks tell, which no instruction should hold.
    pub facts: Vec<String>,
}

/// A reply of the reflection model that nobody has decided about.
#[derive(Clone, Debug)]
pub struct Received {
    pub call: Reflection,
    pub reply: KeptReply,
    /// What may be wrong with it.
    pub doubts: Vec<Doubt>,
}

/// Why an evolution under way does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// A person paused it.
    Paused,
    /// A reply waits for a person.
    Review,
    /// Something has to be mended first.
    Trouble,
}

/// What a person decided about a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Its text is evaluated.
    Accept,
    /// This text is evaluated in its place.
    Edit(String),
    /// The model is asked once more.
    AskAgain,
    /// The pass goes on without a proposal.
    Refuse,
}

impl Course {
    /// All that was used up so far.
    #[must_use]
    pub fn spent(&self) -> Spent {
        let mut spent = self.rollouts_spent;
        spent.merge(&self.reflection_spent);
        spent
    }

    /// Takes in a reply to a call that is due.
    pub(super) fn receive(&mut self, call: Reflection, reply: KeptReply) {
        let rejected: Vec<&str> = self
            .evolution
            .steps()
            .iter()
            .filter_map(|step| match &step.event {
                Event::CandidateRejected { candidate, parent, .. } if *parent == call.parent => {
                    candidate.get(COMPONENT).map(|text| &**text)
                }
                _ => None,
            })
            .collect();
        let doubts = doubts(&reply.text, &call.current, &rejected, &self.facts);
        self.waiting.retain(|other| other.call.number != call.number);
        self.waiting.push(Received { call, reply, doubts });
    }

    /// Takes in the kept replies to the calls that are due, the last one to each.
    pub(super) fn receive_kept(&mut self, kept: &[KeptReply]) {
        let Due::Reflections(calls) = self.evolution.due() else { return };
        let answers = self.evolution.answered();
        let calls = calls.to_vec();
        for call in calls {
            let own = kept.iter().filter(|reply| reply.answers == answers && reply.number == call.number);
            if let Some(reply) = own.max_by_key(|reply| reply.attempt) {
                self.receive(call, reply.clone());
            }
        }
    }

    /// Brings the record's summary up to the state.
    pub(super) fn sum_up(&mut self, now_ms: u64) {
        let state = self.evolution.optimizer().state();
        let aggregates = state.aggregates();
        let summary = EvolutionSummary {
            candidates: state.candidates().len(),
            iterations: state.passes(),
            metric_calls: state.metric_calls(),
            seed_score: aggregates.first().copied(),
            best_score: (!aggregates.is_empty()).then(|| aggregates.get(state.best().index()).copied()).flatten(),
            ended: matches!(self.evolution.due(), Due::Ended(_)),
            changed_ms: now_ms,
        };
        Arc::make_mut(&mut self.record).summary = summary;
    }
}
