//! From what was read of a reply to the reply itself.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::draft::{CallDraft, Draft, is_whole};
use super::usage::{decode_cost, decode_usage};
use crate::chat::{AssistantMessage, Carry, ChatDelta, ChatRequest, Finish, Message, ToolCall, Usage};

/// A reply that came to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    pub message: AssistantMessage,
    pub finish: Finish,
    pub usage: Usage,
    pub cost_usd: Option<f64>,
    pub model: Option<String>,
    pub provider: Option<String>,
    /// Oddities that were accepted, as sentences.
    pub notes: Vec<String>,
}

/// Why what was read is no reply.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadFault {
    /// An error in the API's form, in a body or a stream that began with status 200.
    Api(Value),
    /// A web page.
    Html,
    /// Neither JSON of this API nor an event stream, or JSON cut in the middle.
    NotApi,
    /// The end came before a finish reason.
    Truncated,
    /// An event stream without a single data event.
    EmptyStream,
    /// The provider says that it broke off (`finish_reason: "error"` and the like).
    BrokenOff(String),
    /// More bytes or events than any sane reply has.
    Runaway,
}

/// Finish reasons by which a provider says that the reply is not to be used.
const BROKEN_OFF: [&str; 2] = ["error", "insufficient_system_resource"];

/// Reads a whole JSON body.
///
/// # Errors
/// The body holds an error, is not JSON, or is no reply.
pub fn read_body(bytes: &[u8], on_delta: &mut dyn FnMut(ChatDelta)) -> Result<Draft, ReadFault> {
    let body: Value = serde_json::from_slice(bytes).map_err(|_| ReadFault::NotApi)?;
    if has_error(&body) {
        return Err(ReadFault::Api(body));
    }
    if !body.get("choices").is_some_and(Value::is_array) {
        return Err(ReadFault::NotApi);
    }
    let mut draft = Draft::default();
    draft.absorb(&body, on_delta);
    Ok(draft)
}

/// Whether a body or a chunk is an error report.
#[must_use]
pub fn has_error(body: &Value) -> bool {
    let body = body.get(0).unwrap_or(body);
    let is_set = |value: Option<&Value>| value.is_some_and(|value| !value.is_null());
    let flat = body.get("object").and_then(Value::as_str) == Some("error");
    is_set(body.get("error")) || is_set(body.get("x_groq").and_then(|groq| groq.get("error"))) || flat
}

/// Makes the reply of a draft that came to its end.
///
/// # Errors
/// The provider broke the reply off.
pub fn finish(draft: Draft, request: &ChatRequest, source: &str, streamed: bool) -> Result<Decoded, ReadFault> {
    if let Some(word) = draft.finish.as_deref().filter(|word| BROKEN_OFF.contains(word)) {
        return Err(ReadFault::BrokenOff(word.to_owned()));
    }
    let mut notes = Vec::new();
    let finish = finish_kind(&draft, &mut notes);
    let usage = draft.usage.as_ref().map(decode_usage).unwrap_or_default();
    let cost_usd = draft.usage.as_ref().and_then(decode_cost);
    if draft.object_arguments {
        notes.push("The endpoint sent tool arguments as an object instead of text.".to_owned());
    }
    let carry = carry(&draft, source);
    let tool_calls = with_unique_ids(draft.calls, request, &mut notes);
    // Streams open with an empty text also where the whole reply would say null.
    let content = draft.content.filter(|text| !(streamed && text.is_empty()));
    if tool_calls.is_empty()
        && !request.tools.is_empty()
        && content.as_deref().is_some_and(|text| text.contains("<tool_call>"))
    {
        notes.push(
            "The model wrote a tool call as text: the server does not recognise the calls of this model (its tool-call \
             parser or chat template setting)."
                .to_owned(),
        );
    }
    let some_text = |text: String| (!text.is_empty()).then_some(text);
    let message = AssistantMessage {
        content,
        tool_calls,
        reasoning: some_text(draft.reasoning),
        refusal: some_text(draft.refusal),
        carry,
    };
    let finish = if finish == Finish::Stop && message.is_empty() { Finish::Empty } else { finish };
    Ok(Decoded { message, finish, usage, cost_usd, model: draft.model, provider: draft.provider, notes })
}

fn finish_kind(draft: &Draft, notes: &mut Vec<String>) -> Finish {
    let said = match draft.finish.as_deref() {
        None => {
            notes.push("The endpoint did not say why the reply ended.".to_owned());
            Finish::Stop
        }
        Some("stop" | "eos" | "eos_token" | "end_turn" | "stop_sequence") => Finish::Stop,
        Some("tool_calls" | "tool_use" | "function_call") => Finish::ToolCalls,
        Some("length" | "max_tokens" | "model_length" | "MAX_TOKENS") => Finish::Length,
        Some("content_filter" | "content_filtered" | "safety" | "SAFETY") => Finish::ContentFilter,
        Some("refusal") => Finish::Refusal,
        Some(other) => Finish::Unknown(other.to_owned()),
    };
    let last_call = draft.calls.last();
    match (said, last_call) {
        (said @ (Finish::Length | Finish::ContentFilter), Some(call)) if !is_whole(&call.arguments) => said,
        (Finish::Length, Some(_)) => {
            notes.push("The reply was cut at the token limit right after a whole tool call.".to_owned());
            Finish::ToolCalls
        }
        (_, Some(_)) => Finish::ToolCalls,
        (Finish::Stop | Finish::ToolCalls, None) if !draft.refusal.is_empty() => Finish::Refusal,
        (Finish::ToolCalls, None) => {
            notes.push("The endpoint announced tool calls and sent none.".to_owned());
            Finish::Stop
        }
        (said, None) => said,
    }
}

fn carry(draft: &Draft, source: &str) -> Option<Carry> {
    let mut message = Map::new();
    if !draft.reasoning_details.is_empty() {
        message.insert("reasoning_details".to_owned(), Value::Array(draft.reasoning_details.clone()));
    }
    let last = draft.calls.iter().rposition(|call| !call.carried.is_empty()).map_or(0, |last| last + 1);
    let tool_calls: Vec<_> = draft.calls.iter().take(last).map(|call| call.carried.clone()).collect();
    let is_needed = !message.is_empty() || !tool_calls.is_empty();
    is_needed.then(|| Carry { source: source.to_owned(), message, tool_calls })
}

/// Gives every call an id that no other call of the conversation has.
fn with_unique_ids(calls: Vec<CallDraft>, request: &ChatRequest, notes: &mut Vec<String>) -> Vec<ToolCall> {
    let earlier = request.messages.iter().filter_map(|message| match message {
        Message::Assistant(message) => Some(&message.tool_calls),
        _ => None,
    });
    let mut used: HashSet<String> = earlier.flatten().map(|call| call.id.clone()).collect();
    // Ids that this reply brings are taken as well, so that a made-up one cannot meet a later genuine one.
    let brought: HashSet<String> = calls.iter().map(|call| call.id.clone()).collect();
    let mut renamed = 0;
    let mut number = 0;
    let calls: Vec<ToolCall> = calls
        .into_iter()
        .map(|call| {
            let mut id = call.id;
            if id.is_empty() || used.contains(&id) {
                renamed += 1;
                id = loop {
                    number += 1;
                    let made = format!("t{number}");
                    if !used.contains(&made) && !brought.contains(&made) {
                        break made;
                    }
                };
            }
            used.insert(id.clone());
            ToolCall { id, name: call.name, arguments: call.arguments }
        })
        .collect();
    if renamed > 0 {
        notes.push(format!("{renamed} of {} tool calls came without an id of their own and got one.", calls.len()));
    }
    calls
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::chat::ToolSpec;

    fn request() -> ChatRequest {
        let earlier =
            AssistantMessage::of_calls(vec![ToolCall { id: "t1".into(), name: "f".into(), arguments: "{}".into() }]);
        ChatRequest {
            messages: vec![Message::Assistant(earlier)],
            tools: vec![ToolSpec { name: "f".into(), description: String::new(), parameters: json!({}) }],
            ..ChatRequest::default()
        }
    }

    fn read(body: &Value) -> Result<Decoded, ReadFault> {
        let draft = read_body(body.to_string().as_bytes(), &mut |_| ())?;
        finish(draft, &request(), "here", false)
    }

    fn reply(message: Value, finish: Value) -> Decoded {
        read(&json!({"model": "m-1", "choices": [{"index": 0, "message": message, "finish_reason": finish}]}))
            .expect("a reply")
    }

    fn call(id: &str, arguments: &str) -> Value {
        json!({"id": id, "type": "function", "function": {"name": "f", "arguments": arguments}})
    }

    #[test]
    fn null_and_empty_text_are_told_apart() {
        let calls = json!([call("a", "{}")]);
        assert_eq!(reply(json!({"content": null, "tool_calls": calls}), json!("tool_calls")).message.content, None);
        let with_empty = reply(json!({"content": "", "tool_calls": calls}), json!("tool_calls"));
        assert_eq!(with_empty.message.content.as_deref(), Some(""));
    }

    #[test]
    fn calls_decide_the_finish_unless_the_last_one_was_cut() {
        for (finish_reason, arguments, expect) in [
            ("tool_calls", "{}", Finish::ToolCalls),
            ("stop", "{}", Finish::ToolCalls),
            ("stop", "{\"cut", Finish::ToolCalls),
            ("function_call", "{}", Finish::ToolCalls),
            ("length", "{}", Finish::ToolCalls),
            ("length", "{\"cut", Finish::Length),
            ("length", "", Finish::Length),
            ("content_filter", "{\"cut", Finish::ContentFilter),
        ] {
            let calls = json!([call("a", "{}"), call("b", arguments)]);
            let decoded = reply(json!({"content": null, "tool_calls": calls}), json!(finish_reason));
            assert_eq!(decoded.finish, expect, "{finish_reason} {arguments}");
            assert_eq!(decoded.message.tool_calls[1].arguments, arguments, "as received");
        }
    }

    #[test]
    fn finish_reasons_without_calls() {
        for (finish_reason, expect) in [
            (json!("stop"), Finish::Stop),
            (json!("eos"), Finish::Stop),
            (json!(null), Finish::Stop),
            (json!(""), Finish::Stop),
            (json!("tool_calls"), Finish::Stop),
            (json!("model_length"), Finish::Length),
            (json!("content_filter"), Finish::ContentFilter),
            (json!("novelty"), Finish::Unknown("novelty".into())),
        ] {
            assert_eq!(reply(json!({"content": "Yes."}), finish_reason.clone()).finish, expect, "{finish_reason}");
        }
        assert_eq!(reply(json!({"content": null, "refusal": "I can't."}), json!("stop")).finish, Finish::Refusal);
    }

    #[test]
    fn a_reply_of_nothing_is_empty_but_a_cut_or_filtered_one_is_not() {
        assert_eq!(reply(json!({"content": null}), json!("stop")).finish, Finish::Empty);
        assert_eq!(reply(json!({"content": "", "reasoning": "Hm"}), json!("stop")).finish, Finish::Empty);
        assert_eq!(reply(json!({"content": ""}), json!("length")).finish, Finish::Length);
        assert_eq!(reply(json!({"content": ""}), json!("content_filter")).finish, Finish::ContentFilter);
        let none = read(&json!({"choices": []})).expect("a reply without a choice");
        assert_eq!(none.finish, Finish::Empty);
    }

    #[test]
    fn missing_and_repeated_ids_are_replaced() {
        let calls = json!([call("", "{}"), call("a", "{}"), call("a", "{}"), call("t2", "{}"), call("t1", "{}")]);
        let decoded = reply(json!({"content": null, "tool_calls": calls}), json!("tool_calls"));
        let ids: Vec<_> = decoded.message.tool_calls.iter().map(|call| call.id.as_str()).collect();
        assert_eq!(ids, ["t3", "a", "t4", "t2", "t5"], "t1 stands in an earlier message");
        assert_eq!(decoded.notes, ["3 of 5 tool calls came without an id of their own and got one."]);
    }

    #[test]
    fn errors_in_a_body_with_status_200_are_errors() {
        for body in [
            json!({"error": {"message": "x"}}),
            json!({"error": "x", "choices": []}),
            json!([{"error": {"code": 429}}]),
            json!({"object": "error", "message": "x"}),
            json!({"choices": [], "x_groq": {"error": "over capacity"}}),
        ] {
            assert_eq!(read(&body), Err(ReadFault::Api(body.clone())), "{body}");
        }
        assert!(
            read(&json!({"error": null, "choices": [{"message": {"content": "ok"}, "finish_reason": "stop"}]})).is_ok()
        );
    }

    #[test]
    fn what_is_not_of_the_api_says_so() {
        for body in [json!({"status": "ok"}), json!("text"), json!({"choices": {}})] {
            assert_eq!(read(&body), Err(ReadFault::NotApi), "{body}");
        }
        let cut = read_body(b"{\"choices\": [{\"mess", &mut |_| ());
        assert_eq!(cut, Err(ReadFault::NotApi));
        let broken = read(&json!({"choices": [{"message": {"content": "Y"}, "finish_reason": "error"}]}));
        assert_eq!(broken, Err(ReadFault::BrokenOff("error".into())));
    }

    #[test]
    fn a_call_written_as_text_is_noted() {
        let decoded = reply(json!({"content": "<tool_call>{}</tool_call>"}), json!("stop"));
        assert_eq!((decoded.finish, decoded.notes.len()), (Finish::Stop, 1));
    }

    #[test]
    fn opaque_parts_are_kept_with_their_source() {
        let mut with_signature = call("a", "{}");
        with_signature["extra_content"] = json!({"google": {"thought_signature": "sig"}});
        let decoded =
            reply(json!({"content": null, "tool_calls": [with_signature, call("b", "{}")]}), json!("tool_calls"));
        let carry = decoded.message.carry.expect("a signature");
        assert_eq!((carry.source.as_str(), carry.tool_calls.len()), ("here", 1));
        assert_eq!(carry.tool_calls[0]["extra_content"]["google"]["thought_signature"], "sig");
    }
}
