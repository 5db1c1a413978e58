//! From an error answer to what it means: a failure with a sentence for the user, a lesson about the request, or the
//! model's own doing.

use serde_json::Value;

use super::dialect::LimitField;
use super::learned::Lesson;
use super::reply::ReadFault;
use super::request::may_drop;
use crate::chat::{ChatErrorKind, ChatRequest};
use crate::provider::failure::{Failure, Trouble};
use crate::provider::redact::quote;
use crate::provider::retry::{MAX_WAIT_MS, named_wait_ms};
use crate::provider::{Host, Secret};

/// What an error answer is judged against.
#[derive(Clone, Copy)]
pub struct ErrorContext<'a> {
    pub host: Host,
    /// The host's name, for sentences.
    pub host_name: &'a str,
    pub model: &'a str,
    pub request: &'a ChatRequest,
    /// The fields of the body that was sent.
    pub sent: &'a [String],
    /// Whether the user asked for a reasoning effort.
    pub effort_is_set: bool,
    /// The live keys, to be kept out of texts.
    pub keys: &'a [&'a Secret],
    /// Milliseconds since the Unix epoch.
    pub now_ms: f64,
}

/// What an error answer means.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Fail(Failure),
    /// The request may pass if it is changed so; the failure stands if that is no news.
    Learn(Lesson, Failure),
    /// The prompt was stopped by a content filter: a reply of its kind, not a fault.
    Filtered(String),
    /// The server withheld a tool call that the model wrote wrongly, here as written.
    MalformedCall(String, Failure),
}

/// The parts of an error body that hosts agree on, more or less.
#[derive(Clone, Debug, Default, PartialEq)]
struct Report {
    message: String,
    /// `type` and `code` and their like, in lower case, joined by blanks.
    codes: String,
    param: Option<String>,
    /// The code, where it is an HTTP status.
    status: Option<u16>,
    /// What the model wrote, where the server withheld it.
    failed_generation: Option<String>,
    limit_source: Option<String>,
}

/// Judges an answer with an error status.
#[must_use]
pub fn judge_answer(status: u16, headers: &[(String, String)], body: &[u8], context: ErrorContext<'_>) -> Verdict {
    let value: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let mut report = read_report(&value);
    let is_page = body.trim_ascii_start().starts_with(b"<");
    if value.is_null() && !is_page {
        report.message = String::from_utf8_lossy(body).into_owned();
    }
    judge(status, headers, &value, &report, context)
}

/// Judges a body or a stream that began well.
#[must_use]
pub fn judge_fault(fault: ReadFault, context: ErrorContext<'_>) -> Verdict {
    let host = context.host_name;
    let (kind, trouble, message) = match fault {
        ReadFault::Api(value) => {
            let report = read_report(&value);
            let status = report.status.unwrap_or_else(|| status_of_words(&report));
            return judge(status, &[], &value, &report, context);
        }
        ReadFault::Html => (
            ChatErrorKind::NotApi,
            Trouble::NotApi,
            format!(
                "{host} answered with a web page instead of a reply. A login page or a proxy may stand in between, or the \
                 base URL may be wrong."
            ),
        ),
        ReadFault::NotApi => (
            ChatErrorKind::NotApi,
            Trouble::NotApi,
            format!(
                "What {host} answered is not a chat completion, or was cut. Check the base URL; a proxy may stand in between."
            ),
        ),
        ReadFault::Truncated => (
            ChatErrorKind::Truncated,
            Trouble::Truncated,
            format!("The reply of {host} ended before its end. Try again."),
        ),
        ReadFault::EmptyStream => (
            ChatErrorKind::Truncated,
            Trouble::EmptyStream,
            format!("{host} opened a stream and closed it without a reply. Switch streaming off for this endpoint."),
        ),
        ReadFault::BrokenOff(word) => (
            ChatErrorKind::Overloaded,
            Trouble::Overloaded,
            format!("{host} broke the reply off (\"{}\"). Try again.", quote(&word, &[], context.keys)),
        ),
        ReadFault::Runaway => (
            ChatErrorKind::Runaway,
            Trouble::Refused,
            format!(
                "The reply of {host} grew beyond 8 MB and was stopped. Set a token limit, or choose another model."
            ),
        ),
    };
    Verdict::Fail(Failure::new(kind, trouble, message))
}

/// Collects what is known of an error, from whichever of the many shapes it has.
fn read_report(body: &Value) -> Report {
    let body = body.get(0).unwrap_or(body);
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let groq = body.get("x_groq").and_then(|groq| groq.get("error"));
    // The members stand in `error`, or flat in the body where that is a text or missing.
    let error = body.get("error").or(groq).filter(|error| !error.is_null());
    let members = error.filter(|error| error.is_object()).unwrap_or(body);
    let detail = body.get("detail");
    let first_detail = detail.and_then(|detail| detail.get(0));
    let location = first_detail.and_then(|detail| detail.get("loc")?.as_array());
    let message = text(error)
        .or_else(|| text(members.get("message")))
        .or_else(|| text(detail))
        .or_else(|| text(first_detail.and_then(|detail| detail.get("msg"))))
        .unwrap_or_default();
    let metadata = members.get("metadata");
    let reason = members.get("details").and_then(Value::as_array).into_iter().flatten();
    let quota_ids = reason.clone().filter_map(|detail| detail.get("violations")?.as_array()).flatten();
    let words = [
        text(members.get("type")),
        text(members.get("code")),
        text(members.get("status")),
        text(first_detail.and_then(|detail| detail.get("type"))),
        text(metadata.and_then(|metadata| metadata.get("error_type"))),
    ];
    let words = words.into_iter().flatten();
    let words = words.chain(reason.filter_map(|detail| text(detail.get("reason"))));
    let words = words.chain(quota_ids.filter_map(|violation| text(violation.get("quotaId"))));
    let number = members.get("code").or_else(|| members.get("status"));
    let number = number.and_then(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()));
    Report {
        message,
        codes: words.collect::<Vec<_>>().join(" ").to_lowercase(),
        param: text(members.get("param"))
            .or_else(|| text(location.and_then(|location| location.get(1))))
            .filter(|param| !param.is_empty()),
        status: number.and_then(|code| u16::try_from(code).ok()).filter(|code| (400..600).contains(code)),
        failed_generation: text(members.get("failed_generation")),
        limit_source: text(metadata.and_then(|metadata| metadata.get("limit_source"))),
    }
}

/// The status that an error inside a stream stands for, by its words.
fn status_of_words(report: &Report) -> u16 {
    let message = report.message.to_lowercase();
    let has = |word: &str| report.codes.contains(word);
    if has("rate_limit") || has("resource_exhausted") || has("insufficient_quota") {
        429
    } else if has("overloaded") || has("unavailable") || message.contains("overloaded") {
        503
    } else if has("authentication") || has("invalid_api_key") {
        401
    } else if has("invalid_request") || has("context_length") || has("exceed_context") {
        400
    } else {
        500
    }
}

fn judge(
    status: u16,
    headers: &[(String, String)],
    body: &Value,
    report: &Report,
    context: ErrorContext<'_>,
) -> Verdict {
    let lower = report.message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let coded = |words: &[&str]| words.iter().any(|word| report.codes.contains(word));
    let wait_ms = named_wait_ms(headers, body, &report.message, context.now_ms);
    let fail = |kind, trouble, what: String| Failure {
        kind,
        trouble,
        message: with_quote(what, report, context),
        status: Some(status),
        wait_ms,
    };
    let refused = |kind, what: String| Verdict::Fail(fail(kind, Trouble::Refused, what));
    let ErrorContext { host, host_name, model, .. } = context;
    let is_request_fault = matches!(status, 400 | 404 | 413 | 422 | 500);

    if is_request_fault && is_context_overflow(&lower, &report.codes) {
        return refused(ChatErrorKind::ContextOverflow, context_sentence(host, model));
    }
    if coded(&["tool_use_failed"]) {
        let written = report.failed_generation.clone().unwrap_or_default();
        let what = format!("{host_name} withheld a tool call that {model} wrote wrongly.");
        return Verdict::MalformedCall(written, fail(ChatErrorKind::BadRequest, Trouble::MalformedCall, what));
    }
    if matches!(status, 400 | 403) && coded(&["content_filter", "content_policy_violation", "moderation"]) {
        return Verdict::Filtered(format!("{host_name} stopped the prompt by its content filter."));
    }
    let wrong_key = says(&["api key not valid", "incorrect api key", "invalid api key"]);
    if status == 401 || coded(&["api_key_invalid", "invalid_api_key"]) || status == 400 && wrong_key {
        let what =
            format!("{host_name} refused the key. Check that it is complete, still valid and made for this host.");
        return refused(ChatErrorKind::Auth, what);
    }
    let may_clear = report.limit_source.as_deref() == Some("openrouter_in_flight_budget");
    let spent = coded(&["insufficient_quota", "billing", "payment_required"])
        || status == 402
        || matches!(status, 400 | 403 | 429)
            && says(&[
                "exceeded your current quota, please check your plan",
                "credit balance",
                "insufficient credits",
                "insufficient balance",
                "spend limit",
                "spending limit",
            ]);
    if spent && !may_clear && !coded(&["resource_exhausted"]) {
        let page = host.billing_page().map(|page| format!(" See {page}.")).unwrap_or_default();
        let what = format!("The credit or spending limit of this key at {host_name} is used up.{page}");
        return refused(ChatErrorKind::Billing, what);
    }
    match status {
        402 | 429 => judge_rate_limit(status, report, wait_ms, context, &fail),
        400 | 422 => {
            let what = format!("{host_name} refused the request.");
            if says(&["model"])
                && (coded(&["model_not_found"])
                    || says(&["does not exist", "not found", "invalid model", "unknown model"]))
            {
                return refused(ChatErrorKind::ModelNotFound, model_sentence(model, host_name));
            }
            let failure = fail(ChatErrorKind::BadRequest, Trouble::Refused, bad_request_sentence(&lower, what));
            match lesson(report, &lower, context) {
                Some(lesson) => Verdict::Learn(lesson, failure),
                None => Verdict::Fail(failure),
            }
        }
        403 => {
            let what = format!(
                "{host_name} does not allow this call: a permission of the key, a region or a rule of the host."
            );
            refused(ChatErrorKind::Forbidden, what)
        }
        404 | 405 if status == 404 && (coded(&["model_not_found"]) || says(&["model"])) => {
            refused(ChatErrorKind::ModelNotFound, model_sentence(model, host_name))
        }
        404 | 405 => {
            let what = format!(
                "There is no chat completions interface at this address of {host_name}. Check the base URL; it usually ends in /v1."
            );
            refused(ChatErrorKind::NotApi, what)
        }
        413 => refused(ChatErrorKind::BadRequest, format!("The request is too large for {host_name}.")),
        503 | 529 => {
            let what = format!("{host_name} has too much to do, or is still starting.");
            Verdict::Fail(fail(ChatErrorKind::Overloaded, Trouble::Overloaded, what))
        }
        500 => {
            let what = format!("{host_name} failed while working on the request.");
            Verdict::Fail(fail(ChatErrorKind::ServerError, Trouble::ServerError, what))
        }
        408 | 409 | 425 | 501.. => {
            let what = format!("{host_name} could not answer (status {status}).");
            Verdict::Fail(fail(ChatErrorKind::ServerError, Trouble::Passing, what))
        }
        _ => refused(ChatErrorKind::BadRequest, format!("{host_name} refused the request (status {status}).")),
    }
}

fn judge_rate_limit(
    status: u16,
    report: &Report,
    wait_ms: Option<f64>,
    context: ErrorContext<'_>,
    fail: &dyn Fn(ChatErrorKind, Trouble, String) -> Failure,
) -> Verdict {
    let host = context.host_name;
    let lower = report.message.to_lowercase();
    // A daily quota names a wait too at Google, but that one does not help; elsewhere a window of a day may slide.
    let daily_words = ["per-day", "per day", "daily"].iter().any(|word| lower.contains(word));
    let daily = report.codes.contains("perday") || daily_words && wait_ms.is_none_or(|wait| wait > MAX_WAIT_MS);
    Verdict::Fail(if daily {
        let what =
            format!("The daily quota of this key at {host} is used up. Wait until it resets, or raise the limit.");
        fail(ChatErrorKind::Quota, Trouble::Refused, what)
    } else {
        debug_assert!(matches!(status, 402 | 429));
        let what = format!("{host} takes fewer requests or tokens per minute than this run sends.");
        fail(ChatErrorKind::RateLimited, Trouble::RateLimited, what)
    })
}

fn is_context_overflow(message: &str, codes: &str) -> bool {
    let by_code = ["context_length_exceeded", "exceed_context_size_error", "string_above_max_length"];
    let by_words = [
        "prompt is too long",
        "maximum context length",
        "context length exceeded",
        "exceeds the context",
        "exceeds the available context",
        "exceed context window",
        "context window of",
        "too many tokens",
        "tokens exceed",
    ];
    by_code.iter().any(|code| codes.contains(code))
        || by_words.iter().any(|words| message.contains(words))
        || message.contains("token count") && message.contains("exceeds")
}

fn context_sentence(host: Host, model: &str) -> String {
    let remedy = match host {
        Host::Ollama => "Start Ollama with a larger OLLAMA_CONTEXT_LENGTH.",
        Host::LlamaServer => "Start llama-server with a larger -c; -np divides the context among the slots.",
        Host::Vllm => "Start the server with a larger --max-model-len or --n_ctx.",
        Host::LmStudio | Host::SgLang | Host::OtherLocal => "Give the model a larger context in the server's settings.",
        _ => "Choose a model with a larger context.",
    };
    format!("The conversation is longer than {model} can take here. {remedy}")
}

fn model_sentence(model: &str, host: &str) -> String {
    format!("{host} has no model \"{model}\", or not for this key. Choose one from its list.")
}

fn bad_request_sentence(message: &str, what: String) -> String {
    if message.contains("/v1/responses") {
        return "This model takes tools in this interface only without reasoning. Set the reasoning effort to \"none\", or \
                choose another model."
            .to_owned();
    }
    if message.contains("enable-auto-tool-choice") {
        return format!("{what} {}", Host::Vllm.tool_advice());
    }
    what
}

/// Adds the server's own words to a sentence.
fn with_quote(what: String, report: &Report, context: ErrorContext<'_>) -> String {
    let words = quote(&report.message, &context.request.messages, context.keys);
    if words.is_empty() { what } else { format!("{what} It said: \"{words}\"") }
}

/// What a refusal teaches about the request's settings.
fn lesson(report: &Report, message: &str, context: ErrorContext<'_>) -> Option<Lesson> {
    if message.contains("/v1/responses") && message.contains("reasoning_effort") {
        return (!context.effort_is_set).then_some(Lesson::NoReasoning);
    }
    if report.codes.contains("3280") || message.contains("with a length of 9") {
        return Some(Lesson::ShortCallIds);
    }
    if message.contains("reasoning_content") && message.contains("passed back") {
        return Some(Lesson::SendReasoning);
    }
    let about_a_setting = [
        "unsupported",
        "not supported",
        "does not support",
        "doesn't support",
        "unrecognized",
        "unknown parameter",
        "unexpected keyword",
        "extra inputs",
        "not permitted",
        "deprecated for this model",
        "only the default",
    ];
    let by_code = ["unsupported_parameter", "unsupported_value", "unknown_parameter", "extra_forbidden"];
    let is_about = about_a_setting.iter().any(|words| message.contains(words))
        || by_code.iter().any(|code| report.codes.contains(code));
    if !is_about {
        return None;
    }
    let field = named_field(report, message, context.sent)?;
    let other_limit = match field.as_str() {
        "max_tokens" => Some(LimitField::MaxCompletionTokens),
        "max_completion_tokens" => Some(LimitField::MaxTokens),
        _ => None,
    };
    Some(match other_limit {
        // Servers name the field they want instead; one that does not gets none.
        Some(other) if message.replace(&format!("'{field}'"), "").contains(other.name()) => Lesson::LimitField(other),
        _ => Lesson::Drop(field),
    })
}

/// The sent field that a refusal names, in its `param` or in its text.
fn named_field(report: &Report, message: &str, sent: &[String]) -> Option<String> {
    let mut droppable = sent.iter().filter(|field| may_drop(field));
    if let Some(param) = &report.param {
        // `messages[0].role` is about the messages.
        let first = param.split(['.', '[']).next().unwrap_or_default();
        return droppable.find(|field| field.as_str() == first).cloned();
    }
    let is_named = |field: &str| {
        message.match_indices(field).any(|(at, _)| {
            let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            !word(message[..at].chars().next_back()) && !word(message[at + field.len()..].chars().next())
        })
    };
    // The longest name first: `stream_options` is not `stream`, `max_completion_tokens` not `max_tokens`.
    let mut named: Vec<&String> = droppable.filter(|field| is_named(&field.to_lowercase())).collect();
    named.sort_by_key(|field| std::cmp::Reverse(field.len()));
    named.first().map(|field| (*field).clone())
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
