//! "Test this endpoint": tells apart, as far as a browser can, what keeps a model from answering.
//!
//! A browser reports a refusal by CORS, a server that is off, a wrong key at some hosts and a blocked request with one
//! and the same error. Several requests together say more than one: with the key, without it, and one whose answer
//! may not be read but whose arrival counts.

use serde_json::json;

use super::client::OpenAiModel;
use super::exchange::send;
use super::host::Host;
use super::http::{Clock, Http, HttpRequest, Mode};
use super::models::{ModelInfo, nearest};
use super::{BaseUrl, Reach};
use crate::chat::{
    AssistantMessage, ChatDelta, ChatError, ChatErrorKind, ChatModel, ChatReply, ChatRequest, Message, ToolSpec,
};

/// What is to be known of the page that the requests come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageContext {
    /// Served over https.
    pub https: bool,
    /// What the browser believes of its network.
    pub online: bool,
    /// Scheme, host and port, for advice; `None` leaves them open.
    pub origin: Option<String>,
    /// Whether the browser lets the page reach this computer or the local network; `None` where it has no such
    /// permission or does not tell.
    pub local_access: Option<LocalAccess>,
}

/// The browser's permission to call servers nearer than the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalAccess {
    Granted,
    /// The browser will ask.
    Prompt,
    Denied,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    Settings,
    Network,
    Reachable,
    Key,
    Model,
    Reply,
    Streaming,
    Tools,
    ToolResult,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    Good,
    /// Works, or may work, with something to know.
    Warning,
    Bad,
    /// Could not be found out.
    Unknown,
}

/// One thing found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub check: Check,
    pub outcome: Outcome,
    pub text: String,
    /// The one thing to do about it.
    pub advice: Option<String>,
}

/// What a test of an endpoint found, in the order in which it looked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EndpointReport {
    pub findings: Vec<Finding>,
    /// The models that the endpoint lists; empty where it has no list.
    pub models: Vec<ModelInfo>,
}

impl EndpointReport {
    /// Whether runs can be started with this endpoint.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        let replied =
            self.findings.iter().any(|finding| finding.check == Check::Reply && finding.outcome == Outcome::Good);
        replied && self.findings.iter().all(|finding| finding.outcome != Outcome::Bad)
    }

    /// What was found of one thing.
    #[must_use]
    pub fn finding(&self, check: Check) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.check == check)
    }

    fn add(&mut self, check: Check, outcome: Outcome, text: impl Into<String>, advice: Option<String>) {
        self.findings.push(Finding { check, outcome, text: text.into(), advice });
    }
}

/// Requests whose only point is whether they are answered.
const PROBE_MS: f64 = 15_000.0;

const TEST_TOOL: &str = "report_number";
const TEST_PROMPT: &str = "This is a connection test. Call the tool report_number once with the number 7.";

impl<H: Http, C: Clock> OpenAiModel<H, C> {
    /// Tests the endpoint from the settings to a tool call and its result. Costs two short replies at most.
    pub async fn test_endpoint(&self, page: &PageContext) -> EndpointReport {
        let mut report = EndpointReport::default();
        let base = match self.check() {
            Ok(base) => base,
            Err(error) => {
                report.add(Check::Settings, Outcome::Bad, error.message, None);
                return report;
            }
        };
        if let Some(Obstacle { text, advice, .. }) = obstacle(&base, page) {
            report.add(Check::Network, Outcome::Bad, text, Some(advice.to_owned()));
            return report;
        }
        match self.list_models().await {
            Ok(models) => {
                let text = format!("{} answers this page.", base.origin().host);
                report.add(Check::Reachable, Outcome::Good, text, None);
                self.check_listed(&models, &mut report);
                report.models = models;
            }
            Err(error) if error.kind == ChatErrorKind::Unreachable => {
                self.explain_silence(&base, page, &mut report).await;
                return report;
            }
            Err(error) => {
                if !self.check_list_error(&base, error, &mut report) {
                    return report;
                }
            }
        }
        self.check_replies(&base, page, &mut report).await;
        report
    }

    /// Whether the chosen model is among those listed.
    fn check_listed(&self, models: &[ModelInfo], report: &mut EndpointReport) {
        let model = &self.endpoint.model;
        // Google's list puts a folder before the names that its interface takes.
        let is_listed = |info: &ModelInfo| info.id == *model || info.id.strip_prefix("models/") == Some(model);
        if models.iter().any(is_listed) {
            report.add(Check::Model, Outcome::Good, format!("The model \"{model}\" is listed."), None);
            return;
        }
        let advice = match nearest(model, models)[..] {
            [] => "Choose a model from the list.".to_owned(),
            ref names => format!("Did you mean {}?", names.join(" or ")),
        };
        report.add(Check::Model, Outcome::Warning, format!("The model \"{model}\" is not listed."), Some(advice));
    }

    /// Reports an answered but failed request for the list. Returns whether testing on makes sense.
    fn check_list_error(&self, base: &BaseUrl, error: ChatError, report: &mut EndpointReport) -> bool {
        let host = &base.origin().host;
        if error.kind == ChatErrorKind::Timeout {
            report.add(Check::Reachable, Outcome::Bad, error.message, None);
            return false;
        }
        report.add(Check::Reachable, Outcome::Good, format!("{host} answers this page."), None);
        match error.kind {
            ChatErrorKind::Auth => {
                let advice = if self.key.is_none() { "Enter a key." } else { "Enter the key again." };
                report.add(Check::Key, Outcome::Bad, error.message, Some(advice.to_owned()));
                false
            }
            _ => {
                let text = format!("{host} gave no list of models; that alone is no fault.");
                report.add(Check::Model, Outcome::Unknown, text, None);
                true
            }
        }
    }

    /// Finds out what it can about a host from which nothing readable came.
    async fn explain_silence(&self, base: &BaseUrl, page: &PageContext, report: &mut EndpointReport) {
        let name = &base.origin().host;
        let host = Host::of(base);
        let advice = || Some(host.access_advice(page.origin.as_deref()));
        let without_key = self.is_answered(HttpRequest::get(base.join("models"))).await;
        if without_key && self.key.is_some() {
            let text = format!(
                "{name} answers this page without a key, and not with this one: the key is wrong, or the host refuses the \
                 headers of the request."
            );
            report.add(Check::Reachable, Outcome::Good, format!("{name} is up and can be read by this page."), None);
            let advice = if self.endpoint.headers.is_empty() {
                "Enter the key again."
            } else {
                "Enter the key again, and remove custom headers."
            };
            report.add(Check::Key, Outcome::Bad, text, Some(advice.to_owned()));
            return;
        }
        let probe = HttpRequest { mode: Mode::Opaque, ..HttpRequest::get(format!("{}/", base.origin())) };
        if !self.is_answered(probe).await {
            let text = format!(
                "{name} cannot be reached at all: it is off, the address or port is wrong, or the browser, an extension or \
                 the network blocks it."
            );
            report.add(Check::Reachable, Outcome::Bad, text, unreachable_advice(base, host, page));
            return;
        }
        if host.answers_pages() {
            let text = format!("{name} is up, but its answer may not be read: most likely the key is wrong.");
            report.add(Check::Reachable, Outcome::Warning, text, None);
            let text = format!("{name} hides its answer to this key from web pages.");
            report.add(Check::Key, Outcome::Bad, text, advice());
        } else {
            let text = format!("{name} is up, but does not let this page read its answers (CORS).");
            report.add(Check::Reachable, Outcome::Bad, text, advice());
        }
    }

    async fn is_answered(&self, request: HttpRequest) -> bool {
        send(&self.http, &self.clock, request, self.endpoint.short_limits(PROBE_MS)).await.is_ok()
    }

    /// Asks the model for a tool call, and gives it the result.
    async fn check_replies(&self, base: &BaseUrl, page: &PageContext, report: &mut EndpointReport) {
        let host = Host::of(base);
        let mut request = test_request();
        let mut pieces = 0;
        let mut count = |delta| pieces += usize::from(!matches!(delta, ChatDelta::Waiting { .. }));
        let reply = match self.complete(&request, &mut count).await {
            Ok(reply) => reply,
            Err(error) => {
                add_call_error(error, page, host, report);
                return;
            }
        };
        let key = if self.key.is_some() { "The key is accepted." } else { "No key is needed." };
        report.add(Check::Key, Outcome::Good, key, None);
        let served = reply.model_served.as_deref().unwrap_or(&self.endpoint.model);
        let seconds = reply.timing.total_ms / 1_000.0;
        report.add(Check::Reply, Outcome::Good, format!("{served} replied in {seconds:.1} seconds."), None);
        self.check_streaming(pieces, report);
        if !check_tools(&reply, host, report) {
            return;
        }
        let results = reply.message.tool_calls.iter().map(|call| Message::Tool {
            call_id: call.id.clone(),
            name: call.name.clone(),
            content: "The number was received. Say that the test is over.".to_owned(),
        });
        let results: Vec<Message> = results.collect();
        request.messages.push(Message::Assistant(reply.message));
        request.messages.extend(results);
        match self.complete(&request, &mut |_| ()).await {
            Ok(_) => {
                report.add(Check::ToolResult, Outcome::Good, "The model goes on after a tool result.", None);
            }
            Err(error) => {
                let text = format!("The endpoint refused the conversation after a tool result. {}", error.message);
                report.add(Check::ToolResult, Outcome::Bad, text, Some(host.tool_advice().to_owned()));
            }
        }
    }

    fn check_streaming(&self, pieces: usize, report: &mut EndpointReport) {
        use super::Streaming;
        if self.endpoint.streaming == Streaming::Off {
            report.add(Check::Streaming, Outcome::Unknown, "Streaming is switched off.", None);
        } else if self.learned().no_streaming {
            let text = "Streams come without content; replies are fetched whole instead.";
            report.add(Check::Streaming, Outcome::Warning, text, None);
        } else if pieces > 1 {
            report.add(Check::Streaming, Outcome::Good, "Replies are streamed.", None);
        } else {
            report.add(Check::Streaming, Outcome::Unknown, "The reply came in one piece.", None);
        }
    }
}

/// What a page can know to stand in the way of an endpoint, without sending anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    pub kind: ChatErrorKind,
    pub text: String,
    /// The one thing to do about it.
    pub advice: &'static str,
}

impl From<Obstacle> for ChatError {
    fn from(obstacle: Obstacle) -> Self {
        let message = format!("{} {}", obstacle.text, obstacle.advice);
        Self { attempts: 0, ..Self::new(obstacle.kind, message) }
    }
}

/// Looks for an obstacle between the page and an address. To be asked before a run as well as in a test.
#[must_use]
pub fn obstacle(base: &BaseUrl, page: &PageContext) -> Option<Obstacle> {
    let origin = base.origin();
    let reach = origin.reach();
    if page.https && !origin.https && reach != Reach::Loopback {
        let host = &origin.host;
        return Some(Obstacle {
            kind: ChatErrorKind::MixedContent,
            text: format!("This page is served over https, and a browser does not let it call {host} over plain http."),
            advice: "Give the server https, run it on this computer, or open this page from http://localhost.",
        });
    }
    if !page.online && reach == Reach::Internet {
        return Some(Obstacle {
            kind: ChatErrorKind::Offline,
            text: "This browser is offline.".to_owned(),
            advice: "Connect to the network and try again.",
        });
    }
    (page.local_access == Some(LocalAccess::Denied) && reach != Reach::Internet).then(|| Obstacle {
        kind: ChatErrorKind::Unreachable,
        text: "The browser was told not to let this page reach servers on this computer or the local network."
            .to_owned(),
        advice: "Allow local network access for this page in the site settings beside the address.",
    })
}

fn unreachable_advice(base: &BaseUrl, host: Host, page: &PageContext) -> Option<String> {
    let local = base.origin().reach() != Reach::Internet;
    Some(if local && page.local_access == Some(LocalAccess::Prompt) {
        "Start the server, test again, and allow local network access when the browser asks.".to_owned()
    } else if local && page.https && !base.origin().https {
        format!(
            "{} Safari does not let an https page call this computer over http at all: there, open this page from \
             http://localhost.",
            host.access_advice(page.origin.as_deref())
        )
    } else if local {
        host.access_advice(page.origin.as_deref())
    } else {
        "Check the address, the network, and extensions that block requests.".to_owned()
    })
}

/// Files a failed call under what it is about.
fn add_call_error(error: ChatError, page: &PageContext, host: Host, report: &mut EndpointReport) {
    let (check, advice) = match error.kind {
        ChatErrorKind::Auth | ChatErrorKind::Billing | ChatErrorKind::Quota | ChatErrorKind::Forbidden => {
            (Check::Key, None)
        }
        ChatErrorKind::ModelNotFound => (Check::Model, None),
        ChatErrorKind::Unreachable => (Check::Reply, Some(host.access_advice(page.origin.as_deref()))),
        _ => (Check::Reply, None),
    };
    report.findings.retain(|finding| finding.check != check);
    report.add(check, Outcome::Bad, error.message, advice);
}

/// Whether the model called the tool. Returns whether there is a call to answer.
fn check_tools(reply: &ChatReply, host: Host, report: &mut EndpointReport) -> bool {
    let advice = || Some(host.tool_advice().to_owned());
    let AssistantMessage { tool_calls, content, .. } = &reply.message;
    let Some(call) = tool_calls.first() else {
        // A model that writes the call out quotes the tool's name; one that only talks of it does not.
        let written = ["<tool_call>".to_owned(), format!("\"{TEST_TOOL}\"")];
        let as_text = content.as_deref().is_some_and(|text| written.iter().any(|mark| text.contains(mark)));
        let (outcome, text) = if as_text {
            (Outcome::Bad, "The model wrote its tool call as text; the server did not recognise it.")
        } else {
            (Outcome::Warning, "The model answered in words instead of calling the tool it was asked to call.")
        };
        report.add(Check::Tools, outcome, text, advice());
        return false;
    };
    let arguments: Option<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&call.arguments).ok();
    if call.name != TEST_TOOL || arguments.is_none() {
        let text = "The model's tool call was malformed: a wrong name, or arguments that are not a JSON object.";
        report.add(Check::Tools, Outcome::Warning, text, advice());
    } else {
        report.add(Check::Tools, Outcome::Good, "The model calls tools.", None);
    }
    true
}

fn test_request() -> ChatRequest {
    let parameters = json!({
        "type": "object",
        "properties": {"number": {"type": "integer", "description": "The number to report."}},
        "required": ["number"],
    });
    let description = "Reports a number back to the tester.".to_owned();
    ChatRequest {
        messages: vec![Message::User { content: TEST_PROMPT.to_owned() }],
        tools: vec![ToolSpec { name: TEST_TOOL.to_owned(), description, parameters }],
        ..ChatRequest::default()
    }
}
