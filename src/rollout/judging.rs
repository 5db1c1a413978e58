//! Asking a model to judge an ended rollout: the calls of a rating or of an attribution, one after the other.

use super::attribution::{Attribution, AttributionError, Inquired, Inquiry};
use super::rating::{self, NoRating, Rating};
use super::trajectory::Spent;
use crate::chat::{ChatError, ChatModel, ChatReply, ChatRequest, Message, ToolSpec};

/// How often an answer that can't be read is asked for again, the first time included; as the published experiment.
pub const ATTEMPTS: u32 = 3;

/// Why there is no judgement.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum JudgeFault {
    #[error(transparent)]
    Call(#[from] ChatError),
    #[error("{0} It was asked {ATTEMPTS} times. Try another model.")]
    NoRating(NoRating),
    #[error("{0} It was asked {ATTEMPTS} times. Try another model.")]
    NoAttribution(AttributionError),
}

/// What came of asking, and what it took, which is owed either way.
#[derive(Clone, Debug)]
pub struct Judged<T> {
    pub found: Result<T, JudgeFault>,
    pub spent: Spent,
}

/// Has a conversation rated by a rubric.
pub async fn rate(model: &dyn ChatModel, rubric: &str, tools: &[ToolSpec], conversation: &[Message]) -> Judged<Rating> {
    let request = rating::request(rubric, tools, conversation);
    let mut spent = Spent::default();
    let mut found = Err(JudgeFault::NoRating(NoRating));
    for _ in 0..ATTEMPTS {
        found = ask(model, &request, &mut spent).await.and_then(|reply| {
            Rating::read(reply.message.content.as_deref().unwrap_or_default()).map_err(JudgeFault::NoRating)
        });
        if matches!(found, Ok(_) | Err(JudgeFault::Call(_))) {
            break;
        }
    }
    Judged { found, spent }
}

/// Asks who is at fault, and for what.
pub async fn attribute(model: &dyn ChatModel, mut inquiry: Inquiry) -> Judged<Attribution> {
    let mut spent = Spent::default();
    let mut unread = 0;
    let found = loop {
        let reply = match ask(model, &inquiry.request(), &mut spent).await {
            Ok(reply) => reply,
            Err(fault) => break Err(fault),
        };
        match inquiry.supply(&reply.message) {
            Ok(Inquired::Done(found)) => break Ok(found),
            Ok(Inquired::More) => unread = 0,
            Err(fault) => {
                unread += 1;
                if unread >= ATTEMPTS {
                    break Err(JudgeFault::NoAttribution(fault));
                }
            }
        }
    };
    Judged { found, spent }
}

async fn ask(model: &dyn ChatModel, request: &ChatRequest, spent: &mut Spent) -> Result<ChatReply, JudgeFault> {
    let reply = model.complete(request, &mut |_| {}).await?;
    spent.add(&reply);
    Ok(reply)
}
