//! A model that plays back given replies: for replays of recorded runs, and for tests.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::future::LocalBoxFuture;

use crate::chat::{AssistantMessage, ChatDelta, ChatError, ChatErrorKind, ChatModel, ChatReply, ChatRequest, ToolCall};

/// Answers each call with the next line of its script, whatever was asked, and remembers what was asked.
///
/// A call beyond the last line fails with [`ChatErrorKind::Config`].
pub struct ScriptedModel {
    label: String,
    state: Mutex<State>,
}

struct State {
    lines: VecDeque<Result<ChatReply, ChatError>>,
    requests: Vec<ChatRequest>,
}

impl ScriptedModel {
    /// A model that gives these replies and errors in order.
    pub fn new(label: impl Into<String>, lines: impl IntoIterator<Item = Result<ChatReply, ChatError>>) -> Self {
        let state = State { lines: lines.into_iter().collect(), requests: Vec::new() };
        Self { label: label.into(), state: Mutex::new(state) }
    }

    /// A model that says these messages in order.
    pub fn of_messages(label: impl Into<String>, messages: impl IntoIterator<Item = AssistantMessage>) -> Self {
        Self::new(label, messages.into_iter().map(|message| Ok(ChatReply::of_message(message))))
    }

    /// The calls made so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<ChatRequest> {
        self.state().requests.clone()
    }

    /// How many lines were not played yet.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.state().lines.len()
    }

    // The state is whole between any two statements, so a panic elsewhere cannot have spoilt it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ChatModel for ScriptedModel {
    fn label(&self) -> String {
        self.label.clone()
    }

    fn complete<'a>(
        &'a self,
        request: &'a ChatRequest,
        on_delta: &'a mut dyn FnMut(ChatDelta),
    ) -> LocalBoxFuture<'a, Result<ChatReply, ChatError>> {
        Box::pin(async move {
            let line = {
                let mut state = self.state();
                state.requests.push(request.clone());
                state.lines.pop_front()
            };
            let reply = line.unwrap_or_else(|| {
                let made = self.state().requests.len() - 1;
                Err(ChatError::new(
                    ChatErrorKind::Config,
                    format!("The script of {} ends after {made} replies, and the run asked for one more.", self.label),
                ))
            })?;
            tell(&reply.message, on_delta);
            Ok(reply)
        })
    }
}

/// Reports a whole message as the deltas that a stream would have brought.
fn tell(message: &AssistantMessage, on_delta: &mut dyn FnMut(ChatDelta)) {
    if let Some(reasoning) = &message.reasoning {
        on_delta(ChatDelta::Reasoning(reasoning.clone()));
    }
    if let Some(text) = message.content.as_ref().filter(|text| !text.is_empty()) {
        on_delta(ChatDelta::Text(text.clone()));
    }
    for (index, ToolCall { name, arguments, .. }) in message.tool_calls.iter().enumerate() {
        on_delta(ChatDelta::ToolCall { index, name: Some(name.clone()), arguments: arguments.clone() });
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::chat::{Finish, Message};

    fn ask(model: &ScriptedModel, text: &str) -> (Result<ChatReply, ChatError>, Vec<ChatDelta>) {
        let request =
            ChatRequest { messages: vec![Message::User { content: text.to_owned() }], ..ChatRequest::default() };
        let mut deltas = Vec::new();
        let mut on_delta = |delta| deltas.push(delta);
        let reply = model.complete(&request, &mut on_delta).now_or_never().expect("a script never waits");
        (reply, deltas)
    }

    #[test]
    fn lines_come_in_order_and_an_error_is_a_line() {
        let call = ToolCall { id: "t1".into(), name: "think".into(), arguments: "{}".into() };
        let model = ScriptedModel::new(
            "script",
            [
                Ok(ChatReply::of_message(AssistantMessage::of_text("hello"))),
                Err(ChatError::new(ChatErrorKind::Overloaded, "The server is busy.")),
                Ok(ChatReply::of_message(AssistantMessage::of_calls(vec![call.clone()]))),
            ],
        );
        let (reply, deltas) = ask(&model, "a");
        assert_eq!(reply.map(|reply| reply.message), Ok(AssistantMessage::of_text("hello")));
        assert_eq!(deltas, [ChatDelta::Text("hello".into())]);
        assert_eq!(ask(&model, "b").0.map_err(|error| error.kind), Err(ChatErrorKind::Overloaded));
        let (reply, deltas) = ask(&model, "c");
        assert_eq!(reply.map(|reply| (reply.finish, reply.message.tool_calls)), Ok((Finish::ToolCalls, vec![call])));
        assert_eq!(deltas, [ChatDelta::ToolCall { index: 0, name: Some("think".into()), arguments: "{}".into() }]);
        let asked: Vec<_> =
            model.requests().into_iter().map(|request| request.messages[0].text().map(str::to_owned)).collect();
        assert_eq!(asked, [Some("a".to_owned()), Some("b".to_owned()), Some("c".to_owned())]);
    }

    #[test]
    fn a_script_that_is_too_short_is_a_fault_of_the_set_up() {
        let model = ScriptedModel::of_messages("script", [AssistantMessage::of_text("only one")]);
        assert!(ask(&model, "a").0.is_ok());
        assert_eq!(model.remaining(), 0);
        let error = ask(&model, "b").0.expect_err("the script has one line");
        assert_eq!(error.kind, ChatErrorKind::Config);
        assert!(error.message.contains("after 1 replies"), "{}", error.message);
    }
}
