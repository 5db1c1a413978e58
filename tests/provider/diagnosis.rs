//! The test of an endpoint: what it tells apart.

use futures::executor::block_on;
use taupe::chat::{ChatError, ChatErrorKind as Kind, ChatRequest};
use taupe::provider::http::{HttpRequest, Mode};
use taupe::provider::{BaseUrl, Check, Endpoint, EndpointReport, LocalAccess, Outcome, PageContext, obstacle};

use crate::rig::{Model, PAGE, Rig, answered, check_text};

fn page() -> PageContext {
    PageContext { https: false, online: true, origin: Some(PAGE.to_owned()), local_access: None }
}

fn test(model: &Model, page: &PageContext) -> EndpointReport {
    let report = block_on(model.test_endpoint(page));
    check_report(&report);
    report
}

#[track_caller]
fn check_report(report: &EndpointReport) {
    for finding in &report.findings {
        check_text(&finding.text, &ChatRequest::default());
        if let Some(advice) = &finding.advice {
            check_text(advice, &ChatRequest::default());
        }
    }
}

fn outcomes(report: &EndpointReport) -> Vec<(Check, Outcome)> {
    report.findings.iter().map(|finding| (finding.check, finding.outcome)).collect()
}

#[track_caller]
fn advice(report: &EndpointReport, check: Check) -> &str {
    report.finding(check).and_then(|finding| finding.advice.as_deref()).unwrap_or_default()
}

/// Makes the model call the tool of the test, which the mock does only when told to in its own words.
fn script(rig: &Rig) {
    rig.server.script(&serde_json::json!({"rules": [{
        "match": {"has_tool": "report_number", "last_role": "user"},
        "reply": {"tool_calls": [{"name": "report_number", "arguments": {"number": 7}}]},
    }]}));
}

#[test]
fn an_endpoint_that_works() {
    let Some(rig) = Rig::start() else { return };
    script(&rig);
    let report = test(&rig.model("/v1"), &page());
    use Check::{Key, Model, Reachable, Reply, Streaming, ToolResult, Tools};
    let good = [Reachable, Model, Key, Reply, Streaming, Tools, ToolResult].map(|check| (check, Outcome::Good));
    assert_eq!(outcomes(&report), good);
    assert!(report.is_usable() && report.models.len() > 2);
    assert_eq!(rig.server.calls(2).len(), 2, "a test costs two calls");
    rig.server.assert_key_was_kept();
}

#[test]
fn tools_and_streams_that_do_not_work() {
    let Some(rig) = Rig::start() else { return };
    let words = test(&rig.model("/v1"), &page());
    assert_eq!(words.finding(Check::Tools).map(|finding| finding.outcome), Some(Outcome::Warning));
    assert!(words.is_usable());
    script(&rig);
    let as_text = test(&rig.model("/fault/tool_as_text/v1"), &page());
    assert_eq!(as_text.finding(Check::Tools).map(|finding| finding.outcome), Some(Outcome::Bad));
    assert!(advice(&as_text, Check::Tools).contains("parser") && !as_text.is_usable());
    let malformed = test(&rig.model("/fault/bad_args/v1"), &page());
    assert_eq!(malformed.finding(Check::Tools).map(|finding| finding.outcome), Some(Outcome::Warning));
    let whole_only = test(&rig.model("/fault/truncate:n=0/v1"), &page());
    assert_eq!(whole_only.finding(Check::Streaming).map(|finding| finding.outcome), Some(Outcome::Warning));
    assert!(whole_only.is_usable());
}

#[test]
fn keys_models_and_credit() {
    let Some(rig) = Rig::start() else { return };
    let wrong = rig.model_with_key(rig.endpoint("/f/groq/v1"), "another-key-0123456789");
    let wrong = test(&wrong, &page());
    assert_eq!(outcomes(&wrong), [(Check::Reachable, Outcome::Good), (Check::Key, Outcome::Bad)]);
    assert!(!wrong.is_usable());

    let mut mistyped = rig.endpoint("/f/groq/v1");
    mistyped.model = "mock-caht".to_owned();
    let mistyped = test(&rig.model_of(mistyped), &page());
    assert_eq!(mistyped.finding(Check::Model).map(|finding| finding.outcome), Some(Outcome::Warning));
    assert!(advice(&mistyped, Check::Model).contains("mock-chat"));

    let spent = test(&rig.model("/fault/status:code=429,kind=insufficient_quota,after=1/v1"), &page());
    assert_eq!(spent.finding(Check::Key).map(|finding| finding.outcome), Some(Outcome::Good), "{spent:?}");
    let gone = test(&rig.model("/f/groq/fault/404/v1"), &page());
    assert_eq!(gone.finding(Check::Model).map(|finding| finding.outcome), Some(Outcome::Bad), "{gone:?}");
}

#[test]
fn refusals_that_look_alike_to_a_page() {
    let Some(rig) = Rig::start() else { return };
    let cors = test(&rig.model("/fault/no_cors/v1"), &page());
    assert_eq!(outcomes(&cors), [(Check::Reachable, Outcome::Bad)]);
    assert!(cors.findings[0].text.contains("CORS") && advice(&cors, Check::Reachable).contains(PAGE));

    let mut off = Endpoint::new("off", "http://127.0.0.1:9/v1", "m");
    off.timeouts = rig.endpoint("/v1").timeouts;
    let off_report = test(&rig.model_of(off.clone()), &page());
    assert!(off_report.findings[0].text.contains("cannot be reached at all"), "{off_report:?}");
    off.base_url = "http://127.0.0.1:9/v1".into();
    let asks = PageContext { local_access: Some(LocalAccess::Prompt), ..page() };
    assert!(advice(&test(&rig.model_of(off), &asks), Check::Reachable).contains("when the browser asks"));
}

#[test]
fn what_the_page_knows_beforehand_needs_no_request() {
    let Some(rig) = Rig::start() else { return };
    let with = |base_url: &str, page: PageContext| {
        let report = test(&rig.model_of(Endpoint::new("e", base_url, "m")), &page);
        assert_eq!(outcomes(&report), [(Check::Network, Outcome::Bad)], "{base_url}");
        let base = BaseUrl::parse(base_url).expect("a valid URL");
        let error = ChatError::from(obstacle(&base, &page).expect("a run would meet it as well"));
        assert!(error.message.starts_with(&report.findings[0].text));
        (error.kind, error.message)
    };
    let https = PageContext { https: true, ..page() };
    assert_eq!(with("http://192.168.1.5:8080/v1", https).0, Kind::MixedContent);
    let offline = PageContext { online: false, ..page() };
    assert_eq!(with("https://api.example.com/v1", offline).0, Kind::Offline);
    let denied = PageContext { local_access: Some(LocalAccess::Denied), ..page() };
    assert!(with("http://localhost:11434/v1", denied).1.contains("local network"));
    let nothing = test(&rig.model_of(Endpoint::new("e", "http://localhost:1", "")), &page());
    assert_eq!(outcomes(&nothing), [(Check::Settings, Outcome::Bad)]);
}

fn scripted(base_url: &str, answer: impl Fn(&HttpRequest) -> Option<(u16, &'static str)>) -> EndpointReport {
    let model = answered(base_url, answer);
    let report = block_on(model.test_endpoint(&page()));
    check_report(&report);
    report
}

#[test]
fn a_host_that_hides_its_answer_to_a_wrong_key() {
    // As api.openai.com: a 401 cannot be read, with or without a key, but the host is up.
    let report = scripted("https://api.openai.com/v1", |request| (request.mode == Mode::Opaque).then_some((0, "")));
    assert_eq!(outcomes(&report), [(Check::Reachable, Outcome::Warning), (Check::Key, Outcome::Bad)]);
    assert!(advice(&report, Check::Key).contains("api.openai.com"));
}

#[test]
fn a_host_that_answers_only_without_the_key() {
    let report = scripted("https://api.example.com/v1", |request| request.key.is_none().then_some((401, "{}")));
    assert_eq!(outcomes(&report), [(Check::Reachable, Outcome::Good), (Check::Key, Outcome::Bad)]);
}

#[test]
fn a_host_without_a_list_of_models_is_tested_on() {
    let report = scripted("https://api.example.com/v1", |request| {
        Some(if request.url.ends_with("/models") {
            (404, "{\"detail\":\"Not Found\"}")
        } else {
            (200, "{\"choices\":[{\"message\":{\"content\":\"Yes.\"},\"finish_reason\":\"stop\"}]}")
        })
    });
    assert_eq!(report.finding(Check::Model).map(|finding| finding.outcome), Some(Outcome::Unknown));
    assert!(report.is_usable(), "{report:?}");
}
