//! What models do wrong, and servers with their calls: passed on as received, or made usable.

use futures::executor::block_on;
use taupe::chat::{ChatErrorKind as Kind, ChatModel, ChatReply, Finish};
use taupe::provider::Streaming;

use crate::rig::{Rig, answered, calls, failure, reply, user_with_tools};

const ASK: &str = "call:find {\"city\":\"Rome\"}";

/// The reply to a request with tools under a fault, the same streamed and whole but for the ids.
#[track_caller]
fn both(rig: &Rig, fault: &str, text: &str) -> ChatReply {
    let [streamed, whole] = [Streaming::On, Streaming::Off].map(|streaming| {
        let mut endpoint = rig.endpoint(&format!("/fault/{fault}/v1"));
        endpoint.streaming = streaming;
        reply(&rig.model_of(endpoint), &user_with_tools(text))
    });
    assert_eq!(calls(&streamed.message), calls(&whole.message), "{fault}");
    assert_eq!(
        (&streamed.message.content, &streamed.finish, &streamed.usage),
        (&whole.message.content, &whole.finish, &whole.usage),
        "{fault}"
    );
    streamed
}

#[test]
fn arguments_are_passed_on_as_received() {
    let Some(rig) = Rig::start() else { return };
    for (fault, arguments) in [
        ("bad_args", "{\"city\": \"Par"),
        ("args_array", "[1,2]"),
        ("args_double", "\"{\\\"city\\\":\\\"Rome\\\"}\""),
        ("args_empty", ""),
        ("args_object", "{\"city\":\"Rome\"}"),
    ] {
        let given = both(&rig, fault, ASK);
        assert_eq!(calls(&given.message), [("find", arguments)], "{fault}");
        assert_eq!((given.finish, given.timing.attempts), (Finish::ToolCalls, 1), "{fault}");
        assert_eq!(given.notes.len(), usize::from(fault == "args_object"), "{fault}");
    }
    let unknown = both(&rig, "unknown_tool", ASK);
    assert_eq!(calls(&unknown.message), [("no_such_tool", "{\"city\":\"Rome\"}")]);
}

#[test]
fn ids_are_made_unique() {
    let Some(rig) = Rig::start() else { return };
    let missing = both(&rig, "no_ids", "call:find {}\ncall:book {}");
    let ids: Vec<_> = missing.message.tool_calls.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids, ["t1", "t2"]);
    let repeated = both(&rig, "dup_ids", ASK);
    let ids: Vec<_> = repeated.message.tool_calls.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[1], "t1");
    assert_ne!(ids[0], "t1");
    assert_eq!(repeated.notes.len(), 1);
}

#[test]
fn what_the_calls_say_counts_more_than_the_finish_reason() {
    let Some(rig) = Rig::start() else { return };
    assert_eq!(both(&rig, "stop_with_tools", ASK).finish, Finish::ToolCalls);
    let none = both(&rig, "tools_without_calls", "Hello there");
    assert_eq!((none.finish, none.message.content.as_deref()), (Finish::Stop, Some("echo: Hello there")));
    let as_text = both(&rig, "tool_as_text", ASK);
    assert_eq!((as_text.finish, as_text.message.tool_calls.len(), as_text.notes.len()), (Finish::Stop, 0, 1));
    assert!(as_text.message.content.is_some_and(|text| text.starts_with("<tool_call>")));
}

#[test]
fn a_reply_cut_at_the_limit_says_so() {
    let Some(rig) = Rig::start() else { return };
    let text = both(&rig, "length", "Hello there");
    assert_eq!((text.finish, text.timing.attempts), (Finish::Length, 1));
    let cut = both(&rig, "length", ASK);
    assert_eq!((cut.finish, cut.timing.attempts), (Finish::Length, 1), "no limit of ours to double");
    assert_eq!(cut.message.tool_calls.len(), 1, "shown, never run");

    let mut limited = rig.endpoint("/fault/length:first=1/v1");
    limited.sampling.max_tokens = Some(50);
    // The fault goes by the body, so the doubled limit meets it again.
    let twice = reply(&rig.model_of(limited), &user_with_tools(ASK));
    assert_eq!((twice.finish, twice.timing.attempts), (Finish::Length, 2));
    let limits: Vec<_> =
        rig.server.calls(6).iter().rev().take(2).map(|record| record["body"]["max_tokens"].clone()).collect();
    assert_eq!(limits, [100, 50]);
    let alone = cut.usage.output().expect("usage is known");
    assert_eq!(twice.usage.output(), Some(2 * alone), "both replies were paid for");
}

#[test]
fn filtered_and_empty_replies_are_told_apart() {
    let Some(rig) = Rig::start() else { return };
    let filtered = both(&rig, "content_filter", "Hello there");
    assert_eq!((filtered.finish, filtered.timing.attempts), (Finish::ContentFilter, 1));
    for fault in ["empty_choices", "null_content"] {
        let empty = both(&rig, fault, "Hello there");
        assert_eq!((empty.finish, empty.timing.attempts), (Finish::Empty, 3), "{fault}");
        assert!(empty.message.is_empty(), "{fault}");
    }
    let prompt = both(&rig, "status:code=400,kind=content_filter", "Hello there");
    assert_eq!((prompt.finish, prompt.message.is_empty(), prompt.notes.len()), (Finish::ContentFilter, true, 1));
}

#[test]
fn unknown_usage_is_not_zero() {
    let Some(rig) = Rig::start() else { return };
    for fault in ["no_usage", "zero_usage"] {
        let given = both(&rig, fault, "Hello there");
        assert_eq!((given.usage.input(), given.usage.output(), given.cost_usd), (None, None, None), "{fault}");
    }
}

#[test]
fn a_call_that_the_server_withheld_is_the_models_doing() {
    let body = r#"{"error": {"message": "Failed to call a function.", "code": "tool_use_failed",
        "failed_generation": "<function=find{\"city\"></function>"}}"#;
    let model = answered("https://api.groq.com/openai/v1", |_| Some((400, body)));
    let given = block_on(model.complete(&user_with_tools(ASK), &mut |_| ())).expect("a reply of its kind");
    assert_eq!((given.finish, given.timing.attempts), (Finish::MalformedCall, 3));
    assert_eq!(given.message.content.as_deref(), Some("<function=find{\"city\"></function>"));
}

#[test]
fn a_server_that_cuts_prompts_silently_is_found_out() {
    let Some(rig) = Rig::start() else { return };
    let request = user_with_tools(&"a long policy ".repeat(2_000));
    assert!(reply(&rig.model("/v1"), &request).message.content.is_some());
    let usage = serde_json::json!({"prompt": 2_048, "visible": 5});
    rig.server.script(&serde_json::json!({"rules": [{"reply": {"text": "Yes.", "usage": usage}}]}));
    assert_eq!(failure(&rig.model("/v1"), &request), (Kind::Config, 1));
    assert!(
        reply(&rig.model("/v1"), &user_with_tools("Hello")).message.content.is_some(),
        "a short prompt shows nothing"
    );
}
