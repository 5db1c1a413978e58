//! A reply being put together, from one whole message or from the deltas of a stream: both have the same fields.
//!
//! Tolerant on purpose. Any field may be missing, null or of another type; what is not understood is skipped.

use serde_json::{Map, Value};

use crate::chat::ChatDelta;

/// Everything read of a reply so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// `None` until a text field came, empty or not.
    pub content: Option<String>,
    pub reasoning: String,
    pub refusal: String,
    pub calls: Vec<CallDraft>,
    /// The provider's word for why it stopped.
    pub finish: Option<String>,
    /// The last usage object seen.
    pub usage: Option<Value>,
    pub model: Option<String>,
    pub provider: Option<String>,
    /// Structured reasoning that must go back unchanged.
    pub reasoning_details: Vec<Value>,
    /// Whether any choice was seen.
    pub has_choice: bool,
    /// Whether arguments came as an object where text was due.
    pub object_arguments: bool,
}

/// One tool call as received.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallDraft {
    /// The provider's position; several calls may share one at sloppy hosts.
    index: Option<u64>,
    /// Empty where none was sent.
    pub id: String,
    pub name: String,
    pub arguments: String,
    /// Opaque fields beside the call.
    pub carried: Map<String, Value>,
}

/// Fields of a tool call that must go back unchanged (Gemini's thought signature).
const CARRIED_CALL_FIELDS: [&str; 1] = ["extra_content"];

impl Draft {
    /// Takes in one body or one chunk, and reports what it adds.
    pub fn absorb(&mut self, chunk: &Value, on_delta: &mut dyn FnMut(ChatDelta)) {
        let text = |name: &str| chunk.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        self.model = text("model").map(str::to_owned).or(self.model.take());
        self.provider = text("provider").map(str::to_owned).or(self.provider.take());
        let usage = chunk.get("usage").or_else(|| chunk.get("x_groq")?.get("usage"));
        if let Some(usage) = usage.filter(|usage| usage.is_object()) {
            self.usage = Some(usage.clone());
        }
        // Only the first of several choices was asked for.
        let is_first = |choice: &&Value| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0;
        let choices = chunk.get("choices").and_then(Value::as_array);
        for choice in choices.into_iter().flatten().filter(is_first) {
            self.has_choice = true;
            if let Some(delta) = choice.get("delta").filter(|delta| delta.is_object()) {
                self.absorb_message(delta, false, on_delta);
            } else if let Some(message) = choice.get("message") {
                self.absorb_message(message, true, on_delta);
            }
            if let Some(finish) =
                choice.get("finish_reason").and_then(Value::as_str).filter(|finish| !finish.is_empty())
            {
                self.finish = Some(finish.to_owned());
            }
        }
    }

    /// Takes in a message: `whole`, or a delta whose calls may continue earlier ones.
    fn absorb_message(&mut self, message: &Value, whole: bool, on_delta: &mut dyn FnMut(ChatDelta)) {
        // Some hosts send the same reasoning under both names.
        let reasoning = ["reasoning_content", "reasoning"].into_iter().filter_map(|name| message.get(name)?.as_str());
        if let Some(text) = reasoning.into_iter().find(|text| !text.is_empty()) {
            self.add_reasoning(text, on_delta);
        }
        for detail in message.get("reasoning_details").and_then(Value::as_array).into_iter().flatten() {
            merge_detail(&mut self.reasoning_details, detail);
        }
        match message.get("content") {
            Some(Value::String(text)) => self.add_text(text, on_delta),
            Some(Value::Array(parts)) => parts.iter().for_each(|part| self.absorb_part(part, on_delta)),
            _ => {}
        }
        if let Some(text) = message.get("refusal").and_then(Value::as_str) {
            self.refusal.push_str(text);
        }
        for call in message.get("tool_calls").and_then(Value::as_array).into_iter().flatten() {
            self.absorb_call(call, whole, on_delta);
        }
    }

    /// One part of a content array: text, or the thinking of Mistral's models.
    fn absorb_part(&mut self, part: &Value, on_delta: &mut dyn FnMut(ChatDelta)) {
        match (part.get("text").and_then(Value::as_str), part.get("thinking")) {
            (Some(text), _) => self.add_text(text, on_delta),
            (None, Some(Value::String(text))) => self.add_reasoning(text, on_delta),
            (None, Some(Value::Array(parts))) => {
                for text in parts.iter().filter_map(|part| part.get("text")?.as_str()) {
                    self.add_reasoning(text, on_delta);
                }
            }
            _ => {}
        }
    }

    fn add_text(&mut self, text: &str, on_delta: &mut dyn FnMut(ChatDelta)) {
        self.content.get_or_insert_default().push_str(text);
        if !text.is_empty() {
            on_delta(ChatDelta::Text(text.to_owned()));
        }
    }

    fn add_reasoning(&mut self, text: &str, on_delta: &mut dyn FnMut(ChatDelta)) {
        self.reasoning.push_str(text);
        if !text.is_empty() {
            on_delta(ChatDelta::Reasoning(text.to_owned()));
        }
    }

    fn absorb_call(&mut self, call: &Value, whole: bool, on_delta: &mut dyn FnMut(ChatDelta)) {
        let function = call.get("function");
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let id = text(call.get("id"));
        let name = text(function.and_then(|function| function.get("name")));
        let arguments = match function.and_then(|function| function.get("arguments")) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => {
                self.object_arguments = true;
                other.to_string()
            }
        };
        let index = call.get("index").and_then(Value::as_u64);
        let earlier = if whole { None } else { self.locate(index, &id, &name, &arguments) };
        let position = earlier.unwrap_or_else(|| {
            self.calls.push(CallDraft { index, ..CallDraft::default() });
            self.calls.len() - 1
        });
        let draft = &mut self.calls[position];
        // Names and ids come whole, and some servers repeat them in every chunk: set, never appended.
        let is_named = draft.name.is_empty() && !name.is_empty();
        if !id.is_empty() {
            draft.id = id;
        }
        if !name.is_empty() {
            draft.name.clone_from(&name);
        }
        draft.arguments.push_str(&arguments);
        for field in CARRIED_CALL_FIELDS {
            if let Some(value) = call.get(field).filter(|value| !value.is_null()) {
                draft.carried.insert(field.to_owned(), value.clone());
            }
        }
        if is_named || !arguments.is_empty() {
            on_delta(ChatDelta::ToolCall { index: position, name: is_named.then_some(name), arguments });
        }
    }

    /// The call that a piece continues; `None` if it begins one.
    ///
    /// By index; but hosts that send each call whole may give all of them the index 0, so a piece with another id,
    /// or with a name and new arguments after complete ones, begins the next call. Without an index a piece with a
    /// new id or a name begins a call and any other continues the last one.
    fn locate(&mut self, index: Option<u64>, id: &str, name: &str, arguments: &str) -> Option<usize> {
        let begins_another = |call: &CallDraft| {
            let other_id = !id.is_empty() && !call.id.is_empty() && call.id != id;
            !name.is_empty() && (other_id || arguments.trim_start().starts_with('{') && is_whole(&call.arguments))
        };
        match index {
            Some(_) => {
                self.calls.iter().rposition(|call| call.index == index).filter(|&at| !begins_another(&self.calls[at]))
            }
            None if !id.is_empty() => self.calls.iter().position(|call| call.id == id),
            None if name.is_empty() => self.calls.len().checked_sub(1),
            None => None,
        }
    }
}

/// Whether the text is a complete JSON value.
#[must_use]
pub fn is_whole(arguments: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(arguments).is_ok()
}

/// Joins a piece of structured reasoning to the one it continues: same index and type.
fn merge_detail(details: &mut Vec<Value>, piece: &Value) {
    let same = |detail: &&mut Value| {
        let field = |name: &str| detail.get(name) == piece.get(name);
        piece.get("index").is_some() && field("index") && field("type")
    };
    let Some(Value::Object(detail)) = details.iter_mut().rev().find(same) else {
        details.push(piece.clone());
        return;
    };
    for (name, value) in piece.as_object().into_iter().flatten() {
        match (detail.get_mut(name), value) {
            (_, Value::Null) => {}
            (Some(Value::String(text)), Value::String(more))
                if ["text", "summary", "data"].contains(&name.as_str()) =>
            {
                text.push_str(more);
            }
            _ => {
                detail.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn draft(deltas: &[Value]) -> Draft {
        let mut draft = Draft::default();
        for delta in deltas {
            draft.absorb(&json!({"choices": [{"index": 0, "delta": delta}]}), &mut |_| ());
        }
        draft
    }

    #[track_caller]
    fn check_calls(deltas: &[Value], expect: &[(&str, &str, &str)]) {
        let draft = draft(deltas);
        let calls: Vec<_> =
            draft.calls.iter().map(|call| (call.id.as_str(), call.name.as_str(), call.arguments.as_str())).collect();
        assert_eq!(calls, expect);
    }

    fn piece(index: Value, id: Value, name: Value, arguments: Value) -> Value {
        json!({"tool_calls": [{"index": index, "id": id, "function": {"name": name, "arguments": arguments}}]})
    }

    #[test]
    fn interleaved_pieces_are_told_apart_by_index() {
        check_calls(
            &[
                piece(json!(0), json!("a"), json!("f"), json!("")),
                piece(json!(1), json!("b"), json!("g"), json!("")),
                piece(json!(0), Value::Null, Value::Null, json!("{\"x\":")),
                piece(json!(1), Value::Null, Value::Null, json!("{}")),
                piece(json!(0), Value::Null, Value::Null, json!("1}")),
            ],
            &[("a", "f", "{\"x\":1}"), ("b", "g", "{}")],
        );
    }

    #[test]
    fn a_name_and_id_in_every_chunk_are_set_once() {
        let id = "call__0_get_weather_cmpl-6c5b3dd8-9b0e-4d7f-b3ce-1de83a35ff0a";
        let one = |arguments: &str| {
            json!({"role": null, "content": null, "function_call": {"name": "get_time:", "arguments": arguments},
                   "tool_calls": [{"index": 0, "id": id, "type": "function",
                                   "function": {"name": "get_weather", "arguments": arguments}}]})
        };
        check_calls(
            &[one("{\"city\""), one(": \"Paris\""), one("}"), one("")],
            &[(id, "get_weather", "{\"city\": \"Paris\"}")],
        );
    }

    #[test]
    fn whole_calls_that_share_an_index_are_several() {
        check_calls(
            &[
                piece(json!(0), json!("a"), json!("f"), json!("{}")),
                piece(json!(0), json!("b"), json!("f"), json!("{\"x\":1}")),
            ],
            &[("a", "f", "{}"), ("b", "f", "{\"x\":1}")],
        );
        check_calls(
            &[
                piece(json!(0), json!(""), json!("f"), json!("{\"x\":1}")),
                piece(json!(0), json!(""), json!("f"), json!("{\"x\":2}")),
            ],
            &[("", "f", "{\"x\":1}"), ("", "f", "{\"x\":2}")],
        );
    }

    #[test]
    fn calls_without_an_index_go_by_id_or_name() {
        check_calls(
            &[
                piece(Value::Null, json!("a"), json!("f"), json!("{\"x\"")),
                piece(Value::Null, Value::Null, Value::Null, json!(":1}")),
                piece(Value::Null, json!("b"), json!("g"), json!({"y": 2})),
            ],
            &[("a", "f", "{\"x\":1}"), ("b", "g", "{\"y\":2}")],
        );
    }

    #[test]
    fn structured_reasoning_is_joined_by_index() {
        let detail = |text: &str, signature: Value| {
            json!({"reasoning": text, "reasoning_details":
                [{"type": "reasoning.text", "index": 0, "text": text, "signature": signature}]})
        };
        let draft = draft(&[
            detail("First", Value::Null),
            detail(", then.", json!("sig")),
            json!({"reasoning_details": [{"type": "reasoning.encrypted", "index": 0, "data": "xyz"}]}),
        ]);
        assert_eq!(draft.reasoning, "First, then.");
        assert_eq!(
            draft.reasoning_details,
            [
                json!({"type": "reasoning.text", "index": 0, "text": "First, then.", "signature": "sig"}),
                json!({"type": "reasoning.encrypted", "index": 0, "data": "xyz"}),
            ]
        );
    }

    #[test]
    fn content_may_be_an_array_with_thinking() {
        let draft = draft(&[
            json!({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]}),
            json!({"content": [{"type": "text", "text": "Yes"}]}),
            json!({"content": "."}),
        ]);
        assert_eq!((draft.reasoning.as_str(), draft.content.as_deref()), ("Hm", Some("Yes.")));
    }

    #[test]
    fn anything_else_is_skipped() {
        for chunk in
            [json!(null), json!([]), json!({"type": "keepalive"}), json!({"choices": 3}), json!({"choices": [null]})]
        {
            let mut draft = Draft::default();
            draft.absorb(&chunk, &mut |_| ());
            assert_eq!((draft.content, draft.calls.len(), draft.finish), (None, 0, None), "{chunk}");
        }
    }
}
