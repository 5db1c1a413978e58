//! The rehearsal customer: an agenda-based user simulator (Schatzmann et al., 2007).
//!
//! It holds goals and facts ([`Agenda`]), tells them when they are asked for or due, checks what the agent proposes
//! against them, says yes or no, and stops when everything is settled, when the agent says goodbye, or when nothing
//! moves any more. It is no language model: it hears a fixed set of acts in the agent's words (`hear`) and says
//! sentences made from the agenda (`speak`), worded by a seed. A fact that the agenda does not hold is never said.
//!
//! Each call reads the whole conversation again, so a customer can be set down in the middle of any conversation: what
//! another customer, a model or a person said before is heard as far as it names goals and says yes.

pub mod agenda;
pub mod air;
mod derive;
mod dialogue;
pub(in crate::cast) mod hear;
pub(in crate::cast) mod lexicon;
mod progress;
mod read;
mod shop;
mod speak;
mod vet;
mod voice;
mod wish;
mod words;

pub use agenda::{Agenda, Style};

use futures::future::{LocalBoxFuture, ready};

use self::dialogue::Dialogue;
use crate::chat::{AssistantMessage, ChatDelta, ChatError, ChatModel, ChatReply, ChatRequest, Message};

const LABEL: &str = "rehearsal customer";

/// A program in the user's seat.
#[derive(Clone, Debug)]
pub struct RehearsalCustomer {
    agenda: Agenda,
    style: Style,
    seed: u64,
}

impl RehearsalCustomer {
    /// A customer with this agenda. The seed chooses wordings only.
    #[must_use]
    pub const fn new(agenda: Agenda, style: Style, trial_seed: u64) -> Self {
        Self { agenda, style, seed: trial_seed }
    }

    /// What the customer says next in a conversation from its own side, where its words are the assistant's.
    #[must_use]
    pub fn say(&self, messages: &[Message]) -> String {
        let mut dialogue = Dialogue::new(&self.agenda, self.style, self.seed);
        let mut agent = String::new();
        for message in messages {
            match message {
                Message::User { content } => {
                    if !agent.is_empty() {
                        agent.push('\n');
                    }
                    agent.push_str(content);
                }
                Message::Assistant(own) => {
                    let said = own.content.as_deref().unwrap_or_default();
                    let before = dialogue.clone();
                    if dialogue.turn(&agent) != said {
                        dialogue = before;
                        dialogue.overhear(&agent, said);
                    }
                    agent.clear();
                }
                Message::System { .. } | Message::Tool { .. } => {}
            }
        }
        dialogue.turn(&agent)
    }
}

impl ChatModel for RehearsalCustomer {
    fn label(&self) -> String {
        LABEL.to_owned()
    }

    fn complete<'a>(
        &'a self,
        request: &'a ChatRequest,
        _: &'a mut dyn FnMut(ChatDelta),
    ) -> LocalBoxFuture<'a, Result<ChatReply, ChatError>> {
        let reply = ChatReply {
            model_served: Some(LABEL.to_owned()),
            ..ChatReply::of_message(AssistantMessage::of_text(self.say(&request.messages)))
        };
        Box::pin(ready(Ok(reply)))
    }
}
