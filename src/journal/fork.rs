//! New runs out of old ones: forked from a step, or begun again with another instruction.

use super::{Event, Folded, ForkedFrom, Header, Instruction, Journal, Judgements, RunId};
use crate::chat::{AssistantMessage, ChatReply};
use crate::rollout::{self, SeatedBy};

/// What a fork has different.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForkChange {
    /// What the last step that is kept says instead.
    pub reply: Option<AssistantMessage>,
    /// What the agent follows from there on.
    pub instruction: Option<Instruction>,
}

/// A run that begins with the first `steps` steps of another one and is open from there.
///
/// `folded` is the other run, folded. `seated` are those who go on. What was said up to there was said by those who sat
/// there then, and is not asked for again.
#[must_use]
pub fn fork(
    of: &Journal,
    folded: &Folded,
    steps: usize,
    change: ForkChange,
    seated: &SeatedBy,
    id: RunId,
    now_ms: u64,
) -> Journal {
    let count = folded.events_of(steps);
    let mut events: Vec<Event> = of.events.iter().take(count).cloned().collect();
    let last = events.last_mut().map(|event| &mut event.what);
    let mut edited = false;
    if let (Some(message), Some(super::What::Rollout(rollout::Event::Replied { reply, .. }))) = (change.reply, last) {
        edited = reply.message != message;
        if edited {
            let notes = vec!["Written by a person in place of the recorded reply.".to_owned()];
            **reply = ChatReply { notes, ..ChatReply::of_message(message) };
        }
    }
    let steps = count.checked_sub(1).and_then(|last| folded.steps_after.get(last)).copied().unwrap_or(0);
    let mut header = Header {
        forked_from: Some(ForkedFrom { run: of.header.id.clone(), events: count, steps, edited }),
        beside: Some(of.header.id.clone()),
        ..renewed(&of.header, change.instruction, id, now_ms)
    };
    if events.is_empty() {
        header.agent = seated.agent.clone();
        header.user = seated.user.clone();
    }
    Journal { header, events }
}

/// A run of the same task under the same seed and trial, with another instruction: the two can be compared.
#[must_use]
pub fn again(of: &Header, instruction: Instruction, seated: SeatedBy, id: RunId, now_ms: u64) -> Header {
    let SeatedBy { agent, user } = seated;
    Header { agent, user, forked_from: None, beside: Some(of.id.clone()), ..renewed(of, Some(instruction), id, now_ms) }
}

fn renewed(of: &Header, instruction: Option<Instruction>, id: RunId, now_ms: u64) -> Header {
    Header {
        id,
        created_ms: now_ms,
        note: String::new(),
        batch: None,
        judgements: Judgements::default(),
        instruction: instruction.unwrap_or_else(|| of.instruction.clone()),
        ..of.clone()
    }
}
