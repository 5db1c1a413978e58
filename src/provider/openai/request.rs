//! From a [`ChatRequest`] to the body of `POST /chat/completions`.

use std::collections::HashSet;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::dialect::Dialect;
use super::learned::Learned;
use crate::chat::{AssistantMessage, ChatRequest, Message, ToolCall, ToolChoice, ToolSpec};
use crate::provider::{Endpoint, Host};

/// A body to send, and what a reader of the record should know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    pub body: Map<String, Value>,
    /// Settings that were left out or changed, as sentences.
    pub notes: Vec<String>,
}

/// Body fields that the request itself sets: neither a user's extra settings nor a refusal may touch them.
pub const FIXED_FIELDS: [&str; 5] = ["model", "messages", "tools", "tool_choice", "stream"];

/// Whether a body field may be left out when a server refuses it.
#[must_use]
pub fn may_drop(field: &str) -> bool {
    !FIXED_FIELDS.contains(&field)
}

/// Names the party that a reply's opaque parts may go back to.
#[must_use]
pub fn carry_source(endpoint: &Endpoint) -> String {
    let origin = endpoint.base().map(|base| base.origin().to_string()).unwrap_or_default();
    format!("chat-completions {origin} {}", endpoint.model)
}

/// Encodes one call. `limit` replaces the endpoint's own token limit.
#[must_use]
pub fn encode(
    request: &ChatRequest,
    endpoint: &Endpoint,
    host: Host,
    learned: &Learned,
    stream: bool,
    limit: Option<u64>,
) -> Encoded {
    let dialect = Dialect::new(host, learned);
    let source = carry_source(endpoint);
    let sampling = &endpoint.sampling;
    let mut notes = Vec::new();
    let mut body = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };

    set("model", Some(json!(endpoint.model)));
    let answered = answered_calls(&request.messages);
    let messages: Vec<Value> =
        request.messages.iter().map(|message| encode_message(message, &answered, &dialect, &source)).collect();
    set("messages", Some(Value::Array(messages)));
    let has_tools = !request.tools.is_empty();
    if has_tools {
        set("tools", Some(request.tools.iter().map(encode_tool).collect()));
        set("tool_choice", encode_choice(&request.tool_choice, &dialect));
        set("parallel_tool_calls", sampling.parallel_tool_calls.map(Value::from));
    }
    set("temperature", request.temperature.or(sampling.temperature).map(Value::from));
    set("top_p", sampling.top_p.map(Value::from));
    set(dialect.limit_field.name(), limit.or(sampling.max_tokens).map(Value::from));
    set(dialect.seed_field, sampling.seed.map(Value::from));
    match &sampling.reasoning_effort {
        Some(effort) if dialect.nested_effort => set("reasoning", Some(json!({"effort": effort}))),
        Some(effort) => set("reasoning_effort", Some(json!(effort))),
        None if has_tools && learned.no_reasoning => {
            set("reasoning_effort", Some(json!("none")));
            notes
                .push("Reasoning was turned off: this model takes tools in this interface only without it.".to_owned());
        }
        None => {}
    }
    set("stream", Some(json!(stream)));
    if stream && dialect.asks_for_usage {
        set("stream_options", Some(json!({"include_usage": true})));
    }
    for (name, value) in &dialect.added {
        set(name, Some(value.clone()));
    }
    for (name, value) in sampling.extra.iter().filter(|(name, _)| may_drop(name)) {
        set(name, Some(value.clone()));
    }
    for name in &learned.dropped {
        if body.shift_remove(name).is_some() && name != "stream_options" {
            notes.push(format!("The setting \"{name}\" was not sent: the endpoint refused it."));
        }
    }
    Encoded { body, notes }
}

/// The ids of the tool calls that have a result.
fn answered_calls(messages: &[Message]) -> HashSet<&str> {
    let calls = messages.iter().filter_map(|message| match message {
        Message::Tool { call_id, .. } => Some(call_id.as_str()),
        _ => None,
    });
    calls.collect()
}

fn encode_message(message: &Message, answered: &HashSet<&str>, dialect: &Dialect, source: &str) -> Value {
    match message {
        Message::System { content } => json!({"role": "system", "content": content}),
        Message::User { content } => json!({"role": "user", "content": content}),
        Message::Tool { call_id, content, .. } => {
            json!({"role": "tool", "tool_call_id": encode_id(call_id, dialect), "content": content})
        }
        Message::Assistant(message) => encode_assistant(message, answered, dialect, source),
    }
}

/// Calls without a result are left out, as APIs refuse them: those of a model that was offered no tools, or that were
/// taken as words to the user.
fn encode_assistant(message: &AssistantMessage, answered: &HashSet<&str>, dialect: &Dialect, source: &str) -> Value {
    let carry = message.carry.as_ref().filter(|carry| carry.source == source);
    let mut fields = Map::new();
    fields.insert("role".to_owned(), json!("assistant"));
    // Never null: some servers refuse it, also beside tool calls.
    fields.insert("content".to_owned(), json!(message.content.as_deref().unwrap_or_default()));
    let carried = |index: usize| carry.and_then(|carry| carry.tool_calls.get(index));
    let calls = message.tool_calls.iter().enumerate().filter(|(_, call)| answered.contains(call.id.as_str()));
    let calls: Vec<Value> = calls.map(|(index, call)| encode_call(call, carried(index), dialect)).collect();
    if !calls.is_empty() {
        fields.insert("tool_calls".to_owned(), Value::Array(calls));
    }
    if dialect.send_reasoning {
        let reasoning = message.reasoning.as_deref().unwrap_or_default();
        fields.insert("reasoning_content".to_owned(), json!(reasoning));
    }
    fields.extend(carry.into_iter().flat_map(|carry| carry.message.clone()));
    Value::Object(fields)
}

fn encode_call(call: &ToolCall, carried: Option<&Map<String, Value>>, dialect: &Dialect) -> Value {
    let mut fields = Map::from_iter([
        ("id".to_owned(), json!(encode_id(&call.id, dialect))),
        ("type".to_owned(), json!("function")),
        ("function".to_owned(), json!({"name": call.name, "arguments": sendable_arguments(&call.arguments)})),
    ]);
    fields.extend(carried.cloned().unwrap_or_default());
    Value::Object(fields)
}

/// Servers parse the arguments of earlier calls to rebuild the prompt and fail on anything but an object. What the
/// model wrote wrongly is told to it in the tool result.
fn sendable_arguments(arguments: &str) -> String {
    match serde_json::from_str::<Value>(arguments) {
        Ok(Value::Object(_)) => arguments.to_owned(),
        Ok(Value::String(inner)) if matches!(serde_json::from_str(&inner), Ok(Value::Object(_))) => inner,
        _ => "{}".to_owned(),
    }
}

/// Mistral takes ids of exactly nine letters and digits; others are mapped to such by their hash, so that a call
/// and its result still meet.
fn encode_id(id: &str, dialect: &Dialect) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let fits = id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !dialect.short_call_ids || fits {
        return id.to_owned();
    }
    Sha256::digest(id.as_bytes()).iter().take(9).map(|&byte| char::from(LETTERS[usize::from(byte) % 62])).collect()
}

fn encode_tool(tool: &ToolSpec) -> Value {
    json!({
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
    })
}

fn encode_choice(choice: &ToolChoice, dialect: &Dialect) -> Option<Value> {
    match choice {
        ToolChoice::Auto => None,
        ToolChoice::None => Some(json!("none")),
        ToolChoice::Required => Some(json!(dialect.required_word)),
        ToolChoice::Named(name) => Some(json!({"type": "function", "function": {"name": name}})),
    }
}

#[cfg(test)]
mod tests {
    use super::super::dialect::LimitField;
    use super::super::learned::Lesson;
    use super::*;
    use crate::chat::Carry;

    fn endpoint(base_url: &str) -> Endpoint {
        Endpoint::new("e1", base_url, "some-model")
    }

    fn body(request: &ChatRequest, endpoint: &Endpoint, learned: &Learned, stream: bool) -> Value {
        let host = Host::of(&endpoint.base().expect("a valid URL"));
        Value::Object(encode(request, endpoint, host, learned, stream, None).body)
    }

    fn call(id: &str, arguments: &str) -> ToolCall {
        ToolCall { id: id.into(), name: "f".into(), arguments: arguments.into() }
    }

    fn conversation() -> ChatRequest {
        ChatRequest {
            messages: vec![
                Message::System { content: "Be brief.".into() },
                Message::User { content: "Hi".into() },
                Message::Assistant(AssistantMessage::of_calls(vec![call("t1", "{\"a\":1}"), call("t2", "{\"a\": ")])),
                Message::Tool { call_id: "t1".into(), name: "f".into(), content: "one".into() },
                Message::Tool { call_id: "t2".into(), name: "f".into(), content: "two".into() },
            ],
            tools: vec![ToolSpec {
                name: "f".into(),
                description: "Does it.".into(),
                parameters: json!({"type": "object"}),
            }],
            ..ChatRequest::default()
        }
    }

    #[test]
    fn a_request_holds_only_what_is_set() {
        let request = ChatRequest { messages: vec![Message::User { content: "Hi".into() }], ..ChatRequest::default() };
        assert_eq!(
            body(&request, &endpoint("https://a.example/v1"), &Learned::default(), false),
            json!({"model": "some-model", "messages": [{"role": "user", "content": "Hi"}], "stream": false})
        );
    }

    #[test]
    fn a_conversation_with_tools() {
        let body = body(&conversation(), &endpoint("https://a.example/v1"), &Learned::default(), true);
        let expect = json!({
            "model": "some-model",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": "", "tool_calls": [
                    {"id": "t1", "type": "function", "function": {"name": "f", "arguments": "{\"a\":1}"}},
                    {"id": "t2", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
                {"role": "tool", "tool_call_id": "t1", "content": "one"},
                {"role": "tool", "tool_call_id": "t2", "content": "two"},
            ],
            "tools": [{"type": "function", "function":
                {"name": "f", "description": "Does it.", "parameters": {"type": "object"}}}],
            "stream": true,
            "stream_options": {"include_usage": true},
        });
        assert_eq!(body, expect);
    }

    #[test]
    fn settings_go_out_under_the_names_of_the_host() {
        let mut endpoint = endpoint("https://api.mistral.ai/v1");
        endpoint.sampling.max_tokens = Some(100);
        endpoint.sampling.seed = Some(7);
        endpoint.sampling.parallel_tool_calls = Some(false);
        endpoint.sampling.temperature = Some(0.5);
        endpoint.sampling.extra = Map::from_iter([
            ("safe_prompt".to_owned(), json!(true)),
            ("messages".to_owned(), json!("an import must not replace these")),
        ]);
        let request = ChatRequest { tool_choice: ToolChoice::Required, temperature: Some(0.0), ..conversation() };
        let sent = body(&request, &endpoint, &Learned::default(), true);
        assert_eq!(sent["max_tokens"], 100);
        assert_eq!(sent["random_seed"], 7);
        assert_eq!(sent["tool_choice"], "any");
        assert_eq!(sent["parallel_tool_calls"], false);
        assert_eq!(sent["temperature"], 0.0);
        assert_eq!(sent["safe_prompt"], true);
        assert!(sent["messages"].is_array());
        assert_eq!(sent.get("stream_options"), None);
        let ids = [&sent["messages"][2]["tool_calls"][0]["id"], &sent["messages"][3]["tool_call_id"]];
        assert_eq!(ids[0], ids[1]);
        assert_eq!(ids[0].as_str().map(str::len), Some(9));

        endpoint.base_url = "https://api.openai.com/v1".into();
        let sent = body(&request, &endpoint, &Learned::default(), true);
        assert_eq!((sent["max_completion_tokens"].clone(), sent["seed"].clone()), (json!(100), json!(7)));

        endpoint.base_url = "https://openrouter.ai/api/v1".into();
        endpoint.sampling.reasoning_effort = Some("low".into());
        let sent = body(&request, &endpoint, &Learned::default(), true);
        assert_eq!(sent["reasoning"], json!({"effort": "low"}));
        assert_eq!(sent["provider"], json!({"require_parameters": true}));
    }

    #[test]
    fn lessons_change_the_body_and_are_noted() {
        let mut endpoint = endpoint("https://a.example/v1");
        endpoint.sampling.temperature = Some(0.0);
        endpoint.sampling.max_tokens = Some(5);
        let mut learned = Learned::default();
        for lesson in [
            Lesson::Drop("temperature".into()),
            Lesson::Drop("never_sent".into()),
            Lesson::LimitField(LimitField::MaxCompletionTokens),
            Lesson::NoReasoning,
        ] {
            assert!(learned.learn(&lesson));
            assert!(!learned.learn(&lesson), "a known lesson cannot help again");
        }
        let encoded = encode(&conversation(), &endpoint, Host::Other, &learned, true, Some(9));
        assert_eq!(encoded.body.get("temperature"), None);
        assert_eq!(encoded.body.get("max_completion_tokens"), Some(&json!(9)));
        assert_eq!(encoded.body.get("reasoning_effort"), Some(&json!("none")));
        assert_eq!(encoded.notes.len(), 2, "{:?}", encoded.notes);
    }

    #[test]
    fn opaque_parts_go_back_to_their_source_only() {
        let here = endpoint("https://a.example/v1");
        let carry = Carry {
            source: carry_source(&here),
            message: Map::from_iter([("reasoning_details".to_owned(), json!([1]))]),
            tool_calls: vec![Map::from_iter([("extra_content".to_owned(), json!({"x": "sig"}))])],
        };
        let message = AssistantMessage { carry: Some(carry), ..AssistantMessage::of_calls(vec![call("t1", "{}")]) };
        let result = Message::Tool { call_id: "t1".into(), name: "f".into(), content: "one".into() };
        let request = ChatRequest { messages: vec![Message::Assistant(message), result], ..ChatRequest::default() };
        let sent = body(&request, &here, &Learned::default(), false);
        assert_eq!(sent["messages"][0]["reasoning_details"], json!([1]));
        assert_eq!(sent["messages"][0]["tool_calls"][0]["extra_content"], json!({"x": "sig"}));
        let mut elsewhere = here;
        elsewhere.model = "another-model".into();
        let sent = body(&request, &elsewhere, &Learned::default(), false);
        assert_eq!(sent["messages"][0].get("reasoning_details"), None);
        assert_eq!(sent["messages"][0]["tool_calls"][0].get("extra_content"), None);
    }

    #[test]
    fn reasoning_goes_back_where_it_is_demanded() {
        let message = AssistantMessage { reasoning: Some("Hm.".into()), ..AssistantMessage::of_text("Yes.") };
        let request = ChatRequest {
            messages: vec![Message::Assistant(message), Message::Assistant(AssistantMessage::of_text("No."))],
            ..ChatRequest::default()
        };
        let sent = body(&request, &endpoint("https://api.deepseek.com"), &Learned::default(), false);
        assert_eq!(sent["messages"][0]["reasoning_content"], "Hm.");
        assert_eq!(sent["messages"][1]["reasoning_content"], "");
        let sent = body(&request, &endpoint("https://a.example/v1"), &Learned::default(), false);
        assert_eq!(sent["messages"][0].get("reasoning_content"), None);
    }

    #[test]
    fn calls_without_a_result_stay_here() {
        let spoken =
            AssistantMessage { content: Some("Bye.".into()), ..AssistantMessage::of_calls(vec![call("t9", "{}")]) };
        let mut request = conversation();
        request.messages.extend([Message::Assistant(spoken), Message::User { content: "Bye".into() }]);
        let sent = body(&request, &endpoint("https://a.example/v1"), &Learned::default(), false);
        assert_eq!(sent["messages"][2]["tool_calls"].as_array().map(Vec::len), Some(2));
        assert_eq!(sent["messages"][5], json!({"role": "assistant", "content": "Bye."}));
    }

    #[test]
    fn arguments_that_are_no_object_go_back_empty() {
        for (arguments, expect) in [
            ("{\"a\": 1}", "{\"a\": 1}"),
            ("\"{\\\"a\\\": 1}\"", "{\"a\": 1}"),
            ("", "{}"),
            ("[1,2]", "{}"),
            ("{\"a\": ", "{}"),
        ] {
            assert_eq!(sendable_arguments(arguments), expect, "{arguments}");
        }
    }
}
