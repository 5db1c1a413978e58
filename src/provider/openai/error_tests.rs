//! Error bodies in the shapes that hosts use, and what each must lead to.

use serde_json::json;

use super::*;
use crate::chat::Message;
use crate::provider::BaseUrl;

fn judged_at(host: Host, status: u16, headers: &[(&str, &str)], body: &str, sent: &[&str]) -> Verdict {
    let base = BaseUrl::parse("https://a.example/v1").expect("a valid URL");
    let key = Secret::new(&base, "my-live-key-0001").expect("a key");
    let request = ChatRequest {
        messages: vec![Message::User { content: "My order is W5918442, please cancel it.".into() }],
        ..ChatRequest::default()
    };
    let sent: Vec<String> = sent.iter().map(|&field| field.to_owned()).collect();
    let headers: Vec<_> = headers.iter().map(|&(k, v)| (k.to_owned(), v.to_owned())).collect();
    let context = ErrorContext {
        host,
        host_name: "a.example",
        model: "m-1",
        request: &request,
        sent: &sent,
        effort_is_set: false,
        keys: &[&key],
        now_ms: 0.0,
    };
    judge_answer(status, &headers, body.as_bytes(), context)
}

fn judged(status: u16, body: &Value) -> Verdict {
    judged_at(Host::Other, status, &[], &body.to_string(), &["model", "messages", "temperature", "stream"])
}

#[track_caller]
fn check(status: u16, body: Value, kind: ChatErrorKind, trouble: Trouble) {
    let Verdict::Fail(failure) = judged(status, &body) else { panic!("no plain failure: {:?}", judged(status, &body)) };
    assert_eq!((failure.kind, failure.trouble), (kind, trouble), "{}", failure.message);
    assert!(failure.message.ends_with(['.', '"']), "{}", failure.message);
}

fn error(message: &str, code: &str) -> Value {
    json!({"error": {"message": message, "type": "x", "param": null, "code": code}})
}

#[test]
fn statuses_without_a_body_have_a_meaning() {
    use ChatErrorKind as Kind;
    for (status, kind, trouble) in [
        (400, Kind::BadRequest, Trouble::Refused),
        (401, Kind::Auth, Trouble::Refused),
        (402, Kind::Billing, Trouble::Refused),
        (403, Kind::Forbidden, Trouble::Refused),
        (404, Kind::NotApi, Trouble::Refused),
        (405, Kind::NotApi, Trouble::Refused),
        (408, Kind::ServerError, Trouble::Passing),
        (409, Kind::ServerError, Trouble::Passing),
        (413, Kind::BadRequest, Trouble::Refused),
        (422, Kind::BadRequest, Trouble::Refused),
        (425, Kind::ServerError, Trouble::Passing),
        (429, Kind::RateLimited, Trouble::RateLimited),
        (500, Kind::ServerError, Trouble::ServerError),
        (502, Kind::ServerError, Trouble::Passing),
        (503, Kind::Overloaded, Trouble::Overloaded),
        (504, Kind::ServerError, Trouble::Passing),
        (529, Kind::Overloaded, Trouble::Overloaded),
    ] {
        check(status, Value::Null, kind, trouble);
    }
}

#[test]
fn a_context_overflow_is_told_by_code_or_words() {
    for body in [
        error("x", "context_length_exceeded"),
        json!({"error": {"message": "x", "type": "exceed_context_size_error", "code": 400, "n_ctx": 8192}}),
        error("This model's maximum context length is 8192 tokens.", "400"),
        json!({"object": "error", "message": "prompt is too long: 9 tokens > 8 maximum"}),
        json!([{"error": {"code": 400, "message": "The input token count (9) exceeds the maximum (8).", "status": "INVALID_ARGUMENT"}}]),
    ] {
        check(400, body, ChatErrorKind::ContextOverflow, Trouble::Refused);
    }
}

#[test]
fn keys_models_and_money() {
    use ChatErrorKind as Kind;
    for (status, body, kind) in [
        (401, json!({"detail": "Invalid API key"}), Kind::Auth),
        (401, json!({"error": {"message": "x", "type": "authentication_error", "code": 401}}), Kind::Auth),
        (
            400,
            json!({"code": "Client specified an invalid argument", "error": "Incorrect API key provided: xai-abcdefgh99."}),
            Kind::Auth,
        ),
        (
            400,
            json!([{"error": {"code": 400, "message": "API key not valid. Please pass one.", "status": "INVALID_ARGUMENT",
            "details": [{"reason": "API_KEY_INVALID"}]}}]),
            Kind::Auth,
        ),
        (
            404,
            error("The model `m-1` does not exist or you do not have access to it.", "model_not_found"),
            Kind::ModelNotFound,
        ),
        (
            400,
            json!({"object": "error", "message": "Invalid model: m-1", "type": "invalid_model", "code": "1500"}),
            Kind::ModelNotFound,
        ),
        (404, json!({"error": "model 'm-1' not found"}), Kind::ModelNotFound),
        (
            429,
            error("You exceeded your current quota, please check your plan and billing details.", "insufficient_quota"),
            Kind::Billing,
        ),
        (
            402,
            json!({"error": {"code": 402, "message": "Insufficient credits", "metadata": {"limit_source": "openrouter_credits"}}}),
            Kind::Billing,
        ),
        (402, json!({"error": {"message": "Insufficient Balance"}}), Kind::Billing),
        (403, error("Country not supported", "unsupported_country"), Kind::Forbidden),
        (
            429,
            json!([{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "You exceeded your current quota, please check your plan and billing details.",
            "details": [{"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}, {"retryDelay": "38s"}]}}]),
            Kind::Quota,
        ),
        (429, json!({"error": {"code": 429, "message": "Rate limit exceeded: free-models-per-day"}}), Kind::Quota),
    ] {
        check(status, body, kind, Trouble::Refused);
    }
}

#[test]
fn rate_limits_name_their_wait() {
    let wait =
        |headers: &[(&str, &str)], body: &Value| match judged_at(Host::Groq, 429, headers, &body.to_string(), &[]) {
            Verdict::Fail(failure) if failure.trouble == Trouble::RateLimited => failure.wait_ms,
            other => panic!("no rate limit: {other:?}"),
        };
    assert_eq!(wait(&[("retry-after", "3")], &json!({})), Some(3_000.0));
    assert_eq!(
        wait(&[], &error("Limit on tokens per day (TPD). Please try again in 7.66s.", "rate_limit_exceeded")),
        Some(7_660.0)
    );
    assert_eq!(
        wait(
            &[],
            &json!([{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Quota of requests per minute exceeded",
            "details": [{"retryDelay": "7s"}]}}])
        ),
        Some(7_000.0)
    );
    assert_eq!(wait(&[], &error("slow down", "rate_limit_exceeded")), None);
    let budget =
        json!({"error": {"code": 402, "message": "x", "metadata": {"limit_source": "openrouter_in_flight_budget"}}});
    let Verdict::Fail(failure) = judged_at(Host::OpenRouter, 402, &[("retry-after", "1")], &budget.to_string(), &[])
    else {
        panic!("a wait was expected")
    };
    assert_eq!((failure.trouble, failure.wait_ms), (Trouble::RateLimited, Some(1_000.0)));
}

#[test]
fn a_withheld_call_is_the_models_doing() {
    let body = json!({"error": {"message": "Failed to call a function.", "type": "invalid_request_error",
        "code": "tool_use_failed", "failed_generation": "<function=f{\"a\"></function>"}});
    let Verdict::MalformedCall(text, failure) = judged(400, &body) else { panic!("{:?}", judged(400, &body)) };
    assert_eq!((text.as_str(), failure.trouble), ("<function=f{\"a\"></function>", Trouble::MalformedCall));
}

#[test]
fn a_filtered_prompt_is_not_a_bad_request() {
    assert!(matches!(judged(400, &error("The prompt triggered the policy.", "content_filter")), Verdict::Filtered(_)));
    let router =
        json!({"error": {"code": 403, "message": "flagged", "metadata": {"error_type": "content_policy_violation"}}});
    assert!(matches!(judged(403, &router), Verdict::Filtered(_)));
}

#[track_caller]
fn check_lesson(body: Value, sent: &[&str], expect: Option<Lesson>) {
    let lesson = match judged_at(Host::Other, 400, &[], &body.to_string(), sent) {
        Verdict::Learn(lesson, _) => Some(lesson),
        _ => None,
    };
    assert_eq!(lesson, expect, "{body}");
}

#[test]
fn refused_settings_are_learnt() {
    let sent = ["model", "messages", "tools", "temperature", "max_tokens", "seed", "stream", "stream_options"];
    let drop = |field: &str| Some(Lesson::Drop(field.to_owned()));
    let with_param =
        |message: &str, param: &str, code: &str| json!({"error": {"message": message, "param": param, "code": code}});
    for (body, expect) in [
        (
            with_param(
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                "max_tokens",
                "unsupported_parameter",
            ),
            Some(Lesson::LimitField(LimitField::MaxCompletionTokens)),
        ),
        (
            with_param(
                "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
                "temperature",
                "unsupported_value",
            ),
            drop("temperature"),
        ),
        (error("Unrecognized request argument supplied: seed", ""), drop("seed")),
        (
            json!({"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]}),
            drop("stream_options"),
        ),
        (error("stream_options: Extra inputs are not permitted", ""), drop("stream_options")),
        (error("`temperature` is deprecated for this model.", ""), drop("temperature")),
        (
            error(
                "Function tools with reasoning_effort are not supported for m in /v1/chat/completions. Use /v1/responses or set reasoning_effort to 'none'.",
                "",
            ),
            Some(Lesson::NoReasoning),
        ),
        (
            json!({"object": "error", "message": "Tool call id was x but must be a-z, A-Z, 0-9, with a length of 9.", "code": "3280"}),
            Some(Lesson::ShortCallIds),
        ),
        (
            error("The `reasoning_content` in the thinking mode must be passed back to the API.", ""),
            Some(Lesson::SendReasoning),
        ),
        (with_param("Unsupported value", "messages[0].role", "unsupported_value"), None),
        (with_param("tools is not supported with this model", "tools", "unsupported_parameter"), None),
        (error("Unrecognized request argument supplied: top_k", ""), None),
        (error("temperature must be below 2", ""), None),
    ] {
        check_lesson(body, &sent, expect);
    }
}

#[test]
fn an_effort_that_the_user_set_is_not_turned_off() {
    let request = ChatRequest::default();
    let context = ErrorContext {
        host: Host::OpenAi,
        host_name: "api.openai.com",
        model: "m",
        request: &request,
        sent: &["reasoning_effort".to_owned()],
        effort_is_set: true,
        keys: &[],
        now_ms: 0.0,
    };
    let body = error("Use /v1/responses or set reasoning_effort to 'none'.", "");
    let Verdict::Fail(failure) = judge_answer(400, &[], body.to_string().as_bytes(), context) else {
        panic!("a failure was expected")
    };
    assert!(failure.message.contains("reasoning effort to \"none\""), "{}", failure.message);
}

#[test]
fn errors_inside_a_reply_go_by_their_code_or_type() {
    let request = ChatRequest::default();
    let context = ErrorContext {
        host: Host::Other,
        host_name: "a.example",
        model: "m",
        request: &request,
        sent: &[],
        effort_is_set: false,
        keys: &[],
        now_ms: 0.0,
    };
    let trouble = |value: Value| match judge_fault(ReadFault::Api(value), context) {
        Verdict::Fail(failure) => failure.trouble,
        other => panic!("no failure: {other:?}"),
    };
    assert_eq!(trouble(json!({"error": {"code": 529, "message": "x"}})), Trouble::Overloaded);
    assert_eq!(trouble(json!({"error": {"code": "429", "message": "x"}})), Trouble::RateLimited);
    assert_eq!(trouble(json!({"error": {"type": "rate_limit_exceeded", "message": "x"}})), Trouble::RateLimited);
    assert_eq!(trouble(json!({"error": {"type": "invalid_request_error", "message": "x"}})), Trouble::Refused);
    assert_eq!(trouble(json!({"x_groq": {"error": "over capacity"}})), Trouble::ServerError);
    assert_eq!(trouble(json!({"error": "anything"})), Trouble::ServerError);
}

#[test]
fn texts_carry_neither_keys_nor_the_conversation() {
    let body =
        error("Bad input 'My order is W5918442, please cancel it.' for my-live-key-0001 and sk-proj-abcdef123456", "x");
    for (status, body) in [
        (400, body.to_string()),
        (500, body.to_string()),
        (401, body.to_string()),
        (503, "raw My order is W5918442, please".to_owned()),
    ] {
        let Verdict::Fail(failure) = judged_at(Host::Other, status, &[], &body, &[]) else {
            panic!("a failure was expected")
        };
        for secret in ["W5918442", "my-live-key-0001", "sk-proj", "abcdef123456"] {
            assert!(!failure.message.contains(secret), "{}", failure.message);
        }
    }
}

#[test]
fn a_page_is_not_quoted() {
    let Verdict::Fail(failure) = judged_at(Host::Other, 502, &[], "<html><body>Bad gateway</body></html>", &[]) else {
        panic!("a failure was expected")
    };
    assert_eq!(failure.message, "a.example could not answer (status 502).");
}
