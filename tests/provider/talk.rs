//! Conversations with nothing wrong.

use futures::executor::block_on;
use futures::future::join_all;
use futures::{FutureExt, StreamExt};
use taupe::chat::{ChatDelta, ChatModel, ChatRequest, Finish, Message, ToolChoice};
use taupe::provider::{Endpoint, KeyHeader, Sampling, Streaming};

use crate::mock_llm::KEY;
use crate::rig::{Rig, ask, calls, failure, reply, streamed_text, user, user_with_tools};

fn with_streaming(mut endpoint: Endpoint, streaming: Streaming) -> Endpoint {
    endpoint.streaming = streaming;
    endpoint
}

#[test]
fn text_comes_streamed_and_whole() {
    let Some(rig) = Rig::start() else { return };
    let request = user("Grüße 🦆, and good evening to all of you!");
    let model = rig.model("/v1");
    assert_eq!(model.label(), "mock-chat at 127.0.0.1");
    let (streamed, deltas) = ask(&model, &request);
    let streamed = streamed.expect("a reply");
    assert_eq!(streamed.message.content.as_deref(), Some("echo: Grüße 🦆, and good evening to all of you!"));
    assert_eq!(streamed_text(&deltas), streamed.message.content.clone().unwrap_or_default());
    assert!(deltas.len() > 2, "it came in pieces: {deltas:?}");
    assert_eq!((streamed.finish.clone(), streamed.timing.attempts), (Finish::Stop, 1));
    assert_eq!(streamed.model_served.as_deref(), Some("mock-chat"));
    assert!(streamed.timing.first_byte_ms.is_some_and(|first| first <= streamed.timing.total_ms));
    assert_eq!(streamed.notes, [""; 0]);

    let whole = reply(&rig.model_of(with_streaming(rig.endpoint("/v1"), Streaming::Off)), &request);
    assert_eq!((&whole.message, &whole.usage), (&streamed.message, &streamed.usage));
    assert!(whole.usage.input().is_some_and(|tokens| tokens > 5) && whole.usage.output().is_some());

    let calls = rig.server.calls(2);
    assert_eq!((&calls[0]["body"]["stream"], &calls[1]["body"]["stream"]), (&true.into(), &false.into()));
    let headers = calls[0]["headers"].as_object().expect("headers");
    let allowed = ["host", "connection", "content-type", "authorization", "origin", "content-length"];
    assert!(headers.keys().all(|name| allowed.contains(&name.as_str())), "needless headers: {headers:?}");
    rig.server.assert_key_was_kept();
}

#[test]
fn tools_are_called_and_their_results_read() {
    let Some(rig) = Rig::start() else { return };
    for streaming in [Streaming::On, Streaming::Off] {
        let model = rig.model_of(with_streaming(rig.endpoint("/v1"), streaming));
        let mut request = user_with_tools("call:find {\"city\":\"Köln\"}\ncall:book {\"city\":\"Rome\"}");
        let (first, deltas) = ask(&model, &request);
        let first = first.expect("a reply");
        assert_eq!(calls(&first.message), [("find", "{\"city\":\"Köln\"}"), ("book", "{\"city\":\"Rome\"}")]);
        assert_eq!((first.finish, first.message.content.as_deref()), (Finish::ToolCalls, None), "{streaming:?}");
        let told = deltas.iter().filter(|delta| matches!(delta, ChatDelta::ToolCall { name: Some(_), .. })).count();
        assert_eq!(told, 2);

        let results: Vec<Message> = (first.message.tool_calls.iter().zip(["three", "done"]))
            .map(|(call, result)| Message::Tool {
                call_id: call.id.clone(),
                name: call.name.clone(),
                content: result.into(),
            })
            .collect();
        request.messages.push(Message::Assistant(first.message));
        request.messages.extend(results);
        let second = reply(&model, &request);
        assert_eq!(second.message.content.as_deref(), Some("tool result: three | done"));
    }
    rig.server.assert_key_was_kept();
}

#[test]
fn tool_choices_and_settings_reach_the_server() {
    let Some(rig) = Rig::start() else { return };
    let mut endpoint = rig.endpoint("/v1");
    endpoint.sampling = Sampling {
        temperature: Some(0.25),
        top_p: Some(0.5),
        max_tokens: Some(99),
        seed: Some(7),
        reasoning_effort: Some("low".into()),
        parallel_tool_calls: Some(false),
        extra: serde_json::Map::from_iter([("verbosity".to_owned(), "low".into())]),
    };
    let model = rig.model_of(endpoint);
    let text = "call:find {\"city\":\"a\"}\ncall:book {\"city\":\"b\"}";
    let one_at_a_time = reply(&model, &user_with_tools(text));
    assert_eq!(calls(&one_at_a_time.message).len(), 1);
    let named =
        ChatRequest { tool_choice: ToolChoice::Named("book".into()), temperature: Some(0.0), ..user_with_tools("Hi") };
    assert_eq!(calls(&reply(&model, &named).message)[0].0, "book");
    let none = ChatRequest { tool_choice: ToolChoice::None, ..user_with_tools(text) };
    assert!(reply(&model, &none).message.tool_calls.is_empty());

    let bodies: Vec<_> = rig.server.calls(3).into_iter().map(|record| record["body"].clone()).collect();
    assert_eq!(bodies[0]["temperature"], 0.25);
    assert_eq!(
        (&bodies[0]["top_p"], &bodies[0]["max_tokens"], &bodies[0]["seed"]),
        (&0.5.into(), &99.into(), &7.into())
    );
    assert_eq!((&bodies[0]["reasoning_effort"], &bodies[0]["verbosity"]), (&"low".into(), &"low".into()));
    assert_eq!(bodies[1]["temperature"], 0.0, "the call's own temperature wins");
}

#[test]
fn reasoning_usage_and_cost_of_each_flavour() {
    let Some(rig) = Rig::start() else { return };
    for (flavour, shows_reasoning) in [
        ("openai", false),
        ("openrouter", true),
        ("mistral", true),
        ("groq", true),
        ("deepseek", true),
        ("together", true),
        ("xai", true),
        ("vllm", true),
    ] {
        for streaming in [Streaming::On, Streaming::Off] {
            let path = format!("/f/{flavour}/fault/reasoning:text=first%20this/v1");
            let given = reply(&rig.model_of(with_streaming(rig.endpoint(&path), streaming)), &user("Hello there"));
            assert_eq!(given.message.content.as_deref(), Some("echo: Hello there"), "{flavour}");
            let expect = shows_reasoning.then_some("first this");
            assert_eq!(given.message.reasoning.as_deref(), expect, "{flavour} {streaming:?}");
            assert_eq!(given.usage.output_visible.is_some(), given.usage.input().is_some(), "{flavour}");
            if !["mistral"].contains(&flavour) {
                assert_eq!(
                    (given.usage.reasoning, given.usage.output_visible),
                    (Some(3), Some(5)),
                    "{flavour} {streaming:?}"
                );
            }
            assert_eq!(given.cost_usd.is_some(), ["openrouter", "xai"].contains(&flavour), "{flavour}");
            assert_eq!(given.provider_served.as_deref(), (flavour == "openrouter").then_some("Mock"));
            assert_eq!(given.message.carry.is_some(), flavour == "openrouter", "{flavour}");
        }
    }
}

#[test]
fn a_key_goes_into_the_header_that_the_host_wants_and_to_no_other_origin() {
    let Some(rig) = Rig::start() else { return };
    let mut azure = rig.endpoint("/f/azure/v1");
    azure.key_header = KeyHeader::Named("api-key".into());
    reply(&rig.model_of(azure), &user("Hello"));
    assert_eq!(rig.server.calls(1)[0]["auth"]["used"], "api-key");

    let moved = rig.endpoint("/f/groq/v1");
    let model = rig.model_of(moved.clone());
    assert!(!format!("{:?} {:?}", model.endpoint(), model.learned()).contains(KEY));
    let base = taupe::provider::BaseUrl::parse("https://elsewhere.example/v1").expect("a valid URL");
    let foreign = taupe::provider::Secret::new(&base, KEY);
    let http = crate::native_http::NativeHttp { page_origin: crate::rig::PAGE.to_owned() };
    let model = taupe::provider::OpenAiModel::new(http, crate::native_http::FastClock::new(), moved, foreign);
    rig.server.reset();
    assert_eq!(failure(&model, &user("Hello")).0, taupe::chat::ChatErrorKind::Auth);
    assert_eq!(rig.server.calls(1)[0]["auth"]["present"], false);
    rig.server.assert_key_was_kept();
}

#[test]
fn calls_wait_in_our_queue_and_not_in_the_browser() {
    let Some(rig) = Rig::start() else { return };
    let mut endpoint = rig.endpoint("/fault/latency:ms=20/v1");
    endpoint.max_concurrent = Some(2);
    // A stream is read to its end before the server has closed it, and would count a moment too long there.
    endpoint.streaming = Streaming::Off;
    let model = rig.model_of(endpoint);
    let requests: Vec<_> = (0..7).map(|number| user(&format!("number {number}"))).collect();
    let replies = block_on(join_all(requests.iter().map(|request| async {
        let mut ignore = |_| ();
        model.complete(request, &mut ignore).await
    })));
    for (number, given) in replies.into_iter().enumerate() {
        let text = given.expect("a reply").message.content;
        assert_eq!(text, Some(format!("echo: number {number}")));
    }
    assert_eq!(rig.server.records().1, 2);
    assert_eq!((model.gate().status().in_flight, model.gate().status().waiting), (0, 0));
}

#[test]
fn a_dropped_call_aborts_its_request() {
    let Some(rig) = Rig::start() else { return };
    let model = rig.model("/fault/slow:ms=30/v1");
    let request = user("a text that takes a while to come through when every piece of it has to wait");
    let (tell, told) = futures::channel::mpsc::unbounded();
    let mut told = told;
    let mut on_delta = move |delta| drop(tell.unbounded_send(delta));
    let first = block_on(async {
        let mut call = model.complete(&request, &mut on_delta).fuse();
        futures::select! {
            reply = call => panic!("it was not slow: {reply:?}"),
            delta = told.next() => delta,
        }
    });
    assert!(matches!(first, Some(ChatDelta::Text(_))));
    assert_eq!(model.gate().status().in_flight, 0);
    // The server notices at its next write.
    let aborted = || rig.server.calls(0).iter().any(|record| record["aborted_by_client"] == true);
    let noticed = (0..500).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        aborted()
    });
    assert!(noticed, "{:?}", rig.server.calls(0));
}

#[test]
fn models_are_listed() {
    let Some(rig) = Rig::start() else { return };
    for (flavour, context) in
        [("openai", None), ("together", Some(131_072)), ("groq", Some(131_072)), ("vllm", Some(32_768))]
    {
        let models = block_on(rig.model(&format!("/f/{flavour}/v1")).list_models()).expect("a list");
        let chat = models.iter().find(|model| model.id == "mock-chat").expect("it is listed");
        assert_eq!(chat.context_tokens, context, "{flavour}");
    }
    let mut unchosen = rig.endpoint("/v1");
    unchosen.model.clear();
    assert!(block_on(rig.model_of(unchosen).list_models()).is_ok(), "a list needs no chosen model");
    let wrong = block_on(rig.model_with_key(rig.endpoint("/f/groq/v1"), "wrong-key-wrong-key").list_models());
    let error = wrong.expect_err("the key is wrong");
    assert_eq!((error.kind, error.status), (taupe::chat::ChatErrorKind::Auth, Some(401)));
}
