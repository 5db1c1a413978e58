//! Refusals that a repetition cannot mend, and those that teach.

use taupe::chat::{AssistantMessage, ChatErrorKind as Kind, ChatRequest, Message, ToolCall};
use taupe::provider::Endpoint;
use taupe::provider::openai::Learned;

use crate::rig::{Rig, ask, check_text, failure, reply, user, user_with_tools};

fn of_model(rig: &Rig, path: &str, model: &str, change: impl FnOnce(&mut Endpoint)) -> crate::rig::Model {
    let mut endpoint = rig.endpoint(path);
    endpoint.model = model.to_owned();
    change(&mut endpoint);
    rig.model_of(endpoint)
}

#[test]
fn refusals_are_told_apart_and_not_repeated() {
    let Some(rig) = Rig::start() else { return };
    for (fault, kind) in [
        ("status:code=401", Kind::Unreachable),
        ("status:code=402", Kind::Billing),
        ("status:code=403", Kind::Forbidden),
        ("status:code=404", Kind::ModelNotFound),
        ("status:code=413", Kind::BadRequest),
        ("status:code=422", Kind::BadRequest),
        ("status:code=400", Kind::BadRequest),
        ("status:code=400,kind=context_length", Kind::ContextOverflow),
        ("status:code=429,kind=insufficient_quota", Kind::Billing),
        ("no_cors", Kind::Unreachable),
        ("no_preflight", Kind::Unreachable),
    ] {
        let model = rig.model(&format!("/fault/{fault}/v1"));
        assert_eq!(failure(&model, &user("Hello to you")), (kind, 1), "{fault}");
    }
    for flavour in ["groq", "mistral", "openrouter", "deepseek", "vllm", "azure", "xai"] {
        let path = format!("/f/{flavour}/v1");
        let wrong = rig.model_with_key(rig.endpoint(&path), "another-key-0123456789");
        let (error, _) = ask(&wrong, &user("Hello to you"));
        let error = error.expect_err("the key is wrong");
        assert_eq!((error.kind, error.status), (Kind::Auth, Some(401)), "{flavour}");
        assert!(!error.message.contains("another-key"), "{}", error.message);
        let kinds = [(402, Kind::Billing), (429, Kind::RateLimited), (500, Kind::ServerError)];
        for (code, kind) in kinds {
            let failing = rig.model(&format!("/f/{flavour}/fault/{code}/v1"));
            assert_eq!(failure(&failing, &user("Hello to you")).0, kind, "{flavour} {code}");
        }
    }
    rig.server.assert_key_was_kept();
}

#[test]
fn a_prompt_that_is_too_long_is_never_cut() {
    let Some(rig) = Rig::start() else { return };
    let request = user(&"a long story ".repeat(1_000));
    let model = of_model(&rig, "/v1", "mock-small", |_| ());
    assert_eq!(failure(&model, &request), (Kind::ContextOverflow, 1));
    assert_eq!(rig.server.calls(1).len(), 1);
}

#[test]
fn refused_settings_are_left_out_and_remembered() {
    let Some(rig) = Rig::start() else { return };
    let model = of_model(&rig, "/v1", "mock-reasoner", |endpoint| {
        endpoint.sampling.max_tokens = Some(500);
        endpoint.sampling.temperature = Some(0.0);
        endpoint.sampling.extra = serde_json::Map::from_iter([("top_k".to_owned(), 5.into())]);
    });
    let first = reply(&model, &user("Hello"));
    assert_eq!((first.message.content.as_deref(), first.timing.attempts), (Some("echo: Hello"), 4));
    assert_eq!(first.notes.len(), 2, "{:?}", first.notes);
    let sent = rig.server.calls(4).last().map(|record| record["body"].clone()).unwrap_or_default();
    assert_eq!((&sent["max_completion_tokens"], sent.get("temperature"), sent.get("top_k")), (&500.into(), None, None));

    let second = reply(&model, &user("Hello again"));
    assert_eq!((second.timing.attempts, second.notes), (1, first.notes));
    let saved = serde_json::to_string(&model.learned()).expect("plain data");
    let learned: Learned = serde_json::from_str(&saved).expect("what was saved");
    let next_day = rig.model_of(model.endpoint().clone()).knowing(learned);
    assert_eq!(reply(&next_day, &user("Hello")).timing.attempts, 1);
}

#[test]
fn tools_beside_reasoning_turn_reasoning_off_unless_it_was_asked_for() {
    let Some(rig) = Rig::start() else { return };
    let model = of_model(&rig, "/v1", "mock-reasoner-responses", |_| ());
    let given = reply(&model, &user_with_tools("call:find {\"city\":\"Rome\"}"));
    assert_eq!((given.message.tool_calls.len(), given.timing.attempts, given.notes.len()), (1, 2, 1));
    let asked = of_model(&rig, "/v1", "mock-reasoner-responses", |endpoint| {
        endpoint.sampling.reasoning_effort = Some("high".into());
    });
    let error = ask(&asked, &user_with_tools("Hello")).0.expect_err("the server refuses");
    assert_eq!((error.kind, error.attempts), (Kind::BadRequest, 1));
    assert!(error.message.contains("reasoning effort"), "{}", error.message);
}

fn conversation_with_call() -> ChatRequest {
    let call = ToolCall { id: "call_with-a-long-id".into(), name: "find".into(), arguments: "{\"city\": \"Ro".into() };
    let mut request = user_with_tools("Hello");
    let reply = AssistantMessage { reasoning: Some("Hm.".into()), ..AssistantMessage::of_calls(vec![call]) };
    request.messages.push(Message::Assistant(reply));
    request.messages.push(Message::Tool {
        call_id: "call_with-a-long-id".into(),
        name: "find".into(),
        content: "Error: arguments are not valid JSON".into(),
    });
    request
}

#[test]
fn histories_are_put_into_the_form_that_the_host_demands() {
    let Some(rig) = Rig::start() else { return };
    let mistral = rig.model("/f/mistral/v1");
    let given = reply(&mistral, &conversation_with_call());
    assert_eq!(given.timing.attempts, 2);
    assert!(mistral.learned().short_call_ids);

    let deepseek = of_model(&rig, "/f/deepseek/v1", "mock-chat", |endpoint| {
        let thinking = serde_json::json!({"type": "enabled"});
        endpoint.sampling.extra = serde_json::Map::from_iter([("thinking".to_owned(), thinking)]);
    });
    let given = reply(&deepseek, &conversation_with_call());
    assert_eq!(given.timing.attempts, 2);
    let sent = rig.server.calls(4).last().map(|record| record["body"]["messages"].clone()).unwrap_or_default();
    assert_eq!(sent[1]["reasoning_content"], "Hm.");
    assert_eq!(sent[1]["content"], "");
    assert_eq!(sent[1]["tool_calls"][0]["function"]["arguments"], "{}");
}

#[test]
fn an_endpoint_that_cannot_be_called_sends_nothing() {
    let Some(rig) = Rig::start() else { return };
    let without_model = of_model(&rig, "/v1", " ", |_| ());
    assert_eq!(failure(&without_model, &user("Hello")), (Kind::Config, 1));
    let header = of_model(&rig, "/v1", "mock-chat", |endpoint| {
        endpoint.headers.push(("authorization".into(), "Bearer x".into()));
    });
    assert_eq!(failure(&header, &user("Hello")), (Kind::Config, 1));
    let broken_key = rig.model_with_key(rig.endpoint("/v1"), "key with\nblanks");
    assert_eq!(failure(&broken_key, &user("Hello")), (Kind::Config, 1));
    assert_eq!(rig.server.records().0.len(), 0);
    let error = ask(&without_model, &user("Hello")).0.expect_err("no model");
    check_text(&error.message, &user("Hello"));
}
