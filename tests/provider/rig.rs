//! What the tests of this folder share: a model on the mock endpoint, and calls to it.

use futures::executor::block_on;
use futures::future::LocalBoxFuture;
use futures::{FutureExt, StreamExt};
use serde_json::json;
use taupe::chat::{
    AssistantMessage, ChatDelta, ChatError, ChatErrorKind, ChatModel, ChatReply, ChatRequest, Message, ToolSpec,
};
use taupe::provider::http::{Http, HttpRequest, HttpResponse, TransportError};
use taupe::provider::{BaseUrl, Endpoint, OpenAiModel, Secret};

use crate::mock_llm::{KEY, MockLlm};
use crate::native_http::{FastClock, NativeHttp};

pub const PAGE: &str = "https://page.example";

pub type Model = OpenAiModel<NativeHttp, FastClock>;

/// A server and models on it.
pub struct Rig {
    pub server: MockLlm,
    clock: FastClock,
}

impl Rig {
    pub fn start() -> Option<Self> {
        Some(Self { server: MockLlm::start()?, clock: FastClock::new() })
    }

    /// An endpoint at a path of the server, with time-outs that only a hanging server reaches.
    pub fn endpoint(&self, path: &str) -> Endpoint {
        let mut endpoint = Endpoint::new("mock", self.server.url(path), "mock-chat");
        endpoint.timeouts.first_byte_ms = Some(60_000_000);
        endpoint.timeouts.between_bytes_ms = Some(60_000_000);
        endpoint
    }

    pub fn model(&self, path: &str) -> Model {
        self.model_of(self.endpoint(path))
    }

    pub fn model_of(&self, endpoint: Endpoint) -> Model {
        self.model_with_key(endpoint, KEY)
    }

    pub fn model_with_key(&self, endpoint: Endpoint, key: &str) -> Model {
        let base = BaseUrl::parse(&endpoint.base_url).expect("a valid URL");
        OpenAiModel::new(
            NativeHttp { page_origin: PAGE.to_owned() },
            self.clock.clone(),
            endpoint,
            Secret::new(&base, key),
        )
    }
}

/// A conversation of one user message.
pub fn user(text: &str) -> ChatRequest {
    ChatRequest { messages: vec![Message::User { content: text.to_owned() }], ..ChatRequest::default() }
}

/// A conversation of one user message with the tools `find` and `book`.
pub fn user_with_tools(text: &str) -> ChatRequest {
    let tool = |name: &str| ToolSpec {
        name: name.to_owned(),
        description: "Does something.".to_owned(),
        parameters: json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}),
    };
    ChatRequest { tools: vec![tool("find"), tool("book")], ..user(text) }
}

/// Makes a call and gathers what it told meanwhile.
pub fn ask(model: &Model, request: &ChatRequest) -> (Result<ChatReply, ChatError>, Vec<ChatDelta>) {
    let mut deltas = Vec::new();
    let mut on_delta = |delta| deltas.push(delta);
    let reply = block_on(model.complete(request, &mut on_delta));
    if let Err(error) = &reply {
        check_text(&error.message, request);
    }
    (reply, deltas)
}

/// Makes a call that must succeed.
#[track_caller]
pub fn reply(model: &Model, request: &ChatRequest) -> ChatReply {
    match ask(model, request).0 {
        Ok(reply) => reply,
        Err(error) => panic!("{error:?}"),
    }
}

/// Makes a call that must fail.
#[track_caller]
pub fn failure(model: &Model, request: &ChatRequest) -> (ChatErrorKind, u32) {
    match ask(model, request).0 {
        Ok(reply) => panic!("{reply:?}"),
        Err(error) => (error.kind, error.attempts),
    }
}

/// The waits that were told, in milliseconds.
pub fn waits(deltas: &[ChatDelta]) -> Vec<f64> {
    let wait = |delta: &ChatDelta| match delta {
        ChatDelta::Waiting { wait_ms, .. } => Some(*wait_ms),
        _ => None,
    };
    deltas.iter().filter_map(wait).collect()
}

/// The text that was streamed since the last restart.
pub fn streamed_text(deltas: &[ChatDelta]) -> String {
    let from = deltas.iter().rposition(|delta| *delta == ChatDelta::Restarted).map_or(0, |at| at + 1);
    deltas[from..]
        .iter()
        .filter_map(|delta| if let ChatDelta::Text(text) = delta { Some(text.as_str()) } else { None })
        .collect()
}

/// The calls of a message as name and arguments.
pub fn calls(message: &AssistantMessage) -> Vec<(&str, &str)> {
    message.tool_calls.iter().map(|call| (call.name.as_str(), call.arguments.as_str())).collect()
}

/// Checks that a text for a person is made of sentences and carries neither the key nor the conversation.
#[track_caller]
pub fn check_text(text: &str, request: &ChatRequest) {
    assert!(!text.contains(KEY), "a key in {text:?}");
    for message in &request.messages {
        let said = message.text().unwrap_or_default();
        assert!(said.len() < 8 || !text.contains(said), "the conversation in {text:?}");
    }
    assert!(text.starts_with(char::is_alphanumeric) && text.ends_with(['.', '"', '?']), "not a sentence: {text:?}");
}

/// A host as a page sees it: `None` is an answer that cannot be read.
pub struct Answers<F>(F);

impl<F: Fn(&HttpRequest) -> Option<(u16, &'static str)>> Http for Answers<F> {
    fn send(&self, request: HttpRequest) -> LocalBoxFuture<'_, Result<HttpResponse, TransportError>> {
        let answer = (self.0)(&request);
        async move {
            let (status, body) = answer.ok_or(TransportError::Unreachable)?;
            let body = futures::stream::iter([Ok(body.as_bytes().to_vec())]).boxed_local();
            Ok(HttpResponse { status, headers: Vec::new(), body })
        }
        .boxed_local()
    }
}

/// A model whose host gives these answers.
pub fn answered<F: Fn(&HttpRequest) -> Option<(u16, &'static str)>>(
    base_url: &str,
    answer: F,
) -> OpenAiModel<Answers<F>, FastClock> {
    let base = BaseUrl::parse(base_url).expect("a valid URL");
    OpenAiModel::new(Answers(answer), FastClock::new(), Endpoint::new("e", base_url, "m"), Secret::new(&base, KEY))
}
