//! A person in a seat: what is asked of them lies on the desk until they answer, or until the seat changes hands.

use std::sync::Arc;

use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::LocalBoxFuture;
use leptos::prelude::*;

use crate::chat::{
    AssistantMessage, ChatDelta, ChatError, ChatErrorKind, ChatModel, ChatReply, ChatRequest, ToolCall, ToolSpec,
};
use crate::rollout::agent::react;
use crate::rollout::{STOP, Seat, UserStrategy};

/// What a record calls a person.
pub const LABEL: &str = "you";

/// A call that a person is to answer.
#[derive(Clone)]
pub struct Asked {
    pub seat: Seat,
    pub request: Arc<ChatRequest>,
    id: u64,
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// Where people find what they are asked. There is one: one rollout runs at a time. A small copyable handle.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The call that waits for a person.
    pub asked: RwSignal<Option<Asked>>,
    answer: StoredValue<Option<oneshot::Sender<AssistantMessage>>, LocalStorage>,
    count: StoredValue<u64>,
}

impl Desk {
    #[must_use]
    pub fn new() -> Self {
        Self { asked: RwSignal::new(None), answer: StoredValue::new_local(None), count: StoredValue::new(0) }
    }

    /// Answers with words. They may be empty.
    pub fn say(self, words: impl Into<String>) {
        self.send(AssistantMessage::of_text(words));
    }

    /// Answers as the customer that nothing is left to do, which ends the conversation.
    pub fn finish(self) {
        self.say(STOP);
    }

    /// Answers as the agent with a tool call. `arguments` is the argument object as JSON.
    pub fn call(self, tool: &str, arguments: String) {
        let before = self.asked.with_untracked(|asked| asked.as_ref().map_or(0, |asked| asked.request.messages.len()));
        // Unique in its conversation, which grows with every answer.
        let id = format!("you{before}");
        self.send(AssistantMessage::of_calls(vec![ToolCall { id, name: tool.to_owned(), arguments }]));
    }

    fn send(self, message: AssistantMessage) {
        let sender = self.answer.try_update_value(Option::take).flatten();
        self.asked.set(None);
        if let Some(sender) = sender {
            // Nobody waits for it any more where the seat changed hands at this very moment.
            let _ = sender.send(message);
        }
    }

    fn put(self, seat: Seat, request: &ChatRequest) -> OnDesk {
        let (sender, answer) = oneshot::channel();
        self.count.update_value(|count| *count += 1);
        let id = self.count.get_value();
        self.answer.set_value(Some(sender));
        self.asked.set(Some(Asked { seat, request: Arc::new(request.clone()), id }));
        OnDesk { desk: self, id, answer }
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}

/// A call as long as it is out; dropping it takes it off the desk.
struct OnDesk {
    desk: Desk,
    id: u64,
    answer: oneshot::Receiver<AssistantMessage>,
}

impl Drop for OnDesk {
    fn drop(&mut self) {
        let is_own = |asked: &Option<Asked>| asked.as_ref().is_some_and(|asked| asked.id == self.id);
        if self.desk.asked.with_untracked(is_own) {
            self.desk.asked.set(None);
            self.desk.answer.set_value(None);
        }
    }
}

/// The seat of a person.
pub struct Person {
    pub desk: Desk,
    pub seat: Seat,
    /// The tools of the world, which not every way to ask an agent offers along with the call.
    pub tools: Vec<ToolSpec>,
    /// How the user's model is asked.
    pub user: UserStrategy,
}

impl Person {
    /// What a person is shown of a call: how a model would have to write its answer is not their affair.
    fn shown(&self, request: &ChatRequest) -> ChatRequest {
        if self.seat == Seat::User || !request.tools.is_empty() {
            return request.clone();
        }
        let messages = react::with_tool_results(&request.messages);
        ChatRequest { messages, tools: self.tools.clone(), ..request.clone() }
    }

    /// Their answer in the form that the call asks for.
    fn written(&self, request: &ChatRequest, answer: AssistantMessage) -> AssistantMessage {
        match self.seat {
            Seat::Agent if request.tools.is_empty() => react::write(&answer),
            Seat::Agent => answer,
            Seat::User => AssistantMessage::of_text(self.user.write(answer.content.as_deref().unwrap_or_default())),
        }
    }
}

impl ChatModel for Person {
    fn label(&self) -> String {
        LABEL.to_owned()
    }

    fn complete<'a>(
        &'a self,
        request: &'a ChatRequest,
        _on_delta: &'a mut dyn FnMut(ChatDelta),
    ) -> LocalBoxFuture<'a, Result<ChatReply, ChatError>> {
        async move {
            if self.seat == Seat::User && !UserStrategy::asks_for_words(request) {
                // Nobody judges what a person says.
                return Ok(ChatReply::of_message(AssistantMessage::of_text(UserStrategy::LET_THROUGH)));
            }
            let mut out = self.desk.put(self.seat, &self.shown(request));
            let left = |_| ChatError::new(ChatErrorKind::Abandoned, "The seat was left before the answer.");
            let answer = (&mut out.answer).await.map_err(left)?;
            Ok(ChatReply::of_message(self.written(request, answer)))
        }
        .boxed_local()
    }
}

/// The desk.
///
/// # Panics
/// Outside the mounted page, which provides it before anything is built.
#[must_use]
pub fn use_desk() -> Desk {
    expect_context()
}
