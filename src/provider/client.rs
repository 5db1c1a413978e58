//! A model behind a chat completions endpoint: the loop around one call.
//!
//! Sends, reads, judges, waits and repeats; every decision is made by the pure modules beside this one. A call is
//! cancelled by dropping its future, which drops the request in flight with it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::LocalBoxFuture;
use serde_json::Value;

use super::endpoint::EndpointError;
use super::exchange::{Appetite, Exchange, ExchangeError, Limits, send};
use super::failure::{Failure, Trouble};
use super::gate::{Gate, Place};
use super::http::{Clock, Http, HttpRequest, Method, Mode};
use super::openai::error::{judge_answer, judge_fault};
use super::openai::request::{carry_source, encode};
use super::openai::{Decoded, Encoded, ErrorContext, Learned, Lesson, ReplyReader, Verdict};
use super::redact::without_key;
use super::retry::{Decision, Tally};
use super::{BaseUrl, Endpoint, Host, Reach, Secret, Streaming};
use crate::chat::{
    AssistantMessage, ChatDelta, ChatError, ChatErrorKind, ChatModel, ChatReply, ChatRequest, Finish, Message, Timing,
    Usage,
};

/// The model of one endpoint, over any network and clock.
pub struct OpenAiModel<H, C> {
    pub(super) http: H,
    pub(super) clock: C,
    pub(super) endpoint: Endpoint,
    pub(super) key: Option<Secret>,
    gate: Arc<Gate>,
    session: Mutex<Session>,
}

/// What the calls of this session have shown.
#[derive(Default)]
struct Session {
    learned: Learned,
    /// The endpoint has answered a call.
    proven: bool,
    /// Random numbers drawn.
    draws: u64,
}

/// The state of one call between its attempts.
struct Call<'a> {
    request: &'a ChatRequest,
    base: BaseUrl,
    host: Host,
    started_ms: f64,
    attempts: u32,
    tally: Tally,
    notes: Vec<String>,
    /// What was left out of the last request.
    setting_notes: Vec<String>,
    /// Replaces the endpoint's token limit after a tool call was cut by it.
    limit: Option<u64>,
    stream: bool,
    /// Streaming was given up within this call.
    fell_back: bool,
    /// Spent on whole replies, those that were not good enough included.
    usage: Usage,
    cost_usd: Option<f64>,
}

/// A reply that came to its end, and when its first byte came.
type Received = (Decoded, Option<f64>);

/// What follows an attempt.
enum Next {
    Done(Box<ChatReply>),
    Failed(ChatError),
    /// Try again after so long, for the reason given.
    Again {
        wait_ms: f64,
        reason: String,
    },
}

/// A prompt of at least so many characters shows whether the server counts all of it.
const TELLING_PROMPT_CHARS: usize = 12_000;
/// More characters a token than any text has.
const MOST_CHARS_PER_TOKEN: usize = 8;

impl<H: Http, C: Clock> OpenAiModel<H, C> {
    /// A model for this endpoint. A key that was given for another origin is forgotten.
    pub fn new(http: H, clock: C, endpoint: Endpoint, key: Option<Secret>) -> Self {
        let key = key.and_then(|key| key.kept_for(&endpoint.base().ok()?));
        let gate = Arc::new(Gate::new(endpoint.concurrency()));
        Self { http, clock, endpoint, key, gate, session: Mutex::default() }
    }

    /// Queues at the same gate as other models of the same host.
    #[must_use]
    pub fn sharing(mut self, gate: Arc<Gate>) -> Self {
        self.gate = gate;
        self
    }

    /// Starts with what an earlier session learnt of this endpoint and model.
    #[must_use]
    pub fn knowing(self, learned: Learned) -> Self {
        self.session().learned = learned;
        self
    }

    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    #[must_use]
    pub fn gate(&self) -> &Arc<Gate> {
        &self.gate
    }

    /// What the endpoint's refusals have taught so far.
    #[must_use]
    pub fn learned(&self) -> Learned {
        self.session().learned.clone()
    }

    /// Checks what can be checked before sending.
    pub(super) fn check(&self) -> Result<BaseUrl, ChatError> {
        self.endpoint.check().map_err(|error| config_error(&error))?;
        self.check_address()
    }

    /// As [`Self::check`], without a model being needed.
    pub(super) fn check_address(&self) -> Result<BaseUrl, ChatError> {
        let base = self.endpoint.check_address().map_err(|error| config_error(&error))?;
        match &self.key {
            Some(key) if !key.is_header_text() => Err(ChatError::new(
                ChatErrorKind::Config,
                "The key holds blanks or characters that a request cannot carry. Paste it again.",
            )),
            _ => Ok(base),
        }
    }

    /// A request to the endpoint with its key and headers.
    pub(super) fn http_request(&self, method: Method, url: String, body: Option<String>) -> HttpRequest {
        let content_type = body.as_ref().map(|_| ("content-type".to_owned(), "application/json".to_owned()));
        HttpRequest {
            method,
            url,
            headers: content_type.into_iter().chain(self.endpoint.headers.iter().cloned()).collect(),
            key: self.key.clone().map(|key| (self.endpoint.key_header.clone(), key)),
            body,
            mode: Mode::Cors,
        }
    }

    // The state is whole between any two statements, so a panic elsewhere cannot have spoilt it.
    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(&self, request: &ChatRequest, on_delta: &mut dyn FnMut(ChatDelta)) -> Result<ChatReply, ChatError> {
        let base = self.check()?;
        let no_streaming = self.session().learned.no_streaming;
        let mut call = Call {
            request,
            host: Host::of(&base),
            base,
            started_ms: self.clock.now_ms(),
            attempts: 0,
            tally: Tally::default(),
            notes: Vec::new(),
            setting_notes: Vec::new(),
            limit: None,
            stream: match self.endpoint.streaming {
                Streaming::On => true,
                Streaming::Off => false,
                Streaming::Auto => !no_streaming,
            },
            fell_back: false,
            usage: Usage::default(),
            cost_usd: None,
        };
        loop {
            let place = self.enter(call.attempts, on_delta).await;
            let sent_ms = self.clock.now_ms();
            let mut told = false;
            let received = self
                .attempt(&mut call, &mut |delta| {
                    told = true;
                    on_delta(delta);
                })
                .await;
            drop(place);
            match self.judge(&mut call, received, sent_ms) {
                Next::Done(reply) => {
                    return Ok(match &self.key {
                        Some(key) => without_key(*reply, key),
                        None => *reply,
                    });
                }
                Next::Failed(error) => return Err(error),
                Next::Again { wait_ms, reason } => {
                    if told {
                        on_delta(ChatDelta::Restarted);
                    }
                    if wait_ms > 0.0 {
                        on_delta(ChatDelta::Waiting { reason, wait_ms, attempt: call.attempts + 1 });
                        self.clock.sleep(wait_ms).await;
                    }
                }
            }
        }
    }

    /// Waits in the queue, and until the endpoint may be called again.
    async fn enter(&self, attempts: u32, on_delta: &mut dyn FnMut(ChatDelta)) -> Place<'_> {
        let place = self.gate.enter().await;
        loop {
            let wait_ms = self.gate.not_before_ms() - self.clock.now_ms();
            if wait_ms <= 0.0 {
                return place;
            }
            let reason = format!("The endpoint asked for a pause of {} s.", (wait_ms / 1_000.0).ceil());
            on_delta(ChatDelta::Waiting { reason, wait_ms, attempt: attempts + 1 });
            self.clock.sleep(wait_ms).await;
        }
    }

    /// Makes one attempt and reads what comes of it.
    async fn attempt(&self, call: &mut Call<'_>, on_delta: &mut dyn FnMut(ChatDelta)) -> Result<Received, Verdict> {
        call.attempts += 1;
        let learned = self.learned();
        let encoded = encode(call.request, &self.endpoint, call.host, &learned, call.stream, call.limit);
        let Encoded { body, notes } = encoded;
        call.setting_notes = notes;
        let sent: Vec<String> = body.keys().cloned().collect();
        let body = Value::Object(body).to_string();
        let request = self.http_request(Method::Post, call.base.join("chat/completions"), Some(body));
        let limits = Limits {
            first_byte_ms: self.endpoint.first_byte_ms(call.stream),
            between_bytes_ms: self.endpoint.between_bytes_ms(),
        };
        let mut exchange = match send(&self.http, &self.clock, request, limits).await {
            Ok(exchange) => exchange,
            Err(error) => return Err(Verdict::Fail(self.exchange_failure(call, error, limits.first_byte_ms))),
        };
        if !(200..300).contains(&exchange.response.status) {
            // The status already says what happened; a body that breaks off only says it shorter.
            let (body, _) = exchange.read_all().await;
            let response = &exchange.response;
            let keys: Vec<&Secret> = self.key.iter().collect();
            let context = self.error_context(call, &sent, &keys);
            return Err(judge_answer(response.status, &response.headers, &body, context));
        }
        self.read_reply(call, &sent, &mut exchange, limits, on_delta).await
    }

    async fn read_reply(
        &self,
        call: &Call<'_>,
        sent: &[String],
        exchange: &mut Exchange<'_, C>,
        limits: Limits,
        on_delta: &mut dyn FnMut(ChatDelta),
    ) -> Result<Received, Verdict> {
        let mut reader = ReplyReader::new(call.stream);
        let mut fault = None;
        let end = exchange
            .read(|piece| match reader.push(piece, on_delta) {
                Err(error) => {
                    fault = Some(error);
                    Appetite::Full
                }
                Ok(()) if reader.is_complete() => Appetite::Full,
                Ok(()) if reader.has_finish() => Appetite::AlmostFull,
                Ok(()) => Appetite::More,
            })
            .await;
        let silence_ms = if exchange.first_byte_ms.is_some() { limits.between_bytes_ms } else { limits.first_byte_ms };
        let decoded = match (fault, end) {
            (Some(fault), _) => Err(fault),
            // Once the finish reason was read, only counts can be missing.
            (None, Err(error)) if !reader.has_finish() => {
                return Err(Verdict::Fail(self.exchange_failure(call, error, silence_ms)));
            }
            (None, _) => reader.finish(call.request, &carry_source(&self.endpoint), on_delta),
        };
        let keys: Vec<&Secret> = self.key.iter().collect();
        decoded
            .map(|decoded| (decoded, exchange.first_byte_ms))
            .map_err(|fault| judge_fault(fault, self.error_context(call, sent, &keys)))
    }

    fn error_context<'c>(&'c self, call: &'c Call<'_>, sent: &'c [String], keys: &'c [&'c Secret]) -> ErrorContext<'c> {
        ErrorContext {
            host: call.host,
            host_name: &call.base.origin().host,
            model: &self.endpoint.model,
            request: call.request,
            sent,
            effort_is_set: self.endpoint.sampling.reasoning_effort.is_some(),
            keys,
            now_ms: self.clock.now_ms(),
        }
    }

    fn exchange_failure(&self, call: &Call<'_>, error: ExchangeError, limit_ms: f64) -> Failure {
        error.failure(call.host, &call.base, limit_ms, self.session().proven)
    }

    /// Decides what follows an attempt, and remembers what it showed.
    fn judge(&self, call: &mut Call<'_>, received: Result<Received, Verdict>, sent_ms: f64) -> Next {
        match received {
            Ok((decoded, first_byte_ms)) => self.judge_reply(call, decoded, first_byte_ms, sent_ms),
            Err(Verdict::Fail(failure)) => self.judge_failure(call, failure, sent_ms, None),
            Err(Verdict::Learn(lesson, failure)) => {
                if self.session().learned.learn(&lesson) {
                    Next::Again { wait_ms: 0.0, reason: failure.message }
                } else {
                    self.judge_failure(call, failure, sent_ms, None)
                }
            }
            Err(Verdict::Filtered(note)) => {
                call.notes.push(note);
                let decoded = decoded_without_text(Finish::ContentFilter);
                Next::Done(Box::new(self.reply(call, decoded, None)))
            }
            Err(Verdict::MalformedCall(text, failure)) => {
                let mut decoded = decoded_without_text(Finish::MalformedCall);
                decoded.message.content = (!text.is_empty()).then_some(text);
                self.judge_failure(call, failure, sent_ms, Some(decoded))
            }
        }
    }

    fn judge_reply(&self, call: &mut Call<'_>, decoded: Decoded, first_byte_ms: Option<f64>, sent_ms: f64) -> Next {
        self.gate.succeeded();
        call.usage.add(&decoded.usage);
        call.cost_usd = [call.cost_usd, decoded.cost_usd].into_iter().flatten().reduce(|a, b| a + b);
        {
            let mut session = self.session();
            session.proven = true;
            if call.fell_back && session.learned.learn(&Lesson::NoStreaming) {
                call.notes.push("Replies are not streamed: the endpoint's streams came without content.".to_owned());
            }
        }
        if let Some(error) = self.cut_prompt(call, &decoded) {
            return Next::Failed(error);
        }
        if decoded.finish == Finish::Empty {
            let host = &call.base.origin().host;
            let what = format!("The reply of {host} holds neither text nor a tool call.");
            let failure = Failure::new(ChatErrorKind::Truncated, Trouble::EmptyReply, what);
            return self.judge_failure(call, failure, sent_ms, Some(decoded));
        }
        let is_cut_call = decoded.finish == Finish::Length && !decoded.message.tool_calls.is_empty();
        if let Some(limit) = self.endpoint.sampling.max_tokens
            && is_cut_call
            && call.limit.is_none()
        {
            let doubled = limit.saturating_mul(2);
            call.limit = Some(doubled);
            let reason =
                format!("A tool call was cut at {limit} tokens; the call was repeated with a limit of {doubled}.");
            call.notes.push(reason.clone());
            return Next::Again { wait_ms: 0.0, reason };
        }
        Next::Done(Box::new(self.reply(call, decoded, first_byte_ms)))
    }

    /// A server at home that reads only the end of a long prompt does not say so; its count does.
    fn cut_prompt(&self, call: &Call<'_>, decoded: &Decoded) -> Option<ChatError> {
        let chars: usize = call.request.messages.iter().map(message_chars).sum();
        let counted = usize::try_from(decoded.usage.input()?).ok()?;
        let is_cut = call.base.origin().reach() != Reach::Internet
            && chars >= TELLING_PROMPT_CHARS
            && counted * MOST_CHARS_PER_TOKEN < chars;
        is_cut.then(|| {
            let remedy = match call.host {
                Host::Ollama => "Start Ollama with OLLAMA_CONTEXT_LENGTH=32768 or more.",
                _ => "Give the model a larger context in the server's settings.",
            };
            let what = format!(
                "The server read only {counted} tokens of a prompt of {chars} characters: it cuts long prompts without \
                 saying so, and the model does not see all of its instruction. {remedy}"
            );
            ChatError { attempts: call.attempts, ..ChatError::new(ChatErrorKind::Config, what) }
        })
    }

    /// Decides after a failure. `instead` is the reply to give when no attempt is left.
    fn judge_failure(&self, call: &mut Call<'_>, failure: Failure, sent_ms: f64, instead: Option<Decoded>) -> Next {
        if failure.trouble == Trouble::EmptyStream && self.endpoint.streaming == Streaming::Auto && call.stream {
            call.stream = false;
            call.fell_back = true;
            return Next::Again { wait_ms: 0.0, reason: failure.message };
        }
        let jitter = self.jitter();
        let proven = self.session().proven;
        let decision = call.tally.decide(&failure, proven, jitter);
        let now_ms = self.clock.now_ms();
        if let Decision::Retry { wait_ms } | Decision::Later { wait_ms } = decision
            && failure.trouble.is_overload()
        {
            self.gate.overloaded(sent_ms, now_ms, wait_ms);
        }
        match (decision, instead) {
            (Decision::Retry { wait_ms }, _) => Next::Again { wait_ms, reason: failure.message },
            (_, Some(decoded)) => Next::Done(Box::new(self.reply(call, decoded, None))),
            (Decision::GiveUp, None) => Next::Failed(failure.into_error(call.attempts)),
            (Decision::Later { wait_ms }, None) => {
                let mut error = failure.into_error(call.attempts);
                let seconds = (wait_ms / 1_000.0).ceil();
                error.message = format!("{} It asks to wait {seconds} seconds.", error.message);
                error.retry_after_ms = Some(wait_ms);
                Next::Failed(error)
            }
        }
    }

    fn reply(&self, call: &mut Call<'_>, decoded: Decoded, first_byte_ms: Option<f64>) -> ChatReply {
        let total_ms = self.clock.now_ms() - call.started_ms;
        let mut notes = std::mem::take(&mut call.setting_notes);
        notes.append(&mut call.notes);
        notes.extend(decoded.notes);
        ChatReply {
            message: decoded.message,
            finish: decoded.finish,
            usage: call.usage,
            cost_usd: call.cost_usd,
            model_served: decoded.model,
            provider_served: decoded.provider,
            timing: Timing { first_byte_ms, total_ms, attempts: call.attempts },
            notes,
        }
    }

    /// A number in 0..1 that differs from call to call; it only keeps calls from returning all at once.
    fn jitter(&self) -> f64 {
        let count = {
            let mut session = self.session();
            session.draws = session.draws.wrapping_add(1);
            session.draws
        };
        // The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
        let mut bits = self.clock.now_ms().to_bits() ^ count.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl<H: Http, C: Clock> ChatModel for OpenAiModel<H, C> {
    fn label(&self) -> String {
        match self.endpoint.base() {
            Ok(base) => format!("{} at {}", self.endpoint.model, base.origin().host),
            Err(_) => self.endpoint.model.clone(),
        }
    }

    fn complete<'a>(
        &'a self,
        request: &'a ChatRequest,
        on_delta: &'a mut dyn FnMut(ChatDelta),
    ) -> LocalBoxFuture<'a, Result<ChatReply, ChatError>> {
        Box::pin(self.run(request, on_delta))
    }
}

fn config_error(error: &EndpointError) -> ChatError {
    ChatError::new(ChatErrorKind::Config, format!("The endpoint cannot be called as it is configured. {error}"))
}

fn decoded_without_text(finish: Finish) -> Decoded {
    Decoded {
        message: AssistantMessage::default(),
        finish,
        usage: Usage::default(),
        cost_usd: None,
        model: None,
        provider: None,
        notes: Vec::new(),
    }
}

fn message_chars(message: &Message) -> usize {
    message.text().map_or(0, |text| text.chars().count())
}
